/* The two ends of a command: see app.h.  Main thread. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/rand.h"
#include "base/str.h"
#include "cli/app.h"

#define TERMINAL_AUTH_WAIT_US (12 * 3600 * MG_SECOND_US)

const char *
mg_host_name (const char *host)
{
  const char *name = strstr (host, "://");

  return name ? name + 3 : host;
}

const char *
mg_host_cloud (const char *host)
{
  if (mg_ends (host, ".azuredatabricks.net"))
    return "Azure";
  if (mg_ends (host, ".gcp.databricks.com"))
    return "GCP";
  return mg_ends (host, ".cloud.databricks.com") ? "AWS" : "";
}

/* ---- names ---- */

/* One token must never go to both ends: the environment counts only where the
 * command line names none. */
static int
names_an_end (const struct mg_options *o)
{
  return mg_opt_given (o, MG_OPT_FROM) || mg_opt_given (o, MG_OPT_TO)
         || mg_opt_given (o, MG_OPT_PROFILE);
}

/* The end that --profile stands for. */
static enum mg_app_end
profile_end (const struct mg_app *app)
{
  if (app->command->bit == MG_INVENTORY)
    return mg_opt_choice (&app->options, MG_OPT_ON, 0) == 1 ? MG_TARGET
           : MG_SOURCE;
  if (app->command->bit == MG_ACTION)
    return mg_opt_choice (&app->options, MG_OPT_ON_END, 0) == 1 ? MG_TARGET
           : MG_SOURCE;
  return app->command->bit & (MG_EXPORT | MG_PREFLIGHT | MG_SESSION) ? MG_SOURCE
         : MG_TARGET;
}

int
mg_app_check_ends (struct mg_app *app, struct mg_error *err)
{
  enum mg_opt own = profile_end (app) == MG_SOURCE ? MG_OPT_FROM : MG_OPT_TO;
  const struct mg_value *a = &app->options.values[MG_OPT_PROFILE];
  const struct mg_value *b = &app->options.values[own];

  if (a->source != MG_FROM_FLAG || b->source != MG_FROM_FLAG
      || mg_streq (a->text, b->text))
    return 0;
  return mg_error_set (err, MG_E_INVALID, "wrong-option",
                       "--profile %s and --%s %s name the same end of 'migrate "
                       "%s'; leave one of them out", a->text,
                       mg_option_table[own].name, b->text, app->command->name);
}

static char *
remembered (struct mg_app *app, enum mg_app_end which)
{
  MG_CLEANUP_FREE char *last = NULL;
  char key[32];

  if (!app->has_session)
    return NULL;
  if (which == MG_SOURCE)
    return mg_meta_get (&app->session, "source");
  last = mg_meta_get (&app->session, "target");
  if (last == NULL)
    return NULL;
  snprintf (key, sizeof key, "target:%s", last);
  return mg_meta_get (&app->session, key);
}

char *
mg_app_end_name (struct mg_app *app, enum mg_app_end which)
{
  const char *named = mg_opt_text (&app->options, which == MG_SOURCE
                                   ? MG_OPT_FROM : MG_OPT_TO);

  if (named == NULL && profile_end (app) == which)
    named = mg_opt_text (&app->options, MG_OPT_PROFILE);
  return named ? mg_xstrdup (named) : remembered (app, which);
}

/* The host that the session is bound to, for one that the environment gave and
 * no name is remembered of; NULL = none.  The caller frees. */
static char *
bound_host (struct mg_app *app, int wsid)
{
  struct mg_workspace w;
  char *host = NULL;

  if (!app->has_session)
    return NULL;
  if (mg_session_workspace (&app->session, wsid, &w, NULL) > 0)
    host = mg_xstrdup (w.host);
  mg_workspace_done (&w);
  return host;
}

static int
no_target (struct mg_app *app, struct mg_error *err)
{
  MG_CLEANUP_FREE char *last =
    app->has_session ? mg_meta_get (&app->session, "target") : NULL;
  int64_t wsid = 0;
  MG_CLEANUP_FREE char *host = NULL;

  if (last != NULL && mg_parse_int64 (last, &wsid) == 0)
    host = bound_host (app, (int) wsid);
  if (host == NULL)
    return mg_error_set (err, MG_E_NOT_FOUND, "no-target",
                         "which workspace is the target? name it with --to "
                         "PROFILE");
  return mg_error_set (err, MG_E_NOT_FOUND, "no-target",
                       "the target of session '%s' is %s, which the environment "
                       "named; set DATABRICKS_HOST and DATABRICKS_TOKEN again, "
                       "or name it with --to PROFILE", app->session_name,
                       mg_host_name (host));
}

static void
no_source (struct mg_app *app, struct mg_error *err)
{
  MG_CLEANUP_FREE char *host = bound_host (app, MG_SOURCE_WSID);

  if (host != NULL)
    mg_error_set (err, MG_E_NOT_FOUND, "no-profile",
                  "the source of session '%s' is %s, which the environment "
                  "named; set DATABRICKS_HOST and DATABRICKS_TOKEN again, or "
                  "name it with --from PROFILE", app->session_name,
                  mg_host_name (host));
}

int
mg_app_resolve (struct mg_app *app, enum mg_app_end which,
                struct mg_error *err)
{
  MG_CLEANUP_FREE char *named = mg_app_end_name (app, which);
  struct mg_end_options options = {
    .allow_http = mg_opt_on (&app->options, MG_OPT_ALLOW_HTTP),
    .may_use_environment = named == NULL && !names_an_end (&app->options),
    .ca_bundle = mg_opt_text (&app->options, MG_OPT_CA_BUNDLE),
  };
  int r;

  if (named == NULL && which == MG_TARGET && mg_env ("DATABRICKS_HOST") == NULL)
    return no_target (app, err);
  mg_end_done (&app->ends[which]);
  memset (&app->ends[which], 0, sizeof app->ends[which]);
  r = mg_end_resolve (named, &options, &app->ends[which], err);
  if (r == MG_E_NOT_FOUND && named == NULL && which == MG_SOURCE)
    no_source (app, err);
  return r;
}

/* ---- connecting ---- */

static int
load_tools (struct mg_app *app, struct mg_error *err)
{
  const char *trace = mg_opt_text (&app->options, MG_OPT_TRACE);
  MG_CLEANUP_FREE char *id = NULL;
  int r = 0;

  if (app->rates == NULL)
    r = mg_rates_load (mg_opt_text (&app->options, MG_OPT_LIMITS), &app->rates,
                       err);
  if (r == 0 && trace != NULL && app->trace == NULL)
    r = mg_trace_open (trace, mg_log_enabled (MG_LOG_DEBUG), &app->trace, err);
  if (app->has_session)
    id = mg_meta_get (&app->session, "id");
  snprintf (app->user_agent, sizeof app->user_agent, "migrate/%s%s%s",
            PACKAGE_VERSION, id ? " session/" : "", id ? id : "");
  return r;
}

static int
connect_end (struct mg_app *app, enum mg_app_end which, struct mg_error *err)
{
  const struct mg_options *o = &app->options;
  struct mg_remote_options options = {
    .rates = app->rates,
    .max_in_flight = mg_rates_in_flight (app->rates),
    .trace = app->trace,
    .is_source = which == MG_SOURCE,
    .allow_writes = which == MG_SOURCE && app->writes_source
                    ? app->ends[which].host : NULL,
    .retries = (unsigned) mg_opt_number (o, MG_OPT_RETRY_TOTAL, 0),
    .retry_backoff_us = mg_opt_number (o, MG_OPT_RETRY_BACKOFF, 0),
    .throttle_wait_us = mg_opt_number (o, MG_OPT_THROTTLE_WAIT, 0),
    .auth_wait_us = mg_opt_number (o, MG_OPT_AUTH_WAIT, mg_ask_possible ()
                                   ? TERMINAL_AUTH_WAIT_US : 0),
    .user_agent = app->user_agent,
    .seed = mg_rand_seed_from_system (),
  };

  return mg_remote_open (&app->ends[which], &options, &app->remotes[which],
                         err);
}

static uint32_t
end_bit (const struct mg_end *end)
{
  return end->type == MG_END_MLFLOW ? MIGRATE_END_MLFLOW
         : MIGRATE_END_DATABRICKS;
}

int
mg_app_bind (struct mg_app *app, enum mg_app_end which,
             struct mg_error *err)
{
  struct mg_end *end = &app->ends[which];
  struct mg_side *side = &app->sides[which];
  int r = mg_session_bind (&app->session, which == MG_SOURCE ? "source"
                           : "target", end->host, app->who[which].org_id,
                           side->end, &side->wsid, err);

  if (r == 0 && which == MG_SOURCE && !end->from_environment)
    r = mg_meta_put (&app->session, "source", end->name, err);
  if (r == 0 && which == MG_SOURCE)
    r = mg_session_remember (app->session_name, end->host, err);
  return r;
}

/* A command that only looks leaves no trace in the session. */
static int
place (struct mg_app *app, enum mg_app_end which, struct mg_error *err)
{
  const char *role = which == MG_SOURCE ? "source" : "target";

  if (!(app->command->bit & (MG_INVENTORY | MG_PREFLIGHT)))
    return mg_app_bind (app, which, err);
  return mg_session_place (&app->session, role, app->ends[which].host,
                           app->who[which].org_id, &app->sides[which].wsid,
                           err);
}

int
mg_app_remember_target (struct mg_app *app, struct mg_error *err)
{
  struct mg_end *end = &app->ends[MG_TARGET];
  char key[32], number[16];
  int r = 0;

  snprintf (number, sizeof number, "%d", app->sides[MG_TARGET].wsid);
  snprintf (key, sizeof key, "target:%s", number);
  if (!end->from_environment)
    r = mg_meta_put (&app->session, key, end->name, err);
  return r < 0 ? r : mg_meta_put (&app->session, "target", number, err);
}

int
mg_app_open_end (struct mg_app *app, enum mg_app_end which,
                 struct mg_error *err)
{
  struct mg_side *side = &app->sides[which];
  struct mg_who *who = &app->who[which];
  int r = mg_app_resolve (app, which, err);

  if (r == 0)
    r = load_tools (app, err);
  if (r == 0)
    r = connect_end (app, which, err);
  if (r < 0)
    return r;
  side->remote = app->remotes[which];
  side->end = end_bit (&app->ends[which]);
  side->wsid = which == MG_SOURCE ? MG_SOURCE_WSID : 1;
  r = mg_session_identify (side->remote, side->end, who->org_id, who->user,
                           &who->is_admin, err);
  if (r < 0)
    return r;
  return app->has_session ? place (app, which, err) : 0;
}

/* ---- which kinds ---- */

static const char *
end_title (uint32_t end)
{
  return end == MIGRATE_END_MLFLOW ? "plain MLflow server" : "workspace";
}

/* Does --plugins name this plugin or one of its kinds? */
static int
is_named (const struct mg_registry *registry, const struct mg_plugin *plugin,
          const char *list)
{
  MG_CLEANUP_FREE char *copy = mg_xstrdup (list);
  char *save = NULL, *word;

  for (word = strtok_r (copy, ", ", &save); word != NULL;
       word = strtok_r (NULL, ", ", &save)) {
    const struct mg_kind *kind = mg_registry_kind (registry, word);

    if (strcmp (word, plugin->p.name) == 0
        || (kind != NULL && kind->plugin == plugin))
      return 1;
  }
  return 0;
}

static int
speaks_to (const struct mg_registry *registry, const struct mg_plugin *plugin,
           uint32_t end)
{
  int i;

  for (i = 0; i < registry->n_kinds; i++) {
    const struct mg_kind *kind = registry->kinds[i];
    uint32_t ends = kind->k->ends ? kind->k->ends : MIGRATE_END_DATABRICKS;

    if (kind->plugin == plugin && (ends & end))
      return 1;
  }
  return 0;
}

/* Plugins that have nothing to do with such an end are left out with a line;
 * one that was named is a mistake. */
static int
check_plugins (struct mg_app *app, uint32_t end, struct mg_error *err)
{
  const char *only = mg_opt_text (&app->options, MG_OPT_PLUGINS);
  int i;

  for (i = 0; i < app->registry.n_plugins; i++) {
    const struct mg_plugin *plugin = app->registry.plugins[i];

    if (speaks_to (&app->registry, plugin, end))
      continue;
    if (only != NULL && is_named (&app->registry, plugin, only))
      return mg_error_set (err, MG_E_INVALID, "no-kinds",
                           "'%s' has nothing to do with a %s; leave it out of "
                           "--plugins", plugin->p.name, end_title (end));
    if (only == NULL)
      mg_log (MG_LOG_NORMAL, "%s: left out: a %s has none of it",
              plugin->p.name, end_title (end));
  }
  return 0;
}

static int
check_any (struct mg_app *app, uint32_t end, struct mg_error *err)
{
  int i;

  for (i = 0; i < app->registry.n_kinds; i++)
    if (app->registry.kinds[i]->chosen)
      return 0;
  return mg_error_set (err, MG_E_INVALID, "no-kinds",
                       app->registry.n_plugins == 0
                       ? "there are no plugins; see migrate plugins list%.0s"
                       : "nothing is left of what a %s has; change --plugins or "
                       "--skip", end_title (end));
}

int
mg_app_choose (struct mg_app *app, uint32_t end, struct mg_error *err)
{
  int r = mg_registry_choose (&app->registry,
                              mg_opt_text (&app->options, MG_OPT_PLUGINS),
                              mg_opt_text (&app->options, MG_OPT_SKIP), end,
                              err);

  if (r == 0 && end != MG_ANY_END)
    r = check_plugins (app, end, err);
  return r == 0 && end != MG_ANY_END ? check_any (app, end, err) : r;
}

/* ---- the host name, typed ---- */

static int
is_host (const struct mg_end *end, const char *typed)
{
  return mg_streq (typed, end->host) || mg_streq (typed, mg_host_name (end->host));
}

static int
ask_host (const struct mg_end *end, struct mg_error *err)
{
  MG_CLEANUP_FREE char *question = NULL;
  MG_CLEANUP_FREE char *typed = NULL;
  const char *name = mg_host_name (end->host);

  if (!mg_ask_possible ())
    return mg_error_set (err, MG_E_DENIED, "host-not-confirmed",
                         "this changes %s, and there is no terminal to confirm "
                         "it; add --yes-host %s", name, name);
  question = mg_xasprintf ("this changes %s; type the host name: ", name);
  typed = mg_ask (question, 0);
  if (typed != NULL && is_host (end, mg_trim (typed)))
    return 0;
  return mg_error_set (err, MG_E_DENIED, "host-not-confirmed",
                       "that is not %s; nothing was changed", name);
}

/* --yes-host must not name another one. */
static int
check_given (struct mg_app *app, enum mg_app_end which, struct mg_error *err)
{
  const struct mg_end *end = &app->ends[which];
  const char *given = mg_opt_text (&app->options, MG_OPT_YES_HOST);

  if (given == NULL || is_host (end, given))
    return given != NULL;
  return mg_error_set (err, MG_E_DENIED, "host-not-confirmed",
                       "--yes-host names '%s', but the %s is %s; nothing was "
                       "changed", given, which == MG_SOURCE ? "source"
                       : "target", mg_host_name (end->host));
}

int
mg_app_confirm_source (struct mg_app *app, struct mg_error *err)
{
  int r = mg_app_resolve (app, MG_SOURCE, err);

  if (r == 0)
    r = check_given (app, MG_SOURCE, err);
  if (r == 0)
    r = ask_host (&app->ends[MG_SOURCE], err);
  app->writes_source = r >= 0;
  return r < 0 ? r : 0;
}

int
mg_app_confirm_host (struct mg_app *app, int always, struct mg_error *err)
{
  int given = check_given (app, MG_TARGET, err);
  int wsid = app->sides[MG_TARGET].wsid, r;
  struct mg_workspace w;

  if (given < 0)
    return given;
  r = mg_session_workspace (&app->session, wsid, &w, err);
  if (r < 0)
    return r;
  r = given || (w.confirmed && !always) ? 0
      : ask_host (&app->ends[MG_TARGET], err);
  mg_workspace_done (&w);
  return r < 0 ? r : mg_session_confirm (&app->session, wsid, err);
}
