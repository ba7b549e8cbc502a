/* The services that plugins are given, with the example plugin and with one
 * that breaks a rule, against a scripted server. */
#include <config.h>

#include "base/thread.h"
#include "stand.h"

static const struct reply three[] = {
  { .status = 200, .body = "{\"gadgets\":["
    "{\"gadget_id\":\"1\",\"name\":\"drill\"},"
    "{\"gadget_id\":\"2\",\"name\":\"lamp\",\"state\":\"SCRAPPED\"},"
    "{\"gadget_id\":\"3\",\"name\":\"torch\"}]}" },
};

MG_TEST (a_create_is_sent_as_it_is_and_its_id_kept)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadget_id\":\"new-1\"}" },
  };
  struct stand s;

  up (&s, EXAMPLE, script, 1);
  is_ok (mg_call_import (&s.ctx, &s.kind, &s.asset));
  is_int (s.ctx.created, 1);
  is_str (s.ctx.created_id, "new-1");
  is_int (s.ctx.n_creates, 1);
  has_str (replier_request (s.rig.server, 0), "POST /api/2.0/gadgets HTTP/1.1");
  has_str (replier_request (s.rig.server, 0), s.asset.json);
  down (&s);
}

MG_TEST (a_manual_action_sends_nothing)
{
  struct stand s;

  up (&s, EXAMPLE, three, 1);
  s.asset.json = "{\"name\":\"engine\",\"power\":\"steam\"}";
  s.asset.json_len = strlen (s.asset.json);
  is_ok (mg_call_import (&s.ctx, &s.kind, &s.asset));
  is_int (s.ctx.manual, 1);
  is_str (s.ctx.manual_code, "gadget-steam");
  is_int (s.ctx.created, 0);
  is_int (replier_n (s.rig.server), 0);
  down (&s);
}

MG_TEST (a_reply_without_an_id_is_uncertain)
{
  static const struct reply script[] = { { .status = 200, .body = "{}" } };
  struct stand s;

  up (&s, EXAMPLE, script, 1);
  is_int (mg_call_import (&s.ctx, &s.kind, &s.asset), MG_E_UNCERTAIN);
  has_str (s.ctx.error.text, "a reply without id");
  is_int (s.ctx.created, 0);
  down (&s);
}

MG_TEST (an_error_of_the_service_is_handed_on_with_its_text)
{
  static const struct reply script[] = {
    { .status = 403, .body = "{\"error_code\":\"PERMISSION_DENIED\","
      "\"message\":\"not yours\"}" },
  };
  struct stand s;

  up (&s, EXAMPLE, script, 1);
  is_int (mg_call_import (&s.ctx, &s.kind, &s.asset), MG_E_DENIED);
  has_str (s.ctx.error.text, "POST /api/2.0/gadgets");
  has_str (s.ctx.error.text, "not yours");
  is_int (s.ctx.outcome, MG_OUTCOME_REFUSED);
  down (&s);
}

MG_TEST (an_update_is_done_as_for_any_kind)
{
  static const struct reply script[] = { { .status = 200 } };
  struct stand s;

  up (&s, EXAMPLE, script, 1);
  s.asset.phase = MIGRATE_UPDATE;
  s.asset.target_id = "a/b";
  is_ok (mg_call_import (&s.ctx, &s.kind, &s.asset));
  has_str (replier_request (s.rig.server, 0),
           "PUT /api/2.0/gadgets/a%2Fb HTTP/1.1");
  has_str (replier_request (s.rig.server, 0), s.asset.json);
  is_int (s.ctx.n_creates, 0);
  down (&s);
}

/* 'delete_asset' is NULL in the example. */
MG_TEST (what_is_gone_already_was_deleted)
{
  static const struct reply script[] = { { .status = 404 } };
  struct stand s;

  up (&s, EXAMPLE, script, 1);
  s.asset.target_id = "11";
  is_ok (mg_call_delete (&s.ctx, &s.kind, &s.asset));
  has_str (replier_request (s.rig.server, 0), "DELETE /api/2.0/gadgets/11 ");
  is_int (s.ctx.error.code, 0);
  down (&s);
}

MG_TEST (validate_says_what_is_wrong_in_the_target)
{
  struct stand s;

  up (&s, EXAMPLE, three, 1);
  s.asset.target_json = "{\"state\":\"FINE\"}";
  s.asset.target_json_len = strlen (s.asset.target_json);
  is_ok (mg_call_validate (&s.ctx, &s.kind, &s.asset));
  s.asset.target_json = "{\"state\":\"BROKEN\"}";
  s.asset.target_json_len = strlen (s.asset.target_json);
  is_int (mg_call_validate (&s.ctx, &s.kind, &s.asset), MG_E_FAIL);
  is_str (s.ctx.error.id, "gadget-broken");
  down (&s);
}

/* ---- lists ---- */

struct seen { int pages, restarts; int64_t emitted; };

static int
on_page (struct mg_ctx *ctx, void *opaque, const char *cursor)
{
  struct seen *seen = opaque;

  is_null (cursor);
  seen->pages++;
  seen->emitted += ctx->n_emitted;
  mg_ctx_drop_batch (ctx);
  return 0;
}

static void
on_restart (struct mg_ctx *ctx, void *opaque)
{
  ((struct seen *) opaque)->restarts++;
  mg_ctx_drop_batch (ctx);
}

MG_TEST (an_export_callback_leaves_out_what_it_wants)
{
  struct seen seen = { 0, 0, 0 };
  struct mg_list list = { .page = on_page, .restart = on_restart,
                          .opaque = &seen };
  struct stand s;

  up (&s, EXAMPLE, three, 1);
  is_ok (mg_call_export (&s.ctx, &s.kind, &list));
  is_int (seen.emitted, 2);
  ok (seen.pages >= 1);
  down (&s);
}

/* Half a page is not kept: its elements come again. */
MG_TEST (a_page_that_breaks_off_is_taken_again)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadgets\":["
      "{\"gadget_id\":\"1\",\"name\":\"drill\"},{\"gadget_id\":" },
    { .status = 200, .body = "{\"gadgets\":["
      "{\"gadget_id\":\"1\",\"name\":\"drill\"}]}" },
  };
  struct seen seen = { 0, 0, 0 };
  struct mg_list list = { .page = on_page, .restart = on_restart,
                          .opaque = &seen };
  struct stand s;

  up (&s, EXAMPLE, script, 2);
  is_ok (mg_call_export (&s.ctx, &s.kind, &list));
  is_int (seen.emitted, 1);
  is_int (seen.restarts, 1);
  down (&s);
}

MG_TEST (an_asset_without_an_id_stops_the_list)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadgets\":[{\"name\":\"drill\"}]}",
      .times = -1 },
  };
  struct mg_list list = { .page = NULL };
  struct stand s;

  up (&s, EXAMPLE, script, 1);
  is_int (mg_call_export (&s.ctx, &s.kind, &list), MG_E_PROTOCOL);
  is_str (s.ctx.error.id, "no-id");
  down (&s);
}

/* ---- rules ---- */

MG_TEST (a_second_create_is_refused)
{
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  struct stand s;

  up (&s, "tests/conform/two-creates.so", script, 1);
  is_int (mg_call_import (&s.ctx, &s.kind, &s.asset), MG_E_INVALID);
  is_str (s.ctx.error.id, "two-creates");
  is_int (replier_n (s.rig.server), 1);
  has_str (replier_request (s.rig.server, 0), "/gadgets");
  down (&s);
}

MG_TEST (a_call_without_a_method_is_refused)
{
  struct stand s;

  up (&s, "tests/conform/no-call.so", three, 1);
  is_int (mg_call_import (&s.ctx, &s.kind, &s.asset), MG_E_INVALID);
  is_str (s.ctx.error.id, "bad-call");
  is_int (replier_n (s.rig.server), 0);
  down (&s);
}

static int
request (struct stand *s, const char *call, uint32_t effect)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;

  req.call = call;
  req.effect = effect;
  return migrate_request (&s->ctx.pub, &req, &res);
}

MG_TEST (another_create_after_one_that_was_refused)
{
  static const struct reply script[] = {
    { .status = 400, .body = "{\"error_code\":\"INVALID_PARAMETER_VALUE\","
      "\"message\":\"no\"}" },
    { .status = 200 }, { .status = 200 },
  };
  struct stand s;

  up (&s, EXAMPLE, script, 3);
  ok (request (&s, "POST /x", MIGRATE_CREATING) < 0);
  is_ok (request (&s, "POST /x", MIGRATE_CREATING));
  is_int (request (&s, "POST /x", MIGRATE_CREATING), MG_E_INVALID);
  is_int (replier_n (s.rig.server), 2);
  down (&s);
}

MG_TEST (nonsense_of_a_plugin_is_an_error_not_a_crash)
{
  static const struct migrate_kind stranger = { .name = "strangers" };
  struct migrate_ctx *ctx;
  struct stand s;

  up (&s, EXAMPLE, three, 1);
  ctx = &s.ctx.pub;
  is_int (request (&s, NULL, MIGRATE_READ), MG_E_INVALID);
  is_int (request (&s, "GET /x", 77), MG_E_INVALID);
  is_int (request (&s, "GET /x y", MIGRATE_READ), MG_E_INVALID);
  is_int (migrate_emit (ctx, &stranger, "{}", 2), MG_E_INVALID);
  is_int (migrate_emit (ctx, NULL, "{}", 2), MG_E_INVALID);
  is_int (migrate_emit_stub (ctx, s.kind.k, NULL, NULL), MG_E_INVALID);
  is_int (migrate_pages (ctx, &stranger, NULL, NULL), MG_E_INVALID);
  is_int (migrate_created (ctx, NULL, NULL, 0), MG_E_UNCERTAIN);
  is_int (s.ctx.created, 0);
  is_int (replier_n (s.rig.server), 0);
  down (&s);
}

/* ---- texts and JSON ---- */

static int
count (struct migrate_ctx *ctx, void *opaque, const char *json, size_t len)
{
  (void) ctx;
  (void) json;
  *(size_t *) opaque += len;
  return 0;
}

MG_TEST (json_is_read_by_paths)
{
  static const char json[] =
    "{\"a\":{\"b\":\"\\u00e9\",\"n\":12345678901234567890,\"x\":null},"
    "\"list\":[{\"value\":\"1\"},{\"value\":\"22\"}]}";
  size_t len = strlen (json), n = 0, raw_len = 0;
  const char *text = "untouched", *raw = NULL;
  struct migrate_ctx *ctx;
  struct stand s;

  up (&s, EXAMPLE, three, 1);
  ctx = &s.ctx.pub;
  is_int (migrate_json_get (ctx, json, len, "a.x", &text), 0);
  is_str (text, "untouched");
  is_int (migrate_json_get (ctx, json, len, "a.b", &text), 1);
  is_str (text, "\xc3\xa9");
  is_int (migrate_json_get (ctx, json, len, "a.n", &text), 1);
  is_str (text, "12345678901234567890");
  is_int (migrate_json_raw (ctx, json, len, "a.b", &raw, &raw_len), 1);
  is_mem (raw, raw_len, "\"\\u00e9\"", 8);
  is_int (migrate_json_each (ctx, json, len, "list[*].value", count, &n), 0);
  is_int (n, 3 + 4);
  is_int (migrate_json_contains (ctx, json, len, "list", "{\"value\":\"22\"}",
                                 14, "value"), 1);
  is_int (migrate_json_contains (ctx, json, len, "list", "{\"value\":\"3\"}",
                                 13, "value"), 0);
  is_str (migrate_quote (ctx, "a\"\n"), "\"a\\\"\\n\"");
  is_str (migrate_printf (ctx, "%s-%d", "x", 7), "x-7");
  down (&s);
}

MG_TEST (fail_keeps_the_cause_and_the_code_given)
{
  static const struct reply script[] = {
    { .status = 404, .body = "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\","
      "\"message\":\"gone\"}" },
  };
  struct stand s;
  int r;

  up (&s, EXAMPLE, script, 1);
  r = request (&s, "GET /x", MIGRATE_READ);
  is_int (r, MG_E_NOT_FOUND);
  is_int (migrate_fail (&s.ctx.pub, r, NULL, "no drill"), MG_E_NOT_FOUND);
  has_str (s.ctx.error.text, "no drill: ");
  has_str (s.ctx.error.text, "gone");
  is_int (migrate_fail (&s.ctx.pub, MIGRATE_E_INVALID, NULL, "nor bolt"),
          MG_E_INVALID);
  is_int (s.ctx.error.code, MG_E_INVALID);
  is_int (migrate_fail (&s.ctx.pub, MIGRATE_E_FAIL, "gadget-broken", "bent"),
          MG_E_FAIL);
  is_str (s.ctx.error.id, "gadget-broken");
  is_str (s.ctx.error.text, "bent");
  down (&s);
}

MG_TEST (the_end_and_the_table_are_told)
{
  struct migrate_ctx *ctx;
  struct stand s;

  up (&s, EXAMPLE, three, 1);
  ctx = &s.ctx.pub;
  is_int (migrate_end (ctx), MIGRATE_END_DATABRICKS);
  is_null (migrate_option (ctx, "anything"));
  is_int (ctx->core->abi_version, MIGRATE_ABI_VERSION);
  ok (MIGRATE_HAS (ctx, note));
  down (&s);
}

/* ---- lanes ---- */

#define CALLERS 6

static struct {
  struct mg_mutex lock;
  struct mg_cond all_began;
  int began, inside, most;
} hall;

/* Stays until every caller is on its way in. */
static int
linger (struct migrate_ctx *ctx, void *self, const struct migrate_asset *asset)
{
  (void) ctx, (void) self, (void) asset;
  MG_LOCKED (&hall.lock);
  if (++hall.inside > hall.most)
    hall.most = hall.inside;
  while (hall.began < CALLERS)
    mg_cond_wait (&hall.all_began, &hall.lock);
  hall.inside--;
  return 0;
}

struct caller {
  struct mg_thread thread;
  struct mg_side side;
  const struct mg_kind *kind;
};

static void
call_once (void *opaque)
{
  struct caller *c = opaque;
  struct migrate_asset asset = { .kind = c->kind->k, .id = "1", .key = "one" };
  struct mg_ctx ctx;

  mg_mutex_lock (&hall.lock);
  hall.began++;
  mg_cond_broadcast (&hall.all_began);
  mg_mutex_unlock (&hall.lock);
  mg_ctx_init (&ctx, NULL, &c->side, NULL);
  mg_ctx_begin (&ctx, c->kind, NULL);
  is_ok (mg_call_delete (&ctx, c->kind, &asset));
  mg_ctx_done (&ctx);
}

MG_TEST (no_more_threads_than_lanes_are_in_a_kinds_callbacks)
{
  static const struct migrate_kind k = { .name = "gadgets", .lanes = 2,
                                         .flags = MIGRATE_KIND_CALLS };
  struct mg_plugin plugin = { .p = { .name = "gadgets",
                                     .delete_asset = linger } };
  struct mg_kind kind = { .k = &k, .plugin = &plugin };
  struct caller callers[CALLERS];
  int i;

  kind.lanes = mg_lanes_new (k.lanes);
  mg_mutex_init (&hall.lock);
  mg_cond_init (&hall.all_began);
  for (i = 0; i < CALLERS; i++) {
    callers[i] = (struct caller) { .side.wsid = 1, .kind = &kind };
    is_ok (mg_thread_start (&callers[i].thread, "caller", call_once,
                            &callers[i]));
  }
  for (i = 0; i < CALLERS; i++)
    mg_thread_join (&callers[i].thread);
  ok (hall.most >= 1 && hall.most <= 2);
  is_int (hall.began, CALLERS);
  mg_cond_done (&hall.all_began);
  mg_mutex_done (&hall.lock);
  mg_lanes_free (kind.lanes);
}
