/* Listing a workspace: of the source this is the export, of a target its index.
 *
 * Worker threads take, in this order: the list of a kind, then the details of
 * assets that were announced by lists (so details overlap with listing).  What
 * is durable: the assets, and per kind the walk's cursor, committed behind the
 * page it follows. */
#include <config.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "run/lister.h"

int
mg_lister_wants (const struct lister *l, const struct mg_kind *kind)
{
  if (!mg_kind_at (kind, l->side->end))
    return 0;
  if (l->listing->wants != NULL)
    return l->listing->wants (l->run, kind);
  return kind->chosen || kind->indexed;
}

static int
wanted_by (void *opaque, const struct mg_kind *kind)
{
  const struct lister *l = opaque;

  return mg_lister_wants (l, kind);
}

/* Its list is a walk. */
static int
walked_kind (const struct lister *l, const struct mg_kind *kind)
{
  const struct mg_registry *registry = l->run->registry;
  int i;

  for (i = 0; i < registry->n_kinds; i++)
    if (mg_tree_walker_of (registry, registry->kinds[i]) == kind
        && mg_lister_wants (l, registry->kinds[i]))
      return 1;
  return 0;
}

int
mg_run_has_list (const struct mg_kind *kind)
{
  int calls = (kind->k->flags & MIGRATE_KIND_CALLS)
              && kind->plugin->p.export_kind != NULL;

  return kind->parent == NULL
         && (kind->k->list != NULL || kind->k->tree != NULL || calls);
}

static int
listed_kind (const struct lister *l, const struct mg_kind *kind)
{
  return kind->k->tree == NULL && mg_run_has_list (kind)
         && mg_lister_wants (l, kind);
}

/* ---- one list ---- */

struct walk {
  struct lister *l;
  const struct mg_kind *kind;
  struct mg_walk row;
};

static int
on_element (struct migrate_ctx *pub, void *opaque, const char *json, size_t len)
{
  struct walk *w = opaque;

  return mg_ctx_emit ((struct mg_ctx *) pub, w->kind, json, len);
}

static int
on_page (struct mg_ctx *ctx, void *opaque, const char *cursor)
{
  struct walk *w = opaque;
  int64_t n = ctx->n_emitted;
  int r = mg_ctx_flush (ctx);

  ctx->n_emitted = 0;
  w->row.n += n;
  mg_free (w->row.cursor);
  w->row.cursor = mg_xstrdup (cursor);
  if (r == 0 && cursor != NULL)
    r = mg_walk_post (ctx->store, &w->row, &ctx->error);
  mg_run_advance (w->l->run, w->kind->k->name, n, 0);
  /* behind the last one nothing is left to be stopped */
  if (r == 0 && cursor != NULL && mg_run_stopping (w->l->run))
    r = mg_error_set (&ctx->error, MG_E_CANCELLED, NULL, "stopped");
  return r;
}

static void
on_restart (struct mg_ctx *ctx, void *opaque)
{
  (void) opaque;
  mg_ctx_drop_batch (ctx);
}

void
mg_run_leave_kind (struct mg_run *run, const struct mg_side *side,
                   const struct mg_kind *kind, const char *text)
{
  struct mg_walk row = { .sid = side->sid, .kid = kind->kid,
                         .node = (char *) "", .state = MG_WALK_DONE,
                         .code = (char *) MG_CODE_UNSUPPORTED };
  struct mg_error err = MG_ERROR_INIT;

  if (atomic_exchange (&((struct mg_kind *) (uintptr_t) kind)->left_out, 1))
    return;
  mg_run_note (run, side, 0, kind, NULL, MG_CODE_UNSUPPORTED, text);
  if (mg_walk_post (run->store, &row, &err) < 0)
    mg_run_fail (run, &err);
}

static void
list_failed (struct lister *l, struct walk *w, const struct mg_error *err)
{
  char text[1200];

  if (err->code == MG_E_UNSUPPORTED) {
    snprintf (text, sizeof text, "left out: this workspace does not offer %s",
              w->kind->k->title);
    mg_run_leave_kind (l->run, l->side, w->kind, text);
    w->row.state = MG_WALK_DONE;
    w->row.code = mg_xstrdup (MG_CODE_UNSUPPORTED);
    return;
  }
  w->row.state = MG_WALK_FAILED;
  w->row.code = mg_xstrdup (err->id[0] ? err->id : "failed");
  w->row.message = mg_xstrdup (err->text);
  mg_run_note (l->run, l->side, 0, w->kind, NULL, "export-incomplete",
               err->text);
  mg_mutex_lock (&l->run->state->lock);
  l->run->n_failed++;
  mg_mutex_unlock (&l->run->state->lock);
}

/* From the cursor that an earlier run left; a token that the service does not
 * know any more means the first page again, once. */
static int
walk_list (struct mg_ctx *ctx, struct walk *w, struct mg_list *list)
{
  int r;

  w->row.state = MG_WALK_OPEN;
  mg_free (w->row.code);
  mg_free (w->row.message);
  w->row.code = w->row.message = NULL;
  list->cursor = w->row.cursor;
  r = mg_call_export (ctx, w->kind, list);
  if (r == MG_E_REMOTE && w->row.cursor != NULL) {
    mg_ctx_drop_batch (ctx);
    mg_free (w->row.cursor);
    w->row.cursor = NULL;
    w->row.n = 0;
    list->cursor = NULL;
    r = mg_call_export (ctx, w->kind, list);
  }
  return r;
}

static void
run_list (struct lister *l, struct mg_ctx *ctx, const struct mg_kind *kind)
{
  struct mg_run *run = l->run;
  struct walk w = { .l = l, .kind = kind };
  struct mg_list list = { .each = on_element, .page = on_page,
                          .restart = on_restart, .opaque = &w };
  struct mg_event event = { .event = "kind-end", .kind = kind->k->name };
  int listed, r = mg_walk_get (run->store, l->side->sid, kind->kid, "", &w.row,
                               &ctx->error);

  ctx->stubs_only = l->listing->detail == MG_DETAIL_NONE;
  listed = r >= 0 && w.row.state != MG_WALK_DONE;
  if (listed) {
    r = walk_list (ctx, &w, &list);
    if (r == 0)
      r = mg_ctx_flush (ctx);
    mg_ctx_drop_batch (ctx);
    if (r == 0)
      w.row.state = MG_WALK_DONE;
    else if (r == MG_E_CANCELLED || mg_run_is_fatal (r))
      ;
    else {
      list_failed (l, &w, &ctx->error);
      r = 0;
    }
    if (r == 0)
      r = mg_walk_post (run->store, &w.row, &ctx->error);
  }
  if (r < 0 && r != MG_E_CANCELLED)
    mg_run_fail (run, &ctx->error);
  event.n = w.row.n;
  mg_run_total (run, kind->k->name, w.row.n);
  if (r == 0 && listed)
    mg_run_emit (run, &event);
  mg_walk_done (&w.row);
}

static void
one_list (struct lister *l, struct mg_ctx *ctx)
{
  struct mg_run_state *s = l->run->state;
  const struct mg_kind *kind = l->run->registry->kinds[l->next_kind++];

  if (!listed_kind (l, kind) && !walked_kind (l, kind))
    return;
  l->n_listing++;
  mg_mutex_unlock (&s->lock);
  if (kind->k->tree != NULL)
    mg_tree_begin (&l->tree, kind);
  else
    run_list (l, ctx, kind);
  mg_mutex_lock (&s->lock);
  l->n_listing--;
  mg_fetch_look_again (l);
  mg_cond_broadcast (&s->wake);
}

/* Of a folder and a detail that goes first which could leave first; of equals,
 * as without limits, folders get half of the workers. */
static int
may_walk (const struct lister *l, const struct mg_fetches *other,
          int64_t other_us)
{
  int most = mg_run_n_workers (l->run);
  const struct mg_kind *walker;
  int64_t due_us;

  if (l->tree.n_nodes == 0 || other == NULL)
    return l->tree.n_nodes > 0;
  walker = l->tree.nodes[l->tree.n_nodes - 1].walker;
  due_us = mg_remote_due_us (l->side->remote,
                             l->fetches[walker->index].list_class);
  return due_us < other_us
         || (due_us == other_us && l->tree.n_walking < (most + 1) / 2);
}

static void
one_node (struct lister *l, struct mg_ctx *ctx)
{
  struct mg_run_state *s = l->run->state;
  struct mg_tree_node node;
  int more;

  if (!mg_tree_take (&l->tree, &node))
    return;
  more = l->tree.n_nodes > 0;
  mg_mutex_unlock (&s->lock);
  if (more)                        /* one tells the next */
    mg_cond_signal (&s->wake);
  mg_tree_walk (&l->tree, ctx, &node);
  mg_mutex_lock (&s->lock);
  l->tree.n_walking--;
  if (l->tree.n_nodes == 0)        /* else there is enough to do meanwhile */
    mg_fetch_look_again (l);
  if (mg_tree_is_open (&l->tree))
    mg_cond_signal (&s->wake);
  else
    mg_cond_broadcast (&s->wake);
}

/* A folder or a detail; 0 when there is none. */
static int
one_of_many (struct lister *l, struct mg_ctx *ctx)
{
  int64_t due_us = 0;
  struct mg_fetches *f = mg_fetch_pick (l, &due_us);

  if (may_walk (l, f, due_us))
    one_node (l, ctx);
  else if (f != NULL)
    mg_fetch_one (l, ctx, f);
  else
    return 0;
  return 1;
}

int
mg_lister_is_listing (const struct lister *l)
{
  return l->next_kind < l->run->registry->n_kinds || l->n_listing > 0
         || mg_tree_is_open (&l->tree);
}

static void
lister_work (struct mg_run *run, struct mg_ctx *ctx, void *opaque)
{
  struct mg_run_state *s = run->state;
  struct lister *l = opaque;

  MG_LOCKED (&s->lock);
  while (!s->stop && s->fatal.code == 0) {
    if (l->next_kind < run->registry->n_kinds)
      one_list (l, ctx);
    else if (mg_seen_is_due (l))
      mg_seen_one (l, ctx);
    else if (mg_fetch_is_due (l))
      mg_fetch_refill (l, ctx);
    else if (one_of_many (l, ctx))
      continue;
    else if (l->all_fetched
             || (!mg_fetch_any (l) && !mg_lister_is_listing (l)
                 && !mg_seen_is_open (l)))
      break;
    else
      mg_cond_wait_until (&s->wake, &s->lock,
                          mg_clock_now_us () + LOOK_AGAIN_US);
  }
}

/* ---- the whole ---- */

static void
selection_text (struct lister *l, struct mg_buf *text)
{
  int i;

  for (i = 0; i < l->run->registry->n_kinds; i++)
    if (mg_lister_wants (l, l->run->registry->kinds[i]))
      mg_buf_addf (text, "%s%s", text->len ? "," : "",
                   l->run->registry->kinds[i]->k->name);
}

static int
find_snapshot (struct lister *l, const char *selection, struct mg_error *err)
{
  const struct mg_listing *listing = l->listing;
  MG_CLEANUP_FREE char *old = NULL;
  int64_t sid = 0;
  int ended = 0;
  int r = mg_snapshot_last (l->run->store, l->side->wsid, listing->purpose,
                            &sid, &ended, &old, err);

  if (r < 0)
    return r;
  if (r > 0 && !listing->fresh && (!ended || !listing->again)
      && (listing->wants != NULL || strcmp (old, selection) == 0)) {
    l->side->sid = sid;
    return 0;
  }
  return mg_snapshot_begin (l->run->store, l->side->wsid, listing->purpose,
                            selection, &l->side->sid, err);
}

/* What only the whole of what was listed tells. */
static int
look_back (struct lister *l, struct mg_error *err)
{
  int r = 0;

  /* of a target, whoever lists it looks by himself */
  if (l->listing->again && l->side == &l->run->source && !l->run->stopped)
    r = mg_look_for_vanished (l, err);
  return r == 0 && !l->run->stopped ? mg_look_for_lists (l, err) : r;
}

int
mg_run_list (struct mg_run *run, const struct mg_listing *listing,
             struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf selection = MG_BUF_INIT (MG_MIB);
  struct lister l = { .run = run, .listing = listing, .side = listing->side };
  int i, n = 0, r;

  selection_text (&l, &selection);
  r = mg_buf_check (&selection, "selection", err);
  if (r < 0)
    return r;
  r = find_snapshot (&l, mg_buf_text (&selection), err);
  if (r < 0)
    return r;
  mg_run_clear_progress (run);
  mg_tree_init (&l.tree, run);
  l.tree.side = listing->side;
  l.tree.wants = wanted_by;
  l.tree.opaque = &l;
  l.tree.stubs_only = listing->detail == MG_DETAIL_NONE;
  for (i = 0; i < run->registry->n_kinds; i++) {
    n += listed_kind (&l, run->registry->kinds[i]);
    if (walked_kind (&l, run->registry->kinds[i]))
      n = mg_run_n_workers (run);
  }
  if (n == 0)
    n = 1;
  mg_fetch_begin (&l);
  mg_seen_begin (&l);
  l.tree.keeps_seen = l.seen.wanted;
  if (mg_fetch_any (&l))
    n = mg_run_n_workers (run);
  r = mg_run_pool (run, listing->side, n, lister_work, &l, err);
  if (r == 0)
    r = look_back (&l, err);
  mg_fetch_end (&l);
  mg_seen_end (&l);
  mg_tree_done (&l.tree);
  if (r == 0)
    r = mg_store_flush (run->store, err);
  if (r == 0 && !run->stopped)
    r = mg_snapshot_end (run->store, listing->side->sid, err);
  return r;
}

int
mg_run_export (struct mg_run *run, struct mg_error *err)
{
  struct mg_listing listing = { .side = &run->source, .purpose = "export",
                                .detail = MG_DETAIL_ALL, .again = 1 };
  int r = mg_run_forget_disabled (run, &run->source, err);

  if (r == 0)
    r = mg_run_open_plugins (run, &run->source, err);
  if (r == 0)
    r = mg_run_list (run, &listing, err);
  mg_run_close_plugins (run, &run->source);
  return r;
}
