/* The HTTP shell: libmicrohttpd, one thread per workspace.  An exchange is one
 * request with its reply; it belongs to its server's thread, except while its
 * connection is suspended, when nobody touches it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/parse.h"
#include "base/str.h"
#include "shell.h"

#define CONNECTION_LIMIT 4096
#define MEMORY_LIMIT (256 * 1024)
#define SMALL (64 * 1024)
#define SILENCE_US (3600 * MG_SECOND_US)

struct connection { uint64_t number; uint32_t n_requests; };

enum phase { RECEIVING, WAITING, READY };

struct exchange {
  struct shell *shell;
  struct shell_server *server;       /* that the target chooses */
  enum phase phase;
  char *target;              /* as on the request line */
  char *host;                /* out of it, or NULL */
  struct mg_buf body;
  struct sim_reply reply;
  int64_t next_us;           /* of a slow reply */
  int has_head;
  int too_large;
};

int64_t
shell_now_us (const struct shell *sh)
{
  return sh->born_wall_us
    + (int64_t) ((double) (mg_clock_now_us () - sh->born_us)
                 * sh->time_scale);
}

/* --- connections and exchanges --------------------------------------- */

static void
on_connection (void *cls, struct MHD_Connection *connection, void **context,
               enum MHD_ConnectionNotificationCode what)
{
  static _Atomic uint64_t last;
  struct connection *c;

  (void) cls;
  (void) connection;
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    c = mg_xcalloc (1, sizeof *c);
    c->number = ++last;
    *context = c;
  }
  else {
    mg_free (*context);
    *context = NULL;
  }
}

/* The only place where the target is seen as it was sent. */
static void *
on_uri (void *cls, const char *uri, struct MHD_Connection *connection)
{
  struct shell_server *server = cls;
  struct exchange *x = mg_xcalloc (1, sizeof *x);

  (void) connection;
  x->shell = server->shell;
  x->server = server;
  x->target = mg_xstrdup (uri);
  mg_buf_init (&x->body, SIM_MAX_REQUEST);
  return x;
}

static void
on_completed (void *cls, struct MHD_Connection *connection, void **con_cls,
              enum MHD_RequestTerminationCode why)
{
  struct exchange *x = *con_cls;

  (void) cls;
  (void) connection;
  (void) why;
  if (x == NULL)
    return;
  if (x->reply.kill_pid > 1 && x->reply.kill_late)
    kill ((pid_t) x->reply.kill_pid, SIGKILL);
  mg_free (x->target);
  mg_free (x->host);
  mg_buf_done (&x->body);
  /* what it shows may be shared, also with what another workspace serves */
  mg_mutex_lock (&x->server->lock);
  sim_reply_done (&x->reply);
  mg_mutex_unlock (&x->server->lock);
  mg_free (x);
  *con_cls = NULL;
}

/* --- the step -------------------------------------------------------- */

static int
is_local (struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info =
    MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  const struct sockaddr *a = info ? info->client_addr : NULL;

  if (a != NULL && a->sa_family == AF_INET)
    return ntohl (((const struct sockaddr_in *) (const void *) a)
                  ->sin_addr.s_addr) >> 24 == 127;
  if (a != NULL && a->sa_family == AF_INET6)
    return IN6_IS_ADDR_LOOPBACK (&((const struct sockaddr_in6 *)
                                   (const void *) a)->sin6_addr);
  return 0;
}

/* A target as a proxy gets it: "http://HOST/path" chooses the workspace by
 * HOST, which is a workspace's name, alone or before a dot, or its address
 * and port.  Cuts the target down to the path. */
static void
choose_server (struct exchange *x)
{
  struct shell *sh = x->shell;
  const char *at = strstr (x->target, "://");
  size_t len, label;
  char *rest;
  int i;

  if (x->target[0] == '/' || at == NULL)
    return;
  at += 3;
  len = strcspn (at, "/?");
  x->host = mg_xstrndup (at, len);
  rest = mg_xstrdup (at[len] == '/' ? at + len : "/");
  label = strcspn (x->host, ".:");
  mg_mutex_lock (&sh->url_lock);
  for (i = 0; i < sh->n_servers; i++) {
    const char *name = sh->servers[i].name;

    if (mg_ends (sh->servers[i].url, x->host)
        || (strlen (name) == label
            && strncasecmp (name, x->host, label) == 0)) {
      x->server = &sh->servers[i];
      break;
    }
  }
  mg_mutex_unlock (&sh->url_lock);
  mg_free (x->target);
  x->target = rest;
}

static const char *
header_of (struct MHD_Connection *connection, const char *name)
{
  return MHD_lookup_connection_value (connection, MHD_HEADER_KIND, name);
}

/* Forms may be longer than other requests.  A body whose length is announced
 * gets its room at once: one that grows would be there twice for a moment. */
static void
expect_body (struct MHD_Connection *connection, const char *method,
             struct exchange *x)
{
  struct sim_request q = { .method = method, .target = x->target };
  const char *length = header_of (connection, "Content-Length");
  int64_t n;

  q.content_type = header_of (connection, "Content-Type");
  if (q.content_type == NULL)
    return;
  {
    MG_LOCKED (&x->server->lock);
    x->body.max = sim_max_body (x->server->sim, &q);
  }
  if (x->body.max <= SIM_MAX_REQUEST || length == NULL
      || mg_parse_int64 (length, &n) < 0 || n <= 0
      || (uint64_t) n > x->body.max)
    return;
  x->body.max = (size_t) n;
  if (mg_buf_reserve (&x->body, (size_t) n) == NULL)
    x->too_large = 1;
}

static void
step (struct MHD_Connection *connection, const char *method,
      struct exchange *x)
{
  struct shell_server *server = x->server;
  const union MHD_ConnectionInfo *info =
    MHD_get_connection_info (connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  struct connection *c = info ? info->socket_context : NULL;
  struct sim_request q = { .method = method };

  q.target = x->target;
  q.authorization = header_of (connection, "Authorization");
  q.content_type = header_of (connection, "Content-Type");
  q.host = x->host ? x->host : header_of (connection, "Host");
  q.scheme = server->shell->tls_cert ? "https" : "http";
  q.body = x->body.len > 0 ? x->body.data : NULL;
  q.body_len = x->body.len;
  q.buffer = &x->body;
  q.connection = c ? c->number : 0;
  q.connection_seq = c ? c->n_requests++ : 0;
  q.local = is_local (connection);
  {
    MG_LOCKED (&server->lock);
    sim_step (server->sim, &q, shell_now_us (server->shell), &server->rng,
              &x->reply);
  }
  if (x->reply.kill_pid > 1 && !x->reply.kill_late)
    kill ((pid_t) x->reply.kill_pid, SIGKILL);
}

/* --- replies --------------------------------------------------------- */

static void
add_headers (struct MHD_Response *response, const struct sim_reply *r)
{
  int i;

  if (r->content_type != NULL)
    MHD_add_response_header (response, "Content-Type", r->content_type);
  for (i = 0; i < r->n_headers; i++)
    MHD_add_response_header (response, r->headers[i].name,
                             r->headers[i].value);
}

/* Writes to the socket behind libmicrohttpd's back, for replies that it
 * refuses to send.  Small ones: it waits while the client does not read. */
static void
send_raw (struct MHD_Connection *connection, const char *data, size_t len)
{
  const union MHD_ConnectionInfo *info =
    MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD);

  while (info != NULL && len > 0) {
    ssize_t n = send (info->connect_fd, data, len, MSG_NOSIGNAL);

    if (n > 0) {
      data += n;
      len -= (size_t) n;
    }
    else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
      struct pollfd p = { .fd = info->connect_fd, .events = POLLOUT };

      if (poll (&p, 1, 1000) <= 0)
        return;
    }
    else
      return;
  }
}

/* All of the body after a head that announces 'announced' bytes. */
static enum MHD_Result
reply_raw (struct MHD_Connection *connection, const struct exchange *x,
           size_t announced, size_t sent)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (SIM_MAX_REPLY);
  const struct sim_reply *r = &x->reply;
  size_t len;
  const char *bytes = sim_reply_bytes (r, &len);
  int i;

  if (x->shell->tls_cert != NULL)      /* nothing but a cut fits in there */
    return MHD_NO;
  mg_buf_addf (&text, "HTTP/1.1 %d %s\r\nContent-Length: %zu\r\n", r->status,
               MHD_get_reason_phrase_for ((unsigned) r->status), announced);
  if (r->content_type != NULL)
    mg_buf_addf (&text, "Content-Type: %s\r\n", r->content_type);
  for (i = 0; i < r->n_headers; i++)
    mg_buf_addf (&text, "%s: %s\r\n", r->headers[i].name,
                 r->headers[i].value);
  mg_buf_add_str (&text, "\r\n");
  if (sent > SMALL) {
    send_raw (connection, mg_buf_text (&text), text.len);
    send_raw (connection, bytes, sent);
    return MHD_NO;
  }
  mg_buf_add (&text, bytes, sent);
  send_raw (connection, mg_buf_text (&text), text.len);
  return MHD_NO;
}

struct slow { struct exchange *x; struct MHD_Connection *connection; };

/* One byte at a time; in between the connection is suspended. */
static ssize_t
read_slowly (void *cls, uint64_t pos, char *buf, size_t max)
{
  struct slow *s = cls;
  size_t len;
  int64_t gap_us = (int64_t) ((double) s->x->reply.wire_arg
                              / s->x->shell->time_scale);

  if (max == 0)
    return 0;
  if (mg_clock_now_us () < s->x->next_us) {
    shell_wait_until (s->x->shell, s->connection, s->x->next_us);
    return 0;
  }
  s->x->next_us = mg_clock_now_us () + gap_us;
  buf[0] = sim_reply_bytes (&s->x->reply, &len)[pos];
  return 1;
}

static enum MHD_Result
queue (struct MHD_Connection *connection, struct exchange *x,
       struct MHD_Response *response)
{
  enum MHD_Result result;

  if (response == NULL)
    return MHD_NO;
  add_headers (response, &x->reply);
  result = MHD_queue_response (connection, (unsigned) x->reply.status,
                               response);
  MHD_destroy_response (response);
  return result;
}

static enum MHD_Result
reply_slowly (struct MHD_Connection *connection, struct exchange *x)
{
  struct slow *s = mg_xmalloc (sizeof *s);
  size_t len;

  (void) sim_reply_bytes (&x->reply, &len);
  s->x = x;
  s->connection = connection;
  return queue (connection, x,
                MHD_create_response_from_callback (len, 1, read_slowly, s,
                                                   mg_free));
}

static enum MHD_Result
reply_now (struct MHD_Connection *connection, struct exchange *x)
{
  struct sim_reply *r = &x->reply;
  size_t len, arg;
  const char *data = sim_reply_bytes (r, &len);

  arg = r->wire_arg > 0 && (size_t) r->wire_arg < len
    ? (size_t) r->wire_arg : len;
  switch (r->wire) {
  case SIM_WIRE_CUT:
  case SIM_WIRE_SILENT:                /* the silence is over: we stop */
    return MHD_NO;
  case SIM_WIRE_TRUNCATE:
    return reply_raw (connection, x, len, arg);
  case SIM_WIRE_LONGER:
    return reply_raw (connection, x, len - arg, len);
  case SIM_WIRE_CLOSE:
    return reply_raw (connection, x, len, len);
  case SIM_WIRE_SLOW:
    return reply_slowly (connection, x);
  case SIM_WIRE_WHOLE:
    break;
  }
  /* it stays where it is until on_completed */
  return queue (connection, x, MHD_create_response_from_buffer (
                  len, (void *) (uintptr_t) data, MHD_RESPMEM_PERSISTENT));
}

static enum MHD_Result
finish (struct MHD_Connection *connection, const char *method,
        struct exchange *x)
{
  int64_t delay_us;

  if (x->phase == RECEIVING) {
    step (connection, method, x);
    delay_us = (int64_t) ((double) x->reply.delay_us / x->shell->time_scale);
    if (x->reply.wire == SIM_WIRE_SILENT)
      delay_us = SILENCE_US;
    x->phase = READY;
    if (delay_us > 0) {
      shell_wait_until (x->shell, connection,
                        mg_clock_now_us () + delay_us);
      return MHD_YES;
    }
  }
  return reply_now (connection, x);
}

static enum MHD_Result
refuse_size (struct MHD_Connection *connection, struct exchange *x)
{
  static char text[] = "{\"error_code\":\"MAX_REQUEST_SIZE_EXCEEDED\","
    "\"message\":\"the request is too large\"}";

  x->reply.status = MHD_HTTP_CONTENT_TOO_LARGE;
  x->reply.content_type = "application/json";
  return queue (connection, x, MHD_create_response_from_buffer (
                  sizeof text - 1, text, MHD_RESPMEM_PERSISTENT));
}

static enum MHD_Result
on_request (void *cls, struct MHD_Connection *connection, const char *url,
            const char *method, const char *version, const char *upload_data,
            size_t *upload_data_size, void **con_cls)
{
  struct exchange *x = *con_cls;

  (void) cls;
  (void) url;
  (void) version;
  if (x == NULL)
    return MHD_NO;
  if (!x->has_head) {
    x->has_head = 1;
    choose_server (x);
    expect_body (connection, method, x);
    return MHD_YES;
  }
  if (*upload_data_size > 0) {
    if (mg_buf_add (&x->body, upload_data, *upload_data_size) < 0)
      x->too_large = 1;                /* read on, or nobody hears the 413 */
    *upload_data_size = 0;
    return MHD_YES;
  }
  if (x->too_large)
    return refuse_size (connection, x);
  return finish (connection, method, x);
}

/* --- begin and end --------------------------------------------------- */

static int
read_listen (const char *text, int i, struct sockaddr_in *ret_address)
{
  MG_CLEANUP_FREE char *host = mg_xstrdup (text ? text : "127.0.0.1");
  char *colon = strrchr (host, ':');
  int64_t port = 0;

  if (colon != NULL) {
    *colon++ = '\0';
    if (mg_parse_int64 (colon, &port) < 0 || port < 0 || port + i > 65535)
      return -1;
    if (port > 0)
      port += i;
  }
  memset (ret_address, 0, sizeof *ret_address);
  ret_address->sin_family = AF_INET;
  ret_address->sin_port = htons ((uint16_t) port);
  return inet_pton (AF_INET, host, &ret_address->sin_addr) == 1 ? 0 : -1;
}

static int
start_one (struct shell *sh, int i, struct mg_error *err)
{
  struct shell_server *server = &sh->servers[i];
  unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD
    | MHD_ALLOW_SUSPEND_RESUME | (sh->tls_cert ? MHD_USE_TLS : 0);
  const union MHD_DaemonInfo *info;
  struct sockaddr_in address;
  char host[INET_ADDRSTRLEN];

  if (read_listen (sh->listen, i, &address) < 0)
    return mg_error_set (err, MG_E_INVALID, "bad-option",
                         "'--listen' takes an IPv4 address, or address:port, "
                         "not '%s'", sh->listen);
  server->daemon = MHD_start_daemon (
    flags, 0, NULL, NULL, on_request, server,
    MHD_OPTION_SOCK_ADDR, (struct sockaddr *) &address,
    MHD_OPTION_URI_LOG_CALLBACK, on_uri, server,
    MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
    MHD_OPTION_NOTIFY_CONNECTION, on_connection, NULL,
    MHD_OPTION_CONNECTION_LIMIT, CONNECTION_LIMIT,
    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) MEMORY_LIMIT,
    sh->tls_cert ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, sh->tls_cert,
    MHD_OPTION_HTTPS_MEM_KEY, sh->tls_key, MHD_OPTION_END);
  if (server->daemon == NULL)
    return mg_error_set (err, MG_E_NET, "cannot-listen",
                         "cannot listen on '%s'%s",
                         sh->listen ? sh->listen : "127.0.0.1",
                         sh->tls_cert ? " with TLS: is the certificate good, "
                         "and is libmicrohttpd built with TLS?" : "");
  info = MHD_get_daemon_info (server->daemon, MHD_DAEMON_INFO_BIND_PORT);
  inet_ntop (AF_INET, &address.sin_addr, host, sizeof host);
  MG_LOCKED (&sh->url_lock);
  snprintf (server->url, sizeof server->url, "%s://%s:%d",
            sh->tls_cert ? "https" : "http", host, (int) info->port);
  return 0;
}

int
shell_start (struct shell *sh, struct mg_error *err)
{
  int i;

  signal (SIGPIPE, SIG_IGN);
  mg_mutex_init (&sh->url_lock);
  sh->born_wall_us = mg_clock_wall_us ();
  sh->born_us = mg_clock_now_us ();
  if (shell_timer_start (sh) < 0)
    return mg_error_set (err, MG_E_NOMEM, NULL, "cannot start a thread");
  for (i = 0; i < sh->n_servers; i++)
    if (start_one (sh, i, err) < 0)
      return err->code;
  return 0;
}

void
shell_stop (struct shell *sh)
{
  int i;

  for (i = 0; i < sh->n_servers; i++)
    if (sh->servers[i].daemon != NULL)
      MHD_quiesce_daemon (sh->servers[i].daemon);
  shell_timer_stop (sh);
  for (i = 0; i < sh->n_servers; i++) {
    struct shell_server *server = &sh->servers[i];

    if (server->daemon != NULL)
      MHD_stop_daemon (server->daemon);
    server->daemon = NULL;
  }
}
