/* Users, groups and service principals as SCIM has them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include "sim-test.h"

static const char *
make_user (const char *name)
{
  is_int (callf ("POST", SCIM "Users", "{\"userName\":\"%s\"}", name), 201);
  return at ("id");
}

static const char *
make_group (const char *name, const char *members)
{
  is_int (callf ("POST", SCIM "Groups", "{\"displayName\":\"%s\","
                 "\"members\":[%s]}", name, members), 201);
  return at ("id");
}

static int
patch (const char *path, const char *id, const char *operations)
{
  char target[200];

  snprintf (target, sizeof target, SCIM "%s/%s", path, id);
  return callf ("PATCH", target, "{\"schemas\":[\"urn:ietf:params:scim:api:"
                "messages:2.0:PatchOp\"],\"Operations\":[%s]}", operations);
}

MG_TEST (a_user_is_created_with_what_the_service_fills_in)
{
  START ();
  is_int (call ("POST", SCIM "Users", "{\"userName\":\"Ann@Example.com\","
                "\"externalId\":\"x\",\"active\":false,\"id\":\"5\"}"), 201);
  is_str (at ("userName"), "Ann@Example.com");
  is_str (at ("displayName"), "Ann@Example.com");
  is_str (at ("emails.0.value"), "Ann@Example.com");
  is_str (at ("active"), "true");
  is_null (at ("externalId"));
  ok (strcmp (at ("id"), "5") != 0);
}

MG_TEST (a_user_name_is_unique_in_any_case)
{
  START ();
  make_user ("zo\xc3\xab@example.com");
  is_int (call ("POST", SCIM "Users",
                "{\"userName\":\"ZO\xc3\x8b@Example.COM\"}"), 409);
  is_str (at ("schemas.0"), "urn:ietf:params:scim:api:messages:2.0:Error");
  is_str (at ("status"), "409");
  is_str (at ("scimType"), "uniqueness");
  has_str (at ("detail"), "already exists");
}

MG_TEST (a_user_without_a_name_is_refused)
{
  START ();
  is_int (call ("POST", SCIM "Users", "{\"displayName\":\"x\"}"), 400);
  has_str (at ("detail"), "userName");
}

MG_TEST (an_unknown_entitlement_is_refused)
{
  START ();
  is_int (call ("POST", SCIM "Users", "{\"userName\":\"a\",\"entitlements\":"
                "[{\"value\":\"fly\"}]}"), 400);
}

MG_TEST (names_survive_whatever_they_hold)
{
  START ();
  is_int (call ("POST", SCIM "Users", "{\"userName\":\"a\\\"b\\nc\\\\d"
                "\\u202e@x\",\"displayName\":\"\\t'\"}"), 201);
  is_int (gett ("GET", SCIM "Users?filter=userName%%20eq%%20%%22a%%5C%%22b%%5C"
                "nc%%5C%%5Cd%%E2%%80%%AE@x%%22"), 200);
  is_str (at ("Resources.0.displayName"), "\t'");
  is_str (at ("Resources.0.userName"), "a\"b\nc\\d\xe2\x80\xae@x");
}

MG_TEST (pages_show_each_user_once_and_say_how_many_there_are)
{
  int i, n = 0;

  START (.populate = "users=40", .page = 7);
  for (i = 1; i <= 50; i += length ("Resources")) {
    is_int (gett ("GET", SCIM "Users?startIndex=%d&count=100", i), 200);
    is_str (at ("totalResults"), "40");
    if (length ("Resources") == 0)
      break;
    ok (length ("Resources") <= 7);
    n += length ("Resources");
  }
  is_int (n, 40);
  is_str (at ("itemsPerPage"), "0");
}

MG_TEST (a_count_of_nothing_only_counts)
{
  START (.populate = "users=40");
  is_int (call ("GET", SCIM "Users?count=0", NULL), 200);
  is_str (at ("totalResults"), "40");
  is_int (length ("Resources"), 0);
}

MG_TEST (a_start_behind_everything_shows_nothing)
{
  static const char *const starts[] = {
    "startIndex=41", "startIndex=9223372036854775807",
    "startIndex=9223372036854775807&filter=userName%20pr",
    "startIndex=9223372036854775807&sortBy=userName",
  };
  char target[200];
  size_t i;

  START (.populate = "users=40");
  for (i = 0; i < MG_N_ELEMENTS (starts); i++) {
    snprintf (target, sizeof target, SCIM "Users?count=10&%s", starts[i]);
    is_int (call ("GET", target, NULL), 200);
    is_str (at ("totalResults"), "40");
    is_int (length ("Resources"), 0);
  }
  is_int (call ("GET", SCIM "Users?count=10&startIndex=36", NULL), 200);
  is_int (length ("Resources"), 5);
}

MG_TEST (a_patch_of_a_list_by_what_is_none_is_refused)
{
  const char *id;

  START ();
  id = make_group ("g", "");
  is_int (patch ("Groups", id, "{\"op\":\"add\",\"path\":\"members\","
                 "\"value\":5}"), 400);
  is_str (at ("scimType"), "invalidValue");
  is_int (patch ("Groups", id, "{\"op\":\"replace\",\"path\":"
                 "\"entitlements\",\"value\":true}"), 400);
  is_int (patch ("Groups", id, "{\"op\":\"add\",\"path\":"
                 "\"entitlements\",\"value\":\"workspace-access\"}"), 204);
}

static int
found (const char *filter)
{
  struct mg_buf target = MG_BUF_INIT (4096);

  mg_buf_add_str (&target, SCIM "Users?filter=");
  mg_buf_add_url (&target, filter, 0);
  is_int (call ("GET", mg_buf_text (&target), NULL), 200);
  mg_buf_done (&target);
  is_int (length ("Resources"), atoll (at ("totalResults")));
  return length ("Resources");
}

MG_TEST (filters_find_what_they_say)
{
  START ();
  make_user ("ann@a.com");
  make_user ("bob@a.com");
  make_user ("ann@b.com");
  is_int (found ("userName eq \"ANN@a.com\""), 1);
  is_int (found ("userName sw \"ann\""), 2);
  is_int (found ("userName co \"@a.\""), 2);
  is_int (found ("userName sw \"ann\" and userName co \"b.com\""), 1);
  is_int (found ("userName eq \"bob@a.com\" or userName eq \"ann@b.com\""),
          2);
  is_int (found ("userName sw \"x\" or userName sw \"ann\" and "
                 "userName co \"a.com\""), 1);
  is_int (found ("(userName sw \"bob\" or userName sw \"ann\") and "
                 "userName co \"a.com\""), 2);
  is_int (found ("not (userName co \"@a.com\") and userName ne "
                 "\"admin@example.com\""), 1);
  is_int (found ("emails.value eq \"bob@a.com\""), 1);
  is_int (found ("active eq true and userName co \".com\""), 4);
  is_int (found ("displayName eq \"nobody\""), 0);
}

MG_TEST (a_filter_knows_no_case)
{
  const char *id;

  START ();
  id = make_user ("Ann@a.com");
  is_int (callf ("POST", SCIM "Groups", "{\"displayName\":\"Team\",\"roles\":"
                 "[{\"value\":\"arn:a\"}],\"members\":[{\"value\":\"%s\"}]}",
                 id), 201);
  is_int (found ("userName eq Ann@a.com"), 1);
  is_int (found ("USERNAME EQ \"ann@A.com\" AND Active Eq True"), 1);
  is_int (found ("userName sw Ann"), 1);
  is_int (found ("groups.display eq \"team\""), 1);
  is_int (found ("GROUPS.Display eq \"team\""), 1);
  is_int (found ("Roles.value eq \"ARN:A\""), 1);
}

MG_TEST (a_filter_that_is_none_is_refused)
{
  START ();
  is_int (call ("GET", SCIM "Users?filter=userName%20is%20%22a%22", NULL),
          400);
  is_str (at ("scimType"), "invalidFilter");
  is_int (call ("GET", SCIM "Users?filter=userName%20eq%20%22a", NULL), 400);
}

MG_TEST (attributes_are_chosen)
{
  START (.populate = "users=5");
  is_int (call ("GET", SCIM "Users?attributes=userName,name.givenName", NULL),
          200);
  not_null (at ("Resources.1.id"));
  not_null (at ("Resources.1.userName"));
  not_null (at ("Resources.1.name.givenName"));
  is_null (at ("Resources.1.displayName"));
  is_int (call ("GET", SCIM "Users?excludedAttributes=userName", NULL), 200);
  is_null (at ("Resources.1.userName"));
  not_null (at ("Resources.1.displayName"));
}

MG_TEST (lists_are_sorted_when_asked)
{
  START ();
  make_user ("zed@a.com");
  make_user ("bob@a.com");
  is_int (call ("GET", SCIM "Users?sortBy=userName&sortOrder=descending",
                NULL), 200);
  is_str (at ("Resources.0.userName"), "zed@a.com");
  is_int (call ("GET", SCIM "Users?sortBy=userName", NULL), 200);
  is_str (at ("Resources.1.userName"), "bob@a.com");
}

MG_TEST (a_patch_of_a_user_adds_replaces_and_removes)
{
  const char *id;

  START ();
  id = make_user ("ann@a.com");
  is_int (patch ("Users", id, "{\"op\":\"add\",\"path\":\"entitlements\","
                 "\"value\":[{\"value\":\"allow-cluster-create\"},"
                 "{\"value\":\"workspace-access\"}]},"
                 "{\"op\":\"replace\",\"value\":{\"active\":false}},"
                 "{\"op\":\"add\",\"path\":\"name.givenName\",\"value\":"
                 "\"Ann\"}"), 204);
  is_int (patch ("Users", id, "{\"op\":\"remove\",\"path\":\"entitlements["
                 "value eq \\\"allow-cluster-create\\\"]\"}"), 204);
  is_int (gett ("GET", SCIM "Users/%s", id), 200);
  is_int (length ("entitlements"), 1);
  is_str (at ("entitlements.0.value"), "workspace-access");
  is_str (at ("active"), "false");
  is_str (at ("name.givenName"), "Ann");
  is_int (patch ("Users", id, "{\"op\":\"replace\",\"path\":\"entitlements\","
                 "\"value\":[{\"value\":\"workspace-consume\"}]}"), 204);
  is_int (gett ("GET", SCIM "Users/%s", id), 200);
  is_int (length ("entitlements"), 1);
  is_str (at ("entitlements.0.value"), "workspace-consume");
}

MG_TEST (a_patch_is_done_whole_or_not_at_all)
{
  const char *id;

  START ();
  id = make_user ("ann@a.com");
  is_int (patch ("Users", id, "{\"op\":\"replace\",\"path\":\"displayName\","
                 "\"value\":\"B\"},{\"op\":\"add\",\"path\":\"wings\","
                 "\"value\":\"2\"}"), 400);
  is_str (at ("scimType"), "invalidPath");
  is_int (gett ("GET", SCIM "Users/%s", id), 200);
  is_str (at ("displayName"), "ann@a.com");
}

MG_TEST (what_never_changes_does_not)
{
  const char *id;

  START ();
  id = make_user ("ann@a.com");
  is_int (patch ("Users", id, "{\"op\":\"replace\",\"path\":\"userName\","
                 "\"value\":\"bob@a.com\"}"), 204);
  is_int (patch ("Users", id, "{\"op\":\"replace\",\"path\":\"id\","
                 "\"value\":\"7\"}"), 400);
  is_int (gett ("GET", SCIM "Users/%s", id), 200);
  is_str (at ("userName"), "ann@a.com");
}

MG_TEST (a_put_replaces_what_it_names_and_clears_the_rest)
{
  const char *id;
  char target[100];

  START ();
  id = make_user ("ann@a.com");
  patch ("Users", id, "{\"op\":\"add\",\"path\":\"entitlements\",\"value\":"
         "[{\"value\":\"workspace-access\"}]}");
  snprintf (target, sizeof target, SCIM "Users/%s", id);
  is_int (call ("PUT", target, "{\"userName\":\"other\",\"displayName\":"
                "\"New\"}"), 200);
  is_str (at ("displayName"), "New");
  is_str (at ("userName"), "ann@a.com");
  is_null (node ("entitlements"));
}

MG_TEST (a_group_is_created_with_its_members)
{
  const char *user, *inner, *outer;

  START ();
  user = make_user ("ann@a.com");
  inner = make_group ("inner", "");
  is_int (callf ("POST", SCIM "Groups", "{\"displayName\":\"outer\","
                 "\"members\":[{\"value\":\"%s\"},{\"value\":\"%s\"},"
                 "{\"value\":\"%s\"}]}", user, inner, user), 201);
  outer = at ("id");
  is_int (length ("members"), 2);
  has_str (at ("members.0.$ref"), "Users/");
  has_str (at ("members.1.$ref"), "Groups/");
  is_str (at ("meta.resourceType"), "WorkspaceGroup");
  is_int (gett ("GET", SCIM "Users/%s", user), 200);
  is_str (at ("groups.0.value"), outer);
  is_str (at ("groups.0.display"), "outer");
}

MG_TEST (a_member_from_nowhere_is_refused)
{
  START ();
  is_int (call ("POST", SCIM "Groups", "{\"displayName\":\"g\",\"members\":"
                "[{\"value\":\"123\"}]}"), 400);
  is_int (call ("GET", SCIM "Groups", NULL), 200);
  is_str (at ("totalResults"), "2");
}

MG_TEST (members_are_patched_in_every_form)
{
  const char *a, *b, *g;
  char text[300];

  START ();
  a = make_user ("a@a.com");
  b = make_user ("b@a.com");
  g = make_group ("g", "");
  snprintf (text, sizeof text, "{\"op\":\"add\",\"path\":\"members\","
            "\"value\":[{\"value\":\"%s\"},{\"value\":\"%s\"}]}", a, b);
  is_int (patch ("Groups", g, text), 204);
  is_int (patch ("Groups", g, text), 204);
  gett ("GET", SCIM "Groups/%s", g);
  is_int (length ("members"), 2);
  snprintf (text, sizeof text, "{\"op\":\"remove\",\"path\":\"members["
            "value eq \\\"%s\\\"]\"}", a);
  is_int (patch ("Groups", g, text), 204);
  gett ("GET", SCIM "Groups/%s", g);
  is_int (length ("members"), 1);
  is_str (at ("members.0.value"), b);
  snprintf (text, sizeof text, "{\"op\":\"add\",\"value\":{\"members\":[{"
            "\"value\":\"%s\"}]}}", a);
  is_int (patch ("Groups", g, text), 204);
  gett ("GET", SCIM "Groups/%s", g);
  is_int (length ("members"), 2);
  snprintf (text, sizeof text, "{\"op\":\"remove\",\"path\":\"members\","
            "\"value\":[{\"value\":\"%s\"}]}", a);
  is_int (patch ("Groups", g, text), 204);
  gett ("GET", SCIM "Users/%s", a);
  is_null (node ("groups"));
  is_int (patch ("Groups", g, "{\"op\":\"remove\",\"path\":\"members\"}"),
          204);
  gett ("GET", SCIM "Groups/%s", g);
  is_null (node ("members"));
}

MG_TEST (groups_may_hold_each_other)
{
  const char *a, *b;
  char text[200];

  START ();
  a = make_group ("a", "");
  snprintf (text, sizeof text, "{\"value\":\"%s\"}", a);
  b = make_group ("b", text);
  snprintf (text, sizeof text, "{\"op\":\"add\",\"path\":\"members\","
            "\"value\":[{\"value\":\"%s\"}]}", b);
  is_int (patch ("Groups", a, text), 204);
  is_int (gett ("GET", SCIM "Groups/%s", a), 200);
  is_str (at ("members.0.value"), b);
  is_str (at ("groups.0.value"), b);
}

MG_TEST (a_deleted_principal_is_in_no_group)
{
  const char *user, *group;
  char text[100];

  START ();
  user = make_user ("ann@a.com");
  snprintf (text, sizeof text, "{\"value\":\"%s\"}", user);
  group = make_group ("g", text);
  is_int (gett ("DELETE", SCIM "Users/%s", user), 204);
  is_int (gett ("GET", SCIM "Users/%s", user), 404);
  is_str (at ("status"), "404");
  is_int (gett ("GET", SCIM "Groups/%s", group), 200);
  is_null (node ("members"));
}

MG_TEST (a_group_of_1500_members_is_made_at_once)
{
  struct mg_buf body = MG_BUF_INIT (1 << 20);
  int i;

  START (.populate = "users=1600");
  call ("GET", SCIM "Users?attributes=id&count=1500", NULL);
  mg_buf_add_str (&body, "{\"displayName\":\"big\",\"members\":[");
  for (i = 0; i < 1500; i++) {
    char path[40];

    snprintf (path, sizeof path, "Resources.%d.id", i);
    mg_buf_addf (&body, "%s{\"value\":\"%s\"}", i ? "," : "", at (path));
  }
  mg_buf_add_str (&body, "]}");
  is_int (call ("POST", SCIM "Groups", mg_buf_text (&body)), 201);
  is_int (length ("members"), 1500);
  mg_buf_done (&body);
}

MG_TEST (roles_come_from_groups_too)
{
  const char *user;
  char text[300];

  START ();
  user = make_user ("ann@a.com");
  snprintf (text, sizeof text, "{\"value\":\"%s\"}", user);
  snprintf (text, sizeof text, "{\"value\":\"%s\"}",
            make_group ("inner", text));
  is_int (callf ("POST", SCIM "Groups", "{\"displayName\":\"outer\",\"roles\""
                 ":[{\"value\":\"arn:x\"}],\"members\":[%s]}", text), 201);
  is_str (at ("roles.0.type"), "direct");
  gett ("GET", SCIM "Users/%s", user);
  is_str (at ("roles.0.value"), "arn:x");
  is_str (at ("roles.0.type"), "indirect");
}

MG_TEST (built_in_groups_stay)
{
  const char *id;

  START ();
  call ("GET", SCIM "Groups?filter=displayName%20eq%20%22ADMINS%22", NULL);
  id = at ("Resources.0.id");
  is_int (gett ("DELETE", SCIM "Groups/%s", id), 400);
  is_int (patch ("Groups", id, "{\"op\":\"replace\",\"path\":\"displayName\","
                 "\"value\":\"x\"}"), 400);
  is_int (call ("POST", SCIM "Groups", "{\"displayName\":\"Users\"}"), 409);
}

MG_TEST (service_principals_may_share_a_name)
{
  const char *app;

  START ();
  is_int (call ("POST", SCIM "ServicePrincipals", "{\"displayName\":\"r\","
                "\"applicationId\":\"mine\"}"), 201);
  app = at ("applicationId");
  ok (strcmp (app, "mine") != 0);
  is_int (call ("POST", SCIM "ServicePrincipals", "{\"displayName\":\"r\"}"),
          201);
  ok (strcmp (at ("applicationId"), app) != 0);
  is_int (gett ("GET", SCIM "ServicePrincipals?filter=applicationId%%20eq"
                "%%20%%22%s%%22", app), 200);
  is_int (length ("Resources"), 1);
}

MG_TEST (on_azure_the_application_id_is_given)
{
  START (.cloud = "azure");
  is_int (call ("POST", SCIM "ServicePrincipals", "{\"displayName\":\"r\","
                "\"applicationId\":\"mine\"}"), 201);
  is_str (at ("applicationId"), "mine");
  is_int (call ("POST", SCIM "ServicePrincipals", "{\"displayName\":\"s\","
                "\"applicationId\":\"MINE\"}"), 409);
  is_int (call ("GET", "/api/2.0/instance-profiles/list", NULL), 404);
}

MG_TEST (paths_without_preview_are_the_same)
{
  START ();
  make_user ("ann@a.com");
  is_int (call ("GET", "/api/2.0/scim/v2/Users?count=1&startIndex=2", NULL),
          200);
  is_str (at ("Resources.0.userName"), "ann@a.com");
}

MG_TEST (ids_of_two_workspaces_never_meet)
{
  int64_t first, second;

  START (.name = "old");
  mg_parse_int64 (make_user ("ann@a.com"), &first);
  START (.name = "new");
  mg_parse_int64 (make_user ("ann@a.com"), &second);
  ok (first - second > 1000000000 || second - first > 1000000000);
}
