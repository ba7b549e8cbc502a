/* Git folders: clones of a remote in the workspace's tree.  What is cloned is
 * not simulated: they are empty.
 *
 * The list shows those that the caller may manage, and none in which the command
 * line of Git is enabled; the tree shows all.  A test makes such ones by POST
 * /_simulator/object:
 *
 *   {"kind": "repos", "create": {"path": "/Shared/x", "url": ...,
 *    "git_cli_enabled": true, "level": "CAN_READ", "form": "REPO"}}
 *
 * "level" is what everybody may do with it, when that is less than to manage it,
 * and "form" what the tree calls one that does not lie in /Repos.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "base/str.h"
#include "compute.h"
#include "git.h"
#include "tree.h"

#define PAGE 20
#define IN_REPOS "/Repos/"

static struct sim_table *
repos (struct sim *s)
{
  return &s->tables[SIM_REPOS];
}

/* --- one ------------------------------------------------------------- */

static struct sim_object *
wanted (struct sim_call *c)
{
  struct sim_object *o = sim_table_by_id (repos (c->s),
                                          sim_parse_id (sim_param (c, 0)));

  if (o == NULL)
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST", "Repo %s does not exist.",
              sim_param (c, 0));
  return o;
}

static struct json_object *
shown (struct sim *s, const struct sim_object *o)
{
  struct json_object *j = sim_object_json (repos (s), o);

  json_object_object_del (j, "level");
  json_object_object_del (j, "form");
  json_object_object_add (j, "id", json_object_new_int64 (o->id));
  return j;
}

int
sim_repo_has_cli (const struct sim_object *o)
{
  MG_CLEANUP_FREE char *enabled = sim_text_field (o->text, "git_cli_enabled");

  return strcmp (enabled, "true") == 0;
}

static void
reply_one (struct sim_call *c, const struct sim_object *o)
{
  MG_CLEANUP (sim_json_put) struct json_object *j = shown (c->s, o);

  sim_reply_json (c, 200, j);
}

static void
changed (struct sim_call *c, struct sim_object *o, const char *effect)
{
  MG_CLEANUP_FREE char *path = sim_text_field (o->text, "path");

  sim_effect_on (c, effect, repos (c->s), o, path);
}

struct sim_object *
sim_repo_make (struct sim *s, struct json_object *fields)
{
  const char *path = sim_json_str (fields, "path");
  const char *url = sim_json_str (fields, "url");
  MG_CLEANUP_FREE char *parent = sim_tree_parent (path ? path : "/Repos/a/b");
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  char commit[SIM_COMMIT_SIZE];

  sim_folder_make (s, parent);
  sim_json_set_str (o, "path", path ? path : "/Repos/a/b");
  json_object_object_foreach (fields, name, value) {
    json_object_object_add (o, name, json_object_get (value));
  }
  if (url != NULL && json_object_object_get (o, "head_commit_id") == NULL) {
    const char *branch = sim_json_str (o, "branch");
    MG_CLEANUP_FREE char *first = sim_remote_default (s, url);

    if (branch == NULL)
      sim_json_set_str (o, "branch", first);
    if (sim_remote_commit (s, url, branch ? branch : first, 0, commit))
      sim_json_set_str (o, "head_commit_id", commit);
  }
  return sim_tree_add (s, SIM_REPOS, sim_json_text (o));
}

/* --- create ---------------------------------------------------------- */

/* "https://HOST/SOMETHING", or with http. */
static int
url_is_good (struct sim_call *c, const char *url)
{
  const char *host = url == NULL ? NULL
    : mg_starts (url, "https://") ? url + 8
    : mg_starts (url, "http://") ? url + 7 : NULL;
  const char *slash = host ? strchr (host, '/') : NULL;

  if (slash != NULL && slash > host && slash[1] != '\0')
    return 1;
  sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
            "Invalid Git repository URL: %s.", url ? url : "");
  return 0;
}

static int
provider_is_good (struct sim_call *c, const char *name)
{
  if (sim_git_provider (name) != NULL)
    return 1;
  sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "Invalid Git provider: %s.",
            name ? name : "");
  return 0;
}

/* A credential that is named must be there. */
static int
credential_is_good (struct sim_call *c)
{
  int64_t id = sim_json_int (c->body, "git_credential_id", -1);

  if (id < 0
      || sim_table_by_id (&c->s->tables[SIM_CREDENTIALS], id) != NULL)
    return 1;
  sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
            "Git credential %" PRId64 " does not exist.", id);
  return 0;
}

/* Without a path it is called like the remote, in the caller's own folder;
 * to be freed. */
static char *
path_of (struct sim_call *c, const char *url)
{
  const char *given = sim_json_str (c->body, "path");
  const char *last = strrchr (url, '/') + 1;
  size_t len = strlen (last);
  MG_CLEANUP_FREE char *me = NULL;
  char *path;

  if (given != NULL && *given != '\0')
    return sim_tree_path (given);
  if (mg_ends (last, ".git"))
    len -= strlen (".git");
  me = sim_principal_name (c->s, c->me);
  path = mg_xasprintf (IN_REPOS "%s", me);
  sim_folder_make (c->s, path);
  mg_free (path);
  return mg_xasprintf (IN_REPOS "%s/%.*s", me, (int) len, last);
}

/* /Repos holds folders, and these hold Git folders and nothing else; elsewhere
 * they lie in any folder. */
static int
path_is_good (struct sim_call *c, const char *path)
{
  MG_CLEANUP_FREE char *parent = sim_tree_parent (path);
  struct sim_node node;

  if (path[0] != '/' || strcmp (path, "/") == 0) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Path (%s) must be absolute.", path);
    return 0;
  }
  if (strcmp (parent, "/Repos") == 0
      || (mg_starts (parent, IN_REPOS)
          && strchr (parent + strlen (IN_REPOS), '/') != NULL)) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "A Git folder in /Repos must be /Repos/{folder}/{repo-name}, "
              "not %s.", path);
    return 0;
  }
  if (!sim_folder_exists (c->s, parent)) {
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
              "Parent directory %s does not exist.", parent);
    return 0;
  }
  if (!sim_tree_find (c->s, path, &node))
    return 1;
  if (node.kind == SIM_REPOS)
    sim_fail (c, 400, "RESOURCE_ALREADY_EXISTS",
              "Repo %s already exists; rename it before another one is made "
              "there.", path);
  else
    sim_fail (c, 400, "RESOURCE_ALREADY_EXISTS",
              "An object exists on (%s) already.", path);
  return 0;
}

void
sim_repo_create (struct sim_call *c)
{
  const char *url = sim_json_str (c->body, "url");
  const char *provider = sim_json_str (c->body, "provider");
  struct json_object *sparse = json_object_object_get (c->body,
                                                       "sparse_checkout");
  MG_CLEANUP (sim_json_put) struct json_object *fields = NULL;
  MG_CLEANUP_FREE char *path = NULL;
  struct sim_object *o;

  if (!url_is_good (c, url) || !provider_is_good (c, provider)
      || !credential_is_good (c))
    return;
  path = path_of (c, url);
  provider = sim_git_provider (provider);
  if (!path_is_good (c, path) || !sim_remote_is_open (c, url, provider))
    return;
  fields = json_object_new_object ();
  sim_json_set_str (fields, "path", path);
  sim_json_set_str (fields, "url", url);
  sim_json_set_str (fields, "provider", provider);
  if (sparse != NULL)
    json_object_object_add (fields, "sparse_checkout",
                            json_object_get (sparse));
  o = sim_repo_make (c->s, fields);
  o->created_us = c->now_us;
  changed (c, o, "create");
  reply_one (c, o);
}

/* --- the others ------------------------------------------------------ */

void
sim_repo_get (struct sim_call *c)
{
  struct sim_object *o = wanted (c);

  if (o != NULL)
    reply_one (c, o);
}

/* Without a prefix, or with one that says nothing, those in /Repos alone. */
static char *
prefix_of (struct sim_call *c)
{
  char *prefix = sim_tree_path (sim_query (c, "path_prefix"));

  if (*prefix != '\0' && strcmp (prefix, "/") != 0)
    return prefix;
  mg_free (prefix);
  return mg_xstrdup (IN_REPOS);
}

/* Is it one that lists show? */
static int
is_listed (struct sim_call *c, const struct sim_object *o, const char *prefix)
{
  MG_CLEANUP_FREE char *path = sim_text_field (o->text, "path");
  MG_CLEANUP_FREE char *level = sim_text_field (o->text, "level");

  return mg_starts (path, prefix) && sim_visible (c, o)
         && (*level == '\0' || strcmp (level, "CAN_MANAGE") == 0)
         && !sim_repo_has_cli (o);
}

void
sim_repo_list (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *all = json_object_new_object ();
  MG_CLEANUP_FREE char *prefix = prefix_of (c);
  struct json_object *list = json_object_new_array ();
  struct sim_table *t = repos (c->s);
  const char *token = sim_query (c, "next_page_token");
  int64_t size = sim_page_size (c, PAGE, PAGE), slot = 0, n = 0;
  char next[24];
  uint32_t i;

  json_object_object_add (all, "repos", list);
  if (token != NULL && *token != '\0'
      && (mg_parse_int64 (token, &slot) < 0 || slot < 0
          || slot > UINT32_MAX)) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "Invalid page token: '%s'",
              token);
    return;
  }
  for (i = sim_table_from_slot (t, (uint32_t) slot);
       i < t->n_live && n < size; i++) {
    const struct sim_object *o = sim_table_at (t, i);

    if (!is_listed (c, o, prefix))
      continue;
    if (sim_times (c, n == 0) > 1)
      json_object_array_add (list, shown (c->s, o));
    json_object_array_add (list, shown (c->s, o));
    n++;
  }
  if (i < t->n_live) {
    snprintf (next, sizeof next, "%" PRIu32, sim_table_at (t, i)->slot);
    sim_json_set_str (all, "next_page_token", next);
  }
  sim_reply_json (c, 200, all);
}

/* Which patterns are checked out can be changed, not whether there are any. */
static int
set_patterns (struct sim_call *c, struct json_object *repo)
{
  struct json_object *sparse = json_object_object_get (c->body,
                                                       "sparse_checkout");

  if (sparse == NULL)
    return 1;
  if (json_object_object_get (repo, "sparse_checkout") == NULL) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Sparse checkout can only be enabled when a repo is created.");
    return 0;
  }
  json_object_object_add (repo, "sparse_checkout", json_object_get (sparse));
  return 1;
}

/* On a branch: the newest of it.  On a tag there is no branch any more. */
static int
set_ref (struct sim_call *c, struct json_object *repo)
{
  const char *branch = sim_json_str (c->body, "branch");
  const char *tag = sim_json_str (c->body, "tag");
  const char *url = sim_json_str (repo, "url");
  char commit[SIM_COMMIT_SIZE];

  if (branch == NULL && tag == NULL)
    return 1;
  if (branch != NULL && tag != NULL) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Only one of branch and tag can be given.");
    return 0;
  }
  if (url == NULL) {
    sim_fail (c, 400, "INVALID_STATE", "The repo has no remote.");
    return 0;
  }
  if (!sim_remote_is_open (c, url, sim_json_str (repo, "provider")))
    return 0;
  if (!sim_remote_commit (c->s, url, branch ? branch : tag, branch == NULL,
                          commit)) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "%s '%s' was not found on the "
              "remote.", branch ? "Branch" : "Tag", branch ? branch : tag);
    return 0;
  }
  json_object_object_del (repo, "branch");
  if (branch != NULL)
    sim_json_set_str (repo, "branch", branch);
  sim_json_set_str (repo, "head_commit_id", commit);
  return 1;
}

void
sim_repo_update (struct sim_call *c)
{
  struct sim_object *o = wanted (c);
  MG_CLEANUP (sim_json_put) struct json_object *repo = NULL;

  if (o == NULL || !credential_is_good (c))
    return;
  repo = sim_object_json (repos (c->s), o);
  if (!set_patterns (c, repo) || !set_ref (c, repo))
    return;
  sim_table_set (repos (c->s), o, sim_json_text (repo));
  changed (c, o, "update");
  sim_reply_empty (c);
}

void
sim_repo_delete (struct sim_call *c)
{
  struct sim_object *o = wanted (c);

  if (o == NULL)
    return;
  changed (c, o, "delete");
  sim_tree_remove (c->s, &(struct sim_node) { SIM_REPOS, o });
  sim_reply_empty (c);
}
