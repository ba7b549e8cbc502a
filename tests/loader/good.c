/* Nothing is wrong with this one. */
#include "module.h"

static const struct migrate_kind kinds[] = {
  { SOUND ("gadgets"), LIST, .permissions = "gadgets" },
  { SOUND ("gizmos"), LIST },
};

static const struct migrate_option options[] = {
  { "gadget-color", "COLOR", "only gadgets of this color" },
  { NULL, NULL, NULL },
};

static const struct migrate_code codes[] = {
  { "gadget-bent", "a gadget is bent", "straighten it" },
  { NULL, NULL, NULL },
};

MIGRATE_REGISTER (.name = "good", .summary = "Gadgets", .version = "1.2.3",
                  .kinds = kinds, .n_kinds = 2, .options = options,
                  .codes = codes);
