/* Inside of a run: shared by the files of core/run only. */
#ifndef MG_RUN_STATE_H
#define MG_RUN_STATE_H

#include <stdatomic.h>
#include "base/json.h"
#include "base/thread.h"
#include "run/run.h"

#define MG_MAX_PROGRESS 64

struct mg_run_state {
  struct mg_mutex lock;            /* guards everything below but 'stop' */
  struct mg_cond wake;             /* workers that found nothing to do */
  struct mg_cond tick;             /* the caller, who waits for their end */
  atomic_int stop;                 /* by a signal's handler, too: without a lock */
  struct mg_error fatal;           /* ends the run; code 0 = none */
  int n_workers;                   /* still running */
  struct mg_progress progress[MG_MAX_PROGRESS];
  int n_progress;
  struct mg_mutex event_lock;
  struct mg_cache *cache;          /* references resolved already */
  struct mg_known *known;          /* values that the target lists (listed.c) */
  int verdicts_taken;
};

/* No more work is to be begun. */
int mg_run_stopping (struct mg_run *run);

/* The run cannot go on: the first error is kept; workers end. */
void mg_run_fail (struct mg_run *run, const struct mg_error *err);

/* Like mg_run_fail when the error concerns the whole workspace or session (a
 * token refused, a full disk, throttled for too long) and not one asset. */
int mg_run_is_fatal (int code);

void mg_run_emit (struct mg_run *run, const struct mg_event *event);
void mg_run_note (struct mg_run *run, const struct mg_side *side, int64_t aid,
                  const struct mg_kind *kind, const char *key, const char *code,
                  const char *message);

/* Adds to a kind's line of progress; total < 0 leaves it. */
void mg_run_advance (struct mg_run *run, const char *kind, int64_t done,
                     int64_t failed);
void mg_run_total (struct mg_run *run, const char *kind, int64_t total);
void mg_run_clear_progress (struct mg_run *run);

/* Runs 'work' in n threads, each with a context of its own for that side, and
 * ticks until all ended.  0, or the run's fatal error. */
int mg_run_pool (struct mg_run *run, struct mg_side *side, int n,
                 void (*work) (struct mg_run *run, struct mg_ctx *ctx,
                               void *opaque),
                 void *opaque, struct mg_error *err);
int mg_run_n_workers (const struct mg_run *run);

/* What the supervisor decided about crashes of the run before this one: marks
 * plugins disabled, and fails the work that crashed before it sent anything. */
int mg_run_take_verdicts (struct mg_run *run, struct mg_error *err);

/* Opens the plugins' side; a plugin whose open fails is disabled. */
int mg_run_open_plugins (struct mg_run *run, struct mg_side *side,
                         struct mg_error *err);
/* It is out for the rest of this run: one line, and it counts as a failure.
 * 'kind' is the one on whose account, NULL = none of them. */
void mg_run_say_disabled (struct mg_run *run, struct mg_side *side,
                          const struct mg_kind *kind, struct mg_plugin *plugin);
/* At the start of a run that does anew what they were left out of. */
int mg_run_forget_disabled (struct mg_run *run, const struct mg_side *side,
                            struct mg_error *err);
void mg_run_close_plugins (struct mg_run *run, struct mg_side *side);

/* ---- listing a workspace (list.c) ---- */

enum mg_detail { MG_DETAIL_NONE, MG_DETAIL_MAPPED, MG_DETAIL_ALL };

struct mg_listing {
  struct mg_side *side;
  const char *purpose;             /* "export", "baseline", "validate", "undo" */
  enum mg_detail detail;
  int again;                       /* a new snapshot, even if one has ended */
  int fresh;                       /* ... or was cut off */
  /* which kinds; NULL = chosen and indexed ones */
  int (*wants) (const struct mg_run *run, const struct mg_kind *kind);
};

/* Can all of the kind be listed, by a list of its own or by a walk? */
int mg_run_has_list (const struct mg_kind *kind);

/* Side's sid is that of the snapshot afterwards. */
int mg_run_list (struct mg_run *run, const struct mg_listing *listing,
                 struct mg_error *err);

/* Is this kind offered by that end? */
int mg_kind_at (const struct mg_kind *kind, uint32_t end);

/* The baseline (baseline.c): the target's index before our first create.  A plan
 * that is asked for, and a second try of what failed ('anew'), look at the target
 * again: what was in the way may be gone, and what stood for an asset, too. */
int mg_run_baseline (struct mg_run *run, int anew, struct mg_error *err);

/* ---- references (refs.c, prepare.c) ---- */

/* With --archive-missing: a rule for each home that nobody in the target has, and
 * run->rules anew (archive.c). */
int mg_run_archive (struct mg_run *run, struct mg_error *err);

/* Edges of every asset of the chosen kinds. */
int mg_run_edges (struct mg_run *run, struct mg_error *err);

/* Cuts the cycles of kinds that refer to themselves (cycle.c). */
int mg_run_cut_cycles (struct mg_run *run, struct mg_error *err);

/* What still waits for itself when all is planned: FAILED [cycle]. */
int mg_run_fail_cycles (struct mg_run *run, struct mg_error *err);

struct mg_prepared {
  struct mg_buf json;              /* ready to send */
  int dropped_late;                /* a member of a cycle was left out */
  int dropped;                     /* elements left out by on_missing */
  int changed_by_rule, dropped_by_rule;
  const struct migrate_ref *spelled_out; /* MIGRATE_SPELL_OUT, and not there */
};
#define MG_PREPARED_INIT { MG_BUF_INIT (MG_MAX_ELEMENT), 0, 0, 0, 0, NULL }

/* FOR_DOUBT: what surely was in a create that was sent; a member of a cycle may
 * have been left out.  FOR_UNDO: to compare, when the service may have taken out
 * what named an asset that an undo before this one removed; FOR_UNDO_KEPT: when
 * it may have kept the name of what is not there any more. */
enum mg_prepare_for {
  MG_FOR_CREATE, MG_FOR_UPDATE, MG_FOR_COMPARE, MG_FOR_DOUBT, MG_FOR_UNDO,
  MG_FOR_UNDO_KEPT
};

/* The source's asset as it was when it was sent: a later export may have found
 * another.  1; 0 when there is none. */
int mg_run_sent (struct mg_run *run, struct mg_ctx *ctx,
                 const struct mg_work *main_row, struct mg_asset *ret,
                 struct mg_error *err);

/* The source's body with ids of the target, without owned[], with set[] (not
 * for comparing) and what the rules change.  MG_E_BLOCKED [blocked] names what
 * is missing. */
int mg_run_prepare (struct mg_run *run, struct mg_ctx *ctx,
                    const struct mg_kind *kind, const struct mg_asset *asset,
                    enum mg_prepare_for purpose, struct mg_prepared *ret,
                    struct mg_error *err);

/* The reference cache. */
struct mg_cache *mg_cache_new (void);
void mg_cache_free (struct mg_cache *cache);
void mg_cache_clear (struct mg_cache *cache);

#define MG_NO_ACCESS_TEXT "left out: this workspace has no access control"

/* This workspace does not offer a kind: said once, kept in its walk, and nothing
 * more of it is asked for by this run. */
void mg_run_leave_kind (struct mg_run *run, const struct mg_side *side,
                        const struct mg_kind *kind, const char *text);

/* Reads the body of a target's asset of which only the stub is known. */
int mg_run_ensure_body (struct mg_ctx *ctx, const struct mg_kind *kind,
                        struct mg_asset *asset, struct mg_error *err);

/* ---- comparing (compare.c) ---- */

/* The first name of this asset that the target does not know
 * (MIGRATE_SPELL_OUT); NULL when it knows all of them. */
int mg_run_unknown (struct mg_run *run, const struct mg_kind *kind,
                    const struct mg_asset *asset,
                    const struct migrate_ref **ret_ref, struct mg_error *err);

/* The paths of derived[] that do not count in this body, but for those that come
 * of 'but' (NULL: of none); NULL at the end. */
#define MG_MAX_DERIVED 24
void mg_run_derived (const struct mg_kind *kind, const char *json, size_t len,
                     const struct migrate_ref *but,
                     const char *ret_paths[MG_MAX_DERIVED + 1]);

/* Which code says that assets like this are never moved (leave[]); NULL = they
 * are.  One of the target cannot stand for one of the source, but keeps its
 * name from it. */
const char *mg_run_left_out (const struct mg_kind *kind,
                             const struct mg_asset *asset);
#define MG_UNUSABLE_TEXT \
  "the target has one of this name that cannot be used; restore or remove it " \
  "there, then migrate import --retry-failed"

/* ---- importing (sched.c, item.c, settle.c) ---- */

#define MG_MAX_SENDS 5             /* of one create that is never answered */

/* How a piece of work ended. */
struct mg_item_end {
  int64_t due;                     /* wall time to look at it again; 0 = done */
  int state;
  char code[48];
};

/* Does one claimed piece of work and posts its result. */
struct mg_item_end mg_item_do (struct mg_run *run, struct mg_ctx *ctx,
                               const struct mg_kind *kind,
                               const struct mg_work *work);

/* Decides the doubts of a kind that are due: lists it once, compares. */
int mg_settle_kind (struct mg_run *run, struct mg_ctx *ctx,
                    const struct mg_kind *kind, struct mg_error *err);

/* May a create without a reply be sent again at once?  The service refuses a
 * second one of the name, also while the first is on its way. */
int mg_run_refuses_twice (const struct mg_kind *kind);

/* Wall time at which a doubt of this kind is looked at. */
int64_t mg_settle_due (const struct mg_run *run, const struct mg_kind *kind);

#endif
