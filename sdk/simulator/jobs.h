/* What the files on jobs share, and what is only listed: names and ids of what
 * jobs use. */
#ifndef SIM_JOBS_H
#define SIM_JOBS_H

#include "call.h"

#define SIM_MAX_TASKS 1000
#define SIM_MAX_JOB_CLUSTERS 100
#define SIM_MAX_JOB_TAGS 25
#define SIM_JOB_PAGE 100             /* elements of an array in one answer */

/* The arrays of a job's settings that are cut into pages and merged by a
 * member: rows until name is NULL. */
struct sim_job_array { const char *name, *key; };
extern const struct sim_job_array sim_job_arrays[];

sim_handler sim_job_create, sim_job_get, sim_job_list, sim_job_update,
  sim_job_reset, sim_job_delete, sim_named_list, sim_run_list;

/* permissions.c: adds the access_control_list of a call's body to a new object
 * of this type; 0, or -1 after a reply. */
int sim_perm_add (struct sim_call *c, const char *type, struct sim_object *o);

/* A new job as the service would make it; 'settings' are copied, their checks
 * are the caller's. */
struct sim_object *sim_job_make (struct sim *s, struct json_object *settings,
                                 struct sim_object *creator,
                                 enum sim_kind creator_kind, int64_t now_us);

/* jobs-check.c: are these settings a job?  1, or 0 after a reply. */
int sim_job_is_good (struct sim_call *c, struct json_object *settings);
/* The same of what was sent for its clusters: what is filled in may stand where
 * it cannot be sent. */
int sim_job_leaves_pools (struct sim_call *c, struct json_object *settings);
/* What the service adds to settings that do not say it. */
void sim_job_defaults (struct sim *s, struct json_object *settings);

/* runs.c: one that is running, of the job that 'fields' name, unless they say
 * otherwise. */
struct sim_object *sim_run_make (struct sim *s, struct json_object *fields,
                                 int64_t now_us);

/* named.c: is this one of the kinds that are only listed? */
int sim_is_named (int kind);
const char *sim_named_key (int kind);  /* the member that has the name */
struct sim_object *sim_named_make (struct sim *s, int kind,
                                   struct json_object *fields);
void sim_named_init (struct sim *s);

#endif
