/* Assets as the session keeps them: those of the source, those of each target
 * (its index, and what we created there), all in one table.
 */
#ifndef MG_STORE_ASSET_H
#define MG_STORE_ASSET_H

#include "base/limits.h"
#include "store/store.h"

enum { MG_SOURCE_WSID = 0 };

/* Pseudo-states in the counter table, beside those of work. */
enum { MG_COUNT_ASSETS = 100 };

enum mg_origin {
  MG_ORIGIN_SEEN = 0, MG_ORIGIN_CREATED = 1, MG_ORIGIN_EDITED = 2
};

/* An asset read from the session.  Release with mg_asset_done. */
struct mg_asset {
  int64_t aid, parent, first_sid, seen_sid;
  int wsid, kid, origin;
  int want;                        /* its body is not that of the last list */
  int gone;                        /* ... which did not have it any more */
  char *src_id, *key, *stamp;
  unsigned char sha[MG_DIGEST_LEN];
  struct mg_buf body;              /* unpacked; empty for a stub */
};

#define MG_ASSET_INIT { 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, { 0 }, \
    MG_BUF_INIT (MG_MAX_ELEMENT) }

void mg_asset_done (struct mg_asset *a);

/* 1 found, 0 not, negative an error.  *ret is replaced. */
int mg_asset_get (struct mg_store *store, struct mg_packer *packer, int64_t aid,
                  struct mg_asset *ret, struct mg_error *err);
int mg_asset_by_src (struct mg_store *store, struct mg_packer *packer, int wsid,
                     int kid, const char *src_id, struct mg_asset *ret,
                     struct mg_error *err);

/* Assets of a kind in the order of aid: a page is read, the reader given back,
 * then 'each' is called (0 goes on).  Those that are gone only with 'all'. */
int mg_asset_each (struct mg_store *store, struct mg_packer *packer, int wsid,
                   int kid, int all,
                   int (*each) (void *opaque, const struct mg_asset *asset,
                                struct mg_error *err),
                   void *opaque, struct mg_error *err);

/* One page (64 at most) of those whose body must be fetched, after 'after';
 * bodies are not read. */
int mg_asset_wanted_after (struct mg_store *store, int wsid, int kid,
                           int64_t after,
                           int (*each) (void *opaque,
                                        const struct mg_asset *asset,
                                        struct mg_error *err),
                           void *opaque, struct mg_error *err);

/* Likewise of those that the snapshot has not seen. */
int mg_asset_unseen_after (struct mg_store *store, int wsid, int kid,
                           int64_t after, int64_t sid,
                           int (*each) (void *opaque,
                                        const struct mg_asset *asset,
                                        struct mg_error *err),
                           void *opaque, struct mg_error *err);

/* The assets that a name stands for: how many (at most max), or negative. */
int mg_alias_find (struct mg_store *store, int wsid, const char *ns,
                   const char *val, int64_t *ret_aids, int max,
                   struct mg_error *err);
/* Those that have borne it and are gone, the last first. */
int mg_alias_gone (struct mg_store *store, int wsid, const char *ns,
                   const char *val, int64_t *ret_aids, int max,
                   struct mg_error *err);
/* In order, those behind 'after' (0 = from the first). */
int mg_alias_after (struct mg_store *store, int wsid, const char *ns,
                    const char *val, int64_t after, int64_t *ret_aids, int max,
                    struct mg_error *err);

/* ---- storing ---- */

struct mg_alias_value { char *ns, *val; };

/* One asset to be stored; the op owns everything in it. */
struct mg_put {
  int kid, stub;
  int parent_before;             /* its parent is the last put without this */
  enum mg_origin origin;
  char *src_id, *key, *stamp;
  int64_t parent;
  struct mg_buf packed;
  unsigned char sha[MG_DIGEST_LEN];
  struct mg_alias_value *aliases;
  int n_aliases;
};

void mg_put_init (struct mg_put *put);
void mg_put_done (struct mg_put *put);
void mg_put_alias (struct mg_put *put, const char *ns, const char *val);

/* Inside an operation: stores one asset under workspace and snapshot. */
int mg_put_apply (struct mg_store *store, struct mg_conn *conn, int wsid,
                  int64_t sid, const struct mg_put *put, int64_t *ret_aid,
                  struct mg_error *err);

/* A batch of them, and the cursor of the walk that found them: both are there
 * or none is. */
struct mg_put_op {
  struct mg_op op;
  int wsid;
  int64_t sid;
  struct mg_put *puts;
  int n_puts, cap;
};

struct mg_put_op *mg_put_op_new (int wsid, int64_t sid);
struct mg_put *mg_put_op_add (struct mg_put_op *batch);
size_t mg_put_op_size (const struct mg_put_op *batch); /* in memory, about */

/* ---- snapshots and walks ---- */

enum mg_walk_state { MG_WALK_OPEN = 0, MG_WALK_DONE = 1, MG_WALK_FAILED = 2 };

int mg_snapshot_begin (struct mg_store *store, int wsid, const char *purpose,
                       const char *selection, int64_t *ret_sid,
                       struct mg_error *err);
int mg_snapshot_end (struct mg_store *store, int64_t sid, struct mg_error *err);
/* The newest: 1 with sid and whether it ended, 0 none. */
int mg_snapshot_last (struct mg_store *store, int wsid, const char *purpose,
                      int64_t *ret_sid, int *ret_ended, char **ret_selection,
                      struct mg_error *err);
/* 1: none of this workspace is older. */
int mg_snapshot_is_first (struct mg_store *store, int wsid, int64_t sid,
                          struct mg_error *err);
/* When it began, wall time: 1, or 0 when there is none of this number. */
int mg_snapshot_began (struct mg_store *store, int64_t sid, int64_t *ret_us,
                       struct mg_error *err);

struct mg_walk {
  int64_t sid, n;
  int kid, state;
  char *node, *cursor, *code, *message;
};

void mg_walk_done (struct mg_walk *walk);
/* Queued behind the assets that were posted before it. */
int mg_walk_post (struct mg_store *store, const struct mg_walk *walk,
                  struct mg_error *err);
int mg_walk_get (struct mg_store *store, int64_t sid, int kid, const char *node,
                 struct mg_walk *ret_walk, struct mg_error *err);
/* The snapshots of a target's baseline, and of its newest list that got to this
 * kind's end: *ret_newest is the baseline's where no later one did.  0 = none. */
int mg_walk_newest (struct mg_store *store, int wsid, int kid,
                    int64_t *ret_baseline, int64_t *ret_newest,
                    struct mg_error *err);
/* An open row for a node, unless it has one. */
int mg_walk_new (struct mg_store *store, int64_t sid, int kid, const char *node,
                 struct mg_error *err);
/* A node is behind us: its row is done and, unless it was, what it held is added
 * to the rows "" of those kinds, MG_WALK_KINDS at most; both or neither. */
#define MG_WALK_KINDS 16
struct mg_walk_found {
  int kid;
  int64_t n;
};
int mg_walk_end_node (struct mg_store *store, int64_t sid, int kid,
                      const char *node, const struct mg_walk_found *found,
                      int n_found, struct mg_error *err);
/* All nodes of a kind are as if they had never been walked; its row "" stays. */
int mg_walk_forget (struct mg_store *store, int64_t sid, int kid,
                    struct mg_error *err);
/* The row "" goes, unless it is done: what is missing from it is not known. */
int mg_walk_drop (struct mg_store *store, int64_t sid, int kid,
                  struct mg_error *err);
/* Nodes that failed are open again; until they are read it is told why they
 * failed. */
int mg_walk_reopen (struct mg_store *store, int64_t sid, int kid,
                    struct mg_error *err);
/* Every node of a kind but "" that is not done, or that is open.  'each' asks
 * nothing of the store; what it returns but 0 is the end, and returned. */
typedef int (*mg_node_fn) (void *opaque, const char *node);
int mg_walk_undone (struct mg_store *store, int64_t sid, int kid, mg_node_fn each,
                    void *opaque, struct mg_error *err);
int mg_walk_open (struct mg_store *store, int64_t sid, int kid, mg_node_fn each,
                  void *opaque, struct mg_error *err);

/* A row of edges of one source asset, replaced as a whole. */
struct mg_edges_op {
  struct mg_op op;
  int64_t aid;
  int64_t *dst;
  int n_dst;
  struct mg_alias_value *missing;
  int n_missing;
};
int mg_edges_post (struct mg_store *store, struct mg_edges_op *edges,
                   struct mg_error *err);   /* owns it; made with mg_xcalloc */

#endif
