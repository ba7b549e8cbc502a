/* What the workspace's tree holds: export and import of notebooks and files.
 * A notebook is kept as its source, with the line that makes it one; what it
 * showed when it was run is only told ("results": so many bytes).
 *
 * Not simulated: archives (DBC, and SOURCE of a folder).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "tree.h"

#define MAX_BYTES 10485760
#define MAX_BASE64 (16 * 1024 * 1024)

static const struct language {
  const char *name, *comment, *extension;
} languages[] = {
  { "PYTHON", "#", "py" }, { "SQL", "--", "sql" }, { "SCALA", "//", "scala" },
  { "R", "#", "r" },
};

#define MARK " Databricks notebook source"

static const struct language *
find_language (const char *name)
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

/* The language that the first line tells, or NULL. */
static const struct language *
marked_language (const char *source, size_t len, const char *path)
{
  const struct language *found = NULL;
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (languages); i++) {
    const struct language *l = &languages[i];
    size_t n = strlen (l->comment), line = n + strlen (MARK);

    if (len < line || strncmp (source, l->comment, n) != 0
        || strncmp (source + n, MARK, strlen (MARK)) != 0
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
marked (const struct language *l, const char *path, const char *source,
        size_t len, size_t *ret_len)
{
  struct mg_buf text = MG_BUF_INIT (MAX_BASE64);
  const struct language *has = marked_language (source, len, path);

  if (has == NULL || strcmp (has->comment, l->comment) != 0)
    mg_buf_addf (&text, "%s" MARK "\n", l->comment);
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

static char *
notebook_text (const char *path, const struct language *l, const char *source,
               size_t len, int64_t created_ms, int64_t now_us)
{
  MG_CLEANUP (sim_json_put) struct json_object *o =
    begin_object (path, created_ms, now_us);
  MG_CLEANUP_FREE char *kept = marked (l, path, source, len, &len);
  MG_CLEANUP_FREE char *content = sim_base64 (kept, len);

  sim_json_set_str (o, "language", l->name);
  sim_json_set_str (o, "content", content);
  return sim_json_text (o);
}

static char *
file_text (const char *path, const char *data, size_t len, int64_t created_ms,
           int64_t now_us)
{
  MG_CLEANUP (sim_json_put) struct json_object *o =
    begin_object (path, created_ms, now_us);
  MG_CLEANUP_FREE char *content = sim_base64 (data, len);

  sim_json_set_str (o, "object_type", "FILE");
  json_object_object_add (o, "size", json_object_new_int64 ((int64_t) len));
  sim_json_set_str (o, "content", content);
  return sim_json_text (o);
}

struct sim_object *
sim_notebook_make (struct sim *s, const char *path, const char *language,
                   const char *source, size_t len, int64_t now_us)
{
  return sim_tree_add (s, SIM_NOTEBOOKS,
                       notebook_text (path, find_language (language), source,
                                      len, now_us / MG_MS_US, now_us));
}

struct sim_object *
sim_file_make (struct sim *s, const char *path, const char *data, size_t len,
               int64_t now_us)
{
  return sim_tree_add (s, SIM_FILES,
                       file_text (path, data, len, now_us / MG_MS_US, now_us));
}

struct sim_object *
sim_leaf_make (struct sim *s, enum sim_kind kind, struct json_object *fields,
               int64_t now_us)
{
  static const char *const told[] = { "padding", "results", "object_type",
                                      "size", "resource_id" };
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
                         find_language (language) ? language : "PYTHON",
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

/* --- export ---------------------------------------------------------- */

/* A document of cells: one for each part of the source, and of bare results. */
static void
add_ipynb (struct mg_buf *out, const struct language *l, const char *source,
           int64_t results)
{
  MG_CLEANUP_FREE char *between =
    mg_xasprintf ("\n\n%s COMMAND ----------\n\n", l->comment);
  const char *at = strchr (source, '\n');
  int n = 0;

  mg_buf_add_str (out, "{\"cells\":[");
  at = at ? at + 1 : source + strlen (source);
  while (at != NULL) {
    const char *end = strstr (at, between);

    mg_buf_addf (out, "%s{\"cell_type\":\"code\",\"execution_count\":null,"
                 "\"metadata\":{},\"outputs\":[", n++ ? "," : "");
    if (results > 0) {
      mg_buf_add_str (out, "{\"name\":\"stdout\",\"output_type\":\"stream\","
                      "\"text\":\"");
      for (; results > 0; results--)
        mg_buf_add_byte (out, 'r');
      mg_buf_add_str (out, "\"}");
    }
    mg_buf_add_str (out, "],\"source\":");
    mg_buf_add_json_len (out, at, end ? (size_t) (end - at) : strlen (at));
    mg_buf_add_byte (out, '}');
    at = end ? end + strlen (between) : NULL;
  }
  mg_buf_addf (out, "],\"metadata\":{\"application/vnd.databricks.v1+notebook\""
               ":{\"language\":\"%c%s\"}},\"nbformat\":4,\"nbformat_minor\":0}",
               l->name[0] + ('a' - 'A'), mg_streq (l->name, "PYTHON") ? "ython"
               : mg_streq (l->name, "SCALA") ? "cala"
               : mg_streq (l->name, "SQL") ? "ql" : "");
}

struct exported {
  struct mg_buf data;
  const char *type;
  int64_t len;                 /* also of what is only told */
};

/* 0, or -1 after a reply. */
static int
export_notebook (struct sim_call *c, struct json_object *o, const char *format,
                 const char *source, struct exported *e)
{
  const struct language *l = find_language (sim_json_str (o, "language"));
  int64_t results = sim_json_int (o, "results", 0);

  if (mg_streq (sim_query (c, "outputs"), "NONE"))
    results = 0;
  e->type = l->extension;
  e->len = sim_json_int (o, "padding", 0);
  if (strcmp (format, "SOURCE") == 0 || strcmp (format, "AUTO") == 0
      || strcmp (format, "RAW") == 0)
    mg_buf_add_str (&e->data, source);
  else if (strcmp (format, "JUPYTER") == 0) {
    e->type = "ipynb";
    if (results + e->len <= MAX_BYTES)
      add_ipynb (&e->data, l, source, results);
    else
      e->len += results;
  }
  else if (strcmp (format, "HTML") == 0) {
    MG_CLEANUP_FREE char *model = sim_base64 (source, strlen (source));

    e->type = "html";
    e->len += results;
    mg_buf_addf (&e->data, "<!DOCTYPE html>\n<script>var "
                 "__DATABRICKS_NOTEBOOK_MODEL = '%s'</script>\n", model);
  }
  else if (strcmp (format, "R_MARKDOWN") == 0 && strcmp (l->name, "R") == 0) {
    e->type = "Rmd";
    mg_buf_addf (&e->data, "---\ntitle: notebook\n---\n\n```{r}\n%s\n```\n",
                 source);
  }
  else {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Format %s is not supported for this object.", format);
    return -1;
  }
  return 0;
}

static void
send_export (struct sim_call *c, struct exported *e)
{
  MG_CLEANUP_FREE char *content = NULL;

  if (e->len + (int64_t) e->data.len > MAX_BYTES) {
    sim_fail (c, 400, "MAX_NOTEBOOK_SIZE_EXCEEDED",
              "Notebook size exceeded limit: Size exceeds %d bytes",
              MAX_BYTES);
    return;
  }
  for (; e->len > 0; e->len--)
    mg_buf_add_byte (&e->data, '#');
  c->r->status = 200;
  if (mg_streq (sim_query (c, "direct_download"), "true")) {
    c->r->content_type = "application/octet-stream";
    mg_buf_add (&c->r->body, e->data.data, e->data.len);
    return;
  }
  content = sim_base64 (mg_buf_text (&e->data), e->data.len);
  mg_buf_addf (&c->r->body, "{\"content\":\"%s\",\"file_type\":\"%s\"}",
               content, e->type);
  c->r->content_type = "application/json";
}

void
sim_workspace_export (struct sim_call *c)
{
  const char *asked = sim_query (c, "path"), *format = sim_query (c, "format");
  MG_CLEANUP_FREE char *path = sim_tree_path (asked);
  MG_CLEANUP (sim_json_put) struct json_object *o = NULL;
  MG_CLEANUP_FREE char *source = NULL;
  struct exported e = { MG_BUF_INIT (MAX_BASE64), "", 0 };
  struct sim_node node;
  size_t len = 0;

  if (!sim_tree_find (c->s, path, &node)) {
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST", "Path (%s) doesn't exist.",
              asked);
    return;
  }
  if (node.kind == SIM_FOLDERS || node.kind == SIM_EXPERIMENTS) {
    sim_fail (c, 400, "BAD_REQUEST", "(%s) cannot be exported.", path);
    return;
  }
  o = sim_object_json (&c->s->tables[node.kind], node.o);
  if (sim_json_str (o, "content") == NULL
      || sim_unbase64 (sim_json_str (o, "content"), &source, &len) < 0) {
    sim_fail (c, 400, "BAD_REQUEST", "(%s) cannot be exported.", path);
    return;
  }
  if (node.kind == SIM_FILES) {
    e.len = sim_json_int (o, "padding", 0);
    mg_buf_add (&e.data, source, len);
  }
  else if (export_notebook (c, o, format ? format : "SOURCE", source, &e) < 0) {
    mg_buf_done (&e.data);
    return;
  }
  send_export (c, &e);
  mg_buf_done (&e.data);
}

/* --- import ---------------------------------------------------------- */

struct import {
  struct sim_call *c;
  char *path;
  const struct language *language;     /* NULL: it will be a file */
  char *data;
  size_t len;
};

static void
refuse (struct import *m, const char *text)
{
  sim_fail (m->c, 400, "INVALID_PARAMETER_VALUE", "%s (%s)", text, m->path);
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
  m->language = find_language (upper);
  if (cells == NULL || m->language == NULL)
    return -1;
  mg_buf_addf (&text, "%s" MARK, m->language->comment);
  for (i = 0; i < json_object_array_length (cells); i++) {
    struct json_object *source = json_object_object_get (
      json_object_array_get_idx (cells, i), "source");

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
  mg_free (m->data);
  m->data = source;
  m->len = len;
  m->language = marked_language (source, len, m->path);
  return m->language ? 0 : -1;
}

/* AUTO: a first line makes a notebook, whose name loses its extension. */
static void
detect (struct import *m)
{
  char *dot = strrchr (m->path, '.');
  size_t i;

  if (mg_ends (m->path, ".ipynb") && read_ipynb (m) == 0) {
    *dot = '\0';
    return;
  }
  m->language = marked_language (m->data, m->len, m->path);
  for (i = 0; m->language != NULL && dot != NULL
              && i < MG_N_ELEMENTS (languages); i++)
    if (strcmp (dot + 1, languages[i].extension) == 0) {
      *dot = '\0';
      return;
    }
}

/* 0, or -1 after a reply. */
static int
read_content (struct import *m)
{
  const char *format = sim_json_str (m->c->body, "format");
  const char *language = sim_json_str (m->c->body, "language");
  const char *content = sim_json_str (m->c->body, "content");

  if (content == NULL || sim_unbase64 (content, &m->data, &m->len) < 0) {
    refuse (m, "The content is not in base64");
    return -1;
  }
  if (m->len > MAX_BYTES) {
    sim_fail (m->c, 400, "MAX_NOTEBOOK_SIZE_EXCEEDED",
              "File size imported is (%zu bytes), exceeded max size (%d bytes)",
              m->len, MAX_BYTES);
    return -1;
  }
  if (format == NULL || strcmp (format, "SOURCE") == 0) {
    m->language = find_language (language);
    if (m->language == NULL)
      refuse (m, "A language is required to import one notebook as SOURCE");
    return m->language ? 0 : -1;
  }
  if (strcmp (format, "AUTO") == 0)
    detect (m);
  else if ((strcmp (format, "JUPYTER") == 0 && read_ipynb (m) == 0)
           || (strcmp (format, "HTML") == 0 && read_html (m) == 0)
           || strcmp (format, "RAW") == 0)
    return 0;
  else if (strcmp (format, "R_MARKDOWN") == 0)
    m->language = find_language ("R");
  else {
    refuse (m, "The content is not of its format");
    return -1;
  }
  return 0;
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

static void
store (struct import *m, struct sim_node *node)
{
  struct sim_call *c = m->c;
  const char *effect = node->o ? "update" : "create";
  MG_CLEANUP (sim_json_put) struct json_object *old =
    node->o ? sim_object_json (&c->s->tables[node->kind], node->o) : NULL;
  int64_t created = sim_json_int (old, "created_at", c->now_us / MG_MS_US);
  char *text = m->language
    ? notebook_text (m->path, m->language, m->data, m->len, created, c->now_us)
    : file_text (m->path, m->data, m->len, created, c->now_us);

  if (node->o != NULL)                 /* its id stays, and its permissions */
    sim_table_set (&c->s->tables[node->kind], node->o, text);
  else {
    node->kind = m->language ? SIM_NOTEBOOKS : SIM_FILES;
    node->o = sim_tree_add (c->s, node->kind, text);
    node->o->created_us = c->now_us;
  }
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
