/* Quartz expressions and time zones. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/cron.h"
#include "mg-test.h"

static int64_t
at (const char *iso)
{
  int64_t us = -1;

  mg_time_parse_iso (iso, &us);
  return us;
}

static int
add_time (void *opaque, int64_t at_us)
{
  struct mg_buf *b = opaque;
  char text[24];

  mg_time_iso (at_us, text);
  text[16] = '\0';
  mg_buf_addf (b, "%s%s", b->len ? " " : "", text);
  return 0;
}

/* The times of an expression, without seconds, in a static text. */
static const char *
times (const char *expression, const char *zone_name, const char *from,
       const char *to)
{
  static char text[4000];
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_INIT (sizeof text - 1);
  struct mg_zone *zone = mg_zone_load (zone_name);
  struct mg_cron cron;

  if (zone == NULL)
    return "no zone";
  if (mg_cron_parse (expression, &cron) < 0)
    mg_buf_add_str (&b, "no expression");
  else
    mg_cron_each (&cron, zone, at (from), at (to), add_time, &b);
  mg_zone_free (zone);
  memcpy (text, mg_buf_text (&b), b.len);
  text[b.len] = '\0';
  return text;
}

static const char *
in_march (const char *expression)
{
  return times (expression, "UTC", "2026-03-01T00:00:00Z",
                "2026-03-31T23:59:59Z");
}

/* Days of March 2026, at noon: a Sunday is the first. */
static const char *
days (const char *day, const char *weekday)
{
  static char text[200];
  char expression[100];
  const char *s;
  size_t n = 0;

  snprintf (expression, sizeof expression, "0 0 12 %s * %s", day, weekday);
  for (s = in_march (expression); strlen (s) >= 16; s += 16 + (s[16] == ' '))
    n += (size_t) snprintf (text + n, sizeof text - n, "%s%.2s", n ? " " : "",
                            s + 8);
  text[n] = '\0';
  return text;
}

MG_TEST (times_after_the_one_and_not_after_the_other)
{
  is_str (times ("0 0 * * * ?", "UTC", "2026-03-01T01:00:00Z",
                 "2026-03-01T03:00:00Z"),
          "2026-03-01T02:00 2026-03-01T03:00");
  is_str (times ("0 0 0 1 1 ? 2027-2028", "UTC", "2026-01-01T00:00:00Z",
                 "2031-01-01T00:00:00Z"),
          "2027-01-01T00:00 2028-01-01T00:00");
}

MG_TEST (lists_ranges_and_steps)
{
  is_str (times ("0 5,10-12,50/5 4 1 3 ?", "UTC", "2026-03-01T00:00:00Z",
                 "2026-03-02T00:00:00Z"),
          "2026-03-01T04:05 2026-03-01T04:10 2026-03-01T04:11 "
          "2026-03-01T04:12 2026-03-01T04:50 2026-03-01T04:55");
  is_str (times ("0 0 22-1 1 MAR ?", "UTC", "2026-02-28T00:00:00Z",
                 "2026-03-02T12:00:00Z"),
          "2026-03-01T00:00 2026-03-01T01:00 2026-03-01T22:00 "
          "2026-03-01T23:00");
}

MG_TEST (days_of_the_month)
{
  is_str (days ("1,15", "?"), "01 15");
  is_str (days ("L", "?"), "31");
  is_str (days ("L-3", "?"), "28");
  is_str (days ("1W", "?"), "02");
  is_str (days ("14W", "?"), "13");
  is_str (days ("15W", "?"), "16");
  is_str (days ("LW", "?"), "31");
}

MG_TEST (days_of_the_week)
{
  is_str (days ("?", "SUN"), "01 08 15 22 29");
  is_str (days ("?", "1"), "01 08 15 22 29");
  is_str (days ("?", "FRI-SUN"),
          "01 06 07 08 13 14 15 20 21 22 27 28 29");
  is_str (days ("?", "L"), "07 14 21 28");
  is_str (days ("?", "6L"), "27");
  is_str (days ("?", "TUE#3"), "17");
  is_str (days ("?", "2#5"), "30");
}

MG_TEST (what_is_no_expression)
{
  is_str (in_march ("0 0 12 1 *"), "no expression");
  is_str (in_march ("0 0 12 1 * MON"), "no expression");
  is_str (in_march ("0 0 24 * * ?"), "no expression");
  is_str (in_march ("0 0 12 32 * ?"), "no expression");
  is_str (in_march ("0 0/0 12 * * ?"), "no expression");
  is_str (in_march ("x 0 12 * * ?"), "no expression");
  is_str (in_march ("0 0 12 * * ? 2026 1"), "no expression");
  is_str (in_march (""), "no expression");
}

MG_TEST (a_zone_that_is_not_there)
{
  is_str (times ("0 0 12 * * ?", "Nowhere/Atlantis", "2026-03-01T00:00:00Z",
                 "2026-03-02T00:00:00Z"), "no zone");
  is_str (times ("0 0 12 * * ?", "../zoneinfo/Europe/Berlin",
                 "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"), "no zone");
}

/* A zone of our own: the database of this machine may be small. */
static void
make_zone (const char *rule)
{
  unsigned char file[2 * 44 + 14 + 100] = { 0 };
  size_t i, n = 0, len = strlen (rule);
  FILE *out;

  for (i = 0; i < 2; i++) {
    memcpy (file + n, "TZif2", 5);
    file[n + 39] = 1;              /* a type */
    file[n + 43] = 4;              /* "LMT" */
    n += 44 + 6;
    memcpy (file + n, "LMT", 4);
    n += 4;
  }
  file[n++] = '\n';
  memcpy (file + n, rule, len);
  n += len;
  file[n++] = '\n';
  out = fopen ("test-cron.zone", "wb");
  fwrite (file, 1, n, out);
  fclose (out);
  setenv ("TZDIR", ".", 1);
}

MG_TEST (clocks_are_changed)
{
  make_zone ("CET-1CEST,M3.5.0,M10.5.0/3");
  /* 2026-03-29: from 2 to 3; 2026-10-25: from 3 back to 2 */
  is_str (times ("0 30 2 * * ?", "test-cron.zone", "2026-03-28T00:00:00Z",
                 "2026-03-30T12:00:00Z"),
          "2026-03-28T01:30 2026-03-29T01:30 2026-03-30T00:30");
  is_str (times ("0 30 2 * * ?", "test-cron.zone", "2026-10-24T12:00:00Z",
                 "2026-10-26T12:00:00Z"),
          "2026-10-25T00:30 2026-10-26T01:30");
  is_str (times ("0 0 0-4 29 3 ?", "test-cron.zone", "2026-03-28T12:00:00Z",
                 "2026-03-30T00:00:00Z"),
          "2026-03-28T23:00 2026-03-29T00:00 2026-03-29T01:00 "
          "2026-03-29T02:00");
  remove ("test-cron.zone");
}

MG_TEST (the_south_and_no_summer)
{
  make_zone ("NZST-12NZDT,M9.5.0,M4.1.0/3");
  is_str (times ("0 0 12 * * ?", "test-cron.zone", "2026-01-01T00:00:00Z",
                 "2026-01-02T00:00:00Z"), "2026-01-01T23:00");
  is_str (times ("0 0 12 * * ?", "test-cron.zone", "2026-07-01T01:00:00Z",
                 "2026-07-02T01:00:00Z"), "2026-07-02T00:00");
  make_zone ("<+0530>-5:30");
  is_str (times ("0 0 12 * * ?", "test-cron.zone", "2026-07-01T00:00:00Z",
                 "2026-07-02T00:00:00Z"), "2026-07-01T06:30");
  make_zone ("PST8PDT,J60,J300");
  is_str (times ("0 0 12 * * ?", "test-cron.zone", "2026-07-01T00:00:00Z",
                 "2026-07-02T00:00:00Z"), "no zone");
  remove ("test-cron.zone");
}
