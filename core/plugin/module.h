/* Shared objects.  The only file that knows libltdl and dlopen, behind four
 * functions, so that either can be dropped in an afternoon.
 *
 * Every file is probed with dlopen (RTLD_NOW) first: libltdl binds lazily and
 * hides the reason of a failure.  It is then given the full name with its
 * suffix, never a bare name, which it would look for along the system's paths.
 * Modules are never unloaded: exit is near, and sanitizers need their symbols.
 *
 * Before the first thread only.
 */
#ifndef MG_PLUGIN_MODULE_H
#define MG_PLUGIN_MODULE_H

#include "base/error.h"

struct mg_module;

/* Once; the others do it too. */
int mg_module_start (struct mg_error *err);

/* 'path' has a '/': a bare name would be looked for along the system's paths.
 * Refused before any of its code runs: MG_E_NOT_FOUND or MG_E_DENIED
 * [plugin-load] when it is absent or no regular file, MG_E_DENIED
 * [plugin-writable] when somebody else may write to it or its folder,
 * MG_E_FAIL [plugin-load] with the system's reason when it cannot be linked. */
int mg_module_open (const char *path, struct mg_module **ret_module,
                    struct mg_error *err);

/* NULL when the module does not export it. */
const void *mg_module_symbol (struct mg_module *module, const char *name);

/* Calls 'each' with the full path of every NAME.so in a folder, sorted by
 * name; an absent folder has none. */
int mg_module_foreach (const char *folder,
                       int (*each) (void *opaque, const char *path,
                                    struct mg_error *err),
                       void *opaque, struct mg_error *err);

#endif
