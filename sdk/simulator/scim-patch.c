/* PATCH of a SCIM resource: all operations, or none.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/str.h"
#include "scim.h"

struct patch {
  struct sim_call *c;
  enum sim_kind kind;
  struct sim_object *o;
  struct json_object *fields;    /* a copy, stored at the end */
  struct sim_ids members;
  int members_changed;
  const char *op;                /* add, remove, replace */
};

/* "attribute[filter].sub", any part of which may be absent. */
struct path { char *attribute, *filter, *sub; };

static void
path_done (struct path *p)
{
  mg_free (p->attribute);
  mg_free (p->filter);
  mg_free (p->sub);
}

static int
read_path (struct patch *k, const char *text, struct path *ret_path)
{
  size_t len = strcspn (text, "[.");
  const char *rest = text + len;

  ret_path->attribute = mg_xstrndup (text, len);
  if (*rest == '[') {
    const char *end = strrchr (rest, ']');

    if (end == NULL) {
      sim_fail (k->c, 400, "invalidPath", "path '%s' has no end", text);
      return -1;
    }
    ret_path->filter = mg_xstrndup (rest + 1, (size_t) (end - rest) - 1);
    rest = end + 1;
  }
  if (*rest == '.')
    ret_path->sub = mg_xstrdup (rest + 1);
  else if (*rest != '\0' || len == 0) {
    sim_fail (k->c, 400, "invalidPath", "path '%s' cannot be read", text);
    return -1;
  }
  return 0;
}

/* A list of {"value": ...} whatever form the request has it in, new; NULL for
 * none.  -1 after a reply. */
static int
read_list (struct patch *k, struct json_object *value,
           struct json_object **ret_list)
{
  struct json_object *list, *one;

  if (value == NULL || json_object_is_type (value, json_type_array)) {
    *ret_list = json_object_get (value);
    return 0;
  }
  if (!json_object_is_type (value, json_type_object)
      && !json_object_is_type (value, json_type_string)) {
    sim_fail (k->c, 400, "invalidValue", "the value is no list");
    return -1;
  }
  list = json_object_new_array ();
  if (json_object_is_type (value, json_type_object))
    json_object_array_add (list, json_object_get (value));
  else {
    one = json_object_new_object ();
    sim_json_set_str (one, "value", json_object_get_string (value));
    json_object_array_add (list, one);
  }
  *ret_list = list;
  return 0;
}

static int
values_are_good (struct patch *k, struct json_object *list)
{
  size_t i;

  for (i = 0; i < json_object_array_length (list); i++) {
    if (sim_json_str (json_object_array_get_idx (list, i), "value") == NULL) {
      sim_fail (k->c, 400, "invalidValue", "an element has no 'value'");
      return 0;
    }
  }
  return 1;
}

static int
has_value (struct json_object *list, const char *value)
{
  size_t i, n = list ? json_object_array_length (list) : 0;

  for (i = 0; i < n; i++)
    if (mg_streq (sim_json_str (json_object_array_get_idx (list, i), "value"),
                  value))
      return 1;
  return 0;
}

/* --- members --------------------------------------------------------- */

static void
remove_members (struct patch *k, struct json_object *list,
                const struct sim_filter *filter)
{
  uint32_t i, kept = 0;

  for (i = 0; i < k->members.n; i++) {
    char text[32];
    int drop = list == NULL && filter == NULL;

    snprintf (text, sizeof text, "%lld", (long long) k->members.ids[i]);
    if (list != NULL)
      drop = has_value (list, text);
    else if (filter != NULL) {
      MG_CLEANUP (sim_json_put) struct json_object *one =
        json_object_new_object ();

      sim_json_set_str (one, "value", text);
      drop = sim_filter_match (filter, one);
    }
    if (!drop)
      k->members.ids[kept++] = k->members.ids[i];
  }
  k->members.n = kept;
}

static int
patch_members (struct patch *k, struct json_object *value,
               const struct sim_filter *filter)
{
  MG_CLEANUP (sim_json_put) struct json_object *list = NULL;

  if (read_list (k, value, &list) < 0)
    return -1;
  if (k->o->account) {
    sim_fail (k->c, 403, NULL, "this is an account group; change its members "
              "in the account");
    return -1;
  }
  k->members_changed = 1;
  if (strcmp (k->op, "remove") == 0) {
    remove_members (k, list, filter);
    return 0;
  }
  if (strcmp (k->op, "replace") == 0)
    k->members.n = 0;
  return sim_members_read (k->c, list, &k->members);
}

/* --- lists of values ------------------------------------------------- */

static void
remove_values (struct json_object *have, struct json_object *list,
               const struct sim_filter *filter)
{
  size_t i = 0;

  while (i < json_object_array_length (have)) {
    struct json_object *one = json_object_array_get_idx (have, i);
    int drop = list != NULL ? has_value (list, sim_json_str (one, "value"))
      : filter == NULL || sim_filter_match (filter, one);

    if (drop)
      json_object_array_del_idx (have, i, 1);
    else
      i++;
  }
}

static void
add_values (struct json_object *have, struct json_object *list,
            const char *type)
{
  size_t i;

  for (i = 0; i < json_object_array_length (list); i++) {
    const char *value =
      sim_json_str (json_object_array_get_idx (list, i), "value");
    struct json_object *one;

    if (has_value (have, value))
      continue;
    one = json_object_new_object ();
    if (type != NULL)
      sim_json_set_str (one, "type", type);
    sim_json_set_str (one, "value", value);
    json_object_array_add (have, one);
  }
}

static int
patch_values (struct patch *k, const char *name, struct json_object *value,
              const struct sim_filter *filter)
{
  MG_CLEANUP (sim_json_put) struct json_object *list = NULL;
  struct json_object *have = sim_json_array (k->fields, name);

  if (read_list (k, value, &list) < 0
      || (list != NULL && !values_are_good (k, list)))
    return -1;
  if (have == NULL) {
    have = json_object_new_array ();
    json_object_object_add (k->fields, name, have);
  }
  if (strcmp (k->op, "remove") == 0)
    remove_values (have, list, filter);
  else {
    if (strcmp (k->op, "replace") == 0)
      remove_values (have, NULL, filter);
    if (list != NULL)
      add_values (have, list, strcmp (name, "roles") == 0 ? "direct" : NULL);
  }
  if (json_object_array_length (have) == 0)
    json_object_object_del (k->fields, name);
  else if (strcmp (name, "roles") == 0 && k->kind == SIM_GROUPS)
    k->c->s->n_role_groups++;
  return 0;
}

/* --- single values --------------------------------------------------- */

static int
group_name_is_free (struct patch *k, const char *name)
{
  struct sim_object *other;

  if (k->kind != SIM_GROUPS)
    return 1;
  other = sim_table_by_key (&k->c->s->tables[SIM_GROUPS], name);
  if (sim_is_builtin (k->c->s, k->o) || k->o->account)
    sim_fail (k->c, 400, "mutability", "this group cannot be renamed");
  else if (other != NULL && other != k->o)
    sim_fail (k->c, 409, "uniqueness", "Group with name %s already exists.",
              name);
  else
    return 1;
  return 0;
}

static int
patch_single (struct patch *k, struct json_object *o, const char *name,
              struct json_object *value, enum json_type type)
{
  if (strcmp (k->op, "remove") == 0) {
    json_object_object_del (o, name);
    return 0;
  }
  if (!json_object_is_type (value, type)) {
    sim_fail (k->c, 400, "invalidValue", "'%s' must be of type %s", name,
              json_type_to_name (type));
    return -1;
  }
  json_object_object_add (o, name, json_object_get (value));
  return 0;
}

static int
patch_name (struct patch *k, const char *sub, struct json_object *value)
{
  struct json_object *name = json_object_object_get (k->fields, "name");

  if (sub == NULL)
    return patch_single (k, k->fields, "name", value, json_type_object);
  if (strcmp (sub, "givenName") != 0 && strcmp (sub, "familyName") != 0) {
    sim_fail (k->c, 400, "invalidPath", "no such attribute: name.%s", sub);
    return -1;
  }
  if (name == NULL) {
    name = json_object_new_object ();
    json_object_object_add (k->fields, "name", name);
  }
  return patch_single (k, name, sub, value, json_type_string);
}

static int
patch_display_name (struct patch *k, struct json_object *value)
{
  const char *name = json_object_is_type (value, json_type_string)
    ? json_object_get_string (value) : "";

  if (strcmp (k->op, "remove") == 0 && k->kind == SIM_USERS) {
    sim_json_set_str (k->fields, "displayName",
                      sim_json_str (k->fields, "userName"));
    return 0;
  }
  if (k->kind == SIM_GROUPS && *name == '\0') {
    sim_fail (k->c, 400, "invalidValue", "displayName is required");
    return -1;
  }
  if (!group_name_is_free (k, name))
    return -1;
  if (k->c->s->config.federated && k->o->account)
    return 0;                          /* the account's, not the workspace's */
  return patch_single (k, k->fields, "displayName", value, json_type_string);
}

/* What is not an attribute that a request may change; 1 when it is ignored. */
static int
fixed_attribute (struct patch *k, const char *name)
{
  static const char *const ignored[] = { "schemas", "meta", NULL };
  static const char *const read_only[] = { "id", "groups", "applicationId",
                                           NULL };
  static const char *const of_users[] = { "userName", "emails", "externalId",
                                          NULL };
  const char *const *lists[] = { ignored, read_only, of_users };
  int i, j;

  for (i = 0; i < (k->kind == SIM_USERS ? 3 : 2); i++) {
    for (j = 0; lists[i][j] != NULL; j++) {
      if (strcasecmp (lists[i][j], name) != 0)
        continue;
      if (i != 1)                      /* of users: these never change */
        return 1;
      sim_fail (k->c, 400, "mutability", "'%s' is read-only", name);
      return 0;
    }
  }
  sim_fail (k->c, 400, "invalidPath", "no such attribute: %s", name);
  return 0;
}

static int
one_attribute (struct patch *k, const struct path *p,
               struct json_object *value, const struct sim_filter *filter)
{
  const char *name = p->attribute;

  if (strcasecmp (name, "members") == 0 && k->kind == SIM_GROUPS)
    return patch_members (k, value, filter);
  if (strcasecmp (name, "entitlements") == 0)
    return patch_values (k, "entitlements", value, filter);
  if (strcasecmp (name, "roles") == 0)
    return patch_values (k, "roles", value, filter);
  if (strcasecmp (name, "displayName") == 0)
    return patch_display_name (k, value);
  if (strcasecmp (name, "active") == 0 && k->kind != SIM_GROUPS)
    return patch_single (k, k->fields, "active", value, json_type_boolean);
  if (strcasecmp (name, "externalId") == 0 && k->kind != SIM_USERS)
    return patch_single (k, k->fields, "externalId", value, json_type_string);
  if (strcasecmp (name, "name") == 0 && k->kind == SIM_USERS)
    return patch_name (k, p->sub, value);
  return fixed_attribute (k, name) ? 0 : -1;
}

static int
apply_at (struct patch *k, const char *text, struct json_object *value)
{
  MG_CLEANUP (path_done) struct path p = { NULL, NULL, NULL };
  struct sim_filter *filter = NULL;
  const char *why = "";
  int r;

  if (read_path (k, text, &p) < 0)
    return -1;
  if (p.filter != NULL) {
    filter = sim_filter_new (p.filter, &why);
    if (filter == NULL) {
      sim_fail (k->c, 400, "invalidFilter", "Invalid filter '%s': %s",
                p.filter, why);
      return -1;
    }
  }
  r = one_attribute (k, &p, value, filter);
  sim_filter_free (filter);
  return r;
}

static int
apply_one (struct patch *k, struct json_object *operation)
{
  const char *path = sim_json_str (operation, "path");
  struct json_object *value = json_object_object_get (operation, "value");

  k->op = sim_json_str (operation, "op");
  if (k->op == NULL) {
    sim_fail (k->c, 400, "invalidSyntax", "an operation has no 'op'");
    return -1;
  }
  if (path != NULL && *path != '\0') {
    if (value == NULL && strcmp (k->op, "remove") != 0) {
      sim_fail (k->c, 400, "invalidValue", "'%s' needs a value", k->op);
      return -1;
    }
    return apply_at (k, path, value);
  }
  if (strcmp (k->op, "remove") == 0
      || !json_object_is_type (value, json_type_object)) {
    sim_fail (k->c, 400, "noTarget", "'%s' needs a path", k->op);
    return -1;
  }
  json_object_object_foreach (value, name, one) {
    if (apply_at (k, name, one) < 0)
      return -1;
  }
  return 0;
}

int
sim_scim_apply_patch (struct sim_call *c, enum sim_kind kind,
                      struct sim_object *o)
{
  struct json_object *list = sim_json_array (c->body, "Operations");
  MG_CLEANUP (sim_json_put) struct json_object *fields =
    sim_object_json (&c->s->tables[kind], o);
  struct patch k = { .c = c, .kind = kind, .o = o, .fields = fields };
  size_t i, n = list ? json_object_array_length (list) : 0;
  uint32_t m;
  int r = 0;

  if (n == 0) {
    sim_fail (c, 400, "invalidSyntax", "there are no Operations");
    return -1;
  }
  for (m = 0; kind == SIM_GROUPS && o->links && m < o->links->members.n; m++)
    sim_ids_add (&k.members, o->links->members.ids[m]);
  for (i = 0; i < n && r == 0; i++)
    r = apply_one (&k, json_object_array_get_idx (list, i));
  if (r == 0)
    r = sim_entitlements_check (c, fields);
  if (r == 0) {
    sim_table_set (&c->s->tables[kind], o, sim_json_text (fields));
    if (k.members_changed)
      sim_members_set (c->s, o, &k.members);
  }
  sim_ids_done (&k.members);
  return r;
}
