/* Users, groups and service principals: create, read, replace, delete.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "scim.h"

#define MAX_TEXT (16 * 1024 * 1024)

static const char *const entitlements[] = {
  "allow-cluster-create", "allow-instance-pool-create",
  "databricks-sql-access", "workspace-access", "workspace-consume",
};

int
sim_is_builtin (const struct sim *s, const struct sim_object *o)
{
  return o->id == s->admins_id || o->id == s->users_id;
}

/* --- making ---------------------------------------------------------- */

/* {"value": ...} each once, in their order; NULL when none is left. */
static struct json_object *
distinct_values (struct json_object *list, const char *type)
{
  struct json_object *out;
  size_t i, j, n = list ? json_object_array_length (list) : 0;

  if (n == 0)
    return NULL;
  out = json_object_new_array ();
  for (i = 0; i < n; i++) {
    const char *value =
      sim_json_str (json_object_array_get_idx (list, i), "value");
    struct json_object *one;

    if (value == NULL)
      continue;
    for (j = 0; j < json_object_array_length (out); j++)
      if (mg_streq (sim_json_str (json_object_array_get_idx (out, j),
                                  "value"), value))
        break;
    if (j < json_object_array_length (out))
      continue;
    one = json_object_new_object ();
    if (type != NULL)
      sim_json_set_str (one, "type", type);
    sim_json_set_str (one, "value", value);
    json_object_array_add (out, one);
  }
  return out;
}

static void
copy_string (struct json_object *to, struct json_object *from,
             const char *name)
{
  const char *value = sim_json_str (from, name);

  if (value != NULL)
    sim_json_set_str (to, name, value);
}

static void
copy_user (struct json_object *to, struct json_object *from)
{
  const char *name = sim_json_str (from, "userName");
  const char *shown = sim_json_str (from, "displayName");
  struct json_object *emails = sim_json_array (from, "emails"), *v;

  sim_json_set_str (to, "userName", name);
  sim_json_set_str (to, "displayName", shown && *shown ? shown : name);
  if (json_object_object_get_ex (from, "name", &v)
      && json_object_is_type (v, json_type_object)
      && json_object_object_length (v) > 0)
    json_object_object_add (to, "name", json_object_get (v));
  if (emails != NULL && json_object_array_length (emails) > 0) {
    json_object_object_add (to, "emails", json_object_get (emails));
    return;
  }
  emails = json_object_new_array ();
  v = json_object_new_object ();
  sim_json_set_str (v, "type", "work");
  sim_json_set_str (v, "value", name);
  json_object_object_add (v, "primary", json_object_new_boolean (1));
  json_object_array_add (emails, v);
  json_object_object_add (to, "emails", emails);
}

static void
application_id (struct sim *s, int64_t id, char ret_text[40])
{
  struct mg_rand rng;

  mg_rand_seed (&rng, (uint64_t) id ^ s->config.seed << 32);
  sim_uuid (&rng, '9', ret_text);
}

static void
copy_principal (struct sim *s, struct json_object *to,
                struct json_object *from, int64_t id)
{
  const char *app = sim_json_str (from, "applicationId");
  char made[40];

  application_id (s, id, made);
  sim_json_set_str (to, "applicationId", app && *app ? app : made);
  copy_string (to, from, "displayName");
  copy_string (to, from, "externalId");
}

struct sim_object *
sim_scim_make (struct sim *s, enum sim_kind kind, struct json_object *fields,
               int64_t id)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  enum sim_kind plain = sim_plain_kind (kind);
  struct json_object *list;
  char text[32];

  snprintf (text, sizeof text, "%" PRId64, id);
  sim_json_set_str (o, "id", text);
  if (plain == SIM_USERS)
    copy_user (o, fields);
  else if (plain == SIM_PRINCIPALS)
    copy_principal (s, o, fields, id);
  else {
    copy_string (o, fields, "displayName");
    copy_string (o, fields, "externalId");
  }
  if (plain != SIM_GROUPS)
    json_object_object_add (
      o, "active", json_object_new_boolean (sim_json_int (fields, "active",
                                                          1) != 0));
  list = distinct_values (sim_json_array (fields, "entitlements"), NULL);
  if (list != NULL)
    json_object_object_add (o, "entitlements", list);
  list = distinct_values (sim_json_array (fields, "roles"), "direct");
  if (list != NULL) {
    json_object_object_add (o, "roles", list);
    if (plain == SIM_GROUPS)
      s->n_role_groups++;
  }
  return sim_table_add (&s->tables[kind], id, sim_json_text (o), 0,
                        sim_json_str (o, s->tables[kind].key));
}

/* --- checks ---------------------------------------------------------- */

int
sim_entitlements_check (struct sim_call *c, struct json_object *fields)
{
  struct json_object *list = sim_json_array (fields, "entitlements");
  size_t i, j, n = list ? json_object_array_length (list) : 0;

  for (i = 0; i < n; i++) {
    const char *value =
      sim_json_str (json_object_array_get_idx (list, i), "value");

    for (j = 0; j < MG_N_ELEMENTS (entitlements); j++)
      if (mg_streq (value, entitlements[j]))
        break;
    if (j == MG_N_ELEMENTS (entitlements)) {
      sim_fail (c, 400, "invalidValue", "'%s' is not an entitlement",
                value ? value : "");
      return -1;
    }
  }
  return 0;
}

static int
taken (struct sim_call *c, enum sim_kind kind, const char *key)
{
  static const char *const what[] = {
    "User with username", "Group with name",
    "Service principal with application ID"
  };

  if (key == NULL || sim_table_by_key (&c->s->tables[kind], key) == NULL)
    return 0;
  sim_fail (c, 409, "uniqueness", "%s %s already exists.", what[kind], key);
  return 1;
}

static struct sim_object *
wanted (struct sim_call *c, enum sim_kind kind)
{
  struct sim_object *o = sim_table_by_id (&c->s->tables[kind],
                                          sim_parse_id (sim_param (c, 0)));

  if (o == NULL)
    sim_fail (c, 404, NULL, "%s with id %s not found.",
              sim_kind_path (kind), sim_param (c, 0));
  return o;
}

static void
reply_one (struct sim_call *c, enum sim_kind kind, struct sim_object *o,
           int status)
{
  struct sim_pick pick = { sim_query (c, "attributes"),
                           sim_query (c, "excludedAttributes") };

  sim_scim_render (c->s, kind, o, &pick, &c->r->body);
  c->r->status = status;
  c->r->content_type = "application/scim+json";
}

static void
note_effect (struct sim_call *c, const char *effect, enum sim_kind kind,
             const struct sim_object *o)
{
  MG_CLEANUP_FREE char *title = sim_scim_title (c->s, kind, o);

  sim_effect (c, effect, c->s->tables[kind].name, o->id, title);
}

/* --- handlers -------------------------------------------------------- */

void
sim_scim_me (struct sim_call *c)
{
  reply_one (c, c->me_kind, c->me, 200);
}

void
sim_scim_get (struct sim_call *c)
{
  enum sim_kind kind = (enum sim_kind) c->op->kind;
  struct sim_object *o = wanted (c, kind);

  if (o != NULL)
    reply_one (c, kind, o, 200);
}

/* Under federation a user or service principal is made in the account and
 * assigned; one that is in the account already is only assigned. */
static struct sim_object *
make_federated (struct sim *s, enum sim_kind kind, struct json_object *fields)
{
  enum sim_kind at = (enum sim_kind) (SIM_ACCOUNT_USERS + (int) kind);
  const char *key = sim_json_str (fields, s->tables[kind].key);
  struct sim_object *o = key ? sim_table_by_key (&s->tables[at], key) : NULL;
  MG_CLEANUP_FREE char *made_key = NULL;
  char *text;

  if (o == NULL)
    o = sim_scim_make (s, at, fields, s->account_base + ++s->n_account_ids);
  text = sim_object_copy (&s->tables[at], o);
  made_key = sim_text_field (text, s->tables[kind].key);
  o = sim_table_add (&s->tables[kind], o->id, text, 0, made_key);
  o->account = 1;
  return o;
}

static int
check_fields (struct sim_call *c, enum sim_kind kind)
{
  static const char *const required[] = { "userName", "displayName", NULL };
  const char *field = required[kind];
  const char *value = field ? sim_json_str (c->body, field) : NULL;

  if (field != NULL && (value == NULL || *value == '\0')) {
    sim_fail (c, 400, "invalidValue", "%s is required", field);
    return -1;
  }
  if (kind == SIM_PRINCIPALS && !mg_streq (c->s->config.cloud, "azure"))
    json_object_object_del (c->body, "applicationId");
  return sim_entitlements_check (c, c->body);
}

void
sim_scim_create (struct sim_call *c)
{
  enum sim_kind kind = (enum sim_kind) c->op->kind;
  struct sim *s = c->s;
  struct sim_ids members = { NULL, 0, 0 };
  struct sim_object *o;

  if (check_fields (c, kind) < 0
      || taken (c, kind, sim_json_str (c->body, s->tables[kind].key)))
    return;
  if (kind == SIM_GROUPS
      && sim_members_read (c, sim_json_array (c->body, "members"),
                           &members) < 0) {
    sim_ids_done (&members);
    return;
  }
  /* A new principal is active, whatever the request says. */
  json_object_object_del (c->body, "active");
  if (s->config.federated && kind != SIM_GROUPS)
    o = make_federated (s, kind, c->body);
  else
    o = sim_scim_make (s, kind, c->body, sim_new_id (s));
  o->created_us = c->now_us;
  if (members.n > 0)
    sim_members_set (s, o, &members);
  sim_ids_done (&members);
  note_effect (c, "create", kind, o);
  reply_one (c, kind, o, 201);
}

static void
replace_field (struct json_object *o, struct json_object *from,
               const char *name)
{
  struct json_object *v;

  json_object_object_del (o, name);
  if (json_object_object_get_ex (from, name, &v) && v != NULL)
    json_object_object_add (o, name, json_object_get (v));
}

static void
put_fields (struct sim_call *c, enum sim_kind kind, struct json_object *o)
{
  struct json_object *list;
  const char *shown = sim_json_str (c->body, "displayName");

  if (shown != NULL)
    sim_json_set_str (o, "displayName", shown);
  else if (kind == SIM_USERS)
    sim_json_set_str (o, "displayName", sim_json_str (o, "userName"));
  if (kind == SIM_USERS)
    replace_field (o, c->body, "name");
  else
    replace_field (o, c->body, "externalId");
  if (kind != SIM_GROUPS
      && json_object_object_get (c->body, "active") != NULL)
    replace_field (o, c->body, "active");
  json_object_object_del (o, "entitlements");
  list = distinct_values (sim_json_array (c->body, "entitlements"), NULL);
  if (list != NULL)
    json_object_object_add (o, "entitlements", list);
  json_object_object_del (o, "roles");
  list = distinct_values (sim_json_array (c->body, "roles"), "direct");
  if (list != NULL)
    json_object_object_add (o, "roles", list);
  if (kind == SIM_GROUPS && list != NULL)
    c->s->n_role_groups++;
}

/* What a group may not undergo; -1 after a reply. */
static int
group_may_change (struct sim_call *c, const struct sim_object *o)
{
  const char *name = sim_json_str (c->body, "displayName");
  MG_CLEANUP_FREE char *old = sim_text_field (o->text, "displayName");
  struct sim_object *other;

  if (o->account) {
    sim_fail (c, 403, NULL,
              "Group %s is an account group; change it in the account", old);
    return -1;
  }
  if (name == NULL || *name == '\0') {
    sim_fail (c, 400, "invalidValue", "displayName is required");
    return -1;
  }
  if (sim_is_builtin (c->s, o) && !mg_streq (name, old)) {
    sim_fail (c, 400, "mutability", "Group %s cannot be renamed", old);
    return -1;
  }
  other = sim_table_by_key (&c->s->tables[SIM_GROUPS], name);
  if (other != NULL && other != o) {
    sim_fail (c, 409, "uniqueness", "Group with name %s already exists.",
              name);
    return -1;
  }
  return 0;
}

void
sim_scim_put (struct sim_call *c)
{
  enum sim_kind kind = (enum sim_kind) c->op->kind;
  struct sim_object *o = wanted (c, kind);
  MG_CLEANUP (sim_json_put) struct json_object *fields = NULL;
  struct sim_ids members = { NULL, 0, 0 };

  if (o == NULL || sim_entitlements_check (c, c->body) < 0)
    return;
  if (kind == SIM_GROUPS
      && (group_may_change (c, o) < 0
          || sim_members_read (c, sim_json_array (c->body, "members"),
                               &members) < 0)) {
    sim_ids_done (&members);
    return;
  }
  fields = sim_object_json (&c->s->tables[kind], o);
  put_fields (c, kind, fields);
  sim_table_set (&c->s->tables[kind], o, sim_json_text (fields));
  if (kind == SIM_GROUPS)
    sim_members_set (c->s, o, &members);
  sim_ids_done (&members);
  note_effect (c, "update", kind, o);
  reply_one (c, kind, o, 200);
}

void
sim_scim_patch (struct sim_call *c)
{
  enum sim_kind kind = (enum sim_kind) c->op->kind;
  struct sim_object *o = wanted (c, kind);

  if (o == NULL || sim_scim_apply_patch (c, kind, o) < 0)
    return;
  note_effect (c, "update", kind, o);
  mg_buf_reset (&c->r->body);
  c->r->status = 204;
}

void
sim_scim_delete (struct sim_call *c)
{
  enum sim_kind kind = (enum sim_kind) c->op->kind;
  struct sim_object *o = wanted (c, kind);

  if (o == NULL)
    return;
  if (sim_is_builtin (c->s, o)) {
    sim_fail (c, 400, "mutability", "Group %s cannot be deleted",
              o->id == c->s->admins_id ? "admins" : "users");
    return;
  }
  if (o == c->me) {
    sim_fail (c, 400, "mutability", "You cannot delete yourself");
    return;
  }
  note_effect (c, "delete", kind, o);
  sim_principal_delete (c->s, kind, o);
  c->r->status = 204;
}
