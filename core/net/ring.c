/* The ring of a streamed body: see ring.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "net/ring.h"

void
mg_ring_done (struct mg_ring *ring)
{
  mg_free (ring->data);
  memset (ring, 0, sizeof *ring);
}

void
mg_ring_reset (struct mg_ring *ring)
{
  ring->at = ring->len = 0;
}

size_t
mg_ring_room (const struct mg_ring *ring)
{
  return MG_RING_SIZE - ring->len;
}

int
mg_ring_put (struct mg_ring *ring, const char *data, size_t len)
{
  size_t to, first;

  if (len > mg_ring_room (ring))
    return 0;
  if (ring->data == NULL)
    ring->data = mg_xmalloc (MG_RING_SIZE);
  to = (ring->at + ring->len) % MG_RING_SIZE;
  first = MG_RING_SIZE - to < len ? MG_RING_SIZE - to : len;
  memcpy (ring->data + to, data, first);
  memcpy (ring->data, data + first, len - first);
  ring->len += len;
  return 1;
}

size_t
mg_ring_peek (const struct mg_ring *ring, const char **ret_data)
{
  size_t n = MG_RING_SIZE - ring->at;

  if (n > ring->len)
    n = ring->len;
  if (n > MG_CHUNK)
    n = MG_CHUNK;
  *ret_data = ring->data ? ring->data + ring->at : NULL;
  return n;
}

void
mg_ring_drop (struct mg_ring *ring, size_t len)
{
  ring->at = (ring->at + len) % MG_RING_SIZE;
  ring->len -= len;
}
