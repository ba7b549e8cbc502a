/* A kind that walks a tree and cannot ask for one of its elements. */
#include "module.h"

static const char *const sorts[] = { "FOLDER", NULL };
static const struct migrate_tree tree = { .walker = "gadgets", .sorts = sorts,
                                          .sort = "type", .node = "path",
                                          .root = "/", .look = "GET /gadget" };
ONE_KIND ("bad-look", SOUND ("gadgets"), .tree = &tree,
          .list = "GET /gadgets?in={node}");
