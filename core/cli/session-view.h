/* What a session is and where it stands: session list, session show, status.
 * To standard output. */
#ifndef MG_CLI_SESSION_VIEW_H
#define MG_CLI_SESSION_VIEW_H

#include "cli/app.h"

struct mg_session_facts {
  char *source, *target;         /* hosts, or NULL */
  char *last_command;
  char last_when[24];            /* UTC, or "-" */
  int last_status;               /* -1 = it did not end */
};

/* Opens and closes the session. */
int mg_session_facts_read (const char *name, struct mg_session_facts *ret,
                           struct mg_error *err);
void mg_session_facts_done (struct mg_session_facts *facts);
void mg_session_facts_line (const char *name,
                            const struct mg_session_facts *facts);

/* Of the open session: its ends, and its last runs. */
int mg_session_show (struct mg_app *app, struct mg_error *err);
int mg_session_show_runs (struct mg_app *app, int n, struct mg_error *err);

/* By kind: what was exported, and what became of it in one target. */
int mg_session_show_kinds (struct mg_app *app, int wsid, struct mg_error *err);

#endif
