/* Reading and writing what notebooks and files hold: see content.h. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "content.h"

#define EXPORT "GET /api/2.0/workspace/export?path="
#define MAX_BYTES 10485760       /* of an export or import in one piece */
#define MOST_TOGETHER (15 * 1048576) /* of two contents in base 64 */
#define LARGE 1                  /* refused for its size */
#define NO_FORM 2                /* nothing but the source is wanted */

/* What an export calls the sort of a source, and an import its language; the
 * first line of a source is the sign of a comment and MARK. */
static const struct language { const char *type, *name, *comment; } languages[] =
{
  { "py", "PYTHON", "#" }, { "sql", "SQL", "--" }, { "scala", "SCALA", "//" },
  { "r", "R", "#" },
};

#define N_LANGUAGES (sizeof languages / sizeof languages[0])
#define MARK " Databricks notebook source"

/* ---- texts ---- */

/* Room for 'len' bytes and a zero byte, in the callback's memory. */
static char *
room (struct migrate_ctx *ctx, size_t len)
{
  return migrate_printf (ctx, "%*s", (int) len, "");
}

static const char *
in_url (struct migrate_ctx *ctx, const char *text)
{
  static const char digits[] = "0123456789ABCDEF";
  static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
  char *url = room (ctx, strlen (text) * 3), *w = url;

  for (; *text != '\0'; text++)
    if (strchr (plain, *text) != NULL)
      *w++ = *text;
    else {
      *w++ = '%';
      *w++ = digits[(unsigned char) *text >> 4];
      *w++ = digits[(unsigned char) *text & 15];
    }
  *w = '\0';
  return url;
}

static const char *
base64 (struct migrate_ctx *ctx, const char *data, size_t len)
{
  static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const unsigned char *p = (const unsigned char *) data;
  char *text = room (ctx, (len + 2) / 3 * 4), *w = text;
  size_t i;

  for (i = 0; i < len; i += 3) {
    uint32_t bits = (uint32_t) p[i] << 16
      | (i + 1 < len ? (uint32_t) p[i + 1] << 8 : 0)
      | (i + 2 < len ? p[i + 2] : 0);

    *w++ = digits[bits >> 18];
    *w++ = digits[bits >> 12 & 63];
    *w++ = i + 1 < len ? digits[bits >> 6 & 63] : '=';
    *w++ = i + 2 < len ? digits[bits & 63] : '=';
  }
  *w = '\0';
  return text;
}

/* ---- what is too large ---- */

/* Under several codes, also in an answer of 200. */
static int
is_large (const struct migrate_response *res)
{
  return res != NULL
    && (strcmp (res->error_code, "MAX_NOTEBOOK_SIZE_EXCEEDED") == 0
        || strstr (res->body, "size exceeded limit") != NULL
        || (strstr (res->body, "xceed") != NULL
            && strstr (res->body, "10485760") != NULL));
}

/* The first number of a refusal that is over the limit is what was too much. */
static int64_t
size_told (const char *text)
{
  int64_t n = 0;

  for (; *text != '\0'; text++)
    if (*text < '0' || *text > '9') {
      if (n > MAX_BYTES)
        return n;
      n = 0;
    }
    else if (n < INT64_MAX / 20)
      n = n * 10 + (*text - '0');
  return n > MAX_BYTES ? n : 0;
}

/* "14.2 MiB, ", rounded up, so that it is never 10.0; "" = nobody said. */
static const char *
size_text (struct migrate_ctx *ctx, int64_t size)
{
  int64_t tenths = (size * 10 + 1048575) / 1048576;

  return size == 0 ? ""
         : migrate_printf (ctx, "%d.%d MiB, ", (int) (tenths / 10),
                           (int) (tenths % 10));
}

/* ---- reading ---- */

struct reading {
  const struct migrate_asset *asset;
  const char *url;               /* its path, as a part of one */
  int64_t size;                  /* the most that a refusal told; 0 = none did */
};

/* What it is in one format. */
struct form {
  const char *format;
  const char *type;
  const char *content;           /* JSON */
  size_t len;
};

/* 0, LARGE, or negative. */
static int
refused (struct reading *rd, int r, const struct migrate_response *res)
{
  int64_t size;

  if (r >= 0 || r == MIGRATE_E_CANCELLED || !is_large (res))
    return r;
  size = size_told (res->body);
  if (size > rd->size)
    rd->size = size;
  return LARGE;
}

/* An export as JSON. */
static int
ask (struct migrate_ctx *ctx, struct reading *rd, const char *how,
     struct form *ret)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;
  int r;

  req.call = migrate_printf (ctx, EXPORT "%s&%s", rd->url, how);
  r = migrate_request (ctx, &req, &res);
  r = refused (rd, r, res);
  if (r != MIGRATE_OK)
    return r;
  ret->type = "";
  migrate_json_get (ctx, res->body, res->body_len, "file_type", &ret->type);
  if (migrate_json_raw (ctx, res->body, res->body_len, "content", &ret->content,
                        &ret->len))
    return MIGRATE_OK;
  return migrate_fail (ctx, MIGRATE_E_PROTOCOL, "no-content",
                       "the answer to an export has no 'content'");
}

static int
look (struct migrate_ctx *ctx, struct reading *rd,
      const struct migrate_response **ret_res)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;

  req.call = migrate_printf (ctx, "GET /api/2.0/workspace/get-status?path=%s",
                             rd->url);
  return migrate_request (ctx, &req, ret_res);
}

/* The same source as bytes, where the service lets it out so.  An answer that
 * does not begin as a source is none. */
static int
ask_bytes (struct migrate_ctx *ctx, struct reading *rd, struct form *ret)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL, *status = NULL;
  const char *name = "";
  size_t i, n;
  int r;

  req.call = migrate_printf (ctx, EXPORT "%s&format=SOURCE&direct_download=true",
                             rd->url);
  req.content_type = "application/octet-stream";
  r = migrate_request (ctx, &req, &res);
  r = refused (rd, r, res);
  if (r == MIGRATE_E_NOMEM)
    return LARGE;
  if (r != MIGRATE_OK)
    return r;
  if (res->body_len > MAX_BYTES) {   /* no import would take it */
    rd->size = (int64_t) res->body_len;
    return LARGE;
  }
  r = look (ctx, rd, &status);
  if (r < 0)
    return r;
  migrate_json_get (ctx, status->body, status->body_len, "language", &name);
  for (i = 0; i < N_LANGUAGES; i++) {
    n = strlen (languages[i].comment);
    if (strcmp (languages[i].name, name) == 0
        && strncmp (res->body, languages[i].comment, n) == 0
        && strncmp (res->body + n, MARK, sizeof MARK - 1) == 0)
      break;
  }
  if (i == N_LANGUAGES)
    return LARGE;
  ret->type = languages[i].type;
  ret->content = migrate_printf (ctx, "\"%s\"",
                                 base64 (ctx, res->body, res->body_len));
  ret->len = strlen (ret->content);
  return MIGRATE_OK;
}

/* The asset as it is kept.  'other' is what it is in another format (NULL = not),
 * 'source' NULL where that is all there is of it. */
static int
tell (struct migrate_ctx *ctx, const struct reading *rd,
      const struct form *source, const struct form *other)
{
  const char *exported = other == NULL ? ""
    : migrate_printf (ctx, ",\"exported\":{\"format\":\"%s\",\"content\":%.*s}",
                      other->format, (int) other->len, other->content);
  const char *content = source == NULL ? ""
    : migrate_printf (ctx, ",\"content\":%.*s", (int) source->len,
                      source->content);
  const char *json = migrate_printf (
    ctx, "{\"path\":%s%s,\"file_type\":%s%s}",
    migrate_quote (ctx, rd->asset->id), content,
    migrate_quote (ctx, source ? source->type : "large"), exported);

  return migrate_emit (ctx, rd->asset->kind, json, strlen (json));
}

/* The format that was asked for, where it says more than the source of this
 * notebook (NULL = there is none): 0, LARGE, negative, or NO_FORM. */
static int
ask_wanted (struct migrate_ctx *ctx, struct reading *rd,
            const struct form *source, struct form *ret)
{
  const char *format = migrate_option (ctx, "notebook-format");
  int r;

  if (!migrate_is_source (ctx) || format == NULL
      || strcmp (format, "SOURCE") == 0)
    return NO_FORM;
  if (strcmp (format, "R_MARKDOWN") == 0
      && (source == NULL || strcmp (source->type, "r") != 0))
    return NO_FORM;
  r = ask (ctx, rd, migrate_printf (ctx, "format=%s", format), ret);
  if (r == MIGRATE_OK && strcmp (format, "AUTO") == 0) {
    if (strcmp (ret->type, "ipynb") != 0)
      return NO_FORM;
    format = "JUPYTER";
  }
  ret->format = format;
  return r;
}

/* Beside its source, of which there is no doubt: that is what is compared. */
static int
fetch_both (struct migrate_ctx *ctx, struct reading *rd,
            const struct form *source)
{
  struct form other = { NULL, "", NULL, 0 };
  int r = ask_wanted (ctx, rd, source, &other);

  if (r == LARGE
      || (r == MIGRATE_OK && source->len + other.len > MOST_TOGETHER)) {
    migrate_note (ctx, migrate_printf (
                    ctx, "moved as SOURCE: as %s it is too large",
                    migrate_option (ctx, "notebook-format")));
    r = NO_FORM;
  }
  return r < 0 ? r : tell (ctx, rd, source, r == NO_FORM ? NULL : &other);
}

/* Its source is over the limit: something else of it may be let out. */
static int
fetch_other (struct migrate_ctx *ctx, struct reading *rd)
{
  struct form other = { NULL, "", NULL, 0 };
  const char *without = "";
  int r = ask_wanted (ctx, rd, NULL, &other);

  if (r == LARGE || r == NO_FORM) {
    r = ask (ctx, rd, "format=JUPYTER&outputs=NONE", &other);
    other.format = "JUPYTER";
    without = " without results";
  }
  if (r == MIGRATE_OK) {
    migrate_note (ctx, migrate_printf (
                    ctx, "its source is over 10 MiB: moved as %s%s, of which "
                    "only that it is there can be compared", other.format,
                    without));
    return tell (ctx, rd, NULL, &other);
  }
  if (r != LARGE)
    return r;
  return migrate_fail (
    ctx, MIGRATE_E_REMOTE, "too-large",
    migrate_printf (ctx, "%sover 10 MiB in every format; split it, or move it "
                    "by hand", size_text (ctx, rd->size)));
}

static int
fetch_notebook (struct migrate_ctx *ctx, struct reading *rd)
{
  struct form source = { "SOURCE", "", NULL, 0 };
  int r = ask (ctx, rd, "format=SOURCE", &source);

  if (r == LARGE)
    r = ask_bytes (ctx, rd, &source);
  if (r == LARGE)
    return fetch_other (ctx, rd);
  return r < 0 ? r : fetch_both (ctx, rd, &source);
}

static int
fetch_file (struct migrate_ctx *ctx, struct reading *rd)
{
  const struct migrate_response *res = NULL;
  const char *told = "";
  struct form bytes = { "RAW", "", NULL, 0 };
  int r = ask (ctx, rd, "format=RAW", &bytes);

  if (r == MIGRATE_OK)
    return tell (ctx, rd, &bytes, NULL);
  if (r != LARGE)
    return r;
  r = look (ctx, rd, &res);
  if (r < 0)
    return r;
  migrate_json_get (ctx, res->body, res->body_len, "size", &told);
  if (size_told (told) > 0)
    rd->size = size_told (told);
  return migrate_fail (
    ctx, MIGRATE_E_REMOTE, "too-large",
    migrate_printf (ctx, "%sover 10 MiB; move it by hand",
                    size_text (ctx, rd->size)));
}

int
notebooks_open (struct migrate_ctx *ctx, void **ret_self)
{
  const char *format = migrate_option (ctx, "notebook-format");

  *ret_self = NULL;
  if (format == NULL || strcmp (format, "HTML") != 0 || !migrate_is_source (ctx))
    return MIGRATE_OK;
  return migrate_fail (ctx, MIGRATE_E_INVALID, "only-to-read",
                       "HTML is for reading: no notebook can be made of it; "
                       "take SOURCE, JUPYTER or DBC");
}

int
notebooks_fetch (struct migrate_ctx *ctx, void *self,
                 const struct migrate_asset *asset)
{
  struct reading rd = { .asset = asset };

  (void) self;
  rd.url = in_url (ctx, asset->id);
  return strcmp (asset->kind->name, "files") == 0 ? fetch_file (ctx, &rd)
         : fetch_notebook (ctx, &rd);
}

/* ---- writing ---- */

/* 'format' is JSON without its braces. */
static int
import_content (struct migrate_ctx *ctx, const struct migrate_asset *asset,
                const char *format, const char *content, size_t len)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;
  const char *path = asset->key;
  int r;

  migrate_json_get (ctx, asset->json, asset->json_len, "path", &path);
  if (asset->phase != MIGRATE_CREATE && strcmp (path, asset->target_id) != 0)
    return migrate_fail (ctx, MIGRATE_E_FAIL, "other-path",
                         migrate_printf (ctx, "what was to be changed is '%s', "
                                         "and its place is another one now; "
                                         "change it by hand",
                                         asset->target_id));
  req.effect = asset->phase == MIGRATE_CREATE ? MIGRATE_CREATING
               : MIGRATE_IDEMPOTENT;
  req.call = asset->kind->create;
  req.body = migrate_printf (
    ctx, "{\"path\":%s,%s,\"overwrite\":%s,\"content\":%.*s}",
    migrate_quote (ctx, path), format,
    asset->phase == MIGRATE_CREATE ? "false" : "true", (int) len, content);
  req.body_len = strlen (req.body);
  r = migrate_request (ctx, &req, &res);
  if (r == MIGRATE_E_REMOTE && is_large (res) && res->status >= 400)
    return migrate_fail (
      ctx, r, "too-large",
      migrate_printf (ctx, "%sover what the target takes; split it, or move it "
                      "by hand", size_text (ctx, size_told (res->body))));
  if (r < 0 || asset->phase != MIGRATE_CREATE)
    return r;
  return migrate_created (ctx, path, asset->json, asset->json_len);
}

int
notebooks_put_file (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  const char *content = "\"\"";
  size_t len = 2;

  migrate_json_raw (ctx, asset->json, asset->json_len, "content", &content,
                    &len);
  return import_content (ctx, asset, "\"format\":\"RAW\"", content, len);
}

/* The format in which it was exported. */
static int
put_exported (struct migrate_ctx *ctx, const struct migrate_asset *asset,
              const char *exported, size_t exported_len)
{
  const char *format = "", *content;
  size_t len;

  if (!migrate_json_get (ctx, exported, exported_len, "format", &format)
      || !migrate_json_raw (ctx, exported, exported_len, "content", &content,
                            &len))
    return migrate_fail (ctx, MIGRATE_E_INVALID, "unknown-language",
                         "what was exported of it has no format");
  if (asset->phase != MIGRATE_CREATE && strcmp (format, "DBC") == 0)
    return migrate_fail (ctx, MIGRATE_E_UNSUPPORTED, "no-overwrite",
                         "no import puts a DBC over what is there; remove it in "
                         "the target, or export it as SOURCE");
  return import_content (ctx, asset,
                         migrate_printf (ctx, "\"format\":%s",
                                         migrate_quote (ctx, format)),
                         content, len);
}

int
notebooks_put (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  const char *type = "", *language = NULL, *content = "\"\"";
  size_t i, len = 2;

  if (migrate_json_raw (ctx, asset->source_json, asset->source_json_len,
                        "exported", &content, &len))
    return put_exported (ctx, asset, content, len);
  migrate_json_get (ctx, asset->json, asset->json_len, "file_type", &type);
  migrate_json_raw (ctx, asset->json, asset->json_len, "content", &content,
                    &len);
  for (i = 0; i < N_LANGUAGES; i++)
    if (strcmp (languages[i].type, type) == 0)
      language = languages[i].name;
  if (language == NULL)
    return migrate_fail (ctx, MIGRATE_E_INVALID, "unknown-language",
                         migrate_printf (ctx, "its source is of the type '%s', "
                                         "which no import takes", type));
  return import_content (
    ctx, asset, migrate_printf (ctx, "\"format\":\"SOURCE\",\"language\":"
                                "\"%s\"", language), content, len);
}
