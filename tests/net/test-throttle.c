/* 429: waits what it is told, costs no retry, and ends a run only when nothing
 * passes for long. */
#include <config.h>

#include "base/thread.h"
#include "net-test.h"
#include "net/rates.h"

#define N(array) (sizeof (array) / sizeof (array)[0])

struct seen {
  struct mg_mutex lock;
  int n_throttled;
  struct mg_remote_event last;
  char text[400];
};

static void
watch (void *opaque, const struct mg_remote_event *event)
{
  struct seen *seen = opaque;

  MG_LOCKED (&seen->lock);
  if (strcmp (event->kind, "throttled") != 0)
    return;
  seen->n_throttled++;
  seen->last = *event;
  snprintf (seen->text, sizeof seen->text, "%s", event->text);
}

static void
waits (const char *headers, int64_t least_us)
{
  struct reply script[] = {
    { .status = 429, .headers = headers }, { .status = 200 },
  };
  struct seen seen = { .n_throttled = 0 };
  struct rig rig;
  int64_t start;

  mg_mutex_init (&seen.lock);
  rig_up (&rig, script, N (script));
  mg_remote_set_watch (rig.remote, watch, &seen);
  start = mg_clock_now_us ();
  is_ok (post (&rig, MG_CREATE, "/x", "{}"));
  ok (mg_clock_now_us () - start >= least_us);
  is_int (rig.res.tries, 2);
  is_int (seen.n_throttled, 1);
  ok (seen.last.wait_us >= least_us);
  has_str (seen.text, "throttled by ws (429");
  ok (strstr (seen.text, "0/s ->") == NULL);
  rig_down (&rig);
}

MG_TEST (it_waits_as_long_as_it_is_told)
{
  waits ("Retry-After: 0.02\r\n", 20000);
}

MG_TEST (a_date_in_the_past_means_now)
{
  waits ("Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 0);
}

MG_TEST (without_a_time_or_with_nonsense_it_chooses_one)
{
  waits (NULL, 0);
  waits ("Retry-After: soon\r\n", 0);
  waits ("Retry-After: -5\r\n", 0);
}

MG_TEST (the_body_may_name_the_time)
{
  static const struct reply script[] = {
    { .status = 429,
      .body = "{\"error_code\":\"X\",\"details\":[{\"@type\":\"type/google.rpc."
              "RetryInfo\",\"retry_delay\":\"0.020s\"}]}" },
    { .status = 200 },
  };
  struct rig rig;
  int64_t start;

  rig_up (&rig, script, N (script));
  start = mg_clock_now_us ();
  is_ok (get (&rig, "/x"));
  ok (mg_clock_now_us () - start >= 20000);
  rig_down (&rig);
}

MG_TEST (it_costs_no_retry)
{
  static const struct reply script[] = {
    { .status = 429, .headers = "Retry-After: 0\r\n", .times = 12 },
    { .status = 503 }, { .status = 200 },
  };
  struct mg_remote_stats stats;
  struct rig rig;

  rig_init (&rig, script, N (script));
  rig.options.retries = 1;
  rig_open (&rig);
  is_ok (get (&rig, "/x"));
  is_int (rig.res.tries, 14);
  mg_remote_stats (rig.remote, &stats);
  is_int (stats.throttled, 12);
  is_int (stats.retries, 1);
  is_int (stats.requests, 14);
  rig_down (&rig);
}

MG_TEST (one_that_never_ends_stops_the_run)
{
  static const struct reply script[] = {
    { .status = 429, .headers = "Retry-After: 0.005\r\n", .times = -1 },
  };
  struct rig rig;

  rig_init (&rig, script, N (script));
  rig.options.throttle_wait_us = 60000;
  rig_open (&rig);
  is_int (post (&rig, MG_CREATE, "/x", "{}"), MG_E_THROTTLED);
  is_str (rig.err.id, "throttled");
  is_int (rig.err.http, 429);
  is_int (rig.res.outcome, MG_OUTCOME_NOTHING);
  has_str (rig.err.text, "resume later");
  ok (replier_n (rig.server) > 2);
  rig_down (&rig);
}

MG_TEST (a_time_beyond_all_patience_is_not_waited_for)
{
  static const struct reply script[] = {
    { .status = 429, .headers = "Retry-After: 7200\r\n", .times = -1 },
  };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_int (get (&rig, "/x"), MG_E_THROTTLED);
  is_int (replier_n (rig.server), 1);
  rig_down (&rig);
}

MG_TEST (a_success_in_between_starts_the_patience_anew)
{
  static const struct reply script[] = {
    { .status = 429, .headers = "Retry-After: 0.03\r\n" }, { .status = 200 },
    { .status = 429, .headers = "Retry-After: 0.03\r\n" }, { .status = 200 },
    { .status = 429, .headers = "Retry-After: 0.03\r\n" }, { .status = 200 },
  };
  struct rig rig;
  int i;

  rig_init (&rig, script, N (script));
  rig.options.throttle_wait_us = 50000;
  rig_open (&rig);
  for (i = 0; i < 3; i++)
    is_ok (get (&rig, "/x"));
  rig_down (&rig);
}

MG_TEST (a_paused_class_does_not_hold_up_another)
{
  static const struct reply script[] = {
    { .status = 429, .headers = "Retry-After: 600\r\n" },
    { .status = 200, .times = -1 },
  };
  struct mg_rates *rates = NULL;
  struct rig rig;
  int scim;

  is_ok (mg_rates_load (NULL, &rates, NULL));
  rig_init (&rig, script, N (script));
  rig.options.rates = rates;
  rig.options.throttle_wait_us = 1000;
  rig_open (&rig);
  scim = mg_remote_class (rig.remote, "POST", "/api/2.0/preview/scim/v2/X");
  is_str (mg_remote_class_name (rig.remote, scim), "scim-write");
  is_int (post (&rig, MG_CREATE, "/api/2.0/preview/scim/v2/X", "{}"),
          MG_E_THROTTLED);
  ok (mg_remote_due_us (rig.remote, scim) > 500 * MG_SECOND_US);
  is_int (mg_remote_due_us (rig.remote, 0), 0);
  is_ok (get (&rig, "/elsewhere"));
  rig_down (&rig);
  mg_rates_free (rates);
}

MG_TEST (requests_of_a_class_are_paced)
{
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  MG_CLEANUP_FREE char *path =
    mg_xasprintf ("%s/limits", mg_test_tmpdir ());
  struct mg_rates *rates = NULL;
  struct rig rig;
  int64_t start;
  FILE *f = fopen (path, "w");
  int i, class_id;

  fputs ("GET /paced paced 500 1s\n", f);
  fclose (f);
  is_ok (mg_rates_load (path, &rates, NULL));
  rig_init (&rig, script, N (script));
  rig.options.rates = rates;
  rig_open (&rig);
  class_id = mg_remote_class (rig.remote, "GET", "/paced");
  ok (mg_remote_class_rate (rig.remote, class_id) > 485);
  ok (mg_remote_class_rate (rig.remote, class_id) <= 500);
  start = mg_clock_now_us ();
  for (i = 0; i < 50; i++)
    is_ok (get (&rig, "/paced"));
  ok (mg_clock_now_us () - start >= 49 * 2000 - 5000);
  ok (mg_remote_due_us (rig.remote, class_id) < 20000);
  rig_down (&rig);
  mg_rates_free (rates);
}

MG_TEST (a_plain_server_has_no_limits)
{
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  struct mg_rates *rates = NULL;
  struct rig rig;

  is_ok (mg_rates_load (NULL, &rates, NULL));
  rig_init (&rig, script, N (script));
  rig.options.rates = rates;
  rig.end.type = MG_END_MLFLOW;
  rig_open (&rig);
  is_int (mg_remote_n_classes (rig.remote), 1);
  is_int (mg_remote_class (rig.remote, "POST", "/api/2.0/mlflow/runs/create"),
          0);
  rig_down (&rig);
  mg_rates_free (rates);
}
