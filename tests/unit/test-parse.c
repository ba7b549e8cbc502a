/* Numbers and switches from text. */
#include <config.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/parse.h"
#include "mg-test.h"

MG_TEST (integers)
{
  int64_t n;

  is_ok (mg_parse_int64 ("0", &n));
  is_int (n, 0);
  is_ok (mg_parse_int64 ("-12", &n));
  is_int (n, -12);
  is_ok (mg_parse_int64 ("007", &n));
  is_int (n, 7);
  is_ok (mg_parse_int64 ("9223372036854775807", &n));
  is_int (n, INT64_MAX);
  is_ok (mg_parse_int64 ("-9223372036854775808", &n));
  is_int (n, INT64_MIN);
}

MG_TEST (what_is_no_integer_is_refused)
{
  static const char *const bad[] = {
    "", " 1", "1 ", "+1", "-", "--1", "- 1", "1.0", "1e3", "0x10", "a", "1a",
    "9223372036854775808", "-9223372036854775809", "\n1",
  };
  int64_t n = 5;
  size_t i;

  for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (mg_parse_int64 (bad[i], &n) != MG_E_INVALID || n != 5)
      fail_test ("a number: '%s'", bad[i]);
}

MG_TEST (fractions)
{
  double d;

  is_ok (mg_parse_double ("1.5", &d));
  ok (d == 1.5);
  is_ok (mg_parse_double ("-.25", &d));
  ok (d == -0.25);
  is_ok (mg_parse_double ("1e3", &d));
  ok (d == 1000);
}

MG_TEST (what_is_no_fraction_is_refused)
{
  static const char *const bad[] = {
    "", " 1", "1 ", "+1", "-", ".", "nan", "-nan", "inf", "-inf", "1e999",
    "0x10", "0X1p3", "-0x1", "1,5", "1.5.1",
  };
  double d = 5;
  size_t i;

  for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (mg_parse_double (bad[i], &d) != MG_E_INVALID || d != 5)
      fail_test ("a number: '%s'", bad[i]);
}

MG_TEST (switches)
{
  static const char *const on[] = { "1", "true", "YES", "On" };
  static const char *const off[] = { "0", "false", "No", "OFF" };
  int value;
  size_t i;

  for (i = 0; i < 4; i++) {
    value = 5;
    is_ok (mg_parse_bool (on[i], &value));
    is_int (value, 1);
    is_ok (mg_parse_bool (off[i], &value));
    is_int (value, 0);
  }
  value = 5;
  is_int (mg_parse_bool ("", &value), MG_E_INVALID);
  is_int (mg_parse_bool ("maybe", &value), MG_E_INVALID);
  is_int (mg_parse_bool ("true ", &value), MG_E_INVALID);
  is_int (value, 5);
}

MG_TEST (durations)
{
  static const struct { const char *text; int64_t ms; } all[] = {
    { "0", 0 }, { "30s", 30000 }, { "5m", 300000 }, { "2h", 7200000 },
    { "1.5s", 1500 }, { "250ms", 250 }, { "1d", 86400000 }, { "7", 7000 },
    { "0.29", 290 }, { "0.57s", 570 }, { "1e1s", 10000 },
  };
  int64_t us;
  size_t i;

  for (i = 0; i < sizeof all / sizeof all[0]; i++) {
    is_ok (mg_parse_duration (all[i].text, &us));
    is_int (us, all[i].ms * MG_MS_US);
  }
}

MG_TEST (what_is_no_duration_is_refused)
{
  static const char *const bad[] = {
    "", "s", "-1s", "+1s", " 1s", "1 s", "1s ", "1w", "1S", "1h30m", "0x10s",
    "inf", "nan", "1e999d", "1e20", ".5s",
  };
  int64_t us = 5;
  size_t i;

  for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (mg_parse_duration (bad[i], &us) != MG_E_INVALID || us != 5)
      fail_test ("a duration: '%s'", bad[i]);
}
