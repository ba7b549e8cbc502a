/* Summaries: see summary.h.  Main thread, after the run. */
#include <config.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "view/events.h"
#include "view/hint.h"
#include "view/summary.h"
#include "view/table.h"

#define MAX_DIFFERENCES 20         /* lines of validate */

/* ---- a sheet of numbers ---- */

void
mg_sheet_init (struct mg_sheet *sheet, const struct mg_view *view,
               const char *const *names)
{
  memset (sheet, 0, sizeof *sheet);
  sheet->view = view;
  for (; *names != NULL && sheet->n_fields < MG_MAX_FIELDS; names++) {
    sheet->optional[sheet->n_fields] = (*names)[0] == '?';
    sheet->names[sheet->n_fields++] = *names + ((*names)[0] == '?');
  }
}

/* What is only listed needs no row to say that there is none. */
static int
is_idle (const struct mg_sheet *sheet, const struct migrate_kind *k,
         const int64_t *values)
{
  int i;

  for (i = 0; i < sheet->n_fields; i++)
    if (values[i] != 0)
      return 0;
  return (k->flags & MIGRATE_KIND_ADOPT_ONLY) != 0 && !sheet->view->json;
}

void
mg_sheet_add (struct mg_sheet *sheet, const struct mg_kind *kind,
              const int64_t *values)
{
  struct mg_sheet_row *row;

  if (is_idle (sheet, kind->k, values))
    return;
  sheet->rows = mg_xreallocarray (sheet->rows, (size_t) sheet->n_rows + 1,
                                  sizeof *sheet->rows);
  row = &sheet->rows[sheet->n_rows++];
  row->kind = kind->k->name;
  memcpy (row->values, values,
          (size_t) sheet->n_fields * sizeof row->values[0]);
}

static int
is_shown (const struct mg_sheet *sheet, int field)
{
  int i;

  for (i = 0; i < sheet->n_rows; i++)
    if (sheet->rows[i].values[field] != 0)
      return 1;
  return !sheet->optional[field];
}

static void
sheet_table (const struct mg_sheet *sheet)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf head = MG_BUF_MUST (1000);
  struct mg_table table;
  int i, f;
  size_t c;

  mg_buf_add_str (&head, "KIND");
  for (f = 0; f < sheet->n_fields; f++)
    if (is_shown (sheet, f)) {
      mg_buf_add_byte (&head, ':');
      for (c = 0; sheet->names[f][c] != '\0'; c++)
        mg_buf_add_byte (&head, toupper ((unsigned char) sheet->names[f][c]));
      mg_buf_add_byte (&head, '>');
    }
  mg_table_init (&table, mg_buf_text (&head));
  for (i = 0; i < sheet->n_rows; i++) {
    mg_table_text (&table, sheet->rows[i].kind);
    for (f = 0; f < sheet->n_fields; f++)
      if (is_shown (sheet, f))
        mg_table_number (&table, sheet->rows[i].values[f]);
    mg_table_end (&table);
  }
  mg_progress_hide (sheet->view->progress);
  mg_table_print (&table, stdout);
  mg_table_done (&table);
}

static void
sheet_lines (const struct mg_sheet *sheet)
{
  int i, f;

  for (i = 0; i < sheet->n_rows; i++) {
    struct mg_line line;

    mg_line_begin (&line, "kind");
    mg_line_text (&line, "kind", sheet->rows[i].kind);
    for (f = 0; f < sheet->n_fields; f++)
      mg_line_number (&line, sheet->names[f], sheet->rows[i].values[f]);
    mg_line_end (&line);
  }
}

void
mg_sheet_end (struct mg_sheet *sheet)
{
  if (sheet->view->json)
    sheet_lines (sheet);
  else if (sheet->n_rows > 0)
    sheet_table (sheet);
  mg_free (sheet->rows);
  memset (sheet, 0, sizeof *sheet);
}

/* ---- export ---- */

int
mg_summary_export (const struct mg_view *view, struct mg_run *run,
                   struct mg_error *err)
{
  static const char *const names[] = { "found", "exported", "failed", NULL };
  struct mg_sheet sheet;
  int i, r = 0;

  mg_sheet_init (&sheet, view, names);
  for (i = 0; i < run->registry->n_kinds && r >= 0; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];
    int64_t counts[MG_N_STATES], values[3] = { 0 };

    if (!kind->chosen)
      continue;
    r = mg_counters_get (run->store, MG_SOURCE_WSID, kind->kid, counts,
                         &values[0], err);
    values[2] = counts[MG_FAILED];
    values[1] = values[0] - values[2];
    mg_sheet_add (&sheet, kind, values);
  }
  mg_sheet_end (&sheet);
  return r < 0 ? r : 0;
}

/* ---- import ---- */

int
mg_summary_import (const struct mg_view *view, struct mg_run *run,
                   struct mg_error *err)
{
  static const char *const names[] = {
    "created", "?updated", "same", "failed", "blocked", "?uncertain",
    "?waiting", "?skipped", NULL
  };
  struct mg_sheet sheet;
  int i, r = 0;

  mg_sheet_init (&sheet, view, names);
  for (i = 0; i < run->registry->n_kinds && r >= 0; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];
    int64_t c[MG_N_STATES], values[8];
    struct mg_seen seen;

    if (!kind->chosen)
      continue;
    r = mg_counters_get (run->store, run->target.wsid, kind->kid, c, NULL, err);
    mg_progress_seen (view->progress, kind, &seen);
    values[0] = seen.created;
    values[1] = seen.updated;
    values[2] = c[MG_UNCHANGED] + c[MG_DONE] - seen.created - seen.updated;
    values[3] = c[MG_FAILED];
    values[4] = c[MG_BLOCKED];
    values[5] = c[MG_DOUBT] + c[MG_SENT];
    values[6] = c[MG_WAIT] + c[MG_READY] + c[MG_PARKED];
    values[7] = c[MG_SKIPPED];
    mg_sheet_add (&sheet, kind, values);
  }
  mg_sheet_end (&sheet);
  return r < 0 ? r : 0;
}

/* ---- plan ---- */

void
mg_summary_least_time (const struct mg_view *view, const char *what,
                       const struct mg_plan *plan)
{
  char span[24], rate[32];
  struct mg_line line;

  if (view->json) {
    mg_line_begin (&line, "least-time");
    mg_line_number (&line, "us", plan->least_us);
    mg_line_text (&line, "class", plan->least_class[0] ? plan->least_class
                  : NULL);
    mg_line_real (&line, "rate", plan->least_rate);
    mg_line_end (&line);
    return;
  }
  if (plan->least_us < 1000000)
    return;
  printf ("least time %s%s: %s at %s\n", what, mg_time_span (plan->least_us, span),
          plan->least_class, mg_rate_text (plan->least_rate, rate));
}

static void
selected (const struct mg_view *view, const struct mg_plan *plan)
{
  struct mg_line line;

  if (!plan->is_selected)
    return;
  if (view->json) {
    mg_line_begin (&line, "selection");
    mg_line_number (&line, "selected", plan->n_named);
    mg_line_number (&line, "added", plan->n_added);
    mg_line_end (&line);
  }
  else
    printf ("%" PRId64 " selected, %" PRId64 " added: referenced\n",
            plan->n_named, plan->n_added);
}

void
mg_summary_plan (const struct mg_view *view, const struct mg_plan *plan)
{
  static const char *const names[] = {
    "create", "update", "same", "blocked", "?skipped", "?failed", NULL
  };
  struct mg_sheet sheet;
  int i;

  selected (view, plan);
  mg_sheet_init (&sheet, view, names);
  for (i = 0; i < plan->n_rows; i++) {
    const struct mg_plan_row *row = &plan->rows[i];
    const int64_t values[] = { row->create, row->update, row->same,
                               row->blocked, row->skipped, row->failed };

    mg_sheet_add (&sheet, row->kind, values);
  }
  mg_sheet_end (&sheet);
  mg_summary_least_time (view, "", plan);
}

/* ---- validate ---- */

struct why {
  char text[64];
  int64_t n;
};

/* Reasons of one kind's differences, the most frequent first; how many. */
static int
reasons (struct mg_run *run, int kid, struct why *ret, int max)
{
  struct mg_conn *conn = mg_store_read (run->store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_DIFFERENCE_PAGE, "iii",
                                  (int64_t) run->target.wsid, (int64_t) -1,
                                  (int64_t) 0);
  int64_t last = -1;
  int i, n = 0;

  while (mg_sql_step (conn, st, NULL) > 0) {
    const char *why = (const char *) sqlite3_column_text (st, 6);
    int64_t aid = sqlite3_column_int64 (st, 7);

    if (sqlite3_column_int (st, 0) != kid || why == NULL || last == aid)
      continue;
    last = aid;                    /* all of one asset stand together */
    for (i = 0; i < n && strcmp (ret[i].text, why) != 0; i++)
      ;
    if (i == n && n < max)
      snprintf (ret[n++].text, sizeof ret[0].text, "%s", why);
    if (i < n)
      ret[i].n++;
  }
  mg_store_read_end (run->store, conn);
  return n;
}

static void
add_reasons (struct mg_run *run, const struct mg_kind *kind,
             struct mg_buf *text)
{
  struct why why[8] = { { "", 0 } };
  char number[32];
  int i, n = reasons (run, kind->kid, why, 8);

  for (i = 0; i < n; i++)
    mg_buf_addf (text, "%s%s %s", i ? ", " : "", mg_number (why[i].n, number),
                 why[i].text);
}

static void
validation_row (struct mg_run *run, const struct mg_validate_row *row,
                struct mg_table *table)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf why = MG_BUF_MUST (1000);
  const int64_t values[] = { row->source, row->target, row->equal, row->differ,
                             row->missing, row->extra };
  static const char *const names[] = { "source", "target", "equal", "differ",
                                       "missing", "extra" };
  struct mg_line line;
  char number[32];
  size_t i;

  if (row->explained > 0)
    add_reasons (run, row->kind, &why);
  if (row->unread > 0)
    mg_buf_addf (&why, "%s%s not read", why.len ? ", " : "",
                 mg_number (row->unread, number));
  if (table == NULL) {
    mg_line_begin (&line, "kind");
    mg_line_text (&line, "kind", row->kind->k->name);
    for (i = 0; i < MG_N_ELEMENTS (values); i++)
      mg_line_number (&line, names[i], values[i]);
    mg_line_number (&line, "explained", row->explained);
    mg_line_number (&line, "unread", row->unread);
    mg_line_number (&line, "changed", row->changed);
    mg_line_number (&line, "dropped", row->dropped);
    mg_line_number (&line, "off", row->off);
    mg_line_text (&line, "why", why.len ? mg_buf_text (&why) : NULL);
    mg_line_end (&line);
    return;
  }
  mg_table_text (table, row->kind->k->name);
  for (i = 0; i < MG_N_ELEMENTS (values); i++)
    mg_table_number (table, values[i]);
  mg_table_text (table, mg_buf_text (&why));
  mg_table_end (table);
}

static const char *
cell (sqlite3_stmt *st, int column)
{
  const char *text = (const char *) sqlite3_column_text (st, column);

  return text ? text : "";
}

static void
add_value (struct mg_buf *b, const char *text)
{
  mg_buf_add_printable (b, text[0] != '\0' ? text : "(absent)");
}

/* "differs  KIND 'KEY'  PATH: SOURCE -> TARGET" */
static void
show_difference (const struct mg_kind *kind, sqlite3_stmt *st)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_MUST (64 * MG_KIB);

  mg_buf_addf (&b, "%s  %s '", cell (st, 2), kind->k->name);
  mg_buf_add_printable (&b, cell (st, 1));
  mg_buf_add_byte (&b, '\'');
  if (cell (st, 3)[0] != '\0') {
    mg_buf_add_str (&b, "  ");
    mg_buf_add_printable (&b, cell (st, 3));
    mg_buf_add_str (&b, ": ");
    add_value (&b, cell (st, 4));
    mg_buf_add_str (&b, " -> ");
    add_value (&b, cell (st, 5));
  }
  puts (mg_buf_text (&b));
}

/* The first of those that nothing explains; the rest is in the report. */
static void
show_differences (const struct mg_view *view, struct mg_run *run)
{
  struct mg_conn *conn = mg_store_read (run->store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_DIFFERENCE_PAGE, "iii",
                                  (int64_t) run->target.wsid, (int64_t) -1,
                                  (int64_t) 0);
  int n = 0;

  while (mg_sql_step (conn, st, NULL) > 0) {
    const struct mg_kind *kind = mg_registry_kid (run->registry,
                                                  sqlite3_column_int (st, 0));

    if (kind != NULL && cell (st, 6)[0] == '\0' && n++ < MAX_DIFFERENCES)
      show_difference (kind, st);
  }
  mg_store_read_end (run->store, conn);
  if (n > MAX_DIFFERENCES) {
    MG_CLEANUP_FREE char *hint = mg_hint (view, "migrate report");

    printf ("and %d more: %s\n", n - MAX_DIFFERENCES, hint);
  }
}

/* What import switches off, kind by kind. */
static void
show_off (const struct mg_validation *validation)
{
  char number[32];
  int i, n = 0;

  for (i = 0; i < validation->n_rows; i++)
    if (validation->rows[i].off > 0)
      printf ("%s %s %s", n++ ? "," : "expected: paused or off, as imported:",
              validation->rows[i].kind->k->name,
              mg_number (validation->rows[i].off, number));
  if (n > 0)
    printf ("\n");
}

/* What differs because somebody wanted it so. */
static void
show_expected (const struct mg_validation *validation)
{
  int64_t changed = 0, dropped = 0;
  char numbers[2][32];
  int i;

  for (i = 0; i < validation->n_rows; i++) {
    changed += validation->rows[i].changed;
    dropped += validation->rows[i].dropped;
  }
  if (changed + dropped > 0)
    printf ("expected: %s values changed and %s entries dropped by rules\n",
            mg_number (changed, numbers[0]), mg_number (dropped, numbers[1]));
}

void
mg_summary_validation (const struct mg_view *view, struct mg_run *run,
                       const struct mg_validation *validation)
{
  struct mg_table table;
  int i;

  mg_table_init (&table, "KIND:SOURCE>:TARGET>:EQUAL>:DIFFER>:MISSING>:EXTRA>"
                 ":WHY");
  for (i = 0; i < validation->n_rows; i++)
    validation_row (run, &validation->rows[i], view->json ? NULL : &table);
  mg_progress_hide (view->progress);
  if (!view->json)
    mg_table_print (&table, stdout);
  mg_table_done (&table);
  if (!view->json) {
    show_off (validation);
    show_expected (validation);
  }
  if (!view->json && run->n_differences > 0)
    show_differences (view, run);
}

/* ---- undo ---- */

static int
by_kind (const void *a, const void *b)
{
  return ((const struct mg_undo_row *) a)->kind->index
         - ((const struct mg_undo_row *) b)->kind->index;
}

void
mg_summary_undo (const struct mg_view *view, struct mg_undo *undo,
                 int applied)
{
  static const char *const planned[] = { "remove", "restore", "edited", NULL };
  static const char *const done[] = { "removed", "restored", "edited",
                                      "failed", NULL };
  struct mg_sheet sheet;
  int i;

  if (undo->n_rows > 0)
    qsort (undo->rows, (size_t) undo->n_rows, sizeof *undo->rows, by_kind);
  mg_sheet_init (&sheet, view, applied ? done : planned);
  for (i = 0; i < undo->n_rows; i++) {
    const struct mg_undo_row *row = &undo->rows[i];
    const int64_t plan[] = { row->remove, row->restore, row->edited };
    const int64_t did[] = { row->removed, row->restored, row->edited,
                            row->failed };

    mg_sheet_add (&sheet, row->kind, applied ? did : plan);
  }
  mg_sheet_end (&sheet);
}
