/* The path step [key=value]: elements that are objects with that member. */
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
