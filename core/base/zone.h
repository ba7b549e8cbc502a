/* Time zones of the IANA database, as this machine has them (TZDIR, else
 * /usr/share/zoneinfo): what a clock on the wall shows there.  Never the C
 * library's own zone.  Any thread, once loaded.
 */
#ifndef MG_BASE_ZONE_H
#define MG_BASE_ZONE_H

#include <stdint.h>

struct mg_zone;

/* NULL when this machine does not know it, or not how it goes on.  "UTC" and
 * "GMT" need no database. */
struct mg_zone *mg_zone_load (const char *name);
void mg_zone_free (struct mg_zone *zone);

/* Seconds east of UTC. */
int64_t mg_zone_offset (const struct mg_zone *zone, int64_t utc_s);

/* When the clock on the wall shows this (seconds as if it were UTC): the first
 * time of two; a time that a change of clocks skips is as much later. */
int64_t mg_zone_to_utc (const struct mg_zone *zone, int64_t local_s);

#endif
