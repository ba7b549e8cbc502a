/* Cluster policies, and the families that the product makes them of.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/parse.h"
#include "base/str.h"
#include "compute.h"

/* The names are the product's, and the same in every workspace.  What is in
 * the definitions is ours; only their form matters. */
static const struct family {
  const char *id, *name, *description, *definition;
} families[] = {
  { "personal-vm", "Personal Compute",
    "Use with small-to-medium data or libraries like pandas.",
    "{\"node_type_id\":{\"type\":\"allowlist\",\"values\":[\"i3.xlarge\","
    "\"i3.2xlarge\"],\"defaultValue\":\"i3.xlarge\"},\"num_workers\":{\"type\":"
    "\"fixed\",\"value\":0,\"hidden\":true}}" },
  { "power-user", "Power User Compute",
    "Use for working with larger amounts of data.",
    "{\"autoscale.max_workers\":{\"type\":\"range\",\"maxValue\":20,"
    "\"defaultValue\":4},\"autotermination_minutes\":{\"type\":\"unlimited\","
    "\"defaultValue\":4320,\"isOptional\":true}}" },
  { "shared-compute", "Shared Compute",
    "Use for sharing compute among several users.",
    "{\"data_security_mode\":{\"type\":\"fixed\",\"value\":\"USER_ISOLATION\","
    "\"hidden\":true},\"instance_pool_id\":{\"type\":\"forbidden\","
    "\"hidden\":true}}" },
  { "job-cluster", "Job Compute", "Use for running jobs.",
    "{\"cluster_type\":{\"type\":\"fixed\",\"value\":\"job\"},"
    "\"spark_version\":{\"type\":\"unlimited\",\"defaultValue\":"
    "\"auto:latest-lts\"}}" },
};

/* What a create and an edit set. */
static const char *const given[] = {
  "auto_enforcement_config", "definition", "description", "libraries",
  "max_clusters_per_user", "name", "policy_family_definition_overrides",
  "policy_family_id", NULL
};

static struct sim_table *
policies (struct sim *s)
{
  return &s->tables[SIM_POLICIES];
}

/* The product does not offer every family everywhere. */
static int
is_lacking (const struct sim *s, const struct family *f)
{
  return mg_streq (s->config.without_family, f->id);
}

static const struct family *
find_family (const struct sim *s, const char *id)
{
  size_t i;

  for (i = 0; id != NULL && i < MG_N_ELEMENTS (families); i++)
    if (strcmp (families[i].id, id) == 0)
      return is_lacking (s, &families[i]) ? NULL : &families[i];
  return NULL;
}

/* --- one policy ------------------------------------------------------ */

/* A definition as a tree; NULL when the text is none. */
static struct json_object *
parse_definition (const char *text)
{
  struct json_object *o = sim_json_parse (text, strlen (text), NULL);

  if (o != NULL && json_object_is_type (o, json_type_object))
    return o;
  json_object_put (o);
  return NULL;
}

/* What the family says, with the overrides in place of its own. */
static void
merge_family (const struct sim *s, struct json_object *policy)
{
  const struct family *f =
    find_family (s, sim_json_str (policy, "policy_family_id"));
  const char *text = sim_json_str (policy,
                                   "policy_family_definition_overrides");
  MG_CLEANUP (sim_json_put) struct json_object *all = NULL;
  MG_CLEANUP (sim_json_put) struct json_object *more = NULL;
  MG_CLEANUP_FREE char *merged = NULL;

  if (f == NULL)
    return;
  all = parse_definition (f->definition);
  more = parse_definition (text && *text ? text : "{}");
  if (more != NULL) {
    json_object_object_foreach (more, name, value) {
      json_object_object_add (all, name, json_object_get (value));
    }
  }
  merged = sim_json_text (all);
  sim_json_set_str (policy, "definition", merged);
}

static void
take_given (const struct sim *s, struct json_object *policy,
            struct json_object *fields)
{
  int i;

  for (i = 0; given[i] != NULL; i++) {
    struct json_object *value = json_object_object_get (fields, given[i]);

    json_object_object_del (policy, given[i]);
    if (value != NULL)
      json_object_object_add (policy, given[i], json_object_get (value));
  }
  merge_family (s, policy);
}

struct sim_object *
sim_policy_make (struct sim *s, struct json_object *fields, int is_default,
                 int64_t now_us)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  int64_t id = sim_new_id (s);
  struct sim_object *made;
  char id_text[SIM_ID_SIZE];

  sim_id_text (policies (s), id, id_text);
  sim_json_set_str (o, "policy_id", id_text);
  take_given (s, o, fields);
  if (!is_default)
    sim_json_set_str (o, "creator_user_name", SIM_ADMIN_NAME);
  json_object_object_add (o, "created_at_timestamp",
                          json_object_new_int64 (now_us / MG_MS_US));
  json_object_object_add (o, "is_default",
                          json_object_new_boolean (is_default));
  made = sim_table_add (policies (s), id, sim_json_text (o), 0,
                        sim_json_str (o, "name"));
  made->created_us = now_us;
  return made;
}

/* The first n of those that the product makes in every workspace. */
void
sim_policy_make_defaults (struct sim *s, int64_t n)
{
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (families) && (int64_t) i < n; i++) {
    MG_CLEANUP (sim_json_put) struct json_object *o =
      json_object_new_object ();

    if (is_lacking (s, &families[i]))
      continue;
    sim_json_set_str (o, "name", families[i].name);
    sim_json_set_str (o, "policy_family_id", families[i].id);
    sim_policy_make (s, o, 1, 0);
  }
}

static struct sim_object *
wanted (struct sim_call *c, const char *id)
{
  struct sim_object *o = sim_table_by_id (
    policies (c->s), sim_id_parse (policies (c->s), id));

  if (o == NULL)
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
              "Can't find a cluster policy with id: %s.", id ? id : "");
  return o;
}

static void
changed (struct sim_call *c, struct sim_object *o, const char *effect)
{
  MG_CLEANUP_FREE char *name = sim_text_field (o->text, "name");

  sim_effect_on (c, effect, policies (c->s), o, name);
}

static int
is_default (const struct sim_object *o)
{
  MG_CLEANUP (sim_json_put) struct json_object *policy =
    sim_json_parse (o->text, strlen (o->text), NULL);

  return sim_json_int (policy, "is_default", 0) != 0;
}

/* --- checks ---------------------------------------------------------- */

/* 1 when there is none, or it is the JSON of a definition. */
static int
text_is_good (struct sim_call *c, const char *member)
{
  const char *text = sim_json_str (c->body, member);
  MG_CLEANUP (sim_json_put) struct json_object *o = NULL;

  if (text == NULL)
    return 1;
  o = parse_definition (text);
  if (o == NULL)
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Policy %s is not a valid JSON object.", member);
  return o != NULL;
}

/* Either a definition, or a family and what differs from it. */
static int
family_is_good (struct sim_call *c)
{
  const char *family = sim_json_str (c->body, "policy_family_id");
  const char *why = NULL;

  if (family == NULL) {
    if (sim_json_str (c->body, "policy_family_definition_overrides") != NULL)
      why = "policy_family_definition_overrides needs a policy_family_id.";
    else if (sim_json_str (c->body, "definition") == NULL)
      why = "A policy needs a definition or a policy_family_id.";
  }
  else if (find_family (c->s, family) == NULL)
    why = "The policy family does not exist.";
  else if (sim_json_str (c->body, "definition") != NULL)
    why = "definition cannot be used with policy_family_id; use "
          "policy_family_definition_overrides.";
  if (why != NULL)
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "%s", why);
  return why == NULL;
}

static int
is_good (struct sim_call *c, const struct sim_object *self)
{
  return family_is_good (c) && text_is_good (c, "definition")
         && text_is_good (c, "policy_family_definition_overrides")
         && sim_name_is_free (c, policies (c->s), self,
                              sim_json_str (c->body, "name"),
                              "Cluster Policy") == 0;
}

/* --- handlers -------------------------------------------------------- */

void
sim_policy_create (struct sim_call *c)
{
  struct sim_object *o;
  char id[SIM_ID_SIZE];

  if (!is_good (c, NULL))
    return;
  o = sim_policy_make (c->s, c->body, 0, c->now_us);
  changed (c, o, "create");
  sim_id_text (policies (c->s), o->id, id);
  mg_buf_addf (&c->r->body, "{\"policy_id\":\"%s\"}", id);
  c->r->status = 200;
  c->r->content_type = "application/json";
}

void
sim_policy_edit (struct sim_call *c)
{
  struct sim_object *o = wanted (c, sim_json_str (c->body, "policy_id"));
  MG_CLEANUP (sim_json_put) struct json_object *policy = NULL;

  if (o == NULL || !is_good (c, o))
    return;
  policy = sim_object_json (policies (c->s), o);
  if (is_default (o)
      && !mg_streq (sim_json_str (policy, "policy_family_id"),
                    sim_json_str (c->body, "policy_family_id"))) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Changing policy_family_id is forbidden for default cluster "
              "policies. Clone this policy to change the policy family.");
    return;
  }
  take_given (c->s, policy, c->body);
  sim_table_set (policies (c->s), o, sim_json_text (policy));
  changed (c, o, "update");
  sim_reply_empty (c);
}

void
sim_policy_delete (struct sim_call *c)
{
  struct sim_object *o = wanted (c, sim_json_str (c->body, "policy_id"));

  if (o == NULL)
    return;
  if (is_default (o)) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Default cluster policies cannot be deleted.");
    return;
  }
  changed (c, o, "delete");
  sim_table_remove (policies (c->s), o);
  sim_reply_empty (c);
}

void
sim_policy_get (struct sim_call *c)
{
  struct sim_object *o = wanted (c, sim_query (c, "policy_id"));

  if (o != NULL)
    sim_reply_object (c, o);
}

void
sim_policy_list (struct sim_call *c)
{
  sim_reply_table (c, policies (c->s), "policies");
}

/* --- families -------------------------------------------------------- */

static struct json_object *
family_json (const struct family *f)
{
  struct json_object *o = json_object_new_object ();

  sim_json_set_str (o, "policy_family_id", f->id);
  sim_json_set_str (o, "name", f->name);
  sim_json_set_str (o, "description", f->description);
  sim_json_set_str (o, "definition", f->definition);
  return o;
}

void
sim_family_list (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  struct json_object *list = json_object_new_array ();
  const char *token = sim_query (c, "page_token");
  int64_t size = sim_page_size (c, sim_query_int (c, "max_results", 0), 1000);
  int64_t i = 0, n = (int64_t) MG_N_ELEMENTS (families), last;
  char next[24];

  json_object_object_add (o, "policy_families", list);
  if (token != NULL && *token != '\0'
      && (mg_parse_int64 (token, &i) < 0 || i < 0 || i > n)) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "Invalid page token: '%s'",
              token);
    return;
  }
  last = i + size < n ? i + size : n;
  for (; i < last; i++)
    if (!is_lacking (c->s, &families[i])) {
      int times = sim_times (c, json_object_array_length (list) == 0);

      while (times-- > 0)
        json_object_array_add (list, family_json (&families[i]));
    }
  snprintf (next, sizeof next, "%" PRId64, i);
  if (i < n)
    sim_json_set_str (o, "next_page_token", next);
  sim_reply_json (c, 200, o);
}

void
sim_family_get (struct sim_call *c)
{
  const struct family *f = find_family (c->s, sim_param (c, 0));
  MG_CLEANUP (sim_json_put) struct json_object *o = NULL;

  if (f == NULL) {
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
              "Can't find a policy family with id: %s.", sim_param (c, 0));
    return;
  }
  o = family_json (f);
  sim_reply_json (c, 200, o);
}
