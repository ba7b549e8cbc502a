/* See skip.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "store/skip.h"
#include "store/sql.h"

struct skip_op {
  struct mg_op op;
  const struct mg_skip *skip;      /* NULL = remove */
  int64_t aid;
  int found;
};

void
mg_skip_done (struct mg_skip *skip)
{
  mg_free (skip->reason);
  mg_free (skip->who);
  memset (skip, 0, sizeof *skip);
}

static int
apply_put (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
           struct mg_error *err)
{
  const struct mg_skip *skip = ((struct skip_op *) op)->skip;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_SKIP_PUT, "issi", skip->aid,
                     skip->reason, skip->who, skip->at_us);
}

static int
apply_remove (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
              struct mg_error *err)
{
  struct skip_op *s = (struct skip_op *) op;
  int64_t aid = 0;
  int r = mg_sql_int (conn, err, &aid, MG_SQL_SKIP_REMOVE, "i", s->aid);

  (void) store;
  s->found = r > 0;
  return r < 0 ? r : 0;
}

int
mg_skip_put (struct mg_store *store, const struct mg_skip *skip,
             struct mg_error *err)
{
  struct skip_op op = { .op = { .apply = apply_put }, .skip = skip };

  return mg_store_do (store, &op.op, err);
}

int
mg_skip_remove (struct mg_store *store, int64_t aid, struct mg_error *err)
{
  struct skip_op op = { .op = { .apply = apply_remove }, .aid = aid };
  int r = mg_store_do (store, &op.op, err);

  return r < 0 ? r : op.found;
}

static int
read_one (struct mg_store *store, enum mg_sql statement, int64_t aid,
          struct mg_skip *ret, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, statement, "i", aid);
  int r = mg_sql_step (conn, st, err);

  if (r > 0) {
    ret->aid = sqlite3_column_int64 (st, 0);
    ret->reason = mg_xstrdup ((const char *) sqlite3_column_text (st, 1));
    ret->who = mg_xstrdup ((const char *) sqlite3_column_text (st, 2));
    ret->at_us = sqlite3_column_int64 (st, 3);
    mg_sql_reset (st);
  }
  mg_store_read_end (store, conn);
  return r;
}

int
mg_skip_get (struct mg_store *store, int64_t aid, struct mg_skip *ret,
             struct mg_error *err)
{
  return read_one (store, MG_SQL_SKIP_GET, aid, ret, err);
}

int
mg_skip_after (struct mg_store *store, int64_t after, struct mg_skip *ret,
               struct mg_error *err)
{
  return read_one (store, MG_SQL_SKIP_AFTER, after, ret, err);
}
