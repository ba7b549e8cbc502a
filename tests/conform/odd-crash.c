/* Trusts that the answer has what it should have. */
#include "calls.h"

IMPORT
{
  const struct migrate_response *res = NULL;
  const char *id = NULL;
  int r = send (ctx, MIGRATE_CREATING, "POST /api/2.0/gadgets", &res);

  if (r < 0)
    return r;
  migrate_json_get (ctx, res->body, res->body_len, "id", &id);
  return migrate_created (ctx, id[0] ? id : "1", NULL, 0);
}

WITH_CALLS ("odd-crash", .import_asset = import_asset);
