/* Finding what stands for an asset in the target: plan.c only.  One thread. */
#ifndef MG_RUN_MATCH_H
#define MG_RUN_MATCH_H

#include "run/state.h"

#define MG_MATCH_MAX 64

struct mg_match {
  struct mg_run *run;
  const struct mg_kind *kind;
  struct mg_ctx ctx;               /* of the calling thread */
  int64_t baseline_sid, index_sid;
  char key_ns[128];                /* of its keys */
  int is_planned;                  /* some of its rows are in the session */
  int in_doubt;                    /* creates of this kind are not settled */
  int64_t *taken;                  /* by rows that are not in the session yet */
  int n_taken;
  int is_equal_only;               /* nothing else than its equal is looked for */
};

void mg_match_init (struct mg_match *match, struct mg_run *run);
void mg_match_done (struct mg_match *match);

/* What follows is about this kind; nothing is taken yet. */
int mg_match_kind (struct mg_match *match, const struct mg_kind *kind,
                   struct mg_error *err);

/* Assets of the target under this one's key that are nobody's: how many, 64 at
 * most. */
int mg_match_find (struct mg_match *match, const struct mg_asset *source,
                   int64_t ret_aids[MG_MATCH_MAX], struct mg_error *err);

/* The first of them that is what this one would be: 1, or 0. */
int mg_match_equal (struct mg_match *match, const struct mg_asset *source,
                    int64_t *ret_aid, struct mg_error *err);

/* Is the target's something else under this one's key?  1 and the first of the
 * kind's same[] that says so, or 0. */
int mg_match_conflict (struct mg_match *match, const struct mg_asset *source,
                       int64_t aid, const char **ret_path,
                       struct mg_error *err);

/* How many assets of the source carry this one's key, two at most. */
int mg_match_sources (struct mg_match *match, const struct mg_asset *source,
                      struct mg_error *err);

/* A person has said what of the target it is, and that is there still: 1, or
 * 0. */
int mg_match_is_resolved (struct mg_match *match, const struct mg_work *work,
                          struct mg_error *err);

/* What was made there for an asset that is gone from the source becomes this
 * one's, with all that the session knows of it: 1, or 0 when it is not so. */
int mg_match_hand_over (struct mg_match *match, const struct mg_asset *source,
                        int64_t aid, struct mg_error *err);

/* Nobody else finds it from here on. */
void mg_match_take (struct mg_match *match, int64_t aid);

#endif
