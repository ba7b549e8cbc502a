/* Clusters: names are not unique, and each create starts one.
 *
 * The text of a cluster says what it was told last and when; the state that
 * follows with time is worked out whenever somebody looks (sim_cluster_now).
 * Members that begin with '_' are ours and are never shown.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "compute.h"

#define START_MS 90000               /* from PENDING to RUNNING */
#define STOP_MS 15000                /* from TERMINATING to TERMINATED */
#define KEPT_MS (INT64_C (30) * 24 * 3600 * 1000)
#define MAX_PINNED 100

/* Of an edited cluster, what is no setting. */
static const char *const kept[] = {
  "cluster_id", "creator_user_name", "cluster_source", "start_time",
  "last_restarted_time", "terminated_time", "state", "state_message",
  "termination_reason", "pinned_by_user_name", "spark_context_id",
  "init_scripts_safe_mode", SIM_LIBRARIES, NULL
};

static struct sim_table *
clusters (struct sim *s)
{
  return &s->tables[SIM_CLUSTERS];
}

/* --- one cluster ----------------------------------------------------- */

static void
set_time (struct json_object *o, const char *name, int64_t ms)
{
  json_object_object_add (o, name, json_object_new_int64 (ms));
}

static void
set_state (struct json_object *o, const char *state, const char *message)
{
  sim_json_set_str (o, "state", state);
  sim_json_set_str (o, "state_message", message);
}

static void
set_reason (struct json_object *o, const char *code)
{
  struct json_object *reason = json_object_new_object ();

  sim_json_set_str (reason, "code", code);
  sim_json_set_str (reason, "type", "SUCCESS");
  json_object_object_add (o, "termination_reason", reason);
}

static void
add_machines (struct json_object *o, int64_t now_ms)
{
  struct json_object *driver = json_object_new_object ();

  sim_json_set_str (driver, "node_id", "driver-node");
  sim_json_set_str (driver, "private_ip", "10.0.0.4");
  set_time (driver, "start_timestamp", now_ms);
  json_object_object_add (o, "driver", driver);
  json_object_object_add (o, "executors", json_object_new_array ());
  json_object_object_add (o, "jdbc_port", json_object_new_int (10000));
  set_time (o, "last_state_loss_time", now_ms);
}

static void
drop_machines (struct json_object *o)
{
  json_object_object_del (o, "driver");
  json_object_object_del (o, "executors");
  json_object_object_del (o, "jdbc_port");
}

/* 1 when time has changed it. */
static int
move_on (struct json_object *o, int64_t now_ms)
{
  const char *state = sim_json_str (o, "state");
  int64_t from = sim_json_int (o, "last_restarted_time",
                               sim_json_int (o, "start_time", 0));
  int64_t idle_ms = sim_json_int (o, "autotermination_minutes", 0) * 60000;

  if ((mg_streq (state, "PENDING") || mg_streq (state, "RESTARTING"))
      && now_ms - from >= START_MS) {
    set_state (o, "RUNNING", "");
    add_machines (o, from + START_MS);
    return 1;
  }
  if (mg_streq (state, "RUNNING") && idle_ms > 0
      && now_ms - from >= START_MS + idle_ms) {
    set_state (o, "TERMINATED", "Inactive cluster terminated.");
    set_time (o, "terminated_time", from + START_MS + idle_ms);
    set_reason (o, "INACTIVITY");
    drop_machines (o);
    return 1;
  }
  if (mg_streq (state, "TERMINATING")
      && now_ms - sim_json_int (o, "terminated_time", 0) >= STOP_MS) {
    sim_json_set_str (o, "state", "TERMINATED");
    return 1;
  }
  return 0;
}

struct json_object *
sim_cluster_now (struct sim *s, struct sim_object *o, int64_t now_us)
{
  struct json_object *cluster = sim_object_json (clusters (s), o);
  int changed = 0;

  while (move_on (cluster, now_us / MG_MS_US))
    changed = 1;
  if (changed)
    sim_table_set (clusters (s), o, sim_json_text (cluster));
  return cluster;
}

static void
add_default_tags (struct json_object *o)
{
  struct json_object *tags = json_object_new_object ();

  sim_json_set_str (tags, "Vendor", "Databricks");
  sim_json_set_str (tags, "Creator", sim_json_str (o, "creator_user_name"));
  sim_json_set_str (tags, "ClusterName", sim_json_str (o, "cluster_name"));
  sim_json_set_str (tags, "ClusterId", sim_json_str (o, "cluster_id"));
  json_object_object_add (o, "default_tags", tags);
}

/* The settings as they were given, and as the service has them. */
static struct json_object *
from_fields (struct sim *s, struct json_object *fields)
{
  struct json_object *o = NULL, *spec = NULL;

  json_object_deep_copy (fields, &spec, NULL);
  json_object_object_del (spec, "cluster_id");
  json_object_object_del (spec, "clone_from");
  json_object_deep_copy (spec, &o, NULL);
  json_object_object_del (o, "apply_policy_default_values");
  sim_cluster_fill (s, o);
  json_object_object_add (o, "spec", spec);
  if (json_object_object_get (o, "docker_image") != NULL) /* no password */
    json_object_object_add (spec, "docker_image", json_object_get (
                              json_object_object_get (o, "docker_image")));
  sim_json_default (o, "spark_version", json_object_new_string (
                      SIM_SPARK_VERSION));
  sim_json_set_str (o, "effective_spark_version",
                    sim_json_str (o, "spark_version"));
  return o;
}

struct sim_object *
sim_cluster_make (struct sim *s, struct json_object *fields,
                  struct sim_object *creator, const char *source,
                  int64_t now_us)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = from_fields (s, fields);
  MG_CLEANUP_FREE char *name = sim_principal_name (s, creator);
  int64_t id = sim_new_id (s);
  struct sim_object *made;
  char id_text[SIM_ID_SIZE];

  sim_id_text (clusters (s), id, id_text);
  sim_json_set_str (o, "cluster_id", id_text);
  sim_json_set_str (o, "creator_user_name", name);
  sim_json_set_str (o, "cluster_source", source);
  json_object_object_add (o, "spark_context_id", json_object_new_int64 (id));
  json_object_object_add (o, "init_scripts_safe_mode",
                          json_object_new_boolean (0));
  set_time (o, "start_time", now_us / MG_MS_US);
  set_state (o, "PENDING", "Finding instances for new nodes");
  add_default_tags (o);
  made = sim_table_add (clusters (s), id, sim_json_text (o), 0, "");
  made->created_us = now_us;
  sim_acl_set (made, creator->id, sim_acl_level ("clusters", "CAN_MANAGE"));
  return made;
}

/* Neither running nor pinned, and for long: the service has forgotten it. */
int
sim_cluster_is_forgotten (struct json_object *cluster, int64_t now_us)
{
  return mg_streq (sim_json_str (cluster, "state"), "TERMINATED")
         && sim_json_str (cluster, "pinned_by_user_name") == NULL
         && now_us / MG_MS_US - sim_json_int (cluster, "terminated_time", 0)
            > KEPT_MS;
}

struct sim_object *
sim_cluster_wanted (struct sim_call *c, const char *id,
                    struct json_object **ret_cluster)
{
  struct sim_table *t = clusters (c->s);
  struct sim_object *o = sim_table_by_id (t, sim_id_parse (t, id));

  if (o == NULL) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "Cluster %s does not exist",
              id ? id : "");
    return NULL;
  }
  *ret_cluster = sim_cluster_now (c->s, o, c->now_us);
  if (sim_cluster_is_forgotten (*ret_cluster, c->now_us)) {
    sim_fail (c, 400, "INVALID_STATE", "Cannot access cluster %s that was "
              "terminated/unpinned over 30 days ago.", id);
    return NULL;
  }
  return o;
}

/* The one that the body names. */
static struct sim_object *
wanted (struct sim_call *c, struct json_object **ret_cluster)
{
  return sim_cluster_wanted (c, sim_json_str (c->body, "cluster_id"),
                             ret_cluster);
}

void
sim_cluster_set (struct sim_call *c, struct sim_object *o,
                 struct json_object *cluster, const char *effect)
{
  sim_table_set (clusters (c->s), o, sim_json_text (cluster));
  sim_effect_on (c, effect, clusters (c->s), o,
                 sim_json_str (cluster, "cluster_name"));
}

static void
bad_state (struct sim_call *c, struct json_object *cluster)
{
  char state[20];
  size_t i;

  snprintf (state, sizeof state, "%s", sim_json_str (cluster, "state"));
  for (i = 1; state[i] >= 'A' && state[i] <= 'Z'; i++)
    state[i] = (char) (state[i] - 'A' + 'a');
  sim_fail (c, 400, "INVALID_STATE", "Cluster %s is in unexpected state %s.",
            sim_json_str (cluster, "cluster_id"), state);
}

static int
state_is (struct json_object *cluster, const char *state)
{
  return mg_streq (sim_json_str (cluster, "state"), state);
}

/* --- life ------------------------------------------------------------ */

static int
libraries_of_clone (struct sim_call *c, struct json_object **ret_list)
{
  MG_CLEANUP (sim_json_put) struct json_object *other = NULL;
  struct json_object *from = json_object_object_get (c->body, "clone_from");

  if (from == NULL)
    return 0;
  if (sim_cluster_wanted (c, sim_json_str (from, "source_cluster_id"),
                          &other) == NULL)
    return -1;
  *ret_list = json_object_get (json_object_object_get (other, SIM_LIBRARIES));
  return 0;
}

void
sim_cluster_create (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *libraries = NULL;
  MG_CLEANUP (sim_json_put) struct json_object *cluster = NULL;
  struct sim_object *o;

  if (!sim_cluster_is_good (c) || libraries_of_clone (c, &libraries) < 0)
    return;
  o = sim_cluster_make (c->s, c->body, c->me, "API", c->now_us);
  cluster = sim_object_json (clusters (c->s), o);
  if (libraries != NULL)
    json_object_object_add (cluster, SIM_LIBRARIES,
                            json_object_get (libraries));
  sim_cluster_set (c, o, cluster, "create");
  mg_buf_addf (&c->r->body, "{\"cluster_id\":\"%s\"}",
               sim_json_str (cluster, "cluster_id"));
  c->r->status = 200;
  c->r->content_type = "application/json";
}

void
sim_cluster_edit (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *old = NULL;
  MG_CLEANUP (sim_json_put) struct json_object *fresh = NULL;
  struct sim_object *o = wanted (c, &old);
  int i;

  if (o == NULL || !sim_cluster_is_good (c))
    return;
  if (!state_is (old, "RUNNING") && !state_is (old, "TERMINATED")) {
    bad_state (c, old);
    return;
  }
  fresh = from_fields (c->s, c->body);
  for (i = 0; kept[i] != NULL; i++) {
    struct json_object *value = json_object_object_get (old, kept[i]);

    if (value != NULL)
      json_object_object_add (fresh, kept[i], json_object_get (value));
  }
  add_default_tags (fresh);
  if (state_is (old, "RUNNING")) {
    set_state (fresh, "RESTARTING", "");
    set_time (fresh, "last_restarted_time", c->now_us / MG_MS_US);
    sim_libraries_restart (fresh);
  }
  sim_cluster_set (c, o, fresh, "update");
  sim_reply_empty (c);
}

void
sim_cluster_terminate (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *cluster = NULL;
  struct sim_object *o = wanted (c, &cluster);

  if (o == NULL)
    return;
  if (!state_is (cluster, "TERMINATING") && !state_is (cluster, "TERMINATED")) {
    set_state (cluster, "TERMINATING", "");
    set_time (cluster, "terminated_time", c->now_us / MG_MS_US);
    set_reason (cluster, "USER_REQUEST");
    drop_machines (cluster);
    sim_cluster_set (c, o, cluster, "update");
  }
  sim_reply_empty (c);
}

void
sim_cluster_start (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *cluster = NULL;
  struct sim_object *o = wanted (c, &cluster);

  if (o == NULL)
    return;
  if (!state_is (cluster, "TERMINATED")) {
    bad_state (c, cluster);
    return;
  }
  set_state (cluster, "PENDING", "Starting Spark");
  set_time (cluster, "last_restarted_time", c->now_us / MG_MS_US);
  json_object_object_del (cluster, "termination_reason");
  json_object_object_del (cluster, "terminated_time");
  sim_libraries_restart (cluster);
  sim_cluster_set (c, o, cluster, "update");
  sim_reply_empty (c);
}

void
sim_cluster_delete (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *cluster = NULL;
  struct sim_object *o = wanted (c, &cluster);

  if (o == NULL)
    return;
  if (sim_json_str (cluster, "pinned_by_user_name") != NULL) {
    sim_fail (c, 400, "INVALID_STATE", "Cluster %s is pinned: unpin the "
              "cluster first.", sim_json_str (cluster, "cluster_id"));
    return;
  }
  sim_cluster_set (c, o, cluster, "delete");
  sim_table_remove (clusters (c->s), o);
  sim_reply_empty (c);
}

/* --- pins ------------------------------------------------------------ */

static int
count_pinned (struct sim *s)
{
  struct sim_table *t = clusters (s);
  uint32_t i;
  int n = 0;

  for (i = 0; i < t->n_live; i++) {
    MG_CLEANUP_FREE char *by = sim_text_field (sim_table_at (t, i)->text,
                                               "pinned_by_user_name");

    n += *by != '\0';
  }
  return n;
}

void
sim_cluster_pin (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *cluster = NULL;
  MG_CLEANUP_FREE char *name = sim_principal_name (c->s, c->me);
  struct sim_object *o = wanted (c, &cluster);

  if (o == NULL)
    return;
  if (sim_json_str (cluster, "pinned_by_user_name") == NULL) {
    if (count_pinned (c->s) >= MAX_PINNED) {
      sim_fail (c, 400, "QUOTA_EXCEEDED", "At most %d clusters can be pinned.",
                MAX_PINNED);
      return;
    }
    sim_json_set_str (cluster, "pinned_by_user_name", name);
    sim_cluster_set (c, o, cluster, "update");
  }
  sim_reply_empty (c);
}

void
sim_cluster_unpin (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *cluster = NULL;
  struct sim_object *o = wanted (c, &cluster);

  if (o == NULL)
    return;
  if (sim_json_str (cluster, "pinned_by_user_name") != NULL) {
    json_object_object_del (cluster, "pinned_by_user_name");
    sim_cluster_set (c, o, cluster, "update");
  }
  sim_reply_empty (c);
}

void
sim_cluster_get (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *cluster = NULL;

  if (sim_cluster_wanted (c, sim_query (c, "cluster_id"), &cluster) == NULL)
    return;
  json_object_object_del (cluster, SIM_LIBRARIES);
  sim_reply_json (c, 200, cluster);
}
