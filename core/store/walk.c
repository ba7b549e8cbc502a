/* Snapshots and walks: what an export has seen so far (asset.h). */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "store/asset.h"

struct snapshot_op {
  struct mg_op op;
  int wsid;
  const char *purpose, *selection;
  int64_t sid;
};

static int
apply_begin (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
             struct mg_error *err)
{
  struct snapshot_op *s = (struct snapshot_op *) op;
  int r;

  (void) store;
  r = mg_sql_int (conn, err, &s->sid, MG_SQL_SNAPSHOT_NEW, "issi",
                  (int64_t) s->wsid, s->purpose, s->selection,
                  mg_clock_wall_us ());
  return r < 0 ? r : 0;
}

static int
apply_end (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
           struct mg_error *err)
{
  struct snapshot_op *s = (struct snapshot_op *) op;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_SNAPSHOT_END, "ii", s->sid,
                     mg_clock_wall_us ());
}

int
mg_snapshot_begin (struct mg_store *store, int wsid, const char *purpose,
                   const char *selection, int64_t *ret_sid,
                   struct mg_error *err)
{
  struct snapshot_op op = { .op = { .apply = apply_begin }, .wsid = wsid,
                            .purpose = purpose, .selection = selection };
  int r = mg_store_do (store, &op.op, err);

  if (r == 0)
    *ret_sid = op.sid;
  return r;
}

int
mg_snapshot_end (struct mg_store *store, int64_t sid, struct mg_error *err)
{
  struct snapshot_op op = { .op = { .apply = apply_end }, .sid = sid };

  return mg_store_do (store, &op.op, err);
}

int
mg_snapshot_last (struct mg_store *store, int wsid, const char *purpose,
                  int64_t *ret_sid, int *ret_ended, char **ret_selection,
                  struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_SNAPSHOT_LAST, "is",
                                  (int64_t) wsid, purpose);
  int r = mg_sql_step (conn, st, err);

  if (r > 0) {
    *ret_sid = sqlite3_column_int64 (st, 0);
    if (ret_ended != NULL)
      *ret_ended = sqlite3_column_type (st, 1) != SQLITE_NULL;
    if (ret_selection != NULL)
      *ret_selection = mg_xstrdup ((const char *) sqlite3_column_text (st, 2));
    mg_sql_reset (st);
  }
  mg_store_read_end (store, conn);
  return r;
}

int
mg_snapshot_is_first (struct mg_store *store, int wsid, int64_t sid,
                      struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_SNAPSHOT_OLDER, "ii",
                                  (int64_t) wsid, sid);
  int r = mg_sql_step (conn, st, err);

  if (r > 0)
    mg_sql_reset (st);
  mg_store_read_end (store, conn);
  return r < 0 ? r : r == 0;
}

int
mg_snapshot_began (struct mg_store *store, int64_t sid, int64_t *ret_us,
                   struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_SNAPSHOT_BEGAN, "i", sid);
  int r = mg_sql_step (conn, st, err);

  if (r > 0) {
    *ret_us = sqlite3_column_int64 (st, 0);
    mg_sql_reset (st);
  }
  mg_store_read_end (store, conn);
  return r;
}

void
mg_walk_done (struct mg_walk *walk)
{
  mg_free (walk->node);
  mg_free (walk->cursor);
  mg_free (walk->code);
  mg_free (walk->message);
  memset (walk, 0, sizeof *walk);
}

struct walk_op {
  struct mg_op op;
  struct mg_walk walk;
};

static int
apply_walk (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  const struct mg_walk *w = &((struct walk_op *) op)->walk;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_WALK_PUT, "iissiiss", w->sid,
                     (int64_t) w->kid, w->node, w->cursor, (int64_t) w->state,
                     w->n, w->code, w->message);
}

static void
free_walk (struct mg_op *op)
{
  mg_walk_done (&((struct walk_op *) op)->walk);
  mg_free (op);
}

int
mg_walk_post (struct mg_store *store, const struct mg_walk *walk,
              struct mg_error *err)
{
  struct walk_op *op = mg_xcalloc (1, sizeof *op);

  op->op.apply = apply_walk;
  op->op.free = free_walk;
  op->walk = *walk;
  op->walk.node = mg_xstrdup (walk->node ? walk->node : "");
  op->walk.cursor = mg_xstrdup (walk->cursor);
  op->walk.code = mg_xstrdup (walk->code);
  op->walk.message = mg_xstrdup (walk->message);
  return mg_store_post (store, &op->op, err);
}

int
mg_walk_get (struct mg_store *store, int64_t sid, int kid, const char *node,
             struct mg_walk *ret_walk, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_WALK_GET, "iis", sid,
                                  (int64_t) kid, node);
  int r = mg_sql_step (conn, st, err);

  memset (ret_walk, 0, sizeof *ret_walk);
  ret_walk->sid = sid;
  ret_walk->kid = kid;
  ret_walk->node = mg_xstrdup (node);
  if (r > 0) {
    ret_walk->cursor = mg_xstrdup ((const char *) sqlite3_column_text (st, 0));
    ret_walk->state = sqlite3_column_int (st, 1);
    ret_walk->n = sqlite3_column_int64 (st, 2);
    ret_walk->code = mg_xstrdup ((const char *) sqlite3_column_text (st, 3));
    ret_walk->message = mg_xstrdup ((const char *) sqlite3_column_text (st, 4));
    mg_sql_reset (st);
  }
  mg_store_read_end (store, conn);
  return r;
}

int
mg_walk_newest (struct mg_store *store, int wsid, int kid,
                int64_t *ret_baseline, int64_t *ret_newest,
                struct mg_error *err)
{
  MG_CLEANUP (mg_walk_done) struct mg_walk walk = { 0 };
  int64_t baseline = 0, sid = 0;
  int r = mg_snapshot_last (store, wsid, "baseline", &baseline, NULL, NULL, err);

  if (r >= 0)
    r = mg_snapshot_last (store, wsid, "index", &sid, NULL, NULL, err);
  if (r > 0)
    r = mg_walk_get (store, sid, kid, "", &walk, err);
  if (r < 0)
    return r;
  *ret_baseline = baseline;
  *ret_newest = r > 0 && walk.state == MG_WALK_DONE ? sid : baseline;
  return 0;
}

/* An operation that needs no more than the walk's name. */
static int
post_named (struct mg_store *store, int64_t sid, int kid, const char *node,
            int (*apply) (struct mg_store *, struct mg_conn *, struct mg_op *,
                          struct mg_error *), struct mg_error *err)
{
  struct walk_op *op = mg_xcalloc (1, sizeof *op);

  op->op.apply = apply;
  op->op.free = free_walk;
  op->walk.sid = sid;
  op->walk.kid = kid;
  op->walk.node = mg_xstrdup (node);
  return mg_store_post (store, &op->op, err);
}

static int
apply_new (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
           struct mg_error *err)
{
  const struct mg_walk *w = &((struct walk_op *) op)->walk;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_WALK_NEW, "iis", w->sid,
                     (int64_t) w->kid, w->node);
}

int
mg_walk_new (struct mg_store *store, int64_t sid, int kid, const char *node,
             struct mg_error *err)
{
  return post_named (store, sid, kid, node, apply_new, err);
}

static int
apply_forget (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
              struct mg_error *err)
{
  const struct mg_walk *w = &((struct walk_op *) op)->walk;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_WALK_FORGET, "ii", w->sid,
                     (int64_t) w->kid);
}

int
mg_walk_forget (struct mg_store *store, int64_t sid, int kid,
                struct mg_error *err)
{
  return post_named (store, sid, kid, "", apply_forget, err);
}

static int
apply_drop (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  const struct mg_walk *w = &((struct walk_op *) op)->walk;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_WALK_DROP, "ii", w->sid,
                     (int64_t) w->kid);
}

int
mg_walk_drop (struct mg_store *store, int64_t sid, int kid,
              struct mg_error *err)
{
  return post_named (store, sid, kid, "", apply_drop, err);
}

struct end_op {
  struct mg_op op;
  int64_t sid;
  int kid, n_found;
  char *node;
  struct mg_walk_found found[MG_WALK_KINDS];
};

static void
free_end (struct mg_op *op)
{
  mg_free (((struct end_op *) op)->node);
  mg_free (op);
}

/* A node that two have listed counts once. */
static int
apply_end_node (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
                struct mg_error *err)
{
  struct end_op *end = (struct end_op *) op;
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_WALK_GET, "iis", end->sid,
                                  (int64_t) end->kid, end->node);
  int i, was, r = mg_sql_step (conn, st, err);

  (void) store;
  if (r < 0)
    return r;
  was = r > 0 && sqlite3_column_int (st, 1) == MG_WALK_DONE;
  if (r > 0)
    mg_sql_reset (st);
  if (was)
    return 0;
  r = mg_sql_run (conn, err, MG_SQL_WALK_END, "iis", end->sid,
                  (int64_t) end->kid, end->node);
  for (i = 0; i < end->n_found && r == 0; i++)
    if (end->found[i].n != 0)
      r = mg_sql_run (conn, err, MG_SQL_WALK_ADD, "iii", end->sid,
                      (int64_t) end->found[i].kid, end->found[i].n);
  return r;
}

int
mg_walk_end_node (struct mg_store *store, int64_t sid, int kid,
                  const char *node, const struct mg_walk_found *found,
                  int n_found, struct mg_error *err)
{
  struct end_op *op = mg_xcalloc (1, sizeof *op);

  op->op.apply = apply_end_node;
  op->op.free = free_end;
  op->sid = sid;
  op->kid = kid;
  op->node = mg_xstrdup (node);
  op->n_found = n_found;
  if (n_found > 0)
    memcpy (op->found, found, (size_t) n_found * sizeof *found);
  return mg_store_post (store, &op->op, err);
}

static int
apply_reopen (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
              struct mg_error *err)
{
  const struct mg_walk *w = &((struct walk_op *) op)->walk;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_WALK_REOPEN, "ii", w->sid,
                     (int64_t) w->kid);
}

int
mg_walk_reopen (struct mg_store *store, int64_t sid, int kid,
                struct mg_error *err)
{
  return post_named (store, sid, kid, "", apply_reopen, err);
}

static int
each_node (struct mg_store *store, enum mg_sql sql, int64_t sid, int kid,
           mg_node_fn each, void *opaque, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, sql, "ii", sid, (int64_t) kid);
  int r;

  while ((r = mg_sql_step (conn, st, err)) > 0) {
    r = each (opaque, (const char *) sqlite3_column_text (st, 0));
    if (r != 0)
      break;
  }
  if (r != 0)
    mg_sql_reset (st);
  mg_store_read_end (store, conn);
  return r;
}

int
mg_walk_undone (struct mg_store *store, int64_t sid, int kid, mg_node_fn each,
                void *opaque, struct mg_error *err)
{
  return each_node (store, MG_SQL_WALK_UNDONE, sid, kid, each, opaque, err);
}

int
mg_walk_open (struct mg_store *store, int64_t sid, int kid, mg_node_fn each,
              void *opaque, struct mg_error *err)
{
  return each_node (store, MG_SQL_WALK_OPEN, sid, kid, each, opaque, err);
}
