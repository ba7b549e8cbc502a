/* Limits and reads by path: see rates.h.  Tables of some 60 rows: looked
 * through from the top, 1 us a request. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/parse.h"
#include "base/str.h"
#include "core/net/rates-tsv.h"
#include "core/net/reads-tsv.h"
#include "net/rates.h"

#define MAX_FIELDS 5

struct row {
  char *methods;         /* "GET", "POST,PUT", "*" */
  char *pattern;
  int class_id;
};

struct class {
  char *name;
  double limit;
  int64_t window_us;
};

struct mg_rates {
  struct row *rows;
  int n_rows;
  struct class *classes;
  int n_classes;
  int in_flight;         /* 0 = not said */
};

/* One line cut into fields by blanks, in place; comments have none. */
static int
split_line (char *line, char *fields[MAX_FIELDS])
{
  int n = 0;

  while (n < MAX_FIELDS) {
    line += strspn (line, " \t\r");
    if (*line == '\0' || *line == '#')
      break;
    fields[n++] = line;
    line += strcspn (line, " \t\r");
    if (*line != '\0')
      *line++ = '\0';
  }
  return n;
}

static int
method_in (const char *methods, const char *method)
{
  size_t len = strlen (method);

  if (strcmp (methods, "*") == 0)
    return 1;
  while (*methods != '\0') {
    size_t n = strcspn (methods, ",");

    if (n == len && memcmp (methods, method, n) == 0)
      return 1;
    methods += n + (methods[n] == ',');
  }
  return 0;
}

static int
find_class (struct mg_rates *rates, const char *name, double limit,
            int64_t window_us)
{
  struct class *c;
  int i;

  for (i = 0; i < rates->n_classes; i++)
    if (strcmp (rates->classes[i].name, name) == 0)
      return i;
  rates->classes = mg_xreallocarray (rates->classes,
                                     (size_t) rates->n_classes + 1,
                                     sizeof *rates->classes);
  c = &rates->classes[rates->n_classes];
  c->name = mg_xstrdup (name);
  c->limit = limit;
  c->window_us = window_us;
  return rates->n_classes++;
}

/* No class, but how many requests may be on their way; the first row counts. */
static int
set_in_flight (struct mg_rates *rates, double limit)
{
  if (limit < 1 || limit > MG_MOST_IN_FLIGHT)
    return MG_E_INVALID;
  if (rates->in_flight == 0)
    rates->in_flight = (int) limit;
  return 0;
}

static int
add_row (struct mg_rates *rates, char *const *fields, int n)
{
  struct row *row;
  double limit;
  int64_t window_us;
  int class_id;

  if (n != MAX_FIELDS || mg_parse_double (fields[3], &limit) < 0 || limit < 0
      || mg_parse_duration (fields[4], &window_us) < 0 || window_us <= 0
      || (fields[1][0] != '/' && fields[1][0] != '*'
          && strcmp (fields[1], "-") != 0))
    return MG_E_INVALID;
  if (strcmp (fields[1], "-") == 0 && strcmp (fields[2], "in-flight") == 0)
    return set_in_flight (rates, limit);
  class_id = find_class (rates, fields[2], limit, window_us);
  if (strcmp (fields[1], "-") == 0)
    return 0;
  rates->rows = mg_xreallocarray (rates->rows, (size_t) rates->n_rows + 1,
                                  sizeof *rates->rows);
  row = &rates->rows[rates->n_rows++];
  row->methods = mg_xstrdup (fields[0]);
  row->pattern = mg_xstrdup (fields[1]);
  row->class_id = class_id;
  return 0;
}

static int
add_table (struct mg_rates *rates, const char *text, const char *file,
           struct mg_error *err)
{
  int line_number = 0;

  while (*text != '\0') {
    size_t len = strcspn (text, "\n");
    MG_CLEANUP_FREE char *line = mg_xstrndup (text, len);
    char *fields[MAX_FIELDS];
    int n = split_line (line, fields);

    line_number++;
    if (n > 0 && add_row (rates, fields, n) < 0)
      return mg_error_set (err, MG_E_INVALID, "bad-limits",
                           "%s:%d: not 'METHOD PATH CLASS LIMIT WINDOW'; "
                           "for example 'POST /api/2.0/x x-create 10 1s'",
                           file, line_number);
    text += len + (text[len] == '\n');
  }
  return 0;
}

int
mg_rates_load (const char *file_or_off, struct mg_rates **ret_rates,
               struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MG_MAX_FILE);
  struct mg_rates *rates = mg_xcalloc (1, sizeof *rates);
  int r = 0;

  find_class (rates, "other", 0, 1000000);
  if (file_or_off == NULL || strcmp (file_or_off, "off") != 0) {
    if (file_or_off != NULL)
      r = mg_file_read (file_or_off, &text, err);
    if (r == 0)
      r = add_table (rates, mg_buf_text (&text), file_or_off, err);
    if (r == 0)
      r = add_table (rates, mg_rates_tsv, "rates.tsv", err);
  }
  if (r < 0) {
    mg_rates_free (rates);
    return r;
  }
  *ret_rates = rates;
  return 0;
}

void
mg_rates_free (struct mg_rates *rates)
{
  int i;

  if (rates == NULL)
    return;
  for (i = 0; i < rates->n_rows; i++) {
    mg_free (rates->rows[i].methods);
    mg_free (rates->rows[i].pattern);
  }
  for (i = 0; i < rates->n_classes; i++)
    mg_free (rates->classes[i].name);
  mg_free (rates->rows);
  mg_free (rates->classes);
  mg_free (rates);
}

int
mg_rates_n (const struct mg_rates *rates)
{
  return rates->n_classes;
}

const char *
mg_rates_name (const struct mg_rates *rates, int class_id)
{
  return rates->classes[class_id].name;
}

double
mg_rates_limit (const struct mg_rates *rates, int class_id,
                int64_t *ret_window_us)
{
  if (ret_window_us != NULL)
    *ret_window_us = rates->classes[class_id].window_us;
  return rates->classes[class_id].limit;
}

int
mg_rates_in_flight (const struct mg_rates *rates)
{
  return rates ? rates->in_flight : 0;
}

int
mg_rates_class (const struct mg_rates *rates, const char *method,
                const char *path)
{
  MG_CLEANUP_FREE char *bare = mg_xstrndup (path, strcspn (path, "?"));
  int i;

  for (i = 0; i < rates->n_rows; i++)
    if (method_in (rates->rows[i].methods, method)
        && mg_glob (rates->rows[i].pattern, bare))
      return rates->rows[i].class_id;
  return 0;
}

int
mg_reads_has (const char *method, const char *path)
{
  MG_CLEANUP_FREE char *bare = mg_xstrndup (path, strcspn (path, "?"));
  const char *text = mg_reads_tsv;

  if (strcmp (method, "GET") == 0 || strcmp (method, "HEAD") == 0)
    return 1;
  while (*text != '\0') {
    size_t len = strcspn (text, "\n");
    MG_CLEANUP_FREE char *line = mg_xstrndup (text, len);
    char *fields[MAX_FIELDS];

    if (split_line (line, fields) == 2 && method_in (fields[0], method)
        && mg_glob (fields[1], bare))
      return 1;
    text += len + (text[len] == '\n');
  }
  return 0;
}
