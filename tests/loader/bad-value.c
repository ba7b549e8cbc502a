/* A value of a sort that this version does not know. */
#include "module.h"

static const struct migrate_value values[] = { { .path = "size", .what = 77 },
                                               { .path = NULL } };
ONE_KIND ("bad-value", SOUND ("gadgets"), LIST, .values = values);
