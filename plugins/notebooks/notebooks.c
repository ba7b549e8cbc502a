/* notebooks: the workspace's tree: directories, notebooks and files.
 *
 * One walk finds them all.  A path is what people and references know an object by,
 * and what export and import take; permissions go by its number, which is the
 * workspace's own.  A notebook is kept as its source, in base 64, as the
 * service gives it; what it showed when it was run stays behind.
 */
#include <string.h>
#include "content.h"

#define STATUS "GET /api/2.0/workspace/get-status?path={id}"

static const char *const object_owned[] = {
  "object_id", "object_type", "created_at", "modified_at", "resource_id",
  "size", "directory_info", "modified_at_interactive", "exported",
  "newlines", NULL,
};

/* "/Users/NAME" needs its owner; whatever lies in a folder needs that. */
static const struct migrate_ref object_refs[] = {
  { .path = "path", .ns = "principal.home", .prefix = "/Users/",
    .given = 1, .archive = "/Archive/" },
  { .path = "path", .ns = "directories.id", .above = 1 },
  { .path = NULL },
};

/* ---- directories ---- */

/* A Git folder is one of these, or a sort of its own. */
static const char *const directory_sorts[] = { "DIRECTORY", "REPO", NULL };

static const char *const others[] = { "MLFLOW_EXPERIMENT", NULL };

static const char *const shut[] = { "/Repos", NULL };

/* What people have thrown away. */
static const char *const hidden[] = { "/Users/*/Trash", NULL };

static const struct migrate_tree directory_tree = {
  .walker = "directories", .sorts = directory_sorts,
  .ask_first = 1, .look = STATUS,
  .sort = "object_type", .node = "path", .root = "/", .others = others,
  .shut = shut, .hidden = hidden,
};

/* Git folders come by their own list, or because they were seen here. */
static const struct migrate_leave directory_leave[] = {
  { "object_type", "REPO", "git-folder" },
  { "directory_info.is_git_folder", "true", "git-folder" },
  { NULL, NULL, NULL },
};

/* ---- notebooks ---- */

static const char *const notebook_sorts[] = { "NOTEBOOK", NULL };

static const struct migrate_tree notebook_tree = {
  .walker = "directories", .sorts = notebook_sorts,
};

/* ---- files ---- */

static const char *const file_sorts[] = { "FILE", NULL };

static const struct migrate_tree file_tree = {
  .walker = "directories", .sorts = file_sorts,
};

/* What an export says of the sort of a file follows from its name. */
static const char *const file_owned[] = {
  "object_id", "object_type", "created_at", "modified_at", "resource_id",
  "size", "file_type", "modified_at_interactive", NULL,
};

static const struct migrate_kind kinds[] = {
  {
    .name = "directories", .title = "folders",
    .key = "path", .id = "path",
    .once = MIGRATE_ONCE_UNIQUE, .flags = MIGRATE_KIND_CALLS, .lanes = 64,
    .settle_s = 30,
    .list = "GET /api/2.0/workspace/list?path={node}", .array = "objects",
    .get = STATUS,
    .create = "POST /api/2.0/workspace/mkdirs",
    .remove = "POST /api/2.0/workspace/delete",
    .permissions = "directories", .permissions_id = "object_id",
    .permissions_get = STATUS,
    .owned = object_owned, .refs = object_refs, .leave = directory_leave,
    .tree = &directory_tree,
  },
  {
    .name = "notebooks", .title = "notebooks",
    .key = "path", .id = "path",
    .once = MIGRATE_ONCE_UNIQUE,
    .flags = MIGRATE_KIND_CALLS | MIGRATE_KIND_DETAIL, .lanes = 64,
    .get = "GET /api/2.0/workspace/export?path={id}&format=SOURCE",
    .create = "POST /api/2.0/workspace/import",
    .update = "POST /api/2.0/workspace/import",
    .remove = "POST /api/2.0/workspace/delete",
    .permissions = "notebooks", .permissions_id = "object_id",
    .permissions_get = STATUS,
    .owned = object_owned, .refs = object_refs,
    .tree = &notebook_tree, .stamp = "modified_at",
  },
  {
    .name = "files", .title = "workspace files",
    .key = "path", .id = "path",
    .once = MIGRATE_ONCE_UNIQUE,
    .flags = MIGRATE_KIND_CALLS | MIGRATE_KIND_DETAIL, .lanes = 64,
    .get = "GET /api/2.0/workspace/export?path={id}&format=RAW",
    .create = "POST /api/2.0/workspace/import",
    .update = "POST /api/2.0/workspace/import",
    .remove = "POST /api/2.0/workspace/delete",
    .permissions = "files", .permissions_id = "object_id",
    .permissions_get = STATUS,
    .owned = file_owned, .refs = object_refs,
    .tree = &file_tree, .stamp = "modified_at",
  },
};

static int
import_object (struct migrate_ctx *ctx, void *self,
               const struct migrate_asset *asset)
{
  (void) self;
  if (strcmp (asset->kind->name, "notebooks") == 0)
    return notebooks_put (ctx, asset);
  return strcmp (asset->kind->name, "files") == 0
    ? notebooks_put_file (ctx, asset) : migrate_generic (ctx, asset);
}

/* A home comes with its owner, and outlives him where something is in it. */
static int
is_home (const char *path)
{
  return strncmp (path, "/Users/", 7) == 0 && strchr (path + 7, '/') == NULL;
}

static int
delete_object (struct migrate_ctx *ctx, void *self,
               const struct migrate_asset *asset)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;
  int r;

  (void) self;
  req.effect = MIGRATE_IDEMPOTENT;
  req.call = asset->kind->remove;
  req.body = migrate_printf (ctx, "{\"path\":%s}",
                             migrate_quote (ctx, asset->target_id));
  req.body_len = strlen (req.body);
  r = migrate_request (ctx, &req, &res);
  if (r == MIGRATE_E_NOT_FOUND)
    return MIGRATE_OK;
  if (r < 0 && res != NULL && is_home (asset->target_id)
      && strcmp (res->error_code, "DIRECTORY_PROTECTED") == 0) {
    migrate_note (ctx, "a home stays as long as its owner");
    return MIGRATE_OK;
  }
  if (r < 0 && res != NULL
      && strcmp (res->error_code, "DIRECTORY_NOT_EMPTY") == 0)
    return migrate_fail (ctx, MIGRATE_E_FAIL, "not-empty",
                         "the folder holds what this session did not make; "
                         "remove it by hand");
  return r;
}

static const struct migrate_code codes[] = {
  { "git-folder", "a Git folder, which no export of notebooks can hold",
    "nothing, where the plugin repos is loaded, which clones it" },
  { "no-content", "the answer to an export holds nothing, or not the whole",
    "run the command again" },
  { "no-overwrite", "it was exported as DBC, which an import cannot put over what "
    "is there", "remove it in the target, or export it as SOURCE" },
  { "not-empty", "undo found something in the folder that the session did not "
    "make", "look what it is; remove the folder by hand if nobody wants it" },
  { "only-to-read", "a format of which no notebook can be made",
    "take --notebook-format SOURCE, JUPYTER or DBC" },
  { "other-path", "what was to be changed has another path than a rule gives it "
    "now", "take the rule back, or change it by hand" },
  { "too-large", "more than the service gives out, or takes, in any "
    "format", "split it in the source, or move it by hand" },
  { "unknown-language", "the source of the notebook is of a type that an import "
    "does not take", "move the notebook by hand" },
  { NULL, NULL, NULL },
};

static const struct migrate_option options[] = {
  { "notebook-format", "SOURCE|DBC|JUPYTER|HTML|R_MARKDOWN|AUTO",
    "in which notebooks are exported, and so imported [SOURCE]" },
  { NULL, NULL, NULL },
};

static const struct migrate_right rights[] = {
  { "directories", "workspace admin on both sides: who is none sees only what is "
    "shared with him" },
  { "directories/permissions", "CAN_MANAGE on each folder, both sides" },
  { "notebooks", "source: CAN_READ on each notebook; target: CAN_EDIT in each "
    "folder" },
  { "notebooks/permissions", "CAN_MANAGE on each notebook, both sides" },
  { "files", "source: CAN_READ on each file; target: CAN_EDIT in each folder" },
  { "files/permissions", "CAN_MANAGE on each file, both sides" },
  { NULL, NULL },
};

MIGRATE_REGISTER (
  .name = "notebooks",
  .summary = "Folders, notebooks and workspace files, with their permissions",
  .version = MIGRATE_VERSION_STRING,
  .kinds = kinds, .n_kinds = sizeof kinds / sizeof kinds[0],
  .options = options,
  .codes = codes,
  .rights = rights,
  .open = notebooks_open,
  .fetch_asset = notebooks_fetch,
  .import_asset = import_object,
  .delete_asset = delete_object
);
