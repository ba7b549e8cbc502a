/* The world: see world.h. */
#include <config.h>

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "twin/world.h"

#define MAX_LINE (64 * 1024)

struct world_pending {
  uint64_t id;
  int end;
  char *method, *target, *host, *authorization, *content_type, *body;
  size_t body_len;
  uint64_t connection;
  uint32_t connection_seq;
};

static const char *const names[WORLD_ENDS] = { "old", "new" };

/* --- history --------------------------------------------------------- */

void
world_say (struct world *w, int64_t now_us, const char *format, ...)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf raw = MG_BUF_INIT (MAX_LINE);
  MG_CLEANUP (mg_buf_done) struct mg_buf line = MG_BUF_INIT (4 * MAX_LINE);
  va_list args;

  va_start (args, format);
  mg_buf_vaddf (&raw, format, args);
  va_end (args);
  mg_buf_addf (&line, "%14.6f ", (double) (now_us - WORLD_BEGIN_US) / 1e6);
  mg_buf_add_printable (&line, mg_buf_text (&raw));
  mg_buf_add_byte (&line, '\n');
  mg_digest_add (&w->digest, line.data, line.len);
  w->n_lines++;
  if (w->out != NULL) {
    fputs (line.data, w->out);
    fflush (w->out);
  }
}

void
world_digest (struct world *w, char ret_text[17])
{
  struct mg_digest copy = w->digest;
  unsigned char sha[MG_DIGEST_LEN];

  mg_digest_end (&copy, sha);
  mg_hex (sha, 8, ret_text);
}

static void
say_request (struct world *w, int end, const char *fate)
{
  struct sim *s = w->sims[end];
  struct sim_record r;

  sim_ledger_get (s, sim_ledger_count (s) - 1, &r);
  world_say (w, w->now_us, "%s %s %s [%" PRIu64 ".%" PRIu32 "] %d%s%s%s%s%s%s"
             "%s%s%s%s %s%s", names[end], r.method, r.path, r.connection,
             r.connection_seq, r.status,
             strcmp (r.effect, "none") ? " " : "",
             strcmp (r.effect, "none") ? r.effect : "",
             *r.id ? " " : "", r.id, *r.key ? " '" : "", r.key,
             *r.key ? "'" : "", *r.fault ? " fault " : "", r.fault,
             strcmp (r.verdict, "refused") ? "" : " limited",
             r.digest[0] ? r.digest + 24 : "-", fate);
}

/* --- what is on its way ---------------------------------------------- */

static void
pending_free (struct world_pending *p)
{
  mg_free (p->method);
  mg_free (p->target);
  mg_free (p->host);
  mg_free (p->authorization);
  mg_free (p->content_type);
  mg_free (p->body);
}

void
world_send (struct world *w, const struct world_request *q)
{
  struct world_pending *p;

  w->pending = mg_xreallocarray (w->pending, (size_t) w->n_pending + 1,
                                 sizeof *p);
  p = &w->pending[w->n_pending++];
  p->id = q->id;
  p->end = q->end;
  p->method = mg_xstrdup (q->method);
  p->target = mg_xstrdup (q->target);
  p->host = mg_xstrdup (q->host);
  p->authorization = mg_xstrdup (q->authorization);
  p->content_type = mg_xstrdup (q->content_type);
  p->body = q->body ? mg_xmemdup (q->body, q->body_len) : NULL;
  p->body_len = q->body_len;
  p->connection = q->connection;
  p->connection_seq = q->connection_seq;
}

static struct world_pending
take (struct world *w, int i)
{
  struct world_pending p = w->pending[i];

  w->n_pending--;
  memmove (w->pending + i, w->pending + i + 1,
           (size_t) (w->n_pending - i) * sizeof p);
  return p;
}

static int
find (const struct world *w, uint64_t id)
{
  int i;

  for (i = 0; i < w->n_pending; i++)
    if (w->pending[i].id == id)
      return i;
  mg_bug ("request %" PRIu64 " was never sent", id);
}

void
world_drop (struct world *w, uint64_t id)
{
  struct world_pending p = take (w, find (w, id));

  world_say (w, w->now_us, "%s %s %s never arrives", names[p.end], p.method,
             p.target);
  pending_free (&p);
}

static void
step (struct world *w, const struct world_pending *p,
      struct sim_reply *ret_reply)
{
  struct sim_request q = {
    .method = p->method, .target = p->target, .host = p->host,
    .scheme = "https", .authorization = p->authorization,
    .content_type = p->content_type, .body = p->body,
    .body_len = p->body_len, .connection = p->connection,
    .connection_seq = p->connection_seq,
  };

  sim_step (w->sims[p->end], &q,
            WORLD_BEGIN_WALL_US + w->now_us - WORLD_BEGIN_US + w->skew_us,
            &w->rng[p->end], ret_reply);
}

static int
strikes (struct world *w, enum world_moment moment, int64_t n)
{
  if (w->moment != moment || w->nth != n || w->killed)
    return 0;
  w->killed = 1;
  return 1;
}

/* A file that is streamed, of which nothing but the request is known. */
static int
is_large (const struct world_pending *p)
{
  return p->body_len > WORLD_LARGE
         || strstr (p->target, "direct_download=true") != NULL;
}

/* Which one it is, of those that count; 0: it does not. */
static int64_t
count (struct world *w, const struct world_pending *p)
{
  int large = is_large (p);

  w->n_requests++;
  w->n_large += large;
  return !w->of_large ? w->n_requests : large ? w->n_large : 0;
}

enum world_verdict
world_serve (struct world *w, uint64_t id, int64_t now_us,
             struct sim_reply *ret_reply)
{
  struct world_pending p = take (w, find (w, id));
  enum world_verdict verdict = WORLD_GO_ON;
  int64_t n = count (w, &p);

  w->now_us = now_us;
  memset (ret_reply, 0, sizeof *ret_reply);
  mg_buf_init (&ret_reply->body, SIM_MAX_REPLY);
  if (strikes (w, WORLD_BEFORE, n)) {
    world_say (w, now_us, "killed at request %" PRId64 ", %s %s, before its "
               "effect", n, p.method, p.target);
    pending_free (&p);
    return WORLD_DIE;
  }
  step (w, &p, ret_reply);
  if (strikes (w, WORLD_AFTER, n))
    verdict = WORLD_DIE;
  else if (strikes (w, WORLD_REPLIED, n))
    verdict = WORLD_DIE_LATE;
  else if (strikes (w, WORLD_STOPPED, n))
    verdict = WORLD_STOP;
  say_request (w, p.end, verdict == WORLD_DIE ? " KILLED before the reply"
               : verdict == WORLD_DIE_LATE ? " KILLED after the reply"
               : verdict == WORLD_STOP ? " and it is asked to stop" : "");
  pending_free (&p);
  return verdict;
}

enum world_verdict
world_commit (struct world *w, int synced, int64_t now_us)
{
  int64_t n;

  w->n_commits += !synced && (!w->of_large || w->n_large > 0);
  n = w->n_commits;
  w->now_us = now_us;
  if (!strikes (w, synced ? WORLD_COMMITTED : WORLD_COMMIT, n))
    return WORLD_GO_ON;
  world_say (w, now_us, "killed %s commit %" PRId64,
             synced ? "after" : "before", n);
  return WORLD_DIE;
}

void
world_mourn (struct world *w)
{
  struct sim_reply reply;

  while (w->n_pending > 0) {
    struct world_pending p = take (w, 0);

    if (mg_rand_below (&w->chance, 2) == 0) {
      step (w, &p, &reply);
      sim_reply_done (&reply);
      say_request (w, p.end, " was on its way");
    }
    pending_free (&p);
  }
}

/* --- asking ---------------------------------------------------------- */

void
world_ask (struct world *w, int end, const char *method, const char *target,
           const char *body, struct mg_buf *ret_text)
{
  struct sim_reply reply;
  struct sim_request q = {
    .method = method, .target = target, .body = body,
    .body_len = body ? strlen (body) : 0, .local = 1,
  };

  sim_step (w->sims[end], &q,
            WORLD_BEGIN_WALL_US + w->now_us - WORLD_BEGIN_US + w->skew_us,
            &w->rng[end], &reply);
  if (reply.status != 200)
    mg_bug ("%s %s: %s", method, target, mg_buf_text (&reply.body));
  if (ret_text != NULL)
    mg_buf_add (ret_text, mg_buf_text (&reply.body), reply.body.len);
  sim_reply_done (&reply);
}

/* --- begin and end --------------------------------------------------- */

void
world_arm (struct world *w, enum world_moment moment, int64_t nth)
{
  w->moment = moment;
  w->nth = nth;
  w->n_requests = w->n_commits = w->n_large = 0;
  w->of_large = w->killed = 0;
}

void
world_aim (struct world *w, int64_t nth)
{
  w->of_large = 1;
  w->nth = nth;
}

int
world_begin (struct world *w, const struct world_options *o,
             struct mg_error *err)
{
  int i, r = 0;

  memset (w, 0, sizeof *w);
  w->has_tree = o->has_tree;
  w->skew_us = o->skew_us;
  w->now_us = WORLD_BEGIN_US;
  mg_rand_seed (&w->chance, o->seed * 7 + 1);
  mg_digest_init (&w->digest);
  for (i = 0; i < WORLD_ENDS && r == 0; i++) {
    struct sim_config config = o->ends[i];

    config.name = names[i];
    config.seed = o->seed;
    mg_rand_seed (&w->rng[i], o->seed * 31 + (uint64_t) i);
    r = sim_new (&config, WORLD_BEGIN_WALL_US + o->skew_us, &w->sims[i], err);
  }
  if (r < 0)
    world_end (w);
  return r;
}

void
world_end (struct world *w)
{
  int i;

  for (i = 0; i < WORLD_ENDS; i++)
    sim_free (w->sims[i]);
  for (i = 0; i < w->n_pending; i++)
    pending_free (&w->pending[i]);
  mg_free (w->pending);
  memset (w, 0, sizeof *w);
}
