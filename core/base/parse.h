/* Numbers and switches from text: the whole text or nothing, no locale.
 * All return 0, or MG_E_INVALID and leave the result untouched.  Any thread.
 */
#ifndef MG_BASE_PARSE_H
#define MG_BASE_PARSE_H

#include <stdint.h>

int mg_parse_int64 (const char *s, int64_t *ret_value);
int mg_parse_double (const char *s, double *ret_value);
int mg_parse_bool (const char *s, int *ret_value);   /* 1/0 true/false yes/no on/off */

/* "30s", "5m", "2h", "1.5s", "250ms", "1d"; a bare number is seconds. */
int mg_parse_duration (const char *s, int64_t *ret_us);

#endif
