/* SQLite behind a few functions: see sql.h. */
#include <config.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "store/sql.h"

static const char *const texts[] = {
#define X(name, text) [MG_SQL_##name] = text,
  MG_STATEMENTS (X)
#undef X
};

const char *
mg_sql_text (enum mg_sql id)
{
  return texts[id];
}

/* What the system said when a file, or the log beside it, could not be written:
 * a commit that fails does not keep it for sqlite3_system_errno. */
static int
last_errno (struct mg_conn *conn, int of_log)
{
  sqlite3_file *file = NULL;
  int which = of_log ? SQLITE_FCNTL_JOURNAL_POINTER : SQLITE_FCNTL_FILE_POINTER;
  int number = 0;

  if (sqlite3_file_control (conn->db, "main", which, &file) != SQLITE_OK
      || file == NULL || file->pMethods == NULL)
    return 0;
  file->pMethods->xFileControl (file, SQLITE_FCNTL_LAST_ERRNO, &number);
  return number;
}

static int
is_no_room (int number)
{
  return number == ENOSPC || number == EDQUOT || number == EFBIG;
}

/* SQLite knows of a full disk, but not of a quota or a limit, nor that the
 * memory that its processes share is a file too. */
static int
is_full (struct mg_conn *conn, int code)
{
  return code == SQLITE_FULL
         || sqlite3_extended_errcode (conn->db) == SQLITE_IOERR_SHMSIZE
         || (code == SQLITE_IOERR && (is_no_room (last_errno (conn, 0))
                                      || is_no_room (last_errno (conn, 1))));
}

static int
sql_error (struct mg_conn *conn, struct mg_error *err)
{
  int code = sqlite3_errcode (conn->db) & 0xff;
  const char *text = sqlite3_errmsg (conn->db);

  if (is_full (conn, code))
    return mg_error_set (err, MG_E_IO, "disk-full",
                         "cannot write '%s': no space left; make room, then run "
                         "the same command again", conn->path);
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    return mg_error_set (err, MG_E_STORE, "session-corrupt",
                         "session file '%s' is damaged: %s; restore it from a "
                         "copy, or export again", conn->path, text);
  return mg_error_set (err, MG_E_STORE, "session-error",
                       "session file '%s': %s", conn->path, text);
}

/* Nobody asks how much memory SQLite has, and to count it takes a lock that all
 * threads share, for each piece twice.  Once SQLite runs this changes nothing. */
void
mg_sql_begin (void)
{
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
}

int
mg_conn_open (struct mg_conn *conn, const char *path, int flags, int cache_kib,
              struct mg_error *err)
{
  char pragma[64];
  int r;

  memset (conn, 0, sizeof *conn);
  snprintf (conn->path, sizeof conn->path, "%s", path);
  mg_sql_begin ();
  r = sqlite3_open_v2 (path, &conn->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
  if (conn->db == NULL)
    return mg_error_set (err, MG_E_NOMEM, "session-error",
                         "cannot open '%s': out of memory", path);
  if (r != SQLITE_OK) {
    r = sql_error (conn, err);
    mg_conn_done (conn);
    return r;
  }
  sqlite3_extended_result_codes (conn->db, 1);
  sqlite3_busy_timeout (conn->db, 5000);
  snprintf (pragma, sizeof pragma, "PRAGMA cache_size = -%d", cache_kib);
  r = mg_conn_script (conn, pragma, err);
  if (r < 0)
    mg_conn_done (conn);
  return r;
}

void
mg_conn_done (struct mg_conn *conn)
{
  int i;

  for (i = 0; i < MG_SQL_N; i++) {
    sqlite3_finalize (conn->stmts[i]);
    conn->stmts[i] = NULL;
  }
  sqlite3_close (conn->db);
  conn->db = NULL;
}

int
mg_conn_script (struct mg_conn *conn, const char *constant_text,
                struct mg_error *err)
{
  const char *text = constant_text;

  while (*text != '\0') {
    sqlite3_stmt *st = NULL;
    int r = sqlite3_prepare_v2 (conn->db, text, -1, &st, &text);

    if (r == SQLITE_OK && st != NULL)
      do
        r = sqlite3_step (st);
      while (r == SQLITE_ROW);
    sqlite3_finalize (st);
    if (r != SQLITE_OK && r != SQLITE_DONE)
      return sql_error (conn, err);
  }
  return 0;
}

static void
bind_values (sqlite3_stmt *st, const char *types, va_list args)
{
  int i;

  for (i = 1; *types != '\0'; types++, i++) {
    const void *p;
    int64_t n;

    switch (*types) {
    case 'i':
      sqlite3_bind_int64 (st, i, va_arg (args, int64_t));
      break;
    case 'I':
      n = va_arg (args, int64_t);
      if (n != 0)
        sqlite3_bind_int64 (st, i, n);
      break;
    case 'r':
      sqlite3_bind_double (st, i, va_arg (args, double));
      break;
    case 's':
      sqlite3_bind_text (st, i, va_arg (args, const char *), -1,
                         SQLITE_STATIC);
      break;
    case 'b':
      p = va_arg (args, const void *);
      sqlite3_bind_blob64 (st, i, p, va_arg (args, size_t), SQLITE_STATIC);
      break;
    case 'n':
      break;
    default:
      mg_bug ("bad bind type '%c'", *types);
    }
  }
}

static sqlite3_stmt *
vbind (struct mg_conn *conn, enum mg_sql id, const char *types, va_list args)
{
  sqlite3_stmt *st = conn->stmts[id];

  if (st == NULL) {
    if (sqlite3_prepare_v3 (conn->db, texts[id], -1, SQLITE_PREPARE_PERSISTENT,
                            &conn->stmts[id], NULL) != SQLITE_OK)
      return NULL;
    st = conn->stmts[id];
  }
  sqlite3_reset (st);
  sqlite3_clear_bindings (st);
  bind_values (st, types, args);
  return st;
}

sqlite3_stmt *
mg_sql_bind (struct mg_conn *conn, enum mg_sql id, const char *types, ...)
{
  sqlite3_stmt *st;
  va_list args;

  va_start (args, types);
  st = vbind (conn, id, types, args);
  va_end (args);
  return st;
}

int
mg_sql_step (struct mg_conn *conn, sqlite3_stmt *st, struct mg_error *err)
{
  int r;

  if (st == NULL)
    return sql_error (conn, err);
  r = sqlite3_step (st);
  if (r == SQLITE_ROW)
    return 1;
  if (r == SQLITE_DONE) {
    sqlite3_reset (st);
    return 0;
  }
  r = sql_error (conn, err);
  sqlite3_reset (st);
  return r;
}

int
mg_sql_run (struct mg_conn *conn, struct mg_error *err, enum mg_sql id,
            const char *types, ...)
{
  sqlite3_stmt *st;
  va_list args;
  int r;

  va_start (args, types);
  st = vbind (conn, id, types, args);
  va_end (args);
  do
    r = mg_sql_step (conn, st, err);
  while (r > 0);
  return r;
}

int
mg_sql_int (struct mg_conn *conn, struct mg_error *err, int64_t *ret_value,
            enum mg_sql id, const char *types, ...)
{
  sqlite3_stmt *st;
  va_list args;
  int r;

  va_start (args, types);
  st = vbind (conn, id, types, args);
  va_end (args);
  r = mg_sql_step (conn, st, err);
  if (r > 0) {
    *ret_value = sqlite3_column_int64 (st, 0);
    mg_sql_reset (st);
  }
  return r;
}

void
mg_sql_reset (sqlite3_stmt *st)
{
  if (st != NULL)
    sqlite3_reset (st);
}
