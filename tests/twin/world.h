/* The world around the program in the twin: two simulated workspaces, what is
 * on its way to them, and when the program is to be killed.  It outlives the
 * program, and lives in the same process or, when the program is killed, in
 * another (link.h).  Everything that happens is a line of its history, and
 * the digest of all lines tells whether two histories are one.
 *
 * One thread.  Times are those of the program's monotonic clock unless a name
 * says wall; the world's wall clock is 'skew_us' ahead of the program's.
 */
#ifndef MG_TWIN_WORLD_H
#define MG_TWIN_WORLD_H

#include <stdio.h>

#include "base/buf.h"
#include "base/digest.h"
#include "simulator/sim.h"

#define WORLD_LARGE (1024 * 1024)  /* bodies over this are large */
#define WORLD_BEGIN_US ((int64_t) 1000000000)
#define WORLD_BEGIN_WALL_US ((int64_t) 1795300000 * 1000000)

enum { WORLD_OLD, WORLD_NEW, WORLD_ENDS };

enum world_verdict {
  WORLD_GO_ON,
  WORLD_DIE,                     /* at once */
  WORLD_DIE_LATE,                /* when the reply is delivered */
  WORLD_STOP                     /* it is asked to end */
};

/* The moments at which the program can be killed. */
enum world_moment {
  WORLD_NEVER,
  WORLD_BEFORE,                  /* request n has arrived and does nothing */
  WORLD_AFTER,                   /* it is done, and the reply is lost */
  WORLD_REPLIED,                 /* the reply is in the program's hands */
  WORLD_COMMIT,                  /* commit n is written and not synced */
  WORLD_COMMITTED,               /* ... and synced */
  WORLD_STOPPED                  /* not killed: a signal asks it to end while
                                    request n is under way */
};

struct world_options {
  uint64_t seed;
  int has_tree;                  /* the tree is moved, and judged */
  int64_t skew_us;
  struct sim_config ends[WORLD_ENDS];
};

struct world_request {
  uint64_t id;                   /* the program's, of one life */
  int end;
  const char *method, *target, *host, *authorization, *content_type;
  const char *body;
  size_t body_len;
  uint64_t connection;
  uint32_t connection_seq;
};

struct world {
  struct sim *sims[WORLD_ENDS];
  int has_tree;
  struct mg_rand rng[WORLD_ENDS], chance;
  int64_t skew_us, now_us;
  struct world_pending *pending; /* sent and not arrived */
  int n_pending;

  enum world_moment moment;      /* kill at the nth */
  int64_t nth;
  int64_t n_requests, n_commits; /* since world_arm */
  int64_t n_large;               /* of these requests, with a large body */
  int of_large;                  /* only they count, and commits behind them */
  int killed;

  FILE *out;                     /* the history, for people; or NULL */
  struct mg_digest digest;
  int64_t n_lines;
};

int world_begin (struct world *w, const struct world_options *options,
                 struct mg_error *err);
void world_end (struct world *w);

/* From here on requests and commits count; NEVER only counts. */
void world_arm (struct world *w, enum world_moment moment, int64_t nth);

/* What was armed strikes at the nth request with a large body or a large answer,
 * or at the nth commit that follows the first of these. */
void world_aim (struct world *w, int64_t nth);

/* It has left the program and arrives later, if nothing comes between. */
void world_send (struct world *w, const struct world_request *request);

/* It arrives.  The reply is the caller's, also when the program is to die. */
enum world_verdict world_serve (struct world *w, uint64_t id, int64_t now_us,
                                struct sim_reply *ret_reply);

/* It will never arrive. */
void world_drop (struct world *w, uint64_t id);

/* Before (synced 0) and after a commit. */
enum world_verdict world_commit (struct world *w, int synced, int64_t now_us);

/* The program is dead: what was on its way arrives all the same, or never. */
void world_mourn (struct world *w);

/* A control request of the simulator, at the world's time. */
void world_ask (struct world *w, int end, const char *method,
                const char *target, const char *body, struct mg_buf *ret_text);

/* A line of the history. */
void world_say (struct world *w, int64_t now_us, const char *format, ...)
  MG_PRINTF (3, 4);

/* 16 digits for all lines so far. */
void world_digest (struct world *w, char ret_text[17]);

#endif
