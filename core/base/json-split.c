/* The push parser for long lists: see json.h.
 *
 * It follows strings, brackets and, on the way to the array, keys; each element
 * and at the end the rest are checked in full.  An element that lies whole in
 * one piece is handed out from there without a copy.
 * One owner, one thread.
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json-impl.h"

enum expect {
  EXPECT_VALUE,
  EXPECT_KEY,
  EXPECT_COLON,
  EXPECT_AFTER,          /* a comma or a closer */
};

struct mg_split {
  struct mg_js_step path[MG_JS_STEPS + 1];
  unsigned n_steps;
  char *path_text;
  int (*each) (void *opaque, const char *element, size_t len,
               struct mg_error *err);
  void *opaque;
  size_t max_element;
  int failed;            /* sticky */

  /* where we are */
  unsigned depth;        /* open containers, the array and below included */
  unsigned matched;      /* containers of the path that are open */
  int in_string;         /* 2 = after a backslash */
  int in_array;          /* 1 = the array is open */
  unsigned array_depth;  /* of 'depth' while its own items are read */
  enum expect expect;    /* in the innermost container of the path */
  int hit;               /* the key before this value is on the path */
  size_t key_at;         /* in 'rest' */
  int comma;             /* an element has to follow */

  struct mg_buf rest;
  struct mg_buf element; /* what earlier pieces held of it */
  size_t n_elements;
};

struct mg_split *
mg_split_new (const char *array, size_t max_element, size_t max_rest,
              int (*each) (void *opaque, const char *element, size_t len,
                           struct mg_error *err),
              void *opaque)
{
  struct mg_split *split = mg_xcalloc (1, sizeof *split);
  struct mg_error err = MG_ERROR_INIT;
  int i, n;

  split->path_text = mg_xstrdup (array);
  n = mg_js_compile (split->path_text, 0, split->path, &err);
  for (i = 0; i < n - 1; i++)
    if (split->path[i].kind != MG_JS_KEY)
      n = MG_E_INVALID;
  if (n < 0)
    split->failed = MG_E_INVALID;
  else
    split->n_steps = (unsigned) n - 1;
  split->hit = 1;
  split->each = each;
  split->opaque = opaque;
  split->max_element = max_element;
  mg_buf_init (&split->rest, max_rest);
  mg_buf_init (&split->element, max_element);
  return split;
}

void
mg_split_free (struct mg_split *split)
{
  if (split == NULL)
    return;
  mg_buf_done (&split->rest);
  mg_buf_done (&split->element);
  mg_free (split->path_text);
  mg_free (split);
}

static int
not_json (struct mg_error *err)
{
  return mg_error_set (err, MG_E_PROTOCOL, "not-json",
                       "a list is not JSON at its brackets");
}

/* Moves over what stands between quotes: *s is after the opening quote, or
 * where the piece begins.  Returns where it stops. */
static const char *
run_string (struct mg_split *split, const char *s, const char *end)
{
  const char *quote = NULL, *slash;

  s += split->in_string == 2;
  split->in_string = 1;
  while (s < end) {
    if (quote == NULL || quote < s) {
      quote = memchr (s, '"', (size_t) (end - s));
      quote = quote != NULL ? quote : end;
    }
    slash = memchr (s, '\\', (size_t) (quote - s));
    if (slash == NULL) {
      split->in_string = quote == end;
      return quote == end ? end : quote + 1;
    }
    if (slash + 1 == end) {
      split->in_string = 2;
      return end;
    }
    s = slash + 2;
  }
  return end;
}

/* Moves to the next byte that counts outside strings. */
static const char *
run_plain (const char *s, const char *end)
{
  static const char counts[256] = {
    ['"'] = 1, ['{'] = 1, ['}'] = 1, ['['] = 1, [']'] = 1, [','] = 1,
    [':'] = 1,
  };

  while (s < end && !counts[(unsigned char) *s])
    s++;
  return s;
}

static int
too_large (const struct mg_split *split, struct mg_error *err)
{
  return mg_error_set (err, MG_E_NOMEM, "too-large",
                       "one element of a list is larger than %zu bytes or "
                       "than the memory there is", split->max_element);
}

/* Keeps a piece of an element until the rest of it comes. */
static int
keep_piece (struct mg_split *split, const char *from, const char *to,
            struct mg_error *err)
{
  struct mg_js js = mg_js_open (from, (size_t) (to - from));

  if (split->element.len == 0)
    mg_js_space (&js);
  return mg_buf_add (&split->element, js.p, (size_t) (to - js.p)) < 0
         ? too_large (split, err) : 0;
}

/* The element ends before 'to': checks it and hands it out. */
static int
finish_element (struct mg_split *split, const char *from, const char *to,
                int is_last, struct mg_error *err)
{
  struct mg_js js;
  size_t len;
  int r;

  if (split->element.len > 0) {
    r = keep_piece (split, from, to, err);
    if (r < 0)
      return r;
    from = split->element.data;
    to = from + split->element.len;
  }
  js = mg_js_open (from, (size_t) (to - from));
  if (mg_js_space (&js) < 0)
    return is_last && !split->comma ? 0 : not_json (err);
  from = js.p;
  if ((size_t) (to - from) > split->max_element)
    return too_large (split, err);
  r = mg_js_skip (&js, 0);
  len = (size_t) (js.p - from);
  if (r < 0 || mg_js_space (&js) >= 0)
    return not_json (err);
  split->n_elements++;
  split->comma = !is_last;
  r = split->each (split->opaque, from, len, err);
  mg_buf_reset (&split->element);
  return r;
}

/* One byte that counts, inside the array.  1 = it ends an element. */
static int
array_byte (struct mg_split *split, char c, struct mg_error *err)
{
  int own = split->depth == split->array_depth;

  switch (c) {
  case '"':
    split->in_string = 1;
    return 0;
  case '{':
  case '[':
    if (++split->depth > split->array_depth + MG_MAX_JSON_DEPTH)
      return not_json (err);
    return 0;
  case '}':
  case ']':
    if (own)
      return c == ']' ? 1 : not_json (err);
    split->depth--;
    return 0;
  case ',':
    return own;
  default:
    return 0;
  }
}

/* The array is open.  Takes what it can of the piece; *p is moved. */
static int
run_array (struct mg_split *split, const char **p, const char *end,
           struct mg_error *err)
{
  const char *from = *p, *s = from;
  int r;

  for (;;) {
    if (split->in_string)
      s = run_string (split, s, end);
    s = run_plain (s, end);
    if (s == end)
      break;
    r = array_byte (split, *s++, err);
    if (r < 0)
      return r;
    if (r == 0)
      continue;
    split->in_array = s[-1] == ',';
    r = finish_element (split, from, s - 1, !split->in_array, err);
    if (r != 0)
      return r;
    from = s;
    if (!split->in_array) {
      *p = s - 1;
      return 0;
    }
  }
  *p = end;
  return keep_piece (split, from, end, err);
}

static int
keep_rest (struct mg_split *split, const char *from, const char *to,
           struct mg_error *err)
{
  mg_buf_add (&split->rest, from, (size_t) (to - from));
  return mg_buf_check (&split->rest, "the rest of a list", err);
}

/* An opening bracket outside the array. */
static int
rest_open (struct mg_split *split, char c, struct mg_error *err)
{
  int on_path = split->depth == split->matched && split->hit
                && split->expect == EXPECT_VALUE;

  if (++split->depth > MG_MAX_JSON_DEPTH)
    return not_json (err);
  if (!on_path)
    return 0;
  if (c == '[' && split->matched == split->n_steps) {
    split->in_array = 1;
    split->array_depth = split->depth;
    split->comma = 0;
  }
  else if (c == '{' && split->matched < split->n_steps) {
    split->matched++;
    split->expect = EXPECT_KEY;
  }
  split->hit = 0;
  return 0;
}

static int
rest_close (struct mg_split *split, struct mg_error *err)
{
  if (split->depth == 0)
    return not_json (err);
  if (split->depth == split->matched)
    split->matched--;
  split->depth--;
  split->expect = EXPECT_AFTER;
  return 0;
}

/* One byte that counts, outside the array.  The innermost container is an
 * object of the path when depth equals matched; elsewhere only the brackets
 * are followed. */
static int
rest_byte (struct mg_split *split, char c, struct mg_error *err)
{
  int here = split->depth == split->matched;

  switch (c) {
  case '{':
  case '[':
    return rest_open (split, c, err);
  case '}':
  case ']':
    return rest_close (split, err);
  case '"':
    split->in_string = 1;
    if (here && split->expect != EXPECT_KEY)
      split->expect = EXPECT_AFTER;
    return 0;
  case ':':
    if (here && split->expect == EXPECT_COLON)
      split->expect = EXPECT_VALUE;
    return 0;
  default:
    if (here && split->depth > 0) {
      split->expect = EXPECT_KEY;
      split->hit = 0;
    }
    return 0;
  }
}

/* A string outside the array is complete, and so is 'rest' up to it.  When it
 * is a key of an object on the path: is it the one? */
static void
rest_string_end (struct mg_split *split)
{
  struct mg_span key;
  struct mg_js js;

  if (split->depth != split->matched || split->expect != EXPECT_KEY)
    return;
  key.p = split->rest.data + split->key_at;
  key.len = split->rest.len - 1 - split->key_at;
  js = mg_js_open (key.p - 1, key.len + 2);
  /* a key with a bad escape is no key; the check at the end tells */
  split->hit = split->matched > 0 && mg_js_string (&js) == 0
               && mg_js_key_is (&split->path[split->matched - 1], key);
  split->expect = EXPECT_COLON;
}

/* Outside the array, until it opens; *p is moved. */
static int
run_rest (struct mg_split *split, const char **p, const char *end,
          struct mg_error *err)
{
  const char *from = *p, *s = from;
  int r;

  while (s < end && !split->in_array) {
    if (!split->in_string) {
      s = run_plain (s, end);
      r = s < end ? rest_byte (split, *s++, err) : 0;
      if (r < 0)
        return r;
      if (!split->in_string)
        continue;
      split->key_at = split->rest.len + (size_t) (s - from);
    }
    s = run_string (split, s, end);
    r = keep_rest (split, from, s, err);
    if (r < 0)
      return r;
    from = s;
    if (!split->in_string)
      rest_string_end (split);
  }
  *p = s;
  return keep_rest (split, from, s, err);
}

int
mg_split_feed (struct mg_split *split, const char *data, size_t len,
               struct mg_error *err)
{
  const char *p = data, *end = data + len;
  int r = 0;

  if (split->failed == MG_E_INVALID && split->rest.len == 0)
    return mg_error_set (err, MG_E_INVALID, "bad-path",
                         "'%s' is no path of keys to a list",
                         split->path_text);
  if (split->failed)
    return mg_error_set (err, split->failed, "not-json",
                         "a list was given up before its end");
  while (p < end && r == 0)
    r = split->in_array ? run_array (split, &p, end, err)
                        : run_rest (split, &p, end, err);
  split->failed = r;
  return r;
}

int
mg_split_end (struct mg_split *split, struct mg_span *ret_rest,
              size_t *ret_n_elements, struct mg_error *err)
{
  struct mg_js js;
  int r = mg_split_feed (split, "", 0, err);

  if (r != 0)
    return r;
  js = mg_js_open (mg_buf_text (&split->rest), split->rest.len);
  if (split->in_string || split->depth > 0 || mg_js_space (&js) < 0)
    return mg_error_set (err, MG_E_PROTOCOL, "truncated",
                         "a list ends after %zu elements, in the middle of "
                         "its JSON", split->n_elements);
  r = mg_json_check (mg_buf_text (&split->rest), split->rest.len, err);
  if (r < 0)
    return r;
  ret_rest->p = mg_buf_text (&split->rest);
  ret_rest->len = split->rest.len;
  *ret_n_elements = split->n_elements;
  return 0;
}
