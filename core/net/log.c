/* What the I/O thread tells: the trace and the watch. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "net/redact.h"
#include "net/remote-impl.h"
#include "net/trace.h"

static const char *
class_name (const struct mg_remote *r, const struct mg_call *call)
{
  return mg_remote_class_name (r, call->class_id);
}

static void
begin (struct mg_remote *r, struct mg_call *call, struct mg_trace_line *line,
       const char *name)
{
  char path[300];

  mg_trace_begin (line, name);
  mg_trace_text (line, "host", r->end.host);
  mg_trace_text (line, "class", class_name (r, call));
  mg_trace_text (line, "method", call->req->method);
  mg_trace_text (line, "path", mg_answer_path (r, call, path));
  mg_trace_int (line, "try", call->res->tries);
}

static int
shows_bodies (const struct mg_remote *r, const struct mg_call *call)
{
  return mg_trace_has_bodies (r->options.trace) && !call->req->is_secret;
}

static void
add_body (struct mg_remote *r, struct mg_trace_line *line, const char *key,
          const void *data, size_t len)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf clean =
    MG_BUF_INIT (2 * MG_MAX_ERROR_BODY);

  if (len == 0)
    return;
  mg_redact (&clean, data, len < MG_MAX_ERROR_BODY ? len : MG_MAX_ERROR_BODY,
             mg_auth_end (r->auth));
  mg_trace_text (line, key, mg_buf_text (&clean));
}

void
mg_log_start (struct mg_remote *r, struct mg_call *call)
{
  struct mg_trace *trace = r->options.trace;
  struct mg_trace_line line;
  size_t i;

  if (trace == NULL)
    return;
  begin (r, call, &line, "http/request");
  mg_trace_int (&line, "len", call->body.total);
  if (shows_bodies (r, call))
    for (i = 0; i < call->req->n_parts; i++)
      if (call->req->parts[i].type == MG_PART_MEM)
        add_body (r, &line, "body", call->req->parts[i].data,
                  call->req->parts[i].len);
  mg_trace_end (trace, &line);
}

void
mg_log_answer (struct mg_remote *r, struct mg_call *call,
               const struct mg_transfer_end *end)
{
  static const char *const outcomes[] = { "ok", "nothing", "refused", "doubt" };
  struct mg_trace *trace = r->options.trace;
  struct mg_trace_line line;

  if (trace == NULL)
    return;
  begin (r, call, &line, "http/answer");
  mg_trace_int (&line, "status", call->status);
  mg_trace_text (&line, "outcome", outcomes[call->res->outcome]);
  mg_trace_int (&line, "us", mg_clock_now_us () - call->started_us);
  mg_trace_int (&line, "in", call->n_in);
  mg_trace_int (&line, "out", call->n_out);
  if (call->res->request_id[0] != '\0')
    add_body (r, &line, "request_id", call->res->request_id,
              strlen (call->res->request_id));
  if (call->error.code[0] != '\0')
    add_body (r, &line, "error_code", call->error.code,
              strlen (call->error.code));
  if (end->text[0] != '\0')
    add_body (r, &line, "text", end->text, strlen (end->text));
  if (shows_bodies (r, call))
    add_body (r, &line, "body", mg_buf_text (&call->res->body),
              call->res->body.len);
  mg_trace_end (trace, &line);
}

void
mg_log_retry (struct mg_remote *r, struct mg_call *call, int64_t wait_us)
{
  struct mg_remote_event event = {
    .kind = "retry", .class_name = class_name (r, call), .wait_us = wait_us,
    .text = call->err.text,
  };
  struct mg_trace_line line;

  mg_remote_tell (r, &event);
  if (r->options.trace == NULL)
    return;
  begin (r, call, &line, "http/retry");
  mg_trace_int (&line, "wait_us", wait_us);
  mg_trace_text (&line, "why", call->err.id);
  mg_trace_end (r->options.trace, &line);
}

void
mg_log_throttled (struct mg_remote *r, struct mg_call *call, int64_t wait_us,
                  double before, double after)
{
  char span[24], text[400], rates[80] = "";
  struct mg_remote_event event = {
    .kind = "throttled", .class_name = class_name (r, call),
    .wait_us = wait_us, .rate_before = before, .rate_after = after,
    .text = text,
  };
  struct mg_trace_line line;

  if (before > 0 && before != after)
    snprintf (rates, sizeof rates, "; %.3g/s -> %.3g/s", before, after);
  mg_time_span (wait_us, span);
  if (call->retry_after_us >= 0)
    snprintf (text, sizeof text,
              "%s: throttled by %.150s (429, Retry-After %s): waiting %s%s",
              event.class_name, r->end.name, span, span, rates);
  else
    snprintf (text, sizeof text,
              "%s: throttled by %.150s (429): waiting %s%s", event.class_name,
              r->end.name, span, rates);
  mg_remote_tell (r, &event);
  if (r->options.trace == NULL)
    return;
  begin (r, call, &line, "http/throttled");
  mg_trace_int (&line, "wait_us", wait_us);
  mg_trace_text (&line, "source",
                 call->retry_after_us >= 0 ? "retry-after" : "jitter");
  mg_trace_number (&line, "rate_before", before);
  mg_trace_number (&line, "rate_after", after);
  mg_trace_end (r->options.trace, &line);
}
