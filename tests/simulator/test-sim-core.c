/* What every request meets: the table of operations, sign-in, the ledger, the
 * counters, control, the saved state.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include "sim-test.h"

/* --- the table of operations ----------------------------------------- */

MG_TEST (an_unknown_route_answers_501_and_is_counted)
{
  START ();
  is_int (call ("GET", "/api/2.0/nothing/here", NULL), 501);
  is_int (call ("DELETE", MLFLOW "get", NULL), 501);
  is_int (counter ("unknown-routes", "GET /api/2.0/nothing/here"), 1);
}

MG_TEST (an_unknown_field_answers_400_and_is_counted)
{
  START ();
  is_int (call ("POST", MLFLOW "create", "{\"name\":\"/Shared/e\",\"x\":1}"),
          400);
  has_str (at ("message"), "'x'");
  is_int (call ("POST", MLFLOW "create", "{\"name\":\"/Shared/e\",\"tags\":"
                "[{\"key\":\"a\",\"val\":\"b\"}]}"), 400);
  has_str (at ("message"), "'tags.val'");
  is_int (call ("GET", SCIM "Users?starIndex=1", NULL), 400);
  is_int (call ("GET", MLFLOW "search?max_results=5", NULL), 200);
  is_null (node ("experiments"));
  is_int (counter ("unknown-fields", "POST " MLFLOW "create tags.val"), 1);
}

MG_TEST (a_wrong_type_and_a_missing_field_answer_400)
{
  START ();
  is_int (call ("POST", MLFLOW "create", "{\"name\":7}"), 400);
  is_int (call ("POST", MLFLOW "create", "{}"), 400);
  is_int (call ("POST", MLFLOW "search", "{\"max_results\":\"5\"}"), 400);
  is_int (call ("POST", MLFLOW "search", "{\"view_type\":\"SOME\"}"), 400);
  is_int (call ("GET", SCIM "Users?startIndex=one", NULL), 400);
  is_int (call ("GET", MLFLOW "get", NULL), 400);
  is_int (call ("POST", MLFLOW "create", "[1]"), 400);
  is_int (call ("POST", MLFLOW "create", "{\"name\":"), 400);
  is_int (call ("POST", MLFLOW "create", "{\"name\":\"/Shared/a\"} x"), 400);
  is_int (call ("POST", SCIM "Users", "{\"userName\":\"\xff\"}"), 400);
}

MG_TEST (null_is_the_same_as_absent)
{
  START ();
  is_int (call ("POST", MLFLOW "create",
                "{\"name\":\"/Shared/e\",\"tags\":null}"), 200);
}

MG_TEST (errors_of_scim_have_its_shape)
{
  START ();
  is_int (call ("POST", SCIM "Users", "{\"userName\":\"a\",\"wings\":2}"),
          400);
  is_str (at ("schemas.0"), "urn:ietf:params:scim:api:messages:2.0:Error");
  is_str (at ("scimType"), "invalidValue");
  has_str (at ("detail"), "wings");
}

MG_TEST (leniency_counts_and_lets_pass)
{
  START (.lenient = 1);
  is_int (call ("POST", MLFLOW "create", "{\"name\":\"/Shared/e\",\"x\":1}"),
          200);
  is_int (counter ("unknown-fields", "POST " MLFLOW "create x"), 1);
}

MG_TEST (leniency_does_not_do_without_what_is_needed)
{
  START (.lenient = 1);
  is_int (call ("POST", MLFLOW "create", "{}"), 400);
  is_int (call ("GET", "/api/2.0/workspace/get-status", NULL), 400);
  is_int (call ("POST", "/api/2.0/instance-profiles/add", NULL), 400);
}

/* --- sign-in --------------------------------------------------------- */

static int
me_with (const char *header)
{
  snprintf (authorization, sizeof authorization, "%s", header);
  return call ("GET", SCIM "Me", NULL);
}

MG_TEST (tokens_are_looked_at)
{
  char header[128];

  START ();
  is_int (me_with ("Bearer wrong"), 401);
  is_str (at ("error_code"), "UNAUTHENTICATED");
  is_int (me_with ("Basic YTpi"), 401);
  snprintf (header, sizeof header, "Bearer %s", sim_expired_token (sim));
  is_int (me_with (header), 403);
  has_str (at ("message"), "Invalid access token");
  snprintf (header, sizeof header, "bearer %s", sim_token (sim));
  is_int (me_with (header), 200);
}

/* A good access token; the form may carry the client, or Basic does. */
static const char *
sign_in (int expires_in)
{
  char body[300];

  authorization[0] = '\0';
  snprintf (body, sizeof body, "grant_type=client_credentials&scope=all-apis"
            "&client_id=%s&client_secret=%s", sim_client_id (sim),
            sim_client_secret (sim));
  is_int (call ("POST", "/oidc/v1/token", body), 200);
  is_int (json_object_get_int (node ("expires_in")), expires_in);
  return at ("access_token");
}

MG_TEST (oauth_tokens_are_given_and_expire)
{
  char header[200];

  START (.token_life_us = 600 * MG_SECOND_US);
  snprintf (header, sizeof header, "Bearer %s", sign_in (600));
  is_int (me_with (header), 200);
  is_str (at ("applicationId"), sim_client_id (sim));
  now_us += 601 * MG_SECOND_US;
  is_int (me_with (header), 401);
}

MG_TEST (a_client_without_the_secret_gets_nothing)
{
  char body[300];

  START ();
  snprintf (body, sizeof body, "grant_type=client_credentials&client_id=%s"
            "&client_secret=no", sim_client_id (sim));
  is_int (call ("POST", "/oidc/v1/token", body), 401);
  is_str (at ("error"), "invalid_client");
  is_int (call ("POST", "/oidc/v1/token", "grant_type=password"), 400);
}

MG_TEST (the_host_says_where_to_sign_in)
{
  START ();
  authorization[0] = '\0';
  is_int (call ("GET", "/.well-known/databricks-config", NULL), 200);
  is_str (at ("oidc_endpoint"), "http://sim:80/oidc");
  not_null (at ("workspace_id"));
  is_int (call ("GET", "/oidc/.well-known/oauth-authorization-server", NULL),
          200);
  is_str (at ("token_endpoint"), "http://sim:80/oidc/v1/token");
}

MG_TEST (tokens_expire_on_demand)
{
  START ();
  is_int (call ("POST", "/_simulator/expire", "{\"what\":\"pat\"}"), 200);
  is_str (at ("token"), sim_token (sim));
  is_int (call ("GET", SCIM "Me", NULL), 403);
  snprintf (authorization, sizeof authorization, "Bearer %s",
            sim_token (sim));
  is_int (call ("GET", SCIM "Me", NULL), 200);
}

MG_TEST (every_answer_names_the_workspace)
{
  char number[40];
  int i, found = 0;

  START ();
  snprintf (number, sizeof number, "%lld",
            (long long) sim_workspace_id (sim));
  call ("GET", "/api/2.0/nothing", NULL);
  for (i = 0; i < reply.n_headers; i++)
    found += mg_streq (reply.headers[i].name, "X-Databricks-Org-Id")
      && mg_streq (reply.headers[i].value, number);
  is_int (found, 1);
}

/* --- ledger ---------------------------------------------------------- */

MG_TEST (the_ledger_knows_what_each_request_did)
{
  struct sim_record r;
  const char *id;

  START (.latency_us = 30000);
  call ("POST", MLFLOW "create", "{\"name\":\"/Shared/e\"}");
  id = at ("experiment_id");
  call ("GET", MLFLOW "get?experiment_id=1", NULL);
  is_int (sim_ledger_count (sim), 2);
  sim_ledger_get (sim, 0, &r);
  is_str (r.effect, "create");
  is_str (r.kind, "experiments");
  is_str (r.id, id);
  is_str (r.key, "/Shared/e");
  is_str (r.token, "pat");
  is_int (r.reply_us - r.arrival_us, 30000);
  is_int (r.effect_us, r.arrival_us);
  is_int (strlen (r.digest), 32);
  sim_ledger_get (sim, 1, &r);
  is_str (r.effect, "none");
  is_int (r.status, 404);
  is_int (r.effect_us, 0);
  is_str (r.path, MLFLOW "get?experiment_id=1");
  is_str (r.digest, "");
}

MG_TEST (the_ledger_keeps_the_last)
{
  struct sim_record r;
  int i;

  START (.n_ledger = 10);
  for (i = 0; i < 25; i++)
    gett ("GET", MLFLOW "get?experiment_id=%d", i);
  is_int (sim_ledger_count (sim), 10);
  sim_ledger_get (sim, 9, &r);
  is_str (r.path, MLFLOW "get?experiment_id=24");
  sim_ledger_get (sim, 0, &r);
  is_int (r.seq, 16);
}

MG_TEST (creates_are_counted_by_what_was_created)
{
  START ();
  call ("POST", SCIM "ServicePrincipals", "{\"displayName\":\"twin\"}");
  call ("POST", SCIM "ServicePrincipals", "{\"displayName\":\"twin\"}");
  is_int (counter ("creates", "service-principals twin"), 2);
  is_int (counter ("routes", "POST " SCIM "ServicePrincipals"), 2);
}

/* --- control --------------------------------------------------------- */

MG_TEST (the_state_is_the_same_after_a_change_and_its_undoing)
{
  char *before, *after;
  const char *id;

  START (.populate = "small");
  before = state ();
  call ("POST", SCIM "Users", "{\"userName\":\"x\"}");
  id = at ("id");
  after = state ();
  ok (strcmp (strstr (before, "\"first\""), strstr (after, "\"first\"")));
  is_int (gett ("DELETE", SCIM "Users/%s", id), 204);
  mg_free (after);
  after = state ();
  is_str (strstr (after, "\"first\""), strstr (before, "\"first\""));
}

MG_TEST (a_saved_state_is_loaded_again)
{
  struct mg_error err = MG_ERROR_INIT;
  char *before;

  START (.populate = "small", .name = "a");
  before = state ();
  START (.name = "b");
  is_ok (sim_load (sim, before, strlen (before), &err));
  is_str (state (), before);
  is_int (call ("GET", SCIM "Me", NULL), 200);
  ok (sim_load (sim, "{}", 2, &err) < 0);
}

MG_TEST (a_reset_brings_the_beginning_back)
{
  char *before;

  START (.populate = "small");
  before = state ();
  call ("POST", SCIM "Users", "{\"userName\":\"x\"}");
  is_int (call ("POST", "/_simulator/reset", "{\"what\":\"state\"}"), 200);
  is_str (state (), before);
}

MG_TEST (objects_are_changed_behind_the_interface)
{
  const char *group, *user;

  START (.populate = "small");
  is_int (call ("POST", "/_simulator/object", "{\"kind\":\"users\",\"match\":"
                "{\"userName\":\"Ann.Smith@example.com\"},\"set\":{"
                "\"displayName\":\"y\"},\"remove\":[\"name\"]}"), 200);
  user = at ("id");
  gett ("GET", SCIM "Users/%s", user);
  is_str (at ("displayName"), "y");
  is_null (node ("name"));
  call ("POST", "/_simulator/object", "{\"kind\":\"groups\",\"create\":{"
        "\"displayName\":\"fresh\"}}");
  group = at ("id");
  is_int (callf ("POST", "/_simulator/object", "{\"kind\":\"groups\","
                 "\"match\":{\"displayName\":\"fresh\"},\"members\":{\"add\":"
                 "[\"%s\"]}}", user), 200);
  gett ("GET", SCIM "Groups/%s", group);
  is_str (at ("members.0.value"), user);
  is_int (callf ("POST", "/_simulator/object", "{\"kind\":\"experiments\","
                 "\"match\":{\"name\":\"/Shared/churn\"},\"permissions\":{"
                 "\"add\":{\"%s\":\"CAN_MANAGE\"}}}", group), 200);
  gett ("GET", "/api/2.0/permissions/experiments/%s", at ("id"));
  has_str (text (), "{\"group_name\":\"fresh\",\"all_permissions\":[{"
           "\"permission_level\":\"CAN_MANAGE\",\"inherited\":false}]}");
  is_int (call ("POST", "/_simulator/object", "{\"kind\":\"groups\","
                "\"match\":{\"displayName\":\"fresh\"},\"members\":{\"add\":"
                "[\"no one\"]}}"), 400);
  is_int (call ("POST", "/_simulator/object", "{\"kind\":\"experiments\","
                "\"match\":{\"name\":\"/Shared/churn\"},\"permissions\":{"
                "\"add\":{\"fresh\":\"CAN_FLY\"}}}"), 400);
  is_int (call ("POST", "/_simulator/object", "{\"kind\":\"users\",\"match\":"
                "{\"displayName\":\"y\"},\"delete\":true}"), 200);
  is_int (gett ("GET", SCIM "Users/%s", user), 404);
  is_int (call ("POST", "/_simulator/object", "{\"kind\":\"users\",\"match\":"
                "{\"displayName\":\"y\"}}"), 404);
}

MG_TEST (control_is_for_this_machine_alone)
{
  struct sim_request q = { .method = "GET", .target = "/_simulator/state" };

  START ();
  sim_reply_done (&reply);
  sim_step (sim, &q, now_us, &rng, &reply);
  is_int (reply.status, 403);
}

MG_TEST (the_clock_moves_forward_on_demand)
{
  START ();
  is_int (call ("POST", "/_simulator/clock", "{\"advance_ms\":5000}"), 200);
  call ("POST", MLFLOW "create", "{\"name\":\"/Shared/e\"}");
  gett ("GET", MLFLOW "get?experiment_id=%s", at ("experiment_id"));
  is_str (at ("experiment.creation_time"), "1800000005000");
  is_int (call ("POST", "/_simulator/clock", "{\"advance_ms\":-1}"), 400);
}

MG_TEST (one_seed_gives_one_history)
{
  char *first;

  START (.populate = "small", .seed = 5);
  call ("POST", SCIM "Users", "{\"userName\":\"x\"}");
  first = state ();
  START (.populate = "small", .seed = 5);
  call ("POST", SCIM "Users", "{\"userName\":\"x\"}");
  is_str (state (), first);
  START (.populate = "small", .seed = 6);
  ok (strcmp (state (), first) != 0);
}
