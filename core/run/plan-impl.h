/* Inside of planning: plan.c goes through the kinds, plan-asset.c decides about
 * one asset.  The planning thread. */
#ifndef MG_RUN_PLAN_IMPL_H
#define MG_RUN_PLAN_IMPL_H

#include "run/match.h"
#include "run/select.h"

struct planner {
  struct mg_run *run;
  const struct mg_kind *kind;
  struct mg_packer packer;
  struct mg_match match;
  int anew;                        /* what was adopted is looked at again */
  int equals_only;                 /* the first look at names that repeat */
  const char *unsupported;         /* who does not offer the kind, or NULL */
  const struct mg_selection *selection;
  int64_t prio;
};

/* Writes the asset's row, unless what stands in the session counts: a callback of
 * mg_asset_each, with those that are gone. */
int mg_plan_asset (void *planner, const struct mg_asset *asset,
                   struct mg_error *err);

#endif
