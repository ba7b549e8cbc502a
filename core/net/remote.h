/* One workspace (or plain MLflow server) at the other end of the network.
 *
 * A remote owns an I/O thread and a transport (net/transport.h: curl in the
 * shipped program).  Any number of threads call mg_remote_call, which queues
 * the request and blocks until its answer is whole or it failed for good:
 * pacing by rate class, slots in flight, retries, Retry-After, token renewal
 * and the wait for a new token all happen inside.
 *
 * A slot is held from the first byte out to the last byte in; a request that
 * waits for its token, its retry or its slot sits in a heap, not in a thread's
 * sleep and not among those in flight.
 */
#ifndef MG_NET_REMOTE_H
#define MG_NET_REMOTE_H

#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/error.h"
#include "net/end.h"

struct mg_remote;
struct mg_rates;
struct mg_trace;
struct mg_transport;

/* What a request does at the service if it arrives. */
enum mg_effect {
  MG_READ,               /* nothing: may be repeated, may go to the source */
  MG_IDEMPOTENT,         /* writing it twice is writing it once */
  MG_CREATE,             /* twice makes two: never repeated on doubt */
};

/* What is known about a request that has ended. */
enum mg_outcome {
  MG_OUTCOME_OK,         /* 2xx, whole, no error inside */
  MG_OUTCOME_NOTHING,    /* surely no effect: never sent, 429, 409 ABORTED,
                            401 or 403 'Invalid access token' */
  MG_OUTCOME_REFUSED,    /* 4xx in a known error shape, not 408 or 425 */
  MG_OUTCOME_DOUBT,      /* anything else: 5xx, reset, time-out, odd 2xx, HTML */
};

enum mg_part_type { MG_PART_MEM, MG_PART_FILE, MG_PART_FILE_BASE64 };

/* A request's body is its parts, one after the other; FILE parts are read in
 * chunks while sending (never whole in memory). */
struct mg_part {
  enum mg_part_type type;
  const void *data;      /* MEM */
  size_t len;
  const char *path;      /* FILE, FILE_BASE64 */
};

struct mg_request {
  enum mg_effect effect;
  const char *method;            /* "GET" "POST" ... */
  const char *path;              /* from '/', query included, encoded; or a
                                    whole https:// URL that was signed: it gets
                                    no credentials */
  const char *content_type;      /* NULL: application/json when there is a body */
  const char *accept;            /* NULL: application/json */
  const char *const *headers;    /* more "Name: value" lines, NULL-ended; or NULL */
  const struct mg_part *parts;
  size_t n_parts;
  size_t max_body;               /* of the answer; 0 = MG_MAX_BODY, and with
                                    on_data no bound */
  /* A successful answer's body goes here, 64 KiB at most a call, on the thread
   * that called mg_remote_call; NULL keeps it in mg_response.body.  Non-zero
   * ends the transfer with that code.  A retry after bytes were delivered is
   * not made: the call fails with MG_E_NET and the caller starts over. */
  int (*on_data) (void *opaque, const char *data, size_t len,
                  struct mg_error *err);
  void *opaque;
  int64_t timeout_us;            /* without a byte; 0 = 60 s */
  int is_stream;                 /* a bulk body, either way: at most four of
                                    these are in flight */
  int is_secret;                 /* no trace shows its bodies, either way */
  int may_hold_error_code;       /* a 2xx object with a member error_code is an
                                    answer, not an error */
};

struct mg_response {
  int status;                    /* 0: no answer */
  enum mg_outcome outcome;
  struct mg_buf body;            /* whole unless on_data took it */
  char error_code[64];           /* of the service: "RESOURCE_DOES_NOT_EXIST" */
  char request_id[64];
  int64_t date_us;               /* wall time of the Date header, 0 = none */
  int64_t sent_us;               /* wall time when the last try left, 0 = never */
  int64_t ended_us;              /* monotonic, when the last try ended */
  unsigned tries;
  int was_in_doubt;              /* an earlier try may have had its effect */
};

void mg_response_init (struct mg_response *res);
void mg_response_done (struct mg_response *res);

struct mg_remote_options {
  const struct mg_rates *rates;  /* borrowed; NULL = no limits */
  struct mg_trace *trace;        /* borrowed; NULL = none */
  int is_source;                 /* only reads of the list pass [source-read-only] */
  const char *allow_writes;      /* a host typed by the operator lifts that; or NULL */
  int max_in_flight;             /* 0 = MG_MAX_IN_FLIGHT */
  unsigned retries;              /* 0 = 8 */
  int64_t retry_backoff_us;      /* base; 0 = 500 ms */
  int64_t throttle_wait_us;      /* 0 = 30 min */
  int64_t auth_wait_us;          /* how long to wait for a new token; 0 = not */
  const char *user_agent;        /* "migrate/0.1.0 session/ID" */
  uint64_t seed;                 /* of the jitter */
  struct mg_transport *transport;  /* NULL = curl; taken over, also on failure */
  int64_t auth_read_us;          /* how often the profile is read while a token
                                    is waited for; 0 = 20 s */
};

/* Starts the I/O thread.  No request leaves yet.  'end' is copied. */
int mg_remote_open (const struct mg_end *end,
                    const struct mg_remote_options *options,
                    struct mg_remote **ret_remote, struct mg_error *err);

/* Fails what waits with MG_E_CANCELLED, ends the thread; NULL-safe. */
void mg_remote_close (struct mg_remote *remote);

/* No new request leaves; those in flight end (first Ctrl-C).  Any thread. */
void mg_remote_drain (struct mg_remote *remote);

/* Blocks.  0 with outcome OK, else a negative code with ret_res->outcome,
 * status and error_code set and 'err' telling method, path, status, the
 * service's code and message, request id and tries.  READ and IDEMPOTENT are
 * retried inside; CREATE only when surely nothing happened.  Codes:
 * MG_E_CANCELLED, MG_E_AUTH [token-expired], MG_E_DENIED, MG_E_THROTTLED
 * [throttled], MG_E_NET, MG_E_REMOTE, MG_E_NOT_FOUND, MG_E_EXISTS,
 * MG_E_PROTOCOL, MG_E_NOMEM [too-large], MG_E_DENIED [source-read-only]
 * [insecure-host], MG_E_UNSUPPORTED (the workspace does not offer it),
 * MG_E_AGAIN [creation-limit] (outcome NOTHING: so many may be made in an
 * hour), MG_E_INVALID [bad-request], MG_E_IO of a file part, or what on_data
 * returned.  ret_res must be initialised; body is reset. */
int mg_remote_call (struct mg_remote *remote, const struct mg_request *req,
                    struct mg_response *ret_res, struct mg_error *err);

/* ---- what the scheduler asks; any thread, cheap ---- */

/* The rate class of a call; "METHOD /path"; never negative; class 0 is the
 * one without a published limit. */
int mg_remote_class (const struct mg_remote *remote, const char *method,
                     const char *path);
int mg_remote_n_classes (const struct mg_remote *remote);
const char *mg_remote_class_name (const struct mg_remote *remote, int class_id);
double mg_remote_class_rate (const struct mg_remote *remote, int class_id);
                                          /* per second now; 0 = unlimited */

/* Microseconds until a request of this class queued now would leave, counting
 * those queued before it, slots and pauses; INT64_MAX when it can't tell. */
int64_t mg_remote_due_us (struct mg_remote *remote, int class_id);

/* ---- facts learned on the way ---- */

const char *mg_remote_host (const struct mg_remote *remote);
/* X-Databricks-Org-Id of the answers so far; "" = none seen. */
void mg_remote_org_id (struct mg_remote *remote, char ret_id[64]);
int64_t mg_remote_clock_skew_us (struct mg_remote *remote);  /* theirs - ours */

struct mg_remote_stats {
  int64_t requests, retries, throttled, bytes_in, bytes_out;
  int64_t most_held;     /* bytes of kept answers on their way, at the peak */
  int in_flight, queued;
};
void mg_remote_stats (struct mg_remote *remote, struct mg_remote_stats *ret);

/* Why nothing moves, for the progress line and events: called on the I/O
 * thread; must not block.  kind: "throttled" (a 429; wait_us, rates before and
 * after), "token-wait", "token-renewed", "retry". */
struct mg_remote_event {
  const char *kind;
  const char *class_name;
  int64_t wait_us;
  double rate_before, rate_after;
  const char *text;      /* one line for people */
};
void mg_remote_set_watch (struct mg_remote *remote,
                          void (*watch) (void *opaque,
                                         const struct mg_remote_event *event),
                          void *opaque);

#endif
