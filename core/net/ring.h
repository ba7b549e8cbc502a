/* A ring of MG_CHUNKS chunks of MG_CHUNK bytes between the I/O thread and the
 * caller that waits for its request: one puts, the other takes, under the
 * lock of the call. */
#ifndef MG_NET_RING_H
#define MG_NET_RING_H

#include <stddef.h>
#include "base/limits.h"

#define MG_RING_SIZE ((size_t) MG_CHUNK * MG_CHUNKS)

struct mg_ring {
  char *data;            /* NULL until first used */
  size_t at;             /* of the oldest byte */
  size_t len;
};

void mg_ring_done (struct mg_ring *ring);
void mg_ring_reset (struct mg_ring *ring);

/* All of it or nothing: 1 taken, 0 no room.  Data beyond the ring's size are
 * never taken. */
int mg_ring_put (struct mg_ring *ring, const char *data, size_t len);

/* The oldest bytes in one piece of at most MG_CHUNK; their count. */
size_t mg_ring_peek (const struct mg_ring *ring, const char **ret_data);
void mg_ring_drop (struct mg_ring *ring, size_t len);

size_t mg_ring_room (const struct mg_ring *ring);

#endif
