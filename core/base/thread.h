/* Threads, locks, conditions.  Everything that waits, waits here, so that the
 * twin can run one thread at a time under a virtual clock by linking another
 * file.  A failure of the system in here is a bug or lack of memory and ends
 * the program; only thread creation reports.
 */
#ifndef MG_BASE_THREAD_H
#define MG_BASE_THREAD_H

#include <pthread.h>
#include <stdint.h>

struct mg_mutex { pthread_mutex_t m; };
struct mg_cond { pthread_cond_t c; };
struct mg_thread { pthread_t t; int started; };

void mg_mutex_init (struct mg_mutex *m);
void mg_mutex_done (struct mg_mutex *m);
void mg_mutex_lock (struct mg_mutex *m);
void mg_mutex_unlock (struct mg_mutex *m);

void mg_cond_init (struct mg_cond *c);
void mg_cond_done (struct mg_cond *c);
void mg_cond_signal (struct mg_cond *c);
void mg_cond_broadcast (struct mg_cond *c);
void mg_cond_wait (struct mg_cond *c, struct mg_mutex *m);

/* Until mg_clock_now_us () reaches deadline_us; 1 when it did, else 0. */
int mg_cond_wait_until (struct mg_cond *c, struct mg_mutex *m,
                        int64_t deadline_us);

/* Small stack (256 KiB) unless big; the name shows in debuggers.  0 or
 * MG_E_NOMEM. */
int mg_thread_start (struct mg_thread *t, const char *name,
                     void (*run) (void *), void *arg);
void mg_thread_join (struct mg_thread *t);   /* not started: returns at once */

/* Holds a mutex to the end of the scope:
 *   MG_LOCKED (&remote->lock);  */
struct mg_mutex *mg_mutex_hold (struct mg_mutex *m);
void mg_mutex_release (struct mg_mutex **m);
#define MG_LOCKED(m) \
  __attribute__ ((cleanup (mg_mutex_release), unused)) \
  struct mg_mutex *mg_held_ = mg_mutex_hold (m)

#endif
