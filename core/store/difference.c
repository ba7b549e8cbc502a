/* See difference.h. */
#include <config.h>

#include "base/alloc.h"
#include "store/difference.h"
#include "store/sql.h"

struct difference_op {
  struct mg_op op;
  int wsid, kid;
  int64_t aid;
  char *key, *what, *path, *source, *target, *why;
};

static int
apply_difference (struct mg_store *store, struct mg_conn *conn,
                  struct mg_op *op, struct mg_error *err)
{
  struct difference_op *d = (struct difference_op *) op;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_DIFFERENCE_PUT, "iissssssi",
                     (int64_t) d->wsid, (int64_t) d->kid, d->key, d->what,
                     d->path, d->source, d->target, d->why, d->aid);
}

static void
free_difference (struct mg_op *op)
{
  struct difference_op *d = (struct difference_op *) op;

  mg_free (d->key);
  mg_free (d->what);
  mg_free (d->path);
  mg_free (d->source);
  mg_free (d->target);
  mg_free (d->why);
  mg_free (d);
}

int
mg_difference_post (struct mg_store *store, const struct mg_difference *from,
                    struct mg_error *err)
{
  struct difference_op *d = mg_xcalloc (1, sizeof *d);

  d->op.apply = apply_difference;
  d->op.free = free_difference;
  d->wsid = from->wsid;
  d->kid = from->kid;
  d->aid = from->aid;
  d->key = mg_xstrdup (from->key);
  d->what = mg_xstrdup (from->what);
  d->path = mg_xstrdup (from->path);
  d->source = mg_xstrdup (from->source);
  d->target = mg_xstrdup (from->target);
  d->why = mg_xstrdup (from->why);
  return mg_store_post (store, &d->op, err);
}

static int
apply_clear (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
             struct mg_error *err)
{
  struct difference_op *d = (struct difference_op *) op;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_DIFFERENCE_CLEAR, "i",
                     (int64_t) d->wsid);
}

int
mg_difference_clear (struct mg_store *store, int wsid, struct mg_error *err)
{
  struct difference_op op = { .op = { .apply = apply_clear }, .wsid = wsid };

  return mg_store_do (store, &op.op, err);
}
