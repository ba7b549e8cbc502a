/* Ends the process. */
#include "calls.h"

#include <unistd.h>

IMPORT
{
  (void) ctx;
  _exit (0);
}

WITH_CALLS ("leaves", .import_asset = import_asset);
