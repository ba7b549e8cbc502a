/* A kind that people cannot name. */
#include "module.h"

ONE_KIND ("kind-no-key", .name = "gadgets", .title = "gadgets", .id = "id",
          .once = MIGRATE_ONCE_UNIQUE, LIST);
