/* Makes a name that no id stands in, for a file outside of the folder. */
#include "module.h"

static const struct migrate_made made[] = { { "../jdbc", "sql/{id}" },
                                            { NULL, NULL } };
ONE_KIND ("bad-made", SOUND ("gadgets"), LIST, .made = made);
