/* Dates and spans as text. */
#include <config.h>

#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "mg-test.h"

/* Seconds since 1970, or -1000 when refused. */
static int64_t
http (const char *s)
{
  int64_t us = 1;

  return mg_time_parse_http (s, &us) < 0 ? -1000 : us / MG_SECOND_US;
}

static int64_t
iso (const char *s)
{
  int64_t us = 1;

  return mg_time_parse_iso (s, &us) < 0 ? -1000 : us;
}

MG_TEST (three_forms_of_http_dates)
{
  is_int (http ("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
  is_int (http ("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
  is_int (http ("Sun Nov  6 08:49:37 1994"), 784111777);
  is_int (http ("Wed Nov 16 08:49:37 1994"), 784975777);
}

MG_TEST (http_dates_of_all_times)
{
  is_int (http ("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  is_int (http ("Tue, 29 Feb 2000 23:59:59 GMT"), 951868799);
  is_int (http ("Tue, 19 Jan 2038 03:14:08 GMT"), 2147483648);
  is_int (http ("Sat, 31 Dec 2016 23:59:60 GMT"), 1483228800);
  is_int (http ("Friday, 31-Dec-99 23:59:59 GMT"), 946684799);
  is_int (http ("Saturday, 01-Jan-00 00:00:00 GMT"), 946684800);
}

MG_TEST (every_day_agrees_with_the_c_library)
{
  char text[64];
  int64_t day;

  for (day = 0; day < 60000; day += 7) {
    time_t t = (time_t) day * 86400 + day % 86400;
    struct tm tm;

    gmtime_r (&t, &tm);
    strftime (text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    is_int (http (text), t);
    strftime (text, sizeof text, "%a %b %e %H:%M:%S %Y", &tm);
    is_int (http (text), t);
  }
}

MG_TEST (what_is_no_http_date_is_refused)
{
  static const char *const bad[] = {
    "", "120", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 08:49:37 GMT ",
    "Sun, 06-Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT  ",
    "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov  6 08:49:37 94  ",
    "Sun Nov  6 08:49:37 1994 ", "1994-11-06T08:49:37Z    ", ",,,,,,,,,,,,,,,,,,,,,",
    "Sun, 06 Nov 1994 08:4", "Sun, 06 Nov 19941 8:49:37 GMT",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (bad); i++)
    if (http (bad[i]) != -1000)
      fail_test ("a date: '%s'", bad[i]);
}

MG_TEST (iso_dates)
{
  is_int (iso ("1970-01-01T00:00:00Z"), 0);
  is_int (iso ("1994-11-06 08:49:37"), 784111777 * MG_SECOND_US);
  is_int (iso ("1994-11-06T08:49:37.5Z"), 784111777500000);
  is_int (iso ("1994-11-06T08:49:37.1234567z"), 784111777123456);
  is_int (iso ("1994-11-06T10:19:37+01:30"), 784111777 * MG_SECOND_US);
  is_int (iso ("1994-11-06T03:49:37-0500"), 784111777 * MG_SECOND_US);
  is_int (iso ("1969-12-31T23:59:59Z"), -MG_SECOND_US);
  is_int (iso ("1994-11-07T08:08:37+23:59"), 784109377 * MG_SECOND_US);
}

MG_TEST (what_is_no_iso_date_is_refused)
{
  static const char *const bad[] = {
    "", "1994", "1994-11-06", "1994-11-06T08:49Z", "94-11-06T08:49:37Z",
    "1994-13-06T08:49:37Z", "1994-00-06T08:49:37Z", "1994-02-29T08:49:37Z",
    "1994-11-06T25:49:37Z", "1994-11-06T08:49:37X", "1994-11-06T08:49:37ZZ",
    "1994-11-06T08:49:37+1", "1994-11-06T08:49:37+24:00",
    "1994-11-06T08:49:37+01:60", "1994-11-06T08:49:37+01:00 ",
    "1994-11-06t08:49:37Z", "+994-11-06T08:49:37Z",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (bad); i++)
    if (iso (bad[i]) != -1000)
      fail_test ("a date: '%s'", bad[i]);
}

MG_TEST (a_refusal_changes_nothing)
{
  int64_t us = 5;

  is_int (mg_time_parse_http ("no", &us), -1);
  is_int (mg_time_parse_iso ("no", &us), -1);
  is_int (mg_time_next_local ("no", 0, &us), -1);
  is_int (us, 5);
}

MG_TEST (dates_are_written)
{
  char text[24];

  is_str (mg_time_iso (0, text), "1970-01-01T00:00:00Z");
  is_str (mg_time_iso (784111777999999, text), "1994-11-06T08:49:37Z");
  is_str (mg_time_iso (-1, text), "1969-12-31T23:59:59Z");
  ok (strlen (mg_time_iso (INT64_MAX, text)) < 24);
}

MG_TEST (what_is_written_is_read)
{
  char text[24];
  int64_t us;

  for (us = -50000000; us < 4000000000; us += 123456789)
    is_int (iso (mg_time_iso (us * MG_SECOND_US, text)), us * MG_SECOND_US);
}

MG_TEST (the_next_time_of_day)
{
  int64_t noon, next;

  setenv ("TZ", "UTC", 1);
  tzset ();
  mg_time_parse_iso ("2026-02-28T12:00:00Z", &noon);
  is_ok (mg_time_next_local ("22:15", noon, &next));
  is_int (next, iso ("2026-02-28T22:15:00Z"));
  is_ok (mg_time_next_local ("06:00", noon, &next));
  is_int (next, iso ("2026-03-01T06:00:00Z"));
  is_ok (mg_time_next_local ("12:00", noon, &next));
  is_int (next, iso ("2026-03-01T12:00:00Z"));
}

MG_TEST (the_next_time_of_day_over_a_change_of_clocks)
{
  int64_t evening, next;

  setenv ("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset ();
  mg_time_parse_iso ("2026-03-28T22:00:00+01:00", &evening);
  is_ok (mg_time_next_local ("06:00", evening, &next));
  is_int (next, iso ("2026-03-29T06:00:00+02:00"));
  setenv ("TZ", "UTC", 1);
  tzset ();
}

MG_TEST (what_is_no_time_of_day_is_refused)
{
  static const char *const bad[] = { "", "6:00", "24:00", "12:60", "12", "12:",
                                     "12:0", "12:000", "12.00", "ab:cd" };
  int64_t next;
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (bad); i++)
    if (mg_time_next_local (bad[i], 0, &next) != -1)
      fail_test ("a time: '%s'", bad[i]);
}

MG_TEST (spans)
{
  char text[24];

  is_str (mg_time_span (0, text), "0.0s");
  is_str (mg_time_span (400000, text), "0.4s");
  is_str (mg_time_span (10 * MG_SECOND_US, text), "10s");
  is_str (mg_time_span (59400000, text), "59s");
  is_str (mg_time_span (59600000, text), "1m00s");
  is_str (mg_time_span (102 * MG_SECOND_US, text), "1m42s");
  is_str (mg_time_span (3600 * MG_SECOND_US, text), "1h00m");
  is_str (mg_time_span (11100 * MG_SECOND_US, text), "3h05m");
}

MG_TEST (clocks_go_on)
{
  int64_t a = mg_clock_now_us (), b = mg_clock_now_us ();

  ok (a > 0 && b >= a);
  ok (mg_clock_wall_us () > 1600000000 * MG_SECOND_US);
}
