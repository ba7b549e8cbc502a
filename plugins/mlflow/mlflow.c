/* mlflow: experiments, of Databricks workspaces and of plain MLflow servers.
 *
 * Data only.  The names are paths of the workspace and stay; ids, artifact
 * places and times are the server's.  Databricks adds tags of its own to every
 * experiment (databricks-api.md 21.1).
 */
#include <migrate-plugin.h>

static const char *const experiment_owned[] = {
  "experiment_id", "artifact_location", "lifecycle_stage", "creation_time",
  "last_update_time", "tags[key=mlflow.ownerId]", "tags[key=mlflow.ownerEmail]",
  "tags[key=mlflow.experimentType]",
  "tags[key=mlflow.experiment.sourceName]", NULL,
};

static const char *const experiment_unordered[] = { "tags", NULL };

/* A deleted experiment keeps its name; it can be restored where it is. */
static const struct migrate_leave experiment_leave[] = {
  { .path = "lifecycle_stage", .value = "deleted",
    .code = "deleted-experiment" },
  { .path = NULL },
};

static const struct migrate_kind kinds[] = {
  {
    .name = "experiments",
    .title = "experiments",
    .key = "name", .id = "experiment_id",
    .once = MIGRATE_ONCE_UNIQUE,
    .ends = MIGRATE_END_DATABRICKS | MIGRATE_END_MLFLOW,
    .paging = MIGRATE_PAGING_TOKEN,
    .list = "POST /api/2.0/mlflow/experiments/search",
    .list_body = "{\"max_results\":1000,\"view_type\":\"ALL\"}",
    .array = "experiments",
    .get = "GET /api/2.0/mlflow/experiments/get?experiment_id={id}",
    .unwrap = "experiment",
    .create = "POST /api/2.0/mlflow/experiments/create",
    .remove = "POST /api/2.0/mlflow/experiments/delete",
    .permissions = "experiments",
    .owned = experiment_owned,
    .unordered = experiment_unordered,
    .leave = experiment_leave,
    .link = "/#mlflow/experiments/{id}",
  },
};

static const struct migrate_code codes[] = {
  { "deleted-experiment", "the experiment is deleted in the source",
    "restore it in the source and export again, if it is wanted" },
  { NULL, NULL, NULL },
};

static const struct migrate_right rights[] = {
  { "experiments", "source: CAN_READ on each experiment; target: write in the "
    "folders that their names are in" },
  { "experiments/permissions", "CAN_MANAGE on each experiment, both sides" },
  { NULL, NULL },
};

MIGRATE_REGISTER (
  .name = "mlflow",
  .summary = "MLflow experiments and their permissions",
  .version = MIGRATE_VERSION_STRING,
  .kinds = kinds, .n_kinds = 1,
  .codes = codes,
  .rights = rights
);
