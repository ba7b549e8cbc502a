/* Does not stop when the run does. */
#include "calls.h"

static int
export_kind (struct migrate_ctx *ctx, void *self UNUSED,
             const struct migrate_kind *kind UNUSED)
{
  const struct migrate_response *res = NULL;
  int i, r = 0;

  for (i = 0; i < 5; i++)
    r = send (ctx, MIGRATE_READ, "GET /api/2.0/gadgets", &res);
  return r;
}

WITH_CALLS ("goes-on", .export_kind = export_kind);
