/* migrate status, errors */
#include <config.h>

#include <stdio.h>

#include "base/log.h"
#include "cli/app.h"
#include "cli/session-view.h"
#include "view/errors.h"
#include "view/unended.h"

/* What the reading commands need: the session and which target is meant. */
int
mg_app_read (struct mg_app *app, int *ret_wsid, struct mg_error *err)
{
  int r = mg_app_start (app, 0, err);

  if (r == 0)
    r = mg_app_choose (app, MG_ANY_END, err);
  return r < 0 ? r : mg_app_target_wsid (app, ret_wsid, err);
}

int
mg_cmd_status (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_causes causes = { 0 };
  int wsid = 0;
  int r = mg_app_read (app, &wsid, &err);

  if (r == 0)
    r = mg_session_show (app, &err);
  if (r == 0 && !app->view.json)
    putchar ('\n');
  if (r == 0)
    r = mg_session_show_kinds (app, wsid, &err);
  if (r == 0)
    r = mg_causes_gather (app->session.store, &app->registry, wsid, &causes,
                          &err);
  if (r == 0)
    mg_causes_show_blocking (&app->view, &causes);
  if (r == 0)
    r = mg_unended_show (&app->view, app->session.store, &app->registry, wsid, 0,
                         &err);
  mg_causes_done (&causes);
  return r < 0 ? mg_app_fail (app, &err) : MG_EXIT_OK;
}

int
mg_cmd_errors (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_causes causes = { 0 };
  int wsid = 0, n = 0;
  int r = mg_app_read (app, &wsid, &err);

  if (r == 0)
    r = mg_causes_gather (app->session.store, &app->registry, wsid, &causes,
                          &err);
  if (r == 0) {
    mg_causes_show (&app->view, &app->registry, &causes);
    n = causes.n;
  }
  mg_causes_done (&causes);
  if (r < 0)
    return mg_app_fail (app, &err);
  if (n == 0)
    mg_log (MG_LOG_NORMAL, "nothing failed");
  return n > 0 ? MG_EXIT_SOME : MG_EXIT_OK;
}
