/* References: which assets an asset needs, and its body with the ids of the
 * target instead of those of the source. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "run/state.h"

#define MAX_EDITS 96

/* ---- the cache: (namespace, value) of the source -> value in the target ----
 * Direct mapped, successes only: a mapping never changes during a run. */

#define CACHE_SLOTS 4096

struct mg_cache {
  struct mg_mutex lock;
  struct slot { char *ns, *val, *text; } slots[CACHE_SLOTS];
};

struct mg_cache *
mg_cache_new (void)
{
  struct mg_cache *cache = mg_xcalloc (1, sizeof *cache);

  mg_mutex_init (&cache->lock);
  return cache;
}

static void
clear_slot (struct slot *slot)
{
  mg_free (slot->ns);
  mg_free (slot->val);
  mg_free (slot->text);
  memset (slot, 0, sizeof *slot);
}

void
mg_cache_clear (struct mg_cache *cache)
{
  int i;

  MG_LOCKED (&cache->lock);
  for (i = 0; i < CACHE_SLOTS; i++)
    clear_slot (&cache->slots[i]);
}

void
mg_cache_free (struct mg_cache *cache)
{
  if (cache == NULL)
    return;
  mg_cache_clear (cache);
  mg_mutex_done (&cache->lock);
  mg_free (cache);
}

static struct slot *
slot_of (struct mg_cache *cache, const char *ns, const char *val)
{
  uint64_t h = UINT64_C (14695981039346656037);
  const char *p;

  for (p = ns; *p != '\0'; p++)
    h = (h ^ (unsigned char) *p) * UINT64_C (1099511628211);
  for (p = val; *p != '\0'; p++)
    h = (h ^ (unsigned char) *p) * UINT64_C (1099511628211);
  return &cache->slots[h % CACHE_SLOTS];
}

static char *
cache_get (struct mg_cache *cache, const char *ns, const char *val)
{
  struct slot *slot;

  MG_LOCKED (&cache->lock);
  slot = slot_of (cache, ns, val);
  if (slot->text == NULL || strcmp (slot->ns, ns) != 0
      || strcmp (slot->val, val) != 0)
    return NULL;
  return mg_xstrdup (slot->text);
}

static void
cache_put (struct mg_cache *cache, const char *ns, const char *val,
           const char *text)
{
  struct slot *slot;

  MG_LOCKED (&cache->lock);
  slot = slot_of (cache, ns, val);
  clear_slot (slot);
  slot->ns = mg_xstrdup (ns);
  slot->val = mg_xstrdup (val);
  slot->text = mg_xstrdup (text);
}

/* ---- edges ---- */

/* The source's asset of that name: 1, 0 or negative. */
static int
find_source (struct mg_run *run, const char *ns, const char *val,
             int64_t *ret_aid, struct mg_error *err)
{
  MG_CLEANUP_FREE char *folded =
    mg_registry_ns_nocase (run->registry, ns) ? mg_fold (val) : NULL;
  int64_t aids[2];
  int n = mg_alias_find (run->store, MG_SOURCE_WSID, ns, folded ? folded : val,
                         aids, 2, err);

  if (n > 0)
    *ret_aid = aids[0];
  return n > 0 ? 1 : n;
}

struct edges {
  struct mg_run *run;
  const struct migrate_ref *refs;
  struct mg_edges_op *op;
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

/* The name inside a text; NULL when it names nothing.  With a prefix *ret_rest
 * is where the text goes on behind it. */
static char *
name_inside (const struct mg_run *run, const struct migrate_ref *ref,
             const char *text, const char **ret_rest)
{
  const char *from = text, *end;

  *ret_rest = "";
  if (ref->ends != 0 && !(ref->ends & run->target.end))
    return NULL;
  if (ref->prefix == NULL)
    return *text != '\0' && !is_everywhere (ref, text) ? mg_xstrdup (text)
           : NULL;
  if (!mg_starts (text, ref->prefix))
    return NULL;
  from += strlen (ref->prefix);
  end = strchrnul (from, '/');
  *ret_rest = end;
  return end > from ? mg_xstrndup (from, (size_t) (end - from)) : NULL;
}

static int
edge_value (void *opaque, size_t which, struct mg_span value)
{
  struct edges *e = opaque;
  const struct migrate_ref *ref = &e->refs[which];
  MG_CLEANUP_FREE char *whole = mg_json_text (value);
  MG_CLEANUP_FREE char *text = NULL;
  const char *rest;
  int64_t dst = 0;
  int r;

  text = whole ? name_inside (e->run, ref, whole, &rest) : NULL;
  if (text == NULL)
    return 0;
  r = find_source (e->run, ref->ns, text, &dst, e->err);
  if (r < 0)
    return r;
  if (r > 0 && dst != e->op->aid)
    add_edge (e->op, dst);
  else if (r == 0 && ref->on_missing == MIGRATE_BLOCK)
    add_missing (e->op, ref->ns, text);
  return 0;
}

static int
edges_of_asset (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  struct edges *e = opaque;
  const struct mg_kind *kind = mg_registry_kid (e->run->registry, a->kid);
  const char *paths[MAX_EDITS];
  size_t n;
  int r = 0;

  if (mg_run_stopping (e->run))
    return mg_error_set (err, MG_E_CANCELLED, NULL, "stopped");
  e->op = mg_xcalloc (1, sizeof *e->op);
  e->op->aid = a->aid;
  e->err = err;
  if (a->parent != 0)
    add_edge (e->op, a->parent);
  /* what could not be read names nobody; planning says so */
  e->refs = a->body.len > 0 ? kind->k->refs : NULL;
  while (e->refs != NULL && e->refs->path != NULL && r == 0) {
    for (n = 0; n < MAX_EDITS && e->refs[n].path != NULL; n++)
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
  MG_CLEANUP_FREE char *whole = mg_json_text (value);
  MG_CLEANUP_FREE char *text = NULL;
  const char *rest;
  int64_t aid = 0;
  int r, exported;

  text = whole ? name_inside (w->run, w->ref, whole, &rest) : NULL;
  if (text == NULL)
    return 0;
  exported = r = find_source (w->run, w->ref->ns, text, &aid, w->err);
  if (r > 0)
    r = will_come (w, aid, text);
  return r != 0 ? (r < 0 ? r : 0)
         : w->each (w->opaque, w->kind, w->ref->ns, text, exported);
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

/* ---- bodies with the target's ids ---- */

struct prepare {
  struct mg_run *run;
  struct mg_ctx *ctx;
  const struct mg_kind *kind;
  const struct mg_asset *asset;
  enum mg_prepare_for purpose;
  struct mg_prepared *out;
  int unsupported;                 /* the last one looked for: never there */
};

struct ref_edit {
  struct prepare *p;
  const struct migrate_ref *ref;
};

/* The target's name of an asset in a namespace. */
static char *
name_in (struct mg_run *run, const struct mg_asset *a, const char *ns)
{
  const struct mg_kind *kind = mg_registry_kid (run->registry, a->kid);
  const struct migrate_alias *alias;
  size_t n = strlen (kind->k->name);

  if (strncmp (ns, kind->k->name, n) == 0 && strcmp (ns + n, ".id") == 0)
    return mg_xstrdup (a->src_id);
  for (alias = kind->k->aliases; alias != NULL && alias->ns != NULL; alias++)
    if (strcmp (alias->ns, ns) == 0) {
      if (strcmp (alias->path, kind->k->id) == 0)
        return mg_xstrdup (a->src_id);
      if (strcmp (alias->path, kind->k->key) == 0)
        return mg_xstrdup (a->key);
      return mg_json_get_text (mg_buf_text (&a->body), a->body.len,
                               alias->path);
    }
  return NULL;
}

/* An undo has listed its kinds: was this one of them, and gone? */
static int
has_gone (struct prepare *p, const struct mg_asset *target)
{
  const struct mg_kind *kind = mg_registry_kid (p->run->registry, target->kid);

  return p->purpose == MG_FOR_UNDO && kind->chosen && kind->parent == NULL
         && target->seen_sid < p->run->target.sid;
}

/* 1 with the text, 0 when the target has no counterpart (yet). */
static int
resolve (struct prepare *p, const char *ns, const char *val, char **ret_text,
         struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work work = MG_WORK_INIT;
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  int64_t aid = 0;
  int r;

  p->unsupported = 0;
  *ret_text = cache_get (p->run->state->cache, ns, val);
  if (*ret_text != NULL)
    return 1;
  r = find_source (p->run, ns, val, &aid, err);
  if (r > 0)
    r = mg_work_get (p->run->store, p->run->target.wsid, aid, MG_PHASE_MAIN,
                     &work, err);
  p->unsupported = r > 0 && work.state == MG_SKIPPED
                   && strcmp (work.code, MG_CODE_UNSUPPORTED) == 0;
  if (r <= 0 || work.new_aid == 0)
    return r < 0 ? r : 0;
  r = mg_asset_get (p->run->store, &p->ctx->packer, work.new_aid, &target, err);
  if (r <= 0 || has_gone (p, &target))
    return r < 0 ? r : 0;
  *ret_text = name_in (p->run, &target, ns);
  if (*ret_text == NULL)
    return 0;
  cache_put (p->run->state->cache, ns, val, *ret_text);
  return 1;
}

/* Only references within a kind are cut. */
static int
may_be_cut (struct prepare *p, const struct migrate_ref *ref, const char *val,
            struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset named = MG_ASSET_INIT;
  int64_t aid = 0;
  int r;

  if (p->purpose != MG_FOR_DOUBT || !ref->late)
    return 0;
  r = find_source (p->run, ref->ns, val, &aid, err);
  if (r > 0)
    r = mg_asset_get (p->run->store, NULL, aid, &named, err);
  return r > 0 ? named.kid == p->kind->kid : r;
}

/* The target has no counterpart of what is named. */
static int
not_there (struct prepare *p, const struct migrate_ref *ref, const char *val,
           struct mg_error *err)
{
  char shown[200];

  if (ref->late && (p->purpose == MG_FOR_CREATE || p->purpose == MG_FOR_DOUBT)) {
    p->out->dropped_late++;
    return MG_MAP_DROP_ELEMENT;
  }
  if (ref->on_missing == MIGRATE_DROP_ELEMENT || p->unsupported) {
    p->out->dropped++;
    return MG_MAP_DROP_ELEMENT;
  }
  if (p->purpose == MG_FOR_COMPARE)
    return MG_MAP_KEEP;
  if (p->purpose == MG_FOR_UNDO)
    return MG_MAP_DROP_ELEMENT;
  return mg_error_set (err, MG_E_BLOCKED, "blocked",
                       "it names '%s' (%s), which the target does not have",
                       mg_printable (val, shown, sizeof shown), ref->ns);
}

static int
map_reference (void *opaque, const struct mg_edit *edit, struct mg_span value,
               struct mg_span parent, struct mg_buf *ret_text,
               struct mg_error *err)
{
  struct ref_edit *e = opaque;
  struct prepare *p = e->p;
  MG_CLEANUP_FREE char *whole = mg_json_text (value);
  MG_CLEANUP_FREE char *text = NULL;
  MG_CLEANUP_FREE char *mapped = NULL;
  const char *rest;
  int r;

  (void) edit, (void) parent;
  text = whole ? name_inside (p->run, e->ref, whole, &rest) : NULL;
  if (text == NULL)
    return MG_MAP_KEEP;
  r = may_be_cut (p, e->ref, text, err);
  if (r > 0) {
    p->out->dropped_late++;
    return MG_MAP_DROP_ELEMENT;
  }
  if (r == 0)
    r = resolve (p, e->ref->ns, text, &mapped, err);
  if (r < 0)
    return r;
  /* names that differ in case only are the same: the asset keeps its own */
  if (r > 0) {
    if (strcmp (mapped, text) == 0
        || (e->ref->prefix != NULL && strcasecmp (mapped, text) == 0))
      return MG_MAP_KEEP;
    mg_buf_addf (ret_text, "%s%s%s", e->ref->prefix ? e->ref->prefix : "",
                 mapped, rest);
    return MG_MAP_REPLACE;
  }
  return not_there (p, e->ref, text, err);
}

void
mg_run_derived (const struct mg_kind *kind, const char *json, size_t len,
                const char *ret_paths[MG_MAX_DERIVED + 1])
{
  const struct migrate_derived *d = kind->k->derived;
  int n = 0;

  for (; d != NULL && d->path != NULL && n < MG_MAX_DERIVED; d++) {
    MG_CLEANUP_FREE char *when = mg_json_get_text (json, len, d->when);

    if (when != NULL && *when != '\0')
      ret_paths[n++] = d->path;
  }
  ret_paths[n] = NULL;
}

static size_t
collect_edits (struct prepare *p, struct mg_edit *edits,
               struct ref_edit *ref_edits)
{
  const struct migrate_kind *k = p->kind->k;
  const struct migrate_set *set;
  const struct migrate_ref *ref;
  const char *derived[MG_MAX_DERIVED + 1];
  const char *const *owned;
  size_t n = 0;
  int i;

  for (owned = k->owned; owned != NULL && *owned != NULL && n < MAX_EDITS;
       owned++)
    edits[n++] = (struct mg_edit) { .op = MG_EDIT_DROP, .path = *owned };
  mg_run_derived (p->kind, mg_buf_text (&p->asset->body), p->asset->body.len,
                  derived);
  for (i = 0; derived[i] != NULL && n < MAX_EDITS; i++)
    edits[n++] = (struct mg_edit) { .op = MG_EDIT_DROP, .path = derived[i] };
  for (ref = k->refs; ref != NULL && ref->path != NULL && n < MAX_EDITS; ref++) {
    ref_edits[n] = (struct ref_edit) { p, ref };
    edits[n] = (struct mg_edit) { .op = MG_EDIT_MAP, .path = ref->path,
                                  .map = map_reference,
                                  .opaque = &ref_edits[n] };
    n++;
  }
  if (p->purpose != MG_FOR_COMPARE && p->purpose != MG_FOR_UNDO)
    for (set = k->set; set != NULL && set->path != NULL && n < MAX_EDITS; set++)
      edits[n++] = (struct mg_edit) { .op = MG_EDIT_SET, .path = set->path,
                                      .value = set->value };
  return n;
}

/* A text that should hold JSON, and names inside it, has to be read for them:
 * sent as it is it would name what only the source has. */
static int
texts_are_json (const struct mg_kind *kind, const struct mg_asset *asset,
                struct mg_error *err)
{
  const struct migrate_ref *ref = kind->k->refs;

  for (; ref != NULL && ref->path != NULL; ref++) {
    const char *bar = strstr (ref->path, "|json");
    MG_CLEANUP_FREE char *path =
      bar ? mg_xstrndup (ref->path, (size_t) (bar - ref->path)) : NULL;
    MG_CLEANUP_FREE char *text =
      path ? mg_json_get_text (mg_buf_text (&asset->body), asset->body.len,
                               path) : NULL;

    if (text != NULL && *text != '\0'
        && mg_json_check (text, strlen (text), NULL) < 0)
      return mg_error_set (err, MG_E_INVALID, "text-not-json",
                           "its '%s' is no JSON; mend it in the source and "
                           "export again", path);
  }
  return 0;
}

int
mg_run_prepare (struct mg_run *run, struct mg_ctx *ctx,
                const struct mg_kind *kind, const struct mg_asset *asset,
                enum mg_prepare_for purpose, struct mg_prepared *ret,
                struct mg_error *err)
{
  struct prepare p = { run, ctx, kind, asset, purpose, ret, 0 };
  struct mg_edit edits[MAX_EDITS];
  struct ref_edit ref_edits[MAX_EDITS];
  size_t n = collect_edits (&p, edits, ref_edits);
  int r;

  mg_buf_reset (&ret->json);
  ret->dropped = ret->dropped_late = 0;
  if (purpose == MG_FOR_CREATE || purpose == MG_FOR_UPDATE) {
    r = texts_are_json (kind, asset, err);
    if (r < 0)
      return r;
  }
  r = mg_json_edit (mg_buf_text (&asset->body), asset->body.len, edits, n,
                    &ret->json, err);
  return r < 0 ? r : 0;
}
