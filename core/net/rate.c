/* The pace of one rate class: see rate.h.  Pure. */
#include <config.h>

#include <string.h>

#include "base/clock.h"
#include "net/rate.h"

#define CUT 0.97
#define CUT_EVERY_US MG_SECOND_US
#define HOLD_US (60 * MG_SECOND_US)
#define GROWTH 0.001                   /* a second */
#define GROWTH_LEARNED 0.01            /* ... where no limit is published */
#define LEAST_LEARNED 10.0             /* one 429 says little about a limit */
#define HALVE_WITHIN_US (10 * MG_SECOND_US)
#define MIN_RATE (1.0 / 60)            /* one a minute: it never stands still */
#define FREE_RATE 10000.0              /* learned limits beyond it are none */

void
mg_rate_init (struct mg_rate *r, double limit, int64_t window_us,
              int64_t now_us)
{
  int i;

  memset (r, 0, sizeof *r);
  if (limit > 0) {
    /* (window + tau) * rate < limit, so that floor () + 1 <= limit */
    double share = window_us >= 10 * MG_SECOND_US ? 0.99 : 0.98;

    r->top = limit * 1e6 / (double) window_us * share;
    r->rate = r->top;
    r->tau_us = window_us / 200;
  }
  r->tat_us = now_us;
  r->pause_us = now_us;
  r->grown_us = now_us;
  r->second_us = now_us;
  for (i = 0; i < 3; i++)
    r->cuts_us[i] = INT64_MIN;
}

static void
grow (struct mg_rate *r, int64_t now_us)
{
  int64_t from;

  if (r->rate <= 0 || r->cuts_us[0] == INT64_MIN)
    return;
  from = r->cuts_us[0] + HOLD_US;
  if (from < r->grown_us)
    from = r->grown_us;
  if (now_us <= from)
    return;
  r->rate *= 1 + (r->top > 0 ? GROWTH : GROWTH_LEARNED)
                 * (double) (now_us - from) / 1e6;
  r->grown_us = now_us;
  if (r->top > 0 && r->rate >= r->top)
    r->rate = r->top;
  if (r->top <= 0 && r->rate > FREE_RATE)
    r->rate = 0;
}

int64_t
mg_rate_wait_us (struct mg_rate *r, int64_t now_us)
{
  int64_t due = r->pause_us;

  grow (r, now_us);
  if (r->rate > 0 && r->tat_us - r->tau_us > due)
    due = r->tat_us - r->tau_us;
  return due > now_us ? due - now_us : 0;
}

static void
count_second (struct mg_rate *r, int64_t now_us)
{
  if (now_us - r->second_us >= MG_SECOND_US) {
    r->n_last_second = now_us - r->second_us < 2 * MG_SECOND_US ? r->n_second
                                                                : 0;
    r->n_second = 0;
    r->second_us = now_us;
  }
  r->n_second++;
}

void
mg_rate_take (struct mg_rate *r, int64_t now_us)
{
  count_second (r, now_us);
  if (r->rate <= 0)
    return;
  if (r->tat_us < now_us)
    r->tat_us = now_us;
  r->tat_us += (int64_t) (1e6 / r->rate);
}

static void
cut (struct mg_rate *r, int64_t now_us)
{
  int halve = r->cuts_us[2] != INT64_MIN
              && now_us - r->cuts_us[2] <= HALVE_WITHIN_US;

  if (r->rate <= 0) {
    /* nothing is published: begin with what was sent */
    r->rate = r->n_last_second > r->n_second ? r->n_last_second : r->n_second;
    if (r->rate < LEAST_LEARNED)
      r->rate = LEAST_LEARNED;
  }
  r->rate *= halve ? 0.5 : CUT;
  if (r->rate < MIN_RATE)
    r->rate = MIN_RATE;
  r->cuts_us[2] = halve ? INT64_MIN : r->cuts_us[1];
  r->cuts_us[1] = halve ? INT64_MIN : r->cuts_us[0];
  r->cuts_us[0] = now_us;
  r->grown_us = now_us;
}

void
mg_rate_throttled (struct mg_rate *r, int64_t retry_after_us, int64_t now_us)
{
  grow (r, now_us);
  if (retry_after_us > 0 && now_us + retry_after_us > r->pause_us)
    r->pause_us = now_us + retry_after_us;
  if (r->cuts_us[0] == INT64_MIN || now_us - r->cuts_us[0] >= CUT_EVERY_US)
    cut (r, now_us);
}
