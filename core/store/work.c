/* Reading work: see work.h.  What changes it stands in work-write.c. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "store/work-impl.h"
#include "store/work.h"

const char *
mg_state_name (int state)
{
  static const char *const names[] = {
    "waiting", "ready", "sent", "uncertain", "done", "unchanged", "failed",
    "blocked", "skipped", "parked",
  };

  return state >= 0 && state < MG_N_STATES ? names[state] : "?";
}

const char *
mg_work_op_name (int op)
{
  static const char *const names[] = {
    "?", "create", "update", "merge", "adopt", "fetch", "delete", "restore",
  };

  return op > 0 && op <= MG_OP_RESTORE ? names[op] : "?";
}

void
mg_work_release (struct mg_work *w)
{
  mg_free (w->message);
  w->message = NULL;
}

void
mg_work_read (sqlite3_stmt *st, struct mg_work *w)
{
  const char *code = (const char *) sqlite3_column_text (st, 13);
  const char *message = (const char *) sqlite3_column_text (st, 14);

  mg_free (w->message);
  w->wid = sqlite3_column_int64 (st, 0);
  w->wsid = sqlite3_column_int (st, 1);
  w->aid = sqlite3_column_int64 (st, 2);
  w->kid = sqlite3_column_int (st, 3);
  w->phase = sqlite3_column_int (st, 4);
  w->op = sqlite3_column_int (st, 5);
  w->state = sqlite3_column_int (st, 6);
  w->wait_on = sqlite3_column_int64 (st, 7);
  w->not_before = sqlite3_column_int64 (st, 8);
  w->tries = sqlite3_column_int (st, 9);
  w->sent_at = sqlite3_column_int64 (st, 10);
  w->new_aid = sqlite3_column_int64 (st, 11);
  w->provenance = sqlite3_column_int (st, 12);
  w->maybe = sqlite3_column_int (st, 15);
  w->has_before = sqlite3_column_int (st, 16);
  w->has_was = sqlite3_column_int (st, 17);
  snprintf (w->code, sizeof w->code, "%s", code ? code : "");
  w->message = mg_xstrdup (message);
}

static int
read_one (struct mg_store *store, struct mg_conn *conn, sqlite3_stmt *st,
          struct mg_work *ret, struct mg_error *err)
{
  int r = mg_sql_step (conn, st, err);

  if (r > 0) {
    mg_work_read (st, ret);
    mg_sql_reset (st);
  }
  mg_store_read_end (store, conn);
  return r;
}

int
mg_work_main (struct mg_conn *conn, int wsid, int64_t aid, struct mg_work *ret,
              struct mg_error *err)
{
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_WORK_GET, "iii", (int64_t) wsid,
                                  aid, (int64_t) MG_PHASE_MAIN);
  int r = mg_sql_step (conn, st, err);

  if (r > 0) {
    mg_work_read (st, ret);
    mg_sql_reset (st);
  }
  return r;
}

int
mg_work_get (struct mg_store *store, int wsid, int64_t aid, int phase,
             struct mg_work *ret, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);

  return read_one (store, conn,
                   mg_sql_bind (conn, MG_SQL_WORK_GET, "iii", (int64_t) wsid,
                                aid, (int64_t) phase), ret, err);
}

int
mg_work_by_id (struct mg_store *store, int64_t wid, struct mg_work *ret,
               struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);

  return read_one (store, conn, mg_sql_bind (conn, MG_SQL_WORK_BY_ID, "i", wid),
                   ret, err);
}

int
mg_work_by_new (struct mg_store *store, int64_t new_aid, struct mg_work *ret,
                struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);

  return read_one (store, conn,
                   mg_sql_bind (conn, MG_SQL_WORK_BY_NEW, "i", new_aid), ret,
                   err);
}

static int
read_body (struct mg_store *store, struct mg_packer *packer, enum mg_sql id,
           int64_t wid, struct mg_buf *ret_body, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, id, "i", wid);
  int r = mg_sql_step (conn, st, err);

  if (r > 0) {
    const void *blob = sqlite3_column_blob (st, 0);

    if (blob == NULL)
      r = 0;
    else
      r = mg_unpack (packer, blob, (size_t) sqlite3_column_bytes (st, 0),
                     ret_body, err);
    if (blob != NULL && r == 0)
      r = 1;
    mg_sql_reset (st);
  }
  mg_store_read_end (store, conn);
  return r;
}

int
mg_work_before (struct mg_store *store, struct mg_packer *packer, int64_t wid,
                struct mg_buf *ret_body, struct mg_error *err)
{
  return read_body (store, packer, MG_SQL_WORK_BEFORE, wid, ret_body, err);
}

int
mg_work_was (struct mg_store *store, struct mg_packer *packer, int64_t wid,
             struct mg_buf *ret_body, struct mg_error *err)
{
  return read_body (store, packer, MG_SQL_WORK_WAS, wid, ret_body, err);
}

/* One page into rows[512]; how many, or negative. */
static int
read_rows (struct mg_store *store, struct mg_conn *conn, sqlite3_stmt *st,
           struct mg_work *rows, struct mg_error *err)
{
  int n = 0, r;

  while ((r = mg_sql_step (conn, st, err)) > 0)
    mg_work_read (st, &rows[n++]);
  mg_store_read_end (store, conn);
  return r < 0 ? r : n;
}

struct pages {
  enum mg_sql id;
  int wsid;
  int64_t second, third;           /* kid or phase, and a bound */
};

static int
next_page (struct mg_store *store, const struct pages *p, int64_t after,
           struct mg_work *rows, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st;

  switch (p->id) {
  case MG_SQL_WORK_PAGE:
  case MG_SQL_WORK_PAGE_BACK:
    st = mg_sql_bind (conn, p->id, "iii", (int64_t) p->wsid, after, p->second);
    break;
  case MG_SQL_WORK_DUE:
    st = mg_sql_bind (conn, p->id, "iii", (int64_t) p->wsid, p->second,
                      p->third);
    break;
  default:
    st = mg_sql_bind (conn, p->id, "iii", (int64_t) p->wsid, p->second, after);
  }
  return read_rows (store, conn, st, rows, err);
}

/* Pages in the order of aid. */
static int
by_aid (const struct pages *p)
{
  return p->id == MG_SQL_WORK_PAGE || p->id == MG_SQL_WORK_PAGE_BACK;
}

static int
each_page (struct mg_store *store, const struct pages *p, mg_work_each_fn each,
           void *opaque, struct mg_error *err)
{
  struct mg_work *rows = mg_xcalloc (512, sizeof *rows);
  int64_t after = by_aid (p) ? p->third : 0;
  int i, n, r = 0;

  do {
    n = next_page (store, p, after, rows, err);
    if (n < 0)
      r = n;
    for (i = 0; i < n && r == 0; i++)
      r = each (opaque, &rows[i], err);
    if (n > 0)
      after = by_aid (p) ? rows[n - 1].aid : rows[n - 1].wid;
  } while (n == 512 && r == 0 && p->id != MG_SQL_WORK_DUE);
  for (i = 0; i < 512; i++)
    mg_work_release (&rows[i]);
  mg_free (rows);
  return r;
}

int
mg_work_each_bad (struct mg_store *store, int wsid, int kid,
                  mg_work_each_fn each, void *opaque, struct mg_error *err)
{
  struct pages p = { MG_SQL_WORK_BAD, wsid, kid, 0 };

  return each_page (store, &p, each, opaque, err);
}

int
mg_work_each_phase (struct mg_store *store, int wsid, int phase, int64_t after,
                    mg_work_each_fn each, void *opaque, struct mg_error *err)
{
  struct pages p = { MG_SQL_WORK_PAGE, wsid, phase, after };

  return each_page (store, &p, each, opaque, err);
}

int
mg_work_each_phase_back (struct mg_store *store, int wsid, int phase,
                         int64_t before, mg_work_each_fn each, void *opaque,
                         struct mg_error *err)
{
  struct pages p = { MG_SQL_WORK_PAGE_BACK, wsid, phase, before };

  return each_page (store, &p, each, opaque, err);
}

int
mg_work_each_due (struct mg_store *store, int wsid, int kid, int64_t now_us,
                  mg_work_each_fn each, void *opaque, struct mg_error *err)
{
  struct pages p = { MG_SQL_WORK_DUE, wsid, kid, now_us };

  return each_page (store, &p, each, opaque, err);
}

int
mg_work_next_due (struct mg_store *store, int wsid, int kid,
                  int64_t *ret_wall_us, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  int r = mg_sql_int (conn, err, ret_wall_us, MG_SQL_WORK_NEXT_DUE, "ii",
                      (int64_t) wsid, (int64_t) kid);

  mg_store_read_end (store, conn);
  return r;
}

int
mg_missing_get (struct mg_store *store, int64_t aid, char **ret_ns,
                char **ret_val, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_MISSING_OF, "ii", aid,
                                  (int64_t) 1);
  int r = mg_sql_step (conn, st, err);

  if (r > 0) {
    *ret_ns = mg_xstrdup ((const char *) sqlite3_column_text (st, 0));
    *ret_val = mg_xstrdup ((const char *) sqlite3_column_text (st, 1));
    mg_sql_reset (st);
  }
  mg_store_read_end (store, conn);
  return r;
}

int
mg_missing_list (struct mg_store *store, int64_t aid,
                 struct mg_alias_value **ret, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_MISSING_OF, "ii", aid,
                                  (int64_t) MG_MISSING_MAX);
  struct mg_alias_value *list = NULL;
  int r, n = 0;

  while ((r = mg_sql_step (conn, st, err)) > 0) {
    list = mg_xreallocarray (list, (size_t) n + 1, sizeof *list);
    list[n].ns = mg_xstrdup ((const char *) sqlite3_column_text (st, 0));
    list[n++].val = mg_xstrdup ((const char *) sqlite3_column_text (st, 1));
  }
  mg_store_read_end (store, conn);
  if (r == 0)
    *ret = list;
  else
    mg_missing_free (list, n);
  return r < 0 ? r : n;
}

void
mg_missing_free (struct mg_alias_value *missing, int n)
{
  int i;

  for (i = 0; i < n; i++) {
    mg_free (missing[i].ns);
    mg_free (missing[i].val);
  }
  mg_free (missing);
}

int
mg_counters_get (struct mg_store *store, int wsid, int kid,
                 int64_t counts[MG_N_STATES], int64_t *ret_assets,
                 struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_COUNTER_LIST, "i",
                                  (int64_t) wsid);
  int r;

  memset (counts, 0, MG_N_STATES * sizeof counts[0]);
  if (ret_assets != NULL)
    *ret_assets = 0;
  while ((r = mg_sql_step (conn, st, err)) > 0) {
    int state = sqlite3_column_int (st, 1);

    if (sqlite3_column_int (st, 0) != kid)
      continue;
    if (state == MG_COUNT_ASSETS && ret_assets != NULL)
      *ret_assets = sqlite3_column_int64 (st, 2);
    else if (state < MG_N_STATES)
      counts[state] = sqlite3_column_int64 (st, 2);
  }
  mg_store_read_end (store, conn);
  return r;
}
