/* What a walk has seen and the list of its kind may lack: see lister.h.
 *
 * A walk only takes a note: it ends when it ends, and the list of the other kind
 * goes on beside it.  Once both are known, what the list did not bring is read by
 * itself; of a list that failed nobody knows what it lacks. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "run/lister.h"

#define GONE "seen in a folder, but gone when it was read"

/* Does this run want of the kind what this one walks past? */
static int
is_seen_by (struct mg_tree *tree, const struct mg_kind *kind,
            const struct mg_kind *walker)
{
  return tree->keeps_seen && kind->k->seen != NULL
         && strcmp (kind->k->seen->walker, walker->k->name) == 0
         && tree->wants (tree->opaque, kind);
}

int
mg_tree_is_seen (struct mg_tree *tree, const struct mg_kind *walker)
{
  const struct mg_registry *registry = tree->run->registry;
  int i;

  for (i = 0; i < registry->n_kinds; i++)
    if (is_seen_by (tree, registry->kinds[i], walker))
      return 1;
  return 0;
}

int
mg_tree_keep_seen (struct mg_tree *tree, const struct mg_kind *walker,
                   const char *code, const char *name, const char *json,
                   size_t len, struct mg_error *err)
{
  const struct mg_registry *registry = tree->run->registry;
  int i, r = 0;

  for (i = 0; i < registry->n_kinds && r == 0; i++) {
    const struct mg_kind *kind = registry->kinds[i];
    const struct migrate_seen *seen = kind->k->seen;
    MG_CLEANUP (mg_walk_done) struct mg_walk row = { .state = MG_WALK_OPEN };

    if (!is_seen_by (tree, kind, walker) || strcmp (seen->code, code) != 0)
      continue;
    row.sid = tree->side->sid;
    row.kid = kind->kid;
    row.node = mg_xstrdup (name);
    row.cursor = mg_json_get_text (json, len, seen->id);
    r = mg_walk_post (tree->run->store, &row, err);
  }
  return r;
}

/* ---- the queue ---- */

void
mg_seen_begin (struct lister *l)
{
  const struct mg_registry *registry = l->run->registry;
  int i;

  l->seen.found = mg_xcalloc ((size_t) registry->n_kinds + 1,
                              sizeof *l->seen.found);
  for (i = 0; i < registry->n_kinds; i++)
    l->seen.wanted |= registry->kinds[i]->k->seen != NULL
                      && l->side == &l->run->source
                      && l->listing->detail == MG_DETAIL_ALL
                      && mg_lister_wants (l, registry->kinds[i]);
}

void
mg_seen_end (struct lister *l)
{
  while (l->seen.n > 0)
    mg_free (l->seen.ones[--l->seen.n].node);
  mg_free (l->seen.ones);
  mg_free (l->seen.found);
}

int
mg_seen_is_open (const struct lister *l)
{
  return l->seen.wanted
         && (!l->seen.loaded || l->seen.n > 0 || l->seen.n_looking > 0);
}

/* Half of the workers are enough: the rest reads details. */
int
mg_seen_is_due (const struct lister *l)
{
  const struct mg_seen_queue *q = &l->seen;

  if (!q->wanted || mg_lister_is_listing (l))
    return 0;
  return q->loaded ? q->n > 0
                     && q->n_looking < (mg_run_n_workers (l->run) + 1) / 2
         : q->n_looking == 0;
}

struct loader {
  struct mg_seen_queue *queue;
  const struct mg_kind *kind;
};

static int
push (void *opaque, const char *node)
{
  const struct loader *to = opaque;
  struct mg_seen_queue *q = to->queue;

  if (q->n == q->cap) {
    q->cap = q->cap ? q->cap * 2 : 64;
    q->ones = mg_xreallocarray (q->ones, q->cap, sizeof *q->ones);
  }
  q->ones[q->n++] = (struct mg_seen_one) { to->kind, mg_xstrdup (node) };
  return 0;
}

/* Those of one kind whose list is whole. */
static int
load_kind (struct lister *l, const struct mg_kind *kind, struct mg_error *err)
{
  MG_CLEANUP (mg_walk_done) struct mg_walk row = { 0 };
  struct loader to = { &l->seen, kind };
  int r = mg_walk_get (l->run->store, l->side->sid, kind->kid, "", &row, err);

  if (r <= 0 || row.state != MG_WALK_DONE || row.code != NULL)
    return r < 0 ? r : 0;
  l->seen.found[kind->index] = row.n;
  return mg_walk_undone (l->run->store, l->side->sid, kind->kid, push, &to, err);
}

/* Nobody else touches the queue before it is loaded. */
static void
load (struct lister *l, struct mg_ctx *ctx)
{
  const struct mg_registry *registry = l->run->registry;
  int i, r = mg_store_flush (l->run->store, &ctx->error);

  for (i = 0; i < registry->n_kinds && r >= 0; i++)
    if (registry->kinds[i]->k->seen != NULL
        && mg_lister_wants (l, registry->kinds[i]))
      r = load_kind (l, registry->kinds[i], &ctx->error);
  if (r < 0)
    mg_run_fail (l->run, &ctx->error);
}

/* ---- one of them ---- */

/* It is behind us; 1 = it counts as one that the list has brought. */
static int
end_one (struct lister *l, const struct mg_seen_one *one, int n,
         struct mg_error *err)
{
  struct mg_walk_found found = { one->kind->kid, n };

  return mg_walk_end_node (l->run->store, l->side->sid, one->kind->kid,
                           one->node, &found, 1, err);
}

static int
take (struct lister *l, struct mg_ctx *ctx, const struct mg_seen_one *one,
      const struct mg_asset *known, const struct mg_buf *body)
{
  struct mg_run *run = l->run;
  int64_t all;
  int r;

  ctx->stubs_only = 0;
  r = mg_ctx_emit (ctx, one->kind, mg_buf_text (body), body->len);
  if (r == 0)
    r = mg_ctx_flush (ctx);
  mg_ctx_drop_batch (ctx);
  if (r == 0 && known->aid != 0)   /* an earlier export may have failed to */
    r = mg_work_fetched (run->store, l->side->wsid, known->aid, one->kind->kid,
                         MG_DONE, NULL, NULL, &ctx->error);
  if (r == 0)
    r = end_one (l, one, 1, &ctx->error);
  if (r < 0)
    return r;
  mg_mutex_lock (&run->state->lock);
  all = ++l->seen.found[one->kind->index];
  mg_mutex_unlock (&run->state->lock);
  mg_run_advance (run, one->kind->k->name, 1, 0);
  mg_run_total (run, one->kind->k->name, all);
  return 0;
}

/* It is an asset that is there, and no more is known of it: the next run tries
 * again, since its row stays open. */
static int
fail_one (struct lister *l, struct mg_ctx *ctx, const struct mg_seen_one *one,
          const char *id)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset stub = MG_ASSET_INIT;
  struct mg_error why = MG_ERROR_INIT;
  int r;

  mg_error_copy (&why, &ctx->error);
  ctx->stubs_only = 1;             /* its permissions are as unknown */
  r = mg_ctx_emit_stub (ctx, one->kind, id, one->node, NULL);
  if (r == 0)
    r = mg_ctx_flush (ctx);
  mg_ctx_drop_batch (ctx);
  if (r == 0)
    r = mg_store_flush (l->run->store, &ctx->error);
  if (r == 0)
    r = mg_asset_by_src (l->run->store, &ctx->packer, l->side->wsid,
                         one->kind->kid, id, &stub, &ctx->error);
  if (r > 0)
    mg_fetch_failed (l, one->kind, &stub, &why);
  return r < 0 ? r : 0;
}

/* What an earlier export had is asked for once more by those who look for what is
 * gone; what this one has a stub of, behind a stop, is not. */
static int
lose (struct lister *l, struct mg_ctx *ctx, const struct mg_seen_one *one,
      const struct mg_asset *known)
{
  mg_error_clear (&ctx->error);
  if (known->aid == 0)
    mg_run_note (l->run, l->side, 0, one->kind, one->node, "vanished", GONE);
  else if (known->want && known->seen_sid == l->side->sid)
    mg_fetch_vanished (l, one->kind, known->aid, one->node, GONE);
  return end_one (l, one, 0, &ctx->error);
}

static int
read_one (struct lister *l, struct mg_ctx *ctx, const struct mg_seen_one *one,
          const struct mg_asset *known, const char *id)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r = mg_call_get (ctx, one->kind, id, one->node, &body);

  if (r == 0)
    r = take (l, ctx, one, known, &body);
  if (r == 0)
    return 0;
  if (r == MG_E_NOT_FOUND)
    return lose (l, ctx, one, known);
  return r == MG_E_CANCELLED || mg_run_is_fatal (r) ? r
         : fail_one (l, ctx, one, id);
}

/* The list has it, whatever became of it when it was read by itself. */
static int
end_listed (struct lister *l, const struct mg_seen_one *one,
            const struct mg_asset *known, struct mg_error *err)
{
  int r = mg_work_fetched (l->run->store, l->side->wsid, known->aid,
                           one->kind->kid, MG_DONE, NULL, NULL, err);

  return r < 0 ? r : end_one (l, one, 0, err);
}

/* Was it brought by the list of this export? */
static int
is_listed (const struct lister *l, const struct mg_asset *known)
{
  return known->aid != 0 && known->seen_sid == l->side->sid && !known->want
         && !known->gone;
}

static void
look_at (struct lister *l, struct mg_ctx *ctx, const struct mg_seen_one *one)
{
  MG_CLEANUP (mg_walk_done) struct mg_walk row = { 0 };
  MG_CLEANUP (mg_asset_done) struct mg_asset known = MG_ASSET_INIT;
  const char *id = one->node;
  int r;

  mg_ctx_begin (ctx, one->kind, NULL);
  r = mg_walk_get (l->run->store, l->side->sid, one->kind->kid, one->node, &row,
                   &ctx->error);
  if (r >= 0 && row.cursor != NULL)
    id = row.cursor;
  if (r >= 0)
    r = mg_asset_by_src (l->run->store, &ctx->packer, l->side->wsid,
                         one->kind->kid, id, &known, &ctx->error);
  if (r >= 0)
    r = is_listed (l, &known) ? end_listed (l, one, &known, &ctx->error)
        : read_one (l, ctx, one, &known, id);
  if (r < 0 && r != MG_E_CANCELLED)
    mg_run_fail (l->run, &ctx->error);
}

void
mg_seen_one (struct lister *l, struct mg_ctx *ctx)
{
  struct mg_run_state *s = l->run->state;
  struct mg_seen_queue *q = &l->seen;
  struct mg_seen_one one = { NULL, NULL };

  q->n_looking++;
  if (q->loaded)
    one = q->ones[--q->n];
  mg_mutex_unlock (&s->lock);
  if (one.kind != NULL)
    look_at (l, ctx, &one);
  else
    load (l, ctx);
  mg_free (one.node);
  mg_mutex_lock (&s->lock);
  q->loaded = 1;
  q->n_looking--;
  if (one.kind == NULL || q->n == 0) {
    mg_fetch_look_again (l);       /* what belongs to them */
    mg_cond_broadcast (&s->wake);
  }
}
