/* A plugin that crashes costs only itself.
 *
 * The program runs as two processes: a supervisor, single-threaded, which has
 * opened nothing, and its child, which does the work.  They share one page with
 * a slot per thread that says whose code runs.  When the child dies of a fault,
 * the supervisor reads the slot, decides (below), and starts the child again: a
 * restart is exactly a resume.
 *
 *   the slot names a callback that imports    that asset fails; the second time
 *                                             its plugin is disabled
 *   ... any other code of a plugin            the plugin is disabled
 *   no slot                                   one restart, then exit 4
 *   KILL, TERM, QUIT and the like             no restart
 *
 * At most max_restarts of them.  Heap damage may blame the wrong one, so
 * messages say "crashed while running".
 */
#ifndef MG_BASE_SUPERVISE_H
#define MG_BASE_SUPERVISE_H

#include <stdint.h>

#define MG_MAX_VERDICTS 64

/* What the supervisor decided about a crash; told to the next child. */
struct mg_verdict {
  int disable;                   /* the plugin, else the one asset */
  int signal;                    /* 0 = it hung */
  char plugin[64], kind[96], asset[160], callback[32];
  int64_t tag;                   /* mg_slot_tag of the asset, 0 = none */
  int sent;                      /* a create had left: the asset is in doubt */
};

/* ---- the supervisor ---- */

struct mg_supervise_options {
  int64_t hang_us;               /* a callback without a sign; 0 = never */
  int max_restarts;
  /* Says one line about a crash (on the supervisor's standard error). */
  void (*say) (const struct mg_verdict *verdict);
  /* ... about an end that no plugin is blamed for: a signal that nobody of the
   * operator's sent (KILL: memory ran out), or a fault of our own. */
  void (*say_end) (int signal, int is_fault, int again);
  /* ... about a call of the system that failed with errno 'number': the work is
   * done without a supervisor, or ends. */
  void (*say_call) (const char *call, int number, int goes_on);
};

/* Runs child (arg) in a process of its own and returns its exit status, or 128
 * + the signal that ended it, or 3 when nobody can say how it ended or it could
 * not be started again.  Call before any thread is started.  When no process can
 * be made to begin with the child runs here. */
int mg_supervise (int (*child) (void *arg), void *arg,
                  const struct mg_supervise_options *options);

/* ---- the child ---- */

/* Crashes of the child before this one; 0 without a supervisor. */
int mg_verdicts (struct mg_verdict *ret_verdicts, int max);

/* This thread runs a plugin's code from here on, until leave.  Texts are
 * copied.  Cheap, lock-free; without a supervisor they do nothing. */
void mg_slot_enter (const char *plugin, const char *kind, const char *asset,
                    const char *callback);
void mg_slot_leave (void);

/* Names the work that the next enter of this thread is for. */
void mg_slot_tag (int64_t tag);

/* A sign of life; 'busy' while the core itself works or waits for the plugin
 * (a request), which is never counted as hanging. */
void mg_slot_busy (int busy);
void mg_slot_sent (void);        /* a create left on this thread */

/* Gives this thread a stack for the fatal-signal handler; called by
 * mg_thread_start. */
void mg_slot_thread (void);

#endif
