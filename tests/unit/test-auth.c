/* Tokens that expire, under a clock of our own: the transport here does
 * nothing but remember what was submitted. */
#include <config.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "mg-test.h"
#include "net/auth.h"

#define S MG_SECOND_US

struct fake {
  struct mg_transport base;
  struct mg_submit last;
  char url[300];
  int n, flying;
};

static int
submit (struct mg_transport *t, const struct mg_submit *s,
        struct mg_transfer **ret_transfer, struct mg_error *err)
{
  struct fake *fake = (struct fake *) t;

  fake->last = *s;
  snprintf (fake->url, sizeof fake->url, "%s", s->url);
  fake->n++;
  fake->flying++;
  *ret_transfer = (struct mg_transfer *) fake;
  return 0;
}

static void
cancel (struct mg_transport *t, struct mg_transfer *transfer, int *ret_sent)
{
  ((struct fake *) t)->flying--;
  *ret_sent = 1;
}

static void
nothing (struct mg_transport *t)
{
}

static const struct mg_transport_class fake_class = {
  .submit = submit, .cancel = cancel, .wake = nothing, .free = nothing,
};

static void
answer (struct fake *fake, int status, const char *body)
{
  struct mg_transfer_end end = { .result = MG_TRANSFER_OK, .sent = 1 };

  fake->flying--;
  fake->last.ops->on_status (fake->last.opaque, status);
  fake->last.ops->on_data (fake->last.opaque, body, strlen (body));
  fake->last.ops->on_end (fake->last.opaque, &end);
}

static struct mg_auth *
client (struct fake *fake, int64_t now_us)
{
  struct mg_end end = { .name = (char *) "ws", .profile = (char *) "ws",
                        .host = (char *) "https://h",
                        .type = MG_END_DATABRICKS, .auth = MG_AUTH_M2M,
                        .client_id = (char *) "id",
                        .client_secret = (char *) "secret" };
  struct mg_auth_options options = { .backoff_us = S, .retries = 3 };
  struct mg_auth *auth;

  memset (fake, 0, sizeof *fake);
  fake->base.ops = &fake_class;
  auth = mg_auth_new (&end, &fake->base, &options);
  (void) now_us;
  return auth;
}

static int
line (struct mg_auth *auth, int64_t now_us, const char *want)
{
  const char *got = "";
  unsigned generation;
  int r = mg_auth_line (auth, now_us, &got, &generation, NULL);

  if (r == 0)
    is_str (got, want);
  return r;
}

/* With a token of an hour from time 0. */
static struct mg_auth *
ready (struct fake *fake)
{
  struct mg_auth *auth = client (fake, 0);

  mg_auth_step (auth, 0);
  answer (fake, 404, "");
  mg_auth_step (auth, 0);
  answer (fake, 200, "{\"access_token\":\"one\",\"expires_in\":3600}");
  mg_auth_step (auth, 0);
  is_ok (line (auth, 0, "Authorization: Bearer one"));
  is_int (fake->n, 2);
  return auth;
}

MG_TEST (nothing_goes_out_before_the_first_token)
{
  struct fake fake;
  struct mg_auth *auth = client (&fake, 0);

  is_int (line (auth, 0, ""), MG_E_AGAIN);
  mg_auth_step (auth, 0);
  mg_auth_step (auth, 1);
  is_int (line (auth, 1, ""), MG_E_AGAIN);
  is_int (fake.n, 1);
  mg_auth_free (auth);
  is_int (fake.flying, 0);
}

MG_TEST (it_is_renewed_before_it_ends_while_the_old_one_serves)
{
  struct fake fake;
  struct mg_auth *auth = ready (&fake);

  ok (mg_auth_step (auth, S) > 3200 * S);
  is_int (fake.n, 2);
  mg_auth_step (auth, 3301 * S);
  is_int (fake.n, 3);
  has_str (fake.url, "/oidc/v1/token");
  is_ok (line (auth, 3301 * S, "Authorization: Bearer one"));
  answer (&fake, 200, "{\"access_token\":\"two\",\"expires_in\":3600}");
  mg_auth_step (auth, 3302 * S);
  is_ok (line (auth, 3302 * S, "Authorization: Bearer two"));
  mg_auth_free (auth);
}

MG_TEST (it_is_not_used_in_its_last_seconds)
{
  struct fake fake;
  struct mg_auth *auth = ready (&fake);

  is_ok (line (auth, 3559 * S, "Authorization: Bearer one"));
  is_int (line (auth, 3560 * S, ""), MG_E_AGAIN);
  mg_auth_free (auth);
}

MG_TEST (a_short_life_is_used_for_three_quarters)
{
  struct fake fake;
  struct mg_auth *auth = client (&fake, 0);

  mg_auth_step (auth, 0);
  answer (&fake, 404, "");
  mg_auth_step (auth, 0);
  answer (&fake, 200, "{\"access_token\":\"s\",\"expires_in\":4}");
  mg_auth_step (auth, 0);
  is_ok (line (auth, 3 * S - 1, "Authorization: Bearer s"));
  is_int (line (auth, 3 * S, ""), MG_E_AGAIN);
  mg_auth_free (auth);
}

MG_TEST (one_renewal_serves_all_who_were_refused)
{
  struct fake fake;
  struct mg_auth *auth = ready (&fake);
  const char *got;
  unsigned generation;

  is_ok (mg_auth_line (auth, S, &got, &generation, NULL));
  mg_auth_refused (auth, generation, 401, S);
  mg_auth_refused (auth, generation, 401, S);
  is_int (line (auth, S, ""), MG_E_AGAIN);
  mg_auth_step (auth, S);
  mg_auth_step (auth, S);
  is_int (fake.n, 3);
  answer (&fake, 200, "{\"access_token\":\"two\",\"expires_in\":3600}");
  mg_auth_step (auth, S);
  /* one who comes late does not start another */
  mg_auth_refused (auth, generation, 401, S);
  is_ok (line (auth, S, "Authorization: Bearer two"));
  is_int (fake.n, 3);
  mg_auth_free (auth);
}

MG_TEST (a_failed_renewal_leaves_the_old_one_and_tries_again)
{
  struct fake fake;
  struct mg_auth *auth = ready (&fake);
  int64_t now = 3301 * S;
  int i;

  for (i = 0; i < 6; i++) {
    mg_auth_step (auth, now);
    if (fake.flying)
      answer (&fake, 503, "");
    mg_auth_step (auth, now);
    is_ok (line (auth, now, "Authorization: Bearer one"));
    now += 20 * S;
  }
  ok (fake.n >= 6);
  mg_auth_free (auth);
}

MG_TEST (a_silent_endpoint_is_left)
{
  struct fake fake;
  struct mg_auth *auth = client (&fake, 0);
  int64_t wait = mg_auth_step (auth, 0);

  is_int (wait, 60 * S);
  mg_auth_step (auth, 60 * S);
  is_int (fake.flying, 0);
  mg_auth_step (auth, 62 * S);
  is_int (fake.n, 2);
  mg_auth_free (auth);
}

MG_TEST (after_the_last_try_it_fails_but_not_for_good)
{
  struct fake fake;
  struct mg_auth *auth = client (&fake, 0);
  struct mg_error err = MG_ERROR_INIT;
  const char *got;
  unsigned generation;
  int64_t now = 0;
  int i;

  for (i = 0; i < 3; i++) {
    mg_auth_step (auth, now);
    answer (&fake, 502, "");
    mg_auth_step (auth, now);
    now += 30 * S;
  }
  is_int (mg_auth_line (auth, now, &got, &generation, &err), MG_E_NET);
  mg_auth_settle (auth);
  is_int (line (auth, now, ""), MG_E_AGAIN);
  mg_auth_step (auth, now);
  is_int (fake.flying, 1);
  mg_auth_free (auth);
}
