/* A kind that nobody can list. */
#include "module.h"

ONE_KIND ("no-list", SOUND ("gadgets"));
