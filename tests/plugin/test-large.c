/* Assets that are large, and many of them: what plugins cost then. */
#include <config.h>

#include "stand.h"

/* ---- what one array lacks of another ---- */

struct given { struct mg_buf texts; int n, fail_at; };

static int
take (struct migrate_ctx *ctx, void *opaque, const char *json, size_t len)
{
  struct given *g = opaque;

  (void) ctx;
  mg_buf_add (&g->texts, json, len);
  mg_buf_add_byte (&g->texts, ' ');
  return ++g->n == g->fail_at ? MIGRATE_E_NET : 0;
}

static int
lacking (struct stand *s, const char *json, const char *other, size_t most,
         struct given *g)
{
  mg_buf_reset (&g->texts);
  g->n = 0;
  return migrate_json_lacking (&s->ctx.pub, json, strlen (json), other,
                               other ? strlen (other) : 0, "list", "value",
                               most, take, g);
}

MG_TEST (what_an_array_lacks_comes_in_arrays)
{
  static const char json[] =
    "{\"list\":[{\"value\":\"1\"},{\"value\":2},{\"value\":\"\\u0033\"},"
    "{\"x\":4},{\"value\":\"5\"}]}";
  struct given g = { MG_BUF_INIT (4096), 0, 0 };
  struct stand s;

  up (&s, EXAMPLE, NULL, 0);
  is_ok (lacking (&s, json, "{\"list\":[{\"value\":\"3\"},{\"value\":\"2\"},"
                  "{\"y\":1}]}", 2, &g));
  is_str (mg_buf_text (&g.texts),
          "[{\"value\":\"1\"},{\"x\":4}] [{\"value\":\"5\"}] ");
  is_ok (lacking (&s, json, NULL, 100, &g));
  is_int (g.n, 1);
  is_ok (lacking (&s, "{}", json, 2, &g));
  is_int (g.n, 0);
  is_ok (lacking (&s, json, json, 1, &g));
  is_str (mg_buf_text (&g.texts), "[{\"x\":4}] ");
  g.fail_at = 2;
  is_int (lacking (&s, json, "{\"list\":[]}", 2, &g), MIGRATE_E_NET);
  is_int (g.n, 2);
  mg_buf_done (&g.texts);
  down (&s);
}

/* ---- a group of 50,000 ---- */

#define MEMBERS 50000
#define LACKED 250

static int n_contains;
static struct migrate_core counting;

static int
count_contains (struct migrate_ctx *ctx, const char *json, size_t len,
                const char *array_path, const char *element,
                size_t element_len, const char *by)
{
  n_contains++;
  return mg_services.json_contains (ctx, json, len, array_path, element,
                                    element_len, by);
}

static void
make_group (struct mg_buf *out, int n)
{
  int i;

  mg_buf_init (out, MG_MAX_BODY);
  mg_buf_add_str (out, "{\"displayName\":\"all\",\"members\":[");
  for (i = 0; i < n; i++)
    mg_buf_addf (out, "%s{\"value\":\"%d\",\"display\":\"somebody\"}",
                 i > 0 ? "," : "", (int) (i * 7919L % MEMBERS));
  mg_buf_add_str (out, "]}");
}

/* Looking through all members for each one would take minutes. */
MG_TEST (a_large_group_is_merged_by_sorting)
{
  static const struct reply script[] = { { .status = 204, .times = -1 } };
  struct mg_buf ours, theirs;
  struct stand s;
  int i;

  up (&s, "plugins/users/.libs/users.so", script, 1);
  for (i = 0; strcmp (s.plugin->kinds[i].name, "groups") != 0; i++)
    ;
  s.kind.k = s.asset.kind = &s.plugin->kinds[i];
  counting = mg_services;
  counting.json_contains = count_contains;
  s.ctx.pub.core = &counting;
  make_group (&ours, MEMBERS);
  make_group (&theirs, MEMBERS - LACKED);
  s.asset.json = mg_buf_text (&ours);
  s.asset.json_len = ours.len;
  s.asset.target_id = "g";
  s.asset.target_json = mg_buf_text (&theirs);
  s.asset.target_json_len = theirs.len;
  s.asset.phase = MIGRATE_MERGE;
  is_ok (mg_call_import (&s.ctx, &s.kind, &s.asset));
  is_int (replier_n (s.rig.server), 3);
  has_str (replier_request (s.rig.server, 0), "PATCH /api/2.0/preview/scim/v2/"
           "Groups/g HTTP/1.1");
  ok (n_contains < 10);
  ok (s.ctx.arena.used < 64 * 1024);
  mg_buf_done (&ours);
  mg_buf_done (&theirs);
  down (&s);
}

/* ---- lists ---- */

struct seen { int pages, most_puts; int64_t emitted; size_t most_used; };

static int
on_page (struct mg_ctx *ctx, void *opaque, const char *cursor)
{
  struct seen *seen = opaque;

  (void) cursor;
  seen->pages++;
  seen->emitted += ctx->n_emitted;
  if (ctx->arena.used > seen->most_used)
    seen->most_used = ctx->arena.used;
  if (ctx->batch != NULL && ctx->batch->n_puts > seen->most_puts)
    seen->most_puts = ctx->batch->n_puts;
  mg_ctx_drop_batch (ctx);
  ctx->n_emitted = 0;
  return 0;
}

static void
on_restart (struct mg_ctx *ctx, void *opaque)
{
  (void) opaque;
  mg_ctx_drop_batch (ctx);
}

static struct seen
export (struct stand *s, int want)
{
  struct seen seen = { 0, 0, 0, 0 };
  struct mg_list list = { .page = on_page, .restart = on_restart,
                          .opaque = &seen };

  is_int (mg_call_export (&s->ctx, &s->kind, &list), want);
  return seen;
}

/* 'before', then so many gadgets with a text of so many bytes. */
static char *
gadgets (const char *before, int n, int pad, const char *after)
{
  struct mg_buf b = MG_BUF_INIT (MG_MAX_BODY);
  int i;

  mg_buf_add_str (&b, before);
  for (i = 0; i < n; i++)
    mg_buf_addf (&b, "%s{\"id\":\"%d\",\"gadget_id\":\"%d\",\"name\":\"g\","
                 "\"state\":\"%0*d\"}", i > 0 ? "," : "", i, i, pad, i);
  mg_buf_add_str (&b, after);
  return mg_buf_steal (&b);
}

MG_TEST (an_element_of_a_list_leaves_no_memory_behind)
{
  MG_CLEANUP_FREE char *body = gadgets ("{\"gadgets\":[", 5000, 50, "]}");
  const struct reply script[] = { { .status = 200, .body = body } };
  struct seen seen;
  struct stand s;

  up (&s, EXAMPLE, script, 1);
  seen = export (&s, 0);
  is_int (seen.emitted, 5000);
  ok (seen.most_used < 4096);
  down (&s);
}

MG_TEST (a_page_of_any_length_is_posted_in_pieces)
{
  MG_CLEANUP_FREE char *many = gadgets ("{\"gadgets\":[", 5000, 10, "]}");
  MG_CLEANUP_FREE char *large = gadgets ("{\"gadgets\":[", 40, 200000, "]}");
  const struct reply script[] = { { .status = 200, .body = many },
                                  { .status = 200, .body = large } };
  struct seen seen;
  struct stand s;

  up (&s, EXAMPLE, script, 2);
  is_int (mg_store_open (mg_test_tmpdir (), 1, &s.ctx.store, NULL), 0);
  seen = export (&s, 0);
  is_int (seen.emitted, 5000);
  ok (seen.most_puts <= 512);
  seen = export (&s, 0);
  is_int (seen.emitted, 40);
  ok (seen.most_puts <= 6);
  mg_store_close (s.ctx.store);
  down (&s);
}

static int
report (struct migrate_ctx *ctx, void *opaque, const char *json, size_t len)
{
  const char *id = "";

  (void) opaque;
  migrate_json_get (ctx, json, len, "gadget_id", &id);
  migrate_manual (ctx, "gadget-steam", migrate_printf (ctx, "no. %s", id));
  return migrate_created (ctx, id, json, len);
}

MG_TEST (what_was_reported_of_an_element_is_kept)
{
  static const struct reply script[] = {
    { .status = 200, .body = "{\"gadgets\":[{\"gadget_id\":\"11\"}]}" },
  };
  struct stand s;

  up (&s, EXAMPLE, script, 1);
  is_ok (migrate_pages (&s.ctx.pub, s.kind.k, report, NULL));
  migrate_printf (&s.ctx.pub, "%0100d", 7);
  is_str (s.ctx.created_id, "11");
  is_str (s.ctx.created_json, "{\"gadget_id\":\"11\"}");
  is_str (s.ctx.manual_code, "gadget-steam");
  is_str (s.ctx.manual_text, "no. 11");
  down (&s);
}

MG_TEST (what_is_emitted_outside_of_pages_does_not_gather)
{
  MG_CLEANUP_FREE char *many = gadgets ("[", 2000, 10, "]");
  MG_CLEANUP_FREE char *large = gadgets ("[", 40, 200000, "]");
  const struct reply script[] = {
    { .status = 200, .body = many }, { .status = 200, .body = "[]" },
    { .status = 200, .body = large }, { .status = 200, .body = "[]" },
  };
  struct seen seen;
  struct stand s;

  up (&s, "tests/conform/loose.so", script, 4);
  seen = export (&s, 0);
  is_int (seen.emitted, 2000);
  ok (seen.most_puts <= 512);
  seen = export (&s, 0);
  is_int (seen.emitted, 40);
  ok (seen.most_puts <= 16);
  down (&s);
}

/* A page that breaks off takes nothing with it that was there before. */
MG_TEST (what_was_emitted_before_a_page_is_kept)
{
  static const struct reply script[] = {
    { .status = 200, .body = "[{\"id\":\"1\"}]" },
    { .status = 200, .body = "[{\"id\":\"2\"},{\"id\":" },
    { .status = 200, .body = "[{\"id\":\"2\"}]" },
  };
  struct stand s;

  up (&s, "tests/conform/loose.so", script, 3);
  is_int (export (&s, 0).emitted, 2);
  down (&s);
}
