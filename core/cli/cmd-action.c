/* migrate action PLUGIN/NAME --on source|target: what a plugin's actions[] say,
 * or the list of them. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "cli/app.h"
#include "cli/decide.h"
#include "run/action.h"
#include "view/csv.h"
#include "view/events.h"
#include "view/hint.h"
#include "view/table.h"

#define DEFAULT_WAIT_US (600 * MG_SECOND_US)

/* ---- the list ---- */

static const char *
ends_text (const struct migrate_action *action)
{
  return action->ends == (MIGRATE_AT_SOURCE | MIGRATE_AT_TARGET)
         ? "source, target" : action->ends == MIGRATE_AT_SOURCE ? "source"
         : "target";
}

static void
put_action (struct mg_app *app, struct mg_table *table,
            const struct mg_plugin *plugin, const struct migrate_action *action)
{
  MG_CLEANUP_FREE char *name = mg_xasprintf ("%s/%s", plugin->p.name,
                                             action->name);
  struct mg_line line;

  if (!app->view.json) {
    mg_table_text (table, name);
    mg_table_text (table, ends_text (action));
    mg_table_text (table, action->summary);
    mg_table_end (table);
    return;
  }
  mg_line_begin (&line, "action");
  mg_line_text (&line, "name", name);
  mg_line_text (&line, "on", ends_text (action));
  mg_line_text (&line, "summary", action->summary);
  mg_line_end (&line);
}

static int
list_actions (struct mg_app *app)
{
  struct mg_table table;
  int i, n = 0;

  mg_table_init (&table, "ACTION:ON:WHAT");
  for (i = 0; i < app->registry.n_plugins; i++) {
    const struct mg_plugin *plugin = app->registry.plugins[i];
    const struct migrate_action *action = plugin->p.actions;

    for (; action != NULL && action->name != NULL; action++, n++)
      put_action (app, &table, plugin, action);
  }
  if (n > 0 && !app->view.json)
    mg_table_print (&table, stdout);
  else if (!app->view.json)
    puts ("no plugin has actions");
  mg_table_done (&table);
  return MG_EXIT_OK;
}

/* ---- which one, and where ---- */

static int
find (struct mg_app *app, struct mg_action_options *ret, struct mg_error *err)
{
  const char *word = app->words[0], *slash = strchr (word, '/');
  MG_CLEANUP_FREE char *name = mg_xstrndup (word, slash ? (size_t) (slash - word)
                                            : strlen (word));
  const struct mg_plugin *plugin = mg_registry_plugin (&app->registry, name);
  const struct migrate_action *action = plugin && slash ? plugin->p.actions
    : NULL;

  while (action != NULL && action->name != NULL
         && strcmp (action->name, slash + 1) != 0)
    action++;
  if (action == NULL || action->name == NULL)
    return mg_error_set (err, MG_E_INVALID, "bad-words",
                         "there is no action '%s'; migrate action lists them",
                         word);
  ret->action = action;
  ret->kind = mg_registry_kind (&app->registry, action->kind);
  return 0;
}

static int
choose_end (struct mg_app *app, const struct migrate_action *action,
            enum mg_app_end *ret, struct mg_error *err)
{
  enum mg_app_end end =
    mg_opt_choice (&app->options, MG_OPT_ON_END, 0) == 1 ? MG_TARGET : MG_SOURCE;

  if (!mg_opt_given (&app->options, MG_OPT_ON_END))
    return mg_error_set (err, MG_E_INVALID, "missing-value",
                         "at which end? add --on source or --on target");
  if (!(action->ends & (end == MG_SOURCE ? MIGRATE_AT_SOURCE
                        : MIGRATE_AT_TARGET)))
    return mg_error_set (err, MG_E_INVALID, "wrong-option",
                         "'%s' is not done at this end; --on %s is", action->name,
                         ends_text (action));
  *ret = end;
  return 0;
}

static int
open_source (struct mg_app *app, struct mg_error *err)
{
  int r = mg_app_start (app, MG_START_WRITE, err);

  if (r == 0)
    r = mg_app_confirm_source (app, err);
  if (r == 0)
    r = mg_app_open_end (app, MG_SOURCE, err);
  return r == 0 ? mg_app_choose (app, app->sides[MG_SOURCE].end, err) : r;
}

static int
open_target (struct mg_app *app, struct mg_error *err)
{
  int r = mg_app_open_target (app, err);

  if (r == 0)
    r = mg_session_target_lock (app->who[MG_TARGET].org_id, &app->target_lock,
                                err);
  if (r == 0)
    r = mg_app_confirm_host (app, 0, err);
  return r == 0 ? mg_app_remember_target (app, err) : r;
}

/* ---- what was missed ---- */

struct missed {
  struct mg_csv csv;
  int64_t n, n_unknown;
};

static int
put_missed (void *opaque, const struct mg_missed *one, struct mg_error *err)
{
  struct missed *m = opaque;
  char at[24] = "";
  const char *row[] = { one->id, one->key, at, one->note, NULL };

  if (one->at_us != 0)
    mg_time_iso (one->at_us, at);
  m->n += one->at_us != 0;
  m->n_unknown += one->at_us == 0;
  return mg_csv_row (&m->csv, row, err);
}

/* *ret_path is the file, to be freed. */
static int
write_missed (struct mg_app *app, const struct mg_action_options *options,
              struct missed *m, char **ret_path, struct mg_error *err)
{
  static const char *const head[] = { "id", "name", "expected", "note", NULL };
  MG_CLEANUP_FREE char *folder = mg_path_join (app->session.folder, "out");
  int closed, r = mg_file_mkdirs (folder, 0700, err);

  *ret_path = mg_path_join (folder, "missed-runs.csv");
  if (r == 0)
    r = mg_csv_open (&m->csv, *ret_path, head, err);
  if (r < 0)
    return r;
  r = mg_run_missed (&app->run, options, put_missed, m, err);
  closed = mg_csv_close (&m->csv, r == 0 ? err : NULL);
  return r == 0 ? closed : r;
}

/* ---- the end ---- */

struct ending {
  const struct mg_action_options *options;
  const char *name;
  enum mg_app_end end;
  struct mg_action_count count;
  struct missed missed;
  char *missed_path;               /* NULL = none */
};

static void
say_json (const struct ending *e)
{
  const struct mg_action_count *c = &e->count;
  struct mg_line line;

  mg_line_begin (&line, "action");
  mg_line_text (&line, "name", e->name);
  mg_line_text (&line, "on", e->end == MG_SOURCE ? "source" : "target");
  mg_line_number (&line, "done", c->done);
  mg_line_number (&line, "already", c->already);
  mg_line_number (&line, "kept", c->kept);
  mg_line_number (&line, "left", c->left);
  mg_line_number (&line, "gone", c->gone);
  mg_line_number (&line, "skipped", c->skipped);
  mg_line_number (&line, "failed", c->failed);
  if (c->busy >= 0)
    mg_line_number (&line, "busy", c->busy);
  if (e->missed_path != NULL) {
    mg_line_number (&line, "missed", e->missed.n);
    mg_line_number (&line, "missed_unknown", e->missed.n_unknown);
    mg_line_text (&line, "file", e->missed_path);
  }
  mg_line_end (&line);
}

static void
say_some (int64_t n, const char *what)
{
  char number[32];

  if (n > 0)
    printf (", %s %s", mg_number (n, number), what);
}

static void
say_text (const struct ending *e)
{
  const struct mg_action_count *c = &e->count;
  const struct migrate_action *action = e->options->action;
  int off = action->what == MIGRATE_ACTION_OFF;
  char number[32];

  printf ("%s %s%s", mg_number (c->done, number), action->done,
          off ? ", former state recorded" : " as they were");
  say_some (c->already, off ? "were so by an earlier run" : "were so already");
  say_some (c->kept, off ? "were off before" : "stay off, as they were");
  say_some (c->left, "left: changed by others since");
  say_some (c->gone, "gone");
  say_some (c->skipped, "skipped");
  say_some (c->failed, "failed");
  if (off && action->busy != NULL && c->busy < 0)
    printf ("; nobody can tell how many %s are left", action->busy_title);
  else if (off && action->busy != NULL)
    printf ("; %s %s left", c->busy ? mg_number (c->busy, number) : "no",
            action->busy_title);
  if (e->missed_path != NULL && e->missed.n + e->missed.n_unknown > 0) {
    printf ("; %s missed runs", mg_number (e->missed.n, number));
    say_some (e->missed.n_unknown, "nobody can tell");
    printf (": %s", e->missed_path);
  }
  putchar ('\n');
}

static void
say_rest (struct mg_app *app, const struct ending *e, int status)
{
  if (e->count.busy > 0 && status <= MG_EXIT_SOME)
    mg_hint_log (&app->view, MG_LOG_NORMAL,
                 "%lld %s go on; look again: migrate action %s --on %s "
                 "[still-busy]", (long long) e->count.busy,
                 e->options->action->busy_title, e->name,
                 e->end == MG_SOURCE ? "source" : "target");
  if (status == MG_EXIT_SOME && e->count.failed > 0)
    mg_hint_log (&app->view, MG_LOG_NORMAL,
                 "%lld failed; run the same command again",
                 (long long) e->count.failed);
}

static int
act (struct mg_app *app, struct ending *e, struct mg_error *err)
{
  struct mg_action_options *o = (struct mg_action_options *) e->options;
  int r;

  o->side = e->end == MG_SOURCE ? &app->run.source : &app->run.target;
  o->who = mg_who_am_i ();
  o->wait_us = mg_opt_number (&app->options, MG_OPT_WAIT, DEFAULT_WAIT_US);
  r = mg_run_action (&app->run, o, &e->count, err);
  if (r == 0 && !app->run.stopped && o->action->timetables != NULL)
    r = write_missed (app, o, &e->missed, &e->missed_path, err);
  if (r < 0 || app->run.stopped)
    return r;
  if (app->view.json)
    say_json (e);
  else
    say_text (e);
  /* who waited for an end, and did not see it, has to know */
  if (e->count.busy > 0 && o->wait_us > 0)
    app->run.n_failed++;
  return 0;
}

int
mg_cmd_action (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_action_options options = { 0 };
  struct ending e = { .options = &options };
  int r = mg_app_load (app, &err);

  if (r == 0 && app->n_words == 0)
    return list_actions (app);
  if (r == 0)
    r = find (app, &options, &err);
  if (r == 0)
    r = choose_end (app, options.action, &e.end, &err);
  if (r == 0)
    r = e.end == MG_SOURCE ? open_source (app, &err) : open_target (app, &err);
  if (r == 0)
    r = mg_app_begin_run (app, &err);
  if (r < 0)
    return mg_app_fail (app, &err);
  e.name = app->words[0];
  r = act (app, &e, &err);
  r = mg_app_end_run (app, r, &err);
  say_rest (app, &e, r);
  mg_free (e.missed_path);
  return r;
}
