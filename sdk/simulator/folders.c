/* The workspace's tree: what is where.  See tree.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "tree.h"

static const char *const roots[] = { "/", "/Users", "/Shared", "/Repos" };

/* The last are no folder's children. */
static const enum sim_kind kinds[] = { SIM_FOLDERS, SIM_NOTEBOOKS, SIM_FILES,
                                       SIM_REPOS, SIM_EXPERIMENTS };
#define N_CHILDREN (MG_N_ELEMENTS (kinds) - 1)

/* --- paths ----------------------------------------------------------- */

char *
sim_tree_path (const char *path)
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
  else if (strcmp (copy, "/Workspace") == 0)
    copy[1] = '\0';
  return copy;
}

char *
sim_tree_parent (const char *path)
{
  char *copy = mg_xstrdup (path);
  char *slash = strrchr (copy, '/');

  if (slash != NULL)
    slash[slash == copy ? 1 : 0] = '\0';
  return copy;
}

static int
root_number (const char *path)
{
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (roots); i++)
    if (strcmp (roots[i], path) == 0)
      return (int) i;
  return -1;
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

static int
is_home_path (const char *path)
{
  return mg_starts (path, "/Users/")
    && strchr (path + strlen ("/Users/"), '/') == NULL;
}

/* Whose home the path is, as long as its owner exists. */
static struct sim_object *
home_of (struct sim *s, const char *path)
{
  enum sim_kind kind;

  return is_home_path (path) ? sim_folder_owner (s, path, &kind) : NULL;
}

/* --- folders --------------------------------------------------------- */

static int
has_children (const struct sim_object *o)
{
  return o->links != NULL && o->links->children.n > 0;
}

static int
has_acl (const struct sim_object *o)
{
  return o->links != NULL && o->links->n_acl > 0;
}

int
sim_tree_is_implied (struct sim *s, const struct sim_object *folder)
{
  MG_CLEANUP_FREE char *path = sim_text_field (folder->text, "path");

  if (has_acl (folder))
    return 0;
  return root_number (path) >= 0 || home_of (s, path) != NULL
    || (is_home_path (path) && !has_children (folder));
}

static struct sim_object *
stored_folder (struct sim *s, const char *path)
{
  struct sim_object *o = sim_table_by_key (&s->tables[SIM_FOLDERS], path);

  /* a home with nothing in it goes with its owner */
  if (o != NULL && is_home_path (path) && !has_children (o) && !has_acl (o)
      && home_of (s, path) == NULL)
    return NULL;
  return o;
}

int
sim_folder_exists (struct sim *s, const char *path)
{
  return root_number (path) >= 0 || home_of (s, path) != NULL
    || stored_folder (s, path) != NULL;
}

static struct sim_object *find_folder (struct sim *s, const char *path);

static void
link_to_parent (struct sim *s, const char *path, const struct sim_object *o)
{
  MG_CLEANUP_FREE char *parent = sim_tree_parent (path);
  struct sim_object *folder;

  if (strcmp (path, "/") == 0)
    return;
  folder = find_folder (s, parent);
  if (folder != NULL)
    sim_ids_add (&sim_object_links (folder)->children, o->id);
}

static struct sim_object *
add_folder (struct sim *s, int64_t id, const char *path)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();

  sim_json_set_str (o, "path", path);
  return sim_table_add (&s->tables[SIM_FOLDERS], id, sim_json_text (o), 0,
                        path);
}

/* What goes without saying is no child of its parent: it is known anyhow. */
static struct sim_object *
find_folder (struct sim *s, const char *path)
{
  struct sim_object *o = stored_folder (s, path), *owner;
  int number = root_number (path);

  if (o != NULL)
    return o;
  if (number >= 0)
    return add_folder (s, number == 0 ? 0 : s->id_base - number, path);
  owner = home_of (s, path);
  return owner ? add_folder (s, owner->id, path) : NULL;
}

struct sim_object *
sim_folder_by_id (struct sim *s, int64_t id)
{
  struct sim_object *o = sim_table_by_id (&s->tables[SIM_FOLDERS], id), *owner;
  enum sim_kind kind;
  size_t i;

  for (i = 0; o == NULL && i < MG_N_ELEMENTS (roots); i++)
    if (id == (i == 0 ? 0 : s->id_base - (int64_t) i))
      return find_folder (s, roots[i]);
  owner = o == NULL ? sim_principal (s, id, &kind) : NULL;
  if (owner != NULL && kind != SIM_GROUPS) {
    MG_CLEANUP_FREE char *text = sim_object_copy (&s->tables[kind], owner);
    MG_CLEANUP_FREE char *name = sim_text_field (text, s->tables[kind].key);
    MG_CLEANUP_FREE char *path = mg_xasprintf ("/Users/%s", name);

    o = find_folder (s, path);
  }
  return o;
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
      link_to_parent (s, part, add_folder (s, sim_new_id (s), part));
    if (slash != NULL)
      *slash = '/';
  } while (slash != NULL);
}

/* --- any object ------------------------------------------------------ */

static int
is_deleted (const struct sim_object *experiment)
{
  MG_CLEANUP_FREE char *stage = sim_text_field (experiment->text,
                                                "lifecycle_stage");

  return strcmp (stage, "deleted") == 0;
}

int
sim_tree_find (struct sim *s, const char *path, struct sim_node *ret_node)
{
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (kinds); i++) {
    struct sim_object *o = kinds[i] == SIM_FOLDERS
      ? find_folder (s, path) : sim_table_by_key (&s->tables[kinds[i]], path);

    if (o == NULL)
      continue;
    ret_node->kind = kinds[i];
    ret_node->o = o;
    return 1;
  }
  return 0;
}

struct sim_object *
sim_tree_add (struct sim *s, enum sim_kind kind, char *text)
{
  MG_CLEANUP_FREE char *path = sim_text_field (text, "path");
  struct sim_object *o = sim_table_add (&s->tables[kind], sim_new_id (s), text,
                                        0, path);

  link_to_parent (s, path, o);
  return o;
}

static int
by_id (struct sim *s, int64_t id, struct sim_node *ret_node)
{
  size_t i;

  for (i = 0; i < N_CHILDREN; i++) {
    struct sim_object *o = sim_table_by_id (&s->tables[kinds[i]], id);

    if (o == NULL)
      continue;
    ret_node->kind = kinds[i];
    ret_node->o = o;
    return 1;
  }
  return 0;
}

static void
each_home (struct sim *s,
           void (*each) (void *opaque, const struct sim_node *node),
           void *opaque)
{
  static const enum sim_kind who[] = { SIM_USERS, SIM_PRINCIPALS };
  size_t i;
  uint32_t j;

  for (i = 0; i < MG_N_ELEMENTS (who); i++) {
    struct sim_table *t = &s->tables[who[i]];

    for (j = 0; j < t->n_live; j++) {
      MG_CLEANUP_FREE char *text = sim_object_copy (t, sim_table_at (t, j));
      MG_CLEANUP_FREE char *name = sim_text_field (text, t->key);
      MG_CLEANUP_FREE char *path = mg_xasprintf ("/Users/%s", name);
      struct sim_node node = { .kind = SIM_FOLDERS };

      if (*name == '\0' || strchr (name, '/') != NULL)
        continue;
      node.o = find_folder (s, path);
      each (opaque, &node);
    }
  }
}

/* Experiments are few, and no folder's children: they can be renamed. */
static void
each_experiment (struct sim *s, const char *folder,
                 void (*each) (void *opaque, const struct sim_node *node),
                 void *opaque)
{
  struct sim_table *t = &s->tables[SIM_EXPERIMENTS];
  size_t len = strcmp (folder, "/") == 0 ? 0 : strlen (folder);
  uint32_t i;

  for (i = 0; i < t->n_live; i++) {
    struct sim_node node = { SIM_EXPERIMENTS, sim_table_at (t, i) };
    MG_CLEANUP_FREE char *name = sim_text_field (node.o->text, "name");

    if (strncmp (name, folder, len) == 0 && name[len] == '/'
        && strchr (name + len + 1, '/') == NULL && !is_deleted (node.o))
      each (opaque, &node);
  }
}

/* Made again after it was orphaned: it is listed with its owner. */
static int
is_owned_home (struct sim *s, const struct sim_node *node)
{
  MG_CLEANUP_FREE char *path = node->kind == SIM_FOLDERS
    ? sim_text_field (node->o->text, "path") : NULL;

  return path != NULL && home_of (s, path) != NULL;
}

void
sim_tree_each (struct sim *s, const struct sim_node *folder,
               void (*each) (void *opaque, const struct sim_node *node),
               void *opaque)
{
  MG_CLEANUP_FREE char *path = sim_text_field (folder->o->text, "path");
  struct sim_node node = { .kind = SIM_FOLDERS };
  uint32_t i;

  for (i = 1; strcmp (path, "/") == 0 && i < MG_N_ELEMENTS (roots); i++) {
    node.o = find_folder (s, roots[i]);
    each (opaque, &node);
  }
  if (strcmp (path, "/Users") == 0)
    each_home (s, each, opaque);
  for (i = 0; folder->o->links && i < folder->o->links->children.n; i++)
    if (by_id (s, folder->o->links->children.ids[i], &node)
        && !is_owned_home (s, &node))
      each (opaque, &node);
  each_experiment (s, path, each, opaque);
}

static void
count_one (void *opaque, const struct sim_node *node)
{
  (void) node;
  ++*(int *) opaque;
}

int
sim_tree_is_empty (struct sim *s, const struct sim_node *folder)
{
  int n = 0;

  sim_tree_each (s, folder, count_one, &n);
  return n == 0;
}

static void
trash_experiment (void *opaque, const struct sim_node *node)
{
  struct sim_table *t = &((struct sim *) opaque)->tables[SIM_EXPERIMENTS];
  MG_CLEANUP (sim_json_put) struct json_object *e =
    sim_object_json (t, node->o);

  sim_json_set_str (e, "lifecycle_stage", "deleted");
  sim_table_set (t, node->o, sim_json_text (e));
}

/* One object, out of its parent's children. */
static void
unlink_one (struct sim *s, const struct sim_node *node)
{
  MG_CLEANUP_FREE char *path = sim_text_field (node->o->text, "path");
  MG_CLEANUP_FREE char *parent = sim_tree_parent (path);
  struct sim_object *folder = find_folder (s, parent);

  if (node->kind == SIM_FOLDERS)
    each_experiment (s, path, trash_experiment, s);
  if (folder != NULL && folder->links != NULL)
    sim_ids_remove (&folder->links->children, node->o->id);
  sim_table_remove (&s->tables[node->kind], node->o);
}

/* The deepest first, without recursion: trees may be deep. */
void
sim_tree_remove (struct sim *s, const struct sim_node *node)
{
  int64_t top = node->o->id;
  struct sim_node at = *node, next;

  if (node->kind == SIM_EXPERIMENTS) {
    trash_experiment (s, node);
    return;
  }
  for (;;) {
    struct sim_ids *below = at.o->links ? &at.o->links->children : NULL;

    if (below != NULL && below->n > 0) {
      if (!by_id (s, below->ids[below->n - 1], &next))
        return;
      at = next;
      continue;
    }
    if (at.o->id == top) {
      unlink_one (s, &at);
      return;
    }
    unlink_one (s, &at);
    (void) by_id (s, top, &at);
  }
}

void
sim_tree_orphan (struct sim *s, enum sim_kind kind,
                 const struct sim_object *owner)
{
  MG_CLEANUP_FREE char *text = sim_object_copy (&s->tables[kind], owner);
  MG_CLEANUP_FREE char *name = sim_text_field (text, s->tables[kind].key);
  MG_CLEANUP_FREE char *path = mg_xasprintf ("/Users/%s", name);
  struct sim_object *o = sim_table_by_key (&s->tables[SIM_FOLDERS], path);

  if (o != NULL && (has_children (o) || has_acl (o)))
    link_to_parent (s, path, o);
}

void
sim_tree_link_all (struct sim *s)
{
  size_t k;
  uint32_t i;

  for (k = 0; k < N_CHILDREN; k++) {
    struct sim_table *t = &s->tables[kinds[k]];

    /* homes that come up meanwhile are added behind */
    for (i = 0; i < t->n_live; i++) {
      struct sim_object *o = sim_table_at (t, i);
      MG_CLEANUP_FREE char *path = sim_text_field (o->text, "path");

      if (root_number (path) < 0 && home_of (s, path) == NULL)
        link_to_parent (s, path, o);
    }
  }
}
