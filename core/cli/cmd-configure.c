/* migrate configure PROFILE: asks for what is missing, tries it, saves it. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/str.h"
#include "cli/app.h"
#include "net/profile.h"
#include "net/url.h"
#include "view/events.h"

#define MAX_SECRET 8192

struct login {
  const char *profile;
  char *host, *token, *client_id, *client_secret;
};

static void
login_done (struct login *l)
{
  mg_free (l->host);
  mg_free_secret (l->token);
  mg_free (l->client_id);
  mg_free_secret (l->client_secret);
}

static int
check_name (const char *name, struct mg_error *err)
{
  if (name[0] != '\0' && name[0] != '-' && strpbrk (name, "[]\n\r=/") == NULL)
    return 0;
  return mg_error_set (err, MG_E_INVALID, "bad-value",
                       "'%s' cannot be a profile's name; use letters, digits "
                       "and '-'", name);
}

/* The host that the profile has already, so that a token alone can be
 * renewed. */
static char *
known_host (const char *profile)
{
  MG_CLEANUP (mg_profiles_done) struct mg_profiles all = MG_PROFILES_INIT;
  MG_CLEANUP_FREE char *path = mg_end_profile_path ();
  const struct mg_profile *p;

  if (mg_profiles_read (path, &all, NULL) < 0)
    return NULL;
  p = mg_profiles_find (&all, profile);
  return p ? mg_xstrdup (mg_profile_get (p, "host")) : NULL;
}

static int
get_host (struct mg_app *app, struct login *l, struct mg_error *err)
{
  const char *given = mg_opt_text (&app->options, MG_OPT_HOST);
  MG_CLEANUP_FREE char *text = given ? mg_xstrdup (given)
                               : known_host (l->profile);
  struct mg_url url;
  int r;

  if (text == NULL && mg_ask_possible ())
    text = mg_ask ("host (https://...): ", 0);
  if (text == NULL || mg_trim (text)[0] == '\0')
    return mg_error_set (err, MG_E_INVALID, "no-host",
                         "which workspace? add --host https://HOST");
  r = mg_url_parse (mg_trim (text), &url, err);
  if (r == 0 && !url.is_https && !mg_url_is_loopback (&url))
    r = mg_error_set (err, MG_E_DENIED, "insecure-host",
                      "http://%s would send the token in clear; use https://",
                      url.host);
  if (r == 0)
    l->host = mg_url_text (&url, 0);
  return r;
}

/* A secret from the option, '-' = from standard input, else asked. */
static char *
get_secret (struct mg_app *app, enum mg_opt id, const char *question)
{
  const char *given = mg_opt_text (&app->options, id);

  if (given != NULL && strcmp (given, "-") != 0)
    return mg_xstrdup (given);
  if (given != NULL)
    return mg_ask (NULL, 0);
  return mg_ask_possible () ? mg_ask (question, 1) : NULL;
}

static int
get_credentials (struct mg_app *app, struct login *l, struct mg_error *err)
{
  const char *id = mg_opt_text (&app->options, MG_OPT_CLIENT_ID);
  char *secret;

  if (id != NULL) {
    l->client_id = mg_xstrdup (id);
    secret = l->client_secret = get_secret (app, MG_OPT_CLIENT_SECRET,
                                            "client secret (not shown): ");
  }
  else
    secret = l->token = get_secret (app, MG_OPT_TOKEN, "token (not shown): ");
  if (secret != NULL && secret[0] != '\0' && strpbrk (secret, " \t\r") == NULL)
    return 0;
  return mg_error_set (err, MG_E_AUTH, "no-credentials",
                       secret == NULL || secret[0] == '\0'
                       ? "no %s given; run it in a terminal, or pipe it in with "
                       "--%s -" : "the %s holds white space; copy it again "
                       "(--%s -)", id ? "client secret" : "token",
                       id ? "client-secret" : "token");
}

/* Asks the workspace before anything is saved: a refused token does not
 * replace a good one. */
static int
try_login (struct mg_app *app, const struct login *l, struct mg_error *err)
{
  const char *ca = mg_opt_text (&app->options, MG_OPT_CA_BUNDLE);
  struct mg_end end = {
    .name = mg_xstrdup (l->profile), .profile = NULL,
    .host = mg_xstrdup (l->host), .type = MG_END_DATABRICKS,
    .auth = l->client_id ? MG_AUTH_M2M : MG_AUTH_PAT,
    .token = mg_xstrdup (l->token), .client_id = mg_xstrdup (l->client_id),
    .client_secret = mg_xstrdup (l->client_secret),
    .ca_bundle = mg_xstrdup (ca),
  };
  struct mg_remote_options options = { .is_source = 1, .retries = 2,
                                       .user_agent = "migrate/"
                                       PACKAGE_VERSION };
  struct mg_who *who = &app->who[MG_SOURCE];
  int r = mg_remote_open (&end, &options, &app->remotes[MG_SOURCE], err);

  mg_end_done (&end);
  if (r == 0)
    r = mg_session_identify (app->remotes[MG_SOURCE], MIGRATE_END_DATABRICKS,
                             who->org_id, who->user, &who->is_admin, err);
  if (r == MG_E_AUTH)
    mg_error_set (err, r, l->client_id ? "no-credentials" : "token-expired",
                  "profile '%s': the %s was refused by %s; nothing was saved; "
                  "make a new one there", l->profile,
                  l->client_id ? "client secret" : "token", l->host);
  return r;
}

static void
say_saved (struct mg_app *app, const struct login *l)
{
  MG_CLEANUP_FREE char *path = mg_end_profile_path ();
  const struct mg_who *who = &app->who[MG_SOURCE];
  const char *cloud = mg_host_cloud (l->host);
  char user[300];
  struct mg_line line;

  if (app->view.json) {
    mg_line_begin (&line, "profile");
    mg_line_text (&line, "name", l->profile);
    mg_line_text (&line, "host", l->host);
    mg_line_text (&line, "user", who->user);
    mg_line_bool (&line, "admin", who->is_admin);
    mg_line_text (&line, "workspace", who->org_id);
    mg_line_text (&line, "file", path);
    mg_line_end (&line);
    return;
  }
  printf ("%s: %s, %s, %s%sworkspace %s; saved in %s (0600)\n", l->profile,
          mg_printable (who->user, user, sizeof user),
          who->is_admin ? "admin" : "no admin", cloud, cloud[0] ? ", " : "",
          who->org_id, path);
}

static int
configure (struct mg_app *app, struct login *l, struct mg_error *err)
{
  int r = check_name (l->profile, err);

  if (r == 0)
    r = get_host (app, l, err);
  if (r == 0)
    r = get_credentials (app, l, err);
  if (r == 0)
    r = try_login (app, l, err);
  if (r == 0)
    r = mg_end_save (l->profile, l->host, l->token, l->client_id,
                     l->client_secret, err);
  if (r == 0)
    say_saved (app, l);
  return r;
}

int
mg_cmd_configure (struct mg_app *app)
{
  struct login l = { .profile = app->words[0] };
  struct mg_error err = MG_ERROR_INIT;
  int r = configure (app, &l, &err);

  login_done (&l);
  return r < 0 ? mg_app_fail (app, &err) : MG_EXIT_OK;
}
