/* Rules of a comparison: see json-rules.h.  No state beyond the arguments. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json-rules.h"

#define LEVELS (MG_MAX_JSON_DEPTH + 2)

static size_t
list_bound (const char *const *list)
{
  size_t n = 0;

  for (; list != NULL && *list != NULL; list++)
    n += mg_js_steps_bound (*list);
  return n;
}

static int
add_list (struct mg_js_rules *r, const char *const *list, unsigned flag,
          struct mg_error *err)
{
  int n;

  for (; list != NULL && *list != NULL; list++) {
    n = mg_js_compile (*list, flag, r->set.steps + r->set.n_states, err);
    if (n < 0)
      return n;
    r->set.n_states += (size_t) n;
  }
  return 0;
}

static void
start_all (struct mg_js_rules *r)
{
  size_t i, first = 0;

  r->set.n_words = r->set.n_states / 64 + 1;
  r->words = mg_xcalloc (LEVELS * r->set.n_words, sizeof *r->words);
  for (i = 0; i < r->set.n_states; i++)
    if (r->set.steps[i].kind == MG_JS_END) {
      mg_js_reach (&r->set, r->words, first);
      first = i + 1;
    }
}

int
mg_js_rules_init (struct mg_js_rules *r, const struct mg_json_rules *rules,
                  struct mg_error *err)
{
  static const struct mg_json_rules none = { NULL, NULL, NULL, 0 };
  size_t room;
  int e;

  if (rules == NULL)
    rules = &none;
  memset (r, 0, sizeof *r);
  r->absent_is_default = rules->absent_is_default;
  room = list_bound (rules->ignore) + list_bound (rules->unordered)
         + list_bound (rules->nocase);
  r->set.steps = mg_xmalloc ((room + 1) * sizeof *r->set.steps);
  e = add_list (r, rules->ignore, MG_JS_IGNORED, err);
  if (e == 0)
    e = add_list (r, rules->unordered, MG_JS_UNORDERED, err);
  if (e == 0)
    e = add_list (r, rules->nocase, MG_JS_NOCASE, err);
  if (e < 0) {
    mg_js_rules_done (r);
    return e;
  }
  start_all (r);
  return 0;
}

void
mg_js_rules_done (struct mg_js_rules *r)
{
  mg_free (r->set.steps);
  mg_free (r->words);
  r->set.steps = NULL;
  r->words = NULL;
}

static uint64_t *
mask_of (const struct mg_js_rules *r, unsigned level)
{
  return r->words + (size_t) level * r->set.n_words;
}

unsigned
mg_js_rules_at (const struct mg_js_rules *r, unsigned level)
{
  const uint64_t *mask = mask_of (r, level);
  unsigned flags = 0;
  uint64_t bits;
  size_t w, s;

  for (w = 0; w < r->set.n_words; w++)
    for (bits = mask[w]; bits != 0; bits &= bits - 1) {
      s = w * 64 + (size_t) __builtin_ctzll (bits);
      if (r->set.steps[s].kind == MG_JS_END)
        flags |= (unsigned) r->set.steps[s].owner;
    }
  return flags;
}

int
mg_js_rules_key (struct mg_js_rules *r, unsigned level, struct mg_span key,
                 struct mg_span value)
{
  return mg_js_down_key (&r->set, mask_of (r, level), key, value,
                         mask_of (r, level + 1), NULL);
}

int
mg_js_rules_element (struct mg_js_rules *r, unsigned level, size_t index,
                     struct mg_span element)
{
  return mg_js_down_element (&r->set, mask_of (r, level), index, element,
                             mask_of (r, level + 1));
}

int
mg_js_rules_inside (struct mg_js_rules *r, unsigned level)
{
  return mg_js_down_inside (&r->set, mask_of (r, level),
                            mask_of (r, level + 1));
}

int
mg_js_span_cmp (struct mg_span a, struct mg_span b)
{
  size_t least = a.len < b.len ? a.len : b.len;
  int c = least > 0 ? memcmp (a.p, b.p, least) : 0;

  return c != 0 ? c : (a.len > b.len) - (a.len < b.len);
}

static struct mg_js_item *
item_room (struct mg_js_items *items, size_t *cap)
{
  struct mg_js_item *grown;

  if (items->n == *cap) {
    *cap = *cap ? *cap * 2 : 8;
    grown = mg_try_realloc (items->v, *cap * sizeof *grown);
    if (grown == NULL)
      return NULL;
    items->v = grown;
  }
  return &items->v[items->n];
}

int
mg_js_items_read (struct mg_js_items *items, struct mg_span container)
{
  struct mg_js js = mg_js_open (container.p, container.len);
  char closer = *js.p == '{' ? '}' : ']';
  struct mg_js_item *item;
  size_t cap = 0;
  int r;

  js.inner = 1;
  items->v = NULL;
  items->n = 0;
  for (r = mg_js_enter (&js, closer); r > 0; r = mg_js_next (&js, closer)) {
    item = item_room (items, &cap);
    if (item == NULL)
      return MG_E_NOMEM;
    memset (item, 0, sizeof *item);
    if (closer == '}' && mg_js_key (&js, &item->key) < 0)
      return MG_E_PROTOCOL;
    item->value.p = js.p;
    if (mg_js_skip (&js, 0) < 0)
      return MG_E_PROTOCOL;
    item->value.len = (size_t) (js.p - item->value.p);
    items->n++;
  }
  return r;
}

void
mg_js_items_done (struct mg_js_items *items)
{
  mg_free (items->v);
  items->v = NULL;
  items->n = 0;
}
