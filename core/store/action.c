/* See action.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "store/action.h"
#include "store/sql.h"

struct action_op {
  struct mg_op op;
  const struct mg_action_row *row;
};

void
mg_action_row_done (struct mg_action_row *row)
{
  mg_free (row->src_id);
  mg_free (row->key);
  mg_free (row->who);
  mg_free (row->source_id);
  mg_buf_done (&row->before);
  memset (row, 0, sizeof *row);
}

const char *
mg_action_state_name (enum mg_action_state state)
{
  static const char *const names[] = { "", "meant", "off", "was off",
                                       "returning", "back" };

  return names[state <= MG_ACTION_BACK ? state : 0];
}

static int
apply_put (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
           struct mg_error *err)
{
  const struct mg_action_row *row = ((struct action_op *) op)->row;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_ACTION_PUT, "iisssibsII",
                     (int64_t) row->wsid, (int64_t) row->kid, row->src_id,
                     row->key, row->source_id, (int64_t) row->state,
                     row->before.data, row->before.len, row->who,
                     row->off_at_us, row->back_at_us);
}

static int
apply_set (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
           struct mg_error *err)
{
  const struct mg_action_row *row = ((struct action_op *) op)->row;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_ACTION_STATE, "iisiI",
                     (int64_t) row->wsid, (int64_t) row->kid, row->src_id,
                     (int64_t) row->state, row->off_at_us);
}

static int
apply_drop (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  const struct mg_action_row *row = ((struct action_op *) op)->row;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_ACTION_DROP, "iis", (int64_t) row->wsid,
                     (int64_t) row->kid, row->src_id);
}

int
mg_action_put (struct mg_store *store, const struct mg_action_row *row,
               struct mg_error *err)
{
  struct action_op op = { .op = { .apply = apply_put }, .row = row };

  return mg_store_do (store, &op.op, err);
}

int
mg_action_set (struct mg_store *store, const struct mg_action_row *row,
               struct mg_error *err)
{
  struct action_op op = { .op = { .apply = apply_set }, .row = row };

  return mg_store_do (store, &op.op, err);
}

int
mg_action_drop (struct mg_store *store, const struct mg_action_row *row,
                struct mg_error *err)
{
  struct action_op op = { .op = { .apply = apply_drop }, .row = row };

  return mg_store_do (store, &op.op, err);
}

static char *
column (sqlite3_stmt *st, int i)
{
  return mg_xstrdup ((const char *) sqlite3_column_text (st, i));
}

static int
read_one (struct mg_store *store, enum mg_sql statement, int wsid, int kid,
          const char *src_id, struct mg_action_row *ret, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, statement, "iis", (int64_t) wsid,
                                  (int64_t) kid, src_id);
  int r = mg_sql_step (conn, st, err);

  if (r > 0) {
    int len = sqlite3_column_bytes (st, 5);

    *ret = (struct mg_action_row) {
      .wsid = wsid, .kid = sqlite3_column_int (st, 0), .src_id = column (st, 1),
      .key = column (st, 2), .source_id = column (st, 3),
      .state = (enum mg_action_state) sqlite3_column_int (st, 4),
      .before = MG_BUF_INIT (MG_MAX_ELEMENT), .who = column (st, 6),
      .off_at_us = sqlite3_column_int64 (st, 7),
      .back_at_us = sqlite3_column_int64 (st, 8)
    };
    mg_buf_add (&ret->before, sqlite3_column_blob (st, 5), (size_t) len);
    mg_sql_reset (st);
  }
  mg_store_read_end (store, conn);
  if (r > 0 && mg_buf_check (&ret->before, "what was kept", err) < 0) {
    mg_action_row_done (ret);
    r = MG_E_NOMEM;
  }
  return r;
}

int
mg_action_get (struct mg_store *store, int wsid, int kid, const char *src_id,
               struct mg_action_row *ret, struct mg_error *err)
{
  return read_one (store, MG_SQL_ACTION_GET, wsid, kid, src_id, ret, err);
}

int
mg_action_after (struct mg_store *store, int wsid, int kid, const char *after,
                 struct mg_action_row *ret, struct mg_error *err)
{
  return read_one (store, MG_SQL_ACTION_AFTER, wsid, kid, after, ret, err);
}

int
mg_action_returned (struct mg_store *store, int wsid, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_ACTION_RETURNED, "i",
                                  (int64_t) wsid);
  int r = mg_sql_step (conn, st, err);

  if (r > 0)
    mg_sql_reset (st);
  mg_store_read_end (store, conn);
  return r;
}
