/* What an answer means: its body is read, the try is classified, and the error
 * is put into words.  On the I/O thread; only failures cost anything here.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "net/redact.h"
#include "net/remote-impl.h"

#define ODD_RETRIES 2          /* of a 2xx that is no JSON */

/* ---- words ---- */

struct meaning {
  int code;
  const char *id;
  const char *cure;            /* "" = the service's own text must do */
};

static const char cure_network[] =
  "check the host's name, the network and the proxy";

static struct meaning
of_transfer (enum mg_transfer_result result)
{
  static const struct meaning all[] = {
    [MG_TRANSFER_RESOLVE] = { MG_E_NET, "cannot-connect", cure_network },
    [MG_TRANSFER_CONNECT] = { MG_E_NET, "cannot-connect", cure_network },
    [MG_TRANSFER_TLS] = { MG_E_NET, "tls",
                          "check the host; --ca-bundle FILE names another "
                          "certificate authority" },
    [MG_TRANSFER_HANDSHAKE] = { MG_E_NET, "tls",
                                "check the host and its port: is that https?" },
    [MG_TRANSFER_LOST] = { MG_E_NET, "connection-lost", "try again" },
    [MG_TRANSFER_REWIND] = { MG_E_NET, "connection-lost", "try again" },
    [MG_TRANSFER_TRUNCATED] = { MG_E_NET, "truncated", "try again" },
    [MG_TRANSFER_TIMEOUT] = { MG_E_NET, "timeout",
                              "the service is slow or silent; try again" },
    [MG_TRANSFER_ABORTED] = { MG_E_NET, "connection-lost", "try again" },
    [MG_TRANSFER_MALFORMED] = { MG_E_PROTOCOL, "not-http",
                                "check the host and its port" },
  };

  return all[result];
}

/* The first row that fits; status 0 and code NULL fit all. */
static const struct {
  int status;
  const char *code;
  struct meaning meaning;
} refusals[] = {
  { 0, "RESOURCE_ALREADY_EXISTS", { MG_E_EXISTS, "exists", "" } },
  { 0, "ALREADY_EXISTS", { MG_E_EXISTS, "exists", "" } },
  { 409, "SCIM_409", { MG_E_EXISTS, "exists", "" } },
  { 0, "RESOURCE_DOES_NOT_EXIST", { MG_E_NOT_FOUND, "not-found", "" } },
  { 0, "NOT_FOUND", { MG_E_NOT_FOUND, "not-found", "" } },
  { 0, "ENDPOINT_NOT_FOUND", { MG_E_UNSUPPORTED, "unsupported",
                               "this workspace does not offer it" } },
  { 0, "FEATURE_DISABLED", { MG_E_UNSUPPORTED, "unsupported",
                             "this workspace does not offer it" } },
  { 404, NULL, { MG_E_NOT_FOUND, "not-found", "" } },
  { 401, NULL, { MG_E_AUTH, "token-expired", "renew the token" } },
  { 0, "PERMISSION_DENIED", { MG_E_DENIED, "denied",
                              "ask an administrator for the right" } },
  { 403, NULL, { MG_E_DENIED, "denied",
                 "ask an administrator for the right" } },
  { 0, "MAX_NOTEBOOK_SIZE_EXCEEDED", { MG_E_REMOTE, "too-large", "" } },
  { 0, "MAX_BLOCK_SIZE_EXCEEDED", { MG_E_REMOTE, "too-large", "" } },
  { 0, "MAX_READ_SIZE_EXCEEDED", { MG_E_REMOTE, "too-large", "" } },
  { 0, "QUOTA_EXCEEDED", { MG_E_REMOTE, "quota", "raise the quota" } },
  { 0, "RESOURCE_LIMIT_EXCEEDED", { MG_E_REMOTE, "quota", "raise the quota" } },
  { 429, NULL, { MG_E_THROTTLED, "throttled", "go on later" } },
  { 409, NULL, { MG_E_REMOTE, "conflict", "" } },
};

/* Of what rested for long the service says that it was forgotten; for the rest
 * of its life it does not exist. */
static int
is_missing (const struct mg_error_body *e)
{
  if (strcmp (e->code, "INVALID_STATE") == 0)
    return strstr (e->message, "over 30 days ago") != NULL;
  return strcmp (e->code, "INVALID_PARAMETER_VALUE") == 0
         && (strstr (e->message, "does not exist") != NULL
             || strstr (e->message, "doesn't exist") != NULL);
}

/* Some services have no code of its own for a name that is taken. */
static int
is_taken (const struct mg_error_body *e)
{
  return strcmp (e->code, "INVALID_PARAMETER_VALUE") == 0
         && strstr (e->message, "already exists") != NULL;
}

/* "Size exceeds 10485760 bytes", "exceeded max size (10485760 bytes)", "Notebook
 * size exceeded limit: 14680064 > 10485760", under several codes. */
static int
is_too_large (const struct mg_error_body *e)
{
  return strstr (e->message, "size exceeded limit") != NULL
         || (strstr (e->message, "xceed") != NULL
             && strstr (e->message, "10485760") != NULL);
}

/* What only the words of an answer of 400 tell, or of one that is none: 1 when
 * they do. */
static int
of_words (const struct mg_call *call, struct meaning *ret)
{
  static const struct meaning large = { MG_E_REMOTE, "too-large", "" };
  static const struct meaning creations = {
    MG_E_AGAIN, "creation-limit", "go on in an hour" };
  static const struct meaning missing = { MG_E_NOT_FOUND, "not-found", "" };
  static const struct meaning taken = { MG_E_EXISTS, "exists", "" };

  if ((call->status == 400 || call->status == 200)
      && is_too_large (&call->error)) {
    *ret = large;
    return 1;
  }
  if (call->status != 400)
    return 0;
  if (mg_retry_is_creation_limit (call->error.message))
    *ret = creations;
  else if (strcmp (call->req->method, "GET") == 0 && is_missing (&call->error))
    *ret = missing;
  else if (strcmp (call->req->method, "POST") == 0 && is_taken (&call->error))
    *ret = taken;
  else
    return 0;
  return 1;
}

static struct meaning
of_status (const struct mg_call *call)
{
  static const struct meaning redirect = {
    MG_E_PROTOCOL, "redirect",
    "it is not followed; check the host's name, and whether the workspace is "
    "reachable from here (private link, VPN)" };
  static const struct meaning off = { MG_E_UNSUPPORTED, "unsupported",
                                      "this workspace does not offer it" };
  static const struct meaning server = { MG_E_REMOTE, "server-error",
                                         "try again later" };
  static const struct meaning refused = { MG_E_REMOTE, "refused", "" };
  struct meaning words;
  int status = call->status;
  size_t i;

  if (status >= 300 && status < 400)
    return redirect;
  if (mg_retry_is_not_offered (call->error.message))
    return off;
  if (of_words (call, &words))
    return words;
  for (i = 0; i < MG_N_ELEMENTS (refusals); i++)
    if ((refusals[i].status == 0 || refusals[i].status == status)
        && (refusals[i].code == NULL
            || strcmp (refusals[i].code, call->error.code) == 0))
      return refusals[i].meaning;
  return status >= 500 ? server : refused;
}

const char *
mg_answer_path (struct mg_remote *r, const struct mg_call *call, char text[300])
{
  MG_CLEANUP (mg_buf_done) struct mg_buf clean = MG_BUF_MUST (MG_MAX_HEADER);
  const char *path = call->req->path;
  size_t len = strlen (path);

  if (call->is_absolute)
    len = strcspn (path, "?");         /* the query is the credential */
  mg_redact (&clean, path, len < 1000 ? len : 1000, mg_auth_end (r->auth));
  snprintf (text, 300, "%.250s%s", mg_buf_text (&clean),
            clean.len > 250 ? "..." : "");
  return text;
}

/* METHOD PATH: what; cure.  Status, code and text of the service, request id
 * and the number of tries come by themselves. */
static void
set_error (struct mg_remote *r, struct mg_call *call, struct meaning m,
           const char *what)
{
  char path[300], tail[120] = "", clean[1024];
  size_t used = 0;

  if (call->res->request_id[0] != '\0')
    used = (size_t) snprintf (tail, sizeof tail, " (request %s",
                              call->res->request_id);
  if (call->res->tries > 1)
    used += (size_t) snprintf (tail + used, sizeof tail - used, "%s%u tries",
                               used > 0 ? ", " : " (", call->res->tries);
  if (used > 0)
    snprintf (tail + used, sizeof tail - used, ")");
  /* also the request's id: a server may say a secret back */
  snprintf (clean, sizeof clean, "%s%s", what, tail);
  mg_redact_text (clean, sizeof clean, mg_auth_end (r->auth));
  call->code = m.code;
  mg_error_set (&call->err, m.code, m.id, "%s %s: %s%s%s", call->req->method,
                mg_answer_path (r, call, path), clean, m.cure[0] ? "; " : "",
                m.cure);
  call->err.http = call->status;
}

static void
set_transfer_error (struct mg_remote *r, struct mg_call *call,
                    const struct mg_transfer_end *end)
{
  static const struct meaning large = {
    MG_E_NOMEM, "too-large", "" };
  static const struct meaning memory = {
    MG_E_NOMEM, "no-memory", "run the same command again" };
  char what[600], where[400] = "";

  if (call->too_large) {
    snprintf (what, sizeof what, "the answer is larger than %zu bytes",
              call->res->body.max);
    set_error (r, call, large, what);
    return;
  }
  if (call->no_memory) {
    set_error (r, call, memory, "no memory for the answer");
    return;
  }
  if (!call->is_absolute && r->end.profile != NULL)
    snprintf (where, sizeof where, "profile '%.140s' (%.200s): ",
              r->end.profile, r->end.host);
  else if (!call->is_absolute)
    snprintf (where, sizeof where, "%.300s: ", r->end.host);
  snprintf (what, sizeof what, "%s%s%s", where,
            end->result == MG_TRANSFER_REWIND
              ? "the connection was gone when the request was sent: " : "",
            end->text[0] ? end->text : "the connection ended");
  set_error (r, call, of_transfer (end->result), what);
}

static void
set_refusal (struct mg_remote *r, struct mg_call *call)
{
  const struct mg_error_body *e = &call->error;
  char what[900];

  if (call->status >= 300 && call->status < 400)
    snprintf (what, sizeof what, "%d redirect to '%.150s'", call->status,
              call->location);
  else
    snprintf (what, sizeof what, "%d%s%s%s%s", call->status,
              e->code[0] ? " " : "", e->code, e->message[0] ? ": " : "",
              e->message);
  set_error (r, call, of_status (call), what);
}

/* ---- a 2xx that is none ---- */

static const struct meaning html_page = {
  MG_E_PROTOCOL, "html-page",
  "a login or gateway page came instead; check the host's name and the network "
  "(private link, VPN, proxy)" };

int
mg_wants_json (const struct mg_request *req)
{
  size_t len = req->accept ? strlen (req->accept) : 0;

  return req->accept == NULL
         || (len >= 4 && strcmp (req->accept + len - 4, "json") == 0);
}

/* 1 when the answer is odd; then code and err are written. */
static int
check_success (struct mg_remote *r, struct mg_call *call)
{
  static const struct meaning not_json = {
    MG_E_PROTOCOL, "not-json", "look whether the host is the right one" };
  static const struct meaning packed = {
    MG_E_PROTOCOL, "encoded", "look for a proxy that packs what it hands on" };
  const struct mg_request *req = call->req;
  const char *body = mg_buf_text (&call->res->body);
  size_t len = call->res->body.len;
  struct mg_error why = MG_ERROR_INIT;

  if (call->is_packed) {
    set_error (r, call, packed, "a body in an encoding that was not asked for");
    return 1;
  }
  if (!mg_wants_json (req))
    return 0;
  if (call->is_html || mg_error_body_is_html (body, len)) {
    set_error (r, call, html_page, "an HTML page");
    return 1;
  }
  if (len == 0)
    return 0;
  if (mg_json_check (body, len, &why) < 0) {
    set_error (r, call, not_json, why.text);
    return 1;
  }
  if (req->may_hold_error_code || !mg_error_body_is_hidden (body, len))
    return 0;
  mg_error_body_read (body, len, call->status, &call->error);
  set_refusal (r, call);
  return 1;
}

static void
take_error_body (struct mg_call *call)
{
  struct mg_response *res = call->res;
  int64_t hint;

  mg_error_body_read (mg_buf_text (&res->body), res->body.len, call->status,
                      &call->error);
  if (call->error.request_id[0] != '\0' && res->request_id[0] == '\0')
    memcpy (res->request_id, call->error.request_id, sizeof res->request_id);
  hint = mg_retry_info_us (call->error.retry_delay);
  if (hint > call->retry_after_us)
    call->retry_after_us = hint;
}

struct mg_retry_verdict
mg_answer_read (struct mg_remote *r, struct mg_call *call,
                const struct mg_transfer_end *end)
{
  int is_2xx = call->status >= 200 && call->status < 300;
  struct mg_retry_facts facts = {
    .effect = call->req->effect,
    .result = end->result,
    .sent = end->sent,
    .status = call->status,
  };
  struct mg_retry_verdict v;

  call->code = 0;
  mg_error_clear (&call->err);
  memset (&call->error, 0, sizeof call->error);
  call->res->status = call->status;
  if (end->result != MG_TRANSFER_OK)
    set_transfer_error (r, call, end);
  else if (is_2xx)
    facts.odd_body = check_success (r, call);
  else {
    take_error_body (call);
    set_refusal (r, call);
  }
  memcpy (call->res->error_code, call->error.code,
          sizeof call->res->error_code);
  facts.known_shape = mg_error_body_is_known (&call->error);
  facts.error_code = call->error.code;
  facts.message = call->error.message;
  v = mg_retry_classify (&facts);
  if (facts.odd_body && strcmp (call->err.id, "not-json") == 0
      && call->req->effect != MG_CREATE && call->retries < ODD_RETRIES)
    v.action = MG_RETRY_YES;
  call->res->outcome = v.outcome;
  call->res->was_in_doubt |= v.outcome == MG_OUTCOME_DOUBT;
  return v;
}

void
mg_answer_denied (struct mg_remote *r, struct mg_call *call)
{
  static const struct meaning denied = {
    MG_E_DENIED, "denied",
    "the credentials are good, but not for this; use another sort of token" };
  char what[900];

  snprintf (what, sizeof what, "%d %s %s", call->status, call->error.code,
            call->error.message);
  set_error (r, call, denied, what);
}

void
mg_answer_cancelled (struct mg_call *call)
{
  call->code = mg_error_set (&call->err, MG_E_CANCELLED, "", "%s %s: the run is "
                             "stopping", call->req->method,
                             call->is_absolute ? "a signed URL"
                                               : call->req->path);
  call->err.http = call->status;
}
