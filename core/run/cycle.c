/* Cycles: iterative Tarjan over int32 arrays.  Among assets of one kind the late
 * references inside a component are cut, so that its members can be created
 * without each other and completed by an update.  Where nothing can be cut the
 * members would wait for each other without end: they fail. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "run/state.h"

struct graph {
  int64_t *aid;                    /* sorted: position = node */
  int32_t *first;                  /* adjacency: first[node] .. first[node+1] */
  int32_t *edge;
  int32_t n, n_edges, cap_edges;
};

struct frame_stack {
  int32_t *node, *at;
  int32_t n;
};

static void
graph_done (struct graph *g)
{
  mg_free (g->aid);
  mg_free (g->first);
  mg_free (g->edge);
}

struct builder {
  struct mg_run *run;
  struct graph *g;
  int kid;
};

static int
add_node (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  struct graph *g = ((struct builder *) opaque)->g;

  (void) err;
  if ((g->n & (g->n - 1)) == 0)
    g->aid = mg_xreallocarray (g->aid, g->n ? (size_t) g->n * 2 : 1,
                               sizeof *g->aid);
  g->aid[g->n++] = a->aid;
  return 0;
}

static int32_t
node_of (const struct graph *g, int64_t aid)
{
  int32_t low = 0, high = g->n - 1;

  while (low <= high) {
    int32_t mid = low + (high - low) / 2;

    if (g->aid[mid] == aid)
      return mid;
    if (g->aid[mid] < aid)
      low = mid + 1;
    else
      high = mid - 1;
  }
  return -1;
}

static void
add_edge (struct graph *g, int32_t to)
{
  if (g->n_edges == g->cap_edges) {
    g->cap_edges = g->cap_edges ? g->cap_edges * 2 : 64;
    g->edge = mg_xreallocarray (g->edge, (size_t) g->cap_edges,
                                sizeof *g->edge);
  }
  g->edge[g->n_edges++] = to;
}

static int
load_edges (struct builder *b, struct mg_error *err)
{
  struct graph *g = b->g;
  int32_t i;
  int r = 0;

  g->first = mg_xcalloc ((size_t) g->n + 1, sizeof *g->first);
  for (i = 0; i < g->n && r >= 0; i++) {
    struct mg_conn *conn = mg_store_read (b->run->store);
    sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_EDGE_WITHIN, "ii", g->aid[i],
                                    (int64_t) b->kid);

    g->first[i] = g->n_edges;
    while ((r = mg_sql_step (conn, st, err)) > 0) {
      int32_t to = node_of (g, sqlite3_column_int64 (st, 0));

      if (to >= 0)
        add_edge (g, to);
    }
    mg_store_read_end (b->run->store, conn);
  }
  g->first[g->n] = g->n_edges;
  return r;
}

struct tarjan {
  const struct graph *g;
  int32_t *index, *low, *component, *stack;
  struct frame_stack frames;
  int32_t n_stack, next_index, n_components;
};

static void
close_component (struct tarjan *t, int32_t root)
{
  int32_t v;

  do {
    v = t->stack[--t->n_stack];
    t->component[v] = t->n_components;
  } while (v != root);
  t->n_components++;
}

static void
enter (struct tarjan *t, int32_t v)
{
  t->index[v] = t->low[v] = ++t->next_index;
  t->stack[t->n_stack++] = v;
  t->frames.node[t->frames.n] = v;
  t->frames.at[t->frames.n++] = t->g->first[v];
}

static void
leave (struct tarjan *t, int32_t v)
{
  t->frames.n--;
  if (t->low[v] == t->index[v])
    close_component (t, v);
  if (t->frames.n > 0) {
    int32_t above = t->frames.node[t->frames.n - 1];

    if (t->low[v] < t->low[above])
      t->low[above] = t->low[v];
  }
}

static void
visit (struct tarjan *t, int32_t root)
{
  enter (t, root);
  while (t->frames.n > 0) {
    int32_t top = t->frames.n - 1;
    int32_t v = t->frames.node[top], to;

    if (t->frames.at[top] == t->g->first[v + 1]) {
      leave (t, v);
      continue;
    }
    to = t->g->edge[t->frames.at[top]++];
    if (t->index[to] == 0)
      enter (t, to);
    else if (t->component[to] < 0 && t->index[to] < t->low[v])
      t->low[v] = t->index[to];
  }
}

static void
find_components (struct tarjan *t, const struct graph *g)
{
  size_t n = (size_t) g->n;
  int32_t v;

  memset (t, 0, sizeof *t);
  t->g = g;
  t->index = mg_xcalloc (n, sizeof *t->index);
  t->low = mg_xcalloc (n, sizeof *t->low);
  t->component = mg_xcalloc (n, sizeof *t->component);
  t->stack = mg_xcalloc (n, sizeof *t->stack);
  t->frames.node = mg_xcalloc (n, sizeof *t->frames.node);
  t->frames.at = mg_xcalloc (n, sizeof *t->frames.at);
  for (v = 0; v < g->n; v++)
    t->component[v] = -1;
  for (v = 0; v < g->n; v++)
    if (t->index[v] == 0)
      visit (t, v);
}

static void
tarjan_done (struct tarjan *t)
{
  mg_free (t->index);
  mg_free (t->low);
  mg_free (t->component);
  mg_free (t->stack);
  mg_free (t->frames.node);
  mg_free (t->frames.at);
}

struct cut_op {
  struct mg_op op;
  const struct graph *g;
  const int32_t *component;
  int64_t n;
};

static int
apply_cuts (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  struct cut_op *cut = (struct cut_op *) op;
  const struct graph *g = cut->g;
  int32_t v, e;
  int r = 0;

  (void) store;
  for (v = 0; v < g->n; v++)
    for (e = g->first[v]; e < g->first[v + 1] && r == 0; e++)
      if (cut->component[v] == cut->component[g->edge[e]]) {
        r = mg_sql_run (conn, err, MG_SQL_EDGE_CUT, "ii", g->aid[v],
                        g->aid[g->edge[e]]);
        cut->n++;
      }
  return r;
}

/* Does a kind refer to itself, by a reference that may be set late? */
static int
self_reference (const struct mg_kind *kind)
{
  const struct migrate_ref *ref;

  for (ref = kind->k->refs; ref != NULL && ref->path != NULL; ref++)
    if (ref->late && mg_kind_declares (kind, ref->ns))
      return 1;
  return 0;
}

static int
cut_kind (struct mg_run *run, const struct mg_kind *kind, struct mg_error *err)
{
  struct graph g = { 0 };
  struct builder b = { run, &g, kind->kid };
  struct tarjan t;
  int r = mg_asset_each (run->store, NULL, MG_SOURCE_WSID, kind->kid, 0,
                         add_node, &b, err);

  if (r == 0 && g.n > 0)
    r = load_edges (&b, err);
  if (r >= 0 && g.n > 0) {
    struct cut_op op = { .op = { .apply = apply_cuts }, .g = &g };

    find_components (&t, &g);
    op.component = t.component;
    r = mg_store_do (run->store, &op.op, err);
    tarjan_done (&t);
  }
  graph_done (&g);
  return r;
}

int
mg_run_cut_cycles (struct mg_run *run, struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; i < run->registry->n_kinds && r >= 0; i++)
    if (run->registry->kinds[i]->chosen
        && self_reference (run->registry->kinds[i]))
      r = cut_kind (run, run->registry->kinds[i], err);
  return r < 0 ? r : 0;
}

/* ---- circles that stay ---- */

#define MAX_SHOWN 12               /* names in a message */

struct waits {
  struct mg_run *run;
  struct graph g;
  int64_t *wid;                    /* of each node */
  unsigned char *may;              /* by kind: can stand in a circle */
};

/* Does an asset of one kind make one of another wait, with nothing to cut? */
static int
holds_up (const struct mg_kind *kind, const struct mg_kind *other)
{
  const struct migrate_ref *ref;

  for (ref = kind->k->refs; ref != NULL && ref->path != NULL; ref++)
    if (mg_kind_declares (other, ref->ns) && !(kind == other && ref->late))
      return 1;
  return 0;
}

/* May an asset of kind 'from' come, by way of others, to one of kind 'to'? */
static int
leads_to (const struct mg_registry *registry, int from, int to,
          unsigned char *seen)
{
  int i;

  seen[from] = 1;
  for (i = 0; i < registry->n_kinds; i++)
    if (holds_up (registry->kinds[from], registry->kinds[i])
        && (i == to || (!seen[i] && leads_to (registry, i, to, seen))))
      return 1;
  return 0;
}

static int
find_kinds (struct waits *w)
{
  const struct mg_registry *registry = w->run->registry;
  size_t n = (size_t) registry->n_kinds;
  MG_CLEANUP_FREE unsigned char *seen = mg_xcalloc (n + 1, 1);
  int i, any = 0;

  w->may = mg_xcalloc (n + 1, 1);
  for (i = 0; i < registry->n_kinds; i++) {
    memset (seen, 0, n);
    w->may[i] = registry->kinds[i]->chosen
                && leads_to (registry, i, i, seen);
    any |= w->may[i];
  }
  return any;
}

static int
add_waiting (void *opaque, const struct mg_work *row, struct mg_error *err)
{
  struct waits *w = opaque;
  const struct mg_kind *kind = mg_registry_kid (w->run->registry, row->kid);
  size_t n = (size_t) w->g.n;

  (void) err;
  if (row->state != MG_WAIT || kind == NULL || !w->may[kind->index])
    return 0;
  if ((n & (n - 1)) == 0) {
    w->g.aid = mg_xreallocarray (w->g.aid, n ? n * 2 : 1, sizeof *w->g.aid);
    w->wid = mg_xreallocarray (w->wid, n ? n * 2 : 1, sizeof *w->wid);
  }
  w->g.aid[n] = row->aid;
  w->wid[n] = row->wid;
  w->g.n++;
  return 0;
}

/* From each row to the rows that it waits for. */
static int
load_waits (struct waits *w, struct mg_error *err)
{
  struct graph *g = &w->g;
  int32_t i;
  int r = 0;

  g->first = mg_xcalloc ((size_t) g->n + 1, sizeof *g->first);
  for (i = 0; i < g->n && r >= 0; i++) {
    struct mg_conn *conn = mg_store_read (w->run->store);
    sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_WORK_UNMET, "iii",
                                    (int64_t) w->run->target.wsid, g->aid[i],
                                    (int64_t) 0);

    g->first[i] = g->n_edges;
    while ((r = mg_sql_step (conn, st, err)) > 0) {
      int32_t to = node_of (g, sqlite3_column_int64 (st, 0));

      if (to >= 0)
        add_edge (g, to);
    }
    mg_store_read_end (w->run->store, conn);
  }
  g->first[g->n] = g->n_edges;
  return r;
}

/* Looks, nearest first, for the member of start's component that waits for
 * start; from[] is filled with where each was come to from, plus one. */
static int32_t
find_last (const struct tarjan *t, int32_t start, int32_t *from, int32_t *queue)
{
  const struct graph *g = t->g;
  int32_t head = 0, tail = 0, e;

  queue[tail++] = start;
  while (head < tail) {
    int32_t v = queue[head++];

    for (e = g->first[v]; e < g->first[v + 1]; e++) {
      int32_t to = g->edge[e];

      if (to == start)
        return v;
      if (t->component[to] == t->component[start] && from[to] == 0) {
        from[to] = v + 1;
        queue[tail++] = to;
      }
    }
  }
  return start;
}

/* The shortest way from a node back to it: *ret_way, which the caller frees, has
 * the nodes in between, the last first. */
static int32_t
way_back (const struct tarjan *t, int32_t start, int32_t **ret_way)
{
  size_t size = (size_t) t->g->n;
  MG_CLEANUP_FREE int32_t *from = mg_xcalloc (size, sizeof *from);
  int32_t *queue = mg_xcalloc (size, sizeof *queue);
  int32_t v = find_last (t, start, from, queue), n = 0;

  for (; v != start; v = from[v] - 1)
    queue[n++] = v;
  *ret_way = queue;
  return n;
}

static int
add_name (struct waits *w, int32_t node, struct mg_buf *text,
          struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;
  int r = mg_asset_get (w->run->store, NULL, w->g.aid[node], &asset, err);

  if (r > 0)
    mg_buf_addf (text, "%s%.100s", text->len > 0 ? " -> " : "cycle: ",
                 asset.key);
  return r < 0 ? r : 0;
}

static int
describe (struct waits *w, const struct tarjan *t, int32_t start,
          struct mg_buf *text, struct mg_error *err)
{
  MG_CLEANUP_FREE int32_t *way = NULL;
  int32_t n = way_back (t, start, &way), i;
  int r;

  r = add_name (w, start, text, err);
  for (i = n; i-- > 0 && r == 0; )
    if (n - i < MAX_SHOWN)
      r = add_name (w, way[i], text, err);
    else if (n - i == MAX_SHOWN)
      mg_buf_add_str (text, " -> ...");
  if (r == 0)
    r = add_name (w, start, text, err);
  return r;
}

static int
fail_component (struct waits *w, const struct tarjan *t, int32_t start,
                struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MG_MIB);
  int32_t v;
  int r = describe (w, t, start, &text, err);

  for (v = start; v < w->g.n && r == 0; v++)
    if (t->component[v] == t->component[start]) {
      struct mg_result *res = mg_result_new (w->wid[v], MG_FAILED);

      mg_result_say (res, "cycle", mg_buf_text (&text));
      r = mg_result_post (w->run->store, res, err);
    }
  return r;
}

static int
fail_components (struct waits *w, struct mg_error *err)
{
  MG_CLEANUP_FREE int32_t *size = mg_xcalloc ((size_t) w->g.n, sizeof *size);
  struct tarjan t;
  int32_t v;
  int r = 0;

  find_components (&t, &w->g);
  for (v = 0; v < w->g.n; v++)
    size[t.component[v]]++;
  for (v = 0; v < w->g.n && r == 0; v++)
    if (size[t.component[v]] > 1) {
      r = fail_component (w, &t, v, err);
      size[t.component[v]] = 0;    /* told */
    }
  tarjan_done (&t);
  return r == 0 ? mg_store_flush (w->run->store, err) : r;
}

int
mg_run_fail_cycles (struct mg_run *run, struct mg_error *err)
{
  struct waits w = { .run = run };
  int r = 0;

  if (find_kinds (&w))
    r = mg_work_each_phase (run->store, run->target.wsid, MG_PHASE_MAIN, 0,
                            add_waiting, &w, err);
  if (r == 0 && w.g.n > 1)
    r = load_waits (&w, err);
  if (r >= 0 && w.g.n > 1)
    r = fail_components (&w, err);
  graph_done (&w.g);
  mg_free (w.wid);
  mg_free (w.may);
  return r < 0 ? r : 0;
}
