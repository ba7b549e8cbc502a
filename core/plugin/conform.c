/* What can be said of a plugin without calling it: see conform.h.  Beyond the
 * loader's refusals (check.c), which are about what breaks the core, this is
 * about what makes no sense. */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/str.h"
#include "plugin/conform.h"

void
mg_conform_report (struct mg_conform *c, const char *what, const char *why)
{
  c->n_checks++;
  c->n_failed += why != NULL;
  c->report (c->opaque, what, why);
}

/* Why a check of one kind fails, or NULL; 'why' is room for the text. */
typedef const char *kind_check (const struct mg_plugin *plugin,
                                const struct migrate_kind *k,
                                struct mg_buf *why);

static const char *say (struct mg_buf *why, const char *format, ...)
  MG_PRINTF (2, 3);

static const char *
say (struct mg_buf *why, const char *format, ...)
{
  va_list args;

  mg_buf_reset (why);
  va_start (args, format);
  mg_buf_vaddf (why, format, args);
  va_end (args);
  return mg_buf_text (why);
}

static const char *
id_is_named (const struct mg_plugin *plugin, const struct migrate_kind *k,
             struct mg_buf *why)
{
  (void) plugin;
  if (k->get != NULL && strstr (k->get, "{id}") == NULL)
    return say (why, "'get' does not say whose: '%s' has no {id}", k->get);
  if (k->list != NULL && strstr (k->list, "{id}") != NULL)
    return say (why, "'list' is of one asset: '%s' has {id}", k->list);
  if (k->create != NULL && strstr (k->create, "{id}") != NULL)
    return say (why, "'create' has {id}, which nobody knows yet: '%s'",
                k->create);
  return NULL;
}

static const char *
methods_fit (const struct mg_plugin *plugin, const struct migrate_kind *k,
             struct mg_buf *why)
{
  (void) plugin;
  if (k->list != NULL && !mg_starts (k->list, "GET ")
      && !mg_starts (k->list, "POST "))
    return say (why, "a list is read by GET or POST, not '%s'", k->list);
  if (k->get != NULL && !mg_starts (k->get, "GET ")
      && !mg_starts (k->get, "POST "))
    return say (why, "an asset is read by GET or POST, not '%s'", k->get);
  if (k->list_body != NULL && mg_starts (k->list, "GET "))
    return say (why, "'list_body' is for a POST, not '%s'", k->list);
  if (k->create != NULL && mg_starts (k->create, "GET "))
    return say (why, "'create' only reads: '%s'", k->create);
  if (k->update != NULL && mg_starts (k->update, "GET "))
    return say (why, "'update' only reads: '%s'", k->update);
  if (k->remove != NULL && mg_starts (k->remove, "GET "))
    return say (why, "'remove' only reads: '%s'", k->remove);
  return NULL;
}

static const char *
comes_into_being (const struct mg_plugin *plugin, const struct migrate_kind *k,
                  struct mg_buf *why)
{
  int by_code = (k->flags & MIGRATE_KIND_CALLS)
                && plugin->p.import_asset != NULL;

  if ((k->flags & MIGRATE_KIND_ADOPT_ONLY) || by_code)
    return NULL;
  if (k->once == MIGRATE_ONCE_PUT)
    return k->update != NULL ? NULL
           : say (why, "%s", "MIGRATE_ONCE_PUT needs 'update'");
  return k->create != NULL ? NULL
         : say (why, "%s", "neither 'create' nor import_asset: say "
                "MIGRATE_KIND_ADOPT_ONLY when it is never created");
}

static const char *
callbacks_exist (const struct mg_plugin *plugin, const struct migrate_kind *k,
                 struct mg_buf *why)
{
  const struct migrate_plugin *p = &plugin->p;

  if (!(k->flags & MIGRATE_KIND_CALLS) || p->export_kind || p->fetch_asset
      || p->import_asset || p->validate_asset || p->delete_asset)
    return NULL;
  return say (why, "%s", "MIGRATE_KIND_CALLS, and the plugin has no callback");
}

static const char *
listed (const struct mg_plugin *plugin, const struct migrate_kind *k,
        struct mg_buf *why)
{
  if (k->list != NULL || k->part_of != NULL || k->tree != NULL
      || plugin->p.export_kind != NULL)
    return NULL;
  return say (why, "%s", "neither 'list' nor export_kind");
}

static void
replace (struct mg_buf *out, const char *text, const char *mark,
         const char *by)
{
  const char *at;

  while ((at = strstr (text, mark)) != NULL) {
    mg_buf_add (out, text, (size_t) (at - text));
    mg_buf_add_str (out, by);
    text = at + strlen (mark);
  }
  mg_buf_add_str (out, text);
}

static const char *
update_body_is_json (const struct mg_plugin *plugin,
                     const struct migrate_kind *k, struct mg_buf *why)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf one = MG_BUF_INIT (MG_MAX_BODY);
  MG_CLEANUP (mg_buf_done) struct mg_buf two = MG_BUF_INIT (MG_MAX_BODY);

  (void) plugin;
  if (k->update_body == NULL)
    return NULL;
  replace (&one, k->update_body, "${id}", "\"1\"");
  replace (&two, mg_buf_text (&one), "${*}", "{}");
  if (mg_json_check (mg_buf_text (&two), two.len, NULL) == 0)
    return NULL;
  return say (why, "'update_body' is not JSON: '%s'", k->update_body);
}

static int
declares_code (const struct mg_plugin *plugin, const char *code)
{
  const struct migrate_code *have = plugin->p.codes;

  for (; have != NULL && have->code != NULL; have++)
    if (strcmp (have->code, code) == 0)
      return 1;
  return 0;
}

static const char *
leaves_with_codes (const struct mg_plugin *plugin,
                   const struct migrate_kind *k, struct mg_buf *why)
{
  const struct { const char *name; const struct migrate_leave *list; }
  lists[] = { { "leave", k->leave }, { "builtin", k->builtin } };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (lists); i++) {
    const struct migrate_leave *l = lists[i].list;

    for (; l != NULL && l->path != NULL; l++)
      if (!declares_code (plugin, l->code))
        return say (why, "'%s' gives the code '%s', which the plugin does not "
                    "declare", lists[i].name, l->code);
  }
  return NULL;
}

static void
check_kinds (struct mg_conform *c, const struct mg_plugin *plugin)
{
  static const struct { const char *what; kind_check *check; } checks[] = {
    { "is listed", listed },
    { "can come into being", comes_into_being },
    { "has the callbacks that it says", callbacks_exist },
    { "names the id where it is needed", id_is_named },
    { "reads and writes by fitting methods", methods_fit },
    { "has an update_body that is JSON", update_body_is_json },
    { "leaves out what it declares codes for", leaves_with_codes },
  };
  MG_CLEANUP (mg_buf_done) struct mg_buf why = MG_BUF_INIT (MG_MAX_PATH);
  char what[200];
  uint32_t i;
  size_t j;

  for (i = 0; i < plugin->p.n_kinds; i++)
    for (j = 0; j < MG_N_ELEMENTS (checks); j++) {
      snprintf (what, sizeof what, "%s: %s", plugin->kinds[i].name,
                checks[j].what);
      mg_conform_report (c, what,
                         checks[j].check (plugin, &plugin->kinds[i], &why));
    }
}

static void
check_rights (struct mg_conform *c, const struct mg_plugin *plugin)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf why = MG_BUF_INIT (MG_MAX_PATH);
  const struct migrate_right *right = plugin->p.rights;
  const char *bad = NULL;
  uint32_t i;

  for (; right != NULL && right->kind != NULL && bad == NULL; right++) {
    size_t len = strcspn (right->kind, "/");
    int known = 0;

    for (i = 0; i < plugin->p.n_kinds; i++)
      known |= strlen (plugin->kinds[i].name) == len
               && strncmp (plugin->kinds[i].name, right->kind, len) == 0;
    if (!known)
      bad = say (&why, "'%s' is no kind of this plugin", right->kind);
  }
  mg_conform_report (c, "rights are of its kinds", bad);
}

static void
check_symbols (struct mg_conform *c, const char *path)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf names = MG_BUF_INIT (MG_MAX_BODY);
  MG_CLEANUP (mg_buf_done) struct mg_buf why = MG_BUF_INIT (MG_MAX_PATH);
  struct mg_error err = MG_ERROR_INIT;
  char *at;
  int r = mg_symbols_exported (path, &names, &err);

  if (r == MG_E_UNSUPPORTED)
    return;
  if (r < 0) {
    mg_conform_report (c, "exports one symbol", err.text);
    return;
  }
  if (strcmp (mg_buf_text (&names), "migrate_plugin\n") == 0) {
    mg_conform_report (c, "exports one symbol", NULL);
    return;
  }
  if (names.len == 0) {
    mg_conform_report (c, "exports one symbol",
                       "the file has no table of symbols that can be read");
    return;
  }
  for (at = names.data; at != NULL && (at = strchr (at, '\n')) != NULL; )
    *at = ' ';
  mg_conform_report (c, "exports one symbol",
                     say (&why, "it exports more than migrate_plugin: %s",
                          mg_buf_text (&names)));
}

struct mg_plugin *
mg_conform_static (struct mg_conform *c, const char *path)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_plugin *plugin = NULL;
  int r;

  if (c->begin != NULL)
    c->begin (c->opaque, "loading");
  r = mg_plugin_open (path, &plugin, &err);
  mg_conform_report (c, "the loader takes it", r < 0 ? err.text : NULL);
  if (r < 0)
    return NULL;
  check_symbols (c, path);
  mg_conform_report (c, "says what it is for",
                     plugin->p.summary[0] ? NULL : "'summary' is empty");
  mg_conform_report (c, "has a version",
                     plugin->p.version[0] ? NULL : "'version' is empty");
  check_kinds (c, plugin);
  check_rights (c, plugin);
  return plugin;
}

int
mg_conform_run (struct mg_conform *c, const char *path)
{
  struct mg_plugin *plugin = mg_conform_static (c, path);

  if (plugin != NULL)
    mg_conform_calls (c, plugin);
  mg_plugin_free (plugin);
  return c->n_failed;
}
