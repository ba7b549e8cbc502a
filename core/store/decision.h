/* What people decided about single assets of the source.
 */
#ifndef MG_STORE_DECISION_H
#define MG_STORE_DECISION_H

#include "store/store.h"

enum mg_what {
  MG_SKIP_IT = 1,                  /* it is not moved, whatever the target */
  MG_MAKE_IT = 2                   /* nothing in this target stands for it */
};

struct mg_decision {
  int64_t aid, at_us;              /* wall time */
  int wsid;                        /* of MG_SKIP_IT: 0 */
  enum mg_what what;
  char *reason, *who;
};

void mg_decision_done (struct mg_decision *decision);

/* Durable when it returns.  One that is there is replaced. */
int mg_decision_put (struct mg_store *store, const struct mg_decision *decision,
                     struct mg_error *err);
/* 1, or 0 when there was none. */
int mg_decision_remove (struct mg_store *store, int wsid, int64_t aid,
                        struct mg_error *err);

/* 1 found, 0 not.  Release with mg_decision_done. */
int mg_decision_get (struct mg_store *store, int wsid, int64_t aid,
                     struct mg_decision *ret, struct mg_error *err);
/* The first behind 'after', in the order of aid: 1, or 0 at the end. */
int mg_decision_after (struct mg_store *store, int wsid, int64_t after,
                       struct mg_decision *ret, struct mg_error *err);

#endif
