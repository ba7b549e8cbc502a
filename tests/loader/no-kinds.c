/* No kinds. */
#include "module.h"

MIGRATE_REGISTER (.name = "no-kinds");
