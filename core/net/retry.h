/* What a finished try means, and how long to wait before the next one.  Pure:
 * no clock, no state; randomness is the caller's.
 */
#ifndef MG_NET_RETRY_H
#define MG_NET_RETRY_H

#include <stdint.h>
#include "base/rand.h"
#include "net/remote.h"
#include "net/transport.h"

enum mg_retry_action {
  MG_RETRY_NO,
  MG_RETRY_YES,          /* after mg_retry_delay_us; costs one try */
  MG_RETRY_THROTTLED,    /* a 429: waits, costs nothing */
  MG_RETRY_AUTH,         /* with other credentials */
};

struct mg_retry_facts {
  enum mg_effect effect;
  enum mg_transfer_result result;
  int sent;                      /* a byte of the request may have left */
  int status;                    /* 0 without an answer */
  int known_shape;               /* the body is an error as the service writes */
  int odd_body;                  /* 2xx, but a login page, an error or no JSON */
  const char *error_code;        /* "" when there is none */
  const char *message;
};

struct mg_retry_verdict {
  enum mg_outcome outcome;
  enum mg_retry_action action;
};

struct mg_retry_verdict mg_retry_classify (const struct mg_retry_facts *facts);

/* Full jitter: a random time in [0, min (60 s, base << attempt)], but never
 * less than retry_after_us (negative: the service named none). */
#define MG_RETRY_CAP_US (60 * (int64_t) 1000000)
int64_t mg_retry_delay_us (unsigned attempt, int64_t base_us,
                           int64_t retry_after_us, struct mg_rand *rand);

/* The header Retry-After: seconds (also 1.5) or an HTTP date.  Microseconds
 * from now, never negative, at most a day; -1 when it is neither. */
int64_t mg_retry_after_us (const char *value, int64_t wall_now_us);

/* RetryInfo's "3.000s".  Microseconds, or -1. */
int64_t mg_retry_info_us (const char *value);

/* "already 1000 jobs created in past 3600 seconds": surely not made, and no
 * use to try again soon. */
int mg_retry_is_creation_limit (const char *message);

/* The service's words, under whatever status, for what this workspace does not
 * have: no use to try again. */
int mg_retry_is_not_offered (const char *message);

/* 401, or a 403 that means the token and not a right. */
int mg_retry_is_token_refused (int status, const char *message);

#endif
