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

int
mg_work_plan_undo (struct mg_store *store, const struct mg_work *main_row,
                   int work_op, struct mg_error *err)
{
  struct undo_op *u = mg_xcalloc (1, sizeof *u);

  u->op.apply = apply_undo;
  u->op.free = mg_op_free;
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

int
mg_asset_gone (struct mg_store *store, int64_t aid, int64_t sid,
               struct mg_error *err)
{
  struct gone_op *g = mg_xcalloc (1, sizeof *g);

  g->op.apply = apply_gone;
  g->op.free = mg_op_free;
  g->aid = aid;
  g->sid = sid;
  return mg_store_post (store, &g->op, err);
}

/* ---- for another asset ---- */

struct hand_op {
  struct mg_op op;
  int wsid, kid;
  int64_t from, to, new_aid;
};

/* One that was refused, or only planned, gives way. */
static int
make_room (struct mg_store *store, struct mg_conn *conn,
           const struct hand_op *h, struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work own = MG_WORK_INIT;
  int r = mg_work_main (conn, h->wsid, h->to, &own, err);

  if (r <= 0)
    return r < 0 ? r : 1;
  if (own.new_aid != 0 || own.maybe || own.has_before)
    return 0;
  mg_store_count (store, h->wsid, h->kid, own.state, -1);
  r = mg_sql_run (conn, err, MG_SQL_WORK_DELETE, "i", own.wid);
  return r < 0 ? r : 1;
}

static int
apply_hand_over (struct mg_store *store, struct mg_conn *conn,
                 struct mg_op *op, struct mg_error *err)
{
  const struct hand_op *h = (struct hand_op *) op;
  MG_CLEANUP (mg_work_release) struct mg_work row = MG_WORK_INIT;
  int r = mg_work_main (conn, h->wsid, h->from, &row, err);

  if (r <= 0 || row.new_aid != h->new_aid)
    return r < 0 ? r : 0;
  r = make_room (store, conn, h, err);
  if (r <= 0)
    return r;
  r = mg_sql_run (conn, err, MG_SQL_WORK_MOVE, "iii", (int64_t) h->wsid,
                  h->from, h->to);
  if (r < 0)
    return r;
  mg_store_count (store, h->wsid, h->kid, MG_SKIPPED, 1);
  return mg_sql_run (conn, err, MG_SQL_WORK_INSERT, "iiiiiiiiIiss",
                     (int64_t) h->wsid, h->from, (int64_t) h->kid,
                     (int64_t) MG_PHASE_MAIN, (int64_t) MG_OP_CREATE,
                     MG_WORK_CLASS (h->kid, MG_OP_CREATE), (int64_t) 0,
                     (int64_t) MG_SKIPPED, (int64_t) 0, (int64_t) MG_NOBODYS,
                     "vanished", "made anew in the source");
}

int
mg_work_hand_over (struct mg_store *store, const struct mg_work *row,
                   int64_t aid, struct mg_error *err)
{
  struct hand_op *h = mg_xcalloc (1, sizeof *h);

  h->op.apply = apply_hand_over;
  h->op.free = mg_op_free;
  h->wsid = row->wsid;
  h->kid = row->kid;
  h->from = row->aid;
  h->to = aid;
  h->new_aid = row->new_aid;
  return mg_store_post (store, &h->op, err);
}
