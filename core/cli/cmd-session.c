/* migrate session new NAME | list | show [NAME] */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "cli/app.h"
#include "cli/session-view.h"
#include "view/events.h"
#include "view/table.h"

/* ---- new ---- */

static void
say_new (struct mg_app *app)
{
  MG_CLEANUP_FREE char *key = mg_key_path (app);
  const char *source = app->who[MG_SOURCE].org_id;
  const char *target = app->who[MG_TARGET].org_id;
  struct mg_line line;

  if (app->view.json) {
    mg_line_begin (&line, "session");
    mg_line_text (&line, "name", app->session_name);
    mg_line_text (&line, "folder", app->session.folder);
    mg_line_text (&line, "source", source[0] ? source : NULL);
    mg_line_text (&line, "target", target[0] ? target : NULL);
    mg_line_text (&line, "key", key);
    mg_line_end (&line);
    return;
  }
  printf ("session '%s'", app->session_name);
  if (source[0])
    printf (": %s (read-only)", source);
  if (target[0])
    printf ("%s -> %s", source[0] ? "" : ":", target);
  if (!mg_opt_given (&app->options, MG_OPT_KEY_FILE)
      && !mg_opt_given (&app->options, MG_OPT_KEY_COMMAND))
    printf ("; key %s: keep a copy elsewhere", key);
  putchar ('\n');
}

static int
named (struct mg_app *app, enum mg_app_end which)
{
  return mg_opt_given (&app->options, which == MG_SOURCE ? MG_OPT_FROM
                       : MG_OPT_TO)
         || (which == MG_SOURCE
             && mg_opt_given (&app->options, MG_OPT_PROFILE));
}

/* Both ends are asked who they are before anything is kept, so that a mistake
 * leaves no session behind. */
static int
check_ends (struct mg_app *app, struct mg_error *err)
{
  int which, r = 0;

  for (which = MG_SOURCE; which <= MG_TARGET && r == 0; which++)
    if (named (app, (enum mg_app_end) which))
      r = mg_app_open_end (app, (enum mg_app_end) which, err);
  if (r == 0 && app->remotes[MG_SOURCE] && app->remotes[MG_TARGET]
      && strcmp (app->who[MG_SOURCE].org_id, app->who[MG_TARGET].org_id) == 0)
    r = mg_error_set (err, MG_E_MISMATCH, "same-workspace",
                      "source and target are the same workspace (%s); a "
                      "workspace is never imported into itself",
                      app->who[MG_SOURCE].org_id);
  return r;
}

static int
new_session (struct mg_app *app, struct mg_error *err)
{
  int which, r;

  app->session_name = mg_xstrdup (app->words[1]);
  r = mg_session_name_check (app->session_name, err);
  if (r == 0)
    r = mg_app_check_new (app, err);
  if (r == 0)
    r = mg_app_load (app, err);
  if (r == 0)
    r = check_ends (app, err);
  if (r == 0)
    r = mg_app_start (app, MG_START_WRITE | MG_START_MAKE | MG_START_NEW, err);
  for (which = MG_SOURCE; which <= MG_TARGET && r == 0; which++)
    if (app->remotes[which] != NULL)
      r = mg_app_bind (app, (enum mg_app_end) which, err);
  if (r == 0 && app->remotes[MG_TARGET] != NULL)
    r = mg_app_remember_target (app, err);
  if (r == 0)
    say_new (app);
  return r;
}

/* ---- list ---- */

struct listing {
  struct mg_app *app;
  struct mg_table table;
  int n;
};

static int
list_one (void *opaque, const char *name)
{
  struct listing *l = opaque;
  struct mg_error err = MG_ERROR_INIT;
  struct mg_session_facts facts;

  if (mg_session_facts_read (name, &facts, &err) < 0) {
    mg_log_error (&err);
    return 0;
  }
  l->n++;
  if (l->app->view.json)
    mg_session_facts_line (name, &facts);
  else {
    mg_table_text (&l->table, name);
    mg_table_text (&l->table, facts.source ? mg_host_name (facts.source) : "-");
    mg_table_text (&l->table, facts.target ? mg_host_name (facts.target) : "-");
    mg_table_text (&l->table, facts.last_command ? facts.last_command : "-");
    mg_table_text (&l->table, facts.last_when);
    mg_table_end (&l->table);
  }
  mg_session_facts_done (&facts);
  return 0;
}

static int
list_sessions (struct mg_app *app)
{
  struct listing l = { .app = app };

  mg_table_init (&l.table, "SESSION:SOURCE:TARGET:LAST:WHEN");
  mg_session_each (list_one, &l);
  if (!app->view.json && l.n > 0)
    mg_table_print (&l.table, stdout);
  mg_table_done (&l.table);
  if (l.n == 0)
    mg_log (MG_LOG_NORMAL, "no session yet; make one with migrate session new "
            "NAME --from PROFILE --to PROFILE");
  return 0;
}

/* ---- show ---- */

static int
show_session (struct mg_app *app, struct mg_error *err)
{
  int r;

  if (app->n_words == 2)
    app->session_name = mg_xstrdup (app->words[1]);
  r = mg_app_start (app, 0, err);
  if (r == 0)
    r = mg_app_choose (app, MG_ANY_END, err);
  return r < 0 ? r : mg_session_show (app, err);
}

int
mg_cmd_session (struct mg_app *app)
{
  static const char *const verbs[] = { "new", "list", "show", NULL };
  struct mg_error err = MG_ERROR_INIT;
  const char *verb = app->words[0];
  int r;

  if (strcmp (verb, "new") == 0 && app->n_words == 2)
    r = new_session (app, &err);
  else if (strcmp (verb, "list") == 0 && app->n_words == 1)
    r = list_sessions (app);
  else if (strcmp (verb, "show") == 0)
    r = show_session (app, &err);
  else
    r = mg_app_bad_verb (app, verbs, &err);
  return r < 0 ? mg_app_fail (app, &err) : MG_EXIT_OK;
}
