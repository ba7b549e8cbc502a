/* Copying a text with changes, in one pass.
 *
 * Nothing is copied until something changes: 'copied' is how far the input has
 * been taken over, and a change takes over what stands before it.  Removing an
 * element after something in it was changed rolls both back.
 * A string that is stepped into is a document of its own with its own output.
 * No state beyond the arguments.
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json-edit.h"
#include "base/str.h"

/* What became of a value; negative is an error. */
enum fate {
  FATE_KEPT,             /* as it stands, or changed; the cursor is after it */
  FATE_GONE,             /* to be removed from what holds it */
  FATE_ELEMENT_GONE,     /* and so is all up to the nearest array element */
};

/* One text and its copy. */
struct doc {
  const char *copied;
  struct mg_buf *out;
};

/* The container that a value stands in. */
struct holder {
  const char *start;     /* NULL: the value is a whole text */
  struct mg_span span;   /* its extent, once somebody asked for it */
  unsigned depth;
  unsigned n_arrays;     /* enclosing ones, this one included */
  int inner;
};

static int edit_value (struct mg_js_edit *e, struct doc *doc,
                       struct mg_js *js, unsigned depth,
                       struct holder *holder);

static void
take_over (struct doc *doc, const char *to)
{
  mg_buf_add (doc->out, doc->copied, (size_t) (to - doc->copied));
  doc->copied = to;
}

static void
replace (struct doc *doc, const char *from, const char *to)
{
  take_over (doc, from);
  doc->copied = to;
}

/* Writes the replacement that a map gave. */
static int
add_replacement (struct mg_js_edit *e, struct mg_buf *out, int type,
                 const struct mg_buf *text)
{
  if (text->failed)
    out->failed = text->failed;
  if (!mg_utf8_valid (mg_buf_text (text), text->len)) {
    e->foreign = 1;
    return mg_error_set (e->err, MG_E_INVALID, "bad-value",
                         "the replacement of a value is not UTF-8");
  }
  if ((type == '0' && mg_js_is_number (mg_buf_text (text), text->len))
      || ((type == 't' || type == 'f')
          && (mg_streq (mg_buf_text (text), "true")
              || mg_streq (mg_buf_text (text), "false"))))
    mg_buf_add (out, mg_buf_text (text), text->len);
  else
    mg_js_add_string (out, mg_buf_text (text), text->len);
  return 0;
}

/* The whole container, found by reading ahead, once. */
static struct mg_span
holder_span (struct holder *holder, const char *end)
{
  struct mg_js js;

  if (holder->start != NULL && holder->span.p == NULL) {
    js.p = holder->start;
    js.end = end;
    js.inner = holder->inner;
    if (mg_js_skip (&js, holder->depth) == 0) {
      holder->span.p = holder->start;
      holder->span.len = (size_t) (js.p - holder->start);
    }
  }
  return holder->span;
}

/* Asks the map of 'edit'.  Leaves the cursor where the value begins unless the
 * value was replaced. */
static int
edit_map (struct mg_js_edit *e, struct doc *doc, struct mg_js *js,
          unsigned depth, struct holder *holder, const struct mg_edit *edit)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_js ahead = *js;
  struct mg_span value, parent;
  int verdict, r;

  if (mg_js_skip (&ahead, depth) < 0) {
    *js = ahead;
    return MG_E_PROTOCOL;
  }
  value.p = js->p;
  value.len = (size_t) (ahead.p - js->p);
  parent = holder_span (holder, js->end);
  if (holder->start != NULL && parent.p == NULL)
    return MG_E_PROTOCOL;
  verdict = edit->map (edit->opaque, edit, value, parent, &text, e->err);
  if (verdict < 0) {
    e->foreign = 1;
    return verdict;
  }
  if (verdict == MG_MAP_DROP_ELEMENT)
    return holder->n_arrays > 0 ? FATE_ELEMENT_GONE : FATE_GONE;
  if (verdict == MG_MAP_REPLACE) {
    replace (doc, value.p, ahead.p);
    r = add_replacement (e, doc->out, mg_json_type (value), &text);
    if (r < 0)
      return r;
    *js = ahead;
  }
  return FATE_KEPT;
}

/* At the string's content, which is 'in'; the cursor is after it. */
static int
edit_inside (struct mg_js_edit *e, struct doc *doc, struct mg_span in,
             unsigned depth, struct holder *holder)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (in.len);
  MG_CLEANUP (mg_buf_done) struct mg_buf out = MG_BUF_INIT (doc->out->max);
  struct holder none = { NULL, { NULL, 0 }, 0, holder->n_arrays, 1 };
  struct doc inner;
  struct mg_js js;
  int fate;

  mg_js_unescape (&text, in);
  if (text.failed)
    return text.failed;
  js = mg_js_open (text.data, text.len);
  js.inner = 1;
  mg_js_space (&js);
  if (mg_js_skip (&js, depth) < 0 || mg_js_space (&js) >= 0)
    return FATE_KEPT;
  js.p = text.data;
  mg_js_space (&js);
  inner.copied = text.data;
  inner.out = &out;
  fate = edit_value (e, &inner, &js, depth, &none);
  if (fate != FATE_KEPT || inner.copied == text.data)
    return fate;
  take_over (&inner, js.end);
  replace (doc, in.p - 1, in.p + in.len + 1);
  if (out.failed)
    doc->out->failed = out.failed;
  mg_js_add_string (doc->out, mg_buf_text (&out), out.len);
  return FATE_KEPT;
}

static int
edit_string (struct mg_js_edit *e, struct doc *doc, struct mg_js *js,
             unsigned depth, struct holder *holder)
{
  struct mg_span in;
  int r;

  in.p = js->p + 1;
  r = mg_js_string (js);
  if (r < 0 || depth >= MG_MAX_JSON_DEPTH
      || !mg_js_down_inside (&e->set, mg_js_edit_mask (e, depth),
                             mg_js_edit_mask (e, depth + 1)))
    return r;
  in.len = (size_t) (js->p - 1 - in.p);
  return edit_inside (e, doc, in, depth + 1, holder);
}

/* One container while it is walked. */
struct items {
  struct holder self;
  char closer;
  const char *item;      /* where the current one begins, key and all */
  const char *value;
  const char *end;       /* of the last one; NULL = none yet */
  size_t index;
  int kept_any;
};

/* Moves over the key, if there is one; whether anything is wanted below. */
static int
item_begin (struct mg_js_edit *e, struct mg_js *js, struct items *it,
            unsigned depth)
{
  uint64_t *mask = mg_js_edit_mask (e, depth);
  uint64_t *below = mg_js_edit_mask (e, depth + 1);
  struct mg_span key, value;
  int r;

  it->item = js->p;
  if (it->closer == '}') {
    r = mg_js_key (js, &key);
    if (r < 0)
      return r;
    value.p = js->p;
    value.len = (size_t) (js->end - js->p);
    r = mg_js_down_key (&e->set, mask, key, value, below,
                        mg_js_edit_seen (e, depth));
  }
  else {
    struct mg_span element = { js->p, (size_t) (js->end - js->p) };

    r = mg_js_down_element (&e->set, mask, it->index++, element, below);
  }
  it->value = js->p;
  return r;
}

/* The cursor goes after the item, and the copy leaves it out.  A comma goes
 * with it: the one before when something was kept, else the one after. */
static int
item_remove (struct doc *doc, struct mg_js *js, const struct items *it,
             size_t out_len, const char *copied, unsigned depth)
{
  js->p = it->value;
  if (mg_js_skip (js, depth + 1) < 0)
    return MG_E_PROTOCOL;
  if (doc->out->len > out_len) {
    doc->out->len = out_len;
    doc->out->data[out_len] = '\0';
  }
  doc->copied = copied;
  replace (doc, it->kept_any ? it->end : it->item, js->p);
  return 0;
}

/* 0, or what ends the whole container. */
static int
edit_item (struct mg_js_edit *e, struct doc *doc, struct mg_js *js,
           struct items *it, unsigned depth)
{
  const char *copied = doc->copied;
  size_t out_len = doc->out->len;
  int r = item_begin (e, js, it, depth);

  if (r == 0)
    r = mg_js_skip (js, depth + 1);
  else if (r > 0)
    r = edit_value (e, doc, js, depth + 1, &it->self);
  if (r < 0 || (r == FATE_ELEMENT_GONE && it->closer == '}'))
    return r;
  if (r == FATE_KEPT)
    it->kept_any = 1;
  else if (item_remove (doc, js, it, out_len, copied, depth) < 0)
    return MG_E_PROTOCOL;
  it->end = js->p;
  return 0;
}

static int
edit_items (struct mg_js_edit *e, struct doc *doc, struct mg_js *js,
            unsigned depth, const struct holder *holder)
{
  struct items it;
  int r, fate;

  memset (&it, 0, sizeof it);
  it.self.start = js->p;
  it.self.depth = depth;
  it.self.inner = js->inner;
  it.self.n_arrays = holder->n_arrays + (*js->p == '[');
  it.closer = *js->p == '{' ? '}' : ']';
  memset (mg_js_edit_seen (e, depth), 0, e->set.n_words * sizeof (uint64_t));
  for (r = mg_js_enter (js, it.closer); r > 0;
       r = mg_js_next (js, it.closer)) {
    if (it.end != NULL && !it.kept_any)
      doc->copied = js->p;     /* all so far went, with the white space */
    fate = edit_item (e, doc, js, &it, depth);
    if (fate != 0)
      return fate;
  }
  if (r == 0 && it.closer == '}' && mg_js_edit_has_missing (e, depth)) {
    take_over (doc, it.end != NULL ? it.end : it.self.start + 1);
    mg_js_edit_add_missing (e, depth, doc->out, it.kept_any);
  }
  return r;
}

/* The value is what a path of 'edit' ends at. */
static int
edit_this (struct mg_js_edit *e, struct doc *doc, struct mg_js *js,
           unsigned depth, struct holder *holder, const struct mg_edit *edit)
{
  const char *start = js->p;
  int r;

  if (edit->op == MG_EDIT_DROP)
    return FATE_GONE;
  if (edit->op == MG_EDIT_MAP)
    return edit_map (e, doc, js, depth, holder, edit);
  r = mg_js_skip (js, depth);
  if (r == 0) {
    replace (doc, start, js->p);
    mg_buf_add_str (doc->out, edit->value);
  }
  return r;
}

static int
edit_value (struct mg_js_edit *e, struct doc *doc, struct mg_js *js,
            unsigned depth, struct holder *holder)
{
  const struct mg_js_step *end = NULL;
  const char *start = js->p;
  int r, kept = 0;                 /* a map has kept it: others may not */

  while ((end = mg_js_ends (&e->set, mg_js_edit_mask (e, depth), end)) != NULL) {
    if (kept && e->edits[end->owner].op != MG_EDIT_MAP)
      continue;
    kept = 1;
    r = edit_this (e, doc, js, depth, holder, &e->edits[end->owner]);
    if (r != FATE_KEPT || js->p != start)
      return r;
  }
  if (js->p < js->end && *js->p == '"')
    return edit_string (e, doc, js, depth, holder);
  if (depth >= MG_MAX_JSON_DEPTH || js->p == js->end
      || (*js->p != '{' && *js->p != '['))
    return mg_js_skip (js, depth);
  return edit_items (e, doc, js, depth, holder);
}

static int
edit_text (struct mg_js_edit *e, const char *text, size_t len,
           struct mg_buf *out)
{
  struct holder none = { NULL, { NULL, 0 }, 0, 0, 0 };
  struct mg_js js = mg_js_open (text, len);
  struct doc doc;
  int r;

  text = js.p;
  doc.copied = text;
  doc.out = out;
  mg_js_space (&js);
  r = edit_value (e, &doc, &js, 0, &none);
  if (r < 0 && e->foreign)
    return r;
  if (r == MG_E_NOMEM)
    return mg_error_set (e->err, MG_E_NOMEM, "too-large",
                         "no memory to read JSON inside a string");
  if (r > 0)
    return mg_error_set (e->err, MG_E_INVALID, "bad-path",
                         "a whole JSON text cannot be removed from itself");
  if (r < 0 || mg_js_space (&js) >= 0)
    return mg_js_error (&js, text, e->err);
  take_over (&doc, js.end);
  return mg_buf_check (out, "an edited JSON text", e->err);
}

int
mg_json_edit (const char *text, size_t len, const struct mg_edit *edits,
              size_t n_edits, struct mg_buf *ret_text, struct mg_error *err)
{
  struct mg_js_edit e;
  size_t before = ret_text->len;
  int r = mg_js_edit_init (&e, edits, n_edits, err);

  if (r < 0)
    return r;
  r = edit_text (&e, text, len, ret_text);
  mg_js_edit_done (&e);
  if (r < 0 && ret_text->len > before) {
    ret_text->len = before;
    ret_text->data[before] = '\0';
  }
  return r;
}
