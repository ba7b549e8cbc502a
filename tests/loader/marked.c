/* Sound, and leaves a mark when it is loaded. */
#include "module.h"

#include <stdlib.h>

__attribute__ ((constructor)) static void
at_load (void)
{
  setenv ("MG_LOADER_RAN", "marked", 1);
}

ONE_KIND ("marked", SOUND ("marked"), LIST);
