/* What 'get' answers, made whole: arrays that come in pages, and what stands
 * elsewhere in the answer than where it is sent. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/str.h"
#include "plugin/ctx.h"

#define MAX_PARTS 1000

static int
edit_one (struct mg_ctx *ctx, struct mg_buf *body, const char *path,
          const char *value)
{
  struct mg_buf out = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_edit edit = { .op = MG_EDIT_SET, .path = path, .value = value };
  int r = mg_json_edit (body->data, body->len, &edit, 1, &out, &ctx->error);

  if (r >= 0)
    mg_buf_move (body, &out);
  mg_buf_done (&out);
  return r < 0 ? r : 0;
}

/* ---- pages ---- */

struct joined { struct mg_buf text; int n; };

static int
add_element (void *opaque, struct mg_span element)
{
  struct joined *j = opaque;

  mg_buf_add_byte (&j->text, j->n++ > 0 ? ',' : '[');
  return mg_buf_add (&j->text, element.p, element.len);
}

static int
each_of (const char *json, size_t len, const char *array, struct joined *j)
{
  MG_CLEANUP_FREE char *path = mg_xasprintf ("%s[*]", array);

  return mg_json_each (json, len, path, add_element, j);
}

/* The array of the body, and behind it that of the next page. */
static int
join (struct mg_ctx *ctx, const char *array, struct mg_span page,
      struct mg_buf *body)
{
  struct joined j = { .text = MG_BUF_INIT (MG_MAX_ELEMENT) };
  int r = each_of (page.p, page.len, array, &j), n = j.n;

  if (r >= 0 && n > 0) {
    mg_buf_reset (&j.text);
    j.n = 0;
    r = each_of (body->data, body->len, array, &j);
    if (r >= 0)
      r = each_of (page.p, page.len, array, &j);
    mg_buf_add_byte (&j.text, ']');
  }
  if (r >= 0 || j.text.failed)
    r = mg_buf_check (&j.text, "an array of pages", &ctx->error);
  else
    mg_error_set (&ctx->error, r, "not-json",
                  "a page of '%s' cannot be read; run the command again",
                  array);
  if (r >= 0 && n > 0)
    r = edit_one (ctx, body, array, mg_buf_text (&j.text));
  mg_buf_done (&j.text);
  return r < 0 ? r : 0;
}

static int
next_page (struct mg_ctx *ctx, const struct migrate_kind *k, const char *id,
           const char *token, const struct migrate_response **ret_res)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf call = MG_BUF_INIT (64 * MG_KIB);
  int r;

  mg_buf_addf (&call, "%s%cpage_token=", k->get,
               strchr (k->get, '?') != NULL ? '&' : '?');
  mg_buf_add_url (&call, token, 0);
  r = mg_buf_check (&call, "the path of a page", &ctx->error);
  return r < 0 ? r : mg_ctx_call (ctx, MIGRATE_READ, mg_buf_text (&call), id,
                                  k->content_type, NULL, 0, ret_res);
}

static int
page_loop (struct mg_ctx *ctx, const struct migrate_kind *k)
{
  return mg_error_set (&ctx->error, MG_E_PROTOCOL, "page-loop",
                       "the answer to %s does not end; run the command again",
                       k->get);
}

static int
add_pages (struct mg_ctx *ctx, const struct migrate_kind *k, const char *id,
           const struct migrate_response *res, struct mg_buf *body)
{
  MG_CLEANUP_FREE char *token = NULL;
  const char *const *array;
  struct mg_span page;
  int n, r = 0;

  for (n = 0; r == 0; n++) {
    char *next = mg_json_get_text (res->body, res->body_len,
                                   "next_page_token");
    int again = next != NULL && mg_streq (next, token);

    mg_free (token);
    token = next;
    if (token == NULL || *token == '\0')
      return 0;
    if (again || n == MAX_PARTS)
      return page_loop (ctx, k);
    r = next_page (ctx, k, id, token, &res);
    if (r == 0 && mg_json_get (res->body, res->body_len,
                               k->unwrap ? k->unwrap : "", &page) != 1)
      r = mg_error_set (&ctx->error, MG_E_PROTOCOL, "not-json",
                        "a page of %s has no object; run the command again",
                        k->get);
    for (array = k->parts; r == 0 && *array != NULL; array++)
      r = join (ctx, *array, page, body);
  }
  return r;
}

/* ---- what stands elsewhere ---- */

static int
fill_one (struct mg_ctx *ctx, const struct migrate_fill *f,
          struct mg_buf *body)
{
  MG_CLEANUP_FREE char *text = NULL;
  struct mg_span there;

  if (mg_json_get (body->data, body->len, f->unless, &there) == 1)
    return 0;
  text = mg_json_get_text (body->data, body->len, f->from);
  if (text == NULL || *text == '\0'
      || (f->has != NULL && strstr (text, f->has) == NULL))
    return 0;
  return edit_one (ctx, body, f->path, ctx->pub.core->quote (&ctx->pub, text));
}

int
mg_whole_answer (struct mg_ctx *ctx, const struct migrate_kind *k,
                 const char *id, const struct migrate_response *res,
                 struct mg_buf *body)
{
  const struct migrate_fill *f = k->fill;
  int r = k->parts != NULL ? add_pages (ctx, k, id, res, body) : 0;

  for (; f != NULL && f->path != NULL && r == 0; f++)
    r = fill_one (ctx, f, body);
  return r;
}
