/* What a cluster may be made of: its settings, what the service fills in, and
 * what it refuses.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "compute.h"

#define MAX_TAGS 45

/* Runtimes that are still supported. */
static const struct { const char *key, *name; } versions[] = {
  { "16.4.x-scala2.12", "16.4 LTS (includes Apache Spark 3.5.2, Scala 2.12)" },
  { SIM_SPARK_VERSION, "15.4 LTS (includes Apache Spark 3.5.0, Scala 2.12)" },
  { "15.4.x-cpu-ml-scala2.12", "15.4 LTS ML (includes Apache Spark 3.5.0, "
    "Scala 2.12)" },
  { "14.3.x-scala2.12", "14.3 LTS (includes Apache Spark 3.5.0, Scala 2.12)" },
  { "13.3.x-scala2.12", "13.3 LTS (includes Apache Spark 3.4.1, Scala 2.12)" },
};

static const struct node { const char *cloud, *id; int cores, memory_mb; }
nodes[] = {
  { "aws", "i3.xlarge", 4, 31232 }, { "aws", "i3.2xlarge", 8, 62464 },
  { "aws", "m5d.large", 2, 8192 }, { "aws", "m5d.xlarge", 4, 16384 },
  { "azure", "Standard_D4ds_v5", 4, 16384 },
  { "azure", "Standard_D8ds_v5", 8, 32768 },
  { "gcp", "n2-highmem-4", 4, 32768 }, { "gcp", "n2-highmem-8", 8, 65536 },
};

/* Given with a pool, they come from it. */
static const char *const of_the_pool[] = {
  "node_type_id", "driver_node_type_id", "enable_elastic_disk",
  "driver_node_type_flexibility", "worker_node_type_flexibility", NULL
};

/* What of a cloud's attributes may be given beside a pool. */
static const struct { const char *cloud, *member; } beside_a_pool[] = {
  { "aws_attributes", "instance_profile_arn" },
  { "azure_attributes", NULL },
  { "gcp_attributes", "google_service_account" },
};

static const char *const default_tags[] = {
  "Vendor", "Creator", "ClusterName", "ClusterId", NULL
};

static int
refuse (struct sim_call *c, const char *why)
{
  sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "%s", why);
  return 0;
}

static const struct node *
find_node (const struct sim *s, const char *id)
{
  size_t i;

  for (i = 0; id != NULL && i < MG_N_ELEMENTS (nodes); i++)
    if (strcmp (nodes[i].id, id) == 0
        && mg_streq (nodes[i].cloud, s->config.cloud))
      return &nodes[i];
  return NULL;
}

static int
is_true (struct json_object *o, const char *name)
{
  return json_object_get_boolean (json_object_object_get (o, name));
}

/* --- what is refused ------------------------------------------------- */

static int
size_is_good (struct sim_call *c)
{
  struct json_object *autoscale =
    json_object_object_get (c->body, "autoscale");
  int fixed = json_object_object_get (c->body, "num_workers") != NULL;

  if (is_true (c->body, "is_single_node"))
    return 1;
  if (fixed == (autoscale != NULL))
    return refuse (c, "Exactly 1 of num_workers, autoscale must be specified.");
  if (sim_json_int (c->body, "num_workers", 0) < 0
      || (autoscale != NULL
          && sim_json_int (autoscale, "min_workers", 0)
             > sim_json_int (autoscale, "max_workers", 0)))
    return refuse (c, "min_workers must be at most max_workers, and neither "
                   "below 0.");
  return 1;
}

static int
version_is_good (struct sim_call *c)
{
  const char *version = sim_json_str (c->body, "spark_version");
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (versions); i++)
    if (mg_streq (versions[i].key, version))
      return 1;
  sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
            "Spark version %s is not supported. See spark-versions.",
            version ? version : "");
  return 0;
}

static int
node_is_good (struct sim_call *c, const char *member)
{
  const char *id = sim_json_str (c->body, member);

  if (id == NULL && strcmp (member, "driver_node_type_id") == 0)
    return 1;
  if (find_node (c->s, id) != NULL)
    return 1;
  sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "%s: node type %s is not "
            "supported.", member, id ? id : "(none)");
  return 0;
}

static int
pool_is_there (struct sim_call *c, const char *member)
{
  struct sim_table *t = &c->s->tables[SIM_POOLS];
  const char *id = sim_json_str (c->body, member);

  if (id == NULL || sim_table_by_id (t, sim_id_parse (t, id)) != NULL)
    return 1;
  sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
            "%s: can't find an instance pool with id: %s.", member, id);
  return 0;
}

static int
nothing_beside_the_pool (struct sim_call *c, struct json_object *spec)
{
  char field[80];
  size_t i;

  for (i = 0; of_the_pool[i] != NULL; i++) {
    snprintf (field, sizeof field, "%s", of_the_pool[i]);
    if (json_object_object_get (spec, field) != NULL)
      goto refused;
  }
  for (i = 0; i < MG_N_ELEMENTS (beside_a_pool); i++) {
    struct json_object *cloud =
      json_object_object_get (spec, beside_a_pool[i].cloud);

    if (!json_object_is_type (cloud, json_type_object))
      continue;
    json_object_object_foreach (cloud, name, value) {
      (void) value;
      snprintf (field, sizeof field, "%s.%s", beside_a_pool[i].cloud, name);
      if (!mg_streq (name, beside_a_pool[i].member))
        goto refused;
    }
  }
  return 1;
refused:
  sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "The field '%s' cannot be "
            "supplied when an instance pool ID is provided.", field);
  return 0;
}

int
sim_cluster_leaves_pool (struct sim_call *c, struct json_object *spec)
{
  if (sim_json_str (spec, "instance_pool_id") != NULL)
    return nothing_beside_the_pool (c, spec);
  if (sim_json_str (spec, "driver_instance_pool_id") != NULL)
    return refuse (c, "driver_instance_pool_id needs an instance_pool_id.");
  return 1;
}

static int
machines_are_good (struct sim_call *c)
{
  if (!sim_cluster_leaves_pool (c, c->body))
    return 0;
  if (sim_json_str (c->body, "instance_pool_id") != NULL)
    return pool_is_there (c, "instance_pool_id")
           && pool_is_there (c, "driver_instance_pool_id");
  return node_is_good (c, "node_type_id")
         && node_is_good (c, "driver_node_type_id");
}

static int
policy_is_there (struct sim_call *c)
{
  struct sim_table *t = &c->s->tables[SIM_POLICIES];
  const char *id = sim_json_str (c->body, "policy_id");

  if (id == NULL || sim_table_by_id (t, sim_id_parse (t, id)) != NULL)
    return 1;
  sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
            "Can't find a cluster policy with id: %s.", id);
  return 0;
}

static int
tags_are_good (struct sim_call *c)
{
  struct json_object *tags = json_object_object_get (c->body, "custom_tags");
  int i;

  if (tags != NULL && json_object_object_length (tags) > MAX_TAGS)
    return refuse (c, "A cluster has at most 45 custom tags.");
  for (i = 0; tags != NULL && default_tags[i] != NULL; i++)
    if (json_object_object_get_ex (tags, default_tags[i], NULL))
      return refuse (c, "The key of a default tag cannot be the key of a "
                     "custom tag.");
  return 1;
}

static int
user_is_good (struct sim_call *c)
{
  const char *mode = sim_json_str (c->body, "data_security_mode");

  if (sim_json_str (c->body, "single_user_name") != NULL && mode != NULL
      && strstr (mode, "SINGLE_USER") == NULL
      && strcmp (mode, "DATA_SECURITY_MODE_DEDICATED") != 0
      && strcmp (mode, "DATA_SECURITY_MODE_AUTO") != 0)
    return refuse (c, "single_user_name needs a data_security_mode for a "
                   "single user.");
  if ((is_true (c->body, "is_single_node") || is_true (c->body,
                                                       "use_ml_runtime"))
      && sim_json_str (c->body, "kind") == NULL)
    return refuse (c, "is_single_node and use_ml_runtime need a kind.");
  return 1;
}

int
sim_cluster_is_good (struct sim_call *c)
{
  return version_is_good (c) && size_is_good (c) && machines_are_good (c)
         && policy_is_there (c) && tags_are_good (c) && user_is_good (c)
         && sim_cloud_is_good (c);
}

/* --- what the service fills in --------------------------------------- */

/* From the pool: its machines are the cluster's. */
static void
fill_from_pool (struct sim *s, struct json_object *o, const char *pool_id)
{
  struct sim_table *t = &s->tables[SIM_POOLS];
  const struct sim_object *p = sim_table_by_id (t, sim_id_parse (t, pool_id));
  MG_CLEANUP_FREE char *node =
    p ? sim_text_field (p->text, "node_type_id") : NULL;

  sim_json_default (o, "driver_instance_pool_id",
                    json_object_new_string (pool_id));
  if (node != NULL) {
    sim_json_set_str (o, "node_type_id", node);
    sim_json_set_str (o, "driver_node_type_id", node);
  }
  sim_json_default (o, "enable_elastic_disk", json_object_new_boolean (0));
}

static void
fill_from_node (struct json_object *o)
{
  const char *node = sim_json_str (o, "node_type_id");

  if (node != NULL)
    sim_json_default (o, "driver_node_type_id", json_object_new_string (node));
  sim_json_default (o, "enable_elastic_disk", json_object_new_boolean (0));
}

/* Passwords of registries go in and come out empty. */
static void
empty_password (struct json_object *o)
{
  struct json_object *image = json_object_object_get (o, "docker_image");
  struct json_object *auth = json_object_object_get (image, "basic_auth");

  if (json_object_is_type (auth, json_type_object))
    sim_json_set_str (auth, "password", "");
}

void
sim_cluster_fill (struct sim *s, struct json_object *o)
{
  const char *pool = sim_json_str (o, "instance_pool_id");

  sim_json_default (o, "cluster_name", json_object_new_string (""));
  sim_json_default (o, "autotermination_minutes", json_object_new_int (0));
  sim_json_default (o, "enable_local_disk_encryption",
                    json_object_new_boolean (0));
  if (json_object_object_get (o, "autoscale") == NULL)
    sim_json_default (o, "num_workers", json_object_new_int (0));
  sim_cloud_defaults (s, o, "SPOT_WITH_FALLBACK");
  if (pool != NULL)
    fill_from_pool (s, o, pool);
  else
    fill_from_node (o);
  empty_password (o);
}

/* --- what there is to choose from ------------------------------------ */

void
sim_cluster_versions (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  struct json_object *list = json_object_new_array ();
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (versions); i++) {
    struct json_object *one = json_object_new_object ();

    sim_json_set_str (one, "key", versions[i].key);
    sim_json_set_str (one, "name", versions[i].name);
    json_object_array_add (list, one);
  }
  json_object_object_add (o, "versions", list);
  sim_reply_json (c, 200, o);
}

void
sim_cluster_node_types (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  struct json_object *list = json_object_new_array ();
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (nodes); i++) {
    struct json_object *one;

    if (!mg_streq (nodes[i].cloud, c->s->config.cloud))
      continue;
    one = json_object_new_object ();
    sim_json_set_str (one, "node_type_id", nodes[i].id);
    sim_json_set_str (one, "instance_type_id", nodes[i].id);
    sim_json_set_str (one, "description", nodes[i].id);
    sim_json_set_str (one, "category", "General Purpose");
    json_object_object_add (one, "memory_mb",
                            json_object_new_int (nodes[i].memory_mb));
    json_object_object_add (one, "num_cores",
                            json_object_new_double (nodes[i].cores));
    json_object_object_add (one, "is_deprecated", json_object_new_boolean (0));
    json_object_array_add (list, one);
  }
  json_object_object_add (o, "node_types", list);
  sim_reply_json (c, 200, o);
}
