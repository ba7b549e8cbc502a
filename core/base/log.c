/* Diagnostics: see log.h.  One lock keeps lines whole. */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"

static struct mg_mutex log_lock = { PTHREAD_MUTEX_INITIALIZER };
static enum mg_log_level log_level = MG_LOG_NORMAL;
static void (*log_hook) (void *opaque, int before);
static void *log_hook_opaque;

void
mg_log_set_level (enum mg_log_level level)
{
  log_level = level;
}

int
mg_log_enabled (enum mg_log_level level)
{
  return level <= log_level;
}

void
mg_log_set_hook (void (*hook) (void *opaque, int before), void *opaque)
{
  MG_LOCKED (&log_lock);
  log_hook = hook;
  log_hook_opaque = opaque;
}

/* Without memory a line comes out all the same. */
static void
put_plain (const char *text)
{
  fputs ("migrate: ", stderr);
  for (; *text != '\0'; text++)
    putc (*text >= ' ' && *text < 0x7f ? *text : '?', stderr);
  putc ('\n', stderr);
}

static void
put_line (const char *text)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf line = MG_BUF_INIT (64 * MG_KIB);

  mg_buf_add_str (&line, "migrate: ");
  mg_buf_add_printable (&line, text);
  mg_buf_add_byte (&line, '\n');
  MG_LOCKED (&log_lock);
  if (log_hook != NULL)
    log_hook (log_hook_opaque, 1);
  if (line.failed)
    put_plain (text);
  else
    fwrite (line.data, 1, line.len, stderr);
  fflush (stderr);
  if (log_hook != NULL)
    log_hook (log_hook_opaque, 0);
}

void
mg_log (enum mg_log_level level, const char *format, ...)
{
  MG_CLEANUP_FREE char *text = NULL;
  va_list args;

  if (!mg_log_enabled (level))
    return;
  va_start (args, format);
  text = mg_xvasprintf (format, args);
  va_end (args);
  put_line (text);
}

void
mg_log_error (const struct mg_error *err)
{
  MG_CLEANUP_FREE char *text =
    mg_xasprintf (err->id[0] ? "%s [%s]" : "%s", err->text, err->id);

  put_line (text);
}
