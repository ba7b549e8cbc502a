/* What the files on compute share: pools, policies, clusters, global init
 * scripts. */
#ifndef SIM_COMPUTE_H
#define SIM_COMPUTE_H

#include "call.h"

/* handlers */
sim_handler sim_pool_create, sim_pool_edit, sim_pool_delete, sim_pool_get,
  sim_pool_list;
sim_handler sim_policy_create, sim_policy_edit, sim_policy_delete,
  sim_policy_get, sim_policy_list, sim_family_list, sim_family_get;
sim_handler sim_cluster_create, sim_cluster_edit, sim_cluster_terminate,
  sim_cluster_start, sim_cluster_delete, sim_cluster_pin, sim_cluster_unpin,
  sim_cluster_get, sim_cluster_list, sim_cluster_versions,
  sim_cluster_node_types;
sim_handler sim_script_create, sim_script_update, sim_script_delete,
  sim_script_get, sim_script_list;
sim_handler sim_library_status, sim_library_all, sim_library_install,
  sim_library_uninstall;

#define SIM_MAX_NAME 100             /* of what people name: 1 to 100 bytes */

/* A new pool as the service would make it; 'fields' are copied. */
struct sim_object *sim_pool_make (struct sim *s, struct json_object *fields,
                                  struct sim_object *creator, int64_t now_us);

/* The same of a policy; one that the product makes is a default. */
struct sim_object *sim_policy_make (struct sim *s, struct json_object *fields,
                                    int is_default, int64_t now_us);
void sim_policy_make_defaults (struct sim *s, int64_t n);

/* The same of a global init script. */
struct sim_object *sim_script_make (struct sim *s, struct json_object *fields,
                                    int64_t now_us);
#define SIM_SPARK_VERSION "15.4.x-scala2.12"

/* A new cluster, PENDING since 'now'; 'source' is its cluster_source. */
struct sim_object *sim_cluster_make (struct sim *s, struct json_object *fields,
                                     struct sim_object *creator,
                                     const char *source, int64_t now_us);
/* It as time has left it; the caller puts it. */
struct json_object *sim_cluster_now (struct sim *s, struct sim_object *o,
                                     int64_t now_us);
/* The cluster of this id and what it is now, or NULL after a reply. */
struct sim_object *sim_cluster_wanted (struct sim_call *c, const char *id,
                                       struct json_object **ret_cluster);
/* Its new text, and the effect of the call. */
void sim_cluster_set (struct sim_call *c, struct sim_object *o,
                      struct json_object *cluster, const char *effect);
int sim_cluster_is_forgotten (struct json_object *cluster, int64_t now_us);
/* clusters-spec.c: 1, or 0 after a reply; and what the service fills in. */
int sim_cluster_is_good (struct sim_call *c);
/* The same of what a pool decides: also for the clusters of jobs. */
int sim_cluster_leaves_pool (struct sim_call *c, struct json_object *cluster);
void sim_cluster_fill (struct sim *s, struct json_object *o);

/* The member of a cluster that holds its libraries; never shown. */
#define SIM_LIBRARIES "_libraries"
void sim_library_add (struct json_object *cluster,
                      struct json_object *library);
/* Those that waited for it are gone. */
void sim_libraries_restart (struct json_object *cluster);

/* A workspace is in one cloud: 1, or 0 after a reply. */
int sim_cloud_is_good (struct sim_call *c);
/* What the service fills in of machines; the attributes on AWS, else NULL. */
struct json_object *sim_cloud_defaults (struct sim *s, struct json_object *o,
                                        const char *aws_availability);
/* Sets it where it is absent; 'value' is taken. */
void sim_json_default (struct json_object *o, const char *name,
                       struct json_object *value);
/* The userName, or the application id; to be freed. */
char *sim_principal_name (struct sim *s, const struct sim_object *p);

/* Is the name one of 1 to 100 characters that no other object of the table
 * has?  'self' may have it.  0, or -1 after a reply; 'what' is for it. */
int sim_name_is_free (struct sim_call *c, struct sim_table *t,
                      const struct sim_object *self, const char *name,
                      const char *what);

/* The object as it is kept. */
void sim_reply_object (struct sim_call *c, const struct sim_object *o);

/* {"ARRAY": [every object of the table]}; without the array when it is empty. */
void sim_reply_table (struct sim_call *c, struct sim_table *t,
                      const char *array);

#endif
