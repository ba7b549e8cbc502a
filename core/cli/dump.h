/* What a plugin declares: for people (plugins show) and, with every member of
 * its data, for programs and tests (plugins dump).  To standard output. */
#ifndef MG_CLI_DUMP_H
#define MG_CLI_DUMP_H

#include "plugin/registry.h"

void mg_show_plugin (const struct mg_registry *registry,
                     const struct mg_plugin *plugin);
/* One JSON object on many lines. */
void mg_dump_plugin (const struct mg_registry *registry,
                     const struct mg_plugin *plugin);

#endif
