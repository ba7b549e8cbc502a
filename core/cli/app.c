/* The frame of a command: see app.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "cli/app.h"
#include "view/hint.h"

void
mg_app_init (struct mg_app *app)
{
  memset (app, 0, sizeof *app);
  mg_options_init (&app->options);
  app->session.lock_fd = -1;
  app->target_lock = -1;
}

void
mg_app_words (struct mg_app *app)
{
  struct mg_options *o = &app->options;
  int i = 0;

  while (i < o->n_words && strcmp (o->words[i], app->command->name) != 0)
    i++;
  app->words = o->words + i + 1;
  app->n_words = o->n_words - i - 1;
  mg_view_init (&app->view, mg_opt_on (o, MG_OPT_JSON),
                mg_opt_on (o, MG_OPT_QUIET));
}

int
mg_app_check_words (struct mg_app *app, struct mg_error *err)
{
  const struct mg_command *c = app->command;

  if (app->n_words > c->max_words)
    return mg_error_set (err, MG_E_INVALID, "bad-words",
                         "'%s' is one word too many; usage: migrate %s%s%s",
                         app->words[c->max_words], c->name,
                         c->words[0] ? " " : "", c->words);
  if (app->n_words < c->min_words)
    return mg_error_set (err, MG_E_INVALID, "bad-words",
                         "'migrate %s' wants more; usage: migrate %s %s",
                         c->name, c->name, c->words);
  return 0;
}

int
mg_app_bad_verb (struct mg_app *app, const char *const *verbs,
                 struct mg_error *err)
{
  const char *near = mg_nearest (app->words[0], verbs);

  if (near != NULL && strcmp (near, app->words[0]) != 0)
    return mg_error_set (err, MG_E_INVALID, "bad-words",
                         "'migrate %s' knows no '%s'; did you mean '%s'?",
                         app->command->name, app->words[0], near);
  return mg_error_set (err, MG_E_INVALID, "bad-words",
                       "'migrate %s %s' is not understood; usage: migrate %s "
                       "%s", app->command->name, app->words[0],
                       app->command->name, app->command->words);
}

/* ---- errors and exit statuses ---- */

int
mg_exit_for (const struct mg_error *err)
{
  static const char *const usage[] = {
    "unknown-plugin", "unknown-option", "unknown-command", "unknown-code",
    "unknown-asset",
    "bad-plan", "bad-value", "bad-words", "bad-config", "bad-limits", "bad-session-name",
    "missing-value", "wrong-option", "no-command", "no-kinds",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (usage); i++)
    if (strcmp (err->id, usage[i]) == 0)
      return MG_EXIT_USAGE;
  switch (err->code) {
  case 0: return MG_EXIT_OK;
  case MG_E_BUG: return MG_EXIT_BUG;
  case MG_E_THROTTLED: return MG_EXIT_STOPPED;
  default: return MG_EXIT_CANNOT;
  }
}

int
mg_app_fail (struct mg_app *app, const struct mg_error *err)
{
  struct mg_error shown = *err;

  mg_hint_error (&app->view, &shown);
  mg_log_error (&shown);
  return mg_exit_for (err);
}

/* ---- plugins ---- */

static void
add_options_of (struct mg_options *o, const struct mg_plugin *plugin)
{
  const struct migrate_option *option = plugin->p.options;

  for (; option != NULL && option->name != NULL; option++)
    if (mg_opt_find (option->name) < 0)
      mg_options_add_extra (o, plugin->p.name, option->name, option->argument,
                            option->help);
}

/* The command line again, now that every option is known. */
static int
read_options_again (struct mg_app *app, struct mg_error *err)
{
  struct mg_options *o = &app->options;
  int r = mg_options_parse (o, o->argc, o->argv, 1, err);

  if (r == 0)
    r = mg_options_finish (o, app->command, 1, err);
  mg_app_words (app);
  if (r == 0)
    r = mg_app_check_words (app, err);
  return r == 0 ? mg_app_check_ends (app, err) : r;
}

static int
named (const char *list, const char *path)
{
  const char *base = strrchr (path, '/');
  size_t len;

  base = base ? base + 1 : path;
  len = mg_ends (base, ".so") ? strlen (base) - 3 : strlen (base);
  for (; list != NULL && *list != '\0'; list += strcspn (list, ","),
       list += *list == ',')
    if (strcspn (list, ",") == len && strncmp (list, base, len) == 0)
      return 1;
  return 0;
}

/* A plugin that cannot be loaded costs only itself, unless it was named. */
static int
tell_refused (struct mg_app *app, struct mg_error *err)
{
  const char *only = mg_opt_text (&app->options, MG_OPT_PLUGINS);
  int i;

  for (i = 0; i < app->registry.n_refusals; i++) {
    const struct mg_error *why = &app->registry.refusals[i].error;

    if (named (only, app->registry.refusals[i].path)) {
      mg_error_copy (err, why);
      return why->code;
    }
    if (app->command->bit != MG_PLUGINS)
      mg_log_error (why);
  }
  return 0;
}

int
mg_app_load (struct mg_app *app, struct mg_error *err)
{
  int i, r;

  if (app->has_registry)
    return 0;
  r = mg_registry_load ((const char *const *) app->options.folders,
                        &app->registry, err);
  app->has_registry = 1;
  for (i = 0; i < app->registry.n_plugins; i++)
    add_options_of (&app->options, app->registry.plugins[i]);
  if (r == 0)
    r = read_options_again (app, err);
  if (r == 0)
    r = tell_refused (app, err);
  return r;
}

void
mg_app_done (struct mg_app *app)
{
  int i;

  for (i = 0; i < 2; i++)
    mg_remote_close (app->remotes[i]);
  if (app->run.state != NULL)
    mg_run_done (&app->run);
  mg_rules_done (&app->rules);
  if (app->has_session)
    mg_session_close (&app->session);
  if (app->target_lock >= 0)
    mg_file_unlock (app->target_lock);
  for (i = 0; i < 2; i++)
    mg_end_done (&app->ends[i]);
  mg_rates_free (app->rates);
  mg_trace_close (app->trace);
  mg_free (app->session_name);
  mg_options_done (&app->options);
  if (app->has_registry)
    mg_registry_done (&app->registry);
}
