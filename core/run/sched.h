/* Inside of the scheduler: sched.c and sched-setup.c only.  The run's lock
 * guards all of it. */
#ifndef MG_RUN_SCHED_H
#define MG_RUN_SCHED_H

#include "run/state.h"

#define MG_NEVER INT64_MAX
#define HOPELESS 20                /* failures for one cause, and nothing else */

struct mg_ready {
  const struct mg_kind *kind;
  int op, rate_class, lanes, running;
  double tail;                     /* seconds of work that hang on this */
  double each;                     /* ... on one asset, in other rate classes */
  struct mg_work rows[MG_RING];
  int head, n;
  int64_t busy[MG_RING + 256];     /* wids claimed in memory: queued, running */
  int n_busy;
  int64_t ended[MG_RING + 256];    /* of busy: done, maybe not committed */
  int n_ended;
  int refilling;
  int64_t asked;                   /* generation of the last empty refill + 1 */
};

struct mg_doubts {
  const struct mg_kind *kind;
  int64_t due;                     /* wall time; MG_NEVER */
  int settling;
  int given_up;                    /* its list cannot be had: uncertain they stay */
};

struct mg_score {
  int n_failed, any_good, closed;
  char code[48];
};

struct mg_sched {
  struct mg_run *run;
  struct mg_score *scores;            /* one per kind of the registry */
  struct mg_ready *rings;
  int n_rings;
  struct mg_doubts *doubts;           /* one per kind of the registry */
  int64_t generation;              /* commits seen */
  int n_running;
  int n_waiting;                   /* workers that found nothing to do */
  int flushing;
  int64_t quiet;                   /* generation at which all was flushed */
  int finished;
};

/* Rings for what is chosen, those with the longest tail first, and
 * in each rate class those first that let most of the other classes begin. */
void mg_sched_set_up (struct mg_sched *sched);

#endif
