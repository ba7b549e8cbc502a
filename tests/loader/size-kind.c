/* Kinds smaller than the first header had them. */
#include "module.h"

HEAD ("size-kind", MIGRATE_ABI_VERSION, PLUGIN_SIZE, 8, REF_SIZE);
