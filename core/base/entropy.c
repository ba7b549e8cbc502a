/* The system's randomness: see rand.h.  The twin replaces this file. */
#include <config.h>

#include <sys/random.h>

#include "base/error.h"
#include "base/rand.h"

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
