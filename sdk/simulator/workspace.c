/* /api/2.0/workspace/: list, get-status, mkdirs, delete.  What a folder holds
 * comes in one answer, however much it is; the sort of an object is its table,
 * but for files, which are of several.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/str.h"
#include "git.h"
#include "tree.h"

/* Members of a stored object that only an export shows. */
static int
is_hidden (enum sim_kind kind, struct sim_span name)
{
  return kind == SIM_REPOS ? !sim_span_is (name, "path")
    : sim_span_is (name, "content") || sim_span_is (name, "padding")
      || sim_span_is (name, "results") || sim_span_is (name, "refusal")
      || sim_span_is (name, "form");
}

/* A Git folder outside of /Repos is a folder that says what it is, and so is one
 * with the command line of Git. */
static int
is_git_folder (const struct sim_node *node, const char *path)
{
  MG_CLEANUP_FREE char *form = node->kind == SIM_REPOS
    ? sim_text_field (node->o->text, "form") : NULL;

  return node->kind == SIM_REPOS && !mg_streq (form, "REPO")
         && (!mg_starts (path, "/Repos/") || sim_repo_has_cli (node->o));
}

static const char *
type_of (enum sim_kind kind, int is_folder)
{
  switch (kind) {
  case SIM_FOLDERS:
    return "DIRECTORY";
  case SIM_NOTEBOOKS:
    return "NOTEBOOK";
  case SIM_REPOS:
    return is_folder ? "DIRECTORY" : "REPO";
  case SIM_EXPERIMENTS:
    return "MLFLOW_EXPERIMENT";
  default:
    return NULL;                       /* it says so itself */
  }
}

/* A Git folder as its own interface shows it. */
static void
add_git (struct mg_buf *out, const struct sim_node *node)
{
  static const char *const untold[] = { "sparse_checkout", "git_cli_enabled",
                                        "level", "form" };
  MG_CLEANUP (sim_json_put) struct json_object *o =
    sim_json_parse (node->o->text, strlen (node->o->text), NULL);
  MG_CLEANUP_FREE char *text = NULL;
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (untold); i++)
    json_object_object_del (o, untold[i]);
  json_object_object_add (o, "id", json_object_new_int64 (node->o->id));
  text = sim_json_text (o);
  mg_buf_addf (out, "\"git_info\":%s,", text);
}

/* An object as lists show it. */
static void
add_info (struct mg_buf *out, const struct sim_node *node, int with_git)
{
  MG_CLEANUP_FREE char *path = sim_text_field (
    node->o->text, node->kind == SIM_EXPERIMENTS ? "name" : "path");
  int is_folder = is_git_folder (node, path);
  const char *type = type_of (node->kind, is_folder), *pos = node->o->text;
  struct sim_span name, value;

  mg_buf_add_byte (out, '{');
  if (type != NULL)
    mg_buf_addf (out, "\"object_type\":\"%s\",", type);
  if (node->kind == SIM_REPOS && with_git)
    add_git (out, node);
  if (is_folder)
    mg_buf_add_str (out, "\"directory_info\":{\"is_git_folder\":true},");
  if (node->kind == SIM_EXPERIMENTS) {
    mg_buf_add_str (out, "\"path\":");
    mg_buf_add_json (out, path);
    mg_buf_add_byte (out, ',');
  }
  while (node->kind != SIM_EXPERIMENTS
         && sim_members_next (&pos, &name, &value)) {
    if (is_hidden (node->kind, name))
      continue;
    mg_buf_add_byte (out, '"');
    mg_buf_add (out, name.at, name.len);
    mg_buf_add_str (out, "\":");
    mg_buf_add (out, value.at, value.len);
    mg_buf_add_byte (out, ',');
  }
  mg_buf_addf (out, "\"object_id\":%" PRId64 "}", node->o->id);
}

static void
reply_text (struct sim_call *c)
{
  c->r->status = 200;
  c->r->content_type = "application/json";
}

/* 1, or 0 after a reply; the path is told as it was asked for. */
static int
wanted (struct sim_call *c, const char *asked, struct sim_node *ret_node)
{
  MG_CLEANUP_FREE char *path = sim_tree_path (asked);

  if (sim_tree_find (c->s, path, ret_node))
    return 1;
  sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST", "Path (%s) doesn't exist.",
            asked ? asked : "");
  return 0;
}

void
sim_workspace_status (struct sim_call *c)
{
  const char *git = sim_query (c, "return_git_info");
  struct sim_node node;

  if (!wanted (c, sim_query (c, "path"), &node))
    return;
  add_info (&c->r->body, &node, git != NULL && strcasecmp (git, "true") == 0);
  reply_text (c);
}

/* --- list ------------------------------------------------------------ */

struct listing {
  struct sim_call *c;
  int64_t after_ms;
  int n;
};

static void
list_one (void *opaque, const struct sim_node *node)
{
  struct listing *l = opaque;
  struct mg_buf *out = &l->c->r->body;
  int times = sim_times (l->c, l->n == 0);

  if (!sim_visible (l->c, node->o))
    return;
  if (node->kind == SIM_NOTEBOOKS && l->after_ms > 0) {
    MG_CLEANUP (sim_json_put) struct json_object *o =
      sim_json_parse (node->o->text, strlen (node->o->text), NULL);

    if (sim_json_int (o, "modified_at", 0) <= l->after_ms)
      return;
  }
  while (times-- > 0) {
    mg_buf_add_str (out, l->n++ == 0 ? "\"objects\":[" : ",");
    add_info (out, node, 0);
  }
}

/* What is no folder is listed as itself; an empty folder answers {}. */
void
sim_workspace_list (struct sim_call *c)
{
  struct listing l = { c, sim_query_int (c, "notebooks_modified_after", 0), 0 };
  struct sim_node node;

  if (!wanted (c, sim_query (c, "path"), &node))
    return;
  mg_buf_add_byte (&c->r->body, '{');
  if (node.kind == SIM_FOLDERS)
    sim_tree_each (c->s, &node, list_one, &l);
  else if (node.kind != SIM_REPOS)     /* which is an empty folder */
    list_one (&l, &node);
  mg_buf_add_str (&c->r->body, l.n > 0 ? "]}" : "}");
  reply_text (c);
}

/* --- mkdirs and delete ----------------------------------------------- */

/* Is what is no folder at the path, or above it? */
static int
leaf_on_the_way (struct sim *s, const char *path)
{
  MG_CLEANUP_FREE char *part = mg_xstrdup (path);
  struct sim_node node;
  char *slash = part;

  while (slash != NULL) {
    slash = strchr (slash + 1, '/');
    if (slash != NULL)
      *slash = '\0';
    if (sim_tree_find (s, part, &node) && node.kind != SIM_FOLDERS)
      return 1;
    if (slash != NULL)
      *slash = '/';
  }
  return 0;
}

void
sim_workspace_mkdirs (struct sim_call *c)
{
  MG_CLEANUP_FREE char *path = sim_tree_path (sim_json_str (c->body, "path"));
  enum sim_kind kind;

  if (path[0] != '/') {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Path (%s) must be absolute.", path);
    return;
  }
  if (leaf_on_the_way (c->s, path)) {
    sim_fail (c, 400, "RESOURCE_ALREADY_EXISTS",
              "An object that is not a folder exists on (%s).", path);
    return;
  }
  if (mg_starts (path, "/Repos/") && !sim_folder_exists (c->s, path)
      && strchr (path + strlen ("/Repos/"), '/') != NULL) {
    sim_fail (c, 400, "DIRECTORY_PROTECTED",
              "Top-level folder can only contain repos");
    return;
  }
  if (mg_starts (path, "/Users/") && !sim_folder_exists (c->s, path)
      && sim_folder_owner (c->s, path, &kind) == NULL) {
    sim_fail (c, 400, "DIRECTORY_PROTECTED", "Folder Users is protected.");
    return;
  }
  if (!sim_folder_exists (c->s, path)) {
    struct sim_node made;

    sim_folder_make (c->s, path);
    if (sim_tree_find (c->s, path, &made)) {
      made.o->created_us = c->now_us;
      sim_effect (c, "create", "folders", made.o->id, path);
    }
  }
  sim_reply_empty (c);
}

/* The root, its own folders and homes cannot be deleted. */
static int
is_protected (struct sim_call *c, const char *path)
{
  MG_CLEANUP_FREE char *parent = sim_tree_parent (path);
  enum sim_kind kind;

  return strcmp (path, "/") == 0 || strcmp (path, "/Users") == 0
    || strcmp (path, "/Shared") == 0 || strcmp (path, "/Repos") == 0
    || (strcmp (parent, "/Users") == 0
        && sim_folder_owner (c->s, path, &kind) != NULL);
}

void
sim_workspace_delete (struct sim_call *c)
{
  const char *asked = sim_json_str (c->body, "path");
  struct json_object *recursive = json_object_object_get (c->body, "recursive");
  MG_CLEANUP_FREE char *path = sim_tree_path (asked);
  struct sim_node node;

  if (!wanted (c, asked, &node))
    return;
  if (is_protected (c, path)) {
    sim_fail (c, 400, "DIRECTORY_PROTECTED", "Folder %s is protected.", path);
    return;
  }
  if (node.kind == SIM_FOLDERS && !json_object_get_boolean (recursive)
      && !sim_tree_is_empty (c->s, &node)) {
    sim_fail (c, 400, "DIRECTORY_NOT_EMPTY", "Folder (%s) is not empty", path);
    return;
  }
  sim_effect_on (c, "delete", &c->s->tables[node.kind], node.o, path);
  sim_tree_remove (c->s, &node);
  sim_reply_empty (c);
}
