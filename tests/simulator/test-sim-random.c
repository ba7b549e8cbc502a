/* Long random histories: whatever is sent, the state stays whole.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include "base/rand.h"
#include "sim-test.h"

static struct mg_rand dice;

static uint64_t
roll (uint64_t n)
{
  return mg_rand_below (&dice, n);
}

/* An id of the kind, now and then one that is not there. */
static const char *
some_id (const char *kind)
{
  static char id[40];

  gett ("GET", SCIM "%s?startIndex=%d&count=1&attributes=id", kind,
        1 + (int) roll (30));
  snprintf (id, sizeof id, "%s",
            at ("Resources.0.id") ? at ("Resources.0.id") : "77");
  return id;
}

static void
random_members (struct mg_buf *out, int n)
{
  static const char *const kinds[] = { "Users", "Groups",
                                       "ServicePrincipals" };
  int i;

  for (i = 0; i < n; i++)
    mg_buf_addf (out, "%s{\"value\":\"%s\"}", i ? "," : "",
                 some_id (kinds[roll (3)]));
}

static void
make_something (void)
{
  struct mg_buf body = MG_BUF_INIT (65536);

  switch (roll (4)) {
  case 0:
    callf ("POST", SCIM "Users", "{\"userName\":\"u%d\",\"entitlements\":"
           "[{\"value\":\"workspace-access\"}]}", (int) roll (60));
    break;
  case 1:
    mg_buf_addf (&body, "{\"displayName\":\"g%d\",\"members\":[",
                 (int) roll (40));
    random_members (&body, (int) roll (5));
    mg_buf_add_str (&body, "]}");
    call ("POST", SCIM "Groups", mg_buf_text (&body));
    break;
  case 2:
    callf ("POST", SCIM "ServicePrincipals", "{\"displayName\":\"s%d\"}",
           (int) roll (5));
    break;
  default:
    callf ("POST", MLFLOW "create", "{\"name\":\"/Shared/e%d\"}",
           (int) roll (30));
    break;
  }
  mg_buf_done (&body);
}

static void
change_members (void)
{
  static const char *const ops[] = { "add", "remove", "replace" };
  struct mg_buf body = MG_BUF_INIT (65536);
  char target[100];

  mg_buf_addf (&body, "{\"Operations\":[{\"op\":\"%s\",\"path\":\"members\","
               "\"value\":[", ops[roll (3)]);
  random_members (&body, (int) roll (4));
  mg_buf_add_str (&body, "]}]}");
  snprintf (target, sizeof target, SCIM "Groups/%s", some_id ("Groups"));
  call ("PATCH", target, mg_buf_text (&body));
  mg_buf_done (&body);
}

static void
delete_something (void)
{
  static const char *const kinds[] = { "Users", "Groups",
                                       "ServicePrincipals" };
  const char *kind = kinds[roll (3)];

  gett ("DELETE", SCIM "%s/%s", kind, some_id (kind));
}

static void
change_experiment (void)
{
  char id[40], target[100];

  call ("POST", MLFLOW "search", "{\"view_type\":\"ALL\",\"max_results\":1}");
  snprintf (id, sizeof id, "%s", at ("experiments.0.experiment_id")
            ? at ("experiments.0.experiment_id") : "5");
  if (roll (2)) {
    callf ("POST", roll (2) ? MLFLOW "delete" : MLFLOW "restore",
           "{\"experiment_id\":\"%s\"}", id);
    return;
  }
  gett ("GET", SCIM "Users/%s", some_id ("Users"));
  snprintf (target, sizeof target, "/api/2.0/permissions/experiments/%s", id);
  callf ("PATCH", target, "{\"access_control_list\":[{\"user_name\":\"%s\","
         "\"permission_level\":\"CAN_READ\"}]}",
         at ("userName") ? at ("userName") : "x");
}

static void
one_step (void)
{
  now_us += (int64_t) roll (100000);
  switch (roll (6)) {
  case 0: case 1: make_something (); break;
  case 2: case 3: change_members (); break;
  case 4: change_experiment (); break;
  default: delete_something (); break;
  }
  ok (reply.status != 501 && reply.status != 500 && reply.status != 0);
}

/* Each member of each group shows that group, and the other way round. */
static void
both_sides_agree (void)
{
  static const char *const kinds[] = { "Users", "Groups",
                                       "ServicePrincipals" };
  int i, j, k, members = 0, groups = 0;
  char path[60];

  for (k = 0; k < 3; k++) {
    gett ("GET", SCIM "%s?attributes=id,groups", kinds[k]);
    for (i = 0; i < length ("Resources"); i++) {
      snprintf (path, sizeof path, "Resources.%d.groups", i);
      groups += length (path);
    }
  }
  call ("GET", SCIM "Groups?attributes=members", NULL);
  for (i = 0; i < length ("Resources"); i++) {
    snprintf (path, sizeof path, "Resources.%d.members", i);
    members += length (path);
    for (j = 0; j < length (path); j++) {
      char value[80];

      snprintf (value, sizeof value, "%s.%d.value", path, j);
      not_null (at (value));
    }
  }
  ok (members > 5);
  is_int (members, groups);
}

static void
a_copy_is_the_same (void)
{
  struct sim_config config = { .name = "copy" };
  struct mg_error err = MG_ERROR_INIT;
  struct sim *kept = sim, *copy = NULL;
  char *first = state (), *second;

  is_ok (sim_new (&config, now_us, &copy, &err));
  is_ok (sim_load (copy, first, strlen (first), &err));
  sim = copy;
  second = state ();
  sim = kept;
  is_str (second, first);
  sim_free (copy);
  mg_free (first);
  mg_free (second);
}

MG_TEST (a_long_history_leaves_the_state_whole)
{
  int i;

  START (.populate = "users=20,groups=15,service-principals=5");
  mg_rand_seed (&dice, 42);
  for (i = 1; i <= 6000; i++) {
    one_step ();
    if (i % 1000 == 0) {
      both_sides_agree ();
      a_copy_is_the_same ();
    }
  }
}

/* --- nonsense -------------------------------------------------------- */

static const char *const seeds[] = {
  "{\"userName\":\"a\",\"name\":{\"givenName\":\"b\"},\"emails\":[{\"value\""
    ":\"c\",\"primary\":true}],\"entitlements\":[{\"value\":"
    "\"workspace-access\"}]}",
  "{\"Operations\":[{\"op\":\"add\",\"path\":\"members[value eq \\\"1\\\"]\","
    "\"value\":[{\"value\":\"2\"}]},{\"op\":\"replace\",\"value\":{\"active\""
    ":false}}]}",
  "{\"name\":\"/Shared/x\",\"tags\":[{\"key\":\"a\",\"value\":\"b\"}]}",
  "{\"filter\":\"name LIKE '/Shared/%' AND tags.`a b` = 'c'\",\"order_by\":"
    "[\"name DESC\"],\"max_results\":3,\"page_token\":\"s1515870810\"}",
  "{\"access_control_list\":[{\"user_name\":\"admin@example.com\","
    "\"permission_level\":\"CAN_READ\"}]}",
};

static const char *const targets[] = {
  SCIM "Users", SCIM "Groups/1", MLFLOW "create", MLFLOW "search",
  "/api/2.0/permissions/experiments/1", "/_simulator/object",
  "/_simulator/faults", "/oidc/v1/token", MLFLOW "set-experiment-tag",
  "/api/2.0/instance-profiles/add", "/api/2.0/workspace/mkdirs",
};

static void
damage (char *text, size_t len)
{
  int n = (int) roll (4);

  while (n-- > 0 && len > 0)
    text[roll (len)] = roll (3) ? "{}[]\",:\\/'%0u "[roll (14)]
      : (char) (1 + roll (255));
}

MG_TEST (nonsense_is_refused_or_taken_but_never_fatal)
{
  static const char *const methods[] = { "POST", "PUT", "PATCH", "GET",
                                         "DELETE" };
  int i;

  START (.populate = "small", .n_ledger = 100);
  mg_rand_seed (&dice, 43);
  for (i = 0; i < 20000; i++) {
    char *body = mg_xstrdup (seeds[roll (MG_N_ELEMENTS (seeds))]);
    const char *target = targets[roll (MG_N_ELEMENTS (targets))];

    damage (body, strlen (body));
    call (methods[roll (3)], target, body);
    mg_free (body);
    if (i % 500 == 0)
      call ("DELETE", "/_simulator/faults", NULL);
  }
  for (i = 0; i < 5000; i++) {
    char *target = mg_xasprintf (
      SCIM "Users?filter=(userName%%20eq%%20%%22a%%22%%20or%%20not%%20active"
      "%%20eq%%20true)&startIndex=%d&attributes=name.givenName",
      (int) roll (50));

    damage (target + strlen (SCIM), strlen (target) - strlen (SCIM));
    call (methods[3 + roll (2)], target, NULL);
    mg_free (target);
  }
  ok (reply.status >= 200);
}
