/* Faults and limiters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include "sim-test.h"

#define CREATE(name) call ("POST", MLFLOW "create", "{\"name\":\"/Shared/" \
                           name "\"}")
#define FAULT(json_text) is_int (call ("POST", "/_simulator/faults", \
                                       json_text), 200)

static int
experiments (void)
{
  call ("POST", MLFLOW "search", "{\"view_type\":\"ALL\"}");
  return length ("experiments");
}

MG_TEST (a_status_before_the_effect)
{
  START ();
  FAULT ("{\"match\":\"POST */experiments/create\",\"do\":\"status\","
         "\"status\":503,\"body\":\"sorry\",\"headers\":{\"Retry-After\":"
         "\"2\"},\"offset\":1,\"times\":2}");
  is_int (CREATE ("a"), 200);
  is_int (CREATE ("b"), 503);
  is_str (text (), "sorry");
  is_str (reply.headers[0].value, "2");
  is_int (CREATE ("b"), 503);
  is_int (CREATE ("b"), 200);
  is_int (experiments (), 2);
}

MG_TEST (a_status_after_the_effect)
{
  START ();
  FAULT ("{\"match\":\"POST *create\",\"do\":\"status\",\"status\":500,"
         "\"when\":\"after\"}");
  is_int (CREATE ("a"), 500);
  is_int (experiments (), 1);
}

MG_TEST (a_cut_before_and_after_the_effect)
{
  START ();
  FAULT ("{\"match\":\"POST *create\",\"do\":\"cut\"}\n"
         "{\"match\":\"POST *create\",\"do\":\"cut\",\"when\":\"after\"}");
  CREATE ("a");
  is_int (reply.wire, SIM_WIRE_CUT);
  is_int (experiments (), 0);
  CREATE ("a");
  is_int (reply.wire, SIM_WIRE_CUT);
  is_int (experiments (), 1);
}

MG_TEST (an_effect_that_comes_later)
{
  struct sim_record r;

  START ();
  FAULT ("{\"match\":\"POST *create\",\"do\":\"defer\",\"ms\":30000}");
  CREATE ("a");
  is_int (reply.wire, SIM_WIRE_CUT);
  now_us += 29 * MG_SECOND_US;
  is_int (experiments (), 0);
  now_us += 2 * MG_SECOND_US;
  is_int (experiments (), 1);
  is_int (counter ("creates", "experiments /Shared/a"), 1);
  sim_ledger_get (sim, 2, &r);
  is_str (r.verdict, "deferred");
  is_int (r.effect_us, INT64_C (1800000030) * MG_SECOND_US);
}

MG_TEST (a_deferred_create_meets_what_was_made_meanwhile)
{
  START ();
  FAULT ("{\"match\":\"POST *create\",\"do\":\"defer\",\"ms\":1000}");
  CREATE ("a");
  is_int (CREATE ("a"), 200);
  now_us += 2 * MG_SECOND_US;
  is_int (experiments (), 1);
}

MG_TEST (a_fault_for_reused_connections_alone)
{
  START ();
  FAULT ("{\"match\":\"POST *create\",\"do\":\"cut\",\"reused\":true}");
  connection_seq = 0;
  is_int (CREATE ("a"), 200);
  CREATE ("b");
  is_int (reply.wire, SIM_WIRE_CUT);
}

MG_TEST (a_fault_for_one_asset)
{
  START ();
  FAULT ("{\"match\":\"POST *create\",\"do\":\"status\",\"with\":\"/b\\\"\","
         "\"times\":0}");
  is_int (CREATE ("a"), 200);
  is_int (CREATE ("b"), 503);
  is_int (CREATE ("b"), 503);
}

MG_TEST (bodies_that_no_client_likes)
{
  START ();
  FAULT ("{\"match\":\"GET */Me\",\"do\":\"html\"}\n"
         "{\"match\":\"GET */Me\",\"do\":\"empty\"}\n"
         "{\"match\":\"GET */Me\",\"do\":\"deep\",\"bytes\":500}\n"
         "{\"match\":\"GET */Me\",\"do\":\"big\",\"bytes\":1000000}\n"
         "{\"match\":\"GET */Me\",\"do\":\"text\"}\n"
         "{\"match\":\"GET */Me\",\"do\":\"truncate\",\"bytes\":10}\n"
         "{\"match\":\"GET */Me\",\"do\":\"length\",\"bytes\":3}\n"
         "{\"match\":\"GET */Me\",\"do\":\"slow\",\"ms\":20}\n"
         "{\"match\":\"GET */Me\",\"do\":\"silent\"}\n"
         "{\"match\":\"GET */Me\",\"do\":\"delay\",\"ms\":70}\n"
         "{\"match\":\"GET */Me\",\"do\":\"close\"}");
  is_int (call ("GET", SCIM "Me", NULL), 200);
  has_str (text (), "<!DOCTYPE html>");
  has_str (reply.content_type, "text/html");
  is_int (call ("GET", SCIM "Me", NULL), 200);
  is_int (reply.body.len, 0);
  call ("GET", SCIM "Me", NULL);
  is_int (reply.body.len, 1000);
  call ("GET", SCIM "Me", NULL);
  ok (reply.body.len > 1000000);
  call ("GET", SCIM "Me", NULL);
  is_null (json);
  call ("GET", SCIM "Me", NULL);
  is_int (reply.wire, SIM_WIRE_TRUNCATE);
  is_int (reply.wire_arg, 10);
  call ("GET", SCIM "Me", NULL);
  is_int (reply.wire, SIM_WIRE_LONGER);
  call ("GET", SCIM "Me", NULL);
  is_int (reply.wire, SIM_WIRE_SLOW);
  is_int (reply.wire_arg, 20000);
  call ("GET", SCIM "Me", NULL);
  is_int (reply.wire, SIM_WIRE_SILENT);
  call ("GET", SCIM "Me", NULL);
  is_int (reply.delay_us, 70000);
  call ("GET", SCIM "Me", NULL);
  is_int (reply.wire, SIM_WIRE_CLOSE);
  is_int (call ("GET", SCIM "Me", NULL), 200);
  is_int (reply.wire, SIM_WIRE_WHOLE);
}

MG_TEST (lists_that_lag_and_repeat)
{
  START ();
  FAULT ("{\"match\":\"POST *search\",\"do\":\"stale\",\"ms\":5000}\n"
         "{\"match\":\"POST *search\",\"do\":\"duplicate\"}");
  CREATE ("a");
  is_int (experiments (), 0);
  is_int (experiments (), 2);
  is_int (experiments (), 1);
}

MG_TEST (a_page_token_that_has_expired)
{
  START (.populate = "experiments=9", .page = 3);
  FAULT ("{\"match\":\"* *search\",\"do\":\"page-token\"}");
  is_int (call ("POST", MLFLOW "search", "{\"page_token\":\"\"}"), 200);
  is_int (callf ("POST", MLFLOW "search", "{\"page_token\":\"%s\"}",
                 at ("next_page_token")), 400);
  has_str (at ("message"), "page token");
}

static int
next_page (const char *list, const char *field)
{
  MG_CLEANUP_FREE char *target = NULL;

  is_int (call ("GET", list, NULL), 200);
  target = mg_xasprintf ("%s?%s=%s", list, field, at ("next_page_token"));
  return call ("GET", target, NULL);
}

MG_TEST (a_page_token_of_the_query_that_has_expired)
{
  START (.populate = "users=1,jobs=9,repos=9", .page = 3);
  FAULT ("{\"match\":\"GET *list\",\"do\":\"page-token\"}\n"
         "{\"match\":\"GET *repos\",\"do\":\"page-token\"}");
  is_int (next_page ("/api/2.2/jobs/list", "page_token"), 400);
  is_int (next_page ("/api/2.2/jobs/list", "page_token"), 200);
  is_int (next_page ("/api/2.0/repos", "next_page_token"), 400);
  is_int (next_page ("/api/2.0/repos", "next_page_token"), 200);
}

MG_TEST (lists_of_the_service_s_own_repeat)
{
  int n;

  START ();
  call ("GET", "/api/2.0/policy-families", NULL);
  n = length ("policy_families");
  ok (n > 0);
  FAULT ("{\"match\":\"GET *policy-families\",\"do\":\"duplicate\"}");
  call ("GET", "/api/2.0/policy-families", NULL);
  is_int (length ("policy_families"), n + 1);
}

/* A list that would have been the same has met nothing. */
MG_TEST (a_fault_counts_when_it_changes_a_list)
{
  struct sim_record r;

  START ();
  FAULT ("{\"match\":\"POST *search\",\"do\":\"stale\",\"times\":2}\n"
         "{\"match\":\"POST *search\",\"do\":\"duplicate\"}");
  is_int (experiments (), 0);
  is_int (counter ("faults", "stale"), 0);
  CREATE ("a");
  is_int (experiments (), 0);
  is_int (counter ("faults", "stale"), 1);
  sim_ledger_get (sim, 2, &r);
  is_str (r.fault, "stale");
  is_int (experiments (), 2);
  is_int (counter ("faults", "duplicate"), 1);
}

MG_TEST (faults_by_chance_follow_the_seed)
{
  int i, n = 0;

  START ();
  FAULT ("{\"match\":\"*\",\"do\":\"status\",\"probability\":0.3}");
  for (i = 0; i < 1000; i++)
    n += call ("GET", SCIM "Me", NULL) == 503;
  ok (n > 230 && n < 370);
  is_int (counter ("faults", "status"), n);
}

MG_TEST (a_process_to_kill)
{
  START ();
  FAULT ("{\"match\":\"POST *create\",\"do\":\"kill\",\"pid\":99,\"when\":"
         "\"after\"}");
  CREATE ("a");
  is_int (reply.kill_pid, 99);
  is_int (reply.wire, SIM_WIRE_CUT);
  is_int (experiments (), 1);
}

MG_TEST (a_process_to_kill_when_it_has_its_reply)
{
  START ();
  FAULT ("{\"match\":\"POST *create\",\"do\":\"kill\",\"pid\":99,\"when\":"
         "\"replied\"}");
  is_int (CREATE ("a"), 200);
  is_int (reply.kill_pid, 99);
  is_int (reply.kill_late, 1);
  is_int (reply.wire, SIM_WIRE_WHOLE);
}

MG_TEST (faults_are_shown_and_cleared)
{
  START ();
  FAULT ("{\"match\":\"GET */Me\",\"do\":\"status\",\"times\":0}");
  is_int (call ("GET", SCIM "Me", NULL), 503);
  call ("GET", "/_simulator/faults", NULL);
  is_str (at ("0.done"), "1");
  is_int (call ("DELETE", "/_simulator/faults", NULL), 200);
  is_int (call ("GET", SCIM "Me", NULL), 200);
}

MG_TEST (faults_that_make_no_sense_are_refused)
{
  START ();
  is_int (call ("POST", "/_simulator/faults", "{\"match\":\"*\",\"do\":"
                "\"dance\"}"), 400);
  is_int (call ("POST", "/_simulator/faults", "{\"match\":\"*\",\"do\":"
                "\"cut\",\"tims\":1}"), 400);
  has_str (at ("message"), "tims");
  is_int (call ("POST", "/_simulator/faults", "{\"do\":\"cut\"}"), 400);
  is_int (call ("POST", "/_simulator/faults", "{\"match\":\"*\",\"do\":"
                "\"status\",\"status\":858}"), 400);
  has_str (at ("message"), "between 200 and 599");
}

/* --- limits ---------------------------------------------------------- */

static int
passes (int n)
{
  int i, good = 0;

  for (i = 0; i < n; i++)
    good += call ("GET", SCIM "Me", NULL) == 200;
  return good;
}

MG_TEST (a_bucket_fills_up_again)
{
  struct sim_record r;

  START (.limits = "me bucket 10 1s 4 no GET */Me\n");
  is_int (passes (10), 4);
  is_int (reply.status, 429);
  is_str (at ("error_code"), "REQUEST_LIMIT_EXCEEDED");
  is_str (reply.headers[0].name, "Retry-After");
  is_str (reply.headers[0].value, "1");
  now_us += 200000;
  is_int (passes (5), 2);
  sim_ledger_get (sim, 0, &r);
  is_str (r.rate_class, "me");
  is_str (r.verdict, "pass");
  sim_ledger_get (sim, 9, &r);
  is_str (r.verdict, "refused");
  is_int (counter ("throttled", SCIM "Me"), 9);
}

MG_TEST (a_bucket_that_counts_refusals)
{
  START (.limits = "me bucket 10 1s 4 yes GET */Me\n");
  is_int (passes (10), 4);
  now_us += 600000;
  is_int (passes (1), 0);
}

MG_TEST (a_fixed_window_starts_anew)
{
  START (.limits = "me fixed 5 10s 0 no * */Me\n");
  now_us += 9 * MG_SECOND_US;
  is_int (passes (9), 5);
  is_str (reply.headers[0].value, "1");
  now_us += MG_SECOND_US;
  is_int (passes (9), 5);
}

MG_TEST (a_sliding_window_remembers)
{
  START (.limits = "me sliding 5 10s 0 no * */Me\n");
  now_us += 9 * MG_SECOND_US;
  is_int (passes (9), 5);
  now_us += 2 * MG_SECOND_US;
  is_int (passes (9), 0);
  is_str (reply.headers[0].value, "8");
  now_us += 8 * MG_SECOND_US;
  is_int (passes (9), 5);
}

MG_TEST (lines_of_one_name_share_a_limit)
{
  START (.limits = "both bucket 10 1s 4 no GET */Me\n"
                   "both bucket 10 1s 4 no GET */Users\n");
  is_int (passes (3), 3);
  is_int (call ("GET", SCIM "Users?count=1", NULL), 200);
  is_int (call ("GET", SCIM "Users?count=1", NULL), 429);
  is_int (passes (1), 0);
}

MG_TEST (requests_in_flight_are_counted)
{
  START (.limits = "all in-flight 3 0s 0 no * *\n", .latency_us = 50000);
  is_int (passes (5), 3);
  now_us += 50000;
  is_int (passes (1), 1);
}

MG_TEST (the_published_limits)
{
  int i, good = 0;
  char body[80];

  START (.limits = "published");
  for (i = 0; i < 60 * 20; i++) {
    snprintf (body, sizeof body, "{\"userName\":\"u%d\"}", i);
    good += call ("POST", SCIM "Users", body) == 201;
    now_us += 50000;
  }
  ok (good >= 35 && good <= 39);
  is_int (call ("PUT", "/_simulator/limits", "off"), 200);
  is_int (passes (300), 300);
}

MG_TEST (limits_that_make_no_sense_are_refused)
{
  START ();
  is_int (call ("PUT", "/_simulator/limits", "me pail 10 1s 4 no * *"), 400);
  is_int (call ("PUT", "/_simulator/limits", "me bucket 10 1s 4 no *"), 400);
}
