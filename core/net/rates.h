/* Which limit a request counts against, and which requests only read: two
 * tables that are data (rates.tsv, reads.tsv), built in.  Read-only once
 * loaded: any thread.
 */
#ifndef MG_NET_RATES_H
#define MG_NET_RATES_H

#include <stdint.h>
#include "base/error.h"

struct mg_rates;

/* NULL: the published limits; "off": none; else a file whose rows come before
 * them.  MG_E_NOT_FOUND or MG_E_IO for the file, MG_E_INVALID [bad-limits]
 * with file and line. */
int mg_rates_load (const char *file_or_off, struct mg_rates **ret_rates,
                   struct mg_error *err);
void mg_rates_free (struct mg_rates *rates);

/* Classes are numbered from 0, which is the one without a limit. */
int mg_rates_n (const struct mg_rates *rates);
const char *mg_rates_name (const struct mg_rates *rates, int class_id);
double mg_rates_limit (const struct mg_rates *rates, int class_id,
                       int64_t *ret_window_us);        /* 0 = none */

/* Requests in flight that a file allows; 0 = it does not say.  NULL-safe. */
int mg_rates_in_flight (const struct mg_rates *rates);

/* The class of a request; a query behind the path is ignored. */
int mg_rates_class (const struct mg_rates *rates, const char *method,
                    const char *path);

/* May it go to a source: GET, HEAD, or a row of reads.tsv?  1 or 0. */
int mg_reads_has (const char *method, const char *path);

#endif
