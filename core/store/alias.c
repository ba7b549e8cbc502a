/* What assets are known by: see asset.h. */
#include <config.h>

#include "store/asset.h"
#include "store/sql.h"

static int
take_aids (struct mg_store *store, struct mg_conn *conn, sqlite3_stmt *st,
           int64_t *ret_aids, struct mg_error *err)
{
  int n = 0, r;

  while ((r = mg_sql_step (conn, st, err)) > 0)
    ret_aids[n++] = sqlite3_column_int64 (st, 0);
  mg_store_read_end (store, conn);
  return r < 0 ? r : n;
}

int
mg_alias_find (struct mg_store *store, int wsid, const char *ns,
               const char *val, int64_t *ret_aids, int max,
               struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);

  return take_aids (store, conn,
                    mg_sql_bind (conn, MG_SQL_ALIAS_FIND, "issi",
                                 (int64_t) wsid, ns, val, (int64_t) max),
                    ret_aids, err);
}

int
mg_alias_gone (struct mg_store *store, int wsid, const char *ns,
               const char *val, int64_t *ret_aids, int max,
               struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);

  return take_aids (store, conn,
                    mg_sql_bind (conn, MG_SQL_ALIAS_GONE, "issi",
                                 (int64_t) wsid, ns, val, (int64_t) max),
                    ret_aids, err);
}

int
mg_alias_after (struct mg_store *store, int wsid, const char *ns,
                const char *val, int64_t after, int64_t *ret_aids, int max,
                struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);

  return take_aids (store, conn,
                    mg_sql_bind (conn, MG_SQL_ALIAS_AFTER, "issii",
                                 (int64_t) wsid, ns, val, after, (int64_t) max),
                    ret_aids, err);
}
