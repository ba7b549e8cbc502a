/* A kind whose name is none. */
#include "module.h"

ONE_KIND ("kind-name", SOUND ("Big gadgets"), LIST);
