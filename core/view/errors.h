/* What failed, by cause: assets of one kind that failed with one code are one
 * group, and what only waits for them is counted with it ("blocks 4").  Where
 * somebody or something is named that nobody has, each such name is a cause, of
 * whatever kinds the assets are that name it: it is cured once. */
#ifndef MG_VIEW_ERRORS_H
#define MG_VIEW_ERRORS_H

#include "plugin/registry.h"
#include "store/work.h"
#include "view/view.h"

#define MG_CAUSE_NAMES 3
#define MG_CAUSES_MISSING 10000    /* names; what names others is one group */

struct mg_cause {
  const struct mg_kind *kind;    /* NULL: no kind of the loaded plugins, or
                                    several (kinds) */
  char code[48];
  char *message;                 /* of the first; or NULL */
  int mixed;                     /* others say something else */
  int is_source;                 /* the export failed, not the import */
  int64_t n_assets, n_blocked;
  int64_t *blocks;               /* n_blocked by the kind's index, or NULL */
  char *missing;                 /* what is named, or NULL */
  char *sorted_by;               /* of the missing; "" = none */
  int64_t *kinds;                /* n_assets by the kind's index, or NULL */
  char *names[MG_CAUSE_NAMES];
  int n_names;
};

struct mg_causes {
  struct mg_cause *rows;         /* those that block most come first */
  int n, n_missing;
  int *order;                    /* while they are gathered: to find one */
  const struct mg_registry *registry;
};

/* Of the export (wsid 0) and of one target (0 = none); only chosen kinds. */
int mg_causes_gather (struct mg_store *store, const struct mg_registry *registry,
                      int wsid, struct mg_causes *ret, struct mg_error *err);
void mg_causes_done (struct mg_causes *causes);

/* Why a row is blocked, for one whose own message says nothing: "needs KIND
 * 'KEY', which failed [quota]".  NULL = it waits for nothing.  The caller
 * frees. */
char *mg_blocked_by (struct mg_store *store, const struct mg_registry *registry,
                     const struct mg_work *w);

/* What blocks others, a line each; nothing with --json. */
void mg_causes_show_blocking (const struct mg_view *view,
                              const struct mg_causes *causes);

/* To standard output, each with its cure. */
void mg_causes_show (const struct mg_view *view,
                     const struct mg_registry *registry,
                     const struct mg_causes *causes);

#endif
