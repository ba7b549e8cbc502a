/* What an undo looks at again: see undo.h. */
#include <config.h>

#include "base/alloc.h"
#include "base/json.h"
#include "run/tree.h"
#include "run/undo.h"

int
mg_undo_op (const struct mg_work *w)
{
  return w->provenance == MG_CREATED ? MG_OP_DELETE : MG_OP_RESTORE;
}

int
mg_undo_is_ours (const struct mg_run *run, const struct mg_work *w,
                 const struct mg_kind *kind)
{
  if (w->new_aid == 0 || kind == NULL || kind->parent != NULL || !kind->chosen
      || !mg_kind_at (kind, run->target.end))
    return 0;
  return mg_undo_op (w) == MG_OP_DELETE || w->op == MG_OP_MERGE
         || w->op == MG_OP_UPDATE;
}

static int
keep_seen (struct mg_undo_look *look, const struct mg_kind *kind,
           const char *id, const struct mg_buf *body, char **stamp,
           struct mg_error *err)
{
  struct mg_put_op *batch = mg_put_op_new (look->run->target.wsid,
                                           look->run->target.sid);
  struct mg_put *put = mg_put_op_add (batch);
  int r;

  put->src_id = mg_xstrdup (id);
  put->stamp = *stamp;
  *stamp = NULL;
  r = mg_put_fill (look->ctx, kind, mg_buf_text (body), body->len, put, err);
  if (r == 0)
    return mg_store_post (look->run->store, &batch->op, err);
  batch->op.free (&batch->op);
  return r;
}

static void
keep_unread (struct mg_undo_look *look, const struct mg_work *w,
             const struct mg_kind *kind, const char *key)
{
  mg_run_note (look->run, &look->run->target, w->aid, kind, key,
               look->ctx->error.id, look->ctx->error.text);
  look->unread = mg_xreallocarray (look->unread, look->n_unread + 1,
                                   sizeof *look->unread);
  look->unread[look->n_unread++] = w->aid;
}

/* Of another sort is as good as gone. */
static int
read_one (struct mg_ctx *ctx, const struct mg_kind *kind, const char *id,
          struct mg_buf *ret_body, char **ret_stamp)
{
  int r = kind->k->tree ? mg_tree_look (ctx, kind, id, ret_body) : 0;

  if (r == MG_E_EXISTS && kind->k->tree)
    return MG_E_NOT_FOUND;
  if (r == 0 && kind->k->tree && kind->k->stamp)
    *ret_stamp = mg_json_get_text (mg_buf_text (ret_body), ret_body->len,
                                   kind->k->stamp);
  if (r < 0 || (kind->k->tree && !(kind->k->flags & MIGRATE_KIND_DETAIL)))
    return r;
  mg_buf_reset (ret_body);
  return mg_call_get (ctx, kind, id, id, ret_body);
}

static int
look_again (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct mg_undo_look *look = opaque;
  struct mg_run *run = look->run;
  const struct mg_kind *kind = mg_registry_kid (run->registry, w->kid);
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP_FREE char *stamp = NULL;
  int r;

  if (mg_run_stopping (run))
    return mg_error_set (err, MG_E_CANCELLED, NULL, "stopped");
  if (!mg_undo_is_ours (run, w, kind) || kind->k->get == NULL)
    return 0;
  r = mg_asset_get (run->store, NULL, w->new_aid, &target, err);
  if (r <= 0 || target.seen_sid >= run->target.sid)
    return r < 0 ? r : 0;
  mg_ctx_begin (look->ctx, kind, NULL);
  r = read_one (look->ctx, kind, target.src_id, &body, &stamp);
  if (r == 0)
    return keep_seen (look, kind, target.src_id, &body, &stamp, err);
  if (r == MG_E_NOT_FOUND)
    return 0;
  if (r == MG_E_CANCELLED || mg_run_is_fatal (r)) {
    mg_error_copy (err, &look->ctx->error);
    return r;
  }
  keep_unread (look, w, kind, target.key);
  return 0;
}

int
mg_undo_look (struct mg_undo_look *look, struct mg_error *err)
{
  struct mg_run *run = look->run;
  int r = mg_work_each_phase (run->store, run->target.wsid, MG_PHASE_MAIN, 0,
                              look_again, look, err);

  return r == 0 ? mg_store_flush (run->store, err) : r;
}

void
mg_undo_look_done (struct mg_undo_look *look)
{
  mg_free (look->unread);
}

int
mg_undo_is_unread (struct mg_undo_look *look, const struct mg_work *w)
{
  if (look->next == look->n_unread || look->unread[look->next] != w->aid)
    return 0;
  look->next++;
  return 1;
}

static int
is_begun (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  (void) opaque, (void) err;
  return w->state == MG_READY;
}

int
mg_undo_refuse_half (struct mg_run *run, struct mg_error *err)
{
  int r = mg_work_each_phase (run->store, run->target.wsid, MG_PHASE_UNDO, 0,
                              is_begun, NULL, err);

  return r <= 0 ? r : mg_error_set (err, MG_E_MISMATCH, "undo-unfinished",
                                    "an undo was cut off; run migrate undo to "
                                    "its end, then this again");
}
