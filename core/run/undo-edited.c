/* Has somebody edited it since, and has our change reached it?  See undo.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "run/compare.h"
#include "run/undo.h"

/* The row that is judged, and how. */
struct judged {
  struct mg_run *run;
  struct mg_ctx *ctx;
  const struct mg_kind *kind;
  const struct mg_work *work;
  const struct mg_asset *source, *target;
};

typedef int (*form_fn) (const struct mg_kind *kind, const char *json,
                        size_t len, struct mg_buf *ret_text,
                        struct mg_error *err);

/* 1: both look the same. */
static int
is_same (const struct judged *j, form_fn form, const struct mg_buf *one,
         const struct mg_buf *other, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf left = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_buf_done) struct mg_buf right = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r = form (j->kind, mg_buf_text (one), one->len, &left, err);

  if (r == 0)
    r = form (j->kind, mg_buf_text (other), other->len, &right, err);
  if (r < 0)
    return r;
  return left.len == right.len
         && memcmp (mg_buf_text (&left), mg_buf_text (&right), left.len) == 0;
}

/* In a tree an asset is known by its name alone, also when whoever gave a part of
 * it is gone by now: its own name is no difference. */
static int
named (const struct judged *j, const struct mg_buf *json,
       struct mg_buf *ret_json, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf name = MG_BUF_INIT (64 * MG_KIB);
  struct mg_edit edit = { .op = MG_EDIT_SET, .path = j->kind->k->id };
  int r;

  if (j->kind->k->tree == NULL) {
    mg_buf_add (ret_json, mg_buf_text (json), json->len);
    return mg_buf_check (ret_json, "body", err);
  }
  mg_buf_add_json (&name, j->target->src_id);
  edit.value = mg_buf_text (&name);
  r = mg_buf_check (&name, "name", err);
  return r < 0 ? r : mg_json_edit (mg_buf_text (json), json->len, &edit, 1,
                                   ret_json, err);
}

/* What we expect there, had nobody touched it since. */
static int
expected (const struct judged *j, enum mg_prepare_for purpose,
          struct mg_buf *ret_json, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf before = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_prepared wanted = MG_PREPARED_INIT;
  const struct mg_work *work = j->work;
  int r = mg_run_prepare (j->run, j->ctx, j->kind, j->source, purpose, &wanted,
                          err);

  if (r == 0 && work->provenance == MG_ADOPTED && work->op == MG_OP_MERGE) {
    r = mg_work_before (j->run->store, &j->ctx->packer, work->wid, &before,
                        err);
    if (r > 0)
      r = mg_compare_union (j->kind, mg_buf_text (&before), before.len,
                            mg_buf_text (&wanted.json), wanted.json.len,
                            ret_json, err);
  }
  else if (r == 0)
    r = named (j, &wanted.json, ret_json, err);
  mg_buf_done (&wanted.json);
  return r < 0 ? r : 0;
}

/* Created, but its second phase is open: 1 when it is what the first one sent. */
static int
is_half_done (const struct judged *j, struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work finish = MG_WORK_INIT;
  struct mg_prepared sent = MG_PREPARED_INIT;
  int r = j->work->provenance != MG_CREATED ? 0
          : mg_work_get (j->run->store, j->run->target.wsid, j->work->aid,
                         MG_PHASE_FINISH, &finish, err);

  if (r <= 0 || finish.state == MG_DONE || finish.state == MG_UNCHANGED)
    return r < 0 ? r : 0;
  r = mg_run_prepare (j->run, j->ctx, j->kind, j->source, MG_FOR_DOUBT, &sent,
                      err);
  if (r == 0)
    r = mg_compare_sent (j->kind, mg_buf_text (&sent.json), sent.json.len,
                         mg_buf_text (&j->target->body), j->target->body.len);
  else if (r == MG_E_BLOCKED)
    r = 0;
  mg_buf_done (&sent.json);
  return r;
}

/* 1: as we left it. */
static int
is_as_left (const struct judged *j, enum mg_prepare_for purpose,
            struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf json = MG_BUF_INIT (MG_MAX_ELEMENT);
  const struct mg_buf *body = &j->target->body;
  int r = expected (j, purpose, &json, err);

  if (r == 0 && j->work->op == MG_OP_MERGE && j->work->state != MG_DONE
      && mg_compare_sent (j->kind, mg_buf_text (body), body->len,
                          mg_buf_text (&json), json.len))
    return 1;                      /* a part of what was to be added */
  if (r == 0)
    r = is_same (j, j->work->op == MG_OP_UPDATE ? mg_compare_form_of_update
                 : mg_compare_form, &json, body, err);
  return r > 0 ? mg_compare_is_forced (j->kind, mg_buf_text (body), body->len)
         : r;
}

int
mg_undo_is_edited (struct mg_run *run, struct mg_ctx *ctx,
                   const struct mg_kind *kind, const struct mg_work *work,
                   const struct mg_asset *target, struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset source = MG_ASSET_INIT;
  const struct judged j = { .run = run, .ctx = ctx, .kind = kind, .work = work,
                            .source = &source, .target = target };
  int r = mg_run_sent (run, ctx, work, &source, err);

  if (r <= 0)
    return r < 0 ? r : 1;
  r = is_half_done (&j, err);
  if (r == 0)
    r = is_as_left (&j, MG_FOR_UNDO, err);
  /* names of what an undo before this one removed: some services keep them */
  if (r == 0)
    r = is_as_left (&j, MG_FOR_UNDO_KEPT, err);
  return r < 0 ? r : r == 0;
}

/* A change that was cut off may have left or not: 1 when the target shows
 * something else than before it. */
int
mg_undo_has_changed (struct mg_run *run, struct mg_ctx *ctx,
                     const struct mg_kind *kind, const struct mg_work *work,
                     const struct mg_asset *target, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf before = MG_BUF_INIT (MG_MAX_ELEMENT);
  const struct judged j = { .kind = kind };
  int r = mg_work_before (run->store, &ctx->packer, work->wid, &before, err);

  if (r <= 0)
    return r;                      /* nothing was sent yet */
  r = is_same (&j, mg_compare_form, &before, &target->body, err);
  return r < 0 ? r : r == 0;
}

int
mg_undo_is_back (struct mg_run *run, struct mg_ctx *ctx,
                 const struct mg_kind *kind, const struct mg_work *work,
                 const struct mg_asset *target, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf before = MG_BUF_INIT (MG_MAX_ELEMENT);
  const struct judged j = { .kind = kind };
  int r = mg_work_before (run->store, &ctx->packer, work->wid, &before, err);

  return r <= 0 ? r : is_same (&j, mg_compare_form, &before, &target->body,
                               err);
}
