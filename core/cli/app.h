/* What a command has at hand: options, plugins, a session, the two ends, a run.
 * Each is opened when the command asks for it and closed by mg_app_done.
 * Main thread.
 */
#ifndef MG_CLI_APP_H
#define MG_CLI_APP_H

#include "cli/options.h"
#include "net/end.h"
#include "net/rates.h"
#include "net/remote.h"
#include "net/trace.h"
#include "plugin/registry.h"
#include "run/run.h"
#include "run/session.h"
#include "view/view.h"

/* Exit statuses, operator's side (docs: migrate(1)). */
enum {
  MG_EXIT_OK = 0, MG_EXIT_SOME = 1, MG_EXIT_USAGE = 2, MG_EXIT_CANNOT = 3,
  MG_EXIT_BUG = 4, MG_EXIT_DIFFERS = 5, MG_EXIT_STOPPED = 10,
  MG_EXIT_HUP = 129, MG_EXIT_INT = 130, MG_EXIT_TERM = 143
};

enum mg_app_end { MG_SOURCE, MG_TARGET };

struct mg_app {
  struct mg_options options;
  const struct mg_command *command;
  char **words;                  /* those behind the command */
  int n_words;
  struct mg_view view;

  struct mg_registry registry;
  int has_registry;
  char *session_name;            /* name or folder; NULL = none yet */
  struct mg_session session;
  int has_session;
  struct mg_workspace spaces[2]; /* as the session has bound them */
  struct mg_end ends[2];
  struct mg_remote *remotes[2];
  struct mg_side sides[2];
  struct mg_rates *rates;
  struct mg_trace *trace;
  char user_agent[128];
  int target_lock;               /* -1 = none */
  int64_t rid;                   /* of the session's list of runs, 0 = none */
  struct mg_run run;
};

void mg_app_init (struct mg_app *app);
void mg_app_done (struct mg_app *app);

/* Prints the error and says how the program ends for it. */
int mg_app_fail (struct mg_app *app, const struct mg_error *err);
int mg_exit_for (const struct mg_error *err);

/* ---- app.c ---- */

/* Takes the words behind the command. */
void mg_app_words (struct mg_app *app);
/* MG_E_INVALID [bad-words] unless there are min to max of them. */
int mg_app_check_words (struct mg_app *app, struct mg_error *err);
/* The first word is none of 'verbs', or stands with the wrong number of others;
 * MG_E_INVALID [bad-words]. */
int mg_app_bad_verb (struct mg_app *app, const char *const *verbs,
                     struct mg_error *err);

/* Loads plugins from --plugin-dir or the installed folder, refused ones are
 * warned of; then the options are read again with theirs. */
int mg_app_load (struct mg_app *app, struct mg_error *err);

/* Which session is meant: --session, else the newest of this source, else the
 * only one there is.  'make' allows a new one to be named.  Sets session_name;
 * MG_E_NOT_FOUND [no-session]. */
int mg_app_find_session (struct mg_app *app, int make, struct mg_error *err);

/* Opens it (after mg_app_load); 'write' takes the lock. */
int mg_app_open_session (struct mg_app *app, int create, int write,
                         struct mg_error *err);

/* ---- ends.c ---- */

/* Resolves, connects, asks who it is, and binds it to the session when there
 * is one.  [wrong-workspace] [same-workspace] and the errors of
 * mg_end_resolve, mg_remote_open, mg_session_identify. */
int mg_app_open_end (struct mg_app *app, enum mg_app_end which,
                     struct mg_error *err);

/* How the operator named an end: --from/--to/--profile, else as the session
 * remembers.  NULL = not at all. */
const char *mg_app_end_name (struct mg_app *app, enum mg_app_end which);

/* --plugins and --skip; [no-kinds] when nothing is left. */
int mg_app_choose (struct mg_app *app, uint32_t end, struct mg_error *err);

/* Asks for the host name once per session and target ('always' = again).
 * MG_E_DENIED [host-not-confirmed]. */
int mg_app_confirm_host (struct mg_app *app, int always, struct mg_error *err);

/* ---- ask.c ---- */

int mg_ask_possible (void);      /* is there a terminal on both sides? */
/* A line without its end; not echoed when 'secret'.  NULL at end of file.
 * The caller frees with mg_free_secret. */
char *mg_ask (const char *question, int secret);

/* ---- signals.c ---- */

/* INT, TERM, HUP: the first calls mg_run_stop, the second ends at once. */
void mg_signals_catch (struct mg_run *run);
int mg_signals_seen (void);      /* 0, or the signal's number */

/* ---- app-run.c ---- */

/* Fills app->run for a command that moves assets and tells the view. */
void mg_app_begin_run (struct mg_app *app, struct mg_error *err);
/* The exit status of a run's result 'r', with its summary line. */
int mg_app_end_run (struct mg_app *app, int r, struct mg_error *err);

#endif
