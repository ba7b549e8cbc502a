/* The I/O thread of a remote: takes what callers queued, sends what may be
 * sent, and decides what happens to what ended.  It holds the remote's lock
 * only while it looks at queues and counters, and a call's lock only while it
 * touches what its caller shares.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "net/redact.h"
#include "net/remote-impl.h"

#define STOP_US (5 * MG_SECOND_US)     /* for answers, once a run is to stop */
#define BUDGET_US (15 * 60 * MG_SECOND_US)     /* of all tries of one call */
#define FIRST_CONTACT_RETRIES 2

/* ---- the end of a call ---- */

/* The caller may be gone as soon as 'ended' is seen. */
static void
end_call (struct mg_remote *r, struct mg_call *call)
{
  struct mg_waiter *waiter = call->waiter;
  struct mg_call **p;

  mg_mutex_lock (&r->lock);
  if (call->in_resumes) {
    for (p = &r->resumes; *p != call; p = &(*p)->next_resume)
      ;
    *p = call->next_resume;
    call->in_resumes = 0;
  }
  call->no_resumes = 1;            /* one that is asked for now comes too late */
  mg_mutex_unlock (&r->lock);
  call->res->ended_us = mg_clock_now_us ();
  mg_mutex_lock (&waiter->lock);
  call->ended = 1;
  mg_mutex_unlock (&waiter->lock);
  mg_cond_signal (&waiter->cond);
}

static void
fail_call (struct mg_remote *r, struct mg_call *call,
           const struct mg_error *why)
{
  call->code = why->code;
  mg_error_copy (&call->err, why);
  call->res->outcome = MG_OUTCOME_NOTHING;
  end_call (r, call);
}

/* ---- what happens next to a call whose try ended ---- */

static void
requeue (struct mg_remote *r, struct mg_call *call)
{
  mg_mutex_lock (&r->lock);
  r->classes[call->class_id].n_queued++;
  r->stats.queued++;
  mg_queue_push (r, call, 1);
  mg_mutex_unlock (&r->lock);
}

static int
is_stopping (struct mg_remote *r)
{
  MG_LOCKED (&r->lock);
  return r->draining || r->closing;
}

static int
is_closing (struct mg_remote *r)
{
  MG_LOCKED (&r->lock);
  return r->closing;
}

static void
retry_later (struct mg_remote *r, struct mg_call *call, int64_t now_us)
{
  unsigned most = r->had_answer ? r->options.retries : FIRST_CONTACT_RETRIES;
  int64_t wait_us = mg_retry_delay_us (call->retries,
                                       r->options.retry_backoff_us,
                                       call->retry_after_us, &r->rand);

  if (call->retries >= most
      || now_us + wait_us - call->first_us > BUDGET_US) {
    end_call (r, call);
    return;
  }
  call->retries++;
  mg_mutex_lock (&r->lock);
  r->stats.retries++;
  mg_mutex_unlock (&r->lock);
  mg_log_retry (r, call, wait_us);
  call->due_us = now_us + wait_us;
  mg_heap_push (r, call);
}

static void
give_up_throttled (struct mg_remote *r, struct mg_call *call, int64_t now_us,
                   int64_t since_us, int64_t wait_us)
{
  char waited[24], more[24], path[300];

  call->code = mg_error_set (&call->err, MG_E_THROTTLED, "throttled",
                             "%s %s: throttled (429) for %s, and %s more to "
                             "wait; nothing is lost, resume later",
                             call->req->method,
                             mg_answer_path (r, call, path),
                             mg_time_span (now_us - since_us, waited),
                             mg_time_span (wait_us, more));
  call->err.http = 429;
  end_call (r, call);
}

/* A 429 never spends a call's retries; the class as a whole has a limit. */
static void
throttled (struct mg_remote *r, struct mg_call *call, int64_t now_us)
{
  int64_t wait_us = mg_retry_delay_us (call->throttles,
                                       r->options.retry_backoff_us,
                                       call->retry_after_us, &r->rand);
  int64_t since_us;
  double before, after;

  mg_mutex_lock (&r->lock);
  {
    struct mg_class *c = &r->classes[call->class_id];

    before = c->rate.rate;
    mg_rate_throttled (&c->rate, call->retry_after_us, now_us);
    after = c->rate.rate;
    if (c->throttled_us == INT64_MIN)
      c->throttled_us = now_us;
    since_us = c->throttled_us;
    r->stats.throttled++;
  }
  mg_mutex_unlock (&r->lock);
  if (now_us + wait_us - since_us > r->options.throttle_wait_us) {
    give_up_throttled (r, call, now_us, since_us, wait_us);
    return;
  }
  call->throttles++;
  mg_log_throttled (r, call, wait_us, before, after);
  call->due_us = now_us + wait_us;
  mg_heap_push (r, call);
}

/* Either everybody's token is no good any more, or this one request is not
 * for the likes of it. */
static void
token_refused (struct mg_remote *r, struct mg_call *call, int64_t now_us)
{
  const char *line;
  unsigned generation;
  int ready;

  mg_auth_refused (r->auth, call->generation, call->status, now_us);
  if (!call->is_absolute
      && mg_auth_may_retry (r->auth, call->refusals, now_us)) {
    call->refusals++;
    requeue (r, call);
    return;
  }
  ready = mg_auth_line (r->auth, now_us, &line, &generation, &call->err);
  if (ready == MG_E_AUTH)
    call->code = MG_E_AUTH;
  else if (ready == 0 && !call->is_absolute)
    mg_answer_denied (r, call);
  end_call (r, call);
}

static void
decide (struct mg_remote *r, struct mg_call *call,
        struct mg_retry_verdict verdict)
{
  int64_t now_us = mg_clock_now_us ();
  enum mg_retry_action action = verdict.action;

  if ((action != MG_RETRY_NO && is_stopping (r))
      || (call->code != 0 && is_closing (r))) {
    mg_answer_cancelled (call);
    action = MG_RETRY_NO;
  }
  /* half of the body is with the caller: only it can start over */
  if (action == MG_RETRY_YES && call->delivered)
    action = MG_RETRY_NO;
  if (action == MG_RETRY_YES)
    retry_later (r, call, now_us);
  else if (action == MG_RETRY_THROTTLED)
    throttled (r, call, now_us);
  else if (action == MG_RETRY_AUTH)
    token_refused (r, call, now_us);
  else
    end_call (r, call);
}

/* What every answer tells, good or bad. */
static void
learn (struct mg_remote *r, struct mg_call *call)
{
  int64_t now_us = mg_clock_now_us ();
  int64_t latency_us = call->status != 0 ? now_us - call->started_us : -1;

  if (call->status != 0)
    r->had_answer = 1;
  mg_auth_set_org (r->auth, call->status == 401 ? "" : call->org_id);
  MG_LOCKED (&r->lock);
  mg_queue_landed (r, call, latency_us);
  if (call->status != 0 && call->status != 429)
    r->classes[call->class_id].throttled_us = INT64_MIN;
  if (call->org_id[0] != '\0' && strcmp (call->org_id, r->org_id) != 0) {
    memcpy (r->org_id, call->org_id, sizeof r->org_id);
    mg_redact_text (r->org_id, sizeof r->org_id, mg_auth_end (r->auth));
  }
  /* the header counts whole seconds: half of one is the best guess */
  if (call->res->date_us != 0)
    r->skew_us = call->res->date_us + MG_SECOND_US / 2 - mg_clock_wall_us ();
  r->stats.most_held = r->most_held;
  r->stats.bytes_in += call->n_in;
  r->stats.bytes_out += call->n_out;
}

/* Its answer is no longer on its way: those that were held back ask again,
 * and may be held back again. */
static void
make_room (struct mg_remote *r, struct mg_call *landed)
{
  int i;

  r->n_held -= landed->n_kept;
  r->n_held_back -= landed->held_back;
  landed->n_kept = landed->held_back = 0;
  for (i = 0; r->n_held_back > 0 && i < r->n_flying; i++) {
    struct mg_call *call = r->flying[i];

    if (!call->held_back)
      continue;
    call->held_back = 0;
    r->n_held_back--;
    mg_flight_watch (r, call);
    r->transport->ops->resume (r->transport, call->transfer);
  }
}

void
mg_io_landed (struct mg_remote *r, struct mg_call *call,
              const struct mg_transfer_end *end)
{
  struct mg_retry_verdict verdict;
  int i;

  for (i = 0; r->flying[i] != call; i++)
    ;
  r->flying[i] = r->flying[--r->n_flying];
  call->transfer = NULL;
  make_room (r, call);
  learn (r, call);
  verdict = mg_answer_read (r, call, end);
  mg_log_answer (r, call, end);
  decide (r, call, verdict);
}

/* ---- sending ---- */

/* Everything that may leave now; how long until more may. */
static int64_t
send_due (struct mg_remote *r)
{
  struct mg_error err = MG_ERROR_INIT;
  const char *line = NULL;
  unsigned generation = 0;
  int64_t wait_us = INT64_MAX;

  for (;;) {
    int64_t now_us = mg_clock_now_us ();
    struct mg_call *call;
    int ready = mg_auth_line (r->auth, now_us, &line, &generation, &err);

    mg_mutex_lock (&r->lock);
    r->auth_waits = ready < 0;
    if (ready == MG_E_AGAIN)
      call = NULL;
    else if (ready < 0)
      call = mg_queue_drop (r);
    else
      call = mg_queue_take (r, now_us, &wait_us);
    r->stats.requests += ready >= 0 && call != NULL;
    mg_mutex_unlock (&r->lock);
    if (call == NULL)
      break;
    if (ready < 0)
      fail_call (r, call, &err);
    else
      mg_flight_send (r, call, line, generation, now_us);
  }
  mg_auth_settle (r->auth);
  return wait_us;
}

/* ---- the rest of a round ---- */

static void
take_inbox (struct mg_remote *r)
{
  MG_LOCKED (&r->lock);
  while (r->inbox != NULL) {
    struct mg_call *call = r->inbox;

    r->inbox = call->next;
    mg_queue_push (r, call, 0);
  }
  r->inbox_last = NULL;
}

static void
cut (struct mg_remote *r, struct mg_call *call, enum mg_transfer_result result,
     const char *text)
{
  struct mg_transfer_end end = { .result = result };

  snprintf (end.text, sizeof end.text, "%s", text);
  r->transport->ops->cancel (r->transport, call->transfer, &end.sent);
  mg_io_landed (r, call, &end);
}

/* Callers that made room, read more of a file, or gave up. */
static void
take_resumes (struct mg_remote *r)
{
  for (;;) {
    struct mg_call *call;
    int gave_up;

    mg_mutex_lock (&r->lock);
    call = r->resumes;
    if (call != NULL) {
      r->resumes = call->next_resume;
      call->in_resumes = 0;
    }
    mg_mutex_unlock (&r->lock);
    if (call == NULL)
      return;
    mg_mutex_lock (&call->waiter->lock);
    gave_up = call->abort_code != 0;
    call->down_paused = call->up_paused = 0;
    mg_mutex_unlock (&call->waiter->lock);
    mg_flight_watch (r, call);
    if (call->transfer == NULL)
      continue;
    if (gave_up)
      cut (r, call, MG_TRANSFER_ABORTED, "ended by the caller");
    else
      r->transport->ops->resume (r->transport, call->transfer);
  }
}

/* Retries whose time has come go before what never left. */
static void
take_retries (struct mg_remote *r)
{
  int64_t now_us = mg_clock_now_us ();

  while (r->n_heap > 0 && r->heap[0]->due_us <= now_us)
    requeue (r, mg_heap_pop (r));
}

static int64_t
next_retry_us (const struct mg_remote *r)
{
  return r->n_heap > 0 ? r->heap[0]->due_us - mg_clock_now_us () : INT64_MAX;
}

static int
is_paused (struct mg_call *call)
{
  MG_LOCKED (&call->waiter->lock);
  return call->down_paused || call->up_paused || call->held_back;
}

/* A connection that says nothing is cut; one that waits for us is not. */
static int64_t
cut_silent (struct mg_remote *r)
{
  int64_t now_us = mg_clock_now_us ();
  int64_t next_us = INT64_MAX;
  int i;

  if (now_us < r->watch_us)
    return r->watch_us == INT64_MAX ? INT64_MAX : r->watch_us - now_us;
  for (i = 0; i < r->n_flying; i++) {
    struct mg_call *call = r->flying[i];
    int64_t left_us = call->heard_us + call->timeout_us - now_us;
    char span[24], text[80];

    if (is_paused (call))
      continue;
    if (left_us > 0) {
      if (left_us < next_us)
        next_us = left_us;
      continue;
    }
    snprintf (text, sizeof text, "not a byte for %s",
              mg_time_span (call->timeout_us, span));
    cut (r, call, MG_TRANSFER_TIMEOUT, text);
    return 0;
  }
  r->watch_us = next_us == INT64_MAX ? INT64_MAX : now_us + next_us;
  return next_us;
}

/* Who stops waits for what is under way, but not for an answer without an end:
 * nothing is lost with what was only to be read. */
static int64_t
cut_reads (struct mg_remote *r)
{
  int64_t now_us = mg_clock_now_us ();
  int i;

  if (r->stop_us == 0)
    r->stop_us = now_us + STOP_US;
  if (now_us < r->stop_us)
    return r->n_flying > 0 ? r->stop_us - now_us : INT64_MAX;
  for (i = r->n_flying - 1; i >= 0; i--)
    if (r->flying[i]->req->effect == MG_READ)
      cut (r, r->flying[i], MG_TRANSFER_ABORTED, "the run is stopping");
  return INT64_MAX;
}

/* Whatever has not left goes back to its caller. */
static void
drop_waiting (struct mg_remote *r)
{
  for (;;) {
    struct mg_call *call;

    mg_mutex_lock (&r->lock);
    call = mg_queue_drop (r);
    mg_mutex_unlock (&r->lock);
    if (call == NULL && r->n_heap > 0)
      call = mg_heap_pop (r);
    if (call == NULL)
      return;
    mg_answer_cancelled (call);
    end_call (r, call);
  }
}

static int64_t
least (int64_t a, int64_t b)
{
  return a < b ? a : b;
}

/* One round without the wait; how long that may be.  What ends in here may
 * start timers, so those are asked last. */
static int64_t
one_round (struct mg_remote *r)
{
  int64_t wait_us = INT64_MAX;

  take_inbox (r);
  take_resumes (r);
  mg_auth_step (r->auth, mg_clock_now_us ());
  take_retries (r);
  if (is_stopping (r)) {
    drop_waiting (r);
    wait_us = cut_reads (r);
  }
  else
    wait_us = send_due (r);
  wait_us = least (wait_us, cut_silent (r));
  wait_us = least (wait_us, mg_auth_step (r->auth, mg_clock_now_us ()));
  wait_us = least (wait_us, next_retry_us (r));
  return wait_us > 0 ? wait_us : 0;
}

/* Sleeps only when nothing came in the meantime, so that whoever queues wakes
 * it exactly when it sleeps. */
static int
fall_asleep (struct mg_remote *r, int64_t *wait_us)
{
  MG_LOCKED (&r->lock);
  if (r->closing)
    return 0;
  if (r->inbox != NULL || r->resumes != NULL)
    *wait_us = 0;
  r->sleeping = 1;
  return 1;
}

void
mg_io_run (void *opaque)
{
  struct mg_remote *r = opaque;

  for (;;) {
    int64_t wait_us = one_round (r);

    if (!fall_asleep (r, &wait_us))
      break;
    r->transport->ops->step (r->transport, wait_us);
    mg_mutex_lock (&r->lock);
    r->sleeping = 0;
    mg_mutex_unlock (&r->lock);
  }
  while (r->n_flying > 0)
    cut (r, r->flying[0], MG_TRANSFER_ABORTED, "the run is stopping");
  take_inbox (r);
  drop_waiting (r);
}
