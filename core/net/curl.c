/* The shipped transport: libcurl's multi interface.  Runs on the I/O thread of
 * its remote, but for wake.  Easy handles are kept and used again as they
 * are, because setting one up costs more than a small request.
 */
#include <config.h>

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/parse.h"
#include "base/str.h"
#include "net/transport.h"

#define CONNECT_TIMEOUT_S 30L
#define MAX_CONNECTIONS_KEPT ((long) MG_MOST_IN_FLIGHT)
#define MAX_IDLE_S 50L         /* load balancers close after 60 */
#define MAX_POLL_MS 60000
#define N_WAKES 3

struct mg_transfer {
  struct curl_transport *owner;
  struct mg_transfer *next, *prev;
  CURL *easy;
  struct curl_slist *headers;
  const struct mg_transfer_ops *ops;
  void *opaque;
  int once;
  int method;                    /* what the handle is set to */
  size_t head_len;               /* of the answer, trailers and 1xx too */
  char error[CURL_ERROR_SIZE];
};

struct curl_transport {
  struct mg_transport base;
  CURLM *multi;
  char *ca_bundle;
  struct mg_transfer flying;     /* list heads */
  struct mg_transfer idle;
  int fresh;                     /* submitted since the last perform */
};

static void
list_add (struct mg_transfer *head, struct mg_transfer *t)
{
  t->next = head->next;
  t->prev = head;
  head->next->prev = t;
  head->next = t;
}

static void
list_remove (struct mg_transfer *t)
{
  t->prev->next = t->next;
  t->next->prev = t->prev;
}

/* ---- callbacks of curl ---- */

static size_t
on_write (char *data, size_t size, size_t n, void *opaque)
{
  struct mg_transfer *t = opaque;
  int r = t->ops->on_data (t->opaque, data, size * n);

  if (r == MG_TRANSFER_PAUSE)
    return CURL_WRITEFUNC_PAUSE;
  return r < 0 ? CURL_WRITEFUNC_ERROR : size * n;
}

static size_t
on_read (char *to, size_t size, size_t n, void *opaque)
{
  struct mg_transfer *t = opaque;
  long r = t->ops->read_body (t->opaque, to, size * n);

  if (r == MG_TRANSFER_PAUSE)
    return CURL_READFUNC_PAUSE;
  return r < 0 ? CURL_READFUNC_ABORT : (size_t) r;
}

/* RULE-ONCE: curl repeats a request by itself when a reused connection turns
 * out to be dead before the first byte of the answer, and reports success.
 * The server may have acted on the first copy.  So a body that must not be
 * sent twice cannot be rewound: curl then gives up with SEND_FAIL_REWIND.  A
 * request without a body has nothing to rewind and gets a fresh connection.
 * (docs/design.md, exactly once; tests/net/test-repeat.c) */
static int
on_seek (void *opaque, curl_off_t offset, int origin)
{
  struct mg_transfer *t = opaque;

  if (t->once || offset != 0 || origin != SEEK_SET
      || t->ops->rewind_body (t->opaque) < 0)
    return CURL_SEEKFUNC_FAIL;
  return CURL_SEEKFUNC_OK;
}

static void
status_line (struct mg_transfer *t, const char *line)
{
  const char *p = strchr (line, ' ');
  char digits[4] = "";
  int64_t status;

  if (p == NULL || strlen (p) < 4)
    return;
  memcpy (digits, p + 1, 3);
  if (mg_parse_int64 (digits, &status) == 0 && status >= 200)
    t->ops->on_status (t->opaque, (int) status);
}

static size_t
on_header (char *data, size_t size, size_t n, void *opaque)
{
  struct mg_transfer *t = opaque;
  MG_CLEANUP_FREE char *line = mg_xstrndup (data, size * n);
  char *colon = strchr (line, ':');

  t->head_len += size * n;
  if (t->head_len > MG_MAX_HEAD)
    return 0;
  if (mg_starts (line, "HTTP/"))
    status_line (t, line);
  else if (colon != NULL) {
    *colon = '\0';
    t->ops->on_header (t->opaque, mg_trim (line), mg_trim (colon + 1));
  }
  return size * n;
}

/* ---- setting up ---- */

static struct mg_transfer *
new_transfer (struct curl_transport *owner)
{
  struct mg_transfer *t = mg_xcalloc (1, sizeof *t);
  CURL *e = curl_easy_init ();

  if (e == NULL)
    mg_oom ();
  t->owner = owner;
  t->easy = e;
  curl_easy_setopt (e, CURLOPT_PRIVATE, t);
  curl_easy_setopt (e, CURLOPT_ERRORBUFFER, t->error);
  curl_easy_setopt (e, CURLOPT_WRITEFUNCTION, on_write);
  curl_easy_setopt (e, CURLOPT_WRITEDATA, t);
  curl_easy_setopt (e, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt (e, CURLOPT_READDATA, t);
  curl_easy_setopt (e, CURLOPT_SEEKFUNCTION, on_seek);
  curl_easy_setopt (e, CURLOPT_SEEKDATA, t);
  curl_easy_setopt (e, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt (e, CURLOPT_HEADERDATA, t);
  curl_easy_setopt (e, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (e, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt (e, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (e, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
  curl_easy_setopt (e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt (e, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt (e, CURLOPT_MAXAGE_CONN, MAX_IDLE_S);
  curl_easy_setopt (e, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (e, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt (e, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  if (owner->ca_bundle != NULL)
    curl_easy_setopt (e, CURLOPT_CAINFO, owner->ca_bundle);
  return t;
}

static struct mg_transfer *
take_transfer (struct curl_transport *c)
{
  struct mg_transfer *t = c->idle.next;

  if (t == &c->idle)
    return new_transfer (c);
  list_remove (t);
  return t;
}

static void
set_method (struct mg_transfer *t, const struct mg_submit *s)
{
  CURL *e = t->easy;
  int has_body = s->body_len >= 0;
  int is_head = strcmp (s->method, "HEAD") == 0;
  const char *usual = has_body ? "POST" : is_head ? "HEAD" : "GET";

  curl_easy_setopt (e, CURLOPT_NOBODY, 0L);
  if (has_body) {
    curl_easy_setopt (e, CURLOPT_POST, 1L);
    curl_easy_setopt (e, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt (e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) s->body_len);
    if (s->body_len == 0)
      curl_easy_setopt (e, CURLOPT_POSTFIELDS, "");
  }
  else if (is_head)
    curl_easy_setopt (e, CURLOPT_NOBODY, 1L);
  else
    curl_easy_setopt (e, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt (e, CURLOPT_CUSTOMREQUEST,
                    strcmp (s->method, usual) == 0 ? NULL : s->method);
}

static void
set_headers (struct mg_transfer *t, const struct mg_submit *s)
{
  size_t i;

  /* without it curl asks first, and waits a second for an answer */
  t->headers = curl_slist_append (NULL, "Expect:");
  for (i = 0; s->headers != NULL && s->headers[i] != NULL; i++) {
    struct curl_slist *longer = curl_slist_append (t->headers, s->headers[i]);

    if (longer == NULL)
      mg_oom ();
    t->headers = longer;
  }
  curl_easy_setopt (t->easy, CURLOPT_HTTPHEADER, t->headers);
}

static int
submit (struct mg_transport *base, const struct mg_submit *s,
        struct mg_transfer **ret_transfer, struct mg_error *err)
{
  struct curl_transport *c = (struct curl_transport *) base;
  struct mg_transfer *t = take_transfer (c);
  int nothing_to_rewind = s->body_len <= 0;
  CURLMcode r;

  t->ops = s->ops;
  t->opaque = s->opaque;
  t->once = s->once;
  t->head_len = 0;
  t->error[0] = '\0';
  curl_easy_setopt (t->easy, CURLOPT_URL, s->url);
  curl_easy_setopt (t->easy, CURLOPT_FRESH_CONNECT,
                    s->once && nothing_to_rewind ? 1L : 0L);
  curl_easy_setopt (t->easy, CURLOPT_ACCEPT_ENCODING,
                    s->may_compress ? "gzip" : NULL);
  curl_easy_setopt (t->easy, CURLOPT_PIPEWAIT,
                    mg_starts (s->url, "https") ? 1L : 0L);
  set_method (t, s);
  set_headers (t, s);
  list_add (&c->flying, t);
  r = curl_multi_add_handle (c->multi, t->easy);
  if (r != CURLM_OK) {
    list_remove (t);
    curl_slist_free_all (t->headers);
    t->headers = NULL;
    list_add (&c->idle, t);
    return mg_error_set (err, MG_E_NET, "cannot-connect",
                         "the network library refused a request: %s",
                         curl_multi_strerror (r));
  }
  c->fresh = 1;
  *ret_transfer = t;
  return 0;
}

/* ---- ending ---- */

static enum mg_transfer_result
result_of (CURLcode code, int sent)
{
  static const struct { CURLcode code; enum mg_transfer_result result; } map[] = {
    { CURLE_OK, MG_TRANSFER_OK },
    { CURLE_COULDNT_RESOLVE_HOST, MG_TRANSFER_RESOLVE },
    { CURLE_COULDNT_RESOLVE_PROXY, MG_TRANSFER_RESOLVE },
    { CURLE_COULDNT_CONNECT, MG_TRANSFER_CONNECT },
    { CURLE_PROXY, MG_TRANSFER_CONNECT },
    { CURLE_SSL_CONNECT_ERROR, MG_TRANSFER_HANDSHAKE },
    { CURLE_PEER_FAILED_VERIFICATION, MG_TRANSFER_TLS },
    { CURLE_SSL_CACERT_BADFILE, MG_TRANSFER_TLS },
    { CURLE_SSL_CERTPROBLEM, MG_TRANSFER_TLS },
    { CURLE_SSL_ISSUER_ERROR, MG_TRANSFER_TLS },
    { CURLE_SSL_INVALIDCERTSTATUS, MG_TRANSFER_TLS },
    { CURLE_SEND_FAIL_REWIND, MG_TRANSFER_REWIND },
    { CURLE_PARTIAL_FILE, MG_TRANSFER_TRUNCATED },
    { CURLE_WRITE_ERROR, MG_TRANSFER_ABORTED },
    { CURLE_READ_ERROR, MG_TRANSFER_ABORTED },
    { CURLE_ABORTED_BY_CALLBACK, MG_TRANSFER_ABORTED },
    { CURLE_WEIRD_SERVER_REPLY, MG_TRANSFER_MALFORMED },
    { CURLE_BAD_CONTENT_ENCODING, MG_TRANSFER_MALFORMED },
    { CURLE_UNSUPPORTED_PROTOCOL, MG_TRANSFER_MALFORMED },
    { CURLE_URL_MALFORMAT, MG_TRANSFER_MALFORMED },
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (map); i++)
    if (map[i].code == code)
      return map[i].result;
  return sent ? MG_TRANSFER_LOST : MG_TRANSFER_CONNECT;
}

/* The time when everything up to the request was done: until then not one
 * byte of it left. */
static int
was_sent (CURL *easy)
{
  curl_off_t us = 0;

  curl_easy_getinfo (easy, CURLINFO_PRETRANSFER_TIME_T, &us);
  return us > 0;
}

static void
put_back (struct curl_transport *c, struct mg_transfer *t)
{
  curl_multi_remove_handle (c->multi, t->easy);
  list_remove (t);
  curl_easy_setopt (t->easy, CURLOPT_HTTPHEADER, NULL);
  curl_slist_free_all (t->headers);
  t->headers = NULL;
  list_add (&c->idle, t);
}

static void
finish (struct curl_transport *c, struct mg_transfer *t, CURLcode code)
{
  const struct mg_transfer_ops *ops = t->ops;
  void *opaque = t->opaque;
  struct mg_transfer_end end = { 0 };

  end.sent = was_sent (t->easy);
  end.result = result_of (code, end.sent);
  if (code != CURLE_OK && t->head_len > MG_MAX_HEAD) {
    end.result = MG_TRANSFER_MALFORMED;
    snprintf (end.text, sizeof end.text, "more than %d bytes of headers",
              MG_MAX_HEAD);
  }
  else if (code != CURLE_OK)
    snprintf (end.text, sizeof end.text, "%s",
              t->error[0] ? t->error : curl_easy_strerror (code));
  put_back (c, t);
  ops->on_end (opaque, &end);
}

/* How many ended. */
static int
run (struct curl_transport *c)
{
  int running, left, n = 0;
  CURLMsg *m;

  c->fresh = 0;
  curl_multi_perform (c->multi, &running);
  while ((m = curl_multi_info_read (c->multi, &left)) != NULL) {
    struct mg_transfer *t = NULL;

    if (m->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo (m->easy_handle, CURLINFO_PRIVATE, (char **) &t);
    finish (c, t, m->data.result);
    n++;
  }
  return n;
}

static void
step (struct mg_transport *base, int64_t timeout_us)
{
  struct curl_transport *c = (struct curl_transport *) base;
  int64_t timeout_ms = MAX_POLL_MS;

  if (timeout_us < timeout_ms * 1000)
    timeout_ms = (timeout_us + 999) / 1000;
  if (c->fresh && run (c) > 0)
    timeout_ms = 0;
  curl_multi_poll (c->multi, NULL, 0, (int) timeout_ms, NULL);
  run (c);
}

static void
resume (struct mg_transport *base, struct mg_transfer *t)
{
  struct curl_transport *c = (struct curl_transport *) base;

  curl_easy_pause (t->easy, CURLPAUSE_CONT);
  c->fresh = 1;
}

static void
cancel (struct mg_transport *base, struct mg_transfer *t, int *ret_sent)
{
  *ret_sent = was_sent (t->easy);
  put_back ((struct curl_transport *) base, t);
}

/* One that is lost would let its call lie for MAX_POLL_MS. */
static void
wake (struct mg_transport *base)
{
  CURLM *multi = ((struct curl_transport *) base)->multi;
  int i;

  for (i = 0; i < N_WAKES && curl_multi_wakeup (multi) != CURLM_OK; i++)
    ;
}

static void
free_transport (struct mg_transport *base)
{
  struct curl_transport *c = (struct curl_transport *) base;

  while (c->flying.next != &c->flying)
    put_back (c, c->flying.next);
  while (c->idle.next != &c->idle) {
    struct mg_transfer *t = c->idle.next;

    list_remove (t);
    curl_easy_cleanup (t->easy);
    mg_free (t);
  }
  curl_multi_cleanup (c->multi);
  curl_global_cleanup ();
  mg_free (c->ca_bundle);
  mg_free (c);
}

static const struct mg_transport_class curl_class = {
  .submit = submit,
  .resume = resume,
  .cancel = cancel,
  .step = step,
  .wake = wake,
  .free = free_transport,
};

/* The library would say it with the first request, and as the host's fault. */
static int
check_bundle (const char *path, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MG_MAX_FILE);

  if (path == NULL)
    return 0;
  if (mg_file_read (path, &text, err) < 0)
    return mg_error_prefix (err, "--ca-bundle");
  if (strstr (mg_buf_text (&text), "-----BEGIN ") != NULL)
    return 0;
  return mg_error_set (err, MG_E_INVALID, "cannot-read", "--ca-bundle: '%s' "
                       "holds no certificate; name a PEM file of those of the "
                       "authorities", path);
}

int
mg_transport_curl_new (const char *ca_bundle,
                       struct mg_transport **ret_transport,
                       struct mg_error *err)
{
  struct curl_transport *c;
  int r = check_bundle (ca_bundle, err);

  if (r < 0)
    return r;
  if (curl_global_init (CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return mg_error_set (err, MG_E_FAIL, "cannot-connect",
                         "the network library does not start");
  c = mg_xcalloc (1, sizeof *c);
  c->base.ops = &curl_class;
  c->multi = curl_multi_init ();
  if (c->multi == NULL)
    mg_oom ();
  c->ca_bundle = mg_xstrdup (ca_bundle);
  c->flying.next = c->flying.prev = &c->flying;
  c->idle.next = c->idle.prev = &c->idle;
  curl_multi_setopt (c->multi, CURLMOPT_MAXCONNECTS, MAX_CONNECTIONS_KEPT);
  *ret_transport = &c->base;
  return 0;
}
