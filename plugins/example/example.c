/* example - a plugin with callbacks, for gadgets.  Begin with the template:
 * most kinds need no code.  Gadgets do, for three reasons, each below.
 *
 * A callback runs for one asset, says what is to be done, and returns.  There
 * is no thread, no loop over pages, no retry and no free in it: the core does
 * that.  An error of a service is handed on as it is; its text is there.
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <string.h>
#include <migrate-plugin.h>

static const char *const owned[] = { "gadget_id", "state", NULL };

static const struct migrate_kind kinds[] = { {
  .name = "gadgets", .title = "gadgets", .key = "name", .id = "gadget_id",
  .once = MIGRATE_ONCE_UNIQUE, .flags = MIGRATE_KIND_CALLS, .lanes = 8,
  .list = "GET /api/2.0/gadgets", .array = "gadgets",
  .create = "POST /api/2.0/gadgets", .update = "PUT /api/2.0/gadgets/{id}",
  .remove = "DELETE /api/2.0/gadgets/{id}", .owned = owned,
} };

/* One.  The list also shows gadgets that are scrapped: no assets any more. */
static int
emit_gadget (struct migrate_ctx *ctx, void *kind, const char *json, size_t len)
{
  const char *state = "";

  migrate_json_get (ctx, json, len, "state", &state);
  return strcmp (state, "SCRAPPED") == 0 ? 0
         : migrate_emit (ctx, (const struct migrate_kind *) kind, json, len);
}

static int
export_gadgets (struct migrate_ctx *ctx, void *self,
                const struct migrate_kind *kind)
{
  return migrate_pages (ctx, kind, emit_gadget, (void *) (uintptr_t) kind);
}

/* Two.  A steam gadget needs an inspector: that is for people.  A new one is
 * made by our own request; whatever else is done as for any kind. */
static int
import_gadget (struct migrate_ctx *ctx, void *self,
               const struct migrate_asset *asset)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;
  const char *power = "", *id = "";
  int r;

  migrate_json_get (ctx, asset->json, asset->json_len, "power", &power);
  if (strcmp (power, "steam") == 0)
    return migrate_manual (ctx, "gadget-steam", "call the inspector");
  if (asset->phase != MIGRATE_CREATE)
    return migrate_generic (ctx, asset);
  req.effect = MIGRATE_CREATING;
  req.call = "POST /api/2.0/gadgets";
  req.body = asset->json;
  req.body_len = asset->json_len;
  r = migrate_request (ctx, &req, &res);
  if (r < 0)
    return r;
  if (!migrate_json_get (ctx, res->body, res->body_len, "gadget_id", &id))
    return migrate_fail (ctx, MIGRATE_E_UNCERTAIN, NULL, "a reply without id");
  return migrate_created (ctx, id, NULL, 0);
}

/* Three.  The state is the service's own and not compared, but a broken gadget
 * shall not pass unseen. */
static int
validate_gadget (struct migrate_ctx *ctx, void *self,
                 const struct migrate_asset *asset)
{
  const char *state = "";

  migrate_json_get (ctx, asset->target_json, asset->target_json_len, "state",
                    &state);
  return strcmp (state, "BROKEN") != 0 ? 0
         : migrate_fail (ctx, MIGRATE_E_FAIL, "gadget-broken", "it is broken");
}

static const struct migrate_code codes[] = {
  { "gadget-steam", "steam gadgets are set up by hand", "call the inspector" },
  { "gadget-broken", "the gadget is broken in the target", "repair it there" },
  { NULL, NULL, NULL },
};

MIGRATE_REGISTER (
  .name = "example", .summary = "Gadgets, the example of the manual",
  .version = "1.0", .kinds = kinds, .n_kinds = 1, .codes = codes,
  .export_kind = export_gadgets, .import_asset = import_gadget,
  .validate_asset = validate_gadget
);
