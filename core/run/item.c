/* One piece of work: from a claimed row to its result.
 *
 * The table of what a reply means stands in docs/design.md (exactly once); the
 * rule behind it: after a create left, only an answer that proves that nothing
 * happened lets it be sent again. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/supervise.h"
#include "net/retry.h"
#include "run/listed.h"
#include "run/rules.h"
#include "run/state.h"
#include "run/tree.h"

/* "Already N created in past 3600 seconds": how long until it is tried again. */
#define PARK_US (300 * MG_SECOND_US)

struct item {
  struct mg_run *run;
  struct mg_ctx *ctx;
  const struct mg_kind *kind;
  const struct mg_work *work;
  struct mg_asset source, target;
  int has_target;
  struct mg_prepared body;
  struct migrate_asset asset;
  struct mg_result *result;
  char *key;                       /* as the target gets it */
  int looked;                      /* and seen there, before it was sent */
};

int
mg_run_ensure_body (struct mg_ctx *ctx, const struct mg_kind *kind,
                    struct mg_asset *asset, struct mg_error *err)
{
  int r;

  if ((asset->body.len > 0 && !asset->want) || !(kind->k->flags & MIGRATE_KIND_DETAIL)
      || kind->k->get == NULL)
    return 0;
  mg_buf_reset (&asset->body);
  r = mg_call_get (ctx, kind, asset->src_id, asset->key, &asset->body);
  if (r < 0 && err != &ctx->error)
    mg_error_copy (err, &ctx->error);
  return r;
}

int
mg_run_sent (struct mg_run *run, struct mg_ctx *ctx,
             const struct mg_work *main_row, struct mg_asset *ret,
             struct mg_error *err)
{
  int r = mg_asset_get (run->store, &ctx->packer, main_row->aid, ret, err);

  if (r <= 0 || !main_row->has_was)
    return r;
  mg_buf_reset (&ret->body);
  return mg_work_was (run->store, &ctx->packer, main_row->wid, &ret->body, err);
}

static int
load_target (struct item *it, struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work parent = MG_WORK_INIT;
  int64_t aid = it->work->new_aid;
  int r;

  if (it->kind->parent != NULL) {
    r = mg_work_get (it->run->store, it->run->target.wsid, it->source.parent,
                     MG_PHASE_MAIN, &parent, err);
    if (r <= 0 || parent.new_aid == 0)
      return r < 0 ? r : mg_error_set (err, MG_E_BLOCKED, "blocked",
                                       "its asset is not in the target");
    aid = parent.new_aid;
    if (parent.provenance == MG_ADOPTED)
      return mg_error_set (err, MG_E_EXISTS, "adopted",
                           "the asset was in the target before; what "
                           "belongs to it stays");
  }
  if (aid == 0)
    return 0;
  r = mg_asset_get (it->run->store, &it->ctx->packer, aid, &it->target, err);
  it->has_target = r > 0;
  if (r <= 0 || it->kind->parent != NULL)
    return r < 0 ? r : 0;
  /* what is changed, and kept for undo, is what is there now */
  if (it->work->phase == MG_PHASE_MAIN && it->kind->k->get != NULL) {
    r = it->kind->k->tree == NULL ? 0    /* it may be of another sort by now */
        : mg_tree_look (it->ctx, it->kind, it->target.src_id, &it->target.body);
    mg_buf_reset (&it->target.body);
    if (r == 0)
      r = mg_call_get (it->ctx, it->kind, it->target.src_id, it->target.key,
                       &it->target.body);
  }
  else
    r = mg_run_ensure_body (it->ctx, it->kind, &it->target, err);
  return r < 0 ? r : 0;
}

static int
load (struct item *it, struct mg_error *err)
{
  enum mg_prepare_for purpose =
    it->work->op == MG_OP_CREATE ? MG_FOR_CREATE : MG_FOR_UPDATE;
  int r = mg_asset_get (it->run->store, &it->ctx->packer, it->work->aid,
                        &it->source, err);

  if (r <= 0)
    return r < 0 ? r : mg_error_set (err, MG_E_STORE, "session-corrupt",
                                     "a work row has no asset");
  if (it->source.gone && it->work->op == MG_OP_CREATE)
    return mg_error_set (err, MG_E_NOT_FOUND, "vanished",
                         "gone from the source since it was exported");
  r = load_target (it, err);
  if (r == 0)
    r = mg_run_prepare (it->run, it->ctx, it->kind, &it->source, purpose,
                        &it->body, err);
  return r;
}

static void
fill_asset (struct item *it)
{
  struct migrate_asset *a = &it->asset;

  a->kind = it->kind->k;
  a->id = it->source.src_id;
  a->key = it->key = mg_rules_key (it->run->rules, it->kind->k, it->source.key);
  a->json = mg_buf_text (&it->body.json);
  a->json_len = it->body.json.len;
  a->source_json = mg_buf_text (&it->source.body);
  a->source_json_len = it->source.body.len;
  if (it->has_target) {
    a->target_id = it->target.src_id;
    a->target_json = mg_buf_text (&it->target.body);
    a->target_json_len = it->target.body.len;
  }
  a->phase = it->work->op == MG_OP_CREATE ? MIGRATE_CREATE
             : it->work->op == MG_OP_MERGE ? MIGRATE_MERGE : MIGRATE_UPDATE;
  a->finishes = it->work->phase == MG_PHASE_FINISH;
}

/* ---- what it came to ---- */

static void
say_error (struct item *it, int state, const struct mg_error *err)
{
  it->result->state = state;
  it->result->damaged = strcmp (err->id, MG_CODE_DAMAGED) == 0;
  mg_result_say (it->result, err->id[0] ? err->id : "failed", err->text);
}

static void
doubt (struct item *it, const struct mg_error *err)
{
  say_error (it, MG_DOUBT, err);
  it->result->maybe = 1;
  if (mg_run_refuses_twice (it->kind) && it->work->tries < MG_MAX_SENDS)
    it->result->state = MG_READY;  /* the service refuses a second one */
  else
    it->result->not_before = mg_settle_due (it->run, it->kind);
}

/* The service stored the asset: its row in the target. */
static void
take_created (struct item *it)
{
  struct mg_ctx *ctx = it->ctx;
  struct mg_put *put = &it->result->put;
  const char *json = ctx->created_json ? ctx->created_json : it->asset.json;
  size_t len = ctx->created_json ? ctx->created_len : it->asset.json_len;
  struct mg_error err = MG_ERROR_INIT;

  put->src_id = mg_xstrdup (ctx->created_id);
  put->origin = MG_ORIGIN_CREATED;
  if (mg_put_fill (ctx, it->kind, json, len, put, &err) < 0) {
    doubt (it, &err);              /* it is there, but cannot be kept */
    mg_run_fail (it->run, &err);
    return;
  }
  it->result->has_put = 1;
  it->result->state = MG_DONE;
  it->result->provenance = MG_CREATED;
  it->result->finish = (it->body.dropped_late > 0 || ctx->incomplete
                        || (it->kind->k->flags & MIGRATE_KIND_FINISH))
                       && it->kind->k->update != NULL;
}

/* Surely no effect: it may be sent again, now or later. */
static void
create_not_done (struct item *it, int r, const struct mg_error *err)
{
  if (mg_retry_is_creation_limit (err->text)) {
    say_error (it, MG_PARKED, err);
    it->result->not_before = mg_clock_wall_us () + PARK_US;
  }
  else if (r == MG_E_CANCELLED || mg_run_is_fatal (r) || r == MG_E_NET) {
    say_error (it, MG_READY, err);
    if (r != MG_E_CANCELLED)
      mg_run_fail (it->run, err);  /* the workspace, not this asset */
  }
  else
    say_error (it, MG_FAILED, err);
}

/* The source does not have it any more: what may be there is looked for, and
 * nothing is sent. */
static void
create_vanished (struct item *it, const struct mg_error *err)
{
  say_error (it, it->work->maybe ? MG_DOUBT : MG_SKIPPED, err);
  if (it->work->maybe)
    it->result->not_before = mg_settle_due (it->run, it->kind);
}

static void
create_failed (struct item *it, int r, const struct mg_error *err)
{
  if (it->source.gone) {
    create_vanished (it, err);
    return;
  }
  switch (it->ctx->n_creates ? it->ctx->outcome : MG_OUTCOME_REFUSED) {
  case MG_OUTCOME_NOTHING:
    create_not_done (it, r, err);
    return;
  case MG_OUTCOME_OK:
  case MG_OUTCOME_DOUBT:
    doubt (it, err);
    return;
  case MG_OUTCOME_REFUSED:
    break;
  }
  /* of a read or a folder before the create, or after its refusal */
  if (r == MG_E_CANCELLED || (mg_run_is_fatal (r) && r != MG_E_NOMEM)) {
    say_error (it, MG_READY, err);
    if (r != MG_E_CANCELLED)
      mg_run_fail (it->run, err);
  }
  else if (r == MG_E_EXISTS && (it->ctx->n_creates > 0 || it->looked)) {
    /* somebody was quicker, or we were: the list tells */
    say_error (it, MG_DOUBT, err);
    mg_result_say (it->result, "exists", err->text);
    it->result->not_before = mg_clock_wall_us ();
  }
  else if (r == MG_E_BLOCKED)
    say_error (it, MG_BLOCKED, err);
  else
    say_error (it, MG_FAILED, err);
}

/* The target has no such thing: one line told so. */
static void
leave_out (struct item *it)
{
  it->result->state = MG_SKIPPED;
  mg_result_say (it->result, MG_CODE_UNSUPPORTED, MG_NO_ACCESS_TEXT);
}

static void
change_failed (struct item *it, int r, const struct mg_error *err)
{
  if (r == MG_E_CANCELLED || mg_run_is_fatal (r)) {
    say_error (it, MG_READY, err);
    if (r != MG_E_CANCELLED)
      mg_run_fail (it->run, err);
  }
  else if (strcmp (err->id, "adopted") == 0)
    say_error (it, MG_UNCHANGED, err);
  else if (r == MG_E_UNSUPPORTED && it->kind->parent != NULL
           && strcmp (err->id, MG_CODE_UNSUPPORTED) == 0) {
    mg_run_leave_kind (it->run, &it->run->target, it->kind, MG_NO_ACCESS_TEXT);
    leave_out (it);
  }
  else
    say_error (it, r == MG_E_BLOCKED ? MG_BLOCKED : MG_FAILED, err);
}

/* What somebody else's asset was before the change, so that undo can put it
 * back: kept before the request leaves, for a run that is cut off behind it
 * would find our own change there. */
static int
keep_before (struct mg_ctx *ctx, void *opaque)
{
  struct item *it = opaque;
  MG_CLEANUP (mg_buf_done) struct mg_buf packed =
    MG_BUF_INIT (MG_MAX_ELEMENT + 4096);
  unsigned char sha[MG_DIGEST_LEN];
  int r = mg_pack (&ctx->packer, mg_buf_text (&it->target.body),
                   it->target.body.len,
                   (it->kind->k->flags & MIGRATE_KIND_SENSITIVE) != 0, &packed,
                   sha, &ctx->error);

  if (r == 0)
    r = mg_work_keep_before (it->run->store, it->work->wid, &packed,
                             &ctx->error);
  return r;
}

static void
watch_changes (struct item *it)
{
  if (!it->has_target || it->kind->parent != NULL
      || it->work->phase != MG_PHASE_MAIN)
    return;
  it->ctx->before_change = keep_before;
  it->ctx->before_opaque = it;
}

/* By a run that was killed before it could say so: what it was is kept. */
static int
was_changed (struct item *it)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf before = MG_BUF_INIT (MG_MAX_ELEMENT);

  return it->ctx->before_change != NULL
         && mg_work_before (it->run->store, &it->ctx->packer, it->work->wid,
                            &before, NULL) > 0;
}

static void
judge (struct item *it, int r)
{
  struct mg_ctx *ctx = it->ctx;

  if (r == 0 && ctx->manual) {
    it->result->state = MG_SKIPPED;
    mg_result_say (it->result, ctx->manual_code, ctx->manual_text);
  }
  else if (r == 0 && it->work->op == MG_OP_CREATE && !ctx->created) {
    mg_error_set (&ctx->error, MG_E_FAIL, "plugin",
                  "the plugin reported neither an id nor an error");
    if (ctx->n_creates)
      doubt (it, &ctx->error);
    else
      say_error (it, MG_FAILED, &ctx->error);
  }
  else if (r == 0 && it->work->op == MG_OP_CREATE)
    take_created (it);
  else if (r == 0)
    it->result->state = ctx->n_writes || was_changed (it) ? MG_DONE
                        : MG_UNCHANGED;
  else if (it->work->op == MG_OP_CREATE)
    create_failed (it, r, &ctx->error);
  else
    change_failed (it, r, &ctx->error);
  if (it->result->state == MG_FAILED && r == MG_E_REMOTE)
    mg_run_say_unlisted (it->run, ctx, it->kind, it->asset.json,
                         it->asset.json_len, it->result);
}

static void
report (struct item *it)
{
  struct mg_event event = { .event = "asset", .kind = it->kind->k->name,
                            .key = it->source.key, .id = it->source.src_id,
                            .op = it->work->op, .phase = it->work->phase,
                            .state = it->result->state,
                            .code = it->result->code,
                            .message = it->result->message };
  int bad = it->result->state == MG_FAILED || it->result->state == MG_BLOCKED;
  char text[200];

  if (it->result->state != MG_READY && it->result->state != MG_PARKED)
    mg_run_advance (it->run, it->kind->k->name, !bad, bad);
  if (it->source.origin == MG_ORIGIN_EDITED)
    mg_run_note (it->run, &it->run->target, it->source.aid, it->kind,
                 it->source.key, "edited-here",
                 "it is not as the source has it: migrate edit shows by whom");
  if (it->body.dropped > 0)
    mg_run_note (it->run, &it->run->target, it->source.aid, it->kind,
                 it->source.key, "dropped",
                 "elements that name what the target lacks were left out");
  if (it->body.spelled_out != NULL) {
    snprintf (text, sizeof text, "the target does not have its '%s'; what comes "
              "of it is sent in full", it->body.spelled_out->path);
    mg_run_note (it->run, &it->run->target, it->source.aid, it->kind,
                 it->source.key, "spelled-out", text);
  }
  if (it->ctx->owner_stays)
    mg_run_note (it->run, &it->run->target, it->source.aid, it->kind,
                 it->source.key, "no-owner",
                 "its list names no owner who is in the target: who imported it "
                 "owns it there");
  if (it->body.dropped_by_rule > 0)
    mg_run_note (it->run, &it->run->target, it->source.aid, it->kind,
                 it->source.key, "dropped",
                 "entries were left out, as a rule says");
  mg_run_emit (it->run, &event);
}

/* A create that the service would not refuse: what is there already was made by
 * somebody else, unless one of ours had left before; or with its owner, and then
 * it is as if we had made it.  1 = it need not be sent. */
static int
is_there (struct item *it)
{
  struct mg_ctx *ctx = it->ctx;
  MG_CLEANUP (mg_buf_done) struct mg_buf now = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP_FREE char *name = NULL;
  int r;

  if (it->work->op != MG_OP_CREATE || it->kind->k->tree == NULL
      || !it->kind->k->tree->ask_first)
    return 0;
  name = mg_json_get_text (it->asset.json, it->asset.json_len, it->kind->k->id);
  if (name == NULL)
    return 0;
  r = mg_tree_look (ctx, it->kind, name, &now);
  if (r == MG_E_NOT_FOUND) {
    mg_error_clear (&ctx->error);
    return 0;
  }
  it->looked = r == 0 || r == MG_E_EXISTS;
  if (r < 0)
    return r;
  r = mg_tree_is_given (it->run, it->kind, &it->source, &ctx->error);
  if (r > 0)
    r = migrate_created (&ctx->pub, name, mg_buf_text (&now), now.len);
  else if (r == 0)
    return mg_error_set (&ctx->error, MG_E_EXISTS, "exists",
                         "it is in the target already");
  return r < 0 ? r : 1;
}

static int
import_it (struct item *it)
{
  int r;

  fill_asset (it);
  mg_digest_of (it->asset.json, it->asset.json_len, it->result->sent_sha);
  it->result->has_sha = 1;
  mg_slot_tag (it->work->wid);
  watch_changes (it);
  r = is_there (it);
  return r != 0 ? (r < 0 ? r : 0) : mg_call_import (it->ctx, it->kind, &it->asset);
}

/* What may be there is looked for before something else is sent: under another
 * name the service would not refuse it. */
static int
is_decided (struct item *it)
{
  if (it->kind->parent != NULL && it->kind->left_out) {
    leave_out (it);
    return 1;
  }
  if (it->work->op != MG_OP_CREATE || !it->work->maybe || !it->work->has_was)
    return 0;
  it->result->state = MG_DOUBT;
  it->result->not_before = mg_settle_due (it->run, it->kind);
  mg_result_say (it->result, "uncertain",
                 "sent, never confirmed, and exported again since");
  return 1;
}

struct mg_item_end
mg_item_do (struct mg_run *run, struct mg_ctx *ctx, const struct mg_kind *kind,
            const struct mg_work *work)
{
  struct item it = { .run = run, .ctx = ctx, .kind = kind, .work = work,
                     .source = MG_ASSET_INIT, .target = MG_ASSET_INIT,
                     .body = MG_PREPARED_INIT };
  struct mg_error err = MG_ERROR_INIT;
  struct mg_item_end end;
  int r;

  it.result = mg_result_new (work->wid, MG_FAILED);
  mg_ctx_begin (ctx, kind, &it.source);
  if (!is_decided (&it)) {
    r = load (&it, &ctx->error);
    if (r == 0)
      r = import_it (&it);
    judge (&it, r);
  }
  report (&it);
  end.due = it.result->not_before;
  end.state = it.result->state;
  memcpy (end.code, it.result->code, sizeof end.code);
  if (mg_result_post (run->store, it.result, &err) < 0)
    mg_run_fail (run, &err);
  mg_asset_done (&it.source);
  mg_asset_done (&it.target);
  mg_buf_done (&it.body.json);
  mg_free (it.key);
  return end;
}
