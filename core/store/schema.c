/* The schema of the session file.  A change appends an upgrade step, raises
 * MG_SCHEMA_VERSION, and puts a file of the version before into tests/abi. */
#include <config.h>

#include <string.h>

#include "store/schema.h"

static const char schema[] =
  "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
  "CREATE TABLE workspace (wsid INTEGER PRIMARY KEY, role TEXT NOT NULL,"
  " host TEXT NOT NULL, org_id TEXT NOT NULL, end INTEGER NOT NULL,"
  " skew_us INTEGER NOT NULL DEFAULT 0, confirmed INTEGER NOT NULL DEFAULT 0);"
  "CREATE TABLE kind (kid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
  " plugin TEXT NOT NULL);"
  "CREATE TABLE snapshot (sid INTEGER PRIMARY KEY, wsid INTEGER NOT NULL,"
  " purpose TEXT NOT NULL, selection TEXT NOT NULL, began INTEGER NOT NULL,"
  " ended INTEGER);"
  "CREATE TABLE walk (sid INTEGER, kid INTEGER, node TEXT, cursor TEXT,"
  " state INTEGER NOT NULL, n INTEGER NOT NULL DEFAULT 0, code TEXT,"
  " message TEXT, PRIMARY KEY (sid, kid, node)) WITHOUT ROWID;"
  "CREATE TABLE asset (aid INTEGER PRIMARY KEY, wsid INTEGER NOT NULL,"
  " kid INTEGER NOT NULL, src_id TEXT NOT NULL, key TEXT, stamp TEXT,"
  " sha BLOB, body BLOB, want INTEGER NOT NULL DEFAULT 0, origin INTEGER"
  " NOT NULL DEFAULT 0, parent INTEGER, first_sid INTEGER, seen_sid INTEGER,"
  " gone_sid INTEGER, UNIQUE (wsid, kid, src_id));"
  "CREATE INDEX asset_kind ON asset (wsid, kid);"
  "CREATE INDEX asset_want ON asset (wsid, kid, aid) WHERE want = 1;"
  "CREATE TABLE alias (wsid INTEGER, ns TEXT, val TEXT, aid INTEGER,"
  " PRIMARY KEY (wsid, ns, val, aid)) WITHOUT ROWID;"
  "CREATE INDEX alias_aid ON alias (aid);"
  "CREATE TABLE edge (src INTEGER, dst INTEGER, cut INTEGER NOT NULL DEFAULT 0,"
  " PRIMARY KEY (src, dst)) WITHOUT ROWID;"
  "CREATE TABLE missing (aid INTEGER, ns TEXT, val TEXT,"
  " PRIMARY KEY (aid, ns, val)) WITHOUT ROWID;"
  "CREATE TABLE work (wid INTEGER PRIMARY KEY, wsid INTEGER NOT NULL,"
  " aid INTEGER NOT NULL, kid INTEGER NOT NULL, phase INTEGER NOT NULL,"
  " op INTEGER NOT NULL, class INTEGER NOT NULL, prio INTEGER NOT NULL,"
  " state INTEGER NOT NULL, wait_on INTEGER, not_before INTEGER,"
  " tries INTEGER NOT NULL DEFAULT 0, sent_at INTEGER, sent_sha BLOB,"
  " before BLOB, new_aid INTEGER, provenance INTEGER NOT NULL DEFAULT 0,"
  " code TEXT, message TEXT, maybe INTEGER NOT NULL DEFAULT 0, was BLOB,"
  " UNIQUE (wsid, aid, phase));"
  "CREATE INDEX work_ready ON work (wsid, class, prio, wid) WHERE state = 1;"
  "CREATE INDEX work_wait ON work (wsid, wait_on) WHERE state IN (0, 7);"
  "CREATE INDEX work_timer ON work (wsid, kid, not_before) WHERE state IN (3, 9);"
  "CREATE INDEX work_sent ON work (wsid, wid) WHERE state = 2;"
  /* no IN of more than two: SQLite builds a tree for it at each change of a row */
  "CREATE INDEX work_bad ON work (wsid, kid, wid)"
  " WHERE state = 3 OR state BETWEEN 6 AND 8;"
  "CREATE INDEX work_new ON work (new_aid) WHERE new_aid IS NOT NULL;"
  "CREATE TABLE counter (wsid INTEGER, kid INTEGER, state INTEGER, n INTEGER"
  " NOT NULL, PRIMARY KEY (wsid, kid, state)) WITHOUT ROWID;"
  "CREATE TABLE note (nid INTEGER PRIMARY KEY, wsid INTEGER NOT NULL, aid"
  " INTEGER, kid INTEGER, code TEXT NOT NULL, message TEXT NOT NULL,"
  " UNIQUE (wsid, aid, code, message));"
  "CREATE TABLE difference (wsid INTEGER, kid INTEGER, key TEXT, what TEXT,"
  " path TEXT, source TEXT, target TEXT, why TEXT, aid INTEGER,"
  " PRIMARY KEY (wsid, kid, key, what, path, source, target, aid))"
  " WITHOUT ROWID;"
  "CREATE TABLE run (rid INTEGER PRIMARY KEY, command TEXT NOT NULL, wsid"
  " INTEGER, version TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER,"
  " status INTEGER, requests INTEGER NOT NULL DEFAULT 0);"
  "CREATE TABLE decision (wsid INTEGER, aid INTEGER, what INTEGER NOT NULL,"
  " reason TEXT NOT NULL, who TEXT NOT NULL, at INTEGER NOT NULL,"
  " PRIMARY KEY (wsid, aid)) WITHOUT ROWID;"
  "CREATE TABLE rule (sort TEXT, old TEXT, new TEXT, who TEXT NOT NULL,"
  " at INTEGER NOT NULL, PRIMARY KEY (sort, old)) WITHOUT ROWID;"
  "CREATE TABLE edited (aid INTEGER PRIMARY KEY, was BLOB, sha BLOB NOT NULL,"
  " body BLOB NOT NULL, who TEXT NOT NULL, at INTEGER NOT NULL);"
  "CREATE TABLE action (wsid INTEGER, kid INTEGER, src_id TEXT, key TEXT,"
  " source_id TEXT, state INTEGER NOT NULL, before BLOB, who TEXT NOT NULL,"
  " off_at INTEGER, back_at INTEGER, PRIMARY KEY (wsid, kid, src_id))"
  " WITHOUT ROWID;"
  "PRAGMA application_id = 1296648018;"
  "PRAGMA user_version = 5;";

/* What brings a session of version i + 1 to the next one. */
static const char *const upgrades[] = {
  "ALTER TABLE work ADD COLUMN maybe INTEGER NOT NULL DEFAULT 0;"
  "ALTER TABLE work ADD COLUMN was BLOB;"
  "UPDATE work SET maybe = 1 WHERE state = 3 OR (state = 1 AND tries > 0);"
  "UPDATE OR IGNORE note SET aid = 0 WHERE aid IS NULL;"
  "DROP TABLE difference;"     /* what the next validate finds anew */
  "CREATE TABLE difference (wsid INTEGER, kid INTEGER, key TEXT, what TEXT,"
  " path TEXT, source TEXT, target TEXT, why TEXT, aid INTEGER,"
  " PRIMARY KEY (wsid, kid, key, what, path, source, target, aid))"
  " WITHOUT ROWID;"
  "DROP INDEX work_bad;"
  "CREATE INDEX work_bad ON work (wsid, kid, wid)"
  " WHERE state = 3 OR state BETWEEN 6 AND 8;"
  "PRAGMA user_version = 2;",
  "CREATE TABLE decision (wsid INTEGER, aid INTEGER, what INTEGER NOT NULL,"
  " reason TEXT NOT NULL, who TEXT NOT NULL, at INTEGER NOT NULL,"
  " PRIMARY KEY (wsid, aid)) WITHOUT ROWID;"
  "PRAGMA user_version = 3;",
  "CREATE TABLE rule (sort TEXT, old TEXT, new TEXT, who TEXT NOT NULL,"
  " at INTEGER NOT NULL, PRIMARY KEY (sort, old)) WITHOUT ROWID;"
  "PRAGMA user_version = 4;",
  "CREATE TABLE edited (aid INTEGER PRIMARY KEY, was BLOB, sha BLOB NOT NULL,"
  " body BLOB NOT NULL, who TEXT NOT NULL, at INTEGER NOT NULL);"
  "CREATE TABLE action (wsid INTEGER, kid INTEGER, src_id TEXT, key TEXT,"
  " source_id TEXT, state INTEGER NOT NULL, before BLOB, who TEXT NOT NULL,"
  " off_at INTEGER, back_at INTEGER, PRIMARY KEY (wsid, kid, src_id))"
  " WITHOUT ROWID;"
  "PRAGMA user_version = 5;",
};

static int
pragma_int (struct mg_conn *conn, const char *text, int64_t *ret_value,
            struct mg_error *err)
{
  sqlite3_stmt *st = NULL;
  int r;

  sqlite3_prepare_v2 (conn->db, text, -1, &st, NULL);
  r = mg_sql_step (conn, st, err);
  if (r > 0)
    *ret_value = sqlite3_column_int64 (st, 0);
  sqlite3_finalize (st);
  return r < 0 ? r : 0;
}

static int
in_one (struct mg_conn *conn, const char *script, struct mg_error *err)
{
  int r = mg_conn_script (conn, "BEGIN IMMEDIATE", err);

  if (r == 0)
    r = mg_conn_script (conn, script, err);
  if (r == 0)
    r = mg_conn_script (conn, "COMMIT", err);
  return r;
}

int
mg_schema_prepare (struct mg_conn *conn, struct mg_error *err)
{
  int64_t application = 0, version = 0, tables = 0;
  int r;

  r = pragma_int (conn, "PRAGMA application_id", &application, err);
  if (r == 0)
    r = pragma_int (conn, "PRAGMA user_version", &version, err);
  if (r == 0)
    r = pragma_int (conn, "SELECT count (*) FROM sqlite_schema", &tables, err);
  if (r < 0)
    return r;
  if (tables == 0 && application == 0)
    return in_one (conn, schema, err);
  if (application != MG_APPLICATION_ID)
    return mg_error_set (err, MG_E_STORE, "session-corrupt",
                         "'%s' is not a session of migrate; name another with "
                         "--session", conn->path);
  if (version > MG_SCHEMA_VERSION)
    return mg_error_set (err, MG_E_MISMATCH, "session-newer",
                         "session '%s' was written by a newer migrate (format "
                         "%lld, this one knows %d); use that version",
                         conn->path, (long long) version, MG_SCHEMA_VERSION);
  for (; version < MG_SCHEMA_VERSION && r == 0; version++)
    r = version > 0 ? in_one (conn, upgrades[version - 1], err) : 0;
  return r;
}
