/* A code that could not be typed. */
#include "module.h"

static const struct migrate_code codes[] = {
  { "Gadget Bent", "a gadget is bent", "straighten it" },
  { NULL, NULL, NULL },
};
static const struct migrate_kind kinds[] = { { SOUND ("gadgets"), LIST } };
MIGRATE_REGISTER (.name = "bad-code", .kinds = kinds, .n_kinds = 1,
                  .codes = codes);
