/* Shared by what reads and writes rows of work: work*.c and undo.c. */
#ifndef MG_STORE_WORK_IMPL_H
#define MG_STORE_WORK_IMPL_H

#include "store/work.h"

/* Reads MG_WORK_COLUMNS into a row whose message is free or NULL. */
void mg_work_read (sqlite3_stmt *st, struct mg_work *w);

/* On the writer thread: the row of an asset's first phase; 1 or 0. */
int mg_work_main (struct mg_conn *conn, int wsid, int64_t aid,
                  struct mg_work *ret, struct mg_error *err);

/* On the writer thread: sets a row's state with its counter. */
int mg_work_set (struct mg_store *store, struct mg_conn *conn,
                 const struct mg_work *w, int state, int64_t wait_on,
                 int64_t not_before, const char *code, const char *message,
                 struct mg_error *err);

/* On the writer thread: looks at one row of WAIT or BLOCKED and at those that
 * its new state concerns. */
int mg_work_examine (struct mg_store *store, struct mg_conn *conn,
                     struct mg_work *w, struct mg_error *err);

/* On the writer thread: what 'aid' became concerns the rows that watch it. */
int mg_work_wake (struct mg_store *store, struct mg_conn *conn, int wsid,
                  int64_t aid, struct mg_error *err);

#endif
