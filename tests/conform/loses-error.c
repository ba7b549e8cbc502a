/* Takes a request that failed for one that did not. */
#include "calls.h"

IMPORT
{
  const struct migrate_response *res = NULL;

  send (ctx, MIGRATE_CREATING, "POST /api/2.0/gadgets", &res);
  return migrate_created (ctx, "1", NULL, 0);
}

WITH_CALLS ("loses-error", .import_asset = import_asset);
