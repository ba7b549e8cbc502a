/* One object of the tree: what is asked of the service about it, what that says of
 * its size, and files that are too large for one piece, which are streamed.
 */
#ifndef NOTEBOOKS_OBJECT_H
#define NOTEBOOKS_OBJECT_H

#include "content.h"

#define EXPORT "GET /api/2.0/workspace/export?path="
#define MAX_BYTES 10485760       /* of an export or import in one piece */
#define LARGE 1                  /* refused for its size */

struct reading {
  const struct migrate_asset *asset;
  const char *url;               /* its path, as a part of one */
  int64_t size;                  /* the most that somebody told; 0 = nobody did */
};

/* get-status. */
int object_look (struct migrate_ctx *ctx, struct reading *rd,
                 const struct migrate_response **ret_res);

/* 1 = somebody told its size, and that is not over the limit. */
int object_is_small (struct migrate_ctx *ctx, struct reading *rd);

/* r of an export, or LARGE, when the answer says so: under several codes, also in
 * one of 200. */
int object_refused (struct reading *rd, int r,
                    const struct migrate_response *res);

/* "14.2 MiB, ", rounded up, so that it is never 10.0; "" = nobody said. */
const char *object_size_text (struct migrate_ctx *ctx, int64_t size);

/* Where the target gets it; an error when that is not where it lies. */
int object_place (struct migrate_ctx *ctx, const struct migrate_asset *asset,
                  const char **ret_path);

/* Sends an import, of which 'req' has the body. */
int object_import (struct migrate_ctx *ctx, const struct migrate_asset *asset,
                   const char *path, struct migrate_request *req);

/* A file over the limit, from its bytes: {"path", "sha256", "size"}. */
int object_fetch (struct migrate_ctx *ctx, struct reading *rd);

/* ... and to the target, as a form. */
int object_put (struct migrate_ctx *ctx, const struct migrate_asset *asset,
                const char *sha256);

#endif
