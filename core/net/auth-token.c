/* Where a token that expires comes from: the workspace's token endpoint (OAuth
 * client credentials), or a program.  See auth.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/parse.h"
#include "base/process.h"
#include "base/str.h"
#include "net/auth-impl.h"
#include "net/body.h"
#include "net/errbody.h"
#include "net/redact.h"
#include "net/url.h"

#define PROGRAM_TIMEOUT_US (30 * MG_SECOND_US)
#define USUAL_LIFE_S 1800              /* when nobody says how long */
#define DATABRICKS_IN_AZURE "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"

/* ---- a token has come ---- */

/* Renewed when a quarter of its life is left, five minutes at most; not used
 * in its last 40 s. */
static void
take_token (struct mg_auth *a, const char *token, int64_t life_us,
            int64_t now_us)
{
  int64_t quarter = life_us / 4;
  int64_t early = quarter < 300 * MG_SECOND_US ? quarter : 300 * MG_SECOND_US;
  int64_t late = quarter < 40 * MG_SECOND_US ? quarter : 40 * MG_SECOND_US;

  mg_free_secret (a->end.token);
  a->end.token = mg_xstrdup (token);
  mg_free_secret (a->line);
  a->line = mg_xasprintf ("Authorization: Bearer %s", token);
  a->renew_us = now_us + life_us - early;
  a->expires_us = now_us + life_us - late;
  a->generation++;
}

/* A token is put into a header line: nothing in it may end that line. */
static int
is_clean_token (const char *token)
{
  for (; *token != '\0'; token++)
    if ((unsigned char) *token <= ' ' || (unsigned char) *token >= 0x7f)
      return 0;
  return 1;
}

static int
bad_answer (struct mg_auth *a, const char *from, struct mg_error *err)
{
  char who[160];

  return mg_error_set (err, MG_E_PROTOCOL, "auth-type",
                       "%s: %s gave no token that can be used; look at it by "
                       "hand", mg_auth_who (a, who), from);
}

/* ---- OAuth ---- */

static void
basic_line (const char *user, const char *password, char **ret_line)
{
  char *pair = mg_xasprintf ("%s:%s", user, password);
  size_t len = strlen (pair);
  char *text = mg_xcalloc (1, len / 3 * 4 + 8);

  mg_base64 (pair, len, text);
  *ret_line = mg_xasprintf ("Authorization: Basic %s", text);
  mg_free_secret (pair);
  mg_free_secret (text);
}

static void
fetch_token (struct mg_auth *a, int64_t now_us)
{
  char *line;

  basic_line (a->end.client_id, a->end.client_secret, &line);
  mg_fetch_start (&a->fetch, a->endpoint,
                  "grant_type=client_credentials&scope=all-apis", line,
                  now_us);
  mg_free_secret (line);
}

static void
discover (struct mg_auth *a, int64_t now_us)
{
  MG_CLEANUP_FREE char *url =
    mg_xasprintf ("%s/oidc/.well-known/oauth-authorization-server",
                  a->end.host);

  mg_fetch_start (&a->fetch, url, NULL, NULL, now_us);
}

/* The client's secret goes to the workspace itself and nowhere else. */
static int
take_endpoint (struct mg_auth *a, struct mg_error *err)
{
  MG_CLEANUP_FREE char *named =
    a->fetch.status == 200
      ? mg_json_get_text (mg_buf_text (&a->fetch.body), a->fetch.body.len,
                          "token_endpoint")
      : NULL;
  struct mg_url url, host;
  char who[160];

  if (named == NULL) {
    a->endpoint = mg_xasprintf ("%s/oidc/v1/token", a->end.host);
    return 0;
  }
  if (mg_url_parse (named, &url, NULL) < 0
      || mg_url_parse (a->end.host, &host, NULL) < 0
      || !mg_url_same_server (&url, &host))
    return mg_error_set (err, MG_E_DENIED, "auth-type",
                         "%s: the workspace names a token endpoint on another "
                         "host, '%.100s'; the secret is not sent there",
                         mg_auth_who (a, who), named);
  a->endpoint = mg_xstrdup (named);
  return 0;
}

static int
no_answer (struct mg_auth *a, struct mg_error *err)
{
  char who[160];

  return mg_error_set (err, MG_E_NET,
                       a->fetch.end.result == MG_TRANSFER_TLS
                         || a->fetch.end.result == MG_TRANSFER_HANDSHAKE
                         ? "tls" : "cannot-connect",
                       "%s: no token from '%s': %s; check host and network",
                       mg_auth_who (a, who), a->end.host, a->fetch.end.text);
}

static int
refused (struct mg_auth *a, struct mg_error *err)
{
  struct mg_error_body body;
  char who[160], cure[160];
  int again = a->fetch.status >= 500 || a->fetch.status == 429;

  mg_error_body_read (mg_buf_text (&a->fetch.body), a->fetch.body.len,
                      a->fetch.status, &body);
  mg_error_set (err, again ? MG_E_NET : MG_E_AUTH,
                again ? "server-error" : "no-credentials",
                "%s: client_id '%s' was refused (%d %s %.200s); %s",
                mg_auth_who (a, who), a->end.client_id, a->fetch.status,
                body.code, body.message, mg_auth_cure (a, cure));
  if (err != NULL)
    mg_redact_text (err->text, sizeof err->text, &a->end);
  return again ? MG_E_NET : MG_E_AUTH;
}

static int
take_oauth (struct mg_auth *a, int64_t now_us, struct mg_error *err)
{
  const char *text = mg_buf_text (&a->fetch.body);
  size_t len = a->fetch.body.len;
  char *token = mg_json_get_text (text, len, "access_token");
  int64_t life_s = USUAL_LIFE_S;
  int good = token != NULL && token[0] != '\0' && is_clean_token (token);

  if (mg_json_get_int64 (text, len, "expires_in", &life_s) && life_s < 1)
    life_s = 1;
  if (good)
    take_token (a, token, life_s * MG_SECOND_US, now_us);
  mg_free_secret (token);
  return good ? 1 : bad_answer (a, "the token endpoint", err);
}

static int
step_oauth (struct mg_auth *a, int64_t now_us, struct mg_error *err)
{
  int r;

  if (!mg_fetch_check (&a->fetch, now_us))
    return 0;
  if (a->fetch.end.result != MG_TRANSFER_OK)
    return no_answer (a, err);
  if (a->endpoint == NULL) {
    r = a->fetch.status >= 500 ? refused (a, err) : take_endpoint (a, err);
    if (r < 0)
      return r;
    fetch_token (a, now_us);
    return 0;
  }
  if (a->fetch.status != 200)
    return refused (a, err);
  return take_oauth (a, now_us, err);
}

/* ---- a program ---- */

static int
is_azure (const struct mg_auth *a)
{
  return mg_streq (a->end.auth_name, "azure-cli");
}

/* On a thread of its own; touches only what is the program's. */
static void
ask_program (void *opaque)
{
  struct mg_auth *a = opaque;
  const char *azure[] = { "az", "account", "get-access-token", "--resource",
                          DATABRICKS_IN_AZURE, "--output", "json", NULL };
  const char *databricks[] = { "databricks", "auth", "token", "--profile",
                               a->end.profile, NULL };
  struct mg_process process = {
    .argv = is_azure (a) ? azure : databricks,
    .timeout_us = PROGRAM_TIMEOUT_US,
    .hide_env = "DATABRICKS_",
    .keep_env = "DATABRICKS_CONFIG_FILE",
  };

  mg_error_clear (&a->program_error);
  if (mg_process_run (&process, &a->program_output, &a->program_status,
                      &a->program_error) < 0)
    a->program_status = -1;
  mg_mutex_lock (&a->lock);
  a->program_ended = 1;
  mg_mutex_unlock (&a->lock);
  a->transport->ops->wake (a->transport);
}

static int64_t
program_life_us (const char *text, size_t len)
{
  MG_CLEANUP_FREE char *expiry = mg_json_get_text (text, len, "expiry");
  int64_t left = -1, at;

  if (mg_json_get_int64 (text, len, "expires_on", &at))
    left = at * MG_SECOND_US - mg_clock_wall_us ();
  else if (expiry != NULL && mg_time_parse_iso (expiry, &at) == 0)
    left = at - mg_clock_wall_us ();
  return left > MG_SECOND_US ? left : USUAL_LIFE_S * MG_SECOND_US;
}

static int
step_program (struct mg_auth *a, int64_t now_us, struct mg_error *err)
{
  const char *name = is_azure (a) ? "az" : "databricks";
  char who[160];
  char *token;
  int ended, good;

  mg_mutex_lock (&a->lock);
  ended = a->program_ended;
  mg_mutex_unlock (&a->lock);
  if (!ended)
    return 0;
  mg_thread_join (&a->thread);
  if (a->program_status != 0)
    return mg_error_set (err, MG_E_AUTH, "auth-type",
                         "%s: '%s' gave no token (%s); log in with it again: "
                         "%s", mg_auth_who (a, who), name,
                         a->program_status < 0 ? a->program_error.text
                                               : "it failed",
                         is_azure (a) ? "az login" : "databricks auth login");
  token = mg_json_get_text (mg_buf_text (&a->program_output),
                            a->program_output.len,
                            is_azure (a) ? "accessToken" : "access_token");
  good = token != NULL && token[0] != '\0' && is_clean_token (token);
  if (good)
    take_token (a, token,
                program_life_us (mg_buf_text (&a->program_output),
                                 a->program_output.len), now_us);
  mg_free_secret (token);
  if (a->program_output.data != NULL)
    mg_wipe (a->program_output.data, a->program_output.len);
  return good ? 1 : bad_answer (a, name, err);
}

/* ---- both ---- */

void
mg_auth_token_start (struct mg_auth *a, int64_t now_us)
{
  a->is_fetching = 1;
  if (a->end.auth == MG_AUTH_PROGRAM) {
    a->program_ended = 0;
    mg_buf_reset (&a->program_output);
    if (mg_thread_start (&a->thread, "token", ask_program, a) < 0)
      mg_oom ();
    return;
  }
  if (a->endpoint == NULL)
    discover (a, now_us);
  else
    fetch_token (a, now_us);
}

int
mg_auth_token_step (struct mg_auth *a, int64_t now_us, struct mg_error *err)
{
  int r = a->end.auth == MG_AUTH_PROGRAM ? step_program (a, now_us, err)
                                         : step_oauth (a, now_us, err);

  if (r != 0)
    a->is_fetching = 0;
  return r;
}

void
mg_auth_token_stop (struct mg_auth *a)
{
  mg_thread_join (&a->thread);
  mg_fetch_done (&a->fetch);
  if (a->program_output.data != NULL)
    mg_wipe (a->program_output.data, a->program_output.len);
  mg_buf_done (&a->program_output);
}
