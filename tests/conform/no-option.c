/* An option that nobody can give. */
#include "calls.h"

IMPORT
{
  migrate_option (ctx, "gadget-color");
  return migrate_generic (ctx, asset);
}

WITH_CALLS ("no-option", .import_asset = import_asset);
