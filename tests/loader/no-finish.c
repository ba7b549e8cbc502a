/* Creates to be finished, and an import_asset, but no update to finish by. */
#include "module.h"

static int
import_asset (struct migrate_ctx *ctx, void *self,
              const struct migrate_asset *asset)
{
  (void) self;
  return migrate_generic (ctx, asset);
}

static const struct migrate_kind kinds[] = {
  { SOUND ("gadgets"), LIST,
    .flags = MIGRATE_KIND_CALLS | MIGRATE_KIND_FINISH },
};
MIGRATE_REGISTER (.name = "no-finish", .kinds = kinds, .n_kinds = 1,
                  .import_asset = import_asset);
