/* What undo writes into the session: see work.h. */
#include <config.h>

#include "base/alloc.h"
#include "store/work-impl.h"

struct undo_op {
  struct mg_op op;
  struct mg_work main_row;
  int work_op;
};

static int
apply_undo (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  struct undo_op *u = (struct undo_op *) op;
  const struct mg_work *w = &u->main_row;
  int64_t old = 0;
  int r = mg_sql_int (conn, err, &old, MG_SQL_WORK_GET, "iii",
                      (int64_t) w->wsid, w->aid, (int64_t) MG_PHASE_UNDO);

  (void) store;
  if (r > 0)
    r = mg_sql_run (conn, err, MG_SQL_WORK_DELETE, "i", old);
  if (r < 0)
    return r;
  return mg_sql_run (conn, err, MG_SQL_WORK_INSERT, "iiiiiiiiIinn",
                     (int64_t) w->wsid, w->aid, (int64_t) w->kid,
                     (int64_t) MG_PHASE_UNDO, (int64_t) u->work_op,
                     MG_WORK_CLASS (w->kid, u->work_op), (int64_t) 0,
                     (int64_t) MG_READY, w->new_aid, (int64_t) w->provenance);
}

static void
free_undo (struct mg_op *op)
{
  mg_free (op);
}

int
mg_work_plan_undo (struct mg_store *store, const struct mg_work *main_row,
                   int work_op, struct mg_error *err)
{
  struct undo_op *u = mg_xcalloc (1, sizeof *u);

  u->op.apply = apply_undo;
  u->op.free = free_undo;
  u->main_row = *main_row;
  u->main_row.message = NULL;
  u->work_op = work_op;
  return mg_store_post (store, &u->op, err);
}

struct clear_op {
  struct mg_op op;
  int wsid;
};

static int
apply_clear (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
             struct mg_error *err)
{
  (void) store;
  return mg_sql_run (conn, err, MG_SQL_WORK_CLEAR_UNDO, "i",
                     (int64_t) ((struct clear_op *) op)->wsid);
}

int
mg_work_clear_undo (struct mg_store *store, int wsid, struct mg_error *err)
{
  struct clear_op op = { .op = { .apply = apply_clear }, .wsid = wsid };

  return mg_store_do (store, &op.op, err);
}

struct before_op {
  struct mg_op op;
  int64_t wid;
  const struct mg_buf *packed;
};

static int
apply_before (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
              struct mg_error *err)
{
  struct before_op *b = (struct before_op *) op;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_WORK_KEEP_BEFORE, "ib", b->wid,
                     b->packed->data, b->packed->len);
}

int
mg_work_keep_before (struct mg_store *store, int64_t wid,
                     const struct mg_buf *packed, struct mg_error *err)
{
  struct before_op op = { .op = { .apply = apply_before }, .wid = wid,
                          .packed = packed };

  return mg_store_do (store, &op.op, err);
}

struct gone_op {
  struct mg_op op;
  int64_t aid, sid;
};

static int
apply_gone (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  struct gone_op *g = (struct gone_op *) op;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_ASSET_GONE, "ii", g->aid, g->sid);
}

static void
free_gone (struct mg_op *op)
{
  mg_free (op);
}

int
mg_asset_gone (struct mg_store *store, int64_t aid, int64_t sid,
               struct mg_error *err)
{
  struct gone_op *g = mg_xcalloc (1, sizeof *g);

  g->op.apply = apply_gone;
  g->op.free = free_gone;
  g->aid = aid;
  g->sid = sid;
  return mg_store_post (store, &g->op, err);
}
