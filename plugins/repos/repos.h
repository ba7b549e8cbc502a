/* What the two files of the plugin share. */
#ifndef REPOS_H
#define REPOS_H

#include <migrate-plugin.h>

#define REPOS "/api/2.0/repos"
#define TREE "/api/2.0/workspace/"

/* The text at a path of the JSON, or "". */
const char *text_of (struct migrate_ctx *ctx, const char *json, size_t len,
                        const char *path);
/* migrate_request; 'body' and 'ret_res' may be NULL. */
int ask (struct migrate_ctx *ctx, uint32_t effect, const char *call,
               const char *body, const struct migrate_response **ret_res);
/* "VERB /api/2.0/repos/ID". */
const char *call_of (struct migrate_ctx *ctx, const char *verb, const char *id);

/* What import_asset does of a Git folder: makes it, and puts one that is there
 * on its branch. */
int repos_clone (struct migrate_ctx *ctx, const struct migrate_asset *asset);
int repos_update (struct migrate_ctx *ctx, const struct migrate_asset *asset);

#endif
