/* Every statement is explained: none may scan a table or sort in a temporary
 * tree, for then its time would grow with the session. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "mg-test.h"
#include "store/schema.h"

/* 1 when the plan of a statement has such a step. */
static int
plan_has (struct mg_conn *conn, const char *text, const char *step)
{
  char explain[4096];
  sqlite3_stmt *st = NULL;
  int found = 0;

  snprintf (explain, sizeof explain, "EXPLAIN QUERY PLAN %s", text);
  if (sqlite3_prepare_v2 (conn->db, explain, -1, &st, NULL) != SQLITE_OK) {
    printf ("# %s: %s\n", text, sqlite3_errmsg (conn->db));
    return 1;
  }
  while (sqlite3_step (st) == SQLITE_ROW) {
    const char *line = (const char *) sqlite3_column_text (st, 3);

    if (line != NULL && strncmp (line, step, strlen (step)) == 0
        && strstr (line, "CONSTANT ROW") == NULL) {   /* VALUES: no table */
      printf ("# %s\n#   %s\n", text, line);
      found = 1;
    }
  }
  sqlite3_finalize (st);
  return found;
}

static void
open_memory (struct mg_conn *conn)
{
  struct mg_error err = MG_ERROR_INIT;

  is_int (mg_conn_open (conn, ":memory:",
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 100, &err),
          0);
  is_int (mg_schema_prepare (conn, &err), 0);
}

MG_TEST (no_statement_scans_a_table)
{
  struct mg_conn conn;
  int id, bad = 0;

  open_memory (&conn);
  for (id = 0; id < MG_SQL_N; id++)
    bad += plan_has (&conn, mg_sql_text (id), "SCAN");
  is_int (bad, 0);
  mg_conn_done (&conn);
}

MG_TEST (no_statement_sorts)
{
  struct mg_conn conn;
  int id, bad = 0;

  open_memory (&conn);
  for (id = 0; id < MG_SQL_N; id++)
    bad += plan_has (&conn, mg_sql_text (id), "USE TEMP B-TREE");
  is_int (bad, 0);
  mg_conn_done (&conn);
}

/* Does it build a tree of its own each time it runs?  That costs more than all
 * else it does. */
static int
builds_a_tree (struct mg_conn *conn, const char *text)
{
  char explain[4096];
  sqlite3_stmt *st = NULL;
  int found = 0;

  snprintf (explain, sizeof explain, "EXPLAIN %s", text);
  sqlite3_prepare_v2 (conn->db, explain, -1, &st, NULL);
  while (sqlite3_step (st) == SQLITE_ROW)
    if (strcmp ((const char *) sqlite3_column_text (st, 1), "OpenEphemeral")
        == 0)
      found = 1;
  sqlite3_finalize (st);
  if (found)
    printf ("# %s\n", text);
  return found;
}

MG_TEST (what_runs_for_each_asset_builds_no_tree)
{
  static const enum mg_sql often[] = {
    MG_SQL_ASSET_FIND, MG_SQL_ASSET_INSERT, MG_SQL_ASSET_UPDATE,
    MG_SQL_ASSET_SEEN, MG_SQL_ALIAS_PUT, MG_SQL_ALIAS_PUT_2, MG_SQL_ALIAS_PUT_4,
    MG_SQL_ALIAS_CLEAR, MG_SQL_EDGE_PUT,
    MG_SQL_WORK_UNMET, MG_SQL_WORK_INSERT, MG_SQL_WORK_REPLACE, MG_SQL_WORK_SET,
    MG_SQL_WORK_CLAIM, MG_SQL_WORK_DONE, MG_SQL_WORK_WAITERS,
    MG_SQL_WORK_READY, MG_SQL_COUNTER_ADD,
  };
  struct mg_conn conn;
  size_t i;
  int bad = 0;

  open_memory (&conn);
  for (i = 0; i < sizeof often / sizeof often[0]; i++)
    bad += builds_a_tree (&conn, mg_sql_text (often[i]));
  is_int (bad, 0);
  ok (builds_a_tree (&conn, "SELECT wid FROM work WHERE wid = 1"
                     " AND state IN (1, 2, 3, 4)"));
  mg_conn_done (&conn);
}

MG_TEST (the_checker_sees_a_scan)
{
  struct mg_conn conn;

  open_memory (&conn);
  ok (plan_has (&conn, "SELECT * FROM asset WHERE body = ?1", "SCAN"));
  ok (plan_has (&conn, "SELECT wid FROM work WHERE wsid = 1 ORDER BY message",
                "USE TEMP B-TREE"));
  mg_conn_done (&conn);
}
