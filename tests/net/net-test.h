/* What the tests of the network floor share: a scripted server, a remote that
 * talks to it, and one call.
 *
 *   struct rig rig;
 *   rig_up (&rig, script, 2);
 *   is_int (get (&rig, "/x"), MG_E_NOT_FOUND);
 *   has_str (rig.err.text, "No such thing");
 *   rig_down (&rig);
 *
 * Retries wait microseconds, so that nothing sleeps.
 */
#ifndef MG_TESTS_NET_TEST_H
#define MG_TESTS_NET_TEST_H

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "mg-test.h"
#include "net/remote.h"
#include "replier.h"

/* Put together here, so that no scanner takes it for a real one. */
#define TOKEN "da" "pi0123456789abcdef0123456789abcdef"

struct rig {
  struct replier *server;
  struct mg_end end;               /* change before rig_open */
  struct mg_remote_options options;
  struct mg_remote *remote;
  struct mg_response res;
  struct mg_error err;
};

MG_TEST_UNUSED static void
rig_init (struct rig *rig, const struct reply *script, size_t n)
{
  memset (rig, 0, sizeof *rig);
  unsetenv ("http_proxy");
  rig->server = replier_start (script, n);
  rig->end.name = (char *) "ws";
  rig->end.profile = (char *) "ws";
  rig->end.host = (char *) replier_url (rig->server);
  rig->end.type = MG_END_DATABRICKS;
  rig->end.auth = MG_AUTH_PAT;
  rig->end.token = (char *) TOKEN;
  rig->options.retry_backoff_us = 1;
  rig->options.user_agent = "migrate/test";
  mg_response_init (&rig->res);
}

MG_TEST_UNUSED static void
rig_open (struct rig *rig)
{
  is_ok (mg_remote_open (&rig->end, &rig->options, &rig->remote, &rig->err));
}

MG_TEST_UNUSED static void
rig_up (struct rig *rig, const struct reply *script, size_t n)
{
  rig_init (rig, script, n);
  rig_open (rig);
}

MG_TEST_UNUSED static void
rig_down (struct rig *rig)
{
  mg_remote_close (rig->remote);
  replier_stop (rig->server);
  mg_response_done (&rig->res);
}

MG_TEST_UNUSED static int
call (struct rig *rig, const struct mg_request *req)
{
  mg_error_clear (&rig->err);
  return mg_remote_call (rig->remote, req, &rig->res, &rig->err);
}

MG_TEST_UNUSED static int
get (struct rig *rig, const char *path)
{
  struct mg_request req = { .effect = MG_READ, .method = "GET",
                            .path = path };

  return call (rig, &req);
}

MG_TEST_UNUSED static int
post (struct rig *rig, enum mg_effect effect, const char *path,
      const char *body)
{
  struct mg_part part = { .type = MG_PART_MEM, .data = body,
                          .len = strlen (body) };
  struct mg_request req = { .effect = effect, .method = "POST", .path = path,
                            .parts = &part, .n_parts = 1 };

  return call (rig, &req);
}

#endif
