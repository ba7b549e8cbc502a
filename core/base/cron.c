/* See cron.h. */
#include <config.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/cron.h"
#include "base/str.h"

#define DAY_S 86400
#define FIRST_YEAR 1970
#define LAST_YEAR 2199
#define LAST_OF_MONTH 6

/* ---- reading ---- */

struct range { int low, high; const char *names; };

static const struct range seconds = { 0, 59, NULL }, hours = { 0, 23, NULL },
  days = { 1, 31, NULL }, years = { FIRST_YEAR, LAST_YEAR, NULL },
  months = { 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC" },
  weekdays = { 1, 7, "SUNMONTUEWEDTHUFRISAT" };

static int
has (const struct mg_cron_field *f, int bit)
{
  return (int) (f->bits[bit / 64] >> (bit % 64) & 1);
}

static int
number (const char **s, int *ret)
{
  int value = 0, n = 0;

  for (; isdigit ((unsigned char) **s) && n < 5; n++)
    value = value * 10 + (*(*s)++ - '0');
  *ret = value;
  return n > 0 ? 0 : -1;
}

static int
value (const char **s, const struct range *range, int *ret)
{
  const char *name;

  if (number (s, ret) == 0)
    return *ret >= range->low && *ret <= range->high ? 0 : -1;
  for (name = range->names; name != NULL && *name != '\0'; name += 3)
    if (strncasecmp (*s, name, 3) == 0) {
      *ret = range->low + (int) (name - range->names) / 3;
      *s += 3;
      return 0;
    }
  return -1;
}

/* 5, 5-7, 5/10, 5-20/5, *, * /5, /5 */
static int
item (const char *s, const struct range *range, struct mg_cron_field *ret)
{
  int first = range->low, last = range->high, step = 1, at, i;
  int size = range->high - range->low + 1;

  if (*s == '*')
    s++;
  else if (*s != '/') {
    if (value (&s, range, &first) < 0)
      return -1;
    last = *s == '/' ? range->high : first;
    if (*s == '-' && (s++, value (&s, range, &last)) < 0)
      return -1;
  }
  if (*s == '/' && ((s++, number (&s, &step)) < 0 || step < 1 || step > size))
    return -1;
  if (last < first)                /* FRI-MON */
    last += size;
  for (i = first; i <= last; i += step) {
    at = (i - range->low) % size;  /* years are counted from the first one */
    at += range == &years ? 0 : range->low;
    ret->bits[at / 64] |= UINT64_C (1) << (at % 64);
  }
  return *s == '\0' ? 0 : -1;
}

/* L, L-3, 15W, LW */
static int
special_day (struct mg_cron *c, const char *s)
{
  int n = 0;

  if (strcasecmp (s, "LW") == 0)
    c->near_day = 32;
  else if (*s == 'L' || *s == 'l') {
    s++;
    if (*s == '-' && ((s++, number (&s, &n)) < 0 || n > 30))
      return -1;
    if (*s != '\0')
      return -1;
    c->last_day = 1 + n;
  }
  else if (number (&s, &n) == 0 && n >= 1 && n <= 31
           && strcasecmp (s, "W") == 0)
    c->near_day = n;
  else
    return 0;
  return 1;
}

/* L, 6L, FRIL, 6#3 */
static int
special_weekday (struct mg_cron *c, const char *s)
{
  int n = 0, nth;

  if (strcasecmp (s, "L") == 0) {
    c->weekday.bits[0] |= 1 << 7;
    return 1;
  }
  if (value (&s, &weekdays, &n) < 0)
    return 0;
  if (strcasecmp (s, "L") == 0)
    nth = LAST_OF_MONTH;
  else if (*s != '#' || (s++, number (&s, &nth)) < 0 || nth < 1 || nth > 5
           || *s != '\0')
    return 0;
  c->weekday.bits[0] |= UINT64_C (1) << n;
  c->nth_weekday = nth;
  return 1;
}

/* A list of items; 'special' reads those of one field alone. */
static int
field (struct mg_cron *c, char *text, const struct range *range,
       struct mg_cron_field *ret,
       int (*special) (struct mg_cron *c, const char *s))
{
  char *save = NULL, *one;
  int r, n = 0;

  for (one = strtok_r (text, ",", &save); one != NULL;
       one = strtok_r (NULL, ",", &save), n++) {
    r = special ? special (c, one) : 0;
    if (r == 0)
      r = item (one, range, ret);
    if (r < 0)
      return -1;
  }
  return n > 0 ? 0 : -1;
}

static int
is_all (const char *s)
{
  return strcmp (s, "?") == 0 || strcmp (s, "*") == 0;
}

static int
parse_days (struct mg_cron *c, char *day, char *weekday)
{
  c->any_day = is_all (day);
  c->any_weekday = is_all (weekday);
  if (!c->any_day && !c->any_weekday)
    return -1;                     /* Quartz knows no "and" of these */
  if (!c->any_day)
    return field (c, day, &days, &c->day, special_day);
  return c->any_weekday ? 0
         : field (c, weekday, &weekdays, &c->weekday, special_weekday);
}

int
mg_cron_parse (const char *text, struct mg_cron *ret)
{
  MG_CLEANUP_FREE char *copy = mg_xstrdup (text);
  char *save = NULL, *word, *words[7];
  char every[] = "*";
  int n = 0;

  memset (ret, 0, sizeof *ret);
  for (word = strtok_r (copy, " \t", &save); word != NULL;
       word = strtok_r (NULL, " \t", &save)) {
    if (n == 7)
      return -1;
    words[n++] = word;
  }
  if (n == 6)
    words[n++] = every;
  if (n != 7)
    return -1;
  return field (ret, words[0], &seconds, &ret->second, NULL) < 0
         || field (ret, words[1], &seconds, &ret->minute, NULL) < 0
         || field (ret, words[2], &hours, &ret->hour, NULL) < 0
         || parse_days (ret, words[3], words[5]) < 0
         || field (ret, words[4], &months, &ret->month, NULL) < 0
         || field (ret, words[6], &years, &ret->year, NULL) < 0 ? -1 : 0;
}

/* ---- days ---- */

struct date {
  int64_t days;                    /* since 1970-01-01 */
  int year, month, day, weekday;   /* weekday: 1 = Sunday */
  int length;                      /* of the month */
};

static void
date_of (int64_t number_of_day, struct date *ret)
{
  int64_t year = 1970 + number_of_day / 366;
  int month = 1;

  while (mg_time_days (year + 1, 1, 1) <= number_of_day)
    year++;
  while (month < 12 && mg_time_days (year, month + 1, 1) <= number_of_day)
    month++;
  ret->days = number_of_day;
  ret->year = (int) year;
  ret->month = month;
  ret->day = (int) (number_of_day - mg_time_days (year, month, 1)) + 1;
  ret->weekday = (int) ((number_of_day + 4) % 7) + 1;
  ret->length = (int) ((month == 12 ? mg_time_days (year + 1, 1, 1)
                        : mg_time_days (year, month + 1, 1))
                       - mg_time_days (year, month, 1));
}

/* The day from Monday to Friday that is nearest to a day, in its month. */
static int
nearest (const struct date *d, int day)
{
  int weekday = (int) (((d->days - d->day + day + 4) % 7 + 7) % 7) + 1;

  if (weekday == 7)
    return day > 1 ? day - 1 : day + 2;
  if (weekday == 1)
    return day < d->length ? day + 1 : day - 2;
  return day;
}

static int
day_matches (const struct mg_cron *c, const struct date *d)
{
  int near = c->near_day == 32 ? d->length : c->near_day;

  return c->any_day || has (&c->day, d->day)
         || (c->last_day > 0 && d->day == d->length - c->last_day + 1)
         || (near > 0 && near <= d->length && d->day == nearest (d, near));
}

static int
weekday_matches (const struct mg_cron *c, const struct date *d)
{
  if (c->any_weekday)
    return 1;
  if (!has (&c->weekday, d->weekday))
    return 0;
  if (c->nth_weekday == LAST_OF_MONTH)
    return d->day > d->length - 7;
  return c->nth_weekday == 0 || (d->day - 1) / 7 + 1 == c->nth_weekday;
}

/* ---- times ---- */

static int
by_time (const void *a, const void *b)
{
  const int64_t *x = a, *y = b;

  return *x < *y ? -1 : *x > *y;
}

/* The times of one day, of which a change of clocks may have brought two
 * together. */
static size_t
times_of_day (const struct mg_cron *c, const struct mg_zone *zone,
              int64_t local_s, int64_t *ret)
{
  size_t n = 0, i, kept = 0;
  int h, m, s;

  for (h = 0; h < 24; h++)
    for (m = 0; has (&c->hour, h) && m < 60; m++)
      for (s = 0; has (&c->minute, m) && s < 60; s++)
        if (has (&c->second, s))
          ret[n++] = mg_zone_to_utc (zone, local_s + h * 3600 + m * 60 + s);
  if (n > 0)
    qsort (ret, n, sizeof *ret, by_time);
  for (i = 0; i < n; i++)
    if (i == 0 || ret[i] != ret[i - 1])
      ret[kept++] = ret[i];
  return kept;
}

int
mg_cron_each (const struct mg_cron *cron, const struct mg_zone *zone,
              int64_t from_us, int64_t to_us,
              int (*each) (void *opaque, int64_t at_us), void *opaque)
{
  MG_CLEANUP_FREE int64_t *times = mg_xcalloc (DAY_S, sizeof *times);
  int64_t day = from_us / MG_SECOND_US / DAY_S - 1;
  int64_t last = to_us / MG_SECOND_US / DAY_S + 1, told = from_us;
  int r = 0;

  for (; day <= last && r == 0; day++) {
    struct date d;
    size_t i, n = 0;

    date_of (day, &d);
    if (d.year >= FIRST_YEAR && d.year <= LAST_YEAR
        && has (&cron->year, d.year - FIRST_YEAR)
        && has (&cron->month, d.month) && day_matches (cron, &d)
        && weekday_matches (cron, &d))
      n = times_of_day (cron, zone, day * DAY_S, times);
    for (i = 0; i < n && r == 0; i++) {
      int64_t at_us = times[i] * MG_SECOND_US;

      if (at_us > told && at_us <= to_us)
        r = each (opaque, at_us);
      if (at_us > told)
        told = at_us;
    }
  }
  return r;
}
