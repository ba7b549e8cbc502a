/* Returns 0, and nobody knows the new id. */
#include "calls.h"

IMPORT
{
  const struct migrate_response *res = NULL;

  return send (ctx, MIGRATE_CREATING, "POST /api/2.0/gadgets", &res);
}

WITH_CALLS ("says-nothing", .import_asset = import_asset);
