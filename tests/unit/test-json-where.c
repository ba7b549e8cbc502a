/* The path steps that ask: [key=value], elements that are objects with that
 * member, [?key], what is an object with that member, and a*b, members of such
 * names. */
#include <config.h>

#include <string.h>

#include "base/json.h"
#include "mg-test.h"

static const char tags[] =
  "{\"tags\":[{\"key\":\"a\",\"value\":\"1\"},{\"value\":\"2\",\"key\":\"b\"},"
  "7,{\"key\":\"ab\"}],\"n\":[{\"id\":5},{\"id\":55}]}";

MG_TEST (where_finds_by_string)
{
  char *text = mg_json_get_text (tags, strlen (tags), "tags[key=b].value");

  is_str (text, "2");
  free (text);
}

MG_TEST (where_finds_by_number)
{
  struct mg_span span = { NULL, 0 };

  is_int (mg_json_get (tags, strlen (tags), "n[id=55]", &span), 1);
  is_int ((int) span.len, (int) strlen ("{\"id\":55}"));
}

MG_TEST (where_wants_the_whole_value)
{
  struct mg_span span;

  is_int (mg_json_get (tags, strlen (tags), "tags[key=ab].value", &span), 0);
  is_int (mg_json_get (tags, strlen (tags), "tags[key=].value", &span), 0);
}

MG_TEST (where_drops_only_what_matches)
{
  struct mg_edit edit = { .op = MG_EDIT_DROP, .path = "tags[key=a]" };
  struct mg_buf out = MG_BUF_INIT (1000);

  is_int (mg_json_edit (tags, strlen (tags), &edit, 1, &out, NULL), 0);
  is_str (mg_buf_text (&out),
          "{\"tags\":[{\"value\":\"2\",\"key\":\"b\"},7,{\"key\":\"ab\"}],"
          "\"n\":[{\"id\":5},{\"id\":55}]}");
  mg_buf_done (&out);
}

MG_TEST (where_ignores_when_comparing)
{
  static const char *const ignore[] = { "tags[key=a]", NULL };
  struct mg_json_rules rules = { .ignore = ignore };
  const char left[] = "{\"tags\":[{\"key\":\"a\"},{\"key\":\"c\"}]}";
  const char right[] = "{\"tags\":[{\"key\":\"c\"}]}";
  struct mg_buf a = MG_BUF_INIT (1000), b = MG_BUF_INIT (1000);

  is_int (mg_json_canonical (left, strlen (left), &rules, &a, NULL), 0);
  is_int (mg_json_canonical (right, strlen (right), &rules, &b, NULL), 0);
  is_str (mg_buf_text (&a), mg_buf_text (&b));
  mg_buf_done (&a);
  mg_buf_done (&b);
}

static const char machines[] =
  "{\"t\":[{\"c\":{\"node\":\"a\",\"more\":{\"zone\":1},\"pool\":\"p\"}},"
  "{\"c\":{\"node\":\"b\",\"more\":{\"zone\":2}}},"
  "{\"c\":{\"pool\":\"\",\"node\":\"c\"}},{\"c\":{\"node\":\"d\",\"pool\":"
  "null}},{\"c\":[\"pool\"]}]}";

static int
add_value (void *opaque, struct mg_span value)
{
  struct mg_buf *out = opaque;

  mg_buf_add (out, value.p, value.len);
  return mg_buf_add_byte (out, ';');
}

MG_TEST (like_finds_members_by_their_names)
{
  static const char text[] =
    "{\"a.0.to\":1,\"a.12.b.to\":2,\"a.to\":3,\"xa.0.to\":4,\"a.0.to2\":5,"
    "\"a.\\u0031.to\":6,\"a.*.to\":7,\"a.to.to\":8,\"b\":{\"a.1.to\":9}}";
  static const struct { const char *path, *found; } some[] = {
    { "a\\.*\\.to", "1;2;6;7;8;" },
    { "a*", "1;2;3;5;6;7;8;" },
    { "*a*to", "1;2;3;4;6;7;8;" },
    { "a\\.\\*\\.to", "7;" },
    { "a\\.1*\\.to", "2;6;" },
    { "**.a*1*", "2;6;9;" },
    { "b*.a*", "9;" },
    { "a*.b", "" },
  };
  size_t i;

  for (i = 0; i < sizeof some / sizeof some[0]; i++) {
    struct mg_buf out = MG_BUF_INIT (1000);

    is_int (mg_json_each (text, strlen (text), some[i].path, add_value, &out),
            0);
    is_str (mg_buf_text (&out), some[i].found);
    mg_buf_done (&out);
  }
}

MG_TEST (like_adds_no_member)
{
  struct mg_edit edit = { .op = MG_EDIT_SET, .path = "a*.b", .value = "1" };
  struct mg_buf out = MG_BUF_INIT (1000);

  is_int (mg_json_edit ("{\"ax\":{},\"c\":{}}", 16, &edit, 1, &out, NULL), 0);
  is_str (mg_buf_text (&out), "{\"ax\":{\"b\":1},\"c\":{}}");
  mg_buf_done (&out);
}

MG_TEST (having_finds_where_the_member_is)
{
  static const struct { const char *path, *found; } some[] = {
    { "t[*].c[?pool].node", "\"a\";" },
    { "**.c[?pool].more.zone", "1;" },
    { "**.c[?more][?pool].node", "\"a\";" },
    { "t[*][?c].c[?more].more.zone", "1;2;" },
    { "t[?pool]", "" },
    { "t[3].c[?pool]", "" },
    { "**.more[?zone]", "{\"zone\":1};{\"zone\":2};" },
  };
  size_t i;

  for (i = 0; i < sizeof some / sizeof some[0]; i++) {
    struct mg_buf out = MG_BUF_INIT (1000);

    is_int (mg_json_each (machines, strlen (machines), some[i].path, add_value,
                          &out), 0);
    is_str (mg_buf_text (&out), some[i].found);
    mg_buf_done (&out);
  }
}

MG_TEST (having_follows_something)
{
  is_int (mg_json_path_check ("[?pool].node", NULL), MG_E_INVALID);
  is_int (mg_json_path_check ("**[?pool].node", NULL), MG_E_INVALID);
  is_int (mg_json_path_check ("a|json[?pool].node", NULL), MG_E_INVALID);
  is_int (mg_json_path_check ("a[?].node", NULL), MG_E_INVALID);
  is_int (mg_json_path_check ("a[?pool.node", NULL), MG_E_INVALID);
  is_int (mg_json_path_check ("a[?pool].node", NULL), 0);
}

MG_TEST (having_drops_where_the_member_is)
{
  const struct mg_edit edits[] = {
    { .op = MG_EDIT_DROP, .path = "**.c[?pool].node" },
    { .op = MG_EDIT_DROP, .path = "**.c[?pool].more.zone" },
  };
  struct mg_buf out = MG_BUF_INIT (1000);

  is_int (mg_json_edit (machines, strlen (machines), edits, 2, &out, NULL), 0);
  is_str (mg_buf_text (&out),
          "{\"t\":[{\"c\":{\"more\":{},\"pool\":\"p\"}},"
          "{\"c\":{\"node\":\"b\",\"more\":{\"zone\":2}}},"
          "{\"c\":{\"pool\":\"\",\"node\":\"c\"}},{\"c\":{\"node\":\"d\","
          "\"pool\":null}},{\"c\":[\"pool\"]}]}");
  mg_buf_done (&out);
}

MG_TEST (having_ignores_when_comparing)
{
  static const char *const ignore[] = { "t[*].c[?pool].node", NULL };
  static const char *const sets[] = { "t", NULL };
  struct mg_json_rules rules = { .ignore = ignore, .unordered = sets };
  const char left[] = "{\"t\":[{\"c\":{\"node\":\"z\",\"pool\":\"p\"}},"
                      "{\"c\":{\"node\":\"b\"}}]}";
  const char right[] = "{\"t\":[{\"c\":{\"node\":\"b\"}},"
                       "{\"c\":{\"pool\":\"p\"}}]}";
  const char other[] = "{\"t\":[{\"c\":{}},{\"c\":{\"pool\":\"p\"}}]}";
  struct mg_buf a = MG_BUF_INIT (1000), b = MG_BUF_INIT (1000);

  is_int (mg_json_canonical (left, strlen (left), &rules, &a, NULL), 0);
  is_int (mg_json_canonical (right, strlen (right), &rules, &b, NULL), 0);
  is_str (mg_buf_text (&a), mg_buf_text (&b));
  is_int (mg_json_subset (right, strlen (right), left, strlen (left), &rules,
                          NULL), 1);
  is_int (mg_json_subset (left, strlen (left), other, strlen (other), &rules,
                          NULL), 0);
  mg_buf_done (&a);
  mg_buf_done (&b);
}

MG_TEST (paths_that_may_lead_to_one_place)
{
  static const struct { const char *a, *b; int meet; } some[] = {
    { "a.b", "a.b", 1 }, { "a.b", "a.c", 0 }, { "a", "a.b", 0 },
    { "a.b", "**.b", 1 }, { "a.b", "**.a", 0 }, { "b", "**.b", 1 },
    { "a.*", "a.b", 1 }, { "a.*", "*.b", 1 }, { "*.c", "a.b", 0 },
    { "a[*].b", "a[3].b", 1 }, { "a[2].b", "a[3].b", 0 },
    { "a[k=v].b", "a[0].b", 1 }, { "a[0]", "a.b", 0 }, { "a.*", "a[*]", 0 },
    { "a.b*", "a.bcd", 1 }, { "a.b*", "a.c", 0 }, { "a.b*", "a.*d", 1 },
    { "a.b\\.c", "a.b\\.c", 1 }, { "a.b\\.c", "a.b.c", 0 },
    { "a\\b", "ab", 1 }, { "a.\\*", "a.b", 0 },
    { "a|json.b", "a|json.b", 1 }, { "a|json.b", "**.b", 0 },
    { "**.x|json.b", "a.x|json.**", 1 }, { "**.c[?p].n", "t[*].c.n", 1 },
    { "**.a.**.b", "x.a.y[*].z.b", 1 }, { "**.a.**.b", "x.y.b", 0 },
    { "**", "a.b", 1 }, { "a..b", "a", 0 }, { "", "", 1 }, { "", "a", 0 },
  };
  size_t i;

  for (i = 0; i < sizeof some / sizeof some[0]; i++) {
    is_int (mg_json_paths_meet (some[i].a, some[i].b), some[i].meet);
    is_int (mg_json_paths_meet (some[i].b, some[i].a), some[i].meet);
  }
}

static int
turn (void *opaque, const struct mg_edit *edit, struct mg_span value,
      struct mg_span parent, struct mg_buf *ret_text, struct mg_error *err)
{
  (void) edit, (void) value, (void) parent, (void) err;
  mg_buf_add_str (ret_text, opaque);
  return MG_MAP_REPLACE;
}

MG_TEST (a_truth_value_stays_one)
{
  static const char text[] = "{\"a\":true,\"b\":\"true\",\"c\":false}";
  struct mg_edit edit = { .op = MG_EDIT_MAP, .path = "*", .map = turn };
  struct mg_buf out = MG_BUF_INIT (1000);

  edit.opaque = (void *) (uintptr_t) "false";
  is_int (mg_json_edit (text, strlen (text), &edit, 1, &out, NULL), 0);
  is_str (mg_buf_text (&out), "{\"a\":false,\"b\":\"false\",\"c\":false}");
  mg_buf_reset (&out);
  edit.opaque = (void *) (uintptr_t) "yes";
  is_int (mg_json_edit (text, strlen (text), &edit, 1, &out, NULL), 0);
  is_str (mg_buf_text (&out), "{\"a\":\"yes\",\"b\":\"yes\",\"c\":\"yes\"}");
  mg_buf_done (&out);
}
