/* Dependencies: who may go on, who is blocked (RULE-WAKE of work.h).
 * Everything here runs on the writer thread, inside a transaction. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "store/work-impl.h"

int
mg_work_set (struct mg_store *store, struct mg_conn *conn,
             const struct mg_work *w, int state, int64_t wait_on,
             int64_t not_before, const char *code, const char *message,
             struct mg_error *err)
{
  if (w->phase == MG_PHASE_MAIN && state != w->state) {
    mg_store_count (store, w->wsid, w->kid, w->state, -1);
    mg_store_count (store, w->wsid, w->kid, state, 1);
  }
  if (state == MG_READY)
    mg_store_stir (store);
  return mg_sql_run (conn, err, MG_SQL_WORK_SET, "iiIIss", w->wid,
                     (int64_t) state, wait_on, not_before, code, message);
}

struct unmet {
  int n;
  int64_t dead;                    /* one that will not come by itself */
  int64_t last;                    /* the one likely to come last */
};

/* What the target does not offer is not waited for: it is left out of what names
 * it. */
static int
is_unsupported (const unsigned char *code)
{
  return code != NULL && strcmp ((const char *) code, MG_CODE_UNSUPPORTED) == 0;
}

/* A dependency is met when it has a counterpart in the target. */
static int
find_unmet (struct mg_conn *conn, const struct mg_work *w,
            struct unmet *ret, struct mg_error *err)
{
  int64_t prio = 0, wid = 0;
  sqlite3_stmt *st;
  int r;

  memset (ret, 0, sizeof *ret);
  /* only a create does without what was cut; an update names all of it */
  st = mg_sql_bind (conn, MG_SQL_WORK_UNMET, "iii", (int64_t) w->wsid, w->aid,
                    (int64_t) (w->phase == MG_PHASE_MAIN
                               && w->op == MG_OP_CREATE ? 0 : 1));
  while ((r = mg_sql_step (conn, st, err)) > 0) {
    int64_t dst = sqlite3_column_int64 (st, 0);
    int gone = sqlite3_column_type (st, 1) == SQLITE_NULL;
    int state = sqlite3_column_int (st, 1);

    if (state == MG_SKIPPED && is_unsupported (sqlite3_column_text (st, 4)))
      continue;
    ret->n++;
    if (gone || state == MG_FAILED || state == MG_BLOCKED
        || state == MG_SKIPPED)
      ret->dead = dst;
    else if (ret->last == 0 || sqlite3_column_int64 (st, 2) > prio
             || (sqlite3_column_int64 (st, 2) == prio
                 && sqlite3_column_int64 (st, 3) > wid)) {
      ret->last = dst;
      prio = sqlite3_column_int64 (st, 2);
      wid = sqlite3_column_int64 (st, 3);
    }
  }
  return r;
}

/* It stands in the session as it would be written. */
static int
is_watched (const struct mg_work *w, int64_t aid)
{
  return w->state == MG_WAIT && w->wait_on == aid && w->not_before == 0
         && w->code[0] == '\0' && w->message == NULL;
}

/* Gives the row the state that its dependencies allow; 1 when it has become
 * blocked just now, so that its own dependents must hear of it. */
static int
judge (struct mg_store *store, struct mg_conn *conn, const struct mg_work *w,
       struct mg_error *err)
{
  struct unmet unmet;
  int r = find_unmet (conn, w, &unmet, err);

  if (r < 0)
    return r;
  if (unmet.dead != 0) {
    r = mg_work_set (store, conn, w, MG_BLOCKED, unmet.dead, 0, "blocked", NULL,
                     err);
    return r < 0 ? r : w->state != MG_BLOCKED && w->phase == MG_PHASE_MAIN;
  }
  if (unmet.last != 0 && is_watched (w, unmet.last))
    return 0;
  if (unmet.last != 0)
    return mg_work_set (store, conn, w, MG_WAIT, unmet.last, 0, NULL, NULL, err);
  return mg_work_set (store, conn, w, MG_READY, 0, 0, NULL, NULL, err);
}

struct aids {
  int64_t *aid;
  int n, cap;
};

static void
push (struct aids *list, int64_t aid)
{
  if (list->n == list->cap) {
    list->cap = list->cap ? list->cap * 2 : 16;
    list->aid = mg_xreallocarray (list->aid, (size_t) list->cap,
                                  sizeof *list->aid);
  }
  list->aid[list->n++] = aid;
}

#define PAGE 512

/* A page of rows.  It grows: nobody waits for most, and one or two for many. */
struct rows {
  struct mg_work *row;
  int n, cap;
};

static struct mg_work *
next_row (struct rows *rows)
{
  static const struct mg_work empty = MG_WORK_INIT;

  if (rows->n == rows->cap) {
    rows->cap = rows->cap ? rows->cap * 4 : 8;
    rows->row = mg_xreallocarray (rows->row, (size_t) rows->cap,
                                  sizeof *rows->row);
  }
  rows->row[rows->n] = empty;
  return &rows->row[rows->n++];
}

static void
drop_rows (struct rows *rows)
{
  while (rows->n > 0)
    mg_work_release (&rows->row[--rows->n]);
}

/* Looks at all rows that watch one asset. */
static int
wake_one (struct mg_store *store, struct mg_conn *conn, int wsid, int64_t aid,
          struct aids *todo, struct mg_error *err)
{
  struct rows rows = { NULL, 0, 0 };
  int64_t after = 0;
  int n, i, r = 0;

  do {
    sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_WORK_WAITERS, "iii",
                                    (int64_t) wsid, aid, after);

    while ((r = mg_sql_step (conn, st, err)) > 0)
      mg_work_read (st, next_row (&rows));
    n = rows.n;
    for (i = 0; i < n && r >= 0; i++) {
      after = rows.row[i].wid;
      r = judge (store, conn, &rows.row[i], err);
      if (r > 0)
        push (todo, rows.row[i].aid);
    }
    drop_rows (&rows);
  } while (n == PAGE && r >= 0);
  mg_free (rows.row);
  return r < 0 ? r : 0;
}

static int
drain (struct mg_store *store, struct mg_conn *conn, int wsid,
       struct aids *todo, struct mg_error *err)
{
  int r = 0;

  while (todo->n > 0 && r == 0)
    r = wake_one (store, conn, wsid, todo->aid[--todo->n], todo, err);
  mg_free (todo->aid);
  return r;
}

int
mg_work_wake (struct mg_store *store, struct mg_conn *conn, int wsid,
              int64_t aid, struct mg_error *err)
{
  struct aids todo = { NULL, 0, 0 };

  push (&todo, aid);
  return drain (store, conn, wsid, &todo, err);
}

int
mg_work_examine (struct mg_store *store, struct mg_conn *conn,
                 struct mg_work *w, struct mg_error *err)
{
  struct aids todo = { NULL, 0, 0 };
  int r = judge (store, conn, w, err);

  if (r > 0)
    push (&todo, w->aid);
  return r < 0 ? r : drain (store, conn, w->wsid, &todo, err);
}

/* ---- looking at many rows, as operations ---- */

struct sweep_op {
  struct mg_op op;
  int wsid, kid, which;
  int64_t after;
  int more;
};

static int
apply_arrange (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
               struct mg_error *err)
{
  struct sweep_op *sweep = (struct sweep_op *) op;
  struct mg_work *rows = mg_xcalloc (512, sizeof *rows);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_WORK_NEW, "ii",
                                  (int64_t) sweep->wsid, sweep->after);
  int n, i, r;

  for (n = 0; (r = mg_sql_step (conn, st, err)) > 0; n++)
    mg_work_read (st, &rows[n]);
  for (i = 0; i < n && r >= 0; i++) {
    sweep->after = rows[i].wid;
    if (rows[i].state == MG_WAIT)
      r = mg_work_examine (store, conn, &rows[i], err);
  }
  sweep->more = n == 512;
  for (i = 0; i < 512; i++)
    mg_work_release (&rows[i]);
  mg_free (rows);
  return r < 0 ? r : 0;
}

static int
apply_lost (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  struct sweep_op *sweep = (struct sweep_op *) op;
  int64_t aids[512];
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_WORK_WAITING, "ii",
                                  (int64_t) sweep->wsid, sweep->after);
  int n, i, r;

  for (n = 0; (r = mg_sql_step (conn, st, err)) > 0; n++)
    aids[n] = sqlite3_column_int64 (st, 0);
  for (i = 0; i < n && r >= 0; i++) {
    sweep->after = aids[i];
    r = mg_work_wake (store, conn, sweep->wsid, aids[i], err);
  }
  sweep->more = n == 512;
  return r < 0 ? r : 0;
}

static int
sweep (struct mg_store *store, struct sweep_op *op, struct mg_error *err)
{
  int r;

  do
    r = mg_store_do (store, &op->op, err);
  while (r == 0 && op->more);
  return r;
}

int
mg_work_arrange (struct mg_store *store, int wsid, struct mg_error *err)
{
  struct sweep_op op = { .op = { .apply = apply_arrange }, .wsid = wsid };

  return sweep (store, &op, err);
}

int
mg_work_find_lost_wakes (struct mg_store *store, int wsid,
                         struct mg_error *err)
{
  struct sweep_op op = { .op = { .apply = apply_lost }, .wsid = wsid };

  return sweep (store, &op, err);
}

static int
apply_retry (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
             struct mg_error *err)
{
  struct sweep_op *sweep = (struct sweep_op *) op;
  struct mg_work *rows = mg_xcalloc (512, sizeof *rows);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_WORK_BAD, "iii",
                                  (int64_t) sweep->wsid, (int64_t) sweep->kid,
                                  sweep->after);
  int n, i, r;

  for (n = 0; (r = mg_sql_step (conn, st, err)) > 0; n++)
    mg_work_read (st, &rows[n]);
  for (i = 0; i < n && r >= 0; i++) {
    sweep->after = rows[i].wid;
    if (rows[i].state != MG_FAILED || rows[i].op == MG_OP_FETCH
        || rows[i].phase == MG_PHASE_UNDO
        || strcmp (rows[i].code, MG_CODE_CYCLE) == 0    /* planning decides */
        || !(sweep->which & (rows[i].tries > 0 ? MG_RETRY_SENT
                             : MG_RETRY_UNSENT)))
      continue;
    r = mg_work_set (store, conn, &rows[i], MG_WAIT, 0, 0, NULL, NULL, err);
    rows[i].state = MG_WAIT;
    if (r >= 0)
      r = mg_work_examine (store, conn, &rows[i], err);
    /* what this one blocked waits again */
    if (r >= 0 && rows[i].phase == MG_PHASE_MAIN)
      r = mg_work_wake (store, conn, rows[i].wsid, rows[i].aid, err);
  }
  sweep->more = n == 512;
  for (i = 0; i < 512; i++)
    mg_work_release (&rows[i]);
  mg_free (rows);
  return r < 0 ? r : 0;
}

int
mg_work_retry_failed (struct mg_store *store, int wsid, int kid,
                      enum mg_retry which, struct mg_error *err)
{
  struct sweep_op op = { .op = { .apply = apply_retry }, .wsid = wsid,
                         .kid = kid, .which = (int) which };

  return sweep (store, &op, err);
}
