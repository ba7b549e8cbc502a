/* JSON compared: canonical texts, parts, differences. */
#include <config.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "mg-test.h"

#define LIST(...) (const char *const[]) { __VA_ARGS__, NULL }

static const char *
canon (const char *text, const struct mg_json_rules *rules)
{
  static char found[1024];
  struct mg_buf b = MG_BUF_INIT (1000);
  struct mg_error err = MG_ERROR_INIT;
  int r = mg_json_canonical (text, strlen (text), rules, &b, &err);

  if (r < 0)
    snprintf (found, sizeof found, "error: %s %s", mg_error_name (r), err.id);
  else
    snprintf (found, sizeof found, "%s", mg_buf_text (&b));
  mg_buf_done (&b);
  return found;
}

static int
part (const char *a, const char *b, const struct mg_json_rules *rules)
{
  return mg_json_subset (a, strlen (a), b, strlen (b), rules, NULL);
}

static int
note (void *opaque, const char *path, struct mg_span left,
      struct mg_span right)
{
  return mg_buf_addf (opaque, "%s: %.*s | %.*s\n", path,
                      left.p ? (int) left.len : 1, left.p ? left.p : "-",
                      right.p ? (int) right.len : 1, right.p ? right.p : "-");
}

/* The differences of two texts once they are canonical. */
static const char *
diff (const char *a, const char *b, const struct mg_json_rules *rules)
{
  static char found[1024];
  struct mg_buf left = MG_BUF_INIT (1000), right = MG_BUF_INIT (1000);
  struct mg_buf out = MG_BUF_INIT (1000);

  is_ok (mg_json_canonical (a, strlen (a), rules, &left, NULL));
  is_ok (mg_json_canonical (b, strlen (b), rules, &right, NULL));
  is_ok (mg_json_diff (left.data, left.len, right.data, right.len, rules, note,
                       &out, NULL));
  snprintf (found, sizeof found, "%s", mg_buf_text (&out));
  mg_buf_done (&left);
  mg_buf_done (&right);
  mg_buf_done (&out);
  return found;
}

MG_TEST (sorts_keys_and_drops_white_space)
{
  is_str (canon (" { \"b\" : [ 1 , { \"z\":{}, \"y\":[ ] } ], \"a\":null} ",
                 NULL), "{\"a\":null,\"b\":[1,{\"y\":[],\"z\":{}}]}");
  is_str (canon ("{\"ab\":1,\"a\":2,\"a!\":3,\"B\":4,\"\":5}", NULL),
          "{\"\":5,\"B\":4,\"a\":2,\"a!\":3,\"ab\":1}");
}

MG_TEST (repeated_keys_keep_their_order)
{
  is_str (canon ("{\"b\":2,\"a\":2,\"a\":1}", NULL),
          "{\"a\":2,\"a\":1,\"b\":2}");
}

MG_TEST (strings_have_one_escaping)
{
  is_str (canon ("\"\\u0041\\/\\u00e9\\n\\u000a\\u0001\\\"\\\\\"", NULL),
          "\"A/\xc3\xa9\\n\\n\\u0001\\\"\\\\\"");
  is_str (canon ("\"\\uD83D\\uDE00 \\uD83d \\udE0f\"", NULL),
          "\"\xf0\x9f\x98\x80 \\ud83d \\ude0f\"");
  is_str (canon ("\"\\u0000\x7f\"", NULL), "\"\\u0000\x7f\"");
  is_str (canon ("{\"\\u0061\":1}", NULL), "{\"a\":1}");
}

MG_TEST (numbers_have_one_spelling)
{
  static const char *const pairs[][2] = {
    { "1", "1" }, { "1.0", "1" }, { "1e0", "1" }, { "10e-1", "1" },
    { "100", "100" }, { "1E+2", "100" }, { "0", "0" }, { "-0", "0" },
    { "0.0", "0" }, { "-0e99", "0" }, { "1.50", "1.5" }, { "-1.5", "-1.5" },
    { "15e-1", "1.5" }, { "0.05", "0.05" }, { "5e-2", "0.05" },
    { "0.0500", "0.05" }, { "12.34e1", "123.4" }, { "1e500", "1e500" },
    { "10e499", "1e500" }, { "1e-500", "1e-500" }, { "NaN", "NaN" },
    { "-Infinity", "-Infinity" },
    { "12345678901234567890123", "12345678901234567890123" },
    { "1234567890123456789012.30e1", "12345678901234567890123" },
    { "1e99999999999999999999", "1e99999999999999999999" },
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (pairs); i++)
    is_str (canon (pairs[i][0], NULL), pairs[i][1]);
}

MG_TEST (big_integers_stay_apart)
{
  ok (strcmp (canon ("9223372036854775808", NULL), "9223372036854775807"));
}

MG_TEST (ignored_paths_are_dropped)
{
  struct mg_json_rules rules = { .ignore = LIST ("id", "**.at", "l[*].x",
                                                 "m[1]") };

  is_str (canon ("{\"id\":1,\"b\":{\"id\":2,\"at\":3},\"l\":[{\"x\":1,\"at\":2},"
                 "{\"y\":1}],\"m\":[1,2,3],\"z\":1}", &rules),
          "{\"b\":{\"id\":2},\"l\":[{},{\"y\":1}],\"m\":[1,3],\"z\":1}");
  is_str (canon ("{\"id\":1}", &rules), "{}");
  rules.ignore = LIST ("t[k=a].v");
  is_str (canon ("{\"t\":[{\"v\":1,\"k\":\"a\"},{\"v\":2}]}", &rules),
          "{\"t\":[{\"k\":\"a\"},{\"v\":2}]}");
}

MG_TEST (unordered_arrays_are_sorted)
{
  struct mg_json_rules rules = { .unordered = LIST ("m", "n[*].k") };

  is_str (canon ("{\"m\":[3,{\"b\":1,\"a\":2},\"x\",1],\"n\":[{\"k\":[2,1]},"
                 "{\"k\":[1]}],\"o\":[2,1]}", &rules),
          "{\"m\":[\"x\",1,3,{\"a\":2,\"b\":1}],\"n\":[{\"k\":[1,2]},"
          "{\"k\":[1]}],\"o\":[2,1]}");
  is_str (canon ("{\"m\":[2,1,2]}", &rules), "{\"m\":[1,2,2]}");
}

MG_TEST (case_can_be_ignored)
{
  struct mg_json_rules rules = { .nocase = LIST ("u", "m[*].v"),
                                 .unordered = LIST ("m") };

  is_str (canon ("{\"u\":\"J\xc3\x89\\u0041\",\"w\":\"A\",\"m\":[{\"v\":\"B\"},"
                 "{\"v\":\"a\"}]}", &rules),
          "{\"m\":[{\"v\":\"a\"},{\"v\":\"b\"}],\"u\":\"j\xc3\xa9" "a\","
          "\"w\":\"A\"}");
}

MG_TEST (absent_can_be_default)
{
  struct mg_json_rules rules = { .absent_is_default = 1 };

  is_str (canon ("{\"a\":\"\",\"b\":0.0,\"c\":false,\"d\":null,\"e\":[],"
                 "\"f\":{\"g\":{\"h\":0}},\"i\":[0,{}],\"j\":true}", &rules),
          "{\"i\":[0,{}],\"j\":true}");
  is_str (canon ("{\"a\":null}", &rules), "{}");
  is_str (canon ("null", &rules), "null");
}

MG_TEST (json_in_a_string_is_made_canonical_where_a_rule_goes)
{
  const char *text = "{\"d\":\"{\\\"b\\\": 1, \\\"a\\\":2}\",\"e\":\"[ 1 ]\","
                     "\"f\":\"[ 1\"}";
  struct mg_json_rules rules = { .ignore = LIST ("d|json.b", "f|json.x") };

  is_str (canon (text, &rules),
          "{\"d\":\"{\\\"a\\\":2}\",\"e\":\"[ 1 ]\",\"f\":\"[ 1\"}");
}

MG_TEST (canonical_is_stable)
{
  static char once[1024];
  struct mg_json_rules rules = { .unordered = LIST ("**") };

  snprintf (once, sizeof once, "%s",
            canon ("{\"b\":[2,[3,1],{\"\\u00ff\":1e2}],\"a\":\"\\ud800\"}",
                   &rules));
  is_str (canon (once, &rules), once);
}

MG_TEST (what_is_no_json_is_an_error)
{
  struct mg_buf b = MG_BUF_INIT (100);

  is_str (canon ("{\"a\":1", NULL), "error: protocol not-json");
  is_str (canon ("1 2", NULL), "error: protocol not-json");
  is_str (canon ("{}", &(struct mg_json_rules) { .ignore = LIST ("a.") }),
          "error: invalid bad-path");
  mg_buf_add_str (&b, "x");
  is_int (mg_json_canonical ("[1,", 3, NULL, &b, NULL), MG_E_PROTOCOL);
  is_str (mg_buf_text (&b), "x");
  mg_buf_done (&b);
}

MG_TEST (a_part_may_lack_what_was_added)
{
  is_int (part ("{\"a\":1,\"b\":{\"c\":\"x\"}}",
                "{\"z\":0,\"b\":{\"d\":1,\"c\":\"x\"},\"a\":1.0}", NULL), 1);
  is_int (part ("{\"a\":1}", "{\"a\":2}", NULL), 0);
  is_int (part ("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}", NULL), 0);
  is_int (part ("{\"a\":1}", "{\"b\":1}", NULL), 0);
  is_int (part ("{\"a\":1}", "{}", NULL), 0);
  is_int (part ("{\"b\":{\"c\":1}}", "{\"b\":{\"d\":1}}", NULL), 0);
  is_int (part ("{\"a\":{}}", "{\"a\":[]}", NULL), 0);
  is_int (part ("1", "1.0", NULL), 1);
  is_int (part ("{", "{}", NULL), MG_E_PROTOCOL);
  is_int (part ("{}", "{", NULL), MG_E_PROTOCOL);
}

MG_TEST (parts_of_arrays_keep_their_order)
{
  is_int (part ("[1,3]", "[1,2,3]", NULL), 1);
  is_int (part ("[3,1]", "[1,2,3]", NULL), 0);
  is_int (part ("[1,1]", "[1]", NULL), 0);
  is_int (part ("[{\"a\":1},{\"b\":1}]", "[{\"a\":1,\"x\":0},{\"b\":1}]", NULL),
          1);
}

MG_TEST (parts_of_unordered_arrays_do_not)
{
  struct mg_json_rules rules = { .unordered = LIST ("") };

  is_int (part ("[3,1]", "[1,2,3]", &rules), 1);
  is_int (part ("[1,1]", "[1,2]", &rules), 0);
  is_int (part ("[2]", "[1]", &rules), 0);
  is_int (part ("[1]", "[2]", &rules), 0);
  is_int (part ("[{\"z\":1}]", "[{\"a\":1},{\"b\":1},{\"x\":1,\"z\":1}]",
                &rules), 1);
  is_int (part ("[{\"a\":1},{\"b\":2}]", "[{\"b\":2,\"c\":0},{\"a\":1}]",
                &rules), 1);
  /* {} fits both, but has to leave the one that the other needs */
  is_int (part ("[{},{\"a\":1}]", "[{\"a\":1,\"x\":1},{\"b\":2}]", &rules), 1);
  is_int (part ("[{\"x\":1},{\"x\":1,\"a\":1}]",
                "[{\"a\":1,\"x\":1,\"y\":0},{\"x\":1,\"z\":1}]", &rules), 1);
  is_int (part ("[{\"a\":1},{\"a\":1,\"x\":1}]",
                "[{\"a\":1,\"x\":1,\"y\":0},{\"x\":1,\"z\":1}]", &rules), 0);
}

MG_TEST (rules_hold_at_their_own_level)
{
  struct mg_json_rules rules = { .unordered = LIST ("m", "n[*].o") };

  is_int (part ("{\"m\":[{},{\"a\":1}]}",
                "{\"m\":[{\"a\":1,\"x\":1},{\"b\":2}]}", &rules), 1);
  is_int (part ("{\"n\":[{\"o\":[{},{\"a\":1}]}]}",
                "{\"n\":[{\"o\":[{\"a\":1,\"x\":1},{\"b\":2}]}]}", &rules), 1);
  is_int (part ("{\"k\":[{},{\"a\":1}]}",
                "{\"k\":[{\"a\":1,\"x\":1},{\"b\":2}]}", &rules), 0);
}

MG_TEST (what_was_sent_as_default_may_be_absent_but_not_different)
{
  struct mg_json_rules rules = { .absent_is_default = 1 };

  is_int (part ("{\"a\":0,\"b\":{\"c\":\"\"}}", "{}", &rules), 1);
  is_int (part ("{\"a\":0}", "{\"a\":null}", &rules), 1);
  is_int (part ("{\"a\":0}", "{\"a\":5}", &rules), 0);
  is_int (part ("{\"a\":1}", "{\"a\":0}", &rules), 0);
  is_int (part ("{\"a\":0}", "{}", NULL), 0);
  is_int (part ("{\"a\":1}", "{}", &rules), 0);
  is_int (part ("{\"b\":{\"c\":1}}", "{}", &rules), 0);
}

MG_TEST (a_part_follows_the_other_rules)
{
  struct mg_json_rules rules = { .ignore = LIST ("id"),
                                 .nocase = LIST ("u") };

  is_int (part ("{\"id\":1,\"u\":\"A\"}", "{\"id\":2,\"u\":\"a\"}", &rules), 1);
}

MG_TEST (equal_texts_have_no_difference)
{
  is_str (diff ("{\"a\":[1,{\"b\":2}]}", "{ \"a\" : [1.0,{\"b\":2}]}", NULL),
          "");
}

MG_TEST (differences_have_the_deepest_path)
{
  is_str (diff ("{\"a\":{\"b\":1,\"c\":[1,2,{\"d\":\"x\"}]},\"e\":1}",
                "{\"a\":{\"b\":2,\"c\":[1,2,{\"d\":\"y\"}]},\"f\":1}", NULL),
          "a.b: 1 | 2\na.c[2].d: \"x\" | \"y\"\ne: 1 | -\nf: - | 1\n");
  is_str (diff ("{\"a\":{}}", "{\"a\":[]}", NULL), "a: {} | []\n");
  is_str (diff ("1", "2", NULL), ": 1 | 2\n");
  is_str (diff ("[1]", "[2]", NULL), "[0]: 1 | 2\n");
}

MG_TEST (an_element_in_the_middle_is_one_difference)
{
  is_str (diff ("[1,2,3]", "[1,9,2,3]", NULL), "[1]: - | 9\n");
  is_str (diff ("[1,2,3]", "[1,3]", NULL), "[1]: 2 | -\n");
  is_str (diff ("[1,2]", "[1,2,3,4]", NULL), "[2]: - | 3\n[3]: - | 4\n");
}

MG_TEST (elements_of_unordered_arrays_are_told_one_by_one)
{
  struct mg_json_rules rules = { .unordered = LIST ("g.m") };

  is_str (diff ("{\"g\":{\"m\":[3,1,2,2]}}", "{\"g\":{\"m\":[2,4,1]}}", &rules),
          "g.m[]: 2 | -\ng.m[]: 3 | -\ng.m[]: - | 4\n");
}

MG_TEST (paths_of_differences_can_be_used_again)
{
  const char *a = "{\"a.b\":{\"c[|*\\\\\":1}}", *b = "{\"a.b\":{}}";
  struct mg_span value;

  is_str (diff (a, b, NULL), "a\\.b.c\\[\\|\\*\\\\: 1 | -\n");
  is_int (mg_json_get (a, strlen (a), "a\\.b.c\\[\\|\\*\\\\", &value), 1);
  is_mem (value.p, value.len, "1", 1);
}

static int
stop (void *opaque, const char *path, struct mg_span left,
      struct mg_span right)
{
  (void) path;
  (void) left;
  (void) right;
  return ++*(int *) opaque == 2 ? 77 : 0;
}

MG_TEST (a_difference_can_stop_it)
{
  int n = 0;

  is_int (mg_json_diff ("[1,2,3]", 7, "[4,5,6]", 7, NULL, stop, &n, NULL), 77);
  is_int (n, 2);
  is_int (mg_json_diff ("[1", 2, "[4]", 3, NULL, stop, &n, NULL),
          MG_E_PROTOCOL);
}

MG_TEST (every_truncation_is_an_error)
{
  static const char text[] =
    "{\"b\":[2.50,{\"x\":\"\\u0041\\ud800\"},NaN],\"a\":\"{\\\"k\\\":[2,1]}\"}";
  struct mg_json_rules rules = { .ignore = LIST ("a|json.q", "**.x"),
                                 .unordered = LIST ("a|json.k", "b"),
                                 .nocase = LIST ("**"),
                                 .absent_is_default = 1 };
  size_t n, len = sizeof text - 1;

  for (n = 0; n <= len; n++) {
    char *cut = mg_xmalloc (n + (n == 0));
    struct mg_buf b = MG_BUF_INIT (1000);
    int want = n == len ? 0 : MG_E_PROTOCOL;

    memcpy (cut, text, n);
    is_int (mg_json_canonical (cut, n, &rules, &b, NULL), want);
    is_int (mg_json_subset (cut, n, text, len, &rules, NULL), want ? want : 1);
    is_int (mg_json_subset (text, len, cut, n, &rules, NULL), want ? want : 1);
    is_int (mg_json_diff (cut, n, text, len, &rules, note, &b, NULL), want);
    mg_buf_done (&b);
    mg_free (cut);
  }
}

MG_TEST (depth_is_bounded)
{
  char text[3 * MG_MAX_JSON_DEPTH];
  size_t n = MG_MAX_JSON_DEPTH;
  struct mg_json_rules rules = { .unordered = LIST ("**") };
  struct mg_buf b = MG_BUF_INIT (10000);

  memset (text, '[', n);
  memset (text + n, ']', n);
  is_int (mg_json_canonical (text, 2 * n, &rules, &b, NULL), 0);
  is_mem (b.data, b.len, text, 2 * n);
  is_int (mg_json_subset (text, 2 * n, text, 2 * n, &rules, NULL), 1);
  memset (text, '[', n + 1);
  memset (text + n + 1, ']', n + 1);
  is_int (mg_json_canonical (text, 2 * n + 2, &rules, &b, NULL),
          MG_E_PROTOCOL);
  mg_buf_done (&b);
}

MG_TEST (endless_depth_is_an_error)
{
  size_t n = 200000, i;
  char *text = mg_xmalloc (5 * n);
  struct mg_json_rules rules = { .unordered = LIST ("**") };
  struct mg_buf b = MG_BUF_INIT (10000000);

  for (i = 0; i < n; i++)
    memcpy (text + 5 * i, "{\"a\":", 5);
  is_int (mg_json_canonical (text, 5 * n, &rules, &b, NULL), MG_E_PROTOCOL);
  is_int (mg_json_subset (text, 5 * n, "{}", 2, &rules, NULL), MG_E_PROTOCOL);
  mg_buf_done (&b);
  mg_free (text);
}

MG_TEST (indented_for_people)
{
  const char *text = " {\"a\":[1.50,{ },[ ]],\"b, {\":\"[\\\"]\", \"c\":{\"d\":null}} ";
  struct mg_buf b = MG_BUF_INIT (1000), back = MG_BUF_INIT (1000);

  is_int (mg_json_indent (text, strlen (text), &b), 0);
  is_str (mg_buf_text (&b),
          "{\n  \"a\": [\n    1.50,\n    {},\n    []\n  ],\n"
          "  \"b, {\": \"[\\\"]\",\n  \"c\": {\n    \"d\": null\n  }\n}\n");
  is_int (mg_json_indent (mg_buf_text (&b), b.len, &back), 0);
  is_str (mg_buf_text (&back), mg_buf_text (&b));
  is_int (mg_json_indent ("\"open", 5, &back), MG_E_PROTOCOL);
  mg_buf_done (&b);
  mg_buf_done (&back);
}
