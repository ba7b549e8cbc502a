/* A body of a list that is not JSON. */
#include "module.h"

ONE_KIND ("bad-body", SOUND ("gadgets"), .list = "POST /api/2.0/gadgets",
          .list_body = "{");
