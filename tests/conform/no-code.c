/* A code that migrate explain does not know. */
#include "calls.h"

IMPORT
{
  return migrate_manual (ctx, "gadget-bent", "a gadget is bent");
}

WITH_CALLS ("no-code", .import_asset = import_asset);
