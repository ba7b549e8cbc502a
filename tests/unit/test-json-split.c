/* The push parser for lists. */
#include <config.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "mg-test.h"

static int
note (void *opaque, const char *element, size_t len, struct mg_error *err)
{
  struct mg_buf *b = opaque;

  (void) err;
  mg_buf_add (b, element, len);
  return mg_buf_add_byte (b, ';');
}

static int
refuse (void *opaque, const char *element, size_t len, struct mg_error *err)
{
  int *n = opaque;

  (void) element;
  (void) len;
  ++*n;
  return mg_error_set (err, MG_E_IO, "disk-full", "no room");
}

/* Feeds 'text' in pieces of 'piece' bytes, each in memory of its own.  Returns
 * "element;element; rest (n)" or "element; error: CODE ID". */
static const char *
split_in (const char *array, const char *text, size_t len, size_t piece,
          size_t max_element, size_t max_rest)
{
  static char result[1024];
  struct mg_buf seen = MG_BUF_INIT (1000);
  struct mg_error err = MG_ERROR_INIT;
  struct mg_split *split;
  struct mg_span rest;
  size_t n, at, take;
  int r = 0;

  split = mg_split_new (array, max_element, max_rest, note, &seen);
  for (at = 0; at < len && r == 0; at += take) {
    char *part;

    take = len - at < piece ? len - at : piece;
    part = mg_xmalloc (take);
    memcpy (part, text + at, take);
    r = mg_split_feed (split, part, take, &err);
    mg_free (part);
  }
  if (r == 0)
    r = mg_split_end (split, &rest, &n, &err);
  if (r < 0)
    snprintf (result, sizeof result, "%s error: %s %s", mg_buf_text (&seen),
              mg_error_name (r), err.id);
  else
    snprintf (result, sizeof result, "%s %.*s (%zu)", mg_buf_text (&seen),
              (int) rest.len, rest.p, n);
  mg_split_free (split);
  mg_buf_done (&seen);
  return result;
}

static const char *
split (const char *array, const char *text)
{
  return split_in (array, text, strlen (text), strlen (text) + 1, 100, 100);
}

static const char list[] =
  "{\"a\":[1,{\"l\":[0]}],\"x\":{\"l\":[9],\"y\":\"]}\\\\\"}, \"l\\u0031\" :\n["
  " {\"b\":\"]},\\\"[\\\\\"} , [ [],{ }],\"s,\\\"\",-12.5e3, NaN ,null ] ,"
  "\"next\":\"t\\\"k\"} ";
static const char list_split[] =
  "{\"b\":\"]},\\\"[\\\\\"};[ [],{ }];\"s,\\\"\";-12.5e3;NaN;null; "
  "{\"a\":[1,{\"l\":[0]}],\"x\":{\"l\":[9],\"y\":\"]}\\\\\"}, \"l\\u0031\" :\n"
  "[] ,\"next\":\"t\\\"k\"}  (6)";

MG_TEST (hands_out_elements_and_keeps_the_rest)
{
  is_str (split ("l1", list), list_split);
}

MG_TEST (pieces_of_any_size_give_the_same)
{
  size_t piece, len = sizeof list - 1;

  for (piece = 1; piece < len; piece++)
    is_str (split_in ("l1", list, len, piece, 100, 110), list_split);
}

MG_TEST (the_document_can_be_the_array)
{
  is_str (split ("", " [1,[2], {\"a\":[3]}]\n"), "1;[2];{\"a\":[3]};  []\n (3)");
  is_str (split ("", "[]"), " [] (0)");
  is_str (split ("", "[ \n]"), " [] (0)");
  is_str (split ("", "{\"l\":[1]}"), " {\"l\":[1]} (0)");
}

MG_TEST (the_array_can_be_deeper)
{
  is_str (split ("a.b", "{\"b\":[1],\"a\":{\"c\":{\"b\":[2]},\"b\":[3,4]},"
                 "\"d\":{\"b\":[5]}}"),
          "3;4; {\"b\":[1],\"a\":{\"c\":{\"b\":[2]},\"b\":[]},"
          "\"d\":{\"b\":[5]}} (2)");
  is_str (split ("a\\.b", "{\"a.b\":[1],\"a\":{\"b\":[2]}}"),
          "1; {\"a.b\":[],\"a\":{\"b\":[2]}} (1)");
}

MG_TEST (a_list_may_be_missing)
{
  is_str (split ("l", "{}"), " {} (0)");
  is_str (split ("l", "{\"l\":null}"), " {\"l\":null} (0)");
  is_str (split ("l", "{\"l\":{\"l\":[1]}}"), " {\"l\":{\"l\":[1]}} (0)");
  is_str (split ("l", "{\"k\":\"l\",\"m\":[1]}"),
          " {\"k\":\"l\",\"m\":[1]} (0)");
  is_str (split ("l", "[{\"l\":[1]}]"), " [{\"l\":[1]}] (0)");
}

MG_TEST (a_value_that_looks_like_the_key_is_none)
{
  is_str (split ("l", "{\"k\":\"l\",\"l\":[1],\"n\":[\"l\",[2]]}"),
          "1; {\"k\":\"l\",\"l\":[],\"n\":[\"l\",[2]]} (1)");
}

MG_TEST (a_repeated_list_is_split_again)
{
  is_str (split ("l", "{\"l\":[1],\"l\":[2]}"), "1;2; {\"l\":[],\"l\":[]} (2)");
}

MG_TEST (refuses_what_is_no_json)
{
  static const char *const bad[] = {
    "[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[}", "[{]", "[{]}]", "[tru]",
    "[\"\x01\"]", "[\"\xff\"]", "[01]", "[1]]", "[1]x", "[1],", "]", "x[]",
    "[[1,]]", "[\"\\x\"]",
  };
  size_t i, piece;

  for (i = 0; i < MG_N_ELEMENTS (bad); i++)
    for (piece = 1; piece < 7; piece++)
      if (strstr (split_in ("", bad[i], strlen (bad[i]), piece, 99, 99),
                  "error: protocol") == NULL)
        fail_test ("in pieces of %zu: %s", piece, bad[i]);
  has_str (split ("l", "{\"l\" [1]}"), "error: protocol not-json");
  has_str (split ("l", "{\"l\":[1],}"), "error: protocol not-json");
  has_str (split ("l", "{\"l\":[1]]"), "error: protocol not-json");
  has_str (split ("l", "{l:[1]}"), "error: protocol not-json");
  has_str (split ("l", "{\"\\u00\":[1]}"), "error: protocol not-json");
}

MG_TEST (what_came_before_a_fault_was_handed_out)
{
  is_str (split ("", "[1,{\"a\":2},x,3]"), "1;{\"a\":2}; error: protocol not-json");
}

MG_TEST (every_truncation_is_told)
{
  static const char want[] = "error: protocol truncated";
  size_t n, len = sizeof list - 2;  /* without the space at the end */

  for (n = 0; n < len; n++) {
    if (strstr (split_in ("l1", list, n, 1000, 100, 110), want) == NULL)
      fail_test ("not at %zu", n);
    if (strstr (split_in ("l1", list, n, 3, 100, 110), want) == NULL)
      fail_test ("not at %zu in pieces", n);
  }
}

MG_TEST (an_element_is_bounded)
{
  static const char fits[] = "[ \"12345678\" ,1]", not[] = "[\"123456789\"]";
  size_t piece;

  for (piece = 1; piece < 20; piece++) {
    is_str (split_in ("", fits, sizeof fits - 1, piece, 11, 20),
            "\"12345678\";1; [] (2)");
    is_str (split_in ("", not, sizeof not - 1, piece, 10, 20),
            " error: no-memory too-large");
  }
}

MG_TEST (the_rest_is_bounded)
{
  size_t piece;

  for (piece = 1; piece < 30; piece++)
    is_str (split_in ("l", "{\"l\":[1],\"k\":\"123456789\"}", 25, piece, 11, 20),
            "1; error: no-memory too-large");
}

MG_TEST (depth_is_bounded)
{
  char text[1000];
  size_t n = MG_MAX_JSON_DEPTH + 1;

  memset (text, '[', n);
  memset (text + n, ']', n);
  has_str (split_in ("", text, 2 * n, 1000, 1000, 100), "[[[[");
  memset (text, '[', n + 1);
  memset (text + n + 1, ']', n + 1);
  is_str (split_in ("", text, 2 * n + 2, 7, 1000, 100),
          " error: protocol not-json");
  is_str (split_in ("l", text, 2 * n + 2, 7, 1000, 1000),
          " error: protocol not-json");
}

MG_TEST (a_refusal_stops_it)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_span rest;
  int n = 0;
  size_t count;
  struct mg_split *s = mg_split_new ("", 10, 10, refuse, &n);

  is_int (mg_split_feed (s, "[1,2", 4, &err), MG_E_IO);
  is_str (err.id, "disk-full");
  is_int (mg_split_feed (s, ",3]", 3, &err), MG_E_IO);
  is_int (mg_split_end (s, &rest, &count, &err), MG_E_IO);
  is_int (n, 1);
  mg_split_free (s);
}

MG_TEST (a_bad_path_is_told)
{
  has_str (split ("a[*]", "[]"), "error: invalid bad-path");
  has_str (split ("**.a", "[]"), "error: invalid bad-path");
  has_str (split ("a..b", "[]"), "error: invalid bad-path");
}

MG_TEST (a_string_full_of_escapes_takes_linear_time)
{
  size_t n = 4 * MG_MIB, i;
  char *text = mg_xmalloc (n + 2);
  struct mg_split *s;
  int count = 0;

  text[0] = '[';
  text[1] = '"';
  for (i = 2; i < n; i += 2)
    memcpy (text + i, "\\n", 2);
  s = mg_split_new ("", n, 10, refuse, &count);
  is_int (mg_split_feed (s, text, n, NULL), 0);
  mg_split_free (s);
  mg_free (text);
}
