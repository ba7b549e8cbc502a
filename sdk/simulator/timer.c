/* The timer thread: replies that are due later wait here as suspended
 * connections, so that a delay holds no thread.  timer_lock protects the heap.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <microhttpd.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "shell.h"

static void
swap (struct shell_wait *a, struct shell_wait *b)
{
  struct shell_wait old = *a;

  *a = *b;
  *b = old;
}

static void
heap_push (struct shell *sh, struct shell_wait w)
{
  size_t i;

  if (sh->n_waits == sh->cap_waits) {
    sh->cap_waits = sh->cap_waits ? sh->cap_waits * 2 : 64;
    sh->waits = mg_xreallocarray (sh->waits, sh->cap_waits,
                                  sizeof sh->waits[0]);
  }
  i = sh->n_waits++;
  sh->waits[i] = w;
  while (i > 0 && sh->waits[(i - 1) / 2].due_us > sh->waits[i].due_us) {
    swap (&sh->waits[i], &sh->waits[(i - 1) / 2]);
    i = (i - 1) / 2;
  }
}

static struct shell_wait
heap_pop (struct shell *sh)
{
  struct shell_wait first = sh->waits[0];
  size_t i = 0;

  sh->waits[0] = sh->waits[--sh->n_waits];
  for (;;) {
    size_t least = i, child = 2 * i + 1;

    if (child < sh->n_waits
        && sh->waits[child].due_us < sh->waits[least].due_us)
      least = child;
    if (child + 1 < sh->n_waits
        && sh->waits[child + 1].due_us < sh->waits[least].due_us)
      least = child + 1;
    if (least == i)
      return first;
    swap (&sh->waits[i], &sh->waits[least]);
    i = least;
  }
}

static void
run (void *arg)
{
  struct shell *sh = arg;

  mg_mutex_lock (&sh->timer_lock);
  while (!sh->stopping || sh->n_waits > 0) {
    if (sh->n_waits == 0) {
      mg_cond_wait (&sh->timer_wake, &sh->timer_lock);
      continue;
    }
    if (!sh->stopping && sh->waits[0].due_us > mg_clock_now_us ()) {
      mg_cond_wait_until (&sh->timer_wake, &sh->timer_lock,
                          sh->waits[0].due_us);
      continue;
    }
    MHD_resume_connection (heap_pop (sh).connection);
  }
  mg_mutex_unlock (&sh->timer_lock);
}

int
shell_timer_start (struct shell *sh)
{
  mg_mutex_init (&sh->timer_lock);
  mg_cond_init (&sh->timer_wake);
  return mg_thread_start (&sh->timer, "timer", run, sh);
}

void
shell_timer_stop (struct shell *sh)
{
  mg_mutex_lock (&sh->timer_lock);
  sh->stopping = 1;
  mg_cond_signal (&sh->timer_wake);
  mg_mutex_unlock (&sh->timer_lock);
  mg_thread_join (&sh->timer);
}

void
shell_wait_until (struct shell *sh, struct MHD_Connection *connection,
                  int64_t due_us)
{
  struct shell_wait w = { due_us, connection };

  mg_mutex_lock (&sh->timer_lock);
  MHD_suspend_connection (connection);
  if (sh->stopping)
    MHD_resume_connection (connection);
  else {
    heap_push (sh, w);
    mg_cond_signal (&sh->timer_wake);
  }
  mg_mutex_unlock (&sh->timer_lock);
}
