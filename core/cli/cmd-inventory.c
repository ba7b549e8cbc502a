/* migrate inventory: counts what a workspace holds.  Nothing is kept. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "cli/app.h"
#include "run/tree.h"
#include "view/summary.h"

struct counter {
  int64_t n, page;
};

static int
on_element (struct migrate_ctx *ctx, void *opaque, const char *json, size_t len)
{
  (void) ctx;
  (void) json;
  (void) len;
  ((struct counter *) opaque)->page++;
  return 0;
}

static int
on_page (struct mg_ctx *ctx, void *opaque, const char *cursor)
{
  struct counter *c = opaque;

  (void) cursor;
  c->n += c->page + ctx->n_emitted;
  c->page = ctx->n_emitted = 0;
  mg_ctx_drop_batch (ctx);
  return 0;
}

static void
on_restart (struct mg_ctx *ctx, void *opaque)
{
  ((struct counter *) opaque)->page = 0;
  ctx->n_emitted = 0;
  mg_ctx_drop_batch (ctx);
}

/* A tree is counted when the first of its kinds is asked for, and all of them
 * with it: the one that walks comes first. */
static int
count_tree (struct mg_ctx *ctx, const struct mg_kind *kind, int64_t *found,
            struct mg_error *err)
{
  const struct mg_kind *walker = mg_tree_walker_of (ctx->registry, kind);

  if (walker == NULL || (walker != kind && walker->chosen))
    return 0;
  memset (found + kind->index, 0, sizeof *found);
  return mg_tree_count (ctx, walker, found, err);
}

/* How many there are; what cannot be counted is said, and is no number. */
static int
count_kind (struct mg_ctx *ctx, const struct mg_kind *kind,
            struct mg_sheet *sheet, int64_t *ret_found, struct mg_error *err)
{
  struct counter c = { 0, 0 };
  struct mg_list list = { .each = on_element, .page = on_page,
                          .restart = on_restart, .opaque = &c };
  int r = kind->k->tree != NULL
    ? count_tree (ctx, kind, ret_found - kind->index, err)
    : mg_call_export (ctx, kind, &list);

  if (r == 0) {
    on_page (ctx, &c, NULL);
    if (kind->k->tree == NULL)
      *ret_found = c.n;
    mg_sheet_add (sheet, kind, ret_found);
    return 0;
  }
  mg_ctx_drop_batch (ctx);
  mg_error_copy (err, &ctx->error);
  if (r == MG_E_UNSUPPORTED || r == MG_E_NOT_FOUND) {
    mg_log (MG_LOG_NORMAL, "%s: left out: this workspace does not offer it "
            "[unsupported]", kind->k->name);
    return 0;
  }
  return r;
}

/* ---- how long an export takes at least ---- */

/* What is read for each asset; the pages of lists are few beside it. */
static void
least_time (struct mg_app *app, struct mg_remote *remote, const int64_t *found)
{
  struct mg_load *load = mg_xcalloc (1, sizeof *load);
  struct mg_plan plan = { 0 };
  int i;

  for (i = 0; i < app->registry.n_kinds; i++) {
    const struct mg_kind *kind = app->registry.kinds[i];

    if (kind->chosen && kind->parent != NULL)
      mg_load_add (load, remote, kind->k->get, found[kind->parent->index]);
    else if (kind->chosen && (kind->k->flags & MIGRATE_KIND_DETAIL))
      mg_load_add (load, remote, kind->k->get, found[i]);
  }
  mg_load_least_time (load, remote, &plan);
  if (plan.least_us > 0)
    mg_summary_least_time (&app->view, "of an export ", &plan);
  mg_free (load);
}

static int
count_all (struct mg_app *app, struct mg_side *side, struct mg_error *err)
{
  int64_t *found = mg_xcalloc ((size_t) app->registry.n_kinds + 1,
                               sizeof *found);
  static const char *const names[] = { "found", NULL };
  struct mg_sheet sheet;
  struct mg_ctx ctx;
  int i, r = 0;

  mg_sheet_init (&sheet, &app->view, names);
  mg_ctx_init (&ctx, NULL, side, &app->registry);
  ctx.option = mg_app_plugin_option (app);
  for (i = 0; i < app->registry.n_plugins && r == 0; i++)
    r = mg_call_open (&ctx, app->registry.plugins[i]);
  if (r < 0)
    mg_error_copy (err, &ctx.error);
  for (i = 0; i < app->registry.n_kinds && r == 0; i++) {
    const struct mg_kind *kind = app->registry.kinds[i];

    if (kind->chosen && kind->parent == NULL)
      r = count_kind (&ctx, kind, &sheet, &found[i], err);
  }
  for (i = 0; i < app->registry.n_plugins; i++)
    mg_call_close (&ctx, app->registry.plugins[i]);
  mg_ctx_done (&ctx);
  mg_sheet_end (&sheet);
  if (r == 0 && side == &app->sides[MG_SOURCE])
    least_time (app, side->remote, found);
  mg_free (found);
  return r;
}

int
mg_cmd_inventory (struct mg_app *app)
{
  enum mg_app_end which = mg_opt_choice (&app->options, MG_OPT_ON, 0) == 1
                          ? MG_TARGET : MG_SOURCE;
  struct mg_error err = MG_ERROR_INIT;
  int r = mg_app_start (app, MG_START_IF_ANY, &err);

  if (r == 0)
    r = mg_app_open_end (app, which, &err);
  if (r == 0)
    r = mg_app_choose (app, app->sides[which].end, &err);
  if (r == 0)
    r = count_all (app, &app->sides[which], &err);
  return r < 0 ? mg_app_fail (app, &err) : MG_EXIT_OK;
}
