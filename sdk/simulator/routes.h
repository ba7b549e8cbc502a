/* Kinds of --routes: what an extra table is like. */
#ifndef SIM_ROUTES_H
#define SIM_ROUTES_H

#include "call.h"

enum sim_paging { SIM_PAGE_NONE, SIM_PAGE_TOKEN, SIM_PAGE_OFFSET,
                  SIM_PAGE_START_INDEX, SIM_PAGE_NUMBER };

struct sim_extra {
  char *name, *array, *id, *key, *wrap, *permissions;
  int id_is_number, unique, whole_reply, stubs;
  enum sim_paging paging;
};

/* The number of the table whose permissions type this is, or -1. */
int sim_extra_table (struct sim *s, const char *permissions);

/* The type in the path of the permissions of a table's objects; "": none. */
const char *sim_acl_type (const struct sim *s, const struct sim_table *t);

#endif
