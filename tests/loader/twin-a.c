/* Has a kind that twin-b has too. */
#include "module.h"

static const struct migrate_kind kinds[] = {
  { SOUND ("alone"), LIST, .permissions = "alone" },
  { SOUND ("twins"), LIST },
};
MIGRATE_REGISTER (.name = "twin-a", .kinds = kinds, .n_kinds = 2);
