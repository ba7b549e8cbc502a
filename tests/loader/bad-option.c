/* An option without a word of help. */
#include "module.h"

static const struct migrate_option options[] = {
  { "gadget-color", "COLOR", NULL },
  { NULL, NULL, NULL },
};
static const struct migrate_kind kinds[] = { { SOUND ("gadgets"), LIST } };
MIGRATE_REGISTER (.name = "bad-option", .kinds = kinds, .n_kinds = 1,
                  .options = options);
