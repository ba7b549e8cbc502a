/* The scripted server: see replier.h.  The lock protects what tests look at:
 * the requests and the counters. */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/parse.h"
#include "base/thread.h"
#include "replier.h"

#define MAX_CONNECTIONS 64
#define MAX_REQUESTS 4096
#define KEEP (64 * 1024)

struct connection {
  int fd;
  struct mg_buf in;              /* head, and body up to KEEP */
  size_t head_len, body_len, body_got;
  struct mg_buf out;
  size_t sent;
  int close_after, stall_after, slow;
};

struct request {
  char *text;
  size_t body_len;
};

struct replier {
  const struct reply *script;
  size_t n_script, at;
  int times;                     /* the reply at 'at' was given */
  int listener;
  int quit[2];
  char url[64];
  struct mg_thread thread;
  struct connection connections[MAX_CONNECTIONS];
  struct mg_mutex lock;
  struct request requests[MAX_REQUESTS];
  int n_requests, n_connections;
};

static const struct reply over = {
  .status = 500, .body = "{\"error_code\":\"SCRIPT_OVER\",\"message\":\"\"}",
};

static const struct reply *
next_reply (struct replier *s)
{
  const struct reply *reply;

  if (s->at >= s->n_script)
    return &over;
  reply = &s->script[s->at];
  if (reply->times >= 0 && ++s->times >= (reply->times ? reply->times : 1)) {
    s->at++;
    s->times = 0;
  }
  return reply;
}

static const struct reply *
peek_reply (const struct replier *s)
{
  return s->at < s->n_script ? &s->script[s->at] : &over;
}

static void
hang_up (struct connection *c, int reset)
{
  struct linger linger = { 1, 0 };

  if (reset)
    setsockopt (c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  close (c->fd);
  mg_buf_done (&c->in);
  mg_buf_done (&c->out);
  memset (c, 0, sizeof *c);
  c->fd = -1;
}

static void
build_answer (const struct replier *s, struct connection *c,
              const struct reply *reply)
{
  const char *body = reply->body ? reply->body : "{}";
  const char *own = reply->body_len ? NULL : strstr (body, "${url}");
  MG_CLEANUP_FREE char *named =
    own == NULL ? NULL : mg_xasprintf ("%.*s%s%s", (int) (own - body), body,
                                       s->url, own + 6);
  size_t len;

  if (named != NULL)
    body = named;
  len = reply->body_len ? reply->body_len : strlen (body);

  if (reply->raw != NULL) {
    mg_buf_add_str (&c->out, reply->raw);
    return;
  }
  mg_buf_addf (&c->out, "HTTP/1.1 %d Scripted\r\nContent-Length: %zu\r\n",
               reply->status, len);
  if (reply->headers == NULL || strstr (reply->headers, "Content-Type") == NULL)
    mg_buf_add_str (&c->out, "Content-Type: application/json\r\n");
  if (reply->headers != NULL)
    mg_buf_add_str (&c->out, reply->headers);
  mg_buf_add_str (&c->out, "\r\n");
  if (strncmp (mg_buf_text (&c->in), "HEAD ", 5) != 0)
    mg_buf_add (&c->out, body, len);
}

/* The request is whole: it counts, and the script says what follows. */
static void
answer (struct replier *s, struct connection *c)
{
  const struct reply *reply;

  mg_mutex_lock (&s->lock);
  if (s->n_requests < MAX_REQUESTS) {
    s->requests[s->n_requests].text = mg_xstrdup (mg_buf_text (&c->in));
    s->requests[s->n_requests++].body_len = c->body_got;
  }
  mg_mutex_unlock (&s->lock);
  reply = next_reply (s);
  if (reply->how == REPLY_CLOSE || reply->how == REPLY_RESET) {
    hang_up (c, reply->how == REPLY_RESET);
    return;
  }
  if (reply->how != REPLY_STALL)
    build_answer (s, c, reply);
  c->close_after = reply->how == REPLY_SEND_CLOSE;
  c->stall_after = reply->how == REPLY_STALL || reply->how == REPLY_SEND_STALL;
  c->slow = reply->how == REPLY_SLOW;
  mg_buf_reset (&c->in);
  c->head_len = c->body_len = c->body_got = 0;
}

static void
parse_head (struct connection *c)
{
  const char *text = mg_buf_text (&c->in);
  const char *end = strstr (text, "\r\n\r\n");
  const char *p;
  int64_t len = 0;

  if (end == NULL)
    return;
  c->head_len = (size_t) (end - text) + 4;
  for (p = text; p < end; p = strstr (p, "\r\n") + 2)
    if (strncasecmp (p, "content-length:", 15) == 0) {
      MG_CLEANUP_FREE char *number =
        mg_xstrndup (p + 16, strcspn (p + 16, "\r"));

      mg_parse_int64 (number, &len);
    }
  c->body_len = (size_t) len;
  c->body_got = c->in.len - c->head_len;
}

static void
read_some (struct replier *s, struct connection *c)
{
  static char chunk[65536];
  ssize_t n = read (c->fd, chunk, sizeof chunk);

  if (n <= 0) {
    if (n == 0 || (errno != EAGAIN && errno != EINTR))
      hang_up (c, 0);
    return;
  }
  if (peek_reply (s)->how == REPLY_RESET_EARLY) {
    next_reply (s);
    hang_up (c, 1);
    return;
  }
  if (c->head_len == 0) {
    mg_buf_add (&c->in, chunk, (size_t) n);
    parse_head (c);
  }
  else {
    c->body_got += (size_t) n;
    if (c->in.len < KEEP)
      mg_buf_add (&c->in, chunk,
                  (size_t) n < KEEP - c->in.len ? (size_t) n
                                                : KEEP - c->in.len);
  }
  if (c->head_len > 0 && c->body_got >= c->body_len && !c->stall_after)
    answer (s, c);
}

static void
write_some (struct connection *c)
{
  size_t len = c->out.len - c->sent;
  ssize_t n = send (c->fd, c->out.data + c->sent, c->slow ? 1 : len,
                    MSG_NOSIGNAL);

  if (n < 0 && errno != EAGAIN && errno != EINTR) {
    hang_up (c, 0);
    return;
  }
  if (n > 0)
    c->sent += (size_t) n;
  if (c->sent < c->out.len)
    return;
  mg_buf_reset (&c->out);
  c->sent = 0;
  if (c->close_after)
    hang_up (c, 0);
}

static void
accept_one (struct replier *s)
{
  int fd = accept (s->listener, NULL, NULL);
  int i, on = 1;

  if (fd < 0)
    return;
  for (i = 0; i < MAX_CONNECTIONS && s->connections[i].fd >= 0; i++)
    ;
  if (i == MAX_CONNECTIONS) {
    close (fd);
    return;
  }
  fcntl (fd, F_SETFL, O_NONBLOCK);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  s->connections[i].fd = fd;
  mg_buf_init (&s->connections[i].in, 1 << 20);
  mg_buf_init (&s->connections[i].out, 64 << 20);
  mg_mutex_lock (&s->lock);
  s->n_connections++;
  mg_mutex_unlock (&s->lock);
}

static void
serve (void *opaque)
{
  struct replier *s = opaque;
  struct pollfd p[MAX_CONNECTIONS + 2];
  int i;

  for (;;) {
    p[0] = (struct pollfd) { .fd = s->listener, .events = POLLIN };
    p[1] = (struct pollfd) { .fd = s->quit[0], .events = POLLIN };
    for (i = 0; i < MAX_CONNECTIONS; i++) {
      struct connection *c = &s->connections[i];

      p[i + 2] = (struct pollfd) { .fd = c->fd, .events = POLLIN };
      if (c->fd >= 0 && c->out.len > c->sent)
        p[i + 2].events |= POLLOUT;
    }
    poll (p, MAX_CONNECTIONS + 2, -1);
    if (p[1].revents)
      return;
    for (i = 0; i < MAX_CONNECTIONS; i++) {
      struct connection *c = &s->connections[i];

      if (c->fd >= 0 && (p[i + 2].revents & POLLOUT))
        write_some (c);
      if (c->fd >= 0 && (p[i + 2].revents & (POLLIN | POLLHUP | POLLERR)))
        read_some (s, c);
    }
    if (p[0].revents)
      accept_one (s);
  }
}

struct replier *
replier_start (const struct reply *script, size_t n)
{
  struct replier *s = mg_xcalloc (1, sizeof *s);
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t len = sizeof address;
  int i;

  s->script = script;
  s->n_script = n;
  for (i = 0; i < MAX_CONNECTIONS; i++)
    s->connections[i].fd = -1;
  mg_mutex_init (&s->lock);
  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  s->listener = socket (AF_INET, SOCK_STREAM, 0);
  if (s->listener < 0
      || bind (s->listener, (struct sockaddr *) &address, sizeof address) < 0
      || listen (s->listener, 64) < 0
      || getsockname (s->listener, (struct sockaddr *) &address, &len) < 0
      || pipe (s->quit) < 0)
    mg_bug ("no server: %s", strerror (errno));
  fcntl (s->listener, F_SETFL, O_NONBLOCK);
  snprintf (s->url, sizeof s->url, "http://127.0.0.1:%d",
            ntohs (address.sin_port));
  if (mg_thread_start (&s->thread, "replier", serve, s) < 0)
    mg_bug ("no thread for the server");
  return s;
}

void
replier_stop (struct replier *s)
{
  int i;

  if (write (s->quit[1], "q", 1) != 1)
    mg_bug ("the server cannot be stopped");
  mg_thread_join (&s->thread);
  for (i = 0; i < MAX_CONNECTIONS; i++)
    if (s->connections[i].fd >= 0)
      hang_up (&s->connections[i], 0);
  for (i = 0; i < s->n_requests; i++)
    mg_free (s->requests[i].text);
  close (s->listener);
  close (s->quit[0]);
  close (s->quit[1]);
  mg_mutex_done (&s->lock);
  mg_free (s);
}

const char *
replier_url (const struct replier *s)
{
  return s->url;
}

int
replier_n (struct replier *s)
{
  MG_LOCKED (&s->lock);
  return s->n_requests;
}

const char *
replier_request (struct replier *s, int i)
{
  MG_LOCKED (&s->lock);
  return i < s->n_requests ? s->requests[i].text : "";
}

size_t
replier_body_len (struct replier *s, int i)
{
  MG_LOCKED (&s->lock);
  return i < s->n_requests ? s->requests[i].body_len : 0;
}

int
replier_n_connections (struct replier *s)
{
  MG_LOCKED (&s->lock);
  return s->n_connections;
}
