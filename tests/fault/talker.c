/* Says something about each asset, fails without a word, and has a reference
 * that may be left out. */
#include <string.h>

#include "module.h"

static const char *const owned[] = { "id", NULL };
static const struct migrate_ref refs[] = {
  { .path = "parts[*].of", .ns = "gadgets.name",
    .on_missing = MIGRATE_DROP_ELEMENT },
  { .path = NULL },
};
static const struct migrate_alias aliases[] = {
  { "gadgets.name", "name", 0 }, { NULL, NULL, 0 },
};

static int
import_asset (struct migrate_ctx *ctx, void *self,
              const struct migrate_asset *asset)
{
  (void) self;
  migrate_note (ctx, "handle with care");
  return strcmp (asset->key, "mute") == 0 ? MIGRATE_E_FAIL
         : migrate_generic (ctx, asset);
}

static const struct migrate_kind kinds[] = {
  { SOUND ("gadgets"), LIST, .array = "gadgets", .flags = MIGRATE_KIND_CALLS,
    .create = "POST /api/2.0/gadgets", .owned = owned, .refs = refs,
    .aliases = aliases },
};
MIGRATE_REGISTER (.name = "talker", .summary = "x", .version = "1",
                  .kinds = kinds, .n_kinds = 1, .import_asset = import_asset);
