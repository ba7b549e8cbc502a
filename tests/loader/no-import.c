/* The same with callbacks, of which none imports. */
#include "module.h"

static int
export_kind (struct migrate_ctx *ctx, void *self, const struct migrate_kind *k)
{
  (void) ctx, (void) self, (void) k;
  return 0;
}

static const char *const merge[] = { "members", NULL };
static const struct migrate_kind kinds[] = {
  { SOUND ("gadgets"), LIST, .flags = MIGRATE_KIND_CALLS, .merge = merge },
};
MIGRATE_REGISTER (.name = "no-import", .kinds = kinds, .n_kinds = 1,
                  .export_kind = export_kind);
