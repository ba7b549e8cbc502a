/* Fails and does not say why. */
#include "calls.h"

IMPORT
{
  (void) ctx;
  return MIGRATE_E_INVALID;
}

WITH_CALLS ("no-text", .import_asset = import_asset);
