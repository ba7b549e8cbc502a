/* A plain REST kind, from its data alone: get, create, update, remove; its lists
 * are in generic-list.c. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/parse.h"
#include "base/str.h"
#include "base/supervise.h"
#include "plugin/ctx.h"
#include "plugin/permissions.h"

/* Only what a second try can mend. */
static int
worth_again (int r)
{
  return r == MG_E_NET || r == MG_E_PROTOCOL;
}

/* ---- one asset ---- */

/* Of what lies in a tree some answers tell only what it holds: its own name is
 * that which was asked for. */
static int
add_got (struct mg_ctx *ctx, const struct migrate_kind *k, const char *id,
         struct mg_span body, struct mg_buf *ret_body)
{
  struct mg_span has;

  if (k->tree != NULL && mg_json_get (body.p, body.len, k->id, &has) != 1) {
    struct mg_edit edit = { .op = MG_EDIT_SET, .path = k->id,
                            .value = ctx->pub.core->quote (&ctx->pub, id) };

    return mg_json_edit (body.p, body.len, &edit, 1, ret_body, &ctx->error);
  }
  if (mg_buf_add (ret_body, body.p, body.len) < 0)
    return mg_buf_check (ret_body, "answer", &ctx->error);
  return 0;
}

static int
get_once (struct mg_ctx *ctx, const struct mg_kind *kind, const char *id,
          struct mg_buf *ret_body)
{
  const struct migrate_kind *k = kind->k;
  const struct migrate_response *res = NULL;
  struct mg_span body;
  int r = mg_ctx_call (ctx, MIGRATE_READ, k->get, id, k->content_type, NULL, 0,
                       &res);

  if (r < 0)
    return r;
  if (kind->is_acl)
    return mg_permissions_direct (res->body, res->body_len, ret_body,
                                  &ctx->error);
  if (mg_json_get (res->body, res->body_len, k->unwrap ? k->unwrap : "",
                   &body) != 1 || mg_json_type (body) != '{')
    return mg_error_set (&ctx->error, MG_E_PROTOCOL, "not-json",
                         "the answer to %s has no object%s%s; run the command "
                         "again", k->get, k->unwrap ? " at " : "",
                         k->unwrap ? k->unwrap : "");
  r = add_got (ctx, k, id, body, ret_body);
  return r < 0 ? r : mg_whole_answer (ctx, k, id, res, ret_body);
}

/* Half an answer, or a gateway's page in its place, may be whole next time. */
int
mg_generic_get (struct mg_ctx *ctx, const struct mg_kind *kind, const char *id,
                struct mg_buf *ret_body)
{
  int tries, r;

  for (tries = 1; ; tries++) {
    r = get_once (ctx, kind, id, ret_body);
    if (r == 0 || !worth_again (r) || tries == MG_GET_TRIES)
      return r;
    mg_buf_reset (ret_body);
    mg_error_clear (&ctx->error);
  }
}

const char *
mg_id_member (const struct migrate_kind *k)
{
  const char *dot = strrchr (k->id, '.');

  return dot ? dot + 1 : k->id;
}

const char *
mg_id_json (struct mg_ctx *ctx, const struct migrate_kind *k, const char *id,
            const char *like, size_t like_len)
{
  struct mg_span span;
  int64_t number;

  if (like != NULL && mg_json_get (like, like_len, k->id, &span) == 1
      && mg_json_type (span) == '0' && mg_parse_int64 (id, &number) == 0)
    return mg_arena_strdup (&ctx->arena, id);
  return ctx->pub.core->quote (&ctx->pub, id);
}

/* The body with its id set: where the reply to a create told no more. */
static int
with_id (struct mg_ctx *ctx, const struct migrate_kind *k, const char *json,
         size_t len, const char *id_json, struct mg_buf *out)
{
  struct mg_edit edit = { .op = MG_EDIT_SET, .path = k->id, .value = id_json };

  return mg_json_edit (json, len, &edit, 1, out, &ctx->error);
}

/* Does the reply show one of the later[] members otherwise than it was sent?
 * Services leave out what is false or empty. */
static int
stored_otherwise (const struct migrate_asset *a,
                  const struct migrate_response *res)
{
  const struct mg_json_rules rules = { .absent_is_default = 1,
                                       .unordered = a->kind->unordered };
  const char *const *path = a->kind->later;

  for (; path != NULL && *path != NULL; path++) {
    struct mg_span sent = { NULL, 0 }, kept = { NULL, 0 };

    if (mg_json_get (a->json, a->json_len, *path, &sent) != 1)
      continue;
    if (mg_json_get (res->body, res->body_len, *path, &kept) != 1) {
      if (mg_json_type (sent) == 't')
        return 1;
    }
    else if (sent.len == kept.len && memcmp (sent.p, kept.p, kept.len) == 0)
      continue;
    else if (mg_json_subset (sent.p, sent.len, kept.p, kept.len, &rules,
                             NULL) == 0)
      return 1;
  }
  return 0;
}

static int
take_reply (struct mg_ctx *ctx, const struct migrate_asset *a,
            const struct migrate_response *res)
{
  const struct migrate_kind *k = a->kind;
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  const char *const paths[] = { k->id, k->key };
  char *texts[2];
  MG_CLEANUP_FREE char *id = NULL;
  MG_CLEANUP_FREE char *key = NULL;
  const char *like = res->body;
  size_t like_len = res->body_len;
  int r;

  mg_json_get_texts (res->body, res->body_len, paths, 2, texts);
  id = texts[0];
  key = texts[1];
  if (id == NULL) {
    id = mg_json_get_text (a->json, a->json_len, k->id);
    like = a->json;
    like_len = a->json_len;
  }
  if (id == NULL) {
    ctx->outcome = MG_OUTCOME_DOUBT;
    return mg_error_set (&ctx->error, MG_E_UNCERTAIN, "uncertain",
                         "the reply to %s has no '%s'", k->create, k->id);
  }
  if (key != NULL) {
    if (stored_otherwise (a, res))
      ctx->incomplete = 1;
    return migrate_created (&ctx->pub, id, res->body, res->body_len);
  }
  r = with_id (ctx, k, a->json, a->json_len,
               mg_id_json (ctx, k, id, like, like_len), &body);
  if (r < 0)
    return r;
  return migrate_created (&ctx->pub, id, mg_buf_text (&body), body.len);
}

/* The asset, or the member of it that is sent. */
static int
what_to_send (struct mg_ctx *ctx, const struct migrate_asset *a,
              struct mg_span *ret)
{
  ret->p = a->json;
  ret->len = a->json_len;
  if (a->kind->send == NULL
      || mg_json_get (a->json, a->json_len, a->kind->send, ret) == 1)
    return 0;
  return mg_error_set (&ctx->error, MG_E_INVALID, "no-member",
                       "it has no '%s', and nothing else of it can be sent",
                       a->kind->send);
}

void
mg_fill_body (const char *t, const char *id_json, struct mg_span asset,
              struct mg_buf *out)
{
  while (*t != '\0') {
    if (mg_starts (t, "${id}")) {
      mg_buf_add_str (out, id_json);
      t += 5;
    }
    else if (mg_starts (t, "${*}")) {
      mg_buf_add (out, asset.p, asset.len);
      t += 4;
    }
    else
      mg_buf_add_byte (out, *t++);
  }
}

/* The asset without what an update refuses. */
static int
drop_fixed (struct mg_ctx *ctx, const struct migrate_asset *a,
            struct mg_buf *out)
{
  MG_CLEANUP_FREE struct mg_edit *edits = NULL;
  size_t i, n = 0;

  while (a->kind->fixed[n] != NULL)
    n++;
  edits = mg_xcalloc (n + 1, sizeof *edits);
  for (i = 0; i < n; i++) {
    edits[i].op = MG_EDIT_DROP;
    edits[i].path = a->kind->fixed[i];
  }
  return mg_json_edit (a->json, a->json_len, edits, n, out, &ctx->error);
}

static int
update_with (struct mg_ctx *ctx, const struct migrate_asset *a)
{
  const struct migrate_kind *k = a->kind;
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  const char *id_json = mg_id_json (ctx, k, a->target_id, a->target_json,
                                    a->target_json_len);
  int is_acl = ctx->kind != NULL && ctx->kind->is_acl;
  const struct migrate_response *res = NULL;
  struct mg_span asset;
  int r = what_to_send (ctx, a, &asset);

  if (r < 0)
    return r;
  if (is_acl && !mg_permissions_has_list (a->json, a->json_len))
    return 0;                      /* nothing is known of them */
  if (k->update_body != NULL)
    mg_fill_body (k->update_body, id_json, asset, &body);
  else if (strstr (k->update, "{id}") != NULL)
    mg_buf_add (&body, asset.p, asset.len);
  else
    r = with_id (ctx, k, asset.p, asset.len, id_json, &body);
  if (r == 0)
    r = mg_buf_check (&body, "body", &ctx->error);
  if (r < 0)
    return r;
  r = mg_ctx_call (ctx, MIGRATE_IDEMPOTENT, k->update, a->target_id,
                   k->content_type, mg_buf_text (&body), body.len, &res);
  if (!is_acl)
    return r;
  return r < 0 ? mg_permissions_owner (ctx, a, r)
         : mg_permissions_kept (ctx, a, res);
}

static int
update (struct mg_ctx *ctx, const struct migrate_asset *a)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf kept = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct migrate_asset cut = *a;
  int r;

  if (a->kind->fixed == NULL)
    return update_with (ctx, a);
  r = drop_fixed (ctx, a, &kept);
  if (r < 0)
    return r;
  cut.json = mg_buf_text (&kept);
  cut.json_len = kept.len;
  return update_with (ctx, &cut);
}

/* Permissions go by another id than the one their asset is known by: from its
 * body there, when that came from the service, else asked for. */
static int
update_permissions (struct mg_ctx *ctx, const struct migrate_asset *a)
{
  const struct migrate_kind *k = a->kind;
  struct migrate_asset named = *a;
  const struct migrate_response *res = NULL;
  struct mg_span entry;
  MG_CLEANUP_FREE char *id = mg_json_get_text (a->target_json,
                                               a->target_json_len,
                                               k->permissions_id);
  int r;

  /* what has none of its own has those of its folder, and a new one no others */
  if (mg_json_get (a->json, a->json_len, "access_control_list[*]", &entry) != 1)
    return 0;
  if (id == NULL) {
    r = mg_ctx_call (ctx, MIGRATE_READ, k->permissions_get, a->target_id, NULL,
                     NULL, 0, &res);
    if (r < 0)
      return r;
    id = mg_json_get_text (res->body, res->body_len, k->permissions_id);
  }
  if (id == NULL)
    return mg_error_set (&ctx->error, MG_E_PROTOCOL, "no-id",
                         "the answer to %s has no '%s'; run the command again",
                         k->permissions_get, k->permissions_id);
  named.target_id = id;
  return update (ctx, &named);
}

int
mg_generic_import (struct mg_ctx *ctx, const struct migrate_asset *a)
{
  const struct migrate_response *res = NULL;
  struct mg_span asset;
  int r;

  if (a->phase == MIGRATE_MERGE)
    return mg_error_set (&ctx->error, MG_E_INVALID, "bad-call",
                         "the plugin left adding to '%s' to the core, which "
                         "cannot; report it to its author", a->key ? a->key
                         : "");
  if (a->phase == MIGRATE_UPDATE && a->kind->permissions_id != NULL
      && ctx->kind != NULL && ctx->kind->parent != NULL)
    return update_permissions (ctx, a);
  if (a->phase == MIGRATE_UPDATE && a->kind->update != NULL)
    return update (ctx, a);
  if (a->phase == MIGRATE_UPDATE || a->kind->create == NULL)
    return mg_error_set (&ctx->error, MG_E_UNSUPPORTED, "no-update",
                         "the service cannot change %s; change it by hand",
                         a->kind->title);
  r = what_to_send (ctx, a, &asset);
  if (r == 0)
    r = mg_ctx_call (ctx, MIGRATE_CREATING, a->kind->create, NULL,
                     a->kind->content_type, asset.p, asset.len, &res);
  if (r < 0)
    return r;
  return take_reply (ctx, a, res);
}

int
mg_generic_delete (struct mg_ctx *ctx, const struct migrate_asset *a)
{
  const struct migrate_kind *k = a->kind;
  const char *body = NULL;
  int r;

  if (k->remove == NULL)
    return mg_error_set (&ctx->error, MG_E_UNSUPPORTED, "no-remove",
                         "the service cannot remove %s; remove it by hand",
                         k->title);
  if (strstr (k->remove, "{id}") == NULL)
    body = mg_arena_printf (&ctx->arena, "{\"%s\":%s}", mg_id_member (k),
                            mg_id_json (ctx, k, a->target_id, a->target_json,
                                        a->target_json_len));
  r = mg_ctx_call (ctx, MIGRATE_IDEMPOTENT, k->remove, a->target_id,
                   k->content_type, body, body ? strlen (body) : 0, NULL);
  if (r == MG_E_NOT_FOUND) {
    mg_error_clear (&ctx->error);
    r = 0;
  }
  return r;
}
