/* Reading the clock.  The twin replaces this file. */
#include <config.h>

#include <time.h>

#include "base/clock.h"

static int64_t
read_clock (clockid_t id)
{
  struct timespec t;

  clock_gettime (id, &t);
  return (int64_t) t.tv_sec * MG_SECOND_US + t.tv_nsec / 1000;
}

int64_t
mg_clock_now_us (void)
{
  return read_clock (CLOCK_MONOTONIC);
}

int64_t
mg_clock_wall_us (void)
{
  return read_clock (CLOCK_REALTIME);
}
