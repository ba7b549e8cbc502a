/* Memory.
 *
 * Small allocations end the program when there is no memory (mg_oom, exit 4):
 * a resume is the recovery.  Whatever is sized by a remote server goes through
 * mg_try_realloc, which returns NULL, and the caller answers MG_E_NOMEM.
 * All functions may be called from any thread.
 */
#ifndef MG_BASE_ALLOC_H
#define MG_BASE_ALLOC_H

#include <stdarg.h>
#include <stddef.h>
#include "base/cleanup.h"

void *mg_xmalloc (size_t size);
void *mg_xcalloc (size_t n, size_t size);
void *mg_xrealloc (void *p, size_t size);
void *mg_xreallocarray (void *p, size_t n, size_t size);
char *mg_xstrdup (const char *s);            /* NULL gives NULL */
char *mg_xstrndup (const char *s, size_t len);
char *mg_xasprintf (const char *format, ...) MG_PRINTF (1, 2);
char *mg_xvasprintf (const char *format, va_list args) MG_PRINTF (1, 0);
void *mg_xmemdup (const void *p, size_t len); /* adds a terminating zero byte */

void *mg_try_realloc (void *p, size_t size) MG_NODISCARD;
void mg_free (void *p);
void mg_cleanup_free (void *pp);             /* for MG_CLEANUP_FREE */

/* Where malloc can be told: few heaps, and large pieces of their own that go back
 * to the system at once.  First of all, before there is a thread. */
void mg_alloc_settle (void);

void mg_oom (void) MG_NORETURN;              /* _exit (4), never abort */

/* Zeroes memory that held a secret; the compiler may not drop it. */
void mg_wipe (void *p, size_t len);

/* A secret's own string: freed with its bytes wiped.  NULL is fine. */
void mg_free_secret (char *s);
void mg_cleanup_free_secret (void *pp);

#endif
