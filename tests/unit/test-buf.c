/* The growing buffer. */
#include <config.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "mg-test.h"

/* One JSON string, in a string of the test's own. */
static const char *
json_of (const char *s, size_t len)
{
  static char text[200];
  struct mg_buf b = MG_BUF_INIT (190);

  mg_buf_add_json_len (&b, s, len);
  snprintf (text, sizeof text, "%s", mg_buf_text (&b));
  mg_buf_done (&b);
  return text;
}

MG_TEST (an_empty_one_is_an_empty_text)
{
  struct mg_buf b = MG_BUF_INIT (10);

  is_str (mg_buf_text (&b), "");
  is_ok (mg_buf_check (&b, "it", NULL));
  mg_buf_done (&b);
  mg_buf_done (NULL);
}

MG_TEST (appends)
{
  struct mg_buf b = MG_BUF_INIT (1000);

  is_ok (mg_buf_add (&b, "ab", 2));
  is_ok (mg_buf_add_str (&b, "cd"));
  is_ok (mg_buf_add_byte (&b, 'e'));
  is_ok (mg_buf_addf (&b, "%d-%s", 12, "x"));
  is_str (mg_buf_text (&b), "abcde12-x");
  is_int (b.len, 9);
  is_ok (mg_buf_add (&b, NULL, 0));
  is_int (b.len, 9);
  mg_buf_done (&b);
}

MG_TEST (is_ended_by_a_zero_at_every_length)
{
  struct mg_buf b = MG_BUF_INIT (1000);
  size_t i;

  for (i = 0; i < 1000; i++) {
    is_ok (mg_buf_add_byte (&b, 'x'));
    is_int (b.data[b.len], 0);
  }
  is_int (strlen (b.data), 1000);
  mg_buf_done (&b);
}

MG_TEST (the_maximum_fits_and_not_one_more)
{
  struct mg_buf b = MG_BUF_INIT (4);

  is_ok (mg_buf_add_str (&b, "abcd"));
  is_int (mg_buf_add_byte (&b, 'e'), MG_E_NOMEM);
  is_str (mg_buf_text (&b), "abcd");
  mg_buf_done (&b);
}

MG_TEST (a_failure_sticks_until_reset)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_buf b = MG_BUF_INIT (4);

  mg_buf_add_str (&b, "ab");
  is_int (mg_buf_addf (&b, "%s", "cde"), MG_E_NOMEM);
  is_int (mg_buf_add_byte (&b, 'c'), MG_E_NOMEM);
  is_str (mg_buf_text (&b), "ab");
  is_int (mg_buf_check (&b, "the body", &err), MG_E_NOMEM);
  is_str (err.id, "too-large");
  has_str (err.text, "the body");
  has_str (err.text, "4 bytes");
  mg_buf_reset (&b);
  is_str (mg_buf_text (&b), "");
  is_ok (mg_buf_add_str (&b, "cdef"));
  is_ok (mg_buf_check (&b, "the body", &err));
  mg_buf_done (&b);
}

MG_TEST (absurd_sizes_are_refused)
{
  struct mg_buf b = MG_BUF_INIT (SIZE_MAX);

  mg_buf_add_str (&b, "ab");
  is_null (mg_buf_reserve (&b, SIZE_MAX));
  mg_buf_reset (&b);
  mg_buf_add_str (&b, "ab");
  is_null (mg_buf_reserve (&b, SIZE_MAX - 2));
  mg_buf_done (&b);
}

MG_TEST (room_is_written_by_the_caller)
{
  struct mg_buf b = MG_BUF_INIT (100);
  char *to = mg_buf_reserve (&b, 3);

  not_null (to);
  memcpy (to, "xyz", 4);
  b.len += 3;
  mg_buf_add_byte (&b, '!');
  is_str (mg_buf_text (&b), "xyz!");
  mg_buf_done (&b);
}

MG_TEST (moves)
{
  struct mg_buf a = MG_BUF_INIT (10), b = MG_BUF_INIT (20);

  mg_buf_add_str (&a, "old");
  mg_buf_add_str (&b, "new");
  mg_buf_move (&a, &b);
  is_str (mg_buf_text (&a), "new");
  is_str (mg_buf_text (&b), "");
  is_int (a.max, 20);
  is_int (b.max, 20);
  mg_buf_done (&a);
  mg_buf_done (&b);
}

MG_TEST (can_be_stolen_from)
{
  struct mg_buf b = MG_BUF_INIT (10);
  char *s;

  mg_buf_add_str (&b, "abc");
  s = mg_buf_steal (&b);
  is_str (s, "abc");
  mg_free (s);
  s = mg_buf_steal (&b);
  is_str (s, "");
  mg_free (s);
  mg_buf_done (&b);
}

MG_TEST (json_strings_are_escaped)
{
  is_str (json_of ("", 0), "\"\"");
  is_str (json_of ("a\"\\\b\t\n\v\f\r/", 10),
          "\"a\\\"\\\\\\b\\t\\n\\u000b\\f\\r/\"");
  is_str (json_of ("\x01\x1f\x7f\0z", 5), "\"\\u0001\\u001f\\u007f\\u0000z\"");
  is_str (json_of ("\xc3\xa9\xf0\x9f\x98\x80", 6),
          "\"\xc3\xa9\xf0\x9f\x98\x80\"");
}

MG_TEST (json_strings_are_utf8_whatever_comes)
{
  is_str (json_of ("a\xff" "b", 3), "\"a\\ufffdb\"");
  is_str (json_of ("\xed\xa0\x80", 3), "\"\\ufffd\\ufffd\\ufffd\"");
  is_str (json_of ("\xc3", 1), "\"\\ufffd\"");
  is_str (json_of ("\xe2\x82\"", 3), "\"\\ufffd\\ufffd\\\"\"");
}

MG_TEST (no_string_is_null)
{
  struct mg_buf b = MG_BUF_INIT (10);

  is_ok (mg_buf_add_json (&b, NULL));
  is_str (mg_buf_text (&b), "null");
  mg_buf_done (&b);
}

MG_TEST (urls_are_percent_encoded)
{
  struct mg_buf b = MG_BUF_INIT (100);

  is_ok (mg_buf_add_url (&b, "aZ9-._~/ %\xc3\xa9+&", 0));
  is_str (mg_buf_text (&b), "aZ9-._~%2F%20%25%C3%A9%2B%26");
  mg_buf_reset (&b);
  is_ok (mg_buf_add_url (&b, "/a b/c", 1));
  is_str (mg_buf_text (&b), "/a%20b/c");
  mg_buf_done (&b);
}
