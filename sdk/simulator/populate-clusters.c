/* Clusters of --populate, with their libraries and pins.
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

#define HOUR_MS INT64_C (3600000)
#define SHARED "\"data_security_mode\":\"USER_ISOLATION\""
#define DEDICATED "\"data_security_mode\":\"DATA_SECURITY_MODE_DEDICATED\""

/* What stands in a text: ${node} a node type, ${pool} and ${pool2} pools,
 * ${policy} a policy, ${user}, ${service} and ${group} names of principals. */
struct odd_cluster { const char *name, *source, *settings, *libraries; };

static const struct odd_cluster odd_clusters[] = {
  { "shared tools", "UI", "${node}," SHARED ",\"autoscale\":{\"min_workers\":1,"
    "\"max_workers\":8},\"custom_tags\":{\"team\":\"growth\",\"two\\nlines\":"
    "\"a\\tb\",\"empty\":\"\"},\"spark_conf\":{\"spark.speculation\":\"true\"},"
    "\"spark_env_vars\":{\"TOKEN\":\"{{secrets/tools/token}}\",\"PLAIN\":\"x "
    "y\"},\"init_scripts\":[{\"workspace\":{\"destination\":\"/Shared/init/"
    "tools.sh\"}},{\"volumes\":{\"destination\":\"/Volumes/a/b/c/i.sh\"}}],"
    "\"cluster_log_conf\":{\"dbfs\":{\"destination\":\"dbfs:/cluster-logs\"}},"
    "\"runtime_engine\":\"PHOTON\",\"workload_type\":{\"clients\":{\"jobs\":"
    "false,\"notebooks\":true}},\"ssh_public_keys\":[\"ssh-ed25519 AAAA us\"]",
    "[{\"pypi\":{\"package\":\"simplejson==3.8.0\",\"repo\":"
    "\"https://pypi.example.com/simple\"}},{\"maven\":{\"coordinates\":"
    "\"org.example:tool:1.0\",\"exclusions\":[\"a:b\"]}},{\"cran\":{"
    "\"package\":\"ada\"}},{\"whl\":\"/Workspace/Shared/libs/tools.whl\"},"
    "{\"jar\":\"dbfs:/FileStore/jars/tool \xc3\xa9.jar\"},{\"requirements\":"
    "\"/Volumes/a/b/c/requirements.txt\"}]" },
  { "twin", "UI", "${node},\"num_workers\":1", NULL },
  { "twin", "API", "${node},\"num_workers\":1", NULL },
  { "twin", "UI", "${node},\"num_workers\":2",
    "[{\"pypi\":{\"package\":\"only on the third\"}}]" },
  { "quotes 'single' \"double\" and a/slash", "UI", "${node},"
    "\"num_workers\":2,\"data_security_mode\":\"SINGLE_USER\","
    "\"single_user_name\":\"${user}\"", NULL },
  { "\xd0\xba\xd0\xbb\xd0\xb0\xd1\x81\xd1\x82\xd0\xb5\xd1\x80 \xf0\x9f\xa7\xaa",
    "UI", "${node},\"num_workers\":2," DEDICATED ","
    "\"single_user_name\":\"${service}\"", NULL },
  { "two\nlines \xe2\x80\xae" "ltr", "UI", "${node},\"num_workers\":2,"
    DEDICATED ",\"single_user_name\":\"${group}\"", NULL },
  { "in two pools", "UI", "\"instance_pool_id\":\"${pool}\","
    "\"driver_instance_pool_id\":\"${pool2}\",\"num_workers\":3", NULL },
  { "by a policy", "UI", "${node},\"num_workers\":1,\"policy_id\":"
    "\"${policy}\",\"apply_policy_default_values\":true", NULL },
  { "from an image", "API", "${node},\"num_workers\":1,\"docker_image\":{"
    "\"url\":\"registry.example.com/images/tools:3\",\"basic_auth\":{"
    "\"username\":\"puller\",\"password\":\"not to be seen\"}}", NULL },
  { "job-123-run-45", "JOB", "${node},\"num_workers\":1", NULL },
  { "dlt-execution-0042", "PIPELINE", "${node},\"num_workers\":1", NULL },
  { "one node", "UI", "${node},\"num_workers\":0,\"spark_conf\":{"
    "\"spark.databricks.cluster.profile\":\"singleNode\",\"spark.master\":"
    "\"local[*]\"},\"custom_tags\":{\"ResourceClass\":\"SingleNode\"},"
    "\"autotermination_minutes\":20", "[{\"egg\":\"dbfs:/libs/old.egg\"}]" },
};

static const struct odd_cluster plain_clusters[] = {
  { NULL, "UI", "${node},\"num_workers\":4,\"autotermination_minutes\":30",
    NULL },
  { NULL, "API", "\"instance_pool_id\":\"${pool}\",\"num_workers\":1", NULL },
  { NULL, "UI", "${node},\"autoscale\":{\"min_workers\":2,\"max_workers\":4},"
    "\"policy_id\":\"${policy}\"",
    "[{\"pypi\":{\"package\":\"requests\"}}]" },
  { NULL, "UI", "${node},\"num_workers\":2,\"enable_elastic_disk\":true,"
    "\"custom_tags\":{\"cost-centre\":\"0042\"}", NULL },
};

static char *
node_part (const struct sim *s, int64_t i)
{
  if (mg_streq (s->config.cloud, "azure"))
    return mg_xasprintf ("\"node_type_id\":\"Standard_D%dds_v5\","
                         "\"azure_attributes\":{\"availability\":\"SPOT_AZURE\""
                         ",\"spot_bid_max_price\":-1.0}", i % 2 ? 4 : 8);
  if (mg_streq (s->config.cloud, "gcp"))
    return mg_xasprintf ("\"node_type_id\":\"n2-highmem-%d\","
                         "\"gcp_attributes\":{\"availability\":"
                         "\"ON_DEMAND_GCP\"}", i % 2 ? 4 : 8);
  return mg_xasprintf ("\"node_type_id\":\"i3.%sxlarge\",\"aws_attributes\":{"
                       "\"first_on_demand\":%d,\"zone_id\":\"us-west-2%c\"}",
                       i % 2 ? "" : "2", (int) (i % 3), 'a' + (int) (i % 3));
}

/* Of the first 'most' objects; the empty text when there is none. */
static char *
id_of (struct sim *s, enum sim_kind kind, int64_t i, uint32_t from,
       uint32_t most)
{
  struct sim_table *t = &s->tables[kind];
  uint32_t n = t->n_live > from ? t->n_live - from : 0;
  char id[SIM_ID_SIZE] = "";

  if (n > most)
    n = most;
  if (n > 0)
    sim_id_text (t, sim_table_at (t, from + (uint32_t) i % n)->id, id);
  return mg_xstrdup (id);
}

static char *
name_of (struct sim *s, enum sim_kind kind, uint32_t which)
{
  struct sim_table *t = &s->tables[kind];

  return t->n_live == 0 ? mg_xstrdup ("")
         : sim_principal_name (s, sim_table_at (t, which % t->n_live));
}

/* A workspace may have nothing of the sort that a member names. */
static struct json_object *
settings_of (struct sim *s, const struct odd_cluster *from, int64_t i)
{
  static const char *const members[] = {
    "instance_pool_id", "driver_instance_pool_id", "policy_id",
    "single_user_name"
  };
  const struct { const char *word; char *value; } words[] = {
    { "${node}", node_part (s, from->name ? 0 : i) },     /* twins are equal */
    { "${pool}", id_of (s, SIM_POOLS, i, 0, 7) },    /* the 8th has stopped */
    { "${pool2}", id_of (s, SIM_POOLS, i + 1, 0, 7) },
    { "${policy}", id_of (s, SIM_POLICIES, i, SIM_DEFAULT_POLICIES, 1000) },
    { "${user}", name_of (s, SIM_USERS, 3) },
    { "${service}", name_of (s, SIM_PRINCIPALS, 2) },
    { "${group}", name_of (s, SIM_GROUPS, 3) },
  };
  int lacks_pool = s->tables[SIM_POOLS].n_live == 0
                   && strstr (from->settings, "${node}") == NULL;
  char *text = mg_xasprintf ("{%s%s}", lacks_pool ? "${node}," : "",
                             from->settings);
  struct json_object *o;
  size_t w;

  for (w = 0; w < MG_N_ELEMENTS (words); w++) {
    text = sim_replaced (text, words[w].word, words[w].value);
    mg_free (words[w].value);
  }
  o = sim_json_parse (text, strlen (text), NULL);
  mg_free (text);
  for (w = 0; w < MG_N_ELEMENTS (members); w++)
    if (mg_streq (sim_json_str (o, members[w]), ""))
      json_object_object_del (o, members[w]);
  return o;
}

static void
add_libraries (struct json_object *cluster, const char *text)
{
  MG_CLEANUP (sim_json_put) struct json_object *list =
    sim_json_parse (text, strlen (text), NULL);
  size_t i;

  for (i = 0; i < json_object_array_length (list); i++)
    sim_library_add (cluster, json_object_array_get_idx (list, i));
}

/* Most are terminated; the first runs on, with a library that the service
 * gave to all clusters and one that waits for a restart to go. */
static void
set_life (struct sim *s, struct json_object *cluster, int64_t i)
{
  int64_t now_ms = s->born_us / MG_MS_US;

  json_object_object_add (cluster, "start_time", json_object_new_int64 (
                            now_ms - (i % 200 + 2) * HOUR_MS));
  if (i == 0)
    sim_json_set_str (cluster, "state", "RUNNING");
  else {
    sim_json_set_str (cluster, "state", "TERMINATED");
    json_object_object_add (cluster, "terminated_time", json_object_new_int64 (
                              now_ms - (i % 200 + 1) * HOUR_MS));
  }
  sim_json_set_str (cluster, "state_message", "");
  if (i % 5 == 0)
    sim_json_set_str (cluster, "pinned_by_user_name", SIM_ADMIN_NAME);
}

static void
add_odd_libraries (struct json_object *cluster)
{
  struct json_object *list, *one;

  add_libraries (cluster, "[{\"pypi\":{\"package\":\"of all clusters\"}},"
                 "{\"pypi\":{\"package\":\"on its way out\"}}]");
  list = sim_json_array (cluster, SIM_LIBRARIES);
  one = json_object_array_get_idx (list, json_object_array_length (list) - 2);
  json_object_object_add (one, "is_library_for_all_clusters",
                          json_object_new_boolean (1));
  one = json_object_array_get_idx (list, json_object_array_length (list) - 1);
  sim_json_set_str (one, "status", "UNINSTALL_ON_RESTART");
}

static void
add_permissions (struct sim *s, struct sim_object *o, int64_t i)
{
  struct mg_rand rng;

  sim_number_rand (&rng, s->config.seed, "cluster", (uint64_t) i);
  if (i % 3 == 2)
    return;
  sim_grant (s, o, SIM_USERS, mg_rand_next (&rng), "clusters",
             i % 2 ? "CAN_RESTART" : "CAN_ATTACH_TO");
  sim_grant (s, o, SIM_GROUPS, mg_rand_next (&rng), "clusters", "CAN_MANAGE");
  if (i == 0)
    sim_grant (s, o, SIM_PRINCIPALS, mg_rand_next (&rng), "clusters",
               "CAN_RESTART");
}

static void
make_cluster (struct sim *s, int64_t i)
{
  int odd = i < (int64_t) MG_N_ELEMENTS (odd_clusters);
  const struct odd_cluster *from = odd ? &odd_clusters[i]
    : &plain_clusters[i % (int64_t) MG_N_ELEMENTS (plain_clusters)];
  MG_CLEANUP (sim_json_put) struct json_object *fields =
    settings_of (s, from, i);
  MG_CLEANUP (sim_json_put) struct json_object *cluster = NULL;
  struct sim_object *o;
  char name[60];

  snprintf (name, sizeof name, "cluster %03" PRId64, i);
  sim_json_set_str (fields, "spark_version", i % 4 == 0 ? "14.3.x-scala2.12"
                    : SIM_SPARK_VERSION);
  sim_json_set_str (fields, "cluster_name", odd ? from->name : name);
  o = sim_cluster_make (s, fields, sim_principal (s, s->admin_id, NULL),
                        from->source, 0);
  cluster = sim_object_json (&s->tables[SIM_CLUSTERS], o);
  set_life (s, cluster, i);
  if (from->libraries != NULL)
    add_libraries (cluster, from->libraries);
  if (i == 0)
    add_odd_libraries (cluster);
  sim_table_set (&s->tables[SIM_CLUSTERS], o, sim_json_text (cluster));
  add_permissions (s, o, i);
}

void
sim_populate_clusters (struct sim *s, int64_t n)
{
  int64_t i;

  for (i = 0; i < n; i++)
    make_cluster (s, i);
}
