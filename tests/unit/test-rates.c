/* Which limit a request counts against, and what may go to a source. */
#include <config.h>

#include "base/file.h"
#include "base/alloc.h"
#include "mg-test.h"
#include "net/rates.h"

static struct mg_rates *
load (const char *file)
{
  struct mg_rates *rates = NULL;
  struct mg_error err = MG_ERROR_INIT;

  if (mg_rates_load (file, &rates, &err) < 0)
    fail_test ("%s", err.text);
  return rates;
}

static void
has_limit (const struct mg_rates *rates, const char *method, const char *path,
           double limit, int seconds)
{
  int64_t window_us = 0;
  double got = mg_rates_limit (rates, mg_rates_class (rates, method, path),
                               &window_us);

  if (got != limit || (limit > 0 && window_us != seconds * 1000000))
    fail_test ("%s %s: %g in %lld us", method, path, got,
               (long long) window_us);
}

MG_TEST (the_published_limits)
{
  struct mg_rates *r = load (NULL);

  has_limit (r, "GET", "/api/2.0/preview/scim/v2/Users?count=100", 255, 60);
  has_limit (r, "PATCH", "/api/2.0/preview/scim/v2/Groups/1", 10, 60);
  has_limit (r, "POST", "/api/2.0/preview/scim/v2/Users", 35, 60);
  has_limit (r, "PUT", "/api/2.0/preview/scim/v2/Users/1", 35, 60);
  has_limit (r, "DELETE", "/api/2.0/preview/scim/v2/Users/1", 35, 60);
  has_limit (r, "POST", "/api/2.0/mlflow/experiments/create", 120, 1);
  has_limit (r, "POST", "/api/2.0/mlflow/experiments/search", 7, 1);
  has_limit (r, "GET", "/api/2.0/mlflow/experiments/search?a=b", 7, 1);
  has_limit (r, "GET", "/api/2.0/mlflow/experiments/list", 7, 1);
  has_limit (r, "POST", "/api/2.0/mlflow/registered-models/create", 40, 1);
  has_limit (r, "GET", "/api/2.0/permissions/jobs/1", 100, 1);
  has_limit (r, "PUT", "/api/2.0/permissions/jobs/1", 30, 1);
  has_limit (r, "POST", "/api/2.1/jobs/create", 20, 1);
  has_limit (r, "POST", "/api/2.2/jobs/update", 10, 1);
  has_limit (r, "GET", "/api/2.0/workspace/export?path=/x", 60, 1);
  has_limit (r, "POST", "/api/2.0/workspace/delete", 2, 1);
  has_limit (r, "GET", "/api/2.0/dbfs/list", 30, 1);
  has_limit (r, "POST", "/api/2.0/secrets/put", 1100, 60);
  has_limit (r, "POST", "/api/2.0/clusters/create", 0, 0);
  has_limit (r, "GET", "/api/2.0/preview/scim/v2/Me", 0, 0);
  mg_rates_free (r);
}

MG_TEST (rows_of_one_class_share_its_bucket)
{
  struct mg_rates *r = load (NULL);

  is_int (mg_rates_class (r, "PUT", "/api/2.0/permissions/a/1"),
          mg_rates_class (r, "PATCH", "/api/2.0/permissions/b/2"));
  is_int (mg_rates_class (r, "GET", "/elsewhere"), 0);
  is_str (mg_rates_name (r, 0), "other");
  ok (mg_rates_n (r) > 30);
  mg_rates_free (r);
}

MG_TEST (off_means_one_class_without_a_limit)
{
  struct mg_rates *r = load ("off");

  is_int (mg_rates_n (r), 1);
  is_int (mg_rates_class (r, "POST", "/api/2.0/preview/scim/v2/Users"), 0);
  mg_rates_free (r);
}

static char *
write_file (const char *text)
{
  char *path = mg_xasprintf ("%s/limits", mg_test_tmpdir ());

  mg_file_write (path, text, strlen (text), 0600, NULL);
  return path;
}

MG_TEST (a_file_comes_before_the_published_ones)
{
  MG_CLEANUP_FREE char *path = write_file (
    "# raised by the account team\n"
    "-     -  scim-write 70 60s\n"
    "POST  /api/2.?/jobs/create  my-create  5  1s # less\n\n");
  struct mg_rates *r = load (path);

  has_limit (r, "POST", "/api/2.0/preview/scim/v2/Users", 70, 60);
  has_limit (r, "DELETE", "/api/2.0/preview/scim/v2/Users/1", 70, 60);
  has_limit (r, "POST", "/api/2.1/jobs/create", 5, 1);
  has_limit (r, "POST", "/api/2.1/jobs/reset", 20, 1);
  mg_rates_free (r);
}

MG_TEST (a_file_says_how_many_are_in_flight)
{
  MG_CLEANUP_FREE char *path = write_file ("*  -  in-flight  64  1s\n");
  struct mg_rates *r = load (NULL);
  int n = mg_rates_n (r);

  is_int (mg_rates_in_flight (r), 0);
  is_int (mg_rates_in_flight (NULL), 0);
  mg_rates_free (r);
  r = load (path);
  is_int (mg_rates_in_flight (r), 64);
  is_int (mg_rates_n (r), n);
  mg_rates_free (r);
}

MG_TEST (a_malformed_row_is_named)
{
  static const char *const rows[] = {
    "\nGET /x", "\nGET /x c ten 1s", "\nGET /x c 1 0s", "\nGET /x c -1 1s",
    "\nGET x c 1 1s", "\nGET /x c 1 soon",
    "\n* - in-flight 0 1s", "\n* - in-flight 257 1s",
  };
  size_t i;

  for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    MG_CLEANUP_FREE char *path = write_file (rows[i]);
    struct mg_error err = MG_ERROR_INIT;
    struct mg_rates *r = NULL;

    is_int (mg_rates_load (path, &r, &err), MG_E_INVALID);
    is_str (err.id, "bad-limits");
    has_str (err.text, "limits:2:");
    is_null (r);
  }
}

MG_TEST (a_file_that_is_not_there)
{
  struct mg_rates *r = NULL;

  is_int (mg_rates_load ("/nonexistent/limits", &r, NULL), MG_E_NOT_FOUND);
}

MG_TEST (what_reads)
{
  ok (mg_reads_has ("GET", "/anything"));
  ok (mg_reads_has ("HEAD", "/anything"));
  ok (mg_reads_has ("POST", "/api/2.0/mlflow/runs/search"));
  ok (mg_reads_has ("POST", "/api/2.0/mlflow/experiments/search?x=1"));
  ok (!mg_reads_has ("POST", "/api/2.0/mlflow/experiments/create"));
  ok (!mg_reads_has ("POST", "/api/2.0/mlflow/runs/search/../create"));
  ok (!mg_reads_has ("DELETE", "/api/2.0/mlflow/runs/search"));
  ok (!mg_reads_has ("PUT", "/api/2.0/permissions/jobs/1"));
}
