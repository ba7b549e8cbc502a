/* The arena: see arena.h. */
#include <config.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"

#define BLOCK_SIZE 8192

struct mg_arena_block {
  struct mg_arena_block *next;
  size_t size, used;
  max_align_t data[];
};

static void
free_blocks (struct mg_arena_block *block)
{
  struct mg_arena_block *next;

  for (; block != NULL; block = next) {
    next = block->next;
    mg_free (block);
  }
}

void
mg_arena_done (struct mg_arena *a)
{
  if (a == NULL)
    return;
  free_blocks (a->head);
  a->head = NULL;
  a->used = 0;
}

void
mg_arena_reset (struct mg_arena *a)
{
  if (a->head != NULL && a->head->size == BLOCK_SIZE) {
    free_blocks (a->head->next);
    a->head->next = NULL;
    a->head->used = 0;
    a->used = 0;
  }
  else
    mg_arena_done (a);
}

struct mg_arena_mark
mg_arena_mark (const struct mg_arena *a)
{
  struct mg_arena_mark mark = { a->head, a->head ? a->head->used : 0,
                                a->used };

  return mark;
}

void
mg_arena_release (struct mg_arena *a, struct mg_arena_mark mark)
{
  struct mg_arena_block *block;

  while (a->head != mark.head) {
    block = a->head;
    a->head = block->next;
    mg_free (block);
  }
  block = a->head;
  if (block != NULL) {
    /* who kept a pointer shall notice */
    memset ((char *) block->data + mark.used, 0xa5, block->used - mark.used);
    block->used = mark.used;
  }
  a->used = mark.total;
}

static struct mg_arena_block *
new_block (struct mg_arena *a, size_t size)
{
  struct mg_arena_block *block;

  if (size < BLOCK_SIZE)
    size = BLOCK_SIZE;
  block = mg_try_realloc (NULL, sizeof *block + size);
  if (block == NULL)
    return NULL;
  block->size = size;
  block->used = 0;
  block->next = a->head;
  a->head = block;
  return block;
}

void *
mg_arena_try (struct mg_arena *a, size_t size)
{
  const size_t align = sizeof (max_align_t);
  struct mg_arena_block *block = a->head;
  char *p;

  if (size > SIZE_MAX / 2)
    return NULL;
  size = (size + align - 1) / align * align;
  if (block == NULL || block->size - block->used < size)
    block = new_block (a, size);
  if (block == NULL)
    return NULL;
  p = (char *) block->data + block->used;
  block->used += size;
  a->used += size;
  memset (p, 0, size);
  return p;
}

void *
mg_arena_alloc (struct mg_arena *a, size_t size)
{
  void *p = mg_arena_try (a, size);

  if (p == NULL)
    mg_oom ();
  return p;
}

char *
mg_arena_strndup (struct mg_arena *a, const char *s, size_t len)
{
  char *copy = mg_arena_alloc (a, len + 1);

  if (len > 0)
    memcpy (copy, s, len);
  return copy;
}

char *
mg_arena_strdup (struct mg_arena *a, const char *s)
{
  return s ? mg_arena_strndup (a, s, strlen (s)) : NULL;
}

char *
mg_arena_vprintf (struct mg_arena *a, const char *format, va_list args)
{
  char *s = mg_xvasprintf (format, args);
  char *copy = mg_arena_strdup (a, s);

  mg_free (s);
  return copy;
}

char *
mg_arena_printf (struct mg_arena *a, const char *format, ...)
{
  va_list args;
  char *s;

  va_start (args, format);
  s = mg_arena_vprintf (a, format, args);
  va_end (args);
  return s;
}
