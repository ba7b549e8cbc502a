/* Tokens and sign-in: personal tokens, OAuth client credentials.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "call.h"

#define HOUR_US (3600 * MG_SECOND_US)
#define MAX_TOKENS 512

static void
make_secret (struct mg_rand *rng, const char *prefix, char *ret_text,
             size_t size)
{
  uint64_t low = mg_rand_next (rng), high = mg_rand_next (rng);

  snprintf (ret_text, size, "%s%016" PRIx64 "%016" PRIx64, prefix, high, low);
}

static struct sim_token *
add_token (struct sim *s, const char *text, int64_t principal,
           int64_t expires_us, int oauth)
{
  struct sim_token *t;

  if (s->n_tokens >= MAX_TOKENS) {     /* the oldest of OAuth makes room */
    int i = 0;

    while (i < s->n_tokens - 1 && !s->tokens[i].oauth)
      i++;
    s->n_tokens--;
    memmove (s->tokens + i, s->tokens + i + 1,
             (size_t) (s->n_tokens - i) * sizeof *t);
  }
  s->tokens = mg_xreallocarray (s->tokens, (size_t) s->n_tokens + 1,
                                sizeof *t);
  t = &s->tokens[s->n_tokens++];
  snprintf (t->text, sizeof t->text, "%s", text);
  t->principal = principal;
  t->expires_us = expires_us;
  t->oauth = oauth;
  return t;
}

void
sim_auth_init (struct sim *s, int64_t now_us)
{
  struct mg_rand rng;

  mg_rand_seed (&rng, s->config.seed ^ (uint64_t) s->workspace_id);
  make_secret (&rng, "dapi", s->pat, sizeof s->pat);
  make_secret (&rng, "dapi", s->expired, sizeof s->expired);
  make_secret (&rng, "dose", s->client_secret, sizeof s->client_secret);
  add_token (s, s->pat, s->admin_id, INT64_MAX, 0);
  add_token (s, s->expired, s->admin_id, now_us - 1, 0);
}

void
sim_auth_expire (struct sim *s, const char *what, int64_t now_us)
{
  int pat = strcmp (what, "oauth") != 0, oauth = strcmp (what, "pat") != 0;
  struct mg_rand rng;
  int i;

  for (i = 0; i < s->n_tokens; i++)
    if (s->tokens[i].oauth ? oauth : pat)
      s->tokens[i].expires_us = now_us - 1;
  if (!pat)
    return;
  /* Another one is issued, as a person would. */
  mg_rand_seed (&rng, s->config.seed ^ (uint64_t) sim_new_id (s));
  make_secret (&rng, "dapi", s->pat, sizeof s->pat);
  add_token (s, s->pat, s->admin_id, INT64_MAX, 0);
}

static int
refuse (struct sim_call *c, const char *name, int status, const char *code,
        const char *message)
{
  int scim = c->scim;

  c->token_name = name;
  c->scim = 0;                         /* the gateway in front answers */
  sim_fail (c, status, code, "%s", message);
  c->scim = scim;
  if (status == 401)
    sim_header (c->r, "WWW-Authenticate", "Bearer realm=\"workspace\"");
  return -1;
}

int
sim_auth_check (struct sim_call *c)
{
  const char *header = c->q->authorization, *text;
  struct sim_token *t = NULL;
  int i;

  if (header == NULL)
    return refuse (c, "none", 401, "UNAUTHENTICATED",
                   "Credential was not sent or was of an unsupported type "
                   "for this API.");
  if (strncasecmp (header, "Bearer ", 7) != 0)
    return refuse (c, "bad", 401, "UNAUTHENTICATED",
                   "Only bearer tokens are accepted.");
  for (text = header + 7; *text == ' '; text++)
    ;
  for (i = 0; i < c->s->n_tokens && t == NULL; i++)
    if (strcmp (c->s->tokens[i].text, text) == 0)
      t = &c->s->tokens[i];
  if (t == NULL)
    return refuse (c, "bad", 401, "UNAUTHENTICATED",
                   "Invalid access token.");
  if (t->expires_us <= c->now_us)
    return t->oauth
      ? refuse (c, "expired", 401, "UNAUTHENTICATED",
                "Access token expired.")
      : refuse (c, "expired", 403, "403", "Invalid access token.");
  c->me = sim_principal (c->s, t->principal, &c->me_kind);
  if (c->me == NULL)
    return refuse (c, "bad", 403, "403", "Invalid access token.");
  c->token_name = t->oauth ? "oauth" : "pat";
  return 0;
}

/* --- OAuth ----------------------------------------------------------- */

static char *
base_url (const struct sim_call *c)
{
  return mg_xasprintf ("%s://%s", c->q->scheme ? c->q->scheme : "http",
                       c->q->host ? c->q->host : "localhost");
}

void
sim_oidc_config (struct sim_call *c)
{
  MG_CLEANUP_FREE char *base = base_url (c);
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  const char *cloud = c->s->config.cloud;
  char text[400];

  snprintf (text, sizeof text, "%s/oidc", base);
  sim_json_set_str (o, "oidc_endpoint", text);
  sim_json_set_str (o, "account_id", c->s->account_id);
  snprintf (text, sizeof text, "%" PRId64, c->s->workspace_id);
  sim_json_set_str (o, "workspace_id", text);
  sim_json_set_str (o, "cloud", mg_streq (cloud, "azure") ? "AZURE"
                               : mg_streq (cloud, "gcp") ? "GCP" : "AWS");
  sim_json_set_str (o, "host_type", "workspace");
  sim_reply_json (c, 200, o);
}

void
sim_oidc_server (struct sim_call *c)
{
  MG_CLEANUP_FREE char *base = base_url (c);
  struct mg_buf *out = &c->r->body;

  mg_buf_reset (out);
  mg_buf_addf (out, "{\"issuer\":\"%s/oidc\",\"authorization_endpoint\":"
               "\"%s/oidc/v1/authorize\",\"token_endpoint\":"
               "\"%s/oidc/v1/token\",", base, base, base);
  mg_buf_add_str (out, "\"grant_types_supported\":[\"client_credentials\"],"
                  "\"scopes_supported\":[\"all-apis\"],"
                  "\"token_endpoint_auth_methods_supported\":"
                  "[\"client_secret_basic\",\"client_secret_post\"]}");
  c->r->status = 200;
  c->r->content_type = "application/json";
}

static void
oauth_error (struct sim_call *c, int status, const char *error,
             const char *description)
{
  mg_buf_reset (&c->r->body);
  mg_buf_addf (&c->r->body, "{\"error\":\"%s\",\"error_description\":\"%s\"}",
               error, description);
  c->r->status = status;
  c->r->content_type = "application/json";
  if (status == 401)
    sim_header (c->r, "WWW-Authenticate", "Basic realm=\"oidc\"");
}

/* One field of a form, decoded; the caller frees.  NULL when absent. */
static char *
form_field (const char *body, const char *name)
{
  size_t len = strlen (name);

  while (body != NULL && *body != '\0') {
    size_t all = strcspn (body, "&");

    if (strncmp (body, name, len) == 0 && body[len] == '=')
      return sim_url_decode (body + len + 1, all - len - 1, 1);
    body += all;
    if (*body == '&')
      body++;
  }
  return NULL;
}

static int
base64_digit (char c)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *at = c != '\0' ? strchr (digits, c) : NULL;

  return at != NULL ? (int) (at - digits) : -1;
}

/* "user:password" from a Basic header; the caller frees.  NULL: none. */
static char *
basic_pair (const char *header)
{
  struct mg_buf out = MG_BUF_INIT (1024);
  uint32_t bits = 0;
  int n = 0;

  if (header == NULL || strncasecmp (header, "Basic ", 6) != 0)
    return NULL;
  for (header += 6; base64_digit (*header) >= 0; header++) {
    bits = bits << 6 | (uint32_t) base64_digit (*header);
    n += 6;
    if (n >= 8) {
      n -= 8;
      mg_buf_add_byte (&out, (int) (bits >> n & 255));
    }
  }
  return mg_buf_steal (&out);
}

static int
client_is_good (struct sim_call *c)
{
  MG_CLEANUP_FREE char *pair = basic_pair (c->q->authorization);
  MG_CLEANUP_FREE char *id = NULL;
  MG_CLEANUP_FREE char *secret = NULL;

  if (pair != NULL) {
    char *colon = strchr (pair, ':');

    if (colon == NULL)
      return 0;
    id = sim_url_decode (pair, (size_t) (colon - pair), 1);
    secret = sim_url_decode (colon + 1, strlen (colon + 1), 1);
  }
  else {
    id = form_field (c->q->body, "client_id");
    secret = form_field (c->q->body, "client_secret");
  }
  return mg_streq (id, c->s->client_id)
    && mg_streq (secret, c->s->client_secret);
}

void
sim_oidc_token (struct sim_call *c)
{
  MG_CLEANUP_FREE char *grant = form_field (c->q->body, "grant_type");
  int64_t life_us = c->s->config.token_life_us;
  struct sim_token *t;
  char text[64];

  if (!mg_streq (grant, "client_credentials")) {
    oauth_error (c, 400, "unsupported_grant_type",
                 "only client_credentials is simulated");
    return;
  }
  if (!client_is_good (c)) {
    oauth_error (c, 401, "invalid_client", "Client authentication failed");
    return;
  }
  if (life_us <= 0)
    life_us = HOUR_US;
  make_secret (c->rng, "eyJ", text, sizeof text);
  t = add_token (c->s, text, c->s->robot_id, c->now_us + life_us, 1);
  mg_buf_reset (&c->r->body);
  mg_buf_addf (&c->r->body, "{\"access_token\":\"%s\",\"token_type\":"
               "\"Bearer\",\"scope\":\"all-apis\",\"expires_in\":%" PRId64 "}",
               t->text,
               (int64_t) ((double) (life_us / MG_SECOND_US)
                          / c->s->config.time_scale));
  c->r->status = 200;
  c->r->content_type = "application/json";
  c->token_name = "oauth";
}
