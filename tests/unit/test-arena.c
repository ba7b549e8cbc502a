/* Memory that is released as a whole. */
#include <config.h>

#include "base/arena.h"
#include "mg-test.h"

MG_TEST (memory_is_zeroed_and_aligned)
{
  struct mg_arena a = MG_ARENA_INIT;
  size_t i, j;

  for (i = 0; i < 3000; i++) {
    char *p = mg_arena_alloc (&a, i);

    is_int ((uintptr_t) p % sizeof (void *), 0);
    for (j = 0; j < i; j++)
      if (p[j] != 0)
        fail_test ("byte %zu of %zu", j, i);
    memset (p, 0xff, i);
  }
  mg_arena_done (&a);
}

MG_TEST (pieces_do_not_overlap)
{
  struct mg_arena a = MG_ARENA_INIT;
  char *pieces[500];
  size_t i, j;

  for (i = 0; i < 500; i++) {
    pieces[i] = mg_arena_alloc (&a, 1 + i % 97);
    memset (pieces[i], (int) (i % 251), 1 + i % 97);
  }
  for (i = 0; i < 500; i++)
    for (j = 0; j < 1 + i % 97; j++)
      is_int ((unsigned char) pieces[i][j], i % 251);
  mg_arena_done (&a);
}

MG_TEST (large_pieces_get_blocks_of_their_own)
{
  struct mg_arena a = MG_ARENA_INIT;
  char *p = mg_arena_alloc (&a, 100000), *q = mg_arena_alloc (&a, 10);

  memset (p, 1, 100000);
  memset (q, 2, 10);
  is_int (p[99999], 1);
  mg_arena_done (&a);
}

MG_TEST (what_came_behind_a_mark_is_released)
{
  struct mg_arena a = MG_ARENA_INIT;
  struct mg_arena_mark empty = mg_arena_mark (&a), some;
  char *kept, *small, *again;
  int i;

  mg_arena_alloc (&a, 100000);
  mg_arena_release (&a, empty);
  is_int (a.used, 0);
  kept = mg_arena_strdup (&a, "kept");
  some = mg_arena_mark (&a);
  small = mg_arena_alloc (&a, 10);
  for (i = 0; i < 100; i++)
    memset (mg_arena_alloc (&a, 1000), 1, 1000);
  mg_arena_release (&a, some);
  is_str (kept, "kept");
  is_int (a.used, some.total);
  again = mg_arena_alloc (&a, 10);
  ok (again == small);
  for (i = 0; i < 10; i++)
    is_int (again[i], 0);
  mg_arena_done (&a);
}

MG_TEST (what_is_absurd_is_refused)
{
  struct mg_arena a = MG_ARENA_INIT;

  is_null (mg_arena_try (&a, SIZE_MAX));
  is_null (mg_arena_try (&a, SIZE_MAX / 2 + 1));
  not_null (mg_arena_try (&a, 10));
  mg_arena_done (&a);
}

MG_TEST (a_reset_keeps_one_block)
{
  struct mg_arena a = MG_ARENA_INIT;
  char *first = mg_arena_alloc (&a, 8);

  memset (first, 1, 8);
  ok (a.used >= 8);
  mg_arena_reset (&a);
  is_int (a.used, 0);
  ok (mg_arena_alloc (&a, 8) == first);
  is_int (first[0], 0);
  mg_arena_done (&a);
}

MG_TEST (a_reset_lets_go_of_what_was_large)
{
  struct mg_arena a = MG_ARENA_INIT;

  mg_arena_alloc (&a, 8);
  mg_arena_alloc (&a, 100000);
  mg_arena_reset (&a);
  is_int (a.used, 0);
  not_null (mg_arena_alloc (&a, 8));
  mg_arena_done (&a);
}

MG_TEST (strings_are_copied)
{
  struct mg_arena a = MG_ARENA_INIT;

  is_str (mg_arena_strdup (&a, "abc"), "abc");
  is_null (mg_arena_strdup (&a, NULL));
  is_str (mg_arena_strndup (&a, "abc", 2), "ab");
  is_str (mg_arena_strndup (&a, "", 0), "");
  is_str (mg_arena_printf (&a, "%d %s", 12, "x"), "12 x");
  mg_arena_done (&a);
}

MG_TEST (it_can_be_used_again_when_done)
{
  struct mg_arena a = MG_ARENA_INIT;

  mg_arena_alloc (&a, 10);
  mg_arena_done (&a);
  is_int (a.used, 0);
  not_null (mg_arena_alloc (&a, 10));
  mg_arena_done (&a);
  mg_arena_done (NULL);
}
