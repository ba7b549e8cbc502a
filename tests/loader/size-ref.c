/* References without a size: a list of them would never end. */
#include "module.h"

HEAD ("size-ref", MIGRATE_ABI_VERSION, PLUGIN_SIZE, KIND_SIZE, 0);
