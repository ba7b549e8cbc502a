/* Errors: a negative code is returned, the text travels in a struct that the
 * caller owns.  The first failure writes the text, outer layers prefix it.
 * NULL is allowed wherever a struct mg_error * is taken.
 *
 *   return mg_error_set (err, MG_E_IO, "disk-full",
 *                        "cannot write '%s': %s", path, strerror (errno));
 *
 * 'id' is the stable word in brackets that people look up with
 * 'migrate explain'; it must stand in the table of core/view/codes.c or be
 * declared by a plugin.  Not thread-local: one struct, one thread.
 */
#ifndef MG_BASE_ERROR_H
#define MG_BASE_ERROR_H

#include <stdarg.h>
#include "base/cleanup.h"

/* The numbers are those of sdk/migrate-plugin.h (MIGRATE_E_*). */
enum mg_error_code {
  MG_E_FAIL = -1,        /* failed; the text says why */
  MG_E_CANCELLED = -2,   /* the run is stopping */
  MG_E_NOMEM = -3,       /* a remote-sized allocation failed or passed its cap */
  MG_E_INVALID = -4,     /* the caller or a file gave something malformed */
  MG_E_NOT_FOUND = -5,   /* what was asked for is not there */
  MG_E_EXISTS = -6,      /* it is there already */
  MG_E_AUTH = -7,        /* credentials missing or refused */
  MG_E_DENIED = -8,      /* credentials good, right missing */
  MG_E_THROTTLED = -9,   /* 429 for longer than --throttle-wait */
  MG_E_NET = -10,        /* connection, TLS, time-out; before or after sending */
  MG_E_REMOTE = -11,     /* the service answered with an error */
  MG_E_PROTOCOL = -12,   /* the answer could not be understood */
  MG_E_IO = -13,         /* local file or disk */
  MG_E_STORE = -14,      /* the session file */
  MG_E_LOCKED = -15,     /* somebody else holds it */
  MG_E_MISMATCH = -16,   /* another workspace, a newer file, a stale plan */
  MG_E_UNSUPPORTED = -17,/* this end or build does not offer it */
  MG_E_UNCERTAIN = -18,  /* sent, and nobody knows whether it took effect */
  MG_E_AGAIN = -19,      /* not now; asked again later */
  MG_E_BLOCKED = -20,    /* something it needs is missing */
  MG_E_BUG = -21,        /* ours */
};

struct mg_error {
  int code;              /* MG_E_*, 0 = nothing written */
  int http;              /* status of the answer, 0 = none */
  char id[48];           /* stable code in brackets; "" = none */
  char text[1000];       /* one line, no full stop, no secrets */
};

#define MG_ERROR_INIT { 0, 0, "", "" }

/* All return 'code', so that one can write: return mg_error_set (...). */
int mg_error_set (struct mg_error *err, int code, const char *id,
                  const char *format, ...) MG_PRINTF (4, 5);
int mg_error_vset (struct mg_error *err, int code, const char *id,
                   const char *format, va_list args) MG_PRINTF (4, 0);

/* Puts "format: " before the text that is there; returns err->code. */
int mg_error_prefix (struct mg_error *err, const char *format, ...)
  MG_PRINTF (2, 3);

void mg_error_clear (struct mg_error *err);
void mg_error_copy (struct mg_error *dst, const struct mg_error *src);

/* A word for the code, for events: "cancelled", "not-found" ... */
const char *mg_error_name (int code);

/* A bug of ours: says what, where, and ends with status 4, never a signal
 * (a crash would be blamed on the plugin that runs at that moment). */
#define mg_bug(...) mg_bug_at (__FILE__, __LINE__, __VA_ARGS__)
void mg_bug_at (const char *file, int line, const char *format, ...)
  MG_PRINTF (3, 4) MG_NORETURN;

#endif
