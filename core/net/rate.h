/* The pace of one rate class: a GCRA bucket whose rate follows what the
 * service tolerates.  Pure: the caller passes the monotonic time.  Whoever owns
 * the struct locks it.
 *
 * Requests leave evenly spaced, a little under the published limit, so that
 * any window of the service's, fixed or sliding, holds at most that many.
 * After a 429: x 0.97, at most once a second; hold for 60 s; then + 0.1 % a
 * second; halved only when three cuts within 10 s did not help.  Where no limit
 * is published the first 429 makes what was sent the limit, and it grows 1 % a
 * second, until it is none again.
 */
#ifndef MG_NET_RATE_H
#define MG_NET_RATE_H

#include <stdint.h>

struct mg_rate {
  double top;            /* a second, what it grows back to; 0 = unlimited */
  double rate;           /* a second, now; 0 = unlimited */
  int64_t tau_us;        /* how early a request may leave */
  int64_t tat_us;        /* when the next one is due */
  int64_t pause_us;      /* nothing leaves before */
  int64_t cuts_us[3];    /* the last cuts, newest first; INT64_MIN = none */
  int64_t grown_us;      /* up to when growth is counted */
  int64_t second_us;     /* requests of the second that began here ... */
  int n_second;
  int n_last_second;     /* ... and of the one before: what was tolerated when
                            no limit is published */
};

/* 'limit' requests in 'window_us'; 0 for no limit. */
void mg_rate_init (struct mg_rate *r, double limit, int64_t window_us,
                   int64_t now_us);

/* 0 when a request may leave now, else how long it has to wait. */
int64_t mg_rate_wait_us (struct mg_rate *r, int64_t now_us);

/* One request leaves. */
void mg_rate_take (struct mg_rate *r, int64_t now_us);

/* A 429 came; retry_after_us is negative when it names no time. */
void mg_rate_throttled (struct mg_rate *r, int64_t retry_after_us,
                        int64_t now_us);

#endif
