/* mlflow: experiments, of Databricks workspaces and of plain MLflow servers.
 *
 * The names are paths of the workspace and stay; ids, artifact places and times
 * are the server's.  Databricks adds tags of its own to every experiment, and
 * wants the folder of a new one to exist: the one callback here makes it.
 */
#include <string.h>
#include <migrate-plugin.h>

static const char *const experiment_owned[] = {
  "experiment_id", "artifact_location", "lifecycle_stage", "creation_time",
  "last_update_time", "tags[key=mlflow.ownerId]", "tags[key=mlflow.ownerEmail]",
  "tags[key=mlflow.experimentType]",
  "tags[key=mlflow.experiment.sourceName]", NULL,
};

/* A create takes 20 tags; the others are set afterwards. */
#define TAGS_OF_A_CREATE 20

static const char *const experiment_tags[] = { "tags", NULL };

/* "/Users/NAME/..." needs the home of NAME, and waits for its folder, which is
 * nobody's when an experiment makes it on its way; to a plain server it is a name
 * like any other. */
static const struct migrate_ref experiment_refs[] = {
  { .path = "name", .ns = "principal.home", .prefix = "/Users/",
    .ends = MIGRATE_END_DATABRICKS },
  { .path = "name", .ns = "directories.id", .above = 1, .waits = 1,
    .ends = MIGRATE_END_DATABRICKS },
  { .path = NULL },
};

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
    .flags = MIGRATE_KIND_CALLS, .lanes = 64,
    .ends = MIGRATE_END_DATABRICKS | MIGRATE_END_MLFLOW,
    .paging = MIGRATE_PAGING_TOKEN,
    .list = "POST /api/2.0/mlflow/experiments/search",
    .list_body = "{\"max_results\":1000,\"view_type\":\"ALL\"}",
    .array = "experiments",
    .get = "GET /api/2.0/mlflow/experiments/get?experiment_id={id}",
    .unwrap = "experiment",
    .create = "POST /api/2.0/mlflow/experiments/create",
    .update = "POST /api/2.0/mlflow/experiments/set-experiment-tag",
    .remove = "POST /api/2.0/mlflow/experiments/delete",
    .permissions = "experiments",
    .owned = experiment_owned,
    .unordered = experiment_tags,
    .later = experiment_tags,
    .refs = experiment_refs,
    .leave = experiment_leave,
    .link = "/#mlflow/experiments/{id}",
  },
};

/* The folder that an experiment's name is in. */
static int
make_folder (struct migrate_ctx *ctx, const char *name)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;
  const char *slash = strrchr (name, '/');

  req.effect = MIGRATE_IDEMPOTENT;
  req.call = "POST /api/2.0/workspace/mkdirs";
  req.body = migrate_printf (
    ctx, "{\"path\":%s}",
    migrate_quote (ctx, migrate_printf (ctx, "%.*s", (int) (slash - name),
                                        name)));
  req.body_len = strlen (req.body);
  return migrate_request (ctx, &req, &res);
}

struct tags {
  const struct migrate_asset *asset;
  const char *kept;              /* JSON of the first ones */
  int n;
  const char *key, *value;       /* the one to be set */
};

static int
count_tag (struct migrate_ctx *ctx, void *opaque, const char *json, size_t len)
{
  struct tags *tags = (struct tags *) opaque;

  if (tags->n++ < TAGS_OF_A_CREATE)
    tags->kept = migrate_printf (ctx, "%s%s%.*s", tags->kept,
                                 tags->n > 1 ? "," : "", (int) len, json);
  return 0;
}

/* A name as the value of a query. */
static const char *
in_query (struct migrate_ctx *ctx, const char *name)
{
  static const char hex[] = "0123456789ABCDEF";
  static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  char *text = migrate_printf (ctx, "%*s", (int) (3 * strlen (name)), "");
  char *to = text;

  for (; *name != '\0'; name++)
    if (strchr (plain, *name) != NULL)
      *to++ = *name;
    else {
      *to++ = '%';
      *to++ = hex[(unsigned char) *name >> 4];
      *to++ = hex[(unsigned char) *name & 15];
    }
  *to = '\0';
  return text;
}

/* 1 = neither ours nor one that the service adds. */
static int
is_foreign_tag (struct migrate_ctx *ctx, void *opaque, const char *json,
                size_t len)
{
  const struct migrate_asset *asset = (const struct migrate_asset *) opaque;
  const char *key = "";

  migrate_json_get (ctx, json, len, "key", &key);
  return strncmp (key, "mlflow.owner", 12) != 0
         && strncmp (key, "mlflow.experiment", 17) != 0
         && !migrate_json_contains (ctx, asset->json, asset->json_len, "tags",
                                    json, len, "key");
}

/* The name is taken.  When the target was listed nobody had it, so by now
 * somebody else does, or one that an undo deleted and that keeps its name: that
 * one is brought back. */
static int
restore_experiment (struct migrate_ctx *ctx, const struct migrate_asset *asset,
                    const char *name)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;
  const char *stage = "", *id = "", *tags = "[]";
  size_t len = 2;
  int r;

  req.effect = MIGRATE_READ;
  req.call = migrate_printf (ctx, "GET /api/2.0/mlflow/experiments/get-by-name"
                             "?experiment_name=%s", in_query (ctx, name));
  r = migrate_request (ctx, &req, &res);
  if (r < 0)
    return r;
  migrate_json_get (ctx, res->body, res->body_len,
                    "experiment.lifecycle_stage", &stage);
  migrate_json_get (ctx, res->body, res->body_len,
                    "experiment.experiment_id", &id);
  migrate_json_raw (ctx, res->body, res->body_len, "experiment.tags", &tags,
                    &len);
  if (strcmp (stage, "deleted") != 0 || *id == '\0'
      || migrate_json_each (ctx, tags, len, "[*]", is_foreign_tag,
                            (void *) asset) > 0)
    return migrate_fail (ctx, MIGRATE_E_EXISTS, NULL,
                         "the name is taken in the target");
  req.effect = MIGRATE_IDEMPOTENT;
  req.call = "POST /api/2.0/mlflow/experiments/restore";
  req.body = migrate_printf (ctx, "{\"experiment_id\":%s}",
                             migrate_quote (ctx, id));
  req.body_len = strlen (req.body);
  r = migrate_request (ctx, &req, NULL);
  if (r < 0)
    return r;
  migrate_unfinished (ctx);
  req.body = migrate_printf (
    ctx, "{\"experiment_id\":%s,\"name\":%s,\"tags\":%.*s}",
    migrate_quote (ctx, id), migrate_quote (ctx, name), (int) len, tags);
  return migrate_created (ctx, id, req.body, strlen (req.body));
}

static int
create_experiment (struct migrate_ctx *ctx, const struct migrate_asset *asset,
                   const char *name)
{
  struct migrate_asset first = *asset;
  struct tags tags = { asset, "", 0, NULL, NULL };
  const char *slash = strrchr (name, '/');
  int r;

  migrate_json_each (ctx, asset->json, asset->json_len, "tags[*]", count_tag,
                     &tags);
  if (tags.n > TAGS_OF_A_CREATE) {
    first.json = migrate_printf (ctx, "{\"name\":%s,\"tags\":[%s]}",
                                 migrate_quote (ctx, name), tags.kept);
    first.json_len = strlen (first.json);
    migrate_unfinished (ctx);
  }
  r = migrate_generic (ctx, &first);
  if (r == MIGRATE_E_EXISTS)
    return restore_experiment (ctx, asset, name);
  if (r != MIGRATE_E_NOT_FOUND || migrate_end (ctx) != MIGRATE_END_DATABRICKS
      || slash == NULL || slash == name)
    return r;
  r = make_folder (ctx, name);
  return r < 0 ? r : migrate_generic (ctx, &first);
}

/* 1 = the target has this one already. */
static int
is_set (struct migrate_ctx *ctx, void *opaque, const char *json, size_t len)
{
  const struct tags *tags = (const struct tags *) opaque;
  const char *key = "", *value = "";

  migrate_json_get (ctx, json, len, "key", &key);
  migrate_json_get (ctx, json, len, "value", &value);
  return strcmp (key, tags->key) == 0 && strcmp (value, tags->value) == 0;
}

static int
set_tag (struct migrate_ctx *ctx, void *opaque, const char *json, size_t len)
{
  struct tags *tags = (struct tags *) opaque;
  const struct migrate_asset *asset = tags->asset;
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;

  tags->key = tags->value = "";
  migrate_json_get (ctx, json, len, "key", &tags->key);
  migrate_json_get (ctx, json, len, "value", &tags->value);
  if (asset->target_json != NULL
      && migrate_json_each (ctx, asset->target_json, asset->target_json_len,
                            "tags[*]", is_set, tags) > 0)
    return 0;
  req.effect = MIGRATE_IDEMPOTENT;
  req.call = "POST /api/2.0/mlflow/experiments/set-experiment-tag";
  req.body = migrate_printf (
    ctx, "{\"experiment_id\":%s,\"key\":%s,\"value\":%s}",
    migrate_quote (ctx, asset->target_id), migrate_quote (ctx, tags->key),
    migrate_quote (ctx, tags->value));
  req.body_len = strlen (req.body);
  return migrate_request (ctx, &req, &res);
}

static int
import_experiment (struct migrate_ctx *ctx, void *self,
                   const struct migrate_asset *asset)
{
  struct tags tags = { asset, "", 0, NULL, NULL };
  const char *name = asset->key;

  (void) self;
  if (asset->phase != MIGRATE_CREATE)
    return migrate_json_each (ctx, asset->json, asset->json_len, "tags[*]",
                              set_tag, &tags);
  migrate_json_get (ctx, asset->json, asset->json_len, "name", &name);
  return create_experiment (ctx, asset, name);
}

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
  .rights = rights,
  .import_asset = import_experiment
);
