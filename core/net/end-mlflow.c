/* Plain MLflow servers: which credentials go to them.  Those of the
 * environment belong to one URL; any other server would get a password that
 * is not meant for it. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/str.h"
#include "net/end-impl.h"

const char mg_end_mlflow_probe[] =
  "/api/2.0/mlflow/experiments/get?experiment_id=0";
const char mg_end_mlflow_born[] = "experiment.creation_time";

int
mg_end_mlflow_profile (const struct mg_profile *profile, const char *auth,
                       struct mg_end *end, struct mg_error *err)
{
  if (mg_streq (auth, "none"))
    end->auth = MG_AUTH_NONE;
  else if (mg_streq (auth, "mlflow-basic")) {
    end->auth = MG_AUTH_BASIC;
    end->username = mg_xstrdup (mg_profile_get (profile, "username"));
    end->password = mg_xstrdup (mg_profile_get (profile, "password"));
    if (end->username == NULL || end->password == NULL)
      return mg_error_set (err, MG_E_AUTH, "no-credentials",
                           "profile '%s': auth_type %s needs username and "
                           "password", profile->name, auth);
  }
  else if (mg_streq (auth, "mlflow-bearer")) {
    end->auth = MG_AUTH_BEARER;
    end->token = mg_xstrdup (mg_profile_get (profile, "token"));
    if (end->token == NULL)
      return mg_error_set (err, MG_E_AUTH, "no-credentials",
                           "profile '%s': auth_type %s needs token",
                           profile->name, auth);
  }
  else
    return 0;
  end->type = MG_END_MLFLOW;
  end->auth_name = mg_xstrdup (auth);
  return 1;
}

static void
take (char **to, const char *value)
{
  if (*to == NULL && value != NULL)
    *to = mg_xstrdup (value);
}

/* ~/.mlflow/credentials: user and password in a section of MLflow's name. */
static int
read_credentials_file (struct mg_end *end, struct mg_error *err)
{
  MG_CLEANUP (mg_profiles_done) struct mg_profiles file = MG_PROFILES_INIT;
  MG_CLEANUP_FREE char *path = mg_profile_expand ("~/.mlflow/credentials");
  size_t i;
  int r = mg_profiles_read (path, &file, err);

  if (r < 0)
    return r;
  for (i = 0; i < file.n; i++) {
    take (&end->username,
          mg_profile_get (&file.all[i], "mlflow_tracking_username"));
    take (&end->password,
          mg_profile_get (&file.all[i], "mlflow_tracking_password"));
  }
  return 0;
}

static int
is_tracking_uri (const char *named)
{
  const char *uri = mg_env ("MLFLOW_TRACKING_URI");
  struct mg_url a, b;

  if (uri == NULL || strstr (uri, "://") == NULL
      || mg_url_parse (uri, &a, NULL) < 0 || mg_url_parse (named, &b, NULL) < 0)
    return 0;
  return mg_url_same_server (&a, &b) && strcmp (a.path, b.path) == 0;
}

int
mg_end_mlflow_login (const char *named, struct mg_end *end,
                     struct mg_error *err)
{
  int r;

  end->type = MG_END_MLFLOW;
  end->auth = MG_AUTH_NONE;
  if (!is_tracking_uri (named))
    return 0;
  take (&end->username, mg_env ("MLFLOW_TRACKING_USERNAME"));
  take (&end->password, mg_env ("MLFLOW_TRACKING_PASSWORD"));
  r = read_credentials_file (end, err);
  if (r < 0)
    return r;
  if (end->username != NULL && end->password != NULL) {
    end->auth = MG_AUTH_BASIC;
    return 0;
  }
  take (&end->token, mg_env ("MLFLOW_TRACKING_TOKEN"));
  if (end->token != NULL)
    end->auth = MG_AUTH_BEARER;
  return 0;
}
