/* Commands that move assets: export, plan, import, validate, undo.
 *
 * A run owns its worker threads while one of the functions below blocks; the
 * thread that called it calls 'tick' about five times a second, for the progress
 * display and for signals.  Everything durable is in the store: a run that was
 * killed is gone on with by calling the same function again.
 */
#ifndef MG_RUN_RUN_H
#define MG_RUN_RUN_H

#include "plugin/ctx.h"
#include "store/rule.h"
#include "store/work.h"

enum mg_on_conflict { MG_CONFLICT_SKIP, MG_CONFLICT_UPDATE, MG_CONFLICT_FAIL };

struct mg_run_options {
  int parallel;                  /* worker threads; 0 = twice the slots */
  enum mg_on_conflict on_conflict;
  int retry_failed;
  int64_t settle_us;             /* -1 = as the kind says */
  int64_t stop_at_us;            /* wall time; 0 = never */
  const char *name_glob;         /* --name: only assets whose key matches; NULL */
  int no_referenced;             /* ... and not what those refer to */
  int archive_missing;           /* homes of those whom the target lacks are moved
                                    elsewhere; needs 'rules' */
  size_t waiting_bytes;          /* of names of folders that are to be walked, in
                                    memory; 0 = 8 MiB */
};

/* One thing that happened, for lines, --json and reports.  Texts live during
 * the call.  'event':
 *   kind-end               a kind's list was read to its end: n
 *   asset                  one asset's work ended: kind, key, id, state, code,
 *                          message
 *   note                   a line about an asset or a kind: code, message
 *   phase                  "listing target", "planning" ...: message
 *   settle                 uncertain creates settled: n = found, total = asked
 */
struct mg_event {
  const char *event, *kind, *key, *id, *code, *message;
  int state;                     /* enum mg_state; of 'asset' */
  int op;                        /* enum mg_work_op */
  int phase;                     /* enum mg_phase; of 'asset', 0 = a read */
  int64_t n, total;
};

struct mg_run {
  /* set by the caller */
  struct mg_store *store;
  struct mg_registry *registry;
  struct mg_side source, target; /* remote NULL when the command has no such end */
  struct mg_run_options options;
  struct mg_rules *rules;        /* borrowed; a plan may add some; NULL = none */
  const char *(*plugin_option) (const char *plugin, const char *name);
  void (*on_event) (void *opaque, const struct mg_event *event); /* any thread,
                                    one at a time */
  void (*tick) (void *opaque);   /* the calling thread */
  void *opaque;

  /* filled by the functions */
  int64_t n_failed;              /* assets failed, blocked or uncertain */
  int n_left_out;                /* import: plugins that the run was without */
  int64_t n_differences;         /* validate: without a reason */
  int64_t n_requests;
  int planned;                   /* mg_run_plan was called just now: import need
                                    not do it again */
  int stopped;                   /* ended by mg_run_stop or stop_at: resumable */

  /* inside */
  struct mg_run_state *state;
};

void mg_run_init (struct mg_run *run);
void mg_run_done (struct mg_run *run);

/* First call: no new request leaves, what is under way ends, then the function
 * returns with 'stopped'.  Only sets a flag: safe in a signal handler. */
void mg_run_stop (struct mg_run *run);

/* Lists every chosen kind of the source, fetches details, stores everything; a
 * snapshot that was cut off is gone on with.  0 also when some assets failed. */
int mg_run_export (struct mg_run *run, struct mg_error *err);

/* The numbers of a plan, per kind in registry order. */
struct mg_plan_row {
  const struct mg_kind *kind;
  int64_t create, update, same, blocked, skipped, failed;
  int64_t forced;                  /* of those created */
};
/* A value that import forces, and of how many it changes another one. */
struct mg_plan_forced {
  const struct mg_kind *kind;
  const struct migrate_set *set;
  int there;                       /* it is of set_there */
  int64_t n;
};
/* Why assets are left out, and how many. */
struct mg_plan_skipped {
  char code[48];
  int64_t n;
};
struct mg_plan {
  struct mg_plan_row *rows;
  int n_rows;
  struct mg_plan_forced *forced;
  struct mg_plan_skipped *skipped;
  int n_forced, n_skipped;
  int64_t least_us;              /* least time by the published limits */
  char least_class[48];          /* the class that sets it */
  double least_rate;             /* its limit, per second */
  int is_selected;               /* --name was given: */
  int64_t n_named, n_added;      /* so many match, so many they refer to */
};
void mg_plan_done (struct mg_plan *plan);

/* How long so many calls take at least: the sum for each rate class, and into
 * the plan's least_* the class that takes longest.  A call is "METHOD /path". */
#define MG_LOAD_CLASSES 512
struct mg_load {
  int64_t n[MG_LOAD_CLASSES];
};
void mg_load_add (struct mg_load *load, struct mg_remote *remote,
                  const char *call, int64_t n);
void mg_load_least_time (const struct mg_load *load, struct mg_remote *remote,
                         struct mg_plan *plan);

/* Rows and least time of what is planned already. */
int mg_plan_count (struct mg_run *run, struct mg_plan *ret_plan,
                   struct mg_error *err);

/* What forced, skipped and the rows' forced tell, of what is counted already. */
int mg_plan_remark (struct mg_run *run, struct mg_plan *plan,
                    struct mg_error *err);

/* Lists the target (the baseline, once), finds what each asset needs, decides
 * create, adopt, merge or block; writes work rows but sends no write. */
int mg_run_plan (struct mg_run *run, struct mg_plan *ret_plan,
                 struct mg_error *err);

/* Plans what is not planned, settles what is in doubt, does the work. */
int mg_run_import (struct mg_run *run, struct mg_error *err);

/* Lists the target anew and compares asset by asset; rows in the difference
 * table; n_differences counts those without a reason. */
struct mg_validate_row {
  const struct mg_kind *kind;
  int64_t source, target, equal, differ, missing, extra, explained;
  int64_t unread;                  /* of source: nobody knows what became of it */
  int64_t changed, dropped;        /* values and entries, by rules */
  int64_t off;                     /* on in the source, and off as imported */
};
struct mg_validation {
  struct mg_validate_row *rows;
  int n_rows;
};
void mg_validation_done (struct mg_validation *validation);
int mg_run_validate (struct mg_run *run, struct mg_validation *ret_validation,
                     struct mg_error *err);

/* Before an undo: every create that left and was never confirmed is looked for,
 * with the kinds' patience; what is found is ours.  Sends nothing but reads. */
int mg_run_find_doubts (struct mg_run *run, struct mg_error *err);

/* What undo would do, per kind; with 'apply' does it: removes what this session
 * created, restores what it changed, leaves and reports what was edited since. */
struct mg_undo_row {
  const struct mg_kind *kind;
  int64_t remove, restore, edited, removed, restored, failed;
};
struct mg_undo {
  struct mg_undo_row *rows;
  int n_rows;
};
void mg_undo_done (struct mg_undo *undo);
int mg_run_undo (struct mg_run *run, int apply, struct mg_undo *ret_undo,
                 struct mg_error *err);

/* Progress of the running function, for the display; any thread.  'total' is
 * -1 while unknown.  Returns how many rows were filled. */
struct mg_progress {
  const char *kind;
  int64_t done, total, failed;
};
int mg_run_progress (struct mg_run *run, struct mg_progress *ret_rows, int max);

/* ---- names that lead nowhere (refs.c) ---- */

/* Every name in the exported bodies of the chosen kinds that the target will
 * lack, as often as it stands there: what the export does not have, or has of a
 * kind that is not chosen when the target's index lacks it, too.  Reads the
 * session alone; run needs store, registry and target (wsid 0 = none). */
typedef int (*mg_missing_fn) (void *opaque, const struct mg_kind *kind,
                              const char *ns, const char *val, int exported);
int mg_run_each_missing (struct mg_run *run, mg_missing_fn each, void *opaque,
                         struct mg_error *err);

/* What is said of an asset that names what the export does not have; ns NULL: of
 * several that name it in more than one way.  Returns the code. */
const char *mg_run_say_missing (const char *ns, const char *val, char *ret_text,
                                size_t size);

/* Every value of a sort (MIGRATE_VALUE_*) in the exported bodies of the chosen
 * kinds, as the rules leave it.  Reads the session alone; run needs store,
 * registry and rules. */
typedef void (*mg_value_fn) (void *opaque, const struct mg_kind *kind,
                             const char *text);
int mg_run_each_value (struct mg_run *run, uint32_t what, mg_value_fn each,
                       void *opaque, struct mg_error *err);

#endif
