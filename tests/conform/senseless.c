/* Data that the loader takes and that makes no sense. */
#include "calls.h"

static const struct migrate_leave leave[] = {
  { "state", "gone", "no-such-code" }, { NULL, NULL, NULL },
};
static const struct migrate_right rights[] = {
  { "gizmos", "a right to something else" }, { NULL, NULL },
};
static const struct migrate_kind kinds[] = {
  { SOUND ("gadgets"), .list = "DELETE /api/2.0/gadgets",
    .get = "GET /api/2.0/gadgets", .update = "PUT /api/2.0/gadgets",
    .update_body = "{\"id\":${id},}", .leave = leave },
};
MIGRATE_REGISTER (.name = "senseless", .kinds = kinds, .n_kinds = 1,
                  .rights = rights);
