/* References of an older header: shorter than those of this one. */
#include "module.h"

struct older_ref { const char *path, *ns; };

static const struct older_ref refs[] = {
  { "owner", "older-refs.id" }, { "parent", "older-parts.id" }, { NULL, NULL },
};

static const struct migrate_kind kinds[] = {
  { SOUND ("older-refs"), LIST,
    .refs = (const struct migrate_ref *) (const void *) refs },
};

extern MIGRATE_EXPORT const struct migrate_plugin migrate_plugin;
const struct migrate_plugin migrate_plugin = {
  .abi_version = MIGRATE_ABI_VERSION,
  .struct_size = PLUGIN_SIZE,
  .kind_size = KIND_SIZE,
  .ref_size = sizeof refs[0],
  .name = "older-refs",
  .kinds = kinds,
  .n_kinds = 1,
};
