/* Threads on POSIX.  The twin replaces this file. */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/supervise.h"
#include "base/thread.h"

#define STACK_SIZE (256 * 1024)

struct start {
  void (*run) (void *);
  void *arg;
  char name[16];
};

static void
must (int r, const char *what)
{
  if (r != 0)
    mg_bug ("%s failed with %d", what, r);
}

void
mg_mutex_init (struct mg_mutex *m)
{
  must (pthread_mutex_init (&m->m, NULL), "mutex_init");
}

void
mg_mutex_done (struct mg_mutex *m)
{
  pthread_mutex_destroy (&m->m);
}

void
mg_mutex_lock (struct mg_mutex *m)
{
  must (pthread_mutex_lock (&m->m), "mutex_lock");
}

void
mg_mutex_unlock (struct mg_mutex *m)
{
  must (pthread_mutex_unlock (&m->m), "mutex_unlock");
}

struct mg_mutex *
mg_mutex_hold (struct mg_mutex *m)
{
  mg_mutex_lock (m);
  return m;
}

void
mg_mutex_release (struct mg_mutex **m)
{
  mg_mutex_unlock (*m);
}

void
mg_cond_init (struct mg_cond *c)
{
  pthread_condattr_t attr;

  must (pthread_condattr_init (&attr), "condattr_init");
#ifdef __linux__
  must (pthread_condattr_setclock (&attr, CLOCK_MONOTONIC), "setclock");
#endif
  must (pthread_cond_init (&c->c, &attr), "cond_init");
  pthread_condattr_destroy (&attr);
}

void
mg_cond_done (struct mg_cond *c)
{
  pthread_cond_destroy (&c->c);
}

void
mg_cond_signal (struct mg_cond *c)
{
  must (pthread_cond_signal (&c->c), "cond_signal");
}

void
mg_cond_broadcast (struct mg_cond *c)
{
  must (pthread_cond_broadcast (&c->c), "cond_broadcast");
}

void
mg_cond_wait (struct mg_cond *c, struct mg_mutex *m)
{
  must (pthread_cond_wait (&c->c, &m->m), "cond_wait");
}

int
mg_cond_wait_until (struct mg_cond *c, struct mg_mutex *m, int64_t deadline_us)
{
  struct timespec until;
  int r;

#ifndef __linux__
  deadline_us += mg_clock_wall_us () - mg_clock_now_us ();
#endif
  until.tv_sec = (time_t) (deadline_us / MG_SECOND_US);
  until.tv_nsec = (long) (deadline_us % MG_SECOND_US) * 1000;
  r = pthread_cond_timedwait (&c->c, &m->m, &until);
  if (r == ETIMEDOUT)
    return 1;
  must (r, "cond_timedwait");
  return 0;
}

static void *
start_routine (void *opaque)
{
  struct start start = *(struct start *) opaque;

  mg_free (opaque);
#ifdef __linux__
  pthread_setname_np (pthread_self (), start.name);
#endif
  mg_slot_thread ();
  start.run (start.arg);
  return NULL;
}

int
mg_thread_start (struct mg_thread *t, const char *name, void (*run) (void *),
                 void *arg)
{
  struct start *start = mg_xcalloc (1, sizeof *start);
  pthread_attr_t attr;
  sigset_t all, old;
  int r;

  start->run = run;
  start->arg = arg;
  snprintf (start->name, sizeof start->name, "%s", name);
  must (pthread_attr_init (&attr), "attr_init");
  must (pthread_attr_setstacksize (&attr, STACK_SIZE), "setstacksize");
  /* Signals are the main thread's business.  Not the faults: the system kills
   * a program that blocks one and commits it, before any handler. */
  sigfillset (&all);
  sigdelset (&all, SIGSEGV);
  sigdelset (&all, SIGBUS);
  sigdelset (&all, SIGILL);
  sigdelset (&all, SIGFPE);
  sigdelset (&all, SIGABRT);
  pthread_sigmask (SIG_SETMASK, &all, &old);
  r = pthread_create (&t->t, &attr, start_routine, start);
  pthread_sigmask (SIG_SETMASK, &old, NULL);
  pthread_attr_destroy (&attr);
  t->started = r == 0;
  if (r != 0) {
    mg_free (start);
    return MG_E_NOMEM;
  }
  return 0;
}

void
mg_thread_join (struct mg_thread *t)
{
  if (t->started)
    must (pthread_join (t->t, NULL), "thread_join");
  t->started = 0;
}
