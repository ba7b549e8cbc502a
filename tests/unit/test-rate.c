/* The pace of a rate class, under a clock of our own. */
#include <config.h>

#include "base/clock.h"
#include "mg-test.h"
#include "net/rate.h"

#define S MG_SECOND_US

/* Sends as fast as the bucket allows from 'from' to 'to'; the times of the
 * first 'max' go to 'times'. */
static int
send_all (struct mg_rate *r, int64_t from_us, int64_t to_us, int64_t *times,
          int max)
{
  int64_t now = from_us;
  int n = 0;

  while (now < to_us) {
    int64_t wait = mg_rate_wait_us (r, now);

    if (wait > 0) {
      now += wait;
      continue;
    }
    mg_rate_take (r, now);
    if (times != NULL && n < max)
      times[n] = now;
    n++;
  }
  return n;
}

/* The most requests in any window of this length. */
static int
fullest (const int64_t *times, int n, int64_t window_us)
{
  int i, j = 0, most = 0;

  for (i = 0; i < n; i++) {
    while (times[i] - times[j] >= window_us)
      j++;
    if (i - j + 1 > most)
      most = i - j + 1;
  }
  return most;
}

MG_TEST (no_window_holds_more_than_the_limit)
{
  static const struct { int limit; int64_t window_us; } limits[] = {
    { 2, S }, { 7, S }, { 20, S }, { 30, S }, { 60, S }, { 100, S },
    { 120, S }, { 255, 60 * S }, { 35, 60 * S }, { 10, 60 * S },
    { 1100, 60 * S },
  };
  static int64_t times[40000];
  size_t i;

  for (i = 0; i < sizeof limits / sizeof limits[0]; i++) {
    struct mg_rate r;
    int n, most;

    mg_rate_init (&r, limits[i].limit, limits[i].window_us, 1000);
    n = send_all (&r, 1000, 1000 + 20 * limits[i].window_us, times, 40000);
    most = fullest (times, n, limits[i].window_us);
    if (most > limits[i].limit)
      fail_test ("%d in a window of %d", most, limits[i].limit);
    if (n < 20 * limits[i].limit * 0.975 - 1)
      fail_test ("only %d of %d sent", n, 20 * limits[i].limit);
  }
}

MG_TEST (without_a_limit_nothing_waits)
{
  struct mg_rate r;
  int i;

  mg_rate_init (&r, 0, S, 5);
  for (i = 0; i < 1000; i++) {
    is_int (mg_rate_wait_us (&r, 5), 0);
    mg_rate_take (&r, 5);
  }
}

MG_TEST (being_late_is_made_up_for_only_a_little)
{
  struct mg_rate r;

  mg_rate_init (&r, 100, S, 0);
  mg_rate_take (&r, 0);
  /* nothing for a minute: no burst afterwards */
  is_int (mg_rate_wait_us (&r, 60 * S), 0);
  mg_rate_take (&r, 60 * S);
  ok (mg_rate_wait_us (&r, 60 * S) > 0);
}

MG_TEST (a_429_cuts_once_a_second)
{
  struct mg_rate r;
  double before;

  mg_rate_init (&r, 100, S, 0);
  before = r.rate;
  mg_rate_throttled (&r, -1, 10 * S);
  ok (r.rate < before * 0.9701 && r.rate > before * 0.9699);
  mg_rate_throttled (&r, -1, 10 * S + 999999);
  ok (r.rate > before * 0.9699);
  mg_rate_throttled (&r, -1, 11 * S);
  ok (r.rate < before * 0.9701 * 0.97);
}

MG_TEST (the_bucket_pauses_only_when_a_time_is_named)
{
  struct mg_rate r;

  mg_rate_init (&r, 100, S, 0);
  mg_rate_throttled (&r, -1, S);
  is_int (mg_rate_wait_us (&r, S), 0);
  mg_rate_throttled (&r, 4 * S, S);
  is_int (mg_rate_wait_us (&r, S), 4 * S);
  /* a shorter one does not shorten it */
  mg_rate_throttled (&r, S, 2 * S);
  is_int (mg_rate_wait_us (&r, 2 * S), 3 * S);
}

MG_TEST (it_holds_for_a_minute_then_grows_a_thousandth_a_second)
{
  struct mg_rate r;
  double cut;

  mg_rate_init (&r, 100, S, 0);
  mg_rate_throttled (&r, -1, S);
  cut = r.rate;
  mg_rate_wait_us (&r, 61 * S);
  ok (r.rate == cut);
  mg_rate_wait_us (&r, 71 * S);
  ok (r.rate > cut * 1.0099 && r.rate < cut * 1.0101);
  mg_rate_wait_us (&r, 1000 * S);
  ok (r.rate == r.top);
}

MG_TEST (growth_does_not_depend_on_how_often_it_is_asked)
{
  struct mg_rate a, b;
  int64_t t;

  mg_rate_init (&a, 100, S, 0);
  mg_rate_init (&b, 100, S, 0);
  mg_rate_throttled (&a, -1, S);
  mg_rate_throttled (&b, -1, S);
  for (t = 61 * S; t <= 76 * S; t += S / 10)
    mg_rate_wait_us (&a, t);
  mg_rate_wait_us (&b, 76 * S);
  ok (a.rate / b.rate > 0.999 && a.rate / b.rate < 1.001);
}

MG_TEST (three_cuts_in_ten_seconds_that_do_not_help_halve_it)
{
  struct mg_rate r;
  double before;

  mg_rate_init (&r, 100, S, 0);
  mg_rate_throttled (&r, -1, 1 * S);
  mg_rate_throttled (&r, -1, 2 * S);
  mg_rate_throttled (&r, -1, 3 * S);
  before = r.rate;
  ok (before > 89);
  mg_rate_throttled (&r, -1, 4 * S);
  ok (r.rate > before * 0.499 && r.rate < before * 0.501);
  /* then three more are needed */
  before = r.rate;
  mg_rate_throttled (&r, -1, 5 * S);
  ok (r.rate > before * 0.969);
}

MG_TEST (cuts_far_apart_never_halve)
{
  struct mg_rate r;
  int i;

  mg_rate_init (&r, 100, S, 0);
  for (i = 1; i <= 8; i++)
    mg_rate_throttled (&r, -1, i * 6 * S);
  ok (r.rate > 98 * 0.97 * 0.97 * 0.97 * 0.97 * 0.97 * 0.97 * 0.97 * 0.97
               * 0.99);
}

MG_TEST (it_never_stands_still)
{
  struct mg_rate r;
  int i;

  mg_rate_init (&r, 10, 60 * S, 0);
  for (i = 1; i < 2000; i++)
    mg_rate_throttled (&r, -1, i * S);
  ok (mg_rate_wait_us (&r, 2000 * S) <= 60 * S);
}

MG_TEST (a_class_without_a_limit_learns_one)
{
  struct mg_rate r;
  int i;

  mg_rate_init (&r, 0, S, 0);
  for (i = 0; i < 50; i++)
    mg_rate_take (&r, i * 20000);
  mg_rate_throttled (&r, -1, S);
  ok (r.rate > 40 && r.rate < 50);
  /* and forgets it in the end */
  for (i = 1; i < 20000 && r.rate > 0; i++)
    mg_rate_wait_us (&r, (100 + i) * S);
  ok (r.rate == 0);
}

MG_TEST (one_429_at_the_beginning_does_not_cripple_a_class)
{
  struct mg_rate r;

  mg_rate_init (&r, 0, S, 0);
  mg_rate_take (&r, 0);
  mg_rate_throttled (&r, -1, 1000);
  ok (r.rate >= 9);
}

/* A service with a token bucket of 20 a second whose clock differs by up to
 * 60 ms: the rule settles at no less than 0.97 of it. */
MG_TEST (it_uses_a_token_bucket_nearly_whole)
{
  struct mg_rate r;
  double tokens = 20;
  int64_t now = 0, last = 0, end = 600 * S;
  int served = 0;
  unsigned jitter = 1;

  mg_rate_init (&r, 20, S, 0);
  while (now < end) {
    int64_t wait = mg_rate_wait_us (&r, now), at;

    if (wait > 0) {
      now += wait;
      continue;
    }
    mg_rate_take (&r, now);
    jitter = jitter * 1103515245u + 12345u;
    at = now + (jitter >> 16) % 60000;
    if (at > last) {
      tokens += (double) (at - last) / S * 20;
      last = at;
    }
    if (tokens > 20)
      tokens = 20;
    if (tokens >= 1) {
      tokens -= 1;
      served++;
    }
    else
      mg_rate_throttled (&r, -1, at);
  }
  if (served < 20 * 600 * 0.97)
    fail_test ("%d of %d", served, 20 * 600);
}
