/* Sessions by name: see session.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "run/session.h"
#include "store/blob.h"

#define LOCK_WAIT_US (5 * MG_SECOND_US)

char *
mg_session_home (void)
{
  const char *home = mg_env ("MIGRATE_HOME");
  const char *state = mg_env ("XDG_STATE_HOME");

  if (home != NULL)
    return mg_xstrdup (home);
  if (state != NULL)
    return mg_path_join (state, "migrate");
  home = mg_env ("HOME");
  return mg_path_join (home ? home : ".", ".local/state/migrate");
}

char *
mg_session_folder (const char *name_or_dir)
{
  MG_CLEANUP_FREE char *home = NULL;

  if (strchr (name_or_dir, '/') != NULL)
    return mg_xstrdup (name_or_dir);
  home = mg_session_home ();
  return mg_path_join (home, name_or_dir);
}

int
mg_session_lock (const char *folder, int *ret_fd, struct mg_error *err)
{
  MG_CLEANUP_FREE char *path = mg_path_join (folder, "lock");
  int r = mg_file_mkdirs (folder, 0700, err);

  if (r == 0)
    r = mg_file_lock (path, LOCK_WAIT_US, ret_fd, err);
  if (r == MG_E_LOCKED)
    return mg_error_set (err, MG_E_LOCKED, "locked",
                         "session '%s' is in use by another migrate; wait for "
                         "it, or end it", folder);
  return r;
}

int
mg_session_target_lock (const char *org_id, int *ret_fd, struct mg_error *err)
{
  MG_CLEANUP_FREE char *home = mg_session_home ();
  MG_CLEANUP_FREE char *name = NULL;
  MG_CLEANUP_FREE char *path = NULL;
  char safe[128];
  size_t i;
  int r = mg_file_mkdirs (home, 0700, err);

  if (r < 0)
    return r;
  snprintf (safe, sizeof safe, "%s", org_id);
  for (i = 0; safe[i] != '\0'; i++)
    if (strchr ("/:. ", safe[i]) != NULL)
      safe[i] = '-';
  name = mg_xasprintf ("target-%s.lock", safe);
  path = mg_path_join (home, name);
  r = mg_file_lock (path, LOCK_WAIT_US, ret_fd, err);
  if (r == MG_E_LOCKED)
    return mg_error_set (err, MG_E_LOCKED, "locked",
                         "another import into workspace %s is running; wait for "
                         "it, or end it", org_id);
  return r;
}

/* ---- kinds in the file ---- */

struct kinds_op {
  struct mg_op op;
  struct mg_registry *registry;
};

static int
apply_kinds (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
             struct mg_error *err)
{
  struct mg_registry *registry = ((struct kinds_op *) op)->registry;
  int i, r = 0;

  (void) store;
  for (i = 0; i < registry->n_kinds && r >= 0; i++) {
    struct mg_kind *kind = registry->kinds[i];
    int64_t kid = 0;

    r = mg_sql_int (conn, err, &kid, MG_SQL_KIND_PUT, "ss", kind->k->name,
                    kind->plugin->p.name);
    kind->kid = (int) kid;
  }
  return r < 0 ? r : 0;
}

int
mg_session_open (const char *name_or_dir, int create, int lock_fd,
                 struct mg_registry *registry, struct mg_session *ret_session,
                 struct mg_error *err)
{
  struct kinds_op op = { .op = { .apply = apply_kinds }, .registry = registry };
  int r;

  memset (ret_session, 0, sizeof *ret_session);
  ret_session->lock_fd = lock_fd;
  ret_session->name = mg_xstrdup (name_or_dir);
  ret_session->folder = mg_session_folder (name_or_dir);
  r = mg_store_open (ret_session->folder, create, &ret_session->store, err);
  if (r == 0 && lock_fd >= 0)
    mg_blob_clean (mg_store_blobs (ret_session->store));
  if (r == 0 && registry != NULL)
    r = mg_store_do (ret_session->store, &op.op, err);
  if (r < 0) {
    ret_session->lock_fd = -1;     /* stays the caller's */
    mg_session_close (ret_session);
  }
  return r;
}

void
mg_session_close (struct mg_session *session)
{
  mg_store_close (session->store);
  if (session->lock_fd >= 0)
    mg_file_unlock (session->lock_fd);
  mg_free (session->name);
  mg_free (session->folder);
  memset (session, 0, sizeof *session);
  session->lock_fd = -1;
}

/* ---- the index: which session belongs to which source host ---- */

static char *
index_path (void)
{
  MG_CLEANUP_FREE char *home = mg_session_home ();

  return mg_path_join (home, "index");
}

/* None is as good as an empty one. */
static int
read_index (const char *path, struct mg_buf *ret_text, struct mg_error *err)
{
  return mg_file_exists (path) ? mg_file_read (path, ret_text, err) : 0;
}

/* Lines "HOST NAME", the newest last. */
int
mg_session_for_host (const char *host, char **ret_name, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MG_MAX_FILE);
  MG_CLEANUP_FREE char *path = index_path ();
  char *found = NULL, *save = NULL, *line;
  size_t n = strlen (host);
  int r = read_index (path, &text, err);

  if (r < 0)
    return r;
  for (line = text.len > 0 ? strtok_r (text.data, "\n", &save) : NULL;
       line != NULL; line = strtok_r (NULL, "\n", &save)) {
    MG_CLEANUP_FREE char *folder = NULL;

    if (strncmp (line, host, n) != 0 || line[n] != ' ')
      continue;
    folder = mg_session_folder (line + n + 1);
    if (!mg_file_exists (folder))
      continue;
    mg_free (found);
    found = mg_xstrdup (line + n + 1);
  }
  *ret_name = found;
  return 0;
}

int
mg_session_remember (const char *name, const char *host, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MG_MAX_FILE);
  MG_CLEANUP_FREE char *path = index_path ();
  MG_CLEANUP_FREE char *home = mg_session_home ();
  MG_CLEANUP_FREE char *last = NULL;
  int r = mg_file_mkdirs (home, 0700, err);

  if (r == 0)
    r = mg_session_for_host (host, &last, err);
  if (r < 0 || mg_streq (last, name))
    return r;
  r = read_index (path, &text, err);
  if (r < 0)
    return r;
  mg_buf_addf (&text, "%s %s\n", host, name);
  r = mg_buf_check (&text, path, err);
  return r < 0 ? r : mg_file_write (path, text.data, text.len, 0600, err);
}

/* ---- ends ---- */

void
mg_workspace_done (struct mg_workspace *w)
{
  mg_free (w->role);
  mg_free (w->host);
  mg_free (w->org_id);
  memset (w, 0, sizeof *w);
}

static void
read_workspace (sqlite3_stmt *st, struct mg_workspace *w)
{
  mg_workspace_done (w);
  w->wsid = sqlite3_column_int (st, 0);
  w->role = mg_xstrdup ((const char *) sqlite3_column_text (st, 1));
  w->host = mg_xstrdup ((const char *) sqlite3_column_text (st, 2));
  w->org_id = mg_xstrdup ((const char *) sqlite3_column_text (st, 3));
  w->end = (uint32_t) sqlite3_column_int (st, 4);
  w->confirmed = sqlite3_column_int (st, 6);
}

int
mg_session_workspace (struct mg_session *session, int wsid,
                      struct mg_workspace *ret, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (session->store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_WORKSPACE_LIST, "i",
                                  (int64_t) wsid);
  int r = mg_sql_step (conn, st, err);

  memset (ret, 0, sizeof *ret);
  if (r > 0) {
    if (sqlite3_column_int (st, 0) == wsid)
      read_workspace (st, ret);
    else
      r = 0;
    mg_sql_reset (st);
  }
  mg_store_read_end (session->store, conn);
  return r;
}

struct bind_op {
  struct mg_op op;
  int wsid;
  const char *role, *host, *org_id;
  uint32_t end;
};

static int
apply_bind (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  struct bind_op *b = (struct bind_op *) op;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_WORKSPACE_PUT, "isssi",
                     (int64_t) b->wsid, b->role, b->host, b->org_id,
                     (int64_t) b->end);
}

static int
apply_confirm (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
               struct mg_error *err)
{
  (void) store;
  return mg_sql_run (conn, err, MG_SQL_WORKSPACE_CONFIRM, "ii",
                     (int64_t) ((struct bind_op *) op)->wsid, (int64_t) 1);
}

int
mg_session_confirm (struct mg_session *session, int wsid, struct mg_error *err)
{
  struct bind_op op = { .op = { .apply = apply_confirm }, .wsid = wsid };

  return mg_store_do (session->store, &op.op, err);
}

/* The number that this target has, or the next free one. */
static int
target_number (struct mg_session *session, const char *org_id, int *ret_wsid,
               struct mg_error *err)
{
  struct mg_workspace w;
  int wsid, r;

  for (wsid = 1; ; wsid++) {
    int same;

    r = mg_session_workspace (session, wsid, &w, err);
    if (r < 0)
      return r;
    same = r == 0 || mg_streq (w.org_id, org_id);
    mg_workspace_done (&w);
    if (same) {
      *ret_wsid = wsid;
      return 0;
    }
  }
}

static int
check_source (struct mg_session *session, int is_source, const char *host,
              const char *org_id, struct mg_error *err)
{
  struct mg_workspace w;
  int r = mg_session_workspace (session, 0, &w, err);

  if (r > 0 && is_source && !mg_streq (w.org_id, org_id))
    r = mg_error_set (err, MG_E_MISMATCH, "wrong-workspace",
                      "session '%s' exports workspace %s (%s); this is %s (%s); "
                      "name another session, or the right profile",
                      session->name, w.org_id, w.host, org_id, host);
  else if (r > 0 && !is_source && mg_streq (w.org_id, org_id))
    r = mg_error_set (err, MG_E_MISMATCH, "same-workspace",
                      "%s is the source of session '%s' (workspace %s); a "
                      "workspace is never imported into itself", host,
                      session->name, org_id);
  mg_workspace_done (&w);
  return r < 0 ? r : 0;
}

int
mg_session_place (struct mg_session *session, const char *role,
                  const char *host, const char *org_id, int *ret_wsid,
                  struct mg_error *err)
{
  int is_source = strcmp (role, "source") == 0, wsid = 0;
  int r = check_source (session, is_source, host, org_id, err);

  if (r == 0 && !is_source)
    r = target_number (session, org_id, &wsid, err);
  if (r == 0)
    *ret_wsid = wsid;
  return r;
}

int
mg_session_bind (struct mg_session *session, const char *role,
                 const char *host, const char *org_id, uint32_t end,
                 int *ret_wsid, struct mg_error *err)
{
  struct bind_op op = { .op = { .apply = apply_bind }, .role = role,
                        .host = host, .org_id = org_id, .end = end };
  int r = mg_session_place (session, role, host, org_id, &op.wsid, err);

  if (r == 0)
    r = mg_store_do (session->store, &op.op, err);
  if (r == 0)
    *ret_wsid = op.wsid;
  return r;
}

/* ---- runs ---- */

struct run_op {
  struct mg_op op;
  const char *command;
  int wsid, status;
  int64_t rid, requests;
};

static int
apply_begin (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
             struct mg_error *err)
{
  struct run_op *run = (struct run_op *) op;
  int r;

  (void) store;
  r = mg_sql_int (conn, err, &run->rid, MG_SQL_RUN_BEGIN, "sisi", run->command,
                  (int64_t) run->wsid, PACKAGE_VERSION, mg_clock_wall_us ());
  return r < 0 ? r : 0;
}

static int
apply_end (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
           struct mg_error *err)
{
  struct run_op *run = (struct run_op *) op;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_RUN_END, "iiii", run->rid,
                     mg_clock_wall_us (), (int64_t) run->status, run->requests);
}

int
mg_session_run_begin (struct mg_session *session, const char *command,
                      int wsid, int64_t *ret_rid, struct mg_error *err)
{
  struct run_op op = { .op = { .apply = apply_begin }, .command = command,
                       .wsid = wsid };
  int r = mg_store_do (session->store, &op.op, err);

  if (r == 0)
    *ret_rid = op.rid;
  return r;
}

int
mg_session_run_end (struct mg_session *session, int64_t rid, int status,
                    int64_t requests, struct mg_error *err)
{
  struct run_op op = { .op = { .apply = apply_end }, .rid = rid,
                       .status = status, .requests = requests };

  return mg_store_do (session->store, &op.op, err);
}
