/* What the modules of this folder have in common: a kind with nothing wrong
 * with it.  Each of them breaks one rule of the loader, or none. */
#ifndef MODULE_H
#define MODULE_H

#include <migrate-plugin.h>

#define SOUND(NAME) \
  .name = NAME, .title = NAME, .key = "name", .id = "id", \
  .once = MIGRATE_ONCE_UNIQUE

#define LIST .list = "GET /api/2.0/gadgets"

/* A plugin with this one kind. */
#define ONE_KIND(NAME, ...) \
  static const struct migrate_kind kinds[] = { { __VA_ARGS__ } }; \
  MIGRATE_REGISTER (.name = NAME, .kinds = kinds, .n_kinds = 1)

/* A plugin whose head is its own; the rest is sound. */
#define HEAD(NAME, ABI, SIZE, KIND_SIZE, REF_SIZE) \
  static const struct migrate_kind kinds[] = { { SOUND (NAME), LIST } }; \
  extern MIGRATE_EXPORT const struct migrate_plugin migrate_plugin; \
  const struct migrate_plugin migrate_plugin = { \
    .abi_version = ABI, .struct_size = SIZE, .kind_size = KIND_SIZE, \
    .ref_size = REF_SIZE, .name = NAME, .kinds = kinds, .n_kinds = 1 \
  }

#define PLUGIN_SIZE sizeof (struct migrate_plugin)
#define KIND_SIZE sizeof (struct migrate_kind)
#define REF_SIZE sizeof (struct migrate_ref)

#endif
