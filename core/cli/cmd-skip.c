/* migrate skip [ASSET... --reason TEXT | ASSET... --remove]: what is left out
 * because somebody decided so.  Every asset is looked up before the first
 * decision is written. */
#include <config.h>

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/app.h"
#include "store/skip.h"
#include "view/events.h"
#include "view/table.h"

static const char *
who_am_i (void)
{
  const struct passwd *user = getpwuid (geteuid ());

  return user != NULL ? user->pw_name : "somebody";
}

/* ---- naming ---- */

/* The longest kind that the word begins with: 'a/b' stands before 'a'. */
static const struct mg_kind *
kind_of (const struct mg_registry *registry, const char *word)
{
  const struct mg_kind *best = NULL;
  size_t len, most = 0;
  int i;

  for (i = 0; i < registry->n_kinds; i++) {
    const char *name = registry->kinds[i]->k->name;

    len = strlen (name);
    if (mg_starts (word, name) && word[len] == '/' && len > most) {
      most = len;
      best = registry->kinds[i];
    }
  }
  return best;
}

static int
unknown_kind (const struct mg_registry *registry, const char *word,
              struct mg_error *err)
{
  const char **names = mg_xcalloc ((size_t) registry->n_kinds + 1,
                                   sizeof *names);
  MG_CLEANUP_FREE char *first = mg_xasprintf (
    "%.*s", (int) strcspn (word, "/"), word);
  const char *nearest;
  int i, r;

  for (i = 0; i < registry->n_kinds; i++)
    names[i] = registry->kinds[i]->k->name;
  nearest = mg_nearest (first, names);
  r = mg_error_set (err, MG_E_INVALID, "unknown-asset",
                    "'%s' names no asset: write KIND/ID or KIND/NAME%s%s%s",
                    word, nearest ? "; did you mean '" : "",
                    nearest ? nearest : "", nearest ? "/...'?" : "");
  mg_free (names);
  return r;
}

/* By its name, when only one has it. */
static int
find_by_name (struct mg_app *app, const struct mg_kind *kind, const char *name,
              int64_t *ret_aid, struct mg_error *err)
{
  MG_CLEANUP_FREE char *folded =
    kind->k->flags & MIGRATE_KIND_NOCASE ? mg_fold (name) : NULL;
  int64_t aids[2];
  char ns[128];
  int n;

  snprintf (ns, sizeof ns, "%s.key", kind->k->name);
  n = mg_alias_find (app->session.store, MG_SOURCE_WSID, ns,
                     folded ? folded : name, aids, 2, err);
  if (n == 1)
    *ret_aid = aids[0];
  return n;
}

static int
find_asset (struct mg_app *app, const char *word, struct mg_asset *ret,
            struct mg_error *err)
{
  const struct mg_kind *kind = kind_of (&app->registry, word);
  const char *name;
  int64_t aid = 0;
  int n, r;

  if (kind == NULL)
    return unknown_kind (&app->registry, word, err);
  name = word + strlen (kind->k->name) + 1;
  r = mg_asset_by_src (app->session.store, NULL, MG_SOURCE_WSID, kind->kid,
                       name, ret, err);
  if (r != 0)
    return r < 0 ? r : 0;
  n = find_by_name (app, kind, name, &aid, err);
  if (n < 0)
    return n;
  if (n == 1) {
    r = mg_asset_get (app->session.store, NULL, aid, ret, err);
    return r < 0 ? r : 0;
  }
  return mg_error_set (err, MG_E_INVALID, "unknown-asset",
                       n == 0 ? "the export has no %s '%s'; migrate mapping and "
                       "migrate report show ids"
                       : "several %s are called '%s'; name one by its id",
                       kind->k->name, name);
}

/* What is in a target by now stays there, and what may be is not given up. */
static int
check_targets (struct mg_app *app, const char *word,
               const struct mg_asset *asset, struct mg_error *err)
{
  struct mg_workspace space;
  int wsid, r = 1;

  for (wsid = 1; r > 0; wsid++) {
    MG_CLEANUP (mg_work_release) struct mg_work work = MG_WORK_INIT;

    r = mg_session_workspace (&app->session, wsid, &space, err);
    if (r <= 0
        || mg_work_get (app->session.store, wsid, asset->aid, MG_PHASE_MAIN,
                        &work, err) <= 0)
      continue;
    if (work.new_aid != 0)
      r = mg_error_set (err, MG_E_EXISTS, "already-moved",
                        "'%s' is in %s already; migrate undo takes back what "
                        "was made", word, space.host);
    else if (work.maybe || work.state == MG_SENT || work.state == MG_DOUBT)
      r = mg_error_set (err, MG_E_UNCERTAIN, "uncertain",
                        "'%s' was sent to %s and never confirmed; migrate "
                        "import --retry-failed settles that, then skip it",
                        word, space.host);
  }
  return r;
}

/* ---- showing ---- */

static void
show_one (struct mg_app *app, struct mg_table *table,
          const struct mg_skip *skip, const struct mg_asset *asset)
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
    MG_CLEANUP (mg_skip_done) struct mg_skip skip = { 0 };
    MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;

    r = mg_skip_after (store, after, &skip, err);
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
  MG_CLEANUP (mg_skip_done) struct mg_skip skip = {
    .at_us = mg_clock_wall_us (), .who = mg_xstrdup (who_am_i ()),
    .reason = mg_xstrdup (mg_opt_text (&app->options, MG_OPT_REASON))
  };
  int i, r = 0, n = 0;

  for (i = 0; i < app->n_words && r >= 0; i++) {
    skip.aid = aids[i];
    r = remove ? mg_skip_remove (app->session.store, aids[i], err)
        : mg_skip_put (app->session.store, &skip, err);
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

    r = find_asset (app, app->words[i], &asset, err);
    if (r == 0 && !remove)
      r = check_targets (app, app->words[i], &asset, err);
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
