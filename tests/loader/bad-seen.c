/* Is seen by a walk, and cannot be read by itself. */
#include "module.h"

static const struct migrate_seen seen = { "folders", "a-gadget", "id" };
ONE_KIND ("bad-seen", SOUND ("gadgets"), LIST, .seen = &seen);
