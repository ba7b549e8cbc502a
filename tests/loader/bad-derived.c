/* Something is derived, and nobody says of what. */
#include "module.h"

static const struct migrate_derived derived[] = { { .path = "whole" },
                                                  { .path = NULL } };
ONE_KIND ("bad-derived", SOUND ("gadgets"), LIST, .derived = derived);
