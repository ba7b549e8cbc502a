/* --routes: further REST kinds, described by data.  The format stands in
 * migrate-simulator(1).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "base/str.h"
#include "routes.h"

#define DEFAULT_PAGE 1000

static const char *const members[] = {
  "name", "list", "get", "create", "update", "delete", "array", "id",
  "id_type", "key", "unique", "paging", "wrap", "reply", "stubs", "fields",
  "permissions", "objects", NULL
};

static const struct { const char *name, *query; } pagings[] = {
  [SIM_PAGE_NONE] = { "none", "-" },
  [SIM_PAGE_TOKEN] = { "token", "page_token:string max_results:integer" },
  [SIM_PAGE_OFFSET] = { "offset", "offset:integer limit:integer" },
  [SIM_PAGE_START_INDEX] = { "start-index",
                             "startIndex:integer count:integer" },
  [SIM_PAGE_NUMBER] = { "page", "page:integer page_size:integer" },
};

/* --- reading --------------------------------------------------------- */

static int
bad (struct mg_error *err, const char *name, const char *what)
{
  return mg_error_set (err, MG_E_INVALID, "bad-routes", "routes: kind '%s': "
                       "%s", name ? name : "?", what);
}

/* "a:string b:integer!" from {"a": "string", "b": "integer!"}. */
static char *
field_list (const struct sim_extra *x, struct json_object *fields,
            const char *also)
{
  struct mg_buf text = MG_BUF_INIT (65536);

  if (!json_object_is_type (fields, json_type_object))
    return mg_xstrdup ("*");
  mg_buf_addf (&text, "%s%s%s:any", also, *also ? " " : "", x->id);
  json_object_object_foreach (fields, name, type) {
    mg_buf_addf (&text, " %s:%s", name, json_object_get_string (type));
  }
  return mg_buf_steal (&text);
}

static int
add_route (struct sim *s, const struct sim_extra *x, struct json_object *o,
           const char *what, sim_handler *handler, const char *query,
           const char *body, struct mg_error *err)
{
  const char *route = sim_json_str (o, what), *space;
  MG_CLEANUP_FREE char *method = NULL;
  struct sim_op *op;

  if (route == NULL)
    return 0;
  space = strchr (route, ' ');
  if (space == NULL || space[1] != '/')
    return bad (err, x->name, "a route is 'METHOD /path'");
  method = mg_xstrndup (route, (size_t) (space - route));
  op = sim_ops_add (&s->ops, method, space + 1, query, body);
  op->handler = handler;
  op->kind = s->n_tables;
  return 0;
}

static int
add_routes (struct sim *s, struct sim_extra *x, struct json_object *o,
            struct mg_error *err)
{
  struct json_object *fields = json_object_object_get (o, "fields");
  MG_CLEANUP_FREE char *plain = field_list (x, fields, "");
  MG_CLEANUP_FREE char *one = mg_xasprintf ("%s:any", x->id);
  MG_CLEANUP_FREE char *wrapped = x->wrap
    ? mg_xasprintf ("%s:any %s:object!", x->id, x->wrap) : NULL;

  if (add_route (s, x, o, "list", sim_extra_list, pagings[x->paging].query,
                 "-", err) < 0
      || add_route (s, x, o, "get", sim_extra_get, one, "-", err) < 0
      || add_route (s, x, o, "create", sim_extra_create, "-", plain,
                    err) < 0
      || add_route (s, x, o, "update", sim_extra_update, "-",
                    wrapped ? wrapped : plain, err) < 0
      || add_route (s, x, o, "delete", sim_extra_delete, one, one, err) < 0)
    return MG_E_INVALID;
  return 0;
}

static int
read_words (struct sim_extra *x, struct json_object *o, struct mg_error *err)
{
  const char *paging = sim_json_str (o, "paging");
  const char *id_type = sim_json_str (o, "id_type");
  const char *reply = sim_json_str (o, "reply");
  size_t i;

  x->name = mg_xstrdup (sim_json_str (o, "name"));
  x->id = mg_xstrdup (sim_json_str (o, "id"));
  x->key = mg_xstrdup (sim_json_str (o, "key"));
  x->array = mg_xstrdup (sim_json_str (o, "array"));
  x->wrap = mg_xstrdup (sim_json_str (o, "wrap"));
  x->permissions = mg_xstrdup (sim_json_str (o, "permissions"));
  x->unique = (int) sim_json_int (o, "unique", 0);
  x->stubs = (int) sim_json_int (o, "stubs", 0);
  x->id_is_number = mg_streq (id_type, "integer");
  x->whole_reply = mg_streq (reply, "object");
  if (x->name == NULL || x->id == NULL || x->array == NULL)
    return bad (err, x->name, "needs 'name', 'id' and 'array'");
  if (x->unique && x->key == NULL)
    return bad (err, x->name, "'unique' needs a 'key'");
  if (id_type != NULL && !x->id_is_number && !mg_streq (id_type, "string"))
    return bad (err, x->name, "'id_type' is string or integer");
  for (i = 0; i < MG_N_ELEMENTS (pagings); i++)
    if (paging == NULL || mg_streq (paging, pagings[i].name))
      break;
  if (i == MG_N_ELEMENTS (pagings))
    return bad (err, x->name, "'paging' is none, token, offset, start-index "
                "or page");
  x->paging = (enum sim_paging) i;
  return 0;
}

static char *make_text (const struct sim_extra *x, int64_t id,
                        const char *body);

static void
add_objects (struct sim *s, const struct sim_extra *x,
             struct json_object *list)
{
  struct sim_table *t = &s->tables[s->n_tables];
  size_t i, n = list ? json_object_array_length (list) : 0;

  for (i = 0; i < n; i++) {
    struct json_object *one = json_object_array_get_idx (list, i);
    MG_CLEANUP_FREE char *body = sim_json_text (one);
    const char *key = x->key ? sim_json_str (one, x->key) : NULL;
    int64_t id = sim_new_id (s);

    sim_table_add (t, id, make_text (x, id, body), 0, key ? key : "");
  }
}

static int
read_kind (struct sim *s, struct json_object *o, struct mg_error *err)
{
  struct sim_extra x = { 0 };
  int i;

  if (!json_object_is_type (o, json_type_object))
    return bad (err, NULL, "a kind is an object");
  json_object_object_foreach (o, name, value) {
    (void) value;
    for (i = 0; members[i] != NULL && strcmp (members[i], name) != 0; i++)
      ;
    if (members[i] == NULL)
      return bad (err, sim_json_str (o, "name"), name);
  }
  if (s->n_tables == SIM_MAX_KINDS)
    return bad (err, sim_json_str (o, "name"), "too many kinds");
  s->extra = mg_xreallocarray (s->extra, (size_t) (s->n_tables
                                                   - SIM_FIXED_KINDS + 1),
                               sizeof x);
  if (read_words (&x, o, err) < 0 || add_routes (s, &x, o, err) < 0) {
    mg_free (x.name);
    mg_free (x.id);
    mg_free (x.key);
    mg_free (x.array);
    mg_free (x.wrap);
    mg_free (x.permissions);
    return MG_E_INVALID;
  }
  s->extra[s->n_tables - SIM_FIXED_KINDS] = x;
  sim_table_init (&s->tables[s->n_tables], x.name, x.unique ? x.key : NULL,
                  0);
  add_objects (s, &x, sim_json_array (o, "objects"));
  s->n_tables++;
  return 0;
}

int
sim_routes_init (struct sim *s, const char *text, struct mg_error *err)
{
  const char *why = NULL;
  MG_CLEANUP (sim_json_put) struct json_object *list =
    sim_json_parse (text, strlen (text), &why);
  size_t i;

  if (!json_object_is_type (list, json_type_array))
    return mg_error_set (err, MG_E_INVALID, "bad-routes",
                         "routes: not a JSON array of kinds: %s",
                         why ? why : "another type");
  for (i = 0; i < json_object_array_length (list); i++)
    if (read_kind (s, json_object_array_get_idx (list, i), err) < 0)
      return MG_E_INVALID;
  return 0;
}

void
sim_routes_done (struct sim *s)
{
  int i;

  for (i = 0; i < s->n_tables - SIM_FIXED_KINDS && s->extra != NULL; i++) {
    struct sim_extra *x = &s->extra[i];

    mg_free (x->name);
    mg_free (x->id);
    mg_free (x->key);
    mg_free (x->array);
    mg_free (x->wrap);
    mg_free (x->permissions);
  }
  mg_free (s->extra);
  s->extra = NULL;
}

int
sim_extra_table (struct sim *s, const char *permissions)
{
  int i;

  for (i = SIM_FIXED_KINDS; i < s->n_tables; i++)
    if (mg_streq (s->extra[i - SIM_FIXED_KINDS].permissions, permissions))
      return i;
  return -1;
}

const char *
sim_acl_type (const struct sim *s, const struct sim_table *t)
{
  int i = (int) (t - s->tables);

  if (i == SIM_FOLDERS)
    return "directories";
  if (i < SIM_FIXED_KINDS)
    return t->name;
  return s->extra[i - SIM_FIXED_KINDS].permissions
    ? s->extra[i - SIM_FIXED_KINDS].permissions : "";
}

/* --- objects --------------------------------------------------------- */

static const struct sim_extra *
extra (const struct sim_call *c)
{
  return &c->s->extra[c->op->kind - SIM_FIXED_KINDS];
}

static struct sim_table *
table (const struct sim_call *c)
{
  return &c->s->tables[c->op->kind];
}

/* The fields that were sent, byte for byte, behind the id. */
static char *
make_text (const struct sim_extra *x, int64_t id, const char *body)
{
  struct mg_buf out = MG_BUF_INIT (SIM_MAX_REQUEST);
  const char *quote = x->id_is_number ? "" : "\"";
  struct sim_span name, value;

  mg_buf_addf (&out, "{\"%s\":%s%" PRId64 "%s", x->id, quote, id, quote);
  while (sim_members_next (&body, &name, &value)) {
    if (sim_span_is (name, x->id))
      continue;
    mg_buf_add_str (&out, ",\"");
    mg_buf_add (&out, name.at, name.len);
    mg_buf_add_str (&out, "\":");
    mg_buf_add (&out, value.at, value.len);
  }
  mg_buf_add_byte (&out, '}');
  return mg_buf_steal (&out);
}

static struct sim_object *
wanted (struct sim_call *c)
{
  const struct sim_extra *x = extra (c);
  const char *id = c->n_params > 0 ? sim_param (c, 0) : sim_query (c, x->id);
  struct json_object *v;
  struct sim_object *o;

  if (id == NULL && json_object_object_get_ex (c->body, x->id, &v))
    id = json_object_get_string (v);
  o = sim_table_by_id (table (c), sim_parse_id (id));
  if (o == NULL)
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST", "%s %s does not exist",
              x->name, id ? id : "without an id");
  return o;
}

static char *
key_of (const struct sim_extra *x, const char *text)
{
  return x->key ? sim_text_field (text, x->key) : mg_xstrdup ("");
}

static int
key_is_taken (struct sim_call *c, const char *key,
              const struct sim_object *but)
{
  struct sim_object *o = extra (c)->unique
    ? sim_table_by_key (table (c), key) : NULL;

  if (o == NULL || o == but)
    return 0;
  sim_fail (c, 400, "RESOURCE_ALREADY_EXISTS", "%s '%s' already exists",
            extra (c)->name, key);
  return 1;
}

void
sim_extra_create (struct sim_call *c)
{
  const struct sim_extra *x = extra (c);
  const char *quote = x->id_is_number ? "" : "\"";
  MG_CLEANUP_FREE char *key =
    key_of (x, c->q->body_len > 0 ? c->q->body : "{}");
  struct sim_object *o;
  int64_t id;

  if (x->key != NULL && *key == '\0') {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "'%s' is required", x->key);
    return;
  }
  if (key_is_taken (c, key, NULL))
    return;
  id = sim_new_id (c->s);
  o = sim_table_add (table (c), id,
                     make_text (x, id, c->q->body ? c->q->body : "{}"), 0,
                     key);
  o->created_us = c->now_us;
  sim_effect (c, "create", x->name, id, key);
  if (x->whole_reply)
    mg_buf_add_str (&c->r->body, o->text);
  else
    mg_buf_addf (&c->r->body, "{\"%s\":%s%" PRId64 "%s}", x->id, quote, id,
                 quote);
  c->r->status = 200;
  c->r->content_type = "application/json";
}

/* The new text: PUT and POST replace, PATCH merges; to be freed. */
static char *
updated_text (struct sim_call *c, const struct sim_object *o)
{
  const struct sim_extra *x = extra (c);
  struct json_object *fields = c->body;
  MG_CLEANUP_FREE char *inner = NULL;

  if (x->wrap == NULL && strcmp (c->op->method, "PATCH") != 0)
    return make_text (x, o->id, c->q->body);
  if (x->wrap != NULL)
    fields = json_object_object_get (c->body, x->wrap);
  if (strcmp (c->op->method, "PATCH") == 0) {
    MG_CLEANUP (sim_json_put) struct json_object *old =
      sim_object_json (table (c), o);

    json_object_object_foreach (fields, name, value) {
      json_object_object_add (old, name, json_object_get (value));
    }
    inner = sim_json_text (old);
  }
  else
    inner = sim_json_text (fields);
  return make_text (x, o->id, inner);
}

void
sim_extra_update (struct sim_call *c)
{
  struct sim_object *o = wanted (c);
  MG_CLEANUP_FREE char *text = NULL;
  MG_CLEANUP_FREE char *key = NULL;

  if (o == NULL)
    return;
  text = updated_text (c, o);
  key = key_of (extra (c), text);
  if (key_is_taken (c, key, o))
    return;
  sim_table_set (table (c), o, text);
  text = NULL;
  sim_effect (c, "update", extra (c)->name, o->id, key);
  sim_reply_empty (c);
}

void
sim_extra_delete (struct sim_call *c)
{
  struct sim_object *o = wanted (c);
  MG_CLEANUP_FREE char *key = NULL;

  if (o == NULL)
    return;
  key = key_of (extra (c), o->text);
  sim_effect (c, "delete", extra (c)->name, o->id, key);
  sim_table_remove (table (c), o);
  sim_reply_empty (c);
}

void
sim_extra_get (struct sim_call *c)
{
  struct sim_object *o = wanted (c);

  if (o == NULL)
    return;
  mg_buf_add_str (&c->r->body, o->text);
  c->r->status = 200;
  c->r->content_type = "application/json";
}

/* --- list ------------------------------------------------------------ */

static void
add_stub (struct sim_call *c, const struct sim_object *o)
{
  const struct sim_extra *x = extra (c);
  struct mg_buf *out = &c->r->body;
  const char *pos = o->text;
  struct sim_span name, value;
  int n = 0;

  if (!x->stubs) {
    mg_buf_add_str (out, o->text);
    return;
  }
  while (sim_members_next (&pos, &name, &value)) {
    if (!sim_span_is (name, x->id)
        && (x->key == NULL || !sim_span_is (name, x->key)))
      continue;
    mg_buf_add_str (out, n++ == 0 ? "{\"" : ",\"");
    mg_buf_add (out, name.at, name.len);
    mg_buf_add_str (out, "\":");
    mg_buf_add (out, value.at, value.len);
  }
  mg_buf_add_byte (out, '}');
}

/* Where the page begins (from 0) and how long it may be. */
static int
read_page (struct sim_call *c, int64_t *ret_from, int64_t *ret_size)
{
  const char *token;

  *ret_from = 0;
  *ret_size = INT64_MAX;
  switch (extra (c)->paging) {
  case SIM_PAGE_TOKEN:
    token = sim_query (c, "page_token");
    *ret_size = sim_page_size (c, sim_query_int (c, "max_results", 0),
                               DEFAULT_PAGE);
    if (token == NULL || *token == '\0')
      return 0;
    if (token[0] != 'p' || mg_parse_int64 (token + 1, ret_from) < 0) {
      sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
                "Invalid page token: '%s'", token);
      return -1;
    }
    *ret_from = sim_table_from_slot (table (c), (uint32_t) *ret_from);
    return 0;
  case SIM_PAGE_OFFSET:
    *ret_from = sim_query_int (c, "offset", 0);
    *ret_size = sim_page_size (c, sim_query_int (c, "limit", 0),
                               DEFAULT_PAGE);
    return 0;
  case SIM_PAGE_START_INDEX:
    *ret_from = sim_query_int (c, "startIndex", 1) - 1;
    *ret_size = sim_page_size (c, sim_query_int (c, "count", 0),
                               DEFAULT_PAGE);
    return 0;
  case SIM_PAGE_NUMBER:
    *ret_size = sim_page_size (c, sim_query_int (c, "page_size", 0),
                               DEFAULT_PAGE);
    *ret_from = (sim_query_int (c, "page", 1) - 1) * *ret_size;
    return 0;
  case SIM_PAGE_NONE:
    return 0;
  }
  return 0;
}

void
sim_extra_list (struct sim_call *c)
{
  const struct sim_extra *x = extra (c);
  struct sim_table *t = table (c);
  struct mg_buf *out = &c->r->body;
  int64_t i, from, size, n = 0;

  if (read_page (c, &from, &size) < 0)
    return;
  if (from < 0)
    from = 0;
  mg_buf_addf (out, "{\"%s\":[", x->array);
  for (i = from; i < t->n_live && n < size; i++) {
    const struct sim_object *o = sim_table_at (t, (uint32_t) i);
    int times = sim_times (c, i == from);

    while (sim_visible (c, o) && times-- > 0) {
      if (n++ > 0)
        mg_buf_add_byte (out, ',');
      add_stub (c, o);
    }
  }
  mg_buf_add_byte (out, ']');
  if (x->paging == SIM_PAGE_TOKEN && i < t->n_live)
    mg_buf_addf (out, ",\"next_page_token\":\"p%u\"",
                 sim_table_at (t, (uint32_t) i)->slot);
  if (x->paging == SIM_PAGE_OFFSET)
    mg_buf_addf (out, ",\"has_more\":%s", i < t->n_live ? "true" : "false");
  if (x->paging == SIM_PAGE_START_INDEX)
    mg_buf_addf (out, ",\"totalResults\":%u,\"startIndex\":%" PRId64
                 ",\"itemsPerPage\":%" PRId64, t->n_live, from + 1, n);
  mg_buf_add_byte (out, '}');
  c->r->status = 200;
  c->r->content_type = "application/json";
}
