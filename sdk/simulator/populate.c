/* --populate: how much of what, and the order in which it is made.
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
#include "populate.h"

#define MAX_AMOUNT 10000000

static const struct { const char *name; struct sim_amounts amounts; }
sizes[] = {
  { "small", { 40, 14, 8, 30, 3, 8, 14, 15, 60, 20, 20, 5, 12, 0, 0, 0,
               { 0 } } },
  { "medium", { 3000, 500, 200, 300, 6, 12, 25, 60, 10000, 1250, 80, 6, 200,
                0, 0, 0, { 0 } } },
  { "large", { 50000, 2000, 1000, 20000, 20, 60, 120, 400, 30000, 8000, 1500,
               12, 2000, 0, 0, 0, { 0 } } },
};

static int64_t *
amount (struct sim_amounts *a, const char *name)
{
  const struct { const char *name; int64_t *at; } fields[] = {
    { "users", &a->users }, { "groups", &a->groups },
    { "service-principals", &a->principals },
    { "experiments", &a->experiments },
    { "instance-profiles", &a->profiles },
    { "instance-pools", &a->pools },
    { "cluster-policies", &a->policies },
    { "clusters", &a->clusters },
    { "notebooks", &a->notebooks }, { "jobs", &a->jobs },
    { "repos", &a->repos },
    { "warehouses", &a->named[0] },
    { "pipelines", &a->named[SIM_PIPELINES - SIM_WAREHOUSES] },
    { "notification-destinations",
      &a->named[SIM_DESTINATIONS - SIM_WAREHOUSES] },
    { "dashboards", &a->named[SIM_DASHBOARDS - SIM_WAREHOUSES] },
    { "queries", &a->named[SIM_QUERIES - SIM_WAREHOUSES] },
    { "alerts", &a->named[SIM_ALERTS - SIM_WAREHOUSES] },
    { "alerts-v2", &a->named[SIM_ALERTS_V2 - SIM_WAREHOUSES] },
    { "serving-endpoints", &a->named[SIM_ENDPOINTS - SIM_WAREHOUSES] },
    { "global-init-scripts", &a->scripts }, { "files", &a->files },
    { "account-users", &a->account_users },
    { "account-groups", &a->account_groups },
    { "account-service-principals", &a->account_principals },
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (fields); i++)
    if (strcmp (fields[i].name, name) == 0)
      return fields[i].at;
  return NULL;
}

static int
read_piece (struct sim_amounts *a, char *piece, struct mg_error *err)
{
  char *equal = strchr (piece, '=');
  int64_t *at, n;
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (sizes); i++) {
    if (strcmp (sizes[i].name, piece) == 0) {
      *a = sizes[i].amounts;
      return 0;
    }
  }
  if (equal != NULL)
    *equal++ = '\0';
  at = amount (a, piece);
  if (equal == NULL || at == NULL || mg_parse_int64 (equal, &n) < 0 || n < 0
      || n > MAX_AMOUNT)
    return mg_error_set (err, MG_E_INVALID, "bad-populate",
                         "populate: '%s' is not small, medium, large or "
                         "KIND=NUMBER", piece);
  *at = n;
  return 0;
}

static int
read_amounts (struct sim_amounts *a, const char *what, struct mg_error *err)
{
  MG_CLEANUP_FREE char *copy = mg_xstrdup (what);
  char *piece = copy;

  while (piece != NULL) {
    char *comma = strchr (piece, ',');

    if (comma != NULL)
      *comma++ = '\0';
    if (*piece != '\0' && read_piece (a, piece, err) < 0)
      return MG_E_INVALID;
    piece = comma;
  }
  return 0;
}

/* The administrator, the OAuth client's service principal and the groups that
 * every workspace has. */
static void
make_first (struct sim *s)
{
  static const char admins_text[] = "{\"displayName\":\"admins\","
    "\"entitlements\":[{\"value\":\"allow-cluster-create\"},"
    "{\"value\":\"databricks-sql-access\"},{\"value\":\"workspace-access\"}]}";
  char text[400];
  struct json_object *o;
  struct sim_object *made, *admins;

  s->tables[SIM_USERS].generate = sim_generate_user;
  s->tables[SIM_ACCOUNT_USERS].generate = sim_generate_user;
  sim_populate_users (s, 1);
  s->admin_id = sim_table_at (&s->tables[SIM_USERS], 0)->id;
  snprintf (text, sizeof text, "{\"displayName\":\"automation of %s\"}",
            s->config.name);
  o = sim_json_parse (text, strlen (text), NULL);
  if (o == NULL)
    o = json_object_new_object ();
  made = sim_scim_make (s, SIM_PRINCIPALS, o, sim_new_id (s));
  json_object_put (o);
  s->robot_id = made->id;
  {
    MG_CLEANUP_FREE char *app = sim_text_field (made->text, "applicationId");

    snprintf (s->client_id, sizeof s->client_id, "%s", app);
  }
  o = sim_json_parse (admins_text, sizeof admins_text - 1, NULL);
  admins = sim_scim_make (s, SIM_GROUPS, o, sim_new_id (s));
  json_object_put (o);
  s->admins_id = admins->id;
  sim_member_add (s, admins, sim_principal (s, s->admin_id, NULL));
  sim_member_add (s, admins, sim_principal (s, s->robot_id, NULL));
  sim_principal (s, s->admin_id, NULL)->admin_assigned = 1;
  made->admin_assigned = 1;
  o = json_object_new_object ();
  sim_json_set_str (o, "displayName", "users");
  s->users_id = sim_scim_make (s, SIM_GROUPS, o, sim_new_id (s))->id;
  json_object_put (o);
}

void
sim_grant (struct sim *s, struct sim_object *o, enum sim_kind kind,
           uint64_t which, const char *type, const char *level)
{
  struct sim_table *t = &s->tables[kind];
  struct sim_object *p;

  if (t->n_live == 0)
    return;
  p = sim_table_at (t, (uint32_t) (which % t->n_live));
  if (p->id != s->admins_id)
    sim_acl_set (o, p->id, sim_acl_level (type, level));
}

int
sim_populate (struct sim *s, const char *what, struct mg_error *err)
{
  struct sim_amounts a = { 0 };
  int i;

  if (what != NULL && read_amounts (&a, what, err) < 0)
    return MG_E_INVALID;
  make_first (s);
  sim_populate_profiles (s, a.profiles);
  sim_populate_users (s, a.users);
  sim_populate_principals (s, a.principals);
  sim_populate_groups (s, a.groups);
  if (s->config.federated)
    sim_populate_account (s, &a);
  sim_populate_experiments (s, a.experiments);
  sim_populate_pools (s, a.pools);
  sim_populate_policies (s, a.policies);
  sim_populate_clusters (s, a.clusters);
  sim_populate_notebooks (s, a.notebooks);
  for (i = SIM_WAREHOUSES; i <= SIM_ENDPOINTS; i++)
    sim_populate_named (s, i, a.named[i - SIM_WAREHOUSES]);
  sim_populate_jobs (s, a.jobs);
  sim_populate_repos (s, a.repos);
  sim_populate_scripts (s, a.scripts);
  sim_populate_files (s, a.files);
  return 0;
}
