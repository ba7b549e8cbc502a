/* The scheduler of an import.
 *
 * Readiness belongs to the asset: the store says which rows are READY, here is
 * decided which of them goes next.  A ring per kind and operation holds claimed
 * rows, refilled when it is half empty; for creates the refill commits SENT
 * with it (claims run ahead of sending, so no send waits for a sync).  A worker
 * gets a row only when its rate class has a token due soon ("token before
 * thread"), else all of them would sit on the slowest class.
 *
 * The run's lock guards everything here. */
#include <config.h>

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "run/sched.h"

static void
forget_busy (struct mg_ready *ring, int64_t wid)
{
  int i;

  for (i = 0; i < ring->n_busy; i++)
    if (ring->busy[i] == wid) {
      ring->busy[i] = ring->busy[--ring->n_busy];
      return;
    }
}

/* ---- choosing ---- */

/* Creates of a kind whose names repeat rest while its doubts are settled: what
 * one of them has just made would be taken for a lost one. */
static int
rests (const struct mg_sched *s, const struct mg_ready *ring)
{
  const struct mg_doubts *d = &s->doubts[ring->kind->index];

  return ring->op == MG_OP_CREATE
         && ring->kind->k->once == MIGRATE_ONCE_NONUNIQUE
         && (d->settling || d->due <= mg_clock_wall_us ());
}

static int
creates_run (const struct mg_sched *s, const struct mg_kind *kind)
{
  int i;

  for (i = 0; i < s->n_rings; i++)
    if (s->rings[i].kind == kind && s->rings[i].op == MG_OP_CREATE)
      return s->rings[i].running > 0
             && kind->k->once == MIGRATE_ONCE_NONUNIQUE;
  return 0;
}

/* The best ring whose next request may leave soon; else how long to wait. */
static struct mg_ready *
pick_ring (struct mg_sched *s, int64_t *ret_wait_us)
{
  int i;

  *ret_wait_us = MG_NEVER;
  for (i = 0; i < s->n_rings; i++) {
    struct mg_ready *ring = &s->rings[i];
    int64_t due;

    if (ring->n == 0 || (ring->lanes > 0 && ring->running >= ring->lanes)
        || s->scores[ring->kind->index].closed || rests (s, ring)
        || mg_open_is_full (s, ring))
      continue;
    due = mg_remote_due_us (s->run->target.remote, ring->rate_class);
    if (due <= MG_TOKEN_AHEAD_US)
      return ring;
    if (due - MG_TOKEN_AHEAD_US < *ret_wait_us)
      *ret_wait_us = due - MG_TOKEN_AHEAD_US;
  }
  return NULL;
}

/* Of those that are made in order the next one is the first that is ready when
 * the last one is over: no other is claimed before. */
static int
is_in_turn (const struct mg_sched *s, const struct mg_ready *ring)
{
  return ring->op != MG_OP_CREATE || !mg_is_ordered (ring->kind)
         || (ring->n == 0 && ring->running == 0 && !mg_open_is_full (s, ring));
}

static struct mg_ready *
hungry_ring (const struct mg_sched *s)
{
  int i;

  for (i = 0; i < s->n_rings; i++) {
    struct mg_ready *ring = &s->rings[i];

    if (!ring->refilling && ring->n <= MG_RING - MG_REFILL
        && !s->scores[ring->kind->index].closed
        && ring->n_busy < 256 && ring->asked <= s->generation
        && is_in_turn (s, ring))
      return ring;
  }
  return NULL;
}

static struct mg_doubts *
due_doubts (struct mg_sched *s, int64_t *ret_wait_us)
{
  int64_t now = mg_clock_wall_us ();
  int i;

  for (i = 0; i < s->run->registry->n_kinds; i++) {
    struct mg_doubts *d = &s->doubts[i];

    if (d->settling || d->due == MG_NEVER)
      continue;
    if (d->due <= now && !creates_run (s, d->kind))
      return d;
    if (d->due > now && d->due - now < *ret_wait_us)
      *ret_wait_us = d->due - now;
  }
  return NULL;
}

/* Whoever is done looks for more work himself, so nobody need be told of that;
 * but one who has found something tells one other when there is more.  (To
 * wake everybody each time cost ten times what a create costs.) */
static int
may_pass_on (const struct mg_sched *s)
{
  int i;

  if (s->n_waiting == 0)
    return 0;
  for (i = 0; i < s->n_rings; i++) {
    const struct mg_ready *ring = &s->rings[i];

    if (ring->n > 0 && (ring->lanes == 0 || ring->running < ring->lanes)
        && !s->scores[ring->kind->index].closed && !mg_open_is_full (s, ring))
      return 1;
  }
  return hungry_ring (s) != NULL;
}

/* Gives up the lock first: who wakes to a held lock sleeps once more. */
static void
unlock_and_pass_on (struct mg_sched *s)
{
  int more = may_pass_on (s);

  mg_mutex_unlock (&s->run->state->lock);
  if (more)
    mg_cond_signal (&s->run->state->wake);
}

/* ---- doing; each is entered and left with the lock held ---- */

/* Idempotent rows are claimed in memory only: what ended is READY in the store
 * until its result is committed, and is kept out of refills until then. */
static void
forget_ended (struct mg_sched *s, struct mg_ready *ring)
{
  struct mg_error err = MG_ERROR_INIT;
  int i, n = ring->n_ended;

  if (n == 0)
    return;
  mg_mutex_unlock (&s->run->state->lock);
  if (mg_store_flush (s->run->store, &err) < 0)
    mg_run_fail (s->run, &err);
  mg_mutex_lock (&s->run->state->lock);
  for (i = 0; i < n; i++)
    forget_busy (ring, ring->ended[i]);
  ring->n_ended -= n;
  memmove (ring->ended, ring->ended + n,
           (size_t) ring->n_ended * sizeof ring->ended[0]);
}

static void
refill (struct mg_sched *s, struct mg_ready *ring)
{
  struct mg_run_state *state = s->run->state;
  struct mg_claim *claim = mg_xcalloc (1, sizeof *claim);
  struct mg_error err = MG_ERROR_INIT;
  int64_t generation, *busy;
  int i, r;

  ring->refilling = 1;
  forget_ended (s, ring);
  generation = s->generation;
  busy = mg_xmemdup (ring->busy, (size_t) ring->n_busy * sizeof ring->busy[0]);
  claim->wsid = s->run->target.wsid;
  claim->durable = ring->op == MG_OP_CREATE;
  claim->class_id = MG_WORK_CLASS (ring->kind->kid, ring->op);
  claim->max = ring->op == MG_OP_CREATE && mg_is_ordered (ring->kind)
               ? 1 : MG_REFILL;
  claim->busy = busy;
  claim->n_busy = ring->n_busy;
  unlock_and_pass_on (s);
  r = mg_work_claim (s->run->store, claim, &err);
  if (r < 0)
    mg_run_fail (s->run, &err);
  mg_mutex_lock (&state->lock);
  for (i = 0; i < claim->n_rows && r == 0; i++) {
    ring->rows[(ring->head + ring->n++) % MG_RING] = claim->rows[i];
    ring->busy[ring->n_busy++] = claim->rows[i].wid;
  }
  if (claim->n_rows < claim->max)
    ring->asked = generation + 1;
  ring->refilling = 0;
  mg_free (busy);
  mg_free (claim);
}

/* The doubts of a kind that is not moved now, or whose plugin is disabled, stay
 * as they are. */
static void
note_doubts (struct mg_sched *s, const struct mg_kind *kind)
{
  struct mg_error err = MG_ERROR_INIT;
  int64_t due = MG_NEVER;
  int r = 0;

  if (kind->chosen && mg_kind_at (kind, s->run->target.end))
    r = mg_work_next_due (s->run->store, s->run->target.wsid, kind->kid, &due,
                          &err);
  if (r < 0)
    mg_run_fail (s->run, &err);
  mg_mutex_lock (&s->run->state->lock);
  if (s->doubts[kind->index].given_up)
    s->doubts[kind->index].due = MG_NEVER;
  else if (s->n_running == 0 || due < s->doubts[kind->index].due
           || s->doubts[kind->index].settling)
    s->doubts[kind->index].due = r > 0 ? due : MG_NEVER;
  mg_mutex_unlock (&s->run->state->lock);
}

/* A plugin whose first assets all fail for one cause is out for this run: the
 * cause is not theirs.  Failures among successes never disable it. */
static void
keep_score (struct mg_sched *s, const struct mg_kind *kind,
            const struct mg_item_end *end)
{
  struct mg_score *score = &s->scores[kind->index];
  struct mg_plugin *plugin = kind->plugin;
  struct mg_error why;

  if (end->state != MG_FAILED) {
    score->any_good |= end->state == MG_DONE || end->state == MG_UNCHANGED;
    return;
  }
  if (score->n_failed++ == 0)
    memcpy (score->code, end->code, sizeof score->code);
  else if (strcmp (score->code, end->code) != 0)
    score->any_good = 1;
  if (score->any_good || score->n_failed < HOPELESS || score->closed)
    return;
  score->closed = 1;
  mg_error_set (&plugin->why, MG_E_FAIL, "plugin-disabled",
                "the first %d of its %s all failed [%s]; cure that, then migrate "
                "import --retry-failed", HOPELESS, kind->k->title, score->code);
  why = plugin->why;               /* another of its kinds may end, too */
  mg_mutex_unlock (&s->run->state->lock);
  mg_run_note (s->run, &s->run->target, 0, kind, plugin->p.name,
               "plugin-disabled", why.text);
  mg_mutex_lock (&s->run->state->lock);
}

/* All that are parked within a minute wait for the same: one line says so. */
#define TOLD_TOO_US (60 * MG_SECOND_US)
static void
tell_parked (struct mg_sched *s, struct mg_doubts *d, const struct mg_kind *kind,
             const struct mg_item_end *end)
{
  char when[24], text[200];
  const struct mg_event event = { .event = "note", .kind = kind->k->name,
                                  .code = end->code, .message = text };

  if (end->state != MG_PARKED || end->due <= d->told_until)
    return;
  d->told_until = end->due + TOLD_TOO_US;
  mg_mutex_unlock (&s->run->state->lock);
  snprintf (text, sizeof text, "the workspace lets no more of them be created for "
            "now; waiting until %s to try again", mg_time_iso (end->due, when));
  mg_run_emit (s->run, &event);
  mg_mutex_lock (&s->run->state->lock);
}

static void
run_one (struct mg_sched *s, struct mg_ctx *ctx, struct mg_ready *ring)
{
  struct mg_run_state *state = s->run->state;
  struct mg_doubts *d = &s->doubts[ring->kind->index];
  struct mg_work work = ring->rows[ring->head];
  struct mg_item_end end;

  ring->head = (ring->head + 1) % MG_RING;
  ring->n--;
  ring->running++;
  s->n_running++;
  mg_open_begin (s, ring, &work);
  unlock_and_pass_on (s);
  end = mg_item_do (s->run, ctx, ring->kind, &work);
  mg_mutex_lock (&state->lock);
  if (end.due != 0 && end.due < d->due)
    d->due = end.due;
  keep_score (s, ring->kind, &end);
  tell_parked (s, d, ring->kind, &end);
  mg_open_end (s, ring, &work, &end);
  ring->running--;
  s->n_running--;
  s->quiet = -1;
  mg_work_release (&work);
  if (ring->op == MG_OP_CREATE)
    forget_busy (ring, work.wid);
  else
    ring->ended[ring->n_ended++] = work.wid;
}

/* What is in doubt stays so until the next import; the others go on. */
static void
give_up (struct mg_sched *s, struct mg_doubts *d, const struct mg_error *err)
{
  mg_mutex_lock (&s->run->state->lock);
  d->given_up = 1;
  d->due = MG_NEVER;
  mg_mutex_unlock (&s->run->state->lock);
  mg_run_note (s->run, &s->run->target, 0, d->kind, NULL, "uncertain",
               err->text);
}

static void
settle (struct mg_sched *s, struct mg_ctx *ctx, struct mg_doubts *d)
{
  struct mg_run_state *state = s->run->state;
  struct mg_error err = MG_ERROR_INIT;
  int r;

  d->settling = 1;
  s->n_running++;
  unlock_and_pass_on (s);
  r = mg_store_flush (s->run->store, &err);
  if (r == 0)
    r = mg_settle_kind (s->run, ctx, d->kind, &err);
  if (r == 0)
    r = mg_store_flush (s->run->store, &err);
  if (r < 0 && mg_run_is_fatal (r))
    mg_run_fail (s->run, &err);
  else if (r < 0 && r != MG_E_CANCELLED)
    give_up (s, d, &err);
  if (r == 0)
    note_doubts (s, d->kind);
  mg_open_settled (s, d);
  mg_mutex_lock (&state->lock);
  s->n_running--;
  d->settling = 0;
  s->quiet = -1;
}

/* Nothing is queued and nothing runs: everything posted is made durable; when
 * that brings nothing new, the import is at its end. */
static void
look_for_end (struct mg_sched *s)
{
  struct mg_run_state *state = s->run->state;
  struct mg_error err = MG_ERROR_INIT;
  int i;

  s->flushing = 1;
  s->quiet = 0;                    /* what ends meanwhile makes it -1 again */
  mg_mutex_unlock (&state->lock);
  if (mg_store_flush (s->run->store, &err) < 0)
    mg_run_fail (s->run, &err);
  for (i = 0; i < s->run->registry->n_kinds; i++)
    note_doubts (s, s->run->registry->kinds[i]);
  mg_mutex_lock (&state->lock);
  for (i = 0; i < s->n_rings; i++) {
    struct mg_ready *ring = &s->rings[i];

    /* one that another thread fills meanwhile keeps its claims */
    if (!ring->refilling && ring->n == 0 && ring->running == 0)
      ring->n_busy = ring->n_ended = 0;
    ring->asked = 0;
  }
  s->generation++;
  if (s->quiet >= 0)
    s->quiet = s->generation;
  s->flushing = 0;
}

/* Nothing runs, and nothing can be begun; what waits for an end may be left. */
static int
rest_is_full (const struct mg_sched *s)
{
  int i;

  if (s->n_running > 0)
    return 0;
  for (i = 0; i < s->n_rings; i++)
    if (s->rings[i].running > 0 || s->rings[i].refilling
        || (s->rings[i].n > 0 && !s->scores[s->rings[i].kind->index].closed
            && !mg_open_is_full (s, &s->rings[i])))
      return 0;
  return 1;
}

static int
idle (const struct mg_sched *s)
{
  int i;

  for (i = 0; i < s->n_rings; i++)
    if (s->rings[i].n > 0 && !s->scores[s->rings[i].kind->index].closed
        && !mg_open_is_held (s, &s->rings[i]))
      return 0;
  return rest_is_full (s);
}

static int
doubts_open (const struct mg_sched *s)
{
  int i;

  for (i = 0; i < s->run->registry->n_kinds; i++)
    if (s->doubts[i].due != MG_NEVER || s->doubts[i].settling)
      return 1;
  return 0;
}

static void
wait_for (struct mg_sched *s, int64_t wait_us)
{
  struct mg_run_state *state = s->run->state;

  if (wait_us > MG_SECOND_US)
    wait_us = MG_SECOND_US;
  s->n_waiting++;
  mg_cond_wait_until (&state->wake, &state->lock, mg_clock_now_us () + wait_us);
  s->n_waiting--;
}

static void
sched_work (struct mg_run *run, struct mg_ctx *ctx, void *opaque)
{
  struct mg_sched *s = opaque;
  struct mg_run_state *state = run->state;

  MG_LOCKED (&state->lock);
  while (!state->stop && state->fatal.code == 0 && !s->finished) {
    int64_t wait_us = MG_NEVER;
    struct mg_ready *ring = pick_ring (s, &wait_us);
    struct mg_doubts *d;

    if (ring != NULL)
      run_one (s, ctx, ring);
    else if ((ring = hungry_ring (s)) != NULL)
      refill (s, ring);
    else if ((d = due_doubts (s, &wait_us)) != NULL)
      settle (s, ctx, d);
    else if (rest_is_full (s) && !s->flushing && s->quiet < 0)
      look_for_end (s);
    else if (idle (s) && !s->flushing && !doubts_open (s)) {
      s->finished = 1;
      mg_cond_broadcast (&state->wake);
    }
    else
      wait_for (s, wait_us);
  }
}

/* On the writer thread, after each commit. */
static void
on_commit (void *opaque)
{
  struct mg_sched *s = opaque;

  mg_mutex_lock (&s->run->state->lock);
  s->generation++;
  unlock_and_pass_on (s);
}

/* Claims that never left are READY again. */
static int
release_rings (struct mg_sched *s, struct mg_error *err)
{
  int64_t wids[MG_RING];
  int i, j, r = 0;

  for (i = 0; i < s->n_rings && r == 0; i++) {
    struct mg_ready *ring = &s->rings[i];

    for (j = 0; j < ring->n; j++) {
      struct mg_work *w = &ring->rows[(ring->head + j) % MG_RING];

      wids[j] = w->wid;
      mg_work_release (w);
    }
    if (ring->n > 0)
      r = mg_work_reopen (s->run->store, s->run->target.wsid, 0, wids, ring->n,
                          MG_READY, 0, err);
  }
  return r;
}

int
mg_sched_run (struct mg_run *run, struct mg_error *err)
{
  struct mg_sched s = { .run = run };
  struct mg_error later = MG_ERROR_INIT;
  int i, r;

  mg_sched_set_up (&s);
  r = mg_open_load (&s, err);
  for (i = 0; i < run->registry->n_kinds; i++)
    note_doubts (&s, run->registry->kinds[i]);
  mg_store_set_hook (run->store, on_commit, &s);
  if (r == 0)
    r = mg_run_pool (run, &run->target, mg_run_n_workers (run), sched_work, &s,
                     err);
  mg_store_set_hook (run->store, NULL, NULL);
  /* the hook may be running still: a flush is behind it */
  if (mg_store_flush (run->store, &later) == 0)
    release_rings (&s, &later);
  for (i = 0; i < run->registry->n_kinds; i++)
    mg_free (s.open[i].aids);
  mg_free (s.open);
  mg_free (s.rings);
  mg_free (s.doubts);
  mg_free (s.scores);
  return r;
}
