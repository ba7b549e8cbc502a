/* Where two canonical texts differ: see json.h.  No state beyond the
 * arguments.
 */
#include <config.h>

#include <string.h>

#include "base/json-rules.h"

struct diff {
  struct mg_js_rules rules;
  struct mg_buf path;
  int (*each) (void *opaque, const char *path, struct mg_span left,
               struct mg_span right);
  void *opaque;
  int foreign;           /* 'each' stopped it */
};

static const struct mg_span absent = { NULL, 0 };

static int diff_value (struct diff *d, struct mg_span left,
                       struct mg_span right, unsigned level);

static int
report (struct diff *d, struct mg_span left, struct mg_span right)
{
  int r = d->path.failed;

  if (r == 0) {
    r = d->each (d->opaque, mg_buf_text (&d->path), left, right);
    d->foreign = r != 0;
  }
  return r;
}

/* A key as a step of a path, so that the path can be used again. */
static void
path_add_key (struct diff *d, struct mg_span key)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf name = MG_BUF_INIT (MG_MAX_PATH);
  size_t i;

  mg_js_unescape (&name, key);
  if (name.failed && !d->path.failed)
    d->path.failed = name.failed;
  if (d->path.len > 0)
    mg_buf_add_byte (&d->path, '.');
  for (i = 0; i < name.len; i++) {
    if (name.data[i] != '\0' && strchr (".[|\\*", name.data[i]) != NULL)
      mg_buf_add_byte (&d->path, '\\');
    mg_buf_add_byte (&d->path, name.data[i]);
  }
}

static void
path_cut (struct diff *d, size_t len)
{
  if (d->path.len > len) {
    d->path.len = len;
    d->path.data[len] = '\0';
  }
}

/* One member or pair of members. */
static int
diff_member (struct diff *d, struct mg_span key, struct mg_span left,
             struct mg_span right, unsigned level)
{
  size_t len = d->path.len;
  int r;

  if (left.p != NULL && right.p != NULL && mg_js_span_cmp (left, right) == 0)
    return 0;
  mg_js_rules_key (&d->rules, level, key, left.p != NULL ? left : right);
  path_add_key (d, key);
  r = diff_value (d, left, right, level + 1);
  path_cut (d, len);
  return r;
}

static int
diff_objects (struct diff *d, const struct mg_js_items *left,
              const struct mg_js_items *right, unsigned level)
{
  size_t i = 0, j = 0;
  int r = 0, order;

  while (r == 0 && (i < left->n || j < right->n)) {
    order = i == left->n ? 1 : j == right->n ? -1
            : mg_js_span_cmp (left->v[i].key, right->v[j].key);
    if (order < 0) {
      r = diff_member (d, left->v[i].key, left->v[i].value, absent, level);
      i++;
    }
    else if (order > 0) {
      r = diff_member (d, right->v[j].key, absent, right->v[j].value, level);
      j++;
    }
    else {
      r = diff_member (d, left->v[i].key, left->v[i].value, right->v[j].value,
                       level);
      i++;
      j++;
    }
  }
  return r;
}

static int
diff_element (struct diff *d, size_t index, struct mg_span left,
              struct mg_span right, unsigned level)
{
  size_t len = d->path.len;
  int r;

  mg_js_rules_element (&d->rules, level, index, left.p ? left : right);
  mg_buf_addf (&d->path, "[%zu]", index);
  r = diff_value (d, left, right, level + 1);
  path_cut (d, len);
  return r;
}

/* What is equal at both ends is left out first: one element put into the
 * middle is one difference. */
static int
diff_arrays (struct diff *d, const struct mg_js_items *left,
             const struct mg_js_items *right, unsigned level)
{
  size_t i = 0, n = left->n, m = right->n;
  int r = 0;

  while (i < n && i < m
         && mg_js_span_cmp (left->v[i].value, right->v[i].value) == 0)
    i++;
  while (n > i && m > i
         && mg_js_span_cmp (left->v[n - 1].value, right->v[m - 1].value) == 0) {
    n--;
    m--;
  }
  for (; r == 0 && (i < n || i < m); i++)
    r = diff_element (d, i, i < n ? left->v[i].value : absent,
                      i < m ? right->v[i].value : absent, level);
  return r;
}

/* Both are sorted by their text. */
static int
diff_multisets (struct diff *d, const struct mg_js_items *left,
                const struct mg_js_items *right)
{
  size_t i = 0, j = 0, len = d->path.len;
  int r = 0, order;

  mg_buf_add_str (&d->path, "[]");
  while (r == 0 && (i < left->n || j < right->n)) {
    order = i == left->n ? 1 : j == right->n ? -1
            : mg_js_span_cmp (left->v[i].value, right->v[j].value);
    if (order < 0)
      r = report (d, left->v[i].value, absent);
    else if (order > 0)
      r = report (d, absent, right->v[j].value);
    i += order <= 0;
    j += order >= 0;
  }
  path_cut (d, len);
  return r;
}

static int
diff_containers (struct diff *d, struct mg_span left, struct mg_span right,
                 unsigned level)
{
  MG_CLEANUP (mg_js_items_done) struct mg_js_items a = { NULL, 0 };
  MG_CLEANUP (mg_js_items_done) struct mg_js_items b = { NULL, 0 };
  int r = mg_js_items_read (&a, left);

  if (r == 0)
    r = mg_js_items_read (&b, right);
  if (r < 0)
    return r;
  if (*left.p == '{')
    return diff_objects (d, &a, &b, level);
  if (mg_js_rules_at (&d->rules, level) & MG_JS_UNORDERED)
    return diff_multisets (d, &a, &b);
  return diff_arrays (d, &a, &b, level);
}

static int
diff_value (struct diff *d, struct mg_span left, struct mg_span right,
            unsigned level)
{
  int type = mg_json_type (left);

  if (left.p == NULL || right.p == NULL)
    return report (d, left, right);
  if (mg_js_span_cmp (left, right) == 0)
    return 0;
  if ((type != '{' && type != '[') || type != mg_json_type (right))
    return report (d, left, right);
  return diff_containers (d, left, right, level);
}

int
mg_json_diff (const char *left, size_t left_len, const char *right,
              size_t right_len, const struct mg_json_rules *rules,
              int (*each) (void *opaque, const char *path, struct mg_span left,
                           struct mg_span right),
              void *opaque, struct mg_error *err)
{
  struct mg_js js;
  struct mg_span a, b;
  struct diff d;
  int r = mg_json_check (left, left_len, err);

  if (r == 0)
    r = mg_json_check (right, right_len, err);
  if (r < 0)
    return r;
  memset (&d, 0, sizeof d);
  r = mg_js_rules_init (&d.rules, rules, err);
  if (r < 0)
    return r;
  js = mg_js_open (left, left_len);
  mg_js_space (&js);
  a.p = js.p;
  a.len = (size_t) (js.end - js.p);
  js = mg_js_open (right, right_len);
  mg_js_space (&js);
  b.p = js.p;
  b.len = (size_t) (js.end - js.p);
  mg_buf_init (&d.path, MG_MAX_ELEMENT);
  d.each = each;
  d.opaque = opaque;
  r = diff_value (&d, a, b, 0);
  mg_js_rules_done (&d.rules);
  mg_buf_done (&d.path);
  if (r < 0 && !d.foreign)
    return mg_error_set (err, r, "too-large", "no memory to compare JSON");
  return r;
}
