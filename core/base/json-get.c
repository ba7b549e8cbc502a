/* Reading values in place: one pass, down to what the path wants and no
 * further.  Memory is taken only for a string that is stepped into.
 * No state beyond the arguments.
 */
#include <config.h>

#include <string.h>

#include "base/json-impl.h"

struct walk {
  struct mg_js_set set;    /* so few states that a mask is one word */
  uint64_t ends;           /* those that end a path */
  int (*each) (void *opaque, size_t which, struct mg_span value);
  void *opaque;
};

static int walk_value (const struct walk *w, struct mg_js *js, uint64_t mask,
                       unsigned depth);

static int
walk_object (const struct walk *w, struct mg_js *js, uint64_t mask,
             unsigned depth)
{
  struct mg_span key, value;
  uint64_t below;
  int r = mg_js_enter (js, '}');

  for (; r > 0; r = mg_js_next (js, '}')) {
    r = mg_js_key (js, &key);
    if (r < 0)
      return r;
    value.p = js->p;
    value.len = (size_t) (js->end - js->p);
    mg_js_down_key (&w->set, &mask, key, value, &below, NULL);
    r = walk_value (w, js, below, depth + 1);
    if (r != 0)
      return r;
  }
  return r;
}

static int
walk_array (const struct walk *w, struct mg_js *js, uint64_t mask,
            unsigned depth)
{
  uint64_t below;
  size_t index = 0;
  int r = mg_js_enter (js, ']');

  for (; r > 0; r = mg_js_next (js, ']')) {
    struct mg_span element = { js->p, (size_t) (js->end - js->p) };

    mg_js_down_element (&w->set, &mask, index++, element, &below);
    r = walk_value (w, js, below, depth + 1);
    if (r != 0)
      return r;
  }
  return r;
}

/* A string that does not hold JSON has nothing at the path. */
static int
walk_inside (const struct walk *w, struct mg_span in, uint64_t below,
             unsigned depth)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (in.len);
  struct mg_js js;

  mg_js_unescape (&text, in);
  if (text.failed)
    return text.failed;
  js = mg_js_open (text.data, text.len);
  js.inner = 1;
  mg_js_space (&js);
  if (mg_js_skip (&js, depth) < 0 || mg_js_space (&js) >= 0)
    return 0;
  js.p = text.data;
  mg_js_space (&js);
  return walk_value (w, &js, below, depth);
}

static int
walk_string (const struct walk *w, struct mg_js *js, uint64_t mask,
             unsigned depth)
{
  struct mg_span in;
  uint64_t below;
  int r;

  in.p = js->p + 1;
  r = mg_js_string (js);
  if (r < 0 || !mg_js_down_inside (&w->set, &mask, &below))
    return r;
  in.len = (size_t) (js->p - 1 - in.p);
  return walk_inside (w, in, below, depth + 1);
}

/* To each path that ends here. */
static int
tell (const struct walk *w, uint64_t ends, const char *p, size_t len)
{
  struct mg_span value = { p, len };
  int r = 0;

  for (; ends != 0 && r == 0; ends &= ends - 1)
    r = w->each (w->opaque, w->set.steps[__builtin_ctzll (ends)].owner, value);
  return r;
}

static int
walk_value (const struct walk *w, struct mg_js *js, uint64_t mask,
            unsigned depth)
{
  struct mg_js ahead = *js;
  int r;

  if (mask & w->ends) {
    r = mg_js_skip (&ahead, depth);
    if (r == 0)
      r = tell (w, mask & w->ends, js->p, (size_t) (ahead.p - js->p));
    if (r != 0)
      return r;
    mask &= ~w->ends;
    if (mask == 0)
      *js = ahead;
  }
  else if (mask == 0)
    return mg_js_skip (js, depth);
  if (mask == 0)
    return 0;
  if (js->p < js->end && *js->p == '"')
    return walk_string (w, js, mask, depth);
  if (depth >= MG_MAX_JSON_DEPTH || js->p == js->end
      || (*js->p != '{' && *js->p != '['))
    return mg_js_skip (js, depth);
  return *js->p == '{' ? walk_object (w, js, mask, depth)
                       : walk_array (w, js, mask, depth);
}

static int
walk_text (struct walk *w, uint64_t mask, const char *text, size_t len)
{
  struct mg_js js = mg_js_open (text, len);
  int r;

  mg_js_space (&js);
  r = walk_value (w, &js, mask, 0);
  if (r != 0)
    return r;
  return mg_js_space (&js) < 0 ? 0 : MG_E_PROTOCOL;
}

#define STATES 64          /* of a mask */

int
mg_json_each_of (const char *text, size_t len, const char *const *paths,
                 size_t n_paths,
                 int (*each) (void *opaque, size_t which,
                              struct mg_span value), void *opaque)
{
  struct mg_js_step steps[STATES + MG_JS_STEPS + 1];
  size_t i = 0;
  int r = 0, n;

  while (i < n_paths && r == 0) {
    struct walk w = { { steps, 0, 1 }, 0, each, opaque };
    uint64_t mask = 0;

    /* as many paths as a mask holds; what is too much begins the next walk */
    for (; i < n_paths; i++) {
      n = mg_js_compile (paths[i], i, steps + w.set.n_states, NULL);
      if (n < 0)
        return n;
      if (w.set.n_states + (size_t) n > STATES)
        break;
      mg_js_reach (&w.set, &mask, w.set.n_states);
      w.set.n_states += (size_t) n;
      w.ends |= (uint64_t) 1 << (w.set.n_states - 1);
    }
    r = walk_text (&w, mask, text, len);
  }
  return r;
}

struct one {
  int (*each) (void *opaque, struct mg_span value);
  void *opaque;
};

static int
each_of_one (void *opaque, size_t which, struct mg_span value)
{
  struct one *one = opaque;

  (void) which;
  return one->each (one->opaque, value);
}

int
mg_json_each (const char *text, size_t len, const char *path,
              int (*each) (void *opaque, struct mg_span value), void *opaque)
{
  struct one one = { each, opaque };

  return mg_json_each_of (text, len, &path, 1, each_of_one, &one);
}

static int
keep_span (void *opaque, struct mg_span value)
{
  *(struct mg_span *) opaque = value;
  return 1;
}

int
mg_json_get (const char *text, size_t len, const char *path,
             struct mg_span *ret_value)
{
  struct mg_span value = { NULL, 0 };

  if (mg_json_each (text, len, path, keep_span, &value) != 1)
    return 0;
  /* found inside a string, its bytes are gone by now */
  if ((uintptr_t) value.p < (uintptr_t) text
      || (uintptr_t) value.p >= (uintptr_t) text + len)
    return 0;
  *ret_value = value;
  return 1;
}
