/* The yardstick server of 'make bench': HTTP/1.1 with kept connections over
 * bare epoll, in one thread, so that the client is what gets measured.
 *
 *   replier [--users N] [--groups N] [--experiments N] [--folders N]
 *           [--notebooks N] [--latency-us N] [--org ID]
 *
 * Listens on a loopback port of the kernel's choice, prints its URL, and runs
 * until SIGTERM.  With a latency each answer leaves that long after its request
 * was whole.  GET /_replier/counters tells what was asked.
 */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/parse.h"
#include "base/str.h"
#include "replier.h"

#define MAX_IN (1 << 20)
#define MAX_OUT (16 << 20)
#define READ_SIZE 65536
#define N_EVENTS 256

struct connection {
  int fd;
  struct mg_buf in, out;
  size_t sent;
  int64_t due_us;                  /* of the answer in 'out' */
  int waits;                       /* it is not due yet */
  struct connection *next;         /* those that wait: latency is constant, so
                                      a queue is in order */
};

struct server {
  struct replies replies;
  int epoll, listener, timer;
  int64_t latency_us;
  struct connection *first, **last;
};

static volatile sig_atomic_t stopped;

static void
on_signal (int signal)
{
  (void) signal;
  stopped = 1;
}

static void
drop (struct connection *c)
{
  close (c->fd);
  mg_buf_done (&c->in);
  mg_buf_done (&c->out);
  mg_free (c);
}

/* 0, or -1 when the connection is gone. */
static int
send_out (struct server *s, struct connection *c)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
  ssize_t n;

  n = send (c->fd, c->out.data + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN)
    return -1;
  c->sent += n > 0 ? (size_t) n : 0;
  if (c->sent < c->out.len) {
    event.events = EPOLLOUT;
    epoll_ctl (s->epoll, EPOLL_CTL_MOD, c->fd, &event);
    return 0;
  }
  if (n < 0 || (size_t) n < c->out.len)      /* it had to wait for room */
    epoll_ctl (s->epoll, EPOLL_CTL_MOD, c->fd, &event);
  mg_buf_reset (&c->out);
  c->sent = 0;
  return 0;
}

static void
set_timer (struct server *s, int64_t due_us)
{
  int64_t left_us = due_us - mg_clock_now_us ();
  struct itimerspec at = { { 0, 0 }, { 0, 1000 } };

  if (left_us > 0) {
    at.it_value.tv_sec = (time_t) (left_us / MG_SECOND_US);
    at.it_value.tv_nsec = (long) (left_us % MG_SECOND_US) * 1000;
  }
  timerfd_settime (s->timer, 0, &at, NULL);
}

static void
answer_later (struct server *s, struct connection *c)
{
  c->due_us = mg_clock_now_us () + s->latency_us;
  c->waits = 1;
  c->next = NULL;
  *s->last = c;
  s->last = &c->next;
  if (s->first == c)
    set_timer (s, c->due_us);
}

static void
send_due (struct server *s)
{
  int64_t now_us = mg_clock_now_us ();

  while (s->first != NULL && s->first->due_us <= now_us) {
    struct connection *c = s->first;

    s->first = c->next;
    if (s->first == NULL)
      s->last = &s->first;
    c->waits = 0;
    if (send_out (s, c) < 0)
      drop (c);
  }
  if (s->first != NULL)
    set_timer (s, s->first->due_us);
}

/* ---- requests ---- */

static size_t
content_length (const char *head)
{
  const char *line = head;
  int64_t len = 0;

  while ((line = strstr (line, "\r\n")) != NULL && line[2] != '\r') {
    line += 2;
    if (strncasecmp (line, "content-length:", 15) == 0) {
      for (line += 15; *line == ' '; line++)
        ;
      for (len = 0; *line >= '0' && *line <= '9'; line++)
        len = 10 * len + (*line - '0');
    }
  }
  return (size_t) len;
}

/* Answers the first request when it is whole; how many bytes it was. */
static size_t
take_request (struct server *s, struct connection *c)
{
  struct call call = { 0 };
  char *head = c->in.data, *end, *path, *space;
  size_t head_len, body_len;

  if (c->in.len == 0 || mg_buf_reserve (&c->in, 1) == NULL)
    return 0;
  c->in.data[c->in.len] = '\0';
  end = strstr (c->in.data, "\r\n\r\n");
  if (end == NULL)
    return 0;
  head = c->in.data;
  head_len = (size_t) (end - head) + 4;
  body_len = content_length (head);
  if (c->in.len < head_len + body_len)
    return 0;
  path = strchr (head, ' ');
  space = path ? strchr (path + 1, ' ') : NULL;
  if (space == NULL || space > end)
    return c->in.len;
  call.is_post = *head == 'P';
  call.path = path + 1;
  *space = '\0';
  call.body = head + head_len;
  call.body_len = body_len;
  replies_answer (&s->replies, &call, &c->out);
  return head_len + body_len;
}

static void
on_bytes (struct server *s, struct connection *c)
{
  char *room = mg_buf_reserve (&c->in, READ_SIZE);
  ssize_t n = room ? recv (c->fd, room, READ_SIZE - 1, 0) : -1;
  size_t used;

  if (n < 0 && errno == EAGAIN)
    return;
  if (n <= 0) {
    if (!c->waits)                 /* else the queue still points to it */
      drop (c);
    else
      epoll_ctl (s->epoll, EPOLL_CTL_DEL, c->fd, NULL);
    return;
  }
  c->in.len += (size_t) n;
  used = take_request (s, c);
  if (used == 0)
    return;
  memmove (c->in.data, c->in.data + used, c->in.len - used);
  c->in.len -= used;
  if (s->latency_us > 0)
    answer_later (s, c);
  else if (send_out (s, c) < 0)
    drop (c);
}

/* ---- the whole ---- */

static void
accept_one (struct server *s)
{
  struct connection *c;
  struct epoll_event event = { .events = EPOLLIN };
  int on = 1, fd = accept4 (s->listener, NULL, NULL, SOCK_NONBLOCK);

  if (fd < 0)
    return;
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  c = mg_xcalloc (1, sizeof *c);
  c->fd = fd;
  mg_buf_init (&c->in, MAX_IN);
  mg_buf_init (&c->out, MAX_OUT);
  event.data.ptr = c;
  epoll_ctl (s->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void
serve (struct server *s)
{
  struct epoll_event events[N_EVENTS];
  uint64_t ticks;
  int i, n;

  while (!stopped) {
    n = epoll_wait (s->epoll, events, N_EVENTS, -1);
    for (i = 0; i < n; i++) {
      struct connection *c = events[i].data.ptr;

      if (events[i].data.ptr == &s->listener)
        accept_one (s);
      else if (events[i].data.ptr == &s->timer) {
        if (read (s->timer, &ticks, sizeof ticks) > 0)
          send_due (s);
      }
      else if (events[i].events & EPOLLOUT) {
        if (send_out (s, c) < 0)
          drop (c);
      }
      else
        on_bytes (s, c);
    }
  }
}

static void
watch (struct server *s, int fd, void *what)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = what };

  epoll_ctl (s->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* The port, or -1. */
static int
listen_on_loopback (struct server *s)
{
  struct sockaddr_in at = { .sin_family = AF_INET };
  socklen_t len = sizeof at;

  at.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  s->epoll = epoll_create1 (0);
  s->timer = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK);
  s->listener = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (s->epoll < 0 || s->timer < 0 || s->listener < 0
      || bind (s->listener, (struct sockaddr *) &at, sizeof at) < 0
      || listen (s->listener, 512) < 0
      || getsockname (s->listener, (struct sockaddr *) &at, &len) < 0)
    return -1;
  watch (s, s->listener, &s->listener);
  watch (s, s->timer, &s->timer);
  return ntohs (at.sin_port);
}

static int
read_options (struct server *s, int argc, char **argv)
{
  int i;

  for (i = 1; i < argc; i += 2) {
    int64_t value;

    if (i + 1 == argc || mg_parse_int64 (argv[i + 1], &value) < 0 || value < 0)
      return -1;
    if (mg_streq (argv[i], "--users"))
      replies_populate (&s->replies, USERS, value);
    else if (mg_streq (argv[i], "--groups"))
      replies_populate (&s->replies, GROUPS, value);
    else if (mg_streq (argv[i], "--experiments"))
      replies_populate (&s->replies, EXPERIMENTS, value);
    else if (mg_streq (argv[i], "--folders"))
      tree_populate (&s->replies, value, 0);
    else if (mg_streq (argv[i], "--notebooks"))
      tree_populate (&s->replies, 0, value);
    else if (mg_streq (argv[i], "--latency-us"))
      s->latency_us = value;
    else if (mg_streq (argv[i], "--org"))
      s->replies.org_id = value;
    else
      return -1;
  }
  return 0;
}

int
main (int argc, char **argv)
{
  static struct server s;
  int port;

  s.last = &s.first;
  s.replies.org_id = 1;
  mg_buf_init (&s.replies.body, MAX_OUT);
  if (read_options (&s, argc, argv) < 0) {
    fprintf (stderr, "usage: replier [--users N] [--groups N] [--experiments N]"
             " [--folders N] [--notebooks N] [--latency-us N] [--org ID]\n");
    return 2;
  }
  signal (SIGTERM, on_signal);
  signal (SIGINT, on_signal);
  signal (SIGPIPE, SIG_IGN);
  port = listen_on_loopback (&s);
  if (port < 0) {
    fprintf (stderr, "replier: cannot listen\n");
    return 1;
  }
  printf ("http://127.0.0.1:%d\n", port);
  fflush (stdout);
  serve (&s);
  replies_done (&s.replies);
  return 0;
}
