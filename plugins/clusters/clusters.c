/* clusters: what compute is made of: instance pools, cluster policies, clusters
 * and global init scripts.
 *
 * Most of it is data.  Code is needed for clusters: their creation starts them,
 * which is ended at once, and some are pinned; and for the order of scripts.
 */
#include <string.h>
#include <migrate-plugin.h>
#include <migrate-compute.h>
#include "scripts.h"

#define CLUSTERS "/api/2.1/clusters/"
#define LIBRARIES "/api/2.0/libraries/"
#define SCRIPTS "global-init-scripts"
#define POOLS "instance-pools"

/* ---- instance pools ---- */

static const char *const pool_owned[] = {
  "instance_pool_id", "default_tags", "state", "stats", "status", NULL,
};

/* Given once and for all. */
static const char *const pool_fixed[] = {
  "aws_attributes", "azure_attributes", "gcp_attributes", "disk_spec",
  "enable_elastic_disk", "node_type_flexibility", "preloaded_docker_images",
  "preloaded_spark_versions", NULL,
};

static const char *const pool_sets[] = {
  "preloaded_docker_images", "preloaded_spark_versions", NULL,
};

static const struct migrate_ref pool_refs[] = {
  { .path = "aws_attributes.instance_profile_arn",
    .ns = "instance-profile.arn" },
  { .path = NULL },
};

static const struct migrate_value pool_values[] = {
  { "node_type_id", MIGRATE_VALUE_NODE_TYPE },
  { "node_type_flexibility.alternate_node_type_ids[*]",
    MIGRATE_VALUE_NODE_TYPE },
  { "preloaded_docker_images[*].url", MIGRATE_VALUE_URL },
  { NULL, 0 },
};

/* Idle machines are billed from the moment the pool is there. */
static const struct migrate_set pool_set[] = {
  { "min_idle_instances", "0" }, { NULL, NULL },
};

/* Nothing can be started from these. */
static const struct migrate_leave pool_leave[] = {
  { "state", "STOPPED", "inactive-pool" },
  { "state", "DELETED", "inactive-pool" },
  { NULL, NULL, NULL },
};

/* ---- cluster policies ---- */

static const char *const policy_owned[] = {
  "policy_id", "creator_user_name", "created_at_timestamp", "is_default",
  "background_enforcement", NULL,
};

/* A family's policy has what differs from it; the service puts both together. */
static const struct migrate_derived policy_derived[] = {
  { "definition", "policy_family_id" }, { NULL, NULL },
};

static const char *const policy_sets[] = { "libraries", NULL };

/* A rule of a definition has the name of a cluster's setting, and holds a value, a
 * default and a list of values.  X as in migrate-compute.h. */
#define IN_RULE(X, text, key) \
  X (text "|json." key ".value"), X (text "|json." key ".defaultValue"), \
  X (text "|json." key ".values[*]")
#define IN_TEXTS(X, key) \
  IN_RULE (X, "definition", key), \
  IN_RULE (X, "policy_family_definition_overrides", key)

/* Of the script of any number or of '*', wherever it lies. */
#define SCRIPT_PLACE "init_scripts\\.*\\.destination"

#define POOL(path_) { .path = path_, .ns = "instance-pools.id" }
#define POLICY(path_) { .path = path_, .ns = "cluster-policies.id" }
#define PROFILE(path_) { .path = path_, .ns = "instance-profile.arn" }
#define SINGLE_USER(path_) { .path = path_, .ns = "principal.name", \
                             .on_missing = MIGRATE_KEEP }
#define LIBRARY_HOMES(member) MIGRATE_IN_HOMES ("libraries[*]." member),

/* Families have the same ids everywhere, and not every workspace has all. */
static const struct migrate_ref policy_refs[] = {
  { .path = "policy_family_id", .ns = "policy-families.id",
    .on_missing = MIGRATE_SPELL_OUT,
    .with = "policy_family_definition_overrides" },
  IN_TEXTS (POOL, "instance_pool_id"),
  IN_TEXTS (POOL, "driver_instance_pool_id"),
  IN_TEXTS (POLICY, "policy_id"),
  IN_TEXTS (PROFILE, "aws_attributes\\.instance_profile_arn"),
  IN_TEXTS (SINGLE_USER, "single_user_name"),
  IN_TEXTS (MIGRATE_IN_HOMES, SCRIPT_PLACE),
  MIGRATE_LIBRARY_FILES (LIBRARY_HOMES)
  { .path = NULL },
};

#define TYPE(path) { path, MIGRATE_VALUE_NODE_TYPE }
#define PATH(path) { path, MIGRATE_VALUE_PATH }
#define URL(path) { path, MIGRATE_VALUE_URL }
#define LIBRARY_PATH(member) PATH ("libraries[*]." member),

static const struct migrate_value policy_values[] = {
  IN_TEXTS (TYPE, "node_type_id"),
  IN_TEXTS (TYPE, "driver_node_type_id"),
  IN_TEXTS (PATH, SCRIPT_PLACE),
  IN_TEXTS (PATH, "cluster_log_conf\\.path"),
  IN_TEXTS (URL, "docker_image\\.url"),
  MIGRATE_LIBRARY_FILES (LIBRARY_PATH)
  { NULL, 0 },
};

static const struct migrate_leave policy_builtin[] = {
  { "is_default", "true", "default-policy" }, { NULL, NULL, NULL },
};

/* ---- clusters ---- */

static const char *const cluster_owned[] = {
  "cluster_id", "creator_user_name", "cluster_source", "spec",
  "driver", "executors", "spark_context_id", "jdbc_port", "cluster_cores",
  "cluster_memory_mb", "state", "state_message", "start_time",
  "terminated_time", "termination_reason", "last_state_loss_time",
  "last_restarted_time", "last_activity_time", "default_tags",
  "cluster_log_status", "disk_spec", "effective_spark_version",
  "release_version", "instance_source", "driver_instance_source",
  "init_scripts_safe_mode", "driver_healthy",
  "pinned_by_user_name",                    /* see validate_asset */
  "docker_image.basic_auth.password",       /* always shown empty */
  NULL,
};

#define BY_THE_POOL(path) { path, "instance_pool_id" },
static const struct migrate_derived cluster_derived[] = {
  MIGRATE_POOL_DECIDES (BY_THE_POOL) { NULL, NULL },
};

static const char *const cluster_sets[] = { "ssh_public_keys", NULL };

static const struct migrate_ref cluster_refs[] = {
  { .path = "policy_id", .ns = "cluster-policies.id" },
  { .path = "instance_pool_id", .ns = "instance-pools.id" },
  { .path = "driver_instance_pool_id", .ns = "instance-pools.id" },
  { .path = "aws_attributes.instance_profile_arn",
    .ns = "instance-profile.arn" },
  { .path = "single_user_name", .ns = "principal.name" },
  MIGRATE_IN_HOMES ("init_scripts[*].*.destination"),
  { .path = NULL },
};

static const struct migrate_value cluster_values[] = {
  { "node_type_id", MIGRATE_VALUE_NODE_TYPE },
  { "driver_node_type_id", MIGRATE_VALUE_NODE_TYPE },
  { "worker_node_type_flexibility.alternate_node_type_ids[*]",
    MIGRATE_VALUE_NODE_TYPE },
  { "driver_node_type_flexibility.alternate_node_type_ids[*]",
    MIGRATE_VALUE_NODE_TYPE },
  MIGRATE_CLUSTER_PLACES (""),
  { NULL, 0 },
};

/* What runs one job, pipeline or query is made and removed with it. */
static const struct migrate_leave cluster_leave[] = {
  { "cluster_source", "JOB", "job-cluster" },
  { "cluster_source", "PIPELINE", "pipeline-cluster" },
  { "cluster_source", "PIPELINE_MAINTENANCE", "pipeline-cluster" },
  { "cluster_source", "SQL", "product-cluster" },
  { "cluster_source", "MODELS", "product-cluster" },
  { NULL, NULL, NULL },
};

/* ---- libraries ---- */

/* Those that the service gives to every cluster, or that are to go, are not the
 * cluster's. */
static const char *const library_owned[] = {
  "cluster_id", "library_statuses[is_library_for_all_clusters=true]",
  "library_statuses[status=UNINSTALL_ON_RESTART]",
  "library_statuses[*].status", "library_statuses[*].messages",
  "library_statuses[*].is_library_for_all_clusters", NULL,
};

static const char *const library_sets[] = {
  "library_statuses", "library_statuses[*].library.maven.exclusions", NULL,
};

#define INSTALLED(member) "library_statuses[*].library." member
#define INSTALLED_HOMES(member) MIGRATE_IN_HOMES (INSTALLED (member)),
static const struct migrate_ref library_refs[] = {
  MIGRATE_LIBRARY_FILES (INSTALLED_HOMES) { .path = NULL },
};

#define INSTALLED_PATH(member) PATH (INSTALLED (member)),
static const struct migrate_value library_values[] = {
  MIGRATE_LIBRARY_FILES (INSTALLED_PATH) { NULL, 0 },
};

/* ---- global init scripts ---- */

/* The service gives another position than it was asked for where that is behind
 * the last one: sent with a create, and never compared. */
static const char *const script_owned[] = {
  "script_id", "created_at", "created_by", "updated_at", "updated_by",
  "position", NULL,
};

/* One that fails stops every cluster of the workspace. */
static const struct migrate_set script_set[] = {
  { "enabled", "false" }, { NULL, NULL },
};

/* How JDBC and ODBC name a cluster. */
static const struct migrate_made cluster_made[] = {
  { "jdbc", "sql/protocolv1/o/{workspace}/{id}" }, { NULL, NULL },
};

static const struct migrate_kind kinds[] = {
  {
    .name = POOLS, .title = "instance pools",
    .key = "instance_pool_name", .id = "instance_pool_id",
    .once = MIGRATE_ONCE_UNIQUE,
    .flags = MIGRATE_KIND_CALLS | MIGRATE_KIND_SENSITIVE, .lanes = 40,
    .list = "GET /api/2.0/instance-pools/list", .array = "instance_pools",
    .get = "GET /api/2.0/instance-pools/get?instance_pool_id={id}",
    .create = "POST /api/2.0/instance-pools/create",
    .update = "POST /api/2.0/instance-pools/edit",
    .remove = "POST /api/2.0/instance-pools/delete",
    .permissions = "instance-pools",
    .owned = pool_owned, .fixed = pool_fixed, .unordered = pool_sets,
    .refs = pool_refs, .leave = pool_leave, .values = pool_values,
    .set = pool_set,
    .link = "/compute/instance-pools/{id}",
  },
  {
    .name = "cluster-policies", .title = "cluster policies",
    .key = "name", .id = "policy_id",
    .once = MIGRATE_ONCE_UNIQUE, .flags = MIGRATE_KIND_SENSITIVE,
    .list = "GET /api/2.0/policies/clusters/list", .array = "policies",
    .get = "GET /api/2.0/policies/clusters/get?policy_id={id}",
    .create = "POST /api/2.0/policies/clusters/create",
    .update = "POST /api/2.0/policies/clusters/edit",
    .remove = "POST /api/2.0/policies/clusters/delete",
    .permissions = "cluster-policies",
    .owned = policy_owned, .derived = policy_derived,
    .unordered = policy_sets,
    .refs = policy_refs, .values = policy_values, .builtin = policy_builtin,
    .created = "created_at_timestamp", .creator = "creator_user_name",
    .link = "/compute/policies/{id}",
  },
  {
    .name = "policy-families", .title = "families of cluster policies",
    .key = "policy_family_id", .id = "policy_family_id",
    .once = MIGRATE_ONCE_UNIQUE, .flags = MIGRATE_KIND_ADOPT_ONLY,
    .paging = MIGRATE_PAGING_TOKEN,
    .list = "GET /api/2.0/policy-families", .array = "policy_families",
  },
  {
    .name = "clusters", .title = "clusters",
    .key = "cluster_name", .id = "cluster_id",
    .once = MIGRATE_ONCE_NONUNIQUE,
    .flags = MIGRATE_KIND_CALLS | MIGRATE_KIND_SENSITIVE | MIGRATE_KIND_FINISH,
    .lanes = 5,                    /* so many run at most before their end */
    .cost = "start on creation; terminated at once",
    .paging = MIGRATE_PAGING_TOKEN,
    .list = "GET " CLUSTERS "list?page_size=100", .array = "clusters",
    .get = "GET " CLUSTERS "get?cluster_id={id}",
    .create = "POST " CLUSTERS "create",
    .update = "POST " CLUSTERS "edit",
    .remove = "POST " CLUSTERS "permanent-delete",
    .permissions = "clusters",
    .owned = cluster_owned, .derived = cluster_derived,
    .unordered = cluster_sets,
    .refs = cluster_refs, .leave = cluster_leave, .values = cluster_values,
    .created = "start_time", .creator = "creator_user_name",
    .link = "/compute/clusters/{id}", .made = cluster_made,
  },
  {
    .name = "cluster-libraries", .title = "libraries of clusters",
    .key = "cluster_id", .id = "cluster_id", .part_of = "clusters",
    .once = MIGRATE_ONCE_PUT,
    .flags = MIGRATE_KIND_CALLS | MIGRATE_KIND_SENSITIVE
             | MIGRATE_KIND_DETAIL,
    .lanes = 20,
    .get = "GET " LIBRARIES "cluster-status?cluster_id={id}",
    .update = "POST " LIBRARIES "install",
    .owned = library_owned, .unordered = library_sets,
    .refs = library_refs, .values = library_values,
  },
  {
    .name = SCRIPTS, .title = "global init scripts",
    .key = "name", .id = "script_id",
    .once = MIGRATE_ONCE_NONUNIQUE,
    .flags = MIGRATE_KIND_CALLS | MIGRATE_KIND_DETAIL | MIGRATE_KIND_SENSITIVE
             | MIGRATE_KIND_ORDERED,
    .lanes = 1,                    /* see scripts.c */
    .list = "GET /api/2.0/global-init-scripts", .array = "scripts",
    .get = "GET /api/2.0/global-init-scripts/{id}",
    .create = "POST /api/2.0/global-init-scripts",
    .update = "PATCH /api/2.0/global-init-scripts/{id}",
    .remove = "DELETE /api/2.0/global-init-scripts/{id}",
    .owned = script_owned, .set = script_set,
    .created = "created_at", .creator = "created_by",
  },
};

static int
is (const struct migrate_asset *asset, const char *kind)
{
  return strcmp (asset->kind->name, kind) == 0;
}

/* Says 'what' of the cluster; twice is once. */
static int
tell (struct migrate_ctx *ctx, const char *what, const char *id,
      const struct migrate_response **ret_res)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;

  req.effect = MIGRATE_IDEMPOTENT;
  req.call = migrate_printf (ctx, "POST " CLUSTERS "%s", what);
  req.body = migrate_printf (ctx, "{\"cluster_id\":%s}",
                             migrate_quote (ctx, id));
  req.body_len = strlen (req.body);
  return migrate_request (ctx, &req, ret_res);
}

static int
is_pinned (struct migrate_ctx *ctx, const char *json, size_t len)
{
  const char *by = "";

  return migrate_json_get (ctx, json, len, "pinned_by_user_name", &by)
         && *by != '\0';
}

/* Its creation has started it: 'delete' only terminates. */
static int
finish_cluster (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  int r = tell (ctx, "delete", asset->target_id, NULL);

  if (r < 0 || !is_pinned (ctx, asset->source_json, asset->source_json_len))
    return r;
  return tell (ctx, "pin", asset->target_id, NULL);
}

/* How many machines would wait in it. */
static void
note_idle (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  const char *idle = "0";

  if (migrate_json_get (ctx, asset->source_json, asset->source_json_len,
                        "min_idle_instances", &idle) && strcmp (idle, "0") != 0)
    migrate_note (ctx, migrate_printf (ctx, "it has no idle machines there; set "
                                       "min_idle_instances to %s, as in the "
                                       "source, when they are to start", idle));
}

struct libraries {
  const char *list;              /* so far, as JSON */
};

/* The file stays behind. */
static void
note_file (struct migrate_ctx *ctx, const char *json, size_t len)
{
  static const char *const forms[] = { "jar", "egg", "whl", "requirements" };
  const char *path = "";
  size_t i;

  for (i = 0; i < sizeof forms / sizeof forms[0]; i++)
    if (migrate_json_get (ctx, json, len, forms[i], &path)
        && (strncmp (path, "dbfs:/", 6) == 0
            || strncmp (path, "/Volumes/", 9) == 0
            || strncmp (path, "/dbfs/", 6) == 0))
      migrate_note (ctx, migrate_printf (ctx, "a library's file is not moved; "
                                         "put it there by hand: %s", path));
}

static int
add_library (struct migrate_ctx *ctx, void *opaque, const char *json,
             size_t len)
{
  struct libraries *all = (struct libraries *) opaque;

  all->list = migrate_printf (ctx, "%s%s%.*s", all->list,
                              *all->list ? "," : "", (int) len, json);
  note_file (ctx, json, len);
  return 0;
}

/* The service installs what the cluster lacks, now or when it starts. */
static int
install_libraries (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  struct libraries all = { "" };
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  int r = migrate_json_each (ctx, asset->json, asset->json_len,
                             "library_statuses[*].library", add_library, &all);

  if (r < 0 || *all.list == '\0')
    return r;
  req.effect = MIGRATE_IDEMPOTENT;
  req.call = "POST " LIBRARIES "install";
  req.body = migrate_printf (ctx, "{\"cluster_id\":%s,\"libraries\":[%s]}",
                             migrate_quote (ctx, asset->target_id), all.list);
  req.body_len = strlen (req.body);
  return migrate_request (ctx, &req, NULL);
}

static int
import_asset (struct migrate_ctx *ctx, void *self,
              const struct migrate_asset *asset)
{
  const char *user = "", *cure = "set it in the target";
  int r;

  (void) self;
  if (asset->kind->part_of != NULL)
    return install_libraries (ctx, asset);
  if (is (asset, SCRIPTS))
    return asset->phase == MIGRATE_CREATE ? script_create (ctx, asset)
           : migrate_generic (ctx, asset);
  if (asset->finishes)
    return finish_cluster (ctx, asset);
  if (is (asset, POOLS))
    cure = "no edit can set it: make the pool by hand instead";
  if (asset->phase == MIGRATE_CREATE
      && migrate_json_get (ctx, asset->json, asset->json_len,
                           "**.basic_auth.username", &user))
    migrate_note (ctx, migrate_printf (ctx, "the password of its Docker registry "
                                       "is not shown by the source; %s", cure));
  r = migrate_generic (ctx, asset);
  /* of a lost answer the pool may be there */
  if (is (asset, POOLS) && (r == MIGRATE_OK || r == MIGRATE_E_NET
                            || r == MIGRATE_E_PROTOCOL))
    note_idle (ctx, asset);
  return r;
}

/* Who pinned it does not matter. */
static int
validate_asset (struct migrate_ctx *ctx, void *self,
                const struct migrate_asset *asset)
{
  (void) self;
  if (is (asset, SCRIPTS))
    return script_validate (ctx, asset);
  if (asset->kind->part_of != NULL
      || !is_pinned (ctx, asset->source_json, asset->source_json_len)
      || is_pinned (ctx, asset->target_json, asset->target_json_len))
    return 0;
  return migrate_fail (ctx, MIGRATE_E_FAIL, "not-pinned",
                       "pinned in the source and not in the target");
}

/* A script or a pool; the id of a script is hexadecimal. */
static int
delete_plain (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  const struct migrate_response *res = NULL;
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  int r;

  req.effect = MIGRATE_IDEMPOTENT;
  req.call = asset->kind->remove;
  if (is (asset, SCRIPTS))
    req.call = migrate_printf (ctx, "DELETE /api/2.0/" SCRIPTS "/%s",
                               asset->target_id);
  else {
    req.body = migrate_printf (ctx, "{\"instance_pool_id\":%s}",
                               migrate_quote (ctx, asset->target_id));
    req.body_len = strlen (req.body);
  }
  r = migrate_request (ctx, &req, &res);
  return r < 0 && res != NULL && res->status == 404 ? 0 : r;
}

/* A pinned cluster is refused; of one that is gone only the words say so. */
static int
delete_asset (struct migrate_ctx *ctx, void *self,
              const struct migrate_asset *asset)
{
  const struct migrate_response *res = NULL;
  int r;

  (void) self;
  if (is (asset, SCRIPTS) || is (asset, POOLS))
    return delete_plain (ctx, asset);
  r = tell (ctx, "permanent-delete", asset->target_id, &res);
  if (r < 0 && res != NULL && strstr (res->body, "npin the cluster")) {
    r = tell (ctx, "unpin", asset->target_id, &res);
    if (r == 0)
      r = tell (ctx, "permanent-delete", asset->target_id, &res);
  }
  if (r < 0 && res != NULL && res->status == 400
      && (strstr (res->body, "does not exist") != NULL
          || strstr (res->body, "over 30 days ago") != NULL))
    return 0;
  return r;
}

static const struct migrate_code codes[] = {
  { "inactive-pool", "the pool is stopped or deleted in the source",
    "nothing can be started from it; make it active and export again, if it "
    "is wanted" },
  { "default-policy", "a policy that the product makes in every workspace, and "
    "the target has none of this name",
    "make one of the same family there, if it is wanted" },
  { "job-cluster", "the cluster was made for a run of a job",
    "nothing: the job makes its own in the target" },
  { "pipeline-cluster", "the cluster was made for a pipeline",
    "nothing: the pipeline makes its own in the target" },
  { "product-cluster", "the cluster was made by the product, for SQL or for "
    "serving models", "nothing: the product makes its own in the target" },
  { "not-pinned", "the cluster is pinned in the source and not in the target",
    "pin it there, where it would be forgotten 30 days after its last use" },
  { "script-order", "two global init scripts run in another order than in the "
    "source", "move one of them in the target: Compute, Global init scripts" },
  { NULL, NULL, NULL },
};

static const struct migrate_listed listed[] = {
  { "GET " CLUSTERS "list-node-types", "node_types[*].node_type_id",
    MIGRATE_VALUE_NODE_TYPE, 0 },
  { NULL, NULL, 0, 0 },
};

static const struct migrate_right rights[] = {
  { "instance-pools", "source: CAN_ATTACH_TO on each pool; target: workspace "
    "admin" },
  { "instance-pools/permissions", "source: CAN_MANAGE on each pool; target: "
    "workspace admin" },
  { "cluster-policies", "source: CAN_USE on each policy; target: workspace "
    "admin" },
  { "cluster-policies/permissions", "workspace admin on both sides" },
  { "policy-families", "CAN_USE on a policy, on both sides, to find the names" },
  { "clusters", "source: CAN_ATTACH_TO on each cluster; target: workspace "
    "admin" },
  { "cluster-libraries", "source: CAN_ATTACH_TO on each cluster; target: "
    "workspace admin" },
  { "clusters/permissions", "source: CAN_MANAGE on each cluster; target: "
    "workspace admin" },
  { SCRIPTS, "workspace admin on both sides" },
  { NULL, NULL },
};

MIGRATE_REGISTER (
  .name = "clusters",
  .summary = "Instance pools, cluster policies, clusters and their libraries, "
             "with their permissions; global init scripts",
  .version = MIGRATE_VERSION_STRING,
  .kinds = kinds, .n_kinds = sizeof kinds / sizeof kinds[0],
  .codes = codes,
  .rights = rights,
  .listed = listed,
  .import_asset = import_asset,
  .validate_asset = validate_asset,
  .delete_asset = delete_asset
);
