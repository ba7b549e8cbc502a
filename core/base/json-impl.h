/* Inside of json-*.c: the cursor, and the automaton that follows paths.
 *
 * A set of paths becomes one array of steps.  State s means "everything before
 * steps[s] has been matched"; a path ends with a step of its own.  A mask is a
 * set of states, and going down one level of the text makes one mask from
 * another.  Any number of paths is so followed in one pass.
 */
#ifndef MG_BASE_JSON_IMPL_H
#define MG_BASE_JSON_IMPL_H

#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"

/* ---- the cursor (json-scan.c) ---- */

struct mg_js {
  const char *p;         /* after a failure: where it was */
  const char *end;
  int inner;             /* text out of a JSON string: may hold surrogates */
};

static inline struct mg_js
mg_js_open (const char *text, size_t len)
{
  struct mg_js js;

  js.p = text != NULL ? text : "";
  js.end = js.p + (text != NULL ? len : 0);
  js.inner = 0;
  return js;
}

/* Skips white space; the byte there, or -1 at the end. */
static inline int
mg_js_space (struct mg_js *js)
{
  while (js->p < js->end
         && (*js->p == ' ' || *js->p == '\n' || *js->p == '\r'
             || *js->p == '\t'))
    js->p++;
  return js->p < js->end ? (unsigned char) *js->p : -1;
}

/* All take the cursor at the first byte and leave it after the last one; 0, or
 * MG_E_PROTOCOL without a text.  'depth' counts the levels that are open. */
int mg_js_string (struct mg_js *js);
int mg_js_skip (struct mg_js *js, unsigned depth);

/* A key, the colon and the white space around it; the cursor is at the value
 * then.  ret_key is what stands between the quotes. */
int mg_js_key (struct mg_js *js, struct mg_span *ret_key);

/* After one item of a container: 1 = at the next item, 0 = after 'closer'. */
int mg_js_next (struct mg_js *js, char closer);

/* At an opening bracket: 1 = at the first item, 0 = after the closer. */
int mg_js_enter (struct mg_js *js, char closer);

/* Sets 'err' for the cursor's position. */
int mg_js_error (const struct mg_js *js, const char *text,
                 struct mg_error *err);

/* Is all of it a number of JSON proper? */
int mg_js_is_number (const char *text, size_t len);

/* ---- strings (json-text.c) ---- */

/* The next character of what stands between quotes, as UTF-8 (a lone surrogate
 * in the same manner, as 3 bytes).  Returns its length; moves *p. */
size_t mg_js_unit (const char **p, const char *end, char ret_bytes[4]);

/* Appends the bytes that a string stands for ('in' without the quotes). */
void mg_js_unescape (struct mg_buf *b, struct mg_span in);

/* The reverse, with quotes; surrogates become escapes again. */
void mg_js_add_string (struct mg_buf *b, const char *s, size_t len);

/* Appends a number in its one spelling (json-number.c); what is none, as it
 * stands. */
void mg_js_add_number (struct mg_buf *out, struct mg_span in);

/* ---- paths (json-path.c) ---- */

#define MG_JS_STEPS 32   /* of one path, without its end */

enum mg_js_step_kind {
  MG_JS_KEY,             /* .name */
  MG_JS_LIKE,            /* .a*b: a star among other characters */
  MG_JS_ANY_KEY,         /* .* */
  MG_JS_INDEX,           /* [3] */
  MG_JS_ANY_ELEMENT,     /* [*] or [] */
  MG_JS_WHERE,           /* [key=value]: an object with that member */
  MG_JS_HAVING,          /* [?key]: here is an object with that member */
  MG_JS_DEEP,            /* ** */
  MG_JS_INSIDE,          /* |json */
  MG_JS_END,
};

struct mg_js_step {
  enum mg_js_step_kind kind;
  int escaped;           /* the name has backslashes */
  const char *name;      /* in the path, as it stands there */
  size_t len;            /* of the name; the number of an INDEX */
  size_t owner;          /* which path of the set */
};

struct mg_js_set {
  struct mg_js_step *steps;
  size_t n_states;
  size_t n_words;        /* of one mask */
};

/* At least as many steps as the path has, its end included. */
size_t mg_js_steps_bound (const char *path);

/* Appends the steps of one path and its end; ret_steps has room for
 * MG_JS_STEPS + 1 or for mg_js_steps_bound.  Returns their number, or
 * MG_E_INVALID [bad-path]. */
int mg_js_compile (const char *path, size_t owner,
                   struct mg_js_step *ret_steps, struct mg_error *err);

/* Puts the first state of a path into a mask, with what follows from it at
 * once. */
void mg_js_reach (const struct mg_js_set *set, uint64_t *mask, size_t state);

/* One level down: ret_mask becomes what is reached.  Returns whether anything
 * is.  'seen' (NULL allowed) collects the KEY states that matched.  'value' and
 * 'element' are texts from the first byte on (the end may be further). */
int mg_js_down_key (const struct mg_js_set *set, const uint64_t *mask,
                    struct mg_span key, struct mg_span value,
                    uint64_t *ret_mask, uint64_t *seen);
int mg_js_down_element (const struct mg_js_set *set, const uint64_t *mask,
                        size_t index, struct mg_span element,
                        uint64_t *ret_mask);
int mg_js_down_inside (const struct mg_js_set *set, const uint64_t *mask,
                       uint64_t *ret_mask);

/* The first path that ends here, as its END step, or the next behind 'before';
 * NULL when none does. */
const struct mg_js_step *mg_js_ends (const struct mg_js_set *set,
                                     const uint64_t *mask,
                                     const struct mg_js_step *before);

/* Does the key (as it stands between its quotes) equal the step's name? */
int mg_js_key_is (const struct mg_js_step *step, struct mg_span key);

/* Appends a step's name without the path's backslashes. */
void mg_js_add_name (struct mg_buf *b, const struct mg_js_step *step);

#endif
