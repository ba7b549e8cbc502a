/* Undo: takes back what this session did to one target.  See run.h.
 *
 * First the target is listed and every row is judged: what was edited since is
 * left and reported.  Then the rows are done: restores before removals, kinds
 * that refer to others before those they refer to. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "run/compare.h"
#include "run/tree.h"
#include "run/undo.h"

struct undoer {
  struct mg_run *run;
  struct mg_undo *out;
  struct mg_ctx ctx;
  int apply;
  struct mg_undo_look look;
  /* pass two, under the run's lock */
  const struct mg_kind *kind;
  int op;
  struct mg_work *rows;            /* a part of the kind's, ROWS at most */
  int n_rows, next;
  int64_t total;
};

#define ROWS 2048

static struct mg_undo_row *
row_of (struct undoer *u, const struct mg_kind *kind)
{
  int i;

  for (i = 0; i < u->out->n_rows; i++)
    if (u->out->rows[i].kind == kind)
      return &u->out->rows[i];
  u->out->rows[i].kind = kind;
  u->out->n_rows++;
  return &u->out->rows[i];
}

/* A create that left, and nobody knows what came of it. */
static int
is_uncertain (const struct undoer *u, const struct mg_work *w,
              const struct mg_kind *kind)
{
  return kind != NULL && kind->chosen && kind->parent == NULL
         && mg_kind_at (kind, u->run->target.end) && w->new_aid == 0
         && !(w->state == MG_READY && strcmp (w->code, "absent") == 0)
         && (w->maybe || w->state == MG_SENT || w->state == MG_DOUBT);
}

static int
plan_one (struct undoer *u, const struct mg_work *w, int op, int64_t *count,
          struct mg_error *err)
{
  ++*count;
  return u->apply ? mg_work_plan_undo (u->run->store, w, op, err) : 0;
}

/* What is there of ours: taken back, or left because somebody edited it. */
static int
judge_target (struct undoer *u, const struct mg_work *w,
              const struct mg_kind *kind, const struct mg_asset *target, int op,
              struct mg_error *err)
{
  int r = 1;

  if (op == MG_OP_RESTORE && w->state != MG_DONE)
    r = mg_undo_has_changed (u->run, &u->ctx, kind, w, target, err);
  if (r <= 0)
    return r;
  /* put back by an undo that was cut off; or the list is behind */
  if (op == MG_OP_RESTORE && w->state == MG_DONE)
    r = mg_undo_is_back (u->run, &u->ctx, kind, w, target, err);
  else
    r = 0;
  if (r != 0)
    return r < 0 ? r : plan_one (u, w, op, &row_of (u, kind)->restore, err);
  r = mg_undo_is_edited (u->run, &u->ctx, kind, w, target, err);
  if (r < 0)
    return r;
  if (r > 0) {
    row_of (u, kind)->edited++;
    mg_run_note (u->run, &u->run->target, w->aid, kind, target->key, "edited",
                 "changed in the target since the import; left as it is");
    return 0;
  }
  return plan_one (u, w, op, op == MG_OP_DELETE ? &row_of (u, kind)->remove
                   : &row_of (u, kind)->restore, err);
}

#define DELETED_TEXT "deleted in the target since the import changed it; there " \
                     "is nothing to put back"

/* Somebody deleted what we had changed, if we had. */
static int
judge_gone (struct undoer *u, const struct mg_work *w,
            const struct mg_kind *kind, const char *key, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf before = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r = mg_work_before (u->run->store, &u->ctx.packer, w->wid, &before, err);

  if (r <= 0)
    return r;
  row_of (u, kind)->edited++;
  mg_run_note (u->run, &u->run->target, w->aid, kind, key, "edited",
               DELETED_TEXT);
  return 0;
}

static int
judge (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct undoer *u = opaque;
  const struct mg_kind *kind = mg_registry_kid (u->run->registry, w->kid);
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  int op = mg_undo_op (w), r;

  if (mg_run_stopping (u->run))
    return mg_error_set (err, MG_E_CANCELLED, NULL, "stopped");
  if (is_uncertain (u, w, kind)) {
    row_of (u, kind)->failed++;
    mg_run_note (u->run, &u->run->target, w->aid, kind, NULL, "uncertain",
                 "sent and never confirmed: it may be in the target; undo "
                 "without --plan looks for it");
    return 0;
  }
  if (!mg_undo_is_ours (u->run, w, kind))
    return 0;
  if (mg_undo_is_unread (&u->look, w)) {
    row_of (u, kind)->failed++;
    return 0;
  }
  r = mg_asset_get (u->run->store, &u->ctx.packer, w->new_aid, &target, err);
  if (r <= 0)
    return r;
  if (target.seen_sid >= u->run->target.sid
      && mg_run_left_out (kind, &target) == NULL)
    return judge_target (u, w, kind, &target, op, err);
  /* gone already: the row remains to be told */
  return op == MG_OP_RESTORE ? judge_gone (u, w, kind, target.key, err)
         : plan_one (u, w, op, &row_of (u, kind)->remove, err);
}

/* ---- doing it ---- */

static int
keep_row (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct undoer *u = opaque;

  (void) err;
  if (w->kid != u->kind->kid || w->op != u->op || w->state == MG_DONE)
    return 0;
  if (u->n_rows == ROWS)
    return 1;
  u->rows[u->n_rows] = *w;
  u->rows[u->n_rows++].message = NULL;
  return 0;
}

/* Some services only add: is it what it was before? */
static int
look_back (struct undoer *u, struct mg_ctx *ctx, const struct migrate_asset *a,
           const struct mg_buf *before)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf now = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_buf_done) struct mg_buf left = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_buf_done) struct mg_buf right = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r;

  if (u->kind->k->get == NULL)
    return 0;
  r = mg_call_get (ctx, u->kind, a->target_id, a->key, &now);
  if (r == 0)
    r = mg_compare_form (u->kind, mg_buf_text (before), before->len, &left,
                         &ctx->error);
  if (r == 0)
    r = mg_compare_form (u->kind, mg_buf_text (&now), now.len, &right,
                         &ctx->error);
  if (r < 0 || (left.len == right.len
                && memcmp (mg_buf_text (&left), mg_buf_text (&right),
                           left.len) == 0))
    return r < 0 ? r : 0;
  return mg_error_set (&ctx->error, MG_E_FAIL, "undo-failed",
                       "the service does not take all of the change back; "
                       "restore it by hand");
}

/* The body before our change, without what the service fills in; the session
 * keeps it as what the target has now. */
static int
restore (struct undoer *u, struct mg_ctx *ctx, const struct mg_work *w,
         struct migrate_asset *a, struct mg_result *res)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf before = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_buf_done) struct mg_buf json = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_work_release) struct mg_work main_row = MG_WORK_INIT;
  const char *derived[MG_MAX_DERIVED + 1];
  struct mg_edit edits[64 + MG_MAX_DERIVED];
  const char *const *owned;
  size_t i, n = 0;
  int r = mg_work_get (u->run->store, u->run->target.wsid, w->aid,
                       MG_PHASE_MAIN, &main_row, &ctx->error);

  if (r > 0)
    r = mg_work_before (u->run->store, &ctx->packer, main_row.wid, &before,
                        &ctx->error);
  if (r == 0)
    r = mg_error_set (&ctx->error, MG_E_FAIL, "undo-failed",
                      "what it was before the import is not known; restore it "
                      "by hand");
  if (r < 0)
    return r;
  for (owned = u->kind->k->owned; owned != NULL && *owned != NULL && n < 64;
       owned++)
    edits[n++] = (struct mg_edit) { .op = MG_EDIT_DROP, .path = *owned };
  mg_run_derived (u->kind, mg_buf_text (&before), before.len, NULL, derived);
  for (i = 0; derived[i] != NULL; i++)
    edits[n++] = (struct mg_edit) { .op = MG_EDIT_DROP, .path = derived[i] };
  r = mg_json_edit (mg_buf_text (&before), before.len, edits, n, &json,
                    &ctx->error);
  if (r < 0)
    return r;
  a->phase = MIGRATE_UPDATE;
  a->json = mg_buf_text (&json);
  a->json_len = json.len;
  r = mg_call_import (ctx, u->kind, a);
  if (r == 0)
    r = look_back (u, ctx, a, &before);
  if (r == 0)
    r = mg_put_fill (ctx, u->kind, mg_buf_text (&before), before.len, &res->put,
                     &ctx->error);
  res->has_put = r == 0;
  return r;
}

/* To take things back may be slow, and they are many: in a tree each is looked at
 * once more.  What we made and is gone needs nothing. */
static int
take_back (struct undoer *u, struct mg_ctx *ctx, const struct mg_work *w,
           const struct mg_asset *target, struct migrate_asset *a,
           struct mg_result *res)
{
  int r = u->kind->k->tree ? mg_tree_is_same (ctx, u->kind, target) : 1;

  if (r == 0 && w->op == MG_OP_RESTORE)
    return mg_error_set (&ctx->error, MG_E_NOT_FOUND, "edited", DELETED_TEXT);
  if (r <= 0)
    return r;
  return w->op == MG_OP_DELETE ? mg_call_delete (ctx, u->kind, a)
         : restore (u, ctx, w, a, res);
}

/* Under the lock: what became of a row. */
static int64_t *
count_of (struct undoer *u, const struct mg_work *w, int r, int is_edited)
{
  struct mg_undo_row *row = row_of (u, u->kind);

  return is_edited ? &row->edited : r < 0 ? &row->failed
         : w->op == MG_OP_DELETE ? &row->removed : &row->restored;
}

static void
undo_one (struct undoer *u, struct mg_ctx *ctx, const struct mg_work *w)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  struct migrate_asset a = { .kind = u->kind->k };
  struct mg_result *res = mg_result_new (w->wid, MG_DONE);
  struct mg_error err = MG_ERROR_INIT;
  int r, edited;

  mg_ctx_begin (ctx, u->kind, NULL);
  r = mg_asset_get (u->run->store, &ctx->packer, w->new_aid, &target,
                    &ctx->error);
  a.id = a.target_id = target.src_id;
  a.key = target.key;
  a.target_json = mg_buf_text (&target.body);
  a.target_json_len = target.body.len;
  if (r > 0)
    r = take_back (u, ctx, w, &target, &a, res);
  if (r == MG_E_CANCELLED || (r < 0 && mg_run_is_fatal (r))) {
    if (r != MG_E_CANCELLED)
      mg_run_fail (u->run, &ctx->error);
    mg_result_free (res);
    return;
  }
  edited = r < 0 && strcmp (ctx->error.id, "edited") == 0;
  if (r < 0) {
    res->state = MG_FAILED;
    mg_result_say (res, ctx->error.id[0] ? ctx->error.id : "failed",
                   ctx->error.text);
    mg_run_note (u->run, &u->run->target, w->aid, u->kind, target.key,
                 edited ? "edited" : "undo-failed", ctx->error.text);
  }
  else
    res->gone = 1;
  mg_run_advance (u->run, u->kind->k->name, r >= 0, r < 0);
  if (mg_result_post (u->run->store, res, &err) < 0)
    mg_run_fail (u->run, &err);
  MG_LOCKED (&u->run->state->lock);
  ++*count_of (u, w, r, edited);
}

static void
undo_work (struct mg_run *run, struct mg_ctx *ctx, void *opaque)
{
  struct undoer *u = opaque;

  for (;;) {
    struct mg_work *w;

    mg_mutex_lock (&run->state->lock);
    w = u->next < u->n_rows && !run->state->stop && run->state->fatal.code == 0
        ? &u->rows[u->next++] : NULL;
    mg_mutex_unlock (&run->state->lock);
    if (w == NULL)
      return;
    undo_one (u, ctx, w);
  }
}

/* Folders go last: all sorts of kinds lie in them. */
static int
is_walker (const struct mg_kind *kind)
{
  return kind->k->tree != NULL && mg_streq (kind->k->tree->walker,
                                            kind->k->name);
}

/* The next part of the kind's rows.  What lies deeper in a tree was found later
 * than the folder it is in, and goes before it. */
static int
read_part (struct undoer *u, int is_back, int64_t *at, struct mg_error *err)
{
  int r = is_back
    ? mg_work_each_phase_back (u->run->store, u->run->target.wsid,
                               MG_PHASE_UNDO, *at, keep_row, u, err)
    : mg_work_each_phase (u->run->store, u->run->target.wsid, MG_PHASE_UNDO, *at,
                          keep_row, u, err);

  if (r >= 0 && u->n_rows > 0)
    *at = u->rows[u->n_rows - 1].aid;
  return r < 0 ? r : 0;
}

static int
undo_kind (struct undoer *u, const struct mg_kind *kind, int op,
           struct mg_error *err)
{
  int folders = is_walker (kind), r;
  int64_t at = folders ? INT64_MAX : 0;

  u->kind = kind;
  u->op = op;
  u->total = 0;
  u->rows = mg_xcalloc (ROWS, sizeof *u->rows);
  do {
    u->n_rows = u->next = 0;
    r = read_part (u, folders, &at, err);
    if (r < 0 || u->n_rows == 0)
      break;
    u->total += u->n_rows;
    mg_run_total (u->run, kind->k->name, u->total);
    r = mg_run_pool (u->run, &u->run->target,
                     folders ? 1 : mg_run_n_workers (u->run), undo_work, u,
                     err);
    if (r == 0)
      r = mg_store_flush (u->run->store, err);
  } while (r == 0 && u->n_rows == ROWS && !u->run->stopped);
  mg_free (u->rows);
  return r < 0 ? r : 0;
}

static int
is_undone (const struct mg_run *run, const struct mg_kind *kind)
{
  (void) run;
  return kind->chosen && kind->parent == NULL;
}

static int
undo_all (struct undoer *u, struct mg_error *err)
{
  static const int order[] = { MG_OP_RESTORE, MG_OP_DELETE };
  const struct mg_registry *registry = u->run->registry;
  size_t o;
  int i, folders, r = mg_store_flush (u->run->store, err);

  mg_run_clear_progress (u->run);
  for (o = 0; o < MG_N_ELEMENTS (order); o++)
    for (folders = 0; folders < 2; folders++)
      for (i = registry->n_kinds - 1; i >= 0 && r == 0 && !u->run->stopped; i--)
        if (is_undone (u->run, registry->kinds[i])
            && mg_kind_at (registry->kinds[i], u->run->target.end)
            && is_walker (registry->kinds[i]) == folders)
          r = undo_kind (u, registry->kinds[i], order[o], err);
  if (r == 0)
    r = mg_undo_archive (u->run, &u->ctx, err);
  return r < 0 ? r : mg_store_flush (u->run->store, err);
}

/* Permissions of what was removed went with it: their rows are told. */
static int
forget_permissions (void *opaque, const struct mg_work *w,
                    struct mg_error *err)
{
  struct undoer *u = opaque;
  const struct mg_kind *kind = mg_registry_kid (u->run->registry, w->kid);
  struct mg_planned p = { .aid = w->aid, .kid = w->kid, .op = w->op,
                          .state = MG_WAIT };
  MG_CLEANUP (mg_asset_done) struct mg_asset source = MG_ASSET_INIT;
  MG_CLEANUP (mg_work_release) struct mg_work owner = MG_WORK_INIT;
  int r;

  if (kind == NULL || kind->parent == NULL || w->state != MG_DONE)
    return 0;
  r = mg_asset_get (u->run->store, NULL, w->aid, &source, err);
  if (r > 0)
    r = mg_work_get (u->run->store, u->run->target.wsid, source.parent,
                     MG_PHASE_MAIN, &owner, err);
  if (r <= 0 || owner.new_aid != 0)
    return r < 0 ? r : 0;          /* left as it is, and so are they */
  return mg_work_forget (u->run->store, u->run->target.wsid, &p, err);
}

void
mg_undo_done (struct mg_undo *undo)
{
  mg_free (undo->rows);
  memset (undo, 0, sizeof *undo);
}

static void
count_failed (struct undoer *u)
{
  int i;

  for (i = 0; i < u->out->n_rows; i++)
    u->run->n_failed += u->out->rows[i].failed;
}

/* Lists the target anew.  What could not be read would look as if it were gone,
 * or as if nobody had edited it: then nothing is taken back. */
static int
look (struct mg_run *run, struct mg_undo_look *again, struct mg_error *err)
{
  struct mg_listing listing = { .side = &run->target, .purpose = "undo",
                                .detail = MG_DETAIL_MAPPED, .again = 1,
                                .fresh = 1, .wants = is_undone };
  int64_t failed = run->n_failed;
  int r = mg_run_list (run, &listing, err);

  if (r == 0 && run->n_failed > failed)
    r = mg_error_set (err, MG_E_REMOTE, "export-incomplete",
                      "the target could not be read to its end, so nothing was "
                      "taken back; run migrate undo again");
  return r < 0 || run->stopped ? r : mg_undo_look (again, err);
}

int
mg_run_undo (struct mg_run *run, int apply, struct mg_undo *ret_undo,
             struct mg_error *err)
{
  struct undoer u = { .run = run, .out = ret_undo, .apply = apply };
  int r;

  run->n_failed = 0;
  r = mg_run_open_plugins (run, &run->target, err);
  ret_undo->rows = mg_xcalloc ((size_t) run->registry->n_kinds + 1,
                               sizeof *ret_undo->rows);
  mg_ctx_init (&u.ctx, run->store, &run->target, run->registry);
  u.ctx.option = run->plugin_option;
  u.look = (struct mg_undo_look) { .run = run, .ctx = &u.ctx };
  if (r == 0)
    r = look (run, &u.look, err);
  if (r == 0 && apply && !run->stopped)
    r = mg_work_clear_undo (run->store, run->target.wsid, err);
  if (r == 0 && !run->stopped)
    r = mg_work_each_phase (run->store, run->target.wsid, MG_PHASE_MAIN, 0,
                            judge, &u, err);
  if (r == 0 && apply && !run->stopped)
    r = undo_all (&u, err);
  if (r == 0 && apply && !run->stopped)
    r = mg_work_each_phase (run->store, run->target.wsid, MG_PHASE_MAIN, 0,
                            forget_permissions, &u, err);
  if (r == 0)
    r = mg_store_flush (run->store, err);
  mg_cache_clear (run->state->cache);
  count_failed (&u);
  mg_undo_look_done (&u.look);
  mg_ctx_done (&u.ctx);
  mg_run_close_plugins (run, &run->target);
  if (r != MG_E_CANCELLED)
    return r;
  run->stopped = 1;
  return 0;
}
