/* What the two files on permissions share. */
#ifndef SIM_ACL_H
#define SIM_ACL_H

#include "call.h"

#define SIM_MAX_LEVELS 5

struct sim_acl_type {
  const char *segment, *object_type;
  int table;
  const char *levels[SIM_MAX_LEVELS + 1];
  const char *effect;                  /* of a change, in the ledger */
  const char *owned;                   /* has one IS_OWNER: what it is called */
};

struct sim_acl_target {
  const struct sim_acl_type *type;
  const char *segment, *object_type;
  struct sim_table *table;
  struct sim_object *object;
};

/* Of the account: it may stand in a list and is no group of the workspace. */
#define SIM_ACL_EVERYBODY INT64_MAX
#define SIM_ACCOUNT_USERS_NAME "account users"

/* NULL: no such type. */
const struct sim_acl_type *sim_acl_find_type (const char *segment);
/* -1: it has no such level. */
int sim_acl_level_of (const struct sim_acl_type *t, const char *level);
/* Replies with the whole list. */
void sim_acl_show (struct sim_call *c, const struct sim_acl_target *t);

#endif
