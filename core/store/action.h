/* What actions found before they changed it: one row for each asset that one of
 * them was about, in a source or a target.  What stands there outlives every
 * export, so it is never mistaken for what an action itself wrote.
 */
#ifndef MG_STORE_ACTION_H
#define MG_STORE_ACTION_H

#include "store/store.h"

enum mg_action_state {
  MG_ACTION_MEANT = 1,             /* the request that switches off may have
                                      left */
  MG_ACTION_OFF = 2,
  MG_ACTION_KEPT = 3,              /* it was off before; nothing was sent */
  MG_ACTION_RETURNING = 4,         /* the request that puts back may have left */
  MG_ACTION_BACK = 5
};

struct mg_action_row {
  int wsid, kid;
  enum mg_action_state state;
  char *src_id, *key, *who;
  char *source_id;                 /* of a target's: its id in the source */
  struct mg_buf before;            /* the part of its body that matters, packed */
  int64_t off_at_us, back_at_us;   /* wall time; 0 = never.  KEPT: off_at_us is
                                      when it was last found so */
};

void mg_action_row_done (struct mg_action_row *row);

/* Durable when it returns; the row is replaced. */
int mg_action_put (struct mg_store *store, const struct mg_action_row *row,
                   struct mg_error *err);
/* State and off_at_us alone, likewise. */
int mg_action_set (struct mg_store *store, const struct mg_action_row *row,
                   struct mg_error *err);

/* Removes it, likewise. */
int mg_action_drop (struct mg_store *store, const struct mg_action_row *row,
                    struct mg_error *err);

/* 1 found, 0 not.  *ret, which was zero, needs mg_action_row_done. */
int mg_action_get (struct mg_store *store, int wsid, int kid,
                   const char *src_id, struct mg_action_row *ret,
                   struct mg_error *err);
/* The first behind 'after', in the order of src_id: 1, or 0 at the end. */
int mg_action_after (struct mg_store *store, int wsid, int kid,
                     const char *after, struct mg_action_row *ret,
                     struct mg_error *err);

/* 1: in this workspace something was put back. */
int mg_action_returned (struct mg_store *store, int wsid, struct mg_error *err);

/* "paused" for people: "meant", "off", "was off", "returning", "back". */
const char *mg_action_state_name (enum mg_action_state state);

#endif
