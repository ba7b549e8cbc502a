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
  if (kind->parent != NULL || !(kind->k->flags & MIGRATE_KIND_CALLS)
      || kind->plugin->p.import_asset == NULL)
    return 0;
  return kind->k->lanes ? (int) kind->k->lanes : 1;
}

/* tail (k) = own seconds + the longest tail of those that need k. */
static void
compute_tails (struct mg_sched *s, double *tail)
{
  const struct mg_registry *registry = s->run->registry;
  int i, j;

  for (i = registry->n_kinds - 1; i >= 0; i--) {
    const struct mg_kind *kind = registry->kinds[i];
    const char *call = kind->k->create ? kind->k->create : kind->k->update;
    int64_t counts[MG_N_STATES];
    double rate, own;

    if (mg_counters_get (s->run->store, s->run->target.wsid, kind->kid, counts,
                         NULL, NULL) < 0)
      continue;
    rate = mg_remote_class_rate (s->run->target.remote,
                                 class_of_call (s->run, call, MG_OP_CREATE));
    own = (double) (counts[MG_WAIT] + counts[MG_READY])
          / (rate > 0 ? rate : 10000);
    for (j = i + 1; j < registry->n_kinds; j++)
      if (mg_kind_needs (registry->kinds[j], kind) && tail[j] > tail[i])
        tail[i] = tail[j];
    tail[i] += own;
  }
}

void
mg_sched_set_up (struct mg_sched *s)
{
  static const int ops[] = { MG_OP_CREATE, MG_OP_UPDATE, MG_OP_MERGE };
  struct mg_registry *registry = s->run->registry;
  double *tail = mg_xcalloc ((size_t) registry->n_kinds + 1, sizeof *tail);
  int i;
  size_t o;

  compute_tails (s, tail);
  s->rings = mg_xcalloc ((size_t) registry->n_kinds * 3 + 1, sizeof *s->rings);
  s->scores = mg_xcalloc ((size_t) registry->n_kinds + 1, sizeof *s->scores);
  s->doubts = mg_xcalloc ((size_t) registry->n_kinds + 1, sizeof *s->doubts);
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
      ring->tail = tail[i];
    }
  }
  qsort (s->rings, (size_t) s->n_rings, sizeof *s->rings, by_tail);
  mg_free (tail);
  s->quiet = -1;
}
