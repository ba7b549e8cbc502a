/* Parsing: see parse.h.  The only file that may call strtoll. */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/parse.h"

int
mg_parse_int64 (const char *s, int64_t *ret_value)
{
  char *end;
  long long value;

  if (!isdigit ((unsigned char) *s) && *s != '-')
    return MG_E_INVALID;
  errno = 0;
  value = strtoll (s, &end, 10);
  if (errno != 0 || *end != '\0' || end == s)
    return MG_E_INVALID;
  *ret_value = value;
  return 0;
}

int
mg_parse_double (const char *s, double *ret_value)
{
  char *end;
  double value;

  if ((!isdigit ((unsigned char) *s) && *s != '-' && *s != '.')
      || strpbrk (s, "xX") != NULL)   /* strtod reads 0x10, people do not */
    return MG_E_INVALID;
  value = strtod (s, &end);
  if (*end != '\0' || end == s || !isfinite (value))
    return MG_E_INVALID;
  *ret_value = value;
  return 0;
}

int
mg_parse_bool (const char *s, int *ret_value)
{
  static const char *const words[] = {
    "0", "1", "false", "true", "no", "yes", "off", "on",
  };
  int i;

  for (i = 0; i < 8; i++)
    if (strcasecmp (s, words[i]) == 0) {
      *ret_value = i % 2;
      return 0;
    }
  return MG_E_INVALID;
}

int
mg_parse_duration (const char *s, int64_t *ret_us)
{
  static const struct { const char *unit; double us; } units[] = {
    { "", 1e6 }, { "ms", 1e3 }, { "s", 1e6 }, { "m", 6e7 }, { "h", 3.6e9 },
    { "d", 8.64e10 },
  };
  char *end;
  double value;
  size_t i;

  if (!isdigit ((unsigned char) *s) || strpbrk (s, "xX") != NULL)
    return MG_E_INVALID;
  value = strtod (s, &end);
  for (i = 0; i < sizeof units / sizeof units[0]; i++)
    if (strcmp (end, units[i].unit) == 0) {
      if (!(value * units[i].us < 9e18))
        return MG_E_INVALID;
      *ret_us = (int64_t) (value * units[i].us + 0.5);
      return 0;
    }
  return MG_E_INVALID;
}
