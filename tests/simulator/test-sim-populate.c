/* --populate: the amounts, and each odd case of the list in
 * migrate-simulator(1).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include "sim-test.h"

static const char *
user_field (const char *name, const char *field)
{
  struct mg_buf target = MG_BUF_INIT (4096);
  char path[80];

  mg_buf_add_str (&target, SCIM "Users?filter=");
  mg_buf_add_url (&target, "userName eq ", 0);
  {
    struct mg_buf quoted = MG_BUF_INIT (4096);

    mg_buf_add_json (&quoted, name);
    mg_buf_add_url (&target, mg_buf_text (&quoted), 0);
    mg_buf_done (&quoted);
  }
  is_int (call ("GET", mg_buf_text (&target), NULL), 200);
  mg_buf_done (&target);
  snprintf (path, sizeof path, "Resources.0.%s", field);
  return at (path);
}

static const char *
group_id (const char *name)
{
  struct mg_buf target = MG_BUF_INIT (4096);

  mg_buf_add_str (&target, SCIM "Groups?filter=displayName%20eq%20");
  {
    struct mg_buf quoted = MG_BUF_INIT (4096);

    mg_buf_add_json (&quoted, name);
    mg_buf_add_url (&target, mg_buf_text (&quoted), 0);
    mg_buf_done (&quoted);
  }
  is_int (call ("GET", mg_buf_text (&target), NULL), 200);
  mg_buf_done (&target);
  is_int (length ("Resources"), 1);
  return at ("Resources.0.id");
}

static int
total (const char *kind)
{
  is_int (gett ("GET", SCIM "%s?count=1", kind), 200);
  return (int) atoll (at ("totalResults"));
}

static int
has_member (const char *group, const char *member)
{
  int i;
  char path[40];

  gett ("GET", SCIM "Groups/%s", group);
  for (i = 0; i < length ("members"); i++) {
    snprintf (path, sizeof path, "members.%d.value", i);
    if (mg_streq (at (path), member))
      return 1;
  }
  return 0;
}

/* What get-status says of a path. */
static const char *
of_path (const char *path, const char *field)
{
  struct mg_buf target = MG_BUF_INIT (4096);

  mg_buf_add_str (&target, "/api/2.0/workspace/get-status?path=");
  mg_buf_add_url (&target, path, 0);
  is_int (call ("GET", mg_buf_text (&target), NULL), 200);
  mg_buf_done (&target);
  return at (field);
}

#define DIR "/Shared/notebooks/"

MG_TEST (odd_notebooks)
{
  static const char *const paths[] = {
    DIR "case/etl", DIR "case/ETL", DIR "Case/etl",
    DIR "quotes 'single' \"double\"",
    DIR "\xd0\xbe\xd1\x82\xd1\x87\xd1\x91\xd1\x82 \xf0\x9f\xa7\xaa/"
    "\xe6\x97\xa5", DIR "100% \\ done & dusted?#+", DIR "two\nlines",
    DIR "\xe2\x80\xae" "ltr", DIR "deep/er/and/deeper/still/notebook",
    DIR "a.py", DIR "a", DIR "a.ipynb",
    "/Users/conor.o'brien@example.com/o'folder/o'notebook",
  };
  size_t i;

  START (.populate = "small");
  for (i = 0; i < MG_N_ELEMENTS (paths); i++)
    is_str (of_path (paths[i], "object_type"), "NOTEBOOK");
  is_str (of_path (DIR "nothing/in/it", "object_type"), "DIRECTORY");
  call ("GET", "/api/2.0/workspace/list?path=" DIR "nothing/in/it", NULL);
  is_str (text (), "{}");
  call ("GET", "/api/2.0/workspace/list?path=/Shared/notebooks", NULL);
  ok (strstr (text (), "made by a program that puts all") != NULL);
  call ("GET", "/api/2.0/workspace/export?direct_download=true&path=" DIR
        "empty", NULL);
  is_str (text (), "# Databricks notebook source");
  is_int (call ("GET", "/api/2.0/workspace/export?format=JUPYTER&path=" DIR
                "shows%20a%20lot", NULL), 400);
  gett ("GET", "/api/2.0/permissions/notebooks/%s",
        of_path (DIR "case/etl", "object_id"));
  ok (length ("access_control_list") > 3);
}

#define LIBRARY "/Shared/library/"

MG_TEST (odd_files)
{
  static const char *const paths[] = {
    LIBRARY "lib.py", LIBRARY "every byte.bin", LIBRARY "nothing",
    LIBRARY "lines.csv", LIBRARY ".hidden",
    LIBRARY "quotes 'single' \"double\".txt",
    LIBRARY "\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\xa7\xaa.txt",
    "/Users/admin@example.com/requirements.txt",
  };
  size_t i;

  START (.populate = "small");
  for (i = 0; i < MG_N_ELEMENTS (paths); i++)
    is_str (of_path (paths[i], "object_type"), "FILE");
  is_str (of_path (LIBRARY "every byte.bin", "size"), "256");
  is_str (of_path (LIBRARY "nothing", "size"), "0");
  call ("GET", "/api/2.0/workspace/export?direct_download=true&path=" LIBRARY
        "lines.csv", NULL);
  is_str (text (), "\xef\xbb\xbf" "a,b\r\n1,2\r\n3,4");
  gett ("GET", "/api/2.0/permissions/files/%s",
        of_path (LIBRARY "lib.py", "object_id"));
  ok (length ("access_control_list") > 1);
}

/* A field of the Git folder of this path. */
static const char *
of_repo (const char *path, const char *field)
{
  gett ("GET", "/api/2.0/repos/%s", of_path (path, "object_id"));
  return at (field);
}

MG_TEST (odd_git_folders)
{
  static const char admin[] = "/Repos/admin@example.com/";
  static const char *const paths[] = {
    "/Repos/production/etl", "/Repos/production/ETL",
    "/Repos/gone@example.com/left",
    "/Repos/conor.o'brien@example.com/'quotes' \"both\"",
    "/Repos/team \xd0\xbe\xd1\x82\xd1\x87\xd1\x91\xd1\x82/\xe2\x80\xae" "rtl "
    "\xf0\x9f\xa7\xaa 100% \\ two\nlines",
  };
  char path[100];
  size_t i;

  START (.populate = "small");
  for (i = 0; i < MG_N_ELEMENTS (paths); i++)
    is_str (of_path (paths[i], "object_type"), "REPO");
  snprintf (path, sizeof path, "%setl", admin);
  is_str (of_repo (path, "branch"), "main");
  snprintf (path, sizeof path, "%setl on a branch", admin);
  ok (strstr (of_repo (path, "branch"), "#1 'x'") != NULL);
  snprintf (path, sizeof path, "%ssparse", admin);
  is_str (of_repo (path, "sparse_checkout.patterns.2"), "a b");
  snprintf (path, sizeof path, "%slocal only", admin);
  ok (of_repo (path, "url") == NULL);
  is_str (of_path ("/Users/admin@example.com/code/etl", "object_type"),
          "DIRECTORY");
  is_str (at ("directory_info.is_git_folder"), "true");
  is_str (of_repo ("/Shared/tools/common", "provider"), "awsCodeCommit");
  is_str (of_path ("/Repos/nothing in it", "object_type"), "DIRECTORY");
  call ("GET", "/api/2.0/git-credentials", NULL);
  is_int (length ("credentials"), 2);
  snprintf (path, sizeof path, "%setl", admin);
  gett ("GET", "/api/2.0/permissions/repos/%s", of_path (path, "object_id"));
  ok (length ("access_control_list") > 3);
}

MG_TEST (the_amounts_are_those_asked_for)
{
  START (.populate = "medium");
  is_int (total ("Users"), 3000);
  is_int (total ("Groups"), 500);
  is_int (total ("ServicePrincipals"), 200);
  call ("POST", MLFLOW "search", "{\"view_type\":\"ALL\"}");
  is_int (length ("experiments"), 300);
  call ("GET", "/api/2.0/instance-profiles/list", NULL);
  is_int (length ("instance_profiles"), 6);
  START (.populate = "small,users=7");
  is_int (total ("Users"), 7);
}

MG_TEST (an_amount_that_is_none_is_refused)
{
  struct sim_config config = { .populate = "users=many" };
  struct mg_error err = MG_ERROR_INIT;

  ok (sim_new (&config, 1, &sim, &err) < 0);
  has_str (err.text, "users");
}

MG_TEST (odd_user_names)
{
  START (.populate = "small");
  not_null (user_field ("conor.o'brien@example.com", "id"));
  not_null (user_field ("\"quoted name\"@example.com", "id"));
  not_null (user_field ("line\nbreak@example.com", "id"));
  not_null (user_field ("\xe2\x80\xaemoc.elpmaxe@idib", "id"));
  not_null (user_field ("zero\xe2\x80\x8bwidth@example.com", "id"));
  not_null (user_field ("back\\slash@example.com", "id"));
  not_null (user_field ("50%/half?x=1&y#z@example.com", "id"));
  not_null (user_field ("plus+tag@example.com", "id"));
  is_str (user_field ("mixed.case@example.com", "userName"),
          "Mixed.Case@Example.COM");
}

MG_TEST (odd_display_names)
{
  START (.populate = "small");
  has_str (user_field ("two.lines@example.com", "displayName"), "Two\nLines");
  has_str (user_field ("ann.smith@example.com", "displayName"), "\"Nan\"");
  has_str (user_field ("right.left@example.com", "displayName"),
           "\xe2\x80\xae");
  has_str (user_field ("mei.lin@example.com", "displayName"),
           "\xf0\x9f\x91\xa9");
  ok (strlen (user_field ("long.name@example.com", "displayName")) > 200);
  is_str (user_field ("spaces@example.com", "displayName"),
          "  Spaces   Around  ");
}

MG_TEST (odd_users)
{
  START (.populate = "medium");
  is_str (user_field ("is.inactive@example.com", "active"), "false");
  is_null (user_field ("no.name@example.com", "name"));
  is_str (user_field ("two.mails@example.com", "emails.1.value"),
          "two@home.example");
  is_int (call ("GET", SCIM "Users?count=5000", NULL), 200);
  has_str (text (), "instance-profile/data-");
  has_str (text (), "allow-instance-pool-create");
  has_str (text (), "workspace-consume");
  has_str (text (), "\"type\":\"indirect\"");
}

MG_TEST (odd_service_principals)
{
  START (.populate = "small");
  call ("GET", SCIM "ServicePrincipals?filter=displayName%20eq%20"
        "%22nightly%20job%22", NULL);
  is_int (length ("Resources"), 2);
  is_str (at ("Resources.0.entitlements"), at ("Resources.1.entitlements"));
  call ("GET", SCIM "ServicePrincipals?filter=displayName%20eq%20"
        "%22deployer%22", NULL);
  is_int (length ("Resources"), 2);
  ok (strcmp (at ("Resources.0.active"), at ("Resources.1.active")) != 0);
}

MG_TEST (two_cycles_of_groups)
{
  const char *a, *b, *x, *y, *z;

  START (.populate = "medium");
  a = group_id ("cycle a");
  b = group_id ("cycle b");
  x = group_id ("ring x");
  y = group_id ("ring y");
  z = group_id ("ring z");
  ok (has_member (a, b) && has_member (b, a));
  ok (has_member (x, y) && has_member (y, z) && has_member (z, x));
}

MG_TEST (one_group_of_1500_and_one_of_none)
{
  START (.populate = "medium");
  gett ("GET", SCIM "Groups/%s", group_id ("everybody"));
  is_int (length ("members"), 1500);
  gett ("GET", SCIM "Groups/%s", group_id ("empty"));
  is_null (node ("members"));
}

MG_TEST (odd_groups)
{
  START (.populate = "medium");
  not_null (group_id ("Data \"Quoted\" Team"));
  not_null (group_id ("na\xc3\xafve caf\xc3\xa9"));
  not_null (group_id ("a/b\\c?d#e%20f"));
  not_null (group_id (" two  spaces "));
  call ("GET", SCIM "Groups?count=600", NULL);
  has_str (text (), "ServicePrincipals/");
  has_str (text (), "\"externalId\":\"ext-");
  has_str (text (), "\"type\":\"direct\",\"value\":\"arn:aws:iam");
}

MG_TEST (a_chain_of_ten_groups)
{
  char path[40];
  int depth = 0, i;
  const char *id = NULL;

  START (.populate = "medium");
  call ("GET", SCIM "Groups?count=600&attributes=displayName", NULL);
  for (i = 0; i < length ("Resources") && id == NULL; i++) {
    snprintf (path, sizeof path, "Resources.%d.displayName", i);
    if (mg_starts (at (path), "team ") && mg_ends (at (path), " 21")) {
      snprintf (path, sizeof path, "Resources.%d.id", i);
      id = at (path);
    }
  }
  while (id != NULL && depth < 20) {
    gett ("GET", SCIM "Groups/%s", id);
    depth++;
    id = at ("groups.0.value");
  }
  is_int (depth, 10);
}

static const char *
tags_of (const char *name)
{
  struct mg_buf target = MG_BUF_INIT (4096);

  mg_buf_add_str (&target, MLFLOW "get-by-name?experiment_name=");
  mg_buf_add_url (&target, name, 0);
  is_int (call ("GET", mg_buf_text (&target), NULL), 200);
  mg_buf_done (&target);
  return at ("experiment.tags");
}

MG_TEST (odd_experiments)
{
  START (.populate = "small");
  has_str (tags_of ("/Shared/churn"), "a\\r\\nb\\tc");
  has_str (tags_of ("/Shared/churn"), "\"value\": \"\"");
  has_str (tags_of ("/Shared/with 'single' and \"double\" quotes"), "vvvvvv");
  has_str (tags_of ("/Shared/\xd0\xbe\xd0\xbf\xd1\x8b\xd1\x82 "
                    "\xf0\x9f\xa7\xaa"), "tag 24");
  has_str (tags_of ("/Shared/100% \\ done & dusted?#"),
           "mlflow.note.content");
  has_str (tags_of ("/Shared/two\nlines"), "12345678901234567890");
  tags_of ("/Shared/\xe2\x80\xae" "ltr");
  tags_of ("/Shared/deep/er/and/deeper/still/experiment");
  tags_of ("/Shared/Churn");
  tags_of ("/Users/conor.o'brien@example.com/o'experiment");
  call ("POST", MLFLOW "search", "{\"view_type\":\"DELETED_ONLY\"}");
  ok (length ("experiments") > 0);
}

MG_TEST (permissions_name_users_groups_and_service_principals)
{
  START (.populate = "medium");
  tags_of ("/Shared/churn");
  gett ("GET", "/api/2.0/permissions/experiments/%s",
        at ("experiment.experiment_id"));
  has_str (text (), "is.inactive@example.com");
  has_str (text (), "conor.o'brien@example.com");
  has_str (text (), "\"service_principal_name\"");
  has_str (text (), "\"group_name\"");
}

MG_TEST (a_million_users_are_listed_from_anywhere)
{
  int64_t before;

  START (.populate = "users=1000000");
  before = mg_clock_now_us ();
  is_int (call ("GET", SCIM "Users?startIndex=999991&count=10000", NULL),
          200);
  ok (mg_clock_now_us () - before < 500000);
  is_int (length ("Resources"), 10);
  is_str (at ("totalResults"), "1000000");
}

#define JOBS "/api/2.2/jobs/"

/* The job of this name in the list that is there; its place, or -1. */
static int
job_called (const char *name)
{
  int i;

  call ("GET", JOBS "list?limit=100&expand_tasks=true", NULL);
  for (i = 0; i < length ("jobs"); i++)
    if (mg_streq (at (keep (mg_xasprintf ("jobs.%d.settings.name", i))), name))
      return i;
  return -1;
}

static const char *
of_job (const char *name, const char *path)
{
  return at (keep (mg_xasprintf ("jobs.%d.%s", job_called (name), path)));
}

MG_TEST (odd_jobs)
{
  static const char *const words[] = {
    "'quotes' \\\"both\\\", a/slash, two\\nlines", "\"continuous\":{",
    "\"file_arrival\":{", "\"triggers\":[", "\"PAUSED\"", "\"git_snapshot\":{",
    "\"UI_LOCKED\"", "\"SYSTEM_MANAGED\"", "12345678901234567890",
    "a-list@example.com", "\"for_each_task\":{", "instance-profile/data-00",
    "\"driver_instance_pool_id\":", "\"existing_cluster_id\":",
  };
  size_t i;

  START (.populate = "small");
  is_int (gett ("GET", JOBS "list?name=twin"), 200);
  is_int (length ("jobs"), 3);
  call ("GET", JOBS "list?limit=100&expand_tasks=true", NULL);
  is_int (length ("jobs"), 20);
  is_null (strstr (text (), "${"));
  for (i = 0; i < MG_N_ELEMENTS (words); i++)
    has_str (text (), words[i]);
  is_str (of_job ("of the days of 2.0", "settings.format"), "SINGLE_TASK");
  is_str (of_job ("all the tables, one after the other", "has_more"), "true");
  gett ("GET", JOBS "get?job_id=%s",
        of_job ("runs as a service principal", "job_id"));
  is_str (at ("settings.run_as.service_principal_name"), at (
            "run_as_user_name"));
  gett ("GET", "/api/2.0/permissions/jobs/%s", of_job ("twin", "job_id"));
  has_str (text (), "service_principal_name");
  has_str (text (), "IS_OWNER");
}

MG_TEST (jobs_of_a_workspace_without_anything_else)
{
  START (.populate = "jobs=20,queries=3,warehouses=2");
  call ("GET", JOBS "list?limit=100&expand_tasks=true", NULL);
  is_int (length ("jobs"), 20);
  is_null (strstr (text (), "${"));
  call ("GET", "/api/2.0/sql/queries", NULL);
  is_int (length ("results"), 3);
  is_str (at ("results.1.display_name"), "queries 001");
  call ("GET", "/api/2.0/sql/warehouses", NULL);
  is_str (at ("warehouses.1.name"), "warehouses 001");
}
