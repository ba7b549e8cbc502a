/* Assignment of account principals to the workspace (identity federation).
 * An assigned principal is an object of the workspace's own table with the id
 * and the fields that it has in the account.
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

static const struct { const char *field; enum sim_kind kind; } forms[] = {
  { "user_name", SIM_USERS }, { "group_name", SIM_GROUPS },
  { "service_principal_name", SIM_PRINCIPALS },
};

static int
feature_is_on (struct sim_call *c)
{
  if (c->s->config.federated)
    return 1;
  sim_fail (c, 404, "FEATURE_DISABLED",
            "Identity federation is not enabled for this workspace.");
  return 0;
}

static enum sim_kind
account_kind (enum sim_kind kind)
{
  return (enum sim_kind) (SIM_ACCOUNT_USERS + (int) kind);
}

/* By which form a name is looked up: a group's is its displayName. */
static struct sim_object *
find_by_name (struct sim *s, enum sim_kind kind, const char *name)
{
  return sim_table_by_key (&s->tables[kind], name);
}

static void
add_principal (struct sim *s, struct mg_buf *out, enum sim_kind kind,
               struct sim_object *o)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (1 << 24);
  const char *text = sim_object_text (&s->tables[kind], o, &scratch);
  MG_CLEANUP_FREE char *shown = sim_text_field (text, "displayName");
  MG_CLEANUP_FREE char *name = sim_text_field (text, s->tables[kind].key);

  mg_buf_addf (out, "\"principal\":{\"principal_id\":%" PRId64
               ",\"display_name\":", o->id);
  mg_buf_add_json (out, shown);
  mg_buf_addf (out, ",\"%s\":", forms[sim_plain_kind (kind)].field);
  mg_buf_add_json (out, name);
  mg_buf_add_byte (out, '}');
}

static void
add_assignment (struct sim *s, struct mg_buf *out, enum sim_kind kind,
                struct sim_object *o)
{
  mg_buf_add_byte (out, '{');
  add_principal (s, out, kind, o);
  mg_buf_addf (out, ",\"permissions\":[\"%s\"]}",
               o->admin_assigned ? "ADMIN" : "USER");
}

void
sim_assign_list (struct sim_call *c)
{
  struct mg_buf *out = &c->r->body;
  size_t i;
  uint32_t j;
  int n = 0;

  if (!feature_is_on (c))
    return;
  mg_buf_add_byte (out, '{');
  for (i = 0; i < MG_N_ELEMENTS (forms); i++) {
    struct sim_table *t = &c->s->tables[forms[i].kind];

    for (j = 0; j < t->n_live; j++) {
      struct sim_object *o = sim_table_at (t, j);

      if (!o->account || !sim_visible (c, o))
        continue;
      mg_buf_add_str (out, n++ == 0 ? "\"permission_assignments\":[" : ",");
      add_assignment (c->s, out, forms[i].kind, o);
    }
  }
  mg_buf_add_str (out, n > 0 ? "]}" : "}");
  c->r->status = 200;
  c->r->content_type = "application/json";
}

void
sim_assign_levels (struct sim_call *c)
{
  mg_buf_add_str (&c->r->body,
                  "{\"permissions\":[{\"permission_level\":\"USER\","
                  "\"description\":\"Can use the workspace\"},"
                  "{\"permission_level\":\"ADMIN\","
                  "\"description\":\"Can manage the workspace\"}]}");
  c->r->status = 200;
  c->r->content_type = "application/json";
}

/* Makes the account's principal one of the workspace; it may be already. */
static struct sim_object *
assign (struct sim_call *c, enum sim_kind kind, struct sim_object *account)
{
  struct sim_table *t = &c->s->tables[kind];
  struct sim_object *o = sim_table_by_id (t, account->id);
  MG_CLEANUP_FREE char *key = NULL;
  char *text;

  if (o != NULL)
    return o;
  text = sim_object_copy (&c->s->tables[account_kind (kind)], account);
  key = sim_text_field (text, t->key);
  o = sim_table_add (t, account->id, text, 0, key);
  o->account = 1;
  o->created_us = c->now_us;
  sim_effect (c, "create", "assignments", o->id, key);
  return o;
}

static int
wants_admin (struct json_object *permissions)
{
  size_t i, n = permissions ? json_object_array_length (permissions) : 0;

  for (i = 0; i < n; i++)
    if (mg_streq (json_object_get_string (
          json_object_array_get_idx (permissions, i)), "ADMIN"))
      return 1;
  return 0;
}

/* One element of a POST: what became of it goes into the reply. */
static void
post_one (struct sim_call *c, struct json_object *want)
{
  struct json_object *permissions = sim_json_array (want, "permissions");
  struct mg_buf *out = &c->r->body;
  const char *name = NULL;
  struct sim_object *account, *o;
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (forms) && name == NULL; i++)
    name = sim_json_str (want, forms[i].field);
  if (name == NULL) {
    mg_buf_add_str (out, "{\"error\":\"no principal is named\"}");
    return;
  }
  i--;
  account = find_by_name (c->s, account_kind (forms[i].kind), name);
  mg_buf_add_byte (out, '{');
  if (account == NULL) {
    mg_buf_addf (out, "\"principal\":{\"%s\":", forms[i].field);
    mg_buf_add_json (out, name);
    mg_buf_add_str (out, "},\"error\":\"Principal does not exist in the "
                         "account\"}");
    return;
  }
  if (wants_admin (permissions)) {
    add_principal (c->s, out, account_kind (forms[i].kind), account);
    mg_buf_add_str (out, ",\"error\":\"Invalid permission: ADMIN is invalid "
                         "or not supported for this workspace\"}");
    return;
  }
  o = assign (c, forms[i].kind, account);
  add_principal (c->s, out, forms[i].kind, o);
  mg_buf_addf (out, ",\"permissions\":[\"%s\"]}",
               o->admin_assigned ? "ADMIN" : "USER");
}

void
sim_assign_post (struct sim_call *c)
{
  struct json_object *list = sim_json_array (c->body,
                                             "permission_assignments");
  size_t i, n = json_object_array_length (list);

  if (!feature_is_on (c))
    return;
  mg_buf_add_str (&c->r->body, "{\"permission_assignments\":[");
  for (i = 0; i < n; i++) {
    if (i > 0)
      mg_buf_add_byte (&c->r->body, ',');
    post_one (c, json_object_array_get_idx (list, i));
  }
  mg_buf_add_str (&c->r->body, "]}");
  c->r->status = 200;
  c->r->content_type = "application/json";
}

/* The id stands last in the path; the account's and the workspace's numbers
 * may come before it. */
static struct sim_object *
wanted (struct sim_call *c, enum sim_kind *ret_kind)
{
  const char *id = sim_param (c, c->n_params - 1);
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (forms); i++) {
    struct sim_object *o =
      sim_table_by_id (&c->s->tables[account_kind (forms[i].kind)],
                       sim_parse_id (id));

    if (o != NULL) {
      *ret_kind = forms[i].kind;
      return o;
    }
  }
  sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
            "Principal %s does not exist in the account", id);
  return NULL;
}

void
sim_assign_put (struct sim_call *c)
{
  struct json_object *permissions = sim_json_array (c->body, "permissions");
  enum sim_kind kind = SIM_USERS;
  struct sim_object *account, *o;
  MG_CLEANUP_FREE char *title = NULL;
  int made;

  if (!feature_is_on (c))
    return;
  account = wanted (c, &kind);
  if (account == NULL)
    return;
  o = assign (c, kind, account);
  made = c->effect != NULL;
  o->admin_assigned = wants_admin (permissions) != 0;
  if (!made) {
    title = sim_scim_title (c->s, kind, o);
    sim_effect (c, "update", "assignments", o->id, title);
  }
  add_assignment (c->s, &c->r->body, kind, o);
  c->r->status = 200;
  c->r->content_type = "application/json";
}

void
sim_assign_delete (struct sim_call *c)
{
  enum sim_kind kind = SIM_USERS;
  struct sim_object *account, *o;
  MG_CLEANUP_FREE char *title = NULL;

  if (!feature_is_on (c))
    return;
  account = wanted (c, &kind);
  if (account == NULL)
    return;
  o = sim_table_by_id (&c->s->tables[kind], account->id);
  if (o != NULL) {
    title = sim_scim_title (c->s, kind, o);
    sim_effect (c, "delete", "assignments", o->id, title);
    sim_principal_delete (c->s, kind, o);
  }
  sim_reply_empty (c);
}

/* --- group migration ------------------------------------------------- */

/* Direct entries of one group become those of another. */
static int
move_entries (struct sim_table *t, int64_t from, int64_t to)
{
  uint32_t i, j;
  int n = 0;

  for (i = 0; i < t->n_live; i++) {
    struct sim_object *o = sim_table_at (t, i);

    for (j = 0; o->links != NULL && j < o->links->n_acl; j++) {
      if (o->links->acl[j].principal == from) {
        o->links->acl[j].principal = to;
        n++;
      }
    }
  }
  return n;
}

void
sim_perm_migrate (struct sim_call *c)
{
  const char *from_name = sim_json_str (c->body, "from_workspace_group_name");
  const char *to_name = sim_json_str (c->body, "to_account_group_name");
  struct sim_object *from, *to;
  int i, n = 0;

  if (!feature_is_on (c))
    return;
  if (sim_json_int (c->body, "workspace_id", 0) != c->s->workspace_id) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "this is workspace %" PRId64,
              c->s->workspace_id);
    return;
  }
  from = find_by_name (c->s, SIM_GROUPS, from_name);
  to = find_by_name (c->s, SIM_GROUPS, to_name);
  if (from == NULL || to == NULL || !to->account) {
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST", "Group %s does not exist",
              from == NULL ? from_name : to_name);
    return;
  }
  for (i = SIM_EXPERIMENTS; i < c->s->n_tables; i++)
    n += move_entries (&c->s->tables[i], from->id, to->id);
  if (n > 0)
    sim_effect (c, "update", "permissions", to->id, to_name);
  mg_buf_addf (&c->r->body, "{\"permissions_migrated\":%d}", n);
  c->r->status = 200;
  c->r->content_type = "application/json";
}
