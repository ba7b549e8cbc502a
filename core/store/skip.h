/* Assets that somebody has decided not to move, whatever the target.
 */
#ifndef MG_STORE_SKIP_H
#define MG_STORE_SKIP_H

#include "store/store.h"

struct mg_skip {
  int64_t aid, at_us;              /* wall time */
  char *reason, *who;
};

void mg_skip_done (struct mg_skip *skip);

/* Durable when it returns.  One that is there is replaced. */
int mg_skip_put (struct mg_store *store, const struct mg_skip *skip,
                 struct mg_error *err);
/* 1, or 0 when there was none. */
int mg_skip_remove (struct mg_store *store, int64_t aid, struct mg_error *err);

/* 1 found, 0 not.  Release with mg_skip_done. */
int mg_skip_get (struct mg_store *store, int64_t aid, struct mg_skip *ret,
                 struct mg_error *err);
/* The first behind 'after', in the order of aid: 1, or 0 at the end. */
int mg_skip_after (struct mg_store *store, int64_t after, struct mg_skip *ret,
                   struct mg_error *err);

#endif
