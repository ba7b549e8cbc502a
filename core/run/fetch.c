/* Details of what a listing announced: fetched by whoever finds no list to take,
 * while lists go on. */
#include <config.h>

#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "run/lister.h"

int
mg_fetch_kind (const struct lister *l, const struct mg_kind *kind)
{
  return l->listing->detail != MG_DETAIL_NONE && mg_lister_wants (l, kind)
         && !kind->left_out
         && (kind->k->flags & MIGRATE_KIND_DETAIL) != 0;
}

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

void
mg_fetch_vanished (struct lister *l, const struct mg_kind *kind, int64_t aid,
                   const char *key, const char *text)
{
  mg_asset_gone (l->run->store, aid, l->side->sid, NULL);
  mg_work_fetched (l->run->store, l->side->wsid, aid, kind->kid, MG_SKIPPED,
                   "vanished", NULL, NULL);
  mg_run_note (l->run, l->side, aid, kind, key, "vanished", text);
}

static void
fetch_failed (struct lister *l, const struct mg_kind *kind,
              const struct mg_asset *a, const struct mg_error *err)
{
  struct mg_event event = { .event = "asset", .kind = kind->k->name,
                            .key = a->key, .id = a->src_id,
                            .state = MG_FAILED, .op = MG_OP_FETCH };

  if (err->code == MG_E_NOT_FOUND) {
    mg_fetch_vanished (l, kind, a->aid, a->key,
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
  if (lists_open || l->n_listing > 0 || mg_tree_is_open (&l->tree)) {
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
int
mg_fetch_refill (struct lister *l, struct mg_ctx *ctx)
{
  struct mg_run_state *s = l->run->state;
  struct filler f = { .l = l, .second_pass = l->second_pass,
                      .first_kind = l->fetch_kind };
  int lists_open = l->n_listing > 0 || mg_tree_is_open (&l->tree), i, n;

  f.wanted = mg_xcalloc ((size_t) l->run->registry->n_kinds + 1, 1);
  for (i = 0; i < l->run->registry->n_kinds; i++)
    f.wanted[i] = (char) mg_fetch_kind (l, l->run->registry->kinds[i]);
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

int
mg_fetch_any (const struct lister *l)
{
  int i;

  for (i = 0; i < l->run->registry->n_kinds; i++)
    if (mg_fetch_kind (l, l->run->registry->kinds[i]))
      return 1;
  return 0;
}

void
mg_fetch_one (struct lister *l, struct mg_ctx *ctx)
{
  struct mg_run_state *s = l->run->state;
  struct mg_asset *a = l->queue[--l->n_queue];
  const struct mg_kind *kind = mg_registry_kid (l->run->registry, a->kid);
  int wanted = mg_fetch_kind (l, kind), more = l->n_queue > 0;

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
