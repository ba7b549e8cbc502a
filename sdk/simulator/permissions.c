/* Permissions of objects: direct entries are kept with the object, inherited
 * ones are worked out when asked for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "acl.h"
#include "jobs.h"
#include "mlflow.h"
#include "routes.h"

/* The types of the service; those without a table have objects only when
 * --routes makes them. */
static const struct sim_acl_type types[] = {
  { "experiments", "mlflowExperiment", SIM_EXPERIMENTS,
    { "CAN_READ", "CAN_EDIT", "CAN_MANAGE" }, "experiments/permissions", NULL },
  { "clusters", "cluster", SIM_CLUSTERS,
    { "CAN_ATTACH_TO", "CAN_RESTART", "CAN_MANAGE" }, "clusters/permissions",
    NULL },
  { "cluster-policies", "cluster-policy", SIM_POLICIES, { "CAN_USE" },
    "cluster-policies/permissions", NULL },
  { "instance-pools", "instance-pool", SIM_POOLS,
    { "CAN_ATTACH_TO", "CAN_MANAGE" }, "instance-pools/permissions", NULL },
  { "jobs", "job", SIM_JOBS,
    { "CAN_VIEW", "CAN_MANAGE_RUN", "IS_OWNER", "CAN_MANAGE" },
    "jobs/permissions", "job" },
  { "pipelines", "pipelines", -1,
    { "CAN_VIEW", "CAN_RUN", "CAN_MANAGE", "IS_OWNER" }, NULL, NULL },
  { "notebooks", "notebook", SIM_NOTEBOOKS,
    { "CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE" },
    "notebooks/permissions", NULL },
  { "directories", "directory", SIM_FOLDERS,
    { "CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE" },
    "directories/permissions", NULL },
  { "repos", "repo", SIM_REPOS,
    { "CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE" }, "repos/permissions",
    NULL },
  { "files", "file", SIM_FILES,
    { "CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE" }, "files/permissions",
    NULL },
  { "warehouses", "warehouses", -1,
    { "CAN_USE", "CAN_MONITOR", "CAN_VIEW", "CAN_MANAGE", "IS_OWNER" }, NULL, NULL },
  { "queries", "query", -1,
    { "CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE", "CAN_VIEW" }, NULL, NULL },
  { "alerts", "alert", -1,
    { "CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE", "CAN_VIEW" }, NULL, NULL },
  { "alertsv2", "alertv2", -1,
    { "CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE" }, NULL, NULL },
  { "dbsql-dashboards", "dashboard", -1,
    { "CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE", "CAN_VIEW" }, NULL, NULL },
  { "dashboards", "dashboard", -1,
    { "CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE" }, NULL, NULL },
  { "genie", "genie-space", -1,
    { "CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE" }, NULL, NULL },
  { "serving-endpoints", "serving-endpoint", -1,
    { "CAN_VIEW", "CAN_QUERY", "CAN_MANAGE" }, NULL, NULL },
  { "vector-search-endpoints", "vector-search-endpoints", -1,
    { "CAN_USE", "CAN_MANAGE" }, NULL, NULL },
  { "apps", "apps", -1, { "CAN_USE", "CAN_MANAGE" }, NULL, NULL },
  { "registered-models", "registered-model", -1,
    { "CAN_READ", "CAN_EDIT", "CAN_MANAGE_STAGING_VERSIONS",
      "CAN_MANAGE_PRODUCTION_VERSIONS", "CAN_MANAGE" }, NULL, NULL },
};

/* What extra kinds of --routes have. */
static const struct sim_acl_type extra_type = {
  "", "", -1, { "CAN_READ", "CAN_EDIT", "CAN_MANAGE" }, NULL, NULL
};

const struct sim_acl_type *
sim_acl_find_type (const char *segment)
{
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (types); i++)
    if (strcmp (types[i].segment, segment) == 0)
      return &types[i];
  return NULL;
}

int
sim_acl_level_of (const struct sim_acl_type *t, const char *level)
{
  int i;

  for (i = 0; i < SIM_MAX_LEVELS && t->levels[i] != NULL; i++)
    if (strcmp (t->levels[i], level) == 0)
      return i;
  return -1;
}

int
sim_acl_level (const char *type, const char *level)
{
  const struct sim_acl_type *t = sim_acl_find_type (type);

  return sim_acl_level_of (t ? t : &extra_type, level);
}

const char *
sim_acl_level_name (const char *type, int level)
{
  const struct sim_acl_type *t = sim_acl_find_type (type);

  return (t ? t : &extra_type)->levels[level];
}

void
sim_acl_set (struct sim_object *o, int64_t principal, int level)
{
  struct sim_links *l = sim_object_links (o);
  uint32_t i;

  for (i = 0; i < l->n_acl; i++) {
    if (l->acl[i].principal == principal) {
      l->acl[i].level = level;
      return;
    }
  }
  l->acl = mg_xreallocarray (l->acl, l->n_acl + 1, sizeof l->acl[0]);
  l->acl[l->n_acl].principal = principal;
  l->acl[l->n_acl++].level = level;
}

/* --- finding the object ---------------------------------------------- */

/* Either a part of the path of the call, or of that of the operation. */
static const char *
segment_of (const struct sim_call *c)
{
  size_t i;

  if (c->n_params > 1)
    return sim_param (c, 0);
  for (i = 0; i < MG_N_ELEMENTS (types); i++) {
    const char *rest = strstr (c->op->path, types[i].segment);

    if (rest != NULL && rest[-1] == '/'
        && rest[strlen (types[i].segment)] == '/')
      return types[i].segment;
  }
  return "";
}

static struct sim_object *
find_object (struct sim *s, int table, const char *id,
             struct sim_table **ret_table)
{
  *ret_table = table < 0 ? NULL : &s->tables[table];
  return table < 0 ? NULL
         : table == SIM_FOLDERS ? sim_folder_by_id (s, sim_parse_id (id))
         : sim_table_by_id (*ret_table, sim_id_parse (*ret_table, id));
}

/* -1 after a reply. */
static int
find_target (struct sim_call *c, struct sim_acl_target *t)
{
  const char *id = sim_param (c, c->n_params > 1 ? 1 : 0);
  int table;

  t->segment = segment_of (c);
  if (c->s->config.tier == SIM_STANDARD || c->s->config.tier == SIM_STANDARD_TEXT) {
    int is_text = c->s->config.tier == SIM_STANDARD_TEXT;

    sim_fail (c, is_text ? 500 : 400,
              is_text ? "INTERNAL_ERROR" : "FEATURE_DISABLED",
              "ACLs for %s are disabled or not available in this tier",
              t->segment);
    return -1;
  }
  t->type = sim_acl_find_type (t->segment);
  t->object_type = t->type ? t->type->object_type : t->segment;
  table = t->type ? t->type->table : -1;
  if (table < 0)                       /* --routes may have such objects */
    table = sim_extra_table (c->s, t->segment);
  if (t->type == NULL && table < 0) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "'%s' is not a supported object type", t->segment);
    return -1;
  }
  if (t->type == NULL)
    t->type = &extra_type;
  t->object = find_object (c->s, table, id, &t->table);
  if (t->object == NULL)               /* or beside those of the service */
    t->object = find_object (c->s, sim_extra_table (c->s, t->segment), id,
                             &t->table);
  if (t->object == NULL) {
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST", "%s %s does not exist.",
              t->object_type, id);
    return -1;
  }
  return 0;
}

void
sim_perm_get (struct sim_call *c)
{
  struct sim_acl_target t;

  if (find_target (c, &t) == 0)
    sim_acl_show (c, &t);
}

void
sim_perm_levels (struct sim_call *c)
{
  struct sim_acl_target t;
  int i;

  if (find_target (c, &t) < 0)
    return;
  mg_buf_add_str (&c->r->body, "{\"permission_levels\":[");
  for (i = 0; i < SIM_MAX_LEVELS && t.type->levels[i] != NULL; i++)
    mg_buf_addf (&c->r->body, "%s{\"permission_level\":\"%s\",\"description\""
                 ":\"%s on this object\"}", i ? "," : "", t.type->levels[i],
                 t.type->levels[i]);
  mg_buf_add_str (&c->r->body, "]}");
  c->r->status = 200;
  c->r->content_type = "application/json";
}

/* --- changing -------------------------------------------------------- */

/* The principal of one entry of a request; -1 after a reply. */
static int64_t
entry_principal (struct sim_call *c, struct json_object *entry)
{
  static const struct {
    const char *field;
    enum sim_kind kind;
    const char *is;
  } forms[] = {
    { "user_name", SIM_USERS, "UserName" },
    { "group_name", SIM_GROUPS, "GroupName" },
    { "service_principal_name", SIM_PRINCIPALS, "ServicePrincipalName" },
  };
  int64_t id = -1;
  int i, given = 0;

  for (i = 0; i < 3; i++) {
    const char *name = sim_json_str (entry, forms[i].field);
    struct sim_object *o;

    if (name == NULL)
      continue;
    if (given++ > 0)
      break;
    if (forms[i].kind == SIM_GROUPS && strcmp (name, SIM_ACCOUNT_USERS_NAME) == 0) {
      id = SIM_ACL_EVERYBODY;
      continue;
    }
    o = sim_table_by_key (&c->s->tables[forms[i].kind], name);
    if (o == NULL) {
      sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
                "Principal: %s(%s) does not exist", forms[i].is, name);
      return -1;
    }
    id = o->id;
  }
  if (given != 1) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "an entry of access_control_list names exactly one principal");
    return -1;
  }
  if (id == c->s->admins_id) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Cannot change permissions for group 'admins'");
    return -1;
  }
  return id;
}

/* All entries, or nothing and a reply. */
static int
read_entries (struct sim_call *c, const struct sim_acl_target *t,
              struct sim_ace **ret_list, size_t *ret_n)
{
  struct json_object *list = sim_json_array (c->body, "access_control_list");
  size_t i, n = list ? json_object_array_length (list) : 0;
  struct sim_ace *all = mg_xcalloc (n + 1, sizeof *all);

  for (i = 0; i < n; i++) {
    struct json_object *entry = json_object_array_get_idx (list, i);
    const char *level = sim_json_str (entry, "permission_level");

    all[i].level = level ? sim_acl_level_of (t->type, level) : -1;
    if (all[i].level < 0) {
      sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
                "'%s' is not a permission level of %s",
                level ? level : "", t->segment);
      mg_free (all);
      return -1;
    }
    all[i].principal = entry_principal (c, entry);
    if (all[i].principal < 0) {
      mg_free (all);
      return -1;
    }
  }
  *ret_list = all;
  *ret_n = n;
  return 0;
}

/* What an object's list becomes, until it is stored. */
static void
set_entry (struct sim_links *l, const struct sim_ace *entry, int owner)
{
  uint32_t i;

  for (i = 0; entry->level == owner && i < l->n_acl; i++)
    if (l->acl[i].level == owner) {    /* it passes from one to the other */
      l->acl[i] = l->acl[--l->n_acl];
      break;
    }
  for (i = 0; i < l->n_acl; i++)
    if (l->acl[i].principal == entry->principal) {
      l->acl[i].level = entry->level;
      return;
    }
  l->acl = mg_xreallocarray (l->acl, l->n_acl + 1, sizeof l->acl[0]);
  l->acl[l->n_acl++] = *entry;
}

/* A user or a service principal, and nobody else beside: -1 after a reply. */
static int
check_owner (struct sim_call *c, const struct sim_acl_target *t,
             const struct sim_links *l, const struct sim_ace *list, size_t n)
{
  int owner = sim_acl_level_of (t->type, "IS_OWNER"), there = 0, given = 0;
  enum sim_kind kind;
  size_t i;

  for (i = 0; i < n; i++)
    given += list[i].level == owner;
  for (i = 0; i < l->n_acl; i++) {
    if (l->acl[i].level != owner)
      continue;
    there++;
    if (sim_principal (c->s, l->acl[i].principal, &kind) == NULL
        || kind != SIM_GROUPS)
      continue;
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Groups can not be owners of a %s.", t->type->owned);
    return -1;
  }
  if (there == 1 && given < 2)
    return 0;
  sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
            "The %s must have exactly one owner.", t->type->owned);
  return -1;
}

/* Stores the entries, or nothing after a reply. */
static int
apply (struct sim_call *c, const struct sim_acl_target *t, const struct sim_ace *list,
       size_t n, int replace)
{
  struct sim_links *own = sim_object_links (t->object);
  struct sim_links next = { .n_acl = replace ? 0 : own->n_acl };
  int owner = t->type->owned && t->type->table >= 0
              && t->table == &c->s->tables[t->type->table]
              ? sim_acl_level_of (t->type, "IS_OWNER") : -1;
  size_t i;

  next.acl = mg_xmemdup (own->acl, own->n_acl * sizeof own->acl[0]);
  for (i = 0; i < n; i++)
    set_entry (&next, &list[i], owner);
  if (owner >= 0 && check_owner (c, t, &next, list, n) < 0) {
    mg_free (next.acl);
    return -1;
  }
  mg_free (own->acl);
  own->acl = next.acl;
  own->n_acl = next.n_acl;
  return 0;
}

static void
change (struct sim_call *c, int replace)
{
  MG_CLEANUP_FREE struct sim_ace *list = NULL;
  MG_CLEANUP_FREE char *key = NULL;
  struct sim_acl_target t;
  size_t n;

  if (find_target (c, &t) < 0 || read_entries (c, &t, &list, &n) < 0)
    return;
  if (c->s->config.tier == SIM_STANDARD_BARE) {
    sim_acl_show (c, &t);              /* there is nowhere to keep them */
    return;
  }
  if (apply (c, &t, list, n, replace) < 0)
    return;
  key = t.table->key ? sim_text_field (t.object->text, t.table->key) : NULL;
  sim_effect_on (c, "update", t.table, t.object, key ? key : "");
  c->effect_kind = t.type->effect ? t.type->effect : "permissions";
  sim_acl_show (c, &t);
}

int
sim_perm_add (struct sim_call *c, const char *type, struct sim_object *o)
{
  MG_CLEANUP_FREE struct sim_ace *list = NULL;
  struct sim_acl_target t = { .type = sim_acl_find_type (type), .segment = type,
                              .object = o };
  size_t n;

  t.table = &c->s->tables[t.type->table];
  return read_entries (c, &t, &list, &n) < 0 ? -1 : apply (c, &t, list, n, 0);
}

void
sim_perm_put (struct sim_call *c)
{
  change (c, 1);
}

void
sim_perm_patch (struct sim_call *c)
{
  change (c, 0);
}
