/* A remote as a whole: opening and closing it, and what others ask about it.
 * Calls are in call.c, the I/O thread in io.c.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "net/redact.h"
#include "net/remote-impl.h"
#include "net/trace.h"
#include "net/url.h"

#define RETRIES 8
#define BACKOFF_US (500 * MG_MS_US)
#define THROTTLE_WAIT_US (30 * 60 * MG_SECOND_US)
#define FIRST_LATENCY_US (300 * MG_MS_US)

/* ---- opening and closing ---- */

void
mg_remote_tell (struct mg_remote *r, const struct mg_remote_event *event)
{
  void (*watch) (void *, const struct mg_remote_event *);
  void *opaque;

  mg_mutex_lock (&r->lock);
  watch = r->watch;
  opaque = r->watch_opaque;
  mg_mutex_unlock (&r->lock);
  if (watch != NULL)
    watch (opaque, event);
}

static void
on_auth (void *opaque, const char *kind, const char *text, int64_t wait_us)
{
  struct mg_remote *r = opaque;
  struct mg_remote_event event = { .kind = kind, .class_name = "",
                                   .wait_us = wait_us, .text = text };
  struct mg_trace_line line;

  if (strcmp (kind, "token-fetched") != 0)
    mg_remote_tell (r, &event);
  if (r->options.trace == NULL)
    return;
  mg_trace_begin (&line, strcmp (kind, "token-wait") == 0 ? "auth/wait"
                                                          : "auth/renewed");
  mg_trace_text (&line, "host", r->end.host);
  mg_trace_text (&line, "text", text);
  mg_trace_end (r->options.trace, &line);
}

static void
set_options (struct mg_remote *r, const struct mg_remote_options *options)
{
  struct mg_remote_options *o = &r->options;

  *o = *options;
  if (o->max_in_flight <= 0)
    o->max_in_flight = MG_MAX_IN_FLIGHT;
  if (o->max_in_flight > (int) MG_N_ELEMENTS (r->flying))
    o->max_in_flight = (int) MG_N_ELEMENTS (r->flying);
  if (o->retries == 0)
    o->retries = RETRIES;
  if (o->retry_backoff_us <= 0)
    o->retry_backoff_us = BACKOFF_US;
  if (o->throttle_wait_us <= 0)
    o->throttle_wait_us = THROTTLE_WAIT_US;
  /* the limits are those of Databricks */
  if (r->end.type != MG_END_DATABRICKS)
    o->rates = NULL;
  r->user_agent = mg_xstrdup (o->user_agent);
  r->allow_writes = mg_xstrdup (o->allow_writes);
  o->user_agent = o->allow_writes = NULL;
  mg_rand_seed (&r->rand, o->seed);
}

static void
set_classes (struct mg_remote *r)
{
  const struct mg_rates *rates = r->options.rates;
  int64_t now_us = mg_clock_now_us ();
  int i;

  r->n_classes = rates ? mg_rates_n (rates) : 1;
  r->classes = mg_xcalloc ((size_t) r->n_classes, sizeof *r->classes);
  for (i = 0; i < r->n_classes; i++) {
    struct mg_class *c = &r->classes[i];
    int64_t window_us = MG_SECOND_US;
    double limit = rates ? mg_rates_limit (rates, i, &window_us) : 0;

    mg_rate_init (&c->rate, limit, window_us, now_us);
    c->throttled_us = INT64_MIN;
    c->p95_us = FIRST_LATENCY_US;
  }
}

static void
set_auth (struct mg_remote *r)
{
  struct mg_auth_options options = {
    .wait_us = r->options.auth_wait_us,
    .read_every_us = r->options.auth_read_us,
    .backoff_us = r->options.retry_backoff_us,
    .retries = r->options.retries < 4 ? r->options.retries : 4,
    .user_agent = r->user_agent,
    .notify = on_auth,
    .opaque = r,
  };

  r->auth = mg_auth_new (&r->end, r->transport, &options);
}

static void
free_remote (struct mg_remote *r)
{
  mg_auth_free (r->auth);
  if (r->transport != NULL)
    r->transport->ops->free (r->transport);
  mg_end_done (&r->end);
  mg_free (r->user_agent);
  mg_free (r->allow_writes);
  while (r->waiters != NULL) {
    struct mg_waiter *waiter = r->waiters;

    r->waiters = waiter->next;
    mg_cond_done (&waiter->cond);
    mg_mutex_done (&waiter->lock);
    mg_free (waiter);
  }
  mg_free (r->classes);
  mg_free (r->heap);
  mg_cond_done (&r->idle);
  mg_mutex_done (&r->lock);
  mg_free (r);
}

int
mg_remote_open (const struct mg_end *end,
                const struct mg_remote_options *options,
                struct mg_remote **ret_remote, struct mg_error *err)
{
  struct mg_remote *r = mg_xcalloc (1, sizeof *r);
  int code = 0;

  mg_mutex_init (&r->lock);
  mg_cond_init (&r->idle);
  mg_end_copy (&r->end, end);
  set_options (r, options);
  set_classes (r);
  r->transport = options->transport;
  if (r->transport == NULL)
    code = mg_transport_curl_new (end->ca_bundle, &r->transport, err);
  if (code == 0) {
    set_auth (r);
    code = mg_thread_start (&r->thread, "io", mg_io_run, r);
    if (code < 0)
      mg_error_set (err, code, "", "no thread for '%s'", end->host);
  }
  if (code < 0) {
    free_remote (r);
    return code;
  }
  *ret_remote = r;
  return 0;
}

static void
set_flag (struct mg_remote *r, int *flag)
{
  mg_mutex_lock (&r->lock);
  *flag = 1;
  mg_mutex_unlock (&r->lock);
  r->transport->ops->wake (r->transport);
}

void
mg_remote_close (struct mg_remote *r)
{
  if (r == NULL)
    return;
  set_flag (r, &r->closing);
  mg_thread_join (&r->thread);
  mg_mutex_lock (&r->lock);
  while (r->n_callers > 0)
    mg_cond_wait (&r->idle, &r->lock);
  mg_mutex_unlock (&r->lock);
  free_remote (r);
}

void
mg_remote_drain (struct mg_remote *r)
{
  set_flag (r, &r->draining);
}

/* ---- what others ask ---- */

int
mg_remote_class (const struct mg_remote *r, const char *method,
                 const char *path)
{
  return r->options.rates ? mg_rates_class (r->options.rates, method, path)
                          : 0;
}

int
mg_remote_n_classes (const struct mg_remote *r)
{
  return r->n_classes;
}

const char *
mg_remote_class_name (const struct mg_remote *r, int class_id)
{
  return r->options.rates ? mg_rates_name (r->options.rates, class_id)
                          : "other";
}

double
mg_remote_class_rate (const struct mg_remote *r, int class_id)
{
  struct mg_mutex *lock = (struct mg_mutex *) &r->lock;

  MG_LOCKED (lock);
  return r->classes[class_id].rate.rate;
}

int64_t
mg_remote_due_us (struct mg_remote *r, int class_id)
{
  MG_LOCKED (&r->lock);
  return mg_queue_due_us (r, class_id, mg_clock_now_us ());
}

const char *
mg_remote_host (const struct mg_remote *r)
{
  return r->end.host;
}

void
mg_remote_org_id (struct mg_remote *r, char ret_id[64])
{
  MG_LOCKED (&r->lock);
  memcpy (ret_id, r->org_id, sizeof r->org_id);
}

int64_t
mg_remote_clock_skew_us (struct mg_remote *r)
{
  MG_LOCKED (&r->lock);
  return r->skew_us;
}

void
mg_remote_stats (struct mg_remote *r, struct mg_remote_stats *ret)
{
  MG_LOCKED (&r->lock);
  *ret = r->stats;
}

void
mg_remote_set_watch (struct mg_remote *r,
                     void (*watch) (void *opaque,
                                    const struct mg_remote_event *event),
                     void *opaque)
{
  MG_LOCKED (&r->lock);
  r->watch = watch;
  r->watch_opaque = opaque;
}
