/* JSON as bytes, the readers: check, get, each, text and the typed ones. */
#include <config.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "mg-test.h"

static int
check (const char *text)
{
  return mg_json_check (text, strlen (text), NULL);
}

/* The bytes at the path as a string of the test's own, "-" when absent. */
static const char *
got (const char *text, const char *path)
{
  static char found[256];
  struct mg_span value;

  if (!mg_json_get (text, strlen (text), path, &value))
    return "-";
  snprintf (found, sizeof found, "%.*s", (int) value.len, value.p);
  return found;
}

static const char *
text_at (const char *text, const char *path)
{
  static char found[256];
  char *s = mg_json_get_text (text, strlen (text), path);

  if (s == NULL)
    return NULL;
  snprintf (found, sizeof found, "%s", s);
  mg_free (s);
  return found;
}

static int
collect (void *opaque, struct mg_span value)
{
  struct mg_buf *b = opaque;

  mg_buf_add (b, value.p, value.len);
  return mg_buf_add_byte (b, ';');
}

/* All values at the path, each followed by ';'. */
static const char *
every (const char *text, const char *path)
{
  static char found[512];
  struct mg_buf b = MG_BUF_INIT (500);

  is_int (mg_json_each (text, strlen (text), path, collect, &b), 0);
  snprintf (found, sizeof found, "%s", mg_buf_text (&b));
  mg_buf_done (&b);
  return found;
}

MG_TEST (accepts_what_is_json)
{
  static const char *const good[] = {
    "{}", "[]", " [ ] ", "\"\"", "0", "-0", "12.50e-3", "1E+9", "true",
    "false", "null", "NaN", "-Infinity", "Infinity",
    "{\"a\":1,\"a\":2}", "[[[]],{}]", "\"\\u0041\\/\\ud800\"",
    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"",
    "123456789012345678901234567890", "\t\r\n {\"x\" : [ 1 , NaN ] }\n",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (good); i++)
    if (check (good[i]) != 0)
      fail_test ("refused: %s", good[i]);
}

MG_TEST (refuses_what_is_not)
{
  static const char *const bad[] = {
    "", " ", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}",
    "{a:1}", "[1 2]", "1 2", "[1}", "{\"a\":1]", "01", "+1", "1.", ".5", "1e",
    "-", "--1", "tru", "truex", "nan", "+Infinity", "-NaN", "'a'", "\"a",
    "\"\\x\"", "\"\\u12g4\"", "\"\\u12\"", "\"\n\"", "\"\x01\"", "\"\\",
    "\"\xff\"", "\"\xc0\xaf\"", "\"\xe0\x80\x80\"", "\"\xed\xa0\x80\"",
    "\"\xf0\x80\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xf4\x90\x80\x80\"",
    "\"\xe2\x82\"", "\"\xc3", "]", "}", ":", "\xef\xbb\xbf{}",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (bad); i++)
    if (check (bad[i]) == 0)
      fail_test ("accepted: %s", bad[i]);
}

MG_TEST (sees_a_bad_byte_wherever_it_stands_in_a_word)
{
  char text[32] = "\"................\"";
  size_t i;

  for (i = 1; i < 17; i++) {
    text[i] = '\x1f';
    is_int (check (text), MG_E_PROTOCOL);
    text[i] = '"';
    is_int (check (text), MG_E_PROTOCOL);
    text[i] = '\xff';
    is_int (check (text), MG_E_PROTOCOL);
    text[i] = '.';
    is_int (check (text), 0);
  }
}

MG_TEST (says_where_it_stopped)
{
  struct mg_error err = MG_ERROR_INIT;

  is_int (mg_json_check ("{\"a\": x}", 8, &err), MG_E_PROTOCOL);
  is_str (err.id, "not-json");
  has_str (err.text, "byte 6 of 8");
}

MG_TEST (bounds_the_depth)
{
  char text[4 * MG_MAX_JSON_DEPTH];
  size_t n = MG_MAX_JSON_DEPTH;
  struct mg_span value;

  memset (text, '[', n);
  memset (text + n, ']', n);
  is_int (mg_json_check (text, 2 * n, NULL), 0);
  is_int (mg_json_each (text, 2 * n, "**", collect, &(struct mg_buf)
                        MG_BUF_INIT (0)), MG_E_NOMEM);
  memset (text, '[', n + 1);
  memset (text + n + 1, ']', n + 1);
  is_int (mg_json_check (text, 2 * n + 2, NULL), MG_E_PROTOCOL);
  is_int (mg_json_get (text, 2 * n + 2, "**.x", &value), 0);
}

MG_TEST (endless_depth_is_an_error)
{
  size_t n = 1000000, i;
  char *text = mg_xmalloc (n);
  struct mg_span value;

  memset (text, '[', n);
  is_int (mg_json_check (text, n, NULL), MG_E_PROTOCOL);
  is_int (mg_json_get (text, n, "**.a", &value), 0);
  for (i = 0; i + 5 <= n; i += 5)
    memcpy (text + i, "{\"a\":", 5);
  is_int (mg_json_check (text, n, NULL), MG_E_PROTOCOL);
  is_int (mg_json_get (text, n, "**.b", &value), 0);
  mg_free (text);
}

MG_TEST (gets_by_keys)
{
  const char *text = " {\"a\": {\"b\" : [1, {\"c\":\"x\\/y\"}] }, \"a\": 2} ";

  is_str (got (text, "a.b"), "[1, {\"c\":\"x\\/y\"}]");
  is_str (got (text, "a.b[0]"), "1");
  is_str (got (text, "a.b[1].c"), "\"x\\/y\"");
  is_str (got (text, "a.b[*].c"), "\"x\\/y\"");
  is_str (got (text, "a.b[2]"), "-");
  is_str (got (text, "a.c"), "-");
  is_str (got (text, "b"), "-");
}

MG_TEST (first_of_repeated_keys_is_found)
{
  is_str (got ("{\"a\":1,\"a\":2}", "a"), "1");
  is_str (every ("{\"a\":1,\"a\":2}", "a"), "1;2;");
}

MG_TEST (empty_path_is_the_whole_text)
{
  is_str (got (" {\"a\":1} ", ""), "{\"a\":1}");
  is_str (got ("x", ""), "-");
}

MG_TEST (keys_are_compared_unescaped)
{
  const char *text = "{\"p\\u006flicy\":1,\"a.b\":{\"c[d]|e\\\\f\":2},"
                     "\"\\ud83d\\ude00\":3,\"*\":4}";

  is_str (got (text, "policy"), "1");
  is_str (got (text, "a\\.b.c\\[d\\]\\|e\\\\f"), "2");
  is_str (got (text, "\xf0\x9f\x98\x80"), "3");
  is_str (got (text, "\\*"), "4");
  is_str (got (text, "a.b"), "-");
  is_str (got (text, "polic"), "-");
}

MG_TEST (deep_matches_at_any_depth_in_order)
{
  const char *text = "{\"id\":1,\"x\":[{\"id\":2,\"y\":{\"id\":[3]}},4],"
                     "\"z\":{\"id\":{\"id\":5}}}";

  is_str (every (text, "**.id"), "1;2;[3];{\"id\":5};5;");
  is_str (every (text, "x.**.id"), "2;[3];");
  is_str (every (text, "x[*].**.id"), "2;[3];");
  is_str (every (text, "**[*]"), "{\"id\":2,\"y\":{\"id\":[3]}};3;4;");
  is_str (every (text, "z.**"), "{\"id\":{\"id\":5}};{\"id\":5};5;");
}

MG_TEST (stars_match_one_level)
{
  const char *text = "{\"a\":{\"x\":1,\"y\":{\"x\":2}},\"b\":[{\"x\":3},7]}";

  is_str (every (text, "*.x"), "1;");
  is_str (every (text, "a.*.x"), "2;");
  is_str (every (text, "b[*]"), "{\"x\":3};7;");
  is_str (every (text, "b[].x"), "3;");
  is_str (every ("[[1,2],[3]]", "[*][*]"), "1;2;3;");
}

MG_TEST (elements_are_chosen_by_a_member)
{
  const char *text = "{\"t\":[{\"key\":\"a.b\",\"v\":1},{\"v\":2,\"key\":\"c\"},"
                     "7,[],{\"\\u006bey\":\"\\u0063\",\"v\":3},{\"n\":-5,\"v\":4},"
                     "{\"key\":\"\"},{\"n\":{\"key\":\"c\"}}]}";

  is_str (every (text, "t[key=a.b].v"), "1;");
  is_str (every (text, "t[key=c].v"), "2;3;");
  is_str (every (text, "t[n=-5].v"), "4;");
  is_str (every (text, "t[key=]"), "{\"key\":\"\"};");
  is_str (every (text, "t[v=1].key"), "\"a.b\";");
  is_str (every (text, "t[key=d]"), "");
  is_str (every (text, "t[ke=c]"), "");
}

MG_TEST (each_stops_when_told)
{
  struct mg_buf b = MG_BUF_INIT (3);
  const char *text = "[1,22,3]";

  is_int (mg_json_each (text, strlen (text), "[*]", collect, &b), MG_E_NOMEM);
  is_str (mg_buf_text (&b), "1;");
  mg_buf_done (&b);
}

MG_TEST (each_says_when_it_is_not_json)
{
  struct mg_buf b = MG_BUF_INIT (100);

  is_int (mg_json_each ("[1,2", 4, "[*]", collect, &b), MG_E_PROTOCOL);
  is_int (mg_json_each ("[1,2]x", 6, "[*]", collect, &b), MG_E_PROTOCOL);
  mg_buf_done (&b);
}

MG_TEST (steps_into_json_in_a_string)
{
  const char *text =
    "{\"d\":\"{\\\"k\\\": {\\\"v\\\": \\\"a\\\\\\\"b\\\", \\\"n\\\": 7}}\","
    "\"e\":\"no json\",\"f\":{\"k\":1}}";

  is_str (text_at (text, "d|json.k.v"), "a\"b");
  is_str (text_at (text, "d|json.k.n"), "7");
  is_str (every (text, "**|json.k.n"), "7;");
  is_str (every (text, "d|json.**.v"), "\"a\\\"b\";");
  is_null (text_at (text, "e|json.k"));
  is_null (text_at (text, "f|json.k"));
  is_str (got (text, "d|json.k.n"), "-");
}

MG_TEST (steps_through_two_strings)
{
  is_str (text_at ("{\"a\":\"{\\\"b\\\":\\\"[\\\\\\\"c\\\\\\\"]\\\"}\"}",
                   "a|json.b|json[0]"), "c");
}

MG_TEST (text_unescapes)
{
  is_str (text_at ("\"a\\u0041\\/\\\\\\\"\\b\\f\\n\\r\\t\"", ""),
          "aA/\\\"\b\f\n\r\t");
  is_str (text_at ("\"\\u00e9\\u20AC\\ud83d\\ude00\"", ""),
          "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

MG_TEST (text_has_no_surrogates_and_no_zero_bytes)
{
  is_str (text_at ("\"<\\ud800>\\udc00\\ud800\\u0041\\u0000!\"", ""),
          "<\xef\xbf\xbd>\xef\xbf\xbd\xef\xbf\xbd" "A\xef\xbf\xbd!");
  is_str (text_at ("\"\\ud800abcdefgh\\ud800\\n12345\"", ""),
          "\xef\xbf\xbd" "abcdefgh\xef\xbf\xbd\n12345");
  is_str (text_at ("\"[\\\"\\ud801\\\"]\"", "|json[0]"), "\xef\xbf\xbd");
}

MG_TEST (text_of_what_is_no_string)
{
  is_str (text_at ("[1.50]", "[0]"), "1.50");
  is_str (text_at ("[true]", "[0]"), "true");
  is_str (text_at ("[NaN]", "[0]"), "NaN");
  is_null (text_at ("[null]", "[0]"));
  is_null (text_at ("[{}]", "[0]"));
  is_null (text_at ("[[]]", "[0]"));
  is_null (text_at ("[]", "[0]"));
}

MG_TEST (types)
{
  static const char *const words[] = { "{}", "[]", "\"\"", "7", "-1", "NaN",
                                       "-Infinity", "Infinity", "true",
                                       "false", "null", "x", "" };
  static const char want[] = { '{', '[', '"', '0', '0', '0', '0', '0', 't',
                               'f', 'n', 0, 0 };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (words); i++) {
    struct mg_span s = { words[i], strlen (words[i]) };

    is_int (mg_json_type (s), want[i]);
  }
  is_int (mg_json_type ((struct mg_span) { NULL, 0 }), 0);
}

MG_TEST (integers)
{
  int64_t n = 5;

  is_int (mg_json_get_int64 ("{\"a\":-12}", 9, "a", &n), 1);
  is_int (n, -12);
  is_int (mg_json_get_int64 ("\"42\"", 4, "", &n), 1);
  is_int (n, 42);
  is_int (mg_json_get_int64 ("9223372036854775807", 19, "", &n), 1);
  is_int (n, INT64_MAX);
  is_int (mg_json_get_int64 ("-9223372036854775808", 20, "", &n), 1);
  is_int (n, INT64_MIN);
}

MG_TEST (what_is_no_integer_changes_nothing)
{
  static const char *const bad[] = { "9223372036854775808", "1.0", "1e3",
                                     "\"\"", "\"x\"", "\" 1\"", "null", "NaN",
                                     "-9223372036854775809", "\"-\"", "[1]",
                                     "99999999999999999999", "true" };
  int64_t n = 5;
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (bad); i++)
    if (mg_json_get_int64 (bad[i], strlen (bad[i]), "", &n) != 0 || n != 5)
      fail_test ("an integer: %s", bad[i]);
}

MG_TEST (only_true_is_true)
{
  is_int (mg_json_get_bool ("{\"a\":true}", 10, "a"), 1);
  is_int (mg_json_get_bool ("{\"a\":false}", 11, "a"), 0);
  is_int (mg_json_get_bool ("{\"a\":\"true\"}", 12, "a"), 0);
  is_int (mg_json_get_bool ("{\"a\":1}", 7, "a"), 0);
  is_int (mg_json_get_bool ("{}", 2, "a"), 0);
}

MG_TEST (paths_are_checked)
{
  static const char *const bad[] = { ".a", "a.", "a..b", "a[", "a[x]", "a[1",
                                     "a|xml", "a|jsonx", "|", "a\\", "[*",
                                     "a[*].", "[99999999999]",
                                     "a[0]b", "a[=b]", "a[b=c", "|jsonx",
                                     "a|json[0]e**" };
  static const char *const good[] = { "", "a", "a.b", "[*]", "[0][1]", "**",
                                      "**.a", "a|json", "a|json|json[0].b",
                                      "a\\.b", "a.*.b" };
  struct mg_error err = MG_ERROR_INIT;
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (bad); i++)
    if (mg_json_path_check (bad[i], &err) != MG_E_INVALID)
      fail_test ("accepted: %s", bad[i]);
  is_str (err.id, "bad-path");
  for (i = 0; i < MG_N_ELEMENTS (good); i++)
    if (mg_json_path_check (good[i], NULL) != 0)
      fail_test ("refused: %s", good[i]);
}

MG_TEST (paths_are_bounded)
{
  char path[100] = "a";
  int i;

  for (i = 1; i < 32; i++)
    memcpy (path + 2 * i - 1, ".a", 3);
  is_int (mg_json_path_check (path, NULL), 0);
  memcpy (path + 63, ".a", 3);
  is_int (mg_json_path_check (path, NULL), MG_E_INVALID);
}

static const char everything[] =
  "{\"a\":[1,-2.5e+3,NaN,-Infinity,true,false,null,\"x\\u0041\\ud800\\n\"],"
  "\"\xc3\xa9\":{\"b\":\"{\\\"k\\\":[\\\"\\\\u00e9\\\"]}\"},\"c\":{}}";

/* In memory of exactly that length, so that a read beyond it is seen. */
MG_TEST (every_truncation_is_survived)
{
  size_t n, len = sizeof everything - 1;
  struct mg_span value;
  int64_t number;

  for (n = 0; n <= len; n++) {
    char *text = mg_xmalloc (n + (n == 0));
    struct mg_buf b = MG_BUF_INIT (100000);
    int r;

    memcpy (text, everything, n);
    r = mg_json_check (text, n, NULL);
    is_int (r, n == len ? 0 : MG_E_PROTOCOL);
    is_int (mg_json_each (text, n, "**", collect, &b), r);
    is_int (mg_json_each (text, n, "**|json.**", collect, &b), r);
    mg_json_get (text, n, "c", &value);
    mg_free (mg_json_get_text (text, n, "**.k[0]"));
    mg_json_get_int64 (text, n, "a[1]", &number);
    mg_json_get_bool (text, n, "c");
    value.p = text;
    value.len = n;
    mg_json_type (value);
    mg_free (mg_json_text (value));
    mg_buf_done (&b);
    mg_free (text);
  }
}

MG_TEST (no_text_at_all)
{
  struct mg_span value;

  is_int (mg_json_check (NULL, 0, NULL), MG_E_PROTOCOL);
  is_int (mg_json_get (NULL, 0, "a", &value), 0);
  is_null (mg_json_get_text (NULL, 0, ""));
}

static int
collect_of (void *opaque, size_t which, struct mg_span value)
{
  struct mg_buf *all = opaque;

  return collect (&all[which], value);
}

/* Of each path what it gives by itself; so many that one pass is not enough. */
MG_TEST (several_paths_at_once_are_as_each_by_itself)
{
  static const char text[] =
    "{\"a\":{\"b\":[1,{\"c\":\"x\"},null]},\"d\":\"{\\\"e\\\":7}\",\"a2\":[]}";
  static const char *const some[] = {
    "a", "a.b", "a.b[*]", "a.b[1].c", "**", "d|json.e", "", "nowhere", "a",
    "a.b[c=x].c", "*", "a2[*]",
  };
  enum { N = 96 };
  struct mg_buf all[N];
  const char *paths[N];
  size_t i;

  for (i = 0; i < N; i++) {
    mg_buf_init (&all[i], 10000);
    paths[i] = some[i % MG_N_ELEMENTS (some)];
  }
  is_int (mg_json_each_of (text, strlen (text), paths, N, collect_of, all), 0);
  for (i = 0; i < N; i++) {
    is_str (mg_buf_text (&all[i]), every (text, paths[i]));
    mg_buf_done (&all[i]);
  }
  paths[1] = "a..b";
  is_int (mg_json_each_of (text, strlen (text), paths, 2, collect_of, all),
          MG_E_INVALID);
  is_int (mg_json_each_of (text, strlen (text), paths, 0, collect_of, all), 0);
}

MG_TEST (texts_at_once_are_the_first_of_each)
{
  static const char text[] = "{\"n\":null,\"k\":[\"1\",\"2\"],\"i\":\"\\u00e9a\"}x";
  static const char *const paths[] = { "k[*]", "n", "i", "k[*]", "z" };
  char *texts[MG_N_ELEMENTS (paths)];
  size_t i;

  mg_json_get_texts (text, strlen (text), paths, MG_N_ELEMENTS (paths), texts);
  is_str (texts[0], "1");
  is_null (texts[1]);
  is_str (texts[2], "\xc3\xa9" "a");
  is_str (texts[3], "1");
  is_null (texts[4]);
  for (i = 0; i < MG_N_ELEMENTS (paths); i++)
    mg_free (texts[i]);
}
