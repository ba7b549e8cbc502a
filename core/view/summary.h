/* The table at the end of a command, or with --json one "kind" line for each
 * row and a "summary" line.  To standard output. */
#ifndef MG_VIEW_SUMMARY_H
#define MG_VIEW_SUMMARY_H

#include "run/run.h"
#include "view/progress.h"
#include "view/view.h"

/* KIND FOUND EXPORTED FAILED */
int mg_summary_export (const struct mg_view *view, struct mg_run *run,
                       struct mg_error *err);
/* KIND CREATED UPDATED SAME FAILED BLOCKED and what else there is */
int mg_summary_import (const struct mg_view *view, struct mg_run *run,
                       struct mg_error *err);
/* "least time WHAT12m: CLASS at 35/min"; 'what' is "" or ends with a blank. */
void mg_summary_least_time (const struct mg_view *view, const char *what,
                            const struct mg_plan *plan);
void mg_summary_plan (const struct mg_view *view, const struct mg_plan *plan);
/* With the reasons of explained differences. */
void mg_summary_validation (const struct mg_view *view, struct mg_run *run,
                            const struct mg_validation *validation);
void mg_summary_undo (const struct mg_view *view, struct mg_undo *undo,
                      int applied);

/* ---- the pieces, for other tables of numbers by kind ---- */

#define MG_MAX_FIELDS 12

struct mg_sheet {
  const struct mg_view *view;
  const char *names[MG_MAX_FIELDS];   /* "created"; the head is its upper case */
  int optional[MG_MAX_FIELDS];   /* left out of the table when all are 0 */
  int n_fields;
  struct mg_sheet_row { const char *kind; int64_t values[MG_MAX_FIELDS]; } *rows;
  int n_rows;
};

/* "found exported failed?": a question mark makes a column optional. */
void mg_sheet_init (struct mg_sheet *sheet, const struct mg_view *view,
                    const char *const *names);
/* A kind that is only listed has no row when all of it is 0. */
void mg_sheet_add (struct mg_sheet *sheet, const struct mg_kind *kind,
                   const int64_t *values);
/* Prints and releases. */
void mg_sheet_end (struct mg_sheet *sheet);

#endif
