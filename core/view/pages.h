/* A page for each user, with what became of his assets: HTML, a file each, in a
 * folder that is theirs alone.  Written as they grow, so that memory does not
 * grow with the assets.  One thread.
 */
#ifndef MG_VIEW_PAGES_H
#define MG_VIEW_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

struct mg_page;

struct mg_pages {
  char *folder;
  struct mg_page **slots;          /* by the user's name, without case */
  size_t n_slots, n;
  size_t held;                     /* bytes in memory */
};

struct mg_page_row {
  const char *kind, *name, *old_id, *new_id;
  const char *old_link, *new_link; /* or NULL */
};

/* Makes the folder; pages of before are removed. */
int mg_pages_open (struct mg_pages *pages, const char *folder,
                   struct mg_error *err);
int mg_pages_add (struct mg_pages *pages, const char *user,
                  const struct mg_page_row *row, struct mg_error *err);
/* Frees everything, whatever happens; 0 when all is written. */
int mg_pages_close (struct mg_pages *pages, struct mg_error *err);

#endif
