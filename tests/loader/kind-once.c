/* Does not say what makes a create happen once. */
#include "module.h"

ONE_KIND ("kind-once", .name = "gadgets", .title = "gadgets", .key = "name",
          .id = "id", LIST);
