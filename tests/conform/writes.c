/* Writes while it exports. */
#include "calls.h"

static int
export_kind (struct migrate_ctx *ctx, void *self UNUSED,
             const struct migrate_kind *kind UNUSED)
{
  const struct migrate_response *res = NULL;

  return send (ctx, MIGRATE_IDEMPOTENT, "PUT /api/2.0/gadgets", &res);
}

WITH_CALLS ("writes", .export_kind = export_kind);
