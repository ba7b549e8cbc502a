/* Breaks no rule. */
#include "calls.h"

IMPORT
{
  const struct migrate_response *res = NULL;
  int r;

  if (asset->phase != MIGRATE_CREATE)
    return send (ctx, MIGRATE_IDEMPOTENT, "PUT /api/2.0/gadgets", &res);
  r = send (ctx, MIGRATE_CREATING, "POST /api/2.0/gadgets", &res);
  if (r < 0)
    return migrate_fail (ctx, r, NULL, "no gadget");
  return migrate_created (ctx, "1", NULL, 0);
}

WITH_CALLS ("sound", .import_asset = import_asset);
