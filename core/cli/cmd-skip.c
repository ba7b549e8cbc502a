/* migrate skip [ASSET... --reason TEXT | ASSET... --remove]: what is left out
 * because somebody decided so.  Every asset is looked up before the first
 * decision is written. */
#include <config.h>

#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cli/decide.h"
#include "store/decision.h"
#include "view/events.h"
#include "view/table.h"

/* ---- showing ---- */

static void
show_one (struct mg_app *app, struct mg_table *table,
          const struct mg_decision *skip, const struct mg_asset *asset)
{
  const struct mg_kind *kind = mg_registry_kid (&app->registry, asset->kid);
  struct mg_line line;
  char when[24];

  mg_time_iso (skip->at_us, when);
  if (!app->view.json) {
    mg_table_text (table, kind ? kind->k->name : "");
    mg_table_text (table, asset->key ? asset->key : "");
    mg_table_text (table, asset->src_id);
    mg_table_text (table, skip->who);
    mg_table_text (table, when);
    mg_table_text (table, skip->reason);
    mg_table_end (table);
    return;
  }
  mg_line_begin (&line, "skip");
  mg_line_text (&line, "kind", kind ? kind->k->name : NULL);
  mg_line_text (&line, "key", asset->key);
  mg_line_text (&line, "id", asset->src_id);
  mg_line_text (&line, "who", skip->who);
  mg_line_text (&line, "when", when);
  mg_line_text (&line, "reason", skip->reason);
  mg_line_end (&line);
}

static int
show_all (struct mg_app *app, struct mg_error *err)
{
  struct mg_store *store = app->session.store;
  struct mg_table table;
  int64_t after = 0;
  int r, n = 0;

  mg_table_init (&table, "KIND:NAME:ID:BY:WHEN:REASON");
  do {
    MG_CLEANUP (mg_decision_done) struct mg_decision skip = { 0 };
    MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;

    r = mg_decision_after (store, MG_SOURCE_WSID, after, &skip, err);
    if (r > 0)
      r = mg_asset_get (store, NULL, skip.aid, &asset, err);
    if (r > 0)
      show_one (app, &table, &skip, &asset);
    after = skip.aid;
    n += r > 0;
  } while (r > 0);
  if (r == 0 && n > 0 && !app->view.json)
    mg_table_print (&table, stdout);
  else if (r == 0 && !app->view.json)
    puts ("nothing is skipped");
  mg_table_done (&table);
  return r;
}

/* ---- deciding ---- */

static int
decide (struct mg_app *app, const int64_t *aids, int remove,
        struct mg_error *err)
{
  MG_CLEANUP (mg_decision_done) struct mg_decision skip = {
    .what = MG_SKIP_IT, .at_us = mg_clock_wall_us (),
    .who = mg_xstrdup (mg_who_am_i ()),
    .reason = mg_xstrdup (mg_opt_text (&app->options, MG_OPT_REASON))
  };
  int i, r = 0, n = 0;

  for (i = 0; i < app->n_words && r >= 0; i++) {
    skip.aid = aids[i];
    r = remove ? mg_decision_remove (app->session.store, MG_SOURCE_WSID, aids[i],
                                     err)
        : mg_decision_put (app->session.store, &skip, err);
    n += remove ? r > 0 : r == 0;
  }
  if (r >= 0 && !app->view.json)
    printf (remove ? "%d no longer skipped\n" : "%d skipped\n", n);
  return r < 0 ? r : 0;
}

static int
change (struct mg_app *app, struct mg_error *err)
{
  int remove = mg_opt_on (&app->options, MG_OPT_REMOVE);
  int64_t *aids = mg_xcalloc ((size_t) app->n_words, sizeof *aids);
  int i, r = 0;

  for (i = 0; i < app->n_words && r == 0; i++) {
    MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;

    r = mg_find_asset (app, app->words[i], &asset, err);
    if (r == 0 && !remove)
      r = mg_check_not_moved (app, app->words[i], &asset, err);
    aids[i] = asset.aid;
  }
  if (r == 0)
    r = decide (app, aids, remove, err);
  mg_free (aids);
  return r;
}

static int
check_options (struct mg_app *app, struct mg_error *err)
{
  int remove = mg_opt_on (&app->options, MG_OPT_REMOVE);
  const char *reason = mg_opt_text (&app->options, MG_OPT_REASON);

  if (app->n_words == 0 && (remove || reason != NULL))
    return mg_error_set (err, MG_E_INVALID, "bad-words",
                         "which assets? write them as KIND/ID or KIND/NAME");
  if (remove && reason != NULL)
    return mg_error_set (err, MG_E_INVALID, "wrong-option",
                         "--remove needs no --reason; leave one of them out");
  if (app->n_words > 0 && !remove && (reason == NULL || reason[0] == '\0'))
    return mg_error_set (err, MG_E_INVALID, "missing-value",
                         "reports tell why an asset is left out: add --reason "
                         "TEXT");
  return 0;
}

int
mg_cmd_skip (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT;
  int r;

  /* words and options are whole once plugins have added theirs */
  r = mg_app_load (app, &err);
  if (r == 0)
    r = check_options (app, &err);
  if (r == 0)
    r = mg_app_start (app, app->n_words > 0 ? MG_START_WRITE : 0, &err);
  if (r == 0)
    r = app->n_words > 0 ? change (app, &err) : show_all (app, &err);
  return r < 0 ? mg_app_fail (app, &err) : MG_EXIT_OK;
}
