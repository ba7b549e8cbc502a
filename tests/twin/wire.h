/* The transport of the twin: requests travel through virtual time to the world
 * (link.h) instead of over sockets.  It does what curl does with connections:
 * uses them again, does not know that the other side has closed one, and sends
 * a request that found its connection dead once more if that is allowed.
 */
#ifndef MG_TWIN_WIRE_H
#define MG_TWIN_WIRE_H

#include "net/transport.h"
#include "twin/link.h"

struct wire_options {
  struct link *link;             /* borrowed */
  int end;                       /* WORLD_OLD or WORLD_NEW */
  uint64_t seed;                 /* of the times on the way */
  int64_t way_us;                /* least time of one way */
  int64_t jitter_us;             /* ... and what chance adds */
  double refused;                /* connections that do not come about */
};

struct mg_transport *wire_new (const struct wire_options *options);

#endif
