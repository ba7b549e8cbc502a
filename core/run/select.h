/* Which assets of the source --name chooses.  What they refer to inside the
 * chosen kinds comes along, unless --no-referenced says otherwise; what belongs
 * to an asset (its permissions) goes with it.  Memory: one bit for each asset.
 * The planner's thread alone.
 */
#ifndef MG_RUN_SELECT_H
#define MG_RUN_SELECT_H

#include "run/state.h"

struct mg_selection {
  int is_on;                       /* without --name everything is chosen */
  unsigned char *bits;             /* by aid */
  size_t n_bytes;
  int64_t n_named, n_added;        /* added: referred to, of the chosen kinds */
  int any_skips, any_new;          /* somebody has decided about some asset */
};

/* Reads the edges, which must be in the session.  Needs mg_selection_done in
 * any case; 'ret' was zero or is used again. */
int mg_select (struct mg_run *run, struct mg_selection *ret,
               struct mg_error *err);
int mg_is_selected (const struct mg_selection *sel,
                    const struct mg_asset *asset);
/* Somebody has decided that the asset is not moved: 1 and who and why, which the
 * caller frees; or 0. */
int mg_skip_reason (const struct mg_selection *sel, struct mg_run *run,
                    int64_t aid, char **ret_text, struct mg_error *err);
/* Somebody has decided that nothing in the target stands for it: 1, or 0. */
int mg_is_made_new (const struct mg_selection *sel, struct mg_run *run,
                    int64_t aid, struct mg_error *err);
void mg_selection_done (struct mg_selection *sel);

#endif
