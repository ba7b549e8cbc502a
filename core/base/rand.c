/* Randomness: see rand.h.  splitmix64: every seed is good, one word of state. */
#include <config.h>

#include "base/rand.h"

void
mg_rand_seed (struct mg_rand *r, uint64_t seed)
{
  r->state = seed;
}

uint64_t
mg_rand_next (struct mg_rand *r)
{
  uint64_t z = r->state += UINT64_C (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

uint64_t
mg_rand_below (struct mg_rand *r, uint64_t n)
{
  return n ? mg_rand_next (r) % n : 0;
}

double
mg_rand_unit (struct mg_rand *r)
{
  return (double) (mg_rand_next (r) >> 11) * 0x1p-53;
}
