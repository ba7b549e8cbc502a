/* Lists of experiments: search, list, their pages and filters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "base/str.h"
#include "mlflow.h"

#define MAX_RESULTS 3000
#define MAX_LIST 1000
#define MAX_TERMS 16
#define MAX_KEYS 4
#define TOKEN_MASK INT64_C (0x5a5a5a5a)   /* so that nobody counts on it */

/* --- filters --------------------------------------------------------- */

struct term { char *field, *value; char op[8]; int is_tag, is_number; };

struct sim_where { struct term terms[MAX_TERMS]; int n; };

static const char *
skip (const char *p)
{
  while (*p == ' ' || *p == '\t' || *p == '\n')
    p++;
  return p;
}

/* A quoted text or a word; *pos moves behind it.  NULL when there is none. */
static char *
take_word (const char **pos, const char *ends)
{
  const char *p = skip (*pos);
  char quote = *p;
  size_t len;

  if (quote == '\'' || quote == '"' || quote == '`') {
    const char *end = strchr (p + 1, quote);

    if (end == NULL)
      return NULL;
    *pos = end + 1;
    return mg_xstrndup (p + 1, (size_t) (end - p) - 1);
  }
  len = strcspn (p, ends);
  if (len == 0)
    return NULL;
  *pos = p + len;
  return mg_xstrndup (p, len);
}

static int
take_operator (const char **pos, char ret_op[8])
{
  static const char *const ops[] = { "!=", ">=", "<=", "=", ">", "<",
                                     "ILIKE", "LIKE", NULL };
  const char *p = skip (*pos);
  int i;

  for (i = 0; ops[i] != NULL; i++) {
    size_t len = strlen (ops[i]);

    if (strncasecmp (p, ops[i], len) == 0) {
      snprintf (ret_op, 8, "%s", ops[i]);
      *pos = p + len;
      return 0;
    }
  }
  return -1;
}

static int
take_term (const char **pos, struct term *t)
{
  t->field = take_word (pos, " \t=!<>.");
  if (t->field == NULL)
    return -1;
  if (**pos == '.') {
    t->is_tag = mg_starts (t->field, "tag");
    if (!t->is_tag && !mg_starts (t->field, "attr"))
      return -1;
    (*pos)++;
    mg_free (t->field);
    t->field = take_word (pos, " \t=!<>");
    if (t->field == NULL)
      return -1;
  }
  if (take_operator (pos, t->op) < 0)
    return -1;
  *pos = skip (*pos);
  t->is_number = **pos != '\'' && **pos != '"';
  t->value = take_word (pos, " \t)");
  if (t->value == NULL)
    return -1;
  if (t->is_tag)
    return 0;
  return mg_streq (t->field, "name") || mg_streq (t->field, "creation_time")
    || mg_streq (t->field, "last_update_time") ? 0 : -1;
}

struct sim_where *
sim_where_new (const char *text, const char **ret_why)
{
  struct sim_where *w = mg_xcalloc (1, sizeof *w);

  for (text = skip (text); *text != '\0'; text = skip (text)) {
    if (w->n == MAX_TERMS || take_term (&text, &w->terms[w->n++]) < 0)
      goto bad;
    text = skip (text);
    if (*text == '\0')
      break;
    if (strncasecmp (text, "AND ", 4) != 0)
      goto bad;
    text += 4;
  }
  return w;

 bad:
  *ret_why = text;
  sim_where_free (w);
  return NULL;
}

void
sim_where_free (struct sim_where *w)
{
  int i;

  for (i = 0; w != NULL && i < w->n; i++) {
    mg_free (w->terms[i].field);
    mg_free (w->terms[i].value);
  }
  mg_free (w);
}

/* SQL's LIKE: '%' any text, '_' one byte. */
static int
like (const char *pattern, const char *s)
{
  const char *star = NULL, *from = NULL;

  while (*s != '\0') {
    if (*pattern == '%') {
      star = pattern++;
      from = s;
    }
    else if (*pattern == '_' || (*pattern != '\0' && *pattern == *s)) {
      pattern++;
      s++;
    }
    else if (star != NULL) {
      pattern = star + 1;
      s = ++from;
    }
    else
      return 0;
  }
  while (*pattern == '%')
    pattern++;
  return *pattern == '\0';
}

static int
compare_text (const struct term *t, const char *have)
{
  if (have == NULL)
    return 0;
  if (strcmp (t->op, "=") == 0)
    return strcmp (have, t->value) == 0;
  if (strcmp (t->op, "!=") == 0)
    return strcmp (have, t->value) != 0;
  if (strcmp (t->op, "LIKE") == 0)
    return like (t->value, have);
  if (strcmp (t->op, "ILIKE") == 0) {
    MG_CLEANUP_FREE char *a = mg_fold (t->value);
    MG_CLEANUP_FREE char *b = mg_fold (have);

    return like (a, b);
  }
  return 0;
}

static int
compare_number (const struct term *t, int64_t have)
{
  int64_t want = 0;

  if (mg_parse_int64 (t->value, &want) < 0)
    return 0;
  switch (t->op[0]) {
  case '=': return have == want;
  case '!': return have != want;
  case '<': return t->op[1] == '=' ? have <= want : have < want;
  case '>': return t->op[1] == '=' ? have >= want : have > want;
  default: return 0;
  }
}

static const char *
tag_value (struct json_object *e, const char *key)
{
  struct json_object *tags = sim_json_array (e, "tags");
  size_t i, n = tags ? json_object_array_length (tags) : 0;

  for (i = 0; i < n; i++) {
    struct json_object *tag = json_object_array_get_idx (tags, i);

    if (mg_streq (sim_json_str (tag, "key"), key))
      return sim_json_str (tag, "value");
  }
  return NULL;
}

int
sim_where_match (const struct sim_where *w, struct json_object *e)
{
  int i, good = 1;

  for (i = 0; i < w->n && good; i++) {
    const struct term *t = &w->terms[i];

    if (t->is_tag)
      good = compare_text (t, tag_value (e, t->field));
    else if (strcmp (t->field, "name") == 0)
      good = compare_text (t, sim_json_str (e, "name"));
    else
      good = compare_number (t, sim_json_int (e, t->field, 0));
  }
  return good;
}

/* --- order ----------------------------------------------------------- */

static const char *const key_fields[] = {
  "name", "experiment_id", "creation_time", "last_update_time",
};

struct key { size_t field; int down; };

/* "attribute.name DESC" and shorter ones. */
static int
read_key (const char *text, struct key *ret_key)
{
  MG_CLEANUP_FREE char *field = take_word (&text, " \t.");
  MG_CLEANUP_FREE char *way = NULL;
  size_t i;

  if (field != NULL && *text == '.' && mg_starts (field, "attr")) {
    text++;
    mg_free (field);
    field = take_word (&text, " \t");
  }
  way = take_word (&text, " \t");
  if (*skip (text) != '\0'
      || (way != NULL && strcasecmp (way, "ASC") != 0
          && strcasecmp (way, "DESC") != 0))
    return -1;
  for (i = 0; i < MG_N_ELEMENTS (key_fields); i++) {
    if (mg_streq (field, key_fields[i])) {
      ret_key->field = i;
      ret_key->down = way != NULL && strcasecmp (way, "DESC") == 0;
      return 0;
    }
  }
  return -1;
}

/* --- lists ----------------------------------------------------------- */

struct search {
  struct sim_call *c;
  struct sim_where *where;
  const char *view;          /* ACTIVE_ONLY, DELETED_ONLY, ALL */
  struct key keys[MAX_KEYS]; /* of order_by */
  int n_keys;
  int64_t max;
  int64_t from;              /* of the page token */
};

static int
shown (const struct search *q, const struct sim_object *o)
{
  MG_CLEANUP_FREE char *stage = NULL;

  if (!sim_visible (q->c, o))
    return 0;
  if (strcmp (q->view, "ALL") != 0) {
    stage = sim_text_field (o->text, "lifecycle_stage");
    if ((strcmp (stage, "active") == 0)
        != (strcmp (q->view, "ACTIVE_ONLY") == 0))
      return 0;
  }
  if (q->where != NULL) {
    MG_CLEANUP (sim_json_put) struct json_object *e =
      sim_object_json (&q->c->s->tables[SIM_EXPERIMENTS], o);

    return sim_where_match (q->where, e);
  }
  return 1;
}

static void
add_one (struct mg_buf *out, const struct sim_object *o, int64_t *n)
{
  mg_buf_add_str (out, (*n)++ == 0 ? "{\"experiments\":[" : ",");
  mg_buf_add_str (out, o->text);
}

static void
end_list (struct search *q, int64_t n, int64_t next)
{
  struct mg_buf *out = &q->c->r->body;

  mg_buf_add_str (out, n == 0 ? "{" : "]");
  if (next >= 0)
    mg_buf_addf (out, "%s\"next_page_token\":\"%c%" PRId64 "\"",
                 n == 0 ? "" : ",", q->n_keys > 0 ? 'o' : 's', next ^ TOKEN_MASK);
  mg_buf_add_byte (out, '}');
  q->c->r->status = 200;
  q->c->r->content_type = "application/json";
}

/* The newest first; a page token is the slot of the next one, so that what is
 * made or deleted meanwhile moves nothing. */
static void
list_by_age (struct search *q)
{
  struct sim_table *t = &q->c->s->tables[SIM_EXPERIMENTS];
  int64_t i, n = 0, next = -1;

  i = q->from < 0 ? t->n_live
    : sim_table_from_slot (t, (uint32_t) q->from + 1);
  while (i-- > 0) {
    const struct sim_object *o = sim_table_at (t, (uint32_t) i);

    if (!shown (q, o))
      continue;
    if (n >= q->max) {
      next = o->slot;
      break;
    }
    add_one (&q->c->r->body, o, &n);
    if (sim_times (q->c, n == 1) > 1)
      add_one (&q->c->r->body, o, &n);
  }
  end_list (q, n, next);
}

struct sorted {
  const struct sim_object *o;
  const struct search *q;
  char *name;
  int64_t numbers[MAX_KEYS];
};

/* The newest first where the keys are equal. */
static int
by_keys (const void *a, const void *b)
{
  const struct sorted *x = a, *y = b;
  int i, order;

  for (i = 0; i < x->q->n_keys; i++) {
    order = x->q->keys[i].field == 0 ? strcmp (x->name, y->name)
      : (x->numbers[i] > y->numbers[i]) - (x->numbers[i] < y->numbers[i]);
    if (order != 0)
      return x->q->keys[i].down ? -order : order;
  }
  return (x->o->slot < y->o->slot) - (x->o->slot > y->o->slot);
}

static void
read_sorted (const struct search *q, const struct sim_object *o,
             struct sorted *ret_one)
{
  int i;

  ret_one->o = o;
  ret_one->q = q;
  ret_one->name = sim_text_field (o->text, "name");
  for (i = 0; i < q->n_keys; i++) {
    MG_CLEANUP_FREE char *text =
      sim_text_field (o->text, key_fields[q->keys[i].field]);

    (void) mg_parse_int64 (text, &ret_one->numbers[i]);
  }
}

static void
list_sorted (struct search *q)
{
  struct sim_table *t = &q->c->s->tables[SIM_EXPERIMENTS];
  struct sorted *all = mg_xcalloc (t->n_live + 1, sizeof *all);
  int64_t i, n_all = 0, n = 0;

  for (i = 0; i < t->n_live; i++) {
    const struct sim_object *o = sim_table_at (t, (uint32_t) i);

    if (shown (q, o))
      read_sorted (q, o, &all[n_all++]);
  }
  qsort (all, (size_t) n_all, sizeof *all, by_keys);
  for (i = q->from < 0 ? 0 : q->from; i < n_all && n < q->max; i++)
    add_one (&q->c->r->body, all[i].o, &n);
  end_list (q, n, i < n_all ? i : -1);
  for (i = 0; i < n_all; i++)
    mg_free (all[i].name);
  mg_free (all);
}

static int
read_token (struct search *q, const char *token)
{
  int64_t value;

  q->from = -1;
  if (token == NULL || *token == '\0')
    return 0;
  if (token[0] != (q->n_keys > 0 ? 'o' : 's')
      || mg_parse_int64 (token + 1, &value) < 0
      || (value ^ TOKEN_MASK) < 0 || (value ^ TOKEN_MASK) > UINT32_MAX) {
    sim_fail (q->c, 400, "INVALID_PARAMETER_VALUE",
              "Invalid page token: '%s'", token);
    return -1;
  }
  q->from = value ^ TOKEN_MASK;
  return 0;
}

static const char *
argument (struct sim_call *c, const char *name)
{
  return strcmp (c->q->method, "GET") == 0 ? sim_query (c, name)
                                           : sim_json_str (c->body, name);
}

static int
add_key (struct search *q, const char *text)
{
  if (q->n_keys < MAX_KEYS && text != NULL
      && read_key (text, &q->keys[q->n_keys]) == 0) {
    q->n_keys++;
    return 0;
  }
  sim_fail (q->c, 400, "INVALID_PARAMETER_VALUE",
            "Invalid order_by clause '%s'", text ? text : "");
  return -1;
}

static int
read_order (struct search *q)
{
  struct sim_call *c = q->c;
  struct json_object *list = sim_json_array (c->body, "order_by");
  size_t i, n = list ? json_object_array_length (list) : 0;

  for (i = 0; i < (size_t) c->n_query; i++)
    if (strcmp (c->query[i].name, "order_by") == 0
        && add_key (q, c->query[i].value) < 0)
      return -1;
  for (i = 0; i < n; i++)
    if (add_key (q, json_object_get_string (
                      json_object_array_get_idx (list, i))) < 0)
      return -1;
  return 0;
}

static void
search (struct sim_call *c, const char *filter, int64_t asked,
        int64_t most)
{
  struct search q = { .c = c };
  const char *why = "";

  q.view = argument (c, "view_type");
  if (q.view == NULL)
    q.view = "ACTIVE_ONLY";
  q.max = sim_page_size (c, asked, most);
  if (read_order (&q) < 0)
    return;
  if (read_token (&q, argument (c, "page_token")) < 0)
    return;
  if (filter != NULL && *filter != '\0') {
    q.where = sim_where_new (filter, &why);
    if (q.where == NULL) {
      sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
                "Invalid filter '%s' near '%s'", filter, why);
      return;
    }
  }
  if (q.n_keys > 0)
    list_sorted (&q);
  else
    list_by_age (&q);
  sim_where_free (q.where);
}

void
sim_exp_search (struct sim_call *c)
{
  int64_t asked = strcmp (c->q->method, "GET") == 0
    ? sim_query_int (c, "max_results", 0)
    : sim_json_int (c->body, "max_results", 0);

  if (asked > MAX_RESULTS || asked < 0) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Invalid value %" PRId64 " for max_results: it must be at most "
              "%d", asked, MAX_RESULTS);
    return;
  }
  search (c, argument (c, "filter"), asked, MAX_RESULTS);
}

void
sim_exp_list (struct sim_call *c)
{
  search (c, NULL, sim_query_int (c, "max_results", 0), MAX_LIST);
}
