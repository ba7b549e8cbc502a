/* Homes that nobody in the target has: with --archive-missing what lies in them
 * goes elsewhere.  Each is a rule of the session, so that whatever reads the
 * rules later (another import, validate, undo) sees it where it is.
 *
 * The thread that plans. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "run/refs.h"
#include "run/tree.h"
#include "run/undo.h"

#define NOT_KNOWN_TEXT "its home is not archived: who owns homes was not listed " \
  "whole; run migrate export again"

struct archive {
  struct mg_run *run;
  struct mg_error *err;
  struct found {
    char *name;
    const struct migrate_ref *given;
    const struct mg_kind *kind;    /* of the home itself */
    int64_t aid;
  } *found;
  size_t n;
};

static void
archive_done (struct archive *a)
{
  size_t i;

  for (i = 0; i < a->n; i++)
    mg_free (a->found[i].name);
  mg_free (a->found);
}

static int
is_known (const struct archive *a, const char *name)
{
  size_t i;

  for (i = 0; i < a->n; i++)
    if (strcasecmp (a->found[i].name, name) == 0)
      return 1;
  return mg_rules_home (a->run->rules, name) != NULL;
}

/* The kind that walks the tree in which the given homes lie. */
static const struct mg_kind *
kind_of_homes (const struct mg_registry *registry,
               const struct migrate_ref *given)
{
  const struct migrate_ref *ref;
  int i;

  for (i = 0; i < registry->n_kinds; i++)
    for (ref = registry->kinds[i]->k->refs; ref != NULL && ref->path != NULL;
         ref++)
      if (ref == given)
        return mg_tree_walker_of (registry, registry->kinds[i]);
  return NULL;
}

/* The home in the export: 1, or 0. */
static int
find_home (struct archive *a, const struct mg_kind *kind,
           const struct migrate_ref *given, const char *name, int64_t *ret_aid)
{
  MG_CLEANUP_FREE char *key = mg_xasprintf ("%s%s", given->prefix, name);
  char ns[128];

  snprintf (ns, sizeof ns, "%s.id", kind->k->name);
  return mg_alias_find (a->run->store, MG_SOURCE_WSID, ns, key, ret_aid, 1,
                        a->err);
}

static int
keep_missing (void *opaque, const struct mg_kind *kind, const char *ns,
              const char *val, int exported)
{
  struct archive *a = opaque;
  const struct migrate_ref *given = mg_ref_given (a->run->registry, ns);
  const struct mg_kind *homes;
  int64_t aid = 0;
  int r;

  (void) kind;
  /* whom the export has another target may have got from this session */
  if (exported || given == NULL || given->archive == NULL || is_known (a, val))
    return 0;
  homes = kind_of_homes (a->run->registry, given);
  r = homes == NULL || !homes->chosen ? 0
      : find_home (a, homes, given, val, &aid);
  if (r <= 0)
    return r;
  r = mg_ref_in_target (a->run, ns, val, a->err);
  if (r != 0)
    return r < 0 ? r : 0;
  a->found = mg_xreallocarray (a->found, a->n + 1, sizeof *a->found);
  a->found[a->n++] = (struct found) { mg_xstrdup (val), given, homes, aid };
  return 0;
}

static int
put_rule (struct archive *a, const struct found *f)
{
  MG_CLEANUP_FREE char *from = mg_rules_from (MG_RULE_HOME, f->name);
  MG_CLEANUP_FREE char *to = mg_xasprintf ("%s%s", f->given->archive, f->name);
  MG_CLEANUP_FREE char *key = mg_xasprintf ("%s%s", f->given->prefix, f->name);
  struct mg_rule rule = { .sort = (char *) (uintptr_t) MG_RULE_HOME,
                          .from = from, .to = to,
                          .who = (char *) (uintptr_t) "--archive-missing",
                          .at_us = mg_clock_wall_us () };
  MG_CLEANUP_FREE char *text = mg_xasprintf (
    "nobody in the target has this home: what lies there is moved to '%s'; "
    "migrate rules add path changes what names it", to);
  int r = mg_rule_put (a->run->store, &rule, a->err);

  if (r == 0)
    mg_run_note (a->run, &a->run->target, f->aid, f->kind, key, "archived",
                 text);
  return r;
}

static int
gives (const struct mg_kind *kind, const char *ns)
{
  const struct migrate_alias *alias = kind->k->aliases;

  while (alias != NULL && alias->ns != NULL && strcmp (alias->ns, ns) != 0)
    alias++;
  return alias != NULL && alias->ns != NULL;
}

static int
is_whole (struct mg_run *run, int64_t sid, const struct mg_kind *kind,
          struct mg_error *err)
{
  MG_CLEANUP (mg_walk_done) struct mg_walk row = { 0 };
  int r = sid == 0 ? 0
          : mg_walk_get (run->store, sid, kind->kid, "", &row, err);

  return r <= 0 ? r
         : row.state == MG_WALK_DONE
           && (row.code == NULL || strcmp (row.code, MG_CODE_UNSUPPORTED) == 0);
}

/* Did the lists of those who own homes tell all of them, in the source and in the
 * target?  Of one that failed nobody infers that an owner is gone. */
static int
are_known (struct archive *a, const char *ns)
{
  struct mg_run *run = a->run;
  int64_t exported = 0, baseline = 0, newest = 0;
  int i, ended = 0;
  int r = mg_snapshot_last (run->store, MG_SOURCE_WSID, "export", &exported,
                            &ended, NULL, a->err);

  if (r <= 0 || !ended)
    return r < 0 ? r : 0;
  for (i = 0; i < run->registry->n_kinds && r > 0; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];

    if (!gives (kind, ns))
      continue;
    r = is_whole (run, exported, kind, a->err);
    if (r > 0)
      r = mg_walk_newest (run->store, run->target.wsid, kind->kid, &baseline,
                          &newest, a->err) < 0 ? MG_E_STORE
          : is_whole (run, newest, kind, a->err);
  }
  return r;
}

static int
put_rules (struct archive *a)
{
  size_t i;
  int r = 0;

  for (i = 0; i < a->n && r == 0; i++) {
    r = are_known (a, a->found[i].given->ns);
    if (r == 0)
      mg_run_note (a->run, &a->run->target, a->found[i].aid, a->found[i].kind,
                   a->found[i].name, "export-incomplete", NOT_KNOWN_TEXT);
    r = r <= 0 ? r : put_rule (a, &a->found[i]);
  }
  return r;
}

int
mg_run_archive (struct mg_run *run, struct mg_error *err)
{
  struct archive a = { .run = run, .err = err };
  int r = !run->options.archive_missing ? 0
          : mg_run_each_missing (run, keep_missing, &a, err);

  if (r >= 0)
    r = put_rules (&a);
  if (r == 0 && a.n > 0) {
    mg_rules_done (run->rules);
    r = mg_rules_load (run->store, run->rules, err);
  }
  archive_done (&a);
  return r < 0 ? r : 0;
}

/* ---- undo ---- */

struct below {
  struct mg_run *run;
  const char *folder;
};

static int
look_below (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct below *b = opaque;
  MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;
  size_t n = strlen (b->folder);
  int r = w->op != MG_OP_DELETE || w->state != MG_DONE ? 0
          : mg_asset_get (b->run->store, NULL, w->new_aid, &asset, err);

  return r <= 0 ? r : mg_starts (asset.key, b->folder) && asset.key[n] == '/';
}

/* Has this undo removed something of ours that lay in it? */
static int
was_used (struct mg_run *run, const char *folder, struct mg_error *err)
{
  struct below b = { run, folder };

  return mg_work_each_phase (run->store, run->target.wsid, MG_PHASE_UNDO, 0,
                             look_below, &b, err);
}

/* A folder that came with the first thing that was put into it. */
static int
remove_folder (struct mg_run *run, struct mg_ctx *ctx,
               const struct mg_kind *kind, const char *name, int64_t baseline,
               struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;
  MG_CLEANUP (mg_work_release) struct mg_work work = MG_WORK_INIT;
  struct migrate_asset a = { .kind = kind->k, .key = name, .target_id = name };
  int64_t aid = 0;
  char ns[128];
  int r;

  snprintf (ns, sizeof ns, "%s.id", kind->k->name);
  r = mg_alias_find (run->store, run->target.wsid, ns, name, &aid, 1, err);
  if (r > 0)
    r = mg_asset_get (run->store, NULL, aid, &asset, err);
  if (r <= 0 || asset.first_sid <= baseline
      || asset.seen_sid < run->target.sid)
    return r < 0 ? r : 0;
  r = mg_work_by_new (run->store, aid, &work, err);
  if (r != 0)
    return r < 0 ? r : 0;          /* the source has one, too */
  mg_ctx_begin (ctx, kind, NULL);
  r = mg_call_delete (ctx, kind, &a);
  if (r < 0 && mg_run_is_fatal (r)) {
    mg_error_copy (err, &ctx->error);
    return r;
  }
  return 0;                        /* with something in it, it stays */
}

/* In every tree that there is. */
static int
remove_everywhere (struct mg_run *run, struct mg_ctx *ctx, const char *folder,
                   struct mg_error *err)
{
  int64_t baseline = 0;
  int k, r = mg_snapshot_last (run->store, run->target.wsid, "baseline",
                               &baseline, NULL, NULL, err);

  for (k = 0; k < run->registry->n_kinds && r >= 0; k++) {
    const struct mg_kind *kind = run->registry->kinds[k];

    if (kind->chosen && mg_tree_walker_of (run->registry, kind) == kind)
      r = remove_folder (run, ctx, kind, folder, baseline, err);
  }
  return r;
}

int
mg_undo_archive (struct mg_run *run, struct mg_ctx *ctx, struct mg_error *err)
{
  const struct mg_rules *rules = run->rules;
  MG_CLEANUP_FREE char *last = NULL;
  int r = 0;
  size_t i;

  for (i = 0; rules != NULL && i < rules->n && r >= 0 && !run->stopped; i++) {
    const struct mg_rule *rule = &rules->rule[i];
    const char *slash = rule->to ? strrchr (rule->to, '/') : NULL;
    MG_CLEANUP_FREE char *folder =
      slash ? mg_xstrndup (rule->to, (size_t) (slash - rule->to)) : NULL;

    if (strcmp (rule->sort, MG_RULE_HOME) != 0 || slash == NULL
        || slash == rule->to || mg_streq (folder, last))
      continue;
    r = was_used (run, folder, err);
    if (r > 0)
      r = remove_everywhere (run, ctx, folder, err);
    mg_free (last);
    last = mg_xstrdup (folder);
  }
  return r < 0 ? r : 0;
}
