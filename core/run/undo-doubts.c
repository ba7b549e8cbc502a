/* Before an undo: what left and was never confirmed is looked for, so that what
 * is there of ours is taken back as well.  See run.h.
 *
 * One thread, with the kind's patience counted from when the create left. */
#include <config.h>

#include "base/clock.h"
#include "run/state.h"

struct doubter {
  struct mg_run *run;
  struct mg_error error;
  int64_t n;
};

/* Whatever state it has: its create may have taken effect. */
static int
open_doubt (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct doubter *d = opaque;
  const struct mg_kind *kind = mg_registry_kid (d->run->registry, w->kid);
  struct mg_result *res;
  int64_t now = mg_clock_wall_us ();

  if (kind == NULL || !kind->chosen || kind->parent != NULL || w->new_aid != 0
      || !mg_kind_at (kind, d->run->target.end)
      || (!w->maybe && w->state != MG_SENT))
    return 0;
  d->n++;
  if (w->state == MG_DOUBT)
    return 0;
  res = mg_result_new (w->wid, MG_DOUBT);
  res->maybe = 1;
  res->not_before = w->sent_at + mg_settle_due (d->run, kind) - now;
  if (res->not_before < now)
    res->not_before = now;
  mg_result_say (res, "uncertain", "sent, and no reply seen");
  return mg_result_post (d->run->store, res, err);
}

static void
wait_until (struct mg_run *run, int64_t wall_us)
{
  struct mg_run_state *state = run->state;
  int64_t end_us = mg_clock_now_us () + wall_us - mg_clock_wall_us ();

  MG_LOCKED (&state->lock);
  while (!state->stop && state->fatal.code == 0
         && mg_clock_now_us () < end_us)
    mg_cond_wait_until (&state->wake, &state->lock, end_us);
}

/* When to look for a kind's next doubt: 1, or 0 when it has none.  A parked row
 * is no doubt; one that is due before is only set free. */
static int
next_look (struct mg_run *run, const struct mg_kind *kind, int64_t *ret_due,
           struct mg_error *err)
{
  int64_t counts[MG_N_STATES], assets;
  int r = mg_counters_get (run->store, run->target.wsid, kind->kid, counts,
                           &assets, err);

  if (r < 0 || counts[MG_DOUBT] == 0)
    return r < 0 ? r : 0;
  return mg_work_next_due (run->store, run->target.wsid, kind->kid, ret_due,
                           err);
}

static void
settle_kinds (struct mg_run *run, struct mg_ctx *ctx, void *opaque)
{
  struct doubter *d = opaque;
  int i, r = 0;

  for (i = 0; i < run->registry->n_kinds && r >= 0; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];
    int64_t due;

    while (r >= 0 && !mg_run_stopping (run) && kind->chosen
           && (r = next_look (run, kind, &due, &d->error)) > 0) {
      wait_until (run, due);
      if (mg_run_stopping (run))
        return;
      r = mg_settle_kind (run, ctx, kind, &d->error);
      if (r >= 0)
        r = mg_store_flush (run->store, &d->error);
    }
  }
}

int
mg_run_find_doubts (struct mg_run *run, struct mg_error *err)
{
  struct doubter d = { .run = run, .error = MG_ERROR_INIT };
  struct mg_event event = { .event = "phase",
                            .message = "looking for what was never confirmed" };
  int r = mg_run_forget_disabled (run, &run->target, err);

  if (r == 0)
    r = mg_work_each_phase (run->store, run->target.wsid, MG_PHASE_MAIN, 0,
                            open_doubt, &d, err);
  if (r == 0)
    r = mg_store_flush (run->store, err);
  if (r < 0 || d.n == 0)
    return r;
  mg_run_emit (run, &event);
  r = mg_run_open_plugins (run, &run->target, err);
  if (r == 0)
    r = mg_run_pool (run, &run->target, 1, settle_kinds, &d, err);
  mg_run_close_plugins (run, &run->target);
  if (r < 0 || d.error.code == 0 || d.error.code == MG_E_CANCELLED)
    return r;
  mg_error_copy (err, &d.error);
  return d.error.code;
}
