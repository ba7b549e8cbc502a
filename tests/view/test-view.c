/* Tables, progress lines, CSV fields: what people see, without a run. */
#include <config.h>

#include "mg-test.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "view/csv.h"
#include "view/hint.h"
#include "view/progress.h"
#include "view/table.h"

static char printed[4096];

static const char *
print (const struct mg_table *t)
{
  FILE *f = fmemopen (printed, sizeof printed, "w");

  mg_table_print (t, f);
  fclose (f);
  return printed;
}

MG_TEST (numbers_have_commas)
{
  char text[32];

  is_str (mg_number (0, text), "0");
  is_str (mg_number (999, text), "999");
  is_str (mg_number (1000, text), "1,000");
  is_str (mg_number (1234567, text), "1,234,567");
  is_str (mg_number (-100, text), "-100");
  is_str (mg_number (-1000, text), "-1,000");
  is_str (mg_number (INT64_MIN, text), "-9,223,372,036,854,775,808");
}

MG_TEST (columns_of_a_terminal)
{
  is_int (mg_columns (""), 0);
  is_int (mg_columns ("abc"), 3);
  is_int (mg_columns ("\xc3\xa4"), 1);            /* a umlaut */
  is_int (mg_columns ("e\xcc\x81"), 1);           /* e and its accent */
  is_int (mg_columns ("\xe6\xbc\xa2"), 2);        /* a Chinese letter */
  is_int (mg_columns ("\xf0\x9f\x98\x80"), 2);    /* a face */
}

MG_TEST (a_table_is_aligned)
{
  struct mg_table t;

  mg_table_init (&t, "KIND:N>:WHY");
  mg_table_text (&t, "a");
  mg_table_number (&t, 1000);
  mg_table_text (&t, "x");
  mg_table_end (&t);
  mg_table_text (&t, "long \xe6\xbc\xa2");
  mg_table_number (&t, 1);
  mg_table_end (&t);
  is_str (print (&t),
          "KIND         N  WHY\n"
          "a        1,000  x\n"
          "long \xe6\xbc\xa2      1\n");
  mg_table_done (&t);
}

MG_TEST (a_cell_cannot_forge)
{
  struct mg_table t;

  mg_table_init (&t, "NAME");
  mg_table_text (&t, "a\nmigrate: b\xe2\x80\xae");
  mg_table_end (&t);
  is_str (print (&t), "NAME\na\\nmigrate: b\\u{202e}\n");
  mg_table_done (&t);
}

static const char *
line (int64_t done, int64_t total, double rate, double limit, int columns)
{
  static char text[200];
  struct mg_progress_row row = { "widgets", done, total, rate, limit };

  mg_progress_line (&row, 8, columns, text, sizeof text);
  return text;
}

MG_TEST (a_line_of_progress)
{
  is_str (line (4120, 10232, 60, 60, 0),
          "widgets   4,120/10,232  40%  60/s (published limit)  ETA 1m42s");
}

MG_TEST (a_rate_far_from_the_limit_is_ours)
{
  is_str (line (10, 100, 20, 60, 0), "widgets   10/100  10%  20/s  ETA 4.5s");
}

MG_TEST (no_rate_is_above_the_limit_it_names)
{
  is_str (line (4120, 10232, 62, 60, 0),
          "widgets   4,120/10,232  40%  60/s (published limit)  ETA 1m42s");
  is_str (line (121, 398, 38.0 / 60, 35.0 / 60, 0),
          "widgets   121/398  30%  35/min (published limit)  ETA 7m55s");
}

MG_TEST (slow_rates_are_told_by_the_minute)
{
  is_str (line (121, 398, 35.0 / 60, 0, 0),
          "widgets   121/398  30%  35/min  ETA 7m55s");
}

MG_TEST (nothing_is_guessed)
{
  is_str (line (5, -1, 0, 0, 0), "widgets   5");
  is_str (line (5, 10, 0, 60, 0), "widgets   5/10  50%");
}

MG_TEST (a_line_is_cut_to_the_terminal)
{
  is_str (line (4120, 10232, 60, 60, 20), "widgets   4,120/10,2");
}

static const char *
field (const char *text)
{
  static char copy[200];
  struct mg_buf b = MG_BUF_INIT (1000);

  mg_csv_field (&b, text);
  snprintf (copy, sizeof copy, "%s", mg_buf_text (&b));
  mg_buf_done (&b);
  return copy;
}

MG_TEST (csv_quotes_what_must_be)
{
  is_str (field ("plain text"), "plain text");
  is_str (field ("a,b"), "\"a,b\"");
  is_str (field ("say \"x\""), "\"say \"\"x\"\"\"");
  is_str (field ("two\nlines"), "\"two\nlines\"");
  is_str (field (""), "");
}

MG_TEST (csv_files_are_private_and_whole)
{
  static const char *const head[] = { "a", "b", NULL };
  static const char *const row[] = { "1", "x,y", NULL };
  struct mg_error err = MG_ERROR_INIT;
  struct mg_csv csv;
  char path[300], text[200];
  size_t n;
  FILE *f;

  snprintf (path, sizeof path, "%s/new/rows.csv", mg_test_tmpdir ());
  is_ok (mg_csv_open (&csv, path, head, &err));
  is_ok (mg_csv_row (&csv, row, &err));
  is_ok (mg_csv_close (&csv, &err));
  f = fopen (path, "r");
  not_null (f);
  n = fread (text, 1, sizeof text - 1, f);
  fclose (f);
  text[n] = '\0';
  is_str (text, "a,b\n1,\"x,y\"\n");
}

/* ---- commands in texts ---- */

static void
hint_is (const char *session, const char *text, const char *want)
{
  struct mg_view view = { .session = session };
  MG_CLEANUP_FREE char *got = mg_hint (&view, text);

  is_str (got, want);
}

MG_TEST (a_hint_names_the_session)
{
  hint_is ("acme", "resume: migrate import",
           "resume: migrate import --session acme");
  hint_is ("acme", "migrate errors, then: migrate export --retry-failed",
           "migrate errors --session acme, then: migrate export --session acme "
           "--retry-failed");
}

MG_TEST (a_hint_is_left_alone_where_no_name_is_needed)
{
  hint_is (NULL, "resume: migrate import", "resume: migrate import");
  hint_is (NULL, NULL, NULL);
}

MG_TEST (only_commands_of_a_session_take_its_name)
{
  hint_is ("acme", "renew: migrate configure p; see migrate session list",
           "renew: migrate configure p; see migrate session list");
  hint_is ("acme", "migrate imports, migrate ", "migrate imports, migrate ");
  hint_is ("acme", "migrate import --session b", "migrate import --session b");
}

MG_TEST (a_folder_can_be_pasted)
{
  hint_is ("/my data/it's", "migrate plan",
           "migrate plan --session '/my data/it'\\''s'");
}
