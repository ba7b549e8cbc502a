/* Reads an answer that did not come. */
#include "calls.h"

IMPORT
{
  const struct migrate_response *res = NULL;
  int r = send (ctx, MIGRATE_CREATING, "POST /api/2.0/gadgets", &res);

  if (res->status == 0)
    return r;
  return migrate_created (ctx, "1", NULL, 0);
}

WITH_CALLS ("crashes", .import_asset = import_asset);
