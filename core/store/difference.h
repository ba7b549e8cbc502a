/* What validate found: one row a difference.
 */
#ifndef MG_STORE_DIFFERENCE_H
#define MG_STORE_DIFFERENCE_H

#include "store/store.h"

struct mg_difference {
  int wsid, kid;
  int64_t aid;
  const char *key, *what, *path, *source, *target, *why;   /* copied */
};

int mg_difference_post (struct mg_store *store, const struct mg_difference *d,
                        struct mg_error *err);

/* Those of one target, before it is validated anew.  Durable when it returns. */
int mg_difference_clear (struct mg_store *store, int wsid,
                         struct mg_error *err);

#endif
