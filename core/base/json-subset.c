/* Is one value a part of another: see json.h.  No state beyond the arguments.
 *
 * Both sides are made canonical first, with their default values left in: that
 * something was sent as 0 means that it is 0 or absent, not that it is anything.
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json-rules.h"

/* Beyond this many unlike elements the first fit counts; it only decides
 * between elements that are parts of several others. */
#define MAX_MATCHED 256

static int part_of (struct mg_js_rules *rules, struct mg_span part,
                    struct mg_span whole, unsigned level);

/* What the service may leave out; 1, 0 or negative. */
static int
is_default (struct mg_span value)
{
  MG_CLEANUP (mg_js_items_done) struct mg_js_items items = { NULL, 0 };
  static const char *const words[] = { "\"\"", "0", "false", "null", "[]" };
  size_t i;
  int r;

  for (i = 0; i < MG_N_ELEMENTS (words); i++)
    if (strlen (words[i]) == value.len
        && memcmp (words[i], value.p, value.len) == 0)
      return 1;
  if (*value.p != '{')
    return 0;
  r = mg_js_items_read (&items, value);
  for (i = 0; r == 0 && i < items.n; i++) {
    r = is_default (items.v[i].value);
    if (r <= 0)
      return r;
    r = 0;
  }
  return r < 0 ? r : 1;
}

static int
member_part_of (struct mg_js_rules *rules, const struct mg_js_item *part,
                const struct mg_js_item *whole, unsigned level)
{
  int r = 0;

  if (whole != NULL) {
    mg_js_rules_key (rules, level, part->key, part->value);
    r = part_of (rules, part->value, whole->value, level + 1);
  }
  if (r != 0 || !rules->absent_is_default)
    return r;
  r = is_default (part->value);
  return r > 0 && whole != NULL ? is_default (whole->value) : r;
}

static int
object_part_of (struct mg_js_rules *rules, const struct mg_js_items *part,
                const struct mg_js_items *whole, unsigned level)
{
  size_t i, j = 0;
  int r = 1;

  for (i = 0; r > 0 && i < part->n; i++) {
    const struct mg_js_item *same = NULL;

    while (j < whole->n
           && mg_js_span_cmp (whole->v[j].key, part->v[i].key) < 0)
      j++;
    if (j < whole->n
        && mg_js_span_cmp (whole->v[j].key, part->v[i].key) == 0)
      same = &whole->v[j++];
    r = member_part_of (rules, &part->v[i], same, level);
  }
  return r;
}

static int
element_part_of (struct mg_js_rules *rules, const struct mg_js_items *part,
                 size_t i, const struct mg_js_items *whole, size_t j,
                 unsigned level)
{
  mg_js_rules_element (rules, level, i, part->v[i].value);
  return part_of (rules, part->v[i].value, whole->v[j].value, level + 1);
}

/* In their order, perhaps with others between; the first fit is the best. */
static int
array_part_of (struct mg_js_rules *rules, const struct mg_js_items *part,
               const struct mg_js_items *whole, unsigned level)
{
  size_t i = 0, j;
  int r;

  for (j = 0; i < part->n && j < whole->n; j++) {
    r = element_part_of (rules, part, i, whole, j, level);
    if (r < 0)
      return r;
    i += (size_t) r;
  }
  return i == part->n;
}

/* Removes what both have, byte for byte; both are sorted. */
static void
drop_equal (struct mg_js_items *part, struct mg_js_items *whole)
{
  size_t i = 0, j = 0, n = 0, m = 0;
  int order;

  while (i < part->n || j < whole->n) {
    order = i == part->n ? 1 : j == whole->n ? -1
            : mg_js_span_cmp (part->v[i].value, whole->v[j].value);
    if (order < 0)
      part->v[n++] = part->v[i];
    else if (order > 0)
      whole->v[m++] = whole->v[j];
    i += order <= 0;
    j += order >= 0;
  }
  part->n = n;
  whole->n = m;
}

/* A matching of each part to a whole of its own, by augmenting paths. */
struct match {
  struct mg_js_rules *rules;
  const struct mg_js_items *part;
  const struct mg_js_items *whole;
  unsigned level;
  size_t *owner;         /* per whole: 1 + which part has it, 0 = free */
  char *tried;           /* per whole, in this search */
};

static int
find_whole (struct match *m, size_t i)
{
  size_t j, k;
  int r;

  for (k = 0; k < m->whole->n; k++) {
    j = (i + k) % m->whole->n;   /* both are sorted: it is near */
    if (m->tried[j] || (m->owner[j] && m->part->n > MAX_MATCHED))
      continue;
    r = element_part_of (m->rules, m->part, i, m->whole, j, m->level);
    if (r < 0)
      return r;
    if (r == 0)
      continue;
    m->tried[j] = 1;
    r = m->owner[j] ? find_whole (m, m->owner[j] - 1) : 1;
    if (r != 0) {
      m->owner[j] = r > 0 ? i + 1 : 0;
      return r;
    }
  }
  return 0;
}

static int
multiset_part_of (struct mg_js_rules *rules, struct mg_js_items *part,
                  struct mg_js_items *whole, unsigned level)
{
  struct match m = { rules, part, whole, level, NULL, NULL };
  size_t i;
  int r = 1;

  drop_equal (part, whole);
  if (part->n > whole->n)
    return 0;
  m.owner = mg_xcalloc (whole->n + 1, sizeof *m.owner);
  m.tried = mg_xcalloc (whole->n + 1, 1);
  for (i = 0; r > 0 && i < part->n; i++) {
    memset (m.tried, 0, whole->n);
    r = find_whole (&m, i);
  }
  mg_free (m.owner);
  mg_free (m.tried);
  return r;
}

static int
part_of (struct mg_js_rules *rules, struct mg_span part, struct mg_span whole,
         unsigned level)
{
  MG_CLEANUP (mg_js_items_done) struct mg_js_items a = { NULL, 0 };
  MG_CLEANUP (mg_js_items_done) struct mg_js_items b = { NULL, 0 };
  int r;

  if (mg_js_span_cmp (part, whole) == 0)
    return 1;
  if ((*part.p != '{' && *part.p != '[') || *part.p != *whole.p)
    return 0;
  r = mg_js_items_read (&a, part);
  if (r == 0)
    r = mg_js_items_read (&b, whole);
  if (r < 0)
    return r;
  if (*part.p == '{')
    return object_part_of (rules, &a, &b, level);
  if (mg_js_rules_at (rules, level) & MG_JS_UNORDERED)
    return multiset_part_of (rules, &a, &b, level);
  return array_part_of (rules, &a, &b, level);
}

int
mg_json_subset (const char *part, size_t part_len, const char *whole,
                size_t whole_len, const struct mg_json_rules *rules,
                struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf a = MG_BUF_INIT (MG_MAX_PAGE);
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_INIT (MG_MAX_PAGE);
  struct mg_json_rules all = { NULL, NULL, NULL, 0 };
  struct mg_span sa, sb;
  struct mg_js_rules r;
  int result;

  if (rules != NULL)
    all = *rules;
  all.absent_is_default = 0;
  result = mg_json_canonical (part, part_len, &all, &a, err);
  if (result == 0)
    result = mg_json_canonical (whole, whole_len, &all, &b, err);
  if (result == 0)
    result = mg_js_rules_init (&r, rules, err);
  if (result < 0)
    return result;
  sa.p = mg_buf_text (&a);
  sa.len = a.len;
  sb.p = mg_buf_text (&b);
  sb.len = b.len;
  result = part_of (&r, sa, sb, 0);
  mg_js_rules_done (&r);
  if (result < 0)
    return mg_error_set (err, result, "too-large",
                         "no memory to compare JSON");
  return result;
}
