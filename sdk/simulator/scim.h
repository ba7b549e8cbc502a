/* What the files on SCIM share. */
#ifndef SIM_SCIM_H
#define SIM_SCIM_H

#include "call.h"

/* A set of ids. */
struct sim_idset { int64_t *cells; uint32_t n_cells, n; };
int sim_idset_add (struct sim_idset *set, int64_t id);    /* 1 when new */
int sim_idset_has (const struct sim_idset *set, int64_t id);
void sim_idset_done (struct sim_idset *set);

/* The members of a group become exactly these. */
void sim_members_set (struct sim *s, struct sim_object *group,
                      const struct sim_ids *want);

/* The ids of a list of {"value": id}; each must be a principal here. 0, or -1
 * after a reply. */
int sim_members_read (struct sim_call *c, struct json_object *list,
                      struct sim_ids *ret_ids);

/* "users" -> its plain kind: an account table is like the workspace's. */
enum sim_kind sim_plain_kind (enum sim_kind kind);
const char *sim_kind_path (enum sim_kind kind);           /* "Users" */

/* A name of the object for people and the ledger; to be freed. */
char *sim_scim_title (struct sim *s, enum sim_kind kind,
                      const struct sim_object *o);

/* 0, or -1 after a reply, when a value is not an entitlement. */
int sim_entitlements_check (struct sim_call *c, struct json_object *fields);
int sim_is_builtin (const struct sim *s, const struct sim_object *o);

#endif
