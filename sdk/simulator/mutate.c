/* POST /_simulator/object: what tests change behind the interface's back.
 *
 *   {"kind": "users", "match": {"userName": "x"}, "set": {"displayName": "y"},
 *    "remove": ["roles"], "create": {...}, "delete": true,
 *    "members": {"add": [principals], "remove": [principals]},
 *    "permissions": {"add": {principal: level}, "remove": [principals]}}
 *
 * A principal is an id, or the name that is unique for its kind.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "control.h"
#include "compute.h"
#include "git.h"
#include "jobs.h"
#include "mlflow.h"
#include "routes.h"
#include "scim.h"

static int
find_kind (struct sim *s, const char *name)
{
  int i;

  for (i = 0; name != NULL && i < s->n_tables; i++)
    if (strcmp (s->tables[i].name, name) == 0)
      return i;
  return -1;
}

static int
fits (struct json_object *have, struct json_object *match)
{
  json_object_object_foreach (match, name, want) {
    if (!json_object_equal (json_object_object_get (have, name), want))
      return 0;
  }
  return 1;
}

/* The first object that has all the values, or whose id is "id". */
static struct sim_object *
find_object (struct sim *s, int kind, struct json_object *match)
{
  struct sim_table *t = &s->tables[kind];
  const char *key = t->key ? sim_json_str (match, t->key) : NULL;
  const char *id = sim_json_str (match, "id");
  uint32_t i;

  if (id != NULL && json_object_object_length (match) == 1)
    return sim_table_by_id (t, sim_parse_id (id));
  if (key != NULL && json_object_object_length (match) == 1)
    return sim_table_by_key (t, key);
  for (i = 0; i < t->n_live; i++) {
    struct sim_object *o = sim_table_at (t, i);
    MG_CLEANUP (sim_json_put) struct json_object *have =
      sim_object_json (t, o);

    if (fits (have, match))
      return o;
  }
  return NULL;
}

static void
change_fields (struct sim_table *t, struct sim_object *o,
               struct json_object *set, struct json_object *drop)
{
  MG_CLEANUP (sim_json_put) struct json_object *fields =
    sim_object_json (t, o);
  size_t i, n = drop ? json_object_array_length (drop) : 0;

  if (json_object_is_type (set, json_type_object)) {
    json_object_object_foreach (set, name, value) {
      json_object_object_add (fields, name, json_object_get (value));
    }
  }
  for (i = 0; i < n; i++)
    json_object_object_del (fields, json_object_get_string (
                              json_object_array_get_idx (drop, i)));
  if (json_object_object_get (fields, "content") != NULL)
    sim_object_set_content (o, NULL);
  sim_table_set (t, o, sim_json_text (fields));
}

/* A principal by its id or by its name; -1 when there is none. */
static int64_t
principal_id (struct sim *s, const char *word)
{
  static const enum sim_kind kinds[] = { SIM_USERS, SIM_GROUPS,
                                         SIM_PRINCIPALS };
  struct sim_object *o = sim_principal (s, sim_parse_id (word), NULL);
  size_t i;

  for (i = 0; word != NULL && o == NULL && i < MG_N_ELEMENTS (kinds); i++)
    o = sim_table_by_key (&s->tables[kinds[i]], word);
  return o ? o->id : -1;
}

/* All of them, or -1 after a reply: a change that does not happen would make
 * a test of it worthless. */
static int
read_principals (struct sim_call *c, struct json_object *list,
                 struct sim_ids *ret_ids)
{
  size_t i;

  for (i = 0; list != NULL && i < json_object_array_length (list); i++) {
    const char *word =
      json_object_get_string (json_object_array_get_idx (list, i));
    int64_t id = principal_id (c->s, word);

    if (id < 0) {
      sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "nobody is called '%s'",
                word ? word : "");
      return -1;
    }
    sim_ids_add (ret_ids, id);
  }
  return 0;
}

static int
change_members (struct sim_call *c, struct sim_object *o,
                struct json_object *how)
{
  MG_CLEANUP (sim_ids_done) struct sim_ids add = { NULL, 0, 0 };
  MG_CLEANUP (sim_ids_done) struct sim_ids drop = { NULL, 0, 0 };
  uint32_t i;

  if (read_principals (c, sim_json_array (how, "add"), &add) < 0
      || read_principals (c, sim_json_array (how, "remove"), &drop) < 0)
    return -1;
  for (i = 0; i < drop.n; i++)
    sim_member_remove (c->s, o, drop.ids[i]);
  for (i = 0; i < add.n; i++)
    sim_member_add (c->s, o, sim_principal (c->s, add.ids[i], NULL));
  return 0;
}

static void
drop_entry (struct sim_links *l, int64_t principal)
{
  uint32_t i;

  for (i = 0; i < l->n_acl; i++) {
    if (l->acl[i].principal == principal) {
      l->n_acl--;
      memmove (l->acl + i, l->acl + i + 1,
               (l->n_acl - i) * sizeof l->acl[0]);
      return;
    }
  }
}

static int
change_permissions (struct sim_call *c, const char *type,
                    struct sim_object *o, struct json_object *how)
{
  MG_CLEANUP (sim_ids_done) struct sim_ids drop = { NULL, 0, 0 };
  struct json_object *add = json_object_object_get (how, "add");
  uint32_t i;

  if (read_principals (c, sim_json_array (how, "remove"), &drop) < 0)
    return -1;
  for (i = 0; i < drop.n; i++)
    drop_entry (sim_object_links (o), drop.ids[i]);
  if (!json_object_is_type (add, json_type_object))
    return 0;
  json_object_object_foreach (add, word, level) {
    int64_t id = principal_id (c->s, word);
    int number = sim_acl_level (type, json_object_get_string (level));

    if (id < 0 || number < 0) {
      sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
                "'%s' or the level '%s' is unknown", word,
                json_object_get_string (level));
      return -1;
    }
    sim_acl_set (o, id, number);
  }
  return 0;
}

static int
lies_in_tree (int kind)
{
  return kind == SIM_FOLDERS || kind == SIM_NOTEBOOKS || kind == SIM_FILES
    || kind == SIM_REPOS;
}

static struct sim_object *
create_in_tree (struct sim_call *c, enum sim_kind kind,
                struct json_object *fields)
{
  const char *path = sim_json_str (fields, "path");
  struct sim_node node;

  if (kind == SIM_REPOS)
    return sim_repo_make (c->s, fields);
  if (kind != SIM_FOLDERS)
    return sim_leaf_make (c->s, kind, fields, c->now_us);
  sim_folder_make (c->s, path ? path : "/unnamed");
  return sim_tree_find (c->s, path ? path : "/unnamed", &node) ? node.o : NULL;
}

/* Of --routes. */
static struct sim_object *
create_extra (struct sim_call *c, int kind, struct json_object *fields)
{
  struct sim_table *t = &c->s->tables[kind];
  const char *key = t->key ? sim_json_str (fields, t->key) : NULL;
  MG_CLEANUP (sim_json_put) struct json_object *copy = NULL;
  int64_t id = sim_new_id (c->s);

  json_object_deep_copy (fields, &copy, NULL);
  if (kind >= SIM_FIXED_KINDS) {
    const struct sim_extra *x = &c->s->extra[kind - SIM_FIXED_KINDS];
    MG_CLEANUP_FREE char *text = mg_xasprintf ("%" PRId64, id);

    json_object_object_add (copy, x->id, x->id_is_number
                            ? json_object_new_int64 (id)
                            : json_object_new_string (text));
  }
  return sim_table_add (t, id, sim_json_text (copy), 0, key ? key : "");
}

static struct sim_object *
create_compute (struct sim_call *c, int kind, struct json_object *fields)
{
  struct sim *s = c->s;

  if (kind == SIM_POOLS)
    return sim_pool_make (s, fields, sim_principal (s, s->admin_id, NULL),
                          c->now_us);
  if (kind == SIM_POLICIES)
    return sim_policy_make (s, fields, 0, c->now_us);
  return sim_cluster_make (s, fields, sim_principal (s, s->admin_id, NULL), "UI",
                           c->now_us);
}

static struct sim_object *
create_object (struct sim_call *c, int kind, struct json_object *fields)
{
  struct sim *s = c->s;
  const char *key = s->tables[kind].key
                    ? sim_json_str (fields, s->tables[kind].key) : NULL;

  if (kind <= SIM_PRINCIPALS)
    return sim_scim_make (s, (enum sim_kind) kind, fields, sim_new_id (s));
  if (kind == SIM_EXPERIMENTS)
    return sim_exp_make (s, key ? key : "/Shared/unnamed",
                         sim_json_str (fields, "artifact_location"),
                         sim_json_array (fields, "tags"),
                         sim_principal (s, s->admin_id, NULL), SIM_USERS,
                         c->now_us);
  if (kind == SIM_JOBS)
    return sim_job_make (s, fields, sim_principal (s, s->admin_id, NULL),
                         SIM_USERS, c->now_us);
  if (kind == SIM_RUNS)
    return sim_run_make (s, fields, c->now_us);
  if (sim_is_named (kind))
    return sim_named_make (s, kind, fields);
  if (kind == SIM_POOLS || kind == SIM_POLICIES || kind == SIM_CLUSTERS)
    return create_compute (c, kind, fields);
  if (kind == SIM_CREDENTIALS)
    return sim_credential_make (s, s->admin_id, fields);
  if (lies_in_tree (kind))
    return create_in_tree (c, (enum sim_kind) kind, fields);
  if (kind == SIM_SCRIPTS)
    return sim_script_make (s, fields, c->now_us);
  return create_extra (c, kind, fields);
}

static void
delete_object (struct sim_call *c, int kind, struct sim_object *o)
{
  if (kind <= SIM_PRINCIPALS)
    sim_principal_delete (c->s, (enum sim_kind) kind, o);
  else if (lies_in_tree (kind))
    sim_tree_remove (c->s, &(struct sim_node) { (enum sim_kind) kind, o });
  else
    sim_table_remove (&c->s->tables[kind], o);
}

static void
reply_object (struct sim_call *c, int kind, struct sim_object *o)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (1 << 24);

  mg_buf_addf (&c->r->body, "{\"id\":\"%" PRId64 "\",\"fields\":%s}", o->id,
               sim_object_text (&c->s->tables[kind], o, &scratch));
  c->r->status = 200;
  c->r->content_type = "application/json";
}

/* What has to be there for the request to make sense; NULL after a reply. */
static struct sim_object *
wanted (struct sim_call *c, int kind)
{
  struct json_object *match = json_object_object_get (c->body, "match");
  struct json_object *fresh = json_object_object_get (c->body, "create");
  struct sim_object *o;

  if (json_object_is_type (fresh, json_type_object))
    return create_object (c, kind, fresh);
  if (!json_object_is_type (match, json_type_object)) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "needs 'match' or 'create'");
    return NULL;
  }
  o = find_object (c->s, kind, match);
  if (o == NULL)
    sim_fail (c, 404, "NOT_FOUND", "nothing matches");
  return o;
}

void
sim_mutate (struct sim_call *c)
{
  struct json_object *members, *permissions;
  struct sim_object *o;
  int kind;

  if (c->q->body_len > 0)
    c->body = sim_json_parse (c->q->body, c->q->body_len, NULL);
  kind = find_kind (c->s, sim_json_str (c->body, "kind"));
  if (kind < 0) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "needs a known 'kind'");
    return;
  }
  o = wanted (c, kind);
  if (o == NULL)
    return;
  if (sim_json_int (c->body, "delete", 0)) {
    delete_object (c, kind, o);
    sim_reply_empty (c);
    return;
  }
  change_fields (&c->s->tables[kind], o,
                 json_object_object_get (c->body, "set"),
                 sim_json_array (c->body, "remove"));
  members = json_object_object_get (c->body, "members");
  if (json_object_is_type (members, json_type_object)
      && change_members (c, o, members) < 0)
    return;
  permissions = json_object_object_get (c->body, "permissions");
  if (json_object_is_type (permissions, json_type_object)
      && change_permissions (c, sim_acl_type (c->s, &c->s->tables[kind]), o,
                             permissions) < 0)
    return;
  if (kind == SIM_GROUPS)
    c->s->n_role_groups++;
  reply_object (c, kind, o);
}
