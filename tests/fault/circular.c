/* Assets that name each other and cannot be set later: within a kind (chains),
 * and from kind to kind (keys, locks). */
#include "module.h"

#define GADGET(NAME, ...) { \
  SOUND (NAME), .list = "GET /api/2.0/" NAME, .array = NAME, \
  .create = "POST /api/2.0/" NAME, .get = "GET /api/2.0/" NAME "/{id}", \
  .update = "PATCH /api/2.0/" NAME "/{id}", \
  .remove = "DELETE /api/2.0/" NAME "/{id}", .owned = owned, \
  .aliases = (const struct migrate_alias[]) { { NAME ".name", "name", 0 }, \
                                              { NULL, NULL, 0 } }, \
  __VA_ARGS__ }

static const char *const owned[] = { "id", NULL };
static const struct migrate_ref next[] = {
  { .path = "next", .ns = "chains.name" }, { .path = NULL },
};
static const struct migrate_ref of_keys[] = {
  { .path = "lock", .ns = "locks.name" }, { .path = NULL },
};
static const struct migrate_ref of_locks[] = {
  { .path = "key", .ns = "keys.name" }, { .path = NULL },
};
static const struct migrate_kind kinds[] = {
  GADGET ("chains", .refs = next), GADGET ("keys", .refs = of_keys),
  GADGET ("locks", .refs = of_locks),
};
MIGRATE_REGISTER (.name = "circular", .summary = "x", .version = "1",
                  .kinds = kinds, .n_kinds = 3);
