/* How much of an export the rules change: see rules.h.  One pass over the bodies
 * of every kind that has something for them. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "run/refs.h"
#include "store/work.h"

struct counting {
  struct mg_store *store;
  struct mg_registry *registry;
  const struct mg_rules *rules;
  int n_targets;
  struct mg_rule_count *out;
  /* of the asset that is looked at */
  const struct mg_kind *kind;
  size_t rule;
  const struct migrate_ref *ref;   /* NULL = a value of this sort: */
  uint32_t what;
  int64_t n;
};

void
mg_rule_count_done (struct mg_rule_count *count)
{
  mg_free (count->n);
  mg_free (count->moved_key);
  memset (count, 0, sizeof *count);
}

/* Does the one rule that is counted change what is named there? */
static int
changes_name (const struct mg_rules *one, const struct migrate_ref *ref,
              const char *text)
{
  const char *rest;
  MG_CLEANUP_FREE char *name = mg_ref_inside (~0u, ref, text, &rest);
  MG_CLEANUP_FREE char *other = NULL;
  enum mg_rule_says says;

  if (name == NULL)
    return 0;
  if (!mg_rules_is_principal (ref->ns)) {
    other = mg_rules_value (one, MIGRATE_VALUE_ARN, name);
    return other != NULL;
  }
  says = mg_rules_principal (one, ref->ns, name, &other);
  if (says == MG_RULE_KEEPS)
    other = mg_rules_value (one, MIGRATE_VALUE_EMAIL, name);
  return other != NULL || (says == MG_RULE_DROPS && ref->element);
}

static int
count_value (void *opaque, struct mg_span value)
{
  struct counting *c = opaque;
  struct mg_rules one = { &c->rules->rule[c->rule], 1 };
  MG_CLEANUP_FREE char *text = mg_json_text (value);
  MG_CLEANUP_FREE char *changed = NULL;

  if (text == NULL)
    return 0;
  if (c->ref != NULL)
    c->n += changes_name (&one, c->ref, text);
  else {
    changed = mg_rules_is_path (one.rule)
              ? mg_rules_change (&one, one.rule->sort, 0, text)
              : mg_rules_value (&one, c->what, text);
    c->n += changed != NULL;
  }
  return 0;
}

static int
count_at (struct counting *c, const struct mg_asset *a, const char *path)
{
  return mg_json_each (mg_buf_text (&a->body), a->body.len, path, count_value, c);
}

/* What one rule changes in one asset. */
static int
count_rule (struct counting *c, const struct mg_asset *a)
{
  const struct migrate_kind *k = c->kind->k;
  const struct mg_rule *rule = &c->rules->rule[c->rule];
  const struct migrate_value *value;
  int r = 0;

  c->n = 0;
  c->ref = NULL;
  c->what = 0;
  if (mg_rules_is_path (rule))
    return count_at (c, a, rule->sort);
  for (value = k->values; value != NULL && value->path != NULL && r == 0;
       value++) {
    c->what = value->what;
    r = count_at (c, a, value->path);
  }
  for (c->ref = k->refs; c->ref != NULL && c->ref->path != NULL && r == 0;
       c->ref++)
    r = count_at (c, a, c->ref->path);
  return r;
}

/* It holds what a rule changes: is it in a target as it was? */
static int
look_for_moved (struct counting *c, const struct mg_asset *a,
                struct mg_error *err)
{
  int wsid, r = 0;

  for (wsid = 1; wsid <= c->n_targets && r >= 0; wsid++) {
    MG_CLEANUP (mg_work_release) struct mg_work work = MG_WORK_INIT;

    r = mg_work_get (c->store, wsid, a->aid, MG_PHASE_MAIN, &work, err);
    if (r <= 0 || work.state != MG_DONE)
      continue;
    c->out->moved++;
    if (c->out->moved_key == NULL)
      c->out->moved_key = mg_xasprintf ("%s '%s'", c->kind->k->name,
                                        a->key ? a->key : a->src_id);
    break;
  }
  return r < 0 ? r : 0;
}

static int
count_asset (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  struct counting *c = opaque;
  int64_t found = 0;
  int r = 0;

  for (c->rule = 0; c->rule < c->rules->n && r >= 0 && a->body.len > 0;
       c->rule++) {
    r = count_rule (c, a);
    c->out->n[c->rule * (size_t) c->registry->n_kinds
              + (size_t) c->kind->index] += c->n;
    found += c->n;
  }
  if (r < 0)
    return mg_error_set (err, r, "not-json", "what the session holds of '%s' "
                         "cannot be read; run migrate export again",
                         a->key ? a->key : a->src_id);
  return found > 0 ? look_for_moved (c, a, err) : 0;
}

int
mg_rules_count (struct mg_store *store, struct mg_registry *registry,
                const struct mg_rules *rules, int n_targets,
                struct mg_rule_count *ret, struct mg_error *err)
{
  struct counting c = { .store = store, .registry = registry, .rules = rules,
                        .n_targets = n_targets, .out = ret };
  struct mg_packer packer;
  int i, r = 0;

  ret->n = mg_xcalloc (rules->n * (size_t) registry->n_kinds + 1,
                       sizeof *ret->n);
  mg_packer_init (&packer, mg_store_blobs (store), mg_store_key (store));
  for (i = 0; i < registry->n_kinds && r == 0; i++) {
    c.kind = registry->kinds[i];
    if (c.kind->kid != 0)
      r = mg_asset_each (store, &packer, MG_SOURCE_WSID, c.kind->kid, 0,
                         count_asset, &c, err);
  }
  mg_packer_done (&packer);
  return r < 0 ? r : 0;
}
