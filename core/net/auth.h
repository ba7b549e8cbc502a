/* The Authorization header of an end at this moment.  Lives on the I/O thread
 * of its remote and never blocks it: tokens are fetched through the transport,
 * a program is asked on a thread of its own.  Whoever finds no header waits;
 * one renewal serves all.
 */
#ifndef MG_NET_AUTH_H
#define MG_NET_AUTH_H

#include <stdint.h>
#include "net/end.h"
#include "net/transport.h"

struct mg_auth;

struct mg_auth_options {
  int64_t wait_us;               /* for new credentials; 0 = not */
  int64_t read_every_us;         /* the profile, while waiting; 0 = 20 s */
  int64_t backoff_us;            /* after a token could not be fetched */
  unsigned retries;
  const char *user_agent;        /* copied */
  /* "token-wait", "token-renewed": one line for people.  "token-fetched": it
   * is routine. */
  void (*notify) (void *opaque, const char *kind, const char *text,
                  int64_t wait_us);
  void *opaque;
};

struct mg_auth *mg_auth_new (const struct mg_end *end,
                             struct mg_transport *transport,
                             const struct mg_auth_options *options);
void mg_auth_free (struct mg_auth *auth);

/* "Authorization: ...", or NULL for an end without credentials, and which
 * generation of the credentials it is.  MG_E_AGAIN: not now.  Else the final
 * word: MG_E_AUTH [token-expired] [no-credentials] [auth-type], MG_E_NET. */
int mg_auth_line (struct mg_auth *auth, int64_t now_us, const char **ret_line,
                  unsigned *ret_generation, struct mg_error *err);

/* A request with that generation got 401 (or 403 'Invalid access token').
 * Nothing happens when it has been renewed since.  Some APIs answer 401 to a
 * sort of token that they do not take: a Databricks token is checked with
 * "who am I" before everybody waits for another. */
void mg_auth_refused (struct mg_auth *auth, unsigned generation, int status,
                      int64_t now_us);

/* Is another try of use?  'tries' is how often this request was refused
 * before. */
int mg_auth_may_retry (const struct mg_auth *auth, unsigned tries,
                       int64_t now_us);

/* Everybody who waited has been told of the failure. */
void mg_auth_settle (struct mg_auth *auth);

/* Does what is due; how long until it wants to be called again, INT64_MAX for
 * not before something else happens. */
int64_t mg_auth_step (struct mg_auth *auth, int64_t now_us);

/* The workspace that the credentials belong to; "" is ignored. */
void mg_auth_set_org (struct mg_auth *auth, const char *org_id);

/* With the secrets as they are now, for redaction. */
const struct mg_end *mg_auth_end (const struct mg_auth *auth);

#endif
