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
  const char *path;                /* one of these three: of rules, */
  const struct migrate_ref *ref;   /* of a reference, */
  uint32_t what;                   /* of a value of this sort */
  int found;
};

void
mg_rule_count_done (struct mg_rule_count *count)
{
  mg_free (count->n);
  mg_free (count->moved_key);
  memset (count, 0, sizeof *count);
}

/* The rule that changes what is named there. */
static const struct mg_rule *
rule_of_name (const struct mg_rules *rules, const struct migrate_ref *ref,
              const char *text)
{
  const char *rest;
  MG_CLEANUP_FREE char *name = mg_ref_inside (~0u, ref, text, &rest);
  const struct mg_rule *rule;

  if (name == NULL)
    return NULL;
  if (!mg_rules_is_principal (ref->ns))
    return mg_rules_for_value (rules, MIGRATE_VALUE_ARN, name);
  rule = ref->prefix != NULL ? mg_rules_for_home (rules, name) : NULL;
  if (rule == NULL)
    rule = mg_rules_for_name (rules, ref->ns, name);
  if (rule == NULL)
    return mg_rules_for_value (rules, MIGRATE_VALUE_EMAIL, name);
  return rule->to != NULL || ref->element ? rule : NULL;
}

/* What a rule of its path changes is no reference any more. */
static const struct mg_rule *
rule_of_reference (const struct counting *c, const char *text)
{
  uint32_t what = mg_value_sort (c->kind->k, c->ref->path);
  MG_CLEANUP_FREE char *changed =
    what ? mg_rules_change (c->rules, c->ref->path, what, text) : NULL;

  return changed ? NULL : rule_of_name (c->rules, c->ref, text);
}

static int
count_value (void *opaque, struct mg_span value)
{
  struct counting *c = opaque;
  MG_CLEANUP_FREE char *text = mg_json_text (value);
  const struct mg_rule *rule;

  if (text == NULL)
    return 0;
  rule = c->path != NULL ? mg_rules_for_path (c->rules, c->path, text)
         : c->ref != NULL ? rule_of_reference (c, text)
         : mg_rules_for_value (c->rules, c->what, text);
  if (rule == NULL)
    return 0;
  c->found = 1;
  c->out->n[(size_t) (rule - c->rules->rule) * (size_t) c->registry->n_kinds
            + (size_t) c->kind->index]++;
  return 0;
}

static int
count_at (struct counting *c, const struct mg_asset *a, const char *path)
{
  return mg_json_each (mg_buf_text (&a->body), a->body.len, path, count_value, c);
}

/* Each place once, however many rules there are. */
static int
count_places (struct counting *c, const struct mg_asset *a)
{
  const struct migrate_kind *k = c->kind->k;
  const struct migrate_value *value;
  size_t i;
  int r = 0;

  c->ref = NULL;
  for (i = 0; i < c->rules->n && r >= 0; i++) {
    c->path = c->rules->rule[i].sort;
    if (mg_rules_is_path (&c->rules->rule[i])
        && (i == 0 || !mg_streq (c->path, c->rules->rule[i - 1].sort)))
      r = count_at (c, a, c->path);
  }
  c->path = NULL;
  for (value = k->values; value != NULL && value->path != NULL && r >= 0;
       value++) {
    c->what = value->what;
    if (mg_rules_have (c->rules, value->what))
      r = count_at (c, a, value->path);
  }
  for (c->ref = k->refs; c->ref != NULL && c->ref->path != NULL && r >= 0;
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
  int r;

  c->found = 0;
  r = a->body.len > 0 ? count_places (c, a) : 0;
  if (r < 0)
    return mg_error_set (err, r, "not-json", "what the session holds of '%s' "
                         "cannot be read; run migrate export again",
                         a->key ? a->key : a->src_id);
  return c->found ? look_for_moved (c, a, err) : 0;
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
