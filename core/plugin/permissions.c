/* Access control lists as a kind: see permissions.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "plugin/ctx.h"
#include "plugin/permissions.h"

static const struct migrate_ref refs[] = {
  { .path = "access_control_list[*].user_name", .ns = MG_NS_USER,
    .element = 1 },
  { .path = "access_control_list[*].group_name", .ns = MG_NS_GROUP,
    .element = 1 },
  { .path = "access_control_list[*].service_principal_name",
    .ns = MG_NS_SERVICE, .element = 1 },
  { .path = NULL },
};

static const char *const unordered[] = { "access_control_list", NULL };

static const char *const nocase[] = {
  "access_control_list[*].user_name", "access_control_list[*].group_name", NULL,
};

const struct migrate_kind *
mg_permissions_kind (const struct migrate_kind *parent)
{
  struct migrate_kind *k = mg_xcalloc (1, sizeof *k);

  k->name = mg_xasprintf ("%s/permissions", parent->name);
  k->title = mg_xasprintf ("permissions of %s", parent->title);
  k->get = mg_xasprintf ("GET /api/2.0/permissions/%s/{id}",
                         parent->permissions);
  k->update = mg_xasprintf ("PUT /api/2.0/permissions/%s/{id}",
                            parent->permissions);
  k->permissions_id = parent->permissions_id;
  k->permissions_get = parent->permissions_get;
  k->key = "object_id";
  k->id = "object_id";
  k->once = MIGRATE_ONCE_PUT;
  k->flags = MIGRATE_KIND_DETAIL;
  k->ends = MIGRATE_END_DATABRICKS;
  k->refs = refs;
  k->unordered = unordered;
  k->nocase = nocase;
  return k;
}

void
mg_permissions_kind_free (const struct migrate_kind *k)
{
  mg_free ((void *) (uintptr_t) k->name);
  mg_free ((void *) (uintptr_t) k->title);
  mg_free ((void *) (uintptr_t) k->get);
  mg_free ((void *) (uintptr_t) k->update);
  mg_free ((void *) (uintptr_t) k);
}

struct entry {
  struct mg_buf *out;
  struct mg_span who;              /* the entry's name member, quoted */
  const char *member;
  int n, n_nameless;
};

/* One element of all_permissions: kept when it is direct. */
static int
each_level (void *opaque, struct mg_span level)
{
  struct entry *e = opaque;
  struct mg_span name;

  if (mg_json_get_bool (level.p, level.len, "inherited")
      || mg_json_get (level.p, level.len, "permission_level", &name) != 1)
    return 0;
  mg_buf_addf (e->out, "%s{\"%s\":", e->n++ ? "," : "", e->member);
  mg_buf_add (e->out, e->who.p, e->who.len);
  mg_buf_add_str (e->out, ",\"permission_level\":");
  mg_buf_add (e->out, name.p, name.len);
  mg_buf_add_byte (e->out, '}');
  return 0;
}

static int
each_entry (void *opaque, struct mg_span acl)
{
  static const char *const members[] = {
    "user_name", "group_name", "service_principal_name",
  };
  struct entry *e = opaque;
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (members); i++)
    if (mg_json_get (acl.p, acl.len, members[i], &e->who) == 1
        && e->who.p[0] == '"')           /* null says absent */
      break;
  if (i == MG_N_ELEMENTS (members)) {
    e->n_nameless++;
    return 0;
  }
  e->member = members[i];
  if (i == 1 && e->who.len == 8 && memcmp (e->who.p, "\"admins\"", 8) == 0)
    return 0;
  return mg_json_each (acl.p, acl.len, "all_permissions[*]", each_level, e);
}

int
mg_permissions_has_list (const char *json, size_t len)
{
  struct mg_span list;

  return mg_json_get (json, len, "access_control_list", &list) == 1
         && mg_json_type (list) == '[';
}

static int
no_list (struct mg_error *err)
{
  return mg_error_set (err, MG_E_PROTOCOL, "not-json",
                       "the answer is no access control list, or one that names "
                       "nobody in an entry; run the command again with --trace");
}

int
mg_permissions_direct (const char *answer, size_t len,
                       struct mg_buf *ret_body, struct mg_error *err)
{
  struct entry e = { .out = ret_body };
  struct mg_span list;
  int r = mg_json_check (answer, len, err);

  if (r < 0)
    return r;
  if (!mg_permissions_has_list (answer, len)) {
    if (mg_json_type ((struct mg_span) { answer, len }) != '{'
        || (mg_json_get (answer, len, "access_control_list", &list) == 1
            && mg_json_type (list) != 'n'))
      return no_list (err);
    mg_buf_add_str (ret_body, "{}");
    return mg_buf_check (ret_body, "access control list", err);
  }
  mg_buf_add_str (ret_body, "{\"access_control_list\":[");
  mg_json_each (answer, len, "access_control_list[*]", each_entry, &e);
  mg_buf_add_str (ret_body, "]}");
  if (e.n_nameless > 0)            /* nobody can be given it, nor is it nothing */
    return no_list (err);
  return mg_buf_check (ret_body, "access control list", err);
}

int
mg_permissions_kept (struct mg_ctx *ctx, const struct migrate_asset *a,
                     const struct migrate_response *res)
{
  struct mg_span span;

  if (mg_json_get (a->json, a->json_len, "access_control_list[*]", &span) != 1
      || mg_json_get (res->body, res->body_len, "object_id", &span) != 1
      || mg_permissions_has_list (res->body, res->body_len))
    return 0;
  return mg_error_set (&ctx->error, MG_E_UNSUPPORTED, "unsupported",
                       "what the service kept has no access control list");
}

/* ---- the owner ---- */

#define OWNER "access_control_list[permission_level=IS_OWNER]"

int
mg_permissions_own (const char *json, size_t len, const char *now,
                    size_t now_len, struct mg_buf *ret_body,
                    struct mg_error *err)
{
  struct mg_span owner, list;
  int r;

  if (mg_json_get (json, len, OWNER, &owner) == 1
      || mg_json_get (now, now_len, OWNER, &owner) != 1)
    return 0;
  mg_buf_add_str (ret_body, "{\"access_control_list\":[");
  if (mg_json_get (json, len, "access_control_list[*]", &list) == 1
      && mg_json_get (json, len, "access_control_list", &list) == 1) {
    mg_buf_add (ret_body, list.p + 1, list.len - 2);
    mg_buf_add_byte (ret_body, ',');
  }
  mg_buf_add (ret_body, owner.p, owner.len);
  mg_buf_add_str (ret_body, "]}");
  r = mg_buf_check (ret_body, "access control list", err);
  return r < 0 ? r : 1;
}

int
mg_permissions_owner (struct mg_ctx *ctx, const struct migrate_asset *a, int r)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf now = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_error why = MG_ERROR_INIT;
  struct mg_span owner;
  int got;

  if (strstr (ctx->error.text, "must have exactly one owner") == NULL
      || mg_json_get (a->json, a->json_len, OWNER, &owner) == 1)
    return r;
  mg_error_copy (&why, &ctx->error);
  mg_error_clear (&ctx->error);
  got = mg_generic_get (ctx, ctx->kind, a->target_id, &now);
  if (got >= 0)
    got = mg_permissions_own (a->json, a->json_len, mg_buf_text (&now), now.len,
                              &body, &ctx->error);
  if (got == 0) {
    mg_error_copy (&ctx->error, &why);
    return r;
  }
  if (got > 0)
    got = mg_ctx_call (ctx, MIGRATE_IDEMPOTENT, a->kind->update, a->target_id,
                       a->kind->content_type, mg_buf_text (&body), body.len,
                       NULL);
  ctx->owner_stays = got == 0;
  return got;
}
