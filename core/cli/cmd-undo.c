/* migrate undo [--plan]: a plan first, then the question, then the work. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/app.h"
#include "store/action.h"
#include "view/hint.h"
#include "view/summary.h"

static int64_t
count (const struct mg_undo *undo)
{
  int64_t n = 0;
  int i;

  for (i = 0; i < undo->n_rows; i++)
    n += undo->rows[i].remove + undo->rows[i].restore;
  return n;
}

/* Shows what would be done; how much that is, or negative. */
static int64_t
plan_undo (struct mg_app *app, struct mg_error *err)
{
  struct mg_undo undo = { 0 };
  int r = mg_run_undo (&app->run, 0, &undo, err);
  int64_t n = count (&undo);

  if (r == 0 && !app->run.stopped)
    mg_summary_undo (&app->view, &undo, 0);
  mg_undo_done (&undo);
  return r < 0 ? r : n;
}

static int
apply_undo (struct mg_app *app, struct mg_error *err)
{
  struct mg_undo undo = { 0 };
  int r = mg_app_confirm_host (app, 1, err);

  if (r == 0)
    r = mg_run_undo (&app->run, 1, &undo, err);
  if (r == 0 && !app->run.stopped)
    mg_summary_undo (&app->view, &undo, 1);
  mg_undo_done (&undo);
  return r;
}

/* What started again may have made what cannot be taken back. */
static int
check_returned (struct mg_app *app, struct mg_error *err)
{
  int r = mg_action_returned (app->session.store, app->sides[MG_TARGET].wsid,
                              err);

  return r <= 0 ? r
         : mg_error_set (err, MG_E_DENIED, "resumed",
                         "'migrate action' put back what import had switched "
                         "off in this target, so what it made is in use; undo "
                         "is refused (--plan shows what it would do)");
}

/* The last line, for the exit status. */
static void
say_end (struct mg_app *app, int status, int only_plan, int64_t n)
{
  if (status == MG_EXIT_OK && (only_plan || n == 0))
    mg_hint_log (&app->view, MG_LOG_NORMAL, n == 0 ? "nothing to undo"
                 : "nothing changed; apply: migrate undo");
  else if (status == MG_EXIT_OK)
    mg_log (MG_LOG_NORMAL, "undone");
  else if (status == MG_EXIT_SOME)
    mg_hint_log (&app->view, MG_LOG_NORMAL,
                 "%lld not taken back; migrate report tells why, then run "
                 "migrate undo again [undo-failed]",
                 (long long) app->run.n_failed);
}

int
mg_cmd_undo (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT;
  int only_plan = mg_opt_on (&app->options, MG_OPT_PLAN)
                  || mg_opt_on (&app->options, MG_OPT_DRY_RUN);
  int64_t n;
  int r = mg_app_open_target (app, &err);

  if (r == 0 && !only_plan)
    r = check_returned (app, &err);
  if (r == 0)
    r = mg_session_target_lock (app->who[MG_TARGET].org_id, &app->target_lock,
                                &err);
  if (r == 0)
    r = mg_app_begin_run (app, &err);
  if (r < 0)
    return mg_app_fail (app, &err);
  if (!only_plan)
    r = mg_run_find_doubts (&app->run, &err);
  n = r < 0 || app->run.stopped ? r : plan_undo (app, &err);
  r = n < 0 ? (int) n : 0;
  if (n > 0 && !only_plan && !app->run.stopped)
    r = apply_undo (app, &err);
  r = mg_app_end_run (app, r, &err);
  say_end (app, r, only_plan, n);
  return r;
}
