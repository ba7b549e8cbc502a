/* The twin's transport: see wire.h.  Callbacks run inside 'step' alone; the
 * lock guards 'woken', which other threads set. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rand.h"
#include "base/str.h"
#include "base/thread.h"
#include "twin/wire.h"

#define NEVER INT64_MAX
#define PIECE 16384
#define SLOW_PIECES 4096         /* of what is large: else it takes days */
#define IDLE_US (50 * MG_SECOND_US)
#define MAX_IDLE 32

enum phase { SENDING, TRAVELLING, ANSWERED, REPLYING, LOST, SILENT };

struct connection {
  uint64_t number;
  uint32_t n_requests;
  int dead;                      /* the other side has closed it */
  int64_t idle_us;
};

struct mg_transfer {
  struct mg_transfer *next;
  uint64_t id;
  enum phase phase;
  int64_t due_us;
  int paused, sent;
  struct mg_submit submit;       /* its texts are ours, headers stand below */
  char *authorization, *content_type;
  struct mg_buf body;
  struct connection connection;
  struct sim_reply reply;
  size_t delivered;
  enum mg_transfer_result result;
  int die_late;
  size_t dies_at;                /* having got so much of a large answer */
};

struct wire {
  struct mg_transport base;
  struct wire_options o;
  struct mg_rand rng;
  struct mg_transfer *flying;    /* in the order of their ids */
  struct connection idle[MAX_IDLE];
  int n_idle;
  struct mg_mutex lock;
  struct mg_cond cond;
  int woken;
};

/* Numbers of requests and connections, of one life of the program. */
static uint64_t last_id, last_connection;

static int64_t
one_way (struct wire *w)
{
  return w->o.way_us
         + (int64_t) mg_rand_below (&w->rng, (uint64_t) w->o.jitter_us + 1);
}

/* --- connections ----------------------------------------------------- */

static int
take_connection (struct wire *w, int fresh, struct connection *ret)
{
  int64_t now_us = mg_clock_now_us ();

  while (!fresh && w->n_idle > 0) {
    *ret = w->idle[--w->n_idle];
    if (now_us - ret->idle_us < IDLE_US)
      return 1;
  }
  if (w->o.refused > 0 && mg_rand_unit (&w->rng) < w->o.refused)
    return 0;
  memset (ret, 0, sizeof *ret);
  ret->number = ++last_connection;
  return 1;
}

static void
give_back (struct wire *w, struct mg_transfer *t)
{
  if (t->result != MG_TRANSFER_OK || w->n_idle == MAX_IDLE)
    return;
  if (t->reply.wire == SIM_WIRE_LONGER)
    return;                      /* curl sees bytes that it did not ask for */
  t->connection.dead = t->reply.wire == SIM_WIRE_CLOSE;
  t->connection.idle_us = mg_clock_now_us ();
  w->idle[w->n_idle++] = t->connection;
}

/* --- one transfer ---------------------------------------------------- */

static struct mg_transfer **
place_of (struct wire *w, const struct mg_transfer *t)
{
  struct mg_transfer **at = &w->flying;

  while (*at != t)
    at = &(*at)->next;
  return at;
}

static void
transfer_free (struct wire *w, struct mg_transfer *t)
{
  struct mg_transfer **at = place_of (w, t);

  *at = t->next;
  mg_buf_done (&t->body);
  sim_reply_done (&t->reply);
  mg_free ((char *) t->submit.method);
  mg_free ((char *) t->submit.url);
  mg_free (t->authorization);
  mg_free (t->content_type);
  mg_free (t);
}

static void
finish (struct wire *w, struct mg_transfer *t, enum mg_transfer_result result)
{
  static const char *const texts[] = {
    [MG_TRANSFER_CONNECT] = "connection refused",
    [MG_TRANSFER_LOST] = "the connection was closed",
    [MG_TRANSFER_REWIND] = "the connection was dead",
    [MG_TRANSFER_TRUNCATED] = "the answer is too short",
    [MG_TRANSFER_ABORTED] = "ended by a callback",
  };
  const struct mg_transfer_ops *ops = t->submit.ops;
  struct mg_transfer_end end = { .result = result, .sent = t->sent };
  void *opaque = t->submit.opaque;
  int die = t->die_late;

  if (result != MG_TRANSFER_OK)
    snprintf (end.text, sizeof end.text, "%s", texts[result]);
  t->result = result;
  give_back (w, t);
  transfer_free (w, t);
  ops->on_end (opaque, &end);
  if (die)
    link_die (w->o.link);
}

static char *
copy_header (const struct mg_submit *s, const char *name)
{
  size_t i, n = strlen (name);

  for (i = 0; s->headers != NULL && s->headers[i] != NULL; i++)
    if (strncasecmp (s->headers[i], name, n) == 0 && s->headers[i][n] == ':'
        && s->headers[i][n + 1] == ' ')
      return mg_xstrdup (s->headers[i] + n + 2);
  return NULL;
}

/* All of it leaves at once. */
static void
depart (struct wire *w, struct mg_transfer *t)
{
  const struct mg_submit *s = &t->submit;
  const char *host = strstr (s->url, "://") + 3;
  size_t host_len = strcspn (host, "/");
  MG_CLEANUP_FREE char *name = mg_xstrndup (host, host_len);
  struct world_request q = {
    .id = t->id, .end = w->o.end, .method = s->method,
    .target = host + host_len, .host = name,
    .authorization = t->authorization, .content_type = t->content_type,
    .body = t->body.len ? t->body.data : NULL, .body_len = t->body.len,
    .connection = t->connection.number,
    .connection_seq = t->connection.n_requests++,
  };

  t->sent = 1;
  t->phase = TRAVELLING;
  t->due_us = mg_clock_now_us () + one_way (w);
  link_send (w->o.link, &q);
}

static void
send_body (struct wire *w, struct mg_transfer *t, int fresh)
{
  const struct mg_submit *s = &t->submit;
  char piece[PIECE];
  long n = 0;

  while (s->body_len >= 0
         && (n = s->ops->read_body (s->opaque, piece, sizeof piece)) > 0)
    mg_buf_add (&t->body, piece, (size_t) n);
  if (n == MG_TRANSFER_PAUSE) {
    t->paused = 1;
    return;
  }
  if (n < 0)
    finish (w, t, MG_TRANSFER_ABORTED);
  else if (!take_connection (w, fresh || (s->once && s->body_len <= 0),
                             &t->connection))
    finish (w, t, MG_TRANSFER_CONNECT);
  else
    depart (w, t);
}

/* The connection ended before the first byte of a reply.  RULE-ONCE is about
 * what comes now. */
static void
connection_lost (struct wire *w, struct mg_transfer *t)
{
  int reused = t->connection.n_requests > 1;

  if (reused && t->submit.once) {
    finish (w, t, MG_TRANSFER_REWIND);
    return;
  }
  if (!reused || t->submit.ops->rewind_body (t->submit.opaque) < 0) {
    finish (w, t, MG_TRANSFER_LOST);
    return;
  }
  mg_buf_reset (&t->body);
  t->id = ++last_id;
  send_body (w, t, 1);
}

/* Half of those who die of a large answer do in its midst. */
static size_t
dying_at (struct wire *w, const struct mg_transfer *t)
{
  size_t len;

  (void) sim_reply_bytes (&t->reply, &len);
  if (!t->die_late || len <= WORLD_LARGE || mg_rand_below (&w->rng, 2) == 0)
    return SIZE_MAX;
  return (size_t) mg_rand_below (&w->rng, len);
}

static void
arrive (struct wire *w, struct mg_transfer *t)
{
  int64_t now_us = mg_clock_now_us ();

  if (t->connection.dead) {
    link_drop (w->o.link, t->id);
    t->phase = LOST;
    t->due_us = now_us + one_way (w);
    return;
  }
  link_serve (w->o.link, t->id, now_us, &t->reply, &t->die_late);
  t->dies_at = dying_at (w, t);
  t->due_us = now_us + t->reply.delay_us + one_way (w);
  t->phase = t->reply.wire == SIM_WIRE_CUT ? LOST
             : t->reply.wire == SIM_WIRE_SILENT ? SILENT : ANSWERED;
  if (t->phase == SILENT)
    t->due_us = NEVER;
}

/* --- the reply ------------------------------------------------------- */

static void
deliver_head (struct wire *w, struct mg_transfer *t)
{
  static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue",
                                      "Wed" };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
                                        "Jun", "Jul", "Aug", "Sep", "Oct",
                                        "Nov", "Dec" };
  const struct mg_submit *s = &t->submit;
  int64_t wall_us = WORLD_BEGIN_WALL_US + mg_clock_now_us () - WORLD_BEGIN_US
                    + w->o.link->skew_us;
  char iso[24], date[40];
  int i;

  s->ops->on_status (s->opaque, t->reply.status);
  mg_time_iso (wall_us, iso);
  snprintf (date, sizeof date, "%s, %.2s %s %.4s %.8s GMT",
            days[wall_us / MG_SECOND_US / 86400 % 7], iso + 8,
            months[((iso[5] - '0') * 10 + iso[6] - '1') % 12], iso, iso + 11);
  s->ops->on_header (s->opaque, "Date", date);
  if (t->reply.content_type != NULL)
    s->ops->on_header (s->opaque, "Content-Type", t->reply.content_type);
  for (i = 0; i < t->reply.n_headers; i++)
    s->ops->on_header (s->opaque, t->reply.headers[i].name,
                       t->reply.headers[i].value);
}

/* How much of the body comes. */
static size_t
whole_len (const struct mg_transfer *t)
{
  size_t len, arg = (size_t) t->reply.wire_arg;

  (void) sim_reply_bytes (&t->reply, &len);
  if (t->reply.wire == SIM_WIRE_TRUNCATE)
    return arg < len ? arg : len;
  if (t->reply.wire == SIM_WIRE_LONGER)
    return arg < len ? len - arg : 0;
  return len;
}

static void
deliver (struct wire *w, struct mg_transfer *t)
{
  const struct mg_submit *s = &t->submit;
  size_t all, len = whole_len (t);
  const char *bytes = sim_reply_bytes (&t->reply, &all);
  size_t piece = t->reply.wire != SIM_WIRE_SLOW ? PIECE
                 : all > WORLD_LARGE ? all / SLOW_PIECES : 1;

  if (t->phase == ANSWERED) {
    t->phase = REPLYING;
    deliver_head (w, t);
  }
  while (t->delivered < len) {
    size_t n = len - t->delivered < piece ? len - t->delivered : piece;
    int r = s->ops->on_data (s->opaque, bytes + t->delivered, n);

    if (r == MG_TRANSFER_PAUSE) {
      t->paused = 1;
      return;
    }
    if (r < 0) {
      finish (w, t, MG_TRANSFER_ABORTED);
      return;
    }
    t->delivered += n;
    if (t->delivered >= t->dies_at)
      link_die (w->o.link);
    if (t->reply.wire == SIM_WIRE_SLOW) {
      t->due_us += t->reply.wire_arg;
      return;
    }
  }
  finish (w, t, t->reply.wire == SIM_WIRE_TRUNCATE && len < all
                ? MG_TRANSFER_TRUNCATED : MG_TRANSFER_OK);
}

static void
go_on (struct wire *w, struct mg_transfer *t)
{
  switch (t->phase) {
  case SENDING: send_body (w, t, 0); break;
  case TRAVELLING: arrive (w, t); break;
  case LOST: connection_lost (w, t); break;
  case ANSWERED: case REPLYING: deliver (w, t); break;
  case SILENT: break;
  }
}

/* --- the transport's functions --------------------------------------- */

static struct wire *
wire_of (struct mg_transport *base)
{
  return (struct wire *) base;
}

static int
submit (struct mg_transport *base, const struct mg_submit *s,
        struct mg_transfer **ret_transfer, struct mg_error *err)
{
  struct wire *w = wire_of (base);
  struct mg_transfer *t = mg_xcalloc (1, sizeof *t), **at = &w->flying;

  (void) err;
  t->id = ++last_id;
  t->submit = *s;
  t->submit.method = mg_xstrdup (s->method);
  t->submit.url = mg_xstrdup (s->url);
  t->submit.headers = NULL;
  t->authorization = copy_header (s, "Authorization");
  t->content_type = copy_header (s, "Content-Type");
  t->due_us = mg_clock_now_us ();
  mg_buf_init (&t->body, SIM_MAX_REPLY);
  while (*at != NULL)
    at = &(*at)->next;
  *at = t;
  *ret_transfer = t;
  return 0;
}

static void
resume (struct mg_transport *base, struct mg_transfer *t)
{
  (void) base;
  t->paused = 0;
}

static void
cancel (struct mg_transport *base, struct mg_transfer *t, int *ret_sent)
{
  *ret_sent = t->sent;
  /* what was sent arrives all the same: nobody can call it back */
  if (t->phase == TRAVELLING && !t->connection.dead) {
    int late;

    sim_reply_done (&t->reply);
    link_serve (wire_of (base)->o.link, t->id, mg_clock_now_us (), &t->reply,
                &late);
    if (late)
      link_die (wire_of (base)->o.link);
  }
  else if (t->phase == TRAVELLING)
    link_drop (wire_of (base)->o.link, t->id);
  transfer_free (wire_of (base), t);
}

/* The one that is due first, or NULL; when the next one is. */
static struct mg_transfer *
next_due (struct wire *w, int64_t *ret_due_us)
{
  struct mg_transfer *t, *first = NULL;

  *ret_due_us = NEVER;
  for (t = w->flying; t != NULL; t = t->next)
    if (!t->paused && t->due_us < *ret_due_us) {
      *ret_due_us = t->due_us;
      first = t;
    }
  return *ret_due_us <= mg_clock_now_us () ? first : NULL;
}

static void
step (struct mg_transport *base, int64_t timeout_us)
{
  struct wire *w = wire_of (base);
  int64_t now_us = mg_clock_now_us (), due_us;
  int64_t until_us = timeout_us > NEVER - now_us ? NEVER : now_us + timeout_us;
  struct mg_transfer *t;
  int n = 0;

  for (;;) {
    while ((t = next_due (w, &due_us)) != NULL) {
      go_on (w, t);
      n++;
    }
    MG_LOCKED (&w->lock);
    if (n > 0 || w->woken || mg_clock_now_us () >= until_us)
      break;
    if (until_us < due_us)
      due_us = until_us;
    if (due_us == NEVER)
      mg_cond_wait (&w->cond, &w->lock);
    else
      mg_cond_wait_until (&w->cond, &w->lock, due_us);
  }
  MG_LOCKED (&w->lock);
  w->woken = 0;
}

static void
wake (struct mg_transport *base)
{
  struct wire *w = wire_of (base);

  MG_LOCKED (&w->lock);
  w->woken = 1;
  mg_cond_signal (&w->cond);
}

static void
free_wire (struct mg_transport *base)
{
  struct wire *w = wire_of (base);
  int sent;

  while (w->flying != NULL)
    cancel (base, w->flying, &sent);
  mg_cond_done (&w->cond);
  mg_mutex_done (&w->lock);
  mg_free (w);
}

static const struct mg_transport_class wire_class = {
  .submit = submit,
  .resume = resume,
  .cancel = cancel,
  .step = step,
  .wake = wake,
  .free = free_wire,
};

struct mg_transport *
wire_new (const struct wire_options *options)
{
  struct wire *w = mg_xcalloc (1, sizeof *w);

  w->base.ops = &wire_class;
  w->o = *options;
  mg_rand_seed (&w->rng, options->seed);
  mg_mutex_init (&w->lock);
  mg_cond_init (&w->cond);
  return &w->base;
}
