/* Jobs of libsim: names that repeat, what the service fills in, pages of lists
 * and of tasks, what is refused, and the one owner.  And what jobs name, which is
 * only listed. */
#include <config.h>

#include <inttypes.h>

#include "simulator/sim-test.h"

#define JOBS "/api/2.2/jobs/"
#define JOBS_1 "/api/2.1/jobs/"
#define PERM "/api/2.0/permissions/jobs/"
#define NOTEBOOK "\"notebook_task\":{\"notebook_path\":\"/Shared/a\"}"

/* The id of a new job; "more" are further members. */
static const char *
make (const char *name, const char *more)
{
  is_int (callf ("POST", JOBS "create", "{\"name\":\"%s\"%s%s}", name,
                 *more ? "," : "", more), 200);
  return at ("job_id");
}

static void
refused (const char *more, const char *why)
{
  is_int (callf ("POST", JOBS "create", "{%s}", more), 400);
  has_str (text (), why);
}

static void
get (const char *id)
{
  is_int (gett ("GET", JOBS "get?job_id=%s", id), 200);
}

/* A job of n tasks named t000, t001, ... */
static const char *
make_tasks (const char *api, int n, int status)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (1 << 20);
  char target[40];
  int i;

  mg_buf_add_str (&body, "{\"name\":\"long\",\"tasks\":[");
  for (i = 0; i < n; i++)
    mg_buf_addf (&body, "%s{\"task_key\":\"t%03d\"," NOTEBOOK "}",
                 i ? "," : "", i);
  mg_buf_add_str (&body, "]}");
  snprintf (target, sizeof target, "%screate", api);
  is_int (call ("POST", target, mg_buf_text (&body)), status);
  return at ("job_id");
}

MG_TEST (a_job_gets_what_the_service_gives)
{
  const char *id;

  START ();
  id = make ("one", "\"tasks\":[{\"task_key\":\"a\"," NOTEBOOK "},"
             "{\"task_key\":\"b\",\"depends_on\":[{\"task_key\":\"c\"},"
             "{\"task_key\":\"a\"}]," NOTEBOOK ",\"new_cluster\":{"
             "\"spark_version\":\"15.4.x-scala2.12\",\"num_workers\":1,"
             "\"apply_policy_default_values\":true}},"
             "{\"task_key\":\"c\"," NOTEBOOK "}]");
  get (id);
  is_str (at ("job_id"), id);
  is_str (at ("creator_user_name"), "admin@example.com");
  is_str (at ("run_as_user_name"), "admin@example.com");
  is_str (at ("created_time"), "1800000000000");
  is_str (at ("settings.email_notifications"), "{ }");
  is_str (at ("settings.webhook_notifications"), "{ }");
  is_str (at ("settings.timeout_seconds"), "0");
  is_str (at ("settings.max_concurrent_runs"), "1");
  is_str (at ("settings.format"), "MULTI_TASK");
  is_str (at ("settings.tasks.0.run_if"), "ALL_SUCCESS");
  is_str (at ("settings.tasks.0.timeout_seconds"), "0");
  is_str (at ("settings.tasks.0.email_notifications"), "{ }");
  is_str (at ("settings.tasks.0.notebook_task.source"), "WORKSPACE");
  is_str (at ("settings.tasks.1.depends_on.0.task_key"), "a");
  is_str (at ("settings.tasks.1.new_cluster.data_security_mode"),
          "SINGLE_USER");
  is_str (at ("settings.tasks.1.new_cluster.aws_attributes.availability"),
          "SPOT_WITH_FALLBACK");
  is_str (at ("settings.tasks.1.new_cluster.apply_policy_default_values"),
          NULL);
  is_str (at ("settings.run_as"), NULL);
  call ("POST", JOBS "create", "{}");
  get (at ("job_id"));
  is_str (at ("settings.name"), "Untitled");
}

MG_TEST (names_repeat)
{
  const char *first;

  START ();
  first = make ("twin", "");
  ok (!mg_streq (first, make ("twin", "")));
  make ("other", "");
  is_int (call ("GET", JOBS "list?name=TWIN", NULL), 200);
  is_int (length ("jobs"), 2);
}

MG_TEST (a_list_comes_in_pages_without_tasks)
{
  const char *token;
  int i;

  START ();
  is_int (call ("GET", JOBS "list", NULL), 200);
  is_str (at ("jobs"), NULL);
  for (i = 0; i < 25; i++)
    make ("job", "\"tasks\":[{\"task_key\":\"a\"," NOTEBOOK "}]");
  call ("GET", JOBS "list", NULL);
  is_int (length ("jobs"), 20);
  is_str (at ("has_more"), "true");
  is_str (at ("jobs.0.settings.name"), "job");
  is_str (at ("jobs.0.settings.tasks"), NULL);
  token = at ("next_page_token");
  gett ("GET", JOBS "list?expand_tasks=true&page_token=%s", token);
  is_int (length ("jobs"), 5);
  is_str (at ("has_more"), "false");
  is_str (at ("next_page_token"), NULL);
  is_str (at ("jobs.0.settings.tasks.0.task_key"), "a");
  gett ("GET", JOBS "list?page_token=%s", at ("prev_page_token"));
  is_int (length ("jobs"), 20);
  call ("GET", JOBS "list?limit=100", NULL);
  is_int (length ("jobs"), 25);
  is_int (call ("GET", JOBS "list?limit=101", NULL), 400);
  is_int (call ("GET", JOBS "list?limit=0", NULL), 400);
  is_int (call ("GET", JOBS "list?offset=1001", NULL), 400);
  is_int (call ("GET", JOBS "list?page_token=x", NULL), 400);
  call ("GET", JOBS "list?offset=24", NULL);
  is_int (length ("jobs"), 1);
}

MG_TEST (tasks_come_in_pages_of_100)
{
  const char *id;

  START ();
  id = make_tasks (JOBS, 250, 200);
  get (id);
  is_int (length ("settings.tasks"), 100);
  is_str (at ("has_more"), "true");
  gett ("GET", JOBS "get?job_id=%s&page_token=%s", id,
        at ("next_page_token"));
  is_str (at ("settings.tasks.0.task_key"), "t100");
  gett ("GET", JOBS "get?job_id=%s&page_token=%s", id,
        at ("next_page_token"));
  is_int (length ("settings.tasks"), 50);
  is_str (at ("settings.tasks.49.task_key"), "t249");
  is_str (at ("next_page_token"), NULL);
  call ("GET", JOBS "list?expand_tasks=true", NULL);
  is_int (length ("jobs.0.settings.tasks"), 100);
  is_str (at ("jobs.0.has_more"), "true");
  gett ("GET", JOBS_1 "get?job_id=%s", id);
  is_int (length ("settings.tasks"), 100);
  is_str (at ("next_page_token"), NULL);
  make_tasks (JOBS, 1001, 400);
  make_tasks (JOBS_1, 101, 400);
  make_tasks (JOBS_1, 100, 200);
}

MG_TEST (an_old_job_has_another_format)
{
  START ();
  is_int (call ("POST", "/_simulator/object", "{\"kind\":\"jobs\",\"create\":"
                "{\"name\":\"old\"}}"), 200);
  is_int (call ("POST", "/_simulator/object", "{\"kind\":\"jobs\",\"match\":"
                "{},\"set\":{\"settings\":{\"name\":\"old\",\"format\":"
                "\"SINGLE_TASK\"}}}"), 200);
  call ("GET", JOBS "list", NULL);
  is_str (at ("jobs.0.settings.format"), "SINGLE_TASK");
  call ("GET", JOBS_1 "list", NULL);
  is_str (at ("jobs.0.settings.format"), "MULTI_TASK");
}

MG_TEST (a_reset_replaces_all_but_who_it_runs_as)
{
  const char *id;

  START (.populate = "users=2");
  call ("GET", "/api/2.0/preview/scim/v2/Users?startIndex=2&count=1", NULL);
  id = make ("one", "\"max_concurrent_runs\":4,\"tags\":{\"a\":\"b\"}");
  is_int (callf ("POST", JOBS "update", "{\"job_id\":%s,\"new_settings\":{"
                 "\"run_as\":{\"user_name\":\"admin@example.com\"}}}", id),
          200);
  is_int (callf ("POST", JOBS "reset", "{\"job_id\":%s,\"new_settings\":{"
                 "\"name\":\"two\"}}", id), 200);
  get (id);
  is_str (at ("settings.name"), "two");
  is_str (at ("settings.max_concurrent_runs"), "1");
  is_str (at ("settings.tags"), NULL);
  is_str (at ("settings.run_as.user_name"), "admin@example.com");
  call ("GET", JOBS "list", NULL);
  is_str (at ("jobs.0.settings.run_as"), NULL);
  is_int (call ("POST", JOBS "reset", "{\"job_id\":7,\"new_settings\":{}}"),
          403);
  has_str (text (), "ElasticJobId(7)");
}

MG_TEST (an_update_merges_by_key)
{
  const char *id;

  START ();
  id = make ("one", "\"timeout_seconds\":5,\"tasks\":[{\"task_key\":\"a\","
             NOTEBOOK "},{\"task_key\":\"b\"," NOTEBOOK "}]");
  is_int (callf ("POST", JOBS "update", "{\"job_id\":%s,\"new_settings\":{"
                 "\"tasks\":[{\"task_key\":\"b\",\"run_if\":\"ALL_DONE\","
                 NOTEBOOK "},{\"task_key\":\"c\"," NOTEBOOK "}]},"
                 "\"fields_to_remove\":[\"timeout_seconds\",\"tasks/a\"]}",
                 id), 200);
  get (id);
  is_str (at ("settings.name"), "one");
  is_str (at ("settings.timeout_seconds"), "0");
  is_int (length ("settings.tasks"), 2);
  is_str (at ("settings.tasks.0.run_if"), "ALL_DONE");
  is_str (at ("settings.tasks.1.task_key"), "c");
}

MG_TEST (a_job_that_is_gone)
{
  const char *id;

  START ();
  id = make ("one", "");
  is_int (callf ("POST", JOBS "delete", "{\"job_id\":%s}", id), 200);
  is_int (gett ("GET", JOBS "get?job_id=%s", id), 404);
  has_str (text (), "does not exist.");
  is_int (callf ("POST", JOBS "delete", "{\"job_id\":%s}", id), 404);
  is_int (callf ("POST", JOBS "update", "{\"job_id\":%s}", id), 403);
}

MG_TEST (what_is_no_job_is_refused)
{
  START ();
  refused ("\"schedule\":{\"quartz_cron_expression\":\"0 0 1 * * ?\","
           "\"timezone_id\":\"UTC\"},\"continuous\":{}", "Only one of");
  refused ("\"git_source\":{\"git_url\":\"https://example.com/a\"}",
           "git_provider");
  refused ("\"tasks\":[{\"task_key\":\"a\"," NOTEBOOK "},{\"task_key\":\"a\","
           NOTEBOOK "}]", "task_key 'a' is used twice");
  refused ("\"tasks\":[{\"task_key\":\"a\",\"depends_on\":[{\"task_key\":"
           "\"b\"}]," NOTEBOOK "}]", "'b', which is no task");
  refused ("\"tasks\":[{\"task_key\":\"a\"}]", "exactly one thing");
  refused ("\"tasks\":[{\"task_key\":\"a\",\"job_cluster_key\":\"x\"," NOTEBOOK
           "}]", "job_cluster_key 'x' is not defined");
  refused ("\"tasks\":[{\"task_key\":\"a\",\"spark_jar_task\":{}}]",
           "Multi-task jobs require clusterspec");
  refused ("\"tasks\":[{\"task_key\":\"a\",\"run_job_task\":{\"job_id\":5}}]",
           "Job 5 does not exist");
  refused ("\"tasks\":[{\"task_key\":\"a\"," NOTEBOOK ",\"new_cluster\":{"
           "\"policy_id\":\"000E4E9C0AE9202A\"}}]", "Can't find a cluster "
           "policy with id: 000E4E9C0AE9202A");
  refused ("\"tasks\":[{\"task_key\":\"a\",\"existing_cluster_id\":"
           "\"0101-000000-gone\"," NOTEBOOK "}]",
           "Cluster 0101-000000-gone does not exist.");
  refused ("\"run_as\":{\"user_name\":\"nobody@example.com\"}",
           "does not exist in the workspace");
  refused ("\"queue\":{\"enabled\":true},\"unheard_of\":1", "unheard_of");
}

/* Settings around a cluster, at each place that can have one. */
static const struct { const char *before, *after; } places[] = {
  { "\"tasks\":[{\"task_key\":\"a\"," NOTEBOOK ",\"new_cluster\":{", "}}]" },
  { "\"tasks\":[{\"task_key\":\"a\",\"for_each_task\":{\"inputs\":\"[1]\","
    "\"task\":{\"task_key\":\"b\"," NOTEBOOK ",\"new_cluster\":{", "}}}}]" },
  { "\"job_clusters\":[{\"job_cluster_key\":\"k\",\"new_cluster\":{", "}}]" },
};

static void
refused_everywhere (const char *cluster, const char *why)
{
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (places); i++) {
    MG_CLEANUP_FREE char *settings =
      mg_xasprintf ("%s%s%s", places[i].before, cluster, places[i].after);

    refused (settings, why);
  }
}

MG_TEST (a_pool_decides_for_the_clusters_of_a_job)
{
  static const char *const given[] = {
    "node_type_id\":\"i3.xlarge\"", "driver_node_type_id\":\"i3.xlarge\"",
    "enable_elastic_disk\":false",
    "worker_node_type_flexibility\":{\"alternate_node_type_ids\":[]}",
    "driver_node_type_flexibility\":{\"alternate_node_type_ids\":[]}",
  };
  MG_CLEANUP_FREE char *pool = NULL;
  MG_CLEANUP_FREE char *id = NULL;
  MG_CLEANUP_FREE char *cluster = NULL;
  size_t i;

  START (.populate = "instance-pools=1");
  is_int (gett ("GET", "%s", "/api/2.0/instance-pools/list"), 200);
  pool = mg_xasprintf ("\"num_workers\":1,\"spark_version\":"
                       "\"15.4.x-scala2.12\",\"instance_pool_id\":\"%s\"",
                       at ("instance_pools.0.instance_pool_id"));
  for (i = 0; i < MG_N_ELEMENTS (given); i++) {
    mg_free (cluster);
    cluster = mg_xasprintf ("%s,\"%s", pool, given[i]);
    refused_everywhere (cluster, "cannot be supplied when an instance pool ID "
                        "is provided");
  }
  mg_free (cluster);
  cluster = mg_xasprintf ("%s,\"aws_attributes\":{\"zone_id\":\"auto\"}", pool);
  refused_everywhere (cluster, "'aws_attributes.zone_id' cannot be supplied");
  refused_everywhere ("\"num_workers\":1,\"driver_instance_pool_id\":\"x\"",
                      "Can't find an instance pool");
  mg_free (cluster);
  cluster = mg_xasprintf ("\"job_clusters\":[{\"job_cluster_key\":\"k\","
                          "\"new_cluster\":{%s}}]", pool);
  id = mg_xstrdup (make ("pooled", cluster));
  get (id);
  is_str (at ("settings.job_clusters.0.new_cluster.enable_elastic_disk"),
          "false");
  is_int (callf ("POST", JOBS "update", "{\"job_id\":%s,\"new_settings\":{"
                 "\"description\":\"what was filled in is not sent\"}}", id),
          200);
  is_int (callf ("POST", JOBS "reset", "{\"job_id\":%s,\"new_settings\":{"
                 "\"job_clusters\":[{\"job_cluster_key\":\"k\","
                 "\"new_cluster\":{%s,\"enable_elastic_disk\":false}}]}}", id,
                 pool), 400);
}

/* --- permissions ----------------------------------------------------- */

MG_TEST (a_job_has_one_owner)
{
  const char *id;

  START (.populate = "users=3,groups=1,service-principals=1");
  id = make ("one", "");
  is_int (gett ("GET", PERM "%s", id), 200);
  is_str (at ("object_type"), "job");
  is_str (at ("access_control_list.0.user_name"), "admin@example.com");
  is_str (at ("access_control_list.0.all_permissions.0.permission_level"),
          "IS_OWNER");
  is_str (at ("access_control_list.1.all_permissions.0.inherited_from_object"
              ".0"), "/jobs/");
  {
    const char *target = keep (mg_xasprintf (PERM "%s", id));

    is_int (call ("PUT", target, "{\"access_control_list\":[]}"), 400);
    has_str (text (), "The job must have exactly one owner.");
    is_int (call ("PUT", target, "{\"access_control_list\":[{\"group_name\":"
                  "\"users\",\"permission_level\":\"IS_OWNER\"}]}"), 400);
    has_str (text (), "Groups can not be owners");
    is_int (call ("PUT", target, "{\"access_control_list\":[{\"user_name\":"
                  "\"admin@example.com\",\"permission_level\":\"CAN_VIEW\"}]}"),
            400);
    gett ("GET", PERM "%s", id);
    is_str (at ("access_control_list.0.all_permissions.0.permission_level"),
            "IS_OWNER");
    is_int (call ("PUT", target, "{\"access_control_list\":[{\"group_name\":"
                  "\"users\",\"permission_level\":\"CAN_VIEW\"},"
                  "{\"user_name\":\"admin@example.com\",\"permission_level\":"
                  "\"IS_OWNER\"}]}"), 200);
  }
}

MG_TEST (an_owner_passes_it_on)
{
  const char *id, *robot, *target;

  START ();
  call ("GET", SCIM "ServicePrincipals", NULL);
  robot = at ("Resources.0.applicationId");
  id = make ("one", "");
  target = keep (mg_xasprintf (PERM "%s", id));
  is_int (callf ("PATCH", target, "{\"access_control_list\":["
                 "{\"service_principal_name\":\"%s\",\"permission_level\":"
                 "\"IS_OWNER\"}]}", robot), 200);
  is_str (at ("access_control_list.0.service_principal_name"), robot);
  is_str (at ("access_control_list.1.group_name"), "admins");
  is_int (callf ("POST", JOBS "create", "{\"name\":\"two\","
                 "\"access_control_list\":[{\"service_principal_name\":\"%s\","
                 "\"permission_level\":\"CAN_VIEW\"}]}", robot), 200);
  gett ("GET", PERM "%s", at ("job_id"));
  is_int (length ("access_control_list"), 3);
  is_int (callf ("POST", JOBS "create", "{\"name\":\"three\","
                 "\"access_control_list\":[{\"service_principal_name\":\"%s\","
                 "\"permission_level\":\"CAN_USE\"}]}", robot), 400);
  call ("GET", JOBS "list", NULL);
  is_int (length ("jobs"), 2);
}

/* --- what is only listed --------------------------------------------- */

MG_TEST (what_jobs_name_is_listed)
{
  static const struct { const char *kind, *list, *array, *id; int len; }
  all[] = {
    { "warehouses", "/api/2.0/sql/warehouses", "warehouses", "id", 16 },
    { "pipelines", "/api/2.0/pipelines", "statuses", "pipeline_id", 36 },
    { "notification-destinations", "/api/2.0/notification-destinations",
      "results", "id", 36 },
    { "dashboards", "/api/2.0/lakeview/dashboards", "dashboards",
      "dashboard_id", 32 },
    { "queries", "/api/2.0/sql/queries", "results", "id", 36 },
    { "alerts", "/api/2.0/sql/alerts", "results", "id", 36 },
    { "alerts-v2", "/api/2.0/alerts", "alerts", "id", 36 },
  };
  char path[80];
  size_t i;

  START (.page = 1);
  for (i = 0; i < MG_N_ELEMENTS (all); i++) {
    is_int (callf ("POST", "/_simulator/object", "{\"kind\":\"%s\",\"create\":"
                   "{\"name\":\"first\"}}", all[i].kind), 200);
    callf ("POST", "/_simulator/object", "{\"kind\":\"%s\",\"create\":"
           "{\"name\":\"second\"}}", all[i].kind);
    is_int (call ("GET", all[i].list, NULL), 200);
    is_int (length (all[i].array), 1);
    snprintf (path, sizeof path, "%s.0.%s", all[i].array, all[i].id);
    is_int ((int) strlen (at (path)), all[i].len);
    is_int (gett ("GET", "%s?page_token=%s", all[i].list,
                  at ("next_page_token")), 200);
    snprintf (path, sizeof path, "%s.0.name", all[i].array);
    is_str (at (path), "second");
    is_str (at ("next_page_token"), NULL);
  }
  callf ("POST", "/_simulator/object", "{\"kind\":\"serving-endpoints\","
         "\"create\":{\"name\":\"first\"}}");
  call ("GET", "/api/2.0/serving-endpoints", NULL);
  is_str (at ("endpoints.0.name"), "first");
  is_int ((int) strlen (at ("endpoints.0.id")), 32);
}

static void
run_of (const char *job)
{
  is_int (callf ("POST", "/_simulator/object", "{\"kind\":\"runs\",\"create\":"
                 "{\"job_id\":%s}}", job), 200);
}

MG_TEST (runs_are_listed_the_newest_first)
{
  const char *one, *other;
  int i;

  START ();
  is_int (call ("GET", JOBS "runs/list", NULL), 200);
  is_str (at ("runs"), NULL);
  one = make ("one", "");
  other = make ("other", "");
  for (i = 0; i < 30; i++)
    run_of (one);
  run_of (other);
  call ("GET", JOBS "runs/list?active_only=true&limit=24", NULL);
  is_int (length ("runs"), 24);
  is_str (at ("runs.0.job_id"), other);
  is_str (at ("runs.0.state.life_cycle_state"), "RUNNING");
  gett ("GET", JOBS "runs/list?limit=24&page_token=%s", at ("next_page_token"));
  is_int (length ("runs"), 7);
  is_str (at ("next_page_token"), NULL);
  is_int (callf ("POST", "/_simulator/object", "{\"kind\":\"runs\",\"match\":"
                 "{\"job_id\":%s},\"set\":{\"state\":{\"life_cycle_state\":"
                 "\"TERMINATED\"}}}", other), 200);
  gett ("GET", JOBS "runs/list?active_only=true&job_id=%s", other);
  is_str (at ("runs"), NULL);
  call ("GET", JOBS "runs/list?completed_only=true", NULL);
  is_str (at ("runs.0.job_id"), other);
  is_int (call ("GET", JOBS "runs/list?active_only=true&completed_only=true",
                NULL), 400);
  is_int (call ("GET", JOBS "runs/list?limit=26", NULL), 400);
  is_int (call ("GET", JOBS "runs/list?page_token=x", NULL), 400);
}
