/* Work: what has been, is being and remains to be done to one asset in one
 * target.  The states are the heart of exactly-once (docs/design.md):
 *
 *   WAIT 0 · READY 1 · SENT 2 (the intent) · DOUBT 3 · DONE 4 · UNCHANGED 5 ·
 *   FAILED 6 · BLOCKED 7 · SKIPPED 8 · PARKED 9
 *
 * RULE-INTENT: a create leaves only after SENT was committed.
 * RULE-WAKE: a waiting row watches one unmet dependency (wait_on); whatever
 * ends that one looks at the row again in the same transaction.  So there is
 * no counter that a crash could decrement twice, and a lost wake can be found.
 */
#ifndef MG_STORE_WORK_H
#define MG_STORE_WORK_H

#include "store/asset.h"

enum mg_state {
  MG_WAIT = 0, MG_READY = 1, MG_SENT = 2, MG_DOUBT = 3, MG_DONE = 4,
  MG_UNCHANGED = 5, MG_FAILED = 6, MG_BLOCKED = 7, MG_SKIPPED = 8,
  MG_PARKED = 9, MG_N_STATES
};

enum mg_work_op {
  MG_OP_CREATE = 1, MG_OP_UPDATE = 2, MG_OP_MERGE = 3, MG_OP_ADOPT = 4,
  MG_OP_FETCH = 5, MG_OP_DELETE = 6, MG_OP_RESTORE = 7
};

enum mg_phase { MG_PHASE_MAIN = 1, MG_PHASE_FINISH = 2, MG_PHASE_UNDO = 3 };

enum mg_provenance { MG_NOBODYS = 0, MG_CREATED = 1, MG_ADOPTED = 2 };

struct mg_work {
  int64_t wid, aid, wait_on, not_before, sent_at, new_aid;
  int wsid, kid, phase, op, state, tries, provenance;
  int has_before;                  /* what was there before a change is kept */
  int has_was;                     /* exported again, and changed, since it was
                                      sent */
  int maybe;                       /* a create of it left, and no answer told
                                      that nothing came of it */
  char code[48];
  char *message;                   /* owned: mg_work_done_row */
};

#define MG_WORK_INIT { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "", NULL }

void mg_work_release (struct mg_work *w);

/* A ring of the scheduler: rows of one kind and one operation. */
#define MG_WORK_CLASS(kid, op) ((int64_t) (kid) * 8 + (op))

const char *mg_state_name (int state);   /* "uncertain" for DOUBT */
const char *mg_work_op_name (int op);

/* ---- reading; 1, 0 or negative ---- */

int mg_work_get (struct mg_store *store, int wsid, int64_t aid, int phase,
                 struct mg_work *ret, struct mg_error *err);
int mg_work_by_id (struct mg_store *store, int64_t wid, struct mg_work *ret,
                   struct mg_error *err);
int mg_work_by_new (struct mg_store *store, int64_t new_aid,
                    struct mg_work *ret, struct mg_error *err);
int mg_work_before (struct mg_store *store, struct mg_packer *packer,
                    int64_t wid, struct mg_buf *ret_body, struct mg_error *err);

/* The source's body that was sent, where a later export found another; 0 where
 * none did. */
int mg_work_was (struct mg_store *store, struct mg_packer *packer, int64_t wid,
                 struct mg_buf *ret_body, struct mg_error *err);

/* Rows in an order, read page by page with the reader given back in between;
 * 'each' returns 0 to go on. */
typedef int (*mg_work_each_fn) (void *opaque, const struct mg_work *w,
                                struct mg_error *err);
int mg_work_each_bad (struct mg_store *store, int wsid, int kid,
                      mg_work_each_fn each, void *opaque, struct mg_error *err);
/* In the order of aid, those behind 'after'; or back from the last, those before
 * 'before' (INT64_MAX = all). */
int mg_work_each_phase_back (struct mg_store *store, int wsid, int phase,
                             int64_t before, mg_work_each_fn each, void *opaque,
                             struct mg_error *err);
int mg_work_each_phase (struct mg_store *store, int wsid, int phase,
                        int64_t after, mg_work_each_fn each, void *opaque,
                        struct mg_error *err);
int mg_work_each_due (struct mg_store *store, int wsid, int kid, int64_t now_us,
                      mg_work_each_fn each, void *opaque, struct mg_error *err);
/* When the next doubt or parked row of a kind is due: 1 and the wall time. */
int mg_work_next_due (struct mg_store *store, int wsid, int kid,
                      int64_t *ret_wall_us, struct mg_error *err);

/* What an asset needs that the export did not find; 1 or 0.  Free both. */
int mg_missing_get (struct mg_store *store, int64_t aid, char **ret_ns,
                    char **ret_val, struct mg_error *err);
/* All of it, MG_MISSING_MAX at most, in the same order; returns how many. */
#define MG_MISSING_MAX 1000
int mg_missing_list (struct mg_store *store, int64_t aid,
                     struct mg_alias_value **ret, struct mg_error *err);
void mg_missing_free (struct mg_alias_value *missing, int n);

/* counts[state] of one kind; MG_COUNT_ASSETS in *ret_assets. */
int mg_counters_get (struct mg_store *store, int wsid, int kid,
                     int64_t counts[MG_N_STATES], int64_t *ret_assets,
                     struct mg_error *err);

/* ---- planning ---- */

struct mg_planned {
  int64_t aid, prio, new_aid;
  int kid, op, state, provenance;
  const char *code, *message;      /* copied */
};

/* A row that was sent, is done, failed or uncertain stays as it is; one that
 * failed because its export did, or in a circle, is planned again. */
int mg_work_may_replan (const struct mg_work *w);
#define MG_CODE_UNREAD "export-incomplete"
#define MG_CODE_CYCLE "cycle"
/* Of a row that is SKIPPED, a walk and a note: this workspace does not offer
 * it.  Nobody waits for such a row. */
#define MG_CODE_UNSUPPORTED "unsupported"
/* a file of the session (blob.h) is not what its name says */
#define MG_CODE_DAMAGED "damaged-file"

/* Of a row that a person has given its counterpart (UNCHANGED). */
#define MG_CODE_RESOLVED "resolved"

/* Queues one planned row.  A row that was sent, is done, failed or uncertain
 * stays as it is.  The edges were posted before: one that is to WAIT and names
 * nobody is READY at once. */
int mg_work_plan (struct mg_store *store, int wsid, const struct mg_planned *p,
                  struct mg_error *err);

/* The row is as if it had never been done (its object went with another). */
int mg_work_forget (struct mg_store *store, int wsid,
                    const struct mg_planned *p, struct mg_error *err);

/* Looks at every row that was planned as WAIT and has no watch yet. */
int mg_work_arrange (struct mg_store *store, int wsid, struct mg_error *err);

/* Looks again at rows whose watched dependency has ended: what a crash between
 * two releases could have left (at the start of an import). */
int mg_work_find_lost_wakes (struct mg_store *store, int wsid,
                             struct mg_error *err);

/* FAILED rows of a kind - those that were never sent, those that were, or all -
 * become WAIT and are looked at. */
enum mg_retry { MG_RETRY_UNSENT = 1, MG_RETRY_SENT = 2, MG_RETRY_ALL = 3 };
int mg_work_retry_failed (struct mg_store *store, int wsid, int kid,
                          enum mg_retry which, struct mg_error *err);

/* ---- running ---- */

/* Takes up to max READY rows of one ring; 'durable' marks them SENT in the same
 * commit.  busy[] are wids that are claimed in memory already. */
struct mg_claim {
  int wsid, durable, max;
  int64_t class_id;
  const int64_t *busy;
  int n_busy;
  struct mg_work rows[32];
  int n_rows;
};
int mg_work_claim (struct mg_store *store, struct mg_claim *claim,
                   struct mg_error *err);

/* How one piece of work ended. */
struct mg_result {
  int64_t wid;
  int state;                       /* DONE UNCHANGED FAILED DOUBT READY PARKED
                                      SKIPPED BLOCKED */
  int provenance;                  /* 0 = as it is */
  int64_t new_aid;                 /* 0 = from 'put', else as it is */
  int64_t not_before;              /* of DOUBT and PARKED: wall time */
  int64_t wait_on;                 /* of BLOCKED: the cause */
  int has_put;
  struct mg_put put;               /* the target's asset as the answer showed it */
  int has_sha;
  unsigned char sent_sha[MG_DIGEST_LEN];
  int finish;                      /* a row of phase FINISH follows */
  int maybe;                       /* it may have taken effect (READY, DOUBT) */
  int surely_not;                  /* what may have left never did (FAILED) */
  int anew;                        /* it is not there, and goes as it is now */
  int gone;                        /* the target's asset was deleted (undo) */
  int damaged;                     /* the next export reads the source's anew */
  char code[48];
  char *message;
};

struct mg_result *mg_result_new (int64_t wid, int state);
void mg_result_say (struct mg_result *result, const char *code,
                    const char *message);
/* Queues it; owned by the store from here on. */
int mg_result_post (struct mg_store *store, struct mg_result *result,
                    struct mg_error *err);
void mg_result_free (struct mg_result *result);

/* SENT rows of a run that ended (those of kind kid, 0 = any, and all
 * of them when wids is NULL): 'state' DOUBT
 * with not_before, or READY when they surely never left. */
int mg_work_reopen (struct mg_store *store, int wsid, int kid,
                    const int64_t *wids, int n_wids, int state,
                    int64_t not_before,
                    struct mg_error *err);

/* What stands for the asset of this row stands for 'aid' from now on, which has
 * nothing yet: the row and that of its end go over, and one that says "vanished"
 * remains. */
int mg_work_hand_over (struct mg_store *store, const struct mg_work *row,
                       int64_t aid, struct mg_error *err);

/* How reading the detail of an exported asset ended: FAILED leaves a row with
 * code and message, DONE and SKIPPED clear one that an earlier try left. */
int mg_work_fetched (struct mg_store *store, int wsid, int64_t aid, int kid,
                     int state, const char *code, const char *message,
                     struct mg_error *err);

/* One row for each planned removal or restore of an undo: phase UNDO. */
int mg_work_plan_undo (struct mg_store *store, const struct mg_work *main_row,
                       int op, struct mg_error *err);

/* Keeps, durably when it returns, what an asset was before it is changed; what
 * was kept already stays. */
int mg_work_keep_before (struct mg_store *store, int64_t wid,
                         const struct mg_buf *packed, struct mg_error *err);

/* Forgets what an undo that was cut off had planned and not done. */
int mg_work_clear_undo (struct mg_store *store, int wsid, struct mg_error *err);

/* An asset that is not at the service any more. */
int mg_asset_gone (struct mg_store *store, int64_t aid, int64_t sid,
                   struct mg_error *err);

int mg_note_post (struct mg_store *store, int wsid, int64_t aid, int kid,
                  const char *code, const char *message, struct mg_error *err);
/* Those of a kind with that code that concern no asset. */
int mg_note_clear (struct mg_store *store, int wsid, int kid, const char *code,
                   struct mg_error *err);

#endif
