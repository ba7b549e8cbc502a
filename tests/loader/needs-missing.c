/* Needs an on_missing of the future. */
#include "module.h"

static const struct migrate_ref refs[] = {
  { .path = "owner", .ns = "gadgets.id", .on_missing = 9 },
  { .path = NULL },
};

ONE_KIND ("needs-missing", SOUND ("gadgets"), LIST, .refs = refs);
