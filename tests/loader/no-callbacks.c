/* Promises callbacks and has none. */
#include "module.h"

ONE_KIND ("no-callbacks", SOUND ("gadgets"), .flags = MIGRATE_KIND_CALLS);
