/* Runs of jobs: here they neither begin nor end by themselves, but by
 * /_simulator/object.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/parse.h"
#include "base/str.h"
#include "jobs.h"

#define MAX_LIMIT 25
#define DEFAULT_LIMIT 20

struct sim_object *
sim_run_make (struct sim *s, struct json_object *fields, int64_t now_us)
{
  static const char running[] =
    "{\"run_type\":\"JOB_RUN\",\"trigger\":\"PERIODIC\",\"state\":"
    "{\"life_cycle_state\":\"RUNNING\",\"state_message\":\"In run\"}}";
  MG_CLEANUP (sim_json_put) struct json_object *o =
    sim_json_parse (running, sizeof running - 1, NULL);
  int64_t id = sim_new_id (s);

  json_object_object_add (o, "run_id", json_object_new_int64 (id));
  json_object_object_add (o, "start_time",
                          json_object_new_int64 (now_us / MG_MS_US));
  json_object_object_foreach (fields, name, value) {
    json_object_object_add (o, name, json_object_get (value));
  }
  return sim_table_add (&s->tables[SIM_RUNS], id, sim_json_text (o), 0, "");
}

static int
is_active (struct json_object *run)
{
  static const char *const over[] = { "TERMINATED", "SKIPPED",
                                      "INTERNAL_ERROR" };
  const char *state = sim_json_str (json_object_object_get (run, "state"),
                                    "life_cycle_state");
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (over); i++)
    if (mg_streq (state, over[i]))
      return 0;
  return 1;
}

static int
is_true (struct sim_call *c, const char *name)
{
  const char *text = sim_query (c, name);

  return text != NULL && strcasecmp (text, "true") == 0;
}

static int
is_asked_for (struct sim_call *c, struct json_object *run)
{
  int64_t job = sim_query_int (c, "job_id", -1);
  const char *type = sim_query (c, "run_type");

  return (job < 0 || sim_json_int (run, "job_id", 0) == job)
         && (type == NULL || mg_streq (type, sim_json_str (run, "run_type")))
         && !(is_true (c, "active_only") && !is_active (run))
         && !(is_true (c, "completed_only") && is_active (run));
}

/* 0, or -1 after a reply. */
static int
check_list (struct sim_call *c, int64_t limit, int64_t *ret_end)
{
  const char *token = sim_query (c, "page_token");

  if (is_true (c, "active_only") && is_true (c, "completed_only")) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "Only one of active_only and "
              "completed_only can be true.");
    return -1;
  }
  if (limit < 0 || limit > MAX_LIMIT) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "limit must be between 0 and "
              "%d.", MAX_LIMIT);
    return -1;
  }
  *ret_end = INT64_MAX;
  if (token != NULL && *token != '\0'
      && (mg_parse_int64 (token, ret_end) < 0 || *ret_end < 0)) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "Invalid page token: '%s'",
              token);
    return -1;
  }
  return 0;
}

/* The newest first; a token is the slot behind the next one. */
void
sim_run_list (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *answer =
    json_object_new_object ();
  struct sim_table *t = &c->s->tables[SIM_RUNS];
  struct json_object *list = json_object_new_array ();
  int64_t limit = sim_query_int (c, "limit", DEFAULT_LIMIT), end, size, n = 0;
  uint32_t i;

  json_object_object_add (answer, "runs", list);
  if (check_list (c, limit, &end) < 0)
    return;
  size = sim_page_size (c, limit > 0 ? limit : MAX_LIMIT, MAX_LIMIT);
  for (i = t->n_live; i > 0; i--) {
    const struct sim_object *o = sim_table_at (t, i - 1);
    MG_CLEANUP (sim_json_put) struct json_object *run = NULL;

    if (o->slot >= end || !sim_visible (c, o))
      continue;
    run = sim_object_json (t, o);
    if (!is_asked_for (c, run))
      continue;
    if (n++ == size)
      break;
    json_object_array_add (list, json_object_get (run));
  }
  if (n == 0)                          /* what is empty is left out */
    json_object_object_del (answer, "runs");
  json_object_object_add (answer, "has_more", json_object_new_boolean (i > 0));
  if (i > 0) {
    char text[24];

    snprintf (text, sizeof text, "%" PRIu32,
              sim_table_at (t, i - 1)->slot + 1);
    sim_json_set_str (answer, "next_page_token", text);
  }
  sim_reply_json (c, 200, answer);
}
