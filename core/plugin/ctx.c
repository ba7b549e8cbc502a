/* Contexts and the services they offer to plugins: see ctx.h and
 * sdk/migrate-plugin.h. */
#include <config.h>

#include <stdarg.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/supervise.h"
#include "plugin/check.h"
#include "plugin/ctx.h"
#include "store/work.h"

/* Of what is emitted outside of pages, so much is posted at once. */
#define LOOSE_PUTS 512
#define LOOSE_BYTES ((size_t) MG_MIB)

static struct mg_ctx *
ours (struct migrate_ctx *ctx)
{
  return (struct mg_ctx *) ctx;
}

void
mg_ctx_init (struct mg_ctx *ctx, struct mg_store *store, struct mg_side *side,
             const struct mg_registry *registry)
{
  memset (ctx, 0, sizeof *ctx);
  ctx->pub.core = &mg_services;
  ctx->store = store;
  ctx->side = side;
  ctx->registry = registry;
  mg_packer_init (&ctx->packer, store ? mg_store_blobs (store) : NULL,
                  store ? mg_store_key (store) : NULL);
}

void
mg_ctx_done (struct mg_ctx *ctx)
{
  mg_ctx_drop_batch (ctx);
  mg_packer_done (&ctx->packer);
  mg_arena_done (&ctx->arena);
  mg_arena_done (&ctx->report);
}

int
mg_ctx_is_secret (const struct mg_ctx *ctx)
{
  return ctx->kind != NULL
         && (ctx->kind->k->flags & MIGRATE_KIND_SENSITIVE) != 0;
}

void
mg_ctx_begin (struct mg_ctx *ctx, const struct mg_kind *kind,
              const struct mg_asset *asset)
{
  mg_arena_reset (&ctx->arena);
  mg_arena_reset (&ctx->report);
  mg_error_clear (&ctx->error);
  ctx->kind = kind;
  ctx->plugin = kind ? kind->plugin : NULL;
  ctx->asset = asset;
  ctx->n_emitted = 0;
  ctx->in_pages = 0;
  ctx->n_loose = 0;
  ctx->n_creates = ctx->n_writes = 0;
  ctx->outcome = MG_OUTCOME_OK;
  ctx->before_change = NULL;
  ctx->created = ctx->incomplete = ctx->owner_stays = ctx->manual = 0;
  ctx->created_id = ctx->created_json = NULL;
  ctx->created_len = 0;
}

/* The kind of a service's argument; without it an error. */
static const struct mg_kind *
find_kind (struct mg_ctx *ctx, const struct migrate_kind *k)
{
  const struct mg_kind *kind =
    k != NULL ? mg_registry_kind (ctx->registry, k->name) : NULL;

  if (kind == NULL)
    mg_error_set (&ctx->error, MG_E_INVALID, "bad-call",
                  "the plugin spoke of a kind that it does not have");
  return kind;
}

/* A page that is complete is kept, whatever becomes of the others. */
static int
page_done (struct mg_ctx *ctx, void *opaque, const char *cursor)
{
  const struct mg_list *list = ctx->list;

  (void) opaque, (void) cursor;
  if (list == NULL || list->page == NULL)
    return 0;
  return list->page (ctx, list->opaque, NULL);
}

static void
page_again (struct mg_ctx *ctx, void *opaque)
{
  (void) opaque;
  if (ctx->list != NULL && ctx->list->restart != NULL)
    ctx->list->restart (ctx, ctx->list->opaque);
}

/* What was emitted outside of pages is posted when it is much, and before a
 * page, which may be dropped and taken again. */
static int
post_loose (struct mg_ctx *ctx, size_t len)
{
  const struct mg_list *list = ctx->list;

  if (list == NULL || list->page == NULL || ctx->in_pages > 0)
    return 0;
  ctx->n_loose += len;
  if (ctx->batch == NULL || (len > 0 && ctx->batch->n_puts < LOOSE_PUTS
                             && ctx->n_loose < LOOSE_BYTES))
    return 0;
  ctx->n_loose = 0;
  return list->page (ctx, list->opaque, NULL);
}

static int
service_pages (struct migrate_ctx *pub, const struct migrate_kind *k,
               mg_element_fn each, void *opaque)
{
  struct mg_list list = { .each = each, .page = page_done,
                          .restart = page_again, .opaque = opaque };
  struct mg_ctx *ctx = ours (pub);
  const struct mg_kind *kind = find_kind (ctx, k);
  struct mg_kind other;
  struct migrate_kind asked;
  int r;

  if (kind == NULL)
    return MG_E_INVALID;
  other = *kind;                   /* of 'k' no more than that is known to be
                                      there */
  asked = *kind->k;
  asked.list = k->list;
  other.k = &asked;
  if (asked.list == NULL)
    return mg_error_set (&ctx->error, MG_E_INVALID, "bad-call",
                         "the plugin asked for the list of a kind without one");
  r = post_loose (ctx, 0);
  ctx->in_pages++;
  if (r == 0)
    r = mg_generic_list (ctx, &other, &list);
  ctx->in_pages--;
  return r;
}

static int
service_emit (struct migrate_ctx *pub, const struct migrate_kind *k,
              const char *json, size_t len)
{
  struct mg_ctx *ctx = ours (pub);
  const struct mg_kind *kind = find_kind (ctx, k);
  int r;

  if (ctx->got != NULL && kind == ctx->kind) {
    mg_buf_reset (ctx->got);
    mg_buf_add (ctx->got, json, len);
    return mg_buf_check (ctx->got, "asset", &ctx->error);
  }
  r = kind == NULL ? MG_E_INVALID : mg_ctx_emit (ctx, kind, json, len);
  return r < 0 ? r : post_loose (ctx, len);
}

static int
service_emit_stub (struct migrate_ctx *pub, const struct migrate_kind *k,
                   const char *id, const char *stamp)
{
  struct mg_ctx *ctx = ours (pub);
  const struct mg_kind *kind = find_kind (ctx, k);
  int r;

  if (kind == NULL)
    return MG_E_INVALID;
  if (id == NULL)
    return mg_error_set (&ctx->error, MG_E_INVALID, "no-id",
                         "the plugin emitted a stub without an id");
  r = mg_ctx_emit_stub (ctx, kind, id, NULL, stamp);
  return r < 0 ? r : post_loose (ctx, 1);
}

static int
service_generic (struct migrate_ctx *pub, const struct migrate_asset *asset)
{
  return mg_generic_import (ours (pub), asset);
}

static int
service_created (struct migrate_ctx *pub, const char *id, const char *json,
                 size_t len)
{
  struct mg_ctx *ctx = ours (pub);

  if (id == NULL || *id == '\0')
    return mg_error_set (&ctx->error, MG_E_UNCERTAIN, "uncertain",
                         "the plugin reported an asset without its id");
  ctx->created = 1;
  ctx->created_id = mg_arena_strdup (&ctx->report, id);
  ctx->created_json = json ? mg_arena_strndup (&ctx->report, json, len) : NULL;
  ctx->created_len = json ? len : 0;
  return 0;
}

static void
service_unfinished (struct migrate_ctx *pub)
{
  ours (pub)->incomplete = 1;
}

static int
service_manual (struct migrate_ctx *pub, const char *code, const char *text)
{
  struct mg_ctx *ctx = ours (pub);

  ctx->manual = 1;
  ctx->manual_code = mg_arena_strdup (&ctx->report, code);
  ctx->manual_text = mg_arena_strdup (&ctx->report, text);
  return 0;
}

static int
service_fail (struct migrate_ctx *pub, int code, const char *word,
              const char *text)
{
  struct mg_ctx *ctx = ours (pub);
  char id[sizeof ctx->error.id];

  if (ctx->error.code != 0 && word == NULL) {
    mg_error_prefix (&ctx->error, "%s", text);
    if (code < 0)
      ctx->error.code = code;
    return ctx->error.code;
  }
  memcpy (id, ctx->error.id, sizeof id);
  return mg_error_set (&ctx->error, code < 0 ? code : MG_E_FAIL,
                       word ? word : id[0] ? id : "plugin", "%s", text);
}

static int
service_json_get (struct migrate_ctx *pub, const char *json, size_t len,
                  const char *path, const char **ret_text)
{
  MG_CLEANUP_FREE char *text = mg_json_get_text (json, len, path);

  if (text == NULL)
    return 0;
  *ret_text = mg_arena_strdup (&ours (pub)->arena, text);
  return 1;
}

static int
service_json_raw (struct migrate_ctx *pub, const char *json, size_t len,
                  const char *path, const char **ret_json, size_t *ret_len)
{
  struct mg_span span;

  (void) pub;
  if (mg_json_get (json, len, path, &span) != 1)
    return 0;
  *ret_json = span.p;
  *ret_len = span.len;
  return 1;
}

int
mg_ctx_read (struct migrate_ctx *pub, int r, const char *path)
{
  struct mg_error *err = &ours (pub)->error;

  if ((r != MG_E_INVALID && r != MG_E_PROTOCOL) || err->code != 0)
    return r;                      /* it went well, or an 'each' ended it */
  return mg_error_set (err, r, r == MG_E_INVALID ? "bad-path" : "not-json",
                       "'%s' cannot be looked for in what is no JSON; report it "
                       "with --trace", path);
}

struct each_span {
  struct migrate_ctx *pub;
  mg_element_fn each;
  void *opaque;
};

static int
pass_span (void *opaque, struct mg_span value)
{
  struct each_span *e = opaque;

  return e->each (e->pub, e->opaque, value.p, value.len);
}

static int
service_json_each (struct migrate_ctx *pub, const char *json, size_t len,
                   const char *path, mg_element_fn each, void *opaque)
{
  struct each_span e = { pub, each, opaque };

  return mg_ctx_read (pub, mg_json_each (json, len, path, pass_span, &e), path);
}

struct wanted {
  const char *by;
  char *text;
};

static int
same_member (void *opaque, struct mg_span element)
{
  struct wanted *w = opaque;
  MG_CLEANUP_FREE char *text = mg_json_get_text (element.p, element.len, w->by);

  return text != NULL && strcmp (text, w->text) == 0;
}

static int
service_json_contains (struct migrate_ctx *pub, const char *json, size_t len,
                       const char *array_path, const char *element,
                       size_t element_len, const char *by)
{
  struct wanted w = { by, mg_json_get_text (element, element_len, by) };
  char *path = mg_arena_printf (&ours (pub)->arena, "%s[*]", array_path);
  int r = w.text != NULL
          && mg_json_each (json, len, path, same_member, &w) > 0;

  mg_free (w.text);
  return r;
}

static char *service_format (struct migrate_ctx *pub, const char *format, ...)
  MG_PRINTF (2, 3);

static char *
service_format (struct migrate_ctx *pub, const char *format, ...)
{
  va_list args;
  char *text;

  va_start (args, format);
  text = mg_arena_vprintf (&ours (pub)->arena, format, args);
  va_end (args);
  return text;
}

static const char *
service_quote (struct migrate_ctx *pub, const char *text)
{
  struct mg_buf b = MG_BUF_INIT (MG_MAX_ELEMENT);
  char *copy;

  mg_buf_add_json (&b, text);
  if (b.failed)
    mg_oom ();
  copy = mg_arena_strdup (&ours (pub)->arena, mg_buf_text (&b));
  mg_buf_done (&b);
  return copy;
}

static const char *
service_option (struct migrate_ctx *pub, const char *name)
{
  struct mg_ctx *ctx = ours (pub);

  if (ctx->option == NULL || ctx->plugin == NULL)
    return NULL;
  return ctx->option (ctx->plugin->p.name, name);
}

static uint32_t
service_end (struct migrate_ctx *pub)
{
  return ours (pub)->side->end;
}

static int
service_is_source (struct migrate_ctx *pub)
{
  return ours (pub)->side->wsid == MG_SOURCE_WSID;
}

static void
service_note (struct migrate_ctx *pub, const char *text)
{
  struct mg_ctx *ctx = ours (pub);

  mg_note_post (ctx->store, ctx->side->wsid, ctx->asset ? ctx->asset->aid : 0,
                ctx->kind ? ctx->kind->kid : 0, "note", text, NULL);
}

const struct migrate_core mg_services = {
  .abi_version = MIGRATE_ABI_VERSION,
  .struct_size = sizeof (struct migrate_core),
  .request = mg_service_request,
  .pages = service_pages,
  .emit = service_emit,
  .emit_stub = service_emit_stub,
  .generic = service_generic,
  .created = service_created,
  .unfinished = service_unfinished,
  .manual = service_manual,
  .fail = service_fail,
  .json_get = service_json_get,
  .json_raw = service_json_raw,
  .json_each = service_json_each,
  .json_contains = service_json_contains,
  .format = service_format,
  .quote = service_quote,
  .option = service_option,
  .end = service_end,
  .note = service_note,
  .json_lacking = mg_json_lacking,
  .is_source = service_is_source,
};
