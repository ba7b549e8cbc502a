/* Aligned tables for people.  Filled, then printed once; a cell that came from
 * outside goes through mg_printable.  One thread.
 *
 *   struct mg_table t;
 *   mg_table_init (&t, "KIND:CREATE>:SAME>");     '>' = to the right
 *   mg_table_text (&t, name); mg_table_number (&t, n); mg_table_end (&t);
 *   mg_table_print (&t, stdout); mg_table_done (&t);
 */
#ifndef MG_VIEW_TABLE_H
#define MG_VIEW_TABLE_H

#include <stdint.h>
#include <stdio.h>

struct mg_table {
  char **cells;                  /* the first row is the head */
  int n_cells, n_columns;
  unsigned right;                /* bit per column */
};

void mg_table_init (struct mg_table *t, const char *head);
void mg_table_done (struct mg_table *t);
void mg_table_text (struct mg_table *t, const char *text);
void mg_table_number (struct mg_table *t, int64_t n);   /* 10,232 */
void mg_table_end (struct mg_table *t);      /* fills the row with empty cells */
void mg_table_print (const struct mg_table *t, FILE *out);

/* "10,232"; ret_text needs 32 bytes. */
const char *mg_number (int64_t n, char ret_text[32]);

/* Columns that a text takes on a terminal, as near as it matters. */
int mg_columns (const char *text);

#endif
