/* The trace: see trace.h.  The lock keeps lines whole and in order. */
#include <config.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/thread.h"
#include "net/trace.h"

struct mg_trace {
  struct mg_mutex lock;
  char *path;
  int fd;
  int with_bodies;
};

int
mg_trace_open (const char *path, int with_bodies, struct mg_trace **ret_trace,
               struct mg_error *err)
{
  struct mg_trace *trace;
  int fd, r;

  r = mg_fd_open_append (path, 0600, &fd, err);
  if (r < 0)
    return r;
  trace = mg_xcalloc (1, sizeof *trace);
  mg_mutex_init (&trace->lock);
  trace->path = mg_xstrdup (path);
  trace->fd = fd;
  trace->with_bodies = with_bodies;
  *ret_trace = trace;
  return 0;
}

void
mg_trace_close (struct mg_trace *trace)
{
  if (trace == NULL)
    return;
  mg_fd_close (&trace->fd);
  mg_mutex_done (&trace->lock);
  mg_free (trace->path);
  mg_free (trace);
}

int
mg_trace_has_bodies (const struct mg_trace *trace)
{
  return trace != NULL && trace->with_bodies;
}

void
mg_trace_begin (struct mg_trace_line *line, const char *name)
{
  int64_t now_us = mg_clock_wall_us ();
  char iso[24];

  mg_buf_init (&line->text, MG_MAX_ERROR_BODY * 8);
  mg_time_iso (now_us, iso);
  mg_buf_addf (&line->text, "{\"t\":\"%.19s.%06dZ\",\"ev\":", iso,
               (int) (now_us % MG_SECOND_US));
  mg_buf_add_json (&line->text, name);
}

void
mg_trace_text (struct mg_trace_line *line, const char *key, const char *value)
{
  if (value == NULL)
    return;
  mg_buf_addf (&line->text, ",\"%s\":", key);
  mg_buf_add_json (&line->text, value);
}

void
mg_trace_int (struct mg_trace_line *line, const char *key, int64_t value)
{
  mg_buf_addf (&line->text, ",\"%s\":%lld", key, (long long) value);
}

void
mg_trace_number (struct mg_trace_line *line, const char *key, double value)
{
  mg_buf_addf (&line->text, ",\"%s\":%.4g", key, value);
}

void
mg_trace_end (struct mg_trace *trace, struct mg_trace_line *line)
{
  mg_buf_add_str (&line->text, "}\n");
  if (line->text.failed == 0) {
    MG_LOCKED (&trace->lock);
    if (trace->fd >= 0
        && mg_fd_write (trace->fd, line->text.data, line->text.len,
                        trace->path, NULL) < 0)
      mg_fd_close (&trace->fd);
  }
  mg_buf_done (&line->text);
}
