/* Reading and storing assets: see asset.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "store/asset-impl.h"

#define PAGE 64
#define SMALL_TEXTS 160             /* two or three, with what malloc adds */

static char *
column_text (sqlite3_stmt *st, int i)
{
  return mg_xstrdup ((const char *) sqlite3_column_text (st, i));
}

/* Never NULL, whatever stands in a file that is not as we wrote it. */
static char *
column_name (sqlite3_stmt *st, int i)
{
  const char *text = (const char *) sqlite3_column_text (st, i);

  return mg_xstrdup (text ? text : "");
}

void
mg_asset_done (struct mg_asset *a)
{
  mg_free (a->src_id);
  mg_free (a->key);
  mg_free (a->stamp);
  a->src_id = a->key = a->stamp = NULL;
  mg_buf_done (&a->body);
}

static int
take_body (struct mg_packer *packer, sqlite3_stmt *st, int at,
           struct mg_asset *a, struct mg_error *err)
{
  const void *blob;

  memset (a->sha, 0, sizeof a->sha);
  if (sqlite3_column_bytes (st, at) == (int) sizeof a->sha)
    memcpy (a->sha, sqlite3_column_blob (st, at), sizeof a->sha);
  blob = sqlite3_column_blob (st, at + 1);
  if (blob == NULL || packer == NULL)
    return 0;
  return mg_unpack (packer, blob, (size_t) sqlite3_column_bytes (st, at + 1),
                    &a->body, err);
}

/* As somebody changed it: see edited.h. */
static int
take_edited (struct mg_packer *packer, struct mg_conn *conn, struct mg_asset *a,
             struct mg_error *err)
{
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_EDITED_BODY, "i", a->aid);
  int r = mg_sql_step (conn, st, err);

  if (r > 0) {
    r = take_body (packer, st, 0, a, err);
    mg_sql_reset (st);
  }
  return r;
}

/* The columns of MG_ASSET_COLUMNS; unpacks the body. */
static int
read_asset (struct mg_packer *packer, struct mg_conn *conn, sqlite3_stmt *st,
            struct mg_asset *a, struct mg_error *err)
{

  mg_asset_done (a);
  mg_buf_init (&a->body, MG_MAX_ELEMENT);
  a->aid = sqlite3_column_int64 (st, 0);
  a->wsid = sqlite3_column_int (st, 1);
  a->kid = sqlite3_column_int (st, 2);
  a->src_id = column_name (st, 3);
  a->key = column_name (st, 4);
  a->stamp = column_text (st, 5);
  a->origin = sqlite3_column_int (st, 8);
  a->parent = sqlite3_column_int64 (st, 9);
  a->first_sid = sqlite3_column_int64 (st, 10);
  a->seen_sid = sqlite3_column_int64 (st, 11);
  a->want = sqlite3_column_int (st, 12);
  a->gone = sqlite3_column_type (st, 13) != SQLITE_NULL;
  return a->origin == MG_ORIGIN_EDITED ? take_edited (packer, conn, a, err)
         : take_body (packer, st, 6, a, err);
}

int
mg_asset_read_one (struct mg_packer *packer, struct mg_conn *conn,
                   sqlite3_stmt *st, struct mg_asset *ret,
                   struct mg_error *err)
{
  int r = mg_sql_step (conn, st, err);

  if (r > 0) {
    r = read_asset (packer, conn, st, ret, err);
    mg_sql_reset (st);
    if (r == 0)
      r = 1;
  }
  return r;
}

int
mg_asset_get (struct mg_store *store, struct mg_packer *packer, int64_t aid,
              struct mg_asset *ret, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  int r = mg_asset_read_one (packer, conn,
                             mg_sql_bind (conn, MG_SQL_ASSET_GET, "i", aid),
                             ret, err);

  mg_store_read_end (store, conn);
  return r;
}

int
mg_asset_by_src (struct mg_store *store, struct mg_packer *packer, int wsid,
                 int kid, const char *src_id, struct mg_asset *ret,
                 struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  int r = mg_asset_read_one (packer, conn,
                             mg_sql_bind (conn, MG_SQL_ASSET_BY_SRC, "iis",
                                          (int64_t) wsid, (int64_t) kid,
                                          src_id), ret, err);

  mg_store_read_end (store, conn);
  return r;
}

/* PAGE at most; 'sid' for the statement that asks for one. */
static int
read_page (struct mg_store *store, struct mg_packer *packer, enum mg_sql id,
           int wsid, int kid, int64_t after, int64_t sid, struct mg_asset *page,
           struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, id, id == MG_SQL_ASSET_UNSEEN ? "iiiii"
                                  : "iiii", (int64_t) wsid, (int64_t) kid, after,
                                  (int64_t) PAGE, sid);
  int n = 0, r;

  while ((r = mg_sql_step (conn, st, err)) > 0) {
    r = read_asset (packer, conn, st, &page[n], err);
    if (r < 0) {
      mg_sql_reset (st);
      break;
    }
    n++;
  }
  mg_store_read_end (store, conn);
  return r < 0 ? r : n;
}

static void
free_page (struct mg_asset *page)
{
  int i;

  for (i = 0; i < PAGE; i++)
    mg_asset_done (&page[i]);
  mg_free (page);
}

int
mg_asset_each (struct mg_store *store, struct mg_packer *packer, int wsid,
               int kid, int all,
               int (*each) (void *opaque, const struct mg_asset *asset,
                            struct mg_error *err),
               void *opaque, struct mg_error *err)
{
  struct mg_asset *page = mg_xcalloc (PAGE, sizeof *page);
  int64_t after = 0;
  int i, n, r = 0;

  do {
    n = read_page (store, packer, all ? MG_SQL_ASSET_PAGE_ALL
                   : MG_SQL_ASSET_PAGE, wsid, kid, after, 0, page, err);
    if (n < 0)
      r = n;
    for (i = 0; i < n && r == 0; i++)
      r = each (opaque, &page[i], err);
    if (n > 0)
      after = page[n - 1].aid;
  } while (n == PAGE && r == 0);
  free_page (page);
  return r;
}

static int
one_page (struct mg_store *store, enum mg_sql id, int wsid, int kid,
          int64_t after, int64_t sid,
          int (*each) (void *opaque, const struct mg_asset *asset,
                       struct mg_error *err),
          void *opaque, struct mg_error *err)
{
  struct mg_asset *page = mg_xcalloc (PAGE, sizeof *page);
  int n = read_page (store, NULL, id, wsid, kid, after, sid, page, err);
  int i, r = n < 0 ? n : 0;

  for (i = 0; i < n && r == 0; i++)
    r = each (opaque, &page[i], err);
  free_page (page);
  return r;
}

int
mg_asset_wanted_after (struct mg_store *store, int wsid, int kid,
                       int64_t after,
                       int (*each) (void *opaque, const struct mg_asset *asset,
                                    struct mg_error *err),
                       void *opaque, struct mg_error *err)
{
  return one_page (store, MG_SQL_ASSET_WANTED, wsid, kid, after, 0, each, opaque,
                   err);
}

int
mg_asset_unseen_after (struct mg_store *store, int wsid, int kid,
                       int64_t after, int64_t sid,
                       int (*each) (void *opaque, const struct mg_asset *asset,
                                    struct mg_error *err),
                       void *opaque, struct mg_error *err)
{
  return one_page (store, MG_SQL_ASSET_UNSEEN, wsid, kid, after, sid, each,
                   opaque, err);
}

/* ---- storing ---- */

void
mg_put_init (struct mg_put *put)
{
  memset (put, 0, sizeof *put);
  mg_buf_init (&put->packed, MG_MAX_ELEMENT + 4096);
}

void
mg_put_done (struct mg_put *put)
{
  int i;

  for (i = 0; i < put->n_aliases; i++) {
    mg_free (put->aliases[i].ns);
    mg_free (put->aliases[i].val);
  }
  mg_free (put->aliases);
  mg_free (put->src_id);
  mg_free (put->key);
  mg_free (put->stamp);
  mg_buf_done (&put->packed);
  memset (put, 0, sizeof *put);
}

void
mg_put_alias (struct mg_put *put, const char *ns, const char *val)
{
  put->aliases = mg_xreallocarray (put->aliases, (size_t) put->n_aliases + 1,
                                   sizeof *put->aliases);
  put->aliases[put->n_aliases].ns = mg_xstrdup (ns);
  put->aliases[put->n_aliases].val = mg_xstrdup (val);
  put->n_aliases++;
}

static int
has_alias (const struct mg_put *put, int n, const char *ns, const char *val)
{
  int i;

  for (i = 0; i < n; i++)
    if (strcmp (put->aliases[i].ns, ns) == 0
        && strcmp (put->aliases[i].val, val) == 0)
      return 1;
  return 0;
}

/* Names change seldom, and writing them is most of what an asset costs. */
static int
has_aliases_already (struct mg_conn *conn, int64_t aid,
                     const struct mg_put *put, struct mg_error *err)
{
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_ALIAS_OF, "i", aid);
  int i, r, n = 0, differ = 0;

  while ((r = mg_sql_step (conn, st, err)) > 0) {
    n++;
    differ |= !has_alias (put, put->n_aliases,
                          (const char *) sqlite3_column_text (st, 0),
                          (const char *) sqlite3_column_text (st, 1));
  }
  for (i = 0; i < put->n_aliases; i++)
    n -= !has_alias (put, i, put->aliases[i].ns, put->aliases[i].val);
  return r < 0 ? r : n == 0 && !differ;
}

/* As many as one statement takes; how many, or negative. */
static int
add_some (struct mg_conn *conn, int wsid, int64_t aid,
          const struct mg_put *put, int from, struct mg_error *err)
{
  int left = put->n_aliases - from;
  int n = left >= 4 ? 4 : left >= 2 ? 2 : 1, r;

#define NAME(i) put->aliases[from + (i)].ns, put->aliases[from + (i)].val
  if (n == 4)
    r = mg_sql_run (conn, err, MG_SQL_ALIAS_PUT_4, "iissssssss",
                    (int64_t) wsid, aid, NAME (0), NAME (1), NAME (2),
                    NAME (3));
  else if (n == 2)
    r = mg_sql_run (conn, err, MG_SQL_ALIAS_PUT_2, "iissss", (int64_t) wsid,
                    aid, NAME (0), NAME (1));
  else
    r = mg_sql_run (conn, err, MG_SQL_ALIAS_PUT, "iiss", (int64_t) wsid, aid,
                    NAME (0));
#undef NAME
  return r < 0 ? r : n;
}

int
mg_asset_add_names (struct mg_conn *conn, int wsid, int64_t aid,
                    const struct mg_put *put, struct mg_error *err)
{
  int i = 0, r = 0;

  while (i < put->n_aliases && r >= 0) {
    r = add_some (conn, wsid, aid, put, i, err);
    i += r;
  }
  return r < 0 ? r : 0;
}

static int
put_aliases (struct mg_conn *conn, int wsid, int64_t aid,
             const struct mg_put *put, int is_new, struct mg_error *err)
{
  int r = is_new ? 0 : has_aliases_already (conn, aid, put, err);

  if (r != 0)
    return r < 0 ? r : 0;
  if (!is_new)
    r = mg_sql_run (conn, err, MG_SQL_ALIAS_CLEAR, "i", aid);
  return r < 0 ? r : mg_asset_add_names (conn, wsid, aid, put, err);
}

static int
insert_asset (struct mg_store *store, struct mg_conn *conn, int wsid,
              int64_t sid, const struct mg_put *put, int64_t *ret_aid,
              struct mg_error *err)
{
  const void *body = put->stub ? NULL : put->packed.data;
  int r;

  r = mg_sql_run (conn, err, MG_SQL_ASSET_INSERT, "iisssbbiiIi", (int64_t) wsid,
                  (int64_t) put->kid, put->src_id, put->key, put->stamp,
                  put->stub ? NULL : put->sha, sizeof put->sha, body,
                  put->packed.len, (int64_t) put->stub, (int64_t) put->origin,
                  put->parent, sid);
  if (r < 0)
    return r;
  *ret_aid = sqlite3_last_insert_rowid (conn->db);
  mg_store_count (store, wsid, put->kid, MG_COUNT_ASSETS, 1);
  return put_aliases (conn, wsid, *ret_aid, put, 1, err);
}

/* A stub's body is fetched when there is none, when its stamp changed, or when
 * it has no stamp to tell. */
static int
renew_stub (struct mg_conn *conn, int64_t aid, int64_t sid,
            const struct mg_put *put, int same, struct mg_error *err)
{
  if (same)
    return mg_sql_run (conn, err, MG_SQL_ASSET_SEEN, "iii", aid, sid,
                       (int64_t) 1);
  return mg_sql_run (conn, err, MG_SQL_ASSET_WANT, "isi", aid, put->stamp, sid);
}

/* A stub knows some of the names only; those that it knows replace the old. */
static int
rename_stub (struct mg_conn *conn, int wsid, int64_t aid,
             const struct mg_put *put, struct mg_error *err)
{
  int i, r = mg_sql_run (conn, err, MG_SQL_ASSET_RENAME, "is", aid, put->key);

  for (i = 0; i < put->n_aliases && r == 0; i++)
    r = mg_sql_run (conn, err, MG_SQL_ALIAS_DROP, "is", aid,
                    put->aliases[i].ns);
  return r < 0 ? r : mg_asset_add_names (conn, wsid, aid, put, err);
}

static int
is_other_key (const struct mg_put *put, const char *key)
{
  return put->stub && put->key != NULL && put->n_aliases > 0
         && (key == NULL || strcmp (key, put->key) != 0);
}

static int
change_body (struct mg_conn *conn, int wsid, int64_t aid, int64_t sid,
             const struct mg_put *put, int is_edited, struct mg_error *err)
{
  /* what was sent of it stays known */
  int r = wsid != MG_SOURCE_WSID || is_edited ? 0
          : mg_sql_run (conn, err, MG_SQL_WORK_KEEP_WAS, "i", aid);

  if (r == 0)
    r = mg_sql_run (conn, err, MG_SQL_ASSET_UPDATE, "issbbIi", aid, put->key,
                    put->stamp, put->sha, sizeof put->sha, put->packed.data,
                    put->packed.len, put->parent, sid);
  if (r < 0)
    return r;
  return is_edited ? mg_asset_add_names (conn, wsid, aid, put, err)
         : put_aliases (conn, wsid, aid, put, 0, err);
}

int
mg_put_apply (struct mg_store *store, struct mg_conn *conn, int wsid,
              int64_t sid, const struct mg_put *put, int64_t *ret_aid,
              struct mg_error *err)
{
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_ASSET_FIND, "iis",
                                  (int64_t) wsid, (int64_t) put->kid,
                                  put->src_id);
  int r = mg_sql_step (conn, st, err);
  int same_body, same_stamp, renamed, is_edited;
  int64_t aid;

  if (r < 0)
    return r;
  if (r == 0)
    return insert_asset (store, conn, wsid, sid, put, ret_aid, err);
  aid = sqlite3_column_int64 (st, 0);
  same_body = sqlite3_column_bytes (st, 1) == (int) sizeof put->sha
              && memcmp (sqlite3_column_blob (st, 1), put->sha,
                         sizeof put->sha) == 0;
  same_stamp = sqlite3_column_bytes (st, 1) > 0 && put->stamp != NULL
               && sqlite3_column_text (st, 3) != NULL
               && strcmp ((const char *) sqlite3_column_text (st, 3),
                          put->stamp) == 0;
  is_edited = sqlite3_column_int (st, 5) == MG_ORIGIN_EDITED;
  renamed = !is_edited
            && is_other_key (put, (const char *) sqlite3_column_text (st, 4));
  mg_sql_reset (st);
  *ret_aid = aid;
  r = renamed ? rename_stub (conn, wsid, aid, put, err) : 0;
  if (r == 0 && put->stub)
    r = renew_stub (conn, aid, sid, put, same_stamp && !renamed, err);
  if (r < 0 || put->stub)
    return r;
  if (same_body)
    return mg_sql_run (conn, err, MG_SQL_ASSET_SEEN, "iii", aid, sid,
                       (int64_t) 0);
  return change_body (conn, wsid, aid, sid, put, is_edited, err);
}

static int
apply_puts (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  struct mg_put_op *batch = (struct mg_put_op *) op;
  int64_t aid = 0, parent = 0;
  int i, r = 0;

  for (i = 0; i < batch->n_puts && r == 0; i++) {
    struct mg_put *put = &batch->puts[i];

    if (put->parent_before)
      put->parent = parent;
    r = mg_put_apply (store, conn, batch->wsid, batch->sid, put, &aid, err);
    if (!put->parent_before)
      parent = aid;
  }
  return r;
}

static void
free_puts (struct mg_op *op)
{
  struct mg_put_op *batch = (struct mg_put_op *) op;
  int i;

  for (i = 0; i < batch->n_puts; i++)
    mg_put_done (&batch->puts[i]);
  mg_free (batch->puts);
  mg_free (batch);
}

struct mg_put_op *
mg_put_op_new (int wsid, int64_t sid)
{
  struct mg_put_op *batch = mg_xcalloc (1, sizeof *batch);

  batch->op.apply = apply_puts;
  batch->op.free = free_puts;
  batch->wsid = wsid;
  batch->sid = sid;
  return batch;
}

struct mg_put *
mg_put_op_add (struct mg_put_op *batch)
{
  struct mg_put *put;

  if (batch->n_puts == batch->cap) {
    batch->cap = batch->cap ? batch->cap * 2 : 16;
    batch->puts = mg_xreallocarray (batch->puts, (size_t) batch->cap,
                                    sizeof *batch->puts);
  }
  put = &batch->puts[batch->n_puts++];
  mg_put_init (put);
  return put;
}

size_t
mg_put_op_size (const struct mg_put_op *batch)
{
  size_t size = (size_t) batch->cap * sizeof batch->puts[0];
  int i;

  for (i = 0; i < batch->n_puts; i++)
    size += SMALL_TEXTS + batch->puts[i].packed.cap
            + (size_t) batch->puts[i].n_aliases * SMALL_TEXTS;
  return size;
}

static int
apply_edges (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
             struct mg_error *err)
{
  struct mg_edges_op *e = (struct mg_edges_op *) op;
  int i, r = mg_sql_run (conn, err, MG_SQL_EDGE_CLEAR, "i", e->aid);

  (void) store;
  if (r == 0)
    r = mg_sql_run (conn, err, MG_SQL_MISSING_CLEAR, "i", e->aid);
  for (i = 0; i < e->n_dst && r == 0; i++)
    r = mg_sql_run (conn, err, MG_SQL_EDGE_PUT, "ii", e->aid, e->dst[i]);
  for (i = 0; i < e->n_missing && r == 0; i++)
    r = mg_sql_run (conn, err, MG_SQL_MISSING_PUT, "iss", e->aid,
                    e->missing[i].ns, e->missing[i].val);
  return r;
}

static void
free_edges (struct mg_op *op)
{
  struct mg_edges_op *e = (struct mg_edges_op *) op;
  int i;

  for (i = 0; i < e->n_missing; i++) {
    mg_free (e->missing[i].ns);
    mg_free (e->missing[i].val);
  }
  mg_free (e->missing);
  mg_free (e->dst);
  mg_free (e);
}

int
mg_edges_post (struct mg_store *store, struct mg_edges_op *edges,
               struct mg_error *err)
{
  edges->op.apply = apply_edges;
  edges->op.free = free_edges;
  return mg_store_post (store, &edges->op, err);
}
