/* --routes: kinds that no service has; and assignment of account principals.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include "sim-test.h"

#define WIDGETS "[{\"name\":\"widgets\"," \
  "\"list\":\"GET /api/2.0/widgets/list\"," \
  "\"get\":\"GET /api/2.0/widgets/get\"," \
  "\"create\":\"POST /api/2.0/widgets/create\"," \
  "\"update\":\"POST /api/2.0/widgets/edit\"," \
  "\"delete\":\"POST /api/2.0/widgets/delete\",\"array\":\"widgets\"," \
  "\"id\":\"widget_id\",\"key\":\"name\""
#define W "/api/2.0/widgets/"

static const char *
make (const char *name)
{
  is_int (callf ("POST", W "create", "{\"name\":\"%s\",\"size\":"
                 "12345678901234567890123}", name), 200);
  return at ("widget_id");
}

MG_TEST (a_kind_is_data)
{
  const char *id;

  START (.routes = WIDGETS ",\"unique\":true}]");
  id = make ("a");
  is_int (gett ("GET", W "get?widget_id=%s", id), 200);
  is_str (at ("name"), "a");
  is_int (callf ("POST", W "create", "{\"name\":\"a\"}"), 400);
  is_str (at ("error_code"), "RESOURCE_ALREADY_EXISTS");
  is_int (callf ("POST", W "edit", "{\"widget_id\":\"%s\",\"name\":\"b\"}",
                 id), 200);
  gett ("GET", W "get?widget_id=%s", id);
  is_str (at ("name"), "b");
  is_null (node ("size"));
  is_int (callf ("POST", W "delete", "{\"widget_id\":\"%s\"}", id), 200);
  is_int (gett ("GET", W "get?widget_id=%s", id), 404);
  is_int (counter ("creates", "widgets a"), 1);
}

MG_TEST (what_was_sent_comes_back_byte_for_byte)
{
  START (.routes = WIDGETS "}]");
  callf ("POST", W "create", "{\"name\":\"x\\u002fy\", \"n\" : 1.0e400, "
         "\"big\":12345678901234567890123,\"deep\":{ \"a\":[1, 2] }}");
  gett ("GET", W "get?widget_id=%s", at ("widget_id"));
  has_str (text (), ",\"name\":\"x\\u002fy\",\"n\":1.0e400,"
           "\"big\":12345678901234567890123,\"deep\":{ \"a\":[1, 2] }}");
}

MG_TEST (ids_that_are_numbers)
{
  START (.routes = WIDGETS ",\"id_type\":\"integer\"}]");
  make ("a");
  has_str (text (), "{\"widget_id\":");
  is_null (strstr (text (), ":\""));
}

MG_TEST (fields_are_checked_when_they_are_named)
{
  START (.routes = WIDGETS ",\"fields\":{\"name\":\"string!\",\"size\":"
         "\"integer\"}}]");
  is_int (callf ("POST", W "create", "{\"name\":\"a\",\"size\":1}"), 200);
  is_int (callf ("POST", W "create", "{\"name\":\"a\",\"colour\":1}"), 400);
  is_int (callf ("POST", W "create", "{\"size\":1}"), 400);
  is_int (callf ("POST", W "create", "{\"name\":1}"), 400);
}

static int
pages (const char *routes, const char *first, const char *next,
       const char *step_field)
{
  int i, n = 0, step = 0;

  START (.routes = routes, .page = 3);
  for (i = 0; i < 10; i++) {
    char name[10];

    snprintf (name, sizeof name, "w%d", i);
    make (name);
  }
  is_int (gett ("GET", W "list%s", first), 200);
  for (i = 0; i < 10 && length ("widgets") > 0; i++) {
    n += length ("widgets");
    step = mg_streq (step_field, "page") ? i + 2
      : mg_streq (step_field, "index") ? n + 1 : n;
    if (step_field == NULL && at ("next_page_token") == NULL)
      return n;
    if (step_field == NULL)
      gett ("GET", W "list?page_token=%s", at ("next_page_token"));
    else
      gett ("GET", W "list?%s=%d", next, step);
    is_int (reply.status, 200);
  }
  return n;
}

MG_TEST (every_style_of_paging)
{
  is_int (pages (WIDGETS ",\"paging\":\"token\"}]", "", "", NULL), 10);
  is_int (pages (WIDGETS ",\"paging\":\"offset\"}]", "?limit=100", "offset",
                 "n"), 10);
  is_int (pages (WIDGETS ",\"paging\":\"start-index\"}]", "?count=100",
                 "startIndex", "index"), 10);
  is_int (pages (WIDGETS ",\"paging\":\"page\"}]", "?page_size=100", "page",
                 "page"), 10);
}

MG_TEST (stubs_paths_with_ids_and_wrapped_updates)
{
  const char *id;
  char target[100];

  START (.routes = "[{\"name\":\"gears\",\"list\":\"GET /api/2.0/gears\","
         "\"get\":\"GET /api/2.0/gears/{id}\",\"create\":\"POST "
         "/api/2.0/gears\",\"update\":\"PATCH /api/2.0/gears/{id}\","
         "\"delete\":\"DELETE /api/2.0/gears/{id}\",\"array\":\"gears\","
         "\"id\":\"id\",\"key\":\"name\",\"stubs\":true,\"wrap\":\"gear\","
         "\"reply\":\"object\",\"permissions\":\"gears\",\"objects\":["
         "{\"name\":\"first\",\"teeth\":9}]}]");
  is_int (call ("GET", "/api/2.0/gears", NULL), 200);
  is_str (at ("gears.0.name"), "first");
  is_null (node ("gears.0.teeth"));
  id = at ("gears.0.id");
  snprintf (target, sizeof target, "/api/2.0/gears/%s", id);
  is_int (call ("PATCH", target, "{\"gear\":{\"teeth\":10}}"), 200);
  is_int (call ("GET", target, NULL), 200);
  is_str (at ("teeth"), "10");
  is_str (at ("name"), "first");
  is_int (gett ("GET", "/api/2.0/permissions/gears/%s", id), 200);
  is_int (call ("POST", "/api/2.0/gears", "{\"name\":\"second\"}"), 200);
  is_str (at ("name"), "second");
  is_int (call ("DELETE", target, NULL), 200);
  is_int (call ("GET", target, NULL), 404);
}

/* A type that the service has keeps its name and its levels. */
MG_TEST (permissions_of_a_kind_that_the_service_has)
{
  struct sim_config config = {
    .routes = "[{\"name\":\"tasks\",\"list\":\"GET /api/2.2/jobs/list\","
    "\"array\":\"jobs\",\"id\":\"job_id\",\"key\":\"name\","
    "\"permissions\":\"jobs\",\"objects\":[{\"name\":\"nightly\"}]}]"
  };
  const char *id;
  char target[100];

  start (&config);
  is_int (call ("GET", "/api/2.2/jobs/list", NULL), 200);
  id = at ("jobs.0.job_id");
  snprintf (target, sizeof target, "/api/2.0/permissions/jobs/%s", id);
  is_int (call ("PUT", target, "{\"access_control_list\":[{\"user_name\":"
                "\"admin@example.com\",\"permission_level\":\"IS_OWNER\"}]}"),
          200);
  is_str (at ("object_type"), "job");
  is_str (at ("access_control_list.0.all_permissions.0.permission_level"),
          "IS_OWNER");
  is_int (call ("GET", "/_simulator/state", NULL), 200);
  has_str (mg_buf_text (&reply.body), "\"IS_OWNER\"");
  is_int (call ("GET", "/api/2.0/permissions/warehouses/5", NULL), 404);
  is_int (call ("GET", "/api/2.0/permissions/nothings/5", NULL), 400);
}

MG_TEST (routes_that_make_no_sense_are_refused)
{
  static const char *const bad[] = {
    "{}", "[{\"name\":\"x\"}]", WIDGETS ",\"paging\":\"some\"}]",
    WIDGETS ",\"colour\":1}]", WIDGETS ",\"id_type\":\"uuid\"}]", "[",
    "[{\"name\":\"x\",\"id\":\"id\",\"array\":\"a\",\"list\":\"here\"}]",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (bad); i++) {
    struct sim_config config = { .routes = bad[i] };
    struct mg_error err = MG_ERROR_INIT;
    struct sim *s = NULL;

    ok (sim_new (&config, 1, &s, &err) < 0);
    has_str (err.text, "routes");
  }
}

/* --- federation ------------------------------------------------------ */

#define ASSIGN "/api/2.0/preview/permissionassignments"

static const char *
assigned_id (const char *field, const char *name)
{
  int i;
  char path[80];

  is_int (call ("GET", ASSIGN, NULL), 200);
  for (i = 0; i < length ("permission_assignments"); i++) {
    snprintf (path, sizeof path, "permission_assignments.%d.principal.%s", i,
              field);
    if (!mg_streq (at (path), name))
      continue;
    snprintf (path, sizeof path,
              "permission_assignments.%d.principal.principal_id", i);
    return at (path);
  }
  return NULL;
}

MG_TEST (without_federation_there_is_no_assignment)
{
  START ();
  is_int (call ("GET", ASSIGN, NULL), 404);
}

MG_TEST (an_account_group_becomes_visible_when_assigned)
{
  START (.federated = 1, .populate = "account-groups=3");
  is_null (assigned_id ("group_name", "account group 1"));
  is_int (call ("POST", ASSIGN, "{\"permission_assignments\":[{\"group_name\""
                ":\"account group 1\",\"permissions\":[\"USER\"]}]}"), 200);
  is_str (at ("permission_assignments.0.permissions.0"), "USER");
  not_null (assigned_id ("group_name", "account group 1"));
  call ("GET", SCIM "Groups?filter=displayName%20eq%20%22account%20group%201"
        "%22", NULL);
  is_str (at ("Resources.0.meta.resourceType"), "Group");
}

MG_TEST (an_account_group_is_not_changed_from_a_workspace)
{
  const char *id;
  char target[100];

  START (.federated = 1, .populate = "account-groups=3");
  call ("POST", ASSIGN, "{\"permission_assignments\":[{\"group_name\":"
        "\"account group 1\",\"permissions\":[\"USER\"]}]}");
  id = assigned_id ("group_name", "account group 1");
  snprintf (target, sizeof target, SCIM "Groups/%s", id);
  is_int (call ("PATCH", target, "{\"Operations\":[{\"op\":\"add\",\"path\":"
                "\"members\",\"value\":[]}]}"), 403);
  is_int (call ("PATCH", target, "{\"Operations\":[{\"op\":\"add\",\"path\":"
                "\"entitlements\",\"value\":[{\"value\":"
                "\"workspace-access\"}]}]}"), 204);
  is_int (call ("POST", SCIM "Groups", "{\"displayName\":\"mine\"}"), 201);
  is_str (at ("meta.resourceType"), "WorkspaceGroup");
}

MG_TEST (admin_is_given_by_id_alone)
{
  const char *id;
  char target[200];

  START (.federated = 1, .populate = "account-groups=3");
  is_int (call ("POST", ASSIGN, "{\"permission_assignments\":[{\"group_name\""
                ":\"account group 1\",\"permissions\":[\"ADMIN\"]}]}"), 200);
  has_str (at ("permission_assignments.0.error"), "ADMIN");
  call ("POST", ASSIGN, "{\"permission_assignments\":[{\"group_name\":"
        "\"account group 1\",\"permissions\":[\"USER\"]}]}");
  id = assigned_id ("group_name", "account group 1");
  snprintf (target, sizeof target, ASSIGN "/principals/%s", id);
  is_int (call ("PUT", target, "{\"permissions\":[\"ADMIN\"]}"), 200);
  is_str (at ("permissions.0"), "ADMIN");
  is_int (call ("DELETE", target, NULL), 200);
  is_null (assigned_id ("group_name", "account group 1"));
  is_int (gett ("GET", SCIM "Groups/%s", id), 404);
}

MG_TEST (nobody_who_is_not_in_the_account_is_assigned)
{
  START (.federated = 1);
  is_int (call ("POST", ASSIGN, "{\"permission_assignments\":[{\"user_name\":"
                "\"x@y\",\"permissions\":[\"USER\"]}]}"), 200);
  not_null (at ("permission_assignments.0.error"));
}

MG_TEST (a_user_made_in_the_workspace_is_one_of_the_account)
{
  START (.federated = 1, .populate = "account-users=30");
  call ("GET", "/api/2.0/account/scim/v2/Users?filter=userName%20eq%20"
        "%22ann.smith@example.com%22", NULL);
  is_int (length ("Resources"), 1);
  {
    const char *id = at ("Resources.0.id");

    is_int (call ("POST", SCIM "Users", "{\"userName\":"
                  "\"Ann.Smith@example.com\"}"), 201);
    is_str (at ("id"), id);
  }
  is_int (call ("POST", SCIM "Users", "{\"userName\":\"new@x\"}"), 201);
  call ("GET", "/api/2.0/account/scim/v2/Users?filter=userName%20eq%20"
        "%22new@x%22", NULL);
  is_int (length ("Resources"), 1);
}
