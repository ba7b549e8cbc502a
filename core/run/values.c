/* What an export has of a sort of values: see run.h.  One pass over the bodies of
 * every kind that has some. */
#include <config.h>

#include "base/alloc.h"
#include "run/rules.h"
#include "run/state.h"

struct values {
  struct mg_run *run;
  uint32_t what;
  mg_value_fn each;
  void *opaque;
  /* what is looked at */
  const struct mg_kind *kind;
  const char *path;
};

static int
tell_value (void *opaque, struct mg_span value)
{
  struct values *v = opaque;
  MG_CLEANUP_FREE char *text = mg_json_text (value);
  MG_CLEANUP_FREE char *other =
    text ? mg_rules_change (v->run->rules, v->path, v->what, text) : NULL;

  if (text != NULL)
    v->each (v->opaque, v->kind, other ? other : text);
  return 0;
}

static int
look_at_asset (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  struct values *v = opaque;
  const struct migrate_value *value = v->kind->k->values;

  (void) err;                      /* what is no JSON has its own line */
  for (; value != NULL && value->path != NULL && a->body.len > 0
         && mg_run_left_out (v->kind, a) == NULL; value++)
    if (value->what == v->what) {
      v->path = value->path;
      mg_json_each (mg_buf_text (&a->body), a->body.len, value->path,
                    tell_value, v);
    }
  return 0;
}

static int
has_some (const struct migrate_kind *k, uint32_t what)
{
  const struct migrate_value *value = k->values;

  for (; value != NULL && value->path != NULL; value++)
    if (value->what == what)
      return 1;
  return 0;
}

int
mg_run_each_value (struct mg_run *run, uint32_t what, mg_value_fn each,
                   void *opaque, struct mg_error *err)
{
  struct values v = { .run = run, .what = what, .each = each,
                      .opaque = opaque };
  struct mg_packer packer;
  int i, r = 0;

  mg_packer_init (&packer, mg_store_blobs (run->store),
                  mg_store_key (run->store));
  for (i = 0; i < run->registry->n_kinds && r == 0; i++) {
    v.kind = run->registry->kinds[i];
    if (v.kind->kid != 0 && v.kind->chosen && has_some (v.kind->k, what))
      r = mg_asset_each (run->store, &packer, MG_SOURCE_WSID, v.kind->kid, 0,
                         look_at_asset, &v, err);
  }
  mg_packer_done (&packer);
  return r < 0 ? r : 0;
}
