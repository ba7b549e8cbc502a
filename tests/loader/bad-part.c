/* A part of a kind that the plugin does not have. */
#include "module.h"

static const struct migrate_kind kinds[] = {
  { SOUND ("gadgets"), .part_of = "wheels", .flags = MIGRATE_KIND_DETAIL,
    .get = "GET /api/2.0/gadgets/{id}", .update = "PUT /api/2.0/gadgets/{id}" },
};
MIGRATE_REGISTER (.name = "bad-part", .kinds = kinds, .n_kinds = 1);
