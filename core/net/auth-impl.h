/* What the files of auth.h share: auth.c (states), auth-token.c (where a token
 * comes from). */
#ifndef MG_NET_AUTH_IMPL_H
#define MG_NET_AUTH_IMPL_H

#include "base/thread.h"
#include "net/auth.h"
#include "net/fetch.h"

enum mg_auth_state {
  AUTH_READY,            /* there is a line */
  AUTH_FETCH,            /* a token is needed or on its way */
  AUTH_WAIT,             /* refused: new credentials are waited for */
  AUTH_PROBE,            /* new credentials are tried */
  AUTH_CHECK,            /* refused by one request: are they refused at all? */
  AUTH_FAILED,
};

struct mg_auth {
  struct mg_end end;
  struct mg_transport *transport;
  struct mg_auth_options options;
  enum mg_auth_state state;
  char *line;                    /* a secret; NULL for none */
  unsigned generation;
  struct mg_error error;         /* of FAILED */
  int is_sticky;                 /* FAILED for good */
  char org_id[64];

  /* tokens that expire */
  int64_t renew_us;              /* time to fetch the next; INT64_MAX: never */
  int64_t expires_us;            /* not to be used from here on */
  int is_fetching;
  int64_t fetch_us;              /* not before */
  unsigned n_failed;
  char *endpoint;                /* where tokens come from, once known */
  struct mg_fetch fetch;

  /* the program that is asked */
  struct mg_thread thread;
  struct mg_mutex lock;          /* protects program_ended */
  int program_ended;
  int program_status;
  struct mg_buf program_output;
  struct mg_error program_error;

  /* waiting for other credentials */
  char *refused;                 /* the secret that was */
  int64_t wait_since_us, wait_until_us, read_us;
  int refused_status;
  int64_t good_until_us;         /* a check found the token good */
};

/* auth-token.c: all on the I/O thread. */
void mg_auth_token_start (struct mg_auth *auth, int64_t now_us);
/* 0 while on its way, 1 when the line is new, negative when it failed. */
int mg_auth_token_step (struct mg_auth *auth, int64_t now_us,
                        struct mg_error *err);
void mg_auth_token_stop (struct mg_auth *auth);

/* The secret that decides: of the token, the client or the user. */
const char *mg_auth_secret (const struct mg_end *end);

/* Who is meant, for messages: "profile 'x'" or "DATABRICKS_TOKEN". */
const char *mg_auth_who (const struct mg_auth *auth, char ret_text[160]);

/* "migrate configure x", or what else helps. */
const char *mg_auth_cure (const struct mg_auth *auth, char ret_text[160]);

#endif
