/* Inside of actions: shared by action*.c only. */
#ifndef MG_RUN_ACTION_IMPL_H
#define MG_RUN_ACTION_IMPL_H

#include "run/action.h"
#include "run/state.h"
#include "run/switch.h"
#include "store/action.h"

struct mg_actor {
  struct mg_run *run;
  const struct mg_action_options *options;
  struct mg_action_count *out;     /* under the run's lock */
  struct mg_switch sw;
  int is_source;
  struct mg_action_item {
    char *id, *key;                /* at the end that is changed */
    int64_t aid;                   /* of the source's asset; 0 = not exported */
  } *items;
  size_t n_items, next;            /* next: under the run's lock */
};

/* Which assets the action is about (action-list.c). */
int mg_action_collect (struct mg_actor *a, struct mg_error *err);

/* Waits for what is at work there (action-busy.c). */
int mg_action_wait (struct mg_actor *a, struct mg_error *err);

/* What the source had, with the target's names, and when (wall time).  The
 * caller frees both. */
struct mg_wanted {
  struct mg_buf part;
  char *source_id;
  int64_t at_us;
};
/* 1, or 0 when nobody knows. */
int mg_action_wanted (struct mg_actor *a, struct mg_ctx *ctx,
                      const struct mg_action_item *item, struct mg_wanted *ret,
                      struct mg_error *err);

/* 1: what was kept there is not undone yet. */
int mg_action_is_off (enum mg_action_state state);

#endif
