/* Memory: see alloc.h.  No state, no lock. */
#include <config.h>

#if HAVE_MALLOC_H
#include <malloc.h>
#endif
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

void
mg_oom (void)
{
  static const char text[] = "migrate: out of memory; what was done is kept, "
    "run the same command again [no-memory]\n";
  ssize_t r = write (STDERR_FILENO, text, sizeof text - 1);

  (void) r;
  _exit (4);
}

/* Of an export of 300,000 notebooks the heaps of 16 arenas, with holes where large
 * answers had been, came to 44 MiB and grew; so they stay at 37. */
void
mg_alloc_settle (void)
{
#if HAVE_MALLOPT && defined M_ARENA_MAX && defined M_MMAP_THRESHOLD
  mallopt (M_ARENA_MAX, 4);
  mallopt (M_MMAP_THRESHOLD, 128 * 1024);
#endif
}

void *
mg_xmalloc (size_t size)
{
  void *p = malloc (size ? size : 1);

  if (p == NULL)
    mg_oom ();
  return p;
}

void *
mg_xcalloc (size_t n, size_t size)
{
  void *p = calloc (n ? n : 1, size ? size : 1);

  if (p == NULL)
    mg_oom ();
  return p;
}

void *
mg_xrealloc (void *p, size_t size)
{
  p = realloc (p, size ? size : 1);
  if (p == NULL)
    mg_oom ();
  return p;
}

void *
mg_xreallocarray (void *p, size_t n, size_t size)
{
  if (size != 0 && n > SIZE_MAX / size)
    mg_oom ();
  return mg_xrealloc (p, n * size);
}

void *
mg_try_realloc (void *p, size_t size)
{
  return realloc (p, size ? size : 1);
}

void *
mg_xmemdup (const void *p, size_t len)
{
  char *copy = mg_xmalloc (len + 1);

  if (len > 0)
    memcpy (copy, p, len);
  copy[len] = '\0';
  return copy;
}

char *
mg_xstrdup (const char *s)
{
  return s ? mg_xmemdup (s, strlen (s)) : NULL;
}

char *
mg_xstrndup (const char *s, size_t len)
{
  return mg_xmemdup (s, strnlen (s, len));
}

char *
mg_xvasprintf (const char *format, va_list args)
{
  char *s;

  if (vasprintf (&s, format, args) < 0)
    mg_oom ();
  return s;
}

char *
mg_xasprintf (const char *format, ...)
{
  va_list args;
  char *s;

  va_start (args, format);
  s = mg_xvasprintf (format, args);
  va_end (args);
  return s;
}

void
mg_free (void *p)
{
  free (p);
}

void
mg_cleanup_free (void *pp)
{
  free (*(void **) pp);
}

void
mg_wipe (void *p, size_t len)
{
#ifdef HAVE_EXPLICIT_BZERO
  explicit_bzero (p, len);
#else
  volatile unsigned char *byte = p;

  while (len-- > 0)
    *byte++ = 0;
#endif
}

void
mg_free_secret (char *s)
{
  if (s != NULL)
    mg_wipe (s, strlen (s));
  free (s);
}

void
mg_cleanup_free_secret (void *pp)
{
  mg_free_secret (*(char **) pp);
}
