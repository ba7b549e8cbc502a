/* Calls a stopped run a failed asset. */
#include "calls.h"

IMPORT
{
  const struct migrate_response *res = NULL;

  if (send (ctx, MIGRATE_CREATING, "POST /api/2.0/gadgets", &res) < 0)
    return MIGRATE_E_FAIL;
  return migrate_created (ctx, "1", NULL, 0);
}

WITH_CALLS ("hides-stop", .import_asset = import_asset);
