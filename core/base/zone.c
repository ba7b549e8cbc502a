/* Files of RFC 9636, version 2 and later: transitions, and behind the last of
 * them a rule like "CET-1CEST,M3.5.0,M10.5.0/3".  See zone.h. */
#include <config.h>

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/zone.h"

#define FOLDER "/usr/share/zoneinfo"
#define MAX_FILE ((size_t) 1 << 20)
#define HEADER 44
#define DAY_S 86400

struct change { int month, week, day; int64_t at_s; };

struct mg_zone {
  size_t n, n_types;
  int64_t *times, *offsets;        /* of each transition */
  int64_t first;                   /* before all of them */
  int has_rule, has_summer;        /* what comes behind the last one */
  int64_t standard, summer;
  struct change begin, end;
};

/* ---- the rule ---- */

static int
number (const char **s, int most, int *ret)
{
  int value = 0, n = 0;

  for (; isdigit ((unsigned char) **s) && n < 4; n++)
    value = value * 10 + (*(*s)++ - '0');
  *ret = value;
  return n > 0 && value <= most ? 0 : -1;
}

/* [+-]h[:mm[:ss]] */
static int
clock_time (const char **s, int most_hours, int64_t *ret_s)
{
  int sign = **s == '-' ? -1 : 1, hour, minute = 0, second = 0;

  *s += **s == '-' || **s == '+';
  if (number (s, most_hours, &hour) < 0
      || (**s == ':' && (++*s, number (s, 59, &minute)) < 0)
      || (**s == ':' && (++*s, number (s, 59, &second)) < 0))
    return -1;
  *ret_s = sign * (hour * 3600 + minute * 60 + second);
  return 0;
}

static int
zone_name (const char **s)
{
  const char *from = *s;

  if (**s == '<') {
    *s += strcspn (*s, ">");
    return *(*s)++ == '>' ? 0 : -1;
  }
  while (isalpha ((unsigned char) **s))
    ++*s;
  return *s - from >= 3 ? 0 : -1;
}

/* ,Mm.w.d[/time] */
static int
change_day (const char **s, struct change *ret)
{
  ret->at_s = 2 * 3600;
  if (*(*s)++ != ',' || *(*s)++ != 'M' || number (s, 12, &ret->month) < 0
      || *(*s)++ != '.' || number (s, 5, &ret->week) < 0
      || *(*s)++ != '.' || number (s, 6, &ret->day) < 0 || ret->month < 1
      || ret->week < 1)
    return -1;
  return **s == '/' ? (++*s, clock_time (s, 167, &ret->at_s)) : 0;
}

static int
parse_rule (struct mg_zone *z, const char *s)
{
  if (zone_name (&s) < 0 || clock_time (&s, 24, &z->standard) < 0)
    return -1;
  z->standard = -z->standard;      /* POSIX counts to the west */
  z->has_rule = 1;
  if (*s == '\0')
    return 0;
  if (zone_name (&s) < 0)
    return -1;
  z->summer = z->standard + 3600;
  if (*s != ',' && *s != '\0') {
    if (clock_time (&s, 24, &z->summer) < 0)
      return -1;
    z->summer = -z->summer;
  }
  z->has_summer = 1;
  return change_day (&s, &z->begin) < 0 || change_day (&s, &z->end) < 0
         || *s != '\0' ? -1 : 0;
}

/* Local seconds of a change in a year. */
static int64_t
change_in (const struct change *c, int64_t year)
{
  int64_t first = mg_time_days (year, c->month, 1);
  int64_t next = c->month == 12 ? mg_time_days (year + 1, 1, 1)
                 : mg_time_days (year, c->month + 1, 1);
  int64_t weekday = ((first + 4) % 7 + 7) % 7;   /* 1970-01-01: a Thursday */
  int64_t day = first + ((c->day - weekday) % 7 + 7) % 7 + 7 * (c->week - 1);

  while (day >= next)
    day -= 7;
  return day * DAY_S + c->at_s;
}

static int64_t
year_of (int64_t local_s)
{
  int64_t days = local_s / DAY_S - (local_s % DAY_S < 0);
  int64_t year = 1970 + days / 366;

  while (mg_time_days (year + 1, 1, 1) <= days)
    year++;
  return year;
}

static int64_t
by_rule (const struct mg_zone *z, int64_t utc_s)
{
  int64_t year = year_of (utc_s + z->standard), begin, end;

  if (!z->has_summer)
    return z->standard;
  begin = change_in (&z->begin, year) - z->standard;
  end = change_in (&z->end, year) - z->summer;
  if (begin < end)
    return utc_s >= begin && utc_s < end ? z->summer : z->standard;
  return utc_s >= end && utc_s < begin ? z->standard : z->summer;
}

int64_t
mg_zone_offset (const struct mg_zone *z, int64_t utc_s)
{
  size_t low = 0, high = z->n;

  if (z->n == 0 || utc_s >= z->times[z->n - 1])
    return z->has_rule ? by_rule (z, utc_s)
           : z->n > 0 ? z->offsets[z->n - 1] : z->first;
  while (low < high) {             /* how many are not later */
    size_t middle = (low + high) / 2;

    if (z->times[middle] <= utc_s)
      low = middle + 1;
    else
      high = middle;
  }
  return low > 0 ? z->offsets[low - 1] : z->first;
}

int64_t
mg_zone_to_utc (const struct mg_zone *z, int64_t local_s)
{
  int64_t before = mg_zone_offset (z, local_s - DAY_S);
  int64_t after = mg_zone_offset (z, local_s + DAY_S);

  if (mg_zone_offset (z, local_s - before) == before)
    return local_s - before;
  if (mg_zone_offset (z, local_s - after) == after)
    return local_s - after;
  return local_s - before;         /* skipped */
}

/* ---- the file ---- */

static int64_t
big_endian (const unsigned char *p, int n)
{
  uint64_t value = n == 4 && (p[0] & 0x80) ? ~UINT64_C (0) : 0;
  int i;

  for (i = 0; i < n; i++)
    value = value << 8 | p[i];
  return (int64_t) value;
}

struct counts { size_t is_ut, is_std, leaps, times, types, chars; };

static int
read_counts (const unsigned char *p, size_t len, struct counts *c)
{
  size_t *const all[] = { &c->is_ut, &c->is_std, &c->leaps, &c->times,
                          &c->types, &c->chars };
  size_t i;

  if (len < HEADER || memcmp (p, "TZif", 4) != 0)
    return -1;
  for (i = 0; i < 6; i++) {
    *all[i] = (size_t) big_endian (p + 20 + 4 * i, 4) & 0xffffffffu;
    if (*all[i] > MAX_FILE)
      return -1;
  }
  return 0;
}

static size_t
data_size (const struct counts *c, size_t width)
{
  return c->times * (width + 1) + c->types * 6 + c->chars
         + c->leaps * (width + 4) + c->is_std + c->is_ut;
}

static int
read_data (struct mg_zone *z, const unsigned char *p, const struct counts *c)
{
  const unsigned char *types = p + c->times * 9;
  size_t i;

  z->n = c->times;
  z->times = mg_xcalloc (c->times + 1, sizeof *z->times);
  z->offsets = mg_xcalloc (c->times + 1, sizeof *z->offsets);
  z->first = big_endian (types, 4);
  for (i = 0; i < c->times; i++) {
    size_t type = p[c->times * 8 + i];

    if (type >= c->types)
      return -1;
    z->times[i] = big_endian (p + 8 * i, 8);
    z->offsets[i] = big_endian (types + 6 * type, 4);
  }
  return 0;
}

static int
parse_file (struct mg_zone *z, const struct mg_buf *file)
{
  const unsigned char *p = (const unsigned char *) mg_buf_text (file);
  size_t len = file->len, size;
  struct counts c;
  MG_CLEANUP_FREE char *rule = NULL;

  if (read_counts (p, len, &c) < 0 || p[4] < '2')
    return -1;
  size = HEADER + data_size (&c, 4);
  if (size > len || read_counts (p + size, len - size, &c) < 0 || c.types == 0)
    return -1;
  p += size + HEADER;
  len -= size + HEADER;
  size = data_size (&c, 8);
  if (size + 2 > len || read_data (z, p, &c) < 0 || p[size] != '\n'
      || p[len - 1] != '\n')
    return -1;
  rule = mg_xstrndup ((const char *) p + size + 1, len - size - 2);
  return rule[0] == '\0' ? 0 : parse_rule (z, rule);
}

struct mg_zone *
mg_zone_load (const char *name)
{
  struct mg_zone *z = mg_xcalloc (1, sizeof *z);
  MG_CLEANUP (mg_buf_done) struct mg_buf file = MG_BUF_INIT (MAX_FILE);
  MG_CLEANUP_FREE char *path = NULL;
  struct mg_error err = MG_ERROR_INIT;
  const char *folder = mg_env ("TZDIR");

  if (mg_streq (name, "UTC") || mg_streq (name, "GMT"))
    return z;
  path = mg_path_join (folder ? folder : FOLDER, name);
  if (name[0] != '\0' && name[0] != '/' && strstr (name, "..") == NULL
      && mg_file_read (path, &file, &err) == 0 && parse_file (z, &file) == 0)
    return z;
  mg_zone_free (z);
  return NULL;
}

void
mg_zone_free (struct mg_zone *z)
{
  if (z == NULL)
    return;
  mg_free (z->times);
  mg_free (z->offsets);
  mg_free (z);
}
