/* A kind that walks a tree without {node} in its list. */
#include "module.h"

static const char *const sorts[] = { "FOLDER", NULL };
static const struct migrate_tree tree = { .walker = "gadgets", .sorts = sorts,
                                          .sort = "type", .node = "path",
                                          .root = "/" };
ONE_KIND ("bad-tree", SOUND ("gadgets"), LIST, .tree = &tree);
