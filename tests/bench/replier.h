/* The yardstick server, its parts: replier.c (sockets, latency), replies.c and
 * replies-tree.c (what is answered).  One thread, no locks.
 */
#ifndef MG_TESTS_BENCH_REPLIER_H
#define MG_TESTS_BENCH_REPLIER_H

#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

enum collection { USERS, GROUPS, EXPERIMENTS, N_COLLECTIONS };

/* What a collection holds: the element at place i is a pure function of its
 * number, so a million take four bytes each. */
struct collection_state {
  uint32_t *numbers;
  size_t n, cap;
};

/* Of folders or of notebooks, which are there: a bit each. */
struct tree_set {
  unsigned char *bits;
  size_t cap;                      /* bytes */
};

struct replies {
  struct collection_state all[N_COLLECTIONS];
  struct tree_set tree[2];         /* folders, notebooks */
  char *pool;                      /* of bodies */
  size_t pool_len;
  int64_t org_id;
  int64_t n_requests, n_creates;
  struct mg_buf body;              /* of the answer that is being built */
};

/* The body is not copied and need not end with a zero byte. */
struct call {
  int is_post;
  const char *path;                /* with its query, zero-ended */
  const char *body;
  size_t body_len;
};

void replies_populate (struct replies *r, enum collection which, int64_t n);
void replies_done (struct replies *r);

/* Folders, at least as many as hold the notebooks. */
void tree_populate (struct replies *r, int64_t folders, int64_t notebooks);
void tree_done (struct replies *r);
/* The status of the answer whose body it makes, or 0: it is none of the tree. */
int tree_answer (struct replies *r, const struct call *call);

/* Appends a whole HTTP/1.1 answer. */
void replies_answer (struct replies *r, const struct call *call,
                     struct mg_buf *out);

#endif
