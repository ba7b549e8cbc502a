/* Something is filled in, and nobody says from where. */
#include "module.h"

static const struct migrate_fill fill[] = { { .path = "whole" },
                                            { .path = NULL } };
ONE_KIND ("bad-fill", SOUND ("gadgets"), LIST, .fill = fill);
