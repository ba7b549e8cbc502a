/* jobs: jobs with their permissions, and the names of what they use.
 *
 * Nearly all of it is data.  What a job names and this program does not move is
 * listed only, so that it is found in the target by its name.
 */
#include <string.h>
#include <migrate-plugin.h>
#include <migrate-compute.h>

/* Of each cluster in a pool, and of no other. */
#define BY_THE_POOL(path) "**.new_cluster[?instance_pool_id]." path,

static const char *const job_owned[] = {
  "job_id", "creator_user_name", "created_time", "run_as_user_name",
  "run_as_owner", "effective_budget_policy_id", "effective_usage_policy_id",
  "trigger_state", "trigger_details", "path", "has_more", "next_page_token",
  "settings.format", "settings.deployment", "settings.git_source.git_snapshot",
  "settings.git_source.job_source", "**.clean_rooms_notebook_task.etag",
  /* of a cluster that lives as long as a run they mean nothing */
  "**.new_cluster.autotermination_minutes", "**.new_cluster.cluster_name",
  MIGRATE_POOL_DECIDES (BY_THE_POOL)
  NULL,
};

/* Arrays that are answered 100 elements at a time. */
static const char *const job_parts[] = {
  "settings.tasks", "settings.job_clusters", "settings.parameters",
  "settings.environments", NULL,
};

static const char *const job_sets[] = {
  "settings.tasks", "settings.job_clusters", "settings.parameters",
  "settings.environments", "**.depends_on", NULL,
};

/* Whoever made it runs it, when it does not say who: in the target that would
 * be us. */
static const struct migrate_fill job_fill[] = {
  { "settings.run_as.user_name", "run_as_user_name", "settings.run_as", "@" },
  { "settings.run_as.service_principal_name", "run_as_user_name",
    "settings.run_as", NULL },
  { NULL, NULL, NULL, NULL },
};

#define PAUSED "\"PAUSED\""

static const struct migrate_set job_pauses[] = {
  { "settings.schedule.pause_status", PAUSED },
  { "settings.continuous.pause_status", PAUSED },
  { "settings.trigger.pause_status", PAUSED },
  { "settings.triggers[*].pause_status", PAUSED },
  { NULL, NULL },
};

/* Of the service: members of the settings are replaced as a whole. */
#define SWITCH \
  .kind = "jobs", .ends = MIGRATE_AT_SOURCE | MIGRATE_AT_TARGET, \
  .call = "POST /api/2.2/jobs/update", \
  .body = "{\"job_id\":${id},\"new_settings\":${*}}", \
  .absent = "\"UNPAUSED\""

static const struct migrate_timetable job_times[] = {
  { "settings.schedule", "quartz_cron_expression", "timezone_id" },
  { "settings.triggers[*]", "schedule.quartz_cron_expression",
    "schedule.timezone_id" },
  { NULL, NULL, NULL },
};

static const struct migrate_action actions[] = {
  {
    .name = "pause", .what = MIGRATE_ACTION_OFF, SWITCH, .done = "paused",
    .summary = "pause every schedule, trigger and continuous job",
    .busy = "GET /api/2.2/jobs/runs/list?active_only=true&limit=24",
    .busy_array = "runs", .busy_of = "job_id", .busy_title = "active runs",
  },
  {
    .name = "resume", .what = MIGRATE_ACTION_BACK, SWITCH, .done = "resumed",
    .summary = "put back what the pause found, in the target what the source "
               "had", .timetables = job_times,
  },
  { .name = NULL },
};

/* A bundle's job belongs to the bundle of the source, and nobody may edit it. */
static const struct migrate_derived job_derived[] = {
  { "settings.edit_mode", "settings.deployment.kind" }, { NULL, NULL },
};

static const struct migrate_leave job_leave[] = {
  { "settings.deployment.kind", "SYSTEM_MANAGED", "system-managed-job" },
  { NULL, NULL, NULL },
};

/* What a name leads to stands at the same places in a task of a job and in that
 * of a for_each_task, and none of these names is one that people give. */
#define WAREHOUSE(task) { .path = "**." task ".warehouse_id", \
                          .ns = "warehouses.id" }
#define WEBHOOK(event) { .path = "**.webhook_notifications." event "[*].id", \
                         .ns = "notification-destinations.id", .element = 1 }

#define LIBRARY_HOMES(member) MIGRATE_IN_HOMES ("**.libraries[*]." member),
#define LIBRARY_PATH(member) { "**.libraries[*]." member, MIGRATE_VALUE_PATH },

static const struct migrate_ref job_refs[] = {
  { .path = "settings.tasks[*].existing_cluster_id", .ns = "clusters.id" },
  { .path = "settings.tasks[*].for_each_task.task.existing_cluster_id",
    .ns = "clusters.id" },
  { .path = "**.new_cluster.instance_pool_id", .ns = "instance-pools.id" },
  { .path = "**.new_cluster.driver_instance_pool_id",
    .ns = "instance-pools.id" },
  { .path = "**.new_cluster.policy_id", .ns = "cluster-policies.id" },
  { .path = "**.new_cluster.aws_attributes.instance_profile_arn",
    .ns = "instance-profile.arn" },
  { .path = "**.new_cluster.single_user_name", .ns = "principal.name" },
  { .path = "**.run_job_task.job_id", .ns = "jobs.id" },
  WAREHOUSE ("notebook_task"), WAREHOUSE ("sql_task"),
  WAREHOUSE ("dashboard_task"), WAREHOUSE ("alert_task"),
  WAREHOUSE ("dbt_task"), WAREHOUSE ("power_bi_task"),
  WAREHOUSE ("sql_condition"),
  { .path = "**.sql_task.query.query_id", .ns = "queries.id" },
  { .path = "**.sql_condition.sql_query_id", .ns = "queries.id" },
  { .path = "**.sql_task.alert.alert_id", .ns = "alerts.id" },
  { .path = "**.sql_task.dashboard.dashboard_id",
    .ns = "legacy-dashboards.id" },
  { .path = "**.dashboard_task.dashboard_id", .ns = "dashboards.id" },
  { .path = "**.alert_task.alert_id", .ns = "alerts-v2.id" },
  { .path = "**.pipeline_task.pipeline_id", .ns = "pipelines.id" },
  { .path = "**.serving_endpoint.name", .ns = "serving-endpoint.name" },
  { .path = "**.subscriptions[*].destination_id",
    .ns = "notification-destinations.id", .element = 1 },
  { .path = "**.subscribers[*].destination_id",
    .ns = "notification-destinations.id", .element = 1 },
  WEBHOOK ("on_start"), WEBHOOK ("on_success"), WEBHOOK ("on_failure"),
  WEBHOOK ("on_duration_warning_threshold_exceeded"),
  WEBHOOK ("on_streaming_backlog_exceeded"),
  WEBHOOK ("on_maintenance_start"), WEBHOOK ("on_maintenance_complete"),
  { .path = "**.subscriptions[*].user_name", .ns = "principal.user_name",
    .element = 1 },
  { .path = "**.subscribers[*].user_name", .ns = "principal.user_name",
    .element = 1 },
  { .path = "settings.run_as.user_name", .ns = "principal.user_name" },
  { .path = "settings.run_as.service_principal_name",
    .ns = "principal.service_principal_name" },
  { .path = "settings.run_as.group_name", .ns = "principal.group_name" },
  MIGRATE_LIBRARY_FILES (LIBRARY_HOMES)
  MIGRATE_IN_HOMES ("**.notebook_task.notebook_path"),
  MIGRATE_IN_HOMES ("**.spark_python_task.python_file"),
  MIGRATE_IN_HOMES ("**.dbt_task.project_directory"),
  MIGRATE_IN_HOMES ("**.dbt_task.profiles_directory"),
  MIGRATE_IN_HOMES ("**.sql_task.file.path"),
  MIGRATE_IN_HOMES ("**.alert_task.workspace_path"),
  MIGRATE_IN_HOMES ("**.new_cluster.init_scripts[*].*.destination"),
  MIGRATE_IN_HOMES ("settings.environments[*].spec.dependencies[*]"),
  { .path = NULL },
};

/* Mails go to lists as well as to users: nobody has to be in the target. */
#define MAIL(event) { "**.email_notifications." event "[*]", \
                      MIGRATE_VALUE_EMAIL }

static const struct migrate_value job_values[] = {
  MAIL ("on_start"), MAIL ("on_success"), MAIL ("on_failure"),
  MAIL ("on_duration_warning_threshold_exceeded"),
  MAIL ("on_streaming_backlog_exceeded"), MAIL ("on_maintenance_start"),
  MAIL ("on_maintenance_complete"),
  { "**.new_cluster.node_type_id", MIGRATE_VALUE_NODE_TYPE },
  { "**.new_cluster.driver_node_type_id", MIGRATE_VALUE_NODE_TYPE },
  { "**.worker_node_type_flexibility.alternate_node_type_ids[*]",
    MIGRATE_VALUE_NODE_TYPE },
  { "**.driver_node_type_flexibility.alternate_node_type_ids[*]",
    MIGRATE_VALUE_NODE_TYPE },
  { "**.notebook_task.notebook_path", MIGRATE_VALUE_PATH },
  { "**.spark_python_task.python_file", MIGRATE_VALUE_PATH },
  { "**.dbt_task.project_directory", MIGRATE_VALUE_PATH },
  { "**.dbt_task.profiles_directory", MIGRATE_VALUE_PATH },
  { "**.sql_task.file.path", MIGRATE_VALUE_PATH },
  { "**.alert_task.workspace_path", MIGRATE_VALUE_PATH },
  { "**.spark_jar_task.jar_uri", MIGRATE_VALUE_PATH },
  MIGRATE_LIBRARY_FILES (LIBRARY_PATH)
  { "settings.environments[*].spec.dependencies[*]", MIGRATE_VALUE_PATH },
  MIGRATE_CLUSTER_PLACES ("**.new_cluster."),
  { "settings.git_source.git_url", MIGRATE_VALUE_URL },
  { NULL, 0 },
};

/* ---- what is only looked for ---- */

static const struct migrate_alias endpoint_aliases[] = {
  { "serving-endpoint.name", "name", 0 }, { NULL, NULL, 0 },
};

/* How JDBC and ODBC name a warehouse. */
static const struct migrate_made warehouse_made[] = {
  { "jdbc", "sql/1.0/warehouses/{id}" }, { NULL, NULL },
};

/* Listed with a name and an id, and found by the name. */
#define ONLY_LISTED(name_, title_, key_, id_, call, array_) \
  .name = name_, .title = title_, .key = key_, .id = id_, \
  .once = MIGRATE_ONCE_UNIQUE, .flags = MIGRATE_KIND_ADOPT_ONLY, \
  .list = call, .array = array_

static const struct migrate_kind kinds[] = {
  {
    .name = "jobs", .title = "jobs", .key = "settings.name", .id = "job_id",
    .once = MIGRATE_ONCE_NONUNIQUE,
    .flags = MIGRATE_KIND_CALLS | MIGRATE_KIND_DETAIL | MIGRATE_KIND_SENSITIVE,
    .lanes = 40,
    .paging = MIGRATE_PAGING_TOKEN,
    .list = "GET /api/2.2/jobs/list?limit=100", .array = "jobs",
    .get = "GET /api/2.2/jobs/get?job_id={id}", .parts = job_parts,
    .create = "POST /api/2.2/jobs/create", .send = "settings",
    .update = "POST /api/2.2/jobs/reset",
    .update_body = "{\"job_id\":${id},\"new_settings\":${*}}",
    .remove = "POST /api/2.2/jobs/delete",
    .permissions = "jobs",
    .owned = job_owned, .derived = job_derived, .unordered = job_sets,
    .refs = job_refs, .values = job_values, .fill = job_fill,
    .set_there = job_pauses, .leave = job_leave,
    .created = "created_time", .creator = "creator_user_name",
    .link = "/#job/{id}",
  },
  {
    ONLY_LISTED ("warehouses", "SQL warehouses", "name", "id",
                 "GET /api/2.0/sql/warehouses", "warehouses"),
    .paging = MIGRATE_PAGING_TOKEN, .link = "/sql/warehouses/{id}",
    .made = warehouse_made,
  },
  {
    ONLY_LISTED ("pipelines", "pipelines", "name", "pipeline_id",
                 "GET /api/2.0/pipelines?max_results=100", "statuses"),
    .paging = MIGRATE_PAGING_TOKEN, .link = "/pipelines/{id}",
  },
  {
    ONLY_LISTED ("notification-destinations", "notification destinations",
                 "display_name", "id",
                 "GET /api/2.0/notification-destinations?page_size=100",
                 "results"),
    .paging = MIGRATE_PAGING_TOKEN,
  },
  {
    ONLY_LISTED ("dashboards", "dashboards", "display_name", "dashboard_id",
                 "GET /api/2.0/lakeview/dashboards?page_size=100",
                 "dashboards"),
    .paging = MIGRATE_PAGING_TOKEN, .link = "/sql/dashboardsv3/{id}",
  },
  {
    ONLY_LISTED ("queries", "queries", "display_name", "id",
                 "GET /api/2.0/sql/queries?page_size=100", "results"),
    .paging = MIGRATE_PAGING_TOKEN, .link = "/sql/editor/{id}",
  },
  {
    ONLY_LISTED ("alerts", "alerts of queries", "display_name", "id",
                 "GET /api/2.0/sql/alerts?page_size=100", "results"),
    .paging = MIGRATE_PAGING_TOKEN, .link = "/sql/alerts/{id}",
  },
  {
    ONLY_LISTED ("alerts-v2", "alerts", "display_name", "id",
                 "GET /api/2.0/alerts?page_size=100", "alerts"),
    .paging = MIGRATE_PAGING_TOKEN, .link = "/sql/alerts-v2/{id}",
  },
  {
    ONLY_LISTED ("serving-endpoints", "serving endpoints", "name", "id",
                 "GET /api/2.0/serving-endpoints", "endpoints"),
    .aliases = endpoint_aliases, .link = "/ml/endpoints/{id}",
  },
};

/* ---- what data cannot say ---- */

/* A reset replaces everything: one of a bundle of the target is that bundle's
 * afterwards, too. */
static int
update_job (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  struct migrate_asset own = *asset;
  const char *bundle = NULL, *settings = NULL, *mode = "";
  size_t bundle_len = 0, len = 0;

  if (asset->target_json == NULL
      || !migrate_json_raw (ctx, asset->target_json, asset->target_json_len,
                            "settings.deployment", &bundle, &bundle_len)
      || !migrate_json_raw (ctx, asset->json, asset->json_len, "settings",
                            &settings, &len)
      || len < 3)
    return migrate_generic (ctx, asset);
  if (migrate_json_get (ctx, asset->target_json, asset->target_json_len,
                        "settings.edit_mode", &mode))
    mode = migrate_printf (ctx, "\"edit_mode\":%s,", migrate_quote (ctx, mode));
  own.json = migrate_printf (ctx, "{\"settings\":{\"deployment\":%.*s,%s%.*s}",
                             (int) bundle_len, bundle, mode, (int) len - 1,
                             settings + 1);
  own.json_len = strlen (own.json);
  return migrate_generic (ctx, &own);
}

static int
note_registry (struct migrate_ctx *ctx, void *opaque, const char *json,
               size_t len)
{
  int *told = (int *) opaque;

  (void) json, (void) len;
  if ((*told)++ == 0)
    migrate_note (ctx, "the password of its Docker registry is not shown by the "
                  "source; set it in the target");
  return 0;
}

static int
import_asset (struct migrate_ctx *ctx, void *self,
              const struct migrate_asset *asset)
{
  int told = 0;

  (void) self;
  if (asset->phase == MIGRATE_UPDATE)
    return update_job (ctx, asset);
  migrate_json_each (ctx, asset->json, asset->json_len,
                     "**.docker_image.basic_auth.username", note_registry,
                     &told);
  return migrate_generic (ctx, asset);
}

static const struct migrate_code codes[] = {
  { "system-managed-job", "a job that the product made and looks after",
    "nothing: the product makes one in the target where it needs it" },
  { NULL, NULL, NULL },
};

static const struct migrate_right rights[] = {
  { "jobs", "source: CAN_VIEW on each job; target: workspace admin, and the "
    "role servicePrincipal.user on those that jobs run as" },
  { "jobs/permissions", "source: CAN_MANAGE on each job; target: workspace "
    "admin" },
  { "warehouses", "CAN_VIEW on both sides, to find the names" },
  { "pipelines", "CAN_VIEW on both sides, to find the names" },
  { "notification-destinations", "workspace admin on both sides, to find the "
    "names" },
  { NULL, NULL },
};

MIGRATE_REGISTER (
  .name = "jobs",
  .summary = "Jobs with their permissions, paused; warehouses, pipelines, "
             "queries and their like by name",
  .version = MIGRATE_VERSION_STRING,
  .kinds = kinds, .n_kinds = sizeof kinds / sizeof kinds[0],
  .codes = codes,
  .rights = rights,
  .actions = actions,
  .import_asset = import_asset
);
