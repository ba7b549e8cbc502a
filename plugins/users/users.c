/* users: users, groups, service principals and instance profiles.
 *
 * Most of it is data.  Code is needed for two things: an adopted principal gets
 * what it lacks by PATCH, so that nobody's concurrent change is overwritten;
 * and in a workspace with identity federation principals of the account are
 * assigned, not created.
 */
#include <string.h>
#include <migrate-plugin.h>

#define SCIM "/api/2.0/preview/scim/v2/"
#define SCIM_JSON "application/scim+json"
#define ASSIGNMENTS "/api/2.0/preview/permissionassignments"
#define PATCH_ELEMENTS 100       /* large PATCHes of members are slow */

static const char *const profile_owned[] = { "skip_validation", NULL };

/* An add takes it, and an edit refuses it. */
static const char *const profile_fixed[] = { "skip_validation", NULL };

static const char *const user_owned[] = {
  "id", "groups", "meta", "externalId", "roles[type=indirect]",
  "entitlements[*].display", "roles[*].display", NULL,
};

static const char *const service_owned[] = {
  "id", "groups", "meta", "applicationId", "roles[type=indirect]",
  "entitlements[*].display", "roles[*].display", NULL,
};

static const char *const group_owned[] = {
  "id", "groups", "meta", "roles[type=indirect]", "members[*].$ref",
  "members[*].display", "members[*].type", "entitlements[*].display",
  "roles[*].display", NULL,
};

static const char *const principal_sets[] = {
  "members", "entitlements", "roles", "emails", "schemas", NULL,
};

/* A service may create every principal active. */
static const char *const principal_later[] = { "active", NULL };

static const char *const user_merge[] = { "entitlements", "roles", NULL };
static const char *const group_merge[] = {
  "members", "entitlements", "roles", NULL,
};

static const struct migrate_alias profile_aliases[] = {
  { "instance-profile.arn", "instance_profile_arn", 0 }, { NULL, NULL, 0 },
};
static const struct migrate_alias user_aliases[] = {
  { "scim.id", "id", 0 }, { "principal.user_name", "userName", 1 },
  { "principal.home", "userName", 1 }, { "principal.name", "userName", 1 },
  { NULL, NULL, 0 },
};
static const struct migrate_alias service_aliases[] = {
  { "scim.id", "id", 0 },
  { "principal.service_principal_name", "applicationId", 0 },
  { "principal.home", "applicationId", 1 },
  { "principal.name", "applicationId", 1 },
  { NULL, NULL, 0 },
};
static const struct migrate_alias group_aliases[] = {
  { "scim.id", "id", 0 }, { "principal.group_name", "displayName", 1 },
  { "principal.name", "displayName", 1 },
  { NULL, NULL, 0 },
};

static const struct migrate_ref principal_refs[] = {
  { .path = "roles[*].value", .ns = "instance-profile.arn", .element = 1 },
  { .path = NULL },
};
static const struct migrate_ref group_refs[] = {
  { .path = "members[*].value", .ns = "scim.id", .late = 1, .element = 1 },
  { .path = "roles[*].value", .ns = "instance-profile.arn", .element = 1 },
  { .path = NULL },
};

static const struct migrate_value profile_values[] = {
  { "instance_profile_arn", MIGRATE_VALUE_ARN },
  { "iam_role_arn", MIGRATE_VALUE_ARN }, { NULL, 0 },
};
static const struct migrate_value user_values[] = {
  { "userName", MIGRATE_VALUE_EMAIL },
  { "emails[*].value", MIGRATE_VALUE_EMAIL }, { NULL, 0 },
};

/* Without this the service tries to start a machine with the profile. */
static const struct migrate_set profile_set[] = {
  { "skip_validation", "true" }, { NULL, NULL },
};

static const struct migrate_kind kinds[] = {
  {
    .name = "instance-profiles", .title = "instance profiles",
    .key = "instance_profile_arn", .id = "instance_profile_arn",
    .once = MIGRATE_ONCE_UNIQUE,
    .list = "GET /api/2.0/instance-profiles/list",
    .array = "instance_profiles",
    .create = "POST /api/2.0/instance-profiles/add",
    .update = "POST /api/2.0/instance-profiles/edit",
    .remove = "POST /api/2.0/instance-profiles/remove",
    .owned = profile_owned, .fixed = profile_fixed, .set = profile_set,
    .aliases = profile_aliases,
    .values = profile_values,
  },
  {
    .name = "users", .title = "users",
    .key = "userName", .id = "id",
    .once = MIGRATE_ONCE_UNIQUE,
    .flags = MIGRATE_KIND_CALLS | MIGRATE_KIND_NOCASE,
    .lanes = 64,
    .paging = MIGRATE_PAGING_START_INDEX,
    .list = "GET " SCIM "Users?count=1000", .array = "Resources",
    .get = "GET " SCIM "Users/{id}",
    .create = "POST " SCIM "Users",
    .update = "PUT " SCIM "Users/{id}",
    .remove = "DELETE " SCIM "Users/{id}",
    .content_type = SCIM_JSON,
    .owned = user_owned, .unordered = principal_sets, .merge = user_merge,
    .later = principal_later,
    .refs = principal_refs, .aliases = user_aliases, .values = user_values,
  },
  {
    .name = "service-principals", .title = "service principals",
    .key = "displayName", .id = "id",
    .once = MIGRATE_ONCE_NONUNIQUE,
    .flags = MIGRATE_KIND_CALLS,
    .lanes = 64,
    .paging = MIGRATE_PAGING_START_INDEX,
    .list = "GET " SCIM "ServicePrincipals?count=1000", .array = "Resources",
    .get = "GET " SCIM "ServicePrincipals/{id}",
    .create = "POST " SCIM "ServicePrincipals",
    .update = "PUT " SCIM "ServicePrincipals/{id}",
    .remove = "DELETE " SCIM "ServicePrincipals/{id}",
    .content_type = SCIM_JSON,
    .owned = service_owned, .unordered = principal_sets, .merge = user_merge,
    .later = principal_later,
    .refs = principal_refs, .aliases = service_aliases,
  },
  {
    .name = "groups", .title = "groups",
    .key = "displayName", .id = "id",
    .once = MIGRATE_ONCE_UNIQUE,
    .flags = MIGRATE_KIND_CALLS | MIGRATE_KIND_NOCASE | MIGRATE_KIND_DETAIL,
    .lanes = 64,
    .paging = MIGRATE_PAGING_START_INDEX,
    /* lists with all members time out: names first, then each group */
    .list = "GET " SCIM "Groups?count=1000"
            "&attributes=id,displayName,externalId,meta",
    .array = "Resources",
    .get = "GET " SCIM "Groups/{id}",
    .create = "POST " SCIM "Groups",
    .update = "PUT " SCIM "Groups/{id}",
    .remove = "DELETE " SCIM "Groups/{id}",
    .content_type = SCIM_JSON,
    .owned = group_owned, .unordered = principal_sets, .merge = group_merge,
    .refs = group_refs, .aliases = group_aliases,
  },
};

/* ---- adding what an adopted principal lacks ---- */

struct additions {
  const struct migrate_asset *asset;
  const char *path;              /* "members" ... */
};

static int
send_patch (struct migrate_ctx *ctx, void *opaque, const char *elements,
            size_t len)
{
  const struct additions *add = (const struct additions *) opaque;
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const char *path = strchr (add->asset->kind->update, '/');

  req.effect = MIGRATE_IDEMPOTENT;
  req.call = migrate_printf (ctx, "PATCH %.*s%s",
                             (int) (strchr (path, '{') - path), path,
                             add->asset->target_id);
  req.content_type = SCIM_JSON;
  req.body = migrate_printf (
    ctx, "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],"
    "\"Operations\":[{\"op\":\"add\",\"path\":\"%s\",\"value\":%.*s}]}",
    add->path, (int) len, elements);
  req.body_len = strlen (req.body);
  return migrate_request (ctx, &req, NULL);
}

static int
merge_principal (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  struct additions add = { asset, NULL };
  const char *const *path;
  int r = 0;

  for (path = asset->kind->merge; *path != NULL && r == 0; path++) {
    add.path = *path;
    r = migrate_json_lacking (ctx, asset->json, asset->json_len,
                              asset->target_json, asset->target_json_len,
                              *path, "value", PATCH_ELEMENTS, send_patch, &add);
  }
  return r;
}

/* ---- identity federation ---- */

static const int federated = 1;

/* Only a federated workspace answers for its assignments; one that is not says
 * that it does not have them.  Any other answer leaves it open, and to guess
 * would make groups of the workspace where the account's were meant. */
static int
open_users (struct migrate_ctx *ctx, void **ret_self)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  int r;

  *ret_self = NULL;
  if (migrate_end (ctx) != MIGRATE_END_DATABRICKS || migrate_is_source (ctx))
    return 0;
  req.call = "GET " ASSIGNMENTS;
  r = migrate_request (ctx, &req, NULL);
  if (r == 0)
    *ret_self = (void *) (uintptr_t) &federated;
  if (r == 0 || r == MIGRATE_E_NOT_FOUND || r == MIGRATE_E_UNSUPPORTED)
    return 0;
  return migrate_fail (ctx, r, NULL, "cannot tell whether the workspace takes "
                       "its principals from an account");
}

static const char *
assigned_name (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  const char *application = NULL;

  if (strcmp (asset->kind->name, "users") == 0)
    return migrate_printf (ctx, "\"user_name\":%s",
                           migrate_quote (ctx, asset->key));
  if (strcmp (asset->kind->name, "groups") == 0)
    return migrate_printf (ctx, "\"group_name\":%s",
                           migrate_quote (ctx, asset->key));
  if (migrate_json_get (ctx, asset->source_json, asset->source_json_len,
                        "applicationId", &application) != 1)
    return NULL;
  return migrate_printf (ctx, "\"service_principal_name\":%s",
                         migrate_quote (ctx, application));
}

static int
says_missing (const char *text)
{
  return strstr (text, "does not exist") != NULL
         || strstr (text, "doesn't exist") != NULL
         || strstr (text, "not found") != NULL;
}

/* The assignment was refused: 0 when the account has no such principal, and
 * says so; else r. */
static int
judge_refusal (struct migrate_ctx *ctx, const struct migrate_response *res,
               int r)
{
  const char *text = "";

  if (res == NULL || res->status < 400 || res->status >= 500)
    return r;
  if (r == MIGRATE_E_NOT_FOUND)
    return res->error_code[0] != '\0' ? 0 : r;
  migrate_json_get (ctx, res->body, res->body_len, "message", &text);
  return r == MIGRATE_E_REMOTE && says_missing (text) ? 0 : r;
}

/* The same of an answer that holds the refusal. */
static int
judge_error (struct migrate_ctx *ctx, const struct migrate_asset *asset,
             const struct migrate_response *res)
{
  const char *text = "neither an id nor an error in the answer";

  migrate_json_get (ctx, res->body, res->body_len,
                    "permission_assignments[*].error", &text);
  if (says_missing (text))
    return 0;
  return migrate_fail (ctx, MIGRATE_E_REMOTE, "account-refused",
                       migrate_printf (ctx, "'%s' was not assigned to the "
                                       "workspace: %s", asset->key, text));
}

static int
read_assigned (struct migrate_ctx *ctx, const struct migrate_asset *asset,
               const char *id)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;
  const char *path = strchr (asset->kind->get, '/');
  int r;

  req.call = migrate_printf (ctx, "GET %.*s%s",
                             (int) (strchr (path, '{') - path), path, id);
  req.content_type = SCIM_JSON;
  r = migrate_request (ctx, &req, &res);
  if (r < 0)
    return r;
  r = migrate_created (ctx, id, res->body, res->body_len);
  return r < 0 ? r : 1;
}

/* 1 = assigned, 0 = the account has no such principal. */
static int
assign (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;
  const char *name = assigned_name (ctx, asset), *id = NULL, *error = "";
  int r;

  if (name == NULL)
    return 0;
  req.effect = MIGRATE_IDEMPOTENT;
  req.call = "POST " ASSIGNMENTS;
  req.body = migrate_printf (ctx, "{\"permission_assignments\":[{%s,"
                             "\"permissions\":[\"USER\"]}]}", name);
  req.body_len = strlen (req.body);
  r = migrate_request (ctx, &req, &res);
  if (r < 0)
    return judge_refusal (ctx, res, r);
  migrate_json_get (ctx, res->body, res->body_len,
                    "permission_assignments[*].error", &error);
  if (error[0] != '\0'
      || migrate_json_get (ctx, res->body, res->body_len,
                           "permission_assignments[*].principal.principal_id",
                           &id) != 1)
    return judge_error (ctx, asset, res);
  return read_assigned (ctx, asset, id);
}

static int
import_federated (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  int r = assign (ctx, asset);

  if (r != 0)
    return r < 0 ? r : 0;
  if (strcmp (asset->kind->name, "users") == 0)
    return migrate_generic (ctx, asset);
  return migrate_manual (
    ctx, "account-principal",
    migrate_printf (ctx, "the account has no %.*s '%s': create it there and "
                    "run migrate import again",
                    (int) strlen (asset->kind->title) - 1, asset->kind->title,
                    asset->key));
}

static int
import_principal (struct migrate_ctx *ctx, void *self,
                  const struct migrate_asset *asset)
{
  if (asset->phase == MIGRATE_MERGE)
    return merge_principal (ctx, asset);
  if (asset->phase == MIGRATE_CREATE && self != NULL)
    return import_federated (ctx, asset);
  return migrate_generic (ctx, asset);
}

/* A principal of the account is taken out of the workspace, not deleted. */
static int
delete_principal (struct migrate_ctx *ctx, void *self,
                  const struct migrate_asset *asset)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;
  const char *path = strchr (asset->kind->remove, '/');
  int r;

  req.effect = MIGRATE_IDEMPOTENT;
  if (self != NULL)
    req.call = migrate_printf (ctx, "DELETE " ASSIGNMENTS "/principals/%s",
                               asset->target_id);
  else
    req.call = migrate_printf (ctx, "DELETE %.*s%s",
                               (int) (strchr (path, '{') - path), path,
                               asset->target_id);
  r = migrate_request (ctx, &req, &res);
  return r == MIGRATE_E_NOT_FOUND ? 0 : r;
}

static const struct migrate_code codes[] = {
  { "account-principal",
    "the target takes its principals from the account, which lacks this one",
    "create it in the account (console or account SCIM), then migrate import" },
  { "account-refused",
    "the account has this principal, and it was not assigned to the workspace",
    "cure what the message says, then: migrate import --retry-failed" },
  { NULL, NULL, NULL },
};

static const struct migrate_right rights[] = {
  { "users", "workspace admin on both sides: SCIM Users, Groups and "
    "ServicePrincipals" },
  { "instance-profiles", "workspace admin on both sides" },
  { "groups", "federated target: the right to assign account principals" },
  { NULL, NULL },
};

static const struct migrate_confirm confirm[] = {
  { "users", "invitations-muted",
    "users will be invited by e-mail unless Databricks muted it.  Muted?" },
  { NULL, NULL, NULL },
};

MIGRATE_REGISTER (
  .name = "users",
  .summary = "Users, groups, service principals and instance profiles",
  .version = MIGRATE_VERSION_STRING,
  .kinds = kinds, .n_kinds = 4,
  .codes = codes,
  .rights = rights,
  .confirm = confirm,
  .open = open_users,
  .import_asset = import_principal,
  .delete_asset = delete_principal
);
