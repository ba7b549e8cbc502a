/* Fibers: see fiber.h.  One thread of the system, so nothing is locked.
 *
 * A lock is its owner and the fibers that want it; a condition is the fibers
 * that wait for it.  Both lie in the bytes of the pthread types. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/rand.h"
#include "base/thread.h"
#include "twin/fiber.h"

#ifdef __has_feature
#if __has_feature (address_sanitizer)
#define TWIN_ASAN 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define TWIN_ASAN 1
#endif
#ifdef TWIN_ASAN
#include <sanitizer/asan_interface.h>
#define STACK_SIZE ((size_t) 1024 * 1024)
#else
#define STACK_SIZE ((size_t) 256 * 1024)
#endif

#define NEVER INT64_MAX
#define MAX_FIBERS 600
#define MAX_TURNS 50000000       /* at one moment: nobody gets anywhere */

enum state { READY, WAITS_LOCK, WAITS_COND, WAITS_END, ENDED };

struct fiber {
  ucontext_t context;
  char name[16];
  void (*run) (void *);
  void *arg;
  enum state state;
  struct fiber *next;            /* in the queue of what it waits for */
  struct cond *cond;
  struct fiber *joiner;
  int64_t deadline_us;
  int timed_out;
  char *stack;                   /* NULL: the system's */
#ifdef TWIN_ASAN
  void *fake;
  const void *bottom;
  size_t size;
#endif
};

#define ALIAS __attribute__ ((may_alias))
struct lock { struct fiber *owner, *waiters; } ALIAS;
struct cond { struct fiber *waiters; } ALIAS;
struct handle { struct fiber *fiber; } ALIAS;

_Static_assert (sizeof (struct lock) <= sizeof (pthread_mutex_t), "lock");
_Static_assert (sizeof (struct cond) <= sizeof (pthread_cond_t), "cond");
_Static_assert (sizeof (struct handle) <= sizeof (pthread_t), "handle");

static struct {
  struct fiber first;
  struct fiber *now;
  struct fiber *all[MAX_FIBERS];
  int n_all;
  struct fiber *ready[MAX_FIBERS];   /* a ring */
  int head, n_ready;
  char *stacks[MAX_FIBERS];      /* kept for the next ones */
  int n_stacks;
  struct mg_rand rand, secret;
  int wild;
  int64_t now_us, wall_us, turns, turns_here;
} sched;

/* --- whose turn it is ------------------------------------------------ */

static void
make_ready (struct fiber *f)
{
  f->state = READY;
  sched.ready[(sched.head + sched.n_ready++) % MAX_FIBERS] = f;
}

static struct fiber *
take_ready (void)
{
  struct fiber *f, **first = &sched.ready[sched.head];

  if (sched.wild) {
    int i = (int) mg_rand_below (&sched.rand, (uint64_t) sched.n_ready);
    struct fiber **at = &sched.ready[(sched.head + i) % MAX_FIBERS];

    f = *at;
    *at = *first;
    *first = f;
  }
  f = *first;
  sched.head = (sched.head + 1) % MAX_FIBERS;
  sched.n_ready--;
  return f;
}

static void
take_out (struct fiber **list, struct fiber *f)
{
  while (*list != f)
    list = &(*list)->next;
  *list = f->next;
}

static void
say_stuck (const char *why)
{
  static const char *const states[] = { "ready", "wants a lock",
                                        "waits for a condition",
                                        "waits for a thread", "ended" };
  int i;

  fprintf (stderr, "twin: %s at %" PRId64 " us\n", why, sched.now_us);
  for (i = 0; i < sched.n_all; i++)
    fprintf (stderr, "twin:   %s %s\n", sched.all[i]->name,
             states[sched.all[i]->state]);
  _exit (FIBER_STUCK);
}

/* Everybody waits: time goes on to where somebody does not. */
static void
pass_time (void)
{
  int64_t to_us = NEVER;
  int i;

  for (i = 0; i < sched.n_all; i++)
    if (sched.all[i]->state == WAITS_COND && sched.all[i]->deadline_us < to_us)
      to_us = sched.all[i]->deadline_us;
  if (to_us == NEVER)
    say_stuck ("everybody waits, and for nothing");
  if (to_us > sched.now_us) {
    sched.now_us = to_us;
    sched.turns_here = 0;
  }
  for (i = 0; i < sched.n_all; i++) {
    struct fiber *f = sched.all[i];

    if (f->state != WAITS_COND || f->deadline_us > sched.now_us)
      continue;
    take_out (&f->cond->waiters, f);
    f->timed_out = 1;
    make_ready (f);
  }
}

#ifdef TWIN_ASAN
/* What is borrowed too long is seen, as in contrib/check; and what the world's
 * process keeps is copied at each fork. */
const char *
__asan_default_options (void)
{
  return "detect_stack_use_after_return=1:quarantine_size_mb=64";
}
#endif

static void
leave (struct fiber *from, struct fiber *to)
{
#ifdef TWIN_ASAN
  __sanitizer_start_switch_fiber (from->state == ENDED ? NULL : &from->fake,
                                  to->bottom, to->size);
#else
  (void) from, (void) to;
#endif
}

static void
arrive (struct fiber *f)
{
#ifdef TWIN_ASAN
  const void *bottom;
  size_t size;

  __sanitizer_finish_switch_fiber (f->fake, &bottom, &size);
  if (sched.first.bottom == NULL) {
    sched.first.bottom = bottom;
    sched.first.size = size;
  }
#else
  (void) f;
#endif
}

/* The fiber that runs has said what it waits for. */
static void
give_way (void)
{
  struct fiber *from = sched.now, *to;

  if (sched.n_ready == 0)
    pass_time ();
  to = take_ready ();
  if (++sched.turns_here > MAX_TURNS)
    say_stuck ("nobody gets anywhere");
  sched.turns++;
  if (to == from)
    return;
  sched.now = to;
  leave (from, to);
  swapcontext (&from->context, &to->context);
  arrive (from);
}

/* In a wild run others may come between any two steps. */
static void
maybe_give_way (void)
{
  if (!sched.wild || sched.n_ready == 0
      || mg_rand_below (&sched.rand, 8) != 0)
    return;
  make_ready (sched.now);
  give_way ();
}

int64_t
fiber_turns (void)
{
  return sched.turns;
}

/* --- locks ----------------------------------------------------------- */

static struct lock *
lock_of (struct mg_mutex *m)
{
  return (struct lock *) (void *) &m->m;
}

void
mg_mutex_init (struct mg_mutex *m)
{
  memset (m, 0, sizeof *m);
}

void
mg_mutex_done (struct mg_mutex *m)
{
  if (lock_of (m)->owner != NULL || lock_of (m)->waiters != NULL)
    mg_bug ("a lock goes while %s holds it", lock_of (m)->owner->name);
}

static void
take_lock (struct lock *l)
{
  if (l->owner == sched.now)
    mg_bug ("%s locks twice", sched.now->name);
  while (l->owner != NULL) {
    sched.now->state = WAITS_LOCK;
    sched.now->next = l->waiters;
    l->waiters = sched.now;
    give_way ();
  }
  l->owner = sched.now;
}

static void
drop_lock (struct lock *l)
{
  if (l->owner != sched.now)
    mg_bug ("%s unlocks what it does not hold", sched.now->name);
  l->owner = NULL;
  while (l->waiters != NULL) {
    struct fiber *f = l->waiters;

    l->waiters = f->next;
    make_ready (f);
  }
}

void
mg_mutex_lock (struct mg_mutex *m)
{
  if (sched.now == NULL)         /* before the first fiber_begin */
    return;
  maybe_give_way ();
  take_lock (lock_of (m));
}

void
mg_mutex_unlock (struct mg_mutex *m)
{
  if (sched.now == NULL)
    return;
  drop_lock (lock_of (m));
  maybe_give_way ();
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

/* --- conditions ------------------------------------------------------ */

static struct cond *
cond_of (struct mg_cond *c)
{
  return (struct cond *) (void *) &c->c;
}

void
mg_cond_init (struct mg_cond *c)
{
  memset (c, 0, sizeof *c);
}

void
mg_cond_done (struct mg_cond *c)
{
  if (cond_of (c)->waiters != NULL)
    mg_bug ("a condition goes while %s waits", cond_of (c)->waiters->name);
}

static int
count (const struct fiber *list)
{
  int n = 0;

  for (; list != NULL; list = list->next)
    n++;
  return n;
}

void
mg_cond_signal (struct mg_cond *c)
{
  struct fiber *f = cond_of (c)->waiters;
  int i;

  if (f == NULL)
    return;
  if (sched.wild)
    for (i = (int) mg_rand_below (&sched.rand, (uint64_t) count (f)); i > 0;
         i--)
      f = f->next;
  else
    while (f->next != NULL)      /* who came first */
      f = f->next;
  take_out (&cond_of (c)->waiters, f);
  make_ready (f);
}

void
mg_cond_broadcast (struct mg_cond *c)
{
  struct fiber *f = cond_of (c)->waiters, *list = NULL, *next;

  for (; f != NULL; f = next) {
    next = f->next;
    f->next = list;
    list = f;
  }
  cond_of (c)->waiters = NULL;
  for (; list != NULL; list = next) {
    next = list->next;
    make_ready (list);
  }
}

static int
wait_until (struct cond *c, struct lock *l, int64_t deadline_us)
{
  struct fiber *f = sched.now;

  drop_lock (l);
  f->timed_out = deadline_us <= sched.now_us;
  if (f->timed_out || (sched.wild && mg_rand_below (&sched.rand, 64) == 0))
    make_ready (f);              /* also without a cause, as the real ones */
  else {
    f->state = WAITS_COND;
    f->deadline_us = deadline_us;
    f->cond = c;
    f->next = c->waiters;
    c->waiters = f;
  }
  give_way ();
  take_lock (l);
  return f->timed_out;
}

void
mg_cond_wait (struct mg_cond *c, struct mg_mutex *m)
{
  wait_until (cond_of (c), lock_of (m), NEVER);
}

int
mg_cond_wait_until (struct mg_cond *c, struct mg_mutex *m, int64_t deadline_us)
{
  return wait_until (cond_of (c), lock_of (m), deadline_us);
}

void
fiber_pause (int64_t us)
{
  struct mg_mutex m;
  struct mg_cond c;
  int64_t until_us = sched.now_us + us;

  mg_mutex_init (&m);
  mg_cond_init (&c);
  mg_mutex_lock (&m);
  while (sched.now_us < until_us)
    mg_cond_wait_until (&c, &m, until_us);
  mg_mutex_unlock (&m);
}

/* --- threads --------------------------------------------------------- */

static char *
new_stack (void)
{
  size_t guard = (size_t) sysconf (_SC_PAGESIZE);
  char *p;

  if (sched.n_stacks > 0) {
    p = sched.stacks[--sched.n_stacks];
#ifdef TWIN_ASAN
    __asan_unpoison_memory_region (p, STACK_SIZE);  /* frames that never ended */
#endif
    return p;
  }
  p = mmap (NULL, STACK_SIZE + guard, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED || mprotect (p, guard, PROT_NONE) < 0)
    mg_oom ();
  return p + guard;
}

static void
run_fiber (void)
{
  struct fiber *f = sched.now;

  arrive (f);
  f->run (f->arg);
  f->state = ENDED;
  if (f->joiner != NULL)
    make_ready (f->joiner);
  give_way ();
  mg_bug ("%s goes on after its end", f->name);
}

int
mg_thread_start (struct mg_thread *t, const char *name, void (*run) (void *),
                 void *arg)
{
  struct fiber *f;

  if (sched.n_all == MAX_FIBERS)
    return MG_E_NOMEM;
  f = mg_xcalloc (1, sizeof *f);
  snprintf (f->name, sizeof f->name, "%s", name);
  f->run = run;
  f->arg = arg;
  f->stack = new_stack ();
#ifdef TWIN_ASAN
  f->bottom = f->stack;
  f->size = STACK_SIZE;
#endif
  getcontext (&f->context);
  f->context.uc_stack.ss_sp = f->stack;
  f->context.uc_stack.ss_size = STACK_SIZE;
  f->context.uc_link = NULL;
  makecontext (&f->context, run_fiber, 0);
  /* Known to makecontext; what else reads it is the sanitizer, which would
   * forget all it knows of the stack at each turn. */
  f->context.uc_stack.ss_size = 0;
  sched.all[sched.n_all++] = f;
  make_ready (f);
  ((struct handle *) (void *) &t->t)->fiber = f;
  t->started = 1;
  return 0;
}

void
mg_thread_join (struct mg_thread *t)
{
  struct fiber *f = ((struct handle *) (void *) &t->t)->fiber;
  int i;

  if (!t->started)
    return;
  t->started = 0;
  while (f->state != ENDED) {
    f->joiner = sched.now;
    sched.now->state = WAITS_END;
    give_way ();
  }
  for (i = 0; sched.all[i] != f; i++)
    ;
  sched.all[i] = sched.all[--sched.n_all];
  sched.stacks[sched.n_stacks++] = f->stack;
  mg_free (f);
}

void
fiber_begin (const struct fiber_options *options)
{
  if (sched.n_all > 1)
    mg_bug ("%d threads are left", sched.n_all - 1);
  sched.now = &sched.first;
  snprintf (sched.first.name, sizeof sched.first.name, "main");
  sched.all[0] = &sched.first;
  sched.n_all = 1;
  sched.head = sched.n_ready = 0;
  mg_rand_seed (&sched.rand, options->seed);
  mg_rand_seed (&sched.secret, ~options->seed);
  sched.wild = options->wild;
  sched.now_us = options->now_us;
  sched.wall_us = options->wall_us - options->now_us;
  sched.turns_here = 0;
}

/* --- clock and randomness -------------------------------------------- */

int64_t
mg_clock_now_us (void)
{
  return sched.now_us;
}

int64_t
mg_clock_wall_us (void)
{
  return sched.now_us + sched.wall_us;
}

void
fiber_shift_wall (int64_t by_us)
{
  sched.wall_us += by_us;
}

void
mg_rand_bytes (void *ret_bytes, size_t len)
{
  unsigned char *p = ret_bytes;

  while (len-- > 0)
    *p++ = (unsigned char) mg_rand_next (&sched.secret);
}

uint64_t
mg_rand_seed_from_system (void)
{
  return mg_rand_next (&sched.secret);
}
