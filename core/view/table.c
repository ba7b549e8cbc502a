/* Aligned tables: see table.h. */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/str.h"
#include "view/table.h"

#define MAX_CELL 8192

const char *
mg_number (int64_t n, char ret_text[32])
{
  char digits[24];
  int len, i, at = 0;

  len = snprintf (digits, sizeof digits, "%" PRId64, n);
  for (i = 0; i < len; i++) {
    if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
      ret_text[at++] = ',';
    ret_text[at++] = digits[i];
  }
  ret_text[at] = '\0';
  return ret_text;
}

/* Combining marks take none; East Asian letters and symbols two. */
static int
width_of (uint32_t c)
{
  static const struct { uint32_t from, to; int width; } odd[] = {
    { 0x300, 0x36f, 0 }, { 0x1100, 0x115f, 2 }, { 0x2e80, 0xa4cf, 2 },
    { 0xac00, 0xd7a3, 2 }, { 0xf900, 0xfaff, 2 }, { 0xfe00, 0xfe0f, 0 },
    { 0xff00, 0xff60, 2 }, { 0x1f300, 0x1faff, 2 }, { 0x20000, 0x3fffd, 2 },
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (odd); i++)
    if (c >= odd[i].from && c <= odd[i].to)
      return odd[i].width;
  return 1;
}

int
mg_columns (const char *text)
{
  const unsigned char *s = (const unsigned char *) text;
  int n = 0;

  while (*s != '\0') {
    int more = *s >= 0xf0 ? 3 : *s >= 0xe0 ? 2 : *s >= 0xc0 ? 1 : 0;
    uint32_t c = more == 0 ? *s : *s & (0x3fu >> more);

    for (s++; more > 0 && (*s & 0xc0) == 0x80; more--, s++)
      c = c << 6 | (*s & 0x3fu);
    n += width_of (c);
  }
  return n;
}

static void
add (struct mg_table *t, char *text)
{
  t->cells = mg_xreallocarray (t->cells, (size_t) t->n_cells + 1,
                               sizeof *t->cells);
  t->cells[t->n_cells++] = text;
}

void
mg_table_init (struct mg_table *t, const char *head)
{
  memset (t, 0, sizeof *t);
  while (*head != '\0') {
    size_t len = strcspn (head, ":"), text = len;

    if (len > 0 && head[len - 1] == '>') {
      t->right |= 1u << t->n_columns;
      text--;
    }
    add (t, mg_xstrndup (head, text));
    t->n_columns++;
    head += len + (head[len] == ':');
  }
  if (t->n_columns == 0)
    mg_oom ();                   /* the head could not be put together */
}

void
mg_table_done (struct mg_table *t)
{
  int i;

  for (i = 0; i < t->n_cells; i++)
    mg_free (t->cells[i]);
  mg_free (t->cells);
  memset (t, 0, sizeof *t);
}

void
mg_table_text (struct mg_table *t, const char *text)
{
  struct mg_buf b = MG_BUF_MUST (MAX_CELL);

  mg_buf_add_printable (&b, text ? text : "-");
  add (t, mg_buf_steal (&b));
}

void
mg_table_number (struct mg_table *t, int64_t n)
{
  char text[32];

  add (t, mg_xstrdup (mg_number (n, text)));
}

void
mg_table_end (struct mg_table *t)
{
  while (t->n_cells % t->n_columns != 0)
    add (t, mg_xstrdup (""));
}

/* Up to its last cell that is not empty. */
static void
print_row (const struct mg_table *t, char *const *cells, const int *widths,
           FILE *out)
{
  int last = t->n_columns - 1, c;

  while (last > 0 && cells[last][0] == '\0')
    last--;
  for (c = 0; c <= last; c++) {
    int pad = widths[c] - mg_columns (cells[c]);

    if (t->right & 1u << c)
      fprintf (out, "%*s%s", pad, "", cells[c]);
    else
      fprintf (out, "%s%*s", cells[c], c == last ? 0 : pad, "");
    fputs (c == last ? "\n" : "  ", out);
  }
}

void
mg_table_print (const struct mg_table *t, FILE *out)
{
  int widths[32] = { 0 };
  int i;

  for (i = 0; i < t->n_cells; i++) {
    int w = mg_columns (t->cells[i]), c = i % t->n_columns;

    if (w > widths[c])
      widths[c] = w;
  }
  for (i = 0; i + t->n_columns <= t->n_cells; i += t->n_columns)
    print_row (t, t->cells + i, widths, out);
}
