/* What the workspace's tree holds.  A notebook is kept as its source, with the
 * line that makes it one; what it showed when it was run is only told
 * ("results": so many bytes).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "leaf.h"

#define MAX_BASE64 (16 * 1024 * 1024)

static const struct sim_language languages[] = {
  { "PYTHON", "#", "py" }, { "SQL", "--", "sql" }, { "SCALA", "//", "scala" },
  { "R", "#", "r" },
};



const struct sim_language *
sim_language (const char *name)
{
  size_t i;

  for (i = 0; name != NULL && i < MG_N_ELEMENTS (languages); i++)
    if (strcmp (languages[i].name, name) == 0)
      return &languages[i];
  return NULL;
}

/* --- base 64 --------------------------------------------------------- */

static const char digits[] =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *
sim_base64 (const char *data, size_t len)
{
  char *text = mg_xmalloc ((len + 2) / 3 * 4 + 1), *w = text;
  size_t i;

  for (i = 0; i < len; i += 3) {
    uint32_t bits = (uint32_t) (unsigned char) data[i] << 16;

    if (i + 1 < len)
      bits |= (uint32_t) (unsigned char) data[i + 1] << 8;
    if (i + 2 < len)
      bits |= (unsigned char) data[i + 2];
    *w++ = digits[bits >> 18];
    *w++ = digits[bits >> 12 & 63];
    *w++ = digits[bits >> 6 & 63];
    *w++ = digits[bits & 63];
    if (i + 2 >= len)
      w[-1] = '=';
    if (i + 1 >= len)
      w[-2] = '=';
  }
  *w = '\0';
  return text;
}

int
sim_unbase64 (const char *text, char **ret_data, size_t *ret_len)
{
  char *data = mg_xmalloc (strlen (text) / 4 * 3 + 4), *w = data;
  uint32_t bits = 0;
  int n = 0;

  for (; *text != '\0' && *text != '='; text++) {
    const char *at = strchr (digits, *text);

    if (at == NULL && *text != '\n' && *text != '\r')
      break;
    if (at == NULL)
      continue;
    bits = bits << 6 | (uint32_t) (at - digits);
    n += 6;
    if (n >= 8) {
      n -= 8;
      *w++ = (char) (bits >> n & 255);
    }
  }
  if (text[strspn (text, "=\r\n")] != '\0' || n == 6) {
    mg_free (data);
    return -1;
  }
  *w = '\0';
  *ret_len = (size_t) (w - data);
  *ret_data = data;
  return 0;
}

/* --- making ---------------------------------------------------------- */

const struct sim_language *
sim_language_marked (const char *source, size_t len, const char *path)
{
  const struct sim_language *found = NULL;
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (languages); i++) {
    const struct sim_language *l = &languages[i];
    size_t n = strlen (l->comment), line = n + strlen (SIM_MARK);

    if (len < line || strncmp (source, l->comment, n) != 0
        || strncmp (source + n, SIM_MARK, strlen (SIM_MARK)) != 0
        || (len > line && source[line] != '\n' && source[line] != '\r'))
      continue;
    /* a hash is Python's comment, and R's where the name says so */
    if (found == NULL || (strcmp (l->name, "R") == 0
                          && (mg_ends (path, ".r") || mg_ends (path, ".R"))))
      found = l;
  }
  return found;
}

/* The source as it is kept: marked, without a newline at the end. */
static char *
marked (const struct sim_language *l, const char *path, const char *source,
        size_t len, size_t *ret_len)
{
  struct mg_buf text = MG_BUF_INIT (MAX_BASE64);
  const struct sim_language *has = sim_language_marked (source, len, path);

  if (has == NULL || strcmp (has->comment, l->comment) != 0)
    mg_buf_addf (&text, "%s" SIM_MARK "\n", l->comment);
  mg_buf_add (&text, source, len);
  if (text.data[text.len - 1] == '\n')
    text.len--;
  *ret_len = text.len;
  return mg_buf_steal (&text);
}

static struct json_object *
begin_object (const char *path, int64_t created_ms, int64_t now_us)
{
  struct json_object *o = json_object_new_object ();

  sim_json_set_str (o, "path", path);
  json_object_object_add (o, "created_at", json_object_new_int64 (created_ms));
  json_object_object_add (o, "modified_at",
                          json_object_new_int64 (now_us / MG_MS_US));
  return o;
}

/* 'content' is taken. */
static struct sim_leaf
end_object (struct json_object *o, struct sim_content *content)
{
  struct sim_leaf leaf = { NULL, content };

  if (content->len <= SIM_INLINE) {
    MG_CLEANUP_FREE char *text = sim_base64 (content->data, content->len);

    sim_json_set_str (o, "content", text);
    sim_content_unref (content);
    leaf.content = NULL;
  }
  leaf.text = sim_json_text (o);
  return leaf;
}

struct sim_leaf
sim_notebook_leaf (const char *path, const struct sim_language *l,
                   const char *source, size_t len, int64_t results,
                   int64_t created_ms, int64_t now_us)
{
  MG_CLEANUP (sim_json_put) struct json_object *o =
    begin_object (path, created_ms, now_us);
  char *kept = marked (l, path, source, len, &len);

  sim_json_set_str (o, "language", l->name);
  if (results > 0)
    json_object_object_add (o, "results", json_object_new_int64 (results));
  return end_object (o, sim_content_new (kept, kept, len));
}

struct sim_leaf
sim_file_leaf (const char *path, struct sim_content *content,
               int64_t created_ms, int64_t now_us)
{
  MG_CLEANUP (sim_json_put) struct json_object *o =
    begin_object (path, created_ms, now_us);

  sim_json_set_str (o, "object_type", "FILE");
  json_object_object_add (o, "size",
                          json_object_new_int64 ((int64_t) content->len));
  return end_object (o, content);
}

void
sim_leaf_put (struct sim *s, struct sim_node *node, struct sim_leaf leaf)
{
  if (node->o != NULL)
    sim_table_set (&s->tables[node->kind], node->o, leaf.text);
  else
    node->o = sim_tree_add (s, node->kind, leaf.text);
  sim_object_set_content (node->o, leaf.content);
}

struct sim_object *
sim_notebook_make (struct sim *s, const char *path, const char *language,
                   const char *source, size_t len, int64_t now_us)
{
  struct sim_node node = { SIM_NOTEBOOKS, NULL };

  sim_leaf_put (s, &node, sim_notebook_leaf (path, sim_language (language),
                                             source, len, 0,
                                             now_us / MG_MS_US, now_us));
  return node.o;
}

struct sim_object *
sim_file_make (struct sim *s, const char *path, const char *data, size_t len,
               int64_t now_us)
{
  struct sim_node node = { SIM_FILES, NULL };

  sim_leaf_put (s, &node, sim_file_leaf (path, sim_content_copy (data, len),
                                         now_us / MG_MS_US, now_us));
  return node.o;
}

struct sim_object *
sim_leaf_make (struct sim *s, enum sim_kind kind, struct json_object *fields,
               int64_t now_us)
{
  static const char *const told[] = { "padding", "results", "object_type",
                                      "size", "resource_id", "refusal", "form" };
  const char *path = sim_json_str (fields, "path");
  const char *language = sim_json_str (fields, "language");
  const char *source = sim_json_str (fields, "source");
  MG_CLEANUP_FREE char *parent = sim_tree_parent (path ? path : "/");
  MG_CLEANUP (sim_json_put) struct json_object *o = NULL;
  struct sim_object *made;
  size_t i, len = source ? strlen (source) : 0;

  sim_folder_make (s, parent);
  made = kind == SIM_NOTEBOOKS
    ? sim_notebook_make (s, path ? path : "/unnamed",
                         sim_language (language) ? language : "PYTHON",
                         source ? source : "", len, now_us)
    : sim_file_make (s, path ? path : "/unnamed", source ? source : "", len,
                     now_us);
  o = sim_object_json (&s->tables[kind], made);
  for (i = 0; i < MG_N_ELEMENTS (told); i++)
    if (json_object_object_get (fields, told[i]) != NULL)
      json_object_object_add (o, told[i], json_object_get (
                                json_object_object_get (fields, told[i])));
  sim_table_set (&s->tables[kind], made, sim_json_text (o));
  return made;
}
