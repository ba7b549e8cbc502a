/* A struct that no header ever had. */
#include "module.h"

HEAD ("size-odd", MIGRATE_ABI_VERSION, 17, KIND_SIZE, REF_SIZE);
