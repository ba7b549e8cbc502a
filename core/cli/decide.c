/* See decide.h. */
#include <config.h>

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "cli/decide.h"

const char *
mg_who_am_i (void)
{
  const struct passwd *user = getpwuid (geteuid ());

  return user != NULL ? user->pw_name : "somebody";
}

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

int
mg_find_asset (struct mg_app *app, const char *word, struct mg_asset *ret,
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

int
mg_check_not_moved (struct mg_app *app, const char *word,
                    const struct mg_asset *asset, struct mg_error *err)
{
  int wsid, r = 1;

  for (wsid = 1; r > 0; wsid++) {
    MG_CLEANUP (mg_workspace_done) struct mg_workspace space = { 0 };
    MG_CLEANUP (mg_work_release) struct mg_work work = MG_WORK_INIT;
    int found;

    r = mg_session_workspace (&app->session, wsid, &space, err);
    found = r <= 0 ? 0 : mg_work_get (app->session.store, wsid, asset->aid,
                                      MG_PHASE_MAIN, &work, err);
    if (found < 0)
      r = found;
    if (found <= 0)
      continue;
    if (work.new_aid != 0 || work.state == MG_DONE)
      r = mg_error_set (err, MG_E_EXISTS, "already-moved",
                        "'%s' is in %s already; migrate undo takes back what "
                        "was made", word, space.host);
    else if (work.maybe || work.state == MG_SENT || work.state == MG_DOUBT)
      r = mg_error_set (err, MG_E_UNCERTAIN, "uncertain",
                        "'%s' was sent to %s and never confirmed; migrate "
                        "import --retry-failed settles that", word,
                        space.host);
  }
  return r;
}
