/* What an earlier export had and this one does not: see lister.h.
 *
 * Nobody wants a user who has left made anew in the target because an old export
 * knew him.  But a list may be behind, and one that failed says nothing. */
#include <config.h>

#include <stdio.h>

#include "base/alloc.h"
#include "run/lister.h"

#define ROWS 1024
#define TEXT "exported before, and gone from the source since"

struct search {
  struct lister *l;
  const struct mg_kind *kind;
  int64_t after;
  struct mg_asset *rows[ROWS];
  int n;
  int next;                        /* under the run's lock */
};

static int
keep_unseen (void *opaque, const struct mg_asset *asset, struct mg_error *err)
{
  struct search *s = opaque;
  struct mg_asset *a;

  (void) err;
  s->after = asset->aid;
  a = mg_xcalloc (1, sizeof *a);
  a->aid = asset->aid;
  a->src_id = mg_xstrdup (asset->src_id);
  a->key = mg_xstrdup (asset->key);
  s->rows[s->n++] = a;
  return 0;
}

static void
forget (struct search *s)
{
  int i;

  for (i = 0; i < s->n; i++) {
    mg_asset_done (s->rows[i]);
    mg_free (s->rows[i]);
  }
  s->n = s->next = 0;
}

/* A thousand at most, page by page; 0 = there is none left. */
static int
find_some (struct search *s, struct mg_error *err)
{
  struct lister *l = s->l;
  int before, r = 0;

  forget (s);
  do {
    before = s->n;
    r = mg_asset_unseen_after (l->run->store, l->side->wsid, s->kind->kid,
                               s->after, l->side->sid, keep_unseen, s, err);
  } while (r == 0 && s->n > before && s->n + FETCH_PAGE <= ROWS);
  return r < 0 ? r : s->n;
}

/* 1: it is not there, or it is one of those that are never moved. */
static int
is_gone (struct mg_ctx *ctx, const struct mg_kind *kind,
         const struct mg_asset *a)
{
  struct mg_asset now = MG_ASSET_INIT;
  int r;

  /* what a walk has seen may be known by its path alone: the plugin knows how */
  r = kind->k->tree != NULL ? mg_tree_look (ctx, kind, a->src_id, &now.body)
      : kind->k->seen != NULL
      ? mg_call_get (ctx, kind, a->src_id, a->key, &now.body)
      : mg_generic_get (ctx, kind, a->src_id, &now.body);
  if (r == 0)
    r = kind->k->seen == NULL && mg_run_left_out (kind, &now) != NULL;
  else if (r == MG_E_NOT_FOUND || r == MG_E_EXISTS) {
    mg_error_clear (&ctx->error);
    r = 1;
  }
  mg_asset_done (&now);
  return r;
}

/* The list forgot it: it is exported nevertheless, as it is now. */
static int
read_again (struct mg_ctx *ctx, const struct mg_kind *kind,
            const struct mg_asset *a)
{
  int r = mg_call_fetch (ctx, kind, a);

  if (r == 0)
    r = mg_ctx_flush (ctx);
  mg_ctx_drop_batch (ctx);
  return r;
}

static void
look_at (struct search *s, struct mg_ctx *ctx, const struct mg_asset *a)
{
  struct lister *l = s->l;
  char text[1200];
  int r;

  mg_ctx_begin (ctx, s->kind, NULL);
  r = is_gone (ctx, s->kind, a);
  if (r == 0 && l->fetches[s->kind->index].wanted)
    r = read_again (ctx, s->kind, a);
  if (r > 0)
    mg_fetch_vanished (l, s->kind, a->aid, a->key, TEXT);
  else if (r < 0 && mg_run_is_fatal (r))
    mg_run_fail (l->run, &ctx->error);
  else if (r < 0 && r != MG_E_CANCELLED) {
    snprintf (text, sizeof text, "exported before, and not listed now; it stays "
              "as it was exported: %s", ctx->error.text);
    mg_run_note (l->run, l->side, a->aid, s->kind, a->key, "not-looked-at",
                 text);
    MG_LOCKED (&l->run->state->lock);
    l->run->n_failed++;
  }
}

static void
look_work (struct mg_run *run, struct mg_ctx *ctx, void *opaque)
{
  struct search *s = opaque;

  for (;;) {
    const struct mg_asset *a;

    mg_mutex_lock (&run->state->lock);
    a = s->next < s->n && !run->state->stop && run->state->fatal.code == 0
        ? s->rows[s->next++] : NULL;
    mg_mutex_unlock (&run->state->lock);
    if (a == NULL)
      return;
    look_at (s, ctx, a);
  }
}

/* Its list, or its walk, has told all that there is, and what it lacks can be
 * asked for. */
static int
is_whole (struct lister *l, const struct mg_kind *kind, struct mg_error *err)
{
  MG_CLEANUP (mg_walk_done) struct mg_walk row = { 0 };
  int asks = kind->k->tree != NULL || kind->k->get != NULL;
  int r = kind->parent != NULL || !asks || !mg_lister_wants (l, kind) ? 0
          : mg_walk_get (l->run->store, l->side->sid, kind->kid, "", &row, err);

  return r <= 0 ? r : row.state == MG_WALK_DONE && row.code == NULL;
}

static int
look_through (struct search *s, struct mg_error *err)
{
  struct mg_run *run = s->l->run;
  int r = is_whole (s->l, s->kind, err);

  s->after = 0;
  while (r > 0 && !run->stopped) {
    r = find_some (s, err);
    if (r > 0) {
      int n = mg_run_n_workers (run) < s->n ? mg_run_n_workers (run) : s->n;

      r = mg_run_pool (run, s->l->side, n, look_work, s, err);
      if (r == 0)
        r = 1;
    }
  }
  return r < 0 ? r : 0;
}

int
mg_look_for_vanished (struct lister *l, struct mg_error *err)
{
  struct search *s;
  int i, r = mg_snapshot_is_first (l->run->store, l->side->wsid, l->side->sid,
                                   err);

  if (r != 0)
    return r < 0 ? r : 0;          /* nothing was there before it */
  s = mg_xcalloc (1, sizeof *s);
  s->l = l;
  r = mg_store_flush (l->run->store, err);
  for (i = 0; i < l->run->registry->n_kinds && r == 0; i++) {
    s->kind = l->run->registry->kinds[i];
    r = look_through (s, err);
  }
  forget (s);
  mg_free (s);
  return r;
}
