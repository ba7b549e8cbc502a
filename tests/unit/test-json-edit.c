/* JSON as bytes, the editor. */
#include <config.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "mg-test.h"

#define DROP(PATH) { .op = MG_EDIT_DROP, .path = (PATH) }
#define SET(PATH, VALUE) { .op = MG_EDIT_SET, .path = (PATH), .value = (VALUE) }
#define MAP(PATH, FN, WITH)                                             \
  { .op = MG_EDIT_MAP, .path = (PATH), .map = (FN), .opaque = (void *) (WITH) }

static char out[2048];
static char asked[2048];

/* What the edits make of the text, or "error: ...". */
static const char *
edited (const char *text, const struct mg_edit *edits, size_t n)
{
  struct mg_buf b = MG_BUF_INIT (2000);
  struct mg_error err = MG_ERROR_INIT;
  int r;

  asked[0] = '\0';
  r = mg_json_edit (text, strlen (text), edits, n, &b, &err);
  if (r < 0)
    snprintf (out, sizeof out, "error: %s %s", mg_error_name (r), err.id);
  else
    snprintf (out, sizeof out, "%s", mg_buf_text (&b));
  mg_buf_done (&b);
  return out;
}

#define EDIT(TEXT, ...)                                                 \
  edited ((TEXT), (struct mg_edit[]) { __VA_ARGS__ },                   \
          sizeof ((struct mg_edit[]) { __VA_ARGS__ })                   \
          / sizeof (struct mg_edit))

/* Notes what was asked, and gives the text that 'opaque' points to: NULL
 * keeps, "DROP" drops. */
static int
give (void *opaque, const struct mg_edit *edit, struct mg_span value,
      struct mg_span parent, struct mg_buf *ret_text, struct mg_error *err)
{
  const char *text = opaque;
  size_t n = strlen (asked);

  (void) edit;
  (void) err;
  snprintf (asked + n, sizeof asked - n, "%.*s in %.*s;", (int) value.len,
            value.p, (int) parent.len, parent.p ? parent.p : "");
  if (text == NULL)
    return MG_MAP_KEEP;
  if (strcmp (text, "DROP") == 0)
    return MG_MAP_DROP_ELEMENT;
  mg_buf_add_str (ret_text, text);
  return MG_MAP_REPLACE;
}

static int
refuse (void *opaque, const struct mg_edit *edit, struct mg_span value,
        struct mg_span parent, struct mg_buf *ret_text, struct mg_error *err)
{
  (void) opaque;
  (void) edit;
  (void) value;
  (void) parent;
  (void) ret_text;
  return mg_error_set (err, MG_E_BLOCKED, "test-blocked", "no");
}

static const char odd[] =
  "\t{ \"a\" :1.0E+2 ,\"a\":12345678901234567890123, \"\\u0041\\/\":\"\\ud800"
  "\\u00e9\xc3\xa9\\/\",\"n\":NaN,\"i\":[ -Infinity,-0 , 1e0 ] ,\"x\":\"1\" }"
  " \n";

MG_TEST (no_edit_is_a_copy)
{
  is_str (edited (odd, NULL, 0), odd);
}

MG_TEST (unmatched_edits_change_no_byte)
{
  is_str (EDIT (odd, DROP ("b"), SET ("q.r.s[*]", "1"), SET ("n[*].x", "2"),
                MAP ("x|json.k", give, "v"), MAP ("**.zz", give, "v")), odd);
  is_str (asked, "");
}

MG_TEST (all_else_survives_byte_for_byte)
{
  is_str (EDIT (odd, MAP ("x", give, "2")),
          "\t{ \"a\" :1.0E+2 ,\"a\":12345678901234567890123, \"\\u0041\\/\":"
          "\"\\ud800\\u00e9\xc3\xa9\\/\",\"n\":NaN,\"i\":[ -Infinity,-0 , 1e0 ]"
          " ,\"x\":\"2\" } \n");
}

MG_TEST (drops_take_one_comma)
{
  static const char *const want[] = {
    "[ 1 , 2 , 3 ]", "[ 2 , 3 ]", "[ 1 , 3 ]", "[ 3 ]",
    "[ 1 , 2 ]", "[ 2 ]", "[ 1 ]", "[  ]",
  };
  struct mg_edit edits[3];
  unsigned set;
  size_t n, i;

  for (set = 0; set < 8; set++) {
    static const char *const paths[] = { "[0]", "[1]", "[2]" };

    for (n = i = 0; i < 3; i++)
      if (set >> i & 1)
        edits[n++] = (struct mg_edit) DROP (paths[i]);
    is_str (edited ("[ 1 , 2 , 3 ]", edits, n), want[set]);
  }
}

MG_TEST (drops_members)
{
  const char *text = "{\"a\":1,\"b\":{\"x\":2,\"y\":3},\"c\":[]}";

  is_str (EDIT (text, DROP ("a")), "{\"b\":{\"x\":2,\"y\":3},\"c\":[]}");
  is_str (EDIT (text, DROP ("b.y")), "{\"a\":1,\"b\":{\"x\":2},\"c\":[]}");
  is_str (EDIT (text, DROP ("c")), "{\"a\":1,\"b\":{\"x\":2,\"y\":3}}");
  is_str (EDIT (text, DROP ("a"), DROP ("b"), DROP ("c")), "{}");
  is_str (EDIT (text, DROP ("*")), "{}");
  is_str (EDIT (text, DROP ("b.*")), "{\"a\":1,\"b\":{},\"c\":[]}");
}

MG_TEST (drops_elements_chosen_by_a_member)
{
  is_str (EDIT ("{\"t\":[{\"k\":\"a\"},{\"k\":\"b\"},{\"k\":\"c\"}]}",
                DROP ("t[k=a]"), DROP ("t[k=b]")), "{\"t\":[{\"k\":\"c\"}]}");
}

MG_TEST (drops_repeated_keys_all)
{
  is_str (EDIT ("{\"a\":1,\"b\":2,\"a\":3}", DROP ("a")), "{\"b\":2}");
}

MG_TEST (dropping_the_whole_text_is_refused)
{
  is_str (EDIT ("{}", DROP ("")), "error: invalid bad-path");
  is_str (EDIT ("{\"a\":1}", MAP ("", give, "DROP")),
          "error: invalid bad-path");
}

MG_TEST (sets_what_is_there)
{
  is_str (EDIT ("{\"a\": {\"b\" : [1] } , \"c\":2}", SET ("a.b", "null"),
                SET ("c", "{\"n\":NaN}")),
          "{\"a\": {\"b\" : null } , \"c\":{\"n\":NaN}}");
  is_str (EDIT ("[{\"a\":1},{\"a\":\"\"}]", SET ("[*].a", "0")),
          "[{\"a\":0},{\"a\":0}]");
  is_str (EDIT (" 1 ", SET ("", "[]")), " [] ");
}

MG_TEST (adds_a_missing_member)
{
  is_str (EDIT ("{}", SET ("a", "1")), "{\"a\":1}");
  is_str (EDIT ("{ }", SET ("a", "1")), "{\"a\":1 }");
  is_str (EDIT ("{\"b\": 2\n}", SET ("a", "1")), "{\"b\": 2,\"a\":1\n}");
  is_str (EDIT ("{\"b\":2}", SET ("x\\.y\\\\", "1"), SET ("z\"", "2")),
          "{\"b\":2,\"x.y\\\\\":1,\"z\\\"\":2}");
}

MG_TEST (adds_missing_parents_once)
{
  is_str (EDIT ("{\"a\":{}}", SET ("a.b.c", "1"), SET ("a.b.d", "2"),
                SET ("e.f", "3"), SET ("a.b.c", "9")),
          "{\"a\":{\"b\":{\"c\":1,\"d\":2}},\"e\":{\"f\":3}}");
  is_str (EDIT ("{}", SET ("aa.b", "1"), SET ("a.b", "2"), SET ("ab", "3"),
                SET ("\\a.c", "4")),
          "{\"aa\":{\"b\":1},\"a\":{\"b\":2,\"c\":4},\"ab\":3}");
}

MG_TEST (adds_to_each_parent_of_a_wildcard)
{
  is_str (EDIT ("{\"t\":[{},{\"x\":1},5,{\"n\":{}}]}", SET ("t[*].x", "7"),
                SET ("t[*].n.m", "8")),
          "{\"t\":[{\"x\":7},{\"x\":7},5,{\"n\":{\"m\":8},\"x\":7}]}");
}

MG_TEST (adds_nothing_to_what_is_no_object)
{
  const char *text = "{\"a\":null,\"b\":[],\"c\":\"{\"}";

  is_str (EDIT (text, SET ("a.x", "1"), SET ("b.x", "1"), SET ("c.x", "1"),
                SET ("c|json.x", "1"), SET ("d|json.x", "1"),
                SET ("**.x", "1"), SET ("b[0]", "1")), text);
}

MG_TEST (adds_beside_a_dropped_member)
{
  is_str (EDIT ("{\"a\":1}", DROP ("a"), SET ("b", "2")), "{\"b\":2}");
  is_str (EDIT ("{\"a\":1,\"c\":3}", DROP ("c"), SET ("b", "2")),
          "{\"a\":1,\"b\":2}");
  is_str (EDIT ("{\"a\":1,\"c\":3}", DROP ("a"), SET ("b", "2")),
          "{\"c\":3,\"b\":2}");
}

MG_TEST (refuses_a_value_that_is_no_json)
{
  is_str (EDIT ("{}", SET ("a", "{")), "error: invalid bad-value");
  is_str (EDIT ("{}", SET ("a", NULL)), "error: invalid bad-value");
}

MG_TEST (map_sees_value_and_parent)
{
  EDIT ("{\"t\":[{\"id\": 1, \"k\":\"x\"},{\"n\":{\"id\":\"2\"} }],\"id\":3}",
        MAP ("t[*].**.id", give, NULL));
  is_str (asked, "1 in {\"id\": 1, \"k\":\"x\"};\"2\" in {\"id\":\"2\"};");
  EDIT ("{\"l\":[1, 2]}", MAP ("l[*]", give, NULL));
  is_str (asked, "1 in [1, 2];2 in [1, 2];");
  EDIT (" 7 ", MAP ("", give, NULL));
  is_str (asked, "7 in ;");
}

MG_TEST (a_number_stays_a_number)
{
  is_str (EDIT ("[12,\"12\"]", MAP ("[*]", give, "98765432109876543210")),
          "[98765432109876543210,\"98765432109876543210\"]");
  is_str (EDIT ("[12,\"12\"]", MAP ("[*]", give, "a\"b\n")),
          "[\"a\\\"b\\n\",\"a\\\"b\\n\"]");
  is_str (EDIT ("[12]", MAP ("[*]", give, "012")), "[\"012\"]");
  is_str (EDIT ("[12]", MAP ("[*]", give, "NaN")), "[\"NaN\"]");
  is_str (EDIT ("[12]", MAP ("[*]", give, "")), "[\"\"]");
  is_str (EDIT ("[null,true,{},[3]]", MAP ("[*]", give, "1")),
          "[\"1\",\"1\",\"1\",\"1\"]");
}

MG_TEST (map_drops_the_nearest_element)
{
  const char *text =
    "{\"a\":[{\"m\":[{\"id\":1},2]},{\"v\":{\"w\":{\"id\":2}}}],\"id\":3}";

  is_str (EDIT (text, MAP ("**.id", give, "DROP")),
          "{\"a\":[{\"m\":[2]}]}");
  is_str (EDIT ("[1,2]", MAP ("[1]", give, "DROP")), "[1]");
  is_str (EDIT ("{\"x\":{\"id\":1,\"y\":2}}", MAP ("x.id", give, "DROP")),
          "{\"x\":{\"y\":2}}");
}

MG_TEST (dropping_an_element_undoes_changes_in_it)
{
  is_str (EDIT ("[{\"a\":1,\"n\":[{\"a\":2}],\"z\":1} , {\"a\":3}]",
                MAP ("**.a", give, "9"), MAP ("**.z", give, "DROP")),
          "[{\"a\":9}]");
  is_str (EDIT ("[{\"a\":0},{\"a\":1,\"z\":1} , {\"a\":3}]",
                MAP ("**.a", give, "9"), MAP ("**.z", give, "DROP")),
          "[{\"a\":9} , {\"a\":9}]");
}

MG_TEST (values_in_a_dropped_member_are_not_asked_for)
{
  is_str (EDIT ("{\"a\":{\"id\":1},\"b\":{\"id\":2}}", DROP ("a"),
                SET ("b", "0"), MAP ("**.id", give, "9")), "{\"b\":0}");
  is_str (asked, "");
}

MG_TEST (the_first_of_two_edits_wins)
{
  is_str (EDIT ("{\"a\":1}", SET ("a", "2"), DROP ("a")), "{\"a\":2}");
  is_str (EDIT ("{\"a\":1}", DROP ("*"), SET ("a", "2")), "{}");
  is_str (EDIT ("{\"a\":1}", MAP ("**.a", give, NULL), SET ("a", "2")),
          "{\"a\":1}");
  is_str (EDIT ("{\"a\":1}", MAP ("**.a", give, NULL), MAP ("a", give, "3")),
          "{\"a\":3}");
  is_str (EDIT ("{\"a\":1}", MAP ("**.a", give, "2"), MAP ("a", give, "3")),
          "{\"a\":2}");
}

MG_TEST (a_kept_container_is_still_entered)
{
  is_str (EDIT ("{\"a\":{\"b\":1}}", MAP ("a", give, NULL),
                MAP ("a.b", give, "2")), "{\"a\":{\"b\":2}}");
  is_str (EDIT ("{\"a\":\"[1]\"}", MAP ("a", give, NULL),
                MAP ("a|json[0]", give, "2")), "{\"a\":\"[2]\"}");
}

MG_TEST (a_map_that_fails_ends_the_edit)
{
  is_str (EDIT ("{\"a\":1}", MAP ("a", refuse, NULL)),
          "error: blocked test-blocked");
  is_str (EDIT ("{\"a\":\"[1]\"}", MAP ("a|json[0]", refuse, NULL)),
          "error: blocked test-blocked");
}

MG_TEST (what_is_written_is_utf8)
{
  is_str (EDIT ("{\"a\":1}", MAP ("a", give, "\xff")),
          "error: invalid bad-value");
  is_str (EDIT ("{\"a\":1}", SET ("a", "\"\xff\"")),
          "error: invalid bad-value");
  is_str (EDIT ("{\"a\":1}", SET ("\xff", "1")), "error: invalid bad-path");
}

MG_TEST (edits_json_inside_strings)
{
  const char *text =
    "{\"d\":\"{\\\"k\\\": \\\"v\\\",\\\"\\u00e9\\\":\\\"\\ud800\\/\\\\n\\\"}\"}";

  is_str (EDIT (text, MAP ("d|json.k", give, "w\n")),
          "{\"d\":\"{\\\"k\\\": \\\"w\\\\n\\\",\\\"\xc3\xa9\\\":"
          "\\\"\\ud800/\\\\n\\\"}\"}");
  is_str (asked, "\"v\" in {\"k\": \"v\",\"\xc3\xa9\":\"\xed\xa0\x80/\\n\"};");
  is_str (EDIT (text, MAP ("d|json.k", give, NULL)), text);
  is_str (EDIT ("{\"d\":\"{}\"}", SET ("d|json.a.b", "\"x\"")),
          "{\"d\":\"{\\\"a\\\":{\\\"b\\\":\\\"x\\\"}}\"}");
  is_str (EDIT ("{\"d\":\"[1,2]\"}", DROP ("d|json[0]")), "{\"d\":\"[2]\"}");
  is_str (EDIT ("{\"d\":\" 5 \"}", SET ("d|json", "6")), "{\"d\":\" 6 \"}");
}

MG_TEST (edits_json_inside_json_inside_strings)
{
  is_str (EDIT ("[\"{\\\"b\\\":\\\"[\\\\\\\"c\\\\\\\", 1]\\\"}\"]",
                MAP ("[*]|json.b|json[0]", give, "d")),
          "[\"{\\\"b\\\":\\\"[\\\\\\\"d\\\\\\\", 1]\\\"}\"]");
}

MG_TEST (an_element_is_dropped_from_outside_a_string)
{
  is_str (EDIT ("[\"{\\\"k\\\":1}\",2]", MAP ("[*]|json.k", give, "DROP")),
          "[2]");
  is_str (EDIT ("{\"d\":\"{\\\"k\\\":1}\"}", MAP ("d|json.k", give, "DROP")),
          "{\"d\":\"{}\"}");
  is_str (EDIT ("{\"d\":\"{\\\"k\\\":1}\"}", DROP ("d|json")), "{}");
}

MG_TEST (escaped_dots_are_part_of_a_key)
{
  is_str (EDIT ("{\"d\":\"{\\\"a.b\\\":{\\\"v\\\":\\\"x\\\"},\\\"a\\\":"
                "{\\\"b\\\":{\\\"v\\\":\\\"x\\\"}}}\"}",
                MAP ("d|json.a\\.b.v", give, "y")),
          "{\"d\":\"{\\\"a.b\\\":{\\\"v\\\":\\\"y\\\"},\\\"a\\\":"
          "{\\\"b\\\":{\\\"v\\\":\\\"x\\\"}}}\"}");
}

MG_TEST (keys_match_however_they_are_escaped)
{
  is_str (EDIT ("{\"\\u0061\":1}", SET ("a", "2")), "{\"\\u0061\":2}");
}

MG_TEST (many_edits_at_once)
{
  enum { N = 200 };
  struct mg_edit edits[N];
  char paths[N][16], text[N * 16] = "{", want[N * 16] = "{";
  size_t i, n = 1, m = 1;

  for (i = 0; i < N; i++) {
    snprintf (paths[i], sizeof paths[i], "**.k%zu", i);
    edits[i] = (struct mg_edit) SET (paths[i], "true");
    n += (size_t) snprintf (text + n, sizeof text - n, "%s\"k%zu\":%zu",
                            i ? "," : "", N - 1 - i, i);
    m += (size_t) snprintf (want + m, sizeof want - m, "%s\"k%zu\":true",
                            i ? "," : "", N - 1 - i);
  }
  snprintf (text + n, sizeof text - n, "}");
  snprintf (want + m, sizeof want - m, "}");
  {
    struct mg_buf b = MG_BUF_INIT (100000);

    is_int (mg_json_edit (text, strlen (text), edits, N, &b, NULL), 0);
    is_str (mg_buf_text (&b), want);
    mg_buf_done (&b);
  }
}

MG_TEST (a_failure_leaves_the_output_as_it_was)
{
  struct mg_edit edit = SET ("a", "100000");
  struct mg_buf b = MG_BUF_INIT (30);
  const char *text = "{\"a\":1,\"b\":}";

  mg_buf_add_str (&b, "before");
  is_int (mg_json_edit (text, strlen (text), &edit, 1, &b, NULL),
          MG_E_PROTOCOL);
  is_str (mg_buf_text (&b), "before");
  text = "{\"a\":1,\"b\":\"abcdefghijklmnopqrstu\"}";
  is_int (mg_json_edit (text, strlen (text), &edit, 1, &b, NULL), MG_E_NOMEM);
  is_str (mg_buf_text (&b), "before");
  mg_buf_done (&b);
}

/* The member that is added never has another name. */
MG_TEST (a_name_without_room_is_an_error)
{
  MG_CLEANUP_FREE char *path = mg_xmalloc (MG_MAX_PATH + 2);
  struct mg_buf b = MG_BUF_INIT ((size_t) 4 * MG_MAX_PATH);
  struct mg_edit edit = SET (path, "1");

  memset (path, 'a', MG_MAX_PATH + 1);
  path[MG_MAX_PATH + 1] = '\0';
  is_int (mg_json_edit ("{}", 2, &edit, 1, &b, NULL), MG_E_NOMEM);
  mg_buf_done (&b);
}

MG_TEST (a_bad_path_is_refused)
{
  is_str (EDIT ("{}", DROP ("a..b")), "error: invalid bad-path");
}

MG_TEST (every_truncation_is_an_error)
{
  static const char text[] =
    "{\"a\":[{\"id\":12},{\"id\":\"x\\u0041\"}],\"d\":\"{\\\"k\\\":[1]}\","
    "\"e\":{},\"f\":null}";
  static const struct mg_edit edits[] = {
    MAP ("a[0].id", give, "DROP"), MAP ("a[1].id", give, "9"),
    MAP ("d|json.k[*]", give, "new"), SET ("e.g.h", "1"), DROP ("f"),
  };
  size_t n, len = sizeof text - 1;

  for (n = 0; n <= len; n++) {
    char *part = mg_xmalloc (n + (n == 0));
    struct mg_buf b = MG_BUF_INIT (2000);
    int r;

    asked[0] = '\0';
    memcpy (part, text, n);
    r = mg_json_edit (part, n, edits, 5, &b, NULL);
    is_int (r, n == len ? 0 : MG_E_PROTOCOL);
    is_int (b.len > 0, n == len);
    mg_buf_done (&b);
    mg_free (part);
  }
}

MG_TEST (depth_is_bounded)
{
  char text[3 * MG_MAX_JSON_DEPTH];
  size_t n = MG_MAX_JSON_DEPTH;
  struct mg_edit edits[] = { SET ("**.x", "1"), MAP ("**[*]", give, NULL) };
  struct mg_buf b = MG_BUF_INIT (10000);

  memset (text, '[', n);
  memset (text + n, ']', n);
  is_int (mg_json_edit (text, 2 * n, edits, 1, &b, NULL), 0);
  is_mem (b.data, b.len, text, 2 * n);
  memset (text, '[', n + 1);
  memset (text + n + 1, ']', n + 1);
  is_int (mg_json_edit (text, 2 * n + 2, edits, 1, &b, NULL), MG_E_PROTOCOL);
  is_int (mg_json_edit (text, 2 * n + 2, NULL, 0, &b, NULL), MG_E_PROTOCOL);
  mg_buf_done (&b);
}

MG_TEST (endless_depth_is_an_error)
{
  size_t n = 200000, i;
  char *text = mg_xmalloc (5 * n);
  struct mg_edit edits[] = { SET ("**.b", "1"), MAP ("**.c", give, NULL) };
  struct mg_buf b = MG_BUF_INIT (10000000);

  for (i = 0; i < n; i++)
    memcpy (text + 5 * i, "{\"a\":", 5);
  is_int (mg_json_edit (text, 5 * n, edits, 2, &b, NULL), MG_E_PROTOCOL);
  mg_buf_done (&b);
  mg_free (text);
}
