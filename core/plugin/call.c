/* Callbacks: through the plugin where it has one for this kind, else
 * generically.  Around each, the supervisor's page says who runs. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/supervise.h"
#include "base/thread.h"
#include "plugin/ctx.h"

static int
side_index (const struct mg_ctx *ctx)
{
  return ctx->side->wsid != MG_SOURCE_WSID;
}

static void *
self_of (const struct mg_ctx *ctx, const struct mg_plugin *plugin)
{
  return plugin->self[side_index (ctx)];
}

static int
uses_calls (const struct mg_kind *kind)
{
  return !kind->is_acl && (kind->k->flags & MIGRATE_KIND_CALLS) != 0;
}

/* ---- lanes: how many threads may be in a kind's callbacks ---- */

struct mg_lanes {
  struct mg_mutex lock;
  struct mg_cond freed;
  uint32_t n_running, most;
};

struct mg_lanes *
mg_lanes_new (uint32_t most)
{
  struct mg_lanes *lanes = mg_xcalloc (1, sizeof *lanes);

  mg_mutex_init (&lanes->lock);
  mg_cond_init (&lanes->freed);
  lanes->most = most ? most : 1;
  return lanes;
}

void
mg_lanes_free (struct mg_lanes *lanes)
{
  if (lanes == NULL)
    return;
  mg_cond_done (&lanes->freed);
  mg_mutex_done (&lanes->lock);
  mg_free (lanes);
}

static void
enter_lane (struct mg_lanes *lanes)
{
  if (lanes == NULL)               /* of no registry: one thread's own */
    return;
  MG_LOCKED (&lanes->lock);
  while (lanes->n_running >= lanes->most)
    mg_cond_wait (&lanes->freed, &lanes->lock);
  lanes->n_running++;
}

static void
leave_lane (struct mg_lanes *lanes)
{
  if (lanes == NULL)
    return;
  MG_LOCKED (&lanes->lock);
  lanes->n_running--;
  mg_cond_signal (&lanes->freed);
}

/* Runs EXPRESSION as a callback of a plugin. */
#define IN_PLUGIN(ctx, plugin, kind_name, asset_name, callback, expression) \
  ({ \
    int in_plugin_; \
    mg_slot_enter ((plugin)->p.name, (kind_name), (asset_name), (callback)); \
    in_plugin_ = (expression); \
    mg_slot_leave (); \
    in_plugin_; \
  })

/* Runs EXPRESSION as a callback of a plugin for a kind, in one of its lanes. */
#define IN_LANE(ctx, kind, asset_name, callback, expression) \
  ({ \
    int in_lane_; \
    enter_lane ((kind)->lanes); \
    in_lane_ = IN_PLUGIN (ctx, (kind)->plugin, (kind)->k->name, asset_name, \
                          callback, expression); \
    leave_lane ((kind)->lanes); \
    in_lane_; \
  })

int
mg_call_open (struct mg_ctx *ctx, struct mg_plugin *plugin)
{
  int side = side_index (ctx), r;

  if (plugin->opened[side] || plugin->p.open == NULL)
    return 0;
  mg_ctx_begin (ctx, NULL, NULL);
  ctx->plugin = plugin;
  r = IN_PLUGIN (ctx, plugin, "", "", "open",
                 plugin->p.open (&ctx->pub, &plugin->self[side]));
  if (r == 0)
    plugin->opened[side] = 1;
  return r;
}

void
mg_call_close (struct mg_ctx *ctx, struct mg_plugin *plugin)
{
  int side = side_index (ctx);

  if (!plugin->opened[side])
    return;
  plugin->opened[side] = 0;
  mg_ctx_begin (ctx, NULL, NULL);
  ctx->plugin = plugin;
  if (plugin->p.close != NULL)
    IN_PLUGIN (ctx, plugin, "", "", "close",
               (plugin->p.close (&ctx->pub, plugin->self[side]), 0));
}

int
mg_call_preflight (struct mg_ctx *ctx, struct mg_plugin *plugin)
{
  if (plugin->p.preflight == NULL)
    return 0;
  mg_ctx_begin (ctx, NULL, NULL);
  ctx->plugin = plugin;
  return IN_PLUGIN (ctx, plugin, "", "", "preflight",
                    plugin->p.preflight (&ctx->pub, self_of (ctx, plugin)));
}

int
mg_call_export (struct mg_ctx *ctx, const struct mg_kind *kind,
                const struct mg_list *list)
{
  struct mg_plugin *plugin = kind->plugin;
  int r;

  mg_ctx_begin (ctx, kind, NULL);
  if (!uses_calls (kind) || plugin->p.export_kind == NULL)
    return mg_generic_list (ctx, kind, list);
  ctx->list = list;
  r = IN_LANE (ctx, kind, "", "export_kind",
               plugin->p.export_kind (&ctx->pub, self_of (ctx, plugin),
                                      kind->k));
  ctx->list = NULL;
  if (r == 0 && list->page != NULL)   /* what was emitted outside of pages */
    r = list->page (ctx, list->opaque, NULL);
  return r;
}

/* What fetch_asset emits of its own kind goes into ret_body. */
static int
fetch_once (struct mg_ctx *ctx, const struct mg_kind *kind, const char *id,
            const char *key, struct mg_buf *ret_body)
{
  struct mg_plugin *plugin = kind->plugin;
  struct migrate_asset a = { .kind = kind->k, .id = id, .key = key };
  const struct mg_plugin *plugin_before = ctx->plugin;
  const struct mg_kind *kind_before = ctx->kind;
  int r;

  ctx->plugin = plugin;
  ctx->kind = kind;
  ctx->got = ret_body;
  r = IN_LANE (ctx, kind, key, "fetch_asset",
               plugin->p.fetch_asset (&ctx->pub, self_of (ctx, plugin), &a));
  ctx->got = NULL;
  ctx->plugin = plugin_before;
  ctx->kind = kind_before;
  if (r == 0)
    r = mg_buf_check (ret_body, "asset", &ctx->error);
  if (r == 0 && ret_body->len == 0)
    r = mg_error_set (&ctx->error, MG_E_INVALID, "plugin", "the plugin reported "
                      "neither the asset nor an error; report it to its author");
  return r;
}

int
mg_call_get (struct mg_ctx *ctx, const struct mg_kind *kind, const char *id,
             const char *key, struct mg_buf *ret_body)
{
  int tries, r = 0;

  if (!uses_calls (kind) || kind->plugin->p.fetch_asset == NULL)
    return mg_generic_get (ctx, kind, id, ret_body);
  for (tries = 0; tries < MG_GET_TRIES; tries++) {
    mg_buf_reset (ret_body);
    mg_error_clear (&ctx->error);
    r = fetch_once (ctx, kind, id, key, ret_body);
    if (r != MG_E_NET && r != MG_E_PROTOCOL)
      break;
  }
  if (r == 0)                      /* what it found a way around is none */
    mg_error_clear (&ctx->error);
  return r;
}

int
mg_call_fetch (struct mg_ctx *ctx, const struct mg_kind *kind,
               const struct mg_asset *stub)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_put *put;
  int r;

  mg_ctx_begin (ctx, kind, stub);
  r = mg_call_get (ctx, kind, stub->src_id, stub->key, &body);
  if (r < 0)
    return r;
  ctx->batch = mg_put_op_new (ctx->side->wsid, ctx->side->sid);
  put = mg_put_op_add (ctx->batch);
  put->src_id = mg_xstrdup (stub->src_id);
  put->stamp = mg_xstrdup (stub->stamp);
  put->parent = stub->parent;
  if (kind->parent != NULL)
    put->key = mg_xstrdup (stub->key);
  return mg_put_fill (ctx, kind, mg_buf_text (&body), body.len, put,
                      &ctx->error);
}

int
mg_call_import (struct mg_ctx *ctx, const struct mg_kind *kind,
                const struct migrate_asset *asset)
{
  struct mg_plugin *plugin = kind->plugin;

  if (!uses_calls (kind) || plugin->p.import_asset == NULL)
    return mg_generic_import (ctx, asset);
  return IN_LANE (ctx, kind, asset->key, "import_asset",
                  plugin->p.import_asset (&ctx->pub, self_of (ctx, plugin),
                                          asset));
}

int
mg_call_delete (struct mg_ctx *ctx, const struct mg_kind *kind,
                const struct migrate_asset *asset)
{
  struct mg_plugin *plugin = kind->plugin;

  if (!uses_calls (kind) || plugin->p.delete_asset == NULL)
    return mg_generic_delete (ctx, asset);
  return IN_LANE (ctx, kind, asset->key, "delete_asset",
                  plugin->p.delete_asset (&ctx->pub, self_of (ctx, plugin),
                                          asset));
}

int
mg_call_validate (struct mg_ctx *ctx, const struct mg_kind *kind,
                  const struct migrate_asset *asset)
{
  struct mg_plugin *plugin = kind->plugin;

  if (!uses_calls (kind) || plugin->p.validate_asset == NULL)
    return 0;
  return IN_LANE (ctx, kind, asset->key, "validate_asset",
                  plugin->p.validate_asset (&ctx->pub, self_of (ctx, plugin),
                                            asset));
}
