/* A struct larger than any will be. */
#include "module.h"

HEAD ("size-huge", MIGRATE_ABI_VERSION, 70000, KIND_SIZE, REF_SIZE);
