/* A plain REST kind, from its data alone: list, get, create, update, remove. */
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

#define PAGE_TRIES 5
#define GET_TRIES 3

/* ---- lists ---- */

/* Of one page, so much is posted at once: it may be as long as the list. */
#define POST_PUTS 512
#define POST_BYTES ((size_t) MG_MIB)

/* Ids of a page that are remembered; nobody sends pages as long as that. */
#define SEEN_MAX 32768u
#define SEEN_SLOTS (2 * SEEN_MAX)

struct page {
  struct mg_ctx *ctx;
  const struct mg_list *list;
  const struct migrate_kind *kind;
  struct mg_split *split;
  uint64_t *seen;                  /* START_INDEX: digests of its ids, hashed */
  size_t n_seen, n_twice;
  size_t n_bytes;                  /* emitted, not posted */
};

/* 1 when it was there already. */
static int
remember (struct page *page, uint64_t digest)
{
  size_t at = (size_t) (digest % SEEN_SLOTS);

  if (page->seen == NULL)
    page->seen = mg_xcalloc (SEEN_SLOTS, sizeof digest);
  for (digest |= 1; page->seen[at] != 0; at = (at + 1) % SEEN_SLOTS)
    if (page->seen[at] == digest)
      return 1;
  if (page->n_seen < SEEN_MAX) {
    page->seen[at] = digest;
    page->n_seen++;
  }
  return 0;
}

/* An asset that stands in a page twice counts once: where the next page begins
 * follows from the number of elements, and none may be skipped. */
static void
count_element (struct page *page, const char *id_path, const char *element,
               size_t len)
{
  uint64_t digest = 14695981039346656037u;   /* FNV-1a */
  struct mg_span id;
  size_t i;

  if (mg_json_get (element, len, id_path, &id) != 1)
    return;
  for (i = 0; i < id.len; i++)
    digest = (digest ^ (unsigned char) id.p[i]) * 1099511628211u;
  page->n_twice += (size_t) remember (page, digest);
}

/* What was emitted is the same when its page is taken again, so it need not
 * wait for the page's end. */
static int
post_some (struct page *page, size_t len)
{
  struct mg_ctx *ctx = page->ctx;

  page->n_bytes += len;
  if (ctx->store == NULL || ctx->batch == NULL
      || (ctx->batch->n_puts < POST_PUTS && page->n_bytes < POST_BYTES))
    return 0;
  page->n_bytes = 0;
  return mg_ctx_flush (ctx);
}

static int
page_element (void *opaque, const char *element, size_t len,
              struct mg_error *err)
{
  struct page *page = opaque;
  struct mg_arena_mark mark = mg_arena_mark (&page->ctx->arena);
  int r;

  if (page->kind->paging == MIGRATE_PAGING_START_INDEX)
    count_element (page, page->kind->id, element, len);
  mg_slot_busy (0);
  r = post_some (page, len);
  if (r == 0)
    r = page->list->each (&page->ctx->pub, page->list->opaque, element, len);
  mg_slot_busy (1);
  mg_arena_release (&page->ctx->arena, mark);  /* lists may be endless */
  if (r != 0 && err != &page->ctx->error)
    mg_error_copy (err, &page->ctx->error);
  return r;
}

static int
page_data (void *opaque, const char *data, size_t len, struct mg_error *err)
{
  struct page *page = opaque;

  return mg_split_feed (page->split, data, len, err);
}

/* The call of one page: the cursor goes into the query of a GET, into the body
 * of a POST.  One that is cut short would ask for another page. */
static int
page_request (struct mg_ctx *ctx, const struct migrate_kind *k,
              const char *cursor, struct mg_request *req, struct mg_part *part,
              struct mg_buf *path, struct mg_buf *body)
{
  const char *space = strchr (k->list, ' ');
  int is_post = mg_starts (k->list, "POST"), r = 0;

  req->effect = MG_READ;
  req->method = mg_arena_strndup (&ctx->arena, k->list,
                                  (size_t) (space - k->list));
  req->content_type = req->accept = k->content_type;
  mg_buf_add_str (path, space + 1);
  if (cursor != NULL && !is_post) {
    mg_buf_add_byte (path, strchr (space, '?') ? '&' : '?');
    mg_buf_add_str (path, k->paging == MIGRATE_PAGING_START_INDEX
                    ? "startIndex=" : "page_token=");
    mg_buf_add_url (path, cursor, 0);
  }
  if (is_post) {
    struct mg_buf value = MG_BUF_INIT (64 * MG_KIB);
    struct mg_edit edit = { .op = MG_EDIT_SET, .path = "page_token" };
    const char *text = k->list_body ? k->list_body : "{}";

    mg_buf_add_json (&value, cursor ? cursor : "");
    edit.value = mg_buf_text (&value);
    r = mg_buf_check (&value, "a page's token", &ctx->error);
    if (r == 0 && cursor != NULL)
      r = mg_json_edit (text, strlen (text), &edit, 1, body, &ctx->error);
    else if (r == 0)
      mg_buf_add_str (body, text);
    mg_buf_done (&value);
    part->type = MG_PART_MEM;
    part->data = mg_buf_text (body);
    part->len = body->len;
    req->parts = part;
    req->n_parts = 1;
  }
  req->path = mg_buf_text (path);
  if (r == 0)
    r = mg_buf_check (path, "the path of a list", &ctx->error);
  return r < 0 ? r : mg_buf_check (body, "the body of a list", &ctx->error);
}

/* Where the next page begins; NULL = this was the last. */
static char *
next_cursor (const struct migrate_kind *k, const char *cursor, size_t n,
             struct mg_span rest)
{
  int64_t start = 1, total = -1;
  char *token;

  if (k->paging == MIGRATE_PAGING_START_INDEX) {
    if (cursor != NULL)
      mg_parse_int64 (cursor, &start);
    mg_json_get_int64 (rest.p, rest.len, "totalResults", &total);
    start += (int64_t) n;
    /* A total of less than what came is no total. */
    if (n == 0 || start - 1 == total)
      return NULL;
    return mg_xasprintf ("%lld", (long long) start);
  }
  if (k->paging != MIGRATE_PAGING_TOKEN)
    return NULL;
  token = mg_json_get_text (rest.p, rest.len, "next_page_token");
  if (token != NULL && *token == '\0') {
    mg_free (token);
    token = NULL;
  }
  return token;
}

static int
one_page (struct mg_ctx *ctx, const struct mg_kind *kind,
          const struct mg_list *list, const char *cursor, char **ret_next)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf path = MG_BUF_INIT (64 * MG_KIB);
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (MG_MIB);
  struct page page = { .ctx = ctx, .list = list, .kind = kind->k };
  struct mg_request req = { 0 };
  struct mg_response res;
  struct mg_part part = { 0 };
  struct mg_arena_mark mark = mg_arena_mark (&ctx->arena);
  struct mg_span rest;
  size_t n = 0;
  int r;

  r = page_request (ctx, kind->k, cursor, &req, &part, &path, &body);
  if (r < 0)
    return r;
  page.split = mg_split_new (kind->k->array ? kind->k->array : "",
                             MG_MAX_ELEMENT, MG_MAX_BODY, page_element, &page);
  req.on_data = page_data;
  req.opaque = &page;
  req.max_body = MG_MAX_PAGE;
  mg_response_init (&res);
  mg_slot_busy (1);
  r = mg_remote_call (ctx->side->remote, &req, &res, &ctx->error);
  mg_slot_busy (0);
  if (r < 0)
    r = mg_ctx_unsupported (ctx, &res, r);
  mg_response_done (&res);
  if (r == 0)
    r = mg_split_end (page.split, &rest, &n, &ctx->error);
  if (r == 0)
    *ret_next = next_cursor (kind->k, cursor, n - page.n_twice, rest);
  mg_split_free (page.split);
  mg_free (page.seen);
  mg_arena_release (&ctx->arena, mark);
  return r;
}

/* Only what a second try can mend. */
static int
worth_again (int r)
{
  return r == MG_E_NET || r == MG_E_PROTOCOL;
}

static int
page_with_tries (struct mg_ctx *ctx, const struct mg_kind *kind,
                 const struct mg_list *list, const char *cursor,
                 char **ret_next)
{
  int tries, r;

  for (tries = 1; ; tries++) {
    r = one_page (ctx, kind, list, cursor, ret_next);
    if (r == 0 || !worth_again (r) || tries == PAGE_TRIES)
      return r;
    if (list->restart != NULL)
      list->restart (ctx, list->opaque);
    mg_error_clear (&ctx->error);
  }
}

int
mg_generic_list (struct mg_ctx *ctx, const struct mg_kind *kind,
                 const struct mg_list *list)
{
  MG_CLEANUP_FREE char *cursor = mg_xstrdup (list->cursor);
  long pages;
  int r;

  for (pages = 0; pages < MG_MAX_PAGES; pages++) {
    char *next = NULL;

    r = page_with_tries (ctx, kind, list, cursor, &next);
    if (r == 0 && list->page != NULL)
      r = list->page (ctx, list->opaque, next);
    if (r == 0 && next != NULL && mg_streq (next, cursor))
      r = mg_error_set (&ctx->error, MG_E_PROTOCOL, "page-loop",
                        "the list of %s gave the same page token twice; run the "
                        "command again", kind->k->title);
    mg_free (cursor);
    cursor = next;
    if (r != 0 || cursor == NULL)
      return r;
  }
  return mg_error_set (&ctx->error, MG_E_PROTOCOL, "page-loop",
                       "the list of %s does not end after %d pages",
                       kind->k->title, MG_MAX_PAGES);
}

/* ---- one asset ---- */

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
  if (mg_buf_add (ret_body, body.p, body.len) < 0)
    return mg_buf_check (ret_body, "answer", &ctx->error);
  return mg_whole_answer (ctx, k, id, res, ret_body);
}

/* Half an answer, or a gateway's page in its place, may be whole next time. */
int
mg_generic_get (struct mg_ctx *ctx, const struct mg_kind *kind, const char *id,
                struct mg_buf *ret_body)
{
  int tries, r;

  for (tries = 1; ; tries++) {
    r = get_once (ctx, kind, id, ret_body);
    if (r == 0 || !worth_again (r) || tries == GET_TRIES)
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
  struct mg_span asset;
  int r = what_to_send (ctx, a, &asset);

  if (r < 0)
    return r;
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
                   k->content_type, mg_buf_text (&body), body.len, NULL);
  return r < 0 && ctx->kind != NULL && ctx->kind->is_acl
         ? mg_permissions_owner (ctx, a, r) : r;
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
