/* Says that it has kinds, and has none. */
#include "module.h"

MIGRATE_REGISTER (.name = "kinds-null", .n_kinds = 3);
