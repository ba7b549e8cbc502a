/* How much is in a tree: see tree.h.
 *
 * A thread takes a folder, lists it, and leaves those that are in it to whoever
 * comes next.  'lock' guards what is shared; a page is one's own until it is
 * whole. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/supervise.h"
#include "base/thread.h"
#include "run/tree.h"

struct tally {
  struct mg_ctx *like;             /* the caller's, for the others' contexts */
  const struct mg_kind *walker;
  struct mg_mutex lock;
  struct mg_cond changed;
  struct mg_tree_names names;      /* to be listed */
  int64_t *found;
  int n_listing;
  struct mg_error err;             /* the first; it ends the whole */
};

struct tally_thread {
  struct tally *tally;
  struct mg_thread thread;
  const char *node;                /* that is listed */
  int64_t *page;                   /* of the page that is being read */
  struct mg_tree_names names;
};

static int
count_element (struct migrate_ctx *pub, void *opaque, const char *json,
               size_t len)
{
  struct tally_thread *t = opaque;
  const struct mg_kind *walker = t->tally->walker;
  const struct mg_registry *registry = t->tally->like->registry;
  MG_CLEANUP_FREE char *sort =
    mg_json_get_text (json, len, walker->k->tree->sort);
  char *name = mg_json_get_text (json, len, walker->k->tree->node);
  int i;

  (void) pub;
  if (mg_tree_hides (walker, name)
      || (name != NULL && !mg_tree_is_below (t->node, name))) {
    mg_free (name);
    return 0;
  }
  for (i = 0; sort != NULL && i < registry->n_kinds; i++)
    if (mg_tree_walker_of (registry, registry->kinds[i]) == walker
        && mg_tree_is_of (registry->kinds[i], sort))
      t->page[i]++;
  if (sort != NULL && name != NULL
      && mg_tree_enters (walker, sort, name,
                         mg_tree_left (walker, sort, json, len)))
    mg_tree_names_add (&t->names, name);
  else
    mg_free (name);
  return 0;
}

static void
count_restart (struct mg_ctx *ctx, void *opaque)
{
  struct tally_thread *t = opaque;

  memset (t->page, 0, (size_t) ctx->registry->n_kinds * sizeof *t->page);
  mg_tree_names_restart (&t->names);
}

static int
count_page (struct mg_ctx *ctx, void *opaque, const char *cursor)
{
  struct tally_thread *t = opaque;
  struct tally *tally = t->tally;
  size_t n;
  int i;

  (void) cursor;
  mg_mutex_lock (&tally->lock);
  for (i = 0; i < ctx->registry->n_kinds; i++)
    tally->found[i] += t->page[i];
  for (n = 0; n < t->names.n; n++)
    mg_tree_names_add (&tally->names, t->names.names[n]);
  t->names.n = 0;
  mg_cond_broadcast (&tally->changed);
  mg_mutex_unlock (&tally->lock);
  count_restart (ctx, t);
  return 0;
}

/* The next folder, which is the caller's to free; NULL = there will be none. */
static char *
take_name (struct tally *tally)
{
  while (tally->names.n == 0 && tally->n_listing > 0 && tally->err.code == 0)
    mg_cond_wait (&tally->changed, &tally->lock);
  if (tally->names.n == 0 || tally->err.code != 0)
    return NULL;
  tally->n_listing++;
  return tally->names.names[--tally->names.n];
}

static int
count_node (struct tally_thread *t, struct mg_ctx *ctx, const char *name)
{
  const struct mg_kind *walker = t->tally->walker;
  struct mg_list list = { .node = name, .each = count_element,
                          .page = count_page, .restart = count_restart,
                          .opaque = t };
  int r;

  t->node = name;
  r = mg_call_export (ctx, walker, &list);
  if (r < 0)
    count_restart (ctx, t);
  if (r == MG_E_NOT_FOUND && strcmp (name, walker->k->tree->root) != 0)
    r = 0;                         /* gone since it was told of */
  return r;
}

static void
count_nodes (void *arg)
{
  struct tally_thread *t = arg;
  struct tally *tally = t->tally;
  struct mg_ctx ctx;
  char *name;
  int r;

  mg_slot_thread ();
  mg_ctx_init (&ctx, NULL, tally->like->side, tally->like->registry);
  ctx.option = tally->like->option;
  mg_mutex_lock (&tally->lock);
  while ((name = take_name (tally)) != NULL) {
    mg_mutex_unlock (&tally->lock);
    r = count_node (t, &ctx, name);
    mg_free (name);
    mg_mutex_lock (&tally->lock);
    tally->n_listing--;
    if (r < 0 && tally->err.code == 0)
      mg_error_copy (&tally->err, &ctx.error);
    mg_cond_broadcast (&tally->changed);
  }
  mg_mutex_unlock (&tally->lock);
  mg_ctx_done (&ctx);
}

/* As many as the service lets beside one another, and the kind. */
static int
run_threads (struct tally *tally, struct mg_error *err)
{
  size_t n_kinds = (size_t) tally->like->registry->n_kinds + 1;
  struct tally_thread threads[MG_MAX_IN_FLIGHT] = { { .tally = NULL } };
  uint32_t lanes = tally->walker->k->lanes;
  int most = lanes > 0 && lanes < MG_MAX_IN_FLIGHT ? (int) lanes
             : MG_MAX_IN_FLIGHT;
  int i, r = 0;

  for (i = 0; i < most && r == 0; i++) {
    threads[i].tally = tally;
    threads[i].page = mg_xcalloc (n_kinds, sizeof *threads[i].page);
    r = mg_thread_start (&threads[i].thread, "count", count_nodes, &threads[i]);
  }
  if (i > 1 && r < 0)              /* fewer do, too */
    r = 0;
  while (i-- > 0) {
    mg_thread_join (&threads[i].thread);
    mg_tree_names_done (&threads[i].names);
    mg_free (threads[i].page);
  }
  return r < 0 ? mg_error_set (err, r, "no-memory", "cannot start a thread") : 0;
}

int
mg_tree_count (struct mg_ctx *ctx, const struct mg_kind *walker,
               int64_t *found, struct mg_error *err)
{
  struct tally tally = { .like = ctx, .walker = walker, .found = found };
  int r;

  mg_mutex_init (&tally.lock);
  mg_cond_init (&tally.changed);
  mg_tree_names_add (&tally.names, mg_xstrdup (walker->k->tree->root));
  r = run_threads (&tally, err);
  if (r == 0 && tally.err.code != 0) {
    mg_error_copy (&ctx->error, &tally.err);
    mg_error_copy (err, &tally.err);
    r = tally.err.code;
  }
  mg_tree_names_done (&tally.names);
  mg_cond_done (&tally.changed);
  mg_mutex_done (&tally.lock);
  return r;
}
