/* Errors: see error.h.  No state, no lock. */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

int
mg_error_vset (struct mg_error *err, int code, const char *id,
               const char *format, va_list args)
{
  if (err == NULL)
    return code;
  err->code = code;
  err->http = 0;
  snprintf (err->id, sizeof err->id, "%s", id ? id : "");
  vsnprintf (err->text, sizeof err->text, format, args);
  return code;
}

int
mg_error_set (struct mg_error *err, int code, const char *id,
              const char *format, ...)
{
  va_list args;

  va_start (args, format);
  mg_error_vset (err, code, id, format, args);
  va_end (args);
  return code;
}

int
mg_error_prefix (struct mg_error *err, const char *format, ...)
{
  char head[sizeof err->text - 8];
  char tail[sizeof err->text];
  va_list args;
  size_t used;

  if (err == NULL)
    return MG_E_FAIL;
  va_start (args, format);
  vsnprintf (head, sizeof head, format, args);
  va_end (args);
  memcpy (tail, err->text, sizeof tail);
  snprintf (err->text, sizeof err->text, "%s: ", head);
  used = strlen (err->text);
  snprintf (err->text + used, sizeof err->text - used, "%s", tail);
  return err->code;
}

void
mg_error_clear (struct mg_error *err)
{
  if (err != NULL)
    memset (err, 0, sizeof *err);
}

void
mg_error_copy (struct mg_error *dst, const struct mg_error *src)
{
  if (dst != NULL && src != NULL)
    *dst = *src;
}

const char *
mg_error_name (int code)
{
  static const char *const names[] = {
    "ok", "failed", "cancelled", "no-memory", "invalid", "not-found", "exists",
    "auth", "denied", "throttled", "network", "remote", "protocol", "io",
    "store", "locked", "mismatch", "unsupported", "uncertain", "again",
    "blocked", "bug",
  };

  if (code > 0 || (size_t) -code >= MG_N_ELEMENTS (names))
    return "failed";
  return names[-code];
}

void
mg_bug_at (const char *file, int line, const char *format, ...)
{
  va_list args;

  fprintf (stderr, "migrate: bug at %s:%d: ", file, line);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fprintf (stderr, "; please report it; the session is intact [bug]\n");
  _exit (4);
}
