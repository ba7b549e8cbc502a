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
#include "run/state.h"

#define FETCH_PAGE 64
#define LOOK_AGAIN_US (50 * MG_MS_US)

struct lister {
  struct mg_run *run;
  const struct mg_listing *listing;
  struct mg_side *side;
  /* under the run's lock */
  int next_kind;                   /* lists not taken yet begin here */
  int n_listing, n_fetching;
  struct mg_asset *queue[FETCH_PAGE];
  int n_queue;
  int fetch_kind;                  /* whose details are looked for next */
  int64_t *fetch_after;            /* how far each kind's have been */
  int filling, second_pass, all_fetched;
  int64_t look_us;                 /* nothing is looked for before then */
};

static int
wanted_kind (const struct lister *l, const struct mg_kind *kind)
{
  if (!mg_kind_at (kind, l->side->end))
    return 0;
  if (l->listing->wants != NULL)
    return l->listing->wants (l->run, kind);
  return kind->chosen || kind->indexed;
}

static int
listed_kind (const struct lister *l, const struct mg_kind *kind)
{
  int calls = (kind->k->flags & MIGRATE_KIND_CALLS)
              && kind->plugin->p.export_kind != NULL;

  return kind->parent == NULL && wanted_kind (l, kind)
         && (kind->k->list != NULL || calls);
}

static int
fetched_kind (const struct lister *l, const struct mg_kind *kind)
{
  return l->listing->detail != MG_DETAIL_NONE && wanted_kind (l, kind)
         && !kind->left_out
         && (kind->k->flags & MIGRATE_KIND_DETAIL) != 0;
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
  if (r == 0 && mg_run_stopping (w->l->run))
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

/* ---- details ---- */

/* Only what this session has put or adopted there is compared. */
static int
is_mapped (struct lister *l, const struct mg_asset *a)
{
  MG_CLEANUP (mg_work_release) struct mg_work work = MG_WORK_INIT;

  if (l->listing->detail == MG_DETAIL_ALL)
    return 1;
  return mg_work_by_new (l->run->store, a->parent ? a->parent : a->aid, &work,
                         NULL) > 0;
}

static void
fetch_failed (struct lister *l, const struct mg_kind *kind,
              const struct mg_asset *a, const struct mg_error *err)
{
  struct mg_event event = { .event = "asset", .kind = kind->k->name,
                            .key = a->key, .id = a->src_id,
                            .state = MG_FAILED, .op = MG_OP_FETCH };

  if (err->code == MG_E_NOT_FOUND) {
    mg_asset_gone (l->run->store, a->aid, l->side->sid, NULL);
    mg_work_fetched (l->run->store, l->side->wsid, a->aid, kind->kid,
                     MG_SKIPPED, "vanished", NULL, NULL);
    mg_run_note (l->run, l->side, a->aid, kind, a->key, "vanished",
                 "listed, but gone when it was read");
    return;
  }
  event.code = err->id[0] ? err->id : "failed";
  event.message = err->text;
  /* what is not known of the target is no work to be done there */
  if (l->side->wsid == MG_SOURCE_WSID)
    mg_work_fetched (l->run->store, l->side->wsid, a->aid, kind->kid, MG_FAILED,
                     event.code, err->text, NULL);
  mg_run_advance (l->run, kind->k->name, 0, 1);
  mg_run_emit (l->run, &event);
  mg_mutex_lock (&l->run->state->lock);
  l->run->n_failed++;
  mg_mutex_unlock (&l->run->state->lock);
}

static void
run_fetch (struct lister *l, struct mg_ctx *ctx, const struct mg_kind *kind,
           const struct mg_asset *a)
{
  int64_t counts[MG_N_STATES], assets;
  int r;

  if (!is_mapped (l, a))
    return;
  r = mg_call_fetch (ctx, kind, a);
  if (r == 0)
    r = mg_ctx_flush (ctx);
  mg_ctx_drop_batch (ctx);
  if (r == 0) {
    mg_run_advance (l->run, kind->k->name, 1, 0);
    if (mg_counters_get (l->run->store, l->side->wsid, kind->kid, counts,
                         &assets, NULL) == 0 && counts[MG_FAILED] > 0)
      mg_work_fetched (l->run->store, l->side->wsid, a->aid, kind->kid,
                       MG_DONE, NULL, NULL, NULL);
  }
  else if (mg_run_is_fatal (r))
    mg_run_fail (l->run, &ctx->error);
  else if (r == MG_E_UNSUPPORTED && kind->parent != NULL)
    mg_run_leave_kind (l->run, l->side, kind, MG_NO_ACCESS_TEXT);
  else if (r != MG_E_CANCELLED)
    fetch_failed (l, kind, a, &ctx->error);
}

/* What is read without the lock, before it is queued with it. */
struct filler {
  struct lister *l;
  int second_pass, first_kind, kind;
  char *wanted;                    /* by the kind's index */
  int64_t after;
  struct mg_asset *found[FETCH_PAGE];
  int n, n_tried;
};

/* Was this one tried by the first pass, in vain? */
static int
was_tried (struct lister *l, const struct mg_asset *asset)
{
  MG_CLEANUP (mg_work_release) struct mg_work work = MG_WORK_INIT;

  return mg_work_get (l->run->store, l->side->wsid, asset->aid, MG_PHASE_MAIN,
                      &work, NULL) > 0
         && work.op == MG_OP_FETCH && work.state == MG_FAILED;
}

static int
keep_for_fetch (void *opaque, const struct mg_asset *asset,
                struct mg_error *err)
{
  struct filler *f = opaque;
  struct mg_asset *a;

  (void) err;
  if (f->n == FETCH_PAGE)
    return 1;
  f->after = asset->aid;
  if (f->second_pass && was_tried (f->l, asset)) {
    f->n_tried++;
    return 0;
  }
  a = mg_xcalloc (1, sizeof *a);
  a->aid = asset->aid;
  a->parent = asset->parent;
  a->wsid = asset->wsid;
  a->kid = asset->kid;
  a->src_id = mg_xstrdup (asset->src_id);
  a->key = mg_xstrdup (asset->key);
  a->stamp = mg_xstrdup (asset->stamp);
  f->found[f->n++] = a;
  return 0;
}

/* The next details of any kind, each in its turn. */
static int
fill (struct filler *f, struct mg_ctx *ctx)
{
  struct lister *l = f->l;
  const struct mg_registry *registry = l->run->registry;
  int i, n = 0;

  for (i = 0; i < registry->n_kinds && n == 0; i++) {
    const struct mg_kind *kind =
      registry->kinds[(f->first_kind + i) % registry->n_kinds];

    if (!f->wanted[kind->index])
      continue;
    f->kind = kind->index;
    f->after = l->fetch_after[kind->index];
    n = mg_asset_wanted_after (l->run->store, l->side->wsid, kind->kid, f->after,
                               keep_for_fetch, f, &ctx->error);
    if (n >= 0)
      n = f->n + f->n_tried;
  }
  return n;
}

/* Under the lock, when nothing was found: is it all? */
static int
nothing_found (struct lister *l, int lists_open)
{
  if (lists_open || l->n_listing > 0) {
    /* or all the workers would wake each other to look, as long as a list lasts */
    l->look_us = mg_clock_now_us () + LOOK_AGAIN_US;
    return 0;
  }
  if (l->n_fetching > 0)
    return 0;
  if (l->second_pass) {
    l->all_fetched = 1;
    mg_cond_broadcast (&l->run->state->wake);
  }
  l->second_pass = 1;              /* once more: what was renewed meanwhile */
  memset (l->fetch_after, 0, (size_t) l->run->registry->n_kinds
          * sizeof *l->fetch_after);
  return 1;
}

/* Under the lock, with nothing queued: looks for details; 1 when there may be
 * some now. */
static int
refill (struct lister *l, struct mg_ctx *ctx)
{
  struct mg_run_state *s = l->run->state;
  struct filler f = { .l = l, .second_pass = l->second_pass,
                      .first_kind = l->fetch_kind };
  int lists_open = l->n_listing > 0, i, n;

  f.wanted = mg_xcalloc ((size_t) l->run->registry->n_kinds + 1, 1);
  for (i = 0; i < l->run->registry->n_kinds; i++)
    f.wanted[i] = (char) fetched_kind (l, l->run->registry->kinds[i]);
  l->filling = 1;
  mg_mutex_unlock (&s->lock);
  if (!lists_open)
    mg_store_flush (l->run->store, &ctx->error);
  n = fill (&f, ctx);
  mg_free (f.wanted);
  mg_mutex_lock (&s->lock);
  l->filling = 0;
  /* it was empty, and nobody else fills it */
  memcpy (l->queue, f.found, (size_t) f.n * sizeof f.found[0]);
  l->n_queue = f.n;
  if (n < 0)
    mg_error_copy (&s->fatal, &ctx->error);
  if (n == 0)
    return nothing_found (l, lists_open);
  l->fetch_kind = f.kind + 1;      /* other kinds have limits of their own */
  l->fetch_after[f.kind] = f.after;
  return 1;
}

static int
any_fetch (const struct lister *l)
{
  int i;

  for (i = 0; i < l->run->registry->n_kinds; i++)
    if (fetched_kind (l, l->run->registry->kinds[i]))
      return 1;
  return 0;
}

static void
one_fetch (struct lister *l, struct mg_ctx *ctx)
{
  struct mg_run_state *s = l->run->state;
  struct mg_asset *a = l->queue[--l->n_queue];
  const struct mg_kind *kind = mg_registry_kid (l->run->registry, a->kid);
  int wanted = fetched_kind (l, kind), more = l->n_queue > 0;

  l->n_fetching++;
  mg_mutex_unlock (&s->lock);
  if (more)                        /* one tells the next; all would be a herd */
    mg_cond_signal (&s->wake);
  if (wanted)
    run_fetch (l, ctx, kind, a);
  mg_asset_done (a);
  mg_free (a);
  mg_mutex_lock (&s->lock);
  if (--l->n_fetching == 0 && l->n_queue == 0)
    mg_cond_broadcast (&s->wake);
}

static void
one_list (struct lister *l, struct mg_ctx *ctx)
{
  struct mg_run_state *s = l->run->state;
  const struct mg_kind *kind = l->run->registry->kinds[l->next_kind++];

  if (!listed_kind (l, kind))
    return;
  l->n_listing++;
  mg_mutex_unlock (&s->lock);
  run_list (l, ctx, kind);
  mg_mutex_lock (&s->lock);
  l->n_listing--;
  l->look_us = 0;
  mg_cond_broadcast (&s->wake);
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
    else if (l->n_queue > 0)
      one_fetch (l, ctx);
    else if (l->all_fetched || !any_fetch (l))
      break;
    else if (l->filling || mg_clock_now_us () < l->look_us || !refill (l, ctx))
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
    if (wanted_kind (l, l->run->registry->kinds[i]))
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
  for (i = 0; i < run->registry->n_kinds; i++)
    n += listed_kind (&l, run->registry->kinds[i]);
  if (n == 0)
    n = 1;
  if (any_fetch (&l))
    n = mg_run_n_workers (run);
  l.fetch_after = mg_xcalloc ((size_t) run->registry->n_kinds + 1,
                              sizeof *l.fetch_after);
  r = mg_run_pool (run, listing->side, n, lister_work, &l, err);
  for (i = 0; i < l.n_queue; i++) {
    mg_asset_done (l.queue[i]);
    mg_free (l.queue[i]);
  }
  mg_free (l.fetch_after);
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
  int r = mg_run_open_plugins (run, &run->source, err);

  if (r == 0)
    r = mg_run_list (run, &listing, err);
  mg_run_close_plugins (run, &run->source);
  return r;
}
