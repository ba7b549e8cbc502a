/* See decision.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "store/decision.h"
#include "store/sql.h"

struct decision_op {
  struct mg_op op;
  const struct mg_decision *decision;  /* of a removal: wsid and aid alone */
  int found;
};

void
mg_decision_done (struct mg_decision *decision)
{
  mg_free (decision->reason);
  mg_free (decision->who);
  memset (decision, 0, sizeof *decision);
}

static int
apply_put (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
           struct mg_error *err)
{
  const struct mg_decision *d = ((struct decision_op *) op)->decision;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_DECISION_PUT, "iiissi",
                     (int64_t) d->wsid, d->aid, (int64_t) d->what, d->reason,
                     d->who, d->at_us);
}

static int
apply_remove (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
              struct mg_error *err)
{
  struct decision_op *o = (struct decision_op *) op;
  int64_t aid = 0;
  int r = mg_sql_int (conn, err, &aid, MG_SQL_DECISION_REMOVE, "ii",
                      (int64_t) o->decision->wsid, o->decision->aid);

  (void) store;
  o->found = r > 0;
  return r < 0 ? r : 0;
}

int
mg_decision_put (struct mg_store *store, const struct mg_decision *decision,
                 struct mg_error *err)
{
  struct decision_op op = { .op = { .apply = apply_put },
                            .decision = decision };

  return mg_store_do (store, &op.op, err);
}

int
mg_decision_remove (struct mg_store *store, int wsid, int64_t aid,
                    struct mg_error *err)
{
  struct mg_decision which = { .wsid = wsid, .aid = aid };
  struct decision_op op = { .op = { .apply = apply_remove },
                            .decision = &which };
  int r = mg_store_do (store, &op.op, err);

  return r < 0 ? r : op.found;
}

static int
read_one (struct mg_store *store, enum mg_sql statement, int wsid, int64_t aid,
          struct mg_decision *ret, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, statement, "ii", (int64_t) wsid, aid);
  int r = mg_sql_step (conn, st, err);

  if (r > 0) {
    ret->wsid = wsid;
    ret->aid = sqlite3_column_int64 (st, 0);
    ret->what = sqlite3_column_int (st, 1);
    ret->reason = mg_xstrdup ((const char *) sqlite3_column_text (st, 2));
    ret->who = mg_xstrdup ((const char *) sqlite3_column_text (st, 3));
    ret->at_us = sqlite3_column_int64 (st, 4);
    mg_sql_reset (st);
  }
  mg_store_read_end (store, conn);
  return r;
}

int
mg_decision_get (struct mg_store *store, int wsid, int64_t aid,
                 struct mg_decision *ret, struct mg_error *err)
{
  return read_one (store, MG_SQL_DECISION_GET, wsid, aid, ret, err);
}

int
mg_decision_after (struct mg_store *store, int wsid, int64_t after,
                   struct mg_decision *ret, struct mg_error *err)
{
  return read_one (store, MG_SQL_DECISION_AFTER, wsid, after, ret, err);
}
