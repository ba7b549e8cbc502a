/* Memory that is released as a whole: what a callback is given lives here.
 * One thread.  Allocation ends the program when there is no memory, except
 * mg_arena_try, which returns NULL.
 */
#ifndef MG_BASE_ARENA_H
#define MG_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include "base/cleanup.h"

struct mg_arena_block;

struct mg_arena {
  struct mg_arena_block *head;
  size_t used;           /* bytes handed out since the last reset */
};

#define MG_ARENA_INIT { NULL, 0 }

void mg_arena_done (struct mg_arena *a);
void mg_arena_reset (struct mg_arena *a);   /* keeps one block for reuse */

/* Where an arena stands; release gives back, and spoils, what came behind it.
 * Marks are released in the reverse of their order. */
struct mg_arena_mark {
  struct mg_arena_block *head;
  size_t used, total;
};
struct mg_arena_mark mg_arena_mark (const struct mg_arena *a);
void mg_arena_release (struct mg_arena *a, struct mg_arena_mark mark);

void *mg_arena_alloc (struct mg_arena *a, size_t size);  /* zeroed, aligned */
void *mg_arena_try (struct mg_arena *a, size_t size);
char *mg_arena_strndup (struct mg_arena *a, const char *s, size_t len);
char *mg_arena_strdup (struct mg_arena *a, const char *s);
char *mg_arena_vprintf (struct mg_arena *a, const char *format, va_list args)
  MG_PRINTF (2, 0);
char *mg_arena_printf (struct mg_arena *a, const char *format, ...)
  MG_PRINTF (2, 3);

#endif
