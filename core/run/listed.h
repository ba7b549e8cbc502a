/* Values that a workspace lists of a sort, as its types of machines (struct
 * migrate_listed): what an export has and a target does not know, and what of the
 * target's is nearest to it.
 */
#ifndef MG_RUN_LISTED_H
#define MG_RUN_LISTED_H

#include <stddef.h>
#include "plugin/ctx.h"
#include "store/work.h"

struct mg_run;

struct mg_listed {
  char **text;                     /* as the end has them */
  size_t n;
};

/* Asks the end of the context.  0, or negative with the context's error; 'ret'
 * is to be ended by mg_listed_done in any case. */
int mg_listed_read (struct mg_ctx *ctx, const struct migrate_listed *row,
                    struct mg_listed *ret);
int mg_listed_has (const struct mg_listed *listed, const char *text);
void mg_listed_done (struct mg_listed *listed);

/* The listed text that is most like this one, with the same digits in it if there
 * is such, for they tell sizes; NULL when none is like it. */
const char *mg_listed_nearest (const struct mg_listed *listed, const char *text);

/* Appends "; nearest: ..." with the rule that puts it in the place of 'text', or
 * nothing. */
void mg_listed_add_cure (struct mg_buf *b, const struct mg_listed *listed,
                         const struct migrate_listed *row, const char *text);

/* Of a body that the target refused: the values that its words name and that it
 * does not list make the result one of [unknown-value], with what is nearest.
 * Asks at most once a run, and only then.  Any worker. */
struct mg_known;
struct mg_known *mg_known_new (void);
void mg_known_free (struct mg_known *known);
void mg_run_say_unlisted (struct mg_run *run, struct mg_ctx *ctx,
                          const struct mg_kind *kind, const char *json,
                          size_t len, struct mg_result *result);

#endif
