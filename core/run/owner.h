/* Whose an asset of the source is: for pages that are sent to people.
 */
#ifndef MG_RUN_OWNER_H
#define MG_RUN_OWNER_H

#include "plugin/registry.h"
#include "store/asset.h"

/* The name of who owns it by its permissions, else in whose home it lies (a
 * reference to a principal with a prefix), else who made it; NULL = nobody can
 * tell.  The caller frees.  'asset' has its body. */
char *mg_run_owner (struct mg_store *store, struct mg_packer *packer,
                    const struct mg_registry *registry,
                    const struct mg_kind *kind, const struct mg_asset *asset);

#endif
