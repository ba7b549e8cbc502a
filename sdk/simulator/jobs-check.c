/* What makes settings a job, and what the service adds to them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "compute.h"
#include "jobs.h"

#define MAX_NAME 4096

#define BAD(c, ...) \
  (sim_fail (c, 400, "INVALID_PARAMETER_VALUE", __VA_ARGS__), 0)

static int
is_there (struct json_object *o, const char *name)
{
  return json_object_object_get (o, name) != NULL;
}

static size_t
n_there (struct json_object *o, const char *const *names)
{
  size_t n = 0;

  for (; *names != NULL; names++)
    n += is_there (o, *names);
  return n;
}

static size_t
length (struct json_object *list)
{
  return json_object_is_type (list, json_type_array)
         ? json_object_array_length (list) : 0;
}

/* --- the parts of a job ---------------------------------------------- */

static int
has_key (struct json_object *list, const char *key, const char *value)
{
  size_t i, n = length (list);

  for (i = 0; i < n; i++)
    if (mg_streq (sim_json_str (json_object_array_get_idx (list, i), key),
                  value))
      return 1;
  return 0;
}

static int
compare_texts (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* No key twice: 1, or 0 after a reply. */
static int
keys_are_good (struct sim_call *c, struct json_object *settings,
               const struct sim_job_array *array)
{
  struct json_object *list = json_object_object_get (settings, array->name);
  size_t i, n = length (list);
  MG_CLEANUP_FREE const char **keys = mg_xcalloc (n + 1, sizeof *keys);

  for (i = 0; i < n; i++) {
    keys[i] = sim_json_str (json_object_array_get_idx (list, i), array->key);
    if (keys[i] == NULL || *keys[i] == '\0')
      return BAD (c, "%s must not be empty.", array->key);
  }
  qsort (keys, n, sizeof *keys, compare_texts);
  for (i = 1; i < n; i++)
    if (strcmp (keys[i - 1], keys[i]) == 0) {
      sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "%s '%s' is used twice.",
                array->key, keys[i]);
      return 0;
    }
  return 1;
}

static int
arrays_are_good (struct sim_call *c, struct json_object *settings)
{
  size_t most = mg_starts (c->path, "/api/2.1/") ? SIM_JOB_PAGE
                : SIM_MAX_TASKS;
  int i;

  if (length (json_object_object_get (settings, "tasks")) > most) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "The number of tasks must be at most %zu.", most);
    return 0;
  }
  if (length (json_object_object_get (settings, "job_clusters"))
      > SIM_MAX_JOB_CLUSTERS)
    return BAD (c, "The number of job clusters must be at most %s.", "100");
  for (i = 0; sim_job_arrays[i].name != NULL; i++)
    if (!keys_are_good (c, settings, &sim_job_arrays[i]))
      return 0;
  return 1;
}

/* The ids of compute that are looked up when a job is stored. */
static int
cluster_is_good (struct sim_call *c, struct json_object *cluster)
{
  static const struct { const char *member; int table; const char *what; }
  ids[] = {
    { "instance_pool_id", SIM_POOLS, "an instance pool" },
    { "driver_instance_pool_id", SIM_POOLS, "an instance pool" },
    { "policy_id", SIM_POLICIES, "a cluster policy" },
  };
  size_t i;

  for (i = 0; cluster != NULL && i < MG_N_ELEMENTS (ids); i++) {
    struct sim_table *t = &c->s->tables[ids[i].table];
    const char *id = sim_json_str (cluster, ids[i].member);

    if (id == NULL || *id == '\0'
        || sim_table_by_id (t, sim_id_parse (t, id)) != NULL)
      continue;
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Can't find %s with id: %s.", ids[i].what, id);
    return 0;
  }
  return 1;
}

static int
compute_is_good (struct sim_call *c, struct json_object *settings,
                 struct json_object *task)
{
  static const char *const forms[] = { "existing_cluster_id", "new_cluster",
                                       "job_cluster_key", NULL };
  static const char *const need[] = { "spark_jar_task", "spark_submit_task",
                                      NULL };
  const char *key = sim_json_str (task, "job_cluster_key");
  const char *id = sim_json_str (task, "existing_cluster_id");
  struct sim_table *clusters = &c->s->tables[SIM_CLUSTERS];
  size_t n = n_there (task, forms);

  if (n > 1)
    return BAD (c, "Task '%s' must have one of existing_cluster_id, "
                "new_cluster and job_cluster_key.",
                sim_json_str (task, "task_key"));
  if (n == 0 && n_there (task, need) > 0)
    return BAD (c, "Multi-task jobs require clusterspec: task '%s' has none.",
                sim_json_str (task, "task_key"));
  if (key != NULL
      && !has_key (json_object_object_get (settings, "job_clusters"),
                   "job_cluster_key", key))
    return BAD (c, "job_cluster_key '%s' is not defined in the job.", key);
  if (id != NULL
      && sim_table_by_id (clusters, sim_id_parse (clusters, id)) == NULL)
    return BAD (c, "Cluster %s does not exist.", id);
  return cluster_is_good (c, json_object_object_get (task, "new_cluster"));
}

static int
ends_with_task (const char *name)
{
  size_t len = strlen (name);

  return len > 5 && strcmp (name + len - 5, "_task") == 0;
}

/* One of the members that say what it does, and the job that it runs. */
static int
work_is_good (struct sim_call *c, struct json_object *task)
{
  struct json_object *run = json_object_object_get (task, "run_job_task");
  int64_t id = sim_json_int (run, "job_id", -1);
  int n = 0;

  json_object_object_foreach (task, name, value) {
    n += value != NULL && ends_with_task (name);
  }
  if (n != 1)
    return BAD (c, "Task '%s' must say exactly one thing to do.",
                sim_json_str (task, "task_key"));
  if (run == NULL || sim_table_by_id (&c->s->tables[SIM_JOBS], id) != NULL)
    return 1;
  sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "Job %" PRId64
            " does not exist.", id);
  return 0;
}

static int
task_is_good (struct sim_call *c, struct json_object *settings,
              struct json_object *task)
{
  struct json_object *tasks = json_object_object_get (settings, "tasks");
  struct json_object *needs = json_object_object_get (task, "depends_on");
  struct json_object *each = json_object_object_get (task, "for_each_task");
  size_t i, n = length (needs);

  for (i = 0; i < n; i++) {
    const char *key = sim_json_str (json_object_array_get_idx (needs, i),
                                    "task_key");

    if (!has_key (tasks, "task_key", key))
      return BAD (c, "depends_on names '%s', which is no task of the job.",
                  key ? key : "");
  }
  if (!work_is_good (c, task) || !compute_is_good (c, settings, task))
    return 0;
  each = each ? json_object_object_get (each, "task") : NULL;
  return each == NULL || (work_is_good (c, each)
                          && compute_is_good (c, settings, each));
}

static int
tasks_are_good (struct sim_call *c, struct json_object *settings)
{
  struct json_object *tasks = json_object_object_get (settings, "tasks");
  struct json_object *clusters = json_object_object_get (settings,
                                                         "job_clusters");
  size_t i, n = length (clusters);

  for (i = 0; i < n; i++)
    if (!cluster_is_good (c, json_object_object_get (
                            json_object_array_get_idx (clusters, i),
                            "new_cluster")))
      return 0;
  n = length (tasks);
  for (i = 0; i < n; i++)
    if (!task_is_good (c, settings, json_object_array_get_idx (tasks, i)))
      return 0;
  return 1;
}

/* --- the job itself -------------------------------------------------- */

static int
run_as_is_good (struct sim_call *c, struct json_object *settings)
{
  static const struct { const char *member; enum sim_kind kind; } forms[] = {
    { "user_name", SIM_USERS }, { "service_principal_name", SIM_PRINCIPALS },
    { "group_name", SIM_GROUPS },
  };
  struct json_object *run_as = json_object_object_get (settings, "run_as");
  int n = 0;
  size_t i;

  for (i = 0; run_as != NULL && i < MG_N_ELEMENTS (forms); i++) {
    const char *name = sim_json_str (run_as, forms[i].member);

    n += name != NULL;
    if (name != NULL
        && sim_table_by_key (&c->s->tables[forms[i].kind], name) == NULL)
      return BAD (c, "run_as: '%s' does not exist in the workspace.", name);
  }
  return run_as == NULL || n == 1
         || BAD (c, "%s must name exactly one principal.", "run_as");
}

static int
settings_are_good (struct sim_call *c, struct json_object *settings)
{
  static const char *const starts[] = { "schedule", "continuous", "trigger",
                                        "triggers", NULL };
  static const char *const heads[] = { "git_branch", "git_tag", "git_commit",
                                       NULL };
  struct json_object *git = json_object_object_get (settings, "git_source");
  struct json_object *tags = json_object_object_get (settings, "tags");
  const char *name = sim_json_str (settings, "name");

  if (name != NULL && strlen (name) > MAX_NAME)
    return BAD (c, "The name of a job must have at most %s bytes.", "4096");
  if (n_there (settings, starts) > 1)
    return BAD (c, "Only one of %s can be set.",
                "schedule, continuous, trigger and triggers");
  if (git != NULL && n_there (git, heads) > 1)
    return BAD (c, "Only one of %s can be set.",
                "git_branch, git_tag and git_commit");
  if (tags != NULL && json_object_is_type (tags, json_type_object)
      && json_object_object_length (tags) > SIM_MAX_JOB_TAGS)
    return BAD (c, "A job has at most %s tags.", "25");
  return 1;
}

int
sim_job_is_good (struct sim_call *c, struct json_object *settings)
{
  return settings_are_good (c, settings) && run_as_is_good (c, settings)
         && arrays_are_good (c, settings) && tasks_are_good (c, settings);
}

static int
leaves_pool (struct sim_call *c, struct json_object *holder)
{
  struct json_object *cluster = json_object_object_get (holder, "new_cluster");

  return cluster == NULL || sim_cluster_leaves_pool (c, cluster);
}

int
sim_job_leaves_pools (struct sim_call *c, struct json_object *settings)
{
  struct json_object *tasks = json_object_object_get (settings, "tasks");
  struct json_object *clusters = json_object_object_get (settings,
                                                         "job_clusters");
  size_t i, n = length (clusters);

  for (i = 0; i < n; i++)
    if (!leaves_pool (c, json_object_array_get_idx (clusters, i)))
      return 0;
  n = length (tasks);
  for (i = 0; i < n; i++) {
    struct json_object *task = json_object_array_get_idx (tasks, i);
    struct json_object *each = json_object_object_get (task, "for_each_task");

    each = each ? json_object_object_get (each, "task") : NULL;
    if (!leaves_pool (c, task) || !leaves_pool (c, each))
      return 0;
  }
  return 1;
}

/* --- what is added --------------------------------------------------- */

static void
add (struct json_object *o, const char *name, struct json_object *value)
{
  if (json_object_object_get (o, name) == NULL)
    json_object_object_add (o, name, value);
  else
    json_object_put (value);
}

static void
cluster_defaults (struct sim *s, struct json_object *cluster)
{
  struct json_object *aws;

  if (cluster == NULL)
    return;
  json_object_object_del (cluster, "apply_policy_default_values");
  add (cluster, "data_security_mode", json_object_new_string ("SINGLE_USER"));
  add (cluster, "enable_elastic_disk", json_object_new_boolean (0));
  if (!mg_streq (s->config.cloud, "aws")
      || is_there (cluster, "instance_pool_id"))
    return;
  add (cluster, "aws_attributes", json_object_new_object ());
  aws = json_object_object_get (cluster, "aws_attributes");
  add (aws, "availability", json_object_new_string ("SPOT_WITH_FALLBACK"));
  add (aws, "zone_id", json_object_new_string ("us-west-2a"));
}

static int
by_task_key (const void *a, const void *b)
{
  struct json_object *const *x = a, *const *y = b;
  const char *left = sim_json_str (*x, "task_key");
  const char *right = sim_json_str (*y, "task_key");

  return strcmp (left ? left : "", right ? right : "");
}

static void
task_defaults (struct sim *s, struct json_object *task, int has_git)
{
  struct json_object *each = json_object_object_get (task, "for_each_task");
  struct json_object *needs = json_object_object_get (task, "depends_on");
  struct json_object *notebook = json_object_object_get (task,
                                                         "notebook_task");

  add (task, "run_if", json_object_new_string ("ALL_SUCCESS"));
  add (task, "timeout_seconds", json_object_new_int (0));
  add (task, "email_notifications", json_object_new_object ());
  if (json_object_is_type (needs, json_type_array))
    json_object_array_sort (needs, by_task_key);
  if (notebook != NULL)
    add (notebook, "source",
         json_object_new_string (has_git ? "GIT" : "WORKSPACE"));
  cluster_defaults (s, json_object_object_get (task, "new_cluster"));
  each = each ? json_object_object_get (each, "task") : NULL;
  if (each != NULL)
    task_defaults (s, each, has_git);
}

void
sim_job_defaults (struct sim *s, struct json_object *settings)
{
  struct json_object *tasks = json_object_object_get (settings, "tasks");
  struct json_object *clusters = json_object_object_get (settings,
                                                         "job_clusters");
  size_t i, n = length (tasks);

  add (settings, "name", json_object_new_string ("Untitled"));
  add (settings, "email_notifications", json_object_new_object ());
  add (settings, "webhook_notifications", json_object_new_object ());
  add (settings, "timeout_seconds", json_object_new_int (0));
  add (settings, "max_concurrent_runs", json_object_new_int (1));
  json_object_object_del (settings, "format");
  sim_json_set_str (settings, "format", "MULTI_TASK");
  for (i = 0; i < n; i++)
    task_defaults (s, json_object_array_get_idx (tasks, i),
                   is_there (settings, "git_source"));
  n = length (clusters);
  for (i = 0; i < n; i++)
    cluster_defaults (s, json_object_object_get (
                        json_object_array_get_idx (clusters, i),
                        "new_cluster"));
}
