/* Quartz expressions: seconds, minutes, hours, day of month, month, day of week
 * and, if wanted, year; '*', '?', lists, ranges, steps, names, L, W, LW, L-3, 6L,
 * 6#3.  Any thread.
 */
#ifndef MG_BASE_CRON_H
#define MG_BASE_CRON_H

#include <stdint.h>
#include "base/zone.h"

struct mg_cron_field { uint64_t bits[4]; };

struct mg_cron {
  struct mg_cron_field second, minute, hour, day, month, weekday, year;
  int any_day, any_weekday;        /* '?' */
  int last_day;                    /* 1 + how many days before the last one */
  int near_day;                    /* the weekday nearest to it; 32 = the last */
  int nth_weekday;                 /* 1 to 5; 6 = the last of the month */
};

/* 0, or -1 when it is no such expression. */
int mg_cron_parse (const char *text, struct mg_cron *ret);

/* Every time after 'from' and not after 'to' (wall time), in order; 'each'
 * returns 0 to go on, and what else it returns is returned. */
int mg_cron_each (const struct mg_cron *cron, const struct mg_zone *zone,
                  int64_t from_us, int64_t to_us,
                  int (*each) (void *opaque, int64_t at_us), void *opaque);

#endif
