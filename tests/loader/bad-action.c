/* Has an action for a kind of which nothing can be switched. */
#include "module.h"

static const struct migrate_action actions[] = {
  { .name = "halt", .kind = "bad-action", .what = MIGRATE_ACTION_OFF,
    .ends = MIGRATE_AT_SOURCE, .summary = "halt them", .done = "halted",
    .call = "POST /api/2.0/gadgets/edit", .body = "${*}",
    .absent = "\"ON\"" },
  { .name = NULL },
};
static const struct migrate_kind kinds[] = {
  { SOUND ("bad-action"), LIST, .get = "GET /api/2.0/gadgets/{id}" },
};
MIGRATE_REGISTER (.name = "bad-action", .kinds = kinds, .n_kinds = 1,
                  .actions = actions);
