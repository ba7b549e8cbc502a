/* Needs a plugin flag of the future. */
#include "module.h"

static const struct migrate_kind kinds[] = { { SOUND ("gadgets"), LIST } };
MIGRATE_REGISTER (.name = "needs-plugin", .kinds = kinds, .n_kinds = 1,
                  .flags = 0x2u);
