/* migrate report: what was moved, what was not and why.  As text, as JSON
 * lines, or as CSV files. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/str.h"
#include "cli/app.h"
#include "cli/session-view.h"
#include "store/action.h"
#include "view/csv.h"
#include "view/errors.h"
#include "view/events.h"
#include "view/hint.h"
#include "view/table.h"

#define MOST_LINES 200             /* of a section on a terminal */

struct section {
  struct mg_app *app;
  int wsid;
  const char *title, *event;
  const char *const *names;        /* of the columns */
  struct mg_csv *csv;              /* or NULL */
  int64_t n;
};

static void
put_json (struct section *s, const char *const *row)
{
  struct mg_line line;
  int i;

  mg_line_begin (&line, s->event);
  for (i = 0; s->names[i] != NULL; i++)
    mg_line_text (&line, s->names[i], row[i][0] ? row[i] : NULL);
  mg_line_end (&line);
}

static void
puts_hint (struct mg_app *app, const char *text)
{
  MG_CLEANUP_FREE char *shown = mg_hint (&app->view, text);

  puts (shown);
}

static void
put_text (struct section *s, const char *const *row)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_MUST (64 * MG_KIB);
  int i;

  if (s->n == 0)
    printf ("\n%s\n", s->title);
  if (s->n == MOST_LINES)
    puts_hint (s->app, "  ... the rest: migrate report --csv DIR");
  if (s->n >= MOST_LINES)
    return;
  for (i = 0; s->names[i] != NULL; i++)
    if (row[i][0] != '\0') {
      mg_buf_add_str (&b, "  ");
      mg_buf_add_printable (&b, row[i]);
    }
  puts (mg_buf_text (&b));
}

/* 'row' has a text for every name, none NULL. */
static int
put (struct section *s, const char *const *row, struct mg_error *err)
{
  int r = 0;

  if (s->csv != NULL)
    r = mg_csv_row (s->csv, row, err);
  else if (s->app->view.json)
    put_json (s, row);
  else
    put_text (s, row);
  s->n++;
  return r;
}

static const char *
text_of (sqlite3_stmt *st, int column)
{
  const char *text = (const char *) sqlite3_column_text (st, column);

  return text ? text : "";
}

static const char *
kind_name (struct mg_app *app, int kid)
{
  const struct mg_kind *kind = mg_registry_kid (&app->registry, kid);

  return kind ? kind->k->name : "";
}

static int
is_chosen (struct mg_app *app, int kid)
{
  const struct mg_kind *kind = mg_registry_kid (&app->registry, kid);

  return kid == 0 || (kind != NULL && kind->chosen);
}

/* ---- what is left to do by hand, and what there is to know ---- */

/* A page of notes; returns how many, or negative. */
static int
note_page (struct section *s, int64_t *after, struct mg_error *err)
{
  struct mg_store *store = s->app->session.store;
  struct mg_conn *conn = mg_store_read (store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_NOTE_PAGE, "i", *after);
  struct note { int64_t aid; int kid; char *code, *message; } *notes;
  int i, n = 0, r;

  notes = mg_xcalloc (512, sizeof *notes);
  while ((r = mg_sql_step (conn, st, err)) > 0) {
    int wsid = sqlite3_column_int (st, 1), kid = sqlite3_column_int (st, 3);

    *after = sqlite3_column_int64 (st, 0);
    notes[n].kid = (wsid == MG_SOURCE_WSID || wsid == s->wsid)
                   && is_chosen (s->app, kid) ? kid : -1;
    notes[n].aid = sqlite3_column_int64 (st, 2);
    notes[n].code = mg_xstrdup (text_of (st, 4));
    notes[n++].message = mg_xstrdup (text_of (st, 5));
  }
  mg_store_read_end (store, conn);
  for (i = 0; i < n; i++) {
    MG_CLEANUP (mg_asset_done) struct mg_asset a = MG_ASSET_INIT;
    const char *row[] = { kind_name (s->app, notes[i].kid), "",
                          notes[i].message, notes[i].code, NULL };

    if (notes[i].aid != 0 && mg_asset_get (store, NULL, notes[i].aid, &a, NULL) > 0)
      row[1] = a.key ? a.key : a.src_id;
    if (notes[i].kid >= 0 && r >= 0)
      r = put (s, row, err);
    mg_free (notes[i].code);
    mg_free (notes[i].message);
  }
  mg_free (notes);
  return r < 0 ? r : n;
}

static int
all_notes (struct section *s, struct mg_error *err)
{
  int64_t after = 0;
  int n;

  do
    n = note_page (s, &after, err);
  while (n == 512);
  return n < 0 ? n : 0;
}

/* ---- what was not moved ---- */

static int
put_work (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct section *s = opaque;
  MG_CLEANUP (mg_asset_done) struct mg_asset a = MG_ASSET_INIT;
  MG_CLEANUP_FREE char *why = w->state == MG_BLOCKED
                              && (w->message == NULL || w->message[0] == '\0')
    ? mg_blocked_by (s->app->session.store, &s->app->registry, w)
    : mg_hint (&s->app->view, w->message);
  const char *row[] = { kind_name (s->app, w->kid), "", mg_state_name (w->state),
                        why ? why : "", w->code, NULL };

  if (mg_asset_get (s->app->session.store, NULL, w->aid, &a, NULL) > 0)
    row[1] = a.key ? a.key : a.src_id;
  return put (s, row, err);
}

static int
all_failures (struct section *s, struct mg_error *err)
{
  struct mg_app *app = s->app;
  int i, r = 0;

  for (i = 0; i < app->registry.n_kinds && r == 0; i++) {
    int kid = app->registry.kinds[i]->kid;

    if (!app->registry.kinds[i]->chosen || kid == 0)
      continue;
    r = mg_work_each_bad (app->session.store, MG_SOURCE_WSID, kid, put_work, s,
                          err);
    if (r == 0 && s->wsid != MG_SOURCE_WSID)
      r = mg_work_each_bad (app->session.store, s->wsid, kid, put_work, s, err);
  }
  return r;
}

/* ---- what validate found ---- */

static int
all_differences (struct section *s, struct mg_error *err)
{
  struct mg_conn *conn;
  sqlite3_stmt *st;
  int r;

  if (s->wsid == MG_SOURCE_WSID)
    return 0;
  conn = mg_store_read (s->app->session.store);
  st = mg_sql_bind (conn, MG_SQL_DIFFERENCE_PAGE, "iii", (int64_t) s->wsid,
                    (int64_t) -1, (int64_t) 0);
  while ((r = mg_sql_step (conn, st, err)) > 0) {
    const char *row[] = { kind_name (s->app, sqlite3_column_int (st, 0)),
                          text_of (st, 1), text_of (st, 2), text_of (st, 3),
                          text_of (st, 4), text_of (st, 5), text_of (st, 6),
                          NULL };

    if (is_chosen (s->app, sqlite3_column_int (st, 0)) && put (s, row, err) < 0) {
      mg_sql_reset (st);
      r = err->code;
      break;
    }
  }
  mg_store_read_end (s->app->session.store, conn);
  return r;
}

/* ---- what actions changed ---- */

static int
put_action (struct section *s, const struct mg_action_row *row,
            struct mg_error *err)
{
  char off[24] = "", back[24] = "";
  const char *texts[] = { kind_name (s->app, row->kid),
                          row->key ? row->key : row->src_id,
                          row->wsid == MG_SOURCE_WSID ? "source" : "target",
                          mg_action_state_name (row->state), row->who, off, back,
                          NULL };

  if (row->off_at_us != 0)
    mg_time_iso (row->off_at_us, off);
  if (row->back_at_us != 0)
    mg_time_iso (row->back_at_us, back);
  return put (s, texts, err);
}

static int
actions_of (struct section *s, int wsid, int kid, struct mg_error *err)
{
  MG_CLEANUP_FREE char *after = mg_xstrdup ("");
  int r;

  for (;;) {
    MG_CLEANUP (mg_action_row_done) struct mg_action_row row = { 0 };

    r = mg_action_after (s->app->session.store, wsid, kid, after, &row, err);
    if (r > 0)
      r = put_action (s, &row, err) < 0 ? MG_E_IO : 1;
    if (r <= 0)
      return r;
    mg_free (after);
    after = mg_xstrdup (row.src_id);
  }
}

static int
all_actions (struct section *s, struct mg_error *err)
{
  const struct mg_registry *registry = &s->app->registry;
  int i, r = 0;

  for (i = 0; i < registry->n_kinds && r == 0; i++) {
    const struct mg_kind *kind = registry->kinds[i];

    if (!kind->chosen || kind->kid == 0)
      continue;
    r = actions_of (s, MG_SOURCE_WSID, kind->kid, err);
    if (r == 0 && s->wsid != MG_SOURCE_WSID)
      r = actions_of (s, s->wsid, kind->kid, err);
  }
  return r;
}

/* ---- the whole ---- */

static const char *const failure_names[] = { "kind", "key", "state", "message",
                                             "code", NULL };
static const char *const note_names[] = { "kind", "key", "message", "code",
                                          NULL };
static const char *const difference_names[] = {
  "kind", "key", "what", "path", "source", "target", "why", NULL
};

static const char *const action_names[] = {
  "kind", "key", "end", "state", "who", "off", "back", NULL
};

static const struct part {
  const char *file, *title, *event;
  const char *const *names;
  int (*all) (struct section *s, struct mg_error *err);
} parts[] = {
  { "not-moved.csv", "Not moved", "not-moved", failure_names, all_failures },
  { "notes.csv", "To know and to do by hand", "note", note_names, all_notes },
  { "differences.csv", "Differences found by the last validate", "difference",
    difference_names, all_differences },
  { "actions.csv", "What actions found, and when they changed it", "acted",
    action_names, all_actions },
};

static int
put_part (struct mg_app *app, int wsid, const struct part *part,
          struct mg_error *err)
{
  const char *folder = mg_opt_text (&app->options, MG_OPT_CSV);
  struct section s = { app, wsid, part->title, part->event, part->names, NULL,
                       0 };
  MG_CLEANUP_FREE char *path = NULL;
  struct mg_csv csv;
  int r;

  if (folder == NULL)
    return part->all (&s, err);
  path = mg_path_join (folder, part->file);
  r = mg_csv_open (&csv, path, part->names, err);
  s.csv = &csv;
  if (r == 0)
    r = part->all (&s, err);
  if (r == 0) {
    r = mg_csv_close (&csv, err);
    if (!app->view.json)
      printf ("%s: %lld\n", path, (long long) s.n);
  }
  else
    mg_csv_close (&csv, NULL);
  return r;
}

static int
put_all (struct mg_app *app, int wsid, struct mg_error *err)
{
  int is_csv = mg_opt_given (&app->options, MG_OPT_CSV), r = 0;
  size_t i;

  if (!is_csv)
    r = mg_session_show (app, err);
  if (r == 0 && !is_csv && !app->view.json)
    puts ("\nMoved");
  if (r == 0 && !is_csv)
    r = mg_session_show_kinds (app, wsid, err);
  for (i = 0; i < MG_N_ELEMENTS (parts) && r == 0; i++)
    r = put_part (app, wsid, &parts[i], err);
  return r;
}

int
mg_cmd_report (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT;
  int wsid = 0;
  int r = mg_app_read (app, &wsid, &err);

  if (r == 0)
    r = put_all (app, wsid, &err);
  return r < 0 ? mg_app_fail (app, &err) : MG_EXIT_OK;
}
