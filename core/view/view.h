/* How results and progress are shown: tables for people or JSON lines, live
 * lines on a terminal or a line now and then.
 */
#ifndef MG_VIEW_VIEW_H
#define MG_VIEW_VIEW_H

struct mg_progress_view;

struct mg_view {
  int json;                      /* --json */
  int quiet;                     /* --quiet: no progress */
  int live;                      /* standard error is a terminal */
  const char *session;           /* what commands in texts must name, or NULL:
                                  * hint.h; borrowed */
  struct mg_progress_view *progress;   /* while a run is shown */
};

void mg_view_init (struct mg_view *view, int json, int quiet);

#endif
