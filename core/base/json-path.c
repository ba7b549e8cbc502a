/* Paths: from text to steps, and one level down.  The grammar is in json.h.
 * No state beyond the arguments.
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json-impl.h"
#include "base/str.h"

static int
bad_path (const char *path, const char *at, const char *why,
          struct mg_error *err)
{
  return mg_error_set (err, MG_E_INVALID, "bad-path",
                       "%s at byte %zu of the path '%s'", why,
                       (size_t) (at - path), path);
}

/* [key=value]; the name is all of it. */
static int
parse_where (const char **p, struct mg_js_step *ret_step)
{
  const char *s = *p + 1, *end = strchr (s, ']');
  const char *equal = end ? memchr (s, '=', (size_t) (end - s)) : NULL;

  if (equal == NULL || equal == s)
    return 0;
  ret_step->kind = MG_JS_WHERE;
  ret_step->name = s;
  ret_step->len = (size_t) (end - s);
  *p = end + 1;
  return 1;
}

/* [?key], of the object that the step before leads to. */
static int
parse_having (const char **p, enum mg_js_step_kind before,
              struct mg_js_step *ret_step)
{
  const char *s = *p + 1, *end = strchr (s, ']');

  if (*s != '?' || end == NULL || end == s + 1 || before == MG_JS_END
      || before == MG_JS_DEEP || before == MG_JS_INSIDE)
    return 0;
  ret_step->kind = MG_JS_HAVING;
  ret_step->name = s + 1;
  ret_step->len = (size_t) (end - s - 1);
  *p = end + 1;
  return 1;
}

/* [*], [] or [3]; 0 when it is none of them. */
static int
parse_bracket (const char **p, struct mg_js_step *ret_step)
{
  const char *s = *p + 1;
  size_t n = 0;

  ret_step->kind = MG_JS_ANY_ELEMENT;
  if (*s == '*')
    s++;
  else if (*s != ']') {
    ret_step->kind = MG_JS_INDEX;
    for (; *s >= '0' && *s <= '9' && n < 100000000; s++)
      n = n * 10 + (size_t) (*s - '0');
  }
  if (*s != ']' || (ret_step->kind == MG_JS_INDEX && s[-1] == '['))
    return 0;
  ret_step->len = n;
  *p = s + 1;
  return 1;
}

static int
parse_square (const char **p, enum mg_js_step_kind before,
              struct mg_js_step *ret_step)
{
  if ((*p)[1] == '?')
    return parse_having (p, before, ret_step);
  return parse_bracket (p, ret_step) || parse_where (p, ret_step);
}

/* A name up to '.', '[' or '|', with stars or without, or one of the stars. */
static int
parse_name (const char **p, struct mg_js_step *ret_step)
{
  const char *s = *p;

  ret_step->kind = MG_JS_KEY;
  ret_step->name = s;
  for (; *s != '\0' && *s != '.' && *s != '[' && *s != '|'; s++)
    if (*s == '*')
      ret_step->kind = MG_JS_LIKE;
    else if (*s == '\\') {
      ret_step->escaped = 1;
      if (*++s == '\0')
        return 0;
    }
  ret_step->len = (size_t) (s - *p);
  if (ret_step->len == 1 && **p == '*')
    ret_step->kind = MG_JS_ANY_KEY;
  else if (ret_step->len == 2 && memcmp (*p, "**", 2) == 0)
    ret_step->kind = MG_JS_DEEP;
  *p = s;
  return ret_step->len > 0;
}

size_t
mg_js_steps_bound (const char *path)
{
  size_t n = 2;              /* the first one and the end */

  for (; *path != '\0'; path++)
    n += *path == '.' || *path == '[' || *path == '|';
  return n;
}

int
mg_js_compile (const char *path, size_t owner, struct mg_js_step *ret_steps,
               struct mg_error *err)
{
  const char *p = path, *from;
  struct mg_js_step *step = ret_steps;
  enum mg_js_step_kind before = MG_JS_END;
  int good;

  if (!mg_utf8_valid (path, strlen (path)))
    return bad_path (path, path, "no UTF-8", err);
  for (; *p != '\0'; before = step++->kind) {
    if (step - ret_steps >= MG_JS_STEPS)
      return bad_path (path, p, "too many steps", err);
    memset (step, 0, sizeof *step);
    step->owner = owner;
    from = p;
    if (*p == '[')
      good = parse_square (&p, before, step);
    else if (*p == '|') {
      good = strncmp (p, "|json", 5) == 0
             && (p[5] == '\0' || strchr (".[|", p[5]) != NULL);
      step->kind = MG_JS_INSIDE;
      p += good ? 5 : 0;
    }
    else {
      good = p == path || *p == '.';
      p += p > path;
      good = good && parse_name (&p, step);
    }
    if (!good)
      return bad_path (path, from, "cannot read the step", err);
    if (*p == '.' && p[1] == '\0')
      return bad_path (path, p, "nothing follows", err);
  }
  memset (step, 0, sizeof *step);
  step->kind = MG_JS_END;
  step->owner = owner;
  return (int) (step - ret_steps) + 1;
}

int
mg_json_path_check (const char *path, struct mg_error *err)
{
  struct mg_js_step steps[MG_JS_STEPS + 1];
  int n = mg_js_compile (path, 0, steps, err);

  return n < 0 ? n : 0;
}

/* Both may be escaped, each in its own manner. */
static int
key_is_slow (const struct mg_js_step *step, struct mg_span key)
{
  const char *p = key.p, *end = key.p + key.len;
  const char *name = step->name, *name_end = step->name + step->len;
  char bytes[4];
  size_t n, i;

  while (p < end) {
    n = mg_js_unit (&p, end, bytes);
    for (i = 0; i < n; i++) {
      if (name < name_end && *name == '\\')
        name++;
      if (name == name_end || *name++ != bytes[i])
        return 0;
    }
  }
  return name == name_end;
}

int
mg_js_key_is (const struct mg_js_step *step, struct mg_span key)
{
  if (!step->escaped) {
    if (step->len == key.len && memcmp (step->name, key.p, key.len) == 0)
      return 1;
    if (step->len >= key.len)
      return 0;                /* an escape only makes a key longer */
  }
  return memchr (key.p, '\\', key.len) != NULL || step->escaped
         ? key_is_slow (step, key) : 0;
}

/* A star stands for any bytes; what it takes grows until the rest fits. */
static int
is_like (const char *name, const char *name_end, const char *text,
         const char *end)
{
  const char *star = NULL, *from = NULL;

  while (text < end) {
    const char *literal = name + (name < name_end && *name == '\\');

    if (name < name_end && *name == '*') {
      star = ++name;
      from = text;
    }
    else if (literal < name_end && *literal == *text) {
      name = literal + 1;
      text++;
    }
    else if (star != NULL) {
      name = star;
      text = ++from;
    }
    else
      return 0;
  }
  while (name < name_end && *name == '*')
    name++;
  return name == name_end;
}

static int
key_is_like (const struct mg_js_step *step, struct mg_span key)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf plain = MG_BUF_INIT (MG_MAX_PATH);

  if (memchr (key.p, '\\', key.len) == NULL)
    return is_like (step->name, step->name + step->len, key.p, key.p + key.len);
  mg_js_unescape (&plain, key);
  return !plain.failed
         && is_like (step->name, step->name + step->len, mg_buf_text (&plain),
                     mg_buf_text (&plain) + plain.len);
}

void
mg_js_add_name (struct mg_buf *b, const struct mg_js_step *step)
{
  size_t i;

  for (i = 0; i < step->len; i++) {
    if (step->name[i] == '\\')
      i++;
    mg_buf_add_byte (b, step->name[i]);
  }
}

/* Does a value equal the text after the '=' of a WHERE step?  A string by what
 * it stands for, anything else as it stands. */
static int
value_is (struct mg_span value, const char *text, size_t len)
{
  struct mg_js_step wanted = { .kind = MG_JS_KEY, .name = text, .len = len };

  if (*value.p != '"')
    return value.len == len && memcmp (value.p, text, len) == 0;
  value.p++;
  value.len -= 2;
  return mg_js_key_is (&wanted, value);
}

/* The member of this name, where the text begins with an object: 1 or 0. */
static int
find_member (struct mg_span object, const char *text, size_t len,
             struct mg_span *ret_value)
{
  struct mg_js_step name = { .kind = MG_JS_KEY, .name = text, .len = len };
  struct mg_js js = mg_js_open (object.p, object.len);
  struct mg_span key;
  int r;

  js.inner = 1;
  if (object.len == 0 || *object.p != '{')
    return 0;
  for (r = mg_js_enter (&js, '}'); r > 0; r = mg_js_next (&js, '}')) {
    if (mg_js_key (&js, &key) < 0)
      return 0;
    ret_value->p = js.p;
    if (mg_js_skip (&js, 1) < 0)
      return 0;
    ret_value->len = (size_t) (js.p - ret_value->p);
    if (mg_js_key_is (&name, key))
      return 1;
  }
  return 0;
}

/* Is the element an object with the member that a WHERE step names? */
static int
element_has (const struct mg_js_step *step, struct mg_span element)
{
  const char *equal = memchr (step->name, '=', step->len);
  size_t len = (size_t) (equal - step->name);
  struct mg_span value;

  return find_member (element, step->name, len, &value)
         && value_is (value, equal + 1, step->len - len - 1);
}

/* Is it an object with the member of a HAVING step, and something in that? */
static int
has_some (const struct mg_js_step *step, struct mg_span object)
{
  struct mg_span value;

  return find_member (object, step->name, step->len, &value)
         && !(value.len == 2 && memcmp (value.p, "\"\"", 2) == 0)
         && !(value.len == 4 && memcmp (value.p, "null", 4) == 0);
}

/* Puts a state into a mask, with what follows from it at once: the value that
 * led to it decides. */
static void
reach (const struct mg_js_set *set, uint64_t *mask, size_t state,
       struct mg_span value)
{
  for (;; state++) {
    const struct mg_js_step *step = &set->steps[state];

    if (step->kind == MG_JS_HAVING && !has_some (step, value))
      return;
    if (step->kind != MG_JS_HAVING)
      mask[state / 64] |= (uint64_t) 1 << (state % 64);
    if (step->kind != MG_JS_DEEP && step->kind != MG_JS_HAVING)
      return;
  }
}

void
mg_js_reach (const struct mg_js_set *set, uint64_t *mask, size_t state)
{
  struct mg_span none = { NULL, 0 };

  reach (set, mask, state, none);
}

/* What one step of the path wants, seen from one level of the text. */
enum level { LEVEL_KEY, LEVEL_ELEMENT, LEVEL_INSIDE };

static int
step_takes (const struct mg_js_step *step, enum level level,
            struct mg_span here, size_t index)
{
  switch (step->kind) {
  case MG_JS_KEY:
    return level == LEVEL_KEY && mg_js_key_is (step, here);
  case MG_JS_LIKE:
    return level == LEVEL_KEY && key_is_like (step, here);
  case MG_JS_ANY_KEY:
    return level == LEVEL_KEY;
  case MG_JS_INDEX:
    return level == LEVEL_ELEMENT && step->len == index;
  case MG_JS_ANY_ELEMENT:
    return level == LEVEL_ELEMENT;
  case MG_JS_WHERE:
    return level == LEVEL_ELEMENT && element_has (step, here);
  case MG_JS_DEEP:
    return level != LEVEL_INSIDE;
  case MG_JS_INSIDE:
    return level == LEVEL_INSIDE;
  default:
    return 0;
  }
}

static int
go_down (const struct mg_js_set *set, const uint64_t *mask, enum level level,
         struct mg_span here, size_t index, struct mg_span value,
         uint64_t *ret_mask, uint64_t *seen)
{
  size_t w, s;
  uint64_t bits, any = 0;

  memset (ret_mask, 0, set->n_words * sizeof *ret_mask);
  for (w = 0; w < set->n_words; w++)
    for (bits = mask[w]; bits != 0; bits &= bits - 1) {
      s = w * 64 + (size_t) __builtin_ctzll (bits);
      if (!step_takes (&set->steps[s], level, here, index))
        continue;
      any = 1;
      /* '**' stays where it is and goes on at the same time */
      reach (set, ret_mask, set->steps[s].kind == MG_JS_DEEP ? s : s + 1, value);
      if (seen != NULL && set->steps[s].kind == MG_JS_KEY)
        seen[w] |= (uint64_t) 1 << (s % 64);
    }
  return any != 0;
}

int
mg_js_down_key (const struct mg_js_set *set, const uint64_t *mask,
                struct mg_span key, struct mg_span value, uint64_t *ret_mask,
                uint64_t *seen)
{
  return go_down (set, mask, LEVEL_KEY, key, 0, value, ret_mask, seen);
}

int
mg_js_down_element (const struct mg_js_set *set, const uint64_t *mask,
                    size_t index, struct mg_span element, uint64_t *ret_mask)
{
  return go_down (set, mask, LEVEL_ELEMENT, element, index, element, ret_mask,
                  NULL);
}

int
mg_js_down_inside (const struct mg_js_set *set, const uint64_t *mask,
                   uint64_t *ret_mask)
{
  struct mg_span none = { NULL, 0 };

  return go_down (set, mask, LEVEL_INSIDE, none, 0, none, ret_mask, NULL);
}

const struct mg_js_step *
mg_js_ends (const struct mg_js_set *set, const uint64_t *mask,
            const struct mg_js_step *before)
{
  size_t from = before ? (size_t) (before - set->steps) + 1 : 0, w;
  uint64_t bits;

  for (w = 0; w < set->n_words; w++)
    for (bits = mask[w]; bits != 0; bits &= bits - 1) {
      size_t s = w * 64 + (size_t) __builtin_ctzll (bits);

      if (s >= from && set->steps[s].kind == MG_JS_END)
        return &set->steps[s];
    }
  return NULL;
}

/* ---- do two paths lead to one place? ---- */

static int
is_name (const struct mg_js_step *step)
{
  return step->kind == MG_JS_KEY || step->kind == MG_JS_LIKE
         || step->kind == MG_JS_ANY_KEY;
}

/* Can one name be meant by both?  Of two with stars in them that is not known. */
static int
names_meet (const struct mg_js_step *a, const struct mg_js_step *b)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf plain = MG_BUF_INIT (MG_MAX_PATH);

  if (a->kind != MG_JS_KEY && b->kind != MG_JS_KEY)
    return 1;
  if (b->kind != MG_JS_KEY) {
    const struct mg_js_step *other = a;

    a = b;
    b = other;
  }
  mg_js_add_name (&plain, b);
  return a->kind == MG_JS_ANY_KEY
         || is_like (a->name, a->name + a->len, mg_buf_text (&plain),
                     mg_buf_text (&plain) + plain.len);
}

static int
steps_meet (const struct mg_js_step *a, const struct mg_js_step *b)
{
  if (is_name (a) || is_name (b))
    return is_name (a) && is_name (b) && names_meet (a, b);
  if (a->kind == MG_JS_INDEX && b->kind == MG_JS_INDEX)
    return a->len == b->len;
  return (a->kind == MG_JS_INSIDE) == (b->kind == MG_JS_INSIDE);
}

/* What is asked of an object on the way may be so. */
static int
compile_plain (const char *path, struct mg_js_step *ret_steps)
{
  int i, left = 0, n = mg_js_compile (path, 0, ret_steps, NULL);

  for (i = 0; i < n; i++)
    if (ret_steps[i].kind != MG_JS_HAVING)
      ret_steps[left++] = ret_steps[i];
  return n < 0 ? n : left;
}

#define WIDTH (MG_JS_STEPS + 2)

/* Do a and b and what is behind them meet?  'meet' has the answer for a and what
 * is behind b, and in the next row for what is behind a. */
static int
rests_meet (const struct mg_js_step *a, const struct mg_js_step *b,
            const char *meet)
{
  if (a->kind == MG_JS_DEEP)
    return meet[WIDTH]
           || (b->kind != MG_JS_END && b->kind != MG_JS_INSIDE && meet[1]);
  if (b->kind == MG_JS_DEEP)
    return meet[1]
           || (a->kind != MG_JS_END && a->kind != MG_JS_INSIDE && meet[WIDTH]);
  if (a->kind == MG_JS_END || b->kind == MG_JS_END)
    return a->kind == b->kind;
  return meet[WIDTH + 1] && steps_meet (a, b);
}

int
mg_json_paths_meet (const char *a_path, const char *b_path)
{
  struct mg_js_step a[MG_JS_STEPS + 1], b[MG_JS_STEPS + 1];
  char meet[WIDTH][WIDTH] = { { 0 } };
  int n = compile_plain (a_path, a), m = compile_plain (b_path, b), i, j;

  for (i = n - 1; i >= 0; i--)
    for (j = m - 1; j >= 0; j--)
      meet[i][j] = (char) rests_meet (&a[i], &b[j], &meet[i][j]);
  return n > 0 && m > 0 && meet[0][0];
}
