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

/* What a walk has seen and a list may lack; under the run's lock. */
struct mg_seen_queue {
  int wanted;                      /* some kind is seen so */
  int loaded;
  int n_looking;                   /* who loads them, or looks at one */
  struct mg_seen_one { const struct mg_kind *kind; char *node; } *ones;
  size_t n, cap;
  int64_t *found;                  /* by the kind's index: all that there are */
};

struct lister {
  struct mg_run *run;
  const struct mg_listing *listing;
  struct mg_side *side;
  struct mg_fetches *fetches;      /* by the kind's index */
  /* under the run's lock */
  struct mg_tree tree;
  struct mg_seen_queue seen;
  int next_kind;                   /* lists not taken yet begin here */
  int n_listing, n_fetching;
  int n_queued;                    /* in all queues */
  int fetch_kind;                  /* of equals, whose turn is next */
  int filling, second_pass, all_fetched;
};

/* Are there lists that have not been begun, or not ended? */
int mg_lister_is_listing (const struct lister *l);

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

/* It could not be read: a row that says so, and an event.  Without the lock, as
 * the next one. */
void mg_fetch_failed (struct lister *l, const struct mg_kind *kind,
                      const struct mg_asset *a, const struct mg_error *err);

/* It is not there any more, with a line. */
void mg_fetch_vanished (struct lister *l, const struct mg_kind *kind,
                        int64_t aid, const char *key, const char *text);

/* ---- what a list lacks, and a walk has seen (seen.c) ----
 *
 * Each is a row of the walk: OPEN until its list has been found to have it, or it
 * has been read by itself.  The first two without the run's lock, the others
 * with it. */

void mg_seen_begin (struct lister *l);
void mg_seen_end (struct lister *l);
/* May there be some yet, and is there something to do for them now? */
int mg_seen_is_open (const struct lister *l);
int mg_seen_is_due (const struct lister *l);
void mg_seen_one (struct lister *l, struct mg_ctx *ctx);

/* What an earlier export had, and the list of this one, which is whole, does
 * not: each is asked for by itself, since a list may be behind, and is gone when
 * it is not there (vanished.c).  The caller's thread, after all lists. */
int mg_look_for_vanished (struct lister *l, struct mg_error *err);

/* Leaves out each kind of permissions of which no answer had a list (access.c).
 * The caller's thread, after all lists. */
int mg_look_for_lists (struct lister *l, struct mg_error *err);

#endif
