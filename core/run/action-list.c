/* Which assets an action is about, and what they are put back to. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/action-impl.h"
#include "store/decision.h"
#include "store/edited.h"

#define MAX_ITEMS ((size_t) 1000000)

static int
add (struct mg_actor *a, char *id, char *key, int64_t aid)
{
  if ((a->n_items & (a->n_items - 1)) == 0)
    a->items = mg_xreallocarray (a->items, a->n_items ? 2 * a->n_items : 1,
                                 sizeof *a->items);
  a->items[a->n_items++] = (struct mg_action_item) { id, key, aid };
  return a->n_items < MAX_ITEMS ? 0 : MG_E_NOMEM;
}

/* ---- of a source: all that its list shows ---- */

static int
on_element (struct migrate_ctx *pub, void *opaque, const char *json, size_t len)
{
  struct mg_actor *a = opaque;
  const struct migrate_kind *k = a->options->kind->k;
  char *id = mg_json_get_text (json, len, k->id);
  struct mg_ctx *ctx = (struct mg_ctx *) pub;

  if (id == NULL)
    return mg_error_set (&ctx->error, MG_E_PROTOCOL, "not-json",
                         "an element of the list of %s has no '%s'; run the "
                         "command again", k->title, k->id);
  return add (a, id, mg_json_get_text (json, len, k->key), 0);
}

static int
on_page (struct mg_ctx *ctx, void *opaque, const char *cursor)
{
  struct mg_actor *a = opaque;

  (void) cursor;
  return mg_run_stopping (a->run)
         ? mg_error_set (&ctx->error, MG_E_CANCELLED, NULL, "stopped") : 0;
}

static void
list_source (struct mg_run *run, struct mg_ctx *ctx, void *opaque)
{
  struct mg_actor *a = opaque;
  struct mg_list list = { .each = on_element, .page = on_page, .opaque = a };
  int r;

  mg_ctx_begin (ctx, a->options->kind, NULL);
  r = mg_generic_list (ctx, a->options->kind, &list);
  if (r < 0 && r != MG_E_CANCELLED)
    mg_run_fail (run, &ctx->error);
}

static int
by_id (const void *x, const void *y)
{
  const struct mg_action_item *a = x, *b = y;

  return strcmp (a->id, b->id);
}

/* Lists may show one twice: no two workers are to have it. */
static void
drop_doubles (struct mg_actor *a)
{
  size_t i, n = 0;

  if (a->n_items > 0)
    qsort (a->items, a->n_items, sizeof *a->items, by_id);
  for (i = 0; i < a->n_items; i++)
    if (n == 0 || strcmp (a->items[n - 1].id, a->items[i].id) != 0)
      a->items[n++] = a->items[i];
    else {
      mg_free (a->items[i].id);
      mg_free (a->items[i].key);
    }
  a->n_items = n;
}

/* What nobody moves goes on in the source. */
static int
drop_skipped (struct mg_actor *a, struct mg_error *err)
{
  struct mg_store *store = a->run->store;
  size_t i, n = 0;
  int r = 0;

  for (i = 0; i < a->n_items; i++) {
    MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;
    MG_CLEANUP (mg_decision_done) struct mg_decision skip = { 0 };
    struct mg_action_item *item = &a->items[i];

    if (r >= 0)
      r = mg_asset_by_src (store, NULL, MG_SOURCE_WSID, a->options->kind->kid,
                           item->id, &asset, err);
    item->aid = r > 0 ? asset.aid : 0;
    if (r > 0)
      r = mg_decision_get (store, MG_SOURCE_WSID, asset.aid, &skip, err);
    if (r <= 0 || skip.what != MG_SKIP_IT)
      a->items[n++] = *item;
    else {
      a->out->skipped++;
      mg_free (item->id);
      mg_free (item->key);
    }
  }
  a->n_items = n;
  return r < 0 ? r : 0;
}

/* What was switched off there. */
static int
collect_rows (struct mg_actor *a, struct mg_error *err)
{
  MG_CLEANUP_FREE char *after = mg_xstrdup ("");
  int r;

  for (;;) {
    MG_CLEANUP (mg_action_row_done) struct mg_action_row row = { 0 };
    MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;

    r = mg_action_after (a->run->store, MG_SOURCE_WSID, a->options->kind->kid,
                         after, &row, err);
    if (r <= 0)
      return r;
    if (row.state == MG_ACTION_KEPT)
      a->out->kept++;
    else {
      r = mg_asset_by_src (a->run->store, NULL, MG_SOURCE_WSID,
                           a->options->kind->kid, row.src_id, &asset, err);
      if (r >= 0)
        r = add (a, mg_xstrdup (row.src_id), mg_xstrdup (row.key), asset.aid);
    }
    if (r < 0)
      return r;
    mg_free (after);
    after = mg_xstrdup (row.src_id);
  }
}

/* ---- of a target: what this session made or changed ---- */

static int
each_work (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct mg_actor *a = opaque;
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  int r;

  if (w->kid != a->options->kind->kid || w->new_aid == 0
      || !(w->provenance == MG_CREATED
           || (w->op == MG_OP_UPDATE && w->state == MG_DONE)))
    return 0;
  r = mg_asset_get (a->run->store, NULL, w->new_aid, &target, err);
  return r <= 0 ? r : add (a, mg_xstrdup (target.src_id),
                           mg_xstrdup (target.key), w->aid);
}

int
mg_action_collect (struct mg_actor *a, struct mg_error *err)
{
  int r;

  if (!a->is_source)
    return mg_work_each_phase (a->run->store, a->options->side->wsid,
                               MG_PHASE_MAIN, 0, each_work, a, err);
  if (a->options->action->what == MIGRATE_ACTION_BACK)
    return collect_rows (a, err);
  r = mg_run_pool (a->run, a->options->side, 1, list_source, a, err);
  drop_doubles (a);
  return r < 0 ? r : drop_skipped (a, err);
}

/* ---- what the source had ---- */

/* What of the source is known, and when it was so. */
struct known {
  struct mg_asset asset;           /* as exported, or edited here */
  struct mg_action_row row;        /* state 0 = none */
  int64_t at_us;
  int by_row;
};

/* While an action holds it off, the export reads what the action wrote; else
 * what was seen last counts. */
static int
choose (struct mg_actor *a, struct known *k, struct mg_error *err)
{
  int64_t seen_us = 0;
  int r = mg_snapshot_began (a->run->store, k->asset.seen_sid, &seen_us, err);

  if (r < 0)
    return r;
  k->at_us = k->row.state == MG_ACTION_BACK ? k->row.back_at_us
             : k->row.off_at_us;
  k->by_row = k->row.state != 0
              && (mg_action_is_off (k->row.state) || k->asset.want
                  || k->at_us > seen_us);
  if (!k->by_row)
    k->at_us = seen_us;
  return 0;
}

/* Did who edited it here switch something?  What the source has now need not
 * be what was edited: then the edit counts. */
static int
is_switched_here (struct mg_actor *a, struct mg_ctx *ctx, struct known *k,
                  struct mg_error *err)
{
  MG_CLEANUP (mg_edited_done) struct mg_edited edited = { 0 };
  MG_CLEANUP (mg_asset_done) struct mg_asset original = MG_ASSET_INIT;
  int r = k->asset.origin != MG_ORIGIN_EDITED ? 0
          : mg_edited_get (a->run->store, k->asset.aid, &edited, err);

  if (r <= 0 || edited.is_stale)
    return r;
  r = mg_edited_original (a->run->store, &ctx->packer, k->asset.aid, &original,
                          err);
  return r <= 0 ? r
         : mg_switch_differs (&a->sw, &k->asset.body, &original.body, err);
}

/* 1 with k->asset's body the part, or 0. */
static int
source_part (struct mg_actor *a, struct mg_ctx *ctx,
             const struct mg_action_item *item, struct known *k,
             struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf part = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r = mg_asset_get (a->run->store, &ctx->packer, item->aid, &k->asset, err);

  if (r <= 0)
    return r;
  r = mg_action_get (a->run->store, MG_SOURCE_WSID, a->options->kind->kid,
                     k->asset.src_id, &k->row, err);
  if (r >= 0)
    r = choose (a, k, err);
  if (r == 0 && k->by_row) {
    r = is_switched_here (a, ctx, k, err);
    k->by_row = r == 0;
  }
  if (r < 0)
    return r;
  if (k->by_row)
    r = mg_unpack (&ctx->packer, mg_buf_text (&k->row.before),
                   k->row.before.len, &part, err) < 0 ? MG_E_STORE : 1;
  else
    r = mg_switch_part (&a->sw, mg_buf_text (&k->asset.body),
                        k->asset.body.len, &part, err);
  if (r > 0)
    mg_buf_move (&k->asset.body, &part);
  return r;
}

int
mg_action_wanted (struct mg_actor *a, struct mg_ctx *ctx,
                  const struct mg_action_item *item, struct mg_wanted *ret,
                  struct mg_error *err)
{
  struct known k = { .asset = MG_ASSET_INIT };
  struct mg_prepared wanted = MG_PREPARED_INIT;
  int r = source_part (a, ctx, item, &k, err);

  if (r > 0) {
    r = mg_run_prepare (a->run, ctx, a->options->kind, &k.asset, MG_FOR_COMPARE,
                        &wanted, err);
    if (r == 0) {
      mg_buf_move (&ret->part, &wanted.json);
      ret->source_id = mg_xstrdup (k.asset.src_id);
      ret->at_us = k.at_us;
      r = 1;
    }
  }
  mg_buf_done (&wanted.json);
  mg_asset_done (&k.asset);
  mg_action_row_done (&k.row);
  return r;
}
