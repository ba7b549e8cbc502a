/* What the tests of the services share: a context for one kind of one plugin
 * file, and a scripted server behind it. */
#ifndef MG_TESTS_STAND_H
#define MG_TESTS_STAND_H

#include "net-test.h"
#include "plugin/ctx.h"

struct stand {
  struct rig rig;
  struct mg_registry registry;
  struct mg_plugin *plugin;
  struct mg_side side;
  struct mg_kind kind, *kinds[1];
  struct mg_ctx ctx;
  struct migrate_asset asset;
};

MG_TEST_UNUSED static void
up (struct stand *s, const char *file, const struct reply *script, size_t n)
{
  MG_CLEANUP_FREE char *path = mg_xasprintf ("%s/%s", mg_test_builddir (),
                                             file);
  struct mg_error err = MG_ERROR_INIT;

  memset (s, 0, sizeof *s);
  rig_up (&s->rig, script, n);
  if (mg_plugin_open (path, &s->plugin, &err) < 0)
    fail_test ("%s", err.text);
  s->kind.k = &s->plugin->kinds[0];
  s->kind.plugin = s->plugin;
  s->kinds[0] = &s->kind;
  s->registry.kinds = s->kinds;
  s->registry.n_kinds = 1;
  s->side.remote = s->rig.remote;
  s->side.wsid = 1;
  s->side.end = MIGRATE_END_DATABRICKS;
  mg_ctx_init (&s->ctx, NULL, &s->side, &s->registry);
  mg_ctx_begin (&s->ctx, &s->kind, NULL);
  s->asset.kind = s->kind.k;
  s->asset.id = "11";
  s->asset.key = "drill";
  s->asset.json = "{\"name\":\"drill\",\"size\":12345678901234567890}";
  s->asset.json_len = strlen (s->asset.json);
  s->asset.phase = MIGRATE_CREATE;
}

MG_TEST_UNUSED static void
down (struct stand *s)
{
  mg_ctx_done (&s->ctx);
  mg_plugin_free (s->plugin);
  rig_down (&s->rig);
}

#define EXAMPLE "plugins/example/example.so"

#endif
