/* repos: Git folders, the folders of /Repos that they lie in, and credentials
 * for Git.
 *
 * A Git folder is a clone, which the target makes anew from the same remote: so
 * it comes on the default branch, and then another one is checked out.  No call
 * checks out a commit, and none shows what nobody has committed.
 */
#include <string.h>
#include "repos.h"

/* ---- folders of /Repos ---- */

static const char *const folder_owned[] = {
  "object_id", "object_type", "resource_id", "created_at", "modified_at",
  "directory_info", "name", NULL,
};

/* It may be called like a user, who is then called otherwise, or not. */
static const struct migrate_ref folder_refs[] = {
  { .path = "path", .ns = "principal.home", .prefix = "/Repos/",
    .on_missing = MIGRATE_KEEP },
  { .path = NULL },
};

static const struct migrate_leave folder_leave[] = {
  { "name", "", "odd-path" }, { NULL, NULL, NULL },
};

static const struct migrate_alias folder_aliases[] = {
  { "repo-folder.name", "name", 0 }, { NULL, NULL, 0 },
};

/* ---- Git folders ---- */

static const char *const repo_owned[] = {
  "id", "head_commit_id", "git_cli_enabled", "cloned", NULL,
};

/* "cloned" is ours: not every Git folder has a remote, and a provider of it; nor
 * a path that one can be cloned to. */
static const struct migrate_leave repo_leave[] = {
  { "cloned", "nowhere", "no-remote" }, { "cloned", "elsewhere", "odd-path" },
  { NULL, NULL, NULL },
};

static const char *const repo_nocase[] = { "provider", NULL };

/* A clone is on the default branch. */
static const char *const repo_later[] = { "branch", NULL };

static const char *const repo_same[] = { "url", NULL };

static const struct migrate_ref repo_refs[] = {
  { .path = "path", .ns = "repo-folder.name", .prefix = "/Repos/" },
  { .path = "path", .ns = "principal.home", .prefix = "/Users/" },
  { .path = "path", .ns = "directories.id", .above = 1, .waits = 1 },
  { .path = NULL },
};

static const struct migrate_value repo_values[] = {
  { "url", MIGRATE_VALUE_URL }, { NULL, 0 },
};

/* Its list has only those that the caller may manage, and none with the command
 * line of Git; the workspace shows them all, under the same number. */
static const struct migrate_seen repo_seen = {
  "directories", "git-folder", "object_id",
};

/* ---- credentials ---- */

static const char *const credential_owned[] = {
  "credential_id", "label", "token", NULL,
};

/* Which is what the service says of each. */
static const struct migrate_leave credential_builtin[] = {
  { "token", "not shown", "git-token" }, { NULL, NULL, NULL },
};

static const char *const credential_after[] = { "repos", NULL };

static const struct migrate_kind kinds[] = {
  {
    .name = "repo-folders", .title = "folders of Git folders",
    .key = "path", .id = "object_id",
    .once = MIGRATE_ONCE_UNIQUE, .flags = MIGRATE_KIND_CALLS, .lanes = 16,
    .list = "GET " TREE "list?path=/Repos", .array = "objects",
    .create = "POST " TREE "mkdirs", .remove = "POST " TREE "delete",
    .permissions = "directories",
    .owned = folder_owned, .refs = folder_refs, .aliases = folder_aliases,
    .leave = folder_leave,
    .link = "/browse/folders/{id}",
  },
  {
    .name = "repos", .title = "Git folders", .key = "path", .id = "id",
    .once = MIGRATE_ONCE_UNIQUE, .flags = MIGRATE_KIND_CALLS, .lanes = 16,
    .paging = MIGRATE_PAGING_NEXT_TOKEN,
    .list = "GET " REPOS, .array = "repos", .get = "GET " REPOS "/{id}",
    .create = "POST " REPOS, .update = "PATCH " REPOS "/{id}",
    .remove = "DELETE " REPOS "/{id}",
    .permissions = "repos",
    .owned = repo_owned, .nocase = repo_nocase, .later = repo_later,
    .same = repo_same, .leave = repo_leave, .refs = repo_refs, .values = repo_values,
    .seen = &repo_seen, .link = "/browse/folders/{id}",
  },
  {
    .name = "git-credentials", .title = "credentials for Git",
    .key = "label", .id = "credential_id",
    .once = MIGRATE_ONCE_UNIQUE, .flags = MIGRATE_KIND_CALLS,
    .list = "GET /api/2.0/git-credentials", .array = "credentials",
    .owned = credential_owned, .after = credential_after,
    .builtin = credential_builtin,
  },
};

static const struct migrate_kind *const folders = &kinds[0];
static const struct migrate_kind *const repos = &kinds[1];

/* ---- export ---- */

static int
is_folder (struct migrate_ctx *ctx, const char *json, size_t len)
{
  return strcmp (text_of (ctx, json, len, "object_type"), "DIRECTORY") == 0;
}

/* What has no id is no object, and the core says so. */
static int
has_id (struct migrate_ctx *ctx, const struct migrate_kind *kind,
        const char *json, size_t len)
{
  return json[0] == '{' && *text_of (ctx, json, len, kind->id) != '\0';
}

/* Emits the object with one member more. */
static int
emit_with (struct migrate_ctx *ctx, const struct migrate_kind *kind,
           const char *member, const char *value, const char *json, size_t len)
{
  const char *more;

  if (!has_id (ctx, kind, json, len))
    return migrate_emit (ctx, kind, json, len);
  more = migrate_printf (ctx, "{\"%s\":%s,%.*s", member,
                         migrate_quote (ctx, value), (int) (len - 1), json + 1);
  return migrate_emit (ctx, kind, more, strlen (more));
}

/* Does it name one place, and none by way of another? */
static int
is_plain (const char *path)
{
  while (*path == '/') {
    size_t len = strcspn (++path, "/");

    if (len == 0 || (len <= 2 && strncmp (path, "..", len) == 0))
      return 0;
    path += len;
  }
  return *path == '\0';
}

/* One that has no name there is left. */
static int
each_folder (struct migrate_ctx *ctx, void *opaque, const char *json,
             size_t len)
{
  const char *path = text_of (ctx, json, len, "path");
  int is_there = strncmp (path, "/Repos/", 7) == 0 && is_plain (path)
                 && strchr (path + 7, '/') == NULL;

  (void) opaque;
  if (!is_folder (ctx, json, len))
    return 0;
  return emit_with (ctx, folders, "name", is_there ? path + 7 : "", json, len);
}

struct below {
  const char *folder;            /* NULL = /Repos, without being asked for */
};

static int
emit_repo (struct migrate_ctx *ctx, const char *json, size_t len)
{
  const char *path = text_of (ctx, json, len, "path");

  if (*path != '\0' && (*path != '/' || !is_plain (path)))
    return emit_with (ctx, repos, "cloned", "elsewhere", json, len);
  if (*text_of (ctx, json, len, "url") == '\0'
      || *text_of (ctx, json, len, "provider") == '\0')
    return emit_with (ctx, repos, "cloned", "nowhere", json, len);
  return migrate_emit (ctx, repos, json, len);
}

/* A prefix is no folder: "/a" fits "/ab/c" too. */
static int
each_repo (struct migrate_ctx *ctx, void *opaque, const char *json, size_t len)
{
  const struct below *below = (const struct below *) opaque;
  const char *path = text_of (ctx, json, len, "path");
  size_t n = below->folder ? strlen (below->folder) : 0;

  if (strncmp (path, "/Workspace/", 11) == 0)
    path += strlen ("/Workspace");
  if (n > 0 && (strncmp (path, below->folder, n) != 0
                || (path[n] != '/' && path[n] != '\0')))
    return 0;
  return emit_repo (ctx, json, len);
}

/* The list without a prefix is that of /Repos alone. */
static int
each_top (struct migrate_ctx *ctx, void *opaque, const char *json, size_t len)
{
  struct migrate_kind there = *repos;
  struct below below = { text_of (ctx, json, len, "path") };

  (void) opaque;
  if (!is_folder (ctx, json, len) || strcmp (below.folder, "/Repos") == 0)
    return 0;
  there.list = migrate_printf (ctx, "GET " REPOS "?path_prefix=/Workspace%s",
                               migrate_in_url (ctx, below.folder));
  return migrate_pages (ctx, &there, each_repo, &below);
}

static int
export_repos (struct migrate_ctx *ctx)
{
  struct below everywhere = { NULL };
  const struct migrate_response *res = NULL;
  int r = migrate_pages (ctx, repos, each_repo, &everywhere);

  if (r == 0)
    r = ask (ctx, MIGRATE_READ, "GET " TREE "list?path=/", NULL, &res);
  return r < 0 ? r : migrate_json_each (ctx, res->body, res->body_len,
                                        "objects[*]", each_top, NULL);
}

/* What the tree tells of a Git folder, of which its own interface tells nothing. */
static int
fetch_by_path (struct migrate_ctx *ctx, const struct migrate_asset *asset, int r)
{
  const char *call = migrate_printf (ctx, "GET " TREE "get-status?path=%s"
                                     "&return_git_info=true",
                                     migrate_in_url (ctx, asset->key));
  const struct migrate_response *res = NULL;
  const char *info = NULL;
  size_t len = 0;
  int told = ask (ctx, MIGRATE_READ, call, NULL, &res);

  if (told == MIGRATE_E_NOT_FOUND && r == MIGRATE_E_NOT_FOUND)
    return r;
  if (told < 0 && (res == NULL || res->status != 403))
    return told;
  if (told < 0
      || migrate_json_raw (ctx, res->body, res->body_len, "git_info", &info,
                           &len) != 1 || *text_of (ctx, info, len, "id") == '\0')
    return migrate_fail (ctx, MIGRATE_E_FAIL, "git-unreadable",
                         "neither its remote nor its branch is told; give whoever "
                         "runs the export CAN_MANAGE on it, then migrate export");
  if (strcmp (text_of (ctx, info, len, "id"), asset->id) != 0
      && ask (ctx, MIGRATE_READ, call_of (
                ctx, "GET", text_of (ctx, info, len, "id")), NULL, &res) == 0)
    return emit_repo (ctx, res->body, res->body_len);
  if (*text_of (ctx, info, len, "path") == '\0') {
    info = migrate_printf (ctx, "{\"path\":%s,%.*s",
                           migrate_quote (ctx, asset->key), (int) (len - 1),
                           info + 1);
    len = strlen (info);
  }
  return emit_repo (ctx, info, len);
}

/* Asked for by itself: what the list does not have, and what is compared. */
static int
fetch_asset (struct migrate_ctx *ctx, void *self,
             const struct migrate_asset *asset)
{
  const struct migrate_response *res = NULL;
  int r;

  (void) self;
  if (strcmp (asset->kind->name, repos->name) != 0)
    return migrate_fail (ctx, MIGRATE_E_UNSUPPORTED, NULL,
                         "only Git folders are read one by one");
  r = ask (ctx, MIGRATE_READ, call_of (ctx, "GET", asset->id), NULL, &res);
  if (r == 0)
    return emit_repo (ctx, res->body, res->body_len);
  if (!migrate_is_source (ctx) || res == NULL
      || (res->status != 403 && res->status != 404))
    return r;
  return fetch_by_path (ctx, asset, r);
}

/* Several may be of one provider: what tells them apart makes the name. */
static int
each_credential (struct migrate_ctx *ctx, void *opaque, const char *json,
                 size_t len)
{
  const struct migrate_kind *kind = (const struct migrate_kind *) opaque;
  const char *user = text_of (ctx, json, len, "git_username");
  const char *name = text_of (ctx, json, len, "name");

  if (!has_id (ctx, kind, json, len))
    return migrate_emit (ctx, kind, json, len);
  if (*user == '\0')
    user = text_of (ctx, json, len, "git_email");
  name = migrate_printf (ctx, "%s%s%s%s%s",
                         text_of (ctx, json, len, "git_provider"),
                         *user ? " " : "", user, *name ? ": " : "", name);
  name = migrate_printf (ctx, "{\"token\":\"not shown\",\"label\":%s,%.*s",
                         migrate_quote (ctx, name), (int) (len - 1), json + 1);
  return migrate_emit (ctx, kind, name, strlen (name));
}

static int
export_kind (struct migrate_ctx *ctx, void *self,
             const struct migrate_kind *kind)
{
  int r;

  (void) self;
  if (strcmp (kind->name, repos->name) == 0)
    return export_repos (ctx);
  if (strcmp (kind->name, folders->name) != 0)
    return migrate_pages (ctx, kind, each_credential,
                          (void *) (uintptr_t) kind);
  r = migrate_pages (ctx, kind, each_folder, NULL);
  return r == MIGRATE_E_NOT_FOUND ? 0 : r;   /* a workspace without /Repos */
}

/* ---- import ---- */

/* Its id is what the tree says of it; twice is once. */
static int
make_folder (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  const struct migrate_response *res = NULL;
  const char *path = asset->key, *id, *json;
  int r;

  migrate_json_get (ctx, asset->json, asset->json_len, "path", &path);
  r = ask (ctx, MIGRATE_CREATING, asset->kind->create,
           migrate_printf (ctx, "{\"path\":%s}", migrate_quote (ctx, path)),
           NULL);
  if (r == 0)
    r = ask (ctx, MIGRATE_READ,
             migrate_printf (ctx, "GET " TREE "get-status?path=%s",
                             migrate_in_url (ctx, path)), NULL, &res);
  if (r < 0)
    return r;
  id = text_of (ctx, res->body, res->body_len, "object_id");
  if (*id == '\0' || id[strspn (id, "0123456789")] != '\0')
    return migrate_fail (ctx, MIGRATE_E_UNCERTAIN, NULL,
                         "the answer has no id");
  json = migrate_printf (ctx, "{\"name\":%s,\"path\":%s,\"object_id\":%s}",
                         migrate_quote (ctx, path + strlen ("/Repos/")),
                         migrate_quote (ctx, path), id);
  return migrate_created (ctx, id, json, strlen (json));
}

static int
import_asset (struct migrate_ctx *ctx, void *self,
              const struct migrate_asset *asset)
{
  (void) self;
  if (strcmp (asset->kind->name, folders->name) == 0)
    return asset->phase == MIGRATE_CREATE ? make_folder (ctx, asset) : 0;
  if (strcmp (asset->kind->name, repos->name) != 0)
    return migrate_manual (ctx, "git-token", "its token is never shown");
  return asset->phase == MIGRATE_CREATE ? repos_clone (ctx, asset)
         : repos_update (ctx, asset);
}

/* Without a branch the commit is all that tells what is there. */
static int
validate_asset (struct migrate_ctx *ctx, void *self,
                const struct migrate_asset *asset)
{
  const char *here, *there;

  (void) self;
  if (strcmp (asset->kind->name, repos->name) != 0
      || *text_of (ctx, asset->source_json, asset->source_json_len, "branch")
      || *text_of (ctx, asset->target_json, asset->target_json_len, "branch"))
    return 0;                          /* the branches were compared */
  here = text_of (ctx, asset->source_json, asset->source_json_len,
                  "head_commit_id");
  there = text_of (ctx, asset->target_json, asset->target_json_len,
                   "head_commit_id");
  if (strcmp (here, there) == 0)
    return 0;
  return migrate_fail (ctx, MIGRATE_E_FAIL, "detached-head",
                       migrate_printf (ctx, "at commit %.12s in the source, at "
                                       "%.12s in the target", here, there));
}

static int
delete_asset (struct migrate_ctx *ctx, void *self,
              const struct migrate_asset *asset)
{
  const struct migrate_response *res = NULL;
  const char *path = asset->key;
  int r;

  (void) self;
  if (asset->kind->remove == NULL)
    return 0;
  if (strcmp (asset->kind->name, repos->name) == 0)
    r = ask (ctx, MIGRATE_IDEMPOTENT, call_of (ctx, "DELETE", asset->target_id),
             NULL, &res);
  else {
    migrate_json_get (ctx, asset->target_json, asset->target_json_len, "path",
                      &path);
    r = ask (ctx, MIGRATE_IDEMPOTENT, asset->kind->remove,
             migrate_printf (ctx, "{\"path\":%s}", migrate_quote (ctx, path)),
             &res);
  }
  if (r < 0 && res != NULL
      && strcmp (res->error_code, "DIRECTORY_NOT_EMPTY") == 0)
    return migrate_fail (ctx, MIGRATE_E_FAIL, "folder-in-use",
                         "the folder holds what this session did not make; "
                         "look what it is, and remove it by hand");
  return r == MIGRATE_E_NOT_FOUND ? 0 : r;
}

static const struct migrate_code codes[] = {
  { "branch-refused", "the target cannot check out the branch",
    "push it to the remote, or choose another in the source and export again; "
    "then: migrate import --retry-failed" },
  { "clone-incomplete", "the service stopped while it cloned the remote, and "
    "may have left a part of it",
    "remove the Git folder in the target, then: migrate import "
    "--retry-failed" },
  { "detached-head", "the Git folder is on a tag or a commit and on no branch, "
    "and no call can put another one there",
    "check the commit out in the target by hand, then: migrate import "
    "--retry-failed" },
  { "folder-in-use", "undo found something in the folder that the session did "
    "not make", "look what it is; remove the folder by hand if nobody wants "
    "it" },
  { "git-credential", "whoever runs the import has no Git credential in the "
    "target that opens the remote",
    "add one there, then: migrate import --retry-failed" },
  { "git-token", "a Git credential, the token of which is never shown",
    "whoever it belongs to adds it in the target" },
  { "git-unreadable", "a Git folder that the workspace shows, and tells neither "
    "the remote nor the branch of", "give whoever runs the export CAN_MANAGE on "
    "it, then: migrate export" },
  { "no-remote", "the Git folder has no remote that it could be cloned from",
    "push it somewhere and export again, or move what is in it by hand" },
  { "odd-path", "what was listed as a Git folder, or as a folder of them, has a path "
    "that names no place, or one by way of another",
    "look what it is in the source, and move it by hand" },
  { "path-taken", "something that is no Git folder has the path in the target",
    "move or rename it there, then: migrate import --retry-failed" },
  { "remote-refused", "the target cannot clone the remote",
    "see that it can be reached from there and is on the list of those that are "
    "allowed, then: migrate import --retry-failed" },
  { NULL, NULL, NULL },
};

static const struct migrate_right rights[] = {
  { "repo-folders", "source: CAN_READ on each folder of /Repos; target: "
    "workspace admin" },
  { "repo-folders/permissions", "CAN_MANAGE on each folder, both sides" },
  { "repos", "source: CAN_READ on each Git folder, and CAN_MANAGE where the walk "
    "of notebooks does not find it; target: "
    "CAN_EDIT in each folder, and Git credentials that open each remote" },
  { "repos/permissions", "CAN_MANAGE on each Git folder, both sides" },
  { NULL, NULL },
};

MIGRATE_REGISTER (
  .name = "repos",
  .summary = "Git folders and the folders of /Repos, with their permissions; "
             "credentials for Git as work to be done by hand",
  .version = MIGRATE_VERSION_STRING,
  .kinds = kinds, .n_kinds = sizeof kinds / sizeof kinds[0],
  .codes = codes,
  .rights = rights,
  .export_kind = export_kind,
  .fetch_asset = fetch_asset,
  .import_asset = import_asset,
  .validate_asset = validate_asset,
  .delete_asset = delete_asset
);
