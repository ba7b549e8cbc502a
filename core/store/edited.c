/* See edited.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "store/asset-impl.h"
#include "store/edited.h"
#include "store/sql.h"

struct edited_op {
  struct mg_op op;
  const struct mg_edited *edited;  /* NULL: it is removed */
  const struct mg_put *put, *found;
  int64_t aid;
};

void
mg_edited_done (struct mg_edited *edited)
{
  mg_free (edited->who);
  memset (edited, 0, sizeof *edited);
}

static int
apply_put (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
           struct mg_error *err)
{
  struct edited_op *o = (struct edited_op *) op;
  const struct mg_put *put = o->put;
  int r = mg_sql_run (conn, err, MG_SQL_EDITED_PUT, "ibbsi", o->aid, put->sha,
                      sizeof put->sha, put->packed.data, put->packed.len,
                      o->edited->who, o->edited->at_us);

  (void) store;
  if (r >= 0)
    r = mg_sql_run (conn, err, MG_SQL_ASSET_ORIGIN, "iis", o->aid,
                    (int64_t) MG_ORIGIN_EDITED, put->key);
  /* those of an edit before this one go */
  if (r >= 0)
    r = mg_sql_run (conn, err, MG_SQL_ALIAS_CLEAR, "i", o->aid);
  if (r >= 0)
    r = mg_asset_add_names (conn, MG_SOURCE_WSID, o->aid, o->found, err);
  return r < 0 ? r : mg_asset_add_names (conn, MG_SOURCE_WSID, o->aid, put, err);
}

static int
apply_remove (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
              struct mg_error *err)
{
  struct edited_op *o = (struct edited_op *) op;
  int r = mg_sql_run (conn, err, MG_SQL_EDITED_REMOVE, "i", o->aid);

  (void) store;
  if (r >= 0)
    r = mg_sql_run (conn, err, MG_SQL_ASSET_ORIGIN, "iis", o->aid,
                    (int64_t) MG_ORIGIN_SEEN, o->put->key);
  if (r >= 0)
    r = mg_sql_run (conn, err, MG_SQL_ALIAS_CLEAR, "i", o->aid);
  return r < 0 ? r
         : mg_asset_add_names (conn, MG_SOURCE_WSID, o->aid, o->put, err);
}

int
mg_edited_put (struct mg_store *store, const struct mg_edited *edited,
               const struct mg_put *put, const struct mg_put *found,
               struct mg_error *err)
{
  struct edited_op op = { .op = { .apply = apply_put }, .edited = edited,
                          .put = put, .found = found, .aid = edited->aid };

  return mg_store_do (store, &op.op, err);
}

int
mg_edited_remove (struct mg_store *store, int64_t aid,
                  const struct mg_put *put, struct mg_error *err)
{
  struct edited_op op = { .op = { .apply = apply_remove }, .put = put,
                          .aid = aid };

  return mg_store_do (store, &op.op, err);
}

static int
read_edited (struct mg_store *store, enum mg_sql id, int64_t aid,
             struct mg_edited *ret, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, id, "i", aid);
  int r = mg_sql_step (conn, st, err);

  if (r > 0) {
    mg_edited_done (ret);
    ret->aid = sqlite3_column_int64 (st, 0);
    ret->who = mg_xstrdup ((const char *) sqlite3_column_text (st, 1));
    ret->at_us = sqlite3_column_int64 (st, 2);
    ret->is_stale = sqlite3_column_int (st, 3);
    mg_sql_reset (st);
  }
  mg_store_read_end (store, conn);
  return r;
}

int
mg_edited_get (struct mg_store *store, int64_t aid, struct mg_edited *ret,
               struct mg_error *err)
{
  return read_edited (store, MG_SQL_EDITED_GET, aid, ret, err);
}

int
mg_edited_after (struct mg_store *store, int64_t after, struct mg_edited *ret,
                 struct mg_error *err)
{
  return read_edited (store, MG_SQL_EDITED_AFTER, after, ret, err);
}

int
mg_edited_original (struct mg_store *store, struct mg_packer *packer,
                    int64_t aid, struct mg_asset *ret, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  int r = mg_asset_read_one (packer, conn,
                             mg_sql_bind (conn, MG_SQL_ASSET_AS_FOUND, "i", aid),
                             ret, err);

  mg_store_read_end (store, conn);
  return r;
}
