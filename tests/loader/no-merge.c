/* Arrays to be merged, and nobody who would: the core adds to none by itself. */
#include "module.h"

static const char *const merge[] = { "members", NULL };
ONE_KIND ("no-merge", SOUND ("gadgets"), LIST, .merge = merge);
