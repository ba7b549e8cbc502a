/* Leaves adding to an adopted asset to the core, which does not do that. */
#include "calls.h"

IMPORT
{
  return migrate_generic (ctx, asset);
}

static const char *const merge[] = { "members", NULL };
static const struct migrate_kind kinds[] = {
  { SOUND ("leaves-merge"), LIST, .flags = MIGRATE_KIND_CALLS, .merge = merge },
};
MIGRATE_REGISTER (.name = "leaves-merge", .summary = "x", .version = "1",
                  .kinds = kinds, .n_kinds = 1, .import_asset = import_asset);
