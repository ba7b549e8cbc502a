/* A list of references that does not end. */
#include "module.h"

#define R { .path = "x", .ns = "gadgets.id" },
#define R10 R R R R R R R R R R
#define R100 R10 R10 R10 R10 R10 R10 R10 R10 R10 R10
static const struct migrate_ref refs[] = {
  R100 R100 R100 R100 R100 R100 R100 R100 R100 R100 R10
};

ONE_KIND ("endless", SOUND ("gadgets"), LIST, .refs = refs);
