/* A path that cannot be read. */
#include "module.h"

static const char *const owned[] = { "a[", NULL };
ONE_KIND ("bad-path", SOUND ("gadgets"), LIST, .owned = owned);
