/* What must be true after an import, whatever happened on the way.  Judged by
 * the simulator's state and ledger alone, not by the program.  Each says what
 * is wrong, line by line, at the end of ret_text; nothing when all is well.
 */
#ifndef MG_TWIN_ORACLE_H
#define MG_TWIN_ORACLE_H

#include "twin/world.h"

/* The target before anything was imported. */
void oracle_remember (struct world *w, struct mg_buf *ret_before);

/* The target holds what the source holds and what it held before, as multisets
 * of objects without ids, and nothing else; jobs are paused, and no cluster that
 * was made runs on. */
void oracle_moved (struct world *w, const struct mg_buf *before,
                   struct mg_buf *ret_text);

/* The target is what it was before, to the letter; but for experiments,
 * which are only marked as deleted, and folders where only they need them. */
void oracle_undone (struct world *w, const struct mg_buf *before,
                    struct mg_buf *ret_text);

/* Nothing was created more often than the source has it and it was not there. */
void oracle_once (struct world *w, const struct mg_buf *before,
                  struct mg_buf *ret_text);

/* No route, field or type that a workspace does not know; no write to the
 * source. */
void oracle_strict (struct world *w, struct mg_buf *ret_text);

/* Requests to an end so far: all, those that could have changed something, and
 * those that were refused by a limit. */
struct oracle_counts { int64_t all, writes, throttled; };
struct oracle_counts oracle_count (struct world *w, int end);

/* How often this fault was met at an end, and did something. */
int64_t oracle_faults (struct world *w, int end, const char *name);

#endif
