/* SPDX-License-Identifier: Apache-2.0
 *
 * Linked into programs of the tests, never into the one that is shipped: with
 * MG_TRACED=FOLDER a run leaves there all that it could have been asked to
 * tell, whatever it was asked, and goes on as if nobody looked.
 *
 *   FOLDER/trace   what --trace and -vv write, where there is no --trace; where
 *                  there is one, bodies stand in that
 *   FOLDER/log     what -vv says, at every level; what tries again stands in the
 *                  trace
 *   FOLDER/said    what went to standard output and standard error
 *
 * Each run adds to them.  A core may be as large as it likes: what is forbidden
 * from outside would prove nothing.
 */
#include <config.h>

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "cli/options.h"

static char trace_path[PATH_MAX];
static int log_fd = -1, said_fd = -1;

/* ---- what stands before the program's own ---- */

const char *__real_mg_opt_text (const struct mg_options *o, enum mg_opt id);
const char *__wrap_mg_opt_text (const struct mg_options *o, enum mg_opt id);

const char *
__wrap_mg_opt_text (const struct mg_options *o, enum mg_opt id)
{
  const char *text = __real_mg_opt_text (o, id);

  return id == MG_OPT_TRACE && text == NULL && trace_path[0] != '\0'
    ? trace_path : text;
}

int __real_mg_log_enabled (enum mg_log_level level);
int __wrap_mg_log_enabled (enum mg_log_level level);

/* Of the second -v: are there bodies in the trace?  Nothing else asks for it. */
int
__wrap_mg_log_enabled (enum mg_log_level level)
{
  return (level == MG_LOG_DEBUG && trace_path[0] != '\0')
    || __real_mg_log_enabled (level);
}

void __real_mg_log (enum mg_log_level level, const char *format, ...)
  MG_PRINTF (2, 3);
void __wrap_mg_log (enum mg_log_level level, const char *format, ...)
  MG_PRINTF (2, 3);

static void
keep (int fd, const char *text, size_t len)
{
  ssize_t n = fd < 0 ? 0 : write (fd, text, len);

  (void) n;
}

void
__wrap_mg_log (enum mg_log_level level, const char *format, ...)
{
  MG_CLEANUP_FREE char *text = NULL;
  va_list args;

  va_start (args, format);
  text = mg_xvasprintf (format, args);
  va_end (args);
  keep (log_fd, text, strlen (text));
  keep (log_fd, "\n", 1);
  __real_mg_log (level, "%s", text);
}

/* ---- what is said ---- */

static ssize_t
say (void *fd, const char *text, size_t len)
{
  ssize_t n;

  keep (said_fd, text, len);
  n = write (*(int *) fd, text, len);
  return n < 0 ? 0 : n;
}

static void
listen_to (FILE **stream, int *fd, int mode)
{
  cookie_io_functions_t functions = { .write = say };
  FILE *ours = fopencookie (fd, "w", functions);

  if (ours == NULL)
    abort ();
  setvbuf (ours, NULL, mode, 4096);
  *stream = ours;
}

static int
open_in (const char *folder, const char *name)
{
  char path[PATH_MAX];
  int fd;

  snprintf (path, sizeof path, "%s/%s", folder, name);
  fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    abort ();
  return fd;
}

__attribute__ ((constructor)) static void
begin_tracing (void)
{
  static int out = STDOUT_FILENO, err = STDERR_FILENO;
  const char *folder = getenv ("MG_TRACED");
  struct rlimit core;

  if (folder == NULL)
    return;
  snprintf (trace_path, sizeof trace_path, "%s/trace", folder);
  log_fd = open_in (folder, "log");
  said_fd = open_in (folder, "said");
  listen_to (&stdout, &out, isatty (out) ? _IOLBF : _IOFBF);
  listen_to (&stderr, &err, _IONBF);
  if (getrlimit (RLIMIT_CORE, &core) == 0) {
    core.rlim_cur = core.rlim_max;
    setrlimit (RLIMIT_CORE, &core);
  }
}
