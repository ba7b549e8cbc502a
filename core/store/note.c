/* What is to be known of an asset or a kind: see work.h.  The apply function runs
 * on the writer thread, inside a transaction. */
#include <config.h>

#include "base/alloc.h"
#include "store/work-impl.h"

struct note_op {
  struct mg_op op;
  int wsid, kid;
  int64_t aid;
  char *code, *message;
};

static int
apply_note (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  struct note_op *n = (struct note_op *) op;

  (void) store;
  if (n->message == NULL)
    return mg_sql_run (conn, err, MG_SQL_NOTE_CLEAR, "iisi", (int64_t) n->wsid,
                       n->aid, n->code, (int64_t) n->kid);
  return mg_sql_run (conn, err, MG_SQL_NOTE_PUT, "iiIss", (int64_t) n->wsid,
                     n->aid, (int64_t) n->kid, n->code, n->message);
}

static void
free_note (struct mg_op *op)
{
  struct note_op *n = (struct note_op *) op;

  mg_free (n->code);
  mg_free (n->message);
  mg_free (n);
}

static int
post (struct mg_store *store, int wsid, int64_t aid, int kid, const char *code,
      const char *message, struct mg_error *err)
{
  struct note_op *n = mg_xcalloc (1, sizeof *n);

  n->op.apply = apply_note;
  n->op.free = free_note;
  n->wsid = wsid;
  n->aid = aid;
  n->kid = kid;
  n->code = mg_xstrdup (code);
  n->message = message ? mg_xstrdup (message) : NULL;
  return mg_store_post (store, &n->op, err);
}

int
mg_note_post (struct mg_store *store, int wsid, int64_t aid, int kid,
              const char *code, const char *message, struct mg_error *err)
{
  return post (store, wsid, aid, kid, code, message ? message : "", err);
}

int
mg_note_clear (struct mg_store *store, int wsid, int kid, const char *code,
               struct mg_error *err)
{
  return post (store, wsid, 0, kid, code, NULL, err);
}
