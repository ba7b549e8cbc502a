/* What a stale .la file points to; leaves a mark when it is loaded. */
#include "module.h"

#include <stdlib.h>

__attribute__ ((constructor)) static void
at_load (void)
{
  setenv ("MG_LOADER_RAN", "impostor", 1);
}

ONE_KIND ("impostor", SOUND ("impostor"), LIST);
