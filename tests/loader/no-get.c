/* Stubs, and no way to the whole. */
#include "module.h"

ONE_KIND ("no-get", SOUND ("gadgets"), LIST, .flags = MIGRATE_KIND_DETAIL);
