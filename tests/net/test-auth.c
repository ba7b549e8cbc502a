/* Credentials on the wire: what is sent, what happens when it is refused, and
 * where tokens come from. */
#include <config.h>

#include <sys/stat.h>

#include "base/file.h"
#include "base/thread.h"
#include "net-test.h"

#define N(array) (sizeof (array) / sizeof (array)[0])
#define OTHER "da" "pi9999999999abcdef0123456789abcdef"
#define THIRD "da" "pi7777777777abcdef0123456789abcdef"

static void
write_profile (struct rig *rig, const char *token)
{
  MG_CLEANUP_FREE char *path =
    mg_xasprintf ("%s/.databrickscfg", mg_test_tmpdir ());
  MG_CLEANUP_FREE char *text =
    mg_xasprintf ("[ws]\nhost = %s\ntoken = %s\n",
                  replier_url (rig->server), token);

  setenv ("HOME", mg_test_tmpdir (), 1);
  unsetenv ("DATABRICKS_CONFIG_FILE");
  mg_file_write (path, text, strlen (text), 0600, NULL);
}

/* ---- a personal token ---- */

MG_TEST (a_refused_token_without_a_wait)
{
  static const struct reply script[] = { { .status = 401, .times = -1 } };
  struct rig rig;

  rig_up (&rig, script, 1);
  is_int (post (&rig, MG_CREATE, "/x", "{}"), MG_E_AUTH);
  is_str (rig.err.id, "token-expired");
  is_int (rig.res.outcome, MG_OUTCOME_NOTHING);
  has_str (rig.err.text, "profile 'ws': token refused (401); renew: migrate "
                         "configure ws");
  is_int (rig.err.http, 401);
  /* it was checked, and nobody else tries with it */
  has_str (replier_request (rig.server, 1), "GET /api/2.0/preview/scim/v2/Me");
  is_int (get (&rig, "/y"), MG_E_AUTH);
  is_int (replier_n (rig.server), 2);
  rig_down (&rig);
}

MG_TEST (a_403_that_means_the_token)
{
  static const struct reply script[] = {
    { .status = 403, .times = -1,
      .body = "{\"error_code\":\"403\",\"message\":"
              "\"Invalid access token.\"}" },
  };
  struct rig rig;

  rig_up (&rig, script, 1);
  is_int (get (&rig, "/x"), MG_E_AUTH);
  is_str (rig.err.id, "token-expired");
  rig_down (&rig);
}

/* "Credential was not sent or was of an unsupported type for this API" */
MG_TEST (one_request_that_does_not_take_the_token_stops_nobody)
{
  static const struct reply script[] = {
    { .status = 401 }, { .status = 200 }, { .status = 401 },
    { .status = 200 }, { .status = 401 }, { .status = 401 },
  };
  struct rig rig;

  rig_init (&rig, script, N (script));
  rig.options.auth_wait_us = 60 * MG_SECOND_US;
  rig_open (&rig);
  is_int (get (&rig, "/odd"), MG_E_DENIED);
  is_str (rig.err.id, "denied");
  is_int (rig.res.outcome, MG_OUTCOME_NOTHING);
  has_str (rig.err.text, "another sort of token");
  is_ok (get (&rig, "/x"));
  /* the check holds for a while */
  is_int (get (&rig, "/odd"), MG_E_DENIED);
  is_int (replier_n (rig.server), 6);
  rig_down (&rig);
}

MG_TEST (a_check_without_a_clear_answer_is_made_again)
{
  static const struct reply script[] = {
    { .status = 401 }, { .status = 503 }, { .status = 429 },
    { .status = 200 }, { .status = 200 },
  };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_ok (get (&rig, "/x"));
  has_str (replier_request (rig.server, 3), "scim/v2/Me");
  is_int (replier_n (rig.server), 5);
  rig_down (&rig);
}

struct renewal {
  struct rig *rig;
  const char *tokens[3];           /* written at each "token-wait" */
  int n, n_renewed;
  char text[400];
};

static void
renew (void *opaque, const struct mg_remote_event *event)
{
  struct renewal *r = opaque;

  if (strcmp (event->kind, "token-renewed") == 0)
    r->n_renewed++;
  if (strcmp (event->kind, "token-wait") != 0)
    return;
  if (r->n == 0)
    snprintf (r->text, sizeof r->text, "%s", event->text);
  if (r->tokens[r->n] != NULL)
    write_profile (r->rig, r->tokens[r->n++]);
}

static void
open_waiting (struct rig *rig, struct renewal *renewal, int64_t wait_us)
{
  write_profile (rig, TOKEN);
  renewal->rig = rig;
  rig->options.auth_wait_us = wait_us;
  rig->options.auth_read_us = 3000;
  rig_open (rig);
  mg_remote_set_watch (rig->remote, renew, renewal);
}

#define ORG(id) .headers = "X-Databricks-Org-Id: " id "\r\n"

MG_TEST (a_new_token_in_the_profile_goes_on)
{
  static const struct reply script[] = {
    { .status = 200, ORG ("11") }, { .status = 401, .times = 2 },
    { .status = 200, ORG ("11") }, { .status = 200, ORG ("11") },
  };
  struct renewal renewal = { .tokens = { OTHER } };
  struct rig rig;

  rig_init (&rig, script, N (script));
  open_waiting (&rig, &renewal, 60 * MG_SECOND_US);
  is_ok (get (&rig, "/first"));
  is_ok (post (&rig, MG_CREATE, "/x", "{}"));
  has_str (renewal.text, "profile 'ws': token refused (401); waiting; renew: "
                         "migrate configure ws");
  is_int (renewal.n_renewed, 1);
  has_str (replier_request (rig.server, 1), TOKEN);
  has_str (replier_request (rig.server, 3), "GET /api/2.0/preview/scim/v2/Me");
  has_str (replier_request (rig.server, 3), OTHER);
  has_str (replier_request (rig.server, 4), "POST /x");
  has_str (replier_request (rig.server, 4), OTHER);
  rig_down (&rig);
}

MG_TEST (a_token_of_another_workspace_is_not_used)
{
  static const struct reply script[] = {
    { .status = 200, ORG ("11") }, { .status = 401, .times = 2 },
    { .status = 200, ORG ("22") }, { .status = 200, ORG ("11") },
    { .status = 200 },
  };
  struct renewal renewal = { .tokens = { OTHER, THIRD } };
  struct rig rig;

  rig_init (&rig, script, N (script));
  open_waiting (&rig, &renewal, 60 * MG_SECOND_US);
  is_ok (get (&rig, "/first"));
  is_ok (get (&rig, "/x"));
  is_int (renewal.n, 2);
  is_int (renewal.n_renewed, 1);
  has_str (replier_request (rig.server, 5), "GET /x");
  has_str (replier_request (rig.server, 5), THIRD);
  rig_down (&rig);
}

MG_TEST (a_new_token_that_is_refused_too_is_waited_out)
{
  static const struct reply script[] = { { .status = 401, .times = -1 } };
  struct renewal renewal = { .tokens = { OTHER } };
  struct rig rig;

  rig_init (&rig, script, N (script));
  open_waiting (&rig, &renewal, 40000);
  is_int (get (&rig, "/x"), MG_E_AUTH);
  is_str (rig.err.id, "token-expired");
  /* the call, a check, and one probe of the other token */
  is_int (replier_n (rig.server), 3);
  rig_down (&rig);
}

struct job {
  struct rig *rig;
  struct mg_thread thread;
  int code;
};

static void
run_job (void *opaque)
{
  struct job *job = opaque;
  struct mg_request req = { .effect = MG_READ, .method = "GET",
                            .path = "/x" };
  struct mg_response res;

  mg_response_init (&res);
  job->code = mg_remote_call (job->rig->remote, &req, &res, NULL);
  mg_response_done (&res);
}

MG_TEST (all_wait_for_one_new_token)
{
  static const struct reply script[] = {
    { .status = 401, .times = 2 }, { .status = 200, .times = -1 },
  };
  struct renewal renewal = { .tokens = { OTHER } };
  struct job jobs[12];
  struct rig rig;
  size_t i;

  rig_init (&rig, script, N (script));
  rig.options.max_in_flight = 1;
  open_waiting (&rig, &renewal, 60 * MG_SECOND_US);
  for (i = 0; i < N (jobs); i++) {
    jobs[i] = (struct job) { .rig = &rig };
    mg_thread_start (&jobs[i].thread, "job", run_job, &jobs[i]);
  }
  for (i = 0; i < N (jobs); i++) {
    mg_thread_join (&jobs[i].thread);
    is_int (jobs[i].code, 0);
  }
  is_int (renewal.n_renewed, 1);
  is_int (replier_n (rig.server), 1 + 1 + 1 + N (jobs));
  rig_down (&rig);
}

/* ---- other schemes ---- */

static void
sends (struct mg_end end, const char *line)
{
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  struct rig rig;

  rig_init (&rig, script, 1);
  end.host = rig.end.host;
  end.name = (char *) "x";
  rig.end = end;
  rig_open (&rig);
  is_ok (get (&rig, "/x"));
  if (line != NULL)
    has_str (replier_request (rig.server, 0), line);
  else
    ok (strstr (replier_request (rig.server, 0), "Authorization") == NULL);
  rig_down (&rig);
}

MG_TEST (basic_bearer_and_none)
{
  struct mg_end basic = { .type = MG_END_MLFLOW, .auth = MG_AUTH_BASIC,
                          .username = (char *) "Aladdin",
                          .password = (char *) "open sesame" };
  struct mg_end bearer = { .type = MG_END_MLFLOW, .auth = MG_AUTH_BEARER,
                           .token = (char *) "abc" };
  struct mg_end none = { .type = MG_END_MLFLOW };

  sends (basic, "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n");
  sends (bearer, "Authorization: Bearer abc\r\n");
  sends (none, NULL);
}

MG_TEST (a_plain_server_that_wants_a_password)
{
  static const struct reply script[] = {
    { .status = 401, .body = "You are not authenticated", .times = -1 },
  };
  struct rig rig;

  rig_init (&rig, script, 1);
  rig.end.type = MG_END_MLFLOW;
  rig.end.auth = MG_AUTH_NONE;
  rig.end.profile = NULL;
  rig_open (&rig);
  is_int (get (&rig, "/x"), MG_E_AUTH);
  is_str (rig.err.id, "no-credentials");
  has_str (rig.err.text, "profile");
  rig_down (&rig);
}

/* ---- OAuth ---- */

static void
client_rig (struct rig *rig, const struct reply *script, size_t n)
{
  rig_init (rig, script, n);
  rig->end.auth = MG_AUTH_M2M;
  rig->end.token = NULL;
  rig->end.client_id = (char *) "cid";
  rig->end.client_secret = (char *) "csecret77";
  rig_open (rig);
}

#define GOOD(token) { .status = 200, .body = "{\"access_token\":\"" token \
                      "\",\"token_type\":\"Bearer\",\"expires_in\":3600}" }

MG_TEST (a_client_gets_its_token_first)
{
  static const struct reply script[] = {
    { .status = 404 }, GOOD ("tok-1"), { .status = 200 }, { .status = 200 },
  };
  struct rig rig;

  client_rig (&rig, script, N (script));
  is_ok (get (&rig, "/x"));
  is_ok (get (&rig, "/y"));
  has_str (replier_request (rig.server, 0),
           "GET /oidc/.well-known/oauth-authorization-server");
  ok (strstr (replier_request (rig.server, 0), "Authorization") == NULL);
  has_str (replier_request (rig.server, 1), "POST /oidc/v1/token");
  has_str (replier_request (rig.server, 1),
           "Authorization: Basic Y2lkOmNzZWNyZXQ3Nw==\r\n");
  has_str (replier_request (rig.server, 1),
           "\r\n\r\ngrant_type=client_credentials&scope=all-apis");
  has_str (replier_request (rig.server, 1),
           "Content-Type: application/x-www-form-urlencoded");
  has_str (replier_request (rig.server, 2), "Authorization: Bearer tok-1\r\n");
  is_int (replier_n (rig.server), 4);
  rig_down (&rig);
}

MG_TEST (the_token_endpoint_is_where_the_workspace_says)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"token_endpoint\":\"${url}/oidc/other\"}" },
    GOOD ("tok-1"), { .status = 200 },
  };
  struct rig rig;

  client_rig (&rig, script, N (script));
  is_ok (get (&rig, "/x"));
  has_str (replier_request (rig.server, 1), "POST /oidc/other");
  rig_down (&rig);
}

MG_TEST (the_secret_goes_to_no_other_host)
{
  static const struct reply script[] = {
    { .status = 200,
      .body = "{\"token_endpoint\":\"https://evil.example.org/token\"}" },
  };
  struct rig rig;

  client_rig (&rig, script, N (script));
  is_int (get (&rig, "/x"), MG_E_DENIED);
  has_str (rig.err.text, "evil.example.org");
  is_int (replier_n (rig.server), 1);
  rig_down (&rig);
}

MG_TEST (a_refused_client)
{
  static const struct reply script[] = {
    { .status = 404 },
    { .status = 401, .times = -1,
      .body = "{\"error\":\"invalid_client\",\"error_description\":"
              "\"no csecret77 here\"}" },
  };
  struct rig rig;

  client_rig (&rig, script, N (script));
  is_int (get (&rig, "/x"), MG_E_AUTH);
  is_str (rig.err.id, "no-credentials");
  has_str (rig.err.text, "invalid_client");
  has_str (rig.err.text, "migrate configure ws");
  ok (strstr (rig.err.text, "csecret77") == NULL);
  is_int (get (&rig, "/y"), MG_E_AUTH);
  is_int (replier_n (rig.server), 2);
  rig_down (&rig);
}

static int
count_requests (struct rig *rig, const char *beginning)
{
  int i, n = 0;

  for (i = 0; i < replier_n (rig->server); i++)
    n += strncmp (replier_request (rig->server, i), beginning,
                  strlen (beginning)) == 0;
  return n;
}

MG_TEST (a_refused_access_token_is_renewed_once)
{
  static const struct reply script[] = {
    { .status = 404 }, GOOD ("tok-1"), { .status = 401 }, GOOD ("tok-2"),
    { .status = 200 }, { .status = 401 }, GOOD ("tok-3"), { .status = 401 },
  };
  struct rig rig;

  client_rig (&rig, script, N (script));
  is_ok (post (&rig, MG_CREATE, "/x", "{}"));
  has_str (replier_request (rig.server, 4), "Bearer tok-2");
  is_int (post (&rig, MG_CREATE, "/x", "{}"), MG_E_AUTH);
  has_str (replier_request (rig.server, 7), "Bearer tok-3");
  is_int (rig.res.outcome, MG_OUTCOME_NOTHING);
  /* another token may be on its way already; the create is not */
  is_int (count_requests (&rig, "POST /x"), 4);
  rig_down (&rig);
}

MG_TEST (a_token_endpoint_that_fails_is_asked_again)
{
  static const struct reply script[] = {
    { .status = 404 }, { .status = 503 }, { .how = REPLY_CLOSE },
    GOOD ("tok-1"), { .status = 200 },
  };
  struct rig rig;

  client_rig (&rig, script, N (script));
  is_ok (get (&rig, "/x"));
  rig_down (&rig);
}

MG_TEST (an_endpoint_that_gives_no_token)
{
  static const struct reply bad[] = {
    { .status = 200, .body = "{}" }, { .status = 200, .body = "" },
    { .status = 200, .body = "<html>" },
    { .status = 200, .body = "{\"access_token\":\"a\\r\\nX: y\"}" },
  };
  size_t i;

  for (i = 0; i < N (bad); i++) {
    struct reply script[] = { { .status = 404 }, bad[i] };
    struct rig rig;

    client_rig (&rig, script, N (script));
    is_int (get (&rig, "/x"), MG_E_PROTOCOL);
    rig_down (&rig);
  }
}

/* ---- a program ---- */

static void
install (const char *script)
{
  MG_CLEANUP_FREE char *path =
    mg_xasprintf ("%s/databricks", mg_test_tmpdir ());
  MG_CLEANUP_FREE char *list =
    mg_xasprintf ("%s:/usr/bin:/bin", mg_test_tmpdir ());

  mg_file_write (path, script, strlen (script), 0755, NULL);
  setenv ("PATH", list, 1);
}

static void
program_rig (struct rig *rig, const struct reply *script, size_t n)
{
  rig_init (rig, script, n);
  rig->end.auth = MG_AUTH_PROGRAM;
  rig->end.auth_name = (char *) "databricks-cli";
  rig->end.token = NULL;
  rig_open (rig);
}

MG_TEST (the_program_is_asked_for_a_token)
{
  static const struct reply script[] = {
    { .status = 200 }, { .status = 401 }, { .status = 200 },
  };
  struct rig rig;

  setenv ("DATABRICKS_TOKEN", "not-for-you", 1);
  install ("#!/bin/sh\n"
           "printf '{\"access_token\":\"%s-%s\",\"expiry\":"
           "\"2099-01-01T00:00:00Z\"}' \"$3$4\" \"${DATABRICKS_TOKEN-none}\""
           "\n");
  program_rig (&rig, script, N (script));
  is_ok (get (&rig, "/x"));
  has_str (replier_request (rig.server, 0), "Bearer --profilews-none\r\n");
  is_ok (get (&rig, "/y"));
  is_int (replier_n (rig.server), 3);
  rig_down (&rig);
  unsetenv ("DATABRICKS_TOKEN");
}

MG_TEST (a_program_that_fails)
{
  static const struct reply script[] = { { .status = 200 } };
  struct rig rig;

  install ("#!/bin/sh\necho oops; exit 1\n");
  program_rig (&rig, script, N (script));
  is_int (get (&rig, "/x"), MG_E_AUTH);
  is_str (rig.err.id, "auth-type");
  has_str (rig.err.text, "databricks auth login");
  is_int (replier_n (rig.server), 0);
  rig_down (&rig);
}
