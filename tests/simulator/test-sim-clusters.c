/* Clusters and their libraries in libsim: what a create fills in and starts,
 * what time does to it, what is refused, lists, pins and libraries. */
#include <config.h>

#include "simulator/sim-test.h"

#define CLUSTERS "/api/2.1/clusters/"
#define LIBS "/api/2.0/libraries/"
#define PLAIN "\"spark_version\":\"15.4.x-scala2.12\",\"node_type_id\":" \
  "\"i3.xlarge\",\"num_workers\":1"

/* The id of a new cluster; "more" are further members. */
static const char *
make (const char *name, const char *more)
{
  is_int (callf ("POST", CLUSTERS "create", "{\"cluster_name\":\"%s\"," PLAIN
                 "%s%s}", name, *more ? "," : "", more), 200);
  return at ("cluster_id");
}

static const char *
state_of (const char *id)
{
  is_int (gett ("GET", CLUSTERS "get?cluster_id=%s", id), 200);
  return at ("state");
}

static int
tell (const char *what, const char *id)
{
  char target[80];

  snprintf (target, sizeof target, CLUSTERS "%s", what);
  return callf ("POST", target, "{\"cluster_id\":\"%s\"}", id);
}

static void
pass_s (int seconds)
{
  now_us += seconds * MG_SECOND_US;
}

static void
refused (const char *body, const char *why)
{
  is_int (call ("POST", CLUSTERS "create", body), 400);
  has_str (text (), why);
}

MG_TEST (a_cluster_gets_what_the_service_gives)
{
  const char *id;

  START ();
  id = make ("one", "\"custom_tags\":{\"team\":\"growth\"}");
  has_str (id, "-sim");
  is_str (state_of (id), "PENDING");
  is_str (at ("cluster_id"), id);
  is_str (at ("driver_node_type_id"), "i3.xlarge");
  is_str (at ("aws_attributes.availability"), "SPOT_WITH_FALLBACK");
  is_str (at ("autotermination_minutes"), "0");
  is_str (at ("enable_elastic_disk"), "false");
  is_str (at ("creator_user_name"), "admin@example.com");
  is_str (at ("cluster_source"), "API");
  is_str (at ("default_tags.ClusterId"), id);
  is_str (at ("custom_tags.team"), "growth");
  is_str (at ("spec.cluster_name"), "one");
  is_null (node ("spec.driver_node_type_id"));
  is_null (node ("_libraries"));
}

MG_TEST (a_create_starts_it_and_a_delete_only_ends_that)
{
  const char *id;

  START ();
  id = make ("one", "");
  is_int (tell ("delete", id), 200);
  is_str (state_of (id), "TERMINATING");
  pass_s (20);
  is_str (state_of (id), "TERMINATED");
  is_int (tell ("delete", id), 200);
  is_str (state_of (id), "TERMINATED");
  is_int (tell ("start", id), 200);
  is_str (state_of (id), "PENDING");
  pass_s (100);
  is_str (state_of (id), "RUNNING");
  is_str (at ("driver.node_id"), "driver-node");
  is_int (tell ("start", id), 400);
  is_str (at ("error_code"), "INVALID_STATE");
  has_str (text (), "is in unexpected state Running.");
}

MG_TEST (a_cluster_ends_by_itself)
{
  const char *id;

  START ();
  id = make ("one", "\"autotermination_minutes\":10");
  pass_s (600);
  is_str (state_of (id), "RUNNING");
  pass_s (100);
  is_str (state_of (id), "TERMINATED");
  is_str (at ("termination_reason.code"), "INACTIVITY");
}

MG_TEST (names_repeat)
{
  const char *id;

  START ();
  id = make ("one", "");
  ok (strcmp (id, make ("one", "")) != 0);
}

MG_TEST (what_no_cluster_can_be_is_refused)
{
  START ();
  refused ("{\"spark_version\":\"15.4.x-scala2.12\",\"node_type_id\":"
           "\"i3.xlarge\"}", "Exactly 1 of num_workers, autoscale");
  refused ("{\"spark_version\":\"15.4.x-scala2.12\",\"node_type_id\":"
           "\"i3.xlarge\",\"num_workers\":1,\"autoscale\":{\"min_workers\":1}}",
           "Exactly 1 of");
  refused ("{\"spark_version\":\"5.5.x-scala2.11\",\"node_type_id\":"
           "\"i3.xlarge\",\"num_workers\":1}", "5.5.x-scala2.11 is not");
  refused ("{\"spark_version\":\"15.4.x-scala2.12\",\"num_workers\":1}",
           "node_type_id");
  refused ("{\"spark_version\":\"15.4.x-scala2.12\",\"num_workers\":1,"
           "\"node_type_id\":\"n2-highmem-4\"}", "not supported");
  refused ("{" PLAIN ",\"instance_pool_id\":\"x\"}",
           "'node_type_id' cannot be supplied");
  refused ("{\"spark_version\":\"15.4.x-scala2.12\",\"num_workers\":1,"
           "\"instance_pool_id\":\"x\"}", "find an instance pool");
  refused ("{" PLAIN ",\"driver_instance_pool_id\":\"x\"}",
           "needs an instance_pool_id");
  refused ("{" PLAIN ",\"policy_id\":\"x\"}", "find a cluster policy");
  refused ("{" PLAIN ",\"custom_tags\":{\"ClusterId\":\"x\"}}", "default tag");
  refused ("{" PLAIN ",\"use_ml_runtime\":true}", "need a kind");
  refused ("{" PLAIN ",\"single_user_name\":\"x\",\"data_security_mode\":"
           "\"USER_ISOLATION\"}", "single user");
  refused ("{" PLAIN ",\"gcp_attributes\":{}}", "gcp_attributes");
  refused ("{" PLAIN ",\"state\":\"RUNNING\"}", "unknown field 'state'");
}

MG_TEST (a_pool_gives_the_machines)
{
  const char *pool, *id;

  START ();
  call ("POST", "/api/2.0/instance-pools/create", "{\"instance_pool_name\":"
        "\"p\",\"node_type_id\":\"m5d.large\"}");
  pool = at ("instance_pool_id");
  is_int (callf ("POST", CLUSTERS "create", "{\"spark_version\":"
                 "\"15.4.x-scala2.12\",\"num_workers\":1,\"aws_attributes\":{"
                 "\"instance_profile_arn\":\"arn:x\"},\"instance_pool_id\":"
                 "\"%s\"}", pool), 200);
  id = at ("cluster_id");
  state_of (id);
  is_str (at ("node_type_id"), "m5d.large");
  is_str (at ("driver_instance_pool_id"), pool);
  is_str (at ("aws_attributes.instance_profile_arn"), "arn:x");
  is_int (callf ("POST", CLUSTERS "create", "{\"spark_version\":"
                 "\"15.4.x-scala2.12\",\"num_workers\":1,\"aws_attributes\":{"
                 "\"zone_id\":\"auto\"},\"instance_pool_id\":\"%s\"}", pool),
          400);
  has_str (text (), "'aws_attributes.zone_id' cannot be supplied");
}

MG_TEST (an_edit_needs_a_cluster_that_rests_or_runs)
{
  const char *id;
  char body[300];

  START ();
  id = make ("one", "\"custom_tags\":{\"a\":\"b\"}");
  snprintf (body, sizeof body, "{\"cluster_id\":\"%s\",\"cluster_name\":"
            "\"two\"," PLAIN "}", id);
  is_int (call ("POST", CLUSTERS "edit", body), 400);
  has_str (text (), "is in unexpected state Pending.");
  tell ("delete", id);
  pass_s (20);
  is_int (call ("POST", CLUSTERS "edit", body), 200);
  is_str (state_of (id), "TERMINATED");
  is_str (at ("cluster_name"), "two");
  is_null (node ("custom_tags"));
  tell ("start", id);
  pass_s (100);
  is_int (call ("POST", CLUSTERS "edit", body), 200);
  is_str (state_of (id), "RESTARTING");
}

MG_TEST (a_cluster_that_is_gone_does_not_exist)
{
  const char *id;

  START ();
  id = make ("one", "");
  is_int (tell ("permanent-delete", id), 200);
  is_int (tell ("permanent-delete", id), 400);
  is_str (at ("error_code"), "INVALID_PARAMETER_VALUE");
  has_str (text (), "does not exist");
  is_int (gett ("GET", CLUSTERS "get?cluster_id=%s", id), 400);
}

MG_TEST (a_pin_holds_it)
{
  const char *id;

  START ();
  id = make ("one", "");
  is_int (tell ("pin", id), 200);
  is_int (tell ("pin", id), 200);
  state_of (id);
  is_str (at ("pinned_by_user_name"), "admin@example.com");
  is_int (tell ("permanent-delete", id), 400);
  has_str (text (), "unpin the cluster first");
  is_int (tell ("unpin", id), 200);
  is_int (tell ("permanent-delete", id), 200);
}

MG_TEST (at_most_a_hundred_are_pinned)
{
  int i;

  START ();
  for (i = 0; i < 100; i++)
    is_int (tell ("pin", make ("one", "")), 200);
  is_int (tell ("pin", make ("one", "")), 400);
}

MG_TEST (what_rested_for_long_is_forgotten_unless_it_is_pinned)
{
  const char *one, *two;

  START ();
  one = make ("one", "");
  two = make ("two", "");
  tell ("delete", one);
  tell ("delete", two);
  tell ("pin", two);
  pass_s (31 * 24 * 3600);
  call ("GET", CLUSTERS "list", NULL);
  is_int (length ("clusters"), 1);
  is_str (at ("clusters.0.cluster_name"), "two");
  is_int (gett ("GET", CLUSTERS "get?cluster_id=%s", one), 400);
  is_str (at ("error_code"), "INVALID_STATE");
  has_str (text (), "over 30 days ago");
}

MG_TEST (pages_show_each_cluster_once)
{
  int i, n = 0;
  const char *token;

  START (.populate = "clusters=45");
  is_int (call ("GET", CLUSTERS "list", NULL), 200);
  is_int (length ("clusters"), 20);
  call ("GET", "/api/2.0/clusters/list", NULL);
  is_int (length ("clusters"), 45);
  is_int (call ("GET", CLUSTERS "list?page_size=10", NULL), 200);
  for (i = 0; i < 5; i++) {
    n += length ("clusters");
    token = at ("next_page_token");
    if (token == NULL)
      break;
    if (i == 1)                        /* what was seen moves nobody */
      tell ("permanent-delete", "nobody");
    gett ("GET", CLUSTERS "list?page_size=10&page_token=%s", token);
  }
  is_int (n, 45);
  is_int (call ("GET", CLUSTERS "list?page_token=x", NULL), 400);
}

MG_TEST (lists_can_be_filtered_and_sorted)
{
  START (.populate = "clusters=15");
  call ("GET", CLUSTERS "list?filter_by.cluster_sources=JOB"
        "&filter_by.cluster_sources=PIPELINE", NULL);
  is_int (length ("clusters"), 2);
  call ("GET", CLUSTERS "list?filter_by.is_pinned=true", NULL);
  is_int (length ("clusters"), 3);
  call ("GET", CLUSTERS "list?filter_by.is_pinned=True", NULL);
  is_int (length ("clusters"), 3);
  call ("GET", CLUSTERS "list?filter_by.cluster_states=RUNNING", NULL);
  is_int (length ("clusters"), 1);
  call ("GET", CLUSTERS "list?sort_by.field=CLUSTER_NAME&sort_by.direction=DESC"
        "&page_size=1", NULL);
  has_str (at ("clusters.0.cluster_name"), "\xd0\xba");
  is_int (call ("GET", CLUSTERS "list?filter_by.cluster_sources=CAKE", NULL),
          400);
  is_int (call ("GET", CLUSTERS "list?filter_by.name=x", NULL), 400);
}

MG_TEST (there_is_something_to_choose_from)
{
  START ();
  is_int (call ("GET", CLUSTERS "spark-versions", NULL), 200);
  ok (length ("versions") > 3);
  is_int (call ("GET", CLUSTERS "list-node-types", NULL), 200);
  is_str (at ("node_types.0.node_type_id"), "i3.xlarge");
  START (.cloud = "gcp");
  call ("GET", CLUSTERS "list-node-types", NULL);
  is_str (at ("node_types.0.node_type_id"), "n2-highmem-4");
}

MG_TEST (passwords_of_images_come_out_empty)
{
  const char *id;

  START ();
  id = make ("one", "\"docker_image\":{\"url\":\"r/i\",\"basic_auth\":{"
             "\"username\":\"u\",\"password\":\"secret\"}}");
  state_of (id);
  is_str (at ("docker_image.basic_auth.password"), "");
  is_null (strstr (text (), "secret"));
  is_null (strstr (state (), "secret"));
}

MG_TEST (libraries_are_kept_once_and_follow_the_state)
{
  const char *id;
  char body[300];

  START ();
  id = make ("one", "");
  snprintf (body, sizeof body, "{\"cluster_id\":\"%s\",\"libraries\":[{"
            "\"pypi\":{\"package\":\"x\"}},{\"jar\":\"dbfs:/x.jar\"}]}", id);
  is_int (call ("POST", LIBS "install", body), 200);
  is_int (call ("POST", LIBS "install", body), 200);
  gett ("GET", LIBS "cluster-status?cluster_id=%s", id);
  is_int (length ("library_statuses"), 2);
  is_str (at ("library_statuses.0.library.pypi.package"), "x");
  is_str (at ("library_statuses.0.status"), "PENDING");
  pass_s (100);
  gett ("GET", LIBS "cluster-status?cluster_id=%s", id);
  is_str (at ("library_statuses.0.status"), "INSTALLED");
  is_int (call ("POST", LIBS "uninstall", body), 200);
  gett ("GET", LIBS "cluster-status?cluster_id=%s", id);
  is_str (at ("library_statuses.0.status"), "UNINSTALL_ON_RESTART");
  tell ("delete", id);
  pass_s (20);
  tell ("start", id);
  gett ("GET", LIBS "cluster-status?cluster_id=%s", id);
  is_null (node ("library_statuses"));
}

MG_TEST (what_is_no_library_is_refused)
{
  const char *id;

  START ();
  id = make ("one", "");
  is_int (callf ("POST", LIBS "install", "{\"cluster_id\":\"%s\","
                 "\"libraries\":[{}]}", id), 400);
  is_int (callf ("POST", LIBS "install", "{\"cluster_id\":\"%s\","
                 "\"libraries\":[]}", id), 400);
  is_int (callf ("POST", LIBS "install", "{\"cluster_id\":\"%s\","
                 "\"libraries\":[{\"cake\":\"x\"}]}", id), 400);
  is_int (call ("POST", LIBS "install", "{\"cluster_id\":\"x\","
                "\"libraries\":[{\"jar\":\"x\"}]}"), 400);
  is_int (call ("GET", LIBS "cluster-status?cluster_id=x", NULL), 400);
}

MG_TEST (all_libraries_are_listed_by_cluster)
{
  START (.populate = "clusters=15");
  is_int (call ("GET", LIBS "all-cluster-statuses", NULL), 200);
  is_int (length ("statuses"), 4);
  is_int (length ("statuses.0.library_statuses"), 8);
}

MG_TEST (a_clone_has_the_libraries_of_its_source)
{
  const char *id;

  START ();
  id = make ("one", "");
  callf ("POST", LIBS "install", "{\"cluster_id\":\"%s\",\"libraries\":[{"
         "\"jar\":\"dbfs:/x.jar\"}]}", id);
  is_int (callf ("POST", CLUSTERS "create", "{" PLAIN ",\"clone_from\":{"
                 "\"source_cluster_id\":\"%s\"}}", id), 200);
  gett ("GET", LIBS "cluster-status?cluster_id=%s", at ("cluster_id"));
  is_int (length ("library_statuses"), 1);
}

MG_TEST (its_creator_and_the_administrators_may_manage_it)
{
  const char *id;

  START ();
  id = make ("one", "");
  is_int (gett ("GET", "/api/2.0/permissions/clusters/%s", id), 200);
  is_str (at ("object_type"), "cluster");
  is_str (at ("access_control_list.0.user_name"), "admin@example.com");
  is_str (at ("access_control_list.1.group_name"), "admins");
  is_int (gett ("GET", "/api/2.0/permissions/clusters/%s/permissionLevels", id),
          200);
  is_int (length ("permission_levels"), 3);
}

MG_TEST (a_state_that_is_loaded_knows_its_ids)
{
  struct mg_error err = MG_ERROR_INIT;
  const char *id, *saved;

  START ();
  id = make ("one", "");
  saved = state ();
  START ();
  is_int (sim_load (sim, saved, strlen (saved), &err), 0);
  is_str (state_of (id), "PENDING");
}
