/* Has a kind that twin-a has too. */
#include "module.h"

static const struct migrate_kind kinds[] = {
  { SOUND ("left-out"), LIST, .permissions = "left-out" },
  { SOUND ("twins"), LIST },
};
MIGRATE_REGISTER (.name = "twin-b", .kinds = kinds, .n_kinds = 2);
