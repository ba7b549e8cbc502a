/* Dates and spans as text: pure, see clock.h. */
#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"

const char *
mg_time_iso (int64_t wall_us, char ret_text[24])
{
  time_t seconds = (time_t) (wall_us / MG_SECOND_US
                             - (wall_us % MG_SECOND_US < 0));
  struct tm tm;

  if (gmtime_r (&seconds, &tm) == NULL
      || strftime (ret_text, 24, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
    snprintf (ret_text, 24, "?");
  return ret_text;
}

int64_t
mg_time_days (int64_t year, int month, int day)
{
  int64_t era, year_of_era, day_of_year;

  year -= month <= 2;
  era = (year >= 0 ? year : year - 399) / 400;
  year_of_era = year - era * 400;
  day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4
         - year_of_era / 100 + day_of_year - 719468;
}

/* Exactly n digits; moves the cursor; -1 when they are not there. */
static int
digits (const char **s, int n)
{
  int value = 0;

  for (; n > 0; n--, (*s)++) {
    if (!isdigit ((unsigned char) **s))
      return -1;
    value = value * 10 + (**s - '0');
  }
  return value;
}

static int
literal (const char **s, const char *text)
{
  size_t n = strlen (text);

  if (strncmp (*s, text, n) != 0)
    return -1;
  *s += n;
  return 0;
}

static int
month_name (const char **s)
{
  static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  int i;

  for (i = 0; i < 12; i++)
    if (strncmp (*s, names + 3 * i, 3) == 0) {
      *s += 3;
      return i + 1;
    }
  return -1;
}

struct civil {
  int year, month, day, hour, minute, second;
};

static int
clock_part (const char **s, struct civil *c)
{
  c->hour = digits (s, 2);
  if (c->hour < 0 || literal (s, ":") < 0)
    return -1;
  c->minute = digits (s, 2);
  if (c->minute < 0 || literal (s, ":") < 0)
    return -1;
  c->second = digits (s, 2);
  return c->second;
}

static int
month_days (int year, int month)
{
  static const char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

  return days[month - 1] + (month == 2 && leap);
}

static int
to_wall (const struct civil *c, int64_t *ret_wall_us)
{
  if (c->month < 1 || c->month > 12 || c->day < 1
      || c->day > month_days (c->year, c->month)
      || c->hour < 0 || c->hour > 23 || c->minute < 0 || c->minute > 59
      || c->second < 0 || c->second > 60)
    return -1;
  *ret_wall_us = (mg_time_days (c->year, c->month, c->day) * 86400
                  + c->hour * 3600 + c->minute * 60 + c->second) * MG_SECOND_US;
  return 0;
}

/* Sun, 06 Nov 1994 08:49:37 GMT  or  Sunday, 06-Nov-94 08:49:37 GMT */
static int
parse_comma_date (const char *s, struct civil *c)
{
  char sep;

  s += strcspn (s, ",");
  if (literal (&s, ", ") < 0)
    return -1;
  c->day = digits (&s, 2);
  sep = *s;
  if (c->day < 0 || (sep != ' ' && sep != '-'))
    return -1;
  s++;
  c->month = month_name (&s);
  if (c->month < 0 || *s++ != sep)
    return -1;
  c->year = digits (&s, sep == '-' ? 2 : 4);
  if (c->year < 0)
    return -1;
  if (sep == '-')
    c->year += c->year < 70 ? 2000 : 1900;
  if (literal (&s, " ") < 0 || clock_part (&s, c) < 0)
    return -1;
  return strcmp (s, " GMT") == 0 ? 0 : -1;
}

/* Sun Nov  6 08:49:37 1994 */
static int
parse_asctime (const char *s, struct civil *c)
{
  if (strlen (s) != 24)
    return -1;
  s += 4;
  c->month = month_name (&s);
  if (c->month < 0 || *s++ != ' ')
    return -1;
  if (*s == ' ') {
    s++;
    c->day = digits (&s, 1);
  }
  else
    c->day = digits (&s, 2);
  if (c->day < 0 || *s++ != ' ' || clock_part (&s, c) < 0 || *s++ != ' ')
    return -1;
  c->year = digits (&s, 4);
  return c->year;
}

int
mg_time_parse_http (const char *s, int64_t *ret_wall_us)
{
  struct civil c = { 0 };

  if (strlen (s) < 20)
    return -1;
  if ((strchr (s, ',') ? parse_comma_date (s, &c) : parse_asctime (s, &c)) < 0)
    return -1;
  return to_wall (&c, ret_wall_us);
}

/* Z, +hh:mm or nothing; minutes east of UTC. */
static int
zone_part (const char *s, int *ret_minutes)
{
  int sign, hour, minute;

  *ret_minutes = 0;
  if (*s == '\0' || strcmp (s, "Z") == 0 || strcmp (s, "z") == 0)
    return 0;
  sign = *s == '+' ? 1 : *s == '-' ? -1 : 0;
  s++;
  hour = sign ? digits (&s, 2) : -1;
  if (hour < 0)
    return -1;
  if (*s == ':')
    s++;
  minute = digits (&s, 2);
  if (hour > 23 || minute < 0 || minute > 59 || *s != '\0')
    return -1;
  *ret_minutes = sign * (hour * 60 + minute);
  return 0;
}

int
mg_time_parse_iso (const char *s, int64_t *ret_wall_us)
{
  struct civil c = { 0 };
  int64_t wall, fraction = 0, unit = 100000;
  int minutes;

  c.year = digits (&s, 4);
  if (c.year < 0 || *s++ != '-')
    return -1;
  c.month = digits (&s, 2);
  if (c.month < 0 || *s++ != '-')
    return -1;
  c.day = digits (&s, 2);
  if (c.day < 0 || (*s != 'T' && *s != ' '))
    return -1;
  s++;
  if (clock_part (&s, &c) < 0)
    return -1;
  if (*s == '.')
    for (s++; isdigit ((unsigned char) *s); s++, unit /= 10)
      fraction += (*s - '0') * unit;
  if (zone_part (s, &minutes) < 0 || to_wall (&c, &wall) < 0)
    return -1;
  *ret_wall_us = wall + fraction - minutes * 60 * MG_SECOND_US;
  return 0;
}

int
mg_time_next_local (const char *hh_mm, int64_t wall_us, int64_t *ret_wall_us)
{
  time_t seconds = (time_t) (wall_us / MG_SECOND_US), then;
  struct tm tm;
  int hour = digits (&hh_mm, 2), minute;

  if (hour < 0 || hour > 23 || *hh_mm++ != ':')
    return -1;
  minute = digits (&hh_mm, 2);
  if (minute < 0 || minute > 59 || *hh_mm != '\0'
      || localtime_r (&seconds, &tm) == NULL)
    return -1;
  tm.tm_hour = hour;
  tm.tm_min = minute;
  tm.tm_sec = 0;
  tm.tm_isdst = -1;
  then = mktime (&tm);
  if (then <= seconds) {
    tm.tm_mday++;
    tm.tm_isdst = -1;
    then = mktime (&tm);
  }
  *ret_wall_us = (int64_t) then * MG_SECOND_US;
  return 0;
}

const char *
mg_time_span (int64_t us, char ret_text[24])
{
  int64_t s = (us + MG_SECOND_US / 2) / MG_SECOND_US;

  if (us < 10 * MG_SECOND_US)
    snprintf (ret_text, 24, "%.1fs", (double) us / 1e6);
  else if (s < 60)
    snprintf (ret_text, 24, "%ds", (int) s);
  else if (s < 3600)
    snprintf (ret_text, 24, "%dm%02ds", (int) (s / 60), (int) (s % 60));
  else
    snprintf (ret_text, 24, "%dh%02dm", (int) (s / 3600), (int) (s / 60 % 60));
  return ret_text;
}
