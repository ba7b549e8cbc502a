/* Inside of json-edit.c and json-edit-set.c: what one call of mg_json_edit
 * carries along, and the members that SET adds. */
#ifndef MG_BASE_JSON_EDIT_H
#define MG_BASE_JSON_EDIT_H

#include "base/json-impl.h"

struct mg_js_edit {
  struct mg_js_set set;
  const struct mg_edit *edits;
  struct mg_error *err;
  int foreign;           /* a map failed: the error is its own */
  uint64_t *words;       /* per depth one mask and one 'seen' */
  uint64_t *addable;     /* KEY states whose member SET may add */
};

/* Compiles the paths; MG_E_INVALID [bad-path], [bad-value]. */
int mg_js_edit_init (struct mg_js_edit *e, const struct mg_edit *edits,
                     size_t n_edits, struct mg_error *err);
void mg_js_edit_done (struct mg_js_edit *e);

static inline uint64_t *
mg_js_edit_mask (const struct mg_js_edit *e, unsigned depth)
{
  return e->words + (size_t) depth * 2 * e->set.n_words;
}

static inline uint64_t *
mg_js_edit_seen (const struct mg_js_edit *e, unsigned depth)
{
  return e->words + ((size_t) depth * 2 + 1) * e->set.n_words;
}

/* At the end of an object: is there a SET whose member was not seen?  Then
 * they are appended, each with a comma before it except the first one when
 * !comma. */
int mg_js_edit_has_missing (const struct mg_js_edit *e, unsigned depth);
void mg_js_edit_add_missing (struct mg_js_edit *e, unsigned depth,
                             struct mg_buf *out, int comma);

#endif
