/* An archive that is a name, and no folder. */
#include "module.h"

static const struct migrate_ref refs[] = {
  { .path = "path", .ns = "principal.home", .prefix = "/Users/", .given = 1,
    .archive = "/Archive" },
  { .path = NULL },
};
ONE_KIND ("bad-archive", SOUND ("gadgets"), LIST, .refs = refs);
