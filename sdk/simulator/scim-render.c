/* One SCIM resource as the service shows it: what is stored, and what follows
 * from memberships.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/str.h"
#include "scim.h"

#define MAX_TEXT (16 * 1024 * 1024)
#define MAX_VISITED 4096

enum sim_kind
sim_plain_kind (enum sim_kind kind)
{
  switch ((int) kind) {
  case SIM_ACCOUNT_USERS: return SIM_USERS;
  case SIM_ACCOUNT_GROUPS: return SIM_GROUPS;
  case SIM_ACCOUNT_PRINCIPALS: return SIM_PRINCIPALS;
  default: return kind;
  }
}

const char *
sim_kind_path (enum sim_kind kind)
{
  static const char *const names[] = { "Users", "Groups",
                                       "ServicePrincipals" };

  return names[sim_plain_kind (kind)];
}

/* Does "a,b.c,d" name the attribute? */
static int
in_list (const char *list, const char *name, size_t len)
{
  while (*list != '\0') {
    size_t n;

    list += strspn (list, ", ");
    n = strcspn (list, ", .[");
    if (n == len && strncasecmp (list, name, len) == 0)
      return 1;
    list += strcspn (list, ",");
  }
  return 0;
}

static int
picked (const struct sim_pick *pick, const char *name, size_t len)
{
  if (len == 2 && memcmp (name, "id", 2) == 0)
    return 1;
  if (pick->only != NULL && *pick->only != '\0'
      && !in_list (pick->only, name, len))
    return 0;
  return pick->without == NULL || !in_list (pick->without, name, len);
}

static int
wants (const struct sim_pick *pick, const char *name)
{
  return picked (pick, name, strlen (name));
}

static void
add_reference (struct sim *s, struct mg_buf *out, int64_t id, int direct)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (MAX_TEXT);
  enum sim_kind kind;
  struct sim_object *o = sim_principal (s, id, &kind);
  MG_CLEANUP_FREE char *shown = NULL;

  if (o == NULL)
    return;
  shown = sim_text_field (sim_object_text (&s->tables[kind], o, &scratch),
                          "displayName");
  mg_buf_add_str (out, "{\"display\":");
  mg_buf_add_json (out, shown);
  if (direct)
    mg_buf_add_str (out, ",\"type\":\"direct\"");
  mg_buf_addf (out, ",\"value\":\"%" PRId64 "\",\"$ref\":\"%s/%" PRId64
               "\"}", id, sim_kind_path (kind), id);
}

static void
add_references (struct sim *s, struct mg_buf *out, const char *name,
                const struct sim_ids *ids, int direct)
{
  uint32_t i;

  if (ids->n == 0)
    return;
  mg_buf_addf (out, ",\"%s\":[", name);
  for (i = 0; i < ids->n; i++) {
    if (i > 0)
      mg_buf_add_byte (out, ',');
    add_reference (s, out, ids->ids[i], direct);
  }
  mg_buf_add_byte (out, ']');
}

/* --- roles ----------------------------------------------------------- */

struct roles {
  struct sim *s;
  struct mg_buf *out;
  struct json_object *seen;
  struct sim_ids queue;
  uint32_t next;
  int n;
};

static void
add_roles (struct roles *r, struct json_object *list, const char *type)
{
  size_t i, n = list ? json_object_array_length (list) : 0;

  for (i = 0; i < n; i++) {
    const char *value =
      sim_json_str (json_object_array_get_idx (list, i), "value");

    if (value == NULL || json_object_object_get_ex (r->seen, value, NULL))
      continue;
    json_object_object_add (r->seen, value, NULL);
    mg_buf_add_str (r->out, r->n++ == 0 ? ",\"roles\":[" : ",");
    mg_buf_addf (r->out, "{\"type\":\"%s\",\"value\":", type);
    mg_buf_add_json (r->out, value);
    mg_buf_add_byte (r->out, '}');
  }
}

static void
queue_groups (struct roles *r, const struct sim_object *o)
{
  uint32_t i;

  for (i = 0; o->links != NULL && i < o->links->groups.n; i++)
    if (r->queue.n < MAX_VISITED
        && !sim_ids_has (&r->queue, o->links->groups.ids[i]))
      sim_ids_add (&r->queue, o->links->groups.ids[i]);
}

/* The object's own roles, then those that its groups grant. */
static void
add_all_roles (struct sim *s, struct mg_buf *out, struct sim_object *o,
               struct sim_span own)
{
  struct roles r = { .s = s, .out = out };
  MG_CLEANUP (sim_json_put) struct json_object *direct =
    own.len > 0 ? sim_json_parse (own.at, own.len, NULL) : NULL;
  MG_CLEANUP (sim_json_put) struct json_object *seen =
    json_object_new_object ();

  r.seen = seen;
  add_roles (&r, direct, "direct");
  queue_groups (&r, o);
  while (r.next < r.queue.n) {
    struct sim_object *group = sim_table_by_id (&s->tables[SIM_GROUPS],
                                                r.queue.ids[r.next++]);

    if (group == NULL)
      continue;
    if (group->text != NULL && strstr (group->text, "\"roles\"") != NULL) {
      MG_CLEANUP (sim_json_put) struct json_object *g =
        sim_object_json (&s->tables[SIM_GROUPS], group);

      add_roles (&r, sim_json_array (g, "roles"), "indirect");
    }
    queue_groups (&r, group);
  }
  if (r.n > 0)
    mg_buf_add_byte (out, ']');
  sim_ids_done (&r.queue);
}

/* --- the resource ---------------------------------------------------- */

static const char *
schemas_of (enum sim_kind kind)
{
  if (kind == SIM_USERS)
    return "\"urn:ietf:params:scim:schemas:core:2.0:User\","
      "\"urn:ietf:params:scim:schemas:extension:workspace:2.0:User\"";
  return kind == SIM_GROUPS
    ? "\"urn:ietf:params:scim:schemas:core:2.0:Group\""
    : "\"urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal\"";
}

/* The stored fields; returns the stored roles, which are shown later. */
static struct sim_span
add_stored (const char *pos, const struct sim_pick *pick, struct mg_buf *out)
{
  struct sim_span name, value, roles = { NULL, 0 };
  const char *comma = out->data[out->len - 1] == '{' ? "" : ",";

  while (sim_members_next (&pos, &name, &value)) {
    if (sim_span_is (name, "roles")) {
      roles = value;
      continue;
    }
    if (!picked (pick, name.at, name.len))
      continue;
    mg_buf_addf (out, "%s\"", comma);
    mg_buf_add (out, name.at, name.len);
    mg_buf_add_str (out, "\":");
    mg_buf_add (out, value.at, value.len);
    comma = ",";
  }
  return roles;
}

static void
add_group_fields (struct sim *s, enum sim_kind kind, struct sim_object *o,
                  const struct sim_pick *pick, struct mg_buf *out)
{
  int is_account = o->account || kind == SIM_ACCOUNT_GROUPS;

  if (o->links != NULL && wants (pick, "members"))
    add_references (s, out, "members", &o->links->members, 0);
  if (wants (pick, "meta"))
    mg_buf_addf (out, ",\"meta\":{\"resourceType\":\"%s\"}",
                 is_account ? "Group" : "WorkspaceGroup");
}

void
sim_scim_render (struct sim *s, enum sim_kind kind, struct sim_object *o,
                 const struct sim_pick *pick, struct mg_buf *out)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (MAX_TEXT);
  enum sim_kind plain = sim_plain_kind (kind);
  struct sim_span roles;

  mg_buf_add_byte (out, '{');
  if (wants (pick, "schemas"))
    mg_buf_addf (out, "\"schemas\":[%s]", schemas_of (plain));
  roles = add_stored (sim_object_text (&s->tables[kind], o, &scratch), pick,
                      out);
  if (wants (pick, "roles")
      && (roles.len > 0 || (s->n_role_groups > 0 && o->links != NULL)))
    add_all_roles (s, out, o, roles);
  if (o->links != NULL && wants (pick, "groups"))
    add_references (s, out, "groups", &o->links->groups, 1);
  if (plain == SIM_GROUPS)
    add_group_fields (s, kind, o, pick, out);
  mg_buf_add_byte (out, '}');
}

char *
sim_scim_title (struct sim *s, enum sim_kind kind, const struct sim_object *o)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (MAX_TEXT);

  return sim_text_field (sim_object_text (&s->tables[kind], o, &scratch),
                         sim_plain_kind (kind) == SIM_USERS ? "userName"
                                                            : "displayName");
}
