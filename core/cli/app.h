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
  int session_is_new;
  struct mg_session session;
  int has_session;
  struct mg_workspace spaces[2]; /* as the session has bound them */
  struct mg_end ends[2];
  struct mg_remote *remotes[2];
  struct mg_side sides[2];
  struct mg_who {
    char org_id[64], user[256];
    int is_admin;
  } who[2];
  struct mg_rates *rates;
  struct mg_trace *trace;
  char user_agent[128];
  int writes_source;             /* its host name was typed for this command */
  int target_lock;               /* -1 = none */
  int64_t rid;                   /* of the session's list of runs, 0 = none */
  struct mg_rules rules;
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

/* ---- start.c ---- */

enum {
  MG_START_WRITE = 1,            /* take the session's lock */
  MG_START_MAKE = 2,             /* make the session when there is none; the
                                  * source is open then, but not bound */
  MG_START_NEW = 4,              /* [session-exists] when there is one */
  MG_START_IF_ANY = 8,           /* without a session is fine, too */
};

/* Loads the plugins, finds the session that is meant (--session, else the
 * newest of this source, else the only one there is), locks and opens it.
 * MG_E_NOT_FOUND [no-session], MG_E_LOCKED [locked], MG_E_EXISTS
 * [session-exists], MG_E_INVALID [bad-session-name], MG_E_DENIED
 * [session-writable] and what opening says. */
int mg_app_start (struct mg_app *app, unsigned flags, struct mg_error *err);

/* MG_E_EXISTS [session-exists] when session_name is there already. */
int mg_app_check_new (struct mg_app *app, struct mg_error *err);

/* MG_E_INVALID [bad-session-name]. */
int mg_session_name_check (const char *name, struct mg_error *err);

/* Calls 'each' for every session that has a name, sorted. */
int mg_session_each (int (*each) (void *opaque, const char *name), void *opaque);

/* ---- key.c ---- */

/* Where the open session's key lies unless told otherwise: NAME-ID.key where
 * that is, else NAME.key; the caller frees. */
char *mg_key_path (struct mg_app *app);
/* Reads the key that seals secret values (--key-command, --key-file, else its
 * own file, which 'make' makes) and gives it to the store.  Without one
 * nothing happens until something sealed is met.  MG_E_INVALID [bad-key],
 * MG_E_DENIED [key-exposed]. */
int mg_key_load (struct mg_app *app, int make, struct mg_error *err);

/* ---- meta.c ---- */

/* Small texts of the session.  NULL when absent; the caller frees. */
char *mg_meta_get (struct mg_session *session, const char *name);
int mg_meta_put (struct mg_session *session, const char *name,
                 const char *value, struct mg_error *err);

/* Which target a command means that only reads: its wsid, 0 = none yet.
 * MG_E_NOT_FOUND [no-target] when --to names none of the session's. */
int mg_app_target_wsid (struct mg_app *app, int *ret_wsid, struct mg_error *err);

/* ---- ends.c ---- */

/* Resolves, connects, asks who it is, and binds it to the session when there
 * is one.  [wrong-workspace] [same-workspace] and the errors of
 * mg_end_resolve, mg_remote_open, mg_session_identify. */
int mg_app_open_end (struct mg_app *app, enum mg_app_end which,
                     struct mg_error *err);

/* --profile and the end's own option must not name two.  MG_E_INVALID
 * [wrong-option]. */
int mg_app_check_ends (struct mg_app *app, struct mg_error *err);

/* The binding alone, of an end that was opened before its session. */
int mg_app_bind (struct mg_app *app, enum mg_app_end which,
                 struct mg_error *err);

/* For what works on a target: the session, which must hold an export, the
 * target, and the kinds.  [no-export] */
int mg_app_open_target (struct mg_app *app, struct mg_error *err);

/* For what only reads the session: opens it and says which target is meant. */
int mg_app_read (struct mg_app *app, int *ret_wsid, struct mg_error *err);

/* How plugins are told the values of their options (struct mg_ctx). */
typedef const char *(*mg_option_fn) (const char *plugin, const char *name);
mg_option_fn mg_app_plugin_option (struct mg_app *app);

/* How the operator named an end: --from/--to/--profile, else as the session
 * remembers.  NULL = not at all.  The caller frees. */
char *mg_app_end_name (struct mg_app *app, enum mg_app_end which);

/* Resolves an end without talking to it. */
int mg_app_resolve (struct mg_app *app, enum mg_app_end which,
                    struct mg_error *err);

/* "acme.cloud.databricks.com" of "https://acme.cloud.databricks.com". */
const char *mg_host_name (const char *host);
/* "AWS", "Azure", "GCP", or "". */
const char *mg_host_cloud (const char *host);

/* The session remembers how its target is called, for the next command. */
int mg_app_remember_target (struct mg_app *app, struct mg_error *err);

#define MG_ANY_END 0xffffffffu

/* --plugins and --skip; [no-kinds] when nothing is left that such an end has,
 * or when a plugin was named that has nothing to do with it. */
int mg_app_choose (struct mg_app *app, uint32_t end, struct mg_error *err);

/* Asks for the host name once per session and target ('always' = again).
 * MG_E_DENIED [host-not-confirmed]. */
int mg_app_confirm_host (struct mg_app *app, int always, struct mg_error *err);

/* The same for an action that writes to the source, every time; before that is
 * opened.  Lifts RULE-READ-ONLY for this command. */
int mg_app_confirm_source (struct mg_app *app, struct mg_error *err);

/* ---- supervised.c ---- */

/* Runs the command, in a process of its own when it loads plugins. */
int mg_app_run (struct mg_app *app);
/* The status, or MG_EXIT_CANNOT when standard output could not be written. */
int mg_app_flush (int status);
/* One line about a crash of a plugin. */
struct mg_verdict;
void mg_verdict_text (const struct mg_verdict *verdict, char *ret_text,
                      size_t size);

/* ---- ask.c ---- */

int mg_ask_possible (void);      /* is there a terminal on both sides? */
/* A line without its end; not echoed when 'secret'.  NULL at end of file.
 * The caller frees with mg_free_secret. */
char *mg_ask (const char *question, int secret);

/* ---- signals.c ---- */

/* First thing: a file that may not grow (ulimit -f) is an error, no signal, and
 * the end of a process can be learned. */
void mg_signals_spare (void);
/* INT, TERM, HUP: the first calls mg_run_stop, the second ends at once. */
void mg_signals_catch (struct mg_run *run);
int mg_signals_seen (void);      /* 0, or the signal's number */

/* ---- app-run.c ---- */

/* Fills app->run for a command that moves assets and tells the view. */
int mg_app_begin_run (struct mg_app *app, struct mg_error *err);
/* The exit status of a run's result 'r', with its summary line. */
int mg_app_end_run (struct mg_app *app, int r, struct mg_error *err);

#endif
