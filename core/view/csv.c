/* See csv.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/limits.h"
#include "view/csv.h"

#define FLUSH_AT (64 * MG_KIB)

void
mg_csv_field (struct mg_buf *b, const char *text)
{
  if (text == NULL)
    return;
  if (strpbrk (text, ",\"\r\n") == NULL) {
    mg_buf_add_str (b, text);
    return;
  }
  mg_buf_add_byte (b, '"');
  for (; *text != '\0'; text++) {
    if (*text == '"')
      mg_buf_add_byte (b, '"');
    mg_buf_add_byte (b, (unsigned char) *text);
  }
  mg_buf_add_byte (b, '"');
}

static int
flush (struct mg_csv *csv, struct mg_error *err)
{
  int r = mg_buf_check (&csv->text, csv->path, err);

  if (r == 0 && csv->text.len > 0)
    r = mg_fd_write (csv->fd, csv->text.data, csv->text.len, csv->path, err);
  mg_buf_reset (&csv->text);
  return r;
}

int
mg_csv_row (struct mg_csv *csv, const char *const *row, struct mg_error *err)
{
  int i;

  for (i = 0; row[i] != NULL; i++) {
    if (i > 0)
      mg_buf_add_byte (&csv->text, ',');
    mg_csv_field (&csv->text, row[i]);
  }
  mg_buf_add_byte (&csv->text, '\n');
  return csv->text.len >= FLUSH_AT ? flush (csv, err) : 0;
}

int
mg_csv_text (struct mg_csv *csv, const char *text, struct mg_error *err)
{
  mg_buf_add_str (&csv->text, text);
  return csv->text.len >= FLUSH_AT ? flush (csv, err) : 0;
}

int
mg_csv_open (struct mg_csv *csv, const char *path, const char *const *head,
             struct mg_error *err)
{
  const char *slash = strrchr (path, '/');
  MG_CLEANUP_FREE char *folder =
    mg_xstrndup (path, slash ? (size_t) (slash - path) : 0);
  int r = folder[0] ? mg_file_mkdirs (folder, 0700, err) : 0;

  csv->fd = -1;
  csv->path = mg_xstrdup (path);
  mg_buf_init (&csv->text, 32 * MG_MIB);
  mg_file_remove (path);
  if (r == 0)
    r = mg_fd_open_append (path, 0600, &csv->fd, err);
  return r == 0 && head != NULL ? mg_csv_row (csv, head, err) : r;
}

int
mg_csv_close (struct mg_csv *csv, struct mg_error *err)
{
  int r = csv->fd >= 0 ? flush (csv, err) : 0;

  mg_fd_close (&csv->fd);
  mg_buf_done (&csv->text);
  mg_free (csv->path);
  csv->path = NULL;
  return r;
}
