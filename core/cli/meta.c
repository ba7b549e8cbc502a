/* What the session remembers of its ends: see app.h.  Names: 'id' (of the
 * session, for the User-Agent), 'source' and 'target:N' (how the operator
 * calls an end), 'target' (the number N of the last one). */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "base/str.h"
#include "cli/app.h"

char *
mg_meta_get (struct mg_session *session, const char *name)
{
  struct mg_conn *conn = mg_store_read (session->store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_META_GET, "s", name);
  char *value = NULL;

  if (mg_sql_step (conn, st, NULL) > 0) {
    value = mg_xstrdup ((const char *) sqlite3_column_text (st, 0));
    mg_sql_reset (st);
  }
  mg_store_read_end (session->store, conn);
  return value;
}

struct meta_op {
  struct mg_op op;
  const char *name, *value;
};

static int
apply_meta (struct mg_store *store, struct mg_conn *conn, struct mg_op *op,
            struct mg_error *err)
{
  struct meta_op *m = (struct meta_op *) op;

  (void) store;
  return mg_sql_run (conn, err, MG_SQL_META_PUT, "ss", m->name, m->value);
}

int
mg_meta_put (struct mg_session *session, const char *name, const char *value,
             struct mg_error *err)
{
  struct meta_op op = { .op = { .apply = apply_meta }, .name = name,
                        .value = value };

  return mg_store_do (session->store, &op.op, err);
}

/* Is this workspace what the operator means by 'named'? */
static int
is_called (struct mg_app *app, const struct mg_workspace *w, const char *named)
{
  MG_CLEANUP_FREE char *called = NULL;
  char key[32];

  snprintf (key, sizeof key, "target:%d", w->wsid);
  called = mg_meta_get (&app->session, key);
  return mg_streq (called, named) || mg_streq (w->host, named)
         || mg_streq (mg_host_name (w->host), named)
         || mg_streq (w->org_id, named);
}

static int
find_called (struct mg_app *app, const char *named, int *ret_wsid,
             struct mg_error *err)
{
  int wsid, r = 1;

  for (wsid = 1; r > 0; wsid++) {
    struct mg_workspace w;
    int found;

    r = mg_session_workspace (&app->session, wsid, &w, err);
    found = r > 0 && is_called (app, &w, named);
    mg_workspace_done (&w);
    if (found) {
      *ret_wsid = wsid;
      return 0;
    }
  }
  if (r < 0)
    return r;
  return mg_error_set (err, MG_E_NOT_FOUND, "no-target",
                       "session '%s' was never imported into '%s'; see migrate "
                       "session show", app->session_name, named);
}

int
mg_app_target_wsid (struct mg_app *app, int *ret_wsid, struct mg_error *err)
{
  const char *named = mg_opt_text (&app->options, MG_OPT_TO);
  MG_CLEANUP_FREE char *last = NULL;
  int64_t wsid = 0;

  if (named == NULL)
    named = mg_opt_text (&app->options, MG_OPT_PROFILE);
  if (named != NULL)
    return find_called (app, named, ret_wsid, err);
  last = mg_meta_get (&app->session, "target");
  if (last != NULL)
    mg_parse_int64 (last, &wsid);
  *ret_wsid = (int) wsid;
  return 0;
}
