/* Jobs of --populate, and what is only listed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "jobs.h"
#include "populate.h"

#define NOTEBOOK "\"notebook_task\":{\"notebook_path\":\"/Shared/etl/load\"}"
#define CRON "\"schedule\":{\"quartz_cron_expression\":\"0 15 2 * * ?\"," \
  "\"timezone_id\":\"Europe/Berlin\",\"pause_status\":\"UNPAUSED\"}"
#define RUNTIME "\"spark_version\":\"15.4.x-scala2.12\",\"num_workers\":2"
#define LONG_TASKS 250
#define LONG_JOB "all the tables, one after the other"

/* ${cluster}, ${pool}, ${policy}, ${profile}, ${robot} and ${job} are ids of this
 * workspace; a job with one that it does not have is another job. */
struct odd_job { const char *name, *settings; };

static const struct odd_job odd_jobs[] = {
  { "nightly", CRON ",\"tasks\":[{\"task_key\":\"load\"," NOTEBOOK ","
    "\"existing_cluster_id\":\"${cluster}\"}]" },
  { "twin", CRON ",\"tasks\":[{\"task_key\":\"a\"," NOTEBOOK "}]" },
  { "twin", CRON ",\"tasks\":[{\"task_key\":\"a\"," NOTEBOOK "}]" },
  { "Twin", "\"tags\":{\"team\":\"growth\",\"two\\nlines\":\"\"}" },
  { "never ends", "\"continuous\":{\"pause_status\":\"UNPAUSED\"},\"tasks\":[{"
    "\"task_key\":\"stream\"," NOTEBOOK "}]" },
  { "when files come", "\"trigger\":{\"pause_status\":\"UNPAUSED\","
    "\"file_arrival\":{\"url\":\"s3://incoming/a b/\"}}" },
  { "several triggers", "\"triggers\":[{\"pause_status\":\"UNPAUSED\","
    "\"periodic\":{\"interval\":1,\"unit\":\"DAYS\"}},{\"schedule\":{"
    "\"quartz_cron_expression\":\"0 0 5 * * ?\",\"timezone_id\":\"UTC\"}}]" },
  { "was paused before", "\"schedule\":{\"quartz_cron_expression\":"
    "\"0 0 1 1 * ?\",\"timezone_id\":\"UTC\",\"pause_status\":\"PAUSED\"}" },
  { "'quotes' \"both\", a/slash, two\nlines \xe2\x80\xae" "rtl \xf0\x9f\xa7\xaa",
    "\"description\":\"# one\\n\\u202eetl \\\\ \\\"q\\\"\"" },
  { "runs another", "\"tasks\":[{\"task_key\":\"first\",\"run_job_task\":{"
    "\"job_id\":${job},\"job_parameters\":{\"day\":\"{{job.start_time}}\"}}},{"
    "\"task_key\":\"each\",\"depends_on\":[{\"task_key\":\"first\"}],"
    "\"for_each_task\":{\"inputs\":\"[1,2]\",\"concurrency\":2,\"task\":{"
    "\"task_key\":\"inner\",\"run_job_task\":{\"job_id\":${job}}}}}]" },
  { "pool, policy, profile", "\"job_clusters\":[{\"job_cluster_key\":\"pooled\","
    "\"new_cluster\":{" RUNTIME ",\"instance_pool_id\":\"${pool}\","
    "\"driver_instance_pool_id\":\"${pool}\"}},{\"job_cluster_key\":\"own\","
    "\"new_cluster\":{" RUNTIME ",\"node_type_id\":\"i3.xlarge\",\"policy_id\":"
    "\"${policy}\",\"aws_attributes\":{\"instance_profile_arn\":\"${profile}\"},"
    "\"spark_env_vars\":{\"TOKEN\":\"not to be seen\"},\"single_user_name\":\""
    SIM_ADMIN_NAME "\"}}],\"tasks\":[{\"task_key\":\"a\",\"job_cluster_key\":"
    "\"pooled\"," NOTEBOOK "},{\"task_key\":\"b\",\"job_cluster_key\":\"own\","
    "\"spark_python_task\":{\"python_file\":\"dbfs:/etl/b.py\"},\"libraries\":[{"
    "\"pypi\":{\"package\":\"simplejson==3.8.0\"}}]}]" },
  { "runs as a service principal", "\"run_as\":{\"service_principal_name\":"
    "\"${robot}\"},\"email_notifications\":{\"on_failure\":[\"a-list@example"
    ".com\",\"" SIM_ADMIN_NAME "\"],\"no_alert_for_skipped_runs\":true}" },
  { "from Git", "\"git_source\":{\"git_url\":\"https://git.example.com/etl\","
    "\"git_provider\":\"gitHub\",\"git_branch\":\"main\",\"git_snapshot\":{"
    "\"used_commit\":\"4506fdf41e9fa98090570a34df7a5bce163ff15f\"}},\"tasks\":[{"
    "\"task_key\":\"a\",\"notebook_task\":{\"notebook_path\":\"jobs/load\"}}]" },
  { "parameters, health, queue", "\"parameters\":[{\"name\":\"day\",\"default\":"
    "\"\"},{\"name\":\"json\",\"default\":\"{\\\"id\\\":12345678901234567890}\"}"
    "],\"environments\":[{\"environment_key\":\"Default\",\"spec\":{\"client\":"
    "\"2\",\"dependencies\":[\"simplejson\"]}}],\"health\":{\"rules\":[{"
    "\"metric\":\"RUN_DURATION_SECONDS\",\"op\":\"GREATER_THAN\",\"value\":3600}]"
    "},\"queue\":{\"enabled\":true},\"max_concurrent_runs\":4,\"tasks\":[{"
    "\"task_key\":\"a\",\"environment_key\":\"Default\",\"spark_python_task\":{"
    "\"python_file\":\"/Shared/a.py\"}},{\"task_key\":\"z\",\"run_if\":"
    "\"AT_LEAST_ONE_FAILED\",\"depends_on\":[{\"task_key\":\"a\",\"outcome\":"
    "\"true\"}],\"condition_task\":{\"op\":\"EQUAL_TO\",\"left\":\"1\",\"right\":"
    "\"2\"}}]" },
  { "of a bundle", "\"edit_mode\":\"UI_LOCKED\",\"deployment\":{\"kind\":"
    "\"BUNDLE\",\"metadata_file_path\":\"/Workspace/Shared/b/state.json\"}" },
  { "the product's", "\"deployment\":{\"kind\":\"SYSTEM_MANAGED\"}" },
  { "of the days of 2.0", "\"tasks\":[{\"task_key\":\"main\"," NOTEBOOK "}]" },
  { LONG_JOB, "" },
};

static const struct odd_job plain_jobs[] = {
  { NULL, "\"tasks\":[{\"task_key\":\"a\"," NOTEBOOK "}]" },
  { NULL, CRON ",\"tasks\":[{\"task_key\":\"a\"," NOTEBOOK ",\"new_cluster\":{"
    RUNTIME ",\"node_type_id\":\"i3.xlarge\"}}]" },
  { NULL, "\"timeout_seconds\":3600,\"tags\":{\"cost-centre\":\"0042\"}" },
};

/* --- one job --------------------------------------------------------- */

static void
last_id (const struct sim *s, enum sim_kind kind, char ret_id[SIM_ID_SIZE])
{
  const struct sim_table *t = &s->tables[kind];

  *ret_id = '\0';
  if (t->n_live > 0)
    sim_id_text (t, sim_table_at (t, t->n_live - 1)->id, ret_id);
}

static char *
first_field (const struct sim *s, enum sim_kind kind, const char *field)
{
  const struct sim_table *t = &s->tables[kind];

  return t->n_live > 0 ? sim_text_field (sim_table_at (t, 0)->text, field)
         : mg_xstrdup ("");
}

/* The settings with what this workspace has; NULL when it lacks something. */
static char *
filled_in (struct sim *s, const char *settings)
{
  const struct sim_table *pools = &s->tables[SIM_POOLS];
  MG_CLEANUP_FREE char *arn = first_field (s, SIM_PROFILES,
                                           "instance_profile_arn");
  char policy[SIM_ID_SIZE], cluster[SIM_ID_SIZE] = "", job[SIM_ID_SIZE];
  char pool[SIM_ID_SIZE] = "";
  const struct { const char *word, *by; } all[] = {
    { "${pool}", pool }, { "${policy}", policy }, { "${cluster}", cluster },
    { "${job}", job }, { "${profile}", arn }, { "${robot}", s->client_id },
  };
  char *text = mg_xstrdup (settings);
  size_t i;

  last_id (s, SIM_POLICIES, policy);
  last_id (s, SIM_JOBS, job);
  if (pools->n_live > 0)               /* the last may be on its way out */
    sim_id_text (pools, sim_table_at (pools, 0)->id, pool);
  if (s->tables[SIM_CLUSTERS].n_live > 0)
    sim_id_text (&s->tables[SIM_CLUSTERS],
                 sim_table_at (&s->tables[SIM_CLUSTERS], 0)->id, cluster);
  for (i = 0; i < MG_N_ELEMENTS (all); i++) {
    if (strstr (text, all[i].word) != NULL && *all[i].by == '\0') {
      mg_free (text);
      return NULL;
    }
    text = sim_replaced (text, all[i].word, all[i].by);
  }
  return text;
}

static void
add_long (struct json_object *settings)
{
  struct json_object *tasks = json_object_new_array ();
  int i;

  for (i = 0; i < LONG_TASKS; i++) {
    MG_CLEANUP_FREE char *text = mg_xasprintf (
      "{\"task_key\":\"table_%03d\"," NOTEBOOK "%s%03d%s}", i,
      i > 0 ? ",\"depends_on\":[{\"task_key\":\"table_"
      : ",\"description\":\"table_", i > 0 ? i - 1 : 0,
      i > 0 ? "\"}]" : "\"");

    json_object_array_add (tasks, sim_json_parse (text, strlen (text), NULL));
  }
  json_object_object_add (settings, "tasks", tasks);
}

static struct json_object *
settings_of (struct sim *s, const struct odd_job *from, int64_t i)
{
  MG_CLEANUP_FREE char *own = filled_in (s, from->settings);
  MG_CLEANUP_FREE char *text =
    mg_xasprintf ("{%s}", own ? own : plain_jobs[0].settings);
  struct json_object *o = sim_json_parse (text, strlen (text), NULL);
  char name[60];

  snprintf (name, sizeof name, "job %04" PRId64, i);
  sim_json_set_str (o, "name", from->name ? from->name : name);
  if (from->name != NULL && strcmp (from->name, LONG_JOB) == 0)
    add_long (o);
  return o;
}

/* The one of the days of 2.0 tells so, and a user owns every third. */
static void
change_job (struct sim *s, struct sim_object *o, int64_t i)
{
  struct sim_table *t = &s->tables[SIM_JOBS];
  MG_CLEANUP (sim_json_put) struct json_object *job = sim_object_json (t, o);
  struct json_object *settings = json_object_object_get (job, "settings");
  const char *name = sim_json_str (settings, "name");
  struct mg_rand rng;

  if (strcmp (name, "of the days of 2.0") == 0) {
    sim_json_set_str (settings, "format", "SINGLE_TASK");
    sim_table_set (t, o, sim_json_text (job));
  }
  sim_number_rand (&rng, s->config.seed, "job", (uint64_t) i);
  if (i % 3 == 2)
    return;
  sim_grant (s, o, SIM_GROUPS, mg_rand_next (&rng), "jobs",
             i % 2 ? "CAN_VIEW" : "CAN_MANAGE_RUN");
  if (i % 3 == 1 && s->tables[SIM_PRINCIPALS].n_live > 1) {
    o->links->n_acl = 0;               /* another owner */
    sim_grant (s, o, SIM_PRINCIPALS, mg_rand_next (&rng), "jobs", "IS_OWNER");
    sim_acl_set (o, s->admin_id, sim_acl_level ("jobs", "CAN_MANAGE"));
  }
}

void
sim_populate_jobs (struct sim *s, int64_t n)
{
  struct sim_object *admin = sim_principal (s, s->admin_id, NULL);
  int64_t i, n_odd = (int64_t) MG_N_ELEMENTS (odd_jobs);
  int64_t n_plain = (int64_t) MG_N_ELEMENTS (plain_jobs);

  for (i = 0; i < n; i++) {
    const struct odd_job *from =
      i < n_odd ? &odd_jobs[i] : &plain_jobs[i % n_plain];
    MG_CLEANUP (sim_json_put) struct json_object *settings =
      settings_of (s, from, i);

    change_job (s, sim_job_make (s, settings, admin, SIM_USERS, 0), i);
  }
}

/* --- what is only listed --------------------------------------------- */

void
sim_populate_named (struct sim *s, int kind, int64_t n)
{
  int64_t i;

  for (i = 0; i < n; i++) {
    MG_CLEANUP_FREE char *name =
      mg_xasprintf ("%s %03" PRId64, s->tables[kind].name, i);
    MG_CLEANUP (sim_json_put) struct json_object *o =
      json_object_new_object ();

    sim_json_set_str (o, sim_named_key (kind), name);
    sim_named_make (s, kind, o);
  }
}
