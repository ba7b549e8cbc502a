/* Experiments, their folders, permissions; instance profiles.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include "sim-test.h"

#define PERM "/api/2.0/permissions/experiments/"

static const char *
make (const char *name)
{
  is_int (callf ("POST", MLFLOW "create", "{\"name\":\"%s\"}", name), 200);
  return at ("experiment_id");
}

static const char *
tag (const char *key)
{
  int i;
  char path[60];

  for (i = 0; i < length ("experiment.tags"); i++) {
    snprintf (path, sizeof path, "experiment.tags.%d.key", i);
    if (mg_streq (at (path), key)) {
      snprintf (path, sizeof path, "experiment.tags.%d.value", i);
      return at (path);
    }
  }
  return NULL;
}

MG_TEST (an_experiment_has_the_tags_of_the_service)
{
  const char *id;

  START ();
  is_int (call ("POST", MLFLOW "create", "{\"name\":\"/Workspace/Shared/e\","
                "\"tags\":[{\"key\":\"a\",\"value\":\"1\"},"
                "{\"key\":\"mlflow.ownerEmail\",\"value\":\"me\"}]}"), 200);
  id = at ("experiment_id");
  is_int (gett ("GET", MLFLOW "get?experiment_id=%s", id), 200);
  is_str (at ("experiment.name"), "/Shared/e");
  is_str (at ("experiment.lifecycle_stage"), "active");
  is_str (tag ("a"), "1");
  is_str (tag ("mlflow.ownerEmail"), "admin@example.com");
  is_str (tag ("mlflow.experimentType"), "MLFLOW_EXPERIMENT");
  not_null (tag ("mlflow.ownerId"));
  has_str (at ("experiment.artifact_location"), id);
  is_str (at ("experiment.creation_time"), "1800000000000");
}

MG_TEST (a_name_is_an_absolute_path_in_a_folder_that_exists)
{
  START ();
  is_int (call ("POST", MLFLOW "create", "{\"name\":\"plain\"}"), 400);
  is_str (at ("error_code"), "INVALID_PARAMETER_VALUE");
  is_int (call ("POST", MLFLOW "create", "{\"name\":\"/Shared/a/b\"}"), 404);
  is_str (at ("error_code"), "RESOURCE_DOES_NOT_EXIST");
  is_int (call ("POST", "/api/2.0/workspace/mkdirs",
                "{\"path\":\"/Shared/a\"}"), 200);
  make ("/Shared/a/b");
  make ("/Users/admin@example.com/b");
  is_int (call ("POST", MLFLOW "create",
                "{\"name\":\"/Users/nobody@example.com/b\"}"), 404);
  is_int (call ("GET", "/api/2.0/workspace/get-status?path=/Shared/a/b",
                NULL), 200);
  is_str (at ("object_type"), "MLFLOW_EXPERIMENT");
}

#define MKDIRS "/api/2.0/workspace/mkdirs"
#define STATUS "/api/2.0/workspace/get-status?path="

MG_TEST (slashes_collapse_in_the_path_of_a_folder)
{
  START ();
  is_int (call ("POST", MKDIRS, "{\"path\":\"//Workspace/Shared//a//b/\"}"),
          200);
  is_int (call ("GET", STATUS "/Shared/a/b", NULL), 200);
  is_int (call ("GET", STATUS "//Workspace//Shared/a/b//", NULL), 200);
  is_str (at ("path"), "/Shared/a/b");
  is_int (call ("GET", STATUS "//", NULL), 200);
  is_str (at ("path"), "/");
}

MG_TEST (there_is_no_folder_in_an_experiment)
{
  START ();
  make ("/Shared/e");
  is_int (call ("POST", MKDIRS, "{\"path\":\"/Shared/e/in/it\"}"), 400);
  is_str (at ("error_code"), "RESOURCE_ALREADY_EXISTS");
  is_int (call ("GET", STATUS "/Shared/e/in", NULL), 404);
  is_int (call ("POST", MKDIRS, "{\"path\":\"/Shared/e\"}"), 400);
  is_int (call ("POST", MKDIRS, "{\"path\":\"/Shared/else\"}"), 200);
}

MG_TEST (a_name_is_unique_even_when_deleted)
{
  const char *id;

  START ();
  id = make ("/Shared/e");
  is_int (callf ("POST", MLFLOW "delete", "{\"experiment_id\":\"%s\"}", id),
          200);
  is_int (call ("POST", MLFLOW "create", "{\"name\":\"/Shared/e\"}"), 400);
  is_str (at ("error_code"), "RESOURCE_ALREADY_EXISTS");
  is_int (call ("GET", MLFLOW "get-by-name?experiment_name=/Shared/e", NULL),
          200);
  is_str (at ("experiment.lifecycle_stage"), "deleted");
}

MG_TEST (deleted_ones_are_seen_by_view_and_restored)
{
  const char *id;

  START ();
  id = make ("/Shared/e");
  callf ("POST", MLFLOW "delete", "{\"experiment_id\":\"%s\"}", id);
  is_int (call ("POST", MLFLOW "search", "{}"), 200);
  is_null (node ("experiments"));
  is_int (call ("POST", MLFLOW "search", "{\"view_type\":\"DELETED_ONLY\"}"),
          200);
  is_int (length ("experiments"), 1);
  is_int (callf ("POST", MLFLOW "set-experiment-tag", "{\"experiment_id\":"
                 "\"%s\",\"key\":\"a\",\"value\":\"1\"}", id), 400);
  is_int (callf ("POST", MLFLOW "restore", "{\"experiment_id\":\"%s\"}", id),
          200);
  is_int (call ("GET", MLFLOW "search?view_type=ACTIVE_ONLY&max_results=5",
                NULL), 200);
  is_int (length ("experiments"), 1);
}

MG_TEST (tags_are_set_replaced_and_deleted)
{
  const char *id;

  START ();
  id = make ("/Shared/e");
  callf ("POST", MLFLOW "set-experiment-tag", "{\"experiment_id\":\"%s\","
         "\"key\":\"k\",\"value\":\"1\"}", id);
  callf ("POST", MLFLOW "set-experiment-tag", "{\"experiment_id\":\"%s\","
         "\"key\":\"k\",\"value\":\"2\"}", id);
  gett ("GET", MLFLOW "get?experiment_id=%s", id);
  is_str (tag ("k"), "2");
  is_int (callf ("POST", MLFLOW "delete-experiment-tag",
                 "{\"experiment_id\":\"%s\",\"key\":\"k\"}", id), 200);
  gett ("GET", MLFLOW "get?experiment_id=%s", id);
  is_null (tag ("k"));
}

MG_TEST (a_create_carries_twenty_tags_at_most)
{
  struct mg_buf body = MG_BUF_INIT (4096);
  int i;

  START ();
  mg_buf_add_str (&body, "{\"name\":\"/Shared/e\",\"tags\":[");
  for (i = 0; i < 21; i++)
    mg_buf_addf (&body, "%s{\"key\":\"k%d\",\"value\":\"v\"}",
                 i ? "," : "", i);
  mg_buf_add_str (&body, "]}");
  is_int (call ("POST", MLFLOW "create", mg_buf_text (&body)), 400);
  mg_buf_done (&body);
}

MG_TEST (a_rename_keeps_the_rest)
{
  const char *id;

  START ();
  id = make ("/Shared/e");
  make ("/Shared/f");
  is_int (callf ("POST", MLFLOW "update", "{\"experiment_id\":\"%s\","
                 "\"new_name\":\"/Shared/f\"}", id), 400);
  is_int (callf ("POST", MLFLOW "update", "{\"experiment_id\":\"%s\","
                 "\"new_name\":\"/Shared/g\"}", id), 200);
  is_int (call ("GET", MLFLOW "get-by-name?experiment_name=/Shared/g", NULL),
          200);
  is_str (at ("experiment.experiment_id"), id);
  is_int (call ("GET", MLFLOW "get-by-name?experiment_name=/Shared/e", NULL),
          404);
}

static int
found (const char *filter)
{
  is_int (callf ("POST", MLFLOW "search", "{\"filter\":\"%s\"}", filter),
          200);
  return length ("experiments");
}

MG_TEST (filters_of_a_search)
{
  const char *id;

  START ();
  make ("/Shared/one");
  id = make ("/Shared/two");
  callf ("POST", MLFLOW "set-experiment-tag", "{\"experiment_id\":\"%s\","
         "\"key\":\"team x\",\"value\":\"risk\"}", id);
  is_int (found ("name = '/Shared/one'"), 1);
  is_int (found ("name LIKE '/Shared/%'"), 2);
  is_int (found ("name ILIKE '/SHARED/o%'"), 1);
  is_int (found ("attribute.name != '/Shared/one'"), 1);
  is_int (found ("tags.`team x` = 'risk' AND name LIKE '%two'"), 1);
  is_int (found ("tags.`team x` = 'risk' AND name LIKE '%one'"), 0);
  is_int (found ("creation_time >= 1800000000000"), 2);
  is_int (found ("creation_time < 1800000000000"), 0);
  is_int (callf ("POST", MLFLOW "search", "{\"filter\":\"name ~ 'x'\"}"),
          400);
}

MG_TEST (pages_hold_still_while_others_create_and_delete)
{
  int n = 0, dup = 0;
  char token[40] = "", last[40] = "~";

  START (.populate = "experiments=30", .page = 4);
  do {
    int i;

    callf ("POST", MLFLOW "search", "{\"view_type\":\"ALL\",\"max_results\":"
           "100,\"page_token\":\"%s\"}", token);
    is_int (reply.status, 200);
    for (i = 0; i < length ("experiments"); i++) {
      char path[60];

      snprintf (path, sizeof path, "experiments.%d.experiment_id", i);
      dup += strcmp (at (path), last) >= 0;
      snprintf (last, sizeof last, "%s", at (path));
      n++;
    }
    snprintf (token, sizeof token, "%s",
              at ("next_page_token") ? at ("next_page_token") : "");
    callf ("POST", MLFLOW "create", "{\"name\":\"/Shared/new %d\"}", n);
  } while (token[0] != '\0');
  is_int (n, 30);
  is_int (dup, 0);
}

MG_TEST (a_page_token_of_somebody_else_is_refused)
{
  START ();
  is_int (call ("POST", MLFLOW "search", "{\"page_token\":\"nonsense\"}"),
          400);
  is_int (call ("POST", MLFLOW "search", "{\"max_results\":3001}"), 400);
}

MG_TEST (a_search_is_ordered_when_asked)
{
  START ();
  make ("/Shared/b");
  make ("/Shared/c");
  make ("/Shared/a");
  call ("POST", MLFLOW "search", "{\"order_by\":[\"name ASC\"],"
        "\"max_results\":2}");
  is_str (at ("experiments.0.name"), "/Shared/a");
  callf ("POST", MLFLOW "search", "{\"order_by\":[\"name ASC\"],"
         "\"page_token\":\"%s\"}", at ("next_page_token"));
  is_str (at ("experiments.0.name"), "/Shared/c");
  call ("POST", MLFLOW "search", "{}");
  is_str (at ("experiments.0.name"), "/Shared/a");
}

/* --- permissions ----------------------------------------------------- */

static const char *
direct (const char *field, const char *name)
{
  int i;
  char path[100];

  for (i = 0; i < length ("access_control_list"); i++) {
    snprintf (path, sizeof path, "access_control_list.%d.%s", i, field);
    if (!mg_streq (at (path), name))
      continue;
    snprintf (path, sizeof path,
              "access_control_list.%d.all_permissions.0.inherited", i);
    if (mg_streq (at (path), "true"))
      return "inherited";
    snprintf (path, sizeof path,
              "access_control_list.%d.all_permissions.0.permission_level", i);
    return at (path);
  }
  return NULL;
}

/* The names in the order of an order_by, which is given as JSON. */
static const char *
ordered (const char *order)
{
  struct mg_buf out = MG_BUF_INIT (1000);
  char path[40];
  int i;

  is_int (callf ("POST", MLFLOW "search", "{\"order_by\":[%s]}", order), 200);
  for (i = 0; i < length ("experiments"); i++) {
    snprintf (path, sizeof path, "experiments.%d.name", i);
    mg_buf_addf (&out, "%s ", at (path));
  }
  return keep (mg_buf_steal (&out));
}

MG_TEST (every_key_of_an_order_counts)
{
  START ();
  make ("/Shared/b");
  make ("/Shared/a");
  now_us += MG_SECOND_US;
  make ("/Shared/d");
  make ("/Shared/c");
  is_str (ordered ("\"creation_time DESC\",\"name\""),
          "/Shared/c /Shared/d /Shared/a /Shared/b ");
  is_str (ordered ("\"creation_time ASC\",\"attribute.name DESC\""),
          "/Shared/b /Shared/a /Shared/d /Shared/c ");
  is_str (ordered ("\"`experiment_id` desc\""),
          "/Shared/c /Shared/d /Shared/a /Shared/b ");
  is_int (call ("GET", MLFLOW "search?order_by=creation_time%20DESC"
                "&order_by=name%20DESC", NULL), 200);
  is_str (at ("experiments.0.name"), "/Shared/d");
}

/* A location that is a number ended the simulator. */
MG_TEST (what_no_order_knows_is_refused)
{
  static const char *const bad[] = {
    "\"artifact_location\"", "\"nothing DESC\"", "\"name DOWN\"", "\"\"",
    "\"name ASC DESC\"", "null", "\"tags.a\"",
  };
  size_t i;

  START ();
  make ("/Shared/a");
  is_int (call ("POST", MLFLOW "create", "{\"name\":\"/Shared/b\","
                "\"artifact_location\":\"5\"}"), 200);
  for (i = 0; i < MG_N_ELEMENTS (bad); i++) {
    is_int (callf ("POST", MLFLOW "search", "{\"order_by\":[%s]}", bad[i]),
            400);
    is_str (at ("error_code"), "INVALID_PARAMETER_VALUE");
  }
}

MG_TEST (the_creator_manages_and_admins_inherit)
{
  START ();
  is_int (gett ("GET", PERM "%s", make ("/Shared/e")), 200);
  is_str (at ("object_type"), "mlflowExperiment");
  has_str (at ("object_id"), "/experiments/");
  is_str (direct ("user_name", "admin@example.com"), "CAN_MANAGE");
  is_str (direct ("group_name", "admins"), "inherited");
}

MG_TEST (a_put_replaces_a_patch_adds)
{
  char target[100];

  START (.populate = "users=5,groups=5");
  snprintf (target, sizeof target, PERM "%s", make ("/Shared/e"));
  is_int (call ("PUT", target, "{\"access_control_list\":[{\"user_name\":"
                "\"ANN.smith@example.com\",\"permission_level\":\"CAN_READ\"}"
                "]}"), 200);
  is_str (direct ("user_name", "ann.smith@example.com"), "CAN_READ");
  is_null (direct ("user_name", "admin@example.com"));
  is_int (call ("PATCH", target, "{\"access_control_list\":[{\"group_name\":"
                "\"users\",\"permission_level\":\"CAN_EDIT\"}]}"), 200);
  is_str (direct ("user_name", "ann.smith@example.com"), "CAN_READ");
  is_str (direct ("group_name", "users"), "CAN_EDIT");
}

MG_TEST (permissions_that_make_no_sense_are_refused)
{
  char target[100];

  START ();
  snprintf (target, sizeof target, PERM "%s", make ("/Shared/e"));
  is_int (call ("PUT", target, "{\"access_control_list\":[{\"user_name\":"
                "\"nobody@x\",\"permission_level\":\"CAN_READ\"}]}"), 400);
  has_str (at ("message"), "nobody@x");
  is_int (call ("PUT", target, "{\"access_control_list\":[{\"user_name\":"
                "\"admin@example.com\",\"permission_level\":\"CAN_RUN\"}]}"),
          400);
  is_int (call ("PUT", target, "{\"access_control_list\":[{\"group_name\":"
                "\"admins\",\"permission_level\":\"CAN_READ\"}]}"), 400);
  is_int (call ("PUT", target, "{\"access_control_list\":[{\"group_name\":"
                "\"users\",\"user_name\":\"admin@example.com\","
                "\"permission_level\":\"CAN_READ\"}]}"), 400);
  is_int (gett ("GET", "%s", target), 200);
  is_str (direct ("user_name", "admin@example.com"), "CAN_MANAGE");
  is_int (call ("GET", PERM "12", NULL), 404);
}

MG_TEST (the_owner_of_a_home_folder_inherits)
{
  START (.populate = "users=5");
  gett ("GET", PERM "%s", make ("/Users/ann.smith@example.com/e"));
  is_str (direct ("user_name", "ann.smith@example.com"), "inherited");
}

MG_TEST (the_standard_tier_has_no_permissions)
{
  START (.tier = SIM_STANDARD);
  is_int (gett ("GET", PERM "%s", make ("/Shared/e")), 400);
  is_str (at ("error_code"), "FEATURE_DISABLED");
}

MG_TEST (the_standard_tier_may_say_so_in_words)
{
  START (.tier = SIM_STANDARD_TEXT);
  is_int (gett ("GET", PERM "%s", make ("/Shared/e")), 500);
  is_str (at ("error_code"), "INTERNAL_ERROR");
  has_str (at ("message"), "are disabled or not available in this tier");
}

MG_TEST (the_standard_tier_may_have_no_list)
{
  char target[100];

  START (.tier = SIM_STANDARD_BARE);
  snprintf (target, sizeof target, PERM "%s", make ("/Shared/e"));
  is_int (call ("GET", target, NULL), 200);
  is_str (at ("object_type"), "mlflowExperiment");
  ok (strstr (text (), "access_control_list") == NULL);
  is_int (call ("PUT", target, "{\"access_control_list\":[{\"group_name\":"
                "\"users\",\"permission_level\":\"CAN_READ\"}]}"), 200);
  ok (strstr (text (), "access_control_list") == NULL);
}

MG_TEST (a_deleted_principal_has_no_permission)
{
  char target[100];
  const char *user;

  START ();
  is_int (call ("POST", SCIM "Users", "{\"userName\":\"ann\"}"), 201);
  user = at ("id");
  snprintf (target, sizeof target, PERM "%s", make ("/Shared/e"));
  call ("PUT", target, "{\"access_control_list\":[{\"user_name\":\"ann\","
        "\"permission_level\":\"CAN_READ\"}]}");
  is_int (gett ("DELETE", SCIM "Users/%s", user), 204);
  gett ("GET", "%s", target);
  is_int (length ("access_control_list"), 1);
}

/* --- instance profiles ----------------------------------------------- */

#define ARN "arn:aws:iam::123456789012:instance-profile/x"

MG_TEST (instance_profiles_are_known_by_their_arn)
{
  START ();
  is_int (call ("POST", "/api/2.0/instance-profiles/add",
                "{\"instance_profile_arn\":\"" ARN "\"}"), 400);
  is_int (call ("POST", "/api/2.0/instance-profiles/add",
                "{\"instance_profile_arn\":\"" ARN "\",\"skip_validation\":"
                "true}"), 200);
  is_int (call ("POST", "/api/2.0/instance-profiles/add",
                "{\"instance_profile_arn\":\"" ARN "\",\"skip_validation\":"
                "true}"), 400);
  is_str (at ("error_code"), "RESOURCE_ALREADY_EXISTS");
  is_int (call ("POST", "/api/2.0/instance-profiles/edit",
                "{\"instance_profile_arn\":\"" ARN "\","
                "\"is_meta_instance_profile\":true}"), 200);
  call ("GET", "/api/2.0/instance-profiles/list", NULL);
  is_str (at ("instance_profiles.0.is_meta_instance_profile"), "true");
  is_null (node ("instance_profiles.0.skip_validation"));
  is_int (call ("POST", "/api/2.0/instance-profiles/remove",
                "{\"instance_profile_arn\":\"" ARN "\"}"), 200);
  call ("GET", "/api/2.0/instance-profiles/list", NULL);
  is_null (node ("instance_profiles"));
}
