/* Randomness: see rand.h.  splitmix64: every seed is good, one word of state. */
#include <config.h>

#include <sys/random.h>

#include "base/error.h"
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

void
mg_rand_bytes (void *ret_bytes, size_t len)
{
  char *p = ret_bytes;

  while (len > 0) {
    ssize_t n = getrandom (p, len, 0);

    if (n <= 0)
      mg_bug ("the system gives no randomness");
    p += n;
    len -= (size_t) n;
  }
}

uint64_t
mg_rand_seed_from_system (void)
{
  uint64_t seed;

  mg_rand_bytes (&seed, sizeof seed);
  return seed;
}
