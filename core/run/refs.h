/* Names in references: shared by refs.c, prepare.c and rules.c. */
#ifndef MG_RUN_REFS_H
#define MG_RUN_REFS_H

#include "run/rules.h"
#include "run/state.h"

/* The name inside a text; NULL when it names nothing.  With a prefix *ret_rest
 * is where the text goes on behind it. */
char *mg_ref_inside (uint32_t target_end, const struct migrate_ref *ref,
                     const char *text, const char **ret_rest);

/* The text in which the folder of a rule has taken the place of the home that the
 * name has, to be freed; NULL = there is no such rule, or it is no such text. */
char *mg_ref_elsewhere (struct mg_run *run, const struct migrate_ref *ref,
                        const char *text);

/* The reference that says where homes of this namespace lie, or NULL. */
const struct migrate_ref *mg_ref_given (const struct mg_registry *registry,
                                        const char *ns);

/* What a reference leads to, as the rules have it. */
struct mg_named {
  char *name;                      /* as the rules have it */
  int64_t aid;                     /* of the source; 0 = it has none such */
  int ruled;                       /* a rule gave another name */
  int dropped;                     /* a rule leaves it out */
};
void mg_named_done (struct mg_named *named);

/* Takes what mg_ref_inside gave. */
int mg_ref_find (struct mg_run *run, const struct migrate_ref *ref, char *name,
                 struct mg_named *ret, struct mg_error *err);

/* Somebody who is gone from the source, and whose counterpart this undo removed:
 * 1, or 0. */
int mg_ref_removed (struct mg_run *run, const char *ns, const char *name,
                    int64_t *ret_aid, struct mg_error *err);

/* 1 = the target has something under this name itself, 0 = not (that its list
 * showed). */
int mg_ref_in_target (struct mg_run *run, const char *ns, const char *name,
                      struct mg_error *err);

#endif
