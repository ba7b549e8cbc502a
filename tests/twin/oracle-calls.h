/* How many calls a run may make where nothing goes wrong.  Judged by the ledger,
 * line by line at the end of ret_text.
 */
#ifndef MG_TWIN_ORACLE_CALLS_H
#define MG_TWIN_ORACLE_CALLS_H

#include "twin/world.h"

/* Of an end, from here on. */
struct calls_mark { int64_t seq; };
struct calls_mark calls_mark (struct world *w, int end);

/* Of a validate without faults: no page of a list came twice, nor a detail but
 * those of groups, jobs and scripts, which are read again when what they name was
 * listed after them; and no more calls than what the source has makes necessary and a
 * slack. */
void calls_judge (struct world *w, struct calls_mark from, int64_t page,
                  struct mg_buf *ret_text);

/* Where both sides keep to the published limits: at most one call in a thousand
 * since then was refused by them. */
void calls_refused (struct world *w, struct calls_mark from,
                    struct mg_buf *ret_text);

#endif
