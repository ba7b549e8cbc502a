/* Reading and writing what notebooks and files hold: see content.h. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "object.h"

#define MOST_TOGETHER (15 * 1048576) /* of two contents in base 64 */
#define NO_FORM 2                /* nothing but the source is wanted */

/* What an export calls the sort of a source, and an import its language; the
 * first line of a source is the sign of a comment and MARK. */
static const struct language { const char *type, *name, *comment; } languages[] =
{
  { "py", "PYTHON", "#" }, { "sql", "SQL", "--" }, { "scala", "SCALA", "//" },
  { "r", "R", "#" },
};

/* What it is in one format. */
struct form {
  const char *format;
  const char *type;
  const char *content;           /* a JSON string */
  size_t len;
  int newlines;                  /* of a source: cut off at its end */
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

static const char base64_digits[] =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static const char *
base64 (struct migrate_ctx *ctx, const char *data, size_t len)
{
  const unsigned char *p = (const unsigned char *) data;
  char *text = room (ctx, (len + 2) / 3 * 4), *w = text;
  size_t i;

  for (i = 0; i < len; i += 3) {
    uint32_t bits = (uint32_t) p[i] << 16
      | (i + 1 < len ? (uint32_t) p[i + 1] << 8 : 0)
      | (i + 2 < len ? p[i + 2] : 0);

    *w++ = base64_digits[bits >> 18];
    *w++ = base64_digits[bits >> 12 & 63];
    *w++ = i + 1 < len ? base64_digits[bits >> 6 & 63] : '=';
    *w++ = i + 2 < len ? base64_digits[bits & 63] : '=';
  }
  *w = '\0';
  return text;
}

/* The last bytes of a text in base 64, of whose 'len' characters *ret_kept stand
 * before them: how many these are, or -1 when they are no base 64. */
static int
last_bytes (const char *text, size_t len, unsigned char ret[3],
            size_t *ret_kept)
{
  uint32_t bits = 0;
  int i, n = 3;

  if (len == 0 || len % 4 != 0)
    return -1;
  *ret_kept = len - 4;
  for (i = 0; i < 4; i++) {
    char c = text[len - 4 + (size_t) i];
    const char *at = c != '\0' ? strchr (base64_digits, c) : NULL;

    if (c == '=' && i >= 2)
      n -= 1;
    else if (at == NULL || n < 3)
      return -1;
    bits = bits << 6 | (c == '=' ? 0 : (uint32_t) (at - base64_digits));
  }
  for (i = 0; i < 3; i++)
    ret[i] = (unsigned char) (bits >> (16 - 8 * i) & 255);
  return n;
}

/* A service may add a line break at the end of a source or drop one: it is kept
 * apart.  'form' gets a text without it; how many there were. */
static int
cut_newlines (struct migrate_ctx *ctx, struct form *form)
{
  const char *text = form->content + 1;
  size_t len = form->len - 2, kept;
  unsigned char last[3];
  int found = 0, n = last_bytes (text, len, last, &kept);

  while (n > 0 && last[n - 1] == '\n') {
    found++;
    if (--n == 0) {
      len = kept;
      n = last_bytes (text, len, last, &kept);
    }
  }
  if (found == 0 || (n < 0 && len > 0))
    return 0;
  form->content = len == 0 ? "\"\""
    : migrate_printf (ctx, "\"%.*s%s\"", (int) kept, text,
                      base64 (ctx, (const char *) last, (size_t) n));
  form->len = strlen (form->content);
  return found;
}

/* A number without a sign; whatever else stands there ends it. */
static int64_t
number (const char *text)
{
  int64_t n = 0;

  for (; *text >= '0' && *text <= '9' && n < INT64_MAX / 20; text++)
    n = n * 10 + (*text - '0');
  return n;
}

/* The text with them again. */
static void
add_newlines (struct migrate_ctx *ctx, struct form *form, size_t n)
{
  size_t len = form->len - 2, kept = 0;
  unsigned char last[3];
  int had = last_bytes (form->content + 1, len, last, &kept);
  char *end;

  if (n == 0 || n > MAX_BYTES || (had < 0 && len > 0))
    return;
  had = had < 0 ? 0 : had;
  end = room (ctx, (size_t) had + n);
  memcpy (end, last, (size_t) had);
  memset (end + had, '\n', n);
  form->content = migrate_printf (ctx, "\"%.*s%s\"", (int) kept,
                                  form->content + 1,
                                  base64 (ctx, end, (size_t) had + n));
  form->len = strlen (form->content);
}

/* ---- reading ---- */

/* An export as JSON. */
static int
ask (struct migrate_ctx *ctx, struct reading *rd, const char *how,
     struct form *ret)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;
  const char *text;
  int r;

  req.call = migrate_printf (ctx, EXPORT "%s&%s", rd->url, how);
  r = migrate_request (ctx, &req, &res);
  r = object_refused (rd, r, res);
  if (r != MIGRATE_OK)
    return r;
  ret->type = "";
  migrate_json_get (ctx, res->body, res->body_len, "file_type", &ret->type);
  if (migrate_json_raw (ctx, res->body, res->body_len, "content", &ret->content,
                        &ret->len)
      && ret->content[0] == '"') {
    if (memchr (ret->content, '\\', ret->len) != NULL
        && migrate_json_get (ctx, res->body, res->body_len, "content", &text)) {
      ret->content = migrate_quote (ctx, text);
      ret->len = strlen (ret->content);
    }
    return MIGRATE_OK;
  }
  return migrate_fail (ctx, MIGRATE_E_PROTOCOL, "no-content",
                       "the answer to an export has no 'content'");
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
  r = object_refused (rd, r, res);
  if (r == MIGRATE_E_NOMEM)
    return LARGE;
  if (r != MIGRATE_OK)
    return r;
  if (res->body_len > MAX_BYTES) {   /* no import would take it */
    rd->size = (int64_t) res->body_len;
    return LARGE;
  }
  r = object_look (ctx, rd, &status);
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
  const char *newlines = source == NULL || source->newlines == 0 ? ""
    : migrate_printf (ctx, ",\"newlines\":%d", source->newlines);
  const char *exported = other == NULL ? ""
    : migrate_printf (ctx, ",\"exported\":{\"format\":\"%s\",\"content\":%.*s}",
                      other->format, (int) other->len, other->content);
  const char *content = source == NULL ? ""
    : migrate_printf (ctx, ",\"content\":%.*s", (int) source->len,
                      source->content);
  const char *json = migrate_printf (
    ctx, "{\"path\":%s%s,\"file_type\":%s%s%s}",
    migrate_quote (ctx, rd->asset->id), content,
    migrate_quote (ctx, source ? source->type : "large"), newlines, exported);

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
  struct form other = { NULL, "", NULL, 0, 0 };
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
  struct form other = { NULL, "", NULL, 0, 0 };
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
                    "by hand", object_size_text (ctx, rd->size)));
}

static int
fetch_notebook (struct migrate_ctx *ctx, struct reading *rd)
{
  struct form source = { "SOURCE", "", NULL, 0, 0 };
  int r = ask (ctx, rd, "format=SOURCE", &source);

  if (r == LARGE)
    r = ask_bytes (ctx, rd, &source);
  if (r == LARGE)
    return fetch_other (ctx, rd);
  if (r < 0)
    return r;
  source.newlines = cut_newlines (ctx, &source);
  return fetch_both (ctx, rd, &source);
}

static int
fetch_file (struct migrate_ctx *ctx, struct reading *rd)
{
  struct form bytes = { "RAW", "", NULL, 0, 0 };
  int r = ask (ctx, rd, "format=RAW", &bytes);

  /* there was no memory, or this server does not come to an end */
  if (r == MIGRATE_E_NOMEM) {
    r = object_is_small (ctx, rd);
    if (r > 0)
      r = ask (ctx, rd, "format=RAW", &bytes);
    else if (r == 0)
      r = LARGE;
    if (r == MIGRATE_E_NOMEM)
      return r;
  }
  /* also where this service lets it out at once: what is compared is alike */
  if (r == LARGE
      || (r == MIGRATE_OK && bytes.len / 4 * 3 > MAX_BYTES + 3))
    return object_fetch (ctx, rd);
  return r < 0 ? r : tell (ctx, rd, &bytes, NULL);
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
  rd.url = migrate_in_url (ctx, asset->id);
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
  const char *path;
  int r = object_place (ctx, asset, &path);

  if (r < 0)
    return r;
  req.body = migrate_printf (
    ctx, "{\"path\":%s,%s,\"overwrite\":%s,\"content\":%.*s}",
    migrate_quote (ctx, path), format,
    asset->phase == MIGRATE_CREATE ? "false" : "true", (int) len, content);
  req.body_len = strlen (req.body);
  return object_import (ctx, asset, path, &req);
}

int
notebooks_put_file (struct migrate_ctx *ctx, const struct migrate_asset *asset)
{
  const char *content = "\"\"", *sha256;
  size_t len = 2;

  /* a content that an edit has put beside the digest is what is wanted */
  if (!migrate_json_raw (ctx, asset->json, asset->json_len, "content", &content,
                         &len)
      && migrate_json_get (ctx, asset->json, asset->json_len, "sha256",
                           &sha256))
    return object_put (ctx, asset, sha256);
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
  struct form source = { "SOURCE", "", "\"\"", 2, 0 };
  const char *language = NULL, *exported, *newlines = "0";
  size_t i, len;

  if (migrate_json_raw (ctx, asset->source_json, asset->source_json_len,
                        "exported", &exported, &len))
    return put_exported (ctx, asset, exported, len);
  migrate_json_get (ctx, asset->json, asset->json_len, "file_type",
                    &source.type);
  if (strcmp (source.type, "large") == 0)  /* of the target, before a change */
    return migrate_fail (ctx, MIGRATE_E_UNSUPPORTED, "too-large",
                         "its source was over 10 MiB and could not be kept; put "
                         "it back by hand");
  migrate_json_raw (ctx, asset->json, asset->json_len, "content",
                    &source.content, &source.len);
  migrate_json_get (ctx, asset->source_json, asset->source_json_len, "newlines",
                    &newlines);
  if (source.content[0] == '"')
    add_newlines (ctx, &source, (size_t) number (newlines));
  for (i = 0; i < N_LANGUAGES; i++)
    if (strcmp (languages[i].type, source.type) == 0)
      language = languages[i].name;
  if (language == NULL)
    return migrate_fail (ctx, MIGRATE_E_INVALID, "unknown-language",
                         migrate_printf (ctx, "its source is of the type '%s', "
                                         "which no import takes", source.type));
  return import_content (
    ctx, asset, migrate_printf (ctx, "\"format\":\"SOURCE\",\"language\":"
                                "\"%s\"", language), source.content,
    source.len);
}
