/* migrate mapping: one CSV file for each kind, old id, new id and name, in
 * <session>/out/mapping or the folder of --csv. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/app.h"
#include "view/csv.h"
#include "view/events.h"
#include "view/table.h"

struct mapping {
  struct mg_app *app;
  struct mg_store *store;
  const char *folder;
  struct out { struct mg_csv csv; int64_t n; } *outs;   /* by kind's index */
};

static int
put_line (struct mapping *m, const struct mg_kind *kind,
          const struct mg_asset *source, const struct mg_asset *target,
          struct mg_error *err)
{
  struct out *out = &m->outs[kind->index];
  const char *const row[] = { source->src_id, target->src_id, source->key,
                              NULL };
  static const char *const head[] = { "old_id", "new_id", "name", NULL };
  struct mg_line line;
  int r = 0;

  if (m->app->view.json) {
    mg_line_begin (&line, "mapping");
    mg_line_text (&line, "kind", kind->k->name);
    mg_line_text (&line, "old_id", source->src_id);
    mg_line_text (&line, "new_id", target->src_id);
    mg_line_text (&line, "name", source->key);
    mg_line_end (&line);
  }
  if (out->n++ == 0) {
    MG_CLEANUP_FREE char *name = mg_xasprintf ("%s.csv", kind->k->name);
    MG_CLEANUP_FREE char *path = mg_path_join (m->folder, name);

    r = mg_csv_open (&out->csv, path, head, err);
  }
  return r < 0 ? r : mg_csv_row (&out->csv, row, err);
}

static int
each_work (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct mapping *m = opaque;
  const struct mg_kind *kind = mg_registry_kid (&m->app->registry, w->kid);
  MG_CLEANUP (mg_asset_done) struct mg_asset source = MG_ASSET_INIT;
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  int r;

  if (w->new_aid == 0 || kind == NULL || !kind->chosen || kind->parent != NULL)
    return 0;
  r = mg_asset_get (m->store, NULL, w->aid, &source, err);
  if (r > 0)
    r = mg_asset_get (m->store, NULL, w->new_aid, &target, err);
  return r <= 0 ? r : put_line (m, kind, &source, &target, err);
}

static int
finish (struct mapping *m, int r, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf said = MG_BUF_MUST (64 * MG_KIB);
  const struct mg_registry *registry = &m->app->registry;
  char number[32];
  int i;

  for (i = 0; i < registry->n_kinds; i++) {
    struct out *out = &m->outs[i];

    if (out->n == 0)
      continue;
    if (r == 0)
      r = mg_csv_close (&out->csv, err);
    else
      mg_csv_close (&out->csv, NULL);
    mg_buf_addf (&said, "%s%s.csv %s", said.len ? ", " : "",
                 registry->kinds[i]->k->name, mg_number (out->n, number));
  }
  if (r == 0 && !m->app->view.json)
    printf ("%s: %s\n", m->folder, said.len ? mg_buf_text (&said)
            : "nothing was imported yet");
  return r;
}

static int
write_mapping (struct mg_app *app, int wsid, struct mg_error *err)
{
  const char *csv = mg_opt_text (&app->options, MG_OPT_CSV);
  MG_CLEANUP_FREE char *own = mg_path_join (app->session.folder,
                                            "out/mapping");
  struct mapping m = { app, app->session.store, csv ? csv : own, NULL };
  int r = mg_file_mkdirs (m.folder, 0700, err);

  m.outs = mg_xcalloc ((size_t) app->registry.n_kinds + 1, sizeof *m.outs);
  if (r == 0 && wsid != MG_SOURCE_WSID)
    r = mg_work_each_phase (m.store, wsid, MG_PHASE_MAIN, 0, each_work, &m,
                            err);
  r = finish (&m, r, err);
  mg_free (m.outs);
  return r;
}

int
mg_cmd_mapping (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT;
  int wsid = 0;
  int r = mg_app_read (app, &wsid, &err);

  if (r == 0)
    r = write_mapping (app, wsid, &err);
  return r < 0 ? mg_app_fail (app, &err) : MG_EXIT_OK;
}
