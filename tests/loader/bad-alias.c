/* An alias without a path. */
#include "module.h"

static const struct migrate_alias aliases[] = { { .ns = "gadget.path" },
                                                { .ns = NULL } };
ONE_KIND ("bad-alias", SOUND ("gadgets"), LIST, .aliases = aliases);
