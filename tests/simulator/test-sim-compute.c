/* Compute in libsim: what a create fills in, what an edit may change, what is
 * refused, and who may do what. */
#include <config.h>

#include "simulator/sim-test.h"

#define POOLS "/api/2.0/instance-pools/"
#define PERM "/api/2.0/permissions/instance-pools/"

/* The id of a new pool; "more" are further members. */
static const char *
make (const char *name, const char *more)
{
  is_int (callf ("POST", POOLS "create", "{\"instance_pool_name\":\"%s\","
                 "\"node_type_id\":\"i3.xlarge\"%s%s}", name, *more ? "," : "",
                 more), 200);
  return at ("instance_pool_id");
}

static void
refused (const char *call_name, const char *body, const char *why)
{
  char target[80];

  snprintf (target, sizeof target, POOLS "%s", call_name);
  is_int (call ("POST", target, body), 400);
  has_str (text (), why);
}

MG_TEST (a_pool_gets_what_the_service_gives)
{
  const char *id;

  START ();
  id = make ("one", "\"custom_tags\":{\"team\":\"growth\"}");
  has_str (id, "-pool-");
  is_int (gett ("GET", POOLS "get?instance_pool_id=%s", id), 200);
  is_str (at ("instance_pool_id"), id);
  is_str (at ("state"), "ACTIVE");
  is_str (at ("default_tags.Vendor"), "Databricks");
  is_str (at ("default_tags.DatabricksInstancePoolId"), id);
  is_str (at ("custom_tags.team"), "growth");
  is_str (at ("aws_attributes.availability"), "SPOT");
  is_str (at ("min_idle_instances"), "0");
  is_str (at ("stats.idle_count"), "0");
}

MG_TEST (pools_are_listed_on_one_page)
{
  START (.populate = "instance-pools=30", .page = 3);
  is_int (call ("GET", POOLS "list", NULL), 200);
  is_int (length ("instance_pools"), 30);
  START ();
  call ("GET", POOLS "list", NULL);
  is_str (text (), "{}");
}

MG_TEST (a_name_is_unique_and_has_100_characters_at_most)
{
  char name[120];

  START ();
  make ("one", "");
  refused ("create", "{\"instance_pool_name\":\"one\",\"node_type_id\":\"x\"}",
           "already exists");
  make ("One", "");
  refused ("create", "{\"instance_pool_name\":\"\",\"node_type_id\":\"x\"}",
           "1 to 100");
  memset (name, 'n', 100);
  name[100] = '\0';
  make (name, "");
  name[100] = 'n';
  name[101] = '\0';
  is_int (callf ("POST", POOLS "create", "{\"instance_pool_name\":\"%s\","
                 "\"node_type_id\":\"x\"}", name), 400);
}

MG_TEST (what_no_pool_can_be_is_refused)
{
  START ();
  refused ("create", "{\"instance_pool_name\":\"x\"}", "node_type_id");
  refused ("create", "{\"instance_pool_name\":\"x\",\"node_type_id\":\"x\","
           "\"state\":\"ACTIVE\"}", "unknown field 'state'");
  refused ("create", "{\"instance_pool_name\":\"x\",\"node_type_id\":\"x\","
           "\"custom_tags\":{\"Vendor\":\"us\"}}", "default tag");
  refused ("create", "{\"instance_pool_name\":\"x\",\"node_type_id\":\"x\","
           "\"min_idle_instances\":3,\"max_capacity\":2}", "max_capacity");
  refused ("create", "{\"instance_pool_name\":\"x\",\"node_type_id\":\"x\","
           "\"azure_attributes\":{}}", "azure_attributes");
  refused ("create", "{\"instance_pool_name\":\"x\",\"node_type_id\":\"x\","
           "\"aws_attributes\":{\"availability\":\"SOMETIMES\"}}",
           "availability");
}

MG_TEST (an_edit_changes_what_may_be_changed)
{
  const char *id;

  START ();
  id = make ("one", "\"custom_tags\":{\"a\":\"b\"},\"max_capacity\":5,"
             "\"enable_elastic_disk\":true");
  is_int (callf ("POST", POOLS "edit", "{\"instance_pool_id\":\"%s\","
                 "\"instance_pool_name\":\"two\",\"node_type_id\":"
                 "\"i3.xlarge\",\"min_idle_instances\":2}", id), 200);
  gett ("GET", POOLS "get?instance_pool_id=%s", id);
  is_str (at ("instance_pool_name"), "two");
  is_str (at ("min_idle_instances"), "2");
  is_str (at ("enable_elastic_disk"), "true");
  is_null (node ("custom_tags"));
  is_null (node ("max_capacity"));
  make ("one", "");
}

MG_TEST (an_edit_of_the_rest_is_refused)
{
  const char *id;

  START ();
  make ("other", "");
  id = make ("one", "");
  is_int (callf ("POST", POOLS "edit", "{\"instance_pool_id\":\"%s\","
                 "\"instance_pool_name\":\"one\",\"node_type_id\":\"m5\"}",
                 id), 400);
  is_int (callf ("POST", POOLS "edit", "{\"instance_pool_id\":\"%s\","
                 "\"instance_pool_name\":\"one\",\"node_type_id\":"
                 "\"i3.xlarge\",\"disk_spec\":{}}", id), 400);
  has_str (text (), "unknown field 'disk_spec'");
  is_int (callf ("POST", POOLS "edit", "{\"instance_pool_id\":\"%s\","
                 "\"instance_pool_name\":\"other\",\"node_type_id\":"
                 "\"i3.xlarge\"}", id), 400);
  has_str (text (), "already exists");
}

MG_TEST (a_pool_that_is_gone_is_not_found)
{
  const char *id;

  START ();
  id = make ("one", "");
  is_int (callf ("POST", POOLS "delete", "{\"instance_pool_id\":\"%s\"}", id),
          200);
  is_int (callf ("POST", POOLS "delete", "{\"instance_pool_id\":\"%s\"}", id),
          404);
  is_int (gett ("GET", POOLS "get?instance_pool_id=%s", id), 404);
  has_str (at ("message"), "Can't find an instance pool with id: ");
  is_int (call ("GET", POOLS "get?instance_pool_id=4", NULL), 404);
  make ("one", "");
}

MG_TEST (passwords_of_registries_are_not_shown)
{
  START ();
  make ("one", "\"preloaded_docker_images\":[{\"url\":\"r/i\",\"basic_auth\":"
        "{\"username\":\"u\",\"password\":\"secret\"}}]");
  call ("GET", POOLS "list", NULL);
  has_str (text (), "\"username\":\"u\"");
  is_null (strstr (text (), "secret"));
}

MG_TEST (its_creator_and_the_administrators_may_manage_it)
{
  const char *id;

  START ();
  id = make ("one", "");
  is_int (gett ("GET", PERM "%s", id), 200);
  is_str (at ("object_type"), "instance-pool");
  has_str (at ("object_id"), id);
  is_str (at ("access_control_list.0.user_name"), "admin@example.com");
  is_str (at ("access_control_list.0.all_permissions.0.permission_level"),
          "CAN_MANAGE");
  is_str (at ("access_control_list.1.group_name"), "admins");
  is_str (at ("access_control_list.1.all_permissions.0.inherited"), "true");
  has_str (at ("access_control_list.1.all_permissions.0.inherited_from_object"),
           "instance-pools");
}

MG_TEST (permissions_of_a_pool_are_replaced_by_a_put)
{
  char target[120];
  const char *id;

  START ();
  id = make ("one", "");
  snprintf (target, sizeof target, PERM "%s", id);
  is_int (call ("PUT", target, "{\"access_control_list\":[{\"group_name\":"
                "\"users\",\"permission_level\":\"CAN_ATTACH_TO\"}]}"), 200);
  is_int (length ("access_control_list"), 2);
  is_str (at ("access_control_list.0.group_name"), "users");
  is_int (call ("PUT", target, "{\"access_control_list\":[{\"group_name\":"
                "\"users\",\"permission_level\":\"CAN_READ\"}]}"), 400);
  is_int (call ("PUT", target, "{\"access_control_list\":[{\"group_name\":"
                "\"admins\",\"permission_level\":\"CAN_MANAGE\"}]}"), 400);
  is_int (gett ("GET", "%s/permissionLevels", target), 200);
  is_int (length ("permission_levels"), 2);
}

MG_TEST (a_state_with_pools_is_read_back)
{
  struct mg_error err = MG_ERROR_INIT;
  const char *before;

  START (.populate = "small");
  before = state ();
  is_ok (sim_load (sim, before, strlen (before), &err));
  is_str (state (), before);
}

/* --- policies ---------------------------------------------------------- */

#define POLICIES "/api/2.0/policies/clusters/"

static const char *
make_policy (const char *name, const char *rest)
{
  is_int (callf ("POST", POLICIES "create", "{\"name\":\"%s\",%s}", name,
                 rest), 200);
  return at ("policy_id");
}

static void
no_policy (const char *body, const char *why)
{
  is_int (call ("POST", POLICIES "create", body), 400);
  has_str (text (), why);
}

MG_TEST (a_definition_comes_back_as_it_was)
{
  const char *id;

  START ();
  id = make_policy ("one", "\"definition\":\"{ \\\"a\\\" : {\\\"type\\\":"
                    "\\\"unlimited\\\"} }\",\"max_clusters_per_user\":2");
  is_int ((int) strlen (id), 16);
  is_int (gett ("GET", POLICIES "get?policy_id=%s", id), 200);
  is_str (at ("definition"), "{ \"a\" : {\"type\":\"unlimited\"} }");
  is_str (at ("is_default"), "false");
  is_str (at ("creator_user_name"), "admin@example.com");
  not_null (at ("created_at_timestamp"));
  call ("GET", POLICIES "list", NULL);
  is_int (length ("policies"), 1);
}

MG_TEST (a_family_and_what_differs_from_it_are_put_together)
{
  START ();
  gett ("GET", POLICIES "get?policy_id=%s",
        make_policy ("one", "\"policy_family_id\":\"job-cluster\","
                     "\"policy_family_definition_overrides\":"
                     "\"{\\\"cluster_type\\\":{\\\"type\\\":\\\"mine\\\"}}\""));
  has_str (at ("definition"), "auto:latest-lts");
  has_str (at ("definition"), "mine");
  is_str (at ("policy_family_definition_overrides"),
          "{\"cluster_type\":{\"type\":\"mine\"}}");
}

MG_TEST (what_no_policy_can_be_is_refused)
{
  START ();
  make_policy ("one", "\"definition\":\"{}\"");
  no_policy ("{\"name\":\"one\",\"definition\":\"{}\"}",
             "Cluster Policy with name `one` already exists");
  no_policy ("{\"name\":\"\",\"definition\":\"{}\"}", "1 to 100");
  no_policy ("{\"name\":\"x\"}", "needs a definition");
  no_policy ("{\"name\":\"x\",\"definition\":\"{nope\"}", "valid JSON");
  no_policy ("{\"name\":\"x\",\"definition\":\"[]\"}", "valid JSON");
  no_policy ("{\"name\":\"x\",\"policy_family_id\":\"none\"}",
             "family does not exist");
  no_policy ("{\"name\":\"x\",\"policy_family_id\":\"job-cluster\","
             "\"definition\":\"{}\"}", "cannot be used");
  no_policy ("{\"name\":\"x\",\"definition\":\"{}\","
             "\"policy_family_definition_overrides\":\"{}\"}",
             "needs a policy_family_id");
  no_policy ("{\"name\":\"x\",\"definition\":\"{}\",\"is_default\":true}",
             "unknown field 'is_default'");
}

MG_TEST (an_edit_of_a_policy_replaces_it)
{
  const char *id;

  START ();
  id = make_policy ("one", "\"definition\":\"{}\",\"description\":\"d\"");
  is_int (callf ("POST", POLICIES "edit", "{\"policy_id\":\"%s\",\"name\":"
                 "\"two\",\"definition\":\"{\\\"b\\\":{}}\"}", id), 200);
  gett ("GET", POLICIES "get?policy_id=%s", id);
  is_str (at ("name"), "two");
  is_null (node ("description"));
  is_int (callf ("POST", POLICIES "delete", "{\"policy_id\":\"%s\"}", id),
          200);
  is_int (callf ("POST", POLICIES "delete", "{\"policy_id\":\"%s\"}", id),
          404);
  is_int (call ("GET", POLICIES "get?policy_id=12", NULL), 404);
}

MG_TEST (policies_of_the_product_stay)
{
  const char *id;

  START (.populate = "cluster-policies=4");
  call ("GET", POLICIES "list", NULL);
  is_int (length ("policies"), 4);
  is_str (at ("policies.0.name"), "Personal Compute");
  is_str (at ("policies.0.is_default"), "true");
  id = at ("policies.0.policy_id");
  is_int (callf ("POST", POLICIES "delete", "{\"policy_id\":\"%s\"}", id),
          400);
  is_int (callf ("POST", POLICIES "edit", "{\"policy_id\":\"%s\",\"name\":"
                 "\"Personal Compute\",\"definition\":\"{}\"}", id), 400);
  has_str (text (), "Changing policy_family_id is forbidden");
  is_int (callf ("POST", POLICIES "edit", "{\"policy_id\":\"%s\",\"name\":"
                 "\"Personal Compute\",\"policy_family_id\":\"personal-vm\"}",
                 id), 200);
}

MG_TEST (a_policy_can_be_used_and_no_more)
{
  const char *id;

  START ();
  id = make_policy ("one", "\"definition\":\"{}\"");
  is_int (gett ("GET", "/api/2.0/permissions/cluster-policies/%s", id), 200);
  is_int (length ("access_control_list"), 1);
  is_str (at ("access_control_list.0.group_name"), "admins");
  is_str (at ("access_control_list.0.all_permissions.0.permission_level"),
          "CAN_USE");
  is_int (gett ("GET", "/api/2.0/permissions/cluster-policies/%s/"
                "permissionLevels", id), 200);
  is_int (length ("permission_levels"), 1);
}

MG_TEST (families_are_listed_in_pages)
{
  START (.page = 3);
  is_int (call ("GET", "/api/2.0/policy-families", NULL), 200);
  is_int (length ("policy_families"), 3);
  is_int (gett ("GET", "/api/2.0/policy-families?page_token=%s",
                at ("next_page_token")), 200);
  is_int (length ("policy_families"), 1);
  is_null (node ("next_page_token"));
  is_int (call ("GET", "/api/2.0/policy-families/power-user", NULL), 200);
  is_str (at ("name"), "Power User Compute");
  is_int (call ("GET", "/api/2.0/policy-families/other", NULL), 404);
}

MG_TEST (a_workspace_may_lack_a_family)
{
  START (.populate = "cluster-policies=4", .without_family = "power-user");
  is_int (call ("GET", "/api/2.0/policy-families", NULL), 200);
  is_int (length ("policy_families"), 3);
  is_null (strstr (text (), "power-user"));
  is_int (call ("GET", "/api/2.0/policy-families/power-user", NULL), 404);
  is_int (call ("GET", POLICIES "list", NULL), 200);
  is_int (length ("policies"), 3);
  no_policy ("{\"name\":\"x\",\"policy_family_id\":\"power-user\"}",
             "family does not exist");
}

/* --- global init scripts ----------------------------------------------- */

#define SCRIPTS "/api/2.0/global-init-scripts"

static const char *
make_script (const char *name, const char *more)
{
  is_int (callf ("POST", SCRIPTS, "{\"name\":\"%s\",\"script\":\"IyEK\"%s%s}",
                 name, *more ? "," : "", more), 200);
  return at ("script_id");
}

/* "name position" of the i-th of the list. */
static void
is_at (int i, const char *name, const char *position)
{
  char path[60];

  call ("GET", SCRIPTS, NULL);
  snprintf (path, sizeof path, "scripts.%d.name", i);
  is_str (at (path), name);
  snprintf (path, sizeof path, "scripts.%d.position", i);
  is_str (at (path), position);
}

MG_TEST (a_script_is_disabled_and_the_last_unless_it_is_said)
{
  const char *id;

  START ();
  id = make_script ("one", "\"enabled\":true,\"position\":4");
  make_script ("two", "");
  is_at (0, "one", "0");
  is_at (1, "two", "1");
  is_str (at ("scripts.0.enabled"), "true");
  is_str (at ("scripts.1.enabled"), "false");
  is_null (node ("scripts.0.script"));
  is_int (gett ("GET", SCRIPTS "/%s", id), 200);
  is_str (at ("script"), "IyEK");
  is_str (at ("created_by"), "admin@example.com");
}

MG_TEST (names_of_scripts_repeat_and_positions_do_not)
{
  START ();
  make_script ("one", "\"position\":0");
  make_script ("two", "\"position\":3");
  make_script ("one", "\"position\":0");
  is_at (0, "one", "0");
  is_at (1, "one", "1");
  is_at (2, "two", "2");
  make_script ("three", "\"position\":2");
  is_at (2, "three", "2");
  is_at (3, "two", "3");
  make_script ("four", "\"position\":9999");
  is_at (4, "four", "4");
}

MG_TEST (a_script_is_updated_and_deleted)
{
  const char *id;
  char target[80];

  START ();
  id = make_script ("one", "\"enabled\":true");
  make_script ("two", "");
  snprintf (target, sizeof target, SCRIPTS "/%s", id);
  is_int (call ("PATCH", target, "{\"name\":\"x\",\"script\":\"IyEvCg==\"}"),
          200);
  is_int (call ("GET", target, NULL), 200);
  is_str (at ("name"), "x");
  is_str (at ("script"), "IyEvCg==");
  is_str (at ("enabled"), "true");
  is_str (at ("position"), "0");
  is_int (call ("PATCH", target, "{\"name\":\"x\",\"script\":\"IyEvCg==\","
                "\"position\":1}"), 200);
  is_at (0, "x", "1");
  is_at (1, "two", "2");
  is_int (call ("PATCH", target, "{\"name\":\"x\",\"script\":\"IyEvCg==\","
                "\"position\":50}"), 200);
  is_at (0, "two", "2");
  is_at (1, "x", "3");
  is_int (call ("DELETE", target, NULL), 200);
  is_int (call ("DELETE", target, NULL), 404);
  is_int (call ("GET", target, NULL), 404);
}

MG_TEST (what_no_script_can_be_is_refused)
{
  char *large = keep (mg_xmalloc (90100));

  START ();
  is_int (call ("POST", SCRIPTS, "{\"name\":\"x\"}"), 400);
  is_int (call ("POST", SCRIPTS, "{\"name\":\"x\",\"script\":\"#!\"}"), 400);
  has_str (text (), "base64");
  is_int (call ("POST", SCRIPTS, "{\"name\":\"\",\"script\":\"IyEK\"}"), 400);
  is_int (call ("POST", SCRIPTS, "{\"name\":\"x\",\"script\":\"IyEK\","
                "\"position\":-1}"), 400);
  memset (large, 'A', 90003);
  snprintf (large + 90003, 90, "\",\"name\":\"x\"}");
  memcpy (large, "{\"script\":\"", 11);
  is_int (call ("POST", SCRIPTS, large), 400);
  has_str (text (), "64 KB");
}

/* --- the odd cases of --populate --------------------------------------- */

MG_TEST (odd_pools)
{
  START (.populate = "small");
  call ("GET", POOLS "list", NULL);
  is_int (length ("instance_pools"), 8);
  has_str (text (), "quotes 'single' \\\"double\\\" and a/slash");
  has_str (text (), "\xf0\x9f\xa7\xaa");
  has_str (text (), "two\\nlines \xe2\x80\xae");
  has_str (text (), "\"instance_pool_name\":\"general\"");
  has_str (text (), "\"instance_pool_name\":\"General\"");
  has_str (text (), "a hundred characters and no more...\"");
  has_str (text (), "\"username\":\"puller\"");
  has_str (text (), "instance-profile/data-");
  has_str (text (), "\"state\":\"STOPPED\"");
  has_str (text (), "\"two\\nlines\":\"a\\tb\"");
}

MG_TEST (odd_policies)
{
  START (.populate = "small");
  call ("GET", POOLS "list", NULL);
  {
    const char *pool = at ("instance_pools.0.instance_pool_id");

    call ("GET", POLICIES "list", NULL);
    has_str (text (), pool);
  }
  is_int (length ("policies"), 14);
  has_str (text (), "driver_instance_pool_id");
  has_str (text (), "\"name\":\"quotes 'a' \\\"b\\\", a/slash \xf0");
  has_str (text (), "two\\nlines \xe2\x80\xae");
  has_str (text (), "instance-profile/data-00");
  has_str (text (), "simplejson==3.8.0");
  has_str (text (), "\"policy_family_id\":\"power-user\"");
  has_str (text (), "\\\\u00e9");
  is_null (strstr (text (), "${"));
}

MG_TEST (odd_scripts)
{
  START (.populate = "small");
  call ("GET", SCRIPTS, NULL);
  is_int (length ("scripts"), 5);
  is_str (at ("scripts.1.name"), at ("scripts.2.name"));
  is_str (at ("scripts.0.name"), at ("scripts.4.name"));
  is_str (at ("scripts.0.enabled"), "true");
  is_str (at ("scripts.4.position"), "9");
  has_str (at ("scripts.3.name"), "\n\xe2\x80\xae");
}

MG_TEST (pools_of_another_cloud)
{
  START (.populate = "small", .cloud = "azure");
  call ("GET", POOLS "list", NULL);
  is_str (at ("instance_pools.0.azure_attributes.availability"),
          "SPOT_AZURE");
  is_null (node ("instance_pools.0.aws_attributes"));
}
