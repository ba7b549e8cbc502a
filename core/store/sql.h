/* SQLite behind a few functions: connections with every statement prepared
 * once, values bound and never formatted in.
 *
 * One connection belongs to one thread at a time.  Errors: MG_E_IO
 * [disk-full], MG_E_STORE [session-corrupt] [session-error].
 */
#ifndef MG_STORE_SQL_H
#define MG_STORE_SQL_H

#include <sqlite3.h>
#include <stdint.h>
#include "base/error.h"
#include "store/statements.h"

enum mg_sql {
#define X(name, text) MG_SQL_##name,
  MG_STATEMENTS (X)
#undef X
  MG_SQL_N
};

struct mg_conn {
  sqlite3 *db;
  sqlite3_stmt *stmts[MG_SQL_N];
  char path[1024];
};

/* The text of a statement, for the test that explains every one. */
const char *mg_sql_text (enum mg_sql id);

/* How SQLite is set up for this process; mg_conn_open does it, and who registers
 * a file system of SQLite's calls it before. */
void mg_sql_begin (void);

int mg_conn_open (struct mg_conn *conn, const char *path, int flags,
                  int cache_kib, struct mg_error *err);
void mg_conn_done (struct mg_conn *conn);

/* Schema and pragmas only: constant texts. */
int mg_conn_script (struct mg_conn *conn, const char *constant_text,
                    struct mg_error *err);

/* The statement, reset and bound: one letter of 'types' per parameter.
 *   i int64_t   s const char * (NULL = null)   b const void *, size_t
 *   n null      I int64_t, 0 = null            r double
 * NULL when it could not be prepared; mg_sql_step then says why. */
sqlite3_stmt *mg_sql_bind (struct mg_conn *conn, enum mg_sql id,
                           const char *types, ...);

/* 1 a row, 0 no more (the statement is reset), negative an error. */
int mg_sql_step (struct mg_conn *conn, sqlite3_stmt *st, struct mg_error *err);

/* Bind and run to the end. */
int mg_sql_run (struct mg_conn *conn, struct mg_error *err, enum mg_sql id,
                const char *types, ...);

/* First column of the first row as a number; *ret_value untouched without a
 * row.  1, 0 or negative. */
int mg_sql_int (struct mg_conn *conn, struct mg_error *err, int64_t *ret_value,
                enum mg_sql id, const char *types, ...);

/* Done with the rows of a statement before its end. */
void mg_sql_reset (sqlite3_stmt *st);

#endif
