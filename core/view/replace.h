/* A script for 'sed -E' that puts the new names in the place of the old ones, in
 * whatever else names them: scripts, configurations, notebooks.  One thread. */
#ifndef MG_VIEW_REPLACE_H
#define MG_VIEW_REPLACE_H

#include "view/csv.h"

struct mg_replace {
  struct mg_csv out;
  struct mg_buf back;              /* the second half */
  int64_t n;
};

int mg_replace_open (struct mg_replace *script, const char *path,
                     struct mg_error *err);

/* Whole words only: what has other letters, digits, '_' or '-' beside it is
 * another name.  Too short or with a line break in it: nothing is added. */
int mg_replace_add (struct mg_replace *script, const char *old_name,
                    const char *new_name, struct mg_error *err);

int mg_replace_close (struct mg_replace *script, struct mg_error *err);

#endif
