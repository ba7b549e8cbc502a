/* Opening one plugin and refusing it where it breaks the contract: the rules
 * of migrate-plugin(3), each with a message of its own.  The plugin is judged
 * by its data before any of its functions is called. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "plugin/check.h"
#include "plugin/module.h"
#include "plugin/registry.h"

#define LEAST_PLUGIN_SIZE offsetof (struct migrate_plugin, open)
#define LEAST_KIND_SIZE offsetof (struct migrate_kind, permissions)
#define LEAST_REF_SIZE offsetof (struct migrate_ref, on_missing)
#define MOST_SIZE 65536
#define REQUIREMENT_BITS 0xffffu
#define MAX_KINDS 64

static int
refuse (struct mg_error *err, const char *path, const char *text)
{
  return mg_error_set (err, MG_E_INVALID, "plugin-load",
                       "'%s' %s; refusing to load it", path, text);
}

static int
size_ok (uint32_t size, size_t least)
{
  return size >= least && size <= MOST_SIZE && size % sizeof (void *) == 0;
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
  if (!size_ok (p->struct_size, LEAST_PLUGIN_SIZE)
      || !size_ok (p->kind_size, LEAST_KIND_SIZE)
      || !size_ok (p->ref_size, LEAST_REF_SIZE))
    return mg_error_set (err, MG_E_INVALID, "plugin-load",
                         "'%s' has an impossible struct_size %u, kind_size %u "
                         "or ref_size %u; refusing to load it", path,
                         p->struct_size, p->kind_size, p->ref_size);
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
  if (!mg_plugin_name_ok (p->name))
    return refuse (err, path, "has a name that is not [a-z][a-z0-9-]*");
  if (len != strlen (p->name) + 3 || strncmp (base, p->name, len - 3) != 0)
    return mg_error_set (err, MG_E_INVALID, "plugin-load",
                         "'%s' calls itself '%s'; rename the file or the plugin",
                         path, p->name);
  if ((p->flags & REQUIREMENT_BITS) != 0)
    return mg_error_set (err, MG_E_UNSUPPORTED, "plugin-abi",
                         "'%s' needs feature 0x%x of a newer version; update "
                         "migrate", path, p->flags & REQUIREMENT_BITS);
  return 0;
}

/* Like the kinds: by the plugin's stride.  NULL when the list has no end. */
static struct migrate_ref *
copy_refs (const struct migrate_ref *given, size_t stride)
{
  size_t size = stride < sizeof *given ? stride : sizeof *given;
  const char *at = (const char *) given;
  struct migrate_ref *refs;
  size_t n = 0, i;

  while (((const struct migrate_ref *) (const void *) (at + n * stride))->path)
    if (++n == MG_MAX_PLUGIN_LIST)
      return NULL;
  refs = mg_xcalloc (n + 1, sizeof *refs);
  for (i = 0; i < n; i++)
    memcpy (&refs[i], at + i * stride, size);
  return refs;
}

/* Members the plugin's header did not have yet stay zero; what a newer header
 * added is left out. */
static int
copy_kinds (struct mg_plugin *plugin, const struct migrate_plugin *given,
            struct mg_error *err)
{
  size_t stride = given->kind_size;
  size_t size = stride < sizeof *plugin->kinds ? stride : sizeof *plugin->kinds;
  int endless = 0;
  uint32_t i;

  plugin->kinds = mg_xcalloc (given->n_kinds, sizeof *plugin->kinds);
  plugin->p.kinds = NULL;
  for (i = 0; i < given->n_kinds; i++) {
    struct migrate_kind *k = &plugin->kinds[i];

    memcpy (k, (const char *) given->kinds + i * stride, size);
    if (k->refs != NULL) {
      k->refs = copy_refs (k->refs, given->ref_size);
      endless |= k->refs == NULL;
    }
  }
  if (endless)
    return refuse (err, plugin->path, "has a list of references without an end");
  return 0;
}

static int
has_callback (const struct migrate_plugin *p)
{
  return p->export_kind != NULL || p->import_asset != NULL
         || p->validate_asset != NULL;
}

/* The core adds to no array by itself: how that is done without overwriting
 * what others change meanwhile differs from service to service. */
static int
merges_in_vain (const struct migrate_plugin *p, const struct migrate_kind *k)
{
  return k->merge != NULL && k->merge[0] != NULL
         && (!(k->flags & MIGRATE_KIND_CALLS) || p->import_asset == NULL);
}

/* Nor can it know how to end what a create began. */
static int
finishes_in_vain (const struct migrate_plugin *p, const struct migrate_kind *k)
{
  return (k->flags & MIGRATE_KIND_FINISH)
         && (!(k->flags & MIGRATE_KIND_CALLS) || p->import_asset == NULL
             || k->update == NULL);
}

/* Is there what it is a part of, and a way to read and to put it? */
static int
is_good_part (const struct mg_plugin *plugin, const struct migrate_kind *k)
{
  uint32_t i;

  if (k->part_of == NULL)
    return 1;
  if (k->once != MIGRATE_ONCE_PUT || !(k->flags & MIGRATE_KIND_DETAIL)
      || k->get == NULL || k->update == NULL || k->list != NULL)
    return 0;
  for (i = 0; i < plugin->p.n_kinds; i++)
    if (plugin->kinds[i].part_of == NULL
        && mg_streq (plugin->kinds[i].name, k->part_of))
      return 1;
  return 0;
}

static int
check_content (struct mg_plugin *plugin, struct mg_error *err)
{
  int data = 0, r = mg_check_tables (&plugin->p, plugin->path, err);
  uint32_t i;

  for (i = 0; i < plugin->p.n_kinds && r == 0; i++) {
    r = mg_check_kind (&plugin->kinds[i], plugin->path, err);
    data |= !(plugin->kinds[i].flags & MIGRATE_KIND_CALLS);
    if (r == 0 && merges_in_vain (&plugin->p, &plugin->kinds[i]))
      r = mg_error_set (err, MG_E_INVALID, "plugin-load",
                        "'%s' has a kind with merge[] and no import_asset for "
                        "it: '%s'; refusing to load it", plugin->path,
                        plugin->kinds[i].name);
    if (r == 0 && finishes_in_vain (&plugin->p, &plugin->kinds[i]))
      r = mg_error_set (err, MG_E_INVALID, "plugin-load",
                        "'%s' has a kind to be finished and no update or "
                        "import_asset for it: '%s'; refusing to load it",
                        plugin->path, plugin->kinds[i].name);
    if (r == 0 && !is_good_part (plugin, &plugin->kinds[i]))
      r = mg_error_set (err, MG_E_INVALID, "plugin-load",
                        "'%s' has a kind that cannot be the part that it says "
                        "it is: '%s'; refusing to load it", plugin->path,
                        plugin->kinds[i].name);
  }
  if (r == 0)
    r = mg_check_actions (&plugin->p, plugin->kinds, plugin->path, err);
  if (r == 0 && !data && !has_callback (&plugin->p))
    return refuse (err, plugin->path, "has none of export, import, validate");
  return r;
}

/* Our own copy, as large as this program knows the struct. */
static struct mg_plugin *
copy_plugin (const struct migrate_plugin *given, const char *path)
{
  struct mg_plugin *plugin = mg_xcalloc (1, sizeof *plugin);

  memcpy (&plugin->p, given, given->struct_size < sizeof plugin->p
          ? given->struct_size : sizeof plugin->p);
  plugin->struct_size_given = given->struct_size;
  plugin->path = mg_xstrdup (path);
  if (plugin->p.summary == NULL)
    plugin->p.summary = "";
  if (plugin->p.version == NULL)
    plugin->p.version = "";
  if (plugin->p.sdk_version == NULL)
    plugin->p.sdk_version = "";
  return plugin;
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
  if (r == 0)
    r = check_name (given, path, err);
  if (r < 0)
    return r;
  if (given->n_kinds == 0 || given->n_kinds > MAX_KINDS || given->kinds == NULL)
    return refuse (err, path, "has no kinds, or too many");
  plugin = copy_plugin (given, path);
  r = copy_kinds (plugin, given, err);
  if (r == 0)
    r = check_content (plugin, err);
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
  uint32_t i;

  if (plugin == NULL)
    return;
  for (i = 0; plugin->kinds != NULL && i < plugin->p.n_kinds; i++)
    mg_free ((void *) (uintptr_t) plugin->kinds[i].refs);
  mg_free (plugin->kinds);
  mg_free (plugin->path);
  mg_free (plugin);
}
