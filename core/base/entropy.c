/* The system's randomness: see rand.h.  The twin replaces this file. */
#include <config.h>

#include <sys/random.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/error.h"
#include "base/rand.h"

/* How many bytes came, 0 or less when none did. */
static ssize_t
some (void *ret_bytes, size_t len)
{
#ifdef HAVE_GETRANDOM
  return getrandom (ret_bytes, len, 0);
#else
  len = len < 256 ? len : 256;     /* more at once is refused */
  return getentropy (ret_bytes, len) == 0 ? (ssize_t) len : -1;
#endif
}

void
mg_rand_bytes (void *ret_bytes, size_t len)
{
  char *p = ret_bytes;

  while (len > 0) {
    ssize_t n = some (p, len);

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
