/* The byte rewriter with json-c as its judge: what an edit of the bytes gives
 * is what the same edit of a tree gives.  The first line of the input is the
 * edit, 'D path', 'S path' or 'M path'; the rest is the document. */
#include <config.h>

#include <ctype.h>
#include <json-c/json.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"
#include "fuzz.h"

const char mg_fuzz_corpus[] = "rewrite";

#define WORD "77"          /* what MAP puts, a number where one stood */
#define SET_TO "{\"set\":[1]}"

static int
map (void *opaque, const struct mg_edit *edit, struct mg_span value,
     struct mg_span parent, struct mg_buf *ret_text, struct mg_error *err)
{
  (void) opaque, (void) edit, (void) parent, (void) err;
  must (mg_json_type (value) != 0);
  mg_buf_add_str (ret_text, WORD);
  return MG_MAP_REPLACE;
}

/* Trees cannot tell some texts apart, or not from themselves. */
static int
is_fit_for_trees (const char *text, size_t len)
{
  static const char *const odd[] = { "\\u0000", "NaN", "\\ud", "\\uD" };
  size_t i;

  for (i = 0; i < sizeof odd / sizeof odd[0]; i++)
    if (memmem (text, len, odd[i], strlen (odd[i])) != NULL)
      return 0;
  return 1;
}

/* 1 and the tree; whatever we call JSON, json-c does. */
static int
parse (const char *text, size_t len, struct json_object **ret_tree)
{
  struct json_tokener *tok = json_tokener_new_ex (MG_MAX_JSON_DEPTH + 8);
  enum json_tokener_error e;

  *ret_tree = json_tokener_parse_ex (tok, text, (int) len);
  e = json_tokener_get_error (tok);
  if (e == json_tokener_continue) {      /* a number alone may go on */
    *ret_tree = json_tokener_parse_ex (tok, "", 1);
    e = json_tokener_get_error (tok);
  }
  json_tokener_free (tok);
  if (e != json_tokener_success)
    fprintf (stderr, "json-c: %s: %.*s\n", json_tokener_error_desc (e),
             (int) len, text);
  must (e == json_tokener_success);
  return 1;
}

/* ---- the judge's own edit: paths of plain names and [*] ---- */

struct step {
  char name[64];           /* "" is [*] */
};

enum { MAX_STEPS = 8 };

/* How many bytes of the path the next step takes; 0 when it is of a sort that
 * the judge does not know. */
static size_t
read_step (const char *path, struct step *ret)
{
  size_t len = 0;

  memset (ret, 0, sizeof *ret);
  if (strncmp (path, "[*]", 3) == 0)
    return path[3] == '.' && path[4] != '[' ? 4
           : path[3] == '\0' || path[3] == '[' ? 3 : 0;
  while (isalnum ((unsigned char) path[len]) || path[len] == '_')
    len++;
  if (len == 0 || len >= sizeof ret->name)
    return 0;
  memcpy (ret->name, path, len);
  if (path[len] == '.' && path[len + 1] != '[')
    return len + 1;
  return path[len] == '\0' || path[len] == '[' ? len : 0;
}

static int
read_steps (const char *path, struct step *steps)
{
  size_t len = 1;
  int n;

  for (n = 0; *path != '\0' && n < MAX_STEPS && len > 0; n++) {
    len = read_step (path, &steps[n]);
    path += len;
  }
  return *path == '\0' && len > 0 && path[-1] != '.' ? n : -1;
}

static struct json_object *
replacement (int op, struct json_object *old)
{
  if (op == 'S')
    return json_tokener_parse (SET_TO);
  if (json_object_is_type (old, json_type_int)
      || json_object_is_type (old, json_type_double))
    return json_object_new_int (77);
  return json_object_new_string (WORD);
}

static struct json_object *edit_tree (struct json_object *tree, int op,
                                      const struct step *steps, int n,
                                      int may_add);

static void
edit_elements (struct json_object *array, int op, const struct step *steps,
               int n, int may_add)
{
  size_t i = json_object_array_length (array);

  while (i-- > 0) {
    struct json_object *old = json_object_array_get_idx (array, i);

    if (n == 0 && op == 'D')
      json_object_array_del_idx (array, i, 1);
    else
      json_object_array_put_idx (array, i,
                                 edit_tree (json_object_get (old), op, steps,
                                            n, may_add));
  }
}

static void
edit_member (struct json_object *object, int op, const struct step *steps,
             int n, int may_add)
{
  struct json_object *old = NULL;
  int there = json_object_object_get_ex (object, steps->name, &old);

  if (!there && (op != 'S' || (n > 1 && !may_add)))
    return;
  if (n == 1 && op == 'D')
    json_object_object_del (object, steps->name);
  else if (there)
    json_object_object_add (object, steps->name,
                            edit_tree (json_object_get (old), op, steps + 1,
                                       n - 1, may_add));
  else
    json_object_object_add (object, steps->name,
                            edit_tree (n == 1 ? NULL
                                       : json_object_new_object (),
                                       op, steps + 1, n - 1, may_add));
}

/* Takes the tree and gives what it has become. */
static struct json_object *
edit_tree (struct json_object *tree, int op, const struct step *steps, int n,
           int may_add)
{
  struct json_object *next;

  if (n == 0) {
    next = replacement (op, tree);
    json_object_put (tree);
    return next;
  }
  if (steps->name[0] == '\0' && json_object_is_type (tree, json_type_array))
    edit_elements (tree, op, steps + 1, n - 1, may_add);
  else if (steps->name[0] != '\0'
           && json_object_is_type (tree, json_type_object))
    edit_member (tree, op, steps, n, may_add);
  return tree;
}

static void
judge (const struct mg_buf *out, int op, const char *path, const char *text,
       size_t len)
{
  struct step steps[MAX_STEPS];
  struct json_object *want, *got;
  int n = *path != '\0' ? read_steps (path, steps) : -1, i, may_add = 1;

  parse (out->data, out->len, &got);
  if (n > 0) {
    for (i = 0; i < n; i++)
      may_add &= steps[i].name[0] != '\0';
    parse (text, len, &want);
    want = edit_tree (want, op, steps, n, may_add);
    if (!json_object_equal (want, got))
      fprintf (stderr, "%c %s: %.*s\nbecame %s\nnot    %s\n", op, path,
               (int) len, text, mg_buf_text ((struct mg_buf *) out),
               json_object_to_json_string (want));
    must (json_object_equal (want, got));
    json_object_put (want);
  }
  json_object_put (got);
}

static void
run (int op, const char *path, const char *text, size_t len)
{
  struct mg_edit edit = {
    .op = op == 'D' ? MG_EDIT_DROP : op == 'S' ? MG_EDIT_SET : MG_EDIT_MAP,
    .path = path, .value = SET_TO, .map = map,
  };
  struct mg_buf out = MG_BUF_INIT (1 << 22);

  /* what grew beyond the depth is no JSON of ours any more */
  if (mg_json_edit (text, len, &edit, 1, &out, NULL) == 0
      && mg_json_check (out.data, out.len, NULL) == 0
      && is_fit_for_trees (text, len))
    judge (&out, op, path, text, len);
  mg_buf_done (&out);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  const char *line_end = size ? memchr (data, '\n', size) : NULL;
  size_t n = line_end != NULL ? (size_t) (line_end - text) : 0;
  char line[512];

  if (n < 3 || n >= sizeof line || text[1] != ' '
      || strchr ("DSM", text[0]) == NULL || text[0] == '\0')
    return 0;
  memcpy (line, text, n);
  line[n] = '\0';
  if (strlen (line) == n && mg_json_path_check (line + 2, NULL) == 0)
    run (line[0], line + 2, text + n + 1, size - n - 1);
  return 0;
}
