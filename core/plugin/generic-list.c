/* The lists of a plain REST kind, from its data alone, page by page. */
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

#define PAGE_TRIES 5

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

static const char *
cursor_name (const struct migrate_kind *k)
{
  switch (k->paging) {
  case MIGRATE_PAGING_START_INDEX:
    return "startIndex";
  case MIGRATE_PAGING_NEXT_TOKEN:
    return "next_page_token";
  default:
    return "page_token";
  }
}

/* The call of one page: the cursor goes into the query of a GET, into the body
 * of a POST.  One that is cut short would ask for another page. */
static void
add_node (struct mg_buf *path, const char *list, const char *node)
{
  const char *at = node ? strstr (list, "{node}") : NULL;

  if (at != NULL) {
    mg_buf_add (path, list, (size_t) (at - list));
    mg_buf_add_url (path, node, 0);
    list = at + strlen ("{node}");
  }
  mg_buf_add_str (path, list);
}

static int
page_request (struct mg_ctx *ctx, const struct migrate_kind *k,
              const char *node, const char *cursor, struct mg_request *req,
              struct mg_part *part, struct mg_buf *path, struct mg_buf *body)
{
  const char *space = strchr (k->list, ' ');
  int is_post = mg_starts (k->list, "POST"), r = 0;

  req->effect = MG_READ;
  req->method = mg_arena_strndup (&ctx->arena, k->list,
                                  (size_t) (space - k->list));
  req->content_type = req->accept = k->content_type;
  req->is_secret = (k->flags & MIGRATE_KIND_SENSITIVE) != 0;
  add_node (path, space + 1, node);
  if (cursor != NULL && !is_post) {
    mg_buf_add_byte (path, strchr (space, '?') ? '&' : '?');
    mg_buf_add_str (path, cursor_name (k));
    mg_buf_add_byte (path, '=');
    mg_buf_add_url (path, cursor, 0);
  }
  if (is_post) {
    struct mg_buf value = MG_BUF_INIT (64 * MG_KIB);
    struct mg_edit edit = { .op = MG_EDIT_SET, .path = cursor_name (k) };
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
  if (k->paging == MIGRATE_PAGING_NONE)
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

  r = page_request (ctx, kind->k, list->node, cursor, &req, &part, &path, &body);
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
