/* Access control lists as answers show them: the direct entries, and those that
 * come from the folders above, the home's owner and the administrators' rights.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "acl.h"
#include "tree.h"

static void
add_principal (struct sim *s, struct mg_buf *out, enum sim_kind kind,
               const struct sim_object *p)
{
  static const char *const names[] = { "user_name", "group_name",
                                       "service_principal_name" };
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (1 << 20);
  const char *text = sim_object_text (&s->tables[kind], p, &scratch);
  MG_CLEANUP_FREE char *key = sim_text_field (text, s->tables[kind].key);
  MG_CLEANUP_FREE char *shown = sim_text_field (text, "displayName");

  mg_buf_addf (out, "\"%s\":", names[kind]);
  mg_buf_add_json (out, key);
  if (kind != SIM_GROUPS && *shown != '\0') {
    mg_buf_add_str (out, ",\"display_name\":");
    mg_buf_add_json (out, shown);
  }
}

/* One entry on the way from the object up to the root; of the object itself
 * 'from' is 0. */
struct shown { int64_t principal; int level; char *from; };

struct shown_list {
  struct shown *all;
  int n;
};

static void
note_entry (struct shown_list *list, int64_t principal, int level, char *from)
{
  list->all = mg_xreallocarray (list->all, (size_t) list->n + 1,
                                sizeof list->all[0]);
  list->all[list->n].principal = principal;
  list->all[list->n].level = level;
  list->all[list->n++].from = from;
}

static void
note_entries (struct shown_list *list, const struct sim_object *o,
              const char *from)
{
  const struct sim_links *l = o->links;
  uint32_t i;

  for (i = 0; l != NULL && i < l->n_acl; i++)
    note_entry (list, l->acl[i].principal, l->acl[i].level, mg_xstrdup (from));
}

/* The levels of folders are those of all that lies in them, but experiments
 * have no CAN_RUN. */
static int
level_below (const struct sim_acl_target *t, int level)
{
  int same = sim_acl_level_of (t->type, sim_acl_find_type ("directories")->levels[level]);

  return same >= 0 ? same : 0;
}

/* What the folders above give, the nearest first; whose home it is in manages
 * all of it. */
static void
note_inherited (struct sim *s, const struct sim_acl_target *t, const char *path,
                struct shown_list *list)
{
  MG_CLEANUP_FREE char *at = mg_xstrdup (path);
  enum sim_kind kind;
  struct sim_object *owner = sim_folder_owner (s, path, &kind);
  struct sim_node node;

  while (strcmp (at, "/") != 0 && strchr (at, '/') != NULL) {
    char *up = sim_tree_parent (at);
    int i, first = list->n;

    mg_free (at);
    at = up;
    if (!sim_tree_find (s, at, &node) || node.kind != SIM_FOLDERS)
      continue;
    note_entries (list, node.o, "");
    for (i = first; i < list->n; i++) {
      mg_free (list->all[i].from);
      list->all[i].from = mg_xasprintf ("/directories/%" PRId64, node.o->id);
      list->all[i].level = level_below (t, list->all[i].level);
    }
  }
  if (owner != NULL)
    note_entry (list, owner->id, sim_acl_level_of (t->type, "CAN_MANAGE"),
                mg_xasprintf ("/directories/%" PRId64, owner->id));
}

/* All of one principal's, from the i-th entry on. */
static void
add_entry (struct sim *s, struct mg_buf *out, const struct sim_acl_target *t,
           const struct shown_list *list, int i, int *n)
{
  int64_t principal = list->all[i].principal;
  enum sim_kind kind;
  struct sim_object *p = sim_principal (s, principal, &kind);
  const char *comma = "";

  if (p == NULL && principal != SIM_ACL_EVERYBODY)   /* deleted since */
    return;
  mg_buf_add_str (out, (*n)++ == 0 ? "{" : ",{");
  if (p != NULL)
    add_principal (s, out, kind, p);
  else
    mg_buf_add_str (out, "\"group_name\":\"" SIM_ACCOUNT_USERS_NAME "\"");
  mg_buf_add_str (out, ",\"all_permissions\":[");
  for (; i < list->n; i++) {
    const struct shown *e = &list->all[i];

    if (e->principal != principal)
      continue;
    mg_buf_addf (out, "%s{\"permission_level\":\"%s\",\"inherited\":%s", comma,
                 t->type->levels[e->level], e->from ? "true" : "false");
    if (e->from != NULL)
      mg_buf_addf (out, ",\"inherited_from_object\":[\"%s\"]", e->from);
    mg_buf_add_byte (out, '}');
    comma = ",";
  }
  mg_buf_add_str (out, "]}");
}

/* Administrators have the highest level of all objects: of what lies in a
 * folder by the root of the tree, else by the type itself; to be freed. */
static void
note_admins (const struct sim_call *c, const struct sim_acl_target *t, int in_tree,
             struct shown_list *list)
{
  int manage = sim_acl_level_of (t->type, "CAN_MANAGE");
  char *from = !in_tree && t->type->table >= 0
    ? mg_xasprintf ("/%s/", t->segment) : mg_xstrdup (SIM_DIRECTORY_ADMINS);

  note_entry (list, c->s->admins_id, manage < 0 ? 0 : manage, from);
}

/* Where in the tree it is, to be freed; NULL: elsewhere. */
static char *
tree_path (const struct sim_call *c, const struct sim_acl_target *t)
{
  int table = (int) (t->table - c->s->tables);

  if (table == SIM_EXPERIMENTS)
    return sim_text_field (t->object->text, "name");
  if (table == SIM_FOLDERS || table == SIM_NOTEBOOKS || table == SIM_FILES
      || table == SIM_REPOS)
    return sim_text_field (t->object->text, "path");
  return NULL;
}

static void
show_entries (struct sim_call *c, const struct sim_acl_target *t)
{
  MG_CLEANUP_FREE char *path = tree_path (c, t);
  struct shown_list list = { NULL, 0 };
  int i, j, n = 0;

  mg_buf_add_str (&c->r->body, ",\"access_control_list\":[");
  note_entries (&list, t->object, NULL);
  if (path != NULL)
    note_inherited (c->s, t, path, &list);
  note_admins (c, t, path != NULL, &list);
  for (i = 0; i < list.n; i++) {
    for (j = 0; j < i && list.all[j].principal != list.all[i].principal; j++)
      ;
    if (j == i)
      add_entry (c->s, &c->r->body, t, &list, i, &n);
  }
  for (i = 0; i < list.n; i++)
    mg_free (list.all[i].from);
  mg_free (list.all);
  mg_buf_add_byte (&c->r->body, ']');
}

void
sim_acl_show (struct sim_call *c, const struct sim_acl_target *t)
{
  char id[SIM_ID_SIZE];

  sim_id_text (t->table, t->object->id, id);
  mg_buf_addf (&c->r->body, "{\"object_id\":\"/%s/%s\",\"object_type\":\"%s\"",
               t->segment, id, t->object_type);
  if (c->s->config.tier != SIM_STANDARD_BARE)
    show_entries (c, t);
  mg_buf_add_byte (&c->r->body, '}');
  c->r->status = 200;
  c->r->content_type = "application/json";
}
