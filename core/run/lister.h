/* Inside of a listing: what list.c and fetch.c share. */
#ifndef MG_RUN_LISTER_H
#define MG_RUN_LISTER_H

#include "run/state.h"
#include "run/tree.h"

#define FETCH_PAGE 64
#define LOOK_AGAIN_US (50 * MG_MS_US)

struct lister {
  struct mg_run *run;
  const struct mg_listing *listing;
  struct mg_side *side;
  /* under the run's lock */
  struct mg_tree tree;
  int next_kind;                   /* lists not taken yet begin here */
  int n_listing, n_fetching;
  struct mg_asset *queue[FETCH_PAGE];
  int n_queue;
  int fetch_kind;                  /* whose details are looked for next */
  int64_t *fetch_after;            /* how far each kind's have been */
  int filling, second_pass, all_fetched;
  int64_t look_us;                 /* nothing is looked for before then */
};

/* Does this listing want the kind at all? */
int mg_lister_wants (const struct lister *l, const struct mg_kind *kind);

/* fetch.c, with the run's lock held: */

/* Has the kind details, or any kind? */
int mg_fetch_kind (const struct lister *l, const struct mg_kind *kind);
int mg_fetch_any (const struct lister *l);
/* Nothing is queued: looks for details; 1 when there may be some now. */
int mg_fetch_refill (struct lister *l, struct mg_ctx *ctx);
void mg_fetch_one (struct lister *l, struct mg_ctx *ctx);

/* It is not there any more, with a line; without the lock. */
void mg_fetch_vanished (struct lister *l, const struct mg_kind *kind,
                        int64_t aid, const char *key, const char *text);

/* What an earlier export had, and the list of this one, which is whole, does
 * not: each is asked for by itself, since a list may be behind, and is gone when
 * it is not there (vanished.c).  The caller's thread, after all lists. */
int mg_look_for_vanished (struct lister *l, struct mg_error *err);

#endif
