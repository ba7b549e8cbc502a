/* migrate import: the questions first, then the work. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/str.h"
#include "cli/decide.h"
#include "cli/plan-file.h"
#include "view/hint.h"
#include "view/summary.h"
#include "view/table.h"
#include "view/unended.h"

/* ---- what a plugin wants to be told ---- */

/* The session's name for "this was answered with yes". */
static char *
answer_name (struct mg_app *app, const struct migrate_confirm *c)
{
  return mg_xasprintf ("confirmed:%s:%d", c->option,
                       app->sides[MG_TARGET].wsid);
}

static int
is_answered (struct mg_app *app, const struct migrate_confirm *c)
{
  MG_CLEANUP_FREE char *name = answer_name (app, c);
  MG_CLEANUP_FREE char *value = mg_meta_get (&app->session, name);

  return value != NULL;
}

static int
is_given (struct mg_app *app, const struct mg_plugin *plugin,
          const struct migrate_confirm *c)
{
  int id = mg_opt_find (c->option);

  if (id >= 0)
    return mg_opt_on (&app->options, (enum mg_opt) id);
  return mg_opt_extra (&app->options, plugin->p.name, c->option) != NULL;
}

static int
ask (struct mg_app *app, const struct mg_plugin *plugin,
     const struct migrate_confirm *c, int64_t n, struct mg_error *err)
{
  MG_CLEANUP_FREE char *name = answer_name (app, c);
  MG_CLEANUP_FREE char *question = NULL;
  MG_CLEANUP_FREE char *answer = NULL;
  char number[32];

  if (!is_given (app, plugin, c)) {
    if (!mg_ask_possible ())
      return mg_error_set (err, MG_E_DENIED, "not-confirmed",
                           "%s %s  There is no terminal to ask; add --%s",
                           mg_number (n, number), c->question, c->option);
    question = mg_xasprintf ("%s %s [y/N] ", mg_number (n, number),
                             c->question);
    answer = mg_ask (question, 0);
    if (answer == NULL || (answer[0] != 'y' && answer[0] != 'Y'))
      return mg_error_set (err, MG_E_DENIED, "not-confirmed",
                           "not confirmed; nothing was changed");
  }
  return mg_meta_put (&app->session, name, "yes", err);
}

static int64_t
count_creates (const struct mg_plan *plan, const char *kind)
{
  int i;

  for (i = 0; i < plan->n_rows; i++)
    if (strcmp (plan->rows[i].kind->k->name, kind) == 0)
      return plan->rows[i].create;
  return 0;
}

/* Calls for an answer to every open question, with the plan at hand. */
static int
ask_all (struct mg_app *app, const struct mg_plan *plan, struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; i < app->registry.n_plugins; i++) {
    const struct mg_plugin *plugin = app->registry.plugins[i];
    const struct migrate_confirm *c = plugin->p.confirm;

    for (; c != NULL && c->kind != NULL && r == 0; c++) {
      int64_t n = count_creates (plan, c->kind);

      if (n > 0 && !is_answered (app, c))
        r = ask (app, plugin, c, n, err);
    }
  }
  return r;
}

static int
has_question (struct mg_app *app)
{
  int i;

  for (i = 0; i < app->registry.n_kinds; i++) {
    const struct mg_kind *kind = app->registry.kinds[i];
    const struct migrate_confirm *c = kind->plugin->p.confirm;

    for (; kind->chosen && c != NULL && c->kind != NULL; c++)
      if (strcmp (c->kind, kind->k->name) == 0 && !is_answered (app, c))
        return 1;
  }
  return 0;
}

/* Only where something is asked is a plan made for it. */
static int
answer_questions (struct mg_app *app, struct mg_error *err)
{
  struct mg_plan plan = { 0 };
  int r;

  if (!has_question (app))
    return 0;
  r = app->run.planned ? mg_plan_count (&app->run, &plan, err)
      : mg_run_plan (&app->run, &plan, err);
  if (r == 0 && !app->run.stopped)
    r = ask_all (app, &plan, err);
  app->run.planned = r == 0;
  mg_plan_done (&plan);
  return r;
}

/* ---- the command ---- */

static int
open_ends (struct mg_app *app, struct mg_error *err)
{
  int r = mg_app_open_target (app, err);

  if (r == 0)
    r = mg_session_target_lock (app->who[MG_TARGET].org_id, &app->target_lock,
                                err);
  if (r == 0)
    r = mg_app_confirm_host (app, 0, err);
  return r == 0 ? mg_app_remember_target (app, err) : r;
}

/* With --plan: what was planned before others looked at it, and nothing else. */
static int
begin (struct mg_app *app, struct mg_error *err)
{
  MG_CLEANUP (mg_plan_file_done) struct mg_plan_file file = { 0 };
  int r = mg_app_load (app, err);  /* reads the options once more */
  const char *path = mg_opt_text (&app->options, MG_OPT_PLAN_FILE);

  if (r == 0 && path != NULL)
    r = mg_plan_file_read (path, &file, err);
  if (r == 0 && path != NULL)
    r = mg_plan_file_options (app, &file, err);
  if (r == 0)
    r = open_ends (app, err);
  if (r == 0)
    r = mg_rules_of_options (app, err);
  if (r == 0)
    r = path != NULL ? mg_plan_file_check (app, &file, err)
        : mg_plan_file_forget (app, err);
  if (r == 0)
    r = mg_app_begin_run (app, err);
  app->run.planned = r == 0 && path != NULL;
  return r;
}

/* The last line. */
static void
say_end (struct mg_app *app, int status)
{
  const struct mg_run *run = &app->run;

  if (status == MG_EXIT_SOME && run->n_failed > 0)
    mg_hint_log (&app->view, MG_LOG_NORMAL, "%lld asset%s not done; see migrate "
                 "errors", (long long) run->n_failed,
                 run->n_failed == 1 ? "" : "s");
  else if (status == MG_EXIT_SOME)
    mg_hint_log (&app->view, MG_LOG_NORMAL, "%s left out; see migrate errors",
                 run->n_left_out == 1 ? "a plugin was" : "plugins were");
  else if (status == MG_EXIT_OK)
    mg_hint_log (&app->view, MG_LOG_NORMAL,
                 "all done; compare: migrate validate");
}

int
mg_cmd_import (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT, later = MG_ERROR_INIT;
  int r;

  if (mg_opt_given (&app->options, MG_OPT_PLAN_FILE)
      && (mg_opt_on (&app->options, MG_OPT_DRY_RUN)
          || mg_opt_on (&app->options, MG_OPT_RETRY_FAILED))) {
    mg_error_set (&err, MG_E_INVALID, "wrong-option", "--plan does what a plan "
                  "says, --dry-run and --retry-failed make another; leave one "
                  "of them out");
    return mg_app_fail (app, &err);
  }
  if (mg_opt_on (&app->options, MG_OPT_DRY_RUN))
    return mg_cmd_plan (app);
  if (begin (app, &err) < 0)
    return mg_app_fail (app, &err);
  r = answer_questions (app, &err);
  if (r == 0 && !app->run.stopped)
    r = mg_run_import (&app->run, &err);
  if (r == 0 && !app->run.stopped)
    mg_summary_import (&app->view, &app->run, &later);
  mg_unended_show (&app->view, app->session.store, &app->registry,
                   app->run.target.wsid, 1, &later);
  r = mg_app_end_run (app, r, &err);
  say_end (app, r);
  return r;
}
