/* What a plan comes to: rows per kind, and how long it takes at least. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "run/state.h"

static const char *
call_of (const struct mg_kind *kind, int op)
{
  return op == MG_OP_CREATE ? kind->k->create : kind->k->update;
}

void
mg_load_add (struct mg_load *load, struct mg_remote *remote, const char *call,
             int64_t n)
{
  const char *space = call ? strchr (call, ' ') : NULL;
  char method[16];
  int c = 0;

  if (space != NULL) {
    snprintf (method, sizeof method, "%.*s", (int) (space - call), call);
    c = mg_remote_class (remote, method, space + 1);
  }
  if (c < MG_LOAD_CLASSES)
    load->n[c] += n;
}

void
mg_load_least_time (const struct mg_load *load, struct mg_remote *remote,
                    struct mg_plan *plan)
{
  int c, n = mg_remote_n_classes (remote);

  for (c = 0; c < n && c < MG_LOAD_CLASSES; c++) {
    double rate = mg_remote_class_rate (remote, c);
    int64_t us = rate > 0 ? (int64_t) ((double) load->n[c] / rate * 1e6) : 0;

    if (us > plan->least_us) {
      plan->least_us = us;
      plan->least_rate = rate;
      snprintf (plan->least_class, sizeof plan->least_class, "%s",
                mg_remote_class_name (remote, c));
    }
  }
}

struct changes {
  const struct mg_registry *registry;
  int64_t *n;                      /* by the kind's index */
};

/* Rows that change what is there already: of them the counters know nothing. */
static int
count_change (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct changes *changes = opaque;
  const struct mg_kind *kind;

  (void) err;
  if (w->op == MG_OP_CREATE || (w->state != MG_WAIT && w->state != MG_READY))
    return 0;
  kind = mg_registry_kid (changes->registry, w->kid);
  if (kind != NULL)
    changes->n[kind->index]++;
  return 0;
}

int
mg_plan_count (struct mg_run *run, struct mg_plan *plan, struct mg_error *err)
{
  struct mg_load *load = mg_xcalloc (1, sizeof *load);
  struct changes changes = { run->registry, NULL };
  int i, r;

  plan->rows = mg_xcalloc ((size_t) run->registry->n_kinds + 1,
                           sizeof *plan->rows);
  changes.n = mg_xcalloc ((size_t) run->registry->n_kinds + 1,
                          sizeof *changes.n);
  r = mg_work_each_phase (run->store, run->target.wsid, MG_PHASE_MAIN, 0,
                          count_change, &changes, err);
  for (i = 0; i < run->registry->n_kinds && r >= 0; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];
    struct mg_plan_row *row = &plan->rows[plan->n_rows];
    int64_t counts[MG_N_STATES], assets, todo;

    if (!kind->chosen)
      continue;
    r = mg_counters_get (run->store, run->target.wsid, kind->kid, counts,
                         &assets, err);
    todo = counts[MG_WAIT] + counts[MG_READY];
    row->kind = kind;
    row->update = changes.n[kind->index];
    row->create = todo - row->update;
    row->same = counts[MG_UNCHANGED] + counts[MG_DONE];
    row->blocked = counts[MG_BLOCKED] + counts[MG_DOUBT] + counts[MG_SENT];
    row->skipped = counts[MG_SKIPPED];
    row->failed = counts[MG_FAILED];
    plan->n_rows++;
    mg_load_add (load, run->target.remote,
                 call_of (kind, row->create ? MG_OP_CREATE : MG_OP_UPDATE),
                 todo);
  }
  if (r >= 0)
    mg_load_least_time (load, run->target.remote, plan);
  mg_free (changes.n);
  mg_free (load);
  return r < 0 ? r : 0;
}

void
mg_plan_done (struct mg_plan *plan)
{
  mg_free (plan->rows);
  mg_free (plan->forced);
  mg_free (plan->skipped);
  memset (plan, 0, sizeof *plan);
}
