/* Supervision: see supervise.h.
 *
 * The page is written by the child's threads, each in its own slot, and read by
 * the supervisor only when the child is dead or stopped answering. */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/alloc.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/supervise.h"

#define N_SLOTS 256
#define N_ASKS 4
#define CANNOT 3                 /* exit status of who lacks something */
#define ALT_STACK 32768

struct slot {
  atomic_int running;              /* 0 = no plugin code */
  atomic_int busy;
  atomic_int sent;
  _Atomic int64_t since;           /* monotonic, last sign of life */
  int64_t tag;
  char plugin[64], kind[96], asset[160], callback[32];
};

struct page {
  atomic_int n_slots;
  atomic_int crash_signal, crash_slot;   /* -1 = none */
  int n_verdicts;
  struct mg_verdict verdicts[MG_MAX_VERDICTS];
  struct slot slots[N_SLOTS];
};

static struct page *page;
static __thread int my_slot = -1;
static __thread int64_t next_tag;

static const int fatal_signals[] = {
  SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT,
};

/* ---- the child ---- */

static void
copy_text (char *to, size_t size, const char *from)
{
  size_t n = from ? strnlen (from, size - 1) : 0;

  memmove (to, from ? from : "", n);
  to[n] = '\0';
}

static struct slot *
slot_here (void)
{
  if (page == NULL)
    return NULL;
  if (my_slot < 0)
    my_slot = atomic_fetch_add (&page->n_slots, 1) % N_SLOTS;
  return &page->slots[my_slot];
}

void
mg_slot_enter (const char *plugin, const char *kind, const char *asset,
               const char *callback)
{
  struct slot *s = slot_here ();

  if (s == NULL)
    return;
  copy_text (s->plugin, sizeof s->plugin, plugin);
  copy_text (s->kind, sizeof s->kind, kind);
  copy_text (s->asset, sizeof s->asset, asset);
  copy_text (s->callback, sizeof s->callback, callback);
  s->tag = next_tag;
  next_tag = 0;
  atomic_store (&s->since, mg_clock_now_us ());
  atomic_store (&s->busy, 0);
  atomic_store (&s->sent, 0);
  atomic_store (&s->running, 1);
}

void
mg_slot_leave (void)
{
  struct slot *s = slot_here ();

  if (s != NULL)
    atomic_store (&s->running, 0);
}

void
mg_slot_tag (int64_t tag)
{
  next_tag = tag;
}

void
mg_slot_busy (int busy)
{
  struct slot *s = slot_here ();

  if (s == NULL)
    return;
  atomic_store (&s->since, mg_clock_now_us ());
  atomic_store (&s->busy, busy);
}

void
mg_slot_sent (void)
{
  struct slot *s = slot_here ();

  if (s != NULL)
    atomic_store (&s->sent, 1);
}

void
mg_slot_thread (void)
{
  stack_t stack;

  if (page == NULL)
    return;
  /* A sanitizer has given this thread one already, and takes it back. */
  if (sigaltstack (NULL, &stack) == 0 && !(stack.ss_flags & SS_DISABLE))
    return;
  memset (&stack, 0, sizeof stack);
  stack.ss_size = ALT_STACK;
  /* lives as long as the thread: never freed, threads are few */
  stack.ss_sp = mg_xmalloc (stack.ss_size);
  sigaltstack (&stack, NULL);
}

int
mg_verdicts (struct mg_verdict *ret_verdicts, int max)
{
  int n;

  if (page == NULL)
    return 0;
  n = page->n_verdicts < max ? page->n_verdicts : max;
  memcpy (ret_verdicts, page->verdicts, (size_t) n * sizeof *ret_verdicts);
  return n;
}

/* Async-signal-safe: two stores, then the default action. */
static void
on_fault (int number)
{
  int slot = my_slot;

  if (slot >= 0 && atomic_load (&page->slots[slot].running)
      && !atomic_load (&page->slots[slot].busy))
    atomic_store (&page->crash_slot, slot);
  atomic_store (&page->crash_signal, number);
  signal (number, SIG_DFL);
  raise (number);
}

static void
arm_child (pid_t supervisor)
{
  struct sigaction action;
  size_t i;

#ifdef __linux__
  prctl (PR_SET_PDEATHSIG, SIGKILL);
#endif
  if (getppid () != supervisor)
    _exit (4);
  memset (&action, 0, sizeof action);
  action.sa_handler = on_fault;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (i = 0; i < MG_N_ELEMENTS (fatal_signals); i++)
    sigaction (fatal_signals[i], &action, NULL);
  mg_slot_thread ();
}

/* ---- the supervisor ---- */

static volatile sig_atomic_t child_pid;

static void
forward (int number)
{
  if (child_pid > 0)
    kill ((pid_t) child_pid, number);
}

static void
nothing (int number)
{
  (void) number;
}

/* What the supervisor does with a signal, and what was done with it before:
 * that is the child's again, which nohup may have asked to ignore it. */
static struct {
  int number;
  void (*handler) (int number);
  struct sigaction before;
} signals[] = {
  { .number = SIGTERM, .handler = forward },
  { .number = SIGHUP, .handler = forward },
  { .number = SIGCHLD, .handler = nothing },  /* only to interrupt a wait */
  { .number = SIGINT, .handler = SIG_IGN },   /* the terminal sends them to */
  { .number = SIGQUIT, .handler = SIG_IGN },  /* the child as well */
  { .number = SIGPIPE, .handler = SIG_IGN },  /* nobody reads what it says */
};

static void
arm_supervisor (void)
{
  struct sigaction action;
  size_t i;

  memset (&action, 0, sizeof action);
  for (i = 0; i < MG_N_ELEMENTS (signals); i++) {
    sigaction (signals[i].number, NULL, &signals[i].before);
    action.sa_handler = signals[i].handler;
    if (signals[i].before.sa_handler != SIG_IGN)
      sigaction (signals[i].number, &action, NULL);
  }
}

/* In who does the work. */
static void
disarm (void)
{
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (signals); i++)
    sigaction (signals[i].number, &signals[i].before, NULL);
}

/* The slot of a callback that shows no sign of life; -1 = none.  What was
 * before 'awake_us' does not count. */
static int
hanging_slot (int64_t hang_us, int64_t awake_us)
{
  int64_t now = mg_clock_now_us ();
  int i;

  for (i = 0; i < N_SLOTS && hang_us > 0; i++) {
    struct slot *s = &page->slots[i];

    if (atomic_load (&s->running) && !atomic_load (&s->busy)
        && now - atomic_load (&s->since) > hang_us
        && now - awake_us > hang_us)
      return i;
  }
  return -1;
}

/* 1 it has ended, 0 it has not, -1 the system does not say: it may still be
 * there, and is no 'ended well'. */
static int
has_ended (pid_t pid, int *ret_status)
{
  pid_t r = -1;
  int i;

  for (i = 0; i < N_ASKS && r < 0; i++)
    r = waitpid (pid, ret_status, WNOHANG);
  return r < 0 ? -1 : r > 0;
}

/* Until a child ends, a second at most. */
static void
doze (const sigset_t *chld)
{
#ifdef HAVE_SIGTIMEDWAIT
  struct timespec second = { 1, 0 };

  sigtimedwait (chld, NULL, &second);
#else
  struct timespec moment = { 0, 20000000 };

  (void) chld;
  nanosleep (&moment, NULL);
#endif
}

/* Waits for the end; 1 when it was ended because a callback hung, -1 (errno)
 * when nobody can say how it ended. */
static int
wait_child (pid_t pid, int64_t hang_us, int *ret_status)
{
  int64_t asked_us = mg_clock_now_us (), awake_us = 0;
  sigset_t chld, old;
  int hung = 0, slot, ended, number;

  sigemptyset (&chld);
  sigaddset (&chld, SIGCHLD);
  sigprocmask (SIG_BLOCK, &chld, &old);
  while ((ended = has_ended (pid, ret_status)) == 0) {
    doze (&chld);
    /* stopped by the terminal, all of us: nobody could show a sign of life */
    if (mg_clock_now_us () - asked_us > MG_SECOND_US + MG_SECOND_US / 2)
      awake_us = mg_clock_now_us ();
    asked_us = mg_clock_now_us ();
    slot = hanging_slot (hang_us, awake_us);
    if (slot >= 0 && !hung) {
      atomic_store (&page->crash_slot, slot);
      atomic_store (&page->crash_signal, 0);
      hung = 1;
    }
    if (hung)
      kill (pid, SIGKILL);
  }
  number = errno;
  if (ended < 0)
    kill (pid, SIGKILL);
  sigprocmask (SIG_SETMASK, &old, NULL);
  errno = number;
  return ended < 0 ? -1 : hung;
}

static int
is_fault (int number)
{
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (fatal_signals); i++)
    if (fatal_signals[i] == number)
      return 1;
  return 0;
}

/* Has this plugin made an asset fail by crashing before? */
static int
crashed_before (const char *plugin)
{
  int i;

  for (i = 0; i < page->n_verdicts; i++)
    if (strcmp (page->verdicts[i].plugin, plugin) == 0)
      return 1;
  return 0;
}

static struct mg_verdict *
judge (int slot, int number)
{
  const struct slot *s = &page->slots[slot];
  struct mg_verdict *v = &page->verdicts[page->n_verdicts];

  memset (v, 0, sizeof *v);
  v->disable = strcmp (s->callback, "import_asset") != 0
               || crashed_before (s->plugin);
  copy_text (v->plugin, sizeof v->plugin, s->plugin);
  copy_text (v->kind, sizeof v->kind, s->kind);
  copy_text (v->asset, sizeof v->asset, s->asset);
  copy_text (v->callback, sizeof v->callback, s->callback);
  v->signal = number;
  v->tag = s->tag;
  v->sent = atomic_load (&s->sent);
  page->n_verdicts++;
  return v;
}

static void
clear_slots (void)
{
  int i;

  for (i = 0; i < N_SLOTS; i++)
    atomic_store (&page->slots[i].running, 0);
  atomic_store (&page->n_slots, 0);
  atomic_store (&page->crash_slot, -1);
  atomic_store (&page->crash_signal, -1);
}

/* Signals by which people end a program know why they came. */
static int
is_wanted (int number)
{
  return number == SIGINT || number == SIGTERM || number == SIGHUP
         || number == SIGQUIT || number == SIGPIPE;
}

/* The child died of a signal: 1 = start it again. */
static int
after_signal (int number, int hung, const struct mg_supervise_options *o,
              int *n_blank, int *ret_exit)
{
  int slot = atomic_load (&page->crash_slot), again;

  *ret_exit = 128 + number;
  if (!hung && !is_fault (number)) {
    if (!is_wanted (number))
      o->say_end (number, 0, 0);
    return 0;
  }
  if (slot >= 0 && page->n_verdicts < MG_MAX_VERDICTS) {
    o->say (judge (slot, hung ? 0 : number));
    return 1;
  }
  *ret_exit = 4;
  again = (*n_blank)++ == 0;
  o->say_end (number, 1, again);
  return again;
}

/* There is no child (errno).  The first works here then; one that follows a
 * crash does not, the next would take this process with it. */
static int
no_child (int (*child) (void *arg), void *arg,
          const struct mg_supervise_options *o, int is_first)
{
  int number = errno;

  disarm ();
  o->say_call ("start a process", number, is_first);
  if (!is_first)
    return CANNOT;
  page = NULL;
  return child (arg);
}

/* One life of the child: 1 = start it again, 0 = *ret_exit is the end. */
static int
one_life (int (*child) (void *arg), void *arg,
          const struct mg_supervise_options *o, int *n_blank, int *ret_exit)
{
  pid_t self = getpid (), pid;
  int status = 0, hung;

  clear_slots ();
  fflush (NULL);
  pid = fork ();
  if (pid < 0) {
    *ret_exit = no_child (child, arg, o, *n_blank + page->n_verdicts == 0);
    return 0;
  }
  if (pid == 0) {
    disarm ();
    arm_child (self);
    status = child (arg);
    fflush (NULL);
    _exit (status);
  }
  child_pid = pid;
  hung = wait_child (pid, o->hang_us, &status);
  child_pid = 0;
  if (hung < 0) {
    o->say_call ("see how the work ended", errno, 0);
    *ret_exit = CANNOT;
    return 0;
  }
  if (WIFEXITED (status)) {
    *ret_exit = WEXITSTATUS (status);
    return 0;
  }
  return after_signal (WTERMSIG (status), hung, o, n_blank, ret_exit);
}

int
mg_supervise (int (*child) (void *arg), void *arg,
              const struct mg_supervise_options *options)
{
  int restarts, result = 4, n_blank = 0;

  page = mmap (NULL, sizeof *page, PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) {
    page = NULL;
    options->say_call ("make memory to share", errno, 1);
    return child (arg);
  }
  arm_supervisor ();
  for (restarts = 0; restarts <= options->max_restarts; restarts++)
    if (!one_life (child, arg, options, &n_blank, &result))
      return result;
  return 4;
}
