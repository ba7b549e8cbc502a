/* The set of plugins and kinds: see registry.h. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "plugin/module.h"
#include "plugin/permissions.h"
#include "plugin/registry.h"

static int
add_kind (struct mg_registry *registry, struct mg_plugin *plugin,
          const struct migrate_kind *k, struct mg_kind **ret_kind,
          struct mg_error *err)
{
  struct mg_kind *kind = mg_registry_kind (registry, k->name);

  if (kind != NULL)
    return mg_error_set (err, MG_E_EXISTS, "plugin-load",
                         "kind '%s' is provided by both '%s' and '%s'; name the "
                         "one you want with --plugin-dir", k->name,
                         kind->plugin->p.name, plugin->p.name);
  kind = mg_xcalloc (1, sizeof *kind);
  kind->k = k;
  kind->lanes = mg_lanes_new (k->lanes);
  kind->plugin = plugin;
  registry->kinds = mg_xreallocarray (registry->kinds,
                                      (size_t) registry->n_kinds + 1,
                                      sizeof *registry->kinds);
  registry->kinds[registry->n_kinds++] = kind;
  *ret_kind = kind;
  return 0;
}

static void
link_part (struct mg_kind *parent, struct mg_kind *part)
{
  part->parent = parent;
  part->next_part = parent->first_part;
  parent->first_part = part;
}

static void
link_parts (struct mg_registry *registry, const struct mg_plugin *plugin)
{
  int i;

  for (i = 0; i < registry->n_kinds; i++) {
    struct mg_kind *kind = registry->kinds[i];

    if (kind->plugin == plugin && kind->k->part_of != NULL)
      link_part (mg_registry_kind (registry, kind->k->part_of), kind);
  }
}

static int
add_plugin (struct mg_registry *registry, struct mg_plugin *plugin,
            struct mg_error *err)
{
  uint32_t i;
  int r = 0;

  for (i = 0; i < plugin->p.n_kinds && r == 0; i++) {
    struct mg_kind *kind, *sub;

    r = add_kind (registry, plugin, &plugin->kinds[i], &kind, err);
    if (r == 0 && kind->k->permissions != NULL) {
      r = add_kind (registry, plugin, mg_permissions_kind (kind->k), &sub, err);
      if (r == 0) {
        sub->is_acl = 1;
        link_part (kind, sub);
      }
    }
  }
  if (r < 0)
    return r;
  link_parts (registry, plugin);
  registry->plugins = mg_xreallocarray (registry->plugins,
                                        (size_t) registry->n_plugins + 1,
                                        sizeof *registry->plugins);
  registry->plugins[registry->n_plugins++] = plugin;
  return 0;
}

static void
free_kind (struct mg_kind *kind)
{
  if (kind->is_acl)
    mg_permissions_kind_free (kind->k);
  mg_lanes_free (kind->lanes);
  mg_free (kind);
}

static void
drop_kinds_of (struct mg_registry *registry, const struct mg_plugin *plugin)
{
  while (registry->n_kinds > 0
         && registry->kinds[registry->n_kinds - 1]->plugin == plugin)
    free_kind (registry->kinds[--registry->n_kinds]);
}

static int
load_file (void *opaque, const char *path, struct mg_error *err)
{
  struct mg_registry *registry = opaque;
  struct mg_plugin *plugin = NULL;
  struct mg_error why = MG_ERROR_INIT;
  int r = mg_plugin_open (path, &plugin, &why);

  (void) err;
  if (r == 0 && mg_registry_plugin (registry, plugin->p.name) != NULL) {
    mg_plugin_free (plugin);      /* an earlier --plugin-dir wins */
    return 0;
  }
  if (r == 0)
    r = add_plugin (registry, plugin, &why);
  if (r < 0) {
    if (plugin != NULL)
      drop_kinds_of (registry, plugin);
    mg_plugin_free (plugin);
    registry->refusals = mg_xreallocarray (registry->refusals,
                                           (size_t) registry->n_refusals + 1,
                                           sizeof *registry->refusals);
    registry->refusals[registry->n_refusals].path = mg_xstrdup (path);
    registry->refusals[registry->n_refusals++].error = why;
  }
  return 0;
}

struct mg_plugin *
mg_registry_plugin (const struct mg_registry *registry, const char *name)
{
  int i;

  for (i = 0; i < registry->n_plugins; i++)
    if (strcmp (registry->plugins[i]->p.name, name) == 0)
      return registry->plugins[i];
  return NULL;
}

struct mg_kind *
mg_registry_kind (const struct mg_registry *registry, const char *name)
{
  int i;

  for (i = 0; i < registry->n_kinds; i++)
    if (strcmp (registry->kinds[i]->k->name, name) == 0)
      return registry->kinds[i];
  return NULL;
}

struct mg_kind *
mg_registry_kid (const struct mg_registry *registry, int kid)
{
  int i;

  for (i = 0; i < registry->n_kinds; i++)
    if (registry->kinds[i]->kid == kid)
      return registry->kinds[i];
  return NULL;
}

/* Does the kind declare this namespace? */
int
mg_kind_declares (const struct mg_kind *kind, const char *ns)
{
  const struct migrate_alias *a;
  size_t n = strlen (kind->k->name);

  if (strncmp (ns, kind->k->name, n) == 0 && strcmp (ns + n, ".id") == 0)
    return 1;
  for (a = kind->k->aliases; a != NULL && a->ns != NULL; a++)
    if (strcmp (a->ns, ns) == 0)
      return 1;
  return 0;
}

/* Does it name assets of the other, or wait for them? */
static int
names_kind (const struct mg_kind *kind, const struct mg_kind *other, int waits)
{
  const struct migrate_ref *r;

  for (r = kind->k->refs; r != NULL && r->path != NULL; r++)
    if (mg_kind_declares (other, r->ns) && (waits || !r->waits))
      return 1;
  return 0;
}

static int
needs (const struct mg_kind *kind, const struct mg_kind *other, int waits)
{
  const char *const *a;

  if (kind == other)
    return 0;
  if (kind->parent == other || names_kind (kind, other, waits))
    return 1;
  for (a = kind->k->after; a != NULL && *a != NULL; a++)
    if (strcmp (*a, other->k->name) == 0)
      return 1;
  return 0;
}

int
mg_kind_needs (const struct mg_kind *kind, const struct mg_kind *other)
{
  return needs (kind, other, 1);
}

/* Those without unmet needs first; where kinds need each other, as they come. */
static void
sort_kinds (struct mg_registry *registry)
{
  struct mg_kind **sorted =
    mg_xcalloc ((size_t) registry->n_kinds + 1, sizeof *sorted);
  int n = 0, i, j;

  while (n < registry->n_kinds) {
    int pick = -1;

    for (i = 0; i < registry->n_kinds && pick < 0; i++) {
      if (registry->kinds[i] == NULL)
        continue;
      for (j = 0; j < registry->n_kinds; j++)
        if (registry->kinds[j] != NULL
            && mg_kind_needs (registry->kinds[i], registry->kinds[j]))
          break;
      if (j == registry->n_kinds)
        pick = i;
    }
    for (i = 0; pick < 0; i++)
      if (registry->kinds[i] != NULL)
        pick = i;
    sorted[n] = registry->kinds[pick];
    sorted[n]->index = n;
    registry->kinds[pick] = NULL;
    n++;
  }
  mg_free (registry->kinds);
  registry->kinds = sorted;
}

int
mg_registry_load (const char *const *folders, struct mg_registry *ret,
                  struct mg_error *err)
{
  static const char *const installed[] = { MG_PLUGINDIR, NULL };
  int named = folders != NULL && folders[0] != NULL;
  int r = mg_module_start (err);

  memset (ret, 0, sizeof *ret);
  if (!named)
    folders = installed;
  for (; *folders != NULL && r == 0; folders++) {
    MG_CLEANUP_FREE char *full = realpath (*folders, NULL);

    if (full != NULL)
      r = mg_module_foreach (full, load_file, ret, err);
    else if (named)
      r = mg_error_set (err, MG_E_NOT_FOUND, "plugin-load",
                        "cannot read the plugin folder '%s': %s; correct "
                        "--plugin-dir", *folders, strerror (errno));
  }
  if (r == 0)
    sort_kinds (ret);
  return r;
}

void
mg_registry_done (struct mg_registry *registry)
{
  int i;

  for (i = 0; i < registry->n_kinds; i++)
    free_kind (registry->kinds[i]);
  for (i = 0; i < registry->n_plugins; i++)
    mg_plugin_free (registry->plugins[i]);
  for (i = 0; i < registry->n_refusals; i++)
    mg_free (registry->refusals[i].path);
  mg_free (registry->kinds);
  mg_free (registry->plugins);
  mg_free (registry->refusals);
  memset (registry, 0, sizeof *registry);
}

int
mg_registry_ns_nocase (const struct mg_registry *registry, const char *ns)
{
  int i;

  for (i = 0; i < registry->n_kinds; i++) {
    const struct migrate_alias *a = registry->kinds[i]->k->aliases;

    for (; a != NULL && a->ns != NULL; a++)
      if (strcmp (a->ns, ns) == 0)
        return a->nocase != 0;
  }
  return 0;
}

/* ---- choosing ---- */

/* Does one word of --plugins or --skip mean this kind? */
static int
means (const struct mg_kind *kind, const char *word)
{
  if (strcmp (word, "acls") == 0 || strcmp (word, "permissions") == 0)
    return kind->is_acl;
  if (strcmp (kind->plugin->p.name, word) == 0
      || strcmp (kind->k->name, word) == 0)
    return 1;
  return kind->parent != NULL && strcmp (kind->parent->k->name, word) == 0;
}

static int
unknown_word (const struct mg_registry *registry, const char *word,
              struct mg_error *err)
{
  const char **names =
    mg_xcalloc ((size_t) (registry->n_plugins + registry->n_kinds) + 1,
                sizeof *names);
  const char *near;
  int i, n = 0;

  for (i = 0; i < registry->n_plugins; i++)
    names[n++] = registry->plugins[i]->p.name;
  for (i = 0; i < registry->n_kinds; i++)
    names[n++] = registry->kinds[i]->k->name;
  near = mg_nearest (word, names);
  mg_free (names);
  return mg_error_set (err, MG_E_INVALID, "unknown-plugin",
                       near ? "no plugin or kind '%s'; did you mean '%s'?"
                       : "no plugin or kind '%s'; see migrate plugins list",
                       word, near);
}

static int
mark (struct mg_registry *registry, const char *list, int value,
      struct mg_error *err)
{
  MG_CLEANUP_FREE char *copy = mg_xstrdup (list);
  char *save = NULL, *word;
  int i;

  for (word = strtok_r (copy, ", ", &save); word != NULL;
       word = strtok_r (NULL, ", ", &save)) {
    int found = 0;

    for (i = 0; i < registry->n_kinds; i++)
      if (means (registry->kinds[i], word)) {
        registry->kinds[i]->chosen = value;
        found = 1;
      }
    if (!found)
      return unknown_word (registry, word, err);
  }
  return 0;
}

static uint32_t
ends_of (const struct mg_kind *kind)
{
  return kind->k->ends ? kind->k->ends : MIGRATE_END_DATABRICKS;
}

/* Closes 'indexed' over references, so that every name can be resolved. */
static void
index_referenced (struct mg_registry *registry, uint32_t end)
{
  int i, j, changed = 1;

  while (changed) {
    changed = 0;
    for (i = 0; i < registry->n_kinds; i++)
      for (j = 0; j < registry->n_kinds; j++) {
        struct mg_kind *a = registry->kinds[i], *b = registry->kinds[j];

        if ((a->chosen || a->indexed) && !b->chosen && !b->indexed
            && needs (a, b, 0) && (ends_of (b) & end)) {
          b->indexed = 1;
          changed = 1;
        }
      }
  }
}

int
mg_registry_choose (struct mg_registry *registry, const char *only,
                    const char *skip, uint32_t end, struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; i < registry->n_kinds; i++) {
    registry->kinds[i]->chosen = only == NULL;
    registry->kinds[i]->indexed = 0;
  }
  if (only != NULL)
    r = mark (registry, only, 1, err);
  if (r == 0 && skip != NULL)
    r = mark (registry, skip, 0, err);
  if (r < 0)
    return r;
  for (i = 0; i < registry->n_kinds; i++) {
    struct mg_kind *kind = registry->kinds[i];

    if (!(ends_of (kind) & end))
      kind->chosen = 0;
  }
  index_referenced (registry, end);
  return 0;
}
