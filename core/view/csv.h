/* A CSV file (RFC 4180, lines end with LF), written as it grows, 0600.  One
 * thread. */
#ifndef MG_VIEW_CSV_H
#define MG_VIEW_CSV_H

#include "base/buf.h"

struct mg_csv {
  int fd;
  char *path;
  struct mg_buf text;
};

/* An older file of this name is replaced.  NULL-ended rows. */
int mg_csv_open (struct mg_csv *csv, const char *path, const char *const *head,
                 struct mg_error *err);
int mg_csv_row (struct mg_csv *csv, const char *const *row,
                struct mg_error *err);
/* For files of another form: 'head' NULL above, then text as it is. */
int mg_csv_text (struct mg_csv *csv, const char *text, struct mg_error *err);
/* Closes whatever happens; 0 when everything is written. */
int mg_csv_close (struct mg_csv *csv, struct mg_error *err);

/* Appends one field, quoted where it must be. */
void mg_csv_field (struct mg_buf *b, const char *text);

#endif
