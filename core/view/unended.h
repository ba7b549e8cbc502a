/* What an import began in the target and has not ended: it goes on there, and
 * costs, until another import ends it. */
#ifndef MG_VIEW_UNENDED_H
#define MG_VIEW_UNENDED_H

#include "plugin/registry.h"
#include "store/store.h"
#include "view/view.h"

/* A line for each kind that has some, with their names; with --json one
 * "unended" line for each asset.  'is_log' says it among the messages of a
 * command.  Nothing where all is ended. */
int mg_unended_show (const struct mg_view *view, struct mg_store *store,
                     const struct mg_registry *registry, int wsid, int is_log,
                     struct mg_error *err);

#endif
