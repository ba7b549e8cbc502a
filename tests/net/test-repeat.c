/* A create is sent once, even when a reused connection dies.
 *
 * libcurl repeats a request by itself when a connection that it reuses ends
 * before the first byte of the answer, and then reports success.  The server
 * here acts on the request, then closes: with POSTFIELDS two effects, with our
 * transport one, and the outcome is doubt.
 */
#include <config.h>

#include <curl/curl.h>
#include <string.h>

#include "base/alloc.h"
#include "mg-test.h"
#include "net/remote.h"
#include "replier.h"

static const struct reply reuse_then_close[] = {
  { .status = 200 },
  { .how = REPLY_CLOSE },
  { .status = 200, .times = -1 },
};

static struct mg_remote *
open_remote (const struct replier *s)
{
  struct mg_end end = { .name = (char *) "test",
                        .host = (char *) replier_url (s),
                        .type = MG_END_MLFLOW };
  struct mg_remote_options options = { .retry_backoff_us = 1 };
  struct mg_remote *remote = NULL;

  mg_remote_open (&end, &options, &remote, NULL);
  return remote;
}

static void
warm_up (struct mg_remote *remote)
{
  struct mg_request req = { .effect = MG_READ, .method = "GET", .path = "/1" };
  struct mg_response res;

  mg_response_init (&res);
  is_ok (mg_remote_call (remote, &req, &res, NULL));
  mg_response_done (&res);
}

static int
create (struct mg_remote *remote, const char *body, enum mg_effect effect,
        struct mg_response *res, struct mg_error *err)
{
  struct mg_part part = { .type = MG_PART_MEM, .data = body,
                          .len = strlen (body) };
  struct mg_request req = { .effect = effect, .method = "POST", .path = "/2",
                            .parts = &part, .n_parts = body[0] != '\0' };

  return mg_remote_call (remote, &req, res, err);
}

MG_TEST (a_create_on_a_dead_connection_is_in_doubt_and_sent_once)
{
  struct replier *s = replier_start (reuse_then_close, 3);
  struct mg_remote *remote = open_remote (s);
  struct mg_error err = MG_ERROR_INIT;
  struct mg_response res;

  mg_response_init (&res);
  warm_up (remote);
  is_int (create (remote, "{\"a\":1}", MG_CREATE, &res, &err), MG_E_NET);
  is_int (res.outcome, MG_OUTCOME_DOUBT);
  is_str (err.id, "connection-lost");
  is_int (replier_n (s), 2);
  mg_response_done (&res);
  mg_remote_close (remote);
  replier_stop (s);
}

MG_TEST (an_idempotent_write_on_a_dead_connection_is_repeated)
{
  struct replier *s = replier_start (reuse_then_close, 3);
  struct mg_remote *remote = open_remote (s);
  struct mg_response res;

  mg_response_init (&res);
  warm_up (remote);
  is_ok (create (remote, "{\"a\":1}", MG_IDEMPOTENT, &res, NULL));
  is_int (res.outcome, MG_OUTCOME_OK);
  is_int (replier_n (s), 3);
  mg_response_done (&res);
  mg_remote_close (remote);
  replier_stop (s);
}

MG_TEST (a_create_without_a_body_gets_a_fresh_connection)
{
  struct replier *s = replier_start (reuse_then_close, 3);
  struct mg_remote *remote = open_remote (s);
  struct mg_response res;

  mg_response_init (&res);
  warm_up (remote);
  is_int (create (remote, "", MG_CREATE, &res, NULL), MG_E_NET);
  is_int (res.outcome, MG_OUTCOME_DOUBT);
  is_int (replier_n (s), 2);
  is_int (replier_n_connections (s), 2);
  mg_response_done (&res);
  mg_remote_close (remote);
  replier_stop (s);
}

static size_t
swallow (char *data, size_t size, size_t n, void *opaque)
{
  (void) data;
  (void) opaque;
  return size * n;
}

static CURLcode
post_plainly (CURL *easy, const char *url)
{
  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, swallow);
  curl_easy_setopt (easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt (easy, CURLOPT_POSTFIELDS, "{\"a\":1}");
  return curl_easy_perform (easy);
}

/* Why the rule is there: if this fails, libcurl has become safe by itself. */
MG_TEST (without_the_rule_the_same_server_acts_twice)
{
  struct replier *s = replier_start (reuse_then_close, 3);
  CURL *easy = curl_easy_init ();

  is_int (post_plainly (easy, replier_url (s)), CURLE_OK);
  is_int (post_plainly (easy, replier_url (s)), CURLE_OK);
  is_int (replier_n (s), 3);
  curl_easy_cleanup (easy);
  replier_stop (s);
}
