/* Instance pools, cluster policies and global init scripts of --populate.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "compute.h"
#include "populate.h"

#define LONG_POOL "a pool whose name is as long as the service lets it be, " \
  "which is a hundred characters and no more..."

struct odd_pool { const char *name, *more; };

static const struct odd_pool odd_pools[] = {
  { "general", "\"min_idle_instances\":2,\"max_capacity\":40,"
    "\"idle_instance_autotermination_minutes\":15" },
  { "quotes 'single' \"double\" and a/slash", "\"enable_elastic_disk\":true" },
  { "\xd0\xbf\xd1\x83\xd0\xbb \xf0\x9f\xa7\xaa", "\"custom_tags\":{\"team\":"
    "\"growth\",\"two\\nlines\":\"a\\tb\",\"empty\":\"\"}" },
  { "two\nlines \xe2\x80\xae" "ltr", "\"preloaded_spark_versions\":["
    "\"15.4.x-scala2.12\",\"14.3.x-scala2.12\"]" },
  { LONG_POOL, "\"disk_spec\":{\"disk_count\":2,\"disk_size\":100}" },
  { "General", "\"preloaded_docker_images\":[{\"url\":"
    "\"registry.example.com/images/tools:3\",\"basic_auth\":{\"username\":"
    "\"puller\",\"password\":\"not to be seen\"}}]" },
};

static const char *const plain_pools[] = {
  "\"max_capacity\":10",
  "\"custom_tags\":{\"cost-centre\":\"0042\"}",
  "\"preloaded_spark_versions\":[\"15.4.x-scala2.12\"]",
  "\"disk_spec\":{\"disk_count\":1,\"disk_size\":50}",
  "\"preloaded_docker_images\":[{\"url\":\"registry.example.com/plain:1\"}]",
  "\"min_idle_instances\":1,\"enable_elastic_disk\":true",
};

static char *
cloud_part (const struct sim *s, int64_t i)
{
  const struct sim_table *profiles = &s->tables[SIM_PROFILES];
  MG_CLEANUP_FREE char *arn = NULL;

  if (mg_streq (s->config.cloud, "azure"))
    return mg_xasprintf ("\"node_type_id\":\"Standard_D%dds_v5\","
                         "\"azure_attributes\":{\"availability\":\"SPOT_AZURE\""
                         ",\"spot_bid_max_price\":-1.0}", i % 2 ? 4 : 8);
  if (mg_streq (s->config.cloud, "gcp"))
    return mg_xasprintf ("\"node_type_id\":\"n2-highmem-%d\","
                         "\"gcp_attributes\":{\"gcp_availability\":"
                         "\"ON_DEMAND_GCP\"}", i % 2 ? 4 : 8);
  if (i % 4 != 3 || profiles->n_live == 0)
    return mg_xasprintf ("\"node_type_id\":\"i3.%sxlarge\","
                         "\"aws_attributes\":{\"availability\":\"%s\","
                         "\"zone_id\":\"us-west-2%c\"}", i % 2 ? "" : "2",
                         i % 3 ? "ON_DEMAND" : "SPOT", 'a' + (int) (i % 3));
  arn = sim_text_field (sim_table_at (profiles, (uint32_t) (i / 4)
                                      % profiles->n_live)->text,
                        "instance_profile_arn");
  return mg_xasprintf ("\"node_type_id\":\"m5d.large\",\"aws_attributes\":{"
                       "\"availability\":\"SPOT\",\"spot_bid_price_percent\":80,"
                       "\"instance_profile_arn\":\"%s\",\"zone_id\":\"auto\"}",
                       arn);
}

static struct json_object *
pool_fields (const struct sim *s, int64_t i)
{
  MG_CLEANUP_FREE char *cloud = cloud_part (s, i);
  MG_CLEANUP_FREE char *text = NULL;
  char name[60];
  struct json_object *o;
  int odd = i < (int64_t) MG_N_ELEMENTS (odd_pools);
  const char *more = odd ? odd_pools[i].more
    : plain_pools[i % (int64_t) MG_N_ELEMENTS (plain_pools)];

  snprintf (name, sizeof name, "pool %03" PRId64, i);
  text = mg_xasprintf ("{%s,%s}", cloud, more);
  o = sim_json_parse (text, strlen (text), NULL);
  sim_json_set_str (o, "instance_pool_name", odd ? odd_pools[i].name : name);
  return o;
}

static void
make_pool (struct sim *s, int64_t i)
{
  MG_CLEANUP (sim_json_put) struct json_object *fields = pool_fields (s, i);
  struct mg_rand rng;
  struct sim_object *o;

  o = sim_pool_make (s, fields, sim_principal (s, s->admin_id, NULL), 0);
  sim_number_rand (&rng, s->config.seed, "pool", (uint64_t) i);
  if (i % 2 == 0) {
    sim_grant (s, o, SIM_USERS, mg_rand_next (&rng), "instance-pools",
           "CAN_ATTACH_TO");
    sim_grant (s, o, SIM_GROUPS, mg_rand_next (&rng), "instance-pools",
           "CAN_MANAGE");
  }
  if (i == 0)
    sim_grant (s, o, SIM_PRINCIPALS, mg_rand_next (&rng), "instance-pools",
           "CAN_ATTACH_TO");
  if (i == 7) {                        /* on its way out */
    struct sim_table *t = &s->tables[SIM_POOLS];
    MG_CLEANUP (sim_json_put) struct json_object *pool =
      sim_object_json (t, o);

    sim_json_set_str (pool, "state", "STOPPED");
    sim_table_set (t, o, sim_json_text (pool));
  }
}

void
sim_populate_pools (struct sim *s, int64_t n)
{
  int64_t i;

  for (i = 0; i < n; i++)
    make_pool (s, i);
}

/* --- policies -------------------------------------------------------- */

/* In a definition ${pool} is the id of a pool and ${profile} an ARN. */
struct odd_policy { const char *name, *definition, *family, *more; };

static const struct odd_policy odd_policies[] = {
  { "pools in every member", "{\"instance_pool_id\":{\"type\":\"allowlist\","
    "\"values\":[\"${pool}\",\"${pool2}\"],\"defaultValue\":\"${pool}\"},"
    "\"driver_instance_pool_id\":{\"type\":\"fixed\",\"value\":\"${pool2}\","
    "\"hidden\":true}}", NULL, "" },
  { "a family's, with a pool of its own", "{\"instance_pool_id\":{\"type\":"
    "\"fixed\",\"value\":\"${pool}\"},\"autotermination_minutes\":{\"type\":"
    "\"fixed\",\"value\":30}}", "job-cluster", ",\"max_clusters_per_user\":3" },
  { "a family's, as it is", NULL, "power-user", "" },
  { "quotes 'a' \"b\", a/slash \xf0\x9f\xa7\xaa", "{ \"spark_conf.x\" : {\n\t"
    "\"type\": \"fixed\", \"value\": \"\\\\d+ \\\"q\\\" \\u00e9\" } }", NULL,
    ",\"description\":\"two\\nlines\"" },
  { "two\nlines \xe2\x80\xae" "of policy", "{}", NULL, "" },
  { "with a profile and libraries", "{\"aws_attributes.instance_profile_arn\":"
    "{\"type\":\"fixed\",\"value\":\"${profile}\"}}", NULL,
    ",\"libraries\":[{\"pypi\":{\"package\":\"simplejson==3.8.0\"}},{\"whl\":"
    "\"/Workspace/Shared/libs/tools.whl\"}]" },
};

char *
sim_replaced (char *text, const char *word, const char *by)
{
  char *at = strstr (text, word), *made;

  while (at != NULL) {
    made = mg_xasprintf ("%.*s%s%s", (int) (at - text), text, by,
                         at + strlen (word));
    mg_free (text);
    text = made;
    at = strstr (text, word);
  }
  return text;
}

/* The definition with what this workspace has; to be freed. */
static char *
filled_in (struct sim *s, const char *definition, int64_t i)
{
  const struct sim_table *pools = &s->tables[SIM_POOLS];
  const struct sim_table *profiles = &s->tables[SIM_PROFILES];
  char *text = mg_xstrdup (definition);
  char pool[SIM_ID_SIZE] = "", pool2[SIM_ID_SIZE] = "";
  MG_CLEANUP_FREE char *arn = NULL;

  if (pools->n_live > 0) {             /* the last is on its way out */
    uint32_t n = pools->n_live > 7 ? 7 : pools->n_live;

    sim_id_text (pools, sim_table_at (pools, (uint32_t) i % n)->id, pool);
    sim_id_text (pools, sim_table_at (pools, (uint32_t) (i + 1) % n)->id,
                 pool2);
  }
  if (profiles->n_live > 0)
    arn = sim_text_field (sim_table_at (profiles, 0)->text,
                          "instance_profile_arn");
  text = sim_replaced (text, "${pool}", pool);
  text = sim_replaced (text, "${pool2}", pool2);
  return sim_replaced (text, "${profile}", arn ? arn : "");
}

static void
make_policy (struct sim *s, int64_t i)
{
  static const struct odd_policy plain[] = {
    { NULL, "{\"instance_pool_id\":{\"type\":\"fixed\",\"value\":\"${pool}\"}}",
      NULL, ",\"max_clusters_per_user\":5" },
    { NULL, "{\"autotermination_minutes\":{\"type\":\"range\",\"maxValue\":60}}",
      NULL, ",\"description\":\"short runs\"" },
    { NULL, "{\"num_workers\":{\"type\":\"range\",\"maxValue\":4}}",
      "shared-compute", "" },
  };
  int odd = i < (int64_t) MG_N_ELEMENTS (odd_policies);
  const struct odd_policy *p =
    odd ? &odd_policies[i] : &plain[i % (int64_t) MG_N_ELEMENTS (plain)];
  MG_CLEANUP_FREE char *more = mg_xasprintf (
    "{%s}", *p->more ? p->more + 1 : "");
  MG_CLEANUP (sim_json_put) struct json_object *o =
    sim_json_parse (more, strlen (more), NULL);
  MG_CLEANUP_FREE char *text = NULL;
  struct sim_object *made;
  struct mg_rand rng;
  char name[60];

  snprintf (name, sizeof name, "policy %03" PRId64, i);
  sim_json_set_str (o, "name", odd ? p->name : name);
  if (p->family != NULL)
    sim_json_set_str (o, "policy_family_id", p->family);
  if (p->definition != NULL) {
    text = filled_in (s, p->definition, i);
    sim_json_set_str (o, p->family ? "policy_family_definition_overrides"
                                   : "definition", text);
  }
  made = sim_policy_make (s, o, 0, 0);
  sim_number_rand (&rng, s->config.seed, "policy", (uint64_t) i);
  if (i % 3 == 2)
    return;
  sim_grant (s, made, SIM_GROUPS, mg_rand_next (&rng), "cluster-policies",
         "CAN_USE");
  sim_grant (s, made, SIM_USERS, mg_rand_next (&rng), "cluster-policies",
         "CAN_USE");
  if (i == 0)
    sim_grant (s, made, SIM_PRINCIPALS, mg_rand_next (&rng), "cluster-policies",
           "CAN_USE");
}

void
sim_populate_policies (struct sim *s, int64_t n)
{
  int64_t i;

  sim_policy_make_defaults (s, n);
  for (i = 0; i < n - SIM_DEFAULT_POLICIES; i++)
    make_policy (s, i);
}

/* --- global init scripts --------------------------------------------- */

/* Where it stands since others have gone. */
static void
set_position (struct sim *s, struct sim_object *o, int position)
{
  struct sim_table *t = &s->tables[SIM_SCRIPTS];
  MG_CLEANUP (sim_json_put) struct json_object *script = sim_object_json (t, o);

  json_object_object_add (script, "position", json_object_new_int (position));
  sim_table_set (t, o, sim_json_text (script));
}

void
sim_populate_scripts (struct sim *s, int64_t n)
{
  static const struct { const char *name, *script; int enabled, position; }
  odd[] = {
    { "proxy", "IyEvYmluL3NoCmVjaG8gcHJveHkK", 1, 0 },
    { "twice", "IyEvYmluL3NoCmVjaG8gb25lCg==", 1, 1 },
    { "twice", "IyEvYmluL3NoCmVjaG8gdHdvCg==", 0, 3 },   /* one before it went */
    { "quotes 'a' \"b\"/c\n\xe2\x80\xae", "IyEvYmluL3NoCg==", 0, 4 },
    { "proxy", "IyEvYmluL3NoCmVjaG8gcHJveHkK", 0, 9 },   /* but for its place */
  };
  struct sim_object *made;
  int64_t i;

  for (i = 0; i < n; i++) {
    MG_CLEANUP (sim_json_put) struct json_object *o =
      json_object_new_object ();
    int is_odd = i < (int64_t) MG_N_ELEMENTS (odd);
    char name[60];

    snprintf (name, sizeof name, "script %03" PRId64, i);
    sim_json_set_str (o, "name", is_odd ? odd[i].name : name);
    sim_json_set_str (o, "script", is_odd ? odd[i].script
                      : "IyEvYmluL3NoCmVjaG8gbW9yZQo=");
    json_object_object_add (o, "enabled",
                            json_object_new_boolean (is_odd && odd[i].enabled));
    made = sim_script_make (s, o, 0);
    if (is_odd)
      set_position (s, made, odd[i].position);
  }
}
