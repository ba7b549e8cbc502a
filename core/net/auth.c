/* The credentials of an end and what happens when they are refused: see
 * auth.h.  Everything here runs on the I/O thread. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "net/auth-impl.h"
#include "net/body.h"
#include "net/redact.h"

#define READ_EVERY_US (20 * MG_SECOND_US)
#define CHECKS 5                       /* of "who am I" without a clear answer */
#define GOOD_US (60 * MG_SECOND_US)    /* so long a check holds */
#define WHO_AM_I "/api/2.0/preview/scim/v2/Me"

const char *
mg_auth_secret (const struct mg_end *end)
{
  if (end->auth == MG_AUTH_M2M)
    return end->client_secret;
  if (end->auth == MG_AUTH_BASIC)
    return end->password;
  return end->token;
}

const char *
mg_auth_who (const struct mg_auth *a, char text[160])
{
  if (a->end.profile != NULL)
    snprintf (text, 160, "profile '%.140s'", a->end.profile);
  else if (a->end.from_environment)
    snprintf (text, 160, "the environment's DATABRICKS_%s",
              a->end.auth == MG_AUTH_M2M ? "CLIENT_SECRET" : "TOKEN");
  else
    snprintf (text, 160, "'%.140s'", a->end.host);
  return text;
}

const char *
mg_auth_cure (const struct mg_auth *a, char text[160])
{
  if (a->end.type == MG_END_MLFLOW)
    snprintf (text, 160, "put user and password or a token for it into %s",
              a->end.profile ? "that profile" : "a profile");
  else if (a->end.auth == MG_AUTH_PROGRAM)
    snprintf (text, 160, "log in again with %s", a->end.auth_name);
  else if (a->end.profile != NULL)
    snprintf (text, 160, "renew: migrate configure %.120s", a->end.profile);
  else
    snprintf (text, 160, "set another, or use a profile");
  return text;
}

static int
is_renewed (const struct mg_auth *a)
{
  return a->end.auth == MG_AUTH_M2M || a->end.auth == MG_AUTH_PROGRAM;
}

static void
set_basic (struct mg_auth *a)
{
  char *pair = mg_xasprintf ("%s:%s", a->end.username, a->end.password);
  size_t len = strlen (pair);
  char *text = mg_xcalloc (1, len / 3 * 4 + 8);

  mg_base64 (pair, len, text);
  a->line = mg_xasprintf ("Authorization: Basic %s", text);
  mg_free_secret (pair);
  mg_free_secret (text);
}

/* The line for credentials that are what they are. */
static void
set_line (struct mg_auth *a)
{
  mg_free_secret (a->line);
  a->line = NULL;
  if (a->end.auth == MG_AUTH_BASIC)
    set_basic (a);
  else if (a->end.auth != MG_AUTH_NONE)
    a->line = mg_xasprintf ("Authorization: Bearer %s", a->end.token);
  a->generation++;
}

struct mg_auth *
mg_auth_new (const struct mg_end *end, struct mg_transport *transport,
             const struct mg_auth_options *options)
{
  struct mg_auth *a = mg_xcalloc (1, sizeof *a);

  mg_end_copy (&a->end, end);
  a->transport = transport;
  a->options = *options;
  if (a->options.read_every_us <= 0)
    a->options.read_every_us = READ_EVERY_US;
  a->renew_us = a->expires_us = INT64_MAX;
  a->fetch_us = INT64_MIN;
  mg_mutex_init (&a->lock);
  mg_buf_init (&a->program_output, MG_MAX_ERROR_BODY);
  mg_fetch_init (&a->fetch, transport, options->user_agent);
  a->options.user_agent = NULL;
  if (is_renewed (a))
    a->state = AUTH_FETCH;
  else
    set_line (a);
  return a;
}

void
mg_auth_free (struct mg_auth *a)
{
  if (a == NULL)
    return;
  mg_auth_token_stop (a);
  mg_mutex_done (&a->lock);
  mg_free_secret (a->line);
  mg_free_secret (a->refused);
  mg_free (a->endpoint);
  mg_end_done (&a->end);
  mg_free (a);
}

int
mg_auth_line (struct mg_auth *a, int64_t now_us, const char **ret_line,
              unsigned *ret_generation, struct mg_error *err)
{
  if (a->state == AUTH_READY && now_us >= a->expires_us)
    a->state = AUTH_FETCH;
  if (a->state == AUTH_FAILED) {
    mg_error_copy (err, &a->error);
    return a->error.code;
  }
  if (a->state != AUTH_READY)
    return MG_E_AGAIN;
  *ret_line = a->line;
  *ret_generation = a->generation;
  return 0;
}

int
mg_auth_may_retry (const struct mg_auth *a, unsigned tries, int64_t now_us)
{
  if (is_renewed (a))
    return tries == 0 || a->state == AUTH_WAIT;
  if (a->state == AUTH_READY && now_us < a->good_until_us)
    return tries == 0;
  return a->state != AUTH_FAILED && a->end.auth != MG_AUTH_NONE;
}

void
mg_auth_settle (struct mg_auth *a)
{
  if (a->state == AUTH_FAILED && !a->is_sticky)
    a->state = AUTH_FETCH;
}

void
mg_auth_set_org (struct mg_auth *a, const char *org_id)
{
  if (org_id[0] != '\0')
    snprintf (a->org_id, sizeof a->org_id, "%s", org_id);
}

const struct mg_end *
mg_auth_end (const struct mg_auth *a)
{
  return &a->end;
}

/* ---- refused ---- */

static void
fail (struct mg_auth *a, const struct mg_error *why, int is_sticky)
{
  mg_error_copy (&a->error, why);
  a->is_sticky = is_sticky;
  a->state = AUTH_FAILED;
}

static void
fail_refused (struct mg_auth *a, int status)
{
  struct mg_error err = MG_ERROR_INIT;
  char who[160], cure[160];

  if (a->end.auth == MG_AUTH_NONE)
    mg_error_set (&err, MG_E_AUTH, "no-credentials",
                  "'%s' wants credentials (%d); %s", a->end.host, status,
                  mg_auth_cure (a, cure));
  else
    mg_error_set (&err, MG_E_AUTH,
                  a->end.type == MG_END_MLFLOW ? "no-credentials"
                                               : "token-expired",
                  "%s: %s refused (%d); %s", mg_auth_who (a, who),
                  a->end.auth == MG_AUTH_BASIC ? "password" : "token", status,
                  mg_auth_cure (a, cure));
  err.http = status;
  fail (a, &err, 1);
}

static void
begin_wait (struct mg_auth *a, int status, int64_t now_us)
{
  char who[160], cure[160], text[400];

  a->state = AUTH_WAIT;
  a->wait_since_us = now_us;
  a->wait_until_us = now_us + a->options.wait_us;
  a->read_us = now_us + a->options.read_every_us;
  mg_free_secret (a->refused);
  a->refused = mg_xstrdup (mg_auth_secret (&a->end));
  snprintf (text, sizeof text, "%s: token refused (%d); waiting; %s",
            mg_auth_who (a, who), status, mg_auth_cure (a, cure));
  if (a->options.notify != NULL)
    a->options.notify (a->options.opaque, "token-wait", text,
                       a->options.wait_us);
}

/* Only a profile can change under us. */
static void
wait_or_fail (struct mg_auth *a, int status, int64_t now_us)
{
  if (a->options.wait_us > 0 && a->end.profile != NULL
      && a->end.auth != MG_AUTH_NONE && a->end.auth != MG_AUTH_PROGRAM)
    begin_wait (a, status, now_us);
  else
    fail_refused (a, status);
}

/* "Who am I" with the token as it is. */
static void
ask_who (struct mg_auth *a, enum mg_auth_state state, int64_t now_us)
{
  MG_CLEANUP_FREE char *url = mg_xasprintf ("%s" WHO_AM_I, a->end.host);
  char *line = mg_xasprintf ("Authorization: Bearer %s", a->end.token);

  mg_fetch_start (&a->fetch, url, NULL, line, now_us);
  mg_free_secret (line);
  a->state = state;
}

void
mg_auth_refused (struct mg_auth *a, unsigned generation, int status,
                 int64_t now_us)
{
  if (generation != a->generation || a->state != AUTH_READY)
    return;
  if (is_renewed (a)) {
    a->state = AUTH_FETCH;
    a->expires_us = now_us;
    return;
  }
  a->refused_status = status;
  if (a->end.auth != MG_AUTH_PAT || a->end.type != MG_END_DATABRICKS)
    wait_or_fail (a, status, now_us);
  else if (now_us >= a->good_until_us)
    ask_who (a, AUTH_CHECK, now_us);
}

/* The last answer of "who am I": 1 the token is good, 0 it is not, -1 nobody
 * knows, and it is asked again a little later. */
static int
verdict (struct mg_auth *a, int64_t now_us)
{
  int status = a->fetch.end.result == MG_TRANSFER_OK ? a->fetch.status : 0;
  int is_clear = status == 200 || status == 401 || status == 403;

  if (is_clear || ++a->n_failed >= CHECKS) {
    a->n_failed = 0;
    return status == 200;
  }
  a->read_us = now_us + (a->options.backoff_us << a->n_failed);
  return -1;
}

static int64_t
step_check (struct mg_auth *a, int64_t now_us)
{
  if (a->fetch.url != NULL) {
    if (!mg_fetch_check (&a->fetch, now_us))
      return a->fetch.deadline_us - now_us;
    switch (verdict (a, now_us)) {
    case 1:
      a->state = AUTH_READY;
      a->good_until_us = now_us + GOOD_US;
      return INT64_MAX;
    case 0:
      wait_or_fail (a, a->refused_status, now_us);
      return 0;
    }
    mg_fetch_forget (&a->fetch);
  }
  if (now_us < a->read_us)
    return a->read_us - now_us;
  ask_who (a, AUTH_CHECK, now_us);
  return a->fetch.deadline_us - now_us;
}

/* ---- waiting for other credentials ---- */

static void
go_on (struct mg_auth *a, int64_t now_us)
{
  char span[24], text[100];

  set_line (a);
  a->state = AUTH_READY;
  snprintf (text, sizeof text, "token renewed after %s, going on",
            mg_time_span (now_us - a->wait_since_us, span));
  if (a->options.notify != NULL)
    a->options.notify (a->options.opaque, "token-renewed", text, 0);
}

static void
try_new (struct mg_auth *a, int64_t now_us)
{
  if (a->end.auth == MG_AUTH_M2M) {
    a->state = AUTH_FETCH;
    a->fetch_us = now_us;
    a->n_failed = 0;
    return;
  }
  if (a->end.type != MG_END_DATABRICKS || a->end.auth != MG_AUTH_PAT) {
    go_on (a, now_us);
    return;
  }
  ask_who (a, AUTH_PROBE, now_us);
}

static void
look_again (struct mg_auth *a, int64_t now_us)
{
  const char *secret;

  a->read_us = now_us + a->options.read_every_us;
  /* a file that is being written may not make sense for a moment */
  if (mg_end_reload (&a->end, NULL) < 0)
    return;
  secret = mg_auth_secret (&a->end);
  if (secret == NULL || mg_streq (secret, a->refused))
    return;
  try_new (a, now_us);
}

static int64_t
step_wait (struct mg_auth *a, int64_t now_us)
{
  if (now_us >= a->wait_until_us) {
    fail_refused (a, 401);
    return 0;
  }
  if (now_us >= a->read_us)
    look_again (a, now_us);
  if (a->state != AUTH_WAIT)
    return 0;
  return (a->read_us < a->wait_until_us ? a->read_us : a->wait_until_us)
         - now_us;
}

/* RULE-SAME-WORKSPACE: a new token may be of another workspace; no request
 * goes out with it before the workspace's id was compared. */
static int64_t
step_probe (struct mg_auth *a, int64_t now_us)
{
  char text[300], who[160];

  if (!mg_fetch_check (&a->fetch, now_us))
    return a->fetch.deadline_us - now_us;
  a->state = AUTH_WAIT;
  if (a->fetch.end.result != MG_TRANSFER_OK || a->fetch.status >= 500
      || a->fetch.status == 429)
    return a->read_us - now_us;        /* the same token is tried again */
  if (a->fetch.status == 401 || a->fetch.status == 403) {
    mg_free_secret (a->refused);
    a->refused = mg_xstrdup (a->end.token);
    return a->read_us - now_us;
  }
  if (a->org_id[0] != '\0' && strcmp (a->fetch.org_id, a->org_id) != 0) {
    mg_free_secret (a->refused);
    a->refused = mg_xstrdup (a->end.token);
    snprintf (text, sizeof text,
              "%s: the new token is of workspace '%s', not '%s'; waiting for "
              "another", mg_auth_who (a, who), a->fetch.org_id, a->org_id);
    mg_redact_text (text, sizeof text, &a->end);
    if (a->options.notify != NULL)
      a->options.notify (a->options.opaque, "token-wait", text,
                         a->wait_until_us - now_us);
    return a->read_us - now_us;
  }
  go_on (a, now_us);
  return 0;
}

/* ---- tokens that expire ---- */

static void
fetch_failed (struct mg_auth *a, const struct mg_error *err, int64_t now_us)
{
  int64_t wait_us = a->options.backoff_us;
  unsigned i;

  if (err->code == MG_E_NET && ++a->n_failed < a->options.retries) {
    for (i = 1; i < a->n_failed && wait_us < 30 * MG_SECOND_US; i++)
      wait_us *= 2;
    a->fetch_us = now_us + wait_us;
    return;
  }
  a->n_failed = 0;
  if (now_us < a->expires_us && a->state == AUTH_READY) {
    a->fetch_us = now_us + 10 * MG_SECOND_US;      /* the old one still holds */
    return;
  }
  if (err->code == MG_E_AUTH && a->end.auth == MG_AUTH_M2M
      && a->options.wait_us > 0 && a->end.profile != NULL)
    begin_wait (a, 401, now_us);
  else
    fail (a, err, err->code != MG_E_NET);
}

static int64_t
step_token (struct mg_auth *a, int64_t now_us)
{
  struct mg_error err = MG_ERROR_INIT;
  int r;

  if (!a->is_fetching) {
    if (a->state == AUTH_READY && now_us < a->renew_us)
      return a->renew_us - now_us;
    if (now_us < a->fetch_us)
      return a->fetch_us - now_us;
    mg_auth_token_start (a, now_us);
  }
  r = mg_auth_token_step (a, now_us, &err);
  if (r < 0) {
    fetch_failed (a, &err, now_us);
    return 0;
  }
  if (r == 0)
    return a->end.auth == MG_AUTH_M2M ? a->fetch.deadline_us - now_us
                                      : INT64_MAX;
  a->n_failed = 0;
  a->fetch_us = INT64_MIN;
  a->state = AUTH_READY;
  if (a->options.notify != NULL)
    a->options.notify (a->options.opaque, "token-fetched", "a token was fetched",
                       0);
  return a->renew_us - now_us;
}

int64_t
mg_auth_step (struct mg_auth *a, int64_t now_us)
{
  int64_t wait_us = INT64_MAX;

  if (a->state == AUTH_WAIT)
    wait_us = step_wait (a, now_us);
  else if (a->state == AUTH_PROBE)
    wait_us = step_probe (a, now_us);
  else if (a->state == AUTH_CHECK)
    wait_us = step_check (a, now_us);
  else if (is_renewed (a) && a->state != AUTH_FAILED)
    wait_us = step_token (a, now_us);
  return wait_us > 0 ? wait_us : 0;
}
