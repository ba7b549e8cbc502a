/* A call without a method. */
#include "module.h"

ONE_KIND ("bad-call", SOUND ("gadgets"), .list = "/api/2.0/gadgets");
