/* References: which assets an asset needs.  The bodies with the ids of the target
 * instead of those of the source are prepare.c's. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "run/refs.h"

#define MAX_PATHS 96

/* ---- names ---- */

#define MAX_GONE 8

/* Has the target what stands for it, or by its row of the undo: had it? */
static int
was_made (struct mg_run *run, int64_t aid, int phase, struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work row = MG_WORK_INIT;
  int r = mg_work_get (run->store, run->target.wsid, aid, phase, &row, err);

  return r <= 0 ? r : row.new_aid != 0;
}

/* What is gone from the source is named by what was made when it was there: as
 * long as its counterpart is known it stands for it. */
static int
find_gone (struct mg_run *run, const char *ns, const char *val, int phase,
           int64_t *ret_aid, struct mg_error *err)
{
  int64_t aids[MAX_GONE];
  int i, n = run->target.wsid == MG_SOURCE_WSID ? 0
             : mg_alias_gone (run->store, MG_SOURCE_WSID, ns, val, aids,
                              MAX_GONE, err);
  int r = n < 0 ? n : 0;

  for (i = 0; i < n && r == 0; i++) {
    r = was_made (run, aids[i], phase, err);
    if (r > 0)
      *ret_aid = aids[i];
  }
  return r;
}

/* Who has that name there: 1, 0 or negative. */
static int
find_in (struct mg_run *run, int wsid, const char *ns, const char *val,
         int64_t *ret_aid, struct mg_error *err)
{
  MG_CLEANUP_FREE char *folded =
    mg_registry_ns_nocase (run->registry, ns) ? mg_fold (val) : NULL;
  int64_t aids[2];
  int n = mg_alias_find (run->store, wsid, ns, folded ? folded : val, aids, 2,
                         err);

  if (n > 0)
    *ret_aid = aids[0];
  if (n == 0 && wsid == MG_SOURCE_WSID)
    return find_gone (run, ns, folded ? folded : val, MG_PHASE_MAIN, ret_aid,
                      err);
  return n > 0 ? 1 : n;
}

int
mg_ref_removed (struct mg_run *run, const char *ns, const char *name,
                int64_t *ret_aid, struct mg_error *err)
{
  MG_CLEANUP_FREE char *folded =
    mg_registry_ns_nocase (run->registry, ns) ? mg_fold (name) : NULL;

  return find_gone (run, ns, folded ? folded : name, MG_PHASE_UNDO, ret_aid,
                    err);
}

int
mg_ref_in_target (struct mg_run *run, const char *ns, const char *name,
                  struct mg_error *err)
{
  int64_t aid;

  return run->target.wsid == MG_SOURCE_WSID ? 0
         : find_in (run, run->target.wsid, ns, name, &aid, err);
}

void
mg_named_done (struct mg_named *named)
{
  mg_free (named->name);
  memset (named, 0, sizeof *named);
}

static void
rename_it (struct mg_named *named, char *to)
{
  mg_free (named->name);
  named->name = to;
  named->ruled = 1;
}

/* An e-mail rule renames a user, and who names them follows the user.  Of
 * somebody who is not in the export only the name is left to change. */
int
mg_ref_find (struct mg_run *run, const struct migrate_ref *ref, char *name,
             struct mg_named *ret, struct mg_error *err)
{
  const struct mg_rule *rule = mg_rules_for_name (run->rules, ref->ns, name);
  char *other;
  int r;

  *ret = (struct mg_named) { .name = name };
  if (rule != NULL && rule->to == NULL
      && (ref->prefix == NULL || ref->on_missing == MIGRATE_KEEP)) {
    ret->dropped = ref->element;   /* elsewhere nobody is left to be named */
    return 0;
  }
  if (rule != NULL && rule->to != NULL)
    rename_it (ret, mg_xstrdup (rule->to));
  r = find_in (run, MG_SOURCE_WSID, ref->ns, ret->name, &ret->aid, err);
  if (r == 0 && !ret->ruled && mg_rules_is_principal (ref->ns)) {
    other = mg_rules_value (run->rules, MIGRATE_VALUE_EMAIL, ret->name);
    if (other != NULL) {
      rename_it (ret, other);
      r = find_in (run, MG_SOURCE_WSID, ref->ns, ret->name, &ret->aid, err);
    }
  }
  return r < 0 ? r : 0;
}

/* ---- edges ---- */

struct edges {
  struct mg_run *run;
  const struct mg_kind *kind;
  const struct migrate_ref *refs;
  struct mg_edges_op *op;
  struct mg_packer *packer;
  struct mg_error *err;
};

static void
add_missing (struct mg_edges_op *op, const char *ns, const char *val)
{
  op->missing = mg_xreallocarray (op->missing, (size_t) op->n_missing + 1,
                                  sizeof *op->missing);
  op->missing[op->n_missing].ns = mg_xstrdup (ns);
  op->missing[op->n_missing++].val = mg_xstrdup (val);
}

static void
add_edge (struct mg_edges_op *op, int64_t dst)
{
  if ((op->n_dst & (op->n_dst - 1)) == 0)
    op->dst = mg_xreallocarray (op->dst,
                                op->n_dst ? (size_t) op->n_dst * 2 : 1,
                                sizeof *op->dst);
  op->dst[op->n_dst++] = dst;
}

/* A group of the account that stands in access control lists of every workspace
 * and in no list of groups. */
static int
is_everywhere (const struct migrate_ref *ref, const char *name)
{
  return strcmp (ref->ns, "principal.group_name") == 0
         && strcmp (name, "account users") == 0;
}

char *
mg_ref_inside (uint32_t target_end, const struct migrate_ref *ref,
               const char *text, const char **ret_rest)
{
  const char *from = text, *end;

  *ret_rest = "";
  if (ref->ends != 0 && !(ref->ends & target_end))
    return NULL;
  if (ref->prefix == NULL && !ref->above)
    return *text != '\0' && !is_everywhere (ref, text) ? mg_xstrdup (text)
           : NULL;
  if (ref->prefix != NULL && !mg_starts (text, ref->prefix))
    return NULL;
  from += ref->above ? 0 : strlen (ref->prefix);
  end = ref->above ? strrchr (text, '/') : strchrnul (from, '/');
  *ret_rest = end ? end : "";
  return end && end > from ? mg_xstrndup (from, (size_t) (end - from)) : NULL;
}

const struct migrate_ref *
mg_ref_given (const struct mg_registry *registry, const char *ns)
{
  const struct migrate_ref *ref;
  int i;

  for (i = 0; i < registry->n_kinds; i++)
    for (ref = registry->kinds[i]->k->refs; ref != NULL && ref->path != NULL;
         ref++)
      if (ref->given && ref->prefix != NULL && strcmp (ref->ns, ns) == 0)
        return ref;
  return NULL;
}

char *
mg_ref_elsewhere (struct mg_run *run, const struct migrate_ref *ref,
                  const char *text)
{
  const struct migrate_ref *given;
  const char *rest, *to;
  MG_CLEANUP_FREE char *name =
    ref->prefix == NULL || !mg_rules_have_path (run->rules, MG_RULE_HOME) ? NULL
    : mg_ref_inside (run->target.end, ref, text, &rest);

  to = name ? mg_rules_home (run->rules, name) : NULL;
  given = to ? mg_ref_given (run->registry, ref->ns) : NULL;
  if (given == NULL || !mg_ends (ref->prefix, given->prefix))
    return NULL;
  return mg_xasprintf ("%.*s%s%s", (int) (strlen (ref->prefix)
                                          - strlen (given->prefix)),
                       ref->prefix, to, rest);
}

/* What else stands there than the reference names: by a rule of its path, or of
 * the home. */
static char *
moved_text (struct mg_run *run, const struct mg_kind *kind,
            const struct migrate_ref *ref, const char *whole)
{
  uint32_t what = mg_value_sort (kind->k, ref->path);
  char *ruled =
    what ? mg_rules_change (run->rules, ref->path, what, whole) : NULL;

  return ruled ? ruled : mg_ref_elsewhere (run, ref, whole);
}

/* 1 = the value leads somewhere or nowhere, and *ret says where; 0 = it names
 * nothing, or nobody any more. */
static int
look_up (struct mg_run *run, const struct mg_kind *kind,
         const struct migrate_ref *ref, struct mg_span value,
         struct mg_named *ret, struct mg_error *err)
{
  MG_CLEANUP_FREE char *whole = mg_json_text (value);
  MG_CLEANUP_FREE char *moved =
    whole ? moved_text (run, kind, ref, whole) : NULL;
  const char *rest;
  char *name = whole == NULL || moved != NULL ? NULL
               : mg_ref_inside (run->target.end, ref, whole, &rest);
  int r;

  if (name == NULL)
    return 0;
  r = mg_ref_find (run, ref, name, ret, err);
  return r < 0 ? r : !ret->dropped;
}

/* Only the order counts, and only where there will be something to wait for. */
static int
is_worth_waiting (struct edges *e, int64_t aid)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;
  const struct mg_kind *kind;
  int r = mg_asset_get (e->run->store, e->packer, aid, &asset, e->err);

  if (r <= 0)
    return r;
  kind = mg_registry_kid (e->run->registry, asset.kid);
  return kind != NULL && kind->chosen && mg_run_left_out (kind, &asset) == NULL;
}

static int
wait_for (struct edges *e, int64_t aid)
{
  int r = aid != 0 && aid != e->op->aid ? is_worth_waiting (e, aid) : 0;

  if (r > 0)
    add_edge (e->op, aid);
  return r < 0 ? r : 0;
}

/* A path in a home that may be nobody's: it follows who is moved, and needs
 * nobody. */
static int
is_only_path (const struct mg_kind *kind, const struct migrate_ref *ref)
{
  return ref->prefix != NULL && ref->on_missing == MIGRATE_KEEP
         && mg_value_sort (kind->k, ref->path) != 0;
}

static int
edge_value (void *opaque, size_t which, struct mg_span value)
{
  struct edges *e = opaque;
  const struct migrate_ref *ref = &e->refs[which];
  MG_CLEANUP (mg_named_done) struct mg_named named = { 0 };
  int r = look_up (e->run, e->kind, ref, value, &named, e->err);

  if (r <= 0)
    return r;
  if (ref->on_missing == MIGRATE_SPELL_OUT)
    return 0;                      /* the target's lists have it or not */
  if (ref->waits || is_only_path (e->kind, ref))
    return wait_for (e, named.aid);
  if (named.aid != 0) {
    if (named.aid != e->op->aid)
      add_edge (e->op, named.aid);
    return 0;
  }
  if (ref->on_missing != MIGRATE_BLOCK)
    return 0;
  r = named.ruled ? mg_ref_in_target (e->run, ref->ns, named.name, e->err) : 0;
  if (r == 0)
    add_missing (e->op, ref->ns, named.name);
  return r < 0 ? r : 0;
}

static int
edges_of_asset (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  struct edges *e = opaque;
  const struct mg_kind *kind = mg_registry_kid (e->run->registry, a->kid);
  const char *paths[MAX_PATHS];
  size_t n;
  int r = 0;

  if (mg_run_stopping (e->run))
    return mg_error_set (err, MG_E_CANCELLED, NULL, "stopped");
  e->op = mg_xcalloc (1, sizeof *e->op);
  e->op->aid = a->aid;
  e->kind = kind;
  e->err = err;
  if (a->parent != 0)
    add_edge (e->op, a->parent);
  /* what could not be read names nobody; planning says so */
  e->refs = a->body.len > 0 ? kind->k->refs : NULL;
  while (e->refs != NULL && e->refs->path != NULL && r == 0) {
    for (n = 0; n < MAX_PATHS && e->refs[n].path != NULL; n++)
      paths[n] = e->refs[n].path;
    r = mg_json_each_of (mg_buf_text (&a->body), a->body.len, paths, n,
                         edge_value, e);
    e->refs += n;
  }
  if (r < 0) {
    mg_free (e->op->dst);
    mg_free (e->op);
    return r;
  }
  return mg_edges_post (e->run->store, e->op, err);
}

int
mg_run_edges (struct mg_run *run, struct mg_error *err)
{
  struct edges e = { .run = run };
  struct mg_packer packer;
  int i, r = 0;

  mg_packer_init (&packer, mg_store_blobs (run->store),
                  mg_store_key (run->store));
  e.packer = &packer;
  for (i = 0; i < run->registry->n_kinds && r == 0; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];

    if (kind->chosen && (kind->k->refs != NULL || kind->parent != NULL))
      r = mg_asset_each (run->store, &packer, MG_SOURCE_WSID, kind->kid, 0,
                         edges_of_asset, &e, err);
  }
  mg_packer_done (&packer);
  return r < 0 ? r : mg_store_flush (run->store, err);
}

/* ---- names that lead nowhere ---- */

struct nowhere {
  struct mg_run *run;
  int target_known;                /* its index is in the session */
  const struct mg_kind *kind;
  const struct migrate_ref *ref;
  mg_missing_fn each;
  void *opaque;
  struct mg_error *err;
};

/* Will the target have what the source has under this name? */
static int
will_come (struct nowhere *w, int64_t aid, const char *val)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;
  MG_CLEANUP_FREE char *folded =
    mg_registry_ns_nocase (w->run->registry, w->ref->ns) ? mg_fold (val) : NULL;
  const struct mg_kind *kind;
  int64_t aids[1];
  int r = mg_asset_get (w->run->store, NULL, aid, &asset, w->err);

  if (r <= 0)
    return r;
  kind = mg_registry_kid (w->run->registry, asset.kid);
  if (kind == NULL || kind->chosen || !w->target_known)
    return 1;
  return mg_alias_find (w->run->store, w->run->target.wsid, w->ref->ns,
                        folded ? folded : val, aids, 1, w->err);
}

static int
nowhere_value (void *opaque, struct mg_span value)
{
  struct nowhere *w = opaque;
  MG_CLEANUP (mg_named_done) struct mg_named named = { 0 };
  int r = w->ref->waits || w->ref->on_missing == MIGRATE_SPELL_OUT ? 0
          : look_up (w->run, w->kind, w->ref, value, &named, w->err);

  if (r <= 0 || (named.aid == 0 && w->ref->on_missing == MIGRATE_KEEP)
      || is_only_path (w->kind, w->ref))
    return r < 0 ? r : 0;
  r = named.aid != 0 ? will_come (w, named.aid, named.name)
      : named.ruled ? mg_ref_in_target (w->run, w->ref->ns, named.name, w->err)
      : 0;
  return r != 0 ? (r < 0 ? r : 0)
         : w->each (w->opaque, w->kind, w->ref->ns, named.name, named.aid != 0);
}

static int
nowhere_asset (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  struct nowhere *w = opaque;
  int r = 0;

  w->err = err;
  for (w->ref = w->kind->k->refs; w->ref->path != NULL && r == 0; w->ref++)
    r = mg_json_each (mg_buf_text (&a->body), a->body.len, w->ref->path,
                      nowhere_value, w);
  return r;
}

int
mg_run_each_missing (struct mg_run *run, mg_missing_fn each, void *opaque,
                     struct mg_error *err)
{
  struct nowhere w = { .run = run, .each = each, .opaque = opaque };
  struct mg_packer packer;
  int64_t sid = 0;
  int i, r = 0, ended = 0;

  if (run->target.wsid != MG_SOURCE_WSID)
    r = mg_snapshot_last (run->store, run->target.wsid, "baseline", &sid,
                          &ended, NULL, err);
  w.target_known = r > 0 && ended;
  mg_packer_init (&packer, mg_store_blobs (run->store),
                  mg_store_key (run->store));
  for (i = 0; i < run->registry->n_kinds && r >= 0; i++) {
    w.kind = run->registry->kinds[i];
    if (w.kind->chosen && w.kind->k->refs != NULL)
      r = mg_asset_each (run->store, &packer, MG_SOURCE_WSID, w.kind->kid, 0,
                         nowhere_asset, &w, err);
  }
  mg_packer_done (&packer);
  return r < 0 ? r : 0;
}
