/* clusters: what compute is made of.  Instance pools so far.
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

/* Nothing can be started from these. */
static const struct migrate_leave pool_leave[] = {
  { "state", "STOPPED", "inactive-pool" },
  { "state", "DELETED", "inactive-pool" },
  { NULL, NULL, NULL },
};

static const struct migrate_kind kinds[] = {
  {
    .name = "instance-pools", .title = "instance pools",
    .key = "instance_pool_name", .id = "instance_pool_id",
    .once = MIGRATE_ONCE_UNIQUE,
    .list = "GET /api/2.0/instance-pools/list", .array = "instance_pools",
    .get = "GET /api/2.0/instance-pools/get?instance_pool_id={id}",
    .create = "POST /api/2.0/instance-pools/create",
    .update = "POST /api/2.0/instance-pools/edit",
    .remove = "POST /api/2.0/instance-pools/delete",
    .permissions = "instance-pools",
    .owned = pool_owned, .fixed = pool_fixed, .unordered = pool_sets,
    .refs = pool_refs, .leave = pool_leave,
    .link = "/compute/instance-pools/{id}",
  },
};

static const struct migrate_code codes[] = {
  { "inactive-pool", "the pool is stopped or deleted in the source",
    "nothing can be started from it; make it active and export again, if it "
    "is wanted" },
  { NULL, NULL, NULL },
};

static const struct migrate_right rights[] = {
  { "instance-pools", "source: CAN_ATTACH_TO on each pool; target: workspace "
    "admin, or the entitlement allow-instance-pool-create" },
  { "instance-pools/permissions", "CAN_MANAGE on each pool, both sides" },
  { NULL, NULL },
};

MIGRATE_REGISTER (
  .name = "clusters",
  .summary = "Instance pools and their permissions",
  .version = MIGRATE_VERSION_STRING,
  .kinds = kinds, .n_kinds = sizeof kinds / sizeof kinds[0],
  .codes = codes,
  .rights = rights
);
