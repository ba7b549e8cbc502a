/* An asset's body as the target gets it: the ids of the target instead of those
 * of the source, and what the rules change. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "run/refs.h"

#define MAX_EDITS 192

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

static int
is_compared (const struct prepare *p)
{
  return p->purpose == MG_FOR_COMPARE || p->purpose == MG_FOR_UNDO
         || p->purpose == MG_FOR_UNDO_KEPT;
}

/* What one edit is about: a reference, or a value. */
struct place {
  struct prepare *p;
  const struct migrate_ref *ref;
  uint32_t what;                   /* MIGRATE_VALUE_*; 0 = none of these */
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

/* What undo removed is in its own row. */
static int
removed_one (struct prepare *p, int64_t aid, int64_t *ret_new,
             struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work undone = MG_WORK_INIT;
  int r = p->purpose != MG_FOR_UNDO_KEPT ? 0
          : mg_work_get (p->run->store, p->run->target.wsid, aid, MG_PHASE_UNDO,
                         &undone, err);

  if (r > 0)
    *ret_new = undone.new_aid;
  return r;
}

/* What the target calls an asset of the source: 1 with the text, 0 when it has no
 * counterpart (yet). */
static int
counterpart (struct prepare *p, const char *ns, int64_t aid, char **ret_text,
             struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work work = MG_WORK_INIT;
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  int r = mg_work_get (p->run->store, p->run->target.wsid, aid, MG_PHASE_MAIN,
                       &work, err);

  p->unsupported = r > 0 && work.state == MG_SKIPPED
                   && strcmp (work.code, MG_CODE_UNSUPPORTED) == 0;
  if (r > 0 && work.new_aid == 0)
    r = removed_one (p, aid, &work.new_aid, err);
  if (r <= 0 || work.new_aid == 0)
    return r < 0 ? r : 0;
  r = mg_asset_get (p->run->store, &p->ctx->packer, work.new_aid, &target, err);
  if (r <= 0 || has_gone (p, &target))
    return r < 0 ? r : 0;
  *ret_text = name_in (p->run, &target, ns);
  return *ret_text != NULL;
}

/* Takes 'val'.  1 with the text, 0 when there is nothing (yet), MG_DROPPED when
 * a rule says so. */
#define MG_DROPPED 2

static int
resolve (struct prepare *p, const struct migrate_ref *ref, const char *val,
         char **ret_text, struct mg_error *err)
{
  MG_CLEANUP (mg_named_done) struct mg_named named = { 0 };
  int r;

  p->unsupported = 0;
  *ret_text = cache_get (p->run->state->cache, ref->ns, val);
  if (*ret_text != NULL)
    return 1;
  r = mg_ref_find (p->run, ref, mg_xstrdup (val), &named, err);
  if (r < 0)
    return r;
  if (named.dropped)
    return MG_DROPPED;
  if (named.aid == 0 && p->purpose == MG_FOR_UNDO_KEPT)
    r = mg_ref_removed (p->run, ref->ns, named.name, &named.aid, err);
  if (r < 0)
    return r;
  r = 0;
  if (named.aid != 0)
    r = counterpart (p, ref->ns, named.aid, ret_text, err);
  else if (named.ruled) {
    r = mg_ref_in_target (p->run, ref->ns, named.name, err);
    if (r > 0)
      *ret_text = mg_xstrdup (named.name);
  }
  if (r > 0 && p->purpose != MG_FOR_UNDO_KEPT)
    cache_put (p->run->state->cache, ref->ns, val, *ret_text);
  return r;
}

/* Only references within a kind are cut. */
static int
may_be_cut (struct prepare *p, const struct migrate_ref *ref, const char *val,
            struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;
  MG_CLEANUP (mg_named_done) struct mg_named named = { 0 };
  int r;

  if (p->purpose != MG_FOR_DOUBT || !ref->late)
    return 0;
  r = mg_ref_find (p->run, ref, mg_xstrdup (val), &named, err);
  if (r == 0 && named.aid != 0)
    r = mg_asset_get (p->run->store, NULL, named.aid, &asset, err);
  return r > 0 ? asset.kid == p->kind->kid : r;
}

/* What is left out takes the nearest element of an array along: is that about
 * nothing but this, or is there none? */
static int
takes_no_more (const struct migrate_ref *ref)
{
  return ref->element || mg_ends (ref->path, "[*]")
         || (strstr (ref->path, "[*]") == NULL
             && strstr (ref->path, "**") == NULL);
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
  if (ref->on_missing == MIGRATE_DROP_ELEMENT
      || (p->unsupported && takes_no_more (ref))) {
    p->out->dropped++;
    return MG_MAP_DROP_ELEMENT;
  }
  if (p->purpose == MG_FOR_COMPARE || ref->on_missing == MIGRATE_KEEP)
    return MG_MAP_KEEP;            /* what the source has, its edge waits for */
  if (p->purpose == MG_FOR_UNDO || p->purpose == MG_FOR_UNDO_KEPT)
    return MG_MAP_DROP_ELEMENT;
  return mg_error_set (err, MG_E_BLOCKED, "blocked",
                       "it names '%s' (%s), which the target does not have",
                       mg_printable (val, shown, sizeof shown), ref->ns);
}

/* Of the references at one path, of which only the first is an edit, the one
 * that this text is of; a folder above has the name that its own asset gets. */
static const struct migrate_ref *
find_ref (struct prepare *p, const struct migrate_ref *first, const char *whole,
          char **ret_text, const char **ret_rest)
{
  const struct migrate_ref *ref;

  for (ref = first; ref->path != NULL; ref++) {
    char *text = strcmp (ref->path, first->path) != 0
                 || ((ref->above || ref->waits) && ref != first) ? NULL
                 : mg_ref_inside (p->run->target.end, ref, whole, ret_rest);

    if (text != NULL) {
      *ret_text = text;
      return ref;
    }
  }
  return NULL;
}

static int
map_reference (void *opaque, const struct mg_edit *edit, struct mg_span value,
               struct mg_span parent, struct mg_buf *ret_text,
               struct mg_error *err)
{
  struct place *e = opaque;
  struct prepare *p = e->p;
  MG_CLEANUP_FREE char *whole = mg_json_text (value);
  MG_CLEANUP_FREE char *text = NULL;
  MG_CLEANUP_FREE char *mapped = NULL;
  MG_CLEANUP_FREE char *moved = NULL;
  const struct migrate_ref *ref;
  const char *rest;
  int r;

  (void) edit, (void) parent;
  ref = whole ? find_ref (p, e->ref, whole, &text, &rest) : NULL;
  if (ref == NULL)
    return MG_MAP_KEEP;
  moved = mg_ref_elsewhere (p->run, ref, whole);
  if (moved != NULL) {
    mg_buf_add_str (ret_text, moved);
    return MG_MAP_REPLACE;
  }
  r = may_be_cut (p, ref, text, err);
  if (r > 0) {
    p->out->dropped_late++;
    return MG_MAP_DROP_ELEMENT;
  }
  if (r == 0)
    r = resolve (p, ref, text, &mapped, err);
  if (r < 0)
    return r;
  if (r == MG_DROPPED) {
    p->out->dropped_by_rule++;
    return MG_MAP_DROP_ELEMENT;
  }
  /* names that differ in case only are the same: the asset keeps its own */
  if (r > 0) {
    if (strcmp (mapped, text) == 0
        || (ref->prefix != NULL && strcasecmp (mapped, text) == 0))
      return MG_MAP_KEEP;
    mg_buf_addf (ret_text, "%s%s%s", ref->prefix ? ref->prefix : "", mapped,
                 rest);
    return MG_MAP_REPLACE;
  }
  return not_there (p, ref, text, err);
}

/* ---- values that rules change ---- */

static int
map_value (void *opaque, const struct mg_edit *edit, struct mg_span value,
           struct mg_span parent, struct mg_buf *ret_text, struct mg_error *err)
{
  struct place *e = opaque;
  MG_CLEANUP_FREE char *text = mg_json_text (value);
  MG_CLEANUP_FREE char *changed = NULL;

  (void) parent, (void) err;
  changed = text ? mg_rules_change (e->p->run->rules, edit->path, e->what, text)
            : NULL;
  if (changed == NULL)
    return MG_MAP_KEEP;
  mg_buf_add_str (ret_text, changed);
  e->p->out->changed_by_rule++;
  return MG_MAP_REPLACE;
}

struct collected {
  struct prepare *p;
  struct mg_edit edits[MAX_EDITS];
  struct place places[MAX_EDITS];
  size_t n;
  int too_many;
};

static struct mg_edit *
add_edit (struct collected *c, enum mg_edit_op op, const char *path)
{
  if (c->n == MAX_EDITS) {
    c->too_many = 1;
    return &c->edits[MAX_EDITS - 1];
  }
  c->edits[c->n] = (struct mg_edit) { .op = op, .path = path };
  return &c->edits[c->n++];
}

static void
add_map (struct collected *c, const char *path, const struct migrate_ref *ref,
         uint32_t what)
{
  struct mg_edit *edit = add_edit (c, MG_EDIT_MAP, path);
  struct place *place = &c->places[edit - c->edits];

  *place = (struct place) { c->p, ref, what };
  edit->map = ref != NULL ? map_reference : map_value;
  edit->opaque = place;
}

/* Nothing is looked for that no rule could change. */
static void
add_values (struct collected *c)
{
  const struct mg_rules *rules = c->p->run->rules;
  const struct migrate_value *value;
  size_t i;

  for (i = 0; rules != NULL && i < rules->n; i++)
    if (mg_rules_is_path (&rules->rule[i])
        && (i == 0 || strcmp (rules->rule[i - 1].sort, rules->rule[i].sort) != 0))
      add_map (c, rules->rule[i].sort, NULL,
               mg_value_sort (c->p->kind->k, rules->rule[i].sort));
  for (value = c->p->kind->k->values; value != NULL && value->path != NULL;
       value++)
    if (mg_rules_have (rules, value->what)
        && !mg_rules_have_path (rules, value->path))
      add_map (c, value->path, NULL, value->what);
}

/* Is the object there that holds the member at this path? */
static int
has_room (const struct mg_asset *asset, const char *path)
{
  const char *dot = strrchr (path, '.');
  MG_CLEANUP_FREE char *above =
    mg_xstrndup (path, dot ? (size_t) (dot - path) : 0);
  struct mg_span holder;

  return mg_json_get (mg_buf_text (&asset->body), asset->body.len, above,
                      &holder) == 1
         && mg_json_type (holder) == '{';
}

static void
add_sets (struct collected *c)
{
  const struct prepare *p = c->p;
  const struct migrate_set *set;

  for (set = p->kind->k->set; set != NULL && set->path != NULL; set++)
    add_edit (c, MG_EDIT_SET, set->path)->value = set->value;
  for (set = p->kind->k->set_there; set != NULL && set->path != NULL; set++)
    if (has_room (p->asset, set->path))
      add_edit (c, MG_EDIT_SET, set->path)->value = set->value;
}

/* Neither the name nor what goes with it; what comes of it stays. */
static void
add_derived (struct collected *c)
{
  const struct prepare *p = c->p;
  const struct migrate_ref *out = p->out->spelled_out;
  const char *derived[MG_MAX_DERIVED + 1];
  int i;

  if (out != NULL) {
    add_edit (c, MG_EDIT_DROP, out->path);
    if (out->with != NULL)
      add_edit (c, MG_EDIT_DROP, out->with);
  }
  mg_run_derived (p->kind, mg_buf_text (&p->asset->body), p->asset->body.len,
                  out, derived);
  for (i = 0; derived[i] != NULL; i++)
    add_edit (c, MG_EDIT_DROP, derived[i]);
}

static int
is_edit (const struct migrate_ref *ref)
{
  return !ref->waits && ref->on_missing != MIGRATE_SPELL_OUT;
}

static void
collect_edits (struct collected *c)
{
  const struct prepare *p = c->p;
  const struct migrate_kind *k = p->kind->k;
  const struct migrate_ref *ref;
  const char *const *owned;

  for (owned = k->owned; owned != NULL && *owned != NULL; owned++)
    add_edit (c, MG_EDIT_DROP, *owned);
  add_derived (c);
  if (!is_compared (p))
    add_sets (c);
  add_values (c);                  /* what no rule changes is a reference */
  for (ref = k->refs; ref != NULL && ref->path != NULL; ref++)
    if (is_edit (ref) && (ref == k->refs || !is_edit (ref - 1)
                          || strcmp (ref[-1].path, ref->path) != 0))
      add_map (c, ref->path, ref, 0);
}

/* A text that should hold JSON, and names inside it, has to be read for them:
 * sent as it is it would name what only the source has. */
static int
texts_are_json (const struct mg_kind *kind, const struct mg_asset *asset,
                struct mg_error *err)
{
  const struct migrate_ref *ref = kind->k->refs;
  MG_CLEANUP_FREE char *path = NULL;   /* the last one that was read */

  for (; ref != NULL && ref->path != NULL; ref++) {
    MG_CLEANUP_FREE char *text = NULL;
    const char *bar = strstr (ref->path, "|json");
    size_t len = bar ? (size_t) (bar - ref->path) : 0;

    if (bar == NULL || (path != NULL && strlen (path) == len
                        && memcmp (path, ref->path, len) == 0))
      continue;
    mg_free (path);
    path = mg_xstrndup (ref->path, len);
    text = mg_json_get_text (mg_buf_text (&asset->body), asset->body.len, path);
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
  struct collected c;
  int r;

  c.p = &p;
  c.n = 0;
  c.too_many = 0;
  r = mg_run_unknown (run, kind, asset, &ret->spelled_out, err);
  if (r < 0)
    return r;
  collect_edits (&c);
  if (c.too_many)
    return mg_error_set (err, MG_E_INVALID, "plugin",
                         "its kind and the rules name more than %d paths of %s; "
                         "remove rules", MAX_EDITS, kind->k->name);
  mg_buf_reset (&ret->json);
  ret->dropped = ret->dropped_late = 0;
  ret->changed_by_rule = ret->dropped_by_rule = 0;
  if (purpose == MG_FOR_CREATE || purpose == MG_FOR_UPDATE) {
    r = texts_are_json (kind, asset, err);
    if (r < 0)
      return r;
  }
  r = mg_json_edit (mg_buf_text (&asset->body), asset->body.len, c.edits, c.n,
                    &ret->json, err);
  return r < 0 ? r : 0;
}
