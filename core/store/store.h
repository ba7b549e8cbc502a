/* The session: one SQLite file, one writer thread, two shared readers.
 *
 * Everything that changes the session is an operation: a struct with a function
 * that the writer thread calls inside a transaction.  Operations of many
 * threads share one commit.  mg_store_post returns when the operation is
 * queued (it blocks while the queue is full); mg_store_do when it is durable.
 *
 * RULE-STORE: when an operation cannot be written (disk full, damaged file) the
 * transaction is rolled back, the store is broken, every waiting and later
 * operation fails with the same error, and nothing is written any more: what
 * was committed before is a state to go on from.
 */
#ifndef MG_STORE_STORE_H
#define MG_STORE_STORE_H

#include <stdint.h>
#include "base/error.h"
#include "store/pack.h"
#include "store/sql.h"

struct mg_store;

struct mg_op {
  /* On the writer thread, inside a transaction.  A negative result breaks the
   * store; outcomes of other sorts belong into the struct around this one. */
  int (*apply) (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
                struct mg_error *err);
  void (*free) (struct mg_op *op);   /* of a posted operation; or NULL */
  size_t size;                       /* bytes it holds, about; 0 = few */
  struct mg_op *next;                /* the store's */
  int waited, done;                  /* the store's */
};

/* 'free' of an operation that owns nothing but itself. */
void mg_op_free (struct mg_op *op);

/* 'folder' holds session.db and blobs/; made 0700 when absent and 'create'.
 * MG_E_NOT_FOUND [no-session], MG_E_DENIED [session-foreign] when it belongs to
 * another user, MG_E_MISMATCH [session-newer], MG_E_STORE [session-corrupt]. */
int mg_store_open (const char *folder, int create, struct mg_store **ret_store,
                   struct mg_error *err);

/* Writes what is queued, empties the log, ends the thread.  NULL-safe. */
void mg_store_close (struct mg_store *store);

/* The queue owns op from here on, also on failure. */
int mg_store_post (struct mg_store *store, struct mg_op *op,
                   struct mg_error *err);
/* op stays the caller's; its results may be read afterwards. */
int mg_store_do (struct mg_store *store, struct mg_op *op,
                 struct mg_error *err);
/* All that was posted before is durable. */
int mg_store_flush (struct mg_store *store, struct mg_error *err);
/* Negative with its error once the store is broken. */
int mg_store_check (struct mg_store *store, struct mg_error *err);

/* A reader: shared by two at most, so no thread keeps one while it waits for
 * anything else.  Sees what is committed. */
struct mg_conn *mg_store_read (struct mg_store *store);
void mg_store_read_end (struct mg_store *store, struct mg_conn *conn);

const char *mg_store_folder (const struct mg_store *store);
const char *mg_store_blobs (const struct mg_store *store);
const unsigned char *mg_store_key (const struct mg_store *store);
void mg_store_set_key (struct mg_store *store, const unsigned char *key);

/* Inside apply: this transaction gives the scheduler something to do. */
void mg_store_stir (struct mg_store *store);

/* Called on the writer thread after every commit that stirred.  When this
 * returns, the hook before is not running and never will again; never call it
 * with a lock that the hook takes. */
void mg_store_set_hook (struct mg_store *store, void (*hook) (void *opaque),
                        void *opaque);

/* Inside apply: adds to a counter with this transaction. */
void mg_store_count (struct mg_store *store, int wsid, int kid, int state,
                     int64_t change);

#endif
