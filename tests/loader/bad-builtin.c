/* Is never created, and there is no reason. */
#include "module.h"

static const struct migrate_leave builtin[] = {
  { .path = "state", .value = "first" }, { .path = NULL } };
ONE_KIND ("bad-builtin", SOUND ("gadgets"), LIST, .builtin = builtin);
