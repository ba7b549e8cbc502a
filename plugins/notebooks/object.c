/* One object of the tree: see object.h. */
#include <stdint.h>
#include <string.h>
#include "object.h"

#define FILE_BYTES "524288000"   /* of a file, in the documentation */

int
object_look (struct migrate_ctx *ctx, struct reading *rd,
             const struct migrate_response **ret_res)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;

  req.call = migrate_printf (ctx, "GET /api/2.0/workspace/get-status?path=%s",
                             rd->url);
  return migrate_request (ctx, &req, ret_res);
}

/* ---- what is too large ---- */

static int
is_told (const struct migrate_response *res)
{
  return res != NULL
    && (strcmp (res->error_code, "MAX_NOTEBOOK_SIZE_EXCEEDED") == 0
        || strstr (res->body, "size exceeded limit") != NULL
        || (strstr (res->body, "xceed") != NULL
            && (strstr (res->body, "10485760") != NULL
                || strstr (res->body, FILE_BYTES) != NULL)));
}

/* No id of something. */
static int
is_size (int64_t n)
{
  return n > MAX_BYTES && n < (int64_t) 1 << 40;
}

/* The first number of a refusal that is over the limit is what was too much. */
static int64_t
size_told (const char *text)
{
  int64_t n = 0;

  for (; *text != '\0'; text++)
    if (*text < '0' || *text > '9') {
      if (is_size (n))
        return n;
      n = 0;
    }
    else if (n < INT64_MAX / 20)
      n = n * 10 + (*text - '0');
  return is_size (n) ? n : 0;
}

int
object_is_small (struct migrate_ctx *ctx, struct reading *rd)
{
  const struct migrate_response *res = NULL;
  const char *told = "";
  int r = object_look (ctx, rd, &res);

  if (r < 0)
    return r;
  migrate_json_get (ctx, res->body, res->body_len, "size", &told);
  return *told != '\0' && size_told (told) == 0;
}

const char *
object_size_text (struct migrate_ctx *ctx, int64_t size)
{
  int64_t tenths = (size * 10 + 1048575) / 1048576;

  return size == 0 ? ""
         : migrate_printf (ctx, "%d.%d MiB, ", (int) (tenths / 10),
                           (int) (tenths % 10));
}

int
object_refused (struct reading *rd, int r, const struct migrate_response *res)
{
  int64_t size;

  if (r >= 0 || r == MIGRATE_E_CANCELLED || !is_told (res))
    return r;
  size = size_told (res->body);
  if (size > rd->size)
    rd->size = size;
  return LARGE;
}

/* ---- a file, piece by piece ---- */

static int
too_large (struct migrate_ctx *ctx, const struct reading *rd)
{
  return migrate_fail (
    ctx, MIGRATE_E_REMOTE, "too-large",
    migrate_printf (ctx, "%sover what the service lets out; move it by hand",
                    object_size_text (ctx, rd->size)));
}

/* What has another length is an error that came with 200, or not the whole; where
 * nobody tells the length, nobody knows. */
static int
is_whole (struct migrate_ctx *ctx, const char *told,
          const struct migrate_response *res)
{
  return strcmp (told, migrate_printf (ctx, "%lu",
                                       (unsigned long) res->body_len)) == 0;
}

int
object_fetch (struct migrate_ctx *ctx, struct reading *rd)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;
  const char *told = "", *json;
  int r = object_look (ctx, rd, &res);

  if (r < 0)
    return r;
  if (rd->size > 0)
    told = migrate_printf (ctx, "%ld", (long) rd->size);
  migrate_json_get (ctx, res->body, res->body_len, "size", &told);
  if (size_told (told) > 0)
    rd->size = size_told (told);
  req.call = migrate_printf (ctx, EXPORT "%s&format=RAW&direct_download=true",
                             rd->url);
  req.accept = "application/octet-stream";
  req.to_blob = 1;
  res = NULL;
  r = migrate_request (ctx, &req, &res);
  r = object_refused (rd, r, res);
  if (r != MIGRATE_OK)
    return r == LARGE ? too_large (ctx, rd) : r;
  if (!is_whole (ctx, told, res))
    return migrate_fail (ctx, MIGRATE_E_PROTOCOL, "no-content",
                         migrate_printf (ctx, "%lu bytes came of %s",
                                         (unsigned long) res->body_len,
                                         *told ? told : "nobody knows how many"));
  json = migrate_printf (ctx, "{\"path\":%s,\"sha256\":\"%s\",\"size\":%lu}",
                         migrate_quote (ctx, rd->asset->id), res->blob,
                         (unsigned long) res->body_len);
  return migrate_emit (ctx, rd->asset->kind, json, strlen (json));
}

/* ---- writing ---- */

int
object_place (struct migrate_ctx *ctx, const struct migrate_asset *asset,
              const char **ret_path)
{
  *ret_path = asset->key;
  migrate_json_get (ctx, asset->json, asset->json_len, "path", ret_path);
  if (asset->phase == MIGRATE_CREATE
      || strcmp (*ret_path, asset->target_id) == 0)
    return MIGRATE_OK;
  return migrate_fail (ctx, MIGRATE_E_FAIL, "other-path",
                       migrate_printf (ctx, "what was to be changed is '%s', and "
                                       "its place is another one now; change it "
                                       "by hand", asset->target_id));
}

int
object_import (struct migrate_ctx *ctx, const struct migrate_asset *asset,
               const char *path, struct migrate_request *req)
{
  const struct migrate_response *res = NULL;
  int r;

  req->effect = asset->phase == MIGRATE_CREATE ? MIGRATE_CREATING
                : MIGRATE_IDEMPOTENT;
  req->call = asset->kind->create;
  r = migrate_request (ctx, req, &res);
  if (r == MIGRATE_E_REMOTE && is_told (res) && res->status >= 400)
    return migrate_fail (
      ctx, r, "too-large",
      migrate_printf (ctx, "%sover what the target takes; split it, or move it "
                      "by hand", object_size_text (ctx, size_told (res->body))));
  if (r < 0 || asset->phase != MIGRATE_CREATE)
    return r;
  return migrate_created (ctx, path, asset->json, asset->json_len);
}

/* A form with its bytes as they are.  What is between its parts stands nowhere in
 * them: no file holds its own digest. */
int
object_put (struct migrate_ctx *ctx, const struct migrate_asset *asset,
            const char *sha256)
{
  static const char field[] = "Content-Disposition: form-data; name=";
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  struct migrate_part parts[3] = { { NULL, 0, NULL } };
  const char *path;
  int r = object_place (ctx, asset, &path);

  if (r < 0)
    return r;
  if (strstr (path, sha256) != NULL)
    return migrate_fail (ctx, MIGRATE_E_INVALID, NULL,
                         "its path holds the digest of what is in it, which stands "
                         "between the parts of a form; move it by hand");
  parts[0].data = migrate_printf (
    ctx, "--%s\r\n%s\"path\"\r\n\r\n%s\r\n"
    "--%s\r\n%s\"format\"\r\n\r\nRAW\r\n"
    "--%s\r\n%s\"overwrite\"\r\n\r\n%s\r\n"
    "--%s\r\n%s\"content\"; filename=\"content\"\r\n"
    "Content-Type: application/octet-stream\r\n\r\n",
    sha256, field, path, sha256, field, sha256, field,
    asset->phase == MIGRATE_CREATE ? "false" : "true", sha256, field);
  parts[0].len = strlen (parts[0].data);
  parts[1].blob = sha256;
  parts[2].data = migrate_printf (ctx, "\r\n--%s--\r\n", sha256);
  parts[2].len = strlen (parts[2].data);
  req.content_type = migrate_printf (ctx, "multipart/form-data; boundary=%s",
                                     sha256);
  req.accept = "application/json";
  req.parts = parts;
  req.n_parts = 3;
  return object_import (ctx, asset, path, &req);
}
