/* A tree, node by node: see tree.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "run/tree.h"

/* Kinds that one walk finds; a plugin has few. */
#define MAX_KINDS MG_WALK_KINDS

struct mg_tree_walker {
  int64_t n_open;                  /* nodes waiting in memory, or being listed */
  int has_more;                    /* ... and there may be some in the session */
  const struct mg_kind *members[MAX_KINDS];
  int n_members;
  int resumed;                     /* a run before this one began it */
  int is_seen;                     /* ... for kinds whose lists may lack some */
  char *code, *message;            /* of the first node that failed */
};

void
mg_tree_init (struct mg_tree *tree, struct mg_run *run)
{
  memset (tree, 0, sizeof *tree);
  tree->run = run;
  tree->walkers = mg_xcalloc ((size_t) run->registry->n_kinds + 1,
                              sizeof *tree->walkers);
}

void
mg_tree_done (struct mg_tree *tree)
{
  size_t i;
  int k;

  for (i = 0; i < tree->n_nodes; i++)
    mg_free (tree->nodes[i].name);
  for (k = 0; k < tree->run->registry->n_kinds; k++) {
    mg_free (tree->walkers[k].code);
    mg_free (tree->walkers[k].message);
  }
  mg_free (tree->nodes);
  mg_free (tree->walkers);
}

const struct mg_kind *
mg_tree_walker_of (const struct mg_registry *registry,
                   const struct mg_kind *kind)
{
  return kind->k->tree ? mg_registry_kind (registry, kind->k->tree->walker)
         : NULL;
}

static struct mg_tree_walker *
walker_of (struct mg_tree *tree, const struct mg_kind *kind)
{
  return &tree->walkers[kind->index];
}

/* ---- its beginning ---- */

static void
put_row (struct mg_tree *tree, const struct mg_kind *kind, const char *node,
         int state, int64_t n, const char *code, const char *message)
{
  struct mg_walk row = { .sid = tree->side->sid, .n = n, .kid = kind->kid,
                         .state = state, .node = (char *) (uintptr_t) node,
                         .code = (char *) (uintptr_t) code,
                         .message = (char *) (uintptr_t) message };
  struct mg_error err = MG_ERROR_INIT;

  if (mg_walk_post (tree->run->store, &row, &err) < 0)
    mg_run_fail (tree->run, &err);
}

/* What this walk is to find of a kind: its row "" is that of this snapshot, and
 * says whether all of it is known. */
static int
add_member (struct mg_tree *tree, struct mg_tree_walker *w,
            const struct mg_kind *kind, struct mg_error *err)
{
  MG_CLEANUP (mg_walk_done) struct mg_walk row = { 0 };
  int wanted = tree->wants (tree->opaque, kind);
  int r = mg_walk_get (tree->run->store, tree->side->sid, kind->kid, "", &row,
                       err);

  if (r < 0)
    return r;
  if (!wanted)                     /* what is walked now is walked without it */
    return r > 0 && row.state != MG_WALK_DONE
           ? mg_walk_drop (tree->run->store, tree->side->sid, kind->kid, err)
           : 0;
  if (r > 0 && row.state == MG_WALK_DONE) {
    mg_run_total (tree->run, kind->k->name, row.n);
    return 0;
  }
  if (w->n_members == MAX_KINDS)
    return mg_error_set (err, MG_E_INVALID, "plugin", "more than %d kinds lie in "
                         "the tree of '%s'; report it to their author",
                         MAX_KINDS, kind->k->tree->walker);
  w->resumed &= r > 0;
  if (r > 0)
    mg_run_advance (tree->run, kind->k->name, row.n, 0);
  w->members[w->n_members++] = kind;
  return 0;
}

/* The kinds that are wanted of what the walk finds, and not known yet.  Nodes
 * that were walked without one of them say nothing of it: all are walked
 * again. */
static int
find_members (struct mg_tree *tree, const struct mg_kind *walker,
              struct mg_error *err)
{
  const struct mg_registry *registry = tree->run->registry;
  struct mg_tree_walker *w = walker_of (tree, walker);
  int i, r = 0;

  w->resumed = 1;
  for (i = 0; i < registry->n_kinds && r == 0; i++)
    if (mg_tree_walker_of (registry, registry->kinds[i]) == walker)
      r = add_member (tree, w, registry->kinds[i], err);
  if (r == 0 && w->n_members > 0)
    r = w->resumed
        ? mg_walk_reopen (tree->run->store, tree->side->sid, walker->kid, err)
        : mg_walk_forget (tree->run->store, tree->side->sid, walker->kid, err);
  return r;
}

/* Their rows are open, behind what was forgotten or opened again. */
static int
open_members (struct mg_tree *tree, const struct mg_tree_walker *w,
              struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; i < w->n_members && r >= 0; i++) {
    MG_CLEANUP (mg_walk_done) struct mg_walk row = { 0 };

    r = mg_walk_get (tree->run->store, tree->side->sid, w->members[i]->kid, "",
                     &row, err);
    if (r >= 0)
      put_row (tree, w->members[i], "", MG_WALK_OPEN, w->resumed ? row.n : 0,
               NULL, NULL);
  }
  return r < 0 ? r : 0;
}

/* With the lock: what waits in the session is taken into memory, or a part. */
static int
load (struct mg_tree *tree, const struct mg_kind *walker, struct mg_error *err)
{
  struct mg_tree_walker *w = walker_of (tree, walker);
  int64_t n = 0;
  int r = mg_tree_load (tree, walker, &n, err);

  w->n_open += n;
  w->has_more = r > 0;
  return r < 0 ? r : 0;
}

void
mg_tree_begin (struct mg_tree *tree, const struct mg_kind *walker)
{
  struct mg_run_state *s = tree->run->state;
  struct mg_tree_walker *w = walker_of (tree, walker);
  struct mg_error err = MG_ERROR_INIT;
  int r = find_members (tree, walker, &err);

  if (r == 0 && w->n_members == 0)
    return;
  w->is_seen = mg_tree_is_seen (tree, walker);
  if (r == 0)
    r = open_members (tree, w, &err);
  if (r == 0 && w->resumed)
    r = mg_store_flush (tree->run->store, &err);
  MG_LOCKED (&s->lock);
  if (r == 0 && w->resumed)
    r = load (tree, walker, &err);
  if (r == 0 && w->n_open == 0) {
    mg_tree_push (tree, walker, mg_xstrdup (walker->k->tree->root));
    w->n_open++;
  }
  if (r < 0)
    mg_error_copy (&s->fatal, &err);
}

/* ---- one node ---- */

struct visit {
  struct mg_tree *tree;
  struct mg_tree_walker *w;
  const struct mg_kind *walker;
  const char *name;
  int is_shut;                     /* what it holds is seen, and no more */
  struct mg_tree_names children;
  int64_t n[MAX_KINDS], page[MAX_KINDS];   /* of the page that is read */
};

/* The plugin does not know what this is: said, so that nobody misses it. */
static int
is_known (const struct visit *v, const char *sort)
{
  const struct mg_registry *registry = v->tree->run->registry;
  const char *const *other = v->walker->k->tree->others;
  int i;

  for (; other != NULL && *other != NULL; other++)
    if (strcmp (*other, sort) == 0)
      return 1;
  for (i = 0; i < registry->n_kinds; i++)
    if (mg_tree_walker_of (registry, registry->kinds[i]) == v->walker
        && mg_tree_is_of (registry->kinds[i], sort))
      return 1;
  return 0;
}

static void
say_unknown (const struct visit *v, const char *sort, const char *child)
{
  char text[300], shown[100];

  snprintf (text, sizeof text, "it is of the sort '%s', which is not moved; "
            "move it by hand", mg_printable (sort, shown, sizeof shown));
  mg_run_note (v->tree->run, v->tree->side, 0, v->walker, child, "unknown-type",
               text);
}

/* Nobody can say where this would be, so it is no asset.  Its row is called like
 * no node, which would be walked. */
static void
say_outside (const struct visit *v, const char *child)
{
  static const char text[] = "listed in a folder, and its path is none of something "
    "in it; look what it is, and move it by hand";
  struct mg_run *run = v->tree->run;
  char row[1000], node[400], shown[400];

  snprintf (row, sizeof row, "'%s' in %s", mg_printable (child, shown, sizeof shown),
            mg_printable (v->name, node, sizeof node));
  put_row (v->tree, v->walker, row, MG_WALK_DONE, 0, "outside", text);
  mg_run_note (run, v->tree->side, 0, v->walker, row, "outside", text);
  if (v->tree->side->wsid != MG_SOURCE_WSID)
    return;
  MG_LOCKED (&run->state->lock);
  run->n_failed++;
}

/* Into the session, as far as this run wants it. */
static int
take_element (struct visit *v, struct mg_ctx *ctx, const char *sort,
              const char *child, const char *json, size_t len)
{
  int i, r = 0;

  for (i = 0; i < v->w->n_members && r == 0; i++)
    if (mg_tree_is_of (v->w->members[i], sort)) {
      r = mg_ctx_emit (ctx, v->w->members[i], json, len);
      v->page[i]++;
    }
  if (!v->tree->stubs_only && !is_known (v, sort))
    say_unknown (v, sort, child);
  return r;
}

/* What is shut is entered for what other kinds take. */
static int
enters (const struct visit *v, const char *sort, const char *child,
        const char *left)
{
  if (child == NULL)
    return 0;
  return mg_tree_enters (v->walker, sort, child, left)
         || (v->w->is_seen && left == NULL && mg_tree_is_of (v->walker, sort));
}

static int
visit_element (struct migrate_ctx *pub, void *opaque, const char *json,
               size_t len)
{
  struct visit *v = opaque;
  struct mg_ctx *ctx = (struct mg_ctx *) pub;
  const struct migrate_tree *t = v->walker->k->tree;
  MG_CLEANUP_FREE char *sort = mg_json_get_text (json, len, t->sort);
  char *child = mg_json_get_text (json, len, t->node);
  const char *left;
  int r = 0;

  if (mg_tree_hides (v->walker, child)) {
    mg_free (child);
    return 0;
  }
  if (child != NULL && !mg_tree_is_below (v->name, child)) {
    say_outside (v, child);
    mg_free (child);
    return 0;
  }
  if (sort == NULL)
    sort = mg_xstrdup ("");
  left = mg_tree_left (v->walker, sort, json, len);
  if (!v->is_shut)
    r = take_element (v, ctx, sort, child, json, len);
  if (r == 0 && left != NULL && child != NULL && v->w->is_seen)
    r = mg_tree_keep_seen (v->tree, v->walker, left, child, json, len,
                           &ctx->error);
  if (enters (v, sort, child, left))
    mg_tree_names_add (&v->children, child);
  else
    mg_free (child);
  return r;
}

/* A page is whole: what it told is kept, whatever becomes of the next one. */
static int
visit_page (struct mg_ctx *ctx, void *opaque, const char *cursor)
{
  struct visit *v = opaque;
  int i, r = mg_ctx_flush (ctx);

  ctx->n_emitted = 0;
  mg_tree_names_keep (&v->children);
  for (i = 0; i < v->w->n_members; i++) {
    if (v->page[i] > 0)
      mg_run_advance (v->tree->run, v->w->members[i]->k->name, v->page[i], 0);
    v->n[i] += v->page[i];
    v->page[i] = 0;
  }
  if (r == 0 && cursor != NULL && mg_run_stopping (v->tree->run))
    r = mg_error_set (&ctx->error, MG_E_CANCELLED, NULL, "stopped");
  return r;
}

static void
visit_restart (struct mg_ctx *ctx, void *opaque)
{
  struct visit *v = opaque;

  mg_ctx_drop_batch (ctx);
  mg_tree_names_restart (&v->children);
  memset (v->page, 0, sizeof v->page);
}

/* ---- its end ---- */

static void
leave_all (struct mg_tree *tree, struct visit *v)
{
  char text[1200];
  int i;

  for (i = 0; i < v->w->n_members; i++) {
    snprintf (text, sizeof text, "left out: this workspace does not offer %s",
              v->w->members[i]->k->title);
    mg_run_leave_kind (tree->run, tree->side, v->w->members[i], text);
    put_row (tree, v->w->members[i], "", MG_WALK_DONE, 0, MG_CODE_UNSUPPORTED,
             NULL);                /* also of a list after the one that said so */
  }
}

static void
node_failed (struct mg_tree *tree, struct visit *v, const struct mg_error *err)
{
  struct mg_run_state *s = tree->run->state;
  const char *code = err->id[0] ? err->id : "failed";

  put_row (tree, v->walker, v->name, MG_WALK_FAILED, 0, code, err->text);
  mg_run_note (tree->run, tree->side, 0, v->walker, v->name,
               "export-incomplete", err->text);
  MG_LOCKED (&s->lock);
  tree->run->n_failed++;
  /* what is shut holds nothing of those that the walk is for */
  if (v->w->code == NULL && !v->is_shut) {
    v->w->code = mg_xstrdup (code);
    v->w->message = mg_xstrdup (err->text);
  }
}

/* Gone since it was told of, or renamed: then what is in it may lie where the
 * walk has been. */
static int
node_vanished (struct mg_tree *tree, struct visit *v, struct mg_error *err)
{
  static const char text[] = "listed, but gone when it was read; if it was "
    "moved or renamed, run the export again";
  struct mg_run *run = tree->run;
  struct mg_side *side = tree->side;
  char ns[128];
  int64_t aid = 0;
  int r = mg_store_flush (run->store, err);

  snprintf (ns, sizeof ns, "%s.id", v->walker->k->name);
  if (r == 0)
    r = mg_alias_find (run->store, side->wsid, ns, v->name, &aid, 1, err);
  if (r > 0) {
    r = mg_asset_gone (run->store, aid, side->sid, err);
    if (r == 0 && side->wsid == MG_SOURCE_WSID)
      r = mg_work_fetched (run->store, side->wsid, aid, v->walker->kid,
                           MG_SKIPPED, "vanished", NULL, err);
  }
  if (r < 0)
    return r;
  mg_run_note (run, side, aid, v->walker, v->name, "vanished", text);
  if (side->wsid != MG_SOURCE_WSID)
    return mg_walk_end_node (run->store, side->sid, v->walker->kid, v->name,
                             NULL, 0, err);
  put_row (tree, v->walker, v->name, MG_WALK_DONE, 0, "vanished", text);
  MG_LOCKED (&run->state->lock);
  run->n_failed++;
  return 0;
}

/* A list says that the folder is not there: asked for by itself, it may be. */
static void
not_found (struct mg_tree *tree, struct mg_ctx *ctx, struct visit *v)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_error why = MG_ERROR_INIT;
  int r;

  mg_error_copy (&why, &ctx->error);
  mg_ctx_begin (ctx, v->walker, NULL);
  r = mg_tree_look (ctx, v->walker, v->name, &body);
  if (r == MG_E_NOT_FOUND || r == MG_E_EXISTS) {
    r = node_vanished (tree, v, &why);
    if (r < 0)
      mg_run_fail (tree->run, &why);
  }
  else if (r < 0 && mg_run_is_fatal (r))
    mg_run_fail (tree->run, &ctx->error);
  else
    node_failed (tree, v, r < 0 ? &ctx->error : &why);
}

static void
not_listed (struct mg_tree *tree, struct mg_ctx *ctx, struct visit *v, int r)
{
  int is_root = strcmp (v->name, v->walker->k->tree->root) == 0;

  if (r == MG_E_UNSUPPORTED && is_root)
    leave_all (tree, v);
  else if (r == MG_E_NOT_FOUND && !is_root)
    not_found (tree, ctx, v);
  else
    node_failed (tree, v, &ctx->error);
}

static int
end_member (struct mg_tree *tree, struct mg_tree_walker *w,
            const struct mg_kind *kind, struct mg_error *err)
{
  MG_CLEANUP (mg_walk_done) struct mg_walk row = { 0 };
  struct mg_event event = { .event = "kind-end", .kind = kind->k->name };
  int r = mg_walk_get (tree->run->store, tree->side->sid, kind->kid, "", &row,
                       err);

  if (r < 0 || kind->left_out)
    return r;
  put_row (tree, kind, "", w->code ? MG_WALK_FAILED : MG_WALK_DONE, row.n,
           w->code, w->message);
  mg_run_total (tree->run, kind->k->name, row.n);
  event.n = row.n;
  if (!w->code)
    mg_run_emit (tree->run, &event);
  return 0;
}

/* The whole tree is known, or as much of it as can be. */
static void
end_walk (struct mg_tree *tree, const struct mg_kind *walker)
{
  struct mg_tree_walker *w = walker_of (tree, walker);
  struct mg_error err = MG_ERROR_INIT;
  int i, r = mg_store_flush (tree->run->store, &err);

  for (i = 0; i < w->n_members && r >= 0; i++)
    r = end_member (tree, w, w->members[i], &err);
  if (r < 0)
    mg_run_fail (tree->run, &err);
}

/* Nothing waits in memory, and nothing is on its way: what does in the session? */
static void
go_on (struct mg_tree *tree, const struct mg_kind *walker)
{
  struct mg_run_state *s = tree->run->state;
  struct mg_error err = MG_ERROR_INIT;
  int is_last, r = mg_store_flush (tree->run->store, &err);

  mg_mutex_lock (&s->lock);
  if (r == 0)
    r = load (tree, walker, &err);
  is_last = r == 0 && walker_of (tree, walker)->n_open == 0;
  mg_mutex_unlock (&s->lock);
  if (r < 0)
    mg_run_fail (tree->run, &err);
  else if (is_last)
    end_walk (tree, walker);
}

/* The node is behind us: what it holds is to be walked. */
static void
end_node (struct mg_tree *tree, struct visit *v)
{
  struct mg_run_state *s = tree->run->state;
  struct mg_tree_names *children = &v->children;
  int is_last, has_more;

  mg_mutex_lock (&s->lock);
  while (children->n > 0 && mg_tree_has_room (tree)) {
    mg_tree_push (tree, v->walker, children->names[--children->n]);
    v->w->n_open++;
  }
  v->w->has_more |= children->n > 0;
  has_more = v->w->has_more;
  is_last = --v->w->n_open == 0;
  mg_mutex_unlock (&s->lock);
  if (is_last && has_more)
    go_on (tree, v->walker);
  else if (is_last)
    end_walk (tree, v->walker);
}

/* The rows of children are queued before that of their parent's end. */
static int
keep_node (struct mg_tree *tree, struct visit *v)
{
  struct mg_walk_found found[MAX_KINDS];
  struct mg_error err = MG_ERROR_INIT;
  size_t i;
  int k, r = 0;

  for (i = 0; i < v->children.n && r == 0; i++)
    r = mg_walk_new (tree->run->store, tree->side->sid, v->walker->kid,
                     v->children.names[i], &err);
  for (k = 0; k < v->w->n_members; k++)
    found[k] = (struct mg_walk_found) { v->w->members[k]->kid, v->n[k] };
  if (r == 0)
    r = mg_walk_end_node (tree->run->store, tree->side->sid, v->walker->kid,
                          v->name, found, v->w->n_members, &err);
  if (r < 0)
    mg_run_fail (tree->run, &err);
  return r;
}

/* 1 when an earlier run has listed it. */
static int
was_walked (struct mg_tree *tree, struct visit *v)
{
  MG_CLEANUP (mg_walk_done) struct mg_walk row = { 0 };

  return v->w->resumed
    && mg_walk_get (tree->run->store, tree->side->sid, v->walker->kid, v->name,
                    &row, NULL) > 0
    && row.state == MG_WALK_DONE;
}

void
mg_tree_walk (struct mg_tree *tree, struct mg_ctx *ctx,
              struct mg_tree_node *node)
{
  struct visit v = { .tree = tree, .walker = node->walker, .name = node->name,
                     .w = walker_of (tree, node->walker),
                     .is_shut = mg_tree_shuts (node->walker, node->name) };
  struct mg_list list = { .each = visit_element, .page = visit_page,
                          .restart = visit_restart, .node = node->name,
                          .opaque = &v };
  int r = 0;

  ctx->stubs_only = tree->stubs_only;
  if (!was_walked (tree, &v)) {
    r = mg_call_export (ctx, node->walker, &list);
    if (r == 0)
      r = keep_node (tree, &v);
    mg_ctx_drop_batch (ctx);
  }
  if (r < 0)
    mg_tree_names_done (&v.children);
  if (r != MG_E_CANCELLED && r < 0 && mg_run_is_fatal (r))
    mg_run_fail (tree->run, &ctx->error);
  else if (r != MG_E_CANCELLED) {
    if (r < 0)
      not_listed (tree, ctx, &v, r);
    end_node (tree, &v);
  }
  mg_tree_names_done (&v.children);
  mg_free (node->name);
}
