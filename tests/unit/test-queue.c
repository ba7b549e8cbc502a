/* Who goes next, with a remote that is nothing but its queues. */
#include <config.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "mg-test.h"
#include "net/remote-impl.h"

#define S MG_SECOND_US
#define CALLS 64

struct yard {
  struct mg_remote remote;
  struct mg_class classes[4];
  struct mg_call calls[CALLS];
  struct mg_request requests[CALLS];
  int n;
};

/* Classes: 0 without a limit, 1 of 1000 a second, 2 of 1 a second, 3 of 500 */
static void
yard_init (struct yard *y, int max_in_flight)
{
  static const double limits[] = { 0, 1000, 1, 500 };
  int i;

  memset (y, 0, sizeof *y);
  y->remote.classes = y->classes;
  y->remote.n_classes = 4;
  y->remote.options.max_in_flight = max_in_flight;
  for (i = 0; i < 4; i++) {
    mg_rate_init (&y->classes[i].rate, limits[i], S, 0);
    y->classes[i].p95_us = 100000;
  }
}

static struct mg_call *
add (struct yard *y, int class_id, int is_stream)
{
  struct mg_call *call = &y->calls[y->n];

  call->req = &y->requests[y->n];
  y->requests[y->n].is_stream = is_stream;
  call->class_id = class_id;
  y->n++;
  y->classes[class_id].n_queued++;
  y->remote.stats.queued++;
  mg_queue_push (&y->remote, call, 0);
  return call;
}

static struct mg_call *
take (struct yard *y, int64_t now_us)
{
  int64_t wait_us = -1;

  return mg_queue_take (&y->remote, now_us, &wait_us);
}

MG_TEST (first_come_first_served_and_retries_before)
{
  struct yard y;
  struct mg_call *a, *b, *c;

  yard_init (&y, 20);
  a = add (&y, 0, 0);
  b = add (&y, 0, 0);
  ok (take (&y, 0) == a);
  c = add (&y, 0, 0);
  mg_queue_landed (&y.remote, a, 1000);
  y.classes[0].n_queued++;
  y.remote.stats.queued++;
  mg_queue_push (&y.remote, a, 1);
  ok (take (&y, 0) == a);
  ok (take (&y, 0) == b);
  ok (take (&y, 0) == c);
  is_null (take (&y, 0));
  is_int (y.remote.stats.queued, 0);
  is_int (y.remote.stats.in_flight, 3);
}

MG_TEST (no_more_than_the_cap)
{
  struct yard y;
  int i, n = 0;

  yard_init (&y, 5);
  for (i = 0; i < 20; i++)
    add (&y, 0, 0);
  while (take (&y, 0) != NULL)
    n++;
  is_int (n, 5);
}

MG_TEST (a_class_waits_for_its_pace)
{
  struct yard y;
  int64_t wait_us = 0;

  yard_init (&y, 20);
  add (&y, 2, 0);
  add (&y, 2, 0);
  not_null (take (&y, 0));
  is_null (mg_queue_take (&y.remote, 0, &wait_us));
  ok (wait_us > S / 2 && wait_us < 2 * S);
  not_null (take (&y, wait_us));
}

MG_TEST (a_class_keeps_two_slots_whatever_others_do)
{
  struct yard y;
  int i, n0 = 0;
  struct mg_call *call;

  yard_init (&y, 6);
  for (i = 0; i < 20; i++)
    add (&y, 0, 0);
  add (&y, 2, 0);
  for (i = 0; i < 6; i++) {
    call = take (&y, 0);
    if (call == NULL)
      break;
    n0 += call->class_id == 0;
  }
  /* one went to class 2; its second slot stays free only while work for it is
   * due soon, and it is not */
  is_int (n0, 5);
  is_int (y.classes[2].in_flight, 1);
}

MG_TEST (slots_are_kept_for_work_that_is_due)
{
  struct yard y;
  int i;

  yard_init (&y, 6);
  for (i = 0; i < 20; i++)
    add (&y, 0, 0);
  for (i = 0; i < 20; i++)
    add (&y, 1, 0);
  while (take (&y, 0) != NULL)
    ;
  is_int (y.classes[1].in_flight, 2);
  is_int (y.classes[0].in_flight, 4);
}

MG_TEST (the_most_seconds_left_go_first)
{
  struct yard y;
  int i;

  yard_init (&y, 20);
  for (i = 0; i < 5; i++)
    add (&y, 1, 0);
  for (i = 0; i < 5; i++)
    add (&y, 3, 0);
  is_int (take (&y, 0)->class_id, 3);
}

MG_TEST (what_its_pace_and_latency_need_is_enough)
{
  struct yard y;
  int i;

  yard_init (&y, 20);
  y.classes[2].p95_us = 1000;
  y.classes[2].in_flight = 5;
  y.remote.stats.in_flight = 5;
  for (i = 0; i < 5; i++)
    add (&y, 2, 0);
  add (&y, 0, 0);
  /* class 2 has far more seconds left, but more slots than it needs, too */
  is_int (take (&y, 0)->class_id, 0);
}

MG_TEST (bulk_bodies_have_four_slots_and_hold_up_nobody)
{
  struct yard y;
  int i, n = 0;
  struct mg_call *small, *call;

  yard_init (&y, 20);
  for (i = 0; i < 10; i++)
    add (&y, 0, 1);
  small = add (&y, 0, 0);
  while ((call = take (&y, 0)) != NULL) {
    if (call == small)
      n += 100;
    else
      n++;
  }
  is_int (n, 104);
  mg_queue_landed (&y.remote, &y.calls[0], 1000);
  not_null (take (&y, 0));
  is_null (take (&y, 0));
}

MG_TEST (latency_is_learned)
{
  struct yard y;
  struct mg_call *call;
  int i;

  yard_init (&y, 20);
  for (i = 0; i < 40; i++) {
    call = add (&y, 0, 0);
    y.n = 0;
    ok (take (&y, 0) == call);
    mg_queue_landed (&y.remote, call, i == 20 ? 900000 : 5000);
  }
  is_int (y.classes[0].p95_us, 5000);
}

MG_TEST (when_it_would_leave)
{
  struct yard y;
  int i;

  yard_init (&y, 4);
  is_int (mg_queue_due_us (&y.remote, 2, 0), 0);
  for (i = 0; i < 3; i++)
    add (&y, 2, 0);
  ok (mg_queue_due_us (&y.remote, 2, 0) >= 3 * S);
  ok (mg_queue_due_us (&y.remote, 2, 0) < 4 * S);
  is_int (mg_queue_due_us (&y.remote, 0, 0), 0);
  y.remote.stats.in_flight = 4;
  ok (mg_queue_due_us (&y.remote, 0, 0) > 0);
  y.remote.auth_waits = 1;
  ok (mg_queue_due_us (&y.remote, 0, 0) == INT64_MAX);
}

MG_TEST (dropping_takes_all)
{
  struct yard y;
  int i, n = 0;

  yard_init (&y, 4);
  for (i = 0; i < 12; i++)
    add (&y, i % 4, i % 2);
  while (mg_queue_drop (&y.remote) != NULL)
    n++;
  is_int (n, 12);
  is_int (y.remote.stats.queued, 0);
}

MG_TEST (retries_come_in_the_order_of_their_time)
{
  struct yard y;
  struct mg_rand rand;
  int64_t last = -1;
  int i;

  yard_init (&y, 4);
  mg_rand_seed (&rand, 3);
  for (i = 0; i < CALLS; i++) {
    y.calls[i].due_us = (int64_t) mg_rand_below (&rand, 1000);
    mg_heap_push (&y.remote, &y.calls[i]);
  }
  for (i = 0; i < CALLS; i++) {
    struct mg_call *call = mg_heap_pop (&y.remote);

    ok (call->due_us >= last);
    last = call->due_us;
  }
  is_int (y.remote.n_heap, 0);
  mg_free (y.remote.heap);
}
