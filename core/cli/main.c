/* migrate: reads the command line, finds the command, runs it.  --version
 * answers before anything else is touched. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/process.h"
#include "cli/app.h"

static int
usage_error (const struct mg_error *err)
{
  mg_log_error (err);
  return MG_EXIT_USAGE;
}

/* The first word; behind an option that only a plugin knows, whose value may
 * stand there as a word, the first that is a command. */
static const struct mg_command *
find_command (const struct mg_options *o)
{
  int i;

  for (i = 0; i < o->n_words; i++) {
    const struct mg_command *c = mg_command_find (o->words[i]);

    if (c != NULL || o->unknown == NULL)
      return c;
  }
  return NULL;
}

static int
no_command (const struct mg_options *o, struct mg_error *err)
{
  const char *near;

  if (o->unknown != NULL)
    return mg_options_judge (o, err);
  if (o->n_words == 0)
    return mg_error_set (err, MG_E_INVALID, "no-command",
                         "no command given; see migrate --help");
  near = mg_command_nearest (o->words[0]);
  if (near != NULL)
    return mg_error_set (err, MG_E_INVALID, "unknown-command",
                         "unknown command '%s'; did you mean '%s'?",
                         o->words[0], near);
  return mg_error_set (err, MG_E_INVALID, "unknown-command",
                       "unknown command '%s'; see migrate --help",
                       o->words[0]);
}

static void
set_level (const struct mg_options *o)
{
  int64_t more = mg_opt_number (o, MG_OPT_VERBOSE, 0);

  if (mg_opt_on (o, MG_OPT_QUIET))
    mg_log_set_level (MG_LOG_QUIET);
  else if (more > 0)
    mg_log_set_level (more > 1 ? MG_LOG_DEBUG : MG_LOG_VERBOSE);
}

/* What needs no command.  -1 = go on. */
static int
answer_alone (const struct mg_options *o, const struct mg_command *command)
{
  if (mg_opt_on (o, MG_OPT_VERSION))
    mg_help_version ();
  else if (mg_opt_on (o, MG_OPT_HELP) && command != NULL)
    mg_help_command (command);
  else if (mg_opt_on (o, MG_OPT_HELP))
    mg_help_program ();
  else if (mg_opt_on (o, MG_OPT_DUMP_OPTIONS))
    mg_help_dump_options ();
  else
    return -1;
  return MG_EXIT_OK;
}

static int
run (struct mg_app *app, int argc, char **argv)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_options *o = &app->options;
  int status;

  if (mg_options_parse (o, argc, argv, 0, &err) < 0)
    return usage_error (&err);
  app->command = find_command (o);
  status = answer_alone (o, app->command);
  if (status >= 0)
    return status;
  if (mg_opt_on (o, MG_OPT_DUMP_CONFIG)) {
    if (mg_options_finish (o, NULL, 0, &err) < 0)
      return usage_error (&err);
    mg_help_dump_config (o);
    return MG_EXIT_OK;
  }
  if (app->command == NULL) {
    no_command (o, &err);
    return usage_error (&err);
  }
  if (!app->command->has_plugins && mg_options_judge (o, &err) < 0)
    return usage_error (&err);
  if (mg_options_finish (o, app->command, 0, &err) < 0)
    return usage_error (&err);
  set_level (o);
  mg_app_words (app);
  if (o->unknown == NULL && mg_app_check_words (app, &err) < 0)
    return usage_error (&err);
  return mg_app_run (app);
}

int
main (int argc, char **argv)
{
  struct mg_app app;
  int status;

  mg_alloc_settle ();
  mg_process_keep_private ();
  mg_app_init (&app);
  status = run (&app, argc, argv);
  mg_app_done (&app);
  return mg_app_flush (status);
}
