/* Inside of the scheduler: import.c, sched.c and its parts only.  The run's lock
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
  int64_t told_until;              /* of those that are parked; wall time */
};

/* Of a kind whose creates begin what a second step ends, and of one that is made
 * in order: the source's assets that may be at it, also those whose create is in
 * doubt. */
struct mg_open {
  int64_t *aids;
  int n, cap;
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
  struct mg_open *open;               /* likewise */
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

/* All of an import's work, to its end or until it is stopped. */
int mg_sched_run (struct mg_run *run, struct mg_error *err);

/* ---- begun and not ended (sched-open.c) ---- */

/* Are its assets made one after the other, in the source's order? */
static inline int
mg_is_ordered (const struct mg_kind *kind)
{
  return (kind->k->flags & MIGRATE_KIND_ORDERED) != 0 && !kind->is_acl;
}

/* What a run before this one left begun. */
int mg_open_load (struct mg_sched *sched, struct mg_error *err);

/* 1: as many as the kind has lanes (in order: one) are begun, and another one
 * rests until one of them is ended; not where nothing is left that could end
 * one. */
int mg_open_is_full (const struct mg_sched *sched, const struct mg_ready *ring);
/* 1: it stays so until the next import. */
int mg_open_is_held (const struct mg_sched *sched, const struct mg_ready *ring);

void mg_open_begin (struct mg_sched *sched, const struct mg_ready *ring,
                    const struct mg_work *work);
void mg_open_end (struct mg_sched *sched, const struct mg_ready *ring,
                  const struct mg_work *work, const struct mg_item_end *end);

/* A kind's doubts were looked at.  Takes the lock itself. */
void mg_open_settled (struct mg_sched *sched, const struct mg_doubts *doubts);

#endif
