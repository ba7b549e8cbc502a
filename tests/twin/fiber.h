/* The twin's threads and time: core/base/thread.c, clock.c and entropy.c under
 * other rules.
 *
 * Every thread of the program is a fiber of one thread of the system, and one
 * runs at a time.  It gives way where it waits, and, in a wild run, also where
 * it takes or leaves a lock.  Who is next is drawn from a seed.  The clock
 * stands still while anybody can run; when all wait it jumps to the earliest
 * deadline.  So one seed is one history, and hours pass in seconds.
 *
 * When all wait and nobody has a deadline, nothing will ever happen again: the
 * program says who waits and ends with FIBER_STUCK.
 */
#ifndef MG_TWIN_FIBER_H
#define MG_TWIN_FIBER_H

#include <stdint.h>

#define FIBER_STUCK 70

struct fiber_options {
  uint64_t seed;
  int wild;                      /* random turns; else first come first served */
  int64_t now_us, wall_us;       /* both clocks at the beginning */
};

/* The caller becomes the first fiber.  Call again for another beginning, when
 * no other fiber is left. */
void fiber_begin (const struct fiber_options *options);

/* The system's clock is set by somebody. */
void fiber_shift_wall (int64_t by_us);

/* How often another fiber got its turn. */
int64_t fiber_turns (void);

/* Lets others run, and time pass. */
void fiber_pause (int64_t us);

#endif
