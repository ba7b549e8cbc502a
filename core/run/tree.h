/* The walk of a tree: a list for each folder, each a row of its own that is
 * retried and resumed alone.
 *
 * A node's row is written OPEN behind the page that told of it, and DONE behind
 * what it holds.  The row "" of every kind in the tree is DONE when all nodes
 * are, and FAILED when one could not be read: nobody infers from such a list
 * that something is gone.  Nodes wait in memory, the newest first, so that few
 * do; where these are too many the rest waits in the session, as all that are
 * open do after a stop.
 *
 * Used by the lister's workers; the run's lock guards all of it.
 */
#ifndef MG_RUN_TREE_H
#define MG_RUN_TREE_H

#include "run/state.h"

struct mg_tree_node {
  const struct mg_kind *walker;    /* whose list it is */
  char *name;
};

struct mg_tree {
  struct mg_run *run;
  struct mg_side *side;
  int (*wants) (void *opaque, const struct mg_kind *kind);
  void *opaque;
  int stubs_only;
  int keeps_seen;                  /* what other kinds take (seen.c) is noted */
  struct mg_tree_node *nodes;      /* those that nobody has taken yet */
  size_t n_nodes, cap;
  size_t bytes;                    /* of their names */
  int n_walking;                   /* taken, and not ended */
  struct mg_tree_walker *walkers;  /* by the kind's index */
};

void mg_tree_init (struct mg_tree *tree, struct mg_run *run);
void mg_tree_done (struct mg_tree *tree);

/* Does a kind of the registry walk for this one?  NULL: it is in no tree. */
const struct mg_kind *mg_tree_walker_of (const struct mg_registry *registry,
                                         const struct mg_kind *kind);

/* Is an element of this sort one of the kind's; of the kind that walks: is what
 * has this name hidden, is it shut or below what is, why is it left (NULL: it is
 * not), and is it a node to be listed: what is shut or left is none. */
int mg_tree_is_of (const struct mg_kind *kind, const char *sort);
int mg_tree_hides (const struct mg_kind *walker, const char *name);
int mg_tree_shuts (const struct mg_kind *walker, const char *name);
const char *mg_tree_left (const struct mg_kind *walker, const char *sort,
                          const char *json, size_t len);
int mg_tree_enters (const struct mg_kind *walker, const char *sort,
                    const char *name, const char *left);

/* Is a name that the list of a node told one of something in it?  Else a walk could
 * go round for ever, and what is written go anywhere. */
int mg_tree_is_below (const char *node, const char *name);

/* Names that a list tells, page by page: what a page told is kept once it is
 * whole, and forgotten when it is read again.  A name that is added is theirs. */
struct mg_tree_names {
  char **names;
  size_t n, cap, kept;
};
void mg_tree_names_add (struct mg_tree_names *names, char *name);
void mg_tree_names_keep (struct mg_tree_names *names);
void mg_tree_names_restart (struct mg_tree_names *names);
void mg_tree_names_done (struct mg_tree_names *names);

/* Adds up what a walk would find, by the kinds' index, in threads of its own and
 * without a store.  The context is that of the caller, to be as. */
int mg_tree_count (struct mg_ctx *ctx, const struct mg_kind *walker,
                   int64_t *found, struct mg_error *err);

/* The first node of a kind that walks, or those that an earlier run left open.
 * Without the lock. */
void mg_tree_begin (struct mg_tree *tree, const struct mg_kind *walker);

/* Lists it and frees its name; without the lock. */
void mg_tree_walk (struct mg_tree *tree, struct mg_ctx *ctx,
                   struct mg_tree_node *node);

/* ---- those that wait (tree-wait.c); all of it with the lock ---- */

/* Are there nodes, or may there be some? */
int mg_tree_is_open (const struct mg_tree *tree);
/* The next node is taken out, or 0. */
int mg_tree_take (struct mg_tree *tree, struct mg_tree_node *ret_node);
/* May more wait in memory?  One more does in any case; the name is taken. */
int mg_tree_has_room (const struct mg_tree *tree);
void mg_tree_push (struct mg_tree *tree, const struct mg_kind *walker,
                   char *name);
/* Those that are open in the session, while there is room; none of them may wait
 * or be on its way.  1 = there are more. */
int mg_tree_load (struct mg_tree *tree, const struct mg_kind *walker,
                  int64_t *ret_n, struct mg_error *err);

/* Are there kinds that want what this walk sees (seen.c)?  An element that is
 * left with this code is kept for them until their lists are known. */
int mg_tree_is_seen (struct mg_tree *tree, const struct mg_kind *walker);
int mg_tree_keep_seen (struct mg_tree *tree, const struct mg_kind *walker,
                       const char *code, const char *name, const char *json,
                       size_t len, struct mg_error *err);

/* ---- one element (tree-look.c) ---- */

/* Asks for one element by its name: its body as a list would show it, into
 * ret_body.  MG_E_NOT_FOUND; MG_E_EXISTS [exists] when what is there is of
 * another sort. */
int mg_tree_look (struct mg_ctx *ctx, const struct mg_kind *kind,
                  const char *name, struct mg_buf *ret_body);

/* What the target has under the name of a doubt, looked at by itself: into the
 * context's snapshot.  1 = there is something else, 0 = that is it or nothing. */
int mg_tree_probe (struct mg_ctx *ctx, const struct mg_kind *kind,
                   const char *id, struct mg_error *err);

/* Before an asset is taken back: 1 = it is what an undo has judged, 0 = gone,
 * also when another sort has its name; MG_E_BLOCKED [edited] = somebody has changed
 * it since. */
int mg_tree_is_same (struct mg_ctx *ctx, const struct mg_kind *kind,
                     const struct mg_asset *target);

/* The name of the owner with whom the service makes what has this key, or NULL. */
const char *mg_tree_given_name (const struct mg_kind *kind, const char *key,
                                const struct migrate_ref **ret_ref);

/* Was it made by the service together with its owner, whom we made?  1, 0 or
 * negative. */
int mg_tree_is_given (struct mg_run *run, const struct mg_kind *kind,
                      const struct mg_asset *source, struct mg_error *err);

#endif
