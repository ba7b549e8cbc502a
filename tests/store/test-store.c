/* The session file from the outside of core/store. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "mg-test.h"
#include "store/work.h"

#define KID 7

/* A folder of this test's own. */
static const char *
fresh (void)
{
  static char folder[1024];
  static int n;

  snprintf (folder, sizeof folder, "%s/%d", mg_test_tmpdir (), ++n);
  return folder;
}

static struct mg_store *
open_store (const char *folder)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_store *store = NULL;

  is_int (mg_store_open (folder, 1, &store, &err), 0);
  return store;
}

/* One asset of the source with this id, needing those in 'needs'. */
static int64_t
add_asset (struct mg_store *store, const char *id, const int64_t *needs,
           int n_needs)
{
  struct mg_put_op *op = mg_put_op_new (MG_SOURCE_WSID, 1);
  struct mg_put *put = mg_put_op_add (op);
  struct mg_edges_op *edges = mg_xcalloc (1, sizeof *edges);
  MG_CLEANUP (mg_asset_done) struct mg_asset a = MG_ASSET_INIT;
  struct mg_packer packer;

  mg_packer_init (&packer, mg_store_blobs (store), NULL);
  put->kid = KID;
  put->src_id = mg_xstrdup (id);
  put->key = mg_xstrdup (id);
  mg_put_alias (put, "t.id", id);
  is_int (mg_pack (&packer, id, strlen (id), 0, &put->packed, put->sha, NULL), 0);
  is_int (mg_store_post (store, &op->op, NULL), 0);
  is_int (mg_store_flush (store, NULL), 0);
  is_int (mg_asset_by_src (store, &packer, MG_SOURCE_WSID, KID, id, &a, NULL), 1);
  is_str (mg_buf_text (&a.body), id);
  edges->aid = a.aid;
  edges->dst = mg_xmemdup (needs, (size_t) n_needs * sizeof *needs);
  edges->n_dst = n_needs;
  is_int (mg_edges_post (store, edges, NULL), 0);
  mg_packer_done (&packer);
  return a.aid;
}

/* The asset 'x' with two names and a body that has changed. */
static void
put_names (struct mg_store *store, const char *one, const char *two)
{
  struct mg_put_op *op = mg_put_op_new (MG_SOURCE_WSID, 1);
  struct mg_put *put = mg_put_op_add (op);
  struct mg_packer packer;
  static int n;
  MG_CLEANUP_FREE char *body = mg_xasprintf ("{\"n\":%d}", ++n);

  mg_packer_init (&packer, mg_store_blobs (store), NULL);
  put->kid = KID;
  put->src_id = mg_xstrdup ("x");
  put->key = mg_xstrdup ("x");
  mg_put_alias (put, "t.id", one);
  mg_put_alias (put, "t.id", two);
  is_int (mg_pack (&packer, body, strlen (body), 0, &put->packed, put->sha, NULL), 0);
  mg_packer_done (&packer);
  is_int (mg_store_post (store, &op->op, NULL), 0);
  is_int (mg_store_flush (store, NULL), 0);
}

static int
n_named (struct mg_store *store, const char *name)
{
  int64_t aids[4];

  return mg_alias_find (store, MG_SOURCE_WSID, "t.id", name, aids, 4, NULL);
}

MG_TEST (names_are_those_of_the_last_time)
{
  struct mg_store *store = open_store (fresh ());

  put_names (store, "a", "b");
  put_names (store, "a", "b");
  is_int (n_named (store, "a"), 1);
  is_int (n_named (store, "b"), 1);
  put_names (store, "a", "c");
  is_int (n_named (store, "b"), 0);
  is_int (n_named (store, "c"), 1);
  put_names (store, "a", "a");
  is_int (n_named (store, "a"), 1);
  is_int (n_named (store, "c"), 0);
  put_names (store, "a", "d");
  is_int (n_named (store, "d"), 1);
  mg_store_close (store);
}

static void
plan (struct mg_store *store, int64_t aid)
{
  struct mg_planned p = { .aid = aid, .kid = KID, .op = MG_OP_CREATE,
                          .state = MG_WAIT };

  is_int (mg_work_plan (store, 1, &p, NULL), 0);
}

static int
state_of (struct mg_store *store, int64_t aid)
{
  MG_CLEANUP (mg_work_release) struct mg_work w = MG_WORK_INIT;

  return mg_work_get (store, 1, aid, MG_PHASE_MAIN, &w, NULL) > 0 ? w.state : -1;
}

static int64_t
wid_of (struct mg_store *store, int64_t aid)
{
  MG_CLEANUP (mg_work_release) struct mg_work w = MG_WORK_INIT;

  mg_work_get (store, 1, aid, MG_PHASE_MAIN, &w, NULL);
  return w.wid;
}

static void
finish (struct mg_store *store, int64_t aid, int state, const char *new_id)
{
  struct mg_result *res = mg_result_new (wid_of (store, aid), state);

  if (new_id != NULL) {
    res->has_put = 1;
    res->put.kid = KID;
    res->put.src_id = mg_xstrdup (new_id);
    res->put.origin = MG_ORIGIN_CREATED;
    mg_buf_add_str (&res->put.packed, "r");
    res->provenance = MG_CREATED;
  }
  is_int (mg_result_post (store, res, NULL), 0);
  is_int (mg_store_flush (store, NULL), 0);
}

MG_TEST (waiters_become_ready_when_what_they_watch_is_done)
{
  struct mg_store *store = open_store (fresh ());
  int64_t a = add_asset (store, "a", NULL, 0);
  int64_t b = add_asset (store, "b", &a, 1);

  plan (store, a);
  plan (store, b);
  is_int (mg_store_flush (store, NULL), 0);
  is_int (state_of (store, a), MG_READY);          /* it names nobody */
  is_int (mg_work_arrange (store, 1, NULL), 0);
  is_int (state_of (store, b), MG_WAIT);
  finish (store, a, MG_DONE, "new-a");
  is_int (state_of (store, b), MG_READY);
  mg_store_close (store);
}

MG_TEST (a_failure_blocks_all_behind_it_and_a_cure_frees_them)
{
  struct mg_store *store = open_store (fresh ());
  int64_t a = add_asset (store, "a", NULL, 0);
  int64_t b = add_asset (store, "b", &a, 1);
  int64_t c = add_asset (store, "c", &b, 1);

  plan (store, a);
  plan (store, b);
  plan (store, c);
  is_int (mg_work_arrange (store, 1, NULL), 0);
  finish (store, a, MG_FAILED, NULL);
  is_int (state_of (store, b), MG_BLOCKED);
  is_int (state_of (store, c), MG_BLOCKED);
  is_int (mg_work_retry_failed (store, 1, KID, MG_RETRY_ALL, NULL), 0);
  is_int (state_of (store, a), MG_READY);
  finish (store, a, MG_DONE, "new-a");
  is_int (state_of (store, b), MG_READY);
  finish (store, b, MG_DONE, "new-b");
  is_int (state_of (store, c), MG_READY);
  mg_store_close (store);
}

/* It watches one of them at a time; the other ends unwatched. */
MG_TEST (all_that_is_needed_is_waited_for_in_whatever_order_it_ends)
{
  int last;

  for (last = 0; last < 2; last++) {
    struct mg_store *store = open_store (fresh ());
    int64_t needs[2], c;

    needs[0] = add_asset (store, "a", NULL, 0);
    needs[1] = add_asset (store, "b", NULL, 0);
    c = add_asset (store, "c", needs, 2);
    plan (store, needs[0]);
    plan (store, needs[1]);
    plan (store, c);
    is_int (mg_work_arrange (store, 1, NULL), 0);
    finish (store, needs[!last], MG_DONE, "new-1");
    is_int (state_of (store, c), MG_WAIT);
    finish (store, needs[last], MG_DONE, "new-2");
    is_int (state_of (store, c), MG_READY);
    mg_store_close (store);
  }
}

MG_TEST (what_was_there_already_wakes_like_what_was_made)
{
  struct mg_store *store = open_store (fresh ());
  int64_t a = add_asset (store, "a", NULL, 0);
  int64_t b = add_asset (store, "b", &a, 1);

  plan (store, a);
  plan (store, b);
  is_int (mg_work_arrange (store, 1, NULL), 0);
  finish (store, a, MG_UNCHANGED, "its-a");
  is_int (state_of (store, b), MG_READY);
  mg_store_close (store);
}

MG_TEST (a_claim_of_a_create_is_durable_before_it_is_handed_out)
{
  struct mg_store *store = open_store (fresh ());
  struct mg_claim claim = { .wsid = 1, .durable = 1, .max = 32,
                            .class_id = MG_WORK_CLASS (KID, MG_OP_CREATE) };
  int64_t a = add_asset (store, "a", NULL, 0);

  plan (store, a);
  is_int (mg_work_arrange (store, 1, NULL), 0);
  is_int (mg_work_claim (store, &claim, NULL), 0);
  is_int (claim.n_rows, 1);
  is_int (state_of (store, a), MG_SENT);
  is_int (mg_work_claim (store, &claim, NULL), 0);
  is_int (claim.n_rows, 0);
  mg_store_close (store);
}

MG_TEST (a_sent_row_is_not_planned_anew)
{
  struct mg_store *store = open_store (fresh ());
  struct mg_claim claim = { .wsid = 1, .durable = 1, .max = 32,
                            .class_id = MG_WORK_CLASS (KID, MG_OP_CREATE) };
  int64_t a = add_asset (store, "a", NULL, 0);

  plan (store, a);
  is_int (mg_work_arrange (store, 1, NULL), 0);
  is_int (mg_work_claim (store, &claim, NULL), 0);
  plan (store, a);
  is_int (mg_store_flush (store, NULL), 0);
  is_int (state_of (store, a), MG_SENT);
  is_int (mg_work_reopen (store, 1, 0, NULL, 0, MG_DOUBT, 5, NULL), 0);
  is_int (state_of (store, a), MG_DOUBT);
  mg_store_close (store);
}

MG_TEST (counters_follow_states)
{
  struct mg_store *store = open_store (fresh ());
  int64_t counts[MG_N_STATES], assets;
  int64_t a = add_asset (store, "a", NULL, 0);

  plan (store, a);
  is_int (mg_work_arrange (store, 1, NULL), 0);
  finish (store, a, MG_DONE, "new-a");
  is_int (mg_counters_get (store, 1, KID, counts, &assets, NULL), 0);
  is_int ((int) counts[MG_DONE], 1);
  is_int ((int) counts[MG_READY], 0);
  is_int ((int) counts[MG_WAIT], 0);
  is_int ((int) assets, 1);
  mg_store_close (store);
}

MG_TEST (an_undo_that_was_cut_off_is_forgotten)
{
  struct mg_store *store = open_store (fresh ());
  int64_t a = add_asset (store, "a", NULL, 0);
  MG_CLEANUP (mg_work_release) struct mg_work row = MG_WORK_INIT;
  MG_CLEANUP (mg_work_release) struct mg_work left = MG_WORK_INIT;

  plan (store, a);
  is_int (mg_work_arrange (store, 1, NULL), 0);
  finish (store, a, MG_DONE, "new-a");
  is_int (mg_work_get (store, 1, a, MG_PHASE_MAIN, &row, NULL), 1);
  is_int (mg_work_plan_undo (store, &row, MG_OP_DELETE, NULL), 0);
  is_int (mg_store_flush (store, NULL), 0);
  is_int (mg_work_get (store, 1, a, MG_PHASE_UNDO, &left, NULL), 1);
  is_int (mg_work_clear_undo (store, 1, NULL), 0);
  is_int (mg_work_get (store, 1, a, MG_PHASE_UNDO, &left, NULL), 0);
  is_int (state_of (store, a), MG_DONE);
  mg_store_close (store);
}

/* One asset of the target, seen by this listing. */
static void
see (struct mg_store *store, int64_t sid)
{
  struct mg_put_op *op = mg_put_op_new (1, sid);
  struct mg_put *put = mg_put_op_add (op);

  put->kid = KID;
  put->src_id = mg_xstrdup ("t");
  put->key = mg_xstrdup ("t");
  mg_buf_add_str (&put->packed, "r");
  is_int (mg_store_post (store, &op->op, NULL), 0);
  is_int (mg_store_flush (store, NULL), 0);
}

MG_TEST (what_a_baseline_sees_late_is_in_it)
{
  struct mg_store *store = open_store (fresh ());
  MG_CLEANUP (mg_asset_done) struct mg_asset a = MG_ASSET_INIT;

  see (store, 5);
  see (store, 2);
  see (store, 0);
  is_int (mg_asset_by_src (store, NULL, 1, KID, "t", &a, NULL), 1);
  is_int (a.first_sid, 2);
  is_int (a.seen_sid, 5);
  mg_store_close (store);
}

MG_TEST (what_was_committed_is_there_after_reopening)
{
  char folder[1024];
  struct mg_store *store;
  int64_t a;

  snprintf (folder, sizeof folder, "%s", fresh ());
  store = open_store (folder);
  a = add_asset (store, "a", NULL, 0);
  plan (store, a);
  is_int (mg_work_arrange (store, 1, NULL), 0);
  mg_store_close (store);
  store = open_store (folder);
  is_int (state_of (store, a), MG_READY);
  mg_store_close (store);
}

MG_TEST (large_bodies_are_files_and_come_back)
{
  struct mg_store *store = open_store (fresh ());
  size_t len = 700000, i;
  char *body = mg_xmalloc (len);
  struct mg_buf packed = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_buf back = MG_BUF_INIT (MG_MAX_ELEMENT);
  unsigned char sha[MG_DIGEST_LEN];
  struct mg_packer packer;

  for (i = 0; i < len; i++)
    body[i] = (char) (i * 2654435761u >> 13);
  mg_packer_init (&packer, mg_store_blobs (store), NULL);
  is_int (mg_pack (&packer, body, len, 0, &packed, sha, NULL), 0);
  ok (packed.len < 100);
  is_int (mg_unpack (&packer, packed.data, packed.len, &back, NULL), 0);
  ok (back.len == len && memcmp (back.data, body, len) == 0);
  mg_packer_done (&packer);
  mg_buf_done (&packed);
  mg_buf_done (&back);
  mg_free (body);
  mg_store_close (store);
}

MG_TEST (secrets_are_sealed_and_need_the_key)
{
  static const unsigned char key[MG_SEAL_KEY_LEN] = "0123456789abcdef";
  static const unsigned char other[MG_SEAL_KEY_LEN] = "another key";
  static const char secret[] = "hunter2-hunter2";
  struct mg_buf packed = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_buf back = MG_BUF_INIT (MG_MAX_ELEMENT);
  unsigned char sha[MG_DIGEST_LEN];
  struct mg_error err = MG_ERROR_INIT;
  struct mg_packer packer;

  mg_packer_init (&packer, "/nonexistent", NULL);
  is_int (mg_pack (&packer, secret, sizeof secret, 1, &packed, sha, &err),
          MG_E_AUTH);
  is_str (err.id, "no-key");
  packer.key = key;
  is_int (mg_pack (&packer, secret, sizeof secret, 1, &packed, sha, &err), 0);
  ok (memmem (packed.data, packed.len, "hunter2", 7) == NULL);
  is_int (mg_unpack (&packer, packed.data, packed.len, &back, &err), 0);
  is_str (mg_buf_text (&back), secret);
  packer.key = other;
  mg_buf_reset (&back);
  is_int (mg_unpack (&packer, packed.data, packed.len, &back, &err), MG_E_AUTH);
  mg_packer_done (&packer);
  mg_buf_done (&packed);
  mg_buf_done (&back);
}

static void
script (const char *folder, const char *sql)
{
  struct mg_conn conn;
  char path[1200];

  snprintf (path, sizeof path, "%s/session.db", folder);
  is_int (mg_conn_open (&conn, path, SQLITE_OPEN_READWRITE, 100, NULL), 0);
  is_int (mg_conn_script (&conn, sql, NULL), 0);
  mg_conn_done (&conn);
}

MG_TEST (a_newer_session_is_refused)
{
  char folder[1024];
  struct mg_store *store;
  struct mg_error err = MG_ERROR_INIT;

  snprintf (folder, sizeof folder, "%s", fresh ());
  mg_store_close (open_store (folder));
  script (folder, "PRAGMA user_version = 99");
  is_int (mg_store_open (folder, 0, &store, &err), MG_E_MISMATCH);
  is_str (err.id, "session-newer");
}

MG_TEST (a_foreign_database_is_refused)
{
  char folder[1024];
  struct mg_store *store;
  struct mg_error err = MG_ERROR_INIT;

  snprintf (folder, sizeof folder, "%s", fresh ());
  mg_store_close (open_store (folder));
  script (folder, "PRAGMA application_id = 5");
  is_int (mg_store_open (folder, 0, &store, &err), MG_E_STORE);
  is_str (err.id, "session-corrupt");
}

MG_TEST (a_damaged_file_is_refused)
{
  char folder[1024], path[1200];
  struct mg_store *store;
  struct mg_error err = MG_ERROR_INIT;
  char noise[8192];

  snprintf (folder, sizeof folder, "%s", fresh ());
  snprintf (path, sizeof path, "%s/session.db", folder);
  memset (noise, 'x', sizeof noise);
  is_int (mg_file_mkdirs (folder, 0700, &err), 0);
  is_int (mg_file_write (path, noise, sizeof noise, 0600, &err), 0);
  is_int (mg_store_open (folder, 0, &store, &err), MG_E_STORE);
  is_str (err.id, "session-corrupt");
}

MG_TEST (an_absent_session_is_named)
{
  struct mg_store *store;
  struct mg_error err = MG_ERROR_INIT;

  is_int (mg_store_open ("/nonexistent/session", 0, &store, &err),
          MG_E_NOT_FOUND);
  is_str (err.id, "no-session");
}

struct bad_op { struct mg_op op; };

static int
apply_full (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  (void) store, (void) conn, (void) op;
  return mg_error_set (err, MG_E_IO, "disk-full", "no space left");
}

MG_TEST (after_a_write_that_failed_nothing_is_written_any_more)
{
  struct mg_store *store = open_store (fresh ());
  struct mg_op bad = { .apply = apply_full };
  struct mg_error err = MG_ERROR_INIT;

  is_int (mg_store_do (store, &bad, &err), MG_E_IO);
  is_str (err.id, "disk-full");
  mg_error_clear (&err);
  is_int (mg_store_flush (store, &err), MG_E_IO);
  is_str (err.id, "disk-full");
  is_int (mg_store_check (store, NULL), MG_E_IO);
  mg_store_close (store);
}

/* Stores half of what it should, and fails. */
static int
apply_half (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  struct mg_put put;
  int64_t aid = 0;

  mg_put_init (&put);
  put.kid = KID;
  put.src_id = mg_xstrdup ("half");
  put.key = mg_xstrdup ("half");
  mg_buf_add_str (&put.packed, "r");
  is_int (mg_put_apply (store, conn, 1, 1, &put, &aid, err), 0);
  mg_put_done (&put);
  return apply_full (store, conn, op, err);
}

MG_TEST (what_failed_leaves_nothing_and_nothing_comes_after_it)
{
  char folder[1024];
  struct mg_store *store;
  MG_CLEANUP (mg_asset_done) struct mg_asset a = MG_ASSET_INIT;
  struct mg_op half = { .apply = apply_half };
  struct mg_put_op *op = mg_put_op_new (1, 1);
  struct mg_put *put = mg_put_op_add (op);

  put->kid = KID;
  put->src_id = mg_xstrdup ("later");
  put->key = mg_xstrdup ("later");
  mg_buf_add_str (&put->packed, "r");
  snprintf (folder, sizeof folder, "%s", fresh ());
  store = open_store (folder);
  is_int (mg_store_do (store, &half, NULL), MG_E_IO);
  mg_store_post (store, &op->op, NULL);
  mg_store_close (store);
  store = open_store (folder);
  is_int (mg_asset_by_src (store, NULL, 1, KID, "half", &a, NULL), 0);
  is_int (mg_asset_by_src (store, NULL, 1, KID, "later", &a, NULL), 0);
  mg_store_close (store);
}

static int is_vetoed;

static int
veto (void *opaque)
{
  (void) opaque;
  return is_vetoed;
}

static int
apply_hook (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  (void) store, (void) op, (void) err;
  sqlite3_commit_hook (conn->db, veto, NULL);
  return 0;
}

MG_TEST (what_cannot_be_committed_is_not_handed_out)
{
  struct mg_store *store = open_store (fresh ());
  struct mg_op hook = { .apply = apply_hook };
  struct mg_claim claim = { .wsid = 1, .durable = 1, .max = 32,
                            .class_id = MG_WORK_CLASS (KID, MG_OP_CREATE) };
  int64_t a = add_asset (store, "a", NULL, 0);

  plan (store, a);
  is_int (mg_work_arrange (store, 1, NULL), 0);
  is_vetoed = 0;
  is_int (mg_store_do (store, &hook, NULL), 0);
  is_vetoed = 1;
  ok (mg_work_claim (store, &claim, NULL) < 0);
  is_int (state_of (store, a), MG_READY);
  mg_store_close (store);
}

static int
apply_ask_synchronous (struct mg_store *store, struct mg_conn *conn,
                       struct mg_op *op, struct mg_error *err)
{
  sqlite3_stmt *st = NULL;

  (void) store, (void) err;
  sqlite3_prepare_v2 (conn->db, "PRAGMA synchronous", -1, &st, NULL);
  op->size = sqlite3_step (st) == SQLITE_ROW
             ? (size_t) sqlite3_column_int (st, 0) : 0;
  sqlite3_finalize (st);
  return 0;
}

/* In WAL mode anything less leaves the last commits to the power supply. */
MG_TEST (a_commit_is_synced)
{
  struct mg_store *store = open_store (fresh ());
  struct mg_op ask = { .apply = apply_ask_synchronous };

  is_int (mg_store_do (store, &ask, NULL), 0);
  is_int (ask.size, 2);
  mg_store_close (store);
}
