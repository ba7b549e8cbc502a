/* What the oracles know of compute and jobs: pools, policies, clusters with
 * their libraries and pins, jobs, and global init scripts in their order.
 */
#ifndef MG_TWIN_ORACLE_COMPUTE_H
#define MG_TWIN_ORACLE_COMPUTE_H

#include "simulator/sim.h"
#include "twin/texts.h"

/* A row for each object that is moved, without what is the workspace's own and
 * with names in place of ids.  Of a source's (is_source) as an import leaves it:
 * jobs are paused, pools have no idle machines, and what is left out is not
 * there.  Those with a title in 'adopted' (NULL: all) are only named. */
void compute_rows (struct json_object *state, const struct names *names,
                   int is_source, const struct texts *adopted,
                   struct texts *ret);

/* "clusters 'twin'" for each object. */
void compute_titles (struct json_object *state, struct texts *ret);

/* All of them as they are, but for what time does to a cluster. */
void compute_raw (struct json_object *state, struct texts *ret);

/* Clusters that are not in 'before' and that nobody told to end; scripts that are
 * not there and would run. */
void compute_running (struct json_object *state, struct json_object *before,
                      struct mg_buf *ret_text);

/* How many clusters were begun and not ended at once, at most. */
#define COMPUTE_PEAK 5
int compute_peak (struct sim *sim);

/* How many objects of a kind whose names repeat are called so: what
 * "clusters twin" counts; 0 for other kinds. */
int64_t compute_named (struct json_object *state, const char *what);

#endif
