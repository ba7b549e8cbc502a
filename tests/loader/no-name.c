/* No name. */
#include "module.h"

static const struct migrate_kind kinds[] = { { SOUND ("no-name"), LIST } };
MIGRATE_REGISTER (.kinds = kinds, .n_kinds = 1);
