/* What every kind of answer becomes: code, outcome, and words that help. */
#include <config.h>

#include "net-test.h"

#define N(array) (sizeof (array) / sizeof (array)[0])

/* The server answers everything with this one reply. */
static void
answers (const struct reply *reply, enum mg_effect effect, int code,
         const char *id, enum mg_outcome outcome)
{
  struct rig rig;
  int got;

  rig_up (&rig, reply, 1);
  got = effect == MG_READ ? get (&rig, "/api/x")
                          : post (&rig, effect, "/api/x", "{}");
  if (got != code || strcmp (rig.err.id, id) != 0
      || rig.res.outcome != outcome)
    fail_test ("%d [%s] outcome %d: %s", got, rig.err.id, rig.res.outcome,
               rig.err.text);
  if (code != 0)
    has_str (rig.err.text, "/api/x");
  if (strstr (rig.err.text, TOKEN) != NULL)
    fail_test ("the token is in '%s'", rig.err.text);
  rig_down (&rig);
}

/* For a read and for a create. */
static void
both (int status, const char *body, int code, const char *id,
      enum mg_outcome outcome)
{
  struct reply reply = { .status = status, .body = body, .times = -1 };

  answers (&reply, MG_READ, code, id, outcome);
  answers (&reply, MG_CREATE, code, id, outcome);
}

#define ERROR(code) "{\"error_code\":\"" code "\",\"message\":\"because\"}"

MG_TEST (success)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"a\":1}",
      .headers = "X-Request-Id: r1\r\nX-Databricks-Org-Id: 42\r\n"
                 "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" },
    { .status = 200, .body = "" }, { .raw = "HTTP/1.1 204 No\r\n\r\n" },
  };
  struct rig rig;
  char org[64];

  rig_up (&rig, script, N (script));
  is_ok (get (&rig, "/api/x?a=b"));
  is_int (rig.res.outcome, MG_OUTCOME_OK);
  is_int (rig.res.status, 200);
  is_int (rig.res.tries, 1);
  is_str (mg_buf_text (&rig.res.body), "{\"a\":1}");
  is_str (rig.res.request_id, "r1");
  is_int (rig.res.date_us, INT64_C (784111777000000));
  mg_remote_org_id (rig.remote, org);
  is_str (org, "42");
  ok (mg_remote_clock_skew_us (rig.remote) < -INT64_C (784111777) * 1000000);
  is_ok (get (&rig, "/empty"));
  is_str (mg_buf_text (&rig.res.body), "");
  is_ok (get (&rig, "/none"));
  is_int (rig.res.status, 204);
  rig_down (&rig);
}

MG_TEST (what_is_sent)
{
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  const char *const headers[] = { "X-More: yes", NULL };
  struct mg_request req = { .effect = MG_IDEMPOTENT, .method = "DELETE",
                            .path = "/api/d?id=1", .headers = headers };
  struct rig rig;
  const char *text;

  rig_up (&rig, script, 1);
  is_ok (post (&rig, MG_CREATE, "/api/x", "{\"a\":1}"));
  text = replier_request (rig.server, 0);
  has_str (text, "POST /api/x HTTP/1.1\r\n");
  has_str (text, "Authorization: Bearer " TOKEN "\r\n");
  has_str (text, "Content-Type: application/json\r\n");
  has_str (text, "Accept: application/json\r\n");
  has_str (text, "User-Agent: migrate/test\r\n");
  has_str (text, "Content-Length: 7\r\n");
  has_str (text, "\r\n\r\n{\"a\":1}");
  ok (strstr (text, "Expect") == NULL);
  is_ok (call (&rig, &req));
  text = replier_request (rig.server, 1);
  has_str (text, "DELETE /api/d?id=1 HTTP/1.1\r\n");
  has_str (text, "X-More: yes\r\n");
  ok (strstr (text, "Content-Length") == NULL);
  ok (strstr (text, "Content-Type") == NULL);
  rig_down (&rig);
}

MG_TEST (each_method_arrives_as_it_is)
{
  static const char *const methods[] = {
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "GET", "PUT", "HEAD",
    "GET",
  };
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  struct rig rig;
  size_t i;

  rig_up (&rig, script, 1);
  for (i = 0; i < N (methods); i++) {
    struct mg_part part = { .data = "{}", .len = 2 };
    struct mg_request req = { .effect = MG_IDEMPOTENT, .method = methods[i],
                              .path = "/m", .parts = &part };

    req.n_parts = methods[i][0] == 'P';
    is_ok (call (&rig, &req));
    ok (strncmp (replier_request (rig.server, (int) i), methods[i],
                 strlen (methods[i])) == 0);
    is_int (replier_body_len (rig.server, (int) i), 2 * req.n_parts);
  }
  is_int (replier_n_connections (rig.server), 1);
  rig_down (&rig);
}

/* Pools and policies say so in words alone. */
MG_TEST (a_name_that_is_taken_without_a_code_for_it)
{
  static const struct reply taken = {
    .status = 400, .times = -1, .body = "{\"error_code\":"
      "\"INVALID_PARAMETER_VALUE\",\"message\":\"Thing with name `x` already "
      "exists\"}" };

  answers (&taken, MG_CREATE, MG_E_EXISTS, "exists", MG_OUTCOME_REFUSED);
  answers (&taken, MG_READ, MG_E_REMOTE, "refused", MG_OUTCOME_REFUSED);
}

MG_TEST (refusals)
{
  both (400, ERROR ("INVALID_PARAMETER_VALUE"), MG_E_REMOTE, "refused",
        MG_OUTCOME_REFUSED);
  both (403, ERROR ("PERMISSION_DENIED"), MG_E_DENIED, "denied",
        MG_OUTCOME_REFUSED);
  both (404, ERROR ("RESOURCE_DOES_NOT_EXIST"), MG_E_NOT_FOUND, "not-found",
        MG_OUTCOME_REFUSED);
  both (404, ERROR ("ENDPOINT_NOT_FOUND"), MG_E_UNSUPPORTED, "unsupported",
        MG_OUTCOME_REFUSED);
  both (400, ERROR ("RESOURCE_ALREADY_EXISTS"), MG_E_EXISTS, "exists",
        MG_OUTCOME_REFUSED);
  both (409, "{\"schemas\":[\"x\"],\"detail\":\"because\","
             "\"status\":\"409\"}", MG_E_EXISTS, "exists",
        MG_OUTCOME_REFUSED);
  both (409, ERROR ("RESOURCE_CONFLICT"), MG_E_REMOTE, "conflict",
        MG_OUTCOME_REFUSED);
  both (400, ERROR ("QUOTA_EXCEEDED"), MG_E_REMOTE, "quota",
        MG_OUTCOME_REFUSED);
  both (400, ERROR ("MAX_NOTEBOOK_SIZE_EXCEEDED"), MG_E_REMOTE, "too-large",
        MG_OUTCOME_REFUSED);
  both (400, "{\"error_code\":\"INVALID_STATE\",\"message\":\"already 1000 "
             "created in past 3600 seconds\"}", MG_E_AGAIN, "creation-limit",
        MG_OUTCOME_NOTHING);
  both (500, "{\"error_code\":\"INTERNAL_ERROR\",\"message\":\"ACLs for x are "
             "disabled or not available in this tier\"}", MG_E_UNSUPPORTED,
        "unsupported", MG_OUTCOME_DOUBT);
}

/* The words of several versions of the service; of the newest there is a code. */
MG_TEST (too_large_in_many_words)
{
  static const char *const words[] = {
    "Size exceeds 10485760 bytes",
    "Notebook size exceeded limit: 14680064 > 10485760",
    "File size imported is (10485761 bytes), exceeded max size (10485760 bytes)",
    "Export size 11 MB exceeded the the limit 10485760",
  };
  char body[300];
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (words); i++) {
    snprintf (body, sizeof body, "{\"error_code\":\"BAD_REQUEST\","
              "\"message\":\"%s\"}", words[i]);
    both (400, body, MG_E_REMOTE, "too-large", MG_OUTCOME_REFUSED);
    both (200, body, MG_E_REMOTE, "too-large", MG_OUTCOME_DOUBT);
  }
  both (400, "{\"error_code\":\"BAD_REQUEST\",\"message\":\"a rate exceeded\"}",
        MG_E_REMOTE, "refused", MG_OUTCOME_REFUSED);
}

MG_TEST (a_missing_thing_in_disguise)
{
  static const struct reply reply = {
    .status = 400, .times = -1,
    .body = "{\"error_code\":\"INVALID_PARAMETER_VALUE\",\"message\":"
            "\"It 7 does not exist.\"}" };

  answers (&reply, MG_READ, MG_E_NOT_FOUND, "not-found", MG_OUTCOME_REFUSED);
  answers (&reply, MG_CREATE, MG_E_REMOTE, "refused", MG_OUTCOME_REFUSED);
}

MG_TEST (errors_of_the_server_are_in_doubt)
{
  both (500, ERROR ("INTERNAL_ERROR"), MG_E_REMOTE, "server-error",
        MG_OUTCOME_DOUBT);
  both (503, "", MG_E_REMOTE, "server-error", MG_OUTCOME_DOUBT);
  both (502, "<html><pre>Bad gateway</pre></html>", MG_E_REMOTE,
        "server-error", MG_OUTCOME_DOUBT);
  both (501, ERROR ("NOT_IMPLEMENTED"), MG_E_REMOTE, "server-error",
        MG_OUTCOME_DOUBT);
}

MG_TEST (html_pages)
{
  both (200, "<!DOCTYPE html><html><title>Login</title></html>",
        MG_E_PROTOCOL, "html-page", MG_OUTCOME_DOUBT);
  both (404, "<html><title>no route</title></html>", MG_E_NOT_FOUND,
        "not-found", MG_OUTCOME_DOUBT);
}

MG_TEST (bodies_that_are_not_json)
{
  both (200, "{\"a\":", MG_E_PROTOCOL, "not-json", MG_OUTCOME_DOUBT);
  both (200, "hello", MG_E_PROTOCOL, "not-json", MG_OUTCOME_DOUBT);
  both (200, "{} {}", MG_E_PROTOCOL, "not-json", MG_OUTCOME_DOUBT);
}

MG_TEST (a_body_that_is_nested_too_deeply)
{
  static char deep[200001];

  memset (deep, '[', 100000);
  memset (deep + 100000, ']', 100000);
  both (200, deep, MG_E_PROTOCOL, "not-json", MG_OUTCOME_DOUBT);
}

MG_TEST (a_success_with_an_error_inside)
{
  both (200, ERROR ("MAX_NOTEBOOK_SIZE_EXCEEDED"), MG_E_REMOTE, "too-large",
        MG_OUTCOME_DOUBT);
  both (200, ERROR ("RESOURCE_DOES_NOT_EXIST"), MG_E_NOT_FOUND, "not-found",
        MG_OUTCOME_DOUBT);
}

MG_TEST (an_error_code_may_be_data)
{
  static const struct reply script[] = {
    { .status = 200, .body = ERROR ("X") },
  };
  struct mg_request req = { .effect = MG_READ, .method = "GET", .path = "/x",
                            .may_hold_error_code = 1 };
  struct rig rig;

  rig_up (&rig, script, 1);
  is_ok (call (&rig, &req));
  rig_down (&rig);
}

MG_TEST (a_body_over_the_bound)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"a\":\"0123456789\"}" },
  };
  struct mg_request req = { .effect = MG_READ, .method = "GET", .path = "/x",
                            .max_body = 10 };
  struct rig rig;

  rig_up (&rig, script, 1);
  is_int (call (&rig, &req), MG_E_NOMEM);
  is_str (rig.err.id, "too-large");
  is_int (replier_n (rig.server), 1);
  rig_down (&rig);
}

MG_TEST (a_refusal_that_is_enormous)
{
  static char big[3 << 20];
  struct reply reply = { .status = 400, .body = big };
  struct rig rig;

  memset (big, 'x', sizeof big - 1);
  rig_up (&rig, &reply, 1);
  is_int (get (&rig, "/x"), MG_E_REMOTE);
  ok (rig.res.body.len <= MG_MAX_ERROR_BODY);
  rig_down (&rig);
}

MG_TEST (wrong_lengths)
{
  static const struct reply shorter = {
    .how = REPLY_SEND_CLOSE, .times = -1,
    .raw = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}" };
  static const struct reply chunked = {
    .how = REPLY_SEND_CLOSE, .times = -1,
    .raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           "2\r\n{}\r\n" };

  answers (&shorter, MG_READ, MG_E_NET, "truncated", MG_OUTCOME_DOUBT);
  answers (&shorter, MG_CREATE, MG_E_NET, "truncated", MG_OUTCOME_DOUBT);
  answers (&chunked, MG_CREATE, MG_E_NET, "truncated", MG_OUTCOME_DOUBT);
}

MG_TEST (a_truncated_read_is_repeated)
{
  static const struct reply script[] = {
    { .how = REPLY_SEND_CLOSE,
      .raw = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}" },
    { .how = REPLY_SEND_CLOSE, .raw = "HTTP/1.1 200 OK\r\n\r\n{\"a\":" },
    { .status = 200, .body = "{\"a\":1}" },
  };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_ok (get (&rig, "/x"));
  is_int (rig.res.tries, 3);
  is_str (mg_buf_text (&rig.res.body), "{\"a\":1}");
  rig_down (&rig);
}

/* What the other end says it wants is JSON under whichever name. */
MG_TEST (half_a_body_is_none_whatever_kind_of_json_was_asked_for)
{
  static const struct reply half[] = {
    { .status = 201, .body = "{\"id\":\"7\",\"displayNa", .times = -1 } };
  static const struct mg_part part = { .type = MG_PART_MEM, .data = "{}",
                                       .len = 2 };
  struct mg_request req = { .effect = MG_CREATE, .method = "POST",
                            .path = "/x", .parts = &part, .n_parts = 1,
                            .accept = "application/scim+json" };
  struct rig rig;

  rig_up (&rig, half, N (half));
  is_int (call (&rig, &req), MG_E_PROTOCOL);
  is_int (rig.res.outcome, MG_OUTCOME_DOUBT);
  req.accept = "application/octet-stream";
  is_ok (call (&rig, &req));
  rig_down (&rig);
}

MG_TEST (a_secret_that_is_said_back_is_not_shown)
{
  static const struct reply reply = {
    .status = 400, .body = ERROR ("X_" TOKEN), .times = -1,
    .headers = "X-Request-Id: " TOKEN "\r\n" };

  /* that the token is not in the message is looked at there */
  answers (&reply, MG_CREATE, MG_E_REMOTE, "refused", MG_OUTCOME_REFUSED);
}

/* Below what libcurl takes by itself, and in trailers, where it takes all. */
MG_TEST (headers_have_an_end)
{
  static const char *const heads[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n%s\r\n{}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "2\r\n{}\r\n0\r\n%s\r\n",
  };
  MG_CLEANUP (mg_buf_done) struct mg_buf lines = MG_BUF_INIT (MG_MIB);
  struct reply reply = { .how = REPLY_SEND_CLOSE, .times = -1 };
  size_t i;

  while (lines.len <= 270 * MG_KIB)
    mg_buf_add_str (&lines, "X-More: and more and more and more\r\n");
  for (i = 0; i < N (heads); i++) {
    const char *at = strstr (heads[i], "%s");
    MG_CLEANUP_FREE char *raw =
      mg_xasprintf ("%.*s%s%s", (int) (at - heads[i]), heads[i],
                    mg_buf_text (&lines), at + 2);

    reply.raw = raw;
    answers (&reply, MG_READ, MG_E_PROTOCOL, "not-http", MG_OUTCOME_DOUBT);
    answers (&reply, MG_CREATE, MG_E_PROTOCOL, "not-http", MG_OUTCOME_DOUBT);
  }
}

MG_TEST (what_is_no_http)
{
  static const struct reply odd = {
    .how = REPLY_SEND_CLOSE, .times = -1, .raw = "SSH-2.0-x\r\n" };

  answers (&odd, MG_CREATE, MG_E_PROTOCOL, "not-http", MG_OUTCOME_DOUBT);
}

MG_TEST (redirects_are_not_followed)
{
  static const struct reply away = {
    .status = 302, .times = -1,
    .headers = "Location: https://evil.example.org/login?token=abc\r\n" };
  struct rig rig;

  answers (&away, MG_READ, MG_E_PROTOCOL, "redirect", MG_OUTCOME_DOUBT);
  answers (&away, MG_CREATE, MG_E_PROTOCOL, "redirect", MG_OUTCOME_DOUBT);
  rig_up (&rig, &away, 1);
  get (&rig, "/x");
  has_str (rig.err.text, "evil.example.org");
  has_str (rig.err.text, "private link");
  is_int (replier_n (rig.server), 1);
  rig_down (&rig);
}

MG_TEST (lost_before_and_after_the_effect)
{
  static const struct reply how[] = {
    { .how = REPLY_CLOSE, .times = -1 }, { .how = REPLY_RESET, .times = -1 },
    { .how = REPLY_RESET_EARLY, .times = -1 },
  };
  size_t i;

  for (i = 0; i < N (how); i++) {
    answers (&how[i], MG_CREATE, MG_E_NET, "connection-lost",
             MG_OUTCOME_DOUBT);
    answers (&how[i], MG_READ, MG_E_NET, "connection-lost",
             MG_OUTCOME_DOUBT);
  }
}

MG_TEST (a_create_is_sent_once_whatever_comes)
{
  static const struct reply how[] = {
    { .how = REPLY_CLOSE }, { .how = REPLY_RESET }, { .status = 500 },
    { .status = 503, .headers = "Retry-After: 0\r\n" }, { .status = 504 },
    { .status = 200, .body = "<html></html>" },
    { .how = REPLY_SEND_CLOSE, .raw = "HTTP/1.1 200 OK\r\n\r\n{" },
  };
  size_t i;

  for (i = 0; i < N (how); i++) {
    struct rig rig;

    rig_up (&rig, &how[i], 1);
    ok (post (&rig, MG_CREATE, "/x", "{}") < 0);
    is_int (rig.res.outcome, MG_OUTCOME_DOUBT);
    is_int (replier_n (rig.server), 1);
    rig_down (&rig);
  }
}

MG_TEST (reads_and_writes_that_may_be_repeated_are)
{
  static const struct reply script[] = {
    { .status = 200 },
    { .status = 503 }, { .how = REPLY_RESET }, { .how = REPLY_CLOSE },
    { .status = 500 }, { .status = 504 }, { .status = 408 },
    { .status = 429 }, { .status = 200 },
  };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_ok (get (&rig, "/first"));
  is_ok (post (&rig, MG_IDEMPOTENT, "/x", "{}"));
  is_int (replier_n (rig.server), 9);
  rig_down (&rig);
}

MG_TEST (a_create_is_repeated_when_surely_nothing_happened)
{
  static const struct reply script[] = {
    { .status = 429 }, { .status = 429, .headers = "Retry-After: 0\r\n" },
    { .status = 409, .body = ERROR ("ABORTED") }, { .status = 200 },
  };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_ok (post (&rig, MG_CREATE, "/x", "{}"));
  is_int (rig.res.tries, 4);
  rig_down (&rig);
}

MG_TEST (after_the_last_retry_the_error_tells_how_often)
{
  static const struct reply script[] = { { .status = 200 },
                                         { .status = 503, .times = -1 } };
  struct rig rig;

  rig_init (&rig, script, N (script));
  rig.options.retries = 3;
  rig_open (&rig);
  is_ok (get (&rig, "/first"));
  is_int (get (&rig, "/x"), MG_E_REMOTE);
  has_str (rig.err.text, "4 tries");
  is_int (rig.err.http, 503);
  is_int (rig.res.tries, 4);
  rig_down (&rig);
}

MG_TEST (the_error_tells_what_the_service_said)
{
  static const struct reply script[] = {
    { .status = 403, .headers = "x-databricks-request-id: r-77\r\n",
      .body = "{\"error_code\":\"PERMISSION_DENIED\",\"message\":"
              "\"no right on " TOKEN "\"}" },
  };
  struct rig rig;

  rig_up (&rig, script, 1);
  is_int (get (&rig, "/api/x?page_token=abc"), MG_E_DENIED);
  has_str (rig.err.text, "GET /api/x?page_token=***: 403 PERMISSION_DENIED: "
                         "no right on *** (request r-77)");
  is_str (rig.res.error_code, "PERMISSION_DENIED");
  rig_down (&rig);
}

MG_TEST (a_retry_after_beyond_the_budget_fails_at_once)
{
  static const struct reply script[] = {
    { .status = 503, .headers = "Retry-After: 3600\r\n", .times = -1 },
  };
  struct rig rig;

  rig_up (&rig, script, 1);
  is_int (get (&rig, "/x"), MG_E_REMOTE);
  is_int (replier_n (rig.server), 1);
  rig_down (&rig);
}

MG_TEST (a_silent_server_is_left)
{
  static const struct reply script[] = {
    { .status = 200 }, { .how = REPLY_STALL }, { .how = REPLY_STALL },
    { .how = REPLY_SEND_STALL,
      .raw = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}" },
    { .status = 200 },
  };
  struct mg_request req = { .effect = MG_READ, .method = "GET", .path = "/x",
                            .timeout_us = 30000 };
  struct mg_request create = { .effect = MG_CREATE, .method = "POST",
                               .path = "/x", .timeout_us = 30000 };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_ok (get (&rig, "/first"));
  is_int (call (&rig, &create), MG_E_NET);
  is_str (rig.err.id, "timeout");
  is_int (rig.res.outcome, MG_OUTCOME_DOUBT);
  is_ok (call (&rig, &req));
  is_int (rig.res.tries, 3);
  rig_down (&rig);
}

/* Each byte counts as life, however long all of them take. */
MG_TEST (a_slow_server_is_waited_for)
{
  static const struct reply script[] = {
    { .how = REPLY_SLOW, .status = 200, .body = "{\"slow\":true}" },
  };
  struct mg_request req = { .effect = MG_READ, .method = "GET", .path = "/x",
                            .timeout_us = 2000000 };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_ok (call (&rig, &req));
  is_str (mg_buf_text (&rig.res.body), "{\"slow\":true}");
  rig_down (&rig);
}

MG_TEST (nobody_listens)
{
  static const struct reply script[] = { { .status = 200 } };
  struct rig rig;

  rig_init (&rig, script, 1);
  rig.end.host = (char *) "http://127.0.0.1:1";
  rig_open (&rig);
  is_int (post (&rig, MG_CREATE, "/x", "{}"), MG_E_NET);
  is_str (rig.err.id, "cannot-connect");
  is_int (rig.res.outcome, MG_OUTCOME_NOTHING);
  has_str (rig.err.text, "check the host");
  is_int (rig.res.tries, 3);
  rig_down (&rig);
}

MG_TEST (no_such_host)
{
  static const struct reply script[] = { { .status = 200 } };
  struct rig rig;

  rig_init (&rig, script, 1);
  rig.end.host = (char *) "http://nowhere.invalid";
  rig_open (&rig);
  is_int (get (&rig, "/x"), MG_E_NET);
  is_str (rig.err.id, "cannot-connect");
  rig_down (&rig);
}

MG_TEST (a_server_without_tls)
{
  static const struct reply script[] = {
    { .how = REPLY_RESET_EARLY, .times = -1 },
  };
  MG_CLEANUP_FREE char *https = NULL;
  struct rig rig;

  rig_init (&rig, script, 1);
  https = mg_xasprintf ("https%s", replier_url (rig.server) + 4);
  rig.end.host = https;
  rig_open (&rig);
  is_int (post (&rig, MG_CREATE, "/x", "{}"), MG_E_NET);
  is_int (rig.res.outcome, MG_OUTCOME_NOTHING);
  rig_down (&rig);
}
