/* Randomness.  mg_rand is a generator that the caller owns and seeds, so that
 * one seed gives one history; mg_rand_bytes is the system's, for keys and ids
 * that nobody may guess (the twin replaces it).
 */
#ifndef MG_BASE_RAND_H
#define MG_BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

struct mg_rand {
  uint64_t state;
};

void mg_rand_seed (struct mg_rand *r, uint64_t seed);
uint64_t mg_rand_next (struct mg_rand *r);
uint64_t mg_rand_below (struct mg_rand *r, uint64_t n);   /* 0 for n = 0 */
double mg_rand_unit (struct mg_rand *r);                  /* [0, 1) */

void mg_rand_bytes (void *ret_bytes, size_t len);
uint64_t mg_rand_seed_from_system (void);

#endif
