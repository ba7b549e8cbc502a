/* How a request reaches the other end: the shipped program uses curl (curl.c),
 * the twin a workspace inside the process under a virtual clock.
 *
 * A transport belongs to the I/O thread of one remote.  All functions but
 * 'wake' are called on that thread, callbacks come only from inside 'step',
 * 'resume' and nowhere else, and whatever waits, waits in 'step'.  A transport
 * knows nothing of retries, credentials, limits or time-outs without a byte:
 * those are the remote's.
 */
#ifndef MG_NET_TRANSPORT_H
#define MG_NET_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

struct mg_transport;
struct mg_transfer;      /* one request on its way; the transport's own */

enum mg_transfer_result {
  MG_TRANSFER_OK,        /* the answer is whole */
  MG_TRANSFER_RESOLVE,   /* the host's name is not known */
  MG_TRANSFER_CONNECT,   /* no connection came about */
  MG_TRANSFER_TLS,       /* the certificate was refused */
  MG_TRANSFER_HANDSHAKE, /* no TLS came about: cut off, or no TLS there */
  MG_TRANSFER_LOST,      /* the connection ended before the answer did */
  MG_TRANSFER_REWIND,    /* a reused connection was dead, and the body may not
                            be sent twice */
  MG_TRANSFER_TRUNCATED, /* the answer is shorter than it said */
  MG_TRANSFER_TIMEOUT,   /* no byte for too long (the remote's verdict) */
  MG_TRANSFER_ABORTED,   /* a callback ended it */
  MG_TRANSFER_MALFORMED, /* what came is no HTTP */
};

struct mg_transfer_end {
  enum mg_transfer_result result;
  int sent;              /* 0: surely not one byte of the request left */
  char text[200];        /* one line for people, from the transport */
};

/* What the callbacks answer beside a count. */
#define MG_TRANSFER_PAUSE (-1000)  /* nothing now; 'resume' asks again */

struct mg_transfer_ops {
  /* Bytes of the body into 'to': their count, 0 at the end, PAUSE, or another
   * negative number to end the transfer. */
  long (*read_body) (void *opaque, char *to, size_t size);
  /* The body from its beginning again: 0 or negative.  Never called for a
   * request that must not be sent twice. */
  int (*rewind_body) (void *opaque);
  /* Once for each answer, then once for each of its header lines (name in any
   * case, white space cut off). */
  void (*on_status) (void *opaque, int status);
  void (*on_header) (void *opaque, const char *name, const char *value);
  /* 0 when all of it was taken, PAUSE (the same bytes come again after
   * 'resume'), or another negative number to end the transfer. */
  int (*on_data) (void *opaque, const char *data, size_t len);
  /* The last call; the transfer is gone when it returns. */
  void (*on_end) (void *opaque, const struct mg_transfer_end *end);
};

struct mg_submit {
  const char *method;
  const char *url;                 /* absolute */
  const char *const *headers;      /* "Name: value", NULL-ended */
  const struct mg_transfer_ops *ops;
  void *opaque;                    /* of the callbacks */
  int64_t body_len;                /* -1: no body; 0: an empty one */
  int once;                        /* must not be sent twice, whatever happens
                                      on the connection */
  int may_compress;                /* gzip may be offered */
};

struct mg_transport_class {
  /* Takes the request; no callback comes from inside.  Texts are borrowed for
   * this call alone: a token may be renewed while the request travels.  'ops'
   * and what 'opaque' is stay to the end.  0 or MG_E_*. */
  int (*submit) (struct mg_transport *t, const struct mg_submit *submit,
                 struct mg_transfer **ret_transfer, struct mg_error *err);
  /* A callback that answered PAUSE is asked again. */
  void (*resume) (struct mg_transport *t, struct mg_transfer *transfer);
  /* Ends it without 'on_end'; tells whether a byte was sent. */
  void (*cancel) (struct mg_transport *t, struct mg_transfer *transfer,
                  int *ret_sent);
  /* Waits at most timeout_us (0: not at all) for something to happen or for
   * 'wake', and runs the callbacks. */
  void (*step) (struct mg_transport *t, int64_t timeout_us);
  void (*wake) (struct mg_transport *t);     /* any thread */
  void (*free) (struct mg_transport *t);     /* cancels what flies */
};

struct mg_transport {
  const struct mg_transport_class *ops;
};

/* libcurl's multi interface: HTTP/2 where offered, connections reused, TLS
 * verified against the system's store or ca_bundle (NULL: the system's),
 * proxies from the environment as curl reads it, no redirect followed.  A
 * bundle that is none: [cannot-read]. */
int mg_transport_curl_new (const char *ca_bundle,
                           struct mg_transport **ret_transport,
                           struct mg_error *err);

#endif
