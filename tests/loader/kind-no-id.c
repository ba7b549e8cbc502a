/* A kind that the service cannot name. */
#include "module.h"

ONE_KIND ("kind-no-id", .name = "gadgets", .title = "gadgets", .key = "name",
          .once = MIGRATE_ONCE_UNIQUE, LIST);
