/* Details of what a listing announced: fetched by whoever finds no list to take,
 * while lists go on.  Each kind has a queue of its own, because its rate has: of
 * those with something in them that one is served whose request would leave
 * first, so that no limit waits for another. */
#include <config.h>

#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "run/lister.h"

/* ---- queues ---- */

static int
class_of (const struct lister *l, const char *call)
{
  MG_CLEANUP_FREE char *method = mg_xstrdup (call ? call : "");
  char *space = strchr (method, ' ');

  if (space == NULL)
    return 0;
  *space = '\0';
  return mg_remote_class (l->side->remote, method, space + 1);
}

void
mg_fetch_begin (struct lister *l)
{
  const struct mg_registry *registry = l->run->registry;
  int i;

  l->fetches = mg_xcalloc ((size_t) registry->n_kinds + 1,
                           sizeof *l->fetches);
  for (i = 0; i < registry->n_kinds; i++) {
    const struct mg_kind *kind = registry->kinds[i];
    struct mg_fetches *f = &l->fetches[i];

    f->rate_class = class_of (l, kind->k->get);
    f->list_class = class_of (l, kind->k->list);
    if ((kind->k->flags & MIGRATE_KIND_CALLS)
        && kind->plugin->p.fetch_asset != NULL)
      f->lanes = kind->k->lanes ? (int) kind->k->lanes : 1;
    f->wanted = l->listing->detail != MG_DETAIL_NONE
                && (kind->k->flags & MIGRATE_KIND_DETAIL) != 0
                && mg_lister_wants (l, kind);
  }
}

void
mg_fetch_end (struct lister *l)
{
  int i;

  for (i = 0; i < l->run->registry->n_kinds; i++) {
    struct mg_fetches *f = &l->fetches[i];

    while (f->n > 0) {
      mg_asset_done (f->queue[--f->n]);
      mg_free (f->queue[f->n]);
    }
  }
  mg_free (l->fetches);
}

static int
is_wanted (const struct lister *l, int i)
{
  return l->fetches[i].wanted && !l->run->registry->kinds[i]->left_out;
}

int
mg_fetch_any (const struct lister *l)
{
  int i;

  for (i = 0; i < l->run->registry->n_kinds; i++)
    if (is_wanted (l, i))
      return 1;
  return 0;
}

static int
lists_are_open (const struct lister *l)
{
  return l->n_listing > 0 || mg_tree_is_open (&l->tree) || mg_seen_is_open (l);
}

/* Whatever there is now is all that there will be. */
static int
is_idle (const struct lister *l)
{
  return l->n_queued == 0 && l->n_fetching == 0 && !lists_are_open (l);
}

static int
is_due (const struct lister *l, int i, int idle, int64_t now_us)
{
  return is_wanted (l, i) && l->fetches[i].n == 0
         && (idle || now_us >= l->fetches[i].look_us);
}

int
mg_fetch_is_due (const struct lister *l)
{
  int64_t now_us = mg_clock_now_us ();
  int i, idle = is_idle (l);

  for (i = 0; i < l->run->registry->n_kinds && !l->filling
       && !l->all_fetched; i++)
    if (is_due (l, i, idle, now_us))
      return 1;
  return 0;
}

void
mg_fetch_look_again (struct lister *l)
{
  int i;

  for (i = 0; i < l->run->registry->n_kinds; i++)
    l->fetches[i].look_us = 0;
}

struct mg_fetches *
mg_fetch_pick (struct lister *l, int64_t *ret_due_us)
{
  struct mg_fetches *best = NULL;
  int i, n = l->run->registry->n_kinds;

  for (i = 0; i < n && l->n_queued > 0; i++) {
    struct mg_fetches *f = &l->fetches[(l->fetch_kind + i) % n];
    int64_t due_us;

    if (f->n == 0 || (f->lanes > 0 && f->n_running >= f->lanes))
      continue;
    due_us = mg_remote_due_us (l->side->remote, f->rate_class);
    if (best == NULL || due_us < *ret_due_us) {
      best = f;
      *ret_due_us = due_us;
    }
  }
  return best;
}

/* ---- one ---- */

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

void
mg_fetch_failed (struct lister *l, const struct mg_kind *kind,
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

/* What is left out is told by its own line, and nobody misses what belongs to
 * it. */
static int
is_of_left_out (struct lister *l, struct mg_ctx *ctx, const struct mg_kind *kind,
                const struct mg_asset *a)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset owner = MG_ASSET_INIT;

  return kind->parent != NULL && a->parent != 0
         && mg_asset_get (l->run->store, &ctx->packer, a->parent, &owner, NULL) > 0
         && mg_run_left_out (kind->parent, &owner) != NULL;
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
  else if (r == MG_E_NOT_FOUND && is_of_left_out (l, ctx, kind, a))
    mg_asset_gone (l->run->store, a->aid, l->side->sid, NULL);
  else if (r != MG_E_CANCELLED)
    mg_fetch_failed (l, kind, a, &ctx->error);
}

/* ---- more ---- */

/* What is read without the lock, for one kind. */
struct filler {
  struct lister *l;
  struct mg_fetches *to;
  int second_pass;
  int64_t after;
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
  f->to->queue[f->n++] = a;
  return 0;
}

/* Under the lock, when there is nothing any more: is it all? */
static void
nothing_found (struct lister *l)
{
  int i;

  if (l->second_pass) {
    l->all_fetched = 1;
    mg_cond_broadcast (&l->run->state->wake);
  }
  l->second_pass = 1;              /* once more: what was renewed meanwhile */
  for (i = 0; i < l->run->registry->n_kinds; i++)
    l->fetches[i].after = 0;
}

/* With the lock; it is given up while the store is asked.  How many there were,
 * or a negative code. */
static int
fill (struct lister *l, struct mg_ctx *ctx, int i)
{
  struct mg_run_state *s = l->run->state;
  struct mg_fetches *to = &l->fetches[i];
  struct filler f = { .l = l, .to = to, .after = to->after,
                      .second_pass = l->second_pass };
  int r;

  mg_mutex_unlock (&s->lock);
  r = mg_asset_wanted_after (l->run->store, l->side->wsid,
                             l->run->registry->kinds[i]->kid, f.after,
                             keep_for_fetch, &f, &ctx->error);
  mg_mutex_lock (&s->lock);
  to->n = f.n;
  to->after = f.after;
  l->n_queued += f.n;
  if (f.n + f.n_tried == 0)
    /* or all the workers would wake each other to look, as long as a list
     * lasts */
    to->look_us = mg_clock_now_us () + LOOK_AGAIN_US;
  return r < 0 ? r : f.n + f.n_tried;
}

void
mg_fetch_refill (struct lister *l, struct mg_ctx *ctx)
{
  struct mg_run_state *s = l->run->state;
  int64_t now_us = mg_clock_now_us ();
  int i, r = 0, found = 0, idle = is_idle (l);

  l->filling = 1;
  if (!lists_are_open (l)) {
    mg_mutex_unlock (&s->lock);
    mg_store_flush (l->run->store, &ctx->error);
    mg_mutex_lock (&s->lock);
  }
  for (i = 0; i < l->run->registry->n_kinds && r >= 0; i++)
    if (is_due (l, i, idle, now_us)) {
      r = fill (l, ctx, i);
      found += r > 0;
      if (r > 0)
        mg_cond_signal (&s->wake);
    }
  l->filling = 0;
  if (r < 0)
    mg_error_copy (&s->fatal, &ctx->error);
  else if (idle && found == 0)
    nothing_found (l);
}

void
mg_fetch_one (struct lister *l, struct mg_ctx *ctx, struct mg_fetches *f)
{
  struct mg_run_state *s = l->run->state;
  struct mg_asset *a = f->queue[--f->n];
  const struct mg_kind *kind = mg_registry_kid (l->run->registry, a->kid);
  int wanted = is_wanted (l, kind->index), more = --l->n_queued > 0;

  l->fetch_kind = kind->index + 1;
  l->n_fetching++;
  f->n_running++;
  mg_mutex_unlock (&s->lock);
  if (more)                        /* one tells the next; all would be a herd */
    mg_cond_signal (&s->wake);
  if (wanted)
    run_fetch (l, ctx, kind, a);
  mg_asset_done (a);
  mg_free (a);
  mg_mutex_lock (&s->lock);
  f->n_running--;
  if (--l->n_fetching == 0 && l->n_queued == 0)
    mg_cond_broadcast (&s->wake);
}
