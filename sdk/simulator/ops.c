/* The table of operations: see ops.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "call.h"
#include "ops.h"

/* Cuts the text at the next 'sep'; *pos is NULL behind the last piece. */
static char *
cut (char **pos, char sep)
{
  char *piece = *pos, *end;

  if (piece == NULL)
    return NULL;
  end = strchr (piece, sep);
  if (end != NULL)
    *end++ = '\0';
  *pos = end;
  return piece;
}

static void
add_fields (struct sim_fields *f, const char *text)
{
  MG_CLEANUP_FREE char *copy = mg_xstrdup (text);
  char *pos = copy, *piece;

  if (strcmp (text, "*") == 0) {
    f->any = 1;
    return;
  }
  if (strcmp (text, "-") == 0)
    return;
  while ((piece = cut (&pos, ' ')) != NULL) {
    char *colon = strrchr (piece, ':');
    struct sim_field *one;
    size_t len;

    if (colon == NULL)
      continue;
    *colon++ = '\0';
    f->list = mg_xreallocarray (f->list, (size_t) f->n + 1,
                                sizeof f->list[0]);
    one = &f->list[f->n++];
    len = strlen (colon);
    one->required = len > 0 && colon[len - 1] == '!';
    one->name = mg_xstrdup (piece);
    one->type = mg_xstrndup (colon, len - (size_t) one->required);
  }
}

static void
fields_done (struct sim_fields *f)
{
  int i;

  for (i = 0; i < f->n; i++) {
    mg_free (f->list[i].name);
    mg_free (f->list[i].type);
  }
  mg_free (f->list);
}

struct sim_op *
sim_ops_add (struct sim_ops *o, const char *method, const char *path,
             const char *query, const char *body)
{
  struct sim_op *op;

  o->ops = mg_xreallocarray (o->ops, (size_t) o->n_ops + 1, sizeof *op);
  op = &o->ops[o->n_ops++];
  memset (op, 0, sizeof *op);
  op->method = mg_xstrdup (method);
  op->path = mg_xstrdup (path);
  add_fields (&op->query, query);
  op->form = strcmp (body, "form") == 0;
  if (!op->form)
    add_fields (&op->body, body);
  return op;
}

static void
add_message (struct sim_ops *o, const char *name, const char *fields)
{
  struct sim_message *m;

  o->messages = mg_xreallocarray (o->messages, (size_t) o->n_messages + 1,
                                  sizeof *m);
  m = &o->messages[o->n_messages++];
  memset (m, 0, sizeof *m);
  m->name = mg_xstrdup (name);
  add_fields (&m->fields, fields);
}

static void
add_enum (struct sim_ops *o, const char *name, char *values)
{
  struct sim_enum *e;
  char *value;

  o->enums = mg_xreallocarray (o->enums, (size_t) o->n_enums + 1, sizeof *e);
  e = &o->enums[o->n_enums++];
  memset (e, 0, sizeof *e);
  e->name = mg_xstrdup (name);
  while ((value = cut (&values, ' ')) != NULL) {
    e->values = mg_xreallocarray (e->values, (size_t) e->n + 1,
                                  sizeof e->values[0]);
    e->values[e->n++] = mg_xstrdup (value);
  }
}

static int
add_more (struct sim_ops *o, char **col)
{
  int i;

  for (i = 0; i < o->n_ops; i++) {
    struct sim_op *op = &o->ops[i];

    if (mg_streq (op->method, col[1]) && mg_streq (op->path, col[2])) {
      add_fields (&op->query, col[3]);
      add_fields (&op->body, col[4]);
      return 1;
    }
  }
  return 0;
}

static int
add_file (struct sim_ops *o, char **col)
{
  int i;

  for (i = 0; i < o->n_ops; i++) {
    struct sim_op *op = &o->ops[i];

    if (mg_streq (op->method, col[1]) && mg_streq (op->path, col[2])
        && op->file == NULL) {
      op->file = mg_xstrdup (col[3]);
      return 1;
    }
  }
  return 0;
}

static int
read_line (struct sim_ops *o, char **col, int n)
{
  if (n == 5 && mg_streq (col[0], "op"))
    sim_ops_add (o, col[1], col[2], col[3], col[4]);
  else if (n == 5 && mg_streq (col[0], "more"))
    return add_more (o, col);
  else if (n == 4 && mg_streq (col[0], "file"))
    return add_file (o, col);
  else if (n == 3 && mg_streq (col[0], "message"))
    add_message (o, col[1], col[2]);
  else if (n == 3 && mg_streq (col[0], "enum"))
    add_enum (o, col[1], col[2]);
  else if (n == 3 && mg_streq (col[0], "alias")) {
    struct sim_alias *a;

    o->aliases = mg_xreallocarray (o->aliases, (size_t) o->n_aliases + 1,
                                   sizeof *a);
    a = &o->aliases[o->n_aliases++];
    a->from = mg_xstrdup (col[1]);
    a->to = mg_xstrdup (col[2]);
  }
  else
    return 0;
  return 1;
}

int
sim_ops_read (struct sim_ops *o, const char *tsv, struct mg_error *err)
{
  MG_CLEANUP_FREE char *copy = mg_xstrdup (tsv);
  char *pos = copy, *line;
  int number = 0;

  while ((line = cut (&pos, '\n')) != NULL) {
    char *col[6], *rest = line, *piece;
    int n = 0;

    number++;
    if (line[0] == '\0' || line[0] == '#')
      continue;
    while (n < 6 && (piece = cut (&rest, '\t')) != NULL)
      col[n++] = piece;
    if (!read_line (o, col, n))
      return mg_error_set (err, MG_E_INVALID, "bad-table",
                           "operations: line %d is not one", number);
  }
  return 0;
}

void
sim_ops_done (struct sim_ops *o)
{
  int i, j;

  for (i = 0; i < o->n_ops; i++) {
    mg_free (o->ops[i].method);
    mg_free (o->ops[i].path);
    mg_free (o->ops[i].file);
    fields_done (&o->ops[i].query);
    fields_done (&o->ops[i].body);
  }
  for (i = 0; i < o->n_messages; i++) {
    mg_free (o->messages[i].name);
    fields_done (&o->messages[i].fields);
  }
  for (i = 0; i < o->n_enums; i++) {
    for (j = 0; j < o->enums[i].n; j++)
      mg_free (o->enums[i].values[j]);
    mg_free (o->enums[i].name);
    mg_free (o->enums[i].values);
  }
  for (i = 0; i < o->n_aliases; i++) {
    mg_free (o->aliases[i].from);
    mg_free (o->aliases[i].to);
  }
  mg_free (o->ops);
  mg_free (o->messages);
  mg_free (o->enums);
  mg_free (o->aliases);
  memset (o, 0, sizeof *o);
}

/* --- matching -------------------------------------------------------- */

struct match { struct sim_span params[SIM_MAX_PARAMS]; int n, literal; };

/* Segment by segment; a placeholder takes one segment that is not empty. */
static int
match_path (const char *pattern, const char *path, struct match *m)
{
  m->n = 0;
  m->literal = 0;
  while (*pattern != '\0' && *path != '\0') {
    size_t plen = strcspn (pattern + 1, "/") + 1;
    size_t len = strcspn (path + 1, "/") + 1;

    if (plen > 1 && pattern[1] == '{') {
      if (len < 2 || m->n == SIM_MAX_PARAMS)
        return 0;
      m->params[m->n].at = path + 1;
      m->params[m->n++].len = len - 1;
    }
    else if (plen != len || memcmp (pattern, path, len) != 0)
      return 0;
    else
      m->literal++;
    pattern += plen;
    path += len;
  }
  return *pattern == '\0' && *path == '\0';
}

const struct sim_op *
sim_ops_find (const struct sim_ops *o, const char *method, const char *path,
              char **ret_params, int max, int *ret_n_params)
{
  const struct sim_op *best = NULL;
  struct match m, won = { .n = 0 };
  int i;

  for (i = 0; i < o->n_ops; i++) {
    const struct sim_op *op = &o->ops[i];

    if (strcmp (op->method, method) != 0 || !match_path (op->path, path, &m))
      continue;
    /* of two that are the same the later one serves: that of --routes */
    if (best == NULL || m.literal >= won.literal) {
      best = op;
      won = m;
    }
  }
  *ret_n_params = 0;
  for (i = 0; best != NULL && i < won.n && i < max; i++)
    ret_params[(*ret_n_params)++] =
      sim_url_decode (won.params[i].at, won.params[i].len, 0);
  return best;
}

char *
sim_ops_unalias (const struct sim_ops *o, const char *path)
{
  int i;

  for (i = 0; i < o->n_aliases; i++)
    if (mg_starts (path, o->aliases[i].from))
      return mg_xasprintf ("%s%s", o->aliases[i].to,
                           path + strlen (o->aliases[i].from));
  return NULL;
}

const struct sim_message *
sim_ops_message (const struct sim_ops *o, const char *name)
{
  int i;

  for (i = 0; i < o->n_messages; i++)
    if (strcmp (o->messages[i].name, name) == 0)
      return &o->messages[i];
  return NULL;
}

const struct sim_enum *
sim_ops_enum (const struct sim_ops *o, const char *name)
{
  int i;

  for (i = 0; i < o->n_enums; i++)
    if (strcmp (o->enums[i].name, name) == 0)
      return &o->enums[i];
  return NULL;
}
