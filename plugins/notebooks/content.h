/* What notebooks and files hold: how it is read, and written.
 *
 * An asset is {"path", "content", "file_type", "exported"}: its bytes in base 64, of
 * a notebook the source; and where --notebook-format asks for it what the service
 * makes of it in that format ({"format", "content"}), which is what an import
 * sends.  Compared is the source, without the line breaks at its end, which a
 * service may add or drop ("newlines": how many there were).  Where it lets no
 * source out, there is no "content", and "file_type" is "large".
 */
#ifndef NOTEBOOKS_CONTENT_H
#define NOTEBOOKS_CONTENT_H

#include <migrate-plugin.h>

/* Of the source: HTML is for reading only. */
int notebooks_open (struct migrate_ctx *ctx, void **ret_self);
int notebooks_fetch (struct migrate_ctx *ctx, void *self,
                     const struct migrate_asset *asset);
int notebooks_put (struct migrate_ctx *ctx, const struct migrate_asset *asset);
int notebooks_put_file (struct migrate_ctx *ctx,
                        const struct migrate_asset *asset);

#endif
