/* Diagnostics to standard error, one line each:
 *
 *   migrate: PLUGIN: ASSET: what happened; what to do [code]
 *
 * and nothing else of the program writes there but the progress display, which
 * registers itself so that a line never tears it.  Any thread.
 */
#ifndef MG_BASE_LOG_H
#define MG_BASE_LOG_H

#include "base/cleanup.h"
#include "base/error.h"

enum mg_log_level { MG_LOG_QUIET, MG_LOG_NORMAL, MG_LOG_VERBOSE, MG_LOG_DEBUG };

void mg_log_set_level (enum mg_log_level level);
int mg_log_enabled (enum mg_log_level level);

/* Called around every line (1 before, 0 after), on the thread that logs. */
void mg_log_set_hook (void (*hook) (void *opaque, int before), void *opaque);

void mg_log (enum mg_log_level level, const char *format, ...) MG_PRINTF (2, 3);
void mg_log_error (const struct mg_error *err);   /* text and [id], always */

#endif
