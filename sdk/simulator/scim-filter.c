/* SCIM filters: attribute eq|ne|co|sw|ew|pr value, joined by and, or, not and
 * parentheses.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/str.h"
#include "call.h"

#define MAX_NODES 200

enum op { AND, OR, NOT, EQ, NE, CO, SW, EW, PR };

struct node {
  enum op op;
  int left, right;           /* nodes, for and, or, not */
  char *attribute;
  char *value;               /* of a comparison, folded */
};

struct sim_filter { struct node nodes[MAX_NODES]; int n, top; };

struct parser {
  struct sim_filter *f;
  const char *p;
  const char *why;
  int depth;
};

static int parse_or (struct parser *k);

static void
space (struct parser *k)
{
  while (*k->p == ' ' || *k->p == '\t')
    k->p++;
}

static int
fail (struct parser *k, const char *why)
{
  if (k->why == NULL)
    k->why = why;
  return -1;
}

static int
new_node (struct parser *k, enum op op)
{
  if (k->f->n == MAX_NODES)
    return fail (k, "too many terms");
  k->f->nodes[k->f->n].op = op;
  return k->f->n++;
}

/* The keyword, when it stands here as a whole word. */
static int
keyword (struct parser *k, const char *word)
{
  size_t len = strlen (word);

  space (k);
  if (strncasecmp (k->p, word, len) != 0
      || (k->p[len] != ' ' && k->p[len] != '(' && k->p[len] != '\0'))
    return 0;
  k->p += len;
  return 1;
}

static char *
parse_value (struct parser *k)
{
  struct json_object *o;
  const char *p = k->p;
  char *value = NULL;
  size_t len;

  space (k);
  p = k->p;
  if (*p == '"') {
    for (p++; *p != '\0' && *p != '"'; p++)
      if (*p == '\\' && p[1] != '\0')
        p++;
    if (*p != '"')
      return NULL;
    len = (size_t) (p + 1 - k->p);
    o = sim_json_parse (k->p, len, NULL);
    if (o != NULL)
      value = mg_fold (json_object_get_string (o));
    json_object_put (o);
  }
  else {
    MG_CLEANUP_FREE char *word = NULL;

    len = strcspn (p, " )");
    word = mg_xstrndup (p, len);
    if (len > 0)
      value = mg_fold (word);
  }
  k->p += len;
  return value;
}

static int
parse_comparison (struct parser *k)
{
  static const struct { const char *word; enum op op; } ops[] = {
    { "eq", EQ }, { "ne", NE }, { "co", CO }, { "sw", SW }, { "ew", EW },
    { "pr", PR },
  };
  size_t i, len;
  struct node *n;
  int at;

  space (k);
  len = strcspn (k->p, " ()\"[]");
  if (len == 0)
    return fail (k, "an attribute is missing");
  at = new_node (k, PR);
  if (at < 0)
    return -1;
  n = &k->f->nodes[at];
  n->attribute = mg_xstrndup (k->p, len);
  k->p += len;
  for (i = 0; i < MG_N_ELEMENTS (ops); i++)
    if (keyword (k, ops[i].word))
      break;
  if (i == MG_N_ELEMENTS (ops))
    return fail (k, "the operator is unknown");
  n->op = ops[i].op;
  if (n->op == PR)
    return at;
  n->value = parse_value (k);
  return n->value == NULL ? fail (k, "a value is missing") : at;
}

static int
parse_term (struct parser *k)
{
  int at, inner;

  if (keyword (k, "not")) {
    at = new_node (k, NOT);
    inner = at < 0 ? -1 : parse_term (k);
    if (inner < 0)
      return -1;
    k->f->nodes[at].left = inner;
    return at;
  }
  space (k);
  if (*k->p != '(')
    return parse_comparison (k);
  if (++k->depth > 32)
    return fail (k, "too deep");
  k->p++;
  at = parse_or (k);
  space (k);
  if (at < 0 || *k->p != ')')
    return fail (k, "a parenthesis is missing");
  k->p++;
  k->depth--;
  return at;
}

static int
parse_chain (struct parser *k, enum op op, const char *word,
             int (*inner) (struct parser *))
{
  int left = inner (k);

  while (left >= 0 && keyword (k, word)) {
    int right = inner (k), at = new_node (k, op);

    if (right < 0 || at < 0)
      return -1;
    k->f->nodes[at].left = left;
    k->f->nodes[at].right = right;
    left = at;
  }
  return left;
}

static int
parse_and (struct parser *k)
{
  return parse_chain (k, AND, "and", parse_term);
}

static int
parse_or (struct parser *k)
{
  return parse_chain (k, OR, "or", parse_and);
}

struct sim_filter *
sim_filter_new (const char *text, const char **ret_why)
{
  struct sim_filter *f = mg_xcalloc (1, sizeof *f);
  struct parser k = { .f = f, .p = text };

  f->top = parse_or (&k);
  space (&k);
  if (f->top < 0 || *k.p != '\0') {
    *ret_why = k.why ? k.why : "the rest cannot be read";
    sim_filter_free (f);
    return NULL;
  }
  return f;
}

void
sim_filter_free (struct sim_filter *f)
{
  int i;

  for (i = 0; f != NULL && i < f->n; i++) {
    mg_free (f->nodes[i].attribute);
    mg_free (f->nodes[i].value);
  }
  mg_free (f);
}

const char *
sim_filter_eq (const struct sim_filter *f, const char *attribute)
{
  const struct node *n = &f->nodes[f->top];

  return n->op == EQ && strcasecmp (n->attribute, attribute) == 0 ? n->value
                                                                  : NULL;
}

/* --- matching -------------------------------------------------------- */

static int
compare (const struct node *n, struct json_object *v)
{
  MG_CLEANUP_FREE char *have = NULL;

  if (v == NULL)
    return 0;
  if (n->op == PR)
    return 1;
  have = mg_fold (json_object_get_string (v));
  switch ((int) n->op) {
  case EQ: return strcmp (have, n->value) == 0;
  case NE: return strcmp (have, n->value) != 0;
  case CO: return strstr (have, n->value) != NULL;
  case SW: return mg_starts (have, n->value);
  default: return mg_ends (have, n->value);
  }
}

static struct json_object *
member (struct json_object *o, const char *name, size_t len)
{
  if (!json_object_is_type (o, json_type_object))
    return NULL;
  json_object_object_foreach (o, have, value) {
    if (strlen (have) == len && strncasecmp (have, name, len) == 0)
      return value;
  }
  return NULL;
}

/* Any value at the path: arrays are looked through. */
static int
match_path (const struct node *n, struct json_object *o, const char *path)
{
  size_t len = strcspn (path, "."), i;
  struct json_object *v = member (o, path, len);

  path += len;
  if (*path == '.')
    path++;
  if (json_object_is_type (v, json_type_array)) {
    for (i = 0; i < json_object_array_length (v); i++) {
      struct json_object *one = json_object_array_get_idx (v, i);

      if (*path != '\0' ? match_path (n, one, path)
          : compare (n, json_object_is_type (one, json_type_object)
                     ? member (one, "value", 5) : one))
        return 1;
    }
    return 0;
  }
  return *path != '\0' ? match_path (n, v, path) : compare (n, v);
}

static int
match_node (const struct sim_filter *f, int at, struct json_object *o)
{
  const struct node *n = &f->nodes[at];

  if (n->op == AND)
    return match_node (f, n->left, o) && match_node (f, n->right, o);
  if (n->op == OR)
    return match_node (f, n->left, o) || match_node (f, n->right, o);
  if (n->op == NOT)
    return !match_node (f, n->left, o);
  return match_path (n, o, n->attribute);
}

int
sim_filter_match (const struct sim_filter *f, struct json_object *o)
{
  return match_node (f, f->top, o);
}
