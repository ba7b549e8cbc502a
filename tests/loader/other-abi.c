/* Built for another ABI. */
#include "module.h"

HEAD ("other-abi", 99, PLUGIN_SIZE, KIND_SIZE, REF_SIZE);
