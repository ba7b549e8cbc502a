/* What may leave at all: well-formed requests, reads only for a source, no
 * credentials for signed URLs, and the proxy that the environment names. */
#include <config.h>

#include "net-test.h"

#define N(array) (sizeof (array) / sizeof (array)[0])

MG_TEST (requests_that_would_break_the_protocol_are_refused)
{
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  static const char *const bad[] = { "Evil: 1\r\nX: 2", NULL };
  static const struct mg_request requests[] = {
    { .method = "GET", .path = "no-slash" },
    { .method = "GET", .path = "/a b" },
    { .method = "GET", .path = "/a\r\nX: y" },
    { .method = "get", .path = "/a" },
    { .method = "", .path = "/a" },
    { .method = "GET", .path = "/a", .headers = bad },
  };
  struct rig rig;
  size_t i;

  rig_up (&rig, script, 1);
  for (i = 0; i < N (requests); i++) {
    is_int (call (&rig, &requests[i]), MG_E_INVALID);
    is_str (rig.err.id, "bad-request");
  }
  is_int (replier_n (rig.server), 0);
  rig_down (&rig);
}

MG_TEST (a_signed_url_gets_no_credentials)
{
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  MG_CLEANUP_FREE char *url = NULL;
  struct mg_request req = { .effect = MG_READ, .method = "GET" };
  struct rig rig;

  rig_up (&rig, script, 1);
  url = mg_xasprintf ("%s/bucket/x?X-Amz-Signature=abc",
                      replier_url (rig.server));
  req.path = url;
  is_ok (call (&rig, &req));
  has_str (replier_request (rig.server, 0), "GET /bucket/x?X-Amz-Sig");
  ok (strstr (replier_request (rig.server, 0), "Authorization") == NULL);
  req.path = "http://storage.example.org/x?sig=abc";
  is_int (call (&rig, &req), MG_E_DENIED);
  is_str (rig.err.id, "insecure-host");
  rig_down (&rig);
}

MG_TEST (a_proxy_of_the_environment_is_used)
{
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  struct rig rig;

  rig_init (&rig, script, 1);
  rig.end.host = (char *) "http://far.example.org";
  setenv ("http_proxy", replier_url (rig.server), 1);
  rig_open (&rig);
  is_ok (get (&rig, "/x"));
  has_str (replier_request (rig.server, 0),
           "GET http://far.example.org/x HTTP/1.1\r\n");
  unsetenv ("http_proxy");
  rig_down (&rig);
}

/* ---- the source is read-only ---- */

static int
source_call (struct rig *rig, enum mg_effect effect, const char *method,
             const char *path)
{
  struct mg_part part = { .data = "{}", .len = 2 };
  struct mg_request req = { .effect = effect, .method = method, .path = path,
                            .parts = &part, .n_parts = method[0] == 'P' };

  return call (rig, &req);
}

MG_TEST (a_source_gets_reads_only)
{
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  static const char search[] = "/api/2.0/mlflow/experiments/search";
  struct rig rig;

  rig_init (&rig, script, 1);
  rig.options.is_source = 1;
  rig_open (&rig);
  is_ok (source_call (&rig, MG_READ, "GET", "/x"));
  is_ok (source_call (&rig, MG_READ, "POST", search));
  is_int (replier_n (rig.server), 2);
  is_int (source_call (&rig, MG_CREATE, "POST", "/x"), MG_E_DENIED);
  is_str (rig.err.id, "source-read-only");
  is_int (source_call (&rig, MG_IDEMPOTENT, "DELETE", "/x"), MG_E_DENIED);
  /* neither half alone is enough */
  is_int (source_call (&rig, MG_READ, "POST", "/x"), MG_E_DENIED);
  is_int (source_call (&rig, MG_CREATE, "POST", search), MG_E_DENIED);
  is_int (source_call (&rig, MG_IDEMPOTENT, "GET", "/x"), MG_E_DENIED);
  is_int (replier_n (rig.server), 2);
  rig_down (&rig);
}

MG_TEST (a_typed_host_lifts_that)
{
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  struct rig rig;

  rig_init (&rig, script, 1);
  rig.options.is_source = 1;
  rig.options.allow_writes = strstr (replier_url (rig.server), "127");
  rig_open (&rig);
  is_ok (source_call (&rig, MG_CREATE, "POST", "/x"));
  rig_down (&rig);
  rig_init (&rig, script, 1);
  rig.options.is_source = 1;
  rig.options.allow_writes = "other.example.org";
  rig_open (&rig);
  is_int (source_call (&rig, MG_CREATE, "POST", "/x"), MG_E_DENIED);
  rig_down (&rig);
}
