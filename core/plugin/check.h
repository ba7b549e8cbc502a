/* Whether a kind keeps the contract.  Inside core/plugin; before the first
 * thread.
 */
#ifndef MG_PLUGIN_CHECK_H
#define MG_PLUGIN_CHECK_H

#include <migrate-plugin.h>
#include "base/error.h"

/* Longest list of paths, references and so on; one without an end is found
 * by it. */
#define MG_MAX_PLUGIN_LIST 1000

/* [a-z][a-z0-9-]*, at most 60 bytes. */
int mg_plugin_name_ok (const char *name);

/* "METHOD /path" of a method that the network layer sends. */
int mg_call_ok (const char *call);

/* 'path' is the plugin's file, for messages.  MG_E_INVALID [plugin-load], or
 * MG_E_UNSUPPORTED [plugin-abi] where the kind needs a newer program. */
int mg_check_kind (const struct migrate_kind *k, const char *path,
                   struct mg_error *err);

/* Options, codes and rights of a plugin, likewise. */
int mg_check_tables (const struct migrate_plugin *p, const char *path,
                     struct mg_error *err);

/* Its actions, with the kinds that were copied from it, likewise. */
int mg_check_actions (const struct migrate_plugin *p,
                      const struct migrate_kind *kinds, const char *path,
                      struct mg_error *err);

#endif
