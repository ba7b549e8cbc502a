/* TLS is verified: an authority that nobody knows, a name that is another's,
 * and a file that holds no certificate are refused before a byte of the
 * request leaves. */
#include <config.h>

#include <arpa/inet.h>
#include <microhttpd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/process.h"
#include "net-test.h"

struct server {
  struct MHD_Daemon *daemon;
  char *cert_path, *cert, *key;
  char url[64];
  int n;
};

static char *
read_text (const char *path)
{
  struct mg_buf b = MG_BUF_INIT (1 << 20);

  is_ok (mg_file_read (path, &b, NULL));
  return mg_buf_steal (&b);
}

static void
make_cert (struct server *s, const char *name)
{
  MG_CLEANUP_FREE char *key_path = mg_xasprintf ("%s/key",
                                                 mg_test_tmpdir ());
  MG_CLEANUP_FREE char *alt = mg_xasprintf ("subjectAltName=%s", name);
  MG_CLEANUP (mg_buf_done) struct mg_buf out = MG_BUF_INIT (1 << 16);
  const char *argv[] = {
    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
    "/CN=test", "-addext", alt, "-keyout", key_path, "-out", NULL, NULL,
  };
  struct mg_process process = { .argv = argv, .timeout_us = 60000000 };
  int status = -1;

  s->cert_path = mg_xasprintf ("%s/cert", mg_test_tmpdir ());
  argv[17] = s->cert_path;
  if (!mg_process_exists ("openssl"))
    skip_test ("no openssl");
  is_ok (mg_process_run (&process, &out, &status, NULL));
  is_int (status, 0);
  s->cert = read_text (s->cert_path);
  s->key = read_text (key_path);
}

static enum MHD_Result
handle (void *opaque, struct MHD_Connection *connection, const char *url,
        const char *method, const char *version, const char *data,
        size_t *data_len, void **state)
{
  struct server *s = opaque;
  struct MHD_Response *response;
  enum MHD_Result r;

  if (*state == NULL) {
    *state = s;
    return MHD_YES;
  }
  if (*data_len > 0) {
    *data_len = 0;
    return MHD_YES;
  }
  s->n++;
  response = MHD_create_response_from_buffer (2, (void *) "{}",
                                              MHD_RESPMEM_PERSISTENT);
  r = MHD_queue_response (connection, 200, response);
  MHD_destroy_response (response);
  return r;
}

/* With the certificate, or 'secure' 0: without TLS. */
static struct MHD_Daemon *
server_open (struct server *s, int secure)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  const union MHD_DaemonInfo *info;
  struct MHD_OptionItem options[] = {
    { MHD_OPTION_SOCK_ADDR, 0, &address },
    { secure ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, 0, s->cert },
    { MHD_OPTION_HTTPS_MEM_KEY, 0, s->key },
    { MHD_OPTION_END, 0, NULL },
  };
  struct MHD_Daemon *daemon;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  daemon = MHD_start_daemon (
    (secure ? MHD_USE_TLS : 0) | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL,
    handle, s, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
  not_null (daemon);
  info = MHD_get_daemon_info (daemon, MHD_DAEMON_INFO_BIND_PORT);
  snprintf (s->url, sizeof s->url, "https://127.0.0.1:%d", info->port);
  return daemon;
}

static void
server_start (struct server *s, const char *name)
{
  memset (s, 0, sizeof *s);
  make_cert (s, name);
  if (MHD_is_feature_supported (MHD_FEATURE_TLS) != MHD_YES)
    skip_test ("libmicrohttpd has no TLS");
  s->daemon = server_open (s, 1);
}

static void
server_stop (struct server *s)
{
  MHD_stop_daemon (s->daemon);
  mg_free (s->cert_path);
  mg_free (s->cert);
  mg_free (s->key);
}

static int
create_at (struct server *s, const char *ca_bundle, struct mg_error *err,
           int *ret_outcome)
{
  struct mg_end end = { .name = (char *) "t", .host = s->url,
                        .profile = (char *) "t",
                        .type = MG_END_DATABRICKS, .auth = MG_AUTH_PAT,
                        .token = (char *) TOKEN,
                        .ca_bundle = (char *) ca_bundle };
  struct mg_remote_options options = { .retry_backoff_us = 1 };
  struct mg_part part = { .data = "{}", .len = 2 };
  struct mg_request req = { .effect = MG_CREATE, .method = "POST",
                            .path = "/x", .parts = &part, .n_parts = 1 };
  struct mg_remote *remote = NULL;
  struct mg_response res;
  int r;

  mg_response_init (&res);
  is_ok (mg_remote_open (&end, &options, &remote, NULL));
  r = mg_remote_call (remote, &req, &res, err);
  *ret_outcome = res.outcome;
  mg_remote_close (remote);
  mg_response_done (&res);
  return r;
}

MG_TEST (an_unknown_authority_is_refused)
{
  struct mg_error err = MG_ERROR_INIT;
  struct server s;
  int outcome;

  server_start (&s, "IP:127.0.0.1");
  is_int (create_at (&s, NULL, &err, &outcome), MG_E_NET);
  is_str (err.id, "tls");
  has_str (err.text, "--ca-bundle");
  has_str (err.text, "profile 't' (https://127.0.0.1:");
  is_int (outcome, MG_OUTCOME_NOTHING);
  is_int (s.n, 0);
  server_stop (&s);
}

MG_TEST (a_named_authority_is_taken)
{
  struct server s;
  int outcome;

  server_start (&s, "IP:127.0.0.1");
  is_ok (create_at (&s, s.cert_path, NULL, &outcome));
  is_int (outcome, MG_OUTCOME_OK);
  is_int (s.n, 1);
  server_stop (&s);
}

MG_TEST (the_name_must_be_the_hosts)
{
  struct mg_error err = MG_ERROR_INIT;
  struct server s;
  int outcome;

  server_start (&s, "DNS:other.example.org");
  is_int (create_at (&s, s.cert_path, &err, &outcome), MG_E_NET);
  is_str (err.id, "tls");
  is_int (outcome, MG_OUTCOME_NOTHING);
  is_int (s.n, 0);
  server_stop (&s);
}

static void
bundle_is_refused (const char *path, const char *why)
{
  struct mg_end end = { .name = (char *) "t",
                        .host = (char *) "https://127.0.0.1:1",
                        .type = MG_END_DATABRICKS, .auth = MG_AUTH_PAT,
                        .token = (char *) TOKEN, .ca_bundle = (char *) path };
  struct mg_remote_options options = { .retry_backoff_us = 1 };
  struct mg_error err = MG_ERROR_INIT;
  struct mg_remote *remote = NULL;

  ok (mg_remote_open (&end, &options, &remote, &err) < 0);
  is_str (err.id, "cannot-read");
  has_str (err.text, "--ca-bundle: ");
  has_str (err.text, path);
  has_str (err.text, why);
}

MG_TEST (a_bundle_that_is_none_is_told_before_a_request)
{
  MG_CLEANUP_FREE char *empty = mg_xasprintf ("%s/empty", mg_test_tmpdir ());

  is_ok (mg_file_write (empty, "no PEM\n", 7, 0600, NULL));
  bundle_is_refused (empty, "holds no certificate");
  bundle_is_refused (mg_test_tmpdir (), "directory");
  bundle_is_refused ("/nonexistent/ca.pem", "No such file");
}

MG_TEST (a_server_without_tls)
{
  struct mg_error err = MG_ERROR_INIT;
  struct server s = { .n = 0 };
  struct MHD_Daemon *plain;
  int outcome;

  plain = server_open (&s, 0);
  is_int (create_at (&s, NULL, &err, &outcome), MG_E_NET);
  is_str (err.id, "tls");
  has_str (err.text, "profile 't' (https://127.0.0.1:");
  has_str (err.text, "is that https?");
  is_int (outcome, MG_OUTCOME_NOTHING);
  is_int (s.n, 0);
  MHD_stop_daemon (plain);
}
