/* Opening one plugin and refusing it where it breaks the contract: the rules
 * of migrate-plugin(3), each with a message of its own. */
#include <config.h>

#include <ctype.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "plugin/module.h"
#include "plugin/registry.h"

#define LEAST_PLUGIN_SIZE offsetof (struct migrate_plugin, open)
#define MOST_SIZE 65536
#define KNOWN_FLAGS 0x3fu
#define REQUIREMENT_BITS 0xffffu
#define MAX_KINDS 64

static int
refuse (struct mg_error *err, const char *path, const char *text)
{
  return mg_error_set (err, MG_E_INVALID, "plugin-load",
                       "'%s' %s; refusing to load it", path, text);
}

static int
name_ok (const char *name)
{
  size_t i;

  if (name == NULL || !islower ((unsigned char) name[0]) || strlen (name) > 60)
    return 0;
  for (i = 0; name[i] != '\0'; i++)
    if (!islower ((unsigned char) name[i]) && !isdigit ((unsigned char) name[i])
        && name[i] != '-')
      return 0;
  return 1;
}

static int
check_head (const struct migrate_plugin *p, const char *path,
            struct mg_error *err)
{
  if (p->abi_version != MIGRATE_ABI_VERSION)
    return mg_error_set (err, MG_E_MISMATCH, "plugin-abi",
                         "'%s' was built for ABI %u, this program has ABI %u; "
                         "build it against this version", path, p->abi_version,
                         (unsigned) MIGRATE_ABI_VERSION);
  if (p->struct_size < LEAST_PLUGIN_SIZE || p->struct_size > MOST_SIZE
      || p->kind_size < offsetof (struct migrate_kind, once)
      || p->kind_size > MOST_SIZE || p->ref_size > MOST_SIZE)
    return mg_error_set (err, MG_E_INVALID, "plugin-load",
                         "'%s' has an impossible struct_size %u or kind_size "
                         "%u; refusing to load it", path, p->struct_size,
                         p->kind_size);
  return 0;
}

static int
check_name (const struct migrate_plugin *p, const char *path,
            struct mg_error *err)
{
  const char *base = strrchr (path, '/');
  size_t len;

  base = base ? base + 1 : path;
  len = strlen (base);
  if (!name_ok (p->name))
    return refuse (err, path, "has a name that is not [a-z][a-z0-9-]*");
  if (len != strlen (p->name) + 3 || strncmp (base, p->name, len - 3) != 0)
    return mg_error_set (err, MG_E_INVALID, "plugin-load",
                         "'%s' calls itself '%s'; rename the file or the plugin",
                         path, p->name);
  return 0;
}

static int
check_kind (const struct migrate_kind *k, const char *path,
            struct mg_error *err)
{
  uint32_t unknown = k->flags & REQUIREMENT_BITS & ~KNOWN_FLAGS;

  if (!name_ok (k->name))
    return refuse (err, path, "has a kind whose name is not [a-z][a-z0-9-]*");
  if (unknown != 0)
    return mg_error_set (err, MG_E_UNSUPPORTED, "plugin-abi",
                         "'%s': kind '%s' needs feature 0x%x of a newer "
                         "version; update migrate", path, k->name, unknown);
  if (k->key == NULL || k->id == NULL || k->title == NULL)
    return mg_error_set (err, MG_E_INVALID, "plugin-load",
                         "'%s': kind '%s' has no key, id or title; refusing to "
                         "load it", path, k->name);
  if (k->once < MIGRATE_ONCE_UNIQUE || k->once > MIGRATE_ONCE_PUT)
    return mg_error_set (err, MG_E_INVALID, "plugin-load",
                         "'%s': kind '%s' does not say what makes a create "
                         "happen once; refusing to load it", path, k->name);
  if (!(k->flags & MIGRATE_KIND_CALLS) && k->list == NULL)
    return mg_error_set (err, MG_E_INVALID, "plugin-load",
                         "'%s': kind '%s' has neither a list nor callbacks; "
                         "refusing to load it", path, k->name);
  if ((k->flags & MIGRATE_KIND_DETAIL) && k->get == NULL
      && !(k->flags & MIGRATE_KIND_CALLS))
    return mg_error_set (err, MG_E_INVALID, "plugin-load",
                         "'%s': kind '%s' lists stubs but has no get; refusing "
                         "to load it", path, k->name);
  return 0;
}

/* Members the plugin's header did not have yet stay zero; what a newer header
 * added is left out. */
static void
copy_kinds (struct mg_plugin *plugin, const struct migrate_plugin *given)
{
  size_t stride = given->kind_size;
  size_t size = stride < sizeof *plugin->kinds ? stride : sizeof *plugin->kinds;
  uint32_t i;

  plugin->kinds = mg_xcalloc (given->n_kinds, sizeof *plugin->kinds);
  for (i = 0; i < given->n_kinds; i++)
    memcpy (&plugin->kinds[i], (const char *) given->kinds + i * stride, size);
  plugin->p.kinds = NULL;
}

static int
has_callback (const struct migrate_plugin *p)
{
  return p->export_kind != NULL || p->import_asset != NULL
         || p->validate_asset != NULL;
}

static int
check_content (struct mg_plugin *plugin, const char *path,
               struct mg_error *err)
{
  int calls = 0, data = 0;
  uint32_t i;
  int r;

  for (i = 0; i < plugin->p.n_kinds; i++) {
    r = check_kind (&plugin->kinds[i], path, err);
    if (r < 0)
      return r;
    if (plugin->kinds[i].flags & MIGRATE_KIND_CALLS)
      calls = 1;
    else
      data = 1;
  }
  if (!data && (!calls || !has_callback (&plugin->p)))
    return refuse (err, path, "has none of export, import, validate");
  return 0;
}

int
mg_plugin_open (const char *path, struct mg_plugin **ret_plugin,
                struct mg_error *err)
{
  struct mg_module *module;
  const struct migrate_plugin *given;
  struct mg_plugin *plugin;
  int r = mg_module_open (path, &module, err);

  if (r < 0)
    return r;
  given = mg_module_symbol (module, "migrate_plugin");
  mg_free (module);
  if (given == NULL)
    return mg_error_set (err, MG_E_INVALID, "plugin-load",
                         "'%s' is not a migrate plugin (no symbol "
                         "'migrate_plugin')", path);
  r = check_head (given, path, err);
  if (r < 0)
    return r;
  if (given->n_kinds == 0 || given->n_kinds > MAX_KINDS || given->kinds == NULL)
    return refuse (err, path, "has no kinds");
  plugin = mg_xcalloc (1, sizeof *plugin);
  memcpy (&plugin->p, given, given->struct_size < sizeof plugin->p
          ? given->struct_size : sizeof plugin->p);
  plugin->struct_size_given = given->struct_size;
  plugin->path = mg_xstrdup (path);
  copy_kinds (plugin, given);
  r = check_name (&plugin->p, path, err);
  if (r == 0)
    r = check_content (plugin, path, err);
  if (r < 0) {
    mg_plugin_free (plugin);
    return r;
  }
  *ret_plugin = plugin;
  return 0;
}

void
mg_plugin_free (struct mg_plugin *plugin)
{
  if (plugin == NULL)
    return;
  mg_free (plugin->kinds);
  mg_free (plugin->path);
  mg_free (plugin);
}
