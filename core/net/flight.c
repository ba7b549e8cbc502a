/* One try on its way, on the I/O thread: what the transport asks for and hands
 * over, and how it is sent.  Holds a call's lock only while it touches what
 * the caller shares.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "net/remote-impl.h"

void
mg_flight_heard (struct mg_call *call)
{
  call->heard_us = mg_clock_now_us ();
}

void
mg_flight_watch (struct mg_remote *r, struct mg_call *call)
{
  mg_flight_heard (call);
  if (call->heard_us + call->timeout_us < r->watch_us)
    r->watch_us = call->heard_us + call->timeout_us;
}

static long
read_body (void *opaque, char *to, size_t size)
{
  struct mg_call *call = opaque;
  const char *from;
  size_t n = 0;

  mg_flight_heard (call);
  if (!call->has_files) {
    if (mg_body_read (&call->body, to, size, &n, NULL) < 0)
      return -1;
    call->n_out += (long) n;
    return (long) n;
  }
  MG_LOCKED (&call->waiter->lock);
  if (call->abort_code != 0)
    return -1;
  n = mg_ring_peek (&call->up, &from);
  if (n == 0 && call->up_ended)
    return 0;
  if (n == 0) {
    call->up_paused = 1;
    return MG_TRANSFER_PAUSE;
  }
  if (n > size)
    n = size;
  memcpy (to, from, n);
  mg_ring_drop (&call->up, n);
  call->n_out += (long) n;
  mg_cond_signal (&call->waiter->cond);
  return (long) n;
}

/* The body from its beginning: the caller is told by a new round. */
static int
rewind_body (void *opaque)
{
  struct mg_call *call = opaque;

  if (!call->has_files) {
    mg_body_rewind (&call->body);
    return 0;
  }
  MG_LOCKED (&call->waiter->lock);
  mg_ring_reset (&call->up);
  call->up_round++;
  call->up_wanted = 1;
  call->up_ended = call->up_paused = 0;
  mg_cond_signal (&call->waiter->cond);
  return 0;
}

static void
on_status (void *opaque, int status)
{
  struct mg_call *call = opaque;

  mg_flight_heard (call);
  call->status = status;
  call->is_html = call->is_packed = 0;
}

static void
copy (char *to, size_t size, const char *from)
{
  size_t i;

  for (i = 0; i + 1 < size && from[i] != '\0'; i++)
    to[i] = (unsigned char) from[i] < ' ' ? ' ' : from[i];
  to[i] = '\0';
}

static void
on_header (void *opaque, const char *name, const char *value)
{
  struct mg_call *call = opaque;
  struct mg_response *res = call->res;

  mg_flight_heard (call);
  call->n_in += (int64_t) (strlen (name) + strlen (value));
  if (strcasecmp (name, "retry-after") == 0)
    call->retry_after_us = mg_retry_after_us (value, mg_clock_wall_us ());
  else if (strcasecmp (name, "date") == 0)
    mg_time_parse_http (value, &res->date_us);
  else if (strcasecmp (name, "x-request-id") == 0
           || strcasecmp (name, "x-databricks-request-id") == 0)
    copy (res->request_id, sizeof res->request_id, value);
  else if (strcasecmp (name, "x-databricks-org-id") == 0)
    copy (call->org_id, sizeof call->org_id, value);
  else if (strcasecmp (name, "location") == 0)
    copy (call->location, sizeof call->location, value);
  else if (strcasecmp (name, "content-encoding") == 0)
    call->is_packed = strcasecmp (value, "identity") != 0
                      && !mg_wants_json (call->req);
  else if (strcasecmp (name, "content-type") == 0)
    call->is_html = strncasecmp (value, "text/html", 9) == 0;
}

/* To the caller, 64 KiB at a time; the ring full pauses the connection. */
static int
stream (struct mg_call *call, const char *data, size_t len)
{
  size_t most = call->req->max_body;

  if (most > 0 && (uint64_t) call->n_in + len > most) {
    call->too_large = 1;
    return -1;
  }
  MG_LOCKED (&call->waiter->lock);
  if (call->abort_code != 0)
    return -1;
  if (!mg_ring_put (&call->down, data, len)) {
    call->down_paused = 1;
    return MG_TRANSFER_PAUSE;
  }
  call->delivered = 1;
  mg_cond_signal (&call->waiter->cond);
  return 0;
}

/* Has no other call whose answer is being kept been longer on its way?  That
 * one is never held back, so somebody always gets on. */
static int
is_oldest (const struct mg_remote *r, const struct mg_call *call)
{
  int i;

  for (i = 0; i < r->n_flying; i++)
    if (r->flying[i] != call && r->flying[i]->res->body.len > 0
        && r->flying[i]->started_us < call->started_us)
      return 0;
  return 1;
}

/* Twenty answers of 16 MiB each would be far too much memory: beyond a bound
 * for all, the younger ones wait. */
static int
keep (struct mg_remote *r, struct mg_call *call, const char *data, size_t len)
{
  if (r->n_held + (int64_t) len > MG_HELD && !is_oldest (r, call)) {
    call->held_back = 1;
    r->n_held_back++;
    return MG_TRANSFER_PAUSE;
  }
  if (mg_buf_add (&call->res->body, data, len) < 0) {
    call->too_large = len > call->res->body.max - call->res->body.len;
    call->no_memory = !call->too_large;
    return -1;
  }
  r->n_held += (int64_t) len;
  call->n_kept += (int64_t) len;
  call->n_in += (int64_t) len;
  if (r->n_held > r->most_held)
    r->most_held = r->n_held;
  return 0;
}

static int
on_data (void *opaque, const char *data, size_t len)
{
  struct mg_call *call = opaque;
  struct mg_buf *body = &call->res->body;
  int is_2xx = call->status >= 200 && call->status < 300;
  int is_page = call->is_html && mg_wants_json (call->req);
  int r = 0;

  mg_flight_heard (call);
  if (is_2xx && call->req->on_data != NULL && !is_page) {
    r = stream (call, data, len);
    if (r == 0)
      call->n_in += (int64_t) len;
    return r;
  }
  if (is_2xx && !is_page)
    return keep (call->remote, call, data, len);
  /* of a refusal the beginning is enough */
  call->n_in += (int64_t) len;
  if (body->len < MG_MAX_ERROR_BODY)
    mg_buf_add (body, data, len < MG_MAX_ERROR_BODY - body->len
                              ? len : MG_MAX_ERROR_BODY - body->len);
  return 0;
}

static void
on_end (void *opaque, const struct mg_transfer_end *end)
{
  struct mg_call *call = opaque;

  mg_io_landed (call->remote, call, end);
}

static const struct mg_transfer_ops call_ops = {
  .read_body = read_body,
  .rewind_body = rewind_body,
  .on_status = on_status,
  .on_header = on_header,
  .on_data = on_data,
  .on_end = on_end,
};

/* ---- sending ---- */

static void
prepare (struct mg_call *call, int64_t now_us)
{
  struct mg_response *res = call->res;

  call->status = 0;
  call->retry_after_us = -1;
  call->n_in = call->n_out = call->n_kept = 0;
  call->org_id[0] = call->location[0] = '\0';
  call->too_large = call->no_memory = call->is_html = call->held_back = 0;
  mg_buf_reset (&res->body);
  res->request_id[0] = '\0';
  res->date_us = 0;
  res->tries++;
  res->sent_us = mg_clock_wall_us ();
  call->started_us = call->heard_us = now_us;
  if (call->first_us == 0)
    call->first_us = now_us;
  rewind_body (call);
}

void
mg_flight_send (struct mg_remote *r, struct mg_call *call,
                const char *auth_line, unsigned generation, int64_t now_us)
{
  const struct mg_request *req = call->req;
  int has_line = auth_line != NULL && !call->is_absolute;
  int is_read = strcmp (req->method, "GET") == 0
                || strcmp (req->method, "HEAD") == 0
                || strcmp (req->method, "DELETE") == 0;
  struct mg_submit s = {
    .method = req->method,
    .url = call->url,
    .headers = (const char *const *) call->headers + (has_line ? 0 : 1),
    .ops = &call_ops,
    .opaque = call,
    .body_len = req->n_parts == 0 && is_read ? -1 : call->body.total,
    .once = req->effect == MG_CREATE,
    .may_compress = mg_wants_json (req),
  };
  struct mg_transfer_end end = { .result = MG_TRANSFER_CONNECT };
  struct mg_error err = MG_ERROR_INIT;

  prepare (call, now_us);
  call->headers[0] = (char *) auth_line;
  call->generation = generation;
  r->flying[r->n_flying++] = call;
  mg_flight_watch (r, call);
  mg_log_start (r, call);
  if (r->transport->ops->submit (r->transport, &s, &call->transfer, &err) < 0) {
    snprintf (end.text, sizeof end.text, "%s", err.text);
    mg_io_landed (r, call, &end);
  }
}
