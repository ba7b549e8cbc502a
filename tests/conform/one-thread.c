/* Says that eight threads may call it, and knows one. */
#include <stdatomic.h>
#include "calls.h"

static __thread char here;
static _Atomic (char *) first;

IMPORT
{
  char *nobody = NULL;

  if (!atomic_compare_exchange_strong (&first, &nobody, &here)
      && nobody != &here)
    return MIGRATE_E_FAIL;
  return migrate_generic (ctx, asset);
}

static const struct migrate_kind kinds[] = {
  { SOUND ("one-thread"), LIST, .flags = MIGRATE_KIND_CALLS, .lanes = 8 },
};

MIGRATE_REGISTER (.name = "one-thread", .summary = "x", .version = "1",
                  .kinds = kinds, .n_kinds = 1, .import_asset = import_asset);
