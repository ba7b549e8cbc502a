/* Has this workspace access control at all?  See lister.h.
 *
 * One answer without a list is perhaps an object without entries, so nothing
 * follows of it.  When none of a kind's had one the workspace has none to tell:
 * the kind is left out, as where the service refuses to answer. */
#include <config.h>

#include "plugin/permissions.h"
#include "run/lister.h"

struct look {
  int64_t sid;
  int n_bare;                      /* answers without a list */
};

/* 1 ends it: there is a list. */
static int
look_at (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  struct look *look = opaque;

  (void) err;
  if (a->want || a->body.len == 0 || a->seen_sid < look->sid)
    return 0;
  if (mg_permissions_has_list (mg_buf_text (&a->body), a->body.len))
    return 1;
  look->n_bare++;
  return 0;
}

int
mg_look_for_lists (struct lister *l, struct mg_error *err)
{
  struct mg_run *run = l->run;
  struct look look = { .sid = l->side->sid };
  struct mg_ctx ctx;
  int i, r = mg_store_flush (run->store, err);

  mg_ctx_init (&ctx, run->store, l->side, run->registry);
  for (i = 0; i < run->registry->n_kinds && r >= 0; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];

    if (!kind->is_acl || kind->left_out || !l->fetches[i].wanted)
      continue;
    look.n_bare = 0;
    r = mg_asset_each (run->store, &ctx.packer, l->side->wsid, kind->kid, 0,
                       look_at, &look, err);
    if (r == 0 && look.n_bare > 0)
      mg_run_leave_kind (run, l->side, kind, MG_NO_ACCESS_TEXT);
  }
  mg_ctx_done (&ctx);
  return r < 0 ? r : 0;
}
