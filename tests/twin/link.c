/* The way to the world: see link.h.  A message is its length, a letter, and
 * numbers and texts in a fixed order; 'serve' and 'commit' are answered. */
#include <config.h>

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "twin/link.h"

#define MAX_MESSAGE ((size_t) SIM_MAX_REPLY)

/* --- bytes ----------------------------------------------------------- */

static void
put_number (struct mg_buf *b, int64_t n)
{
  mg_buf_add (b, &n, sizeof n);
}

static void
put_bytes (struct mg_buf *b, const char *data, size_t len)
{
  put_number (b, data ? (int64_t) len : -1);
  if (data != NULL)
    mg_buf_add (b, data, len);
  mg_buf_add_byte (b, 0);
}

static void
put_text (struct mg_buf *b, const char *text)
{
  put_bytes (b, text, text ? strlen (text) : 0);
}

struct reader { const char *at; };

static int64_t
get_number (struct reader *r)
{
  int64_t n;

  memcpy (&n, r->at, sizeof n);
  r->at += sizeof n;
  return n;
}

static const char *
get_bytes (struct reader *r, size_t *ret_len)
{
  int64_t len = get_number (r);
  const char *data = len < 0 ? NULL : r->at;

  *ret_len = len < 0 ? 0 : (size_t) len;
  r->at += *ret_len + 1;
  return data;
}

static const char *
get_text (struct reader *r)
{
  size_t len;

  return get_bytes (r, &len);
}

static void
write_all (int fd, const void *data, size_t len)
{
  const char *p = data;

  while (len > 0) {
    ssize_t n = write (fd, p, len);

    if (n <= 0)
      _exit (1);                 /* the world is gone */
    p += n;
    len -= (size_t) n;
  }
}

/* 0 at the end of the stream. */
static int
read_all (int fd, void *data, size_t len)
{
  char *p = data;

  while (len > 0) {
    ssize_t n = read (fd, p, len);

    if (n <= 0)
      return 0;
    p += n;
    len -= (size_t) n;
  }
  return 1;
}

static void
begin (struct mg_buf *b, char type)
{
  mg_buf_init (b, MAX_MESSAGE);
  put_number (b, 0);
  mg_buf_add_byte (b, type);
}

static void
post (int fd, struct mg_buf *b)
{
  int64_t len = (int64_t) b->len - (int64_t) sizeof len;

  memcpy (b->data, &len, sizeof len);
  write_all (fd, b->data, b->len);
  mg_buf_done (b);
}

/* The type, or 0 at the end; the rest is in 'b'. */
static char
receive (int fd, struct mg_buf *b, struct reader *ret_reader)
{
  int64_t len;
  char *room;

  mg_buf_reset (b);
  if (!read_all (fd, &len, sizeof len))
    return 0;
  room = mg_buf_reserve (b, (size_t) len);
  if (room == NULL || !read_all (fd, room, (size_t) len))
    return 0;
  ret_reader->at = room + 1;
  return room[0];
}

/* --- the program's side ---------------------------------------------- */

void
link_die (struct link *l)
{
  if (l->dying != NULL)
    l->dying ();
  _exit (LINK_KILLED);
}

void
link_send (struct link *l, const struct world_request *q)
{
  struct mg_buf b;

  if (l->world != NULL) {
    world_send (l->world, q);
    return;
  }
  begin (&b, 'q');
  put_number (&b, (int64_t) q->id);
  put_number (&b, q->end);
  put_text (&b, q->method);
  put_text (&b, q->target);
  put_text (&b, q->host);
  put_text (&b, q->authorization);
  put_text (&b, q->content_type);
  put_bytes (&b, q->body, q->body_len);
  put_number (&b, (int64_t) q->connection);
  put_number (&b, q->connection_seq);
  post (l->fd, &b);
}

void
link_drop (struct link *l, uint64_t id)
{
  struct mg_buf b;

  if (l->world != NULL) {
    world_drop (l->world, id);
    return;
  }
  begin (&b, 'd');
  put_number (&b, (int64_t) id);
  post (l->fd, &b);
}

void
link_say (struct link *l, int64_t now_us, const char *text)
{
  struct mg_buf b;

  if (l->world != NULL) {
    world_say (l->world, now_us, "%s", text);
    return;
  }
  begin (&b, 's');
  put_number (&b, now_us);
  put_text (&b, text);
  post (l->fd, &b);
}

static int64_t
ask (struct link *l, struct mg_buf *b, struct mg_buf *answer,
     struct reader *ret_reader)
{
  post (l->fd, b);
  if (receive (l->fd, answer, ret_reader) == 0)
    _exit (1);
  return get_number (ret_reader);
}

void
link_commit (struct link *l, int synced, int64_t now_us)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf answer = MG_BUF_INIT (MAX_MESSAGE);
  struct reader reader;
  struct mg_buf b;

  if (l->world != NULL) {
    world_commit (l->world, synced, now_us);
    return;
  }
  begin (&b, 'c');
  put_number (&b, synced);
  put_number (&b, now_us);
  if (ask (l, &b, &answer, &reader) != WORLD_GO_ON)
    link_die (l);
}

/* Content types are constants, so that a reply need not own its own. */
static const char *
constant (const char *text)
{
  static const char *const known[] = {
    "application/json", "application/scim+json", "text/plain", "text/html",
    "text/html; charset=utf-8", "application/x-ndjson",
    "application/octet-stream",
  };
  size_t i;

  for (i = 0; text != NULL && i < sizeof known / sizeof known[0]; i++)
    if (strcmp (known[i], text) == 0)
      return known[i];
  return NULL;
}

static void
put_reply (struct mg_buf *b, const struct sim_reply *r)
{
  size_t len;
  const char *bytes = sim_reply_bytes (r, &len);

  put_number (b, r->status);
  put_text (b, r->content_type);
  put_bytes (b, (const char *) r->headers,
             (size_t) r->n_headers * sizeof r->headers[0]);
  put_number (b, r->delay_us);
  put_number (b, r->wire);
  put_number (b, r->wire_arg);
  put_bytes (b, bytes, len);
}

static void
get_reply (struct reader *reader, struct sim_reply *r)
{
  const char *data;
  size_t len;

  r->status = (int) get_number (reader);
  r->content_type = constant (get_text (reader));
  data = get_bytes (reader, &len);
  memcpy (r->headers, data, len);
  r->n_headers = (int) (len / sizeof r->headers[0]);
  r->delay_us = get_number (reader);
  r->wire = (enum sim_wire) get_number (reader);
  r->wire_arg = get_number (reader);
  data = get_bytes (reader, &len);
  mg_buf_init (&r->body, SIM_MAX_REPLY);
  mg_buf_add (&r->body, data, len);
}

void
link_serve (struct link *l, uint64_t id, int64_t now_us,
            struct sim_reply *ret_reply, int *ret_die_late)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf answer = MG_BUF_INIT (MAX_MESSAGE);
  enum world_verdict verdict;
  struct reader reader;
  struct mg_buf b;

  if (l->world != NULL)
    verdict = world_serve (l->world, id, now_us, ret_reply);
  else {
    begin (&b, 'r');
    put_number (&b, (int64_t) id);
    put_number (&b, now_us);
    verdict = (enum world_verdict) ask (l, &b, &answer, &reader);
    if (verdict != WORLD_DIE) {
      memset (ret_reply, 0, sizeof *ret_reply);
      get_reply (&reader, ret_reply);
    }
  }
  if (verdict == WORLD_DIE)
    link_die (l);
  if (verdict == WORLD_STOP && l->stop != NULL)
    l->stop (l->opaque);
  *ret_die_late = verdict == WORLD_DIE_LATE;
}

/* --- the world's side ------------------------------------------------ */

static void
take_request (struct world *w, struct reader *r)
{
  struct world_request q;

  q.id = (uint64_t) get_number (r);
  q.end = (int) get_number (r);
  q.method = get_text (r);
  q.target = get_text (r);
  q.host = get_text (r);
  q.authorization = get_text (r);
  q.content_type = get_text (r);
  q.body = get_bytes (r, &q.body_len);
  q.connection = (uint64_t) get_number (r);
  q.connection_seq = (uint32_t) get_number (r);
  world_send (w, &q);
}

static void
answer_request (struct world *w, struct reader *r, int fd)
{
  uint64_t id = (uint64_t) get_number (r);
  int64_t now_us = get_number (r);
  struct sim_reply reply;
  enum world_verdict verdict = world_serve (w, id, now_us, &reply);
  struct mg_buf b;

  begin (&b, 'a');
  put_number (&b, verdict);
  if (verdict != WORLD_DIE)
    put_reply (&b, &reply);
  post (fd, &b);
  sim_reply_done (&reply);
}

static void
answer_commit (struct world *w, struct reader *r, int fd)
{
  int synced = (int) get_number (r);
  int64_t now_us = get_number (r);
  struct mg_buf b;

  begin (&b, 'a');
  put_number (&b, world_commit (w, synced, now_us));
  post (fd, &b);
}

void
link_attend (struct world *w, int fd)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf message = MG_BUF_INIT (MAX_MESSAGE);
  struct reader r;
  char type;

  while ((type = receive (fd, &message, &r)) != 0) {
    if (type == 'q')
      take_request (w, &r);
    else if (type == 'r')
      answer_request (w, &r, fd);
    else if (type == 'c')
      answer_commit (w, &r, fd);
    else if (type == 'd')
      world_drop (w, (uint64_t) get_number (&r));
    else {
      int64_t now_us = get_number (&r);

      world_say (w, now_us, "%s", get_text (&r));
    }
  }
}
