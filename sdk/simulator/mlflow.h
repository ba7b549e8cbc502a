/* What the files on experiments share. */
#ifndef SIM_MLFLOW_H
#define SIM_MLFLOW_H

#include "call.h"

#define SIM_DIRECTORY_ADMINS "/directories/0"

/* A filter of experiments/search; NULL with *ret_why when it is not one. */
struct sim_where;
struct sim_where *sim_where_new (const char *text, const char **ret_why);
int sim_where_match (const struct sim_where *w, struct json_object *e);
void sim_where_free (struct sim_where *w);

/* folders.c */
int sim_folder_exists (struct sim *s, const char *path);
void sim_folder_make (struct sim *s, const char *path);
/* The user or service principal whose home 'path' is in, or NULL. */
struct sim_object *sim_folder_owner (struct sim *s, const char *path,
                                     enum sim_kind *ret_kind);

/* A new experiment as the service would make it; 'tags' may be NULL. */
struct sim_object *sim_exp_make (struct sim *s, const char *name,
                                 const char *location,
                                 struct json_object *tags,
                                 struct sim_object *owner,
                                 enum sim_kind owner_kind, int64_t now_us);

#endif
