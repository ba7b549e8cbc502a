/* Nodes of trees that wait to be listed: see tree.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "run/tree.h"

#define WAITING_BYTES ((size_t) 8 << 20)

/* What a node takes beside its name. */
#define NODE_BYTES 64

int
mg_tree_is_open (const struct mg_tree *tree)
{
  return tree->n_nodes > 0 || tree->n_walking > 0;
}

int
mg_tree_has_room (const struct mg_tree *tree)
{
  size_t most = tree->run->options.waiting_bytes;

  return tree->bytes < (most ? most : WAITING_BYTES);
}

void
mg_tree_push (struct mg_tree *tree, const struct mg_kind *walker, char *name)
{
  if (tree->n_nodes == tree->cap) {
    tree->cap = tree->cap ? tree->cap * 2 : 64;
    tree->nodes = mg_xreallocarray (tree->nodes, tree->cap,
                                    sizeof *tree->nodes);
  }
  tree->nodes[tree->n_nodes].walker = walker;
  tree->nodes[tree->n_nodes++].name = name;
  tree->bytes += strlen (name) + NODE_BYTES;
}

int
mg_tree_take (struct mg_tree *tree, struct mg_tree_node *ret_node)
{
  if (tree->n_nodes == 0)
    return 0;
  *ret_node = tree->nodes[--tree->n_nodes];
  tree->bytes -= strlen (ret_node->name) + NODE_BYTES;
  tree->n_walking++;
  return 1;
}

struct loader {
  struct mg_tree *tree;
  const struct mg_kind *walker;
  int64_t n;
};

static int
push_open (void *opaque, const char *node)
{
  struct loader *to = opaque;

  if (to->n > 0 && !mg_tree_has_room (to->tree))
    return 1;
  mg_tree_push (to->tree, to->walker, mg_xstrdup (node));
  to->n++;
  return 0;
}

int
mg_tree_load (struct mg_tree *tree, const struct mg_kind *walker,
              int64_t *ret_n, struct mg_error *err)
{
  struct loader to = { tree, walker, 0 };
  int r = mg_walk_open (tree->run->store, tree->side->sid, walker->kid,
                        push_open, &to, err);

  *ret_n = to.n;
  return r;
}
