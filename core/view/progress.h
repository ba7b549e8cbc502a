/* What a run shows while it runs: on a terminal one live line per running kind
 * on standard error, else a plain line now and then; with --json events.
 *
 *   kind  4,120/10,232  40%  60/s (published limit)  ETA 1m42s
 *
 * The live lines are taken away before any other line is logged.  Events come
 * from any thread; ticks from the run's own.  One lock guards it all, and
 * nothing is logged under it.
 */
#ifndef MG_VIEW_PROGRESS_H
#define MG_VIEW_PROGRESS_H

#include "net/remote.h"
#include "run/run.h"
#include "view/view.h"

/* What was seen of a kind during this run, for the summary. */
struct mg_seen {
  const struct mg_kind *kind;
  int64_t created, updated, failed;
};

struct mg_progress_view *mg_progress_new (struct mg_view *view,
                                          struct mg_run *run);
/* Takes the live lines away. */
void mg_progress_free (struct mg_progress_view *p);
/* Does so before a table is printed below them; NULL-safe. */
void mg_progress_hide (struct mg_progress_view *p);

void mg_progress_tick (struct mg_progress_view *p);
void mg_progress_event (struct mg_progress_view *p,
                        const struct mg_event *event);
/* 'which' is how the operator calls the end: "throttled by NAME". */
void mg_progress_watch (struct mg_progress_view *p, struct mg_remote *remote,
                        const char *name);

void mg_progress_seen (struct mg_progress_view *p, const struct mg_kind *kind,
                       struct mg_seen *ret_seen);

/* ---- pure, for tests ---- */

struct mg_progress_row {
  const char *kind;
  int64_t done, total;           /* total -1 = unknown */
  double rate;                   /* per second; 0 = not known yet */
  double limit;                  /* published, per second; 0 = none */
};

/* One line without its end, cut to 'columns' (0 = as long as it is). */
void mg_progress_line (const struct mg_progress_row *row, int name_columns,
                       int columns, char *ret_text, size_t size);

/* "60/s", "35/min", "3/h". */
const char *mg_rate_text (double rate, char ret_text[32]);

#endif
