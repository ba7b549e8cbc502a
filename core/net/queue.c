/* Who goes next: one queue per rate class, paced, with slots.  Everything runs
 * with the remote's lock held; the heap belongs to the I/O thread alone.
 *
 * A class that has no published rate would fill the workspace with its own
 * requests; so every other class with work keeps two slots, and beyond that a
 * class gets what its rate and latency need.  What is left goes to the one
 * with most seconds of work (docs/design.md, the network).
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "net/remote-impl.h"

#define SLOTS_LEAST 2
#define SOON_US 250000

void
mg_queue_push (struct mg_remote *r, struct mg_call *call, int at_front)
{
  struct mg_class *c = &r->classes[call->class_id];

  if (at_front) {
    call->next = c->head;
    c->head = call;
    if (c->tail == NULL)
      c->tail = call;
    return;
  }
  call->next = NULL;
  if (c->tail != NULL)
    c->tail->next = call;
  else
    c->head = call;
  c->tail = call;
}

/* The first of a queue that may go; bulk bodies wait for one of theirs. */
static struct mg_call *
first_of (const struct mg_remote *r, const struct mg_class *c)
{
  struct mg_call *call = c->head;

  while (call != NULL && call->req->is_stream && r->n_streams >= MG_STREAMS)
    call = call->next;
  return call;
}

static void
unlink_call (struct mg_class *c, struct mg_call *call)
{
  struct mg_call *p = c->head;

  if (p == call)
    c->head = call->next;
  else {
    while (p->next != call)
      p = p->next;
    p->next = call->next;
  }
  if (c->tail == call)
    c->tail = c->head != NULL ? p : NULL;
  call->next = NULL;
}

/* ceil (1.5 * rate * p95 latency) + 2 */
static int
slots_wanted (const struct mg_remote *r, const struct mg_class *c)
{
  int cap = r->options.max_in_flight;
  double want;

  if (c->rate.rate <= 0)
    return cap;
  want = 1.5 * c->rate.rate * (double) c->p95_us / 1e6 + SLOTS_LEAST + 1;
  return want < cap ? (int) want : cap;
}

static double
seconds_left (const struct mg_class *c)
{
  double rate = c->rate.rate;

  if (rate <= 0)
    rate = 1e6 / (double) (c->p95_us > 0 ? c->p95_us : 1);
  return c->n_queued / rate;
}

struct choice {
  struct mg_class *class;
  struct mg_call *call;
  int over;
  double left;
};

static void
consider (const struct mg_remote *r, struct mg_class *c, int reserved,
          struct choice *best)
{
  struct choice now = { c, first_of (r, c), 0, 0 };
  int own = c->in_flight < SLOTS_LEAST ? SLOTS_LEAST - c->in_flight : 0;
  int room = r->options.max_in_flight - r->stats.in_flight;

  if (now.call == NULL || room <= 0)
    return;
  if (c->in_flight >= SLOTS_LEAST && room <= reserved - own)
    return;
  now.over = c->in_flight >= slots_wanted (r, c);
  now.left = seconds_left (c);
  if (best->call == NULL || now.over < best->over
      || (now.over == best->over && now.left > best->left))
    *best = now;
}

struct mg_call *
mg_queue_take (struct mg_remote *r, int64_t now_us, int64_t *ret_wait_us)
{
  struct choice best = { NULL, NULL, 0, 0 };
  int64_t wait_us[2] = { INT64_MAX, 0 };
  int i, reserved = 0;

  for (i = 0; i < r->n_classes; i++) {
    struct mg_class *c = &r->classes[i];

    if (c->head == NULL)
      continue;
    if (c->in_flight < SLOTS_LEAST
        && mg_rate_wait_us (&c->rate, now_us) < SOON_US)
      reserved += SLOTS_LEAST - c->in_flight;
  }
  for (i = 0; i < r->n_classes; i++) {
    struct mg_class *c = &r->classes[i];

    if (c->head == NULL)
      continue;
    wait_us[1] = mg_rate_wait_us (&c->rate, now_us);
    if (wait_us[1] == 0)
      consider (r, c, reserved, &best);
    else if (wait_us[1] < wait_us[0])
      wait_us[0] = wait_us[1];
  }
  if (best.call == NULL) {
    *ret_wait_us = wait_us[0];
    return NULL;
  }
  unlink_call (best.class, best.call);
  mg_rate_take (&best.class->rate, now_us);
  best.class->n_queued--;
  best.class->in_flight++;
  r->stats.queued--;
  r->stats.in_flight++;
  r->n_streams += best.call->req->is_stream != 0;
  return best.call;
}

struct mg_call *
mg_queue_drop (struct mg_remote *r)
{
  int i;

  for (i = 0; i < r->n_classes; i++) {
    struct mg_class *c = &r->classes[i];
    struct mg_call *call = c->head;

    if (call == NULL)
      continue;
    unlink_call (c, call);
    c->n_queued--;
    r->stats.queued--;
    return call;
  }
  return NULL;
}

/* The 95th percentile of the last answers, looked up now and then. */
static void
measure (struct mg_class *c)
{
  int64_t sorted[MG_LATENCIES];
  int n = c->n_latencies < MG_LATENCIES ? c->n_latencies : MG_LATENCIES;
  int i, j;

  for (i = 0; i < n; i++) {
    int64_t value = c->latency_us[i];

    for (j = i; j > 0 && sorted[j - 1] > value; j--)
      sorted[j] = sorted[j - 1];
    sorted[j] = value;
  }
  c->p95_us = sorted[n * 95 / 100 < n ? n * 95 / 100 : n - 1];
}

void
mg_queue_landed (struct mg_remote *r, struct mg_call *call, int64_t latency_us)
{
  struct mg_class *c = &r->classes[call->class_id];

  c->in_flight--;
  r->stats.in_flight--;
  r->n_streams -= call->req->is_stream != 0;
  if (latency_us < 0 || call->req->is_stream)
    return;
  c->latency_us[c->n_latencies % MG_LATENCIES] = latency_us;
  c->n_latencies++;
  if (c->n_latencies >= 2 * MG_LATENCIES)
    c->n_latencies = MG_LATENCIES;
  if (c->n_latencies < 8 || c->n_latencies % 8 == 0)
    measure (c);
}

int64_t
mg_queue_due_us (struct mg_remote *r, int class_id, int64_t now_us)
{
  struct mg_class *c = &r->classes[class_id];
  int slots = slots_wanted (r, c);
  int64_t paced, slotted = 0;

  if (r->draining || r->closing || r->auth_waits)
    return INT64_MAX;
  paced = mg_rate_wait_us (&c->rate, now_us);
  if (c->rate.rate > 0)
    paced += (int64_t) ((double) c->n_queued * 1e6 / c->rate.rate);
  if (c->in_flight + c->n_queued >= slots
      || r->stats.in_flight >= r->options.max_in_flight)
    slotted = c->p95_us * (c->n_queued + 1) / (slots > 0 ? slots : 1);
  return paced > slotted ? paced : slotted;
}

/* ---- retries: a binary heap by due_us ---- */

static void
swap (struct mg_call **a, struct mg_call **b)
{
  struct mg_call *c = *a;

  *a = *b;
  *b = c;
}

void
mg_heap_push (struct mg_remote *r, struct mg_call *call)
{
  size_t i = r->n_heap;

  if (r->n_heap == r->heap_cap) {
    r->heap_cap = r->heap_cap ? 2 * r->heap_cap : 32;
    r->heap = mg_xreallocarray (r->heap, r->heap_cap, sizeof *r->heap);
  }
  r->heap[r->n_heap++] = call;
  for (; i > 0 && r->heap[i]->due_us < r->heap[(i - 1) / 2]->due_us;
       i = (i - 1) / 2)
    swap (&r->heap[i], &r->heap[(i - 1) / 2]);
}

struct mg_call *
mg_heap_pop (struct mg_remote *r)
{
  struct mg_call *first = r->heap[0];
  size_t i = 0;

  r->heap[0] = r->heap[--r->n_heap];
  for (;;) {
    size_t least = i, child = 2 * i + 1;

    for (; child < r->n_heap && child <= 2 * i + 2; child++)
      if (r->heap[child]->due_us < r->heap[least]->due_us)
        least = child;
    if (least == i)
      return first;
    swap (&r->heap[i], &r->heap[least]);
    i = least;
  }
}
