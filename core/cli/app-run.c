/* The frame of a command that moves assets: see app.h.  The main thread; events
 * come from the run's. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "cli/app.h"
#include "view/events.h"
#include "view/hint.h"
#include "view/progress.h"
#include "view/table.h"

/* Plugins ask for their options without saying whose run it is: there is one
 * in a process. */
static const struct mg_options *run_options;

static const char *
plugin_option (const char *plugin, const char *name)
{
  return mg_opt_extra (run_options, plugin, name);
}

mg_option_fn
mg_app_plugin_option (struct mg_app *app)
{
  run_options = &app->options;
  return plugin_option;
}

static void
on_event (void *opaque, const struct mg_event *event)
{
  struct mg_app *app = opaque;

  mg_progress_event (app->view.progress, event);
}

/* What is under way may take a while to end. */
static void
tell_stopping (void)
{
  static int told;

  if (told || mg_signals_seen () == 0)
    return;
  told = 1;
  mg_log (MG_LOG_NORMAL, "stopping: what is under way ends first; a second "
          "signal ends all at once");
}

static void
on_tick (void *opaque)
{
  struct mg_app *app = opaque;

  tell_stopping ();
  mg_progress_tick (app->view.progress);
}

static int64_t
stop_time (const struct mg_options *o)
{
  int64_t at = mg_opt_number (o, MG_OPT_STOP_AT, 0);
  int64_t longest = mg_opt_number (o, MG_OPT_MAX_DURATION, 0);

  if (longest > 0) {
    longest += mg_clock_wall_us ();
    if (at == 0 || longest < at)
      at = longest;
  }
  return at;
}

static void
set_options (struct mg_app *app)
{
  const struct mg_options *o = &app->options;
  struct mg_run_options *run = &app->run.options;

  run->parallel = (int) mg_opt_number (o, MG_OPT_PARALLEL, 0);
  if (run->parallel > 256)
    run->parallel = 256;
  run->on_conflict =
    (enum mg_on_conflict) mg_opt_choice (o, MG_OPT_ON_CONFLICT,
                                         MG_CONFLICT_SKIP);
  run->retry_failed = mg_opt_on (o, MG_OPT_RETRY_FAILED);
  run->settle_us = mg_opt_number (o, MG_OPT_SETTLE, -1);
  run->stop_at_us = stop_time (o);
  run->name_glob = mg_opt_text (o, MG_OPT_NAME);
  run->no_referenced = mg_opt_on (o, MG_OPT_NO_REFERENCED);
  run->archive_missing = mg_opt_on (o, MG_OPT_ARCHIVE_MISSING);
}

int
mg_app_begin_run (struct mg_app *app, struct mg_error *err)
{
  struct mg_run *run = &app->run;
  int i, r;

  mg_run_init (run);
  run->rules = &app->rules;
  run->store = app->session.store;
  run->registry = &app->registry;
  run->source = app->sides[MG_SOURCE];
  run->target = app->sides[MG_TARGET];
  run->plugin_option = mg_app_plugin_option (app);
  run->on_event = on_event;
  run->tick = on_tick;
  run->opaque = app;
  set_options (app);
  app->view.progress = mg_progress_new (&app->view, run);
  for (i = 0; i < 2; i++)
    mg_progress_watch (app->view.progress, app->remotes[i], app->ends[i].name);
  mg_signals_catch (run);
  r = mg_rules_load (app->session.store, &app->rules, err);
  if (r < 0)
    return r;
  return mg_session_run_begin (&app->session, app->command->name,
                               app->remotes[MG_TARGET]
                               ? app->sides[MG_TARGET].wsid : MG_SOURCE_WSID,
                               &app->rid, err);
}

/* ---- the end ---- */

static int64_t
count_requests (const struct mg_app *app)
{
  int64_t n = 0;
  int i;

  for (i = 0; i < 2; i++)
    if (app->remotes[i] != NULL) {
      struct mg_remote_stats stats;

      mg_remote_stats (app->remotes[i], &stats);
      n += stats.requests;
    }
  return n;
}

/* Where two statuses apply: 130, 4, 3, 5, 1, 0. */
static int
status_of (struct mg_app *app, int r, const struct mg_error *err)
{
  const struct mg_run *run = &app->run;
  int number = mg_signals_seen ();

  if (number != 0 && (run->stopped || r < 0))
    return 128 + number;
  if (r < 0 && r != MG_E_CANCELLED)
    return mg_exit_for (err);
  if (run->stopped || r < 0)
    return MG_EXIT_STOPPED;
  if (run->n_differences > 0)
    return MG_EXIT_DIFFERS;
  return run->n_failed > 0 || run->n_left_out > 0 ? MG_EXIT_SOME : MG_EXIT_OK;
}

static int64_t
count_done (struct mg_run *run)
{
  struct mg_progress rows[64];
  int64_t n = 0;
  int i, count = mg_run_progress (run, rows, 64);

  for (i = 0; i < count; i++)
    n += rows[i].done;
  return n;
}

static void
say_stopped (struct mg_app *app)
{
  char number[32];

  if (app->command->bit == MG_ACTION)
    mg_hint_log (&app->view, MG_LOG_QUIET, "stopped: %s done, nothing lost; go "
                 "on: migrate action %s --on %s",
                 mg_number (count_done (&app->run), number), app->words[0],
                 mg_opt_text (&app->options, MG_OPT_ON_END));
  else
    mg_hint_log (&app->view, MG_LOG_QUIET,
                 "stopped: %s done, nothing lost; resume: migrate %s",
                 mg_number (count_done (&app->run), number),
                 app->command->name);
}

static void
summary_line (struct mg_app *app, int status, const struct mg_error *err)
{
  struct mg_line line;

  mg_line_begin (&line, "summary");
  mg_line_text (&line, "command", app->command->name);
  mg_line_text (&line, "session", app->session_name);
  mg_line_number (&line, "status", status);
  mg_line_number (&line, "failed", app->run.n_failed);
  mg_line_number (&line, "differences", app->run.n_differences);
  mg_line_number (&line, "requests", app->run.n_requests);
  mg_line_bool (&line, "stopped", app->run.stopped);
  if (err->code != 0) {
    mg_line_text (&line, "code", err->id[0] ? err->id : NULL);
    mg_line_text (&line, "message", err->text);
  }
  mg_line_end (&line);
}

int
mg_app_end_run (struct mg_app *app, int r, struct mg_error *err)
{
  struct mg_error later = MG_ERROR_INIT;
  int status;

  if (r < 0 && r != MG_E_CANCELLED && err->code == 0)
    mg_error_set (err, MG_E_BUG, "bug", "the run ended with error %d and without "
                  "a word; please report it", r);
  status = status_of (app, r, err);
  mg_hint_error (&app->view, err);

  mg_progress_free (app->view.progress);
  app->view.progress = NULL;
  app->run.n_requests = count_requests (app);
  if (r < 0 && r != MG_E_CANCELLED)
    mg_log_error (err);
  if (app->run.stopped || r == MG_E_CANCELLED || r == MG_E_THROTTLED)
    say_stopped (app);
  if (app->view.json)
    summary_line (app, status, err);
  mg_session_run_end (&app->session, app->rid, status, app->run.n_requests,
                      &later);
  return status;
}
