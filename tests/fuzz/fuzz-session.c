/* A session file, however it looks: it is opened or refused with a message,
 * and whatever its rows hold can be read.  The first byte of the input says
 * what is damaged:
 *
 *   'b'   a stored body: the rest is one, as it lies in a row
 *   'p'   the file: three bytes of place and one of content, again and again
 *   'r'   rows: one byte for the column, one for the type, and a value that
 *         ends with a newline
 *   else  the whole input is the file
 */
#include <config.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "fuzz.h"
#include "store/work.h"

const char mg_fuzz_corpus[] = "session";

enum { KID = 7, MAX_FILE = 1 << 20 };

/* A power cut is not what is tried here, and a disk is slow. */
int
fsync (int fd)
{
  (void) fd;
  return 0;
}

int
fdatasync (int fd)
{
  (void) fd;
  return 0;
}

static char folder[200], path[220];
static uint8_t *sound;             /* a session that is as it should be */
static size_t sound_len;

static void
remove_files (void)
{
  static const char *const tails[] = { "", "-wal", "-shm", "-journal" };
  char name[240];
  size_t i;

  for (i = 0; i < sizeof tails / sizeof tails[0]; i++) {
    snprintf (name, sizeof name, "%s%s", path, tails[i]);
    unlink (name);
  }
}

static void
remove_folder (void)
{
  char name[240];

  remove_files ();
  snprintf (name, sizeof name, "%s/blobs", folder);
  rmdir (name);
  rmdir (folder);
}

static void
write_file (const uint8_t *data, size_t len)
{
  FILE *f;

  remove_files ();
  f = fopen (path, "wb");
  must (f != NULL);
  must (fwrite (data, 1, len, f) == len);
  must (fclose (f) == 0);
}

/* ---- a sound one ---- */

static void
add_asset (struct mg_store *store, struct mg_packer *packer, int wsid,
           const char *id)
{
  static const char body[] = "{\"id\":\"1\",\"name\":\"one\"}";
  struct mg_put_op *op = mg_put_op_new (wsid, 1);
  struct mg_put *put = mg_put_op_add (op);

  put->kid = KID;
  put->src_id = mg_xstrdup (id);
  put->key = mg_xstrdup (id);
  mg_put_alias (put, "t.id", id);
  mg_put_alias (put, "t.key", id);
  must (mg_pack (packer, body, strlen (body), 0, &put->packed, put->sha, NULL)
        == 0);
  must (mg_store_post (store, &op->op, NULL) == 0);
}

static void
add_edge (struct mg_store *store, int64_t aid, int64_t dst)
{
  struct mg_edges_op *edges = mg_xcalloc (1, sizeof *edges);

  edges->aid = aid;
  edges->dst = mg_xmemdup (&dst, sizeof dst);
  edges->n_dst = 1;
  must (mg_edges_post (store, edges, NULL) == 0);
}

static void
add_work (struct mg_store *store)
{
  struct mg_claim claim = { .wsid = 1, .durable = 1, .max = 1,
                            .class_id = MG_WORK_CLASS (KID, MG_OP_CREATE) };
  int64_t aid;

  for (aid = 1; aid <= 4; aid++) {
    struct mg_planned p = { .aid = aid, .kid = KID, .op = MG_OP_CREATE,
                            .state = MG_WAIT };

    must (mg_work_plan (store, 1, &p, NULL) == 0);
  }
  must (mg_work_arrange (store, 1, NULL) == 0);
  must (mg_work_claim (store, &claim, NULL) == 0);
}

static void
make_sound (void)
{
  const char *tmp = getenv ("TMPDIR");
  struct mg_walk walk = { .sid = 1, .kid = KID, .n = 4, .node = (char *) "",
                          .cursor = (char *) "next" };
  struct mg_store *store = NULL;
  struct mg_packer packer;
  int64_t sid;
  FILE *f;

  snprintf (folder, sizeof folder, "%s/fuzz-session.XXXXXX", tmp ? tmp : "/tmp");
  must (mkdtemp (folder) != NULL);
  atexit (remove_folder);
  snprintf (path, sizeof path, "%s/session.db", folder);
  must (mg_store_open (folder, 1, &store, NULL) == 0);
  mg_packer_init (&packer, mg_store_blobs (store), NULL);
  must (mg_snapshot_begin (store, 0, "export", "t", &sid, NULL) == 0);
  add_asset (store, &packer, 0, "a");
  add_asset (store, &packer, 0, "b");
  add_asset (store, &packer, 0, "c");
  add_asset (store, &packer, 0, "d");
  add_asset (store, &packer, 1, "a");
  add_edge (store, 2, 1);
  add_edge (store, 3, 2);
  must (mg_walk_post (store, &walk, NULL) == 0);
  must (mg_note_post (store, 1, 1, KID, "code", "message", NULL) == 0);
  add_work (store);
  mg_packer_done (&packer);
  mg_store_close (store);
  sound = mg_xmalloc (MAX_FILE);
  f = fopen (path, "rb");
  must (f != NULL);
  sound_len = fread (sound, 1, MAX_FILE, f);
  must (sound_len > 4096 && sound_len < MAX_FILE);
  fclose (f);
}

/* ---- damage ---- */

static void
damage_file (const uint8_t *data, size_t size)
{
  uint8_t *bad = mg_xmemdup (sound, sound_len);
  size_t at;

  for (; size >= 4; data += 4, size -= 4) {
    at = ((size_t) data[0] << 16 | (size_t) data[1] << 8 | data[2]) % sound_len;
    bad[at] = data[3];
  }
  write_file (bad, sound_len);
  mg_free (bad);
}

static const char *const columns[] = {
  "UPDATE work SET state = ?", "UPDATE work SET op = ?",
  "UPDATE work SET phase = ?", "UPDATE work SET kid = ?",
  "UPDATE work SET aid = aid + 10 * (wid > 1), wait_on = ?",
  "UPDATE work SET new_aid = ?", "UPDATE work SET tries = ?",
  "UPDATE work SET code = ?", "UPDATE work SET message = ?",
  "UPDATE work SET before = ?", "UPDATE work SET not_before = ?",
  "UPDATE work SET wsid = ?", "UPDATE asset SET body = ?",
  "UPDATE asset SET key = ?", "UPDATE asset SET sha = ?",
  "UPDATE asset SET kid = ?", "UPDATE asset SET stamp = ?",
  "UPDATE asset SET parent = ?", "UPDATE asset SET seen_sid = ?",
  "UPDATE asset SET want = ?", "UPDATE alias SET aid = ?",
  "UPDATE alias SET val = ?", "UPDATE edge SET dst = ?",
  "UPDATE walk SET cursor = ?", "UPDATE walk SET state = ?",
  "UPDATE walk SET code = ?", "UPDATE counter SET n = ?",
  "UPDATE counter SET state = ?", "UPDATE snapshot SET ended = ?",
  "UPDATE snapshot SET selection = ?", "UPDATE snapshot SET purpose = ?",
  "UPDATE meta SET val = ?", "UPDATE work SET state = 3, not_before = ?",
  "UPDATE work SET state = 0, wait_on = ?", "UPDATE work SET class = ?",
};

static void
damage_row (sqlite3 *db, unsigned column, int type, const char *value,
            size_t len)
{
  sqlite3_stmt *st = NULL;
  int64_t n = 0;
  MG_CLEANUP_FREE char *text = mg_xstrndup (value, len);

  column %= sizeof columns / sizeof columns[0];
  if (sqlite3_prepare_v2 (db, columns[column], -1, &st, NULL) != SQLITE_OK)
    return;
  mg_parse_int64 (text, &n);
  switch (type % 4) {
  case 0: sqlite3_bind_int64 (st, 1, n); break;
  case 1: sqlite3_bind_text (st, 1, value, (int) len, SQLITE_STATIC); break;
  case 2: sqlite3_bind_blob (st, 1, value, (int) len, SQLITE_STATIC); break;
  default: break;
  }
  sqlite3_step (st);
  sqlite3_finalize (st);
}

static void
damage_rows (const uint8_t *data, size_t size)
{
  sqlite3 *db = NULL;

  write_file (sound, sound_len);
  must (sqlite3_open (path, &db) == SQLITE_OK);
  sqlite3_exec (db, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;"
                "BEGIN", NULL, NULL, NULL);
  while (size >= 2) {
    const uint8_t *line_end = memchr (data + 2, '\n', size - 2);
    size_t len = line_end ? (size_t) (line_end - data) - 2 : size - 2;

    damage_row (db, data[0], data[1], (const char *) data + 2, len);
    len += 2 + (line_end != NULL);
    data += len;
    size -= len;
  }
  sqlite3_exec (db, "COMMIT", NULL, NULL, NULL);
  sqlite3_close (db);
}

/* ---- reading ---- */

static int
see_asset (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  (void) err;
  must (a->key != NULL && a->src_id != NULL);
  return ++*(int *) opaque > 100;
}

static int
see_work (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  (void) err;
  must (mg_state_name (w->state) != NULL);
  must (mg_work_op_name (w->op) != NULL);
  must (memchr (w->code, '\0', sizeof w->code) != NULL);
  return ++*(int *) opaque > 100;
}

static void
read_work (struct mg_store *store)
{
  struct mg_buf before = MG_BUF_INIT (MG_MAX_ELEMENT);
  int64_t counts[MG_N_STATES], assets, due;
  struct mg_packer packer;
  int wsid, n = 0;

  mg_packer_init (&packer, mg_store_blobs (store), NULL);
  for (wsid = 0; wsid < 2; wsid++) {
    mg_counters_get (store, wsid, KID, counts, &assets, NULL);
    mg_work_each_bad (store, wsid, KID, see_work, &n, NULL);
    mg_work_each_phase (store, wsid, MG_PHASE_MAIN, 0, see_work, &n, NULL);
    mg_work_each_due (store, wsid, KID, INT64_MAX, see_work, &n, NULL);
    mg_work_next_due (store, wsid, KID, &due, NULL);
    mg_work_before (store, &packer, 1 + wsid, &before, NULL);
  }
  mg_packer_done (&packer);
  mg_buf_done (&before);
}

static void
read_assets (struct mg_store *store)
{
  struct mg_walk walk = { .sid = 0 };
  struct mg_packer packer;
  int64_t aids[4], sid;
  char *ns = NULL, *val = NULL, *selection = NULL;
  int wsid, n = 0, ended;

  mg_packer_init (&packer, mg_store_blobs (store), NULL);
  for (wsid = 0; wsid < 2; wsid++) {
    mg_asset_each (store, &packer, wsid, KID, 0, see_asset, &n, NULL);
    mg_asset_wanted_after (store, wsid, KID, 0, see_asset, &n, NULL);
    mg_alias_find (store, wsid, "t.id", "a", aids, 4, NULL);
  }
  mg_missing_get (store, 1, &ns, &val, NULL);
  if (mg_snapshot_last (store, 0, "export", &sid, &ended, &selection, NULL) > 0)
    mg_free (selection);
  mg_walk_get (store, 1, KID, "", &walk, NULL);
  mg_walk_done (&walk);
  mg_packer_done (&packer);
  mg_free (ns);
  mg_free (val);
}

/* What a run does before it sends anything. */
static void
go_on (struct mg_store *store)
{
  struct mg_claim claim = { .wsid = 1, .durable = 1, .max = 32,
                            .class_id = MG_WORK_CLASS (KID, MG_OP_CREATE) };
  int i;

  mg_work_reopen (store, 1, 0, NULL, 0, MG_DOUBT, 0, NULL);
  mg_work_find_lost_wakes (store, 1, NULL);
  mg_work_arrange (store, 1, NULL);
  if (mg_work_claim (store, &claim, NULL) == 0)
    for (i = 0; i < claim.n_rows; i++) {
      mg_result_post (store, mg_result_new (claim.rows[i].wid, MG_FAILED), NULL);
      mg_work_release (&claim.rows[i]);
    }
  mg_store_flush (store, NULL);
}

static void
open_it (void)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_store *store = NULL;
  int r = mg_store_open (folder, 0, &store, &err);

  if (r < 0) {
    must (err.code == r && err.text[0] != '\0' && err.id[0] != '\0');
    return;
  }
  read_assets (store);
  read_work (store);
  go_on (store);
  read_work (store);
  mg_store_close (store);
}

static void
unpack (const uint8_t *data, size_t size)
{
  static const unsigned char key[MG_SEAL_KEY_LEN] = "0123456789abcdef";
  struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_error err = MG_ERROR_INIT;
  struct mg_packer packer;
  char blobs[220];
  int i, r;

  snprintf (blobs, sizeof blobs, "%s/blobs", folder);
  for (i = 0; i < 2; i++) {
    mg_packer_init (&packer, blobs, i ? key : NULL);
    mg_buf_reset (&body);
    r = mg_unpack (&packer, data, size, &body, &err);
    must (r >= 0 || err.text[0] != '\0');
    mg_error_clear (&err);
    mg_packer_done (&packer);
  }
  mg_buf_done (&body);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (sound == NULL)
    make_sound ();
  if (size == 0 || size > MAX_FILE)
    return 0;
  if (data[0] == 'b') {
    unpack (data + 1, size - 1);
    return 0;
  }
  if (data[0] == 'p')
    damage_file (data + 1, size - 1);
  else if (data[0] == 'r')
    damage_rows (data + 1, size - 1);
  else
    write_file (data, size);
  open_it ();
  return 0;
}
