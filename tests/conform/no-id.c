/* Emits an asset without its id. */
#include "calls.h"

static int
export_kind (struct migrate_ctx *ctx, void *self UNUSED,
             const struct migrate_kind *kind)
{
  return migrate_emit (ctx, kind, "{\"name\":\"x\"}", 12);
}

WITH_CALLS ("no-id", .export_kind = export_kind);
