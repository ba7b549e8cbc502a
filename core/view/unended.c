/* What goes on in the target: see unended.h. */
#include <config.h>

#include <stdio.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/str.h"
#include "store/work.h"
#include "view/events.h"
#include "view/hint.h"
#include "view/unended.h"

#define MOST_NAMES 20

struct unended {
  const struct mg_view *view;
  struct mg_store *store;
  const struct mg_kind *kind;      /* the one that is looked at */
  struct mg_buf names;
  int n;
};

static int
add_one (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct unended *u = opaque;
  MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;
  char shown[200];
  int r;

  if (w->kid != u->kind->kid || w->state == MG_DONE || w->state == MG_UNCHANGED
      || w->state == MG_SKIPPED)
    return 0;
  r = mg_asset_get (u->store, NULL, w->aid, &asset, err);
  if (r <= 0)
    return r;
  u->n++;
  if (u->view->json) {
    struct mg_line line;

    mg_line_begin (&line, "unended");
    mg_line_text (&line, "kind", u->kind->k->name);
    mg_line_text (&line, "key", asset.key);
    mg_line_end (&line);
  }
  else if (u->n <= MOST_NAMES)
    mg_buf_addf (&u->names, "%s'%s'", u->n > 1 ? ", " : "",
                 mg_printable (asset.key ? asset.key : asset.src_id, shown,
                               sizeof shown));
  return 0;
}

static void
say (const struct unended *u, int is_log)
{
  MG_CLEANUP_FREE char *text = NULL;
  MG_CLEANUP_FREE char *hint = mg_hint (u->view, "migrate import");

  text = mg_xasprintf ("%d %s begun and not ended, and go on in the target until "
                       "%s ends them: %s%s", u->n, u->kind->k->title, hint,
                       mg_buf_text (&u->names),
                       u->n > MOST_NAMES ? " and others" : "");
  if (is_log)
    mg_log (MG_LOG_QUIET, "%s", text);
  else
    printf ("%s\n", text);
}

int
mg_unended_show (const struct mg_view *view, struct mg_store *store,
                 const struct mg_registry *registry, int wsid, int is_log,
                 struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; i < registry->n_kinds && r == 0; i++) {
    struct unended u = { .view = view, .store = store,
                         .kind = registry->kinds[i],
                         .names = MG_BUF_INIT (MG_MIB) };

    if (!(u.kind->k->flags & MIGRATE_KIND_FINISH) || u.kind->is_acl
        || u.kind->kid == 0)
      continue;
    r = mg_work_each_phase (store, wsid, MG_PHASE_FINISH, 0, add_one, &u, err);
    if (r == 0 && u.n > 0 && !view->json)
      say (&u, is_log);
    mg_buf_done (&u.names);
  }
  return r < 0 ? r : 0;
}
