/* What the generators share.  Content depends on the seed and the number of
 * the object alone, so that two workspaces of one seed hold the same people.
 */
#ifndef SIM_POPULATE_H
#define SIM_POPULATE_H

#include "call.h"

struct sim_amounts {
  int64_t users, groups, principals, experiments, profiles, pools,
    policies, clusters, notebooks, jobs, repos, scripts, files;
  int64_t account_users, account_groups, account_principals;
  int64_t named[SIM_ENDPOINTS - SIM_WAREHOUSES + 1];
};

/* Compact JSON of user 'number'. */
sim_generate_fn sim_generate_user;
void sim_populate_users (struct sim *s, int64_t n);
void sim_populate_principals (struct sim *s, int64_t n);
void sim_populate_groups (struct sim *s, int64_t n);
void sim_populate_account (struct sim *s, const struct sim_amounts *a);
void sim_populate_profiles (struct sim *s, int64_t n);
void sim_populate_experiments (struct sim *s, int64_t n);
void sim_populate_pools (struct sim *s, int64_t n);
void sim_populate_policies (struct sim *s, int64_t n);
void sim_populate_clusters (struct sim *s, int64_t n);
void sim_populate_jobs (struct sim *s, int64_t n);
void sim_populate_named (struct sim *s, int kind, int64_t n);
#define SIM_DEFAULT_POLICIES 4     /* are the first of them */
/* Somebody of this kind gets the level, but the group of administrators. */
void sim_grant (struct sim *s, struct sim_object *o, enum sim_kind kind,
                uint64_t which, const char *type, const char *level);
/* The text, freed, with every 'word' replaced. */
char *sim_replaced (char *text, const char *word, const char *by);
void sim_populate_notebooks (struct sim *s, int64_t n);
void sim_populate_files (struct sim *s, int64_t n);
void sim_populate_repos (struct sim *s, int64_t n);
void sim_populate_scripts (struct sim *s, int64_t n);
void sim_number_rand (struct mg_rand *rng, uint64_t seed, const char *what,
                      uint64_t number);

#endif
