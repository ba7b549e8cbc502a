/* Inside of json-canon.c, json-diff.c and json-subset.c: the rules of a
 * comparison while a text is walked, and the items of a canonical text. */
#ifndef MG_BASE_JSON_RULES_H
#define MG_BASE_JSON_RULES_H

#include "base/json-impl.h"

enum {
  MG_JS_IGNORED = 1,
  MG_JS_UNORDERED = 2,
  MG_JS_NOCASE = 4,
};

struct mg_js_rules {
  struct mg_js_set set;
  uint64_t *words;       /* one mask per level */
  int absent_is_default;
};

/* 'rules' may be NULL.  MG_E_INVALID [bad-path]. */
int mg_js_rules_init (struct mg_js_rules *r, const struct mg_json_rules *rules,
                      struct mg_error *err);
void mg_js_rules_done (struct mg_js_rules *r);

/* What holds for the values at this level: MG_JS_* or'ed. */
unsigned mg_js_rules_at (const struct mg_js_rules *r, unsigned level);

/* Make the mask of level + 1; whether any path goes on there. */
int mg_js_rules_key (struct mg_js_rules *r, unsigned level,
                     struct mg_span key, struct mg_span value);
int mg_js_rules_element (struct mg_js_rules *r, unsigned level, size_t index,
                         struct mg_span element);
int mg_js_rules_inside (struct mg_js_rules *r, unsigned level);

/* ---- the items of a container in a canonical text ---- */

struct mg_js_item {
  struct mg_span key;    /* of a member, between its quotes */
  struct mg_span value;
};

struct mg_js_items {
  struct mg_js_item *v;
  size_t n;
};

/* MG_E_PROTOCOL or MG_E_NOMEM, without a text. */
int mg_js_items_read (struct mg_js_items *items, struct mg_span container);
void mg_js_items_done (struct mg_js_items *items);

/* Order of spans: bytewise, the shorter first. */
int mg_js_span_cmp (struct mg_span a, struct mg_span b);

#endif
