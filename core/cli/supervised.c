/* Commands that load plugins run in a process of their own, watched by this
 * one: see base/supervise.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/supervise.h"
#include "cli/app.h"
#include "view/hint.h"

#define HANG_US (600 * MG_SECOND_US)
#define SPARE_RESTARTS 32

int
mg_app_flush (int status)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  mg_log (MG_LOG_QUIET, "cannot write to standard output; what the command did "
          "is in the session");
  return status == MG_EXIT_OK ? MG_EXIT_CANNOT : status;
}

static int
child (void *arg)
{
  struct mg_app *app = arg;
  int status = mg_app_flush (app->command->run (app));

  mg_app_done (app);
  mg_app_init (app);               /* the caller is done with it again */
  return status;
}

/* What the plugin was doing, for people. */
static void
describe (const struct mg_verdict *v, char *text, size_t size)
{
  if (v->asset[0] != '\0')
    snprintf (text, size, "%s of %s '%s'", v->callback, v->kind, v->asset);
  else if (v->kind[0] != '\0')
    snprintf (text, size, "%s of %s", v->callback, v->kind);
  else
    snprintf (text, size, "%s", v->callback);
}

void
mg_verdict_text (const struct mg_verdict *v, char *ret_text, size_t size)
{
  char doing[320], how[48];

  describe (v, doing, sizeof doing);
  if (v->signal != 0)
    snprintf (how, sizeof how, "crashed (signal %d)", v->signal);
  else
    snprintf (how, sizeof how, "gave no sign of life");
  snprintf (ret_text, size, v->disable
            ? "plugin '%s' %s while running %s; disabled for this run, the rest "
              "completes; once it is mended run the command again"
            : "plugin '%s' %s while running %s; that one failed, the rest "
              "completes; migrate import --retry-failed tries it again",
            v->plugin, how, doing);
}

/* What was named on the line must be named again. */
static struct mg_view parent_view;

static void
say (const struct mg_verdict *v)
{
  struct mg_error err = MG_ERROR_INIT;

  mg_verdict_text (v, err.text, sizeof err.text);
  mg_hint_error (&parent_view, &err);
  snprintf (err.id, sizeof err.id, "plugin-crash");
  mg_log_error (&err);
}

static void
say_end (int number, int is_fault, int again)
{
  struct mg_error err = MG_ERROR_INIT;

  if (is_fault)
    mg_error_set (&err, MG_E_BUG, "crash", again
                  ? "crashed (signal %d) outside of any plugin; going on once "
                    "more from what was done"
                  : "crashed again (signal %d); what was done is kept, run the "
                    "same command again and report this", number);
  else
    mg_error_set (&err, MG_E_FAIL, "killed",
                  "the process that did the work was killed (signal %d); "
                  "nothing is lost, run the same command again", number);
  mg_log_error (&err);
}

static void
say_call (const char *call, int number, int goes_on)
{
  struct mg_error err = MG_ERROR_INIT;

  mg_error_set (&err, MG_E_FAIL, "no-supervisor", goes_on
                ? "cannot %s (%s); going on without a supervisor: if a plugin "
                  "crashes, run the same command again"
                : "cannot %s (%s); what was done is kept, run the same command "
                  "again", call, strerror (number));
  mg_log_error (&err);
}

int
mg_app_run (struct mg_app *app)
{
  struct mg_supervise_options options = {
    .hang_us = mg_opt_number (&app->options, MG_OPT_PLUGIN_TIMEOUT, HANG_US),
    .max_restarts = SPARE_RESTARTS,
    .say = say,
    .say_end = say_end,
    .say_call = say_call,
  };

  if (app->options.values[MG_OPT_SESSION].source == MG_FROM_FLAG)
    parent_view.session = mg_opt_text (&app->options, MG_OPT_SESSION);
  mg_signals_spare ();
  if (!app->command->has_plugins || mg_opt_on (&app->options,
                                               MG_OPT_NO_SUPERVISOR))
    return mg_app_flush (app->command->run (app));
  return mg_supervise (child, app, &options);
}
