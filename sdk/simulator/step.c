/* A workspace from beginning to end, and the one step that drives it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "compute.h"
#include "git.h"
#include "jobs.h"
#include "sdk/simulator/extra-tsv.h"
#include "sdk/simulator/operations-tsv.h"

/* --- which handler serves which operation ---------------------------- */

#define SCIM "/api/2.0/preview/scim/v2/"
#define ACCOUNT "/api/2.0/account/scim/v2/"
#define MLFLOW "/api/2.0/mlflow/experiments/"
#define PERM "/api/2.0/permissions/"
#define PERM_ANY PERM "{request_object_type}/{request_object_id}"
#define PERM_EXP PERM "experiments/{experiment_id}"
#define PERM_POOL PERM "instance-pools/{instance_pool_id}"
#define PERM_POLICY PERM "cluster-policies/{cluster_policy_id}"
#define PERM_CLUSTER PERM "clusters/{cluster_id}"
#define CLUSTERS "/api/2.1/clusters/"
#define LIBRARIES "/api/2.0/libraries/"
#define POOLS "/api/2.0/instance-pools/"
#define POLICIES "/api/2.0/policies/clusters/"
#define FAMILIES "/api/2.0/policy-families"
#define JOBS "/api/2.2/jobs/"
#define TREE "/api/2.0/workspace/"
#define REPOS "/api/2.0/repos"
#define CREDENTIALS "/api/2.0/git-credentials"
#define SCRIPTS "/api/2.0/global-init-scripts"
#define ASSIGN "/api/2.0/preview/permissionassignments"
#define ASSIGN2 "/api/2.0/accounts/{account_id}/workspaces/{workspace_id}" \
  "/permissionassignments"

static const struct served {
  const char *method, *path;
  sim_handler *handler;
  int kind;
} served[] = {
  { "GET", "/.well-known/databricks-config", sim_oidc_config, -1 },
  { "GET", "/oidc/.well-known/oauth-authorization-server", sim_oidc_server,
    -1 },
  { "GET", "/oidc/.well-known/openid-configuration", sim_oidc_server, -1 },
  { "POST", "/oidc/v1/token", sim_oidc_token, -1 },
  { "GET", SCIM "Me", sim_scim_me, 0 },
  { "GET", SCIM "Users", sim_scim_list, SIM_USERS },
  { "POST", SCIM "Users", sim_scim_create, SIM_USERS },
  { "GET", SCIM "Users/{id}", sim_scim_get, SIM_USERS },
  { "PUT", SCIM "Users/{id}", sim_scim_put, SIM_USERS },
  { "PATCH", SCIM "Users/{id}", sim_scim_patch, SIM_USERS },
  { "DELETE", SCIM "Users/{id}", sim_scim_delete, SIM_USERS },
  { "GET", SCIM "Groups", sim_scim_list, SIM_GROUPS },
  { "POST", SCIM "Groups", sim_scim_create, SIM_GROUPS },
  { "GET", SCIM "Groups/{id}", sim_scim_get, SIM_GROUPS },
  { "PUT", SCIM "Groups/{id}", sim_scim_put, SIM_GROUPS },
  { "PATCH", SCIM "Groups/{id}", sim_scim_patch, SIM_GROUPS },
  { "DELETE", SCIM "Groups/{id}", sim_scim_delete, SIM_GROUPS },
  { "GET", SCIM "ServicePrincipals", sim_scim_list, SIM_PRINCIPALS },
  { "POST", SCIM "ServicePrincipals", sim_scim_create, SIM_PRINCIPALS },
  { "GET", SCIM "ServicePrincipals/{id}", sim_scim_get, SIM_PRINCIPALS },
  { "PUT", SCIM "ServicePrincipals/{id}", sim_scim_put, SIM_PRINCIPALS },
  { "PATCH", SCIM "ServicePrincipals/{id}", sim_scim_patch, SIM_PRINCIPALS },
  { "DELETE", SCIM "ServicePrincipals/{id}", sim_scim_delete,
    SIM_PRINCIPALS },
  { "GET", ACCOUNT "Users", sim_scim_list, SIM_ACCOUNT_USERS },
  { "GET", ACCOUNT "Users/{id}", sim_scim_get, SIM_ACCOUNT_USERS },
  { "GET", ACCOUNT "Groups", sim_scim_list, SIM_ACCOUNT_GROUPS },
  { "GET", ACCOUNT "Groups/{id}", sim_scim_get, SIM_ACCOUNT_GROUPS },
  { "GET", ACCOUNT "ServicePrincipals", sim_scim_list,
    SIM_ACCOUNT_PRINCIPALS },
  { "GET", ACCOUNT "ServicePrincipals/{id}", sim_scim_get,
    SIM_ACCOUNT_PRINCIPALS },
  { "POST", "/api/2.0/instance-profiles/add", sim_profiles_add, 0 },
  { "POST", "/api/2.0/instance-profiles/edit", sim_profiles_edit, 0 },
  { "GET", "/api/2.0/instance-profiles/list", sim_profiles_list, 0 },
  { "POST", "/api/2.0/instance-profiles/remove", sim_profiles_remove, 0 },
  { "POST", POOLS "create", sim_pool_create, 0 },
  { "POST", POOLS "edit", sim_pool_edit, 0 },
  { "POST", POOLS "delete", sim_pool_delete, 0 },
  { "GET", POOLS "get", sim_pool_get, 0 },
  { "GET", POOLS "list", sim_pool_list, 0 },
  { "POST", POLICIES "create", sim_policy_create, 0 },
  { "POST", POLICIES "edit", sim_policy_edit, 0 },
  { "POST", POLICIES "delete", sim_policy_delete, 0 },
  { "GET", POLICIES "get", sim_policy_get, 0 },
  { "GET", POLICIES "list", sim_policy_list, 0 },
  { "GET", FAMILIES, sim_family_list, 0 },
  { "GET", FAMILIES "/{policy_family_id}", sim_family_get, 0 },
  { "POST", CLUSTERS "create", sim_cluster_create, 0 },
  { "POST", CLUSTERS "edit", sim_cluster_edit, 0 },
  { "POST", CLUSTERS "delete", sim_cluster_terminate, 0 },
  { "POST", CLUSTERS "permanent-delete", sim_cluster_delete, 0 },
  { "POST", CLUSTERS "start", sim_cluster_start, 0 },
  { "POST", CLUSTERS "pin", sim_cluster_pin, 0 },
  { "POST", CLUSTERS "unpin", sim_cluster_unpin, 0 },
  { "GET", CLUSTERS "get", sim_cluster_get, 0 },
  { "GET", CLUSTERS "list", sim_cluster_list, 0 },
  { "GET", CLUSTERS "list-node-types", sim_cluster_node_types, 0 },
  { "GET", CLUSTERS "spark-versions", sim_cluster_versions, 0 },
  { "GET", LIBRARIES "all-cluster-statuses", sim_library_all, 0 },
  { "GET", LIBRARIES "cluster-status", sim_library_status, 0 },
  { "POST", LIBRARIES "install", sim_library_install, 0 },
  { "POST", LIBRARIES "uninstall", sim_library_uninstall, 0 },
  { "POST", JOBS "create", sim_job_create, 0 },
  { "GET", JOBS "get", sim_job_get, 0 },
  { "GET", JOBS "list", sim_job_list, 0 },
  { "POST", JOBS "update", sim_job_update, 0 },
  { "POST", JOBS "reset", sim_job_reset, 0 },
  { "POST", JOBS "delete", sim_job_delete, 0 },
  { "GET", JOBS "runs/list", sim_run_list, 0 },
  { "GET", "/api/2.0/sql/warehouses", sim_named_list, SIM_WAREHOUSES },
  { "GET", "/api/2.0/pipelines", sim_named_list, SIM_PIPELINES },
  { "GET", "/api/2.0/notification-destinations", sim_named_list,
    SIM_DESTINATIONS },
  { "GET", "/api/2.0/lakeview/dashboards", sim_named_list, SIM_DASHBOARDS },
  { "GET", "/api/2.0/sql/queries", sim_named_list, SIM_QUERIES },
  { "GET", "/api/2.0/sql/alerts", sim_named_list, SIM_ALERTS },
  { "GET", "/api/2.0/alerts", sim_named_list, SIM_ALERTS_V2 },
  { "GET", "/api/2.0/serving-endpoints", sim_named_list, SIM_ENDPOINTS },
  { "GET", SCRIPTS, sim_script_list, 0 },
  { "POST", SCRIPTS, sim_script_create, 0 },
  { "GET", SCRIPTS "/{script_id}", sim_script_get, 0 },
  { "PATCH", SCRIPTS "/{script_id}", sim_script_update, 0 },
  { "DELETE", SCRIPTS "/{script_id}", sim_script_delete, 0 },
  { "POST", MLFLOW "create", sim_exp_create, 0 },
  { "GET", MLFLOW "get", sim_exp_get, 0 },
  { "GET", MLFLOW "get-by-name", sim_exp_get_by_name, 0 },
  { "GET", MLFLOW "list", sim_exp_list, 0 },
  { "GET", MLFLOW "search", sim_exp_search, 0 },
  { "POST", MLFLOW "search", sim_exp_search, 0 },
  { "POST", MLFLOW "update", sim_exp_update, 0 },
  { "POST", MLFLOW "delete", sim_exp_delete, 0 },
  { "POST", MLFLOW "restore", sim_exp_restore, 0 },
  { "POST", MLFLOW "set-experiment-tag", sim_exp_set_tag, 0 },
  { "POST", MLFLOW "delete-experiment-tag", sim_exp_delete_tag, 0 },
  { "GET", TREE "list", sim_workspace_list, 0 },
  { "GET", TREE "get-status", sim_workspace_status, 0 },
  { "GET", TREE "export", sim_workspace_export, 0 },
  { "POST", TREE "import", sim_workspace_import, 0 },
  { "POST", TREE "mkdirs", sim_workspace_mkdirs, 0 },
  { "POST", TREE "delete", sim_workspace_delete, 0 },
  { "GET", REPOS, sim_repo_list, 0 },
  { "POST", REPOS, sim_repo_create, 0 },
  { "GET", REPOS "/{repo_id}", sim_repo_get, 0 },
  { "PATCH", REPOS "/{repo_id}", sim_repo_update, 0 },
  { "DELETE", REPOS "/{repo_id}", sim_repo_delete, 0 },
  { "GET", CREDENTIALS, sim_credential_list, 0 },
  { "POST", CREDENTIALS, sim_credential_create, 0 },
  { "GET", CREDENTIALS "/{credential_id}", sim_credential_get, 0 },
  { "PATCH", CREDENTIALS "/{credential_id}", sim_credential_update, 0 },
  { "DELETE", CREDENTIALS "/{credential_id}", sim_credential_delete, 0 },
  { "GET", PERM_EXP, sim_perm_get, 0 },
  { "PUT", PERM_EXP, sim_perm_put, 0 },
  { "PATCH", PERM_EXP, sim_perm_patch, 0 },
  { "GET", PERM_EXP "/permissionLevels", sim_perm_levels, 0 },
  { "GET", PERM_POOL, sim_perm_get, 0 },
  { "PUT", PERM_POOL, sim_perm_put, 0 },
  { "PATCH", PERM_POOL, sim_perm_patch, 0 },
  { "GET", PERM_POOL "/permissionLevels", sim_perm_levels, 0 },
  { "GET", PERM_POLICY, sim_perm_get, 0 },
  { "PUT", PERM_POLICY, sim_perm_put, 0 },
  { "PATCH", PERM_POLICY, sim_perm_patch, 0 },
  { "GET", PERM_POLICY "/permissionLevels", sim_perm_levels, 0 },
  { "GET", PERM_CLUSTER, sim_perm_get, 0 },
  { "PUT", PERM_CLUSTER, sim_perm_put, 0 },
  { "PATCH", PERM_CLUSTER, sim_perm_patch, 0 },
  { "GET", PERM_CLUSTER "/permissionLevels", sim_perm_levels, 0 },
  { "GET", PERM_ANY, sim_perm_get, 0 },
  { "PUT", PERM_ANY, sim_perm_put, 0 },
  { "PATCH", PERM_ANY, sim_perm_patch, 0 },
  { "GET", PERM_ANY "/permissionLevels", sim_perm_levels, 0 },
  { "POST", "/api/2.0/permissionmigration", sim_perm_migrate, 0 },
  { "GET", ASSIGN, sim_assign_list, 0 },
  { "POST", ASSIGN, sim_assign_post, 0 },
  { "PUT", ASSIGN "/principals/{principal_id}", sim_assign_put, 0 },
  { "DELETE", ASSIGN "/principals/{principal_id}", sim_assign_delete, 0 },
  { "GET", ASSIGN2, sim_assign_list, 0 },
  { "GET", ASSIGN2 "/permissions", sim_assign_levels, 0 },
  { "PUT", ASSIGN2 "/principals/{principal_id}", sim_assign_put, 0 },
  { "DELETE", ASSIGN2 "/principals/{principal_id}", sim_assign_delete, 0 },
};

/* An operation in the table without a handler is a hole in the simulator. */
static int
bind_handlers (struct sim_ops *ops, struct mg_error *err)
{
  size_t i;
  int j;

  for (i = 0; i < MG_N_ELEMENTS (served); i++) {
    for (j = 0; j < ops->n_ops; j++) {
      struct sim_op *op = &ops->ops[j];

      if (strcmp (op->method, served[i].method) == 0
          && strcmp (op->path, served[i].path) == 0) {
        op->handler = served[i].handler;
        op->kind = served[i].kind;
      }
    }
  }
  for (j = 0; j < ops->n_ops; j++)
    if (ops->ops[j].handler == NULL)
      return mg_error_set (err, MG_E_BUG, "bad-table",
                           "operations: nothing serves '%s %s'",
                           ops->ops[j].method, ops->ops[j].path);
  return 0;
}

/* --- begin and end --------------------------------------------------- */

static void
copy_config (struct sim_config *to, const struct sim_config *from)
{
  *to = *from;
  to->name = mg_xstrdup (from->name ? from->name : "sim");
  to->populate = mg_xstrdup (from->populate);
  to->limits = mg_xstrdup (from->limits);
  to->faults = mg_xstrdup (from->faults);
  to->routes = mg_xstrdup (from->routes);
  to->cloud = mg_xstrdup (from->cloud ? from->cloud : "aws");
  to->without_family = mg_xstrdup (from->without_family);
  if (to->time_scale <= 0)
    to->time_scale = 1;
  if (to->n_ledger <= 0)
    to->n_ledger = 1000000;
  if (to->file_limit <= 0)
    to->file_limit = SIM_MAX_FILE;
}

static void
init_tables (struct sim *s)
{
  static const struct { const char *name, *key; int fold; } fixed[] = {
    { "users", "userName", 1 },
    { "groups", "displayName", 1 },
    { "service-principals", "applicationId", 1 },
    { "instance-profiles", "instance_profile_arn", 0 },
    { "experiments", "name", 0 },
    { "folders", "path", 0 },
    { "account-users", "userName", 1 },
    { "account-groups", "displayName", 1 },
    { "account-service-principals", "applicationId", 1 },
    { "instance-pools", "instance_pool_name", 0 },
    { "cluster-policies", "name", 0 },
    { "clusters", NULL, 0 },       /* their names repeat */
    { "global-init-scripts", NULL, 0 },
    { "notebooks", "path", 0 },
    { "files", "path", 0 },
    { "jobs", NULL, 0 },
    { "repos", "path", 0 },
    { "remotes", "url", 0 },
    { "git-credentials", NULL, 0 },
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (fixed); i++) {
    sim_table_init (&s->tables[i], fixed[i].name, fixed[i].key,
                    fixed[i].fold);
    s->tables[i].seed = s->config.seed;
  }
  sim_named_init (s);
  sim_table_init (&s->tables[SIM_RUNS], "runs", NULL, 0);
  s->tables[SIM_POOLS].id_form = SIM_ID_POOL;
  s->tables[SIM_POLICIES].id_form = SIM_ID_HEX;
  s->tables[SIM_CLUSTERS].id_form = SIM_ID_CLUSTER;
  s->tables[SIM_SCRIPTS].id_form = SIM_ID_HEX;
  s->n_tables = SIM_FIXED_KINDS;
}

/* Ids that no other workspace has: 16 digits, the first of which come from
 * the name and the seed. */
static void
init_ids (struct sim *s)
{
  struct mg_rand rng;
  int64_t high, low;

  mg_rand_seed (&rng, s->config.seed * 2654435761u
                      + sim_hash (s->config.name, 0));
  /* one draw in each statement: C leaves the order within one open */
  high = (int64_t) mg_rand_below (&rng, 8000);
  low = (int64_t) mg_rand_below (&rng, 1000);
  s->id_base = (1000 + high) * INT64_C (1000000000000) + low * 1000000000;
  s->account_base = s->id_base + INT64_C (500000000);
  high = (int64_t) mg_rand_below (&rng, 9000);
  low = (int64_t) mg_rand_below (&rng, INT64_C (1000000000000));
  s->workspace_id = (1000 + high) * INT64_C (1000000000000) + low;
  sim_uuid (&rng, '8', s->account_id);
}

static int
init_content (struct sim *s, int64_t now_us, struct mg_error *err)
{
  int r;

  init_tables (s);
  if (s->config.routes != NULL) {
    r = sim_routes_init (s, s->config.routes, err);
    if (r < 0)
      return r;
  }
  r = sim_populate (s, s->config.populate, err);
  if (r < 0)
    return r;
  sim_auth_init (s, now_us);
  return 0;
}

int
sim_new (const struct sim_config *config, int64_t now_us,
         struct sim **ret_sim, struct mg_error *err)
{
  struct sim *s = mg_xcalloc (1, sizeof *s);
  int r;

  copy_config (&s->config, config);
  s->born_us = now_us;
  sim_ledger_init (s);
  init_ids (s);
  r = sim_ops_read (&s->ops, mg_operations_tsv, err);
  if (r == 0)
    r = sim_ops_read (&s->ops, mg_extra_tsv, err);
  if (r == 0)
    r = bind_handlers (&s->ops, err);
  if (r == 0)
    r = init_content (s, now_us, err);
  if (r == 0 && s->config.limits != NULL)
    r = sim_limits_init (s, s->config.limits, err);
  if (r == 0 && s->config.faults != NULL)
    r = sim_faults_add (s, s->config.faults, err);
  if (r < 0) {
    sim_free (s);
    return r;
  }
  *ret_sim = s;
  return 0;
}

void
sim_free (struct sim *s)
{
  int i;

  if (s == NULL)
    return;
  sim_deferred_done (s);
  sim_routes_done (s);
  for (i = 0; i < s->n_tables; i++)
    sim_table_done (&s->tables[i]);
  sim_limits_done (s);
  sim_faults_clear (s);
  sim_ledger_done (s);
  sim_counters_done (s);
  sim_ops_done (&s->ops);
  mg_free (s->tokens);
  mg_free ((char *) s->config.name);
  mg_free ((char *) s->config.populate);
  mg_free ((char *) s->config.limits);
  mg_free ((char *) s->config.faults);
  mg_free ((char *) s->config.routes);
  mg_free ((char *) s->config.cloud);
  mg_free ((char *) s->config.without_family);
  mg_free (s);
}

/* --- one request ----------------------------------------------------- */

/* Serves the call: what it does, without limits, faults and ledger. */
static void
serve (struct sim_call *c)
{
  if (c->op == NULL) {
    char name[300];

    snprintf (name, sizeof name, "%s %s", c->q->method, c->path);
    sim_count (c->s, "unknown-routes", name);
    sim_fail (c, 501, c->scim ? NULL : "NOT_IMPLEMENTED",
              "no such operation: %s %s", c->q->method, c->path);
    return;
  }
  if (sim_check (c) < 0)
    return;
  c->op->handler (c);
}

static void
find_op (struct sim_call *c)
{
  MG_CLEANUP_FREE char *other = sim_ops_unalias (&c->s->ops, c->path);
  char *values[SIM_MAX_PARAMS];
  int i, n;

  c->op = sim_ops_find (&c->s->ops, c->q->method, other ? other : c->path,
                        values, SIM_MAX_PARAMS, &n);
  for (i = 0; i < n; i++)
    c->params[i].value = values[i];
  c->n_params = n;
}

void
sim_do (struct sim_call *c)
{
  find_op (c);
  if ((c->op != NULL && c->op->kind < 0) || sim_auth_check (c) == 0)
    serve (c);
}

static void
finish (struct sim_call *c)
{
  struct sim *s = c->s;
  size_t len;

  sim_header (c->r, "X-Databricks-Org-Id", "%" PRId64, s->workspace_id);
  (void) sim_reply_bytes (c->r, &len);
  if (len == 0)
    c->r->content_type = NULL;
  if (c->r->status == 429)
    sim_count (s, "throttled", c->op ? c->op->path : "unknown");
  if (c->effect != NULL && strcmp (c->effect, "create") == 0) {
    MG_CLEANUP_FREE char *name =
      mg_xasprintf ("%s %s", c->effect_kind, c->effect_key);

    sim_count (s, "creates", name);
  }
}

static void
limited (struct sim_call *c, int64_t wait_us)
{
  int64_t wait_s = (int64_t) ((double) wait_us / c->s->config.time_scale);

  wait_s = (wait_s + MG_SECOND_US - 1) / MG_SECOND_US;
  c->scim = 0;
  sim_fail (c, 429, "REQUEST_LIMIT_EXCEEDED",
            "Too many requests. Please wait a moment and try again.");
  if (wait_us > 0)
    sim_header (c->r, "Retry-After", "%" PRId64, wait_s < 1 ? 1 : wait_s);
}

static void
step_call (struct sim_call *c)
{
  struct sim *s = c->s;
  struct sim_fault *fault = NULL;
  const char *rate_class = "", *verdict = "";
  int64_t wait_us = 0;
  int served_it = 0, passed = 1;
  char route[300];

  find_op (c);
  snprintf (route, sizeof route, "%s %s", c->q->method,
            c->op ? c->op->path : "unknown");
  sim_count (s, "routes", route);
  c->r->delay_us = s->config.latency_us;
  if ((c->op == NULL || c->op->kind >= 0) && sim_auth_check (c) < 0)
    goto out;
  if (s->n_limiters > 0) {
    verdict = "pass";
    passed = sim_limits_pass (c, &rate_class, &wait_us);
    if (!passed) {
      verdict = "refused";
      limited (c, wait_us);
      goto out;
    }
  }
  fault = sim_faults_match (c);
  if (fault == NULL || !sim_fault_before (c, fault)) {
    serve (c);
    served_it = 1;
  }
  if (fault != NULL && served_it)
    sim_fault_after (c, fault);
  if (fault != NULL && !sim_fault_met (c, fault))
    fault = NULL;

 out:
  finish (c);
  if (passed)
    sim_limits_replied (s, c->now_us + c->r->delay_us);
  sim_ledger_add (c, fault, rate_class, verdict,
                  c->effect != NULL ? c->now_us : 0);
}

void
sim_step (struct sim *s, const struct sim_request *q, int64_t now_us,
          struct mg_rand *rng, struct sim_reply *ret_reply)
{
  struct sim_call c = { .s = s, .q = q, .r = ret_reply, .rng = rng };

  memset (ret_reply, 0, sizeof *ret_reply);
  mg_buf_init (&ret_reply->body, SIM_MAX_REPLY);
  c.now_us = now_us + s->clock_offset_us;
  c.token_name = "none";
  sim_deferred_run (s, c.now_us, rng);
  if (sim_call_begin (&c) < 0)
    sim_fail (&c, 400, "MALFORMED_REQUEST", "too many query fields");
  else if (mg_starts (c.path, "/_simulator/"))
    sim_control (&c);
  else
    step_call (&c);
  sim_call_end (&c);
}

/* --- for the shell --------------------------------------------------- */

const char *
sim_name (const struct sim *s)
{
  return s->config.name;
}

const char *
sim_token (const struct sim *s)
{
  return s->pat;
}

const char *
sim_expired_token (const struct sim *s)
{
  return s->expired;
}

const char *
sim_client_id (const struct sim *s)
{
  return s->client_id;
}

const char *
sim_client_secret (const struct sim *s)
{
  return s->client_secret;
}

int64_t
sim_workspace_id (const struct sim *s)
{
  return s->workspace_id;
}
