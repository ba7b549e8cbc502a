/* One element of a tree, asked for by its name: see tree.h.
 *
 * A name says nothing of the sort of what bears it: where a folder was there may
 * be a notebook now.  So nothing is concluded from a name before the sort was
 * looked at. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "run/compare.h"
#include "run/refs.h"
#include "run/tree.h"

int
mg_tree_look (struct mg_ctx *ctx, const struct mg_kind *kind, const char *name,
              struct mg_buf *ret_body)
{
  const struct mg_kind *walker = mg_tree_walker_of (ctx->registry, kind);
  const struct migrate_response *res = NULL;
  MG_CLEANUP_FREE char *sort = NULL;
  int r = mg_ctx_call (ctx, MIGRATE_READ, walker->k->tree->look, name, NULL,
                       NULL, 0, &res);

  if (r < 0)
    return r;
  sort = mg_json_get_text (res->body, res->body_len, walker->k->tree->sort);
  if (sort == NULL)
    return mg_error_set (&ctx->error, MG_E_PROTOCOL, "not-json",
                         "the answer to %s has no '%s'; run the command again",
                         walker->k->tree->look, walker->k->tree->sort);
  if (!mg_tree_is_of (kind, sort))
    return mg_error_set (&ctx->error, MG_E_EXISTS, "exists",
                         "what has this name is of another sort");
  mg_buf_reset (ret_body);
  mg_buf_add (ret_body, res->body, res->body_len);
  return mg_buf_check (ret_body, "answer", &ctx->error);
}

int
mg_tree_probe (struct mg_ctx *ctx, const struct mg_kind *kind, const char *id,
               struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r = mg_tree_look (ctx, kind, id, &body);

  if (r == 0)
    r = mg_ctx_emit (ctx, kind, mg_buf_text (&body), body.len);
  if (r == MG_E_NOT_FOUND || r == MG_E_EXISTS) {
    mg_error_clear (&ctx->error);
    return r == MG_E_EXISTS;
  }
  if (r < 0 && err != &ctx->error)
    mg_error_copy (err, &ctx->error);
  return r;
}

/* What both say differs; what one of them leaves unsaid is no difference. */
static int
differs (const char *path, const char *known, const struct mg_buf *now)
{
  MG_CLEANUP_FREE char *text =
    path != NULL && known != NULL
    ? mg_json_get_text (mg_buf_text (now), now->len, path) : NULL;

  return text != NULL && strcmp (text, known) != 0;
}

/* Where nothing that changes with it is known, its content is what tells. */
static int
content_differs (struct mg_ctx *ctx, const struct mg_kind *kind,
                 const struct mg_asset *target)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_buf_done) struct mg_buf left = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_buf_done) struct mg_buf right = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r = mg_call_get (ctx, kind, target->src_id, target->key, &body);

  if (r == 0)
    r = mg_compare_form (kind, mg_buf_text (&target->body), target->body.len,
                         &left, &ctx->error);
  if (r == 0)
    r = mg_compare_form (kind, mg_buf_text (&body), body.len, &right,
                         &ctx->error);
  return r < 0 ? r : left.len != right.len
         || memcmp (mg_buf_text (&left), mg_buf_text (&right), left.len) != 0;
}

/* Never moved, so it is not what we made. */
static int
is_left_out (const struct mg_kind *kind, const struct mg_buf *now)
{
  struct mg_asset a = MG_ASSET_INIT;
  int left;

  mg_buf_add (&a.body, mg_buf_text (now), now->len);
  left = mg_run_left_out (kind, &a) != NULL;
  mg_buf_done (&a.body);
  return left;
}

int
mg_tree_is_same (struct mg_ctx *ctx, const struct mg_kind *kind,
                 const struct mg_asset *target)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf now = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP_FREE char *number =
    kind->k->permissions_id != NULL && target->body.len > 0
    ? mg_json_get_text (mg_buf_text (&target->body), target->body.len,
                        kind->k->permissions_id) : NULL;
  int r = mg_tree_look (ctx, kind, target->src_id, &now);

  if (r == MG_E_NOT_FOUND || r == MG_E_EXISTS) {
    mg_error_clear (&ctx->error);
    return 0;
  }
  if (r < 0)
    return r;
  if (is_left_out (kind, &now))
    return 0;
  r = differs (kind->k->permissions_id, number, &now)
      || differs (kind->k->stamp, target->stamp, &now);
  if (r == 0 && target->stamp == NULL && (kind->k->flags & MIGRATE_KIND_DETAIL))
    r = content_differs (ctx, kind, target);
  if (r < 0)
    return r;
  if (r > 0)
    return mg_error_set (&ctx->error, MG_E_BLOCKED, "edited",
                         "changed in the target since undo looked at it; left as "
                         "it is; run migrate undo again");
  return 1;
}

const char *
mg_tree_given_name (const struct mg_kind *kind, const char *key,
                    const struct migrate_ref **ret_ref)
{
  const struct migrate_ref *ref = kind->k->refs;

  for (; ref != NULL && ref->path != NULL; ref++)
    if (ref->given && ref->prefix != NULL && mg_starts (key, ref->prefix)
        && strcmp (ref->path, kind->k->key) == 0
        && strchr (key + strlen (ref->prefix), '/') == NULL) {
      *ret_ref = ref;
      return key + strlen (ref->prefix);
    }
  return NULL;
}

int
mg_tree_is_given (struct mg_run *run, const struct mg_kind *kind,
                  const struct mg_asset *source, struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work owner = MG_WORK_INIT;
  MG_CLEANUP (mg_named_done) struct mg_named named = { 0 };
  const struct migrate_ref *ref;
  const char *name = mg_tree_given_name (kind, source->key, &ref);
  int r = name == NULL ? 0
          : mg_ref_find (run, ref, mg_xstrdup (name), &named, err);

  if (r < 0 || named.aid == 0)
    return r;
  r = mg_work_get (run->store, run->target.wsid, named.aid, MG_PHASE_MAIN,
                   &owner, err);
  return r <= 0 ? r : owner.new_aid != 0 && owner.provenance == MG_CREATED;
}
