/* Inside of a listing: what list.c and fetch.c share. */
#ifndef MG_RUN_LISTER_H
#define MG_RUN_LISTER_H

#include "run/state.h"
#include "run/tree.h"

#define FETCH_PAGE 64
#define LOOK_AGAIN_US (50 * MG_MS_US)

/* A kind's details that are wanted; under the run's lock, but for the queue
 * while it is empty, which is whose who fills. */
struct mg_fetches {
  int wanted;                      /* the kind has some */
  int rate_class;                  /* of the call that reads one ... */
  int list_class;                  /* ... and of that which lists */
  int lanes, n_running;            /* so many at a time; 0: any number */
  struct mg_asset *queue[FETCH_PAGE];
  int n;
  int64_t after;                   /* how far they have been looked for */
  int64_t look_us;                 /* nothing is looked for before then */
};

struct lister {
  struct mg_run *run;
  const struct mg_listing *listing;
  struct mg_side *side;
  struct mg_fetches *fetches;      /* by the kind's index */
  /* under the run's lock */
  struct mg_tree tree;
  int next_kind;                   /* lists not taken yet begin here */
  int n_listing, n_fetching;
  int n_queued;                    /* in all queues */
  int fetch_kind;                  /* of equals, whose turn is next */
  int filling, second_pass, all_fetched;
};

/* Does this listing want the kind at all? */
int mg_lister_wants (const struct lister *l, const struct mg_kind *kind);

/* fetch.c */

void mg_fetch_begin (struct lister *l);
void mg_fetch_end (struct lister *l);

/* The rest with the run's lock held. */

/* Has any kind details? */
int mg_fetch_any (const struct lister *l);
/* A queue is empty, and it is time to see whether there is more for it. */
int mg_fetch_is_due (const struct lister *l);
void mg_fetch_refill (struct lister *l, struct mg_ctx *ctx);
/* Something was listed: details of it may be found at once. */
void mg_fetch_look_again (struct lister *l);
/* Those of which one could leave first, or NULL; and when that is. */
struct mg_fetches *mg_fetch_pick (struct lister *l, int64_t *ret_due_us);
void mg_fetch_one (struct lister *l, struct mg_ctx *ctx, struct mg_fetches *f);

/* It is not there any more, with a line; without the lock. */
void mg_fetch_vanished (struct lister *l, const struct mg_kind *kind,
                        int64_t aid, const char *key, const char *text);

/* What an earlier export had, and the list of this one, which is whole, does
 * not: each is asked for by itself, since a list may be behind, and is gone when
 * it is not there (vanished.c).  The caller's thread, after all lists. */
int mg_look_for_vanished (struct lister *l, struct mg_error *err);

#endif
