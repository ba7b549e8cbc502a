/* Needs a function that nobody has; runs code when it is loaded. */
#include "module.h"

#include <stdlib.h>

int nobody_has_this (void);

__attribute__ ((constructor)) static void
at_load (void)
{
  setenv ("MG_LOADER_RAN", "undefined", 1);
}

static int
preflight (struct migrate_ctx *ctx, void *self)
{
  (void) ctx;
  (void) self;
  return nobody_has_this ();
}

static const struct migrate_kind kinds[] = { { SOUND ("undefined"), LIST } };
MIGRATE_REGISTER (.name = "undefined", .kinds = kinds, .n_kinds = 1,
                  .preflight = preflight);
