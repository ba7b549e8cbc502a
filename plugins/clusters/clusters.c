/* clusters: what compute is made of.  Instance pools and cluster policies so
 * far.
 *
 * All of it is data.
 */
#include <migrate-plugin.h>

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
  { "node_type_id", MIGRATE_VALUE_NODE_TYPE }, { NULL, 0 },
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

/* A rule of a definition holds a value, a default and a list of values. */
#define RULE(text, key, ns_) \
  { .path = text "|json." key ".value", .ns = ns_ }, \
  { .path = text "|json." key ".defaultValue", .ns = ns_ }, \
  { .path = text "|json." key ".values[*]", .ns = ns_ }
#define RULES(text) \
  RULE (text, "instance_pool_id", "instance-pools.id"), \
  RULE (text, "driver_instance_pool_id", "instance-pools.id"), \
  RULE (text, "aws_attributes\\.instance_profile_arn", "instance-profile.arn")

static const struct migrate_ref policy_refs[] = {
  RULES ("definition"),
  RULES ("policy_family_definition_overrides"),
  { .path = NULL },
};

#define TYPES(text, key) \
  { text "|json." key ".value", MIGRATE_VALUE_NODE_TYPE }, \
  { text "|json." key ".defaultValue", MIGRATE_VALUE_NODE_TYPE }, \
  { text "|json." key ".values[*]", MIGRATE_VALUE_NODE_TYPE }

static const struct migrate_value policy_values[] = {
  TYPES ("definition", "node_type_id"),
  TYPES ("definition", "driver_node_type_id"),
  TYPES ("policy_family_definition_overrides", "node_type_id"),
  TYPES ("policy_family_definition_overrides", "driver_node_type_id"),
  { NULL, 0 },
};

static const struct migrate_leave policy_builtin[] = {
  { "is_default", "true", "default-policy" }, { NULL, NULL, NULL },
};

static const struct migrate_kind kinds[] = {
  {
    .name = "instance-pools", .title = "instance pools",
    .key = "instance_pool_name", .id = "instance_pool_id",
    .once = MIGRATE_ONCE_UNIQUE, .flags = MIGRATE_KIND_SENSITIVE,
    .list = "GET /api/2.0/instance-pools/list", .array = "instance_pools",
    .get = "GET /api/2.0/instance-pools/get?instance_pool_id={id}",
    .create = "POST /api/2.0/instance-pools/create",
    .update = "POST /api/2.0/instance-pools/edit",
    .remove = "POST /api/2.0/instance-pools/delete",
    .permissions = "instance-pools",
    .owned = pool_owned, .fixed = pool_fixed, .unordered = pool_sets,
    .refs = pool_refs, .leave = pool_leave, .values = pool_values,
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
};

static const struct migrate_code codes[] = {
  { "inactive-pool", "the pool is stopped or deleted in the source",
    "nothing can be started from it; make it active and export again, if it "
    "is wanted" },
  { "default-policy", "a policy that the product makes in every workspace, and "
    "the target has none of this name",
    "make one of the same family there, if it is wanted" },
  { NULL, NULL, NULL },
};

static const struct migrate_right rights[] = {
  { "instance-pools", "source: CAN_ATTACH_TO on each pool; target: workspace "
    "admin" },
  { "instance-pools/permissions", "source: CAN_MANAGE on each pool; target: "
    "workspace admin" },
  { "cluster-policies", "source: CAN_USE on each policy; target: workspace "
    "admin" },
  { "cluster-policies/permissions", "workspace admin on both sides" },
  { NULL, NULL },
};

MIGRATE_REGISTER (
  .name = "clusters",
  .summary = "Instance pools and cluster policies, with their permissions",
  .version = MIGRATE_VERSION_STRING,
  .kinds = kinds, .n_kinds = sizeof kinds / sizeof kinds[0],
  .codes = codes,
  .rights = rights
);
