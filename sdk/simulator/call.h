/* What the parts of libsim share while a request is handled: the workspace,
 * the call, and the handlers.  See sim.h for the rules; one thread.
 */
#ifndef SIM_CALL_H
#define SIM_CALL_H

#include "ops.h"
#include "state.h"

enum sim_kind {
  SIM_USERS,
  SIM_GROUPS,
  SIM_PRINCIPALS,            /* service principals */
  SIM_PROFILES,              /* instance profiles */
  SIM_EXPERIMENTS,
  SIM_FOLDERS,
  SIM_ACCOUNT_USERS,         /* only with --federated */
  SIM_ACCOUNT_GROUPS,
  SIM_ACCOUNT_PRINCIPALS,
  SIM_POOLS,                 /* instance pools */
  SIM_POLICIES,              /* cluster policies */
  SIM_CLUSTERS, SIM_SCRIPTS, /* global init scripts */
  SIM_NOTEBOOKS, SIM_FILES,  /* and what else lies in folders */
  SIM_JOBS,
  SIM_REPOS,                 /* Git folders */
  SIM_REMOTES,               /* only those that a test describes: git.c */
  SIM_CREDENTIALS,           /* for Git */
  SIM_WAREHOUSES, SIM_PIPELINES, SIM_DESTINATIONS, SIM_DASHBOARDS, SIM_QUERIES,
  SIM_ALERTS, SIM_ALERTS_V2, SIM_ENDPOINTS,  /* only listed: named.c */
  SIM_RUNS,                  /* of jobs: runs.c */
  SIM_FIXED_KINDS,
  SIM_MAX_KINDS = 64         /* the rest are those of --routes */
};

#define SIM_ADMIN_NAME "admin@example.com"
#define SIM_MAX_PARAMS 4
#define SIM_MAX_QUERY 64

struct sim_token {
  char text[64];
  int64_t principal;         /* of which user or service principal */
  int64_t expires_us;        /* INT64_MAX = never */
  int oauth;
};

struct sim_limiter;
struct sim_fault;
struct sim_extra;
struct sim_ledger;
struct sim_deferred;
struct sim_counter;

struct sim {
  struct sim_config config;  /* strings are our own copies */
  struct sim_ops ops;
  struct sim_table tables[SIM_MAX_KINDS];
  int n_tables;
  struct sim_extra *extra;   /* n_tables - SIM_FIXED_KINDS */
  int64_t id_base;           /* every id is id_base + a number */
  int64_t n_ids;
  int64_t account_base, n_account_ids;
  int64_t workspace_id;
  char account_id[40];
  int64_t admin_id, robot_id, admins_id, users_id;
  struct sim_token *tokens;
  int n_tokens;
  char pat[64], expired[64], client_secret[64], client_id[40];
  int64_t clock_offset_us;
  int64_t born_us;
  uint32_t n_role_groups;    /* groups that grant an instance profile */
  struct sim_limiter *limiters;
  int n_limiters;
  struct sim_fault *faults;
  int n_faults;
  struct sim_ledger *ledger;
  struct sim_deferred *deferred;
  int n_deferred;
  struct sim_counter *counters;
};

struct sim_pair { char *name, *value; };

struct sim_call {
  struct sim *s;
  const struct sim_request *q;
  struct sim_reply *r;
  struct mg_rand *rng;
  int64_t now_us;
  char *path;                /* decoded only segment by segment */
  struct sim_pair query[SIM_MAX_QUERY];
  int n_query;
  struct sim_pair params[SIM_MAX_PARAMS];
  int n_params;
  const struct sim_op *op;   /* NULL: no such route */
  struct json_object *body;  /* an object, or NULL when there is none */
  struct sim_span file;      /* the one of a form; NULL when there is none */
  struct sim_object *me;
  enum sim_kind me_kind;
  const char *token_name;
  int scim;                  /* errors in the SCIM shape */
  /* set by handlers */
  const char *effect;        /* "create", "update", "delete", or NULL */
  const char *effect_kind;
  char effect_id[SIM_ID_SIZE];
  char *effect_key;
  /* set by faults */
  int64_t stale_us;          /* lists do not show what is younger */
  int duplicate, is_altered; /* lists begin twice; one was changed by a fault */
};

typedef void sim_handler (struct sim_call *c);

/* call.c */
const char *sim_query (const struct sim_call *c, const char *name);
int64_t sim_query_int (const struct sim_call *c, const char *name,
                       int64_t otherwise);
const char *sim_param (const struct sim_call *c, int i);
void sim_header (struct sim_reply *r, const char *name, const char *format,
                 ...) MG_PRINTF (3, 4);
/* A refusal: in SCIM's shape on SCIM routes ('code' is then its scimType, or
 * NULL), else {"error_code", "message"}. */
void sim_fail (struct sim_call *c, int status, const char *code,
               const char *format, ...) MG_PRINTF (4, 5);
void sim_reply_json (struct sim_call *c, int status, struct json_object *o);
void sim_reply_empty (struct sim_call *c);             /* 200 with {} */
void sim_effect (struct sim_call *c, const char *effect, const char *kind,
                 int64_t id, const char *key);
/* The same of an object whose table knows its name and its id's form. */
void sim_effect_on (struct sim_call *c, const char *effect,
                    const struct sim_table *t, const struct sim_object *o,
                    const char *key);
int64_t sim_new_id (struct sim *s);
int sim_visible (struct sim_call *c, const struct sim_object *o);
int sim_times (struct sim_call *c, int is_first);      /* in a list: 1 or 2 */
int64_t sim_page_size (const struct sim_call *c, int64_t asked,
                       int64_t service_max);
int64_t sim_parse_id (const char *text);               /* -1: not a number */
/* An id as people and requests write it, and back; -1: it is none. */
void sim_id_text (const struct sim_table *t, int64_t id,
                  char ret_text[SIM_ID_SIZE]);
int64_t sim_id_parse (const struct sim_table *t, const char *text);
/* A user, group or service principal of the workspace. */
struct sim_object *sim_principal (struct sim *s, int64_t id,
                                  enum sim_kind *ret_kind);
int sim_call_begin (struct sim_call *c);               /* splits the target */
void sim_call_end (struct sim_call *c);
char *sim_url_decode (const char *s, size_t len, int plus);

/* step.c */
void sim_do (struct sim_call *c);     /* from the limiter to the effect */

/* handlers, one file each */
sim_handler sim_scim_list, sim_scim_get, sim_scim_create, sim_scim_put,
  sim_scim_patch, sim_scim_delete, sim_scim_me, sim_profiles_add,
  sim_profiles_edit, sim_profiles_list, sim_profiles_remove;
sim_handler sim_exp_create, sim_exp_get, sim_exp_get_by_name, sim_exp_list,
  sim_exp_search, sim_exp_update, sim_exp_delete, sim_exp_restore,
  sim_exp_set_tag, sim_exp_delete_tag;
sim_handler sim_workspace_list, sim_workspace_status, sim_workspace_mkdirs,
  sim_workspace_delete, sim_workspace_export, sim_workspace_import;
sim_handler sim_perm_get, sim_perm_put, sim_perm_patch, sim_perm_levels;
sim_handler sim_assign_list, sim_assign_post, sim_assign_put,
  sim_assign_delete, sim_assign_levels, sim_perm_migrate;
sim_handler sim_oidc_config, sim_oidc_server, sim_oidc_token, sim_extra_list,
  sim_extra_get, sim_extra_create, sim_extra_update, sim_extra_delete;

/* auth.c */
void sim_auth_init (struct sim *s, int64_t now_us);
int sim_auth_check (struct sim_call *c);   /* 0, or it has replied */
void sim_auth_expire (struct sim *s, const char *what, int64_t now_us);

/* check.c: 0, or it has replied with 400. */
int sim_check (struct sim_call *c);

/* limits.c */
int sim_limits_init (struct sim *s, const char *text, struct mg_error *err);
/* 1 when the request may pass; sets the names for the ledger. */
int sim_limits_pass (struct sim_call *c, const char **ret_class,
                     int64_t *ret_wait_us);
void sim_limits_replied (struct sim *s, int64_t reply_us);
void sim_limits_done (struct sim *s);

/* faults.c */
int sim_faults_add (struct sim *s, const char *text, struct mg_error *err);
void sim_faults_clear (struct sim *s);
struct json_object *sim_faults_json (const struct sim *s);
/* The fault that this request meets, or NULL. */
struct sim_fault *sim_faults_match (struct sim_call *c);
const char *sim_fault_name (const struct sim_fault *f);
/* Before the effect: 1 when the request ends here, without an effect. */
int sim_fault_before (struct sim_call *c, struct sim_fault *f);
void sim_fault_after (struct sim_call *c, struct sim_fault *f);
int sim_fault_met (struct sim_call *c, const struct sim_fault *f);   /* counts */
void sim_deferred_run (struct sim *s, int64_t now_us, struct mg_rand *rng);
void sim_deferred_done (struct sim *s);

/* ledger.c */
void sim_ledger_init (struct sim *s);
void sim_ledger_done (struct sim *s);
void sim_ledger_clear (struct sim *s);
void sim_ledger_add (struct sim_call *c, const struct sim_fault *f,
                     const char *rate_class, const char *verdict,
                     int64_t effect_us);
void sim_ledger_json (const struct sim *s, struct mg_buf *out);
void sim_count (struct sim *s, const char *group, const char *name);
struct json_object *sim_counters_json (const struct sim *s);
void sim_counters_init (struct sim *s);
void sim_counters_done (struct sim *s);

/* control.c */
void sim_control (struct sim_call *c);

/* members.c */
void sim_member_add (struct sim *s, struct sim_object *group,
                     struct sim_object *member);
void sim_member_remove (struct sim *s, struct sim_object *group, int64_t id);
void sim_principal_delete (struct sim *s, enum sim_kind kind,
                           struct sim_object *o);

/* scim-render.c: one resource, with its derived fields. */
struct sim_pick { const char *only, *without; };       /* attribute lists */
void sim_scim_render (struct sim *s, enum sim_kind kind,
                      struct sim_object *o, const struct sim_pick *pick,
                      struct mg_buf *out);
/* scim-filter.c: NULL when 'text' is not a filter; *ret_why tells. */
struct sim_filter;
struct sim_filter *sim_filter_new (const char *text, const char **ret_why);
int sim_filter_match (const struct sim_filter *f, struct json_object *o);
/* The value when the filter is just 'attribute eq "value"', else NULL. */
const char *sim_filter_eq (const struct sim_filter *f, const char *attribute);
void sim_filter_free (struct sim_filter *f);
/* scim-patch.c: 0, or it has replied. */
int sim_scim_apply_patch (struct sim_call *c, enum sim_kind kind,
                          struct sim_object *o);
struct sim_object *sim_scim_make (struct sim *s, enum sim_kind kind,
                                  struct json_object *fields, int64_t id);

/* permissions.c */
int sim_acl_level (const char *type, const char *level);   /* -1: unknown */
const char *sim_acl_level_name (const char *type, int level);
void sim_acl_set (struct sim_object *o, int64_t principal, int level);

/* populate.c: 0 or MG_E_INVALID. */
int sim_populate (struct sim *s, const char *what, struct mg_error *err);

/* routes.c */
int sim_routes_init (struct sim *s, const char *text, struct mg_error *err);
void sim_routes_done (struct sim *s);

#endif
