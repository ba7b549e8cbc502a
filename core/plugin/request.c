/* One request of a callback: what of it is refused, its body from the pieces that
 * it names, and its answer into the callback's memory or a file of the
 * session. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/supervise.h"
#include "plugin/check.h"
#include "plugin/ctx.h"
#include "store/blob.h"

static int
refuse_create (struct mg_ctx *ctx, uint32_t effect)
{
  if (effect != MIGRATE_CREATING)
    return 0;
  if (ctx->n_creates > 0 && ctx->outcome != MG_OUTCOME_NOTHING
      && ctx->outcome != MG_OUTCOME_REFUSED)
    return mg_error_set (&ctx->error, MG_E_INVALID, "two-creates",
                         "the plugin sent a second create for one asset; it "
                         "was refused; make it a kind of its own");
  ctx->n_creates++;
  return 0;
}

static int
check_call (struct mg_ctx *ctx, uint32_t effect, const char *call)
{
  if (call != NULL && mg_call_ok (call) && effect <= MIGRATE_CREATING)
    return 0;
  return mg_error_set (&ctx->error, MG_E_INVALID, "bad-call",
                       "the plugin asked for '%s', which is no call; it must "
                       "read \"METHOD /path\"", call ? call : "");
}

/* Half a path names something else, and so does one without its id. */
static int
fill_path (struct mg_ctx *ctx, const char *path, const char *id,
           const char **ret_path)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf out = MG_BUF_INIT (64 * MG_KIB);
  const char *mark = strstr (path, "{id}");
  int r;

  if (mark == NULL || id == NULL) {
    *ret_path = mg_arena_strdup (&ctx->arena, path);
    return 0;
  }
  if (*id == '\0')
    return mg_error_set (&ctx->error, MG_E_INVALID, "leads-out",
                         "%s is not sent without an id; look what it is, and move "
                         "it by hand", path);
  mg_buf_add (&out, path, (size_t) (mark - path));
  mg_buf_add_url (&out, id, 0);
  mg_buf_add_str (&out, mark + 4);
  r = mg_buf_check (&out, "the path of a request", &ctx->error);
  if (r == 0)
    *ret_path = mg_arena_strdup (&ctx->arena, mg_buf_text (&out));
  return r;
}

static struct migrate_response *
keep_response (struct mg_ctx *ctx, const struct mg_response *res)
{
  struct migrate_response *kept = mg_arena_alloc (&ctx->arena, sizeof *kept);
  char *body = mg_arena_try (&ctx->arena, res->body.len + 1);

  if (body == NULL)
    return NULL;
  memcpy (body, mg_buf_text (&res->body), res->body.len);
  kept->status = (uint32_t) res->status;
  kept->body = body;
  kept->body_len = res->body.len;
  kept->error_code = mg_arena_strdup (&ctx->arena, res->error_code);
  kept->blob = NULL;
  return kept;
}

/* The service says that it does not offer this here: another tier, cloud or
 * version. */
int
mg_ctx_unsupported (struct mg_ctx *ctx, const struct mg_response *res, int r)
{
  if (strcmp (res->error_code, "FEATURE_DISABLED") != 0
      && strcmp (res->error_code, "ENDPOINT_NOT_FOUND") != 0
      && strstr (ctx->error.text, "FEATURE_DISABLED") == NULL)
    return r;
  ctx->error.code = MG_E_UNSUPPORTED;
  memcpy (ctx->error.id, "unsupported", sizeof "unsupported");
  return MG_E_UNSUPPORTED;
}

static int
may_leave (struct mg_ctx *ctx, uint32_t effect)
{
  int r = refuse_create (ctx, effect);

  if (r == 0 && effect == MIGRATE_IDEMPOTENT && ctx->n_writes == 0
      && ctx->before_change != NULL)
    r = ctx->before_change (ctx, ctx->before_opaque);
  return r;
}

static void
note_write (struct mg_ctx *ctx, uint32_t effect, const struct mg_response *res)
{
  if (effect == MIGRATE_CREATING)
    ctx->outcome = res->outcome;
  ctx->n_writes++;
  ctx->refused = !res->was_in_doubt && (res->outcome == MG_OUTCOME_REFUSED
                                        || res->outcome == MG_OUTCOME_NOTHING);
}

/* ---- bodies of any size ---- */

/* Where it is sent, and what, piece by piece; all of it in the arena. */
struct pieces {
  const char *path;
  struct mg_part *parts;
  size_t n;
  int has_blobs;
};

static int
find_blob (struct mg_ctx *ctx, const char *name, struct mg_part *ret_part)
{
  MG_CLEANUP_FREE char *path = NULL;
  int r = mg_blob_path (mg_store_blobs (ctx->store), name ? name : "", &path,
                        &ctx->error);

  ret_part->type = MG_PART_FILE;
  ret_part->path = r < 0 ? NULL : mg_arena_strdup (&ctx->arena, path);
  return r;
}

static int
gather (struct mg_ctx *ctx, const struct migrate_request *asked,
        struct pieces *p)
{
  const struct migrate_part whole = { asked->body, asked->body_len, NULL };
  const struct migrate_part *from = asked->body ? &whole : asked->parts;
  size_t i;
  int r = 0;

  p->n = asked->body != NULL ? 1 : asked->n_parts;
  p->parts = mg_arena_alloc (&ctx->arena, (p->n + 1) * sizeof *p->parts);
  for (i = 0; i < p->n && r == 0; i++) {
    p->parts[i] = (struct mg_part) { MG_PART_MEM, from[i].data, from[i].len,
                                     NULL };
    if (from[i].data != NULL)
      continue;
    p->has_blobs = 1;
    r = find_blob (ctx, from[i].blob, &p->parts[i]);
  }
  return r;
}

static int
refuse_blob (struct mg_ctx *ctx, const struct migrate_request *asked)
{
  if (!asked->to_blob && asked->n_parts == 0)
    return 0;
  if (ctx->store != NULL && ctx->kind != NULL && !mg_ctx_is_secret (ctx))
    return 0;
  return mg_error_set (&ctx->error, MG_E_INVALID, "bad-call",
                       "the plugin asked for a file of the session where there "
                       "is none, or for what must not lie there in clear");
}

static int
add_to_blob (void *opaque, const char *data, size_t len, struct mg_error *err)
{
  return mg_blob_add (opaque, data, len, err);
}

/* A whole answer's name and length instead of its body. */
static int
end_blob (struct mg_ctx *ctx, struct mg_blob *blob,
          struct migrate_response *kept)
{
  char *name = mg_arena_alloc (&ctx->arena, MG_BLOB_NAME + 1);
  int r = mg_blob_end (blob, name, &ctx->error);

  if (r < 0)
    return r;
  kept->blob = name;
  kept->body_len = (size_t) blob->len;
  return 0;
}

/* ---- sending ---- */

static void
fill_request (struct mg_ctx *ctx, const struct migrate_request *asked,
              const struct pieces *pieces, struct mg_request *req)
{
  const char *space = strchr (asked->call, ' ');

  req->effect = asked->effect == MIGRATE_READ ? MG_READ
                : asked->effect == MIGRATE_CREATING ? MG_CREATE : MG_IDEMPOTENT;
  req->method = mg_arena_strndup (&ctx->arena, asked->call,
                                  (size_t) (space - asked->call));
  req->path = pieces->path;
  req->content_type = asked->content_type;
  req->accept = asked->accept ? asked->accept : asked->content_type;
  req->parts = pieces->n > 0 ? pieces->parts : NULL;
  req->n_parts = pieces->n;
  req->is_stream = asked->to_blob || pieces->has_blobs;
  req->is_secret = mg_ctx_is_secret (ctx);
}

static int
send (struct mg_ctx *ctx, const struct migrate_request *asked,
      const struct pieces *pieces, struct mg_blob *blob,
      struct migrate_response **ret_kept)
{
  struct mg_request req = { .effect = MG_READ };
  struct mg_response res;
  int r;

  fill_request (ctx, asked, pieces, &req);
  if (asked->to_blob) {
    req.on_data = add_to_blob;
    req.max_body = MG_MAX_BLOB < SIZE_MAX ? (size_t) MG_MAX_BLOB : SIZE_MAX;
    req.opaque = blob;
  }
  mg_response_init (&res);
  if (asked->effect == MIGRATE_CREATING)
    mg_slot_sent ();
  mg_slot_busy (1);
  r = mg_remote_call (ctx->side->remote, &req, &res, &ctx->error);
  mg_slot_busy (0);
  if (asked->effect != MIGRATE_READ)
    note_write (ctx, asked->effect, &res);
  if (r < 0)
    r = mg_ctx_unsupported (ctx, &res, r);
  if (res.status != 0)
    *ret_kept = keep_response (ctx, &res);
  mg_response_done (&res);
  if (r == 0 && *ret_kept == NULL)
    return mg_error_set (&ctx->error, MG_E_NOMEM, "no-memory", "no memory");
  return r == 0 && asked->to_blob ? end_blob (ctx, blob, *ret_kept) : r;
}

int
mg_ctx_request (struct mg_ctx *ctx, const struct migrate_request *asked,
                const char *id, const struct migrate_response **ret_res)
{
  struct pieces pieces = { NULL, NULL, 0, 0 };
  MG_CLEANUP (mg_blob_done) struct mg_blob blob = { .temp = NULL };
  struct migrate_response *kept = NULL;
  int r = check_call (ctx, asked->effect, asked->call);

  if (r == 0)
    r = refuse_blob (ctx, asked);
  if (r == 0)
    r = fill_path (ctx, strchr (asked->call, ' ') + 1, id, &pieces.path);
  if (r == 0)
    r = gather (ctx, asked, &pieces);
  if (r == 0 && asked->to_blob)
    r = mg_blob_begin (&blob, mg_store_blobs (ctx->store), &ctx->error);
  if (r == 0)                      /* the last: it counts what leaves */
    r = may_leave (ctx, asked->effect);
  if (r < 0)
    return r;
  r = send (ctx, asked, &pieces, &blob, &kept);
  if (ret_res != NULL && kept != NULL)
    *ret_res = kept;
  return r;
}

int
mg_ctx_call (struct mg_ctx *ctx, uint32_t effect, const char *call,
             const char *id, const char *content_type, const char *body,
             size_t body_len, const struct migrate_response **ret_res)
{
  struct migrate_request asked = MIGRATE_REQUEST_INIT;

  asked.effect = effect;
  asked.call = call;
  asked.content_type = content_type;
  asked.body = body;
  asked.body_len = body_len;
  return mg_ctx_request (ctx, &asked, id, ret_res);
}

int
mg_service_request (struct migrate_ctx *pub, const struct migrate_request *req,
                    const struct migrate_response **ret_res)
{
  struct migrate_request asked = MIGRATE_REQUEST_INIT;
  size_t size = req->struct_size;

  memcpy (&asked, req, size < sizeof asked ? size : sizeof asked);
  return mg_ctx_request ((struct mg_ctx *) pub, &asked, NULL, ret_res);
}
