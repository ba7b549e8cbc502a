/* An import: what is decided before the first request, and what is counted
 * after the last.  Between them stands the scheduler (sched.c).  One thread. */
#include <config.h>

#include "run/sched.h"

/* What a former run left as sent: the kinds that the service keeps unique are
 * sent again, the others are looked for. */
static int
reopen_sent (struct mg_run *run, struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; i < run->registry->n_kinds && r == 0; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];
    int unique = kind->k->once == MIGRATE_ONCE_PUT
                 || mg_run_refuses_twice (kind);

    r = mg_work_reopen (run->store, run->target.wsid, kind->kid, NULL, 0,
                        unique ? MG_READY : MG_DOUBT,
                        unique ? 0 : mg_settle_due (run, kind), err);
  }
  return r;
}

/* An asset that was created and could not be completed. */
static int
count_unfinished (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  int64_t *n = opaque;

  (void) err;
  *n += w->phase == MG_PHASE_FINISH
        && (w->state == MG_FAILED || w->state == MG_BLOCKED);
  return 0;
}

/* Of a kind whose plugin is disabled: was it before anything was planned, all that
 * the export has is not done.  What --name would have chosen nobody knows. */
static int
count_unplanned (struct mg_run *run, const struct mg_kind *kind,
                 const int64_t *counts, struct mg_error *err)
{
  int64_t exported[MG_N_STATES], found = 0;
  int i, r;

  for (i = 0; i < MG_N_STATES; i++)
    if (counts[i] != 0)
      return 0;
  if (run->options.name_glob != NULL
      || (kind->k->flags & MIGRATE_KIND_ADOPT_ONLY) != 0)
    return 0;
  r = mg_counters_get (run->store, MG_SOURCE_WSID, kind->kid, exported, &found,
                       err);
  run->n_failed += r < 0 ? 0 : found;
  return r;
}

static void
count_left_out (struct mg_run *run)
{
  int i, j;

  run->n_left_out = 0;
  for (i = 0; i < run->registry->n_plugins; i++)
    for (j = 0; j < run->registry->n_kinds; j++)
      if (run->registry->plugins[i]->disabled && run->registry->kinds[j]->chosen
          && run->registry->kinds[j]->plugin == run->registry->plugins[i]) {
        run->n_left_out++;
        break;
      }
}

static int
count_failures (struct mg_run *run, struct mg_error *err)
{
  int i, r = 0;

  run->n_failed = 0;
  if (!run->stopped)
    count_left_out (run);
  for (i = 0; i < run->registry->n_kinds && r >= 0; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];
    int64_t counts[MG_N_STATES];

    if (!kind->chosen)
      continue;
    r = mg_counters_get (run->store, run->target.wsid, kind->kid, counts, NULL,
                         err);
    run->n_failed += counts[MG_FAILED] + counts[MG_BLOCKED] + counts[MG_DOUBT];
    if (!run->stopped)             /* what is not done has no other line */
      run->n_failed += counts[MG_WAIT] + counts[MG_READY] + counts[MG_SENT]
                       + counts[MG_PARKED];
    if (r >= 0 && !run->stopped && kind->plugin->disabled)
      r = count_unplanned (run, kind, counts, err);
    if (r >= 0)
      r = mg_work_each_bad (run->store, run->target.wsid, kind->kid,
                            count_unfinished, &run->n_failed, err);
  }
  return r < 0 ? r : 0;
}

/* What failed is tried again: before planning, which decides anew, what was
 * never sent and all where names repeat (one that is ambiguous still is not
 * created); after it what the service decides. */
static int
retry_failed (struct mg_run *run, int before, struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; i < run->registry->n_kinds && r == 0; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];
    int repeats = kind->k->once == MIGRATE_ONCE_NONUNIQUE;

    if (run->options.retry_failed && kind->chosen && (before || !repeats))
      r = mg_work_retry_failed (run->store, run->target.wsid, kind->kid,
                                repeats ? MG_RETRY_ALL
                                : before ? MG_RETRY_UNSENT : MG_RETRY_SENT,
                                err);
  }
  return r;
}

static int
prepare_rows (struct mg_run *run, struct mg_error *err)
{
  int r = mg_run_take_verdicts (run, err);

  if (r == 0)
    r = reopen_sent (run, err);
  if (r == 0)
    r = retry_failed (run, 1, err);
  if (r == 0 && !(run->planned && !run->options.retry_failed))
    r = mg_run_plan (run, NULL, err);
  if (r == 0)
    r = retry_failed (run, 0, err);
  if (r == 0)
    r = mg_work_find_lost_wakes (run->store, run->target.wsid, err);
  return r;
}

static void
set_totals (struct mg_run *run)
{
  int i;

  mg_run_clear_progress (run);
  for (i = 0; i < run->registry->n_kinds; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];
    int64_t counts[MG_N_STATES];

    if (kind->chosen
        && mg_counters_get (run->store, run->target.wsid, kind->kid, counts,
                            NULL, NULL) == 0
        && counts[MG_WAIT] + counts[MG_READY] + counts[MG_DOUBT] > 0)
      mg_run_total (run, kind->k->name, counts[MG_WAIT] + counts[MG_READY]
                    + counts[MG_DOUBT]);
  }
}

int
mg_run_import (struct mg_run *run, struct mg_error *err)
{
  int r = prepare_rows (run, err);

  if (r < 0 || run->stopped)
    return r;
  r = mg_run_open_plugins (run, &run->target, err);
  if (r < 0)
    return r;
  set_totals (run);
  r = mg_sched_run (run, err);
  mg_run_close_plugins (run, &run->target);
  return r == 0 ? count_failures (run, err) : r;
}
