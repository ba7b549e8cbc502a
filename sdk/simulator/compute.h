/* What the files on compute share: pools and policies. */
#ifndef SIM_COMPUTE_H
#define SIM_COMPUTE_H

#include "call.h"

#define SIM_MAX_NAME 100             /* of what people name: 1 to 100 bytes */

/* A new pool as the service would make it; 'fields' are copied. */
struct sim_object *sim_pool_make (struct sim *s, struct json_object *fields,
                                  struct sim_object *creator, int64_t now_us);

/* The same of a policy; one that the product makes is a default. */
struct sim_object *sim_policy_make (struct sim *s, struct json_object *fields,
                                    int is_default, int64_t now_us);
void sim_policy_make_defaults (struct sim *s, int64_t n);

/* Is the name one of 1 to 100 characters that no other object of the table
 * has?  'self' may have it.  0, or -1 after a reply; 'what' is for it. */
int sim_name_is_free (struct sim_call *c, struct sim_table *t,
                      const struct sim_object *self, const char *name,
                      const char *what);

/* {"ARRAY": [every object of the table]}; without the array when it is empty. */
void sim_reply_table (struct sim_call *c, struct sim_table *t,
                      const char *array);

#endif
