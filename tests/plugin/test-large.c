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
