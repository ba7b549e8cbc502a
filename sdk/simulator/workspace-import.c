/* /api/2.0/workspace/import: of JSON with the content in base 64, or of a form
 * with it as a file, which may then be larger if it stays one.
 *
 * Not simulated: archives of folders.
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

struct import {
  struct sim_call *c;
  char *path;
  const struct sim_language *language;     /* NULL: it will be a file */
  char *data;                  /* NULL: it is still in the request's form */
  size_t len;
  int64_t results;             /* what comes with it */
};

static void
refuse (struct import *m, const char *text)
{
  sim_fail (m->c, 400, "INVALID_PARAMETER_VALUE", "%s (%s)", text, m->path);
}

/* How much the cells of a document show. */
static int64_t
shown_by (struct json_object *cell)
{
  struct json_object *outputs = sim_json_array (cell, "outputs");
  int64_t n = 0;
  size_t i;

  for (i = 0; outputs != NULL && i < json_object_array_length (outputs); i++) {
    const char *text = sim_json_str (json_object_array_get_idx (outputs, i),
                                     "text");

    n += text ? (int64_t) strlen (text) : 0;
  }
  return n;
}

/* The source that a document of cells tells; 0, or -1. */
static int
read_ipynb (struct import *m)
{
  MG_CLEANUP (sim_json_put) struct json_object *o =
    sim_json_parse (m->data, m->len, NULL);
  struct json_object *cells = sim_json_array (o, "cells");
  struct json_object *meta = json_object_object_get (o, "metadata");
  const char *name = sim_json_str (
    json_object_object_get (meta, "application/vnd.databricks.v1+notebook"),
    "language");
  MG_CLEANUP_FREE char *upper = mg_xstrdup (name ? name : "python");
  struct mg_buf text = MG_BUF_INIT (MAX_BASE64);
  size_t i, j;
  char *p;

  for (p = upper; *p != '\0'; p++)
    if (*p >= 'a' && *p <= 'z')
      *p = (char) (*p - 'a' + 'A');
  m->language = sim_language (upper);
  if (cells == NULL || m->language == NULL)
    return -1;
  mg_buf_addf (&text, "%s" SIM_MARK, m->language->comment);
  for (i = 0; i < json_object_array_length (cells); i++) {
    struct json_object *cell = json_object_array_get_idx (cells, i);
    struct json_object *source = json_object_object_get (cell, "source");

    m->results += shown_by (cell);
    mg_buf_add_str (&text, "\n");
    if (i > 0)
      mg_buf_addf (&text, "\n%s COMMAND ----------\n\n", m->language->comment);
    if (json_object_is_type (source, json_type_string))
      mg_buf_add_str (&text, json_object_get_string (source));
    for (j = 0; json_object_is_type (source, json_type_array)
                && j < json_object_array_length (source); j++)
      mg_buf_add_str (&text, json_object_get_string (
                        json_object_array_get_idx (source, j)));
  }
  mg_free (m->data);
  m->len = text.len;
  m->data = mg_buf_steal (&text);
  return 0;
}

/* Another text in place of the one that was sent. */
static void
take (struct import *m, char *data, size_t len)
{
  mg_free (m->data);
  m->data = data;
  m->len = len;
}

/* 0, or -1: it is no archive that an export made. */
static int
read_archive (struct import *m)
{
  size_t n = strlen (SIM_ARCHIVE);
  MG_CLEANUP (sim_json_put) struct json_object *o =
    mg_starts (m->data, SIM_ARCHIVE)
    ? sim_json_parse (m->data + n, m->len - n, NULL) : NULL;
  const char *model = sim_json_str (o, "source");
  char *source;
  size_t len;

  m->language = sim_language (sim_json_str (o, "language"));
  m->results = sim_json_int (o, "results", 0);
  if (m->language == NULL || model == NULL
      || sim_unbase64 (model, &source, &len) < 0)
    return -1;
  take (m, source, len);
  return 0;
}

/* Its code; what is no document of ours is taken as it is. */
static void
read_markdown (struct import *m)
{
  const char *from = strstr (m->data, SIM_CODE), *end;

  m->language = sim_language ("R");
  from = from ? from + strlen (SIM_CODE) : NULL;
  end = from ? strstr (from, SIM_CODE_END) : NULL;
  if (end != NULL)
    take (m, mg_xstrndup (from, (size_t) (end - from)), (size_t) (end - from));
}

/* 0, or -1: it is no page that an export made. */
static int
read_html (struct import *m)
{
  static const char mark[] = "__DATABRICKS_NOTEBOOK_MODEL = '";
  const char *at = strstr (m->data, mark);
  MG_CLEANUP_FREE char *model = NULL;
  char *source;
  size_t len;

  if (at == NULL)
    return -1;
  at += strlen (mark);
  model = mg_xstrndup (at, strcspn (at, "'"));
  if (sim_unbase64 (model, &source, &len) < 0)
    return -1;
  take (m, source, len);
  m->language = sim_language_marked (source, len, m->path);
  return m->language ? 0 : -1;
}

static const char *
bytes_of (const struct import *m)
{
  return m->data ? m->data : m->c->file.at;
}

/* AUTO: a first line makes a notebook, whose name loses its extension. */
static void
detect (struct import *m)
{
  static const char *const extensions[] = { "py", "sql", "scala", "r" };
  char *dot = strrchr (m->path, '.');
  size_t i;

  if (m->data != NULL && mg_ends (m->path, ".ipynb") && read_ipynb (m) == 0) {
    *dot = '\0';
    return;
  }
  m->language = sim_language_marked (bytes_of (m), m->len, m->path);
  for (i = 0; m->language != NULL && dot != NULL
              && i < MG_N_ELEMENTS (extensions); i++)
    if (strcmp (dot + 1, extensions[i]) == 0) {
      *dot = '\0';
      return;
    }
}

/* 0, or -1: the content is not of its format. */
static int
read_format (struct import *m, const char *format)
{
  if (strcmp (format, "AUTO") == 0)
    detect (m);
  else if (strcmp (format, "R_MARKDOWN") == 0)
    read_markdown (m);
  else if (strcmp (format, "JUPYTER") == 0)
    return read_ipynb (m);
  else if (strcmp (format, "HTML") == 0)
    return read_html (m);
  else if (strcmp (format, "DBC") == 0)
    return read_archive (m);
  else if (strcmp (format, "RAW") != 0)
    return -1;
  return 0;
}

/* Will it be a file, whatever is in it?  What AUTO takes for cells by its name is
 * only read when a notebook may be as large. */
static int
stays_file (const struct import *m, const char *format)
{
  if (mg_streq (format, "RAW"))
    return 1;
  return mg_streq (format, "AUTO") && !mg_ends (m->path, ".ipynb")
    && sim_language_marked (bytes_of (m), m->len, m->path) == NULL;
}

/* 0, or -1 after a reply. */
static int
read_bytes (struct import *m, const char *format)
{
  const char *content = sim_json_str (m->c->body, "content");
  int64_t most = SIM_MAX_LEAF;

  m->len = m->c->file.len;
  if (m->c->file.at != NULL && stays_file (m, format))
    most = m->c->s->config.file_limit;
  else if (m->c->file.at == NULL
           && (content == NULL
               || sim_unbase64 (content, &m->data, &m->len) < 0)) {
    refuse (m, "The content is not in base64");
    return -1;
  }
  if ((int64_t) m->len > most) {
    sim_fail (m->c, 400, "MAX_NOTEBOOK_SIZE_EXCEEDED",
              "File size imported is (%zu bytes), exceeded max size (%" PRId64
              " bytes)", m->len, most);
    return -1;
  }
  if (m->data == NULL && most == SIM_MAX_LEAF)
    m->data = mg_xmemdup (m->c->file.at, m->len);
  return 0;
}

/* 0, or -1 after a reply. */
static int
read_content (struct import *m)
{
  const char *format = sim_json_str (m->c->body, "format");
  int over = json_object_get_boolean (json_object_object_get (m->c->body,
                                                              "overwrite"));

  if (read_bytes (m, format) < 0)
    return -1;
  if (format == NULL || strcmp (format, "SOURCE") == 0) {
    m->language = sim_language (sim_json_str (m->c->body, "language"));
    if (m->language == NULL)
      refuse (m, "A language is required to import one notebook as SOURCE");
    return m->language ? 0 : -1;
  }
  if (over && strcmp (format, "DBC") == 0) {
    refuse (m, "Overwrite is not supported for the DBC format");
    return -1;
  }
  if (read_format (m, format) == 0)
    return 0;
  refuse (m, "The content is not of its format");
  return -1;
}

/* May it be there?  0, with what is there already; or -1 after a reply. */
static int
check_place (struct import *m, struct sim_node *ret_node)
{
  struct sim_call *c = m->c;
  enum sim_kind kind = m->language ? SIM_NOTEBOOKS : SIM_FILES;
  MG_CLEANUP_FREE char *parent = sim_tree_parent (m->path);
  struct sim_node node;

  if (!sim_tree_find (c->s, parent, &node) || node.kind != SIM_FOLDERS) {
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
              "The parent folder (%s) does not exist.", parent);
    return -1;
  }
  if (strcmp (parent, "/Users") == 0) {
    sim_fail (c, 400, "DIRECTORY_PROTECTED", "Folder Users is protected.");
    return -1;
  }
  if (!sim_tree_find (c->s, m->path, ret_node))
    return 0;
  if (!json_object_get_boolean (json_object_object_get (c->body,
                                                        "overwrite"))) {
    sim_fail (c, 400, "RESOURCE_ALREADY_EXISTS",
              "%s already exists. Please pass overwrite as true to overwrite "
              "it.", m->path);
    return -1;
  }
  if (ret_node->kind != kind) {
    refuse (m, "An object of another type is at the path");
    return -1;
  }
  return 0;
}

/* What the file will hold: what is large is kept where it came in. */
static struct sim_content *
file_content (struct import *m)
{
  const struct sim_request *q = m->c->q;
  char *data = m->data;

  if (data == NULL && (q->buffer == NULL || m->len <= SIM_INLINE))
    return sim_content_copy (m->c->file.at, m->len);
  if (data == NULL)
    return sim_content_new (mg_buf_steal (q->buffer), m->c->file.at, m->len);
  m->data = NULL;
  return sim_content_new (data, data, m->len);
}

static void
store (struct import *m, struct sim_node *node)
{
  struct sim_call *c = m->c;
  const char *effect = node->o ? "update" : "create";
  MG_CLEANUP (sim_json_put) struct json_object *old =
    node->o ? sim_object_json (&c->s->tables[node->kind], node->o) : NULL;
  int64_t created = sim_json_int (old, "created_at", c->now_us / MG_MS_US);
  int is_new = node->o == NULL;

  if (is_new)                          /* else its id and permissions stay */
    node->kind = m->language ? SIM_NOTEBOOKS : SIM_FILES;
  sim_leaf_put (c->s, node, m->language
                ? sim_notebook_leaf (m->path, m->language, m->data, m->len,
                                     m->results, created, c->now_us)
                : sim_file_leaf (m->path, file_content (m), created,
                                 c->now_us));
  if (is_new)
    node->o->created_us = c->now_us;
  sim_effect_on (c, effect, &c->s->tables[node->kind], node->o, m->path);
  sim_reply_empty (c);
}

void
sim_workspace_import (struct sim_call *c)
{
  struct import m = { .c = c };
  struct sim_node node = { .o = NULL };

  m.path = sim_tree_path (sim_json_str (c->body, "path"));
  if (m.path[0] != '/' || m.path[1] == '\0')
    refuse (&m, "The path must be absolute");
  else if (read_content (&m) == 0 && check_place (&m, &node) == 0)
    store (&m, &node);
  mg_free (m.path);
  mg_free (m.data);
}
