/* What the tests of plain REST kinds share: a kind that a test may change, and a
 * scripted server behind it. */
#ifndef MG_TESTS_GADGETS_H
#define MG_TESTS_GADGETS_H

#include "net-test.h"
#include "plugin/ctx.h"

static const char *const none[] = { NULL };

MG_TEST_UNUSED static struct migrate_kind
gadgets (void)
{
  struct migrate_kind k = {
    .name = "gadgets", .title = "gadgets", .key = "name", .id = "gadget_id",
    .once = MIGRATE_ONCE_UNIQUE,
    .list = "GET /gadgets?max=2", .array = "gadgets",
    .get = "GET /gadgets/{id}",
    .create = "POST /gadgets", .update = "PUT /gadgets/{id}",
    .remove = "DELETE /gadgets/{id}", .owned = none,
  };

  return k;
}

struct stand {
  struct rig rig;
  struct migrate_kind k;
  struct mg_kind kind;
  struct mg_side side;
  struct mg_ctx ctx;
  struct migrate_asset asset;
  struct mg_buf seen;            /* elements and cursors of a list */
};

MG_TEST_UNUSED static void
up (struct stand *s, struct migrate_kind k, const struct reply *script,
    size_t n)
{
  memset (s, 0, sizeof *s);
  rig_up (&s->rig, script, n);
  s->k = k;
  s->kind.k = &s->k;
  s->side.remote = s->rig.remote;
  s->side.wsid = 1;
  mg_ctx_init (&s->ctx, NULL, &s->side, NULL);
  mg_ctx_begin (&s->ctx, &s->kind, NULL);
  mg_buf_init (&s->seen, MG_KIB * 64);
  s->asset.kind = &s->k;
  s->asset.json = "{\"name\":\"drill\"}";
  s->asset.json_len = strlen (s->asset.json);
  s->asset.phase = MIGRATE_CREATE;
}

MG_TEST_UNUSED static void
down (struct stand *s)
{
  mg_buf_done (&s->seen);
  mg_ctx_done (&s->ctx);
  rig_down (&s->rig);
}

MG_TEST_UNUSED static void
update_of (struct stand *s, const char *id, const char *target)
{
  s->asset.phase = MIGRATE_UPDATE;
  s->asset.target_id = id;
  s->asset.target_json = target;
  s->asset.target_json_len = strlen (target);
}

/* The n-th request's line and body. */
MG_TEST_UNUSED static void
sent (struct stand *s, int n, const char *line, const char *body)
{
  const char *text = replier_request (s->rig.server, n);
  const char *at = strstr (text, "\r\n\r\n");

  ok (strncmp (text, line, strlen (line)) == 0
      || (fail_test ("not '%s': %.120s", line, text), 0));
  if (body != NULL)
    is_str (at ? at + 4 : NULL, body);
}

#endif
