/* Inside of undo: its parts, and what a plan asks of it.  One thread. */
#ifndef MG_RUN_UNDO_H
#define MG_RUN_UNDO_H

#include "run/state.h"

/* How a row is taken back: MG_OP_DELETE what we made, MG_OP_RESTORE the rest. */
int mg_undo_op (const struct mg_work *work);

/* Has this row changed the target, and is it one of those that were listed? */
int mg_undo_is_ours (const struct mg_run *run, const struct mg_work *work,
                     const struct mg_kind *kind);

/* Half an undo: what the session calls done may be gone.  MG_E_MISMATCH
 * [undo-unfinished]. */
int mg_undo_refuse_half (struct mg_run *run, struct mg_error *err);

struct mg_undo_look {
  struct mg_run *run;
  struct mg_ctx *ctx;
  int64_t *unread;                 /* aids of rows, in their order */
  size_t n_unread, next;
};

/* A list that is behind does not show all that is there.  What it lacks is looked
 * at before anything is judged, for others name it: it is seen now, or gone, or
 * stays because it could not be looked at, which is noted. */
int mg_undo_look (struct mg_undo_look *look, struct mg_error *err);
void mg_undo_look_done (struct mg_undo_look *look);

/* Asked of our rows in the order of mg_work_each_phase, each once. */
int mg_undo_is_unread (struct mg_undo_look *look, const struct mg_work *work);


/* 1: somebody has changed since what we made or changed there. */
int mg_undo_is_edited (struct mg_run *run, struct mg_ctx *ctx,
                       const struct mg_kind *kind, const struct mg_work *work,
                       const struct mg_asset *target, struct mg_error *err);

/* A change that was cut off: 1 when it has reached the target. */
int mg_undo_has_changed (struct mg_run *run, struct mg_ctx *ctx,
                         const struct mg_kind *kind, const struct mg_work *work,
                         const struct mg_asset *target, struct mg_error *err);

/* 1: the target shows what was there before our change; 0 also where nobody
 * knows that. */
int mg_undo_is_back (struct mg_run *run, struct mg_ctx *ctx,
                     const struct mg_kind *kind, const struct mg_work *work,
                     const struct mg_asset *target, struct mg_error *err);

/* Removes the folders that came with archived homes, where they are empty and were
 * not there before (archive.c). */
int mg_undo_archive (struct mg_run *run, struct mg_ctx *ctx,
                     struct mg_error *err);

#endif
