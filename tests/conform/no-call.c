/* Asks for a path without a method. */
#include "calls.h"

IMPORT
{
  const struct migrate_response *res = NULL;

  return send (ctx, MIGRATE_CREATING, "/api/2.0/gadgets", &res);
}

WITH_CALLS ("no-call", .import_asset = import_asset);
