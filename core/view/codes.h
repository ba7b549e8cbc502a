/* What each [code] means and what to do about it: for 'migrate explain', for
 * the cure lines of 'errors' and for the manual.  Plugins declare theirs.
 * Read-only: any thread.
 */
#ifndef MG_VIEW_CODES_H
#define MG_VIEW_CODES_H

#include "plugin/registry.h"

/* The core's code, or NULL. */
const struct migrate_code *mg_code_find (const char *code);
/* The core's or a plugin's. */
const struct migrate_code *mg_code_any (const struct mg_registry *registry,
                                        const char *code);
/* All of the core, ended by a NULL code, sorted. */
extern const struct migrate_code mg_codes[];

#endif
