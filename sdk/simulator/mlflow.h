/* What the files on experiments share. */
#ifndef SIM_MLFLOW_H
#define SIM_MLFLOW_H

#include "tree.h"

/* A filter of experiments/search; NULL with *ret_why when it is not one. */
struct sim_where;
struct sim_where *sim_where_new (const char *text, const char **ret_why);
int sim_where_match (const struct sim_where *w, struct json_object *e);
void sim_where_free (struct sim_where *w);

/* A new experiment as the service would make it; 'tags' may be NULL. */
struct sim_object *sim_exp_make (struct sim *s, const char *name,
                                 const char *location,
                                 struct json_object *tags,
                                 struct sim_object *owner,
                                 enum sim_kind owner_kind, int64_t now_us);

#endif
