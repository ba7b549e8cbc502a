/* What is set where its object is there is no JSON. */
#include "module.h"

static const struct migrate_set set[] = { { "timer.state", "off" },
                                          { NULL, NULL } };
ONE_KIND ("bad-pause", SOUND ("gadgets"), LIST, .set_there = set);
