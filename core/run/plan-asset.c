/* What has to be done to one asset: see plan-impl.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "run/plan-impl.h"
#include "run/rules.h"
#include "store/edited.h"

static int
plan_row (struct planner *p, const struct mg_asset *a, int op, int state,
          int64_t new_aid, const char *code, const char *message,
          struct mg_error *err)
{
  struct mg_planned row = { .aid = a->aid, .prio = p->prio, .new_aid = new_aid,
                            .kid = p->kind->kid, .op = op, .state = state,
                            .provenance = new_aid ? MG_ADOPTED : MG_NOBODYS,
                            .code = code, .message = message };

  return mg_work_plan (p->run->store, p->run->target.wsid, &row, err);
}

static const char *
code_of (const struct migrate_leave *leave, const struct mg_asset *a)
{
  return mg_left_out (leave, mg_buf_text (&a->body), a->body.len);
}

const char *
mg_run_left_out (const struct mg_kind *kind, const struct mg_asset *a)
{
  return code_of (kind->k->leave, a);
}

const char *
mg_run_say_missing (const char *ns, const char *val, char *ret_text, size_t size)
{
  const char *id = ns != NULL && mg_rules_is_principal (ns)
                   ? "unknown-principal" : "unknown-reference";
  char shown[200];

  snprintf (ret_text, size, "it names '%s'%s%s%s, which the export does not have",
            mg_printable (val, shown, sizeof shown), ns ? " (" : "", ns ? ns : "",
            ns ? ")" : "");
  return id;
}

/* Something the export did not find: 1 when the row was planned as blocked. */
static int
plan_missing (struct planner *p, const struct mg_asset *a, int op,
              struct mg_error *err)
{
  MG_CLEANUP_FREE char *ns = NULL;
  MG_CLEANUP_FREE char *val = NULL;
  const char *code;
  char text[400];
  int r = mg_missing_get (p->run->store, a->aid, &ns, &val, err);

  if (r <= 0)
    return r;
  code = mg_run_say_missing (ns, val, text, sizeof text);
  r = plan_row (p, a, op, MG_BLOCKED, 0, code, text, err);
  return r < 0 ? r : 1;
}

/* Moved by nobody now: at most it is found in the target. */
static int
is_adopted_only (const struct mg_kind *kind)
{
  return !kind->chosen || (kind->k->flags & MIGRATE_KIND_ADOPT_ONLY) != 0;
}

/* Has it what a merge could add?  Most assets are in no target, and need not be
 * read for this. */
static int
has_elements (struct planner *p, const struct mg_asset *a, struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset whole = MG_ASSET_INIT;
  const char *const *path = p->kind->k->merge;
  struct mg_span array;
  char each[200];
  int r = path == NULL ? 0
          : mg_asset_get (p->run->store, &p->packer, a->aid, &whole, err);

  for (; r > 0 && *path != NULL; path++) {
    snprintf (each, sizeof each, "%s[*]", *path);
    if (mg_json_get (mg_buf_text (&whole.body), whole.body.len, each, &array)
        == 1)
      return 1;
  }
  return r < 0 ? r : 0;
}

/* The target's is one of those that are never moved (deleted, built in): it
 * cannot stand for this one, and keeps its name from it. */
static int
plan_unusable (struct planner *p, const struct mg_asset *a, int64_t new_aid,
               struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  int r = p->kind->k->leave == NULL ? 0
          : mg_asset_get (p->run->store, &p->packer, new_aid, &target, err);

  if (r <= 0 || mg_run_left_out (p->kind, &target) == NULL)
    return r < 0 ? r : 0;
  r = plan_row (p, a, MG_OP_CREATE, MG_FAILED, 0, "unusable",
                MG_UNUSABLE_TEXT, err);
  return r < 0 ? r : 1;
}

/* Something else has the name: there is nothing to adopt, nor to update. */
static int
plan_conflict (struct planner *p, const struct mg_asset *a, int64_t new_aid,
               struct mg_error *err)
{
  const char *path = NULL;
  char text[200];
  int r = p->kind->k->same == NULL ? 0
          : mg_match_conflict (&p->match, a, new_aid, &path, err);

  if (r <= 0)
    return r;
  snprintf (text, sizeof text, "something else has this name in the target: its "
            "'%s' is another one", path);
  r = plan_row (p, a, is_adopted_only (p->kind) ? MG_OP_ADOPT : MG_OP_CREATE,
                is_adopted_only (p->kind) ? MG_SKIPPED : MG_FAILED, 0,
                "conflict", text, err);
  return r < 0 ? r : 1;
}

/* It is in the target already. */
static int
plan_existing (struct planner *p, const struct mg_asset *a, int64_t new_aid,
               struct mg_error *err)
{
  int r = plan_unusable (p, a, new_aid, err);

  if (r == 0)
    r = plan_conflict (p, a, new_aid, err);
  if (r == 0)
    r = mg_match_hand_over (&p->match, a, new_aid, err);
  if (r != 0)
    return r < 0 ? r : 0;
  if (is_adopted_only (p->kind))
    return plan_row (p, a, MG_OP_ADOPT, MG_UNCHANGED, new_aid, NULL, NULL, err);
  if (p->run->options.on_conflict == MG_CONFLICT_FAIL)
    return plan_row (p, a, MG_OP_CREATE, MG_FAILED, 0, "exists",
                     "the target has one of this name already", err);
  if (p->run->options.on_conflict == MG_CONFLICT_UPDATE
      && p->kind->k->update != NULL)
    return plan_row (p, a, MG_OP_UPDATE, MG_WAIT, new_aid, NULL, NULL, err);
  r = has_elements (p, a, err);
  if (r < 0)
    return r;
  if (r > 0) {
    r = plan_missing (p, a, MG_OP_MERGE, err);
    if (r != 0)
      return r < 0 ? r : 0;
    return plan_row (p, a, MG_OP_MERGE, MG_WAIT, new_aid, NULL, NULL, err);
  }
  return plan_row (p, a, MG_OP_ADOPT, MG_UNCHANGED, new_aid, NULL, NULL, err);
}

static int
plan_absent (struct planner *p, const struct mg_asset *a, struct mg_error *err)
{
  const char *builtin = code_of (p->kind->k->builtin, a);
  int r;

  if (is_adopted_only (p->kind))
    return plan_row (p, a, MG_OP_ADOPT, MG_SKIPPED, 0, "not-in-target",
                     p->kind->k->flags & MIGRATE_KIND_ADOPT_ONLY
                     ? "only found by its name, not moved, and the target has none "
                     "of this name"
                     : "not chosen, and the target has none of this name", err);
  if (builtin != NULL)
    return plan_row (p, a, MG_OP_ADOPT, MG_SKIPPED, 0, builtin,
                     "never created here, and the target has none of "
                     "this name", err);
  r = plan_missing (p, a, MG_OP_CREATE, err);
  if (r != 0)
    return r < 0 ? r : 0;
  return plan_row (p, a, MG_OP_CREATE, MG_WAIT, 0, NULL, NULL, err);
}

static int
plan_ambiguous (struct planner *p, const struct mg_asset *a, int n,
                struct mg_error *err)
{
  char text[200];

  if (n == 1)
    snprintf (text, sizeof text, "the target has one of this name, and it is "
              "not the same; a name alone decides nothing");
  else
    snprintf (text, sizeof text, "%d candidates of this name in the target, and "
              "none is the same; a name alone decides nothing", n);
  return plan_row (p, a, MG_OP_CREATE, MG_FAILED, 0, "ambiguous", text, err);
}

/* Names repeat: those that have their equal in the target go first, so that
 * nobody else's namesake is in their way. */
static int
plan_equal (struct planner *p, const struct mg_asset *a, struct mg_error *err)
{
  int64_t new_aid = 0;
  int r = mg_match_equal (&p->match, a, &new_aid, err);

  if (r <= 0)
    return r;
  mg_match_take (&p->match, new_aid);
  r = mg_match_hand_over (&p->match, a, new_aid, err);
  if (r != 0)
    return r < 0 ? r : 0;
  if (p->run->options.on_conflict == MG_CONFLICT_FAIL
      && !is_adopted_only (p->kind))
    return plan_existing (p, a, new_aid, err);
  return plan_row (p, a, MG_OP_ADOPT, MG_UNCHANGED, new_aid, NULL, NULL, err);
}

/* Not created here, and the target has n of this name.  What is only listed may
 * bear a name that others of the source bear as well. */
static int
plan_named (struct planner *p, const struct mg_asset *a, int64_t new_aid, int n,
            struct mg_error *err)
{
  int repeats = p->kind->k->once == MIGRATE_ONCE_NONUNIQUE;
  int only_listed = (p->kind->k->flags & MIGRATE_KIND_ADOPT_ONLY) != 0;

  if (n == 1 && only_listed)
    n = mg_match_sources (&p->match, a, err);
  if (n < 0)
    return n;
  if (repeats || (n > 1 && only_listed))
    return plan_row (p, a, MG_OP_ADOPT, MG_SKIPPED, 0, "ambiguous",
                     "others have this name too; a name alone decides nothing",
                     err);
  return n > 1 ? plan_ambiguous (p, a, n, err)
         : plan_existing (p, a, new_aid, err);
}

static int
plan_main (struct planner *p, const struct mg_asset *a, struct mg_error *err)
{
  const struct migrate_kind *k = p->kind->k;
  int repeats = k->once == MIGRATE_ONCE_NONUNIQUE;
  int64_t aids[MG_MATCH_MAX];
  int n;

  if (p->equals_only)
    return repeats ? plan_equal (p, a, err) : 0;
  n = mg_match_find (&p->match, a, aids, err);
  if (n < 0)
    return n;
  if (n == 0)
    return plan_absent (p, a, err);
  if (is_adopted_only (p->kind))
    return plan_named (p, a, aids[0], n, err);
  if (repeats && p->run->options.on_conflict == MG_CONFLICT_UPDATE && n == 1)
    n = mg_match_sources (&p->match, a, err);
  else if (repeats && p->run->options.on_conflict == MG_CONFLICT_SKIP)
    return plan_ambiguous (p, a, n, err);
  if (n < 0)
    return n;
  return n > 1 ? plan_ambiguous (p, a, n, err)
         : plan_existing (p, a, aids[0], err);
}

#define LEFT_OUT_TEXT "its asset is left out"

/* What belongs to an asset that is left out is left out with it. */
static int
plan_put (struct planner *p, const struct mg_asset *a, struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work parent = MG_WORK_INIT;
  int r = 0;

  if (a->parent != 0)
    r = mg_work_get (p->run->store, p->run->target.wsid, a->parent,
                     MG_PHASE_MAIN, &parent, err);
  if (r > 0 && parent.state == MG_SKIPPED)
    return plan_row (p, a, MG_OP_UPDATE, MG_SKIPPED, 0, parent.code,
                     LEFT_OUT_TEXT, err);
  if (r >= 0)
    r = plan_missing (p, a, MG_OP_UPDATE, err);
  if (r != 0)
    return r < 0 ? r : 0;
  return plan_row (p, a, MG_OP_UPDATE, MG_WAIT, 0, NULL, NULL, err);
}

/* It stays behind: a decision came when it was refused already, or the source
 * lost it then. */
static int
forget_refusal (struct planner *p, const struct mg_asset *a,
                const struct mg_work *old, struct mg_error *err)
{
  struct mg_planned row = { .aid = a->aid, .prio = p->prio, .kid = p->kind->kid,
                            .op = MG_OP_CREATE, .state = MG_WAIT };
  int refused = old->state == MG_FAILED || old->state == MG_PARKED;

  return !refused || old->maybe ? 0
         : mg_work_forget (p->run->store, p->run->target.wsid, &row, err);
}

/* Somebody has decided that it is not moved, or the source does not have it any
 * more: 1 when its row says so, or it is in the target already. */
static int
plan_behind (struct planner *p, const struct mg_asset *a,
             const struct mg_work *old, struct mg_error *err)
{
  MG_CLEANUP_FREE char *why = NULL;
  int is_there = old->new_aid != 0 && (old->state == MG_DONE || old->has_before
                                       || old->state == MG_UNCHANGED);
  int skip = is_there ? 0
             : mg_skip_reason (p->selection, p->run, a->aid, &why, err), r;

  if (skip < 0)
    return skip;
  if (!skip && (!a->gone || is_there || old->maybe))
    return a->gone;
  r = forget_refusal (p, a, old, err);
  if (r == 0 && skip)
    r = plan_row (p, a, MG_OP_CREATE, MG_SKIPPED, 0, "skipped", why, err);
  else if (r == 0)
    r = plan_row (p, a, MG_OP_CREATE, MG_SKIPPED, 0, "vanished",
                  "gone from the source since it was exported", err);
  return r < 0 ? r : 1;
}

/* Somebody edited it here, and the source's was changed since. */
static int
plan_twice_edited (struct planner *p, const struct mg_asset *a,
                   struct mg_error *err)
{
  MG_CLEANUP (mg_edited_done) struct mg_edited edited = { 0 };
  int r = mg_edited_get (p->run->store, a->aid, &edited, err);

  if (r <= 0 || !edited.is_stale)
    return r < 0 ? r : 0;
  r = plan_row (p, a, MG_OP_CREATE, MG_BLOCKED, 0, "edit-conflict",
                "edited here, and changed in the source since", err);
  return r < 0 ? r : 1;
}

static int
plan_anew (struct planner *p, const struct mg_asset *a, struct mg_error *err)
{
  const char *code = mg_run_left_out (p->kind, a);
  int r;

  if (code != NULL)
    return plan_row (p, a, MG_OP_CREATE, MG_SKIPPED, 0, code, NULL, err);
  if (p->unsupported != NULL)
    return plan_row (p, a, MG_OP_CREATE, MG_SKIPPED, 0, MG_CODE_UNSUPPORTED,
                     p->unsupported, err);
  if (p->kind->chosen && !mg_is_selected (p->selection, a))
    return plan_row (p, a, MG_OP_CREATE, MG_SKIPPED, 0, "not-selected",
                     "not selected by --name", err);
  if (a->origin == MG_ORIGIN_EDITED) {
    r = plan_twice_edited (p, a, err);
    if (r != 0)
      return r < 0 ? r : 0;
  }
  if (a->want)
    return plan_row (p, a, MG_OP_CREATE, MG_FAILED, 0, MG_CODE_UNREAD,
                     "the last export did not get to read it; run migrate "
                     "export again", err);
  if (p->kind->k->once == MIGRATE_ONCE_PUT)
    return plan_put (p, a, err);
  r = mg_is_made_new (p->selection, p->run, a->aid, err);
  return r < 0 ? r : r > 0 ? plan_absent (p, a, err) : plan_main (p, a, err);
}

/* Written once, to an asset that an undo has removed since? */
static int
lost_its_owner (struct planner *p, const struct mg_asset *a,
                const struct mg_work *old, struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work owner = MG_WORK_INIT;
  struct mg_planned row = { .aid = a->aid, .prio = p->prio, .kid = p->kind->kid,
                            .op = MG_OP_UPDATE, .state = MG_WAIT };
  int r;

  if (p->kind->k->once != MIGRATE_ONCE_PUT || old->state != MG_DONE
      || a->parent == 0)
    return 0;
  r = mg_work_get (p->run->store, p->run->target.wsid, a->parent, MG_PHASE_MAIN,
                   &owner, err);
  if (r <= 0 || owner.new_aid != 0)
    return r < 0 ? r : 0;
  if (owner.state == MG_SKIPPED) {
    row.state = MG_SKIPPED;
    row.code = owner.code;
    row.message = LEFT_OUT_TEXT;
  }
  r = mg_work_forget (p->run->store, p->run->target.wsid, &row, err);
  return r < 0 ? r : 1;
}

/* That a permission cannot be written there is found out by the first. */
static int
stays_left_out (const struct planner *p, const struct mg_work *w)
{
  return w->state == MG_SKIPPED && p->kind->parent != NULL
         && !p->run->options.retry_failed
         && strcmp (w->code, MG_CODE_UNSUPPORTED) == 0;
}

static int
is_adopted (const struct mg_work *w)
{
  return w->state == MG_UNCHANGED && w->new_aid != 0;
}

/* Where names repeat the first pass has decided. */
static int
looks_again (const struct planner *p)
{
  return p->anew && (p->equals_only
                     || p->kind->k->once != MIGRATE_ONCE_NONUNIQUE);
}

int
mg_plan_asset (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  struct planner *p = opaque;
  MG_CLEANUP (mg_work_release) struct mg_work old = MG_WORK_INIT;
  int r = 0;

  if (mg_run_stopping (p->run))
    return mg_error_set (err, MG_E_CANCELLED, NULL, "stopped");
  if (p->match.is_planned)
    r = mg_work_get (p->run->store, p->run->target.wsid, a->aid, MG_PHASE_MAIN,
                     &old, err);
  if (r < 0)
    return r;
  r = plan_behind (p, a, &old, err);
  if (r != 0)
    return r < 0 ? r : 0;
  if (old.wid == 0)
    return plan_anew (p, a, err);
  r = lost_its_owner (p, a, &old, err);
  if (r == 0)
    r = mg_match_is_resolved (&p->match, &old, err);
  if (r != 0)
    return r < 0 ? r : 0;
  /* what was sent once is not planned anew: its claim stands */
  if (!mg_work_may_replan (&old) || stays_left_out (p, &old)
      || (is_adopted (&old) && !looks_again (p)))
    return 0;
  return plan_anew (p, a, err);
}
