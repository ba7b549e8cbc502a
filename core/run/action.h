/* Actions: what set[] and set_there[] of a kind force is switched off, or put
 * back as it was (migrate-plugin(3), SWITCHING OFF AND ON).
 *
 * RULE-FORMER: what an asset was is durable before the first request that
 * changes it, and is not replaced by what that request wrote; so an action that
 * was cut off is gone on with by calling it again.
 */
#ifndef MG_RUN_ACTION_H
#define MG_RUN_ACTION_H

#include "run/run.h"

struct mg_action_options {
  const struct migrate_action *action;
  const struct mg_kind *kind;      /* the action's */
  struct mg_side *side;            /* the end it is done on: of 'run' */
  const char *who;
  int64_t wait_us;                 /* for what is still at work; 0 = only look */
};

struct mg_action_count {
  int64_t done;                    /* switched off, or put back */
  int64_t already;                 /* ... by an earlier run */
  int64_t kept;                    /* was off before, and stays so */
  int64_t left;                    /* changed by others since, with a line */
  int64_t gone, skipped;           /* deleted there; left out by a decision */
  int64_t failed;
  int64_t busy;                    /* still at work at the end; -1 = nobody can
                                      tell, with a line */
};

/* Does it, with worker threads, and waits.  0 also when some assets failed
 * (run->n_failed) or the run was stopped; MG_E_INVALID where the end has no such
 * kind. */
int mg_run_action (struct mg_run *run, const struct mg_action_options *options,
                   struct mg_action_count *ret, struct mg_error *err);

/* How often each asset would have started while it was off, by its timetable:
 * 'at_us' is 0 where nobody can tell, 'note' says why or what to know.  The
 * caller's thread; of what the session holds. */
struct mg_missed {
  const char *id, *key, *note;
  int64_t at_us;                   /* wall time */
};
typedef int (*mg_missed_fn) (void *opaque, const struct mg_missed *missed,
                             struct mg_error *err);
int mg_run_missed (struct mg_run *run, const struct mg_action_options *options,
                   mg_missed_fn each, void *opaque, struct mg_error *err);

#endif
