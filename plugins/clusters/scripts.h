/* Global init scripts run one after the other, so their order is a part of them:
 * the place of one is told by a number that another workspace need not have. */
#ifndef PLUGIN_SCRIPTS_H
#define PLUGIN_SCRIPTS_H

#include <migrate-plugin.h>

/* Has it, among those looked at, the place that it has in the source?  Called for
 * one after the other, by one thread at a time: MIGRATE_E_FAIL [script-order]. */
int script_validate (struct migrate_ctx *ctx, const struct migrate_asset *asset);

/* A create that asks for the place. */
int script_create (struct migrate_ctx *ctx, const struct migrate_asset *asset);

#endif
