/* The session's writer thread and readers: see store.h.
 *
 * 'lock' guards the queue, the flags and the error; the writer's connection is
 * used by its thread alone; each reader has a lock of its own. */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/thread.h"
#include "store/schema.h"
#include "store/store.h"

#define N_READERS 2
#define WRITER_CACHE_KIB 8192
#define READER_CACHE_KIB 1024
#define MAX_DELTAS 256
#define PAGE_SIZE_OF_WAL 4096

struct delta {
  int wsid, kid, state;
  int64_t change;
};

struct mg_store {
  char *folder, *blobs;
  struct mg_conn writer;
  struct mg_conn readers[N_READERS];
  struct mg_mutex reader_lock;
  struct mg_cond reader_free;
  int reader_busy[N_READERS];

  struct mg_mutex lock;
  struct mg_cond work, done, room;
  struct mg_op *head, **tail;
  int n_queued, n_waiting, stopping;
  size_t n_bytes;                  /* held by what is queued or being written */
  struct mg_error broken;
  struct mg_thread thread;

  void (*hook) (void *opaque);
  void *hook_opaque;
  int hooking;                     /* the writer may be inside of the hook */
  int stirred;                     /* the writer's own */
  struct delta deltas[MAX_DELTAS];
  int n_deltas;
  struct mg_error uncounted;
  unsigned char key[MG_SEAL_KEY_LEN];
  int has_key;
};

static const char writer_pragmas[] =
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
  "PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY;"
  "PRAGMA foreign_keys = OFF;";

static int
flush_deltas (struct mg_store *s, struct mg_error *err)
{
  int i, r;

  for (i = 0; i < s->n_deltas; i++) {
    struct delta *d = &s->deltas[i];

    if (d->change == 0)
      continue;
    r = mg_sql_run (&s->writer, err, MG_SQL_COUNTER_ADD, "iiii",
                    (int64_t) d->wsid, (int64_t) d->kid, (int64_t) d->state,
                    d->change);
    if (r < 0)
      return r;
  }
  s->n_deltas = 0;
  return 0;
}

void
mg_store_count (struct mg_store *s, int wsid, int kid, int state,
                int64_t change)
{
  struct delta *d;
  int i;

  for (i = 0; i < s->n_deltas; i++) {
    d = &s->deltas[i];
    if (d->wsid == wsid && d->kid == kid && d->state == state) {
      d->change += change;
      return;
    }
  }
  /* a table that is full is written early: same transaction, same result; what
   * cannot be written takes the transaction with it */
  if (s->n_deltas == MAX_DELTAS && flush_deltas (s, &s->uncounted) < 0) {
    s->uncounted.code = MG_E_STORE;
    s->n_deltas = 0;
  }
  d = &s->deltas[s->n_deltas++];
  d->wsid = wsid;
  d->kid = kid;
  d->state = state;
  d->change = change;
}

void
mg_store_stir (struct mg_store *s)
{
  s->stirred = 1;
}

static void
checkpoint (struct mg_store *s, int mode)
{
  int log = 0, moved = 0;

  sqlite3_wal_checkpoint_v2 (s->writer.db, NULL, mode, &log, &moved);
}

/* Runs one batch in one transaction. */
static int
write_batch (struct mg_store *s, struct mg_op *batch, struct mg_error *err)
{
  struct mg_op *op;
  int r = mg_sql_run (&s->writer, err, MG_SQL_BEGIN, "");

  for (op = batch; op != NULL && r >= 0; op = op->next)
    r = op->apply (s, &s->writer, op, err);
  if (r >= 0 && s->uncounted.code != 0) {
    mg_error_copy (err, &s->uncounted);
    r = s->uncounted.code;
  }
  if (r >= 0)
    r = flush_deltas (s, err);
  if (r >= 0)
    r = mg_sql_run (&s->writer, err, MG_SQL_COMMIT, "");
  if (r < 0) {
    s->n_deltas = 0;
    mg_sql_run (&s->writer, NULL, MG_SQL_ROLLBACK, "");
  }
  return r < 0 ? r : 0;
}

/* Takes what is queued; waits a little for company when nobody is waiting. */
static struct mg_op *
take_batch (struct mg_store *s)
{
  struct mg_op *batch = NULL, **end = &batch;
  int64_t until = 0;
  size_t bytes = 0;
  int n = 0;

  while (s->head == NULL && !s->stopping)
    mg_cond_wait (&s->work, &s->lock);
  while (s->n_waiting == 0 && s->n_queued < MG_WRITER_BATCH
         && s->n_bytes < MG_WRITER_BYTES / 2 && !s->stopping) {
    if (until == 0)
      until = mg_clock_now_us () + MG_WRITER_DELAY_US;
    if (mg_cond_wait_until (&s->work, &s->lock, until))
      break;
  }
  /* not all that may be queued: the next batch is made while this is written */
  while (s->head != NULL && n < MG_WRITER_BATCH && bytes < MG_WRITER_BYTES / 2) {
    *end = s->head;
    end = &s->head->next;
    bytes += s->head->size;
    s->head = s->head->next;
    n++;
  }
  *end = NULL;
  if (s->head == NULL)
    s->tail = &s->head;
  s->n_queued -= n;
  mg_cond_broadcast (&s->room);
  return batch;
}

static void
end_batch (struct mg_store *s, struct mg_op *batch)
{
  struct mg_op *next;

  for (; batch != NULL; batch = next) {
    next = batch->next;
    s->n_bytes -= batch->size;
    if (batch->waited) {
      batch->done = 1;
      s->n_waiting--;
    }
    else if (batch->free != NULL)
      batch->free (batch);
  }
  mg_cond_broadcast (&s->done);
  mg_cond_broadcast (&s->room);
}

static void
writer_thread (void *arg)
{
  struct mg_store *s = arg;
  struct mg_error err = MG_ERROR_INIT;
  int64_t pages = 0;

  mg_mutex_lock (&s->lock);
  for (;;) {
    struct mg_op *batch = take_batch (s);
    void (*hook) (void *opaque) = s->hook;
    void *opaque = s->hook_opaque;
    int r, broken = s->broken.code;

    if (batch == NULL && s->stopping)
      break;
    s->hooking = hook != NULL;
    mg_mutex_unlock (&s->lock);
    r = broken ? broken : write_batch (s, batch, &err);
    if (r >= 0) {
      int now_pages = 0, highest = 0;

      sqlite3_db_status (s->writer.db, SQLITE_DBSTATUS_CACHE_WRITE, &now_pages,
                         &highest, 1);
      pages += now_pages;
      if (pages * PAGE_SIZE_OF_WAL > MG_CHECKPOINT_BYTES) {
        checkpoint (s, SQLITE_CHECKPOINT_PASSIVE);
        pages = 0;
      }
      if (hook != NULL && s->stirred)
        hook (opaque);
      s->stirred = 0;
    }
    mg_mutex_lock (&s->lock);
    if (r < 0 && s->broken.code == 0) {
      mg_error_copy (&s->broken, &err);
      s->broken.code = r;
    }
    s->hooking = 0;
    end_batch (s, batch);
  }
  mg_mutex_unlock (&s->lock);
}

static int
is_full (const struct mg_store *s, const struct mg_op *op)
{
  return s->n_queued >= MG_WRITER_QUEUE
         || (s->n_bytes > 0 && op->size > 0
             && s->n_bytes + op->size > MG_WRITER_BYTES);
}

/* Must the writer be told?  While it waits for company, only of what ends that
 * wait: else each operation would wake it to look and sleep again. */
static int
is_news (const struct mg_store *s, const struct mg_op *op)
{
  return s->n_queued == 1 || op->waited || s->n_queued >= MG_WRITER_BATCH
         || s->n_bytes >= MG_WRITER_BYTES / 2;
}

static int
queue (struct mg_store *s, struct mg_op *op, struct mg_error *err)
{
  while (is_full (s, op) && s->broken.code == 0)
    mg_cond_wait (&s->room, &s->lock);
  if (s->broken.code != 0) {
    mg_error_copy (err, &s->broken);
    return s->broken.code;
  }
  op->next = NULL;
  op->done = 0;
  *s->tail = op;
  s->tail = &op->next;
  s->n_queued++;
  s->n_bytes += op->size;
  if (op->waited)
    s->n_waiting++;
  if (is_news (s, op))
    mg_cond_signal (&s->work);
  return 0;
}

int
mg_store_post (struct mg_store *s, struct mg_op *op, struct mg_error *err)
{
  int r;

  mg_mutex_lock (&s->lock);
  op->waited = 0;
  r = queue (s, op, err);
  mg_mutex_unlock (&s->lock);
  if (r < 0 && op->free != NULL)
    op->free (op);
  return r;
}

int
mg_store_do (struct mg_store *s, struct mg_op *op, struct mg_error *err)
{
  int r;

  MG_LOCKED (&s->lock);
  op->waited = 1;
  r = queue (s, op, err);
  if (r < 0)
    return r;
  while (!op->done)
    mg_cond_wait (&s->done, &s->lock);
  if (s->broken.code != 0)
    mg_error_copy (err, &s->broken);
  return s->broken.code;
}

static int
apply_nothing (struct mg_store *s, struct mg_conn *conn, struct mg_op *op,
               struct mg_error *err)
{
  (void) s, (void) conn, (void) op, (void) err;
  return 0;
}

int
mg_store_flush (struct mg_store *s, struct mg_error *err)
{
  struct mg_op op = { .apply = apply_nothing };

  return mg_store_do (s, &op, err);
}

int
mg_store_check (struct mg_store *s, struct mg_error *err)
{
  MG_LOCKED (&s->lock);
  if (s->broken.code != 0)
    mg_error_copy (err, &s->broken);
  return s->broken.code;
}

struct mg_conn *
mg_store_read (struct mg_store *s)
{
  MG_LOCKED (&s->reader_lock);
  for (;;) {
    int i;

    for (i = 0; i < N_READERS; i++)
      if (!s->reader_busy[i]) {
        s->reader_busy[i] = 1;
        return &s->readers[i];
      }
    mg_cond_wait (&s->reader_free, &s->reader_lock);
  }
}

void
mg_store_read_end (struct mg_store *s, struct mg_conn *conn)
{
  MG_LOCKED (&s->reader_lock);
  s->reader_busy[conn - s->readers] = 0;
  mg_cond_signal (&s->reader_free);
}

static int
check_folder (const char *folder, int create, struct mg_error *err)
{
  struct stat st;
  MG_CLEANUP_FREE char *file = mg_path_join (folder, "session.db");

  if (create)
    return mg_file_mkdirs (folder, 0700, err);
  if (stat (folder, &st) < 0 || !mg_file_exists (file))
    return mg_error_set (err, MG_E_NOT_FOUND, "no-session",
                         "no session at '%s'; make one with migrate session "
                         "new, or look with migrate session list", folder);
  if (st.st_uid != geteuid ())
    return mg_error_set (err, MG_E_DENIED, "session-foreign",
                         "session '%s' belongs to another user (uid %lu); run "
                         "as that user", folder, (unsigned long) st.st_uid);
  return 0;
}

static int
open_connections (struct mg_store *s, struct mg_error *err)
{
  MG_CLEANUP_FREE char *file = mg_path_join (s->folder, "session.db");
  int r, i;

  r = mg_conn_open (&s->writer, file, SQLITE_OPEN_READWRITE
                    | SQLITE_OPEN_CREATE, WRITER_CACHE_KIB, err);
  if (r < 0)
    return r;
  r = mg_schema_prepare (&s->writer, err);
  if (r == 0)
    r = mg_conn_script (&s->writer, writer_pragmas, err);
  for (i = 0; i < N_READERS && r == 0; i++)
    r = mg_conn_open (&s->readers[i], file, SQLITE_OPEN_READONLY,
                      READER_CACHE_KIB, err);
  if (r == 0)
    r = mg_file_mkdirs (s->blobs, 0700, err);
  return r;
}

int
mg_store_open (const char *folder, int create, struct mg_store **ret_store,
               struct mg_error *err)
{
  struct mg_store *s;
  int r = check_folder (folder, create, err);

  if (r < 0)
    return r;
  umask (077);
  s = mg_xcalloc (1, sizeof *s);
  s->folder = mg_xstrdup (folder);
  s->blobs = mg_path_join (folder, "blobs");
  s->tail = &s->head;
  mg_mutex_init (&s->lock);
  mg_mutex_init (&s->reader_lock);
  mg_cond_init (&s->work);
  mg_cond_init (&s->done);
  mg_cond_init (&s->room);
  mg_cond_init (&s->reader_free);
  r = open_connections (s, err);
  if (r == 0 && mg_thread_start (&s->thread, "writer", writer_thread, s) < 0)
    r = mg_error_set (err, MG_E_NOMEM, "no-memory", "cannot start a thread");
  if (r < 0) {
    mg_store_close (s);
    return r;
  }
  *ret_store = s;
  return 0;
}

void
mg_store_close (struct mg_store *s)
{
  int i;

  if (s == NULL)
    return;
  mg_mutex_lock (&s->lock);
  s->stopping = 1;
  mg_cond_signal (&s->work);
  mg_mutex_unlock (&s->lock);
  mg_thread_join (&s->thread);
  for (i = 0; i < N_READERS; i++)
    mg_conn_done (&s->readers[i]);
  if (s->writer.db != NULL && s->broken.code == 0)
    checkpoint (s, SQLITE_CHECKPOINT_TRUNCATE);
  mg_conn_done (&s->writer);
  mg_cond_done (&s->work);
  mg_cond_done (&s->done);
  mg_cond_done (&s->room);
  mg_cond_done (&s->reader_free);
  mg_mutex_done (&s->lock);
  mg_mutex_done (&s->reader_lock);
  mg_wipe (s->key, sizeof s->key);
  mg_free (s->folder);
  mg_free (s->blobs);
  mg_free (s);
}

void
mg_op_free (struct mg_op *op)
{
  mg_free (op);
}

const char *
mg_store_folder (const struct mg_store *s)
{
  return s->folder;
}

const char *
mg_store_blobs (const struct mg_store *s)
{
  return s->blobs;
}

const unsigned char *
mg_store_key (const struct mg_store *s)
{
  return s->has_key ? s->key : NULL;
}

void
mg_store_set_key (struct mg_store *s, const unsigned char *key)
{
  memcpy (s->key, key, sizeof s->key);
  s->has_key = 1;
}

void
mg_store_set_hook (struct mg_store *s, void (*hook) (void *opaque),
                   void *opaque)
{
  MG_LOCKED (&s->lock);
  s->hook = hook;
  s->hook_opaque = opaque;
  /* what the one before uses may go as soon as this returns */
  while (s->hooking)
    mg_cond_wait (&s->done, &s->lock);
}
