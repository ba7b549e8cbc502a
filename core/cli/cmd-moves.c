/* migrate export, plan, validate: each opens what it needs, runs, and
 * shows its table. */
#include <config.h>

#include <stdio.h>

#include "base/alloc.h"
#include "base/log.h"
#include "cli/decide.h"
#include "cli/plan-file.h"
#include "view/errors.h"
#include "view/hint.h"
#include "view/remarks.h"
#include "view/summary.h"

/* ---- export ---- */

static int
export_opened (struct mg_app *app, struct mg_error *err)
{
  int r = app->remotes[MG_SOURCE] ? mg_app_bind (app, MG_SOURCE, err)
          : mg_app_open_end (app, MG_SOURCE, err);

  if (r == 0)
    r = mg_app_choose (app, app->sides[MG_SOURCE].end, err);
  if (r == 0)
    mg_log (MG_LOG_NORMAL, "session '%s': source %s is read-only",
            app->session_name, mg_host_name (app->ends[MG_SOURCE].host));
  return r;
}

int
mg_cmd_export (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT, later = MG_ERROR_INIT;
  int r = mg_app_start (app, MG_START_WRITE | MG_START_MAKE, &err);

  if (r == 0)
    r = export_opened (app, &err);
  if (r == 0)
    r = mg_rules_of_options (app, &err);
  if (r == 0)
    r = mg_app_begin_run (app, &err);
  if (r < 0)
    return mg_app_fail (app, &err);
  r = mg_run_export (&app->run, &err);
  if (r == 0 && !app->run.stopped)
    mg_summary_export (&app->view, &app->run, &later);
  r = mg_app_end_run (app, r, &err);
  if (r == MG_EXIT_SOME)
    mg_hint_log (&app->view, MG_LOG_NORMAL, "%lld failed; see migrate errors",
                 (long long) app->run.n_failed);
  return r;
}

/* ---- what goes to the target ---- */

/* There must be something to bring there. */
static int
check_exported (struct mg_app *app, struct mg_error *err)
{
  int64_t sid = 0;
  int ended = 0;
  int r = mg_snapshot_last (app->session.store, MG_SOURCE_WSID, "export", &sid,
                            &ended, NULL, err);

  if (r < 0)
    return r;
  if (r == 0)
    return mg_error_set (err, MG_E_NOT_FOUND, "no-export",
                         "session '%s' holds nothing yet; run migrate export "
                         "first", app->session_name);
  if (!ended)
    mg_log (MG_LOG_NORMAL, "the last export was stopped before its end; what it "
            "brought is used [export-incomplete]");
  return 0;
}

int
mg_app_open_target (struct mg_app *app, struct mg_error *err)
{
  int r = mg_app_start (app, MG_START_WRITE, err);

  if (r == 0)
    r = check_exported (app, err);
  if (r == 0)
    r = mg_app_open_end (app, MG_TARGET, err);
  if (r == 0)
    r = mg_app_choose (app, app->sides[MG_TARGET].end, err);
  return r;
}

static int64_t
open_rows (const struct mg_plan *plan)
{
  int64_t n = 0;
  int i;

  for (i = 0; i < plan->n_rows; i++)
    n += plan->rows[i].blocked + plan->rows[i].failed;
  return n;
}

/* What stands in the way, by cause. */
static void
show_causes (struct mg_app *app)
{
  struct mg_causes causes = { 0 };

  if (mg_causes_gather (app->session.store, &app->registry,
                        app->sides[MG_TARGET].wsid, &causes, NULL) == 0)
    mg_causes_show (&app->view, &app->registry, &causes);
  mg_causes_done (&causes);
}

static int
begin_plan (struct mg_app *app, struct mg_error *err)
{
  int r = mg_app_open_target (app, err);

  if (r == 0)
    r = mg_app_remember_target (app, err);
  if (r == 0)
    r = mg_rules_of_options (app, err);
  if (r == 0)
    r = mg_plan_file_forget (app, err);
  return r == 0 ? mg_app_begin_run (app, err) : r;
}

int
mg_cmd_plan (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_plan plan = { 0 };
  int r = begin_plan (app, &err);
  const char *out = mg_opt_text (&app->options, MG_OPT_OUT);

  if (r < 0)
    return mg_app_fail (app, &err);
  r = mg_run_plan (&app->run, &plan, &err);
  if (r == 0 && !app->run.stopped && out != NULL)
    r = mg_plan_file_write (app, &plan, out, &err);
  if (r == 0 && !app->run.stopped)
    r = mg_plan_remark (&app->run, &plan, &err);
  if (r == 0 && !app->run.stopped) {
    mg_summary_plan (&app->view, &plan);
    mg_remarks_show (&app->view, &plan);
    app->run.n_failed += open_rows (&plan);
    if (app->run.n_failed > 0)
      show_causes (app);
  }
  mg_plan_done (&plan);
  r = mg_app_end_run (app, r, &err);
  if (r == MG_EXIT_OK || r == MG_EXIT_SOME)
    mg_hint_log (&app->view, MG_LOG_NORMAL, "nothing changed; %s: migrate "
                 "import%s%s", r == MG_EXIT_OK ? "apply"
                 : "what is not blocked can be done", out ? " --plan " : "",
                 out ? out : "");
  return r;
}

/* ---- validate ---- */

int
mg_cmd_validate (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_validation validation = { 0 };
  int r = mg_app_open_target (app, &err);

  if (r == 0)
    r = mg_app_begin_run (app, &err);
  if (r < 0)
    return mg_app_fail (app, &err);
  r = mg_run_validate (&app->run, &validation, &err);
  if (r == 0 && !app->run.stopped)
    mg_summary_validation (&app->view, &app->run, &validation);
  mg_validation_done (&validation);
  r = mg_app_end_run (app, r, &err);
  if (r == MG_EXIT_DIFFERS)
    mg_hint_log (&app->view, MG_LOG_NORMAL,
                 "%lld difference%s without a reason; see migrate report",
                 (long long) app->run.n_differences,
                 app->run.n_differences == 1 ? "" : "s");
  else if (r == MG_EXIT_OK || r == MG_EXIT_SOME)
    mg_log (MG_LOG_NORMAL, "0 unexplained differences");
  return r;
}
