/* How a Git folder is cloned and put on its branch, and what is said when it is
 * not.  See repos.c. */
#include <string.h>
#include "repos.h"

/* ---- for both files ---- */

const char *
text_of (struct migrate_ctx *ctx, const char *json, size_t len,
         const char *path)
{
  const char *text = "";

  if (json != NULL)
    migrate_json_get (ctx, json, len, path, &text);
  return text;
}

int
ask (struct migrate_ctx *ctx, uint32_t effect, const char *call,
     const char *body, const struct migrate_response **ret_res)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;

  req.effect = effect;
  req.call = call;
  req.body = body;
  req.body_len = body ? strlen (body) : 0;
  return migrate_request (ctx, &req, ret_res);
}

const char *
call_of (struct migrate_ctx *ctx, const char *verb, const char *id)
{
  return migrate_printf (ctx, "%s " REPOS "/%s", verb, migrate_in_url (ctx, id));
}

/* ---- what is said ---- */

/* Does the service speak of it?  Its first letter, which may be large, is left
 * out. */
static int
speaks_of (const struct migrate_response *res, const char *word)
{
  return res != NULL && strstr (res->body, word) != NULL;
}

/* Why the target cannot clone it, and what to do about that. */
static int
say_refused (struct migrate_ctx *ctx, const struct migrate_asset *asset, int r,
             const struct migrate_response *res)
{
  const char *url = text_of (ctx, asset->json, asset->json_len, "url");
  const char *provider = text_of (ctx, asset->json, asset->json_len,
                                  "provider");
  const char *said;

  if (res == NULL || res->status < 400 || res->status >= 500
      || res->status == 401 || res->status == 408 || res->status == 429)
    return r;
  said = text_of (ctx, res->body, res->body_len, "message");
  if (speaks_of (res, "may be incomplete"))
    return migrate_fail (ctx, MIGRATE_E_FAIL, "clone-incomplete",
                         migrate_printf (ctx, "the clone of '%s' ended half way: "
                                         "%s; remove it in the target, then "
                                         "migrate import --retry-failed", url,
                                         said));
  if (speaks_of (res, "redential") || speaks_of (res, "ccess token"))
    return migrate_fail (ctx, r, "git-credential",
                         migrate_printf (ctx, "the target may not read '%s': %s; "
                                         "add a Git credential for %s there, "
                                         "then migrate import --retry-failed",
                                         url, said, provider));
  return migrate_fail (ctx, r, "remote-refused",
                       migrate_printf (ctx, "the target cannot clone '%s': %s",
                                       url, said));
}

/* Something has the path.  A Git folder stands in the list, where the core
 * looks; anything else does not, and is surely not ours. */
static int
look_at_path (struct migrate_ctx *ctx, const char *path, int r)
{
  const struct migrate_response *res = NULL;
  const char *type, *git;
  int found = ask (ctx, MIGRATE_READ,
                   migrate_printf (ctx, "GET " TREE "get-status?path=%s",
                                   migrate_in_url (ctx, path)), NULL, &res);

  if (found < 0 || res == NULL)
    return r;
  type = text_of (ctx, res->body, res->body_len, "object_type");
  git = text_of (ctx, res->body, res->body_len, "directory_info.is_git_folder");
  if (strcmp (type, "REPO") == 0 || strcmp (git, "true") == 0)
    return migrate_fail (ctx, r, NULL, "the target has a Git folder there");
  return migrate_fail (ctx, MIGRATE_E_FAIL, "path-taken",
                       migrate_printf (ctx, "a %s has this path in the target; "
                                       "move or rename it, then migrate import "
                                       "--retry-failed", type));
}

/* The branch goes on while the session lies there. */
static void
note_commit (struct migrate_ctx *ctx, const struct migrate_asset *asset,
             const char *there)
{
  const char *here = text_of (ctx, asset->source_json, asset->source_json_len,
                              "head_commit_id");

  if (*here != '\0' && *there != '\0' && strcmp (here, there) != 0)
    migrate_note (ctx, migrate_printf (
      ctx, "on the same branch at another commit: %.12s in the source, %.12s in "
      "the target, which has the newest", here, there));
}

static int
make_parent (struct migrate_ctx *ctx, const char *path)
{
  const char *slash = strrchr (path, '/');

  if (slash == NULL)
    return migrate_fail (ctx, MIGRATE_E_INVALID, "odd-path",
                         "its path names no folder; move it by hand");
  return ask (ctx, MIGRATE_IDEMPOTENT, "POST " TREE "mkdirs",
              migrate_printf (ctx, "{\"path\":%s}", migrate_quote (
                ctx, migrate_printf (ctx, "%.*s", (int) (slash - path), path))),
              NULL);
}

/* What is kept of it, but for the branch, which a create does not take. */
static const char *
clone_body (struct migrate_ctx *ctx, const struct migrate_asset *asset,
            const char *path)
{
  const char *sparse = NULL;
  size_t len = 0;

  migrate_json_raw (ctx, asset->json, asset->json_len, "sparse_checkout",
                    &sparse, &len);
  return migrate_printf (
    ctx, "{\"url\":%s,\"provider\":%s,\"path\":%s%s%.*s}",
    migrate_quote (ctx, text_of (ctx, asset->json, asset->json_len, "url")),
    migrate_quote (ctx, text_of (ctx, asset->json, asset->json_len,
                                 "provider")),
    migrate_quote (ctx, path), sparse ? ",\"sparse_checkout\":" : "", (int) len,
    sparse ? sparse : "");
}

int
repos_clone (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  const struct migrate_response *res = NULL;
  const char *path = asset->key, *body, *branch, *wanted, *id;
  int r;

  migrate_json_get (ctx, asset->json, asset->json_len, "path", &path);
  body = clone_body (ctx, asset, path);
  r = ask (ctx, MIGRATE_CREATING, asset->kind->create, body, &res);
  if (r == MIGRATE_E_NOT_FOUND && speaks_of (res, "arent ")) {
    r = make_parent (ctx, path);
    if (r == 0)
      r = ask (ctx, MIGRATE_CREATING, asset->kind->create, body, &res);
  }
  if (r == MIGRATE_E_EXISTS)
    return look_at_path (ctx, path, r);
  if (r < 0)
    return say_refused (ctx, asset, r, res);
  branch = text_of (ctx, res->body, res->body_len, "branch");
  wanted = text_of (ctx, asset->json, asset->json_len, "branch");
  if (strcmp (branch, wanted) != 0)
    migrate_unfinished (ctx);
  else
    note_commit (ctx, asset, text_of (ctx, res->body, res->body_len,
                                      "head_commit_id"));
  id = text_of (ctx, res->body, res->body_len, "id");
  if (*id == '\0')
    return migrate_fail (ctx, MIGRATE_E_UNCERTAIN, NULL,
                         "the answer has no id");
  return migrate_created (ctx, id, res->body, res->body_len);
}

/* No call checks out a commit; somebody may have done so by hand. */
static int
check_detached (struct migrate_ctx *ctx, const struct migrate_asset *asset,
                const struct migrate_response *now)
{
  const char *commit = text_of (ctx, asset->source_json,
                                asset->source_json_len, "head_commit_id");
  const char *branch = text_of (ctx, now->body, now->body_len, "branch");

  if (*branch == '\0' && strcmp (commit, text_of (ctx, now->body, now->body_len,
                                                  "head_commit_id")) == 0)
    return MIGRATE_OK;
  return migrate_fail (ctx, MIGRATE_E_FAIL, "detached-head",
                       migrate_printf (ctx, "on no branch in the source, at "
                                       "commit %.40s, which no call can check "
                                       "out; in the target it is on '%s': check "
                                       "it out there by hand, then migrate "
                                       "import --retry-failed", commit, branch));
}

/* {"branch": ..., "sparse_checkout": ...} of what is to be another, or NULL. */
static const char *
changes (struct migrate_ctx *ctx, const struct migrate_asset *asset,
         const struct migrate_response *now)
{
  const char *branch = text_of (ctx, asset->json, asset->json_len, "branch");
  const char *sparse = "", *there = "", *comma = "", *text = "";
  size_t len = 0, there_len = 0;

  if (strcmp (branch, text_of (ctx, now->body, now->body_len, "branch")) != 0) {
    text = migrate_printf (ctx, "\"branch\":%s", migrate_quote (ctx, branch));
    comma = ",";
  }
  migrate_json_raw (ctx, asset->json, asset->json_len, "sparse_checkout",
                    &sparse, &len);
  migrate_json_raw (ctx, now->body, now->body_len, "sparse_checkout", &there,
                    &there_len);
  if (len > 0 && there_len > 0
      && (len != there_len || memcmp (sparse, there, len) != 0))
    text = migrate_printf (ctx, "%s%s\"sparse_checkout\":%.*s", text, comma,
                           (int) len, sparse);
  return *text ? migrate_printf (ctx, "{%s}", text) : NULL;
}

/* It is there: on the branch that it is on in the source. */
int
repos_update (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  const char *call = call_of (ctx, "GET", asset->target_id);
  const struct migrate_response *now = NULL, *res = NULL;
  const char *body;
  int r = ask (ctx, MIGRATE_READ, call, NULL, &now);

  if (r < 0)
    return r;
  if (*text_of (ctx, asset->json, asset->json_len, "branch") == '\0')
    return check_detached (ctx, asset, now);
  body = changes (ctx, asset, now);
  if (body != NULL)
    r = ask (ctx, MIGRATE_IDEMPOTENT, call_of (ctx, "PATCH", asset->target_id),
             body, &res);
  if (r < 0 && res != NULL && (res->status == 400 || res->status == 404)
      && !speaks_of (res, "redential"))
    return migrate_fail (
      ctx, MIGRATE_E_FAIL, "branch-refused",
      migrate_printf (ctx, "the target cannot check out '%s': %s; push the branch, "
                      "or change it in the source and export again, then migrate "
                      "import --retry-failed",
                      text_of (ctx, asset->json, asset->json_len, "branch"),
                      text_of (ctx, res->body, res->body_len, "message")));
  if (r < 0)
    return say_refused (ctx, asset, r, res);
  if (body != NULL)
    r = ask (ctx, MIGRATE_READ, call, NULL, &now);
  if (r == 0)
    note_commit (ctx, asset, text_of (ctx, now->body, now->body_len,
                                      "head_commit_id"));
  return r;
}
