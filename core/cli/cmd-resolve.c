/* migrate resolve ASSET NEWID | new: a person says what of the target stands for
 * an asset, where nobody else can tell. */
#include <config.h>

#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/decide.h"
#include "store/decision.h"

struct resolution {
  struct mg_app *app;
  int wsid;
  const char *word, *to;
  struct mg_asset asset;           /* of the source */
  const struct mg_kind *kind;
};

static int
check_row (struct resolution *res, struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work row = MG_WORK_INIT;
  int r = mg_work_get (res->app->session.store, res->wsid, res->asset.aid,
                       MG_PHASE_MAIN, &row, err);

  if (r <= 0 || row.new_aid == 0)
    return r < 0 ? r : 0;
  return mg_error_set (err, MG_E_EXISTS, "already-moved",
                       "'%s' has its counterpart; migrate mapping shows it",
                       res->word);
}

/* The id must be known from the last list, and be nobody else's. */
static int
find_target (struct resolution *res, int64_t *ret_aid, struct mg_error *err)
{
  struct mg_store *store = res->app->session.store;
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  MG_CLEANUP (mg_work_release) struct mg_work taken = MG_WORK_INIT;
  int64_t baseline = 0, sid = 0;
  int r = mg_walk_newest (store, res->wsid, res->kind->kid, &baseline, &sid, err);

  if (r == 0)
    r = mg_asset_by_src (store, NULL, res->wsid, res->kind->kid, res->to,
                         &target, err);
  if (r == 0 || (r > 0 && target.seen_sid < sid))
    return mg_error_set (err, MG_E_INVALID, "unknown-asset",
                         "the target had no %s with the id '%s' when it was "
                         "listed; migrate plan lists it again",
                         res->kind->k->name, res->to);
  if (r > 0)
    r = mg_work_by_new (store, target.aid, &taken, err);
  if (r > 0 && taken.aid != res->asset.aid)
    return mg_error_set (err, MG_E_EXISTS, "already-moved",
                         "'%s' is the counterpart of another asset; migrate "
                         "mapping shows of which", res->to);
  *ret_aid = target.aid;
  return r < 0 ? r : 0;
}

static int
is_that_one (struct resolution *res, struct mg_error *err)
{
  const char *id = "resolved";     /* MG_CODE_RESOLVED: no plan undoes it */
  struct mg_planned row = { .aid = res->asset.aid, .prio = res->kind->index,
                            .kid = res->kind->kid, .op = MG_OP_ADOPT,
                            .state = MG_UNCHANGED, .provenance = MG_ADOPTED,
                            .code = id };
  int r = find_target (res, &row.new_aid, err);

  /* second thoughts: an older 'new' counts no more */
  if (r == 0)
    r = mg_decision_remove (res->app->session.store, res->wsid, res->asset.aid,
                            err);
  if (r >= 0)
    r = mg_work_forget (res->app->session.store, res->wsid, &row, err);
  if (r == 0)
    r = mg_store_flush (res->app->session.store, err);
  return r;
}

static int
is_none_of_them (struct resolution *res, struct mg_error *err)
{
  struct mg_store *store = res->app->session.store;
  struct mg_planned row = { .aid = res->asset.aid, .prio = res->kind->index,
                            .kid = res->kind->kid, .op = MG_OP_CREATE,
                            .state = MG_WAIT };
  MG_CLEANUP (mg_decision_done) struct mg_decision made = {
    .aid = res->asset.aid, .wsid = res->wsid, .what = MG_MAKE_IT,
    .at_us = mg_clock_wall_us (), .who = mg_xstrdup (mg_who_am_i ()),
    .reason = mg_xstrdup ("")
  };
  int r;

  if (res->kind->k->once != MIGRATE_ONCE_NONUNIQUE)
    return mg_error_set (err, MG_E_INVALID, "bad-words",
                         "the service keeps names of %s unique, so a second "
                         "one cannot be made; give the id of the one there",
                         res->kind->k->name);
  r = mg_decision_put (store, &made, err);
  if (r == 0)
    r = mg_work_forget (store, res->wsid, &row, err);
  return r == 0 ? mg_store_flush (store, err) : r;
}

static int
resolve (struct resolution *res, struct mg_error *err)
{
  int r = mg_app_target_wsid (res->app, &res->wsid, err);

  if (r == 0 && res->wsid == MG_SOURCE_WSID)
    return mg_error_set (err, MG_E_NOT_FOUND, "no-target",
                         "nothing was planned for a target yet; run migrate "
                         "plan first");
  if (r == 0)
    r = mg_find_asset (res->app, res->word, &res->asset, err);
  if (r < 0)
    return r;
  res->kind = mg_registry_kid (&res->app->registry, res->asset.kid);
  if (res->kind->parent != NULL)
    return mg_error_set (err, MG_E_INVALID, "bad-words",
                         "%s belong to their asset; resolve that one",
                         res->kind->k->name);
  r = check_row (res, err);
  if (r == 0)
    r = mg_streq (res->to, "new") ? is_none_of_them (res, err)
        : is_that_one (res, err);
  return r;
}

int
mg_cmd_resolve (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT;
  struct resolution res = { .app = app, .asset = MG_ASSET_INIT };
  int r = mg_app_start (app, MG_START_WRITE, &err);

  if (r == 0) {
    res.word = app->words[0];
    res.to = app->words[1];
    r = resolve (&res, &err);
  }
  if (r == 0 && !app->view.json)
    puts (mg_streq (res.to, "new") ? "the next import makes a new one"
          : "they are the same from here on");
  mg_asset_done (&res.asset);
  return r < 0 ? mg_app_fail (app, &err) : MG_EXIT_OK;
}
