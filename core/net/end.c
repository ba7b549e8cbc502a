/* Which workspace and which credentials: see end.h.  No state. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/process.h"
#include "base/str.h"
#include "net/end-impl.h"

#define MAX_NEAR 200

void
mg_end_done (struct mg_end *end)
{
  if (end == NULL)
    return;
  mg_free (end->name);
  mg_free (end->profile);
  mg_free (end->host);
  mg_free_secret (end->token);
  mg_free (end->client_id);
  mg_free_secret (end->client_secret);
  mg_free (end->username);
  mg_free_secret (end->password);
  mg_free (end->auth_name);
  mg_free (end->ca_bundle);
  memset (end, 0, sizeof *end);
}

int
mg_end_copy (struct mg_end *dst, const struct mg_end *src)
{
  *dst = *src;
  dst->name = mg_xstrdup (src->name);
  dst->profile = mg_xstrdup (src->profile);
  dst->host = mg_xstrdup (src->host);
  dst->token = mg_xstrdup (src->token);
  dst->client_id = mg_xstrdup (src->client_id);
  dst->client_secret = mg_xstrdup (src->client_secret);
  dst->username = mg_xstrdup (src->username);
  dst->password = mg_xstrdup (src->password);
  dst->auth_name = mg_xstrdup (src->auth_name);
  dst->ca_bundle = mg_xstrdup (src->ca_bundle);
  return 0;
}

static int
no_profile (const struct mg_profiles *profiles, const char *name,
            struct mg_error *err)
{
  const char *names[MAX_NEAR + 1];
  const char *near;
  struct mg_url url;
  size_t i;

  for (i = 0; i < profiles->n && i < MAX_NEAR; i++)
    names[i] = profiles->all[i].name;
  names[i] = NULL;
  near = mg_nearest (name, names);
  if (near != NULL)
    return mg_error_set (err, MG_E_NOT_FOUND, "no-profile",
                         "there is no profile '%s' in %s; did you mean '%s'?",
                         name, profiles->path, near);
  if (mg_url_parse (name, &url, NULL) == 0 && strchr (name, '.') != NULL)
    return mg_error_set (err, MG_E_NOT_FOUND, "no-profile",
                         "there is no profile '%s' in %s; for a host write "
                         "'https://%s'", name, profiles->path, name);
  return mg_error_set (err, MG_E_NOT_FOUND, "no-profile",
                       "there is no profile '%s' in %s; make it: migrate "
                       "configure %s --host https://HOST", name,
                       profiles->path, name);
}

/* ---- credentials of a Databricks end ---- */

static int
is_azure_profile (const struct mg_profile *p)
{
  return mg_profile_get (p, "azure_client_secret") != NULL
         || mg_profile_get (p, "azure_workspace_resource_id") != NULL
         || mg_profile_get (p, "azure_use_msi") != NULL;
}

static int
needs (const struct mg_profile *p, const char *what, struct mg_error *err)
{
  return mg_error_set (err, MG_E_AUTH, "no-credentials",
                       "profile '%s' has no %s; give it one: migrate configure "
                       "%s", p->name, what, p->name);
}

static int
use_program (const struct mg_profile *p, const char *auth, struct mg_end *end,
             struct mg_error *err)
{
  const char *program = strcmp (auth, "azure-cli") == 0 ? "az" : "databricks";

  if (!mg_process_exists (program))
    return mg_error_set (err, MG_E_AUTH, "auth-type",
                         "profile '%s' was made by another login (auth_type "
                         "%s), and the program '%s' is not installed; install "
                         "it, or use a token: migrate configure %s", p->name,
                         auth, program, p->name);
  end->auth = MG_AUTH_PROGRAM;
  return 0;
}

/* Which way, when the profile does not say: by what it holds. */
static int
guess_auth (const struct mg_profile *p, const char **ret_auth,
            struct mg_error *err)
{
  const char *ways[3];
  size_t n = 0;

  if (mg_profile_get (p, "token") != NULL)
    ways[n++] = "pat";
  if (mg_profile_get (p, "client_secret") != NULL)
    ways[n++] = "oauth-m2m";
  if (mg_profile_get (p, "password") != NULL)
    ways[n++] = "basic";
  if (n > 1)
    return mg_error_set (err, MG_E_INVALID, "auth-conflict",
                         "profile '%s' has credentials for %s and %s; keep one, "
                         "or say which with auth_type", p->name, ways[0],
                         ways[1]);
  if (n == 0 && is_azure_profile (p))
    return mg_error_set (err, MG_E_AUTH, "auth-type",
                         "profile '%s' logs in through Azure, which is not "
                         "offered; use a token or OAuth: migrate configure %s",
                         p->name, p->name);
  if (n == 0)
    return mg_error_set (err, MG_E_AUTH, "no-credentials",
                         "profile '%s' has no token; give it one: migrate "
                         "configure %s (or auth_type = none for a plain MLflow "
                         "server)", p->name, p->name);
  *ret_auth = ways[0];
  return 0;
}

static int
set_databricks_login (const struct mg_profile *p, const char *auth,
                      struct mg_end *end, struct mg_error *err)
{
  if (strcmp (auth, "pat") == 0) {
    end->auth = MG_AUTH_PAT;
    end->token = mg_xstrdup (mg_profile_get (p, "token"));
    return end->token ? 0 : needs (p, "token", err);
  }
  if (strcmp (auth, "oauth-m2m") == 0) {
    end->auth = MG_AUTH_M2M;
    end->client_id = mg_xstrdup (mg_profile_get (p, "client_id"));
    end->client_secret = mg_xstrdup (mg_profile_get (p, "client_secret"));
    if (end->client_id == NULL)
      return needs (p, "client_id", err);
    return end->client_secret ? 0 : needs (p, "client_secret", err);
  }
  if (strcmp (auth, "basic") == 0) {
    end->auth = MG_AUTH_BASIC;
    end->username = mg_xstrdup (mg_profile_get (p, "username"));
    end->password = mg_xstrdup (mg_profile_get (p, "password"));
    return end->username && end->password ? 0 : needs (p, "password", err);
  }
  if (strcmp (auth, "databricks-cli") == 0 || strcmp (auth, "azure-cli") == 0)
    return use_program (p, auth, end, err);
  return mg_error_set (err, MG_E_AUTH, "auth-type",
                       "profile '%s' has auth_type '%s', which is not offered; "
                       "use a token or OAuth: migrate configure %s", p->name,
                       auth, p->name);
}

static int
set_login (const struct mg_profile *p, struct mg_end *end,
           struct mg_error *err)
{
  const char *auth = mg_profile_get (p, "auth_type");
  int r;

  if (auth != NULL) {
    r = mg_end_mlflow_profile (p, auth, end, err);
    if (r != 0)
      return r < 0 ? r : 0;
  }
  else {
    r = guess_auth (p, &auth, err);
    if (r < 0)
      return r;
  }
  end->type = MG_END_DATABRICKS;
  end->auth_name = mg_xstrdup (auth);
  return set_databricks_login (p, auth, end, err);
}

/* ---- the ways to name an end ---- */

static int
set_host (const char *text, struct mg_end *end, struct mg_error *err)
{
  struct mg_url url;
  int r = mg_url_parse (text, &url, err);

  if (r < 0)
    return r;
  /* a workspace lives at the root; a plain server may live below it */
  end->host = mg_url_text (&url, end->type == MG_END_MLFLOW);
  return 0;
}

static int
use_profile (const struct mg_profiles *profiles, const char *name,
             struct mg_end *end, struct mg_error *err)
{
  const struct mg_profile *p = mg_profiles_find (profiles, name);
  const char *host;
  int r;

  if (p == NULL)
    return no_profile (profiles, name, err);
  if (mg_profile_bad_line (p) != 0)
    return mg_error_set (err, MG_E_INVALID, "bad-profile",
                         "%s:%d: profile '%s' has a line that is no "
                         "'key = value', or stands there a second time; mend "
                         "or remove it", profiles->path,
                         mg_profile_bad_line (p), name);
  host = mg_profile_get (p, "host");
  if (host == NULL)
    return mg_error_set (err, MG_E_INVALID, "no-host",
                         "profile '%s' (%s:%d) has no host; give it one: "
                         "migrate configure %s --host https://HOST", name,
                         profiles->path, p->line, name);
  end->profile = mg_xstrdup (name);
  r = set_login (p, end, err);
  if (r < 0)
    return r;
  r = set_host (host, end, err);
  if (r < 0 && err != NULL)
    mg_error_prefix (err, "profile '%s'", name);
  return r;
}

static int
has_host (const struct mg_profile *p, const struct mg_url *url)
{
  const char *host = mg_profile_get (p, "host");
  struct mg_url other;

  return host != NULL && mg_url_parse (host, &other, NULL) == 0
         && mg_url_same_server (&other, url);
}

/* A URL takes the credentials of the one profile that has the same host. */
static int
use_url (const struct mg_profiles *profiles, const char *text,
         struct mg_end *end, struct mg_error *err)
{
  const struct mg_profile *found = NULL;
  struct mg_url url;
  size_t i;
  int r = mg_url_parse (text, &url, err);

  if (r < 0)
    return r;
  for (i = 0; i < profiles->n; i++) {
    if (!has_host (&profiles->all[i], &url))
      continue;
    if (found != NULL)
      return mg_error_set (err, MG_E_INVALID, "auth-conflict",
                           "profiles '%s' and '%s' both have host '%s'; name "
                           "one of them instead of the URL", found->name,
                           profiles->all[i].name, url.host);
    found = &profiles->all[i];
  }
  if (found != NULL)
    return use_profile (profiles, found->name, end, err);
  if (mg_url_is_databricks (&url))
    return mg_error_set (err, MG_E_AUTH, "no-credentials",
                         "no profile in %s has host '%s'; make one: migrate "
                         "configure NAME --host https://%s", profiles->path,
                         url.host, url.host);
  r = mg_end_mlflow_login (text, end, err);
  if (r < 0)
    return r;
  return set_host (text, end, err);
}

static int
use_environment (struct mg_end *end, struct mg_error *err)
{
  const char *token = mg_env ("DATABRICKS_TOKEN");
  const char *id = mg_env ("DATABRICKS_CLIENT_ID");
  const char *secret = mg_env ("DATABRICKS_CLIENT_SECRET");

  end->type = MG_END_DATABRICKS;
  end->from_environment = 1;
  if (token != NULL && secret != NULL)
    return mg_error_set (err, MG_E_INVALID, "auth-conflict",
                         "both DATABRICKS_TOKEN and DATABRICKS_CLIENT_SECRET "
                         "are set; unset one of them");
  if (token != NULL) {
    end->auth = MG_AUTH_PAT;
    end->token = mg_xstrdup (token);
  }
  else if (id != NULL && secret != NULL) {
    end->auth = MG_AUTH_M2M;
    end->client_id = mg_xstrdup (id);
    end->client_secret = mg_xstrdup (secret);
  }
  else
    return mg_error_set (err, MG_E_AUTH, "no-credentials",
                         "DATABRICKS_HOST is set, but neither DATABRICKS_TOKEN "
                         "nor DATABRICKS_CLIENT_ID with "
                         "DATABRICKS_CLIENT_SECRET; set one, or name a profile");
  return set_host (mg_env ("DATABRICKS_HOST"), end, err);
}

static int
use_default (const struct mg_profiles *profiles,
             const struct mg_end_options *options, struct mg_end *end,
             struct mg_error *err)
{
  const struct mg_profile *settings = mg_profiles_find (profiles,
                                                        "__settings__");
  const char *name = NULL;

  if (options->may_use_environment) {
    if (mg_env ("DATABRICKS_HOST") != NULL)
      return use_environment (end, err);
    name = mg_env ("DATABRICKS_CONFIG_PROFILE");
  }
  if (name == NULL && settings != NULL)
    name = mg_profile_get (settings, "default_profile");
  if (name == NULL && mg_profiles_find (profiles, "DEFAULT") == NULL)
    return mg_error_set (err, MG_E_NOT_FOUND, "no-profile",
                         "no profile was named and %s has no DEFAULT; name one "
                         "(--profile NAME), or make one: migrate configure "
                         "NAME --host https://HOST", profiles->path);
  return use_profile (profiles, name ? name : "DEFAULT", end, err);
}

/* ---- what must hold of every end ---- */

static int
check_scheme (const struct mg_end *end, const struct mg_end_options *options,
              struct mg_error *err)
{
  struct mg_url url;
  int r = mg_url_parse (end->host, &url, err);

  if (r < 0)
    return r;
  if (url.is_https || mg_url_is_loopback (&url))
    return 0;
  if (end->type == MG_END_DATABRICKS)
    return mg_error_set (err, MG_E_DENIED, "insecure-host",
                         "'%s' is not encrypted: a Databricks token never "
                         "travels over http; use https", end->host);
  if (!options->allow_http)
    return mg_error_set (err, MG_E_DENIED, "insecure-host",
                         "'%s' is not encrypted; use https, or --allow-http "
                         "when the network between is trusted", end->host);
  return 0;
}

static int
resolve (const char *named, const struct mg_end_options *options,
         struct mg_end *end, struct mg_error *err)
{
  MG_CLEANUP (mg_profiles_done) struct mg_profiles profiles = MG_PROFILES_INIT;
  MG_CLEANUP_FREE char *path = mg_end_profile_path ();
  int r = mg_profiles_read (path, &profiles, err);

  if (r < 0)
    return r;
  if (named != NULL && mg_starts (named, "databricks://"))
    r = use_profile (&profiles, named + strlen ("databricks://"), end, err);
  else if (named == NULL || named[0] == '\0'
           || strcmp (named, "databricks") == 0)
    r = use_default (&profiles, options, end, err);
  else if (strstr (named, "://") != NULL)
    r = use_url (&profiles, named, end, err);
  else
    r = use_profile (&profiles, named, end, err);
  if (r < 0)
    return r;
  return check_scheme (end, options, err);
}

int
mg_end_resolve (const char *named, const struct mg_end_options *options,
                struct mg_end *ret_end, struct mg_error *err)
{
  struct mg_end end = { 0 };
  int r = resolve (named, options, &end, err);

  if (r < 0) {
    mg_end_done (&end);
    return r;
  }
  if (named != NULL && named[0] != '\0')
    end.name = mg_xstrdup (named);
  else
    end.name = mg_xstrdup (end.profile ? end.profile : end.host);
  end.ca_bundle = mg_xstrdup (options->ca_bundle);
  *ret_end = end;
  return 0;
}

static void
swap (char **a, char **b)
{
  char *c = *a;

  *a = *b;
  *b = c;
}

int
mg_end_reload (struct mg_end *end, struct mg_error *err)
{
  MG_CLEANUP (mg_profiles_done) struct mg_profiles profiles = MG_PROFILES_INIT;
  MG_CLEANUP_FREE char *path = mg_end_profile_path ();
  MG_CLEANUP (mg_end_done) struct mg_end now = { 0 };
  int r;

  if (end->profile == NULL)
    return 0;
  r = mg_profiles_read (path, &profiles, err);
  if (r == 0)
    r = use_profile (&profiles, end->profile, &now, err);
  if (r < 0)
    return r;
  if (strcmp (now.host, end->host) != 0)
    return mg_error_set (err, MG_E_MISMATCH, "wrong-workspace",
                         "profile '%s' now names '%s', but '%s' is in use; put "
                         "the host back", end->profile, now.host, end->host);
  end->auth = now.auth;
  swap (&end->token, &now.token);
  swap (&end->client_id, &now.client_id);
  swap (&end->client_secret, &now.client_secret);
  swap (&end->username, &now.username);
  swap (&end->password, &now.password);
  return 0;
}
