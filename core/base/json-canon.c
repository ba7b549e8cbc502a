/* The canonical text of a value: see json.h.
 *
 * Items are written to the output as they come, and then put in order there.
 * Keys are ordered by their canonical text, so that a reader of two canonical
 * texts needs to decode nothing.
 * No state beyond the arguments.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json-rules.h"
#include "base/str.h"

/* One item that was written: at, and how long.  'text' is set for sorting. */
struct piece {
  size_t at;
  size_t len;
  size_t key_len;        /* of a member: what decides, quote included */
  const char *text;
};

struct canon {
  struct mg_js_rules rules;
  struct piece *pieces;  /* a stack: each container uses the top of it */
  size_t n_pieces;
  size_t cap_pieces;
  struct mg_buf scratch;
};

static int canon_value (struct canon *c, struct mg_js *js, unsigned level,
                        struct mg_buf *out);

static int
add_piece (struct canon *c, size_t at, size_t key_len, size_t len)
{
  struct piece *grown;

  if (c->n_pieces == c->cap_pieces) {
    size_t cap = c->cap_pieces ? c->cap_pieces * 2 : 64;

    grown = mg_try_realloc (c->pieces, cap * sizeof *grown);
    if (grown == NULL)
      return MG_E_NOMEM;
    c->pieces = grown;
    c->cap_pieces = cap;
  }
  c->pieces[c->n_pieces].at = at;
  c->pieces[c->n_pieces].key_len = key_len;
  c->pieces[c->n_pieces++].len = len;
  return 0;
}

/* By key or by text; equal ones stay as they stood. */
static int
piece_cmp (const void *va, const void *vb)
{
  const struct piece *a = va, *b = vb;
  struct mg_span sa = { a->text, a->key_len }, sb = { b->text, b->key_len };
  int r = mg_js_span_cmp (sa, sb);

  return r != 0 ? r : (a->at > b->at) - (a->at < b->at);
}

/* Puts the pieces from 'first' on in order; they stand one after the other,
 * with one comma between, up to the end of 'out'. */
static void
sort_pieces (struct canon *c, size_t first, struct mg_buf *out)
{
  struct piece *v;
  size_t n = c->n_pieces - first, i, start, len;
  int sorted = 1;

  if (n < 2 || out->failed)
    return;
  v = c->pieces + first;
  start = v[0].at;
  len = out->len - start;
  for (i = 0; i < n; i++) {
    v[i].text = out->data + v[i].at;
    sorted &= i == 0 || piece_cmp (&v[i - 1], &v[i]) < 0;
  }
  if (sorted)
    return;
  qsort (v, n, sizeof *v, piece_cmp);
  mg_buf_reset (&c->scratch);
  for (i = 0; i < n; i++) {
    if (i > 0)
      mg_buf_add_byte (&c->scratch, ',');
    mg_buf_add (&c->scratch, v[i].text, v[i].len);
  }
  if (c->scratch.failed)
    out->failed = c->scratch.failed;
  else
    memcpy (out->data + start, c->scratch.data, len);
}

static void
truncate_to (struct mg_buf *out, size_t len)
{
  if (out->len > len) {
    out->len = len;
    out->data[len] = '\0';
  }
}

/* Is it what a service drops? */
static int
is_default (const char *text, size_t len)
{
  static const char *const words[] = { "\"\"", "0", "false", "null", "[]",
                                       "{}" };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (words); i++)
    if (strlen (words[i]) == len && memcmp (words[i], text, len) == 0)
      return 1;
  return 0;
}

static void
canon_string (struct canon *c, struct mg_span in, unsigned flags, int inner,
              struct mg_buf *out)
{
  char *folded;

  if (!(flags & MG_JS_NOCASE) && !inner
      && memchr (in.p, '\\', in.len) == NULL) {
    mg_buf_add (out, in.p - 1, in.len + 2);
    return;
  }
  mg_buf_reset (&c->scratch);
  mg_js_unescape (&c->scratch, in);
  if (c->scratch.failed)
    out->failed = c->scratch.failed;
  else if ((flags & MG_JS_NOCASE) && c->scratch.len > 0
           && memchr (c->scratch.data, '\0', c->scratch.len) == NULL) {
    folded = mg_fold (c->scratch.data);
    mg_js_add_string (out, folded, strlen (folded));
    mg_free (folded);
  }
  else
    mg_js_add_string (out, mg_buf_text (&c->scratch), c->scratch.len);
}

/* A rule steps into the string: if it holds JSON, that JSON is made canonical.
 * 1 = done, 0 = it is only a string. */
static int
canon_inside (struct canon *c, struct mg_span in, unsigned level,
              struct mg_buf *out)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (in.len);
  MG_CLEANUP (mg_buf_done) struct mg_buf made = MG_BUF_INIT (out->max);
  struct mg_js js;
  int r;

  mg_js_unescape (&text, in);
  if (text.failed)
    return text.failed;
  js = mg_js_open (text.data, text.len);
  js.inner = 1;
  mg_js_space (&js);
  if (mg_js_skip (&js, level) < 0 || mg_js_space (&js) >= 0)
    return 0;
  js.p = text.data;
  mg_js_space (&js);
  r = canon_value (c, &js, level, &made);
  if (r == 0 && made.failed)
    r = made.failed;
  if (r < 0)
    return r;
  mg_js_add_string (out, mg_buf_text (&made), made.len);
  return 1;
}

/* Writes one item; 0 when it is to be left out. */
static int
canon_item (struct canon *c, struct mg_js *js, unsigned level, int is_member,
            struct mg_buf *out)
{
  size_t at;
  int r;

  if (mg_js_rules_at (&c->rules, level) & MG_JS_IGNORED) {
    r = mg_js_skip (js, level);
    return r;
  }
  at = out->len;
  r = canon_value (c, js, level, out);
  if (r < 0)
    return r;
  return out->failed || !is_member || !c->rules.absent_is_default
         || !is_default (out->data + at, out->len - at);
}

static int
canon_member (struct canon *c, struct mg_js *js, unsigned level, size_t first,
              struct mg_buf *out)
{
  size_t before = out->len, at, key_len;
  struct mg_span key, value;
  int r = mg_js_key (js, &key);

  if (r < 0)
    return r;
  value.p = js->p;
  value.len = (size_t) (js->end - js->p);
  mg_js_rules_key (&c->rules, level, key, value);
  if (c->n_pieces > first)
    mg_buf_add_byte (out, ',');
  at = out->len;
  canon_string (c, key, 0, js->inner, out);
  key_len = out->len - at;
  mg_buf_add_byte (out, ':');
  r = canon_item (c, js, level + 1, 1, out);
  if (r == 0)
    truncate_to (out, before);
  /* without its last quote, a key sorts before those it begins */
  return r > 0 ? add_piece (c, at, key_len - (key_len > 0), out->len - at) : r;
}

static int
canon_element (struct canon *c, struct mg_js *js, unsigned level, size_t index,
               size_t first, struct mg_buf *out)
{
  size_t before = out->len, at;
  struct mg_span here;
  int r;

  here.p = js->p;
  here.len = (size_t) (js->end - js->p);
  mg_js_rules_element (&c->rules, level, index, here);
  if (c->n_pieces > first)
    mg_buf_add_byte (out, ',');
  at = out->len;
  r = canon_item (c, js, level + 1, 0, out);
  if (r == 0)
    truncate_to (out, before);
  return r > 0 ? add_piece (c, at, out->len - at, out->len - at) : r;
}

static int
canon_items (struct canon *c, struct mg_js *js, unsigned level,
             unsigned flags, struct mg_buf *out)
{
  int is_object = *js->p == '{', r;
  char closer = is_object ? '}' : ']';
  size_t first = c->n_pieces, index = 0;

  mg_buf_add_byte (out, *js->p);
  for (r = mg_js_enter (js, closer); r > 0; r = mg_js_next (js, closer)) {
    r = is_object ? canon_member (c, js, level, first, out)
                  : canon_element (c, js, level, index++, first, out);
    if (r < 0)
      return r;
  }
  if (r < 0)
    return r;
  if (is_object || (flags & MG_JS_UNORDERED))
    sort_pieces (c, first, out);
  c->n_pieces = first;
  mg_buf_add_byte (out, closer);
  return 0;
}

static int
canon_value (struct canon *c, struct mg_js *js, unsigned level,
             struct mg_buf *out)
{
  unsigned flags = mg_js_rules_at (&c->rules, level);
  struct mg_span span;
  int r;

  span.p = js->p;
  if (js->p < js->end && (*js->p == '{' || *js->p == '['))
    return level < MG_MAX_JSON_DEPTH ? canon_items (c, js, level, flags, out)
                                     : MG_E_PROTOCOL;
  r = mg_js_skip (js, level);
  if (r < 0)
    return r;
  span.len = (size_t) (js->p - span.p);
  if (*span.p != '"') {
    mg_js_add_number (out, span);
    return 0;
  }
  span.p++;
  span.len -= 2;
  if (level < MG_MAX_JSON_DEPTH && mg_js_rules_inside (&c->rules, level)) {
    r = canon_inside (c, span, level + 1, out);
    if (r != 0)
      return r < 0 ? r : 0;
  }
  canon_string (c, span, flags, js->inner, out);
  return 0;
}

int
mg_json_canonical (const char *text, size_t len,
                   const struct mg_json_rules *rules, struct mg_buf *ret_text,
                   struct mg_error *err)
{
  struct mg_js js = mg_js_open (text, len);
  size_t before = ret_text->len;
  struct canon c;
  int r;

  text = js.p;
  memset (&c, 0, sizeof c);
  mg_buf_init (&c.scratch, ret_text->max);
  r = mg_js_rules_init (&c.rules, rules, err);
  if (r < 0)
    return r;
  mg_js_space (&js);
  r = canon_value (&c, &js, 0, ret_text);
  mg_js_rules_done (&c.rules);
  mg_buf_done (&c.scratch);
  mg_free (c.pieces);
  if (r == MG_E_NOMEM)
    r = mg_error_set (err, r, "too-large", "no memory to compare JSON");
  else if (r < 0 || mg_js_space (&js) >= 0)
    r = mg_js_error (&js, text, err);
  else
    r = mg_buf_check (ret_text, "a canonical JSON text", err);
  if (r < 0)
    truncate_to (ret_text, before);
  return r;
}
