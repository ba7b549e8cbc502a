/* Which workspace, and with which credentials: an end.
 *
 * Resolved from --from/--to/--profile (a profile's name or a URL), the profile
 * file (DATABRICKS_CONFIG_FILE, else ~/.databrickscfg) and, only when no end is
 * named at all, DATABRICKS_HOST, _TOKEN, _CLIENT_ID, _CLIENT_SECRET (an end that
 * is named ignores the environment, so that one token can never go to both
 * workspaces).
 */
#ifndef MG_NET_END_H
#define MG_NET_END_H

#include "base/error.h"

enum mg_auth_type {
  MG_AUTH_NONE,
  MG_AUTH_PAT,           /* Databricks personal access token */
  MG_AUTH_M2M,           /* OAuth client credentials, renewed before expiry */
  MG_AUTH_BASIC,         /* plain MLflow: user and password */
  MG_AUTH_BEARER,        /* plain MLflow: a bearer token */
  MG_AUTH_PROGRAM,       /* databricks-cli, azure-cli: that program is asked */
};

enum mg_end_type { MG_END_DATABRICKS, MG_END_MLFLOW };

struct mg_end {
  char *name;            /* as the operator named it: profile or URL */
  char *profile;         /* NULL when it is a URL without one, or environment */
  char *host;            /* "https://acme.cloud.databricks.com", no slash at end */
  enum mg_end_type type;
  enum mg_auth_type auth;
  char *token;           /* secrets: wiped by mg_end_done */
  char *client_id, *client_secret;
  char *username, *password;
  char *auth_name;       /* auth_type as the profile says it; for messages */
  char *ca_bundle;       /* --ca-bundle, or NULL */
  int from_environment;
};

void mg_end_done (struct mg_end *end);          /* wipes; NULL-safe */
int mg_end_copy (struct mg_end *ret_dst, const struct mg_end *src);

/* A plain MLflow server has no id: it is told by the creation time of the first
 * thing that every one of them holds.  What to get, and where the time stands. */
extern const char mg_end_mlflow_probe[];
extern const char mg_end_mlflow_born[];

struct mg_end_options {
  int allow_http;                /* --allow-http */
  int may_use_environment;       /* the command acts on one end and none is named */
  const char *ca_bundle;
};

/* 'named' NULL or "": the environment when allowed, else the profile DEFAULT
 * (or default_profile of [__settings__]).
 * Errors: MG_E_NOT_FOUND [no-profile] with a suggestion, MG_E_INVALID
 * [no-host] [bad-profile] [password-in-url] [auth-conflict], MG_E_DENIED
 * [insecure-host], MG_E_AUTH [auth-type] [no-credentials]. */
int mg_end_resolve (const char *named, const struct mg_end_options *options,
                    struct mg_end *ret_end, struct mg_error *err);

/* Reads the end's credentials again from where they came (the wait for a new
 * token).  0 also when nothing changed. */
int mg_end_reload (struct mg_end *end, struct mg_error *err);

/* The profile file's path; the caller frees with mg_free. */
char *mg_end_profile_path (void);

/* Writes or replaces one profile, keeping every other byte of the file; made
 * 0600.  client_id NULL writes a token.  For 'migrate configure'. */
int mg_end_save (const char *profile, const char *host, const char *token,
                 const char *client_id, const char *client_secret,
                 struct mg_error *err);

#endif
