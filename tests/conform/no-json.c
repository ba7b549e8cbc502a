/* Sends a body that is not JSON. */
#include "calls.h"

IMPORT
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;

  req.call = "POST /api/2.0/gadgets";
  req.effect = MIGRATE_CREATING;
  req.body = "{\"name\":}";
  req.body_len = strlen (req.body);
  return migrate_request (ctx, &req, &res);
}

WITH_CALLS ("no-json", .import_asset = import_asset);
