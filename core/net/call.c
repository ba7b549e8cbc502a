/* One call, on its caller's thread: checked, built and queued; then files are
 * read for it and what streams in is taken, until the I/O thread says that it
 * has ended.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "net/remote-impl.h"
#include "net/url.h"

#define TIMEOUT_US (60 * MG_SECOND_US)

void
mg_response_init (struct mg_response *res)
{
  memset (res, 0, sizeof *res);
  mg_buf_init (&res->body, MG_MAX_BODY);
  res->outcome = MG_OUTCOME_NOTHING;
}

void
mg_response_done (struct mg_response *res)
{
  if (res != NULL)
    mg_buf_done (&res->body);
}

/* ---- what may be sent ---- */

static int
is_clean (const char *text)
{
  for (; *text != '\0'; text++)
    if ((unsigned char) *text < ' ' || *text == 0x7f)
      return 0;
  return 1;
}

/* A '.' or '..' between two slashes names another place: what it is told, the
 * transport takes out of a path, and so does the service. */
static int
leads_out (const char *path)
{
  const char *end = path + strcspn (path, "?#"), *p, *next;

  for (p = path; p < end; p = next) {
    int dots = 0;

    for (next = ++p; next < end && *next != '/'; dots++)
      if (*next == '.')
        next++;
      else if (strncasecmp (next, "%2e", 3) == 0)
        next += 3;
      else
        break;
    if ((dots == 1 || dots == 2) && (next == end || *next == '/'))
      return 1;
    next += strcspn (next, "/?#");
  }
  return 0;
}

static int
check_path (const struct mg_request *req, struct mg_error *err)
{
  if ((req->path[0] != '/' && !mg_starts (req->path, "https://")
       && !mg_starts (req->path, "http://"))
      || !is_clean (req->path) || strchr (req->path, ' ') != NULL)
    return mg_error_set (err, MG_E_INVALID, "bad-request",
                         "'%.100s' is no encoded path that starts with '/'",
                         req->path);
  if (req->path[0] == '/' && leads_out (req->path))
    return mg_error_set (err, MG_E_INVALID, "leads-out",
                         "not sent, because its path leads elsewhere: %s %.300s; "
                         "look what is called so, and move it by hand",
                         req->method, req->path);
  return 0;
}

static int
check_request (const struct mg_request *req, struct mg_error *err)
{
  const char *p;
  size_t i;
  int r;

  for (p = req->method; *p >= 'A' && *p <= 'Z'; p++)
    ;
  if (*p != '\0' || p == req->method)
    return mg_error_set (err, MG_E_INVALID, "bad-request",
                         "'%.20s' is no HTTP method", req->method);
  r = check_path (req, err);
  if (r < 0)
    return r;
  for (i = 0; req->headers != NULL && req->headers[i] != NULL; i++)
    if (!is_clean (req->headers[i]) || strchr (req->headers[i], ':') == NULL
        || i >= MG_MAX_HEADERS - 6)
      return mg_error_set (err, MG_E_INVALID, "bad-request",
                           "a header line of %s %.100s is malformed",
                           req->method, req->path);
  return 0;
}

/* A URL that was signed for us goes over TLS, or stays on this machine. */
static int
check_signed_url (const struct mg_request *req, struct mg_error *err)
{
  struct mg_url url;
  int r = mg_url_parse (req->path, &url, err);

  if (r < 0)
    return r;
  if (!url.is_https && !mg_url_is_loopback (&url))
    return mg_error_set (err, MG_E_DENIED, "insecure-host",
                         "the service names a URL without TLS on '%s'; nothing "
                         "is sent there", url.host);
  return 0;
}

/* RULE-READ-ONLY: nothing but a read leaves for a source, and what a read is
 * says not the caller alone: it must be a GET or stand in reads.tsv. */
static int
check_source (struct mg_remote *r, const struct mg_request *req,
              struct mg_error *err)
{
  const char *host = strstr (r->end.host, "://");

  host = host ? host + 3 : r->end.host;
  if (!r->options.is_source || mg_streq (r->allow_writes, host)
      || mg_streq (r->allow_writes, r->end.host))
    return 0;
  if (req->effect == MG_READ && mg_reads_has (req->method, req->path))
    return 0;
  return mg_error_set (err, MG_E_DENIED, "source-read-only",
                       "%s %.300s: not sent: '%s' is the source and only read; "
                       "an action that writes to it asks for its host name",
                       req->method, req->path, host);
}

/* ---- building a call ---- */

/* Without a format: half a dozen of these for each request. */
static char *
join (const char *a, const char *b, const char *c)
{
  size_t n_a = strlen (a), n_b = strlen (b), n_c = strlen (c);
  char *text = mg_xmalloc (n_a + n_b + n_c + 1);

  memcpy (text, a, n_a);
  memcpy (text + n_a, b, n_b);
  memcpy (text + n_a + n_b, c, n_c + 1);
  return text;
}

static void
add_header (struct mg_call *call, size_t *n, const char *name,
            const char *value)
{
  call->headers[++*n] = name ? join (name, ": ", value)
                             : mg_xstrdup (value);
}

static void
build_headers (struct mg_remote *r, struct mg_call *call)
{
  const struct mg_request *req = call->req;
  size_t n = 0, i;

  add_header (call, &n, "Accept", req->accept ? req->accept
                                              : "application/json");
  if (!mg_wants_json (req))        /* nothing unpacks what is handed on */
    add_header (call, &n, NULL, "Accept-Encoding: identity");
  if (req->n_parts > 0)
    add_header (call, &n, "Content-Type",
                req->content_type ? req->content_type : "application/json");
  else
    add_header (call, &n, NULL, "Content-Type:");
  if (r->user_agent != NULL)
    add_header (call, &n, "User-Agent", r->user_agent);
  for (i = 0; req->headers != NULL && req->headers[i] != NULL; i++)
    add_header (call, &n, NULL, req->headers[i]);
  call->headers[n + 1] = NULL;
}

static int
build_call (struct mg_remote *r, const struct mg_request *req,
            struct mg_response *res, struct mg_waiter *waiter,
            struct mg_call *call, struct mg_error *err)
{
  memset (call, 0, sizeof *call);
  call->waiter = waiter;
  call->remote = r;
  call->req = req;
  call->res = res;
  call->is_absolute = req->path[0] != '/';
  call->class_id = call->is_absolute
                     ? 0 : mg_remote_class (r, req->method, req->path);
  call->has_files = mg_body_has_files (req->parts, req->n_parts);
  call->timeout_us = req->timeout_us > 0 ? req->timeout_us : TIMEOUT_US;
  call->url = join (call->is_absolute ? "" : r->end.host, req->path, "");
  build_headers (r, call);
  return mg_body_init (&call->body, req->parts, req->n_parts, err);
}

static void
call_done (struct mg_call *call)
{
  size_t i;

  for (i = 1; i < MG_N_ELEMENTS (call->headers) && call->headers[i] != NULL;
       i++)
    mg_free (call->headers[i]);
  mg_free (call->url);
  mg_body_done (&call->body);
  mg_ring_done (&call->down);
  mg_ring_done (&call->up);
}

/* ---- while it is on its way ---- */

/* Tells the I/O thread that there is something to do; with the lock held. */
static int
must_wake (struct mg_remote *r)
{
  int was_sleeping = r->sleeping;

  r->sleeping = 0;
  return was_sleeping;
}

/* Asks the I/O thread to look at this call again. */
static void
ask_resume (struct mg_remote *r, struct mg_call *call)
{
  int wake = 0;

  mg_mutex_lock (&r->lock);
  if (!call->in_resumes && !call->no_resumes) {
    call->in_resumes = 1;
    call->next_resume = r->resumes;
    r->resumes = call;
    wake = must_wake (r);
  }
  mg_mutex_unlock (&r->lock);
  if (wake)
    r->transport->ops->wake (r->transport);
}

/* The next two are called with the call's lock held, give it up while they
 * work, and hold it again when they return. */

static void
deliver (struct mg_remote *r, struct mg_call *call)
{
  const char *data;
  size_t n = mg_ring_peek (&call->down, &data);
  int code = 0, resume;

  mg_mutex_unlock (&call->waiter->lock);
  if (call->abort_code == 0)
    code = call->req->on_data (call->req->opaque, data, n, &call->abort_err);
  mg_mutex_lock (&call->waiter->lock);
  mg_ring_drop (&call->down, n);
  if (code != 0)
    call->abort_code = code < 0 ? code : MG_E_FAIL;
  resume = !call->ended
           && (code != 0
               || (call->down_paused
                   && mg_ring_room (&call->down) >= 2 * MG_CHUNK));
  mg_mutex_unlock (&call->waiter->lock);
  if (resume)
    ask_resume (r, call);
  mg_mutex_lock (&call->waiter->lock);
}

struct file_reader {
  struct mg_body body;
  unsigned round;
  char *chunk;
};

static void
read_file (struct mg_remote *r, struct mg_call *call,
           struct file_reader *reader)
{
  unsigned round = call->up_round;
  size_t n = 0;
  int code, resume;

  mg_mutex_unlock (&call->waiter->lock);
  if (reader->round != round) {
    mg_body_rewind (&reader->body);
    reader->round = round;
  }
  code = mg_body_read (&reader->body, reader->chunk, MG_CHUNK, &n,
                       &call->abort_err);
  mg_mutex_lock (&call->waiter->lock);
  if (code < 0)
    call->abort_code = code;
  else if (call->up_round == round) {
    mg_ring_put (&call->up, reader->chunk, n);
    call->up_ended = n == 0;
  }
  if (n == 0)
    call->up_wanted = call->up_round != round;
  resume = !call->ended && (code < 0 || call->up_paused);
  mg_mutex_unlock (&call->waiter->lock);
  if (resume)
    ask_resume (r, call);
  mg_mutex_lock (&call->waiter->lock);
}

static void
attend (struct mg_remote *r, struct mg_call *call, struct file_reader *reader)
{
  mg_mutex_lock (&call->waiter->lock);
  for (;;) {
    if (call->down.len > 0)
      deliver (r, call);
    else if (call->ended)
      break;
    else if (call->has_files && call->up_wanted && call->abort_code == 0
             && mg_ring_room (&call->up) >= MG_CHUNK)
      read_file (r, call, reader);
    else
      mg_cond_wait (&call->waiter->cond, &call->waiter->lock);
  }
  mg_mutex_unlock (&call->waiter->lock);
}

static int
enqueue (struct mg_remote *r, struct mg_call *call, struct mg_error *err)
{
  int wake;

  mg_mutex_lock (&r->lock);
  if (r->draining || r->closing) {
    mg_mutex_unlock (&r->lock);
    mg_answer_cancelled (call);
    mg_error_copy (err, &call->err);
    return call->code;
  }
  call->next = NULL;
  if (r->inbox_last != NULL && r->inbox != NULL)
    r->inbox_last->next = call;
  else
    r->inbox = call;
  r->inbox_last = call;
  r->classes[call->class_id].n_queued++;
  r->stats.queued++;
  wake = must_wake (r);
  mg_mutex_unlock (&r->lock);
  if (wake)
    r->transport->ops->wake (r->transport);
  return 0;
}

static int
result_of (struct mg_call *call, struct mg_error *err)
{
  if (call->abort_code != 0) {
    if (call->abort_err.code == 0)
      mg_error_set (&call->abort_err, call->abort_code, "",
                    "%s %.300s: ended by its caller", call->req->method,
                    call->req->path);
    mg_error_copy (err, &call->abort_err);
    return call->abort_code;
  }
  if (call->code != 0)
    mg_error_copy (err, &call->err);
  return call->code;
}

static int
run_call (struct mg_remote *r, const struct mg_request *req,
          struct mg_response *res, struct mg_waiter *waiter,
          struct mg_error *err)
{
  struct file_reader reader = { .chunk = NULL };
  struct mg_call call;
  int code;

  code = build_call (r, req, res, waiter, &call, err);
  /* once queued, the rest of the call is the I/O thread's */
  if (code == 0 && call.has_files) {
    reader.body = call.body;
    reader.chunk = mg_xmalloc (MG_CHUNK);
  }
  if (code == 0)
    code = enqueue (r, &call, err);
  if (code == 0) {
    attend (r, &call, &reader);
    code = result_of (&call, err);
  }
  if (reader.chunk != NULL)
    mg_body_done (&reader.body);
  mg_free (reader.chunk);
  call_done (&call);
  return code;
}

static struct mg_waiter *
come_in (struct mg_remote *r)
{
  struct mg_waiter *waiter;

  MG_LOCKED (&r->lock);
  r->n_callers++;
  waiter = r->waiters;
  if (waiter != NULL) {
    r->waiters = waiter->next;
    return waiter;
  }
  waiter = mg_xcalloc (1, sizeof *waiter);
  mg_mutex_init (&waiter->lock);
  mg_cond_init (&waiter->cond);
  return waiter;
}

static void
go_out (struct mg_remote *r, struct mg_waiter *waiter)
{
  MG_LOCKED (&r->lock);
  waiter->next = r->waiters;
  r->waiters = waiter;
  if (--r->n_callers == 0)
    mg_cond_signal (&r->idle);
}

int
mg_remote_call (struct mg_remote *r, const struct mg_request *req,
                struct mg_response *res, struct mg_error *err)
{
  struct mg_waiter *waiter;
  int code;

  mg_buf_reset (&res->body);
  res->body.max = req->max_body ? req->max_body : MG_MAX_BODY;
  res->status = 0;
  res->outcome = MG_OUTCOME_NOTHING;
  res->error_code[0] = res->request_id[0] = '\0';
  res->date_us = res->sent_us = res->ended_us = 0;
  res->tries = 0;
  res->was_in_doubt = 0;
  code = check_request (req, err);
  if (code == 0 && req->path[0] != '/')
    code = check_signed_url (req, err);
  if (code == 0)
    code = check_source (r, req, err);
  if (code < 0)
    return code;
  waiter = come_in (r);
  code = run_call (r, req, res, waiter, err);
  go_out (r, waiter);
  return code;
}
