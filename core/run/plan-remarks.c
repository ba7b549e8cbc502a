/* What a plan tells beside its counts: which assets will be made otherwise than the
 * source has them, and why others are left out. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/compare.h"
#include "run/state.h"

struct remarks {
  struct mg_run *run;
  struct mg_plan *plan;
  struct mg_packer packer;
};

static struct mg_plan_row *
row_of (struct mg_plan *plan, int kid)
{
  int i;

  for (i = 0; i < plan->n_rows; i++)
    if (plan->rows[i].kind->kid == kid)
      return &plan->rows[i];
  return NULL;
}

static void
add_skipped (struct mg_plan *plan, const char *code)
{
  struct mg_plan_skipped *one;
  int i;

  for (i = 0; i < plan->n_skipped; i++)
    if (strcmp (plan->skipped[i].code, code) == 0) {
      plan->skipped[i].n++;
      return;
    }
  plan->skipped = mg_xreallocarray (plan->skipped, (size_t) plan->n_skipped + 1,
                                    sizeof *plan->skipped);
  one = &plan->skipped[plan->n_skipped++];
  snprintf (one->code, sizeof one->code, "%s", code);
  one->n = 1;
}

/* A row for each value that a kind's import may force, in the order of its data. */
static void
add_rows (struct mg_plan *plan, const struct mg_kind *kind,
          const struct migrate_set *set, int there)
{
  for (; set != NULL && set->path != NULL; set++) {
    plan->forced = mg_xreallocarray (plan->forced, (size_t) plan->n_forced + 1,
                                     sizeof *plan->forced);
    plan->forced[plan->n_forced++] =
      (struct mg_plan_forced) { kind, set, there, 0 };
  }
}

static int
add_asset (struct remarks *r, struct mg_plan_row *row, int64_t aid,
           struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;
  int found = mg_asset_get (r->run->store, &r->packer, aid, &asset, err);
  int i, is_forced = 0;

  for (i = 0; found > 0 && i < r->plan->n_forced; i++) {
    struct mg_plan_forced *one = &r->plan->forced[i];

    if (one->kind == row->kind
        && mg_compare_would_force (one->set, one->there,
                                   mg_buf_text (&asset.body), asset.body.len)) {
      one->n++;
      is_forced = 1;
    }
  }
  row->forced += is_forced;
  return found < 0 ? found : 0;
}

static int
add_work (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct remarks *r = opaque;
  struct mg_plan_row *row = row_of (r->plan, w->kid);

  if (row == NULL)
    return 0;
  if (w->state == MG_SKIPPED)
    add_skipped (r->plan, w->code[0] != '\0' ? w->code : "skipped");
  if ((w->state != MG_WAIT && w->state != MG_READY) || w->op != MG_OP_CREATE
      || (row->kind->k->set == NULL && row->kind->k->set_there == NULL))
    return 0;
  return add_asset (r, row, w->aid, err);
}

static int
by_number (const void *left, const void *right)
{
  const struct mg_plan_skipped *one = left, *two = right;

  return one->n != two->n ? (one->n < two->n) - (one->n > two->n)
         : strcmp (one->code, two->code);
}

int
mg_plan_remark (struct mg_run *run, struct mg_plan *plan, struct mg_error *err)
{
  struct remarks remarks = { .run = run, .plan = plan };
  int i, r;

  for (i = 0; i < plan->n_rows; i++) {
    const struct mg_kind *kind = plan->rows[i].kind;

    add_rows (plan, kind, kind->k->set, 0);
    add_rows (plan, kind, kind->k->set_there, 1);
  }
  mg_packer_init (&remarks.packer, mg_store_blobs (run->store),
                  mg_store_key (run->store));
  r = mg_work_each_phase (run->store, run->target.wsid, MG_PHASE_MAIN, 0, add_work,
                          &remarks, err);
  mg_packer_done (&remarks.packer);
  if (plan->n_skipped > 1)
    qsort (plan->skipped, (size_t) plan->n_skipped, sizeof *plan->skipped,
           by_number);
  return r < 0 ? r : 0;
}
