/* Which workspace and which credentials: profiles, environment, URLs. */
#include <config.h>

#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "mg-test.h"
#include "net/end.h"
#include "net/url.h"

static const char *const variables[] = {
  "DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CLIENT_ID",
  "DATABRICKS_CLIENT_SECRET", "DATABRICKS_CONFIG_PROFILE",
  "DATABRICKS_CONFIG_FILE", "MLFLOW_TRACKING_URI",
  "MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD",
  "MLFLOW_TRACKING_TOKEN", NULL,
};

/* A clean environment and a profile file with this text. */
static void
profiles (const char *text)
{
  MG_CLEANUP_FREE char *path =
    mg_xasprintf ("%s/.databrickscfg", mg_test_tmpdir ());
  size_t i;

  for (i = 0; variables[i] != NULL; i++)
    unsetenv (variables[i]);
  setenv ("HOME", mg_test_tmpdir (), 1);
  mg_file_write (path, text, strlen (text), 0600, NULL);
}

static int
resolve (const char *named, struct mg_end *ret_end, struct mg_error *err)
{
  struct mg_end_options options = { 0 };

  return mg_end_resolve (named, &options, ret_end, err);
}

static void
refuses (const char *named, int code, const char *id, const char *part)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_end end = { 0 };

  is_int (resolve (named, &end, &err), code);
  is_str (err.id, id);
  has_str (err.text, part);
  is_null (end.host);
}

MG_TEST (a_profile_with_a_token)
{
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };

  profiles ("; comment\n[old]\nhost = acme.cloud.databricks.com/?o=1\n"
            "token = dapi1 # note\n");
  is_ok (resolve ("old", &end, NULL));
  is_str (end.host, "https://acme.cloud.databricks.com");
  is_str (end.token, "dapi1");
  is_int (end.auth, MG_AUTH_PAT);
  is_int (end.type, MG_END_DATABRICKS);
  is_str (end.profile, "old");
  is_str (end.name, "old");
}

MG_TEST (a_profile_with_a_client)
{
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };

  profiles ("\xef\xbb\xbf[m2m]\r\nhost: https://a.azuredatabricks.net/\r\n"
            "CLIENT_ID = c\r\n  client_secret=s#1\r\n");
  is_ok (resolve ("m2m", &end, NULL));
  is_int (end.auth, MG_AUTH_M2M);
  is_str (end.client_id, "c");
  is_str (end.client_secret, "s#1");
  is_str (end.host, "https://a.azuredatabricks.net");
}

MG_TEST (default_is_a_section_like_any_other)
{
  profiles ("[DEFAULT]\nhost = https://d.cloud.databricks.com\ntoken = t\n"
            "[other]\ntoken = u\n");
  refuses ("other", MG_E_INVALID, "no-host", "migrate configure other");
}

MG_TEST (no_name_means_the_default_profile)
{
  MG_CLEANUP (mg_end_done) struct mg_end a = { 0 };
  MG_CLEANUP (mg_end_done) struct mg_end b = { 0 };

  profiles ("[DEFAULT]\nhost = https://d.cloud.databricks.com\ntoken = t\n");
  is_ok (resolve (NULL, &a, NULL));
  is_str (a.token, "t");
  profiles ("[__settings__]\ndefault_profile = x\n"
            "[DEFAULT]\nhost = https://d.cloud.databricks.com\ntoken = t\n"
            "[x]\nhost = https://x.cloud.databricks.com\ntoken = u\n");
  is_ok (resolve ("", &b, NULL));
  is_str (b.token, "u");
  is_str (b.name, "x");
}

MG_TEST (no_profile_at_all)
{
  profiles ("");
  refuses (NULL, MG_E_NOT_FOUND, "no-profile", "migrate configure");
  refuses ("x", MG_E_NOT_FOUND, "no-profile", "migrate configure x");
}

MG_TEST (a_name_that_is_nearly_right)
{
  profiles ("[newws]\nhost = h\ntoken = t\n");
  refuses ("newsw", MG_E_NOT_FOUND, "no-profile", "did you mean 'newws'");
  refuses ("acme.cloud.databricks.com", MG_E_NOT_FOUND, "no-profile",
           "'https://acme.cloud.databricks.com'");
}

MG_TEST (a_line_that_makes_no_sense_is_named_where_it_matters)
{
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };

  profiles ("stray\n[good]\nhost = https://g.cloud.databricks.com\n"
            "token = t\n[bad]\nhost = h\nwhat is this\n");
  is_ok (resolve ("good", &end, NULL));
  refuses ("bad", MG_E_INVALID, "bad-profile", ".databrickscfg:7:");
}

MG_TEST (what_stands_twice_is_named_where_it_matters)
{
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };

  profiles ("[good]\nhost = https://g.cloud.databricks.com\ntoken = t\n"
            "[key]\nhost = https://a.cloud.databricks.com\ntoken = t\n"
            "Token = u\n"
            "[part]\nhost = https://b.cloud.databricks.com\n"
            "[other]\nhost = https://c.cloud.databricks.com\ntoken = v\n"
            "[part]\ntoken = w\n");
  is_ok (resolve ("good", &end, NULL));
  refuses ("key", MG_E_INVALID, "bad-profile", ".databrickscfg:7:");
  refuses ("part", MG_E_INVALID, "bad-profile", ".databrickscfg:13:");
}

MG_TEST (a_section_that_is_not_closed)
{
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };

  profiles ("[good]\nhost = https://g.cloud.databricks.com\ntoken = t\n"
            "[open\nhost = https://o.cloud.databricks.com\ntoken = u\n");
  is_ok (resolve ("good", &end, NULL));
  is_str (end.token, "t");
  refuses ("open", MG_E_INVALID, "bad-profile", ".databrickscfg:4:");
}

MG_TEST (two_ways_to_log_in_are_a_conflict)
{
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };

  profiles ("[p]\nhost = https://g.cloud.databricks.com\ntoken = t\n"
            "client_id = c\nclient_secret = s\n"
            "[q]\nhost = https://q.cloud.databricks.com\ntoken = t\n"
            "client_id = c\nclient_secret = s\nauth_type = pat\n");
  refuses ("p", MG_E_INVALID, "auth-conflict", "auth_type");
  is_ok (resolve ("q", &end, NULL));
  is_int (end.auth, MG_AUTH_PAT);
}

MG_TEST (other_logins_are_recognised)
{
  profiles ("[az]\nhost = https://a.azuredatabricks.net\n"
            "azure_client_secret = s\n"
            "[cli]\nhost = https://a.cloud.databricks.com\n"
            "auth_type = databricks-cli\n"
            "[odd]\nhost = https://a.cloud.databricks.com\n"
            "auth_type = google-id\n"
            "[none]\nhost = https://a.cloud.databricks.com\n");
  setenv ("PATH", "/nonexistent", 1);
  refuses ("az", MG_E_AUTH, "auth-type", "through Azure");
  refuses ("cli", MG_E_AUTH, "auth-type", "'databricks' is not installed");
  refuses ("odd", MG_E_AUTH, "auth-type", "google-id");
  refuses ("none", MG_E_AUTH, "no-credentials", "migrate configure none");
}

MG_TEST (a_program_that_is_there_is_used)
{
  MG_CLEANUP_FREE char *program =
    mg_xasprintf ("%s/databricks", mg_test_tmpdir ());
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };

  profiles ("[cli]\nhost = https://a.cloud.databricks.com\n"
            "auth_type = databricks-cli\n");
  mg_file_write (program, "#!/bin/sh\n", 10, 0755, NULL);
  setenv ("PATH", mg_test_tmpdir (), 1);
  is_ok (resolve ("cli", &end, NULL));
  is_int (end.auth, MG_AUTH_PROGRAM);
  mg_file_remove (program);
}

MG_TEST (a_named_end_ignores_the_environment)
{
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };
  struct mg_end_options options = { .may_use_environment = 1 };

  profiles ("[p]\nhost = https://p.cloud.databricks.com\ntoken = mine\n");
  setenv ("DATABRICKS_HOST", "https://e.cloud.databricks.com", 1);
  setenv ("DATABRICKS_TOKEN", "theirs", 1);
  is_ok (mg_end_resolve ("p", &options, &end, NULL));
  is_str (end.token, "mine");
  is_str (end.host, "https://p.cloud.databricks.com");
}

MG_TEST (the_environment_counts_when_no_end_is_named)
{
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };
  MG_CLEANUP (mg_end_done) struct mg_end none = { 0 };
  struct mg_end_options options = { .may_use_environment = 1 };

  profiles ("[DEFAULT]\nhost = https://p.cloud.databricks.com\ntoken = m\n");
  setenv ("DATABRICKS_HOST", "https://e.cloud.databricks.com/", 1);
  setenv ("DATABRICKS_TOKEN", "theirs", 1);
  is_ok (mg_end_resolve (NULL, &options, &end, NULL));
  is_str (end.token, "theirs");
  is_str (end.host, "https://e.cloud.databricks.com");
  ok (end.from_environment);
  /* and not at all where two ends are meant */
  is_ok (resolve (NULL, &none, NULL));
  is_str (none.token, "m");
}

MG_TEST (half_an_environment)
{
  struct mg_end_options options = { .may_use_environment = 1 };
  struct mg_error err = MG_ERROR_INIT;
  struct mg_end end = { 0 };

  profiles ("");
  setenv ("DATABRICKS_HOST", "https://e.cloud.databricks.com/", 1);
  is_int (mg_end_resolve (NULL, &options, &end, &err), MG_E_AUTH);
  is_str (err.id, "no-credentials");
  setenv ("DATABRICKS_TOKEN", "a", 1);
  setenv ("DATABRICKS_CLIENT_SECRET", "b", 1);
  is_int (mg_end_resolve (NULL, &options, &end, &err), MG_E_INVALID);
  is_str (err.id, "auth-conflict");
}

MG_TEST (a_url_finds_its_profile)
{
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };

  profiles ("[p]\nhost = https://p.cloud.databricks.com\ntoken = t\n"
            "[q]\nhost = q.cloud.databricks.com\ntoken = t\n"
            "[r]\nhost = https://q.cloud.databricks.com/\ntoken = u\n");
  is_ok (resolve ("https://P.cloud.databricks.com/", &end, NULL));
  is_str (end.token, "t");
  is_str (end.profile, "p");
  refuses ("https://q.cloud.databricks.com", MG_E_INVALID, "auth-conflict",
           "'q' and 'r'");
  refuses ("https://z.cloud.databricks.com", MG_E_AUTH, "no-credentials",
           "migrate configure");
}

MG_TEST (another_url_is_a_plain_server)
{
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };

  profiles ("");
  is_ok (resolve ("http://127.0.0.1:5000/tracking/", &end, NULL));
  is_int (end.type, MG_END_MLFLOW);
  is_int (end.auth, MG_AUTH_NONE);
  is_str (end.host, "http://127.0.0.1:5000/tracking");
}

MG_TEST (credentials_of_a_plain_server_in_a_profile)
{
  MG_CLEANUP (mg_end_done) struct mg_end a = { 0 };
  MG_CLEANUP (mg_end_done) struct mg_end b = { 0 };
  MG_CLEANUP (mg_end_done) struct mg_end c = { 0 };

  profiles ("[a]\nhost = https://m.example.org\nauth_type = mlflow-basic\n"
            "username = u\npassword = p\n"
            "[b]\nhost = https://n.example.org\nauth_type = mlflow-bearer\n"
            "token = t\n"
            "[c]\nhost = https://o.example.org/x\nauth_type = none\n"
            "[d]\nhost = https://p.example.org/x\nauth_type = mlflow-basic\n");
  is_ok (resolve ("a", &a, NULL));
  is_int (a.auth, MG_AUTH_BASIC);
  is_int (a.type, MG_END_MLFLOW);
  is_ok (resolve ("https://n.example.org", &b, NULL));
  is_int (b.auth, MG_AUTH_BEARER);
  is_ok (resolve ("c", &c, NULL));
  is_int (c.auth, MG_AUTH_NONE);
  is_str (c.host, "https://o.example.org/x");
  refuses ("d", MG_E_AUTH, "no-credentials", "username");
}

MG_TEST (the_environments_password_goes_to_its_own_server_only)
{
  MG_CLEANUP (mg_end_done) struct mg_end own = { 0 };
  MG_CLEANUP (mg_end_done) struct mg_end other = { 0 };

  profiles ("");
  setenv ("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000/", 1);
  setenv ("MLFLOW_TRACKING_USERNAME", "u", 1);
  setenv ("MLFLOW_TRACKING_PASSWORD", "p", 1);
  is_ok (resolve ("http://127.0.0.1:5000", &own, NULL));
  is_int (own.auth, MG_AUTH_BASIC);
  is_str (own.password, "p");
  is_ok (resolve ("http://127.0.0.1:5001", &other, NULL));
  is_int (other.auth, MG_AUTH_NONE);
  is_null (other.password);
}

MG_TEST (a_bearer_token_of_the_environment)
{
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };

  profiles ("");
  setenv ("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000/", 1);
  setenv ("MLFLOW_TRACKING_TOKEN", "t", 1);
  is_ok (resolve ("http://127.0.0.1:5000", &end, NULL));
  is_int (end.auth, MG_AUTH_BEARER);
}

MG_TEST (the_credentials_file_of_a_plain_server)
{
  static const char text[] =
    "[mlflow]\nmlflow_tracking_username = fu\n"
    "mlflow_tracking_password = fp\n";
  MG_CLEANUP_FREE char *folder = mg_xasprintf ("%s/.mlflow",
                                               mg_test_tmpdir ());
  MG_CLEANUP_FREE char *path = mg_path_join (folder, "credentials");
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };

  profiles ("");
  mg_file_mkdirs (folder, 0700, NULL);
  mg_file_write (path, text, strlen (text), 0600, NULL);
  setenv ("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000/", 1);
  is_ok (resolve ("http://127.0.0.1:5000", &end, NULL));
  is_str (end.username, "fu");
  is_str (end.password, "fp");
  mg_file_remove (path);
}

MG_TEST (databricks_as_mlflow_takes_it)
{
  MG_CLEANUP (mg_end_done) struct mg_end a = { 0 };
  MG_CLEANUP (mg_end_done) struct mg_end b = { 0 };

  profiles ("[DEFAULT]\nhost = https://d.cloud.databricks.com\ntoken = t\n"
            "[p]\nhost = https://p.cloud.databricks.com\ntoken = u\n");
  is_ok (resolve ("databricks", &a, NULL));
  is_str (a.token, "t");
  is_ok (resolve ("databricks://p", &b, NULL));
  is_str (b.token, "u");
}

MG_TEST (http_only_to_this_machine)
{
  MG_CLEANUP (mg_end_done) struct mg_end a = { 0 };
  MG_CLEANUP (mg_end_done) struct mg_end b = { 0 };
  struct mg_end_options options = { .allow_http = 1 };
  struct mg_error err = MG_ERROR_INIT;
  struct mg_end end = { 0 };

  profiles ("[p]\nhost = http://p.example.org\ntoken = t\n"
            "[q]\nhost = http://127.0.0.1:80\ntoken = t\n");
  refuses ("http://m.example.org", MG_E_DENIED, "insecure-host",
           "--allow-http");
  refuses ("p", MG_E_DENIED, "insecure-host", "https");
  is_ok (mg_end_resolve ("http://m.example.org", &options, &a, NULL));
  /* a Databricks token not even with the option */
  is_int (mg_end_resolve ("p", &options, &end, &err), MG_E_DENIED);
  is_str (err.id, "insecure-host");
  is_ok (resolve ("q", &b, NULL));
  is_str (b.host, "http://127.0.0.1");
}

MG_TEST (a_password_in_a_url_is_refused_and_not_shown)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_end end = { 0 };

  profiles ("");
  is_int (resolve ("https://u:hunter2@h.example.org", &end, &err),
          MG_E_INVALID);
  is_str (err.id, "password-in-url");
  ok (strstr (err.text, "hunter2") == NULL);
  is_int (resolve ("https://u:hunter2#x@h.example.org", &end, &err),
          MG_E_INVALID);
  ok (strstr (err.text, "hunter2") == NULL);
}

MG_TEST (urls_that_are_none)
{
  static const char *const urls[] = {
    "ftp://h", "https://", "https://h:0", "https://h:99999", "https://h:x",
    "https://a b", "https://h/a\nb", "https://<x>",
  };
  struct mg_url url;
  size_t i;

  for (i = 0; i < sizeof urls / sizeof urls[0]; i++)
    if (mg_url_parse (urls[i], &url, NULL) == 0)
      fail_test ("'%s' was taken", urls[i]);
}

MG_TEST (what_is_this_machine)
{
  static const struct { const char *url; int loopback; } hosts[] = {
    { "http://localhost:1", 1 }, { "http://127.0.0.1", 1 },
    { "http://127.9.9.9", 1 }, { "http://[::1]:8", 1 },
    { "http://a.localhost", 1 }, { "http://127.0.0.1.example.org", 0 },
    { "http://localhost.example.org", 0 }, { "http://10.0.0.1", 0 },
    { "http://128.0.0.1", 0 }, { "http://127.1", 0 },
  };
  struct mg_url url;
  size_t i;

  for (i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
    is_ok (mg_url_parse (hosts[i].url, &url, NULL));
    if (mg_url_is_loopback (&url) != hosts[i].loopback)
      fail_test ("%s", hosts[i].url);
  }
}

/* ---- saving ---- */

static char *
file_text (void)
{
  MG_CLEANUP_FREE char *path = mg_end_profile_path ();
  struct mg_buf b = MG_BUF_INIT (1 << 20);

  mg_file_read (path, &b, NULL);
  return mg_buf_steal (&b);
}

MG_TEST (saving_keeps_every_other_byte)
{
  MG_CLEANUP_FREE char *got = NULL;

  profiles ("# mine\n\n[a]\nhost = h\n  odd line\n[b]\n# kept\nhost = x\n"
            "token = old\ncluster_id = 7\nauth_type = pat\n\n[c]\nx=1");
  is_ok (mg_end_save ("b", "https://n", "new", NULL, NULL, NULL));
  got = file_text ();
  is_str (got, "# mine\n\n[a]\nhost = h\n  odd line\n[b]\nhost = https://n\n"
               "token = new\n# kept\ncluster_id = 7\n\n[c]\nx=1");
}

MG_TEST (saving_adds_a_profile_that_can_be_read)
{
  MG_CLEANUP_FREE char *got = NULL;
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };

  profiles ("[a]\nhost = h");
  is_ok (mg_end_save ("new", "https://n.cloud.databricks.com", NULL, "id",
                      "secret", NULL));
  got = file_text ();
  is_str (got, "[a]\nhost = h\n\n[new]\nhost = https://n.cloud.databricks.com"
               "\nclient_id = id\nclient_secret = secret\n");
  is_ok (resolve ("new", &end, NULL));
  is_int (end.auth, MG_AUTH_M2M);
}

MG_TEST (the_file_is_private)
{
  MG_CLEANUP_FREE char *path = NULL;
  struct stat st;

  profiles ("");
  path = mg_end_profile_path ();
  chmod (path, 0644);
  is_ok (mg_end_save ("a", "https://n", "t", NULL, NULL, NULL));
  is_int (stat (path, &st), 0);
  is_int (st.st_mode & 0777, 0600);
}

MG_TEST (nothing_that_would_break_the_file_is_saved)
{
  MG_CLEANUP_FREE char *got = NULL;

  profiles ("[a]\n");
  is_int (mg_end_save ("x]\n[y", "h", "t", NULL, NULL, NULL), MG_E_INVALID);
  is_int (mg_end_save ("x", "h", "t\n[evil]", NULL, NULL, NULL),
          MG_E_INVALID);
  is_int (mg_end_save ("__settings__", "h", "t", NULL, NULL, NULL),
          MG_E_INVALID);
  is_int (mg_end_save ("", "h", "t", NULL, NULL, NULL), MG_E_INVALID);
  got = file_text ();
  is_str (got, "[a]\n");
}

MG_TEST (reading_again_takes_the_new_token)
{
  MG_CLEANUP (mg_end_done) struct mg_end end = { 0 };
  struct mg_error err = MG_ERROR_INIT;

  profiles ("[p]\nhost = https://p.cloud.databricks.com\ntoken = one\n");
  is_ok (resolve ("p", &end, NULL));
  profiles ("[p]\nhost = https://p.cloud.databricks.com\ntoken = two\n");
  is_ok (mg_end_reload (&end, NULL));
  is_str (end.token, "two");
  profiles ("[p]\nhost = https://q.cloud.databricks.com\ntoken = three\n");
  is_int (mg_end_reload (&end, &err), MG_E_MISMATCH);
  is_str (err.id, "wrong-workspace");
  is_str (end.token, "two");
}

MG_TEST (the_profile_file_may_be_elsewhere)
{
  MG_CLEANUP_FREE char *path = NULL;

  profiles ("");
  setenv ("DATABRICKS_CONFIG_FILE", "~/other.cfg", 1);
  path = mg_end_profile_path ();
  has_str (path, mg_test_tmpdir ());
  has_str (path, "/other.cfg");
}
