/* A remote as a whole: many callers, stopping, closing, what it tells. */
#include <config.h>

#include "base/thread.h"
#include "net-test.h"
#include "net/rates.h"

#define N(array) (sizeof (array) / sizeof (array)[0])

struct job {
  struct rig *rig;
  struct mg_thread thread;
  int n, code, outcome;
  int64_t timeout_us;
};

static void
run_job (void *opaque)
{
  struct job *job = opaque;
  struct mg_request req = { .effect = MG_CREATE, .method = "POST",
                            .path = "/x", .timeout_us = job->timeout_us };
  struct mg_part part = { .data = "{}", .len = 2 };
  struct mg_response res;
  int i;

  req.parts = &part;
  req.n_parts = 1;
  mg_response_init (&res);
  for (i = 0; i < job->n && job->code == 0; i++)
    job->code = mg_remote_call (job->rig->remote, &req, &res, NULL);
  job->outcome = res.outcome;
  mg_response_done (&res);
}

static void
start_jobs (struct rig *rig, struct job *jobs, size_t n, int calls)
{
  size_t i;

  for (i = 0; i < n; i++) {
    jobs[i] = (struct job) { .rig = rig, .n = calls };
    is_ok (mg_thread_start (&jobs[i].thread, "job", run_job, &jobs[i]));
  }
}

static void
join_jobs (struct job *jobs, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++)
    mg_thread_join (&jobs[i].thread);
}

MG_TEST (many_callers_share_the_connections)
{
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  struct mg_remote_stats stats;
  struct job jobs[24];
  struct rig rig;
  size_t i;

  rig_init (&rig, script, 1);
  rig.options.max_in_flight = 6;
  rig_open (&rig);
  start_jobs (&rig, jobs, N (jobs), 100);
  join_jobs (jobs, N (jobs));
  for (i = 0; i < N (jobs); i++)
    is_int (jobs[i].code, 0);
  is_int (replier_n (rig.server), 2400);
  ok (replier_n_connections (rig.server) <= 6);
  mg_remote_stats (rig.remote, &stats);
  is_int (stats.requests, 2400);
  is_int (stats.in_flight, 0);
  is_int (stats.queued, 0);
  ok (stats.bytes_in > 2400 * 2);
  is_int (stats.bytes_out, 2400 * 2);
  rig_down (&rig);
}

/* Waits, without sleeping, until so many requests have arrived. */
static void
until_arrived (struct rig *rig, int n)
{
  struct mg_mutex lock;
  struct mg_cond cond;

  mg_mutex_init (&lock);
  mg_cond_init (&cond);
  mg_mutex_lock (&lock);
  while (replier_n (rig->server) < n)
    mg_cond_wait_until (&cond, &lock, mg_clock_now_us () + 500);
  mg_mutex_unlock (&lock);
}

/* And until so many more wait behind them: a call that has not begun yet has no
 * place in what is closed. */
static void
until_queued (struct rig *rig, int64_t n)
{
  struct mg_remote_stats stats;
  struct mg_mutex lock;
  struct mg_cond cond;

  mg_mutex_init (&lock);
  mg_cond_init (&cond);
  mg_mutex_lock (&lock);
  for (;;) {
    mg_remote_stats (rig->remote, &stats);
    if (stats.queued >= n)
      break;
    mg_cond_wait_until (&cond, &lock, mg_clock_now_us () + 500);
  }
  mg_mutex_unlock (&lock);
}

MG_TEST (draining_lets_what_flies_land_and_the_rest_stay)
{
  static const struct reply script[] = {
    { .how = REPLY_SLOW, .status = 200, .times = -1 },
  };
  struct job jobs[10];
  struct rig rig;
  size_t i;

  rig_init (&rig, script, 1);
  rig.options.max_in_flight = 2;
  rig_open (&rig);
  start_jobs (&rig, jobs, N (jobs), 1000);
  until_arrived (&rig, 4);
  mg_remote_drain (rig.remote);
  join_jobs (jobs, N (jobs));
  for (i = 0; i < N (jobs); i++) {
    is_int (jobs[i].code, MG_E_CANCELLED);
    is_int (jobs[i].outcome, MG_OUTCOME_NOTHING);
  }
  is_int (get (&rig, "/later"), MG_E_CANCELLED);
  rig_down (&rig);
}

MG_TEST (closing_ends_what_waits_and_tells_what_is_in_doubt)
{
  static const struct reply script[] = {
    { .how = REPLY_STALL, .times = -1 },
  };
  struct job jobs[5];
  struct rig rig;
  size_t i;
  int doubt = 0, nothing = 0;

  rig_init (&rig, script, 1);
  rig.options.max_in_flight = 2;
  rig_open (&rig);
  start_jobs (&rig, jobs, N (jobs), 1);
  until_arrived (&rig, 2);
  until_queued (&rig, 3);
  mg_remote_close (rig.remote);
  rig.remote = NULL;
  join_jobs (jobs, N (jobs));
  for (i = 0; i < N (jobs); i++) {
    is_int (jobs[i].code, MG_E_CANCELLED);
    doubt += jobs[i].outcome == MG_OUTCOME_DOUBT;
    nothing += jobs[i].outcome == MG_OUTCOME_NOTHING;
  }
  is_int (doubt, 2);
  is_int (nothing, 3);
  rig_down (&rig);
}

MG_TEST (closing_twice_and_nothing)
{
  static const struct reply script[] = { { .status = 200 } };
  struct rig rig;

  mg_remote_close (NULL);
  rig_up (&rig, script, 1);
  rig_down (&rig);
}

MG_TEST (when_a_request_would_leave)
{
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  struct mg_rates *rates = NULL;
  struct rig rig;
  int class_id;

  is_ok (mg_rates_load (NULL, &rates, NULL));
  rig_init (&rig, script, 1);
  rig.options.rates = rates;
  rig_open (&rig);
  class_id = mg_remote_class (rig.remote, "PATCH",
                              "/api/2.0/preview/scim/v2/X/1");
  is_int (mg_remote_due_us (rig.remote, class_id), 0);
  {
    struct mg_request req = { .effect = MG_IDEMPOTENT, .method = "PATCH",
                              .path = "/api/2.0/preview/scim/v2/X/1" };

    is_ok (call (&rig, &req));
  }
  /* ten a minute */
  ok (mg_remote_due_us (rig.remote, class_id) > 5 * MG_SECOND_US);
  ok (mg_remote_due_us (rig.remote, class_id) < 7 * MG_SECOND_US);
  mg_remote_drain (rig.remote);
  ok (mg_remote_due_us (rig.remote, class_id) == INT64_MAX);
  rig_down (&rig);
  mg_rates_free (rates);
}

/* Only to who asks for it: what would change it is refused.  It is the words that
 * tell, the code is that of other refusals. */
MG_TEST (what_the_service_has_forgotten_is_not_there)
{
  static const struct reply script[] = {
    { .status = 400, .times = 2, .body = "{\"error_code\":\"INVALID_STATE\","
        "\"message\":\"Cannot access thing x that was terminated/unpinned over "
        "30 days ago.\"}" },
    { .status = 400, .body = "{\"error_code\":\"INVALID_STATE\","
        "\"message\":\"Thing x is in unexpected state Pending.\"}" },
  };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_int (get (&rig, "/x"), MG_E_NOT_FOUND);
  is_str (rig.err.id, "not-found");
  is_int (rig.res.outcome, MG_OUTCOME_REFUSED);
  is_int (post (&rig, MG_CREATE, "/x", "{}"), MG_E_REMOTE);
  is_str (rig.err.id, "refused");
  is_int (get (&rig, "/x"), MG_E_REMOTE);
  rig_down (&rig);
}
