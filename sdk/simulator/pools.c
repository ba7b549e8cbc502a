/* Instance pools: names are unique, most fields are given once and for all.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "compute.h"

/* What an edit sets; what it does not say falls back to what a create without
 * it gives. */
static const char *const editable[] = {
  "custom_tags", "enable_auto_alternate_node_types",
  "idle_instance_autotermination_minutes", "instance_pool_name",
  "max_capacity", "min_idle_instances", "remote_disk_throughput",
  "total_initial_remote_disk_size", NULL
};

/* Keys of the tags that the service gives to the machines itself. */
static const char *const default_tags[] = {
  "Vendor", "DatabricksInstancePoolCreatorId", "DatabricksInstancePoolId",
  "ClusterId", NULL
};

static struct sim_table *
pools (struct sim *s)
{
  return &s->tables[SIM_POOLS];
}

/* --- what compute shares --------------------------------------------- */

static int64_t
count_characters (const char *text)
{
  int64_t n = 0;

  for (; *text != '\0'; text++)
    n += ((unsigned char) *text & 0xc0) != 0x80;
  return n;
}

int
sim_name_is_free (struct sim_call *c, struct sim_table *t,
                  const struct sim_object *self, const char *name,
                  const char *what)
{
  const struct sim_object *other;

  if (name == NULL || *name == '\0' || count_characters (name) > SIM_MAX_NAME) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "The name of a %s must have 1 to %d characters.", what,
              SIM_MAX_NAME);
    return -1;
  }
  other = sim_table_by_key (t, name);
  if (other == NULL || other == self)
    return 0;
  sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
            "%s with name `%s` already exists", what, name);
  return -1;
}

void
sim_reply_table (struct sim_call *c, struct sim_table *t, const char *array)
{
  struct mg_buf *out = &c->r->body;
  uint32_t i;
  int n = 0;

  mg_buf_add_byte (out, '{');
  for (i = 0; i < t->n_live; i++) {
    struct sim_object *o = sim_table_at (t, i);
    int times = sim_times (c, n == 0);

    while (sim_visible (c, o) && times-- > 0) {
      if (n++ == 0)
        mg_buf_addf (out, "\"%s\":[", array);
      else
        mg_buf_add_byte (out, ',');
      mg_buf_add_str (out, o->text);
    }
  }
  mg_buf_add_str (out, n > 0 ? "]}" : "}");
  c->r->status = 200;
  c->r->content_type = "application/json";
}

void
sim_reply_object (struct sim_call *c, const struct sim_object *o)
{
  mg_buf_add_str (&c->r->body, o->text);
  c->r->status = 200;
  c->r->content_type = "application/json";
}

void
sim_json_default (struct json_object *o, const char *name,
                  struct json_object *value)
{
  if (json_object_object_get (o, name) == NULL)
    json_object_object_add (o, name, value);
  else
    json_object_put (value);
}

char *
sim_principal_name (struct sim *s, const struct sim_object *p)
{
  enum sim_kind kind = SIM_USERS;
  MG_CLEANUP_FREE char *text = NULL;

  sim_principal (s, p->id, &kind);
  text = sim_object_copy (&s->tables[kind], p);
  return sim_text_field (text, s->tables[kind].key);
}

/* --- one pool -------------------------------------------------------- */

struct json_object *
sim_cloud_defaults (struct sim *s, struct json_object *o,
                    const char *aws_availability)
{
  struct json_object *cloud;

  if (mg_streq (s->config.cloud, "azure")) {
    sim_json_default (o, "azure_attributes", json_object_new_object ());
    cloud = json_object_object_get (o, "azure_attributes");
    sim_json_default (cloud, "availability",
                      json_object_new_string ("ON_DEMAND_AZURE"));
    return NULL;
  }
  if (!mg_streq (s->config.cloud, "aws"))
    return NULL;
  sim_json_default (o, "aws_attributes", json_object_new_object ());
  cloud = json_object_object_get (o, "aws_attributes");
  sim_json_default (cloud, "availability",
                    json_object_new_string (aws_availability));
  sim_json_default (cloud, "zone_id", json_object_new_string ("us-west-2a"));
  return cloud;
}

static void
add_cloud_defaults (struct sim *s, struct json_object *o)
{
  struct json_object *aws = sim_cloud_defaults (s, o, "SPOT");

  if (aws != NULL)
    sim_json_default (aws, "spot_bid_price_percent", json_object_new_int (100));
}

static void
add_defaults (struct sim *s, struct json_object *o)
{
  sim_json_default (o, "min_idle_instances", json_object_new_int (0));
  sim_json_default (o, "idle_instance_autotermination_minutes",
                    json_object_new_int (60));
  sim_json_default (o, "enable_elastic_disk", json_object_new_boolean (0));
  add_cloud_defaults (s, o);
}

/* What only the service says. */
static void
add_owned (struct json_object *o, const char *id, int64_t creator)
{
  struct json_object *tags = json_object_new_object ();
  struct json_object *stats = json_object_new_object ();
  char text[32];

  snprintf (text, sizeof text, "%" PRId64, creator);
  sim_json_set_str (tags, "Vendor", "Databricks");
  sim_json_set_str (tags, "DatabricksInstancePoolCreatorId", text);
  sim_json_set_str (tags, "DatabricksInstancePoolId", id);
  json_object_object_add (stats, "used_count", json_object_new_int (0));
  json_object_object_add (stats, "idle_count", json_object_new_int (0));
  json_object_object_add (stats, "pending_used_count",
                          json_object_new_int (0));
  json_object_object_add (stats, "pending_idle_count", json_object_new_int64 (
                            sim_json_int (o, "min_idle_instances", 0)));
  sim_json_set_str (o, "instance_pool_id", id);
  json_object_object_add (o, "default_tags", tags);
  sim_json_set_str (o, "state", "ACTIVE");
  json_object_object_add (o, "stats", stats);
  json_object_object_add (o, "status", json_object_new_object ());
}

/* Passwords of registries go in and never come out. */
static void
drop_passwords (struct json_object *o)
{
  struct json_object *images = sim_json_array (o, "preloaded_docker_images");
  size_t i, n = images ? json_object_array_length (images) : 0;

  for (i = 0; i < n; i++) {
    struct json_object *image = json_object_array_get_idx (images, i);
    struct json_object *auth = json_object_object_get (image, "basic_auth");

    if (json_object_is_type (auth, json_type_object))
      json_object_object_del (auth, "password");
  }
}

struct sim_object *
sim_pool_make (struct sim *s, struct json_object *fields,
               struct sim_object *creator, int64_t now_us)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = NULL;
  int64_t id = sim_new_id (s);
  struct sim_object *made;
  char id_text[SIM_ID_SIZE];

  json_object_deep_copy (fields, &o, NULL);
  sim_id_text (pools (s), id, id_text);
  drop_passwords (o);
  add_defaults (s, o);
  add_owned (o, id_text, creator->id);
  made = sim_table_add (pools (s), id, sim_json_text (o), 0,
                        sim_json_str (o, "instance_pool_name"));
  made->created_us = now_us;
  sim_acl_set (made, creator->id,
               sim_acl_level ("instance-pools", "CAN_MANAGE"));
  return made;
}

/* The pool that a request names, or NULL after a reply. */
static struct sim_object *
wanted (struct sim_call *c, const char *id)
{
  struct sim_object *o = sim_table_by_id (pools (c->s),
                                          sim_id_parse (pools (c->s), id));

  if (o == NULL)
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
              "Can't find an instance pool with id: %s.", id ? id : "");
  return o;
}

static void
changed (struct sim_call *c, struct sim_object *o, const char *effect)
{
  MG_CLEANUP_FREE char *name = sim_text_field (o->text, "instance_pool_name");

  sim_effect_on (c, effect, pools (c->s), o, name);
}

/* --- checks ---------------------------------------------------------- */

static int
tags_are_good (struct sim_call *c)
{
  struct json_object *tags = json_object_object_get (c->body, "custom_tags");
  int i;

  for (i = 0; tags != NULL && default_tags[i] != NULL; i++) {
    if (json_object_object_get_ex (tags, default_tags[i], NULL)) {
      sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
                "'%s' is the key of a default tag and cannot be the key of a "
                "custom tag.", default_tags[i]);
      return 0;
    }
  }
  return 1;
}

static int
numbers_are_good (struct sim_call *c)
{
  int64_t least = sim_json_int (c->body, "min_idle_instances", 0);
  int64_t most = sim_json_int (c->body, "max_capacity", INT64_MAX);

  if (least >= 0 && most > 0 && least <= most)
    return 1;
  sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
            "min_idle_instances must be between 0 and max_capacity.");
  return 0;
}

int
sim_cloud_is_good (struct sim_call *c)
{
  static const char *const clouds[] = { "aws", "azure", "gcp" };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (clouds); i++) {
    char name[20];

    snprintf (name, sizeof name, "%s_attributes", clouds[i]);
    if (json_object_object_get (c->body, name) == NULL
        || mg_streq (c->s->config.cloud, clouds[i]))
      continue;
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "%s cannot be given in this workspace.", name);
    return 0;
  }
  return 1;
}

/* --- handlers -------------------------------------------------------- */

void
sim_pool_create (struct sim_call *c)
{
  const char *name = sim_json_str (c->body, "instance_pool_name");
  struct json_object *answer;
  struct sim_object *o;
  char id[SIM_ID_SIZE];

  if (!tags_are_good (c) || !numbers_are_good (c) || !sim_cloud_is_good (c)
      || sim_name_is_free (c, pools (c->s), NULL, name, "Instance Pool") < 0)
    return;
  o = sim_pool_make (c->s, c->body, c->me, c->now_us);
  changed (c, o, "create");
  sim_id_text (pools (c->s), o->id, id);
  answer = json_object_new_object ();
  sim_json_set_str (answer, "instance_pool_id", id);
  sim_reply_json (c, 200, answer);
  json_object_put (answer);
}

void
sim_pool_edit (struct sim_call *c)
{
  struct sim_object *o = wanted (c, sim_json_str (c->body, "instance_pool_id"));
  MG_CLEANUP (sim_json_put) struct json_object *pool = NULL;
  int i;

  if (o == NULL || !tags_are_good (c) || !numbers_are_good (c)
      || sim_name_is_free (c, pools (c->s), o,
                           sim_json_str (c->body, "instance_pool_name"),
                           "Instance Pool") < 0)
    return;
  pool = sim_object_json (pools (c->s), o);
  if (!mg_streq (sim_json_str (pool, "node_type_id"),
                 sim_json_str (c->body, "node_type_id"))) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "node_type_id of an instance pool cannot be changed.");
    return;
  }
  for (i = 0; editable[i] != NULL; i++) {
    struct json_object *value = json_object_object_get (c->body, editable[i]);

    json_object_object_del (pool, editable[i]);
    if (value != NULL)
      json_object_object_add (pool, editable[i], json_object_get (value));
  }
  add_defaults (c->s, pool);
  sim_table_set (pools (c->s), o, sim_json_text (pool));
  changed (c, o, "update");
  sim_reply_empty (c);
}

void
sim_pool_delete (struct sim_call *c)
{
  struct sim_object *o = wanted (c, sim_json_str (c->body, "instance_pool_id"));

  if (o == NULL)
    return;
  changed (c, o, "delete");
  sim_table_remove (pools (c->s), o);
  sim_reply_empty (c);
}

void
sim_pool_get (struct sim_call *c)
{
  struct sim_object *o = wanted (c, sim_query (c, "instance_pool_id"));

  if (o != NULL)
    sim_reply_object (c, o);
}

void
sim_pool_list (struct sim_call *c)
{
  sim_reply_table (c, pools (c->s), "instance_pools");
}
