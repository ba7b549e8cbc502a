/* migrate plugins list | show NAME | dump NAME | check FILE */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/str.h"
#include "cli/app.h"
#include "cli/dump.h"
#include "plugin/conform.h"
#include "view/events.h"
#include "view/table.h"

static void
add_kind_names (struct mg_buf *text, const struct mg_registry *registry,
                const struct mg_plugin *plugin)
{
  int i;

  for (i = 0; i < registry->n_kinds; i++)
    if (registry->kinds[i]->plugin == plugin)
      mg_buf_addf (text, "%s%s", text->len ? ", " : "",
                   registry->kinds[i]->k->name);
}

static void
put_plugin_line (const struct mg_registry *registry,
                 const struct mg_plugin *plugin, struct mg_table *table)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf kinds = MG_BUF_MUST (4096);
  struct mg_line line;

  add_kind_names (&kinds, registry, plugin);
  if (table != NULL) {
    mg_table_text (table, plugin->p.name);
    mg_table_text (table, plugin->p.version ? plugin->p.version
                   : plugin->p.sdk_version);
    mg_table_text (table, plugin->p.summary);
    mg_table_text (table, mg_buf_text (&kinds));
    mg_table_end (table);
    return;
  }
  mg_line_begin (&line, "plugin");
  mg_line_text (&line, "name", plugin->p.name);
  mg_line_text (&line, "version", plugin->p.version ? plugin->p.version
                : plugin->p.sdk_version);
  mg_line_text (&line, "summary", plugin->p.summary);
  mg_line_text (&line, "kinds", mg_buf_text (&kinds));
  mg_line_text (&line, "path", plugin->path);
  mg_line_end (&line);
}

static int
list_plugins (struct mg_app *app)
{
  const struct mg_registry *registry = &app->registry;
  struct mg_table table;
  int i;

  mg_table_init (&table, "PLUGIN:VERSION:SUMMARY:KINDS");
  for (i = 0; i < registry->n_plugins; i++)
    put_plugin_line (registry, registry->plugins[i],
                     app->view.json ? NULL : &table);
  if (registry->n_plugins > 0 && !app->view.json)
    mg_table_print (&table, stdout);
  mg_table_done (&table);
  for (i = 0; i < registry->n_refusals; i++)
    mg_log_error (&registry->refusals[i].error);
  if (registry->n_plugins == 0)
    mg_log (MG_LOG_NORMAL, "no plugins in %s; name another folder with "
            "--plugin-dir", app->options.n_folders ? app->options.folders[0]
            : MG_PLUGINDIR);
  return registry->n_refusals > 0 ? MG_EXIT_SOME : MG_EXIT_OK;
}

static struct mg_plugin *
find_plugin (struct mg_app *app, const char *name, struct mg_error *err)
{
  struct mg_plugin *plugin = mg_registry_plugin (&app->registry, name);
  const char *names[256], *near;
  int i;

  if (plugin != NULL)
    return plugin;
  for (i = 0; i < app->registry.n_plugins && i < 255; i++)
    names[i] = app->registry.plugins[i]->p.name;
  names[i] = NULL;
  near = mg_nearest (name, names);
  mg_error_set (err, MG_E_INVALID, "unknown-plugin",
                near ? "no plugin '%s'; did you mean '%s'?"
                : "no plugin '%s'; see migrate plugins list", name, near);
  return NULL;
}

static void
print_check (void *opaque, const char *what, const char *why)
{
  (void) opaque;
  printf ("%-5s %s%s%s\n", why ? "fail" : "ok", what, why ? ": " : "",
          why ? why : "");
}

/* All but the callbacks, which migrate-plugin-check tries: 1 when something
 * is wrong. */
static int
check_file (struct mg_app *app, struct mg_error *err)
{
  struct mg_conform conform = { .report = print_check };
  MG_CLEANUP_FREE char *full = realpath (app->words[1], NULL);
  const char *path = full ? full : app->words[1];
  struct mg_plugin *plugin;
  int r = mg_plugin_open (path, &plugin, err);

  if (r < 0)
    return r;
  printf ("ok    %s: plugin '%s', ABI %u, %u %s\n", app->words[1],
          plugin->p.name, plugin->p.abi_version, plugin->p.n_kinds,
          plugin->p.n_kinds == 1 ? "kind" : "kinds");
  mg_plugin_free (plugin);
  mg_plugin_free (mg_conform_static (&conform, path));
  return conform.n_failed > 0;
}

/* show and dump: for people, and for programs. */
static int
with_one (struct mg_app *app, struct mg_error *err)
{
  const struct mg_plugin *plugin = find_plugin (app, app->words[1], err);

  if (plugin == NULL)
    return err->code;
  if (strcmp (app->words[0], "dump") == 0)
    mg_dump_plugin (&app->registry, plugin);
  else
    mg_show_plugin (&app->registry, plugin);
  return 0;
}

/* What only people read is not printed where lines of JSON are expected. */
static int
check_json (struct mg_app *app, struct mg_error *err)
{
  const char *verb = app->words[0];

  if (!app->view.json
      || (strcmp (verb, "show") != 0 && strcmp (verb, "check") != 0))
    return 0;
  return mg_error_set (err, MG_E_INVALID, "wrong-option",
                       "'--json' has no meaning for 'migrate plugins %s'; for "
                       "programs there are plugins list --json and plugins "
                       "dump", verb);
}

int
mg_cmd_plugins (struct mg_app *app)
{
  static const char *const verbs[] = { "list", "show", "dump", "check", NULL };
  struct mg_error err = MG_ERROR_INIT;
  const char *verb;
  int r = mg_app_load (app, &err);

  if (r == 0)
    r = check_json (app, &err);
  if (r < 0)
    return mg_app_fail (app, &err);
  verb = app->words[0];
  if (strcmp (verb, "list") == 0 && app->n_words == 1)
    return list_plugins (app);
  if (strcmp (verb, "check") == 0 && app->n_words == 2)
    r = check_file (app, &err);
  else if ((strcmp (verb, "show") == 0 || strcmp (verb, "dump") == 0)
           && app->n_words == 2)
    r = with_one (app, &err);
  else
    r = mg_app_bad_verb (app, verbs, &err);
  if (r < 0)
    return mg_app_fail (app, &err);
  return r > 0 ? MG_EXIT_SOME : MG_EXIT_OK;
}
