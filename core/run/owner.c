/* See owner.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "run/owner.h"
#include "run/refs.h"

static char *
by_permissions (struct mg_store *store, struct mg_packer *packer,
                const struct mg_registry *registry, const struct mg_kind *kind,
                const struct mg_asset *asset)
{
  static const char *const members[] = { "user_name", "service_principal_name" };
  MG_CLEANUP (mg_asset_done) struct mg_asset acl = MG_ASSET_INIT;
  const struct mg_kind *own = NULL;
  char *name = NULL;
  size_t m;
  int i;

  for (i = 0; i < registry->n_kinds; i++)
    if (registry->kinds[i]->is_acl && registry->kinds[i]->parent == kind)
      own = registry->kinds[i];
  if (own == NULL || own->kid == 0
      || mg_asset_by_src (store, packer, MG_SOURCE_WSID, own->kid,
                          asset->src_id, &acl, NULL) <= 0)
    return NULL;
  for (m = 0; m < MG_N_ELEMENTS (members) && name == NULL; m++) {
    MG_CLEANUP_FREE char *path =
      mg_xasprintf ("access_control_list[permission_level=IS_OWNER].%s",
                    members[m]);

    name = mg_json_get_text (mg_buf_text (&acl.body), acl.body.len, path);
  }
  return name;
}

static char *
by_home (const struct mg_kind *kind, const struct mg_asset *asset)
{
  const struct migrate_ref *ref = kind->k->refs;
  char *name = NULL;

  for (; ref != NULL && ref->path != NULL && name == NULL; ref++) {
    MG_CLEANUP_FREE char *text = NULL;
    const char *rest;

    if (ref->prefix == NULL || !mg_rules_is_principal (ref->ns))
      continue;
    text = mg_json_get_text (mg_buf_text (&asset->body), asset->body.len,
                             ref->path);
    name = text ? mg_ref_inside (~0u, ref, text, &rest) : NULL;
  }
  return name;
}

char *
mg_run_owner (struct mg_store *store, struct mg_packer *packer,
              const struct mg_registry *registry, const struct mg_kind *kind,
              const struct mg_asset *asset)
{
  char *name = by_permissions (store, packer, registry, kind, asset);

  if (name == NULL)
    name = by_home (kind, asset);
  if (name == NULL && kind->k->creator != NULL)
    name = mg_json_get_text (mg_buf_text (&asset->body), asset->body.len,
                             kind->k->creator);
  if (name != NULL && name[0] == '\0') {
    mg_free (name);
    name = NULL;
  }
  return name;
}
