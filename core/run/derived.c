/* What the service works out from something else in a body: left out with it
 * there, and sent where the target does not know that.  See state.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "run/refs.h"

void
mg_run_derived (const struct mg_kind *kind, const char *json, size_t len,
                const struct migrate_ref *but,
                const char *ret_paths[MG_MAX_DERIVED + 1])
{
  const struct migrate_derived *d = kind->k->derived;
  int n = 0;

  for (; d != NULL && d->path != NULL && n < MG_MAX_DERIVED; d++) {
    MG_CLEANUP_FREE char *when = mg_json_get_text (json, len, d->when);

    if (when != NULL && *when != '\0'
        && (but == NULL || strcmp (d->when, but->path) != 0))
      ret_paths[n++] = d->path;
  }
  ret_paths[n] = NULL;
}

/* Nothing follows of a list that broke off, that this workspace does not offer, or
 * that nobody has asked for. */
static int
is_list_whole (struct mg_run *run, const struct migrate_ref *ref)
{
  MG_CLEANUP (mg_walk_done) struct mg_walk walk = { 0 };
  MG_CLEANUP_FREE char *name =
    mg_xstrndup (ref->ns, strcspn (ref->ns, "."));
  const struct mg_kind *kind = mg_registry_kind (run->registry, name);

  return kind != NULL
         && mg_walk_get (run->store, run->target.sid, kind->kid, "", &walk,
                         NULL) > 0
         && walk.state == MG_WALK_DONE && walk.code == NULL;
}

/* Is there what could be sent instead of the name? */
static int
has_derived (const struct mg_kind *kind, const struct mg_asset *asset,
             const struct migrate_ref *ref)
{
  const struct migrate_derived *d = kind->k->derived;
  struct mg_span value;

  for (; d != NULL && d->path != NULL; d++)
    if (strcmp (d->when, ref->path) == 0
        && mg_json_get (mg_buf_text (&asset->body), asset->body.len, d->path,
                        &value) == 1)
      return 1;
  return 0;
}

int
mg_run_unknown (struct mg_run *run, const struct mg_kind *kind,
                const struct mg_asset *asset,
                const struct migrate_ref **ret_ref, struct mg_error *err)
{
  const struct migrate_ref *ref = kind->k->refs;
  int r = 1;

  *ret_ref = NULL;
  for (; ref != NULL && ref->path != NULL && r > 0; ref++) {
    MG_CLEANUP_FREE char *name =
      ref->on_missing != MIGRATE_SPELL_OUT ? NULL
      : mg_json_get_text (mg_buf_text (&asset->body), asset->body.len,
                          ref->path);

    if (name == NULL || *name == '\0' || !has_derived (kind, asset, ref)
        || !is_list_whole (run, ref))
      continue;
    r = mg_ref_in_target (run, ref->ns, name, err);
    if (r == 0)
      *ret_ref = ref;
  }
  return r < 0 ? r : 0;
}
