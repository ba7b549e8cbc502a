/* Does a plugin keep its contract?  For migrate-plugin-check.
 *
 *   struct mg_conform c = { .report = print_line };
 *   mg_conform_run (&c, "/path/to/widgets.so");
 *
 * First what can be seen without calling it: everything the loader refuses,
 * what it exports, whether its data is whole.  Then each callback with a
 * service table that only records: with canned assets and answers, with each
 * call of a service failing in turn, with answers that make no sense, and with
 * the run being stopped.  The plugin's code runs in this process, on this
 * thread: whoever must outlive it starts a process (sdk/check does).
 */
#ifndef MG_PLUGIN_CONFORM_H
#define MG_PLUGIN_CONFORM_H

#include <stddef.h>
#include "plugin/registry.h"

/* An asset of a kind as the service would give it. */
struct mg_sample {
  const char *kind;
  const char *json;
  size_t len;
};

struct mg_conform {
  /* One check: 'why' tells what is wrong, NULL when nothing is. */
  void (*report) (void *opaque, const char *what, const char *why);
  /* Code of the plugin runs next; may be NULL. */
  void (*begin) (void *opaque, const char *what);
  void *opaque;
  const struct mg_sample *samples;   /* borrowed; a kind without one gets an
                                        asset made from its paths */
  size_t n_samples;

  int n_checks, n_failed;            /* counted by mg_conform_report */
};

/* Both parts; the number of failed checks. */
int mg_conform_run (struct mg_conform *c, const char *path);

/* ---- the parts ---- */

void mg_conform_report (struct mg_conform *c, const char *what,
                        const char *why);
/* NULL when the loader refuses the file; else the caller's, to be freed. */
struct mg_plugin *mg_conform_static (struct mg_conform *c, const char *path);
void mg_conform_calls (struct mg_conform *c, struct mg_plugin *plugin);

/* Names of what a shared object defines for others, one a line, appended.
 * MG_E_UNSUPPORTED where files are not ELF, MG_E_PROTOCOL for one that is
 * broken. */
int mg_symbols_exported (const char *path, struct mg_buf *ret_names,
                         struct mg_error *err);

#endif
