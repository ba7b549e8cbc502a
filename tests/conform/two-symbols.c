/* Exports more than it should. */
#include "calls.h"

MIGRATE_EXPORT int helper (void);

int
helper (void)
{
  return 1;
}

ONE_KIND ("two-symbols", SOUND ("two-symbols"), LIST,
          .create = "POST /api/2.0/gadgets");
