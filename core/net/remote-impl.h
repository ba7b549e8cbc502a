/* What the files of remote.h share: remote.c (the whole), call.c (callers), io.c
 * (the I/O thread), flight.c (one try), queue.c (who goes next), answer.c
 * (what an answer means), log.c (trace and watch).
 */
#ifndef MG_NET_REMOTE_IMPL_H
#define MG_NET_REMOTE_IMPL_H

#include "base/rand.h"
#include "base/thread.h"
#include "net/auth.h"
#include "net/body.h"
#include "net/errbody.h"
#include "net/rate.h"
#include "net/rates.h"
#include "net/remote.h"
#include "net/retry.h"
#include "net/ring.h"
#include "net/transport.h"

#define MG_STREAMS 4                   /* bulk bodies in flight */
#define MG_LATENCIES 32                /* kept per class for the 95th percentile */
#define MG_MAX_HEADERS 24
#define MG_HELD (12 * MG_MIB)          /* answers that are being kept, together */

/* Where a caller waits.  It outlives the call, so that the I/O thread can wake
 * the caller after it let go of the lock: one who wakes to a held lock would
 * sleep once more.  Whoever waits next may so be woken for nothing. */
struct mg_waiter {
  struct mg_mutex lock;
  struct mg_cond cond;
  struct mg_waiter *next;              /* of those that nobody uses */
};

/* One mg_remote_call: lives on its caller's stack until 'ended'. */
struct mg_call {
  struct mg_remote *remote;
  const struct mg_request *req;
  struct mg_response *res;
  int class_id;
  int is_absolute;                     /* a signed URL */
  int has_files;
  char *url;
  char *headers[MG_MAX_HEADERS + 2];   /* [0] is the place of Authorization */
  int64_t timeout_us;

  /* The I/O thread's. */
  struct mg_call *next;                /* in the inbox or a queue */
  struct mg_transfer *transfer;
  struct mg_body body;                 /* memory only; files go by 'up' */
  unsigned throttles, refusals, generation, retries;
  int64_t first_us, due_us, started_us, heard_us;
  int status;
  int64_t retry_after_us;              /* of the header; -1 = none */
  char location[200];
  char org_id[64];
  int64_t n_in, n_out;
  int delivered;                       /* bytes went to on_data */
  int too_large, no_memory;
  int held_back;                       /* paused: others hold too much */
  int64_t n_kept;
  int is_html, is_packed;
  int is_odd;                          /* 2xx with an error inside, or no JSON */
  struct mg_error_body error;
  int code;                            /* of mg_remote_call */
  struct mg_error err;

  /* Under the waiter's lock. */
  struct mg_waiter *waiter;
  int ended;
  struct mg_ring down, up;
  int down_paused, up_paused;
  unsigned up_round;                   /* goes up when the body starts over */
  int up_wanted, up_ended;
  int abort_code;                      /* the caller gave up: on_data, a file */
  struct mg_error abort_err;

  /* Under the remote's lock. */
  struct mg_call *next_resume;
  int in_resumes, no_resumes;      /* r->lock */
};

struct mg_class {
  struct mg_rate rate;
  struct mg_call *head, *tail;         /* the I/O thread's */
  int n_queued;                        /* inbox and queue */
  int in_flight;
  int64_t throttled_us;                /* first 429 without a success since, or
                                          INT64_MIN */
  int64_t latency_us[MG_LATENCIES];
  int n_latencies;
  int64_t p95_us;
};

struct mg_remote {
  struct mg_end end;                   /* as given; secrets are in auth */
  struct mg_remote_options options;
  char *user_agent, *allow_writes;
  struct mg_transport *transport;
  struct mg_thread thread;

  /* The I/O thread's. */
  struct mg_auth *auth;
  struct mg_rand rand;
  struct mg_call **heap;               /* by due_us: retries */
  size_t n_heap, heap_cap;
  struct mg_call *flying[MG_MOST_IN_FLIGHT];
  int n_flying, n_streams;
  int64_t watch_us;                    /* until then none of them is silent for
                                          too long */
  int64_t stop_us;                     /* when reads are cut; 0 = nobody stops */
  int had_answer;
  int64_t n_held;                      /* bytes of answers of those in flight */
  int64_t most_held;
  int n_held_back;

  struct mg_mutex lock;                /* everything below */
  struct mg_cond idle;                 /* n_callers is 0 */
  struct mg_call *inbox, *inbox_last;
  struct mg_call *resumes;
  int sleeping, draining, closing;
  int auth_waits;
  int n_callers;
  struct mg_waiter *waiters;           /* that nobody uses */
  struct mg_class *classes;
  int n_classes;
  char org_id[64];
  int64_t skew_us;
  struct mg_remote_stats stats;
  void (*watch) (void *opaque, const struct mg_remote_event *event);
  void *watch_opaque;
};

/* ---- remote.c ---- */
void mg_remote_tell (struct mg_remote *r, const struct mg_remote_event *event);

/* ---- io.c ---- */
void mg_io_run (void *remote);
/* A try has ended, well or not: what now? */
void mg_io_landed (struct mg_remote *r, struct mg_call *call,
                   const struct mg_transfer_end *end);

/* ---- flight.c: on the I/O thread ---- */
void mg_flight_send (struct mg_remote *r, struct mg_call *call,
                     const char *auth_line, unsigned generation,
                     int64_t now_us);
/* The other end, or our own side, was just active. */
void mg_flight_heard (struct mg_call *call);
/* The same of one that was paused, or begins. */
void mg_flight_watch (struct mg_remote *r, struct mg_call *call);

/* ---- queue.c: with the lock held ---- */
void mg_queue_push (struct mg_remote *r, struct mg_call *call, int at_front);
/* The call that may leave now, taken out of its queue and counted in flight;
 * NULL when none may, then *ret_wait_us says how long that holds. */
struct mg_call *mg_queue_take (struct mg_remote *r, int64_t now_us,
                               int64_t *ret_wait_us);
/* Any, for failing them all; NULL at the end. */
struct mg_call *mg_queue_drop (struct mg_remote *r);
void mg_queue_landed (struct mg_remote *r, struct mg_call *call,
                      int64_t latency_us);
int64_t mg_queue_due_us (struct mg_remote *r, int class_id, int64_t now_us);

void mg_heap_push (struct mg_remote *r, struct mg_call *call);
struct mg_call *mg_heap_pop (struct mg_remote *r);

/* ---- answer.c: on the I/O thread ---- */
/* Reads the body, classifies, and writes code, err and outcome. */
struct mg_retry_verdict mg_answer_read (struct mg_remote *r,
                                        struct mg_call *call,
                                        const struct mg_transfer_end *end);
/* Is the answer to be JSON, under this name or that (scim+json)? */
int mg_wants_json (const struct mg_request *req);

/* The path without secrets, for people; ret_text is filled and returned. */
const char *mg_answer_path (struct mg_remote *r, const struct mg_call *call,
                            char ret_text[300]);
/* 401, although the credentials are good. */
void mg_answer_denied (struct mg_remote *r, struct mg_call *call);
/* Ends a call by a code of our own instead. */
void mg_answer_cancelled (struct mg_call *call);

/* ---- log.c: the trace and the watch ---- */
void mg_log_start (struct mg_remote *r, struct mg_call *call);
void mg_log_answer (struct mg_remote *r, struct mg_call *call,
                    const struct mg_transfer_end *end);
void mg_log_retry (struct mg_remote *r, struct mg_call *call, int64_t wait_us);
void mg_log_throttled (struct mg_remote *r, struct mg_call *call,
                       int64_t wait_us, double before, double after);

#endif
