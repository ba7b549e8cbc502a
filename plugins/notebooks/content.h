/* What notebooks and files hold: how it is read, and written.
 *
 * An asset is {"path", "content", "file_type"}: its bytes in base 64, of a notebook
 * the source.  Where the service lets no source out, "exported" has what it does
 * ({"format", "content"}), and "file_type" is that of it.
 */
#ifndef NOTEBOOKS_CONTENT_H
#define NOTEBOOKS_CONTENT_H

#include <migrate-plugin.h>

int notebooks_fetch (struct migrate_ctx *ctx, void *self,
                     const struct migrate_asset *asset);
int notebooks_put (struct migrate_ctx *ctx, const struct migrate_asset *asset);
int notebooks_put_file (struct migrate_ctx *ctx,
                        const struct migrate_asset *asset);

#endif
