/* The folders of the workspace's tree, as far as experiments need them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "mlflow.h"

static int
is_root (const char *path)
{
  return mg_streq (path, "/") || mg_streq (path, "/Users")
    || mg_streq (path, "/Shared") || mg_streq (path, "/Repos");
}

struct sim_object *
sim_folder_owner (struct sim *s, const char *path, enum sim_kind *ret_kind)
{
  MG_CLEANUP_FREE char *name = NULL;
  struct sim_object *o;

  if (!mg_starts (path, "/Users/"))
    return NULL;
  path += strlen ("/Users/");
  name = mg_xstrndup (path, strcspn (path, "/"));
  *ret_kind = SIM_USERS;
  o = sim_table_by_key (&s->tables[SIM_USERS], name);
  if (o == NULL) {
    *ret_kind = SIM_PRINCIPALS;
    o = sim_table_by_key (&s->tables[SIM_PRINCIPALS], name);
  }
  return o;
}

/* "/Users/NAME" exists as long as NAME does. */
static struct sim_object *
is_home (struct sim *s, const char *path)
{
  enum sim_kind kind;

  if (!mg_starts (path, "/Users/")
      || strchr (path + strlen ("/Users/"), '/') != NULL)
    return NULL;
  return sim_folder_owner (s, path, &kind);
}

int
sim_folder_exists (struct sim *s, const char *path)
{
  return is_root (path) || is_home (s, path) != NULL
    || sim_table_by_key (&s->tables[SIM_FOLDERS], path) != NULL;
}

static void
make_one (struct sim *s, const char *path)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();

  sim_json_set_str (o, "path", path);
  sim_table_add (&s->tables[SIM_FOLDERS], sim_new_id (s), sim_json_text (o),
                 0, path);
}

void
sim_folder_make (struct sim *s, const char *path)
{
  MG_CLEANUP_FREE char *part = mg_xstrdup (path);
  char *slash = part;

  do {
    slash = strchr (slash + 1, '/');
    if (slash != NULL)
      *slash = '\0';
    if (!sim_folder_exists (s, part))
      make_one (s, part);
    if (slash != NULL)
      *slash = '/';
  } while (slash != NULL);
}

/* The path as it is stored, to be freed: no mount, no slash twice or at the
 * end.  Who is lenient may get none. */
static char *
plain_path (const char *path)
{
  char *copy = mg_xstrdup (path ? path : ""), *w = copy;
  const char *r;

  for (r = copy; *r != '\0'; r++)
    if (*r != '/' || (r[1] != '/' && (r[1] != '\0' || w == copy)))
      *w++ = *r;
  *w = '\0';
  if (mg_starts (copy, "/Workspace/"))
    memmove (copy, copy + strlen ("/Workspace"),
             strlen (copy + strlen ("/Workspace")) + 1);
  return copy;
}

/* The experiment that the path or one above it is; NULL when none is. */
static struct sim_object *
leaf_on_the_way (struct sim *s, const char *path)
{
  MG_CLEANUP_FREE char *part = mg_xstrdup (path);
  struct sim_object *o = NULL;
  char *slash = part;

  while (slash != NULL && o == NULL) {
    slash = strchr (slash + 1, '/');
    if (slash != NULL)
      *slash = '\0';
    o = sim_table_by_key (&s->tables[SIM_EXPERIMENTS], part);
    if (slash != NULL)
      *slash = '/';
  }
  return o;
}

void
sim_folders_mkdirs (struct sim_call *c)
{
  MG_CLEANUP_FREE char *path = plain_path (sim_json_str (c->body, "path"));
  enum sim_kind kind;

  if (path[0] != '/') {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Path (%s) must be absolute.", path);
    return;
  }
  if (leaf_on_the_way (c->s, path) != NULL) {
    sim_fail (c, 400, "RESOURCE_ALREADY_EXISTS",
              "An object that is not a folder exists on (%s).", path);
    return;
  }
  if (mg_starts (path, "/Users/")
      && sim_folder_owner (c->s, path, &kind) == NULL) {
    sim_fail (c, 400, "DIRECTORY_PROTECTED", "Folder Users is protected.");
    return;
  }
  if (!sim_folder_exists (c->s, path)) {
    sim_folder_make (c->s, path);
    sim_effect (c, "create", "folders", c->s->id_base + c->s->n_ids, path);
  }
  sim_reply_empty (c);
}

void
sim_folders_status (struct sim_call *c)
{
  MG_CLEANUP_FREE char *path = plain_path (sim_query (c, "path"));
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  struct sim_object *found = sim_table_by_key (&c->s->tables[SIM_FOLDERS],
                                               path);
  const char *type = "DIRECTORY";

  if (found == NULL)
    found = is_home (c->s, path);
  if (found == NULL) {
    found = sim_table_by_key (&c->s->tables[SIM_EXPERIMENTS], path);
    if (found != NULL)
      type = "MLFLOW_EXPERIMENT";
  }
  if (found == NULL && !is_root (path)) {
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST", "Path (%s) doesn't exist.",
              path);
    return;
  }
  sim_json_set_str (o, "object_type", type);
  sim_json_set_str (o, "path", path);
  json_object_object_add (o, "object_id",
                          json_object_new_int64 (found ? found->id
                                                       : c->s->id_base));
  sim_reply_json (c, 200, o);
}
