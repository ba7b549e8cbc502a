/* See session-view.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/session-view.h"
#include "view/events.h"
#include "view/summary.h"
#include "view/table.h"

/* ---- facts ---- */

static void
last_run (struct mg_session *session, struct mg_session_facts *facts)
{
  struct mg_conn *conn = mg_store_read (session->store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_RUN_LAST, "i", (int64_t) 1);

  snprintf (facts->last_when, sizeof facts->last_when, "-");
  if (mg_sql_step (conn, st, NULL) > 0) {
    facts->last_command =
      mg_xstrdup ((const char *) sqlite3_column_text (st, 0));
    mg_time_iso (sqlite3_column_int64 (st, 3), facts->last_when);
    facts->last_status = sqlite3_column_type (st, 5) == SQLITE_NULL
                         ? -1 : sqlite3_column_int (st, 5);
    mg_sql_reset (st);
  }
  mg_store_read_end (session->store, conn);
}

int
mg_session_facts_read (const char *name, struct mg_session_facts *ret,
                       struct mg_error *err)
{
  struct mg_session session;
  struct mg_workspace w;
  int wsid, r;

  memset (ret, 0, sizeof *ret);
  r = mg_session_open (name, 0, -1, NULL, &session, err);
  if (r < 0)
    return mg_error_prefix (err, "session '%s'", name);
  for (wsid = 0; mg_session_workspace (&session, wsid, &w, NULL) > 0; wsid++) {
    char **host = wsid == MG_SOURCE_WSID ? &ret->source : &ret->target;

    mg_free (*host);
    *host = mg_xstrdup (w.host);
    mg_workspace_done (&w);
  }
  last_run (&session, ret);
  mg_session_close (&session);
  return 0;
}

void
mg_session_facts_done (struct mg_session_facts *facts)
{
  mg_free (facts->source);
  mg_free (facts->target);
  mg_free (facts->last_command);
  memset (facts, 0, sizeof *facts);
}

void
mg_session_facts_line (const char *name, const struct mg_session_facts *facts)
{
  struct mg_line line;

  mg_line_begin (&line, "session");
  mg_line_text (&line, "name", name);
  mg_line_text (&line, "source", facts->source);
  mg_line_text (&line, "target", facts->target);
  mg_line_text (&line, "last_command", facts->last_command);
  if (facts->last_command != NULL) {
    mg_line_text (&line, "last_when", facts->last_when);
    mg_line_number (&line, "last_status", facts->last_status);
  }
  mg_line_end (&line);
}

/* ---- show ---- */

static void
show_end (struct mg_app *app, const struct mg_workspace *w)
{
  MG_CLEANUP_FREE char *name = NULL;
  char key[32], host[300];
  struct mg_line line;

  snprintf (key, sizeof key, "target:%d", w->wsid);
  name = mg_meta_get (&app->session, w->wsid == MG_SOURCE_WSID ? "source" : key);
  if (app->view.json) {
    mg_line_begin (&line, "end");
    mg_line_text (&line, "role", w->role);
    mg_line_text (&line, "host", w->host);
    mg_line_text (&line, "workspace", w->org_id);
    mg_line_text (&line, "profile", name);
    mg_line_bool (&line, "confirmed", w->confirmed);
    mg_line_end (&line);
    return;
  }
  printf ("%-8s %s  workspace %s%s%s%s\n", w->role,
          mg_printable (mg_host_name (w->host), host, sizeof host), w->org_id,
          name ? "  profile " : "", name ? name : "",
          w->wsid == MG_SOURCE_WSID ? "  (read-only)"
          : w->confirmed ? "" : "  (nothing written yet)");
}

int
mg_session_show (struct mg_app *app, struct mg_error *err)
{
  int wsid, target = 0, r = 1;

  if (!app->view.json)
    printf ("session '%s'\nfolder   %s\n", app->session_name,
            app->session.folder);
  for (wsid = 0; r > 0; wsid++) {
    struct mg_workspace w;

    r = mg_session_workspace (&app->session, wsid, &w, err);
    if (r > 0)
      show_end (app, &w);
    mg_workspace_done (&w);
  }
  if (r == 0)
    r = mg_app_target_wsid (app, &target, err);
  if (r == 0 && !app->view.json)
    putchar ('\n');
  if (r == 0)
    r = mg_session_show_runs (app, 10, err);
  return r;
}

static const char *
outcome (int ended, int status, char ret_text[32])
{
  if (!ended)
    return "did not end";
  switch (status) {
  case MG_EXIT_OK: return "done";
  case MG_EXIT_SOME: return "some failed";
  case MG_EXIT_DIFFERS: return "differences";
  case MG_EXIT_STOPPED:
  case MG_EXIT_HUP:
  case MG_EXIT_INT:
  case MG_EXIT_TERM: return "stopped";
  default: break;
  }
  snprintf (ret_text, 32, "status %d", status);
  return ret_text;
}

static void
run_row (struct mg_app *app, sqlite3_stmt *st, struct mg_table *table)
{
  int ended = sqlite3_column_type (st, 4) != SQLITE_NULL;
  int64_t began = sqlite3_column_int64 (st, 3);
  int64_t took = ended ? sqlite3_column_int64 (st, 4) - began : 0;
  char when[24], span[24], text[32];
  struct mg_line line;

  mg_time_iso (began, when);
  if (!app->view.json) {
    mg_table_text (table, when);
    mg_table_text (table, (const char *) sqlite3_column_text (st, 0));
    mg_table_text (table, outcome (ended, sqlite3_column_int (st, 5), text));
    mg_table_text (table, ended ? mg_time_span (took, span) : "-");
    mg_table_number (table, sqlite3_column_int64 (st, 6));
    mg_table_end (table);
    return;
  }
  mg_line_begin (&line, "run");
  mg_line_text (&line, "command", (const char *) sqlite3_column_text (st, 0));
  mg_line_text (&line, "began", when);
  if (ended) {
    mg_line_number (&line, "us", took);
    mg_line_number (&line, "status", sqlite3_column_int (st, 5));
  }
  mg_line_number (&line, "requests", sqlite3_column_int64 (st, 6));
  mg_line_end (&line);
}

int
mg_session_show_runs (struct mg_app *app, int n, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (app->session.store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_RUN_LAST, "i", (int64_t) n);
  struct mg_table table;
  int r, rows = 0;

  mg_table_init (&table, "WHEN:COMMAND:OUTCOME:TOOK>:REQUESTS>");
  while ((r = mg_sql_step (conn, st, err)) > 0) {
    run_row (app, st, &table);
    rows++;
  }
  mg_store_read_end (app->session.store, conn);
  if (rows > 0 && !app->view.json)
    mg_table_print (&table, stdout);
  mg_table_done (&table);
  return r;
}

/* ---- by kind ---- */

int
mg_session_show_kinds (struct mg_app *app, int wsid, struct mg_error *err)
{
  static const char *const names[] = {
    "exported", "?export_failed", "done", "?same", "?waiting", "?failed",
    "?blocked", "?uncertain", "?skipped", NULL
  };
  struct mg_sheet sheet;
  int i, r = 0;

  mg_sheet_init (&sheet, &app->view, names);
  for (i = 0; i < app->registry.n_kinds && r >= 0; i++) {
    const struct mg_kind *kind = app->registry.kinds[i];
    int64_t s[MG_N_STATES], c[MG_N_STATES] = { 0 }, values[9] = { 0 };

    if (!kind->chosen || kind->kid == 0)
      continue;
    r = mg_counters_get (app->session.store, MG_SOURCE_WSID, kind->kid, s,
                         &values[0], err);
    if (r >= 0 && wsid != MG_SOURCE_WSID)
      r = mg_counters_get (app->session.store, wsid, kind->kid, c, NULL, err);
    values[1] = s[MG_FAILED];
    values[0] -= values[1];
    values[2] = c[MG_DONE];
    values[3] = c[MG_UNCHANGED];
    values[4] = c[MG_WAIT] + c[MG_READY] + c[MG_PARKED];
    values[5] = c[MG_FAILED];
    values[6] = c[MG_BLOCKED];
    values[7] = c[MG_DOUBT] + c[MG_SENT];
    values[8] = c[MG_SKIPPED];
    mg_sheet_add (&sheet, kind, values);
  }
  mg_sheet_end (&sheet);
  return r < 0 ? r : 0;
}
