/* How many are begun and not ended, of a kind whose creates begin something that
 * a second step ends: no more than it has lanes, for they cost until then.  And
 * of a kind that is made in order: one, which ends when its create does, or the
 * doubt about it. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "run/sched.h"

static int
has_end (const struct mg_kind *kind)
{
  return (kind->k->flags & MIGRATE_KIND_FINISH) != 0 && !kind->is_acl;
}

/* Does a create of it count until something has ended? */
static int
is_counted (const struct mg_kind *kind)
{
  return has_end (kind) || mg_is_ordered (kind);
}

static int
find (const struct mg_open *open, int64_t aid)
{
  int i;

  for (i = 0; i < open->n; i++)
    if (open->aids[i] == aid)
      return i;
  return -1;
}

static void
add (struct mg_open *open, int64_t aid)
{
  if (find (open, aid) >= 0)
    return;
  if (open->n == open->cap) {
    open->cap = open->cap ? open->cap * 2 : 16;
    open->aids = mg_xreallocarray (open->aids, (size_t) open->cap,
                                   sizeof open->aids[0]);
  }
  open->aids[open->n++] = aid;
}

static void
take_out (struct mg_open *open, int64_t aid)
{
  int i = find (open, aid);

  if (i >= 0)
    open->aids[i] = open->aids[--open->n];
}

/* ---- what was begun before ---- */

static int
is_to_come (int state)
{
  return state == MG_WAIT || state == MG_READY || state == MG_SENT
         || state == MG_PARKED;
}

struct loader {
  struct mg_sched *sched;
  const struct mg_kind *kind;      /* the one that is looked at */
};

static int
add_unended (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct loader *l = opaque;

  (void) err;
  if (w->kid == l->kind->kid && is_to_come (w->state))
    add (&l->sched->open[l->kind->index], w->aid);
  return 0;
}

static int
add_doubt (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct loader *l = opaque;

  (void) err;
  if (w->state == MG_DOUBT)
    add (&l->sched->open[l->kind->index], w->aid);
  return 0;
}

int
mg_open_load (struct mg_sched *s, struct mg_error *err)
{
  struct mg_run *run = s->run;
  int i, r = 0;

  for (i = 0; i < run->registry->n_kinds && r == 0; i++) {
    struct loader l = { .sched = s, .kind = run->registry->kinds[i] };

    if (!is_counted (l.kind) || !l.kind->chosen)
      continue;
    if (has_end (l.kind))
      r = mg_work_each_phase (run->store, run->target.wsid, MG_PHASE_FINISH, 0,
                              add_unended, &l, err);
    if (r == 0)
      r = mg_work_each_due (run->store, run->target.wsid, l.kind->kid,
                            INT64_MAX, add_doubt, &l, err);
  }
  return r;
}

/* ---- as it goes on ---- */

/* The target cannot be looked at, and what is in doubt there may run: it counts
 * until the next import, and what finds no room waits for that. */
int
mg_open_is_held (const struct mg_sched *s, const struct mg_ready *ring)
{
  return ring->op == MG_OP_CREATE && has_end (ring->kind)
         && s->doubts[ring->kind->index].given_up
         && s->open[ring->kind->index].n >= ring->lanes;
}

/* Nothing runs, all that ended is in the store, and there is neither a row that
 * could end one nor a doubt to be settled. */
static int
is_stuck (const struct mg_sched *s, const struct mg_kind *kind)
{
  const struct mg_doubts *d = &s->doubts[kind->index];
  int i;

  if (s->n_running > 0 || s->quiet < 0 || s->flushing || d->settling
      || d->due != MG_NEVER)
    return 0;
  for (i = 0; i < s->n_rings; i++) {
    const struct mg_ready *ring = &s->rings[i];

    if (ring->op != MG_OP_CREATE
        && (ring->n > 0 || ring->refilling || ring->asked <= s->generation))
      return 0;
  }
  return 1;
}

int
mg_open_is_full (const struct mg_sched *s, const struct mg_ready *ring)
{
  int most = mg_is_ordered (ring->kind) ? 1 : ring->lanes;

  return ring->op == MG_OP_CREATE && is_counted (ring->kind)
         && s->open[ring->kind->index].n >= most
         && (mg_open_is_held (s, ring) || !is_stuck (s, ring->kind));
}

void
mg_open_begin (struct mg_sched *s, const struct mg_ready *ring,
               const struct mg_work *work)
{
  if (ring->op == MG_OP_CREATE && is_counted (ring->kind))
    add (&s->open[ring->kind->index], work->aid);
}

void
mg_open_end (struct mg_sched *s, const struct mg_ready *ring,
             const struct mg_work *work, const struct mg_item_end *end)
{
  int stays = ring->op == MG_OP_CREATE
              ? (end->state == MG_DONE && has_end (ring->kind))
                || end->state == MG_DOUBT
              : work->phase != MG_PHASE_FINISH || is_to_come (end->state);

  if (is_counted (ring->kind) && !stays)
    take_out (&s->open[ring->kind->index], work->aid);
}

/* 1: it is over with this one, whatever came of it. */
static int
is_over (const struct mg_run *run, const struct mg_kind *kind, int64_t aid,
         int given_up)
{
  MG_CLEANUP (mg_work_release) struct mg_work end = MG_WORK_INIT;
  MG_CLEANUP (mg_work_release) struct mg_work main_row = MG_WORK_INIT;

  if (has_end (kind)
      && mg_work_get (run->store, run->target.wsid, aid, MG_PHASE_FINISH, &end,
                      NULL) > 0)
    return !is_to_come (end.state);
  return mg_work_get (run->store, run->target.wsid, aid, MG_PHASE_MAIN,
                      &main_row, NULL) <= 0
         || !(main_row.state == MG_SENT
              || (main_row.state == MG_DOUBT && (has_end (kind) || !given_up)));
}

void
mg_open_settled (struct mg_sched *s, const struct mg_doubts *d)
{
  struct mg_open *open = &s->open[d->kind->index];
  int64_t *aids;
  int i, n;

  if (!is_counted (d->kind))
    return;
  mg_mutex_lock (&s->run->state->lock);
  n = open->n;
  aids = mg_xmemdup (open->aids, (size_t) n * sizeof aids[0]);
  mg_mutex_unlock (&s->run->state->lock);
  for (i = 0; i < n; i++)
    if (!is_over (s->run, d->kind, aids[i], d->given_up))
      aids[i] = 0;
  mg_mutex_lock (&s->run->state->lock);
  for (i = 0; i < n; i++)
    if (aids[i] != 0)
      take_out (open, aids[i]);
  mg_mutex_unlock (&s->run->state->lock);
  mg_free (aids);
}
