/* Forces a value that is not JSON. */
#include "module.h"

static const struct migrate_set set[] = { { "state", "PAUSED" },
                                          { NULL, NULL } };
ONE_KIND ("bad-set", SOUND ("gadgets"), LIST, .set = set);
