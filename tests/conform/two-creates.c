/* Two creates for one asset. */
#include "calls.h"

IMPORT
{
  const struct migrate_response *res = NULL;
  int r = send (ctx, MIGRATE_CREATING, "POST /api/2.0/gadgets", &res);

  if (r == 0)
    r = send (ctx, MIGRATE_CREATING, "POST /api/2.0/gizmos", &res);
  return r < 0 ? r : migrate_created (ctx, "1", NULL, 0);
}

WITH_CALLS ("two-creates", .import_asset = import_asset);
