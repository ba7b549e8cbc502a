/* libsim: one simulated workspace as a pure function.
 *
 *   struct sim *s = sim_new (&config, now_us, &err);
 *   sim_step (s, &request, now_us, &rng, &reply);
 *
 * A step takes the state, one request, the time and a generator of random
 * numbers, and gives the reply, the delay before it and how it goes onto the
 * wire.  No input or output, no clock, no thread, no lock: the same calls give
 * the same history.  The shell (http.c, or a test in its own process) does
 * what the reply says.  One thread at a time per struct sim; workspaces share
 * nothing.
 *
 * now_us is the simulated wall clock in microseconds since 1970, never going
 * back.  Memory: what a request points to need live only during the step; a
 * reply is the caller's, sim_reply_done releases it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_H
#define SIM_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/rand.h"

#define SIM_MAX_REQUEST (16 * 1024 * 1024)   /* see sim_max_body */
#define SIM_MAX_REPLY (512 * 1024 * 1024)
#define SIM_MAX_FILE 524288000   /* of the workspace's tree: 500 MiB */
#define SIM_MAX_HEADERS 12

struct sim;
struct sim_content;

/* How a workspace without access control says so. */
enum sim_tier {
  SIM_PREMIUM,               /* it has access control */
  SIM_STANDARD,              /* 400 and a code */
  SIM_STANDARD_TEXT,         /* 500, whose words alone tell */
  SIM_STANDARD_BARE,         /* 200 without a list */
};

/* What a workspace is like.  Strings are copied; NULL means absent. */
struct sim_config {
  const char *name;
  uint64_t seed;
  const char *populate;      /* "small", "users=3000,groups=500,..." */
  const char *limits;        /* "off", "published" or the text of a file */
  const char *faults;        /* one JSON object a line */
  const char *routes;        /* extra kinds, see migrate-simulator(1) */
  const char *cloud;         /* "aws", "azure", "gcp"; NULL is aws */
  const char *without_family; /* id of a policy family that it lacks */
  int64_t latency_us;
  int64_t page;              /* most elements in a page; 0 = the service's */
  int64_t token_life_us;     /* of OAuth tokens; 0 = one hour */
  int64_t n_ledger;          /* records kept; 0 = a million */
  int64_t file_limit;        /* of a workspace file; 0 = SIM_MAX_FILE */
  double time_scale;         /* for what is told in seconds; 0 = 1 */
  enum sim_tier tier;
  int federated;
  int lenient;               /* count what is unknown or of a wrong type,
                                let it pass */
};

struct sim_request {
  const char *method;
  const char *target;        /* as on the request line: "/path?query" */
  const char *authorization; /* header values, NULL when absent */
  const char *content_type;
  const char *host;
  const char *scheme;        /* "http" or "https" */
  const char *body;
  size_t body_len;
  struct mg_buf *buffer;     /* what the body is in, which a step may keep: then
                                it is empty afterwards.  NULL: it is copied */
  uint64_t connection;       /* a number of its own for each connection */
  uint32_t connection_seq;   /* requests before this one on it */
  int local;                 /* from this machine: /_simulator/ is allowed */
};

/* How the shell puts the reply onto the wire. */
enum sim_wire {
  SIM_WIRE_WHOLE,            /* as it is */
  SIM_WIRE_CUT,              /* close the connection without a byte */
  SIM_WIRE_TRUNCATE,         /* announce all, send wire_arg bytes, close */
  SIM_WIRE_LONGER,           /* announce wire_arg bytes fewer than are sent */
  SIM_WIRE_SLOW,             /* one byte every wire_arg microseconds */
  SIM_WIRE_SILENT,           /* keep the connection open, send nothing */
  SIM_WIRE_CLOSE,            /* send all, then close though keep-alive */
};

struct sim_header {
  char name[40];
  char value[256];
};

struct sim_reply {
  int status;
  struct mg_buf body;
  struct sim_content *content;   /* in place of a body, or NULL */
  const char *content_type;  /* constant; NULL when there is no body */
  struct sim_header headers[SIM_MAX_HEADERS];
  int n_headers;
  int64_t delay_us;          /* simulated; the shell applies time_scale */
  enum sim_wire wire;
  int64_t wire_arg;
  int64_t kill_pid;          /* a process to kill; 0 = none */
  int kill_late;             /* ... when the reply is out, not now */
};

/* 0 or MG_E_INVALID with the line of the option's text that is wrong. */
int sim_new (const struct sim_config *config, int64_t now_us,
             struct sim **ret_sim, struct mg_error *err);
void sim_free (struct sim *s);

void sim_step (struct sim *s, const struct sim_request *q, int64_t now_us,
               struct mg_rand *rng, struct sim_reply *ret_reply);
void sim_reply_done (struct sim_reply *r);
/* What a reply has as its body; good until sim_reply_done. */
const char *sim_reply_bytes (const struct sim_reply *r, size_t *ret_len);

/* How long the body of a request may be, of which only the method, the target
 * and the type are known. */
size_t sim_max_body (const struct sim *s, const struct sim_request *q);

const char *sim_name (const struct sim *s);
const char *sim_token (const struct sim *s);         /* a good PAT */
const char *sim_expired_token (const struct sim *s); /* one that is not */
const char *sim_client_id (const struct sim *s);     /* for OAuth M2M */
const char *sim_client_secret (const struct sim *s);
int64_t sim_workspace_id (const struct sim *s);

/* The whole state as one JSON document, and back into a new workspace. */
int sim_save (struct sim *s, struct mg_buf *ret_text, struct mg_error *err);
int sim_load (struct sim *s, const char *text, size_t len,
              struct mg_error *err);

/* Large contents of notebooks and files are not in that document, which has
 * their digests alone.  The next one behind *pos, which is 0 at first: 1, or 0
 * behind the last.  After sim_load 'data' is NULL until it is given. */
struct sim_kept {
  const char *digest;        /* SHA-256, hexadecimal */
  const char *data;
  size_t len;
};

int sim_kept_next (struct sim *s, size_t *pos, struct sim_kept *ret_kept);
/* 'data' is taken.  How many objects it is the content of. */
int sim_kept_give (struct sim *s, char *data, size_t len);

/* Ledger: record i of sim_ledger_count, the oldest kept first. */
struct sim_record {
  int64_t seq;
  int64_t arrival_us, effect_us, reply_us;   /* effect_us 0 = none */
  uint64_t connection;
  uint32_t connection_seq;
  int status;
  const char *method;
  const char *path;          /* with its query */
  const char *route;         /* pattern, or "" when unknown */
  const char *token;         /* "pat", "oauth", "expired", "none", "bad" */
  const char *rate_class;    /* of the limiter, or "" */
  const char *effect;        /* "none", "create", "update", "delete" */
  const char *kind;          /* of what was created, changed or deleted */
  const char *id;
  const char *key;           /* its name; "" when it has none */
  const char *fault;         /* "" or what was done to the request */
  const char *verdict;       /* "pass", "refused", or "" without limits */
  char digest[33];           /* of the request's body, hexadecimal */
};

size_t sim_ledger_count (const struct sim *s);
void sim_ledger_get (const struct sim *s, size_t i,
                     struct sim_record *ret_record);

#endif
