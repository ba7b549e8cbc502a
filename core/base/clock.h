/* The one source of time.  int64_t microseconds everywhere.
 * A twin of this file with a virtual clock can be linked instead, so nothing
 * else in the program may ask the system.  Any thread.
 */
#ifndef MG_BASE_CLOCK_H
#define MG_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define MG_SECOND_US ((int64_t) 1000000)
#define MG_MS_US ((int64_t) 1000)

int64_t mg_clock_now_us (void);    /* monotonic, for intervals */
int64_t mg_clock_wall_us (void);   /* since 1970-01-01 UTC, for people */

/* "2026-11-14T02:10:33Z"; ret_text needs 24 bytes. */
const char *mg_time_iso (int64_t wall_us, char ret_text[24]);

/* Three forms of HTTP dates (RFC 9110, 5.6.7) in UTC.  0, or -1 when it is
 * none of them.  Never the C library's locale or time zone. */
int mg_time_parse_http (const char *s, int64_t *ret_wall_us);

/* "2026-08-19T10:00:00.5Z" and with an offset; 0 or -1. */
int mg_time_parse_iso (const char *s, int64_t *ret_wall_us);

/* The next local wall time HH:MM after wall_us; 0, or -1 when malformed. */
int mg_time_next_local (const char *hh_mm, int64_t wall_us,
                        int64_t *ret_wall_us);

/* Days since 1970-01-01 in the proleptic Gregorian calendar. */
int64_t mg_time_days (int64_t year, int month, int day);

/* "1m42s", "3h05m", "0.4s"; ret_text needs 24 bytes. */
const char *mg_time_span (int64_t us, char ret_text[24]);

#endif
