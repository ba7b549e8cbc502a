/* Planning, claiming and finishing work: see work.h.  The apply functions run
 * on the writer thread, inside a transaction. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "store/work-impl.h"

/* ---- planning ---- */

struct plan_op {
  struct mg_op op;
  int wsid, forget;
  struct mg_planned p;
};

static void
free_plan (struct mg_op *op)
{
  struct plan_op *plan = (struct plan_op *) op;

  mg_free ((void *) (uintptr_t) plan->p.code);
  mg_free ((void *) (uintptr_t) plan->p.message);
  mg_free (plan);
}

int
mg_work_may_replan (const struct mg_work *w)
{
  if (w->maybe)
    return 0;                      /* it may be there: its claim stands */
  return w->state == MG_WAIT || w->state == MG_READY || w->state == MG_BLOCKED
         || w->state == MG_SKIPPED
         || (w->state == MG_UNCHANGED && w->op == MG_OP_ADOPT)
         || (w->state == MG_UNCHANGED && w->new_aid == 0)
         || (w->state == MG_FAILED
             && (strcmp (w->code, MG_CODE_UNREAD) == 0
                 || strcmp (w->code, MG_CODE_CYCLE) == 0));
}

/* Who names nobody waits for nobody: that row need not be looked at again. */
static int
judge_planned (struct mg_store *store, struct mg_conn *conn,
               struct mg_planned *p, struct mg_error *err)
{
  sqlite3_stmt *st;
  int r;

  if (p->state != MG_WAIT)
    return 0;
  st = mg_sql_bind (conn, MG_SQL_EDGE_OF, "i", p->aid);
  r = mg_sql_step (conn, st, err);
  if (r == 0) {
    p->state = MG_READY;
    mg_store_stir (store);
  }
  mg_sql_reset (st);
  return r < 0 ? r : 0;
}

/* Planned before, and nothing came of it since: 'plan', then 'import'. */
static int
stands_already (const struct mg_work *old, int64_t prio,
                const struct mg_planned *p)
{
  return old->op == p->op && old->state == p->state && prio == p->prio
         && old->new_aid == p->new_aid && old->provenance == p->provenance
         && old->wait_on == 0 && old->not_before == 0 && !old->has_was
         && strcmp (old->code, p->code ? p->code : "") == 0
         && mg_streq (old->message, p->message);
}

static int
apply_plan (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  struct plan_op *plan = (struct plan_op *) op;
  struct mg_planned *p = &plan->p;
  MG_CLEANUP (mg_work_release) struct mg_work old = MG_WORK_INIT;
  int64_t class_id = MG_WORK_CLASS (p->kid, p->op), prio;
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_WORK_GET, "iii",
                                  (int64_t) plan->wsid, p->aid, (int64_t) 1);
  int r = mg_sql_step (conn, st, err);

  if (r == 0)
    r = judge_planned (store, conn, p, err);
  if (r < 0)
    return r;
  if (r == 0) {
    mg_store_count (store, plan->wsid, p->kid, p->state, 1);
    return mg_sql_run (conn, err, MG_SQL_WORK_INSERT, "iiiiiiiiIiss",
                       (int64_t) plan->wsid, p->aid, (int64_t) p->kid,
                       (int64_t) 1, (int64_t) p->op, class_id, p->prio,
                       (int64_t) p->state, p->new_aid, (int64_t) p->provenance,
                       p->code, p->message);
  }
  mg_work_read (st, &old);
  prio = sqlite3_column_int64 (st, 18);
  mg_sql_reset (st);
  /* nor is what somebody else's was before a change given up for another */
  if (!plan->forget && (!mg_work_may_replan (&old)
                        || (old.has_before && old.new_aid != p->new_aid)))
    return 0;
  r = plan->forget ? 0 : judge_planned (store, conn, p, err);
  if (r < 0 || (!plan->forget && stands_already (&old, prio, p)))
    return r;
  mg_store_count (store, plan->wsid, p->kid, old.state, -1);
  mg_store_count (store, plan->wsid, p->kid, p->state, 1);
  r = mg_sql_run (conn, err, MG_SQL_WORK_REPLACE, "iiiiiIiss", old.wid,
                  (int64_t) p->op, class_id, p->prio, (int64_t) p->state,
                  p->new_aid, (int64_t) p->provenance, p->code, p->message);
  return r < 0 || !plan->forget ? r
         : mg_sql_run (conn, err, MG_SQL_WORK_FORGET, "i", old.wid);
}

static int
post_plan (struct mg_store *store, int wsid, const struct mg_planned *p,
           int forget, struct mg_error *err)
{
  struct plan_op *op = mg_xcalloc (1, sizeof *op);

  op->op.apply = apply_plan;
  op->op.free = free_plan;
  op->wsid = wsid;
  op->p = *p;
  op->p.code = mg_xstrdup (p->code);
  op->p.message = mg_xstrdup (p->message);
  op->forget = forget;
  return mg_store_post (store, &op->op, err);
}

int
mg_work_plan (struct mg_store *store, int wsid, const struct mg_planned *p,
              struct mg_error *err)
{
  return post_plan (store, wsid, p, 0, err);
}

int
mg_work_forget (struct mg_store *store, int wsid, const struct mg_planned *p,
                struct mg_error *err)
{
  return post_plan (store, wsid, p, 1, err);
}

/* ---- claiming ---- */

struct claim_op {
  struct mg_op op;
  struct mg_claim *claim;
};

static int
is_busy (const struct mg_claim *c, int64_t wid)
{
  int i;

  for (i = 0; i < c->n_busy; i++)
    if (c->busy[i] == wid)
      return 1;
  return 0;
}

static int
apply_claim (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
             struct mg_error *err)
{
  struct mg_claim *c = ((struct claim_op *) op)->claim;
  sqlite3_stmt *st;
  int i, r = 0;

  c->n_rows = 0;
  st = mg_sql_bind (conn, MG_SQL_WORK_READY, "iii", (int64_t) c->wsid,
                    c->class_id, (int64_t) (c->max + c->n_busy));
  while (c->n_rows < c->max && (r = mg_sql_step (conn, st, err)) > 0)
    if (!is_busy (c, sqlite3_column_int64 (st, 0)))
      mg_work_read (st, &c->rows[c->n_rows++]);
  mg_sql_reset (st);
  if (r < 0)
    return r;
  for (i = 0; c->durable && i < c->n_rows; i++) {
    struct mg_work *w = &c->rows[i];
    int64_t now = mg_clock_wall_us ();

    r = mg_sql_run (conn, err, MG_SQL_WORK_CLAIM, "ii", w->wid, now);
    if (r < 0)
      return r;
    if (w->phase == MG_PHASE_MAIN) {
      mg_store_count (store, w->wsid, w->kid, w->state, -1);
      mg_store_count (store, w->wsid, w->kid, MG_SENT, 1);
    }
    w->state = MG_SENT;
    w->tries++;
    if (w->sent_at == 0)
      w->sent_at = now;
  }
  return 0;
}

int
mg_work_claim (struct mg_store *store, struct mg_claim *claim,
               struct mg_error *err)
{
  struct claim_op op = { .op = { .apply = apply_claim }, .claim = claim };

  return mg_store_do (store, &op.op, err);
}

/* ---- finishing ---- */

struct result_op {
  struct mg_op op;
  struct mg_result *result;
};

struct mg_result *
mg_result_new (int64_t wid, int state)
{
  struct mg_result *r = mg_xcalloc (1, sizeof *r);

  r->wid = wid;
  r->state = state;
  mg_put_init (&r->put);
  return r;
}

void
mg_result_say (struct mg_result *result, const char *code, const char *message)
{
  snprintf (result->code, sizeof result->code, "%s", code ? code : "");
  mg_free (result->message);
  result->message = mg_xstrdup (message);
}

void
mg_result_free (struct mg_result *r)
{
  if (r == NULL)
    return;
  mg_put_done (&r->put);
  mg_free (r->message);
  mg_free (r);
}

static void
free_result (struct mg_op *op)
{
  mg_result_free (((struct result_op *) op)->result);
  mg_free (op);
}

/* The second phase of an asset whose create could not say everything. */
static int
add_finish (struct mg_store *store, struct mg_conn *conn,
            const struct mg_work *w, int64_t new_aid, struct mg_error *err)
{
  struct mg_work row = *w;
  int r;

  r = mg_sql_run (conn, err, MG_SQL_WORK_INSERT, "iiiiiiiiIinn",
                  (int64_t) w->wsid, w->aid, (int64_t) w->kid,
                  (int64_t) MG_PHASE_FINISH, (int64_t) MG_OP_UPDATE,
                  MG_WORK_CLASS (w->kid, MG_OP_UPDATE), (int64_t) 0,
                  (int64_t) MG_WAIT, new_aid, (int64_t) MG_NOBODYS);
  if (r < 0)
    return r;
  row.wid = sqlite3_last_insert_rowid (conn->db);
  row.phase = MG_PHASE_FINISH;
  row.state = MG_WAIT;
  row.message = NULL;
  return mg_work_examine (store, conn, &row, err);
}

static int
finish_row (struct mg_store *store, struct mg_conn *conn,
            const struct mg_work *w, struct mg_result *res, int64_t new_aid,
            struct mg_error *err)
{
  int r;

  if (w->phase == MG_PHASE_MAIN && res->state != w->state) {
    mg_store_count (store, w->wsid, w->kid, w->state, -1);
    mg_store_count (store, w->wsid, w->kid, res->state, 1);
  }
  r = mg_sql_run (conn, err, MG_SQL_WORK_DONE, "iiIibss", w->wid,
                  (int64_t) res->state, new_aid,
                  (int64_t) (res->provenance ? res->provenance : w->provenance),
                  res->has_sha ? res->sent_sha : NULL, sizeof res->sent_sha,
                  res->code[0] ? res->code : NULL, res->message);
  return r;
}

/* The second phase of what was undone: a new import decides anew. */
static int
drop_finish (struct mg_conn *conn, const struct mg_work *undo,
             struct mg_error *err)
{
  int64_t wid = 0;
  int r = mg_sql_int (conn, err, &wid, MG_SQL_WORK_GET, "iii",
                      (int64_t) undo->wsid, undo->aid,
                      (int64_t) MG_PHASE_FINISH);

  return r > 0 ? mg_sql_run (conn, err, MG_SQL_WORK_DELETE, "i", wid) : r;
}

static int
unmap (struct mg_store *store, struct mg_conn *conn, const struct mg_work *undo,
       struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work main_row = MG_WORK_INIT;
  int r = mg_work_main (conn, undo->wsid, undo->aid, &main_row, err);

  if (r <= 0)
    return r;
  mg_store_count (store, undo->wsid, undo->kid, main_row.state, -1);
  mg_store_count (store, undo->wsid, undo->kid, MG_SKIPPED, 1);
  r = drop_finish (conn, undo, err);
  if (r == 0 && undo->op == MG_OP_DELETE)
    r = mg_sql_run (conn, err, MG_SQL_ASSET_GONE, "ii", main_row.new_aid,
                    (int64_t) 1);
  if (r < 0)
    return r;
  return undo->op == MG_OP_DELETE
         ? mg_sql_run (conn, err, MG_SQL_WORK_UNMAP, "issi", main_row.wid,
                       "undone", "removed by undo", (int64_t) MG_NOBODYS)
         /* somebody else's: it is there, as it was */
         : mg_sql_run (conn, err, MG_SQL_WORK_UNMAP, "issi", main_row.wid,
                       "undone", "put back by undo", (int64_t) MG_ADOPTED);
}

/* Nothing is decided yet, or it is to be sent. */
static int
put_off (struct mg_store *store, struct mg_conn *conn, const struct mg_work *w,
         const struct mg_result *res, struct mg_error *err)
{
  int r = mg_work_set (store, conn, w, res->state, res->wait_on,
                       res->not_before, res->code[0] ? res->code : NULL,
                       res->message, err);

  if (r >= 0 && res->maybe)
    r = mg_sql_run (conn, err, MG_SQL_WORK_MAYBE, "i", w->wid);
  if (r >= 0 && res->anew)
    r = mg_sql_run (conn, err, MG_SQL_WORK_SENT_ANEW, "i", w->wid);
  return r;
}

/* The row itself, and the row that follows it. */
static int
settle_row (struct mg_store *store, struct mg_conn *conn,
            const struct mg_work *w, struct mg_result *res, int64_t new_aid,
            struct mg_error *err)
{
  int r;

  if (res->state == MG_DOUBT || res->state == MG_PARKED
      || res->state == MG_READY || res->state == MG_BLOCKED)
    return put_off (store, conn, w, res, err);
  r = finish_row (store, conn, w, res, new_aid, err);
  if (r == 0 && w->phase == MG_PHASE_FINISH && res->state == MG_DONE)
    r = mg_sql_run (conn, err, MG_SQL_WORK_FINISHED, "ii", (int64_t) w->wsid,
                    w->aid);
  if (r == 0 && res->surely_not)
    r = mg_sql_run (conn, err, MG_SQL_WORK_NEVER, "i", w->wid);
  if (r == 0 && res->finish)
    r = add_finish (store, conn, w, new_aid, err);
  if (r == 0 && res->gone)
    r = unmap (store, conn, w, err);
  return r;
}

static int
apply_result (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
              struct mg_error *err)
{
  struct mg_result *res = ((struct result_op *) op)->result;
  MG_CLEANUP (mg_work_release) struct mg_work w = MG_WORK_INIT;
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_WORK_BY_ID, "i", res->wid);
  int64_t new_aid;
  int r = mg_sql_step (conn, st, err);

  if (r <= 0)
    return r;
  mg_work_read (st, &w);
  mg_sql_reset (st);
  new_aid = res->new_aid ? res->new_aid : w.new_aid;
  r = 0;
  if (res->has_put)
    r = mg_put_apply (store, conn, w.wsid, 0, &res->put, &new_aid, err);
  if (r == 0)
    r = settle_row (store, conn, &w, res, new_aid, err);
  if (r == 0 && res->damaged)
    r = mg_sql_run (conn, err, MG_SQL_ASSET_DISTRUST, "i", w.aid);
  if (r == 0 && w.phase == MG_PHASE_MAIN && res->state >= MG_DONE)
    r = mg_work_wake (store, conn, w.wsid, w.aid, err);
  return r;
}

int
mg_result_post (struct mg_store *store, struct mg_result *result,
                struct mg_error *err)
{
  struct result_op *op = mg_xcalloc (1, sizeof *op);

  op->op.apply = apply_result;
  op->op.free = free_result;
  op->op.size = result->put.packed.cap;
  op->result = result;
  return mg_store_post (store, &op->op, err);
}

/* ---- claims that a run left behind ---- */

struct reopen_op {
  struct mg_op op;
  int wsid, kid, state, n_wids, more;
  const int64_t *wids;
  int64_t not_before, after;
};

static int
reopen_rows (struct mg_store *store, struct mg_conn *conn,
             struct reopen_op *re, sqlite3_stmt *st, struct mg_error *err)
{
  struct mg_work *rows = mg_xcalloc (512, sizeof *rows);
  int n, i, r;

  for (n = 0; (r = mg_sql_step (conn, st, err)) > 0; n++)
    mg_work_read (st, &rows[n]);
  for (i = 0; i < n && r >= 0; i++) {
    re->after = rows[i].wid;
    if (rows[i].state != MG_SENT || (re->kid != 0 && rows[i].kid != re->kid))
      continue;
    r = mg_work_set (store, conn, &rows[i], re->state, 0, re->not_before,
                     re->state == MG_DOUBT ? "uncertain" : NULL,
                     re->state == MG_DOUBT ? "sent, and no reply seen" : NULL,
                     err);
    if (r >= 0 && re->wids == NULL)
      r = mg_sql_run (conn, err, MG_SQL_WORK_MAYBE, "i", rows[i].wid);
    if (r >= 0)                    /* most claims were never sent */
      r = mg_sql_run (conn, err, MG_SQL_WORK_UNCOUNT, "i", rows[i].wid);
  }
  re->more = n == 512;
  for (i = 0; i < 512; i++)
    mg_work_release (&rows[i]);
  mg_free (rows);
  return r < 0 ? r : 0;
}

static int
apply_reopen (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
              struct mg_error *err)
{
  struct reopen_op *re = (struct reopen_op *) op;
  int i, r = 0;

  if (re->wids == NULL)
    return reopen_rows (store, conn, re,
                        mg_sql_bind (conn, MG_SQL_WORK_SENT, "ii",
                                     (int64_t) re->wsid, re->after), err);
  for (i = 0; i < re->n_wids && r == 0; i++)
    r = reopen_rows (store, conn, re,
                     mg_sql_bind (conn, MG_SQL_WORK_BY_ID, "i", re->wids[i]),
                     err);
  re->more = 0;
  return r;
}

int
mg_work_reopen (struct mg_store *store, int wsid, int kid, const int64_t *wids,
                int n_wids, int state, int64_t not_before,
                struct mg_error *err)
{
  struct reopen_op op = { .op = { .apply = apply_reopen }, .wsid = wsid,
                          .kid = kid, .wids = wids, .n_wids = n_wids, .state = state,
                          .not_before = not_before };
  int r;

  do
    r = mg_store_do (store, &op.op, err);
  while (r == 0 && op.more);
  return r;
}

/* ---- details that could not be read ---- */

struct fetch_op {
  struct mg_op op;
  int64_t aid;
  int wsid, kid, state;
  char *code, *message;
};

static int
apply_fetch (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
             struct mg_error *err)
{
  struct fetch_op *f = (struct fetch_op *) op;
  MG_CLEANUP (mg_work_release) struct mg_work old = MG_WORK_INIT;
  int r = mg_work_main (conn, f->wsid, f->aid, &old, err);

  if (r > 0)
    return mg_work_set (store, conn, &old, f->state, 0, 0, f->code, f->message,
                        err);
  if (r < 0 || f->state != MG_FAILED)
    return r;
  mg_store_count (store, f->wsid, f->kid, f->state, 1);
  return mg_sql_run (conn, err, MG_SQL_WORK_INSERT, "iiiiiiiiniss",
                     (int64_t) f->wsid, f->aid, (int64_t) f->kid, (int64_t) 1,
                     (int64_t) MG_OP_FETCH, MG_WORK_CLASS (f->kid, MG_OP_FETCH),
                     (int64_t) 0, (int64_t) f->state, (int64_t) 0, f->code,
                     f->message);
}

static void
free_fetch (struct mg_op *op)
{
  struct fetch_op *f = (struct fetch_op *) op;

  mg_free (f->code);
  mg_free (f->message);
  mg_free (f);
}

int
mg_work_fetched (struct mg_store *store, int wsid, int64_t aid, int kid,
                 int state, const char *code, const char *message,
                 struct mg_error *err)
{
  struct fetch_op *f = mg_xcalloc (1, sizeof *f);

  f->op.apply = apply_fetch;
  f->op.free = free_fetch;
  f->wsid = wsid;
  f->aid = aid;
  f->kid = kid;
  f->state = state;
  f->code = mg_xstrdup (code);
  f->message = mg_xstrdup (message);
  return mg_store_post (store, &f->op, err);
}
