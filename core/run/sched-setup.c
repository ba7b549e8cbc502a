/* What the scheduler begins with: a ring per kind and operation, in the order in
 * which they are to be looked at. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/sched.h"

static int
class_of_call (struct mg_run *run, const char *call, int op)
{
  MG_CLEANUP_FREE char *copy = mg_xstrdup (call ? call : "");
  char *space = strchr (copy, ' ');

  if (space == NULL)
    return 0;
  *space = '\0';
  /* what is added to an adopted asset is patched in */
  return mg_remote_class (run->target.remote,
                          op == MG_OP_MERGE ? "PATCH" : copy, space + 1);
}

static int
by_tail (const void *a, const void *b)
{
  const struct mg_ready *x = a, *y = b;

  if (x->tail != y->tail)
    return x->tail > y->tail ? -1 : 1;
  return x->kind->index != y->kind->index ? x->kind->index - y->kind->index
         : x->op - y->op;
}

static int
lanes_of (const struct mg_kind *kind)
{
  if (kind->is_acl || !(kind->k->flags & MIGRATE_KIND_CALLS)
      || kind->plugin->p.import_asset == NULL)
    return 0;
  return kind->k->lanes ? (int) kind->k->lanes : 1;
}

static int
class_of_creates (struct mg_run *run, const struct mg_kind *kind)
{
  return class_of_call (run, kind->k->create ? kind->k->create
                        : kind->k->update, MG_OP_CREATE);
}

struct weight {
  int rate_class;
  double own;                      /* seconds that its creates take */
  double tail;                     /* ... and the longest tail of its users */
  double behind;                   /* as tail, in other rate classes alone */
  double each;                     /* of that, what hangs on one asset */
};

/* What shares a rate class with the kind that it waits for takes its time from
 * the same purse: it is no later for being after that kind. */
static void
weigh (struct mg_sched *s, struct weight *weights)
{
  const struct mg_registry *registry = s->run->registry;
  int i, j;

  for (i = registry->n_kinds - 1; i >= 0; i--) {
    const struct mg_kind *kind = registry->kinds[i];
    struct weight *w = &weights[i];
    int64_t counts[MG_N_STATES], n;
    double rate;

    w->rate_class = class_of_creates (s->run, kind);
    if (mg_counters_get (s->run->store, s->run->target.wsid, kind->kid, counts,
                         NULL, NULL) < 0)
      continue;
    rate = mg_remote_class_rate (s->run->target.remote, w->rate_class);
    n = counts[MG_WAIT] + counts[MG_READY];
    w->own = (double) n / (rate > 0 ? rate : 10000);
    for (j = i + 1; j < registry->n_kinds; j++) {
      const struct weight *d = &weights[j];
      double behind = d->behind + (d->rate_class == w->rate_class ? 0 : d->own);

      if (!mg_kind_needs (registry->kinds[j], kind))
        continue;
      if (d->tail > w->tail)
        w->tail = d->tail;
      if (behind > w->behind)
        w->behind = behind;
    }
    w->tail += w->own;
    w->each = n > 0 ? w->behind / (double) n : 0;
  }
}

/* Of two that wait for one limit that goes first which lets more of the others
 * begin; of equal ones the later kind, for what it waited for is done. */
static int
goes_before (const struct mg_ready *x, const struct mg_ready *y)
{
  if (x->each != y->each)
    return x->each > y->each;
  return x->kind->index != y->kind->index ? x->kind->index > y->kind->index
         : x->op < y->op;
}

static void
order_in_classes (struct mg_sched *s)
{
  int i, j;

  for (i = 0; i < s->n_rings; i++)
    for (j = i + 1; j < s->n_rings; j++)
      if (s->rings[i].rate_class == s->rings[j].rate_class
          && goes_before (&s->rings[j], &s->rings[i])) {
        struct mg_ready other = s->rings[i];

        s->rings[i] = s->rings[j];
        s->rings[j] = other;
      }
}

void
mg_sched_set_up (struct mg_sched *s)
{
  static const int ops[] = { MG_OP_CREATE, MG_OP_UPDATE, MG_OP_MERGE };
  struct mg_registry *registry = s->run->registry;
  struct weight *weights = mg_xcalloc ((size_t) registry->n_kinds + 1,
                                       sizeof *weights);
  int i;
  size_t o;

  weigh (s, weights);
  s->rings = mg_xcalloc ((size_t) registry->n_kinds * 3 + 1, sizeof *s->rings);
  s->scores = mg_xcalloc ((size_t) registry->n_kinds + 1, sizeof *s->scores);
  s->doubts = mg_xcalloc ((size_t) registry->n_kinds + 1, sizeof *s->doubts);
  s->open = mg_xcalloc ((size_t) registry->n_kinds + 1, sizeof *s->open);
  for (i = 0; i < registry->n_kinds; i++) {
    struct mg_kind *kind = registry->kinds[i];

    s->doubts[i].kind = kind;
    s->doubts[i].due = MG_NEVER;
    if (!kind->chosen || !mg_kind_at (kind, s->run->target.end))
      continue;
    for (o = 0; o < MG_N_ELEMENTS (ops); o++) {
      struct mg_ready *ring = &s->rings[s->n_rings++];

      ring->kind = kind;
      ring->op = ops[o];
      ring->lanes = lanes_of (kind);
      ring->rate_class = class_of_call (s->run, ops[o] == MG_OP_CREATE
                                        ? kind->k->create : kind->k->update,
                                        ops[o]);
      ring->tail = weights[i].tail;
      ring->each = weights[i].each;
    }
  }
  qsort (s->rings, (size_t) s->n_rings, sizeof *s->rings, by_tail);
  order_in_classes (s);
  mg_free (weights);
  s->quiet = -1;
}
