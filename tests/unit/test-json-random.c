/* JSON as bytes against json-c as judge, over many random documents. */
#include <config.h>

#include <json-c/json.h>

#include "base/alloc.h"
#include "base/json.h"
#include "mg-test.h"
#include "json-gen.h"

enum { ROUNDS = 3000 };

static const struct mg_json_rules no_rules;

static struct json_object *
parse (const char *text, size_t len)
{
  struct json_tokener *tok = json_tokener_new ();
  struct json_object *tree = json_tokener_parse_ex (tok, text, (int) len);

  if (json_tokener_get_error (tok) != json_tokener_success
      && json_tokener_get_error (tok) != json_tokener_continue)
    fail_test ("json-c refuses: %.*s", (int) len, text);
  json_tokener_free (tok);
  return tree;
}

static void
canonical (const struct mg_buf *text, struct mg_buf *ret_canon)
{
  mg_buf_reset (ret_canon);
  is_ok (mg_json_canonical (text->data, text->len, &no_rules, ret_canon,
                            NULL));
}

static void
same_trees (const struct mg_buf *a, const struct mg_buf *b, int want)
{
  struct json_object *left = parse (a->data, a->len);
  struct json_object *right = parse (b->data, b->len);

  if (json_object_equal (left, right) != want)
    fail_test ("trees %s: %s and %s", want ? "differ" : "are equal", a->data,
               b->data);
  json_object_put (left);
  json_object_put (right);
}

static int
nothing (void *opaque, const char *path, struct mg_span left,
         struct mg_span right)
{
  (void) path;
  (void) left;
  (void) right;
  ++*(int *) opaque;
  return 0;
}

MG_TEST (a_canonical_text_is_the_same_tree)
{
  struct json_gen g = { .repeat_keys = 0, .odd = 0 };
  struct mg_buf text = MG_BUF_INIT (1 << 20), canon = MG_BUF_INIT (1 << 20);
  struct mg_buf again = MG_BUF_INIT (1 << 20);
  uint64_t seed;

  for (seed = 1; seed <= ROUNDS; seed++) {
    gen_document (&g, seed, &text);
    canonical (&text, &canon);
    same_trees (&text, &canon, 1);
    canonical (&canon, &again);
    is_str (again.data, canon.data);
  }
  mg_buf_done (&text);
  mg_buf_done (&canon);
  mg_buf_done (&again);
}

/* Small documents, so that equal pairs are not rare. */
MG_TEST (canonical_texts_are_equal_when_trees_are)
{
  struct json_gen g = { .repeat_keys = 0, .odd = 0 };
  struct mg_buf text[2] = { MG_BUF_INIT (1 << 20), MG_BUF_INIT (1 << 20) };
  struct mg_buf canon[2] = { MG_BUF_INIT (1 << 20), MG_BUF_INIT (1 << 20) };
  uint64_t seed;
  int equal, n_equal = 0, n_diff;

  for (seed = 1; seed <= ROUNDS; seed++) {
    int i;

    for (i = 0; i < 2; i++) {
      mg_rand_seed (&g.rand, 2 * seed + (uint64_t) i);
      mg_buf_reset (&text[i]);
      gen_items (&g, &text[i], 5, 1);
      canonical (&text[i], &canon[i]);
    }
    equal = strcmp (canon[0].data, canon[1].data) == 0;
    n_equal += equal;
    same_trees (&text[0], &text[1], equal);
    n_diff = 0;
    is_ok (mg_json_diff (canon[0].data, canon[0].len, canon[1].data,
                         canon[1].len, NULL, nothing, &n_diff, NULL));
    is_int (n_diff == 0, equal);
    if (equal)
      is_int (mg_json_subset (text[0].data, text[0].len, text[1].data,
                              text[1].len, NULL, NULL), 1);
  }
  ok (n_equal > 10);
  for (n_diff = 0; n_diff < 2; n_diff++) {
    mg_buf_done (&text[n_diff]);
    mg_buf_done (&canon[n_diff]);
  }
}

static int
keep (void *opaque, const struct mg_edit *edit, struct mg_span value,
      struct mg_span parent, struct mg_buf *ret_text, struct mg_error *err)
{
  (void) opaque;
  (void) edit;
  (void) parent;
  (void) ret_text;
  (void) err;
  ok (mg_json_check (value.p, value.len, NULL) == 0);
  ok (parent.p == NULL || (value.p > parent.p && value.p + value.len
                           < parent.p + parent.len));
  return MG_MAP_KEEP;
}

MG_TEST (keeping_everything_changes_no_byte)
{
  struct json_gen g = { .repeat_keys = 1, .odd = 1 };
  struct mg_edit edits[] = {
    { .op = MG_EDIT_MAP, .path = "**", .map = keep },
    { .op = MG_EDIT_MAP, .path = "**|json.**", .map = keep },
    { .op = MG_EDIT_SET, .path = "none.of.it[*]", .value = "1" },
  };
  struct mg_buf text = MG_BUF_INIT (1 << 20), out = MG_BUF_INIT (1 << 20);
  uint64_t seed;

  for (seed = 1; seed <= ROUNDS; seed++) {
    gen_document (&g, seed, &text);
    mg_buf_reset (&out);
    is_ok (mg_json_edit (text.data, text.len, edits, 3, &out, NULL));
    is_mem (out.data, out.len, text.data, text.len);
  }
  mg_buf_done (&text);
  mg_buf_done (&out);
}

/* The judge's own edit of objects at any depth: drops k0, sets k1 to 7. */
static void
edit_tree (struct json_object *tree)
{
  size_t i;

  if (json_object_is_type (tree, json_type_array))
    for (i = 0; i < json_object_array_length (tree); i++)
      edit_tree (json_object_array_get_idx (tree, i));
  if (!json_object_is_type (tree, json_type_object))
    return;
  json_object_object_del (tree, "k0");
  if (json_object_object_get_ex (tree, "k1", NULL))
    json_object_object_add (tree, "k1", json_object_new_int (7));
  {
    json_object_object_foreach (tree, key, value) {
      (void) key;
      edit_tree (value);
    }
  }
}

MG_TEST (edits_do_what_an_edit_of_the_tree_does)
{
  struct json_gen g = { .repeat_keys = 0, .odd = 0 };
  struct mg_edit edits[] = {
    { .op = MG_EDIT_DROP, .path = "**.k0" },
    { .op = MG_EDIT_SET, .path = "**.k1", .value = " 7 " },
  };
  struct mg_buf text = MG_BUF_INIT (1 << 20), out = MG_BUF_INIT (1 << 20);
  struct json_object *want, *got;
  uint64_t seed;

  for (seed = 1; seed <= ROUNDS; seed++) {
    gen_document (&g, seed, &text);
    mg_buf_reset (&out);
    is_ok (mg_json_edit (text.data, text.len, edits, 2, &out, NULL));
    want = parse (text.data, text.len);
    edit_tree (want);
    got = parse (out.data, out.len);
    if (!json_object_equal (want, got))
      fail_test ("%s became %s", text.data, out.data);
    json_object_put (want);
    json_object_put (got);
  }
  mg_buf_done (&text);
  mg_buf_done (&out);
}

/* The elements of this set removed, one edit each. */
static void
drop_some (unsigned set)
{
  static const char text[] = "[ 0,1 , [2],\n{\"3\":3}, \"4\" ]";
  struct mg_edit edits[5];
  char paths[5][24];
  struct mg_buf out = MG_BUF_INIT (1000);
  struct json_object *want = parse (text, sizeof text - 1), *got;
  size_t i, n = 0;

  for (i = 5; i-- > 0;)
    if (set >> i & 1) {
      snprintf (paths[i], sizeof paths[i], "[%zu]", i);
      edits[n++] = (struct mg_edit) { .op = MG_EDIT_DROP, .path = paths[i] };
      json_object_array_del_idx (want, i, 1);
    }
  is_ok (mg_json_edit (text, sizeof text - 1, edits, n, &out, NULL));
  is_ok (mg_json_check (out.data, out.len, NULL));
  got = parse (out.data, out.len);
  ok (json_object_equal (want, got));
  json_object_put (want);
  json_object_put (got);
  mg_buf_done (&out);
}

MG_TEST (drops_of_every_subset_leave_json)
{
  unsigned set;

  for (set = 0; set < 32; set++)
    drop_some (set);
}

static int
join (void *opaque, const char *element, size_t len, struct mg_error *err)
{
  struct mg_buf *b = opaque;

  (void) err;
  if (b->len > 1)
    mg_buf_add_byte (b, ',');
  return mg_buf_add (b, element, len);
}

MG_TEST (split_elements_are_the_array)
{
  struct json_gen g = { .repeat_keys = 1, .odd = 0 };
  struct mg_buf list = MG_BUF_INIT (1 << 20), text = MG_BUF_INIT (1 << 20);
  struct mg_buf joined = MG_BUF_INIT (1 << 20);
  struct mg_split *split;
  struct mg_span rest;
  size_t n, at, take;
  uint64_t seed;

  for (seed = 1; seed <= ROUNDS; seed++) {
    mg_rand_seed (&g.rand, seed);
    mg_buf_reset (&list);
    gen_items (&g, &list, 0, 0);
    mg_buf_reset (&text);
    mg_buf_addf (&text, "{\"n\":1,\"list\":%s,\"token\":\"x\"}", list.data);
    mg_buf_reset (&joined);
    mg_buf_add_byte (&joined, '[');
    split = mg_split_new ("list", 1 << 20, 1 << 20, join, &joined);
    for (at = 0; at < text.len; at += take) {
      take = 1 + gen_below (&g, 40);
      if (take > text.len - at)
        take = text.len - at;
      is_ok (mg_split_feed (split, text.data + at, take, NULL));
    }
    is_ok (mg_split_end (split, &rest, &n, NULL));
    mg_buf_add_byte (&joined, ']');
    same_trees (&list, &joined, 1);
    is_mem (rest.p, rest.len, "{\"n\":1,\"list\":[],\"token\":\"x\"}", 29);
    mg_split_free (split);
  }
  mg_buf_done (&list);
  mg_buf_done (&text);
  mg_buf_done (&joined);
}

/* Everything that walks, over documents cut or with one byte changed: the
 * functions agree on what is JSON, and nothing crashes. */
MG_TEST (damaged_documents_are_survived)
{
  struct json_gen g = { .repeat_keys = 1, .odd = 1 };
  struct mg_edit edits[] = {
    { .op = MG_EDIT_DROP, .path = "**.k0" },
    { .op = MG_EDIT_SET, .path = "k2.k3", .value = "{}" },
  };
  struct mg_buf text = MG_BUF_INIT (1 << 20), out = MG_BUF_INIT (1 << 20);
  struct mg_span value;
  uint64_t seed;
  int good;

  for (seed = 1; seed <= ROUNDS; seed++) {
    gen_document (&g, seed, &text);
    if (seed % 2)
      text.len = gen_below (&g, text.len);
    else
      text.data[gen_below (&g, text.len)] = (char) gen_below (&g, 256);
    good = mg_json_check (text.data, text.len, NULL);
    mg_buf_reset (&out);
    is_int (mg_json_edit (text.data, text.len, edits, 2, &out, NULL), good);
    is_int (mg_json_canonical (text.data, text.len, NULL, &out, NULL), good);
    mg_json_get (text.data, text.len, "**.k4", &value);
  }
  mg_buf_done (&text);
  mg_buf_done (&out);
}
