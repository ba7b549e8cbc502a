/* A reference into no namespace. */
#include "module.h"

static const struct migrate_ref refs[] = { { .path = "x" }, { .path = NULL } };
ONE_KIND ("bad-ref", SOUND ("gadgets"), LIST, .refs = refs);
