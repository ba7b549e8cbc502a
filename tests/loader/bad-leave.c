/* Leaves assets out and gives no reason. */
#include "module.h"

static const struct migrate_leave leave[] = { { .path = "state" },
                                              { .path = NULL } };
ONE_KIND ("bad-leave", SOUND ("gadgets"), LIST, .leave = leave);
