/* What has to be done to each asset in one target: see run.h.
 *
 * Planning reads the export and the baseline (the target's index, listed once
 * per kind before its first create) and writes work rows; no write leaves. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "run/plan-impl.h"
#include "run/undo.h"

/* ---- the whole ---- */

static void
say_phase (struct mg_run *run, const char *text)
{
  struct mg_event event = { .event = "phase", .message = text };

  mg_run_emit (run, &event);
}

/* What the last list of this side said of the kind: 1 when it has none such. */
static int
is_unsupported (struct mg_run *run, int64_t sid, const struct mg_kind *kind,
                struct mg_error *err)
{
  MG_CLEANUP (mg_walk_done) struct mg_walk walk = { 0 };
  int r = mg_walk_get (run->store, sid, kind->kid, "", &walk, err);

  return r <= 0 ? r : walk.code != NULL
                      && strcmp (walk.code, MG_CODE_UNSUPPORTED) == 0;
}

/* Does one of the two workspaces not offer it? */
static int
look_for_support (struct planner *p, struct mg_error *err)
{
  int64_t sid = 0;
  int r = is_unsupported (p->run, p->run->target.sid, p->kind, err);

  p->unsupported = r > 0 ? "the target does not offer it" : NULL;
  if (r == 0)
    r = mg_snapshot_last (p->run->store, MG_SOURCE_WSID, "export", &sid, NULL,
                          NULL, err);
  if (r > 0 && p->unsupported == NULL) {
    r = is_unsupported (p->run, sid, p->kind, err);
    if (r > 0)
      p->unsupported = "the source does not offer it";
  }
  return r < 0 ? r : 0;
}

/* Must a body be read to plan it? */
static int
wants_bodies (const struct migrate_kind *k)
{
  return k->leave != NULL || k->builtin != NULL || k->same != NULL
         || k->once == MIGRATE_ONCE_NONUNIQUE;
}

/* The rows of permissions look at those of their assets, and names that repeat
 * at whom the target's have been given to: each pass is in the session before
 * the next. */
static int
plan_kind (struct planner *p, struct mg_error *err)
{
  int passes = p->kind->k->once == MIGRATE_ONCE_NONUNIQUE;
  int r = look_for_support (p, err);

  for (p->equals_only = passes; p->equals_only >= 0 && r == 0;
       p->equals_only--) {
    r = mg_match_kind (&p->match, p->kind, err);
    if (r == 0)
      r = mg_asset_each (p->run->store,
                         wants_bodies (p->kind->k) ? &p->packer : NULL,
                         MG_SOURCE_WSID, p->kind->kid, 1, mg_plan_asset, p,
                         err);
    if (r == 0)
      r = mg_store_flush (p->run->store, err);
  }
  return r;
}

static int
plan_kinds (struct mg_run *run, int anew, const struct mg_selection *selection,
            struct mg_error *err)
{
  struct planner p = { .run = run, .anew = anew, .selection = selection };
  int i, r = 0;

  mg_packer_init (&p.packer, mg_store_blobs (run->store),
                  mg_store_key (run->store));
  mg_match_init (&p.match, run);
  for (i = 0; i < run->registry->n_kinds && r == 0; i++) {
    p.kind = run->registry->kinds[i];
    /* what others wait for comes first: the order of the registry */
    p.prio = p.kind->index;
    if (mg_kind_at (p.kind, run->target.end)
        && (p.kind->chosen || p.kind->indexed))
      r = plan_kind (&p, err);
  }
  mg_match_done (&p.match);
  mg_packer_done (&p.packer);
  return r;
}

static int
plan_all (struct mg_run *run, int anew, struct mg_plan *ret_plan,
          struct mg_error *err)
{
  struct mg_selection selection = { 0 };
  int r;

  say_phase (run, "planning");
  r = mg_run_archive (run, err);
  if (r == 0)
    r = mg_run_edges (run, err);
  if (r == 0)
    r = mg_run_cut_cycles (run, err);
  if (r == 0)
    r = mg_select (run, &selection, err);
  if (r == 0)
    r = plan_kinds (run, anew || run->options.on_conflict != MG_CONFLICT_SKIP,
                    &selection, err);
  if (ret_plan != NULL) {
    ret_plan->is_selected = selection.is_on;
    ret_plan->n_named = selection.n_named;
    ret_plan->n_added = selection.n_added;
  }
  mg_selection_done (&selection);
  return r == 0 ? mg_store_flush (run->store, err) : r;
}

int
mg_run_plan (struct mg_run *run, struct mg_plan *ret_plan,
             struct mg_error *err)
{
  int anew = ret_plan != NULL || run->options.retry_failed;
  int r = mg_undo_refuse_half (run, err);

  if (r == 0)
    r = mg_run_forget_disabled (run, &run->target, err);
  if (r < 0)
    return r;
  r = mg_run_open_plugins (run, &run->target, err);
  say_phase (run, "listing the target");
  if (r == 0)
    r = mg_run_baseline (run, anew, err);
  if (r == 0)
    r = run->stopped ? mg_error_set (err, MG_E_CANCELLED, NULL, "stopped")
      : plan_all (run, anew, ret_plan, err);
  if (r == 0)
    r = mg_work_arrange (run->store, run->target.wsid, err);
  if (r == 0)
    r = mg_run_fail_cycles (run, err);
  if (r == 0 && ret_plan != NULL)
    r = mg_plan_count (run, ret_plan, err);
  mg_run_close_plugins (run, &run->target);
  if (r != MG_E_CANCELLED)
    return r;
  run->stopped = 1;
  return 0;
}
