/* Who is at the other end: see session.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "net/end.h"
#include "net/remote.h"
#include "run/session.h"

static int
get (struct mg_remote *remote, const char *path, struct mg_response *res,
     struct mg_error *err)
{
  struct mg_request req = { .effect = MG_READ, .method = "GET", .path = path };

  return mg_remote_call (remote, &req, res, err);
}

struct admin {
  int found;
};

static int
each_group (void *opaque, struct mg_span name)
{
  MG_CLEANUP_FREE char *text = mg_json_text (name);

  ((struct admin *) opaque)->found |= mg_streq (text, "admins");
  return 0;
}

/* Who does not say its number, but knows its people, is told by host and port. */
static int
identify_by_host (struct mg_remote *remote, const struct mg_response *me,
                  char ret_org_id[64], struct mg_error *err)
{
  MG_CLEANUP_FREE char *id = mg_json_get_text (mg_buf_text (&me->body),
                                               me->body.len, "id");
  MG_CLEANUP_FREE char *name = mg_json_get_text (mg_buf_text (&me->body),
                                                 me->body.len, "userName");
  const char *host = mg_remote_host (remote), *bare = strstr (host, "://");

  bare = bare ? bare + 3 : host;
  if (id == NULL || name == NULL)
    return mg_error_set (err, MG_E_PROTOCOL, "not-a-workspace",
                         "%s answers, but names no workspace "
                         "(X-Databricks-Org-Id) and nobody who asks; check the "
                         "host", host);
  if (strlen (bare) >= 64)         /* half of it might be another's, too */
    return mg_error_set (err, MG_E_PROTOCOL, "not-a-workspace",
                         "%s names no workspace (X-Databricks-Org-Id), and is too "
                         "long to stand for one; see what lies between, and drops "
                         "headers", host);
  memcpy (ret_org_id, bare, strlen (bare) + 1);
  mg_log (MG_LOG_NORMAL, "%s names no workspace (X-Databricks-Org-Id); it is told "
          "by its host alone [workspace-unnamed]", host);
  return 0;
}

/* A workspace is the number in X-Databricks-Org-Id. */
static int
identify_databricks (struct mg_remote *remote, char ret_org_id[64],
                     char ret_user[256], int *ret_is_admin,
                     struct mg_error *err)
{
  struct mg_response res;
  struct admin admin = { 0 };
  MG_CLEANUP_FREE char *user = NULL;
  int r;

  mg_response_init (&res);
  r = get (remote, "/api/2.0/preview/scim/v2/Me", &res, err);
  if (r == 0) {
    mg_remote_org_id (remote, ret_org_id);
    user = mg_json_get_text (mg_buf_text (&res.body), res.body.len, "userName");
    mg_json_each (mg_buf_text (&res.body), res.body.len, "groups[*].display",
                  each_group, &admin);
    snprintf (ret_user, 256, "%s", user ? user : "");
    *ret_is_admin = admin.found;
    if (ret_org_id[0] == '\0')
      r = identify_by_host (remote, &res, ret_org_id, err);
  }
  mg_response_done (&res);
  return r;
}

/* A plain MLflow server is the creation time of its experiment 0, with its
 * host; a port is no identity. */
static int
identify_mlflow (struct mg_remote *remote, char ret_org_id[64],
                 struct mg_error *err)
{
  struct mg_response res;
  MG_CLEANUP_FREE char *host = mg_xstrdup (mg_remote_host (remote));
  char *name = strstr (host, "://"), *colon;
  int64_t created = 0;
  int r;

  name = name ? name + 3 : host;
  colon = strrchr (name, ':');
  if (colon != NULL)
    *colon = '\0';
  mg_response_init (&res);
  r = get (remote, mg_end_mlflow_probe, &res, err);
  if (r == 0)
    mg_json_get_int64 (mg_buf_text (&res.body), res.body.len,
                       mg_end_mlflow_born, &created);
  /* Any server answers 404 to what it does not know; MLflow says why. */
  if (r == MG_E_NOT_FOUND && res.error_code[0] == '\0')
    r = mg_error_set (err, MG_E_PROTOCOL, "not-a-workspace",
                      "%s answers, but is no MLflow server (404 and no "
                      "error_code); check the host", mg_remote_host (remote));
  if (r == 0 || r == MG_E_NOT_FOUND) {
    mg_error_clear (err);
    snprintf (ret_org_id, 64, "%lld@%.40s", (long long) created, name);
    r = 0;
  }
  mg_response_done (&res);
  return r;
}

int
mg_session_identify (struct mg_remote *remote, uint32_t end,
                     char ret_org_id[64], char ret_user[256],
                     int *ret_is_admin, struct mg_error *err)
{
  ret_user[0] = '\0';
  *ret_is_admin = 0;
  if (end == MIGRATE_END_MLFLOW)
    return identify_mlflow (remote, ret_org_id, err);
  return identify_databricks (remote, ret_org_id, ret_user, ret_is_admin, err);
}
