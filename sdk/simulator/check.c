/* Every request is compared with the table of operations: unknown fields,
 * wrong types and missing fields answer 400 and are counted.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "base/str.h"
#include "call.h"
#include "multipart.h"

#define MAX_DEPTH 16
#define MAX_PART (64 * 1024)  /* of a form, but for its file */

struct check {
  struct sim_call *c;
  int failed;
  int depth;
};

static void refuse (struct check *k, const char *group, const char *field,
                    const char *format, ...) MG_PRINTF (4, 5);

static void
refuse (struct check *k, const char *group, const char *field,
        const char *format, ...)
{
  struct sim_call *c = k->c;
  char name[300], text[400];
  va_list args;

  snprintf (name, sizeof name, "%s %s %s", c->op->method, c->op->path, field);
  sim_count (c->s, group, name);
  if (k->failed
      || (c->s->config.lenient && strcmp (group, "missing-fields") != 0))
    return;
  k->failed = 1;
  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  sim_fail (c, 400, c->scim ? "invalidValue" : "MALFORMED_REQUEST", "%s",
            text);
}

static const struct sim_field *
find_field (const struct sim_fields *f, const char *name)
{
  int i;

  for (i = 0; i < f->n; i++)
    if (strcmp (f->list[i].name, name) == 0)
      return &f->list[i];
  return NULL;
}

static int
in_enum (const struct sim_enum *e, const char *value)
{
  int i;

  for (i = 0; i < e->n; i++)
    if (strcmp (e->values[i], value) == 0)
      return 1;
  return 0;
}

static void check_object (struct check *k, const struct sim_fields *fields,
                          struct json_object *o, const char *where);

static int
is_plain (const char *type, struct json_object *v, int *ret_good)
{
  static const struct { const char *name; enum json_type type; } plain[] = {
    { "string", json_type_string }, { "integer", json_type_int },
    { "boolean", json_type_boolean }, { "object", json_type_object },
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (plain); i++) {
    if (strcmp (type, plain[i].name) == 0) {
      *ret_good = json_object_is_type (v, plain[i].type);
      return 1;
    }
  }
  *ret_good = 1;
  if (strcmp (type, "any") == 0)
    return 1;
  if (strcmp (type, "number") == 0) {
    *ret_good = json_object_is_type (v, json_type_int)
      || json_object_is_type (v, json_type_double);
    return 1;
  }
  return 0;
}

static void check_value (struct check *k, const char *type,
                         struct json_object *v, const char *where);

static void
check_list (struct check *k, const char *type, struct json_object *v,
            const char *where)
{
  MG_CLEANUP_FREE char *inner = mg_xstrndup (type + 1, strlen (type) - 2);
  size_t i, n;

  if (!json_object_is_type (v, json_type_array)) {
    refuse (k, "wrong-types", where, "field '%s' must be an array", where);
    return;
  }
  n = json_object_array_length (v);
  for (i = 0; i < n && !k->failed; i++)
    check_value (k, inner, json_object_array_get_idx (v, i), where);
}

static void
check_value (struct check *k, const char *type, struct json_object *v,
             const char *where)
{
  const struct sim_message *message;
  const struct sim_enum *values;
  int good;

  if (v == NULL)                       /* null is the same as absent */
    return;
  if (type[0] == '[') {
    check_list (k, type, v, where);
    return;
  }
  if (type[0] == '{')
    type = "object";
  if (is_plain (type, v, &good)) {
    if (!good)
      refuse (k, "wrong-types", where, "field '%s' must be of type %s", where,
              type);
    return;
  }
  values = sim_ops_enum (&k->c->s->ops, type);
  if (values != NULL) {
    if (!json_object_is_type (v, json_type_string)
        || !in_enum (values, json_object_get_string (v)))
      refuse (k, "wrong-types", where, "field '%s' must be one of %s", where,
              type);
    return;
  }
  message = sim_ops_message (&k->c->s->ops, type);
  if (message == NULL)
    return;
  if (!json_object_is_type (v, json_type_object)) {
    refuse (k, "wrong-types", where, "field '%s' must be an object", where);
    return;
  }
  if (k->depth < MAX_DEPTH) {
    k->depth++;
    check_object (k, &message->fields, v, where);
    k->depth--;
  }
}

static void
check_object (struct check *k, const struct sim_fields *fields,
              struct json_object *o, const char *where)
{
  char path[200];
  int i;

  if (fields->any)
    return;
  json_object_object_foreach (o, name, value) {
    const struct sim_field *field = find_field (fields, name);

    snprintf (path, sizeof path, "%s%s%s", where, *where ? "." : "", name);
    if (field == NULL)
      refuse (k, "unknown-fields", path, "unknown field '%s'", path);
    else
      check_value (k, field->type, value, path);
    if (k->failed)
      return;
  }
  for (i = 0; i < fields->n; i++) {
    if (!fields->list[i].required
        || json_object_object_get (o, fields->list[i].name) != NULL)
      continue;
    snprintf (path, sizeof path, "%s%s%s", where, *where ? "." : "",
              fields->list[i].name);
    refuse (k, "missing-fields", path, "missing required field '%s'", path);
  }
}

static void
check_query_value (struct check *k, const struct sim_field *field,
                   const char *value)
{
  MG_CLEANUP_FREE char *inner = NULL;
  const char *type = field->type;
  const struct sim_enum *values;
  int64_t number;

  if (type[0] == '[')
    type = inner = mg_xstrndup (type + 1, strlen (type) - 2);
  if (strcmp (type, "integer") == 0) {
    if (mg_parse_int64 (value, &number) < 0)
      refuse (k, "wrong-types", field->name,
              "query field '%s' must be of type integer", field->name);
    return;
  }
  if (strcmp (type, "boolean") == 0) {
    /* the Python SDK writes True inside of a filter */
    if (strcasecmp (value, "true") != 0 && strcasecmp (value, "false") != 0)
      refuse (k, "wrong-types", field->name,
              "query field '%s' must be of type boolean", field->name);
    return;
  }
  values = sim_ops_enum (&k->c->s->ops, type);
  if (values != NULL && !in_enum (values, value))
    refuse (k, "wrong-types", field->name,
            "query field '%s' must be one of %s", field->name, type);
}

static void
check_query (struct check *k)
{
  const struct sim_fields *fields = &k->c->op->query;
  int i;

  if (fields->any)
    return;
  for (i = 0; i < k->c->n_query && !k->failed; i++) {
    const struct sim_pair *pair = &k->c->query[i];
    const struct sim_field *field = find_field (fields, pair->name);

    if (field == NULL)
      refuse (k, "unknown-fields", pair->name, "unknown query field '%s'",
              pair->name);
    else
      check_query_value (k, field, pair->value);
  }
  for (i = 0; i < fields->n && !k->failed; i++)
    if (fields->list[i].required
        && sim_query (k->c, fields->list[i].name) == NULL)
      refuse (k, "missing-fields", fields->list[i].name,
              "missing required query field '%s'", fields->list[i].name);
}

/* --- forms ----------------------------------------------------------- */

/* A text as the value of its field. */
static struct json_object *
part_value (const struct sim_field *field, const struct sim_part *part)
{
  if (strcmp (field->type, "boolean") == 0) {
    if (part->len == 4 && memcmp (part->data, "true", 4) == 0)
      return json_object_new_boolean (1);
    if (part->len == 5 && memcmp (part->data, "false", 5) == 0)
      return json_object_new_boolean (0);
  }
  return json_object_new_string_len (part->data, (int) part->len);
}

static void
add_part (struct check *k, const struct sim_part *part)
{
  struct sim_call *c = k->c;
  const struct sim_field *field = find_field (&c->op->body, part->name);
  int is_file = strcmp (part->name, c->op->file) == 0;

  if (field == NULL)
    refuse (k, "unknown-fields", part->name, "unknown field '%s'", part->name);
  else if (json_object_object_get (c->body, part->name) != NULL
           || (is_file && c->file.at != NULL))
    refuse (k, "wrong-types", part->name, "part '%s' is there twice",
            part->name);
  else if (part->is_file != is_file)
    refuse (k, "wrong-types", part->name, "part '%s' must be a %s",
            part->name, is_file ? "file" : "text");
  else if (is_file) {
    c->file.at = part->data;
    c->file.len = part->len;
  }
  else if (part->len > MAX_PART || memchr (part->data, '\0', part->len) != NULL
           || !mg_utf8_valid (part->data, part->len))
    refuse (k, "wrong-types", part->name, "part '%s' is no short text",
            part->name);
  else
    json_object_object_add (c->body, part->name, part_value (field, part));
}

static int
parse_form (struct check *k)
{
  struct sim_call *c = k->c;
  struct sim_multipart m;
  struct sim_part part;
  int more = -1;

  c->body = json_object_new_object ();
  if (sim_multipart_begin (&m, c->q->content_type, c->q->body,
                           c->q->body_len) == 0) {
    while ((more = sim_multipart_next (&m, &part)) > 0) {
      add_part (k, &part);
      mg_free (part.name);
    }
    sim_multipart_done (&m);
  }
  if (more < 0 && !k->failed) {
    sim_count (c->s, "wrong-types", c->op->path);
    sim_fail (c, 400, "MALFORMED_REQUEST",
              "the body is not multipart/form-data");
  }
  return more < 0 || k->failed ? -1 : 0;
}

static int
parse_body (struct check *k)
{
  struct sim_call *c = k->c;
  const char *why;

  if (c->q->body_len == 0) {
    c->body = json_object_new_object ();
    return 0;
  }
  if (c->op->file != NULL && sim_is_multipart (c->q->content_type))
    return parse_form (k);
  if (strcmp (c->op->method, "GET") == 0 || c->op->body.n == 0) {
    if (!c->op->body.any) {
      refuse (k, "unknown-fields", "body", "this call takes no body");
      if (k->failed)
        return -1;
    }
  }
  c->body = sim_json_parse (c->q->body, c->q->body_len, &why);
  if (c->body == NULL || !json_object_is_type (c->body, json_type_object)) {
    sim_count (c->s, "wrong-types", c->op->path);
    sim_fail (c, 400, c->scim ? "invalidSyntax" : "MALFORMED_REQUEST",
              "the body is not a JSON object: %s",
              c->body == NULL && why != NULL ? why : "another type");
    return -1;
  }
  return 0;
}

int
sim_check (struct sim_call *c)
{
  struct check k = { c, 0, 0 };

  check_query (&k);
  if (k.failed)
    return -1;
  if (c->op->form)
    return 0;
  if (parse_body (&k) < 0)
    return -1;
  check_object (&k, &c->op->body, c->body, "");
  return k.failed ? -1 : 0;
}
