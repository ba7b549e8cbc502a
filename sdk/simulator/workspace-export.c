/* /api/2.0/workspace/export.  An answer holds no more than 10 MiB of what is
 * exported, but for a file that is downloaded directly; how a larger one is
 * refused depends on the version of the service, and an object may tell which
 * it is ("refusal").
 *
 * An archive (DBC) is no zip here: nobody but the service reads one.
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

/* A document of cells: one for each part of the source, and of bare results.
 * Every export numbers them anew. */
static void
add_ipynb (struct mg_buf *out, const struct sim_language *l, const char *source,
           int64_t results, int64_t now_us)
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
                 "\"metadata\":{\"application/vnd.databricks.v1+cell\":"
                 "{\"nuid\":\"%" PRIx64 "-%d\"}},\"outputs\":[",
                 n ? "," : "", now_us, n);
    n++;
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

/* What an archive has besides the source: what was shown, and when it was made. */
static void
add_archive (struct mg_buf *out, const struct sim_language *l,
             const char *source, int64_t results, int64_t now_us)
{
  MG_CLEANUP_FREE char *model = sim_base64 (source, strlen (source));

  mg_buf_addf (out, SIM_ARCHIVE "{\"at\":%" PRId64 ",\"language\":\"%s\","
               "\"results\":%" PRId64 ",\"source\":\"%s\"}", now_us, l->name,
               results, model);
}

struct exported {
  struct mg_buf data;
  const char *type;
  int64_t len;                 /* also of what is only told */
  int64_t most;
};

/* 1, or 0: no notebook of this language has the format. */
static int
add_format (struct exported *e, const char *format, const struct sim_language *l,
            const char *source, int64_t results, int64_t now_us)
{
  if (strcmp (format, "JUPYTER") == 0) {
    e->type = "ipynb";
    e->len += results > SIM_MAX_LEAF ? results : 0;
    add_ipynb (&e->data, l, source, results > SIM_MAX_LEAF ? 0 : results,
               now_us);
  }
  else if (strcmp (format, "HTML") == 0) {
    MG_CLEANUP_FREE char *model = sim_base64 (source, strlen (source));

    e->type = "html";
    e->len += results;
    mg_buf_addf (&e->data, "<!DOCTYPE html>\n<script>var "
                 "__DATABRICKS_NOTEBOOK_MODEL = '%s'</script>\n", model);
  }
  else if (strcmp (format, "DBC") == 0) {
    e->type = "dbc";
    e->len += results;
    add_archive (&e->data, l, source, results, now_us);
  }
  else if (strcmp (format, "R_MARKDOWN") == 0 && strcmp (l->name, "R") == 0) {
    e->type = "Rmd";
    mg_buf_addf (&e->data, "---\ntitle: notebook\n---\n\n" SIM_CODE "%s"
                 SIM_CODE_END, source);
  }
  else
    return 0;
  return 1;
}

/* 0, or -1 after a reply. */
static int
export_notebook (struct sim_call *c, struct json_object *o, const char *format,
                 const char *source, struct exported *e)
{
  const struct sim_language *l = sim_language (sim_json_str (o, "language"));
  int64_t results = sim_json_int (o, "results", 0);

  if (mg_streq (sim_query (c, "outputs"), "NONE"))
    results = 0;
  e->type = l->extension;
  if (strcmp (format, "AUTO") == 0
      && mg_streq (sim_json_str (o, "form"), "ipynb"))
    format = "JUPYTER";
  if (strcmp (format, "SOURCE") == 0 || strcmp (format, "AUTO") == 0
      || strcmp (format, "RAW") == 0)
    mg_buf_add_str (&e->data, source);
  else if (!add_format (e, format, l, source, results, c->now_us)) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Format %s is not supported for this object.", format);
    return -1;
  }
  return 0;
}

/* As versions of the service do it: with a code of its own; with 200, and the
 * error inside; with the words of old. */
static void
refuse_size (struct sim_call *c, const char *how, int64_t len, int64_t most)
{
  if (mg_streq (how, "old"))
    sim_fail (c, 400, "BAD_REQUEST", "Size exceeds %" PRId64 " bytes", most);
  else
    sim_fail (c, mg_streq (how, "inside") ? 200 : 400,
              "MAX_NOTEBOOK_SIZE_EXCEEDED",
              "Notebook size exceeded limit: %" PRId64 " > %" PRId64, len,
              most);
}

static int
is_direct (const struct sim_call *c)
{
  return mg_streq (sim_query (c, "direct_download"), "true");
}

static void
begin_download (struct sim_call *c)
{
  c->r->status = 200;
  c->r->content_type = "application/octet-stream";
}

static void
send_export (struct sim_call *c, const char *refusal, struct exported *e)
{
  MG_CLEANUP_FREE char *content = NULL;

  if (e->len + (int64_t) e->data.len > e->most) {
    refuse_size (c, refusal, e->len + (int64_t) e->data.len, e->most);
    return;
  }
  if (is_direct (c)) {
    begin_download (c);
    mg_buf_move (&c->r->body, &e->data);
    return;
  }
  c->r->status = 200;
  content = sim_base64 (mg_buf_text (&e->data), e->data.len);
  mg_buf_addf (&c->r->body, "{\"content\":\"%s\",\"file_type\":\"%s\"}",
               content, e->type);
  c->r->content_type = "application/json";
}

/* What it holds, with its padding where both are not too large; else that is only
 * told.  0, or -1: nothing of it can be exported. */
static int
read_leaf (const struct sim_object *object, struct json_object *o,
           struct mg_buf *ret_data, int64_t most, int64_t *ret_more)
{
  MG_CLEANUP_FREE char *data = NULL;
  struct sim_content *kept = sim_object_content (object);
  const char *content = sim_json_str (o, "content");
  int64_t padding = sim_json_int (o, "padding", 0);
  size_t len = kept ? kept->len : 0;
  char *room;

  if (kept != NULL ? kept->data == NULL
      : content == NULL || sim_unbase64 (content, &data, &len) < 0)
    return -1;
  *ret_more = (int64_t) len > most ? (int64_t) len : 0;
  if (*ret_more == 0)
    mg_buf_add (ret_data, kept ? kept->data : data, len);
  if (padding + (int64_t) len > most)
    *ret_more += padding;
  else if (padding > 0 && (room = mg_buf_reserve (ret_data, (size_t) padding))) {
    memset (room, '#', (size_t) padding);
    ret_data->len += (size_t) padding;
    ret_data->data[ret_data->len] = '\0';
  }
  return 0;
}

/* 1 when the file was sent from where it is kept. */
static int
download (struct sim_call *c, const struct sim_object *object,
          struct json_object *o, int64_t most)
{
  struct sim_content *kept = sim_object_content (object);

  if (!is_direct (c) || kept == NULL || kept->data == NULL
      || (int64_t) kept->len > most || sim_json_int (o, "padding", 0) > 0)
    return 0;
  begin_download (c);
  c->r->content = sim_content_ref (kept);
  return 1;
}

static int64_t
most_of (const struct sim_call *c, enum sim_kind kind)
{
  int64_t most = c->s->config.file_limit;

  return kind == SIM_FILES && is_direct (c) && most > SIM_MAX_LEAF
    ? most : SIM_MAX_LEAF;
}

void
sim_workspace_export (struct sim_call *c)
{
  const char *asked = sim_query (c, "path"), *format = sim_query (c, "format");
  MG_CLEANUP_FREE char *path = sim_tree_path (asked);
  MG_CLEANUP (sim_json_put) struct json_object *o = NULL;
  MG_CLEANUP (mg_buf_done) struct mg_buf source = MG_BUF_INIT (SIM_MAX_REPLY);
  struct exported e = { MG_BUF_INIT (SIM_MAX_REPLY), "", 0, 0 };
  struct sim_node node;

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
  e.most = most_of (c, node.kind);
  if (node.kind == SIM_FILES && download (c, node.o, o, e.most))
    return;
  if (read_leaf (node.o, o, &source, e.most, &e.len) < 0) {
    sim_fail (c, 400, "BAD_REQUEST", "(%s) cannot be exported.", path);
    return;
  }
  if (node.kind == SIM_FILES)
    mg_buf_move (&e.data, &source);
  if (node.kind == SIM_FILES
      || export_notebook (c, o, format ? format : "SOURCE",
                          mg_buf_text (&source), &e) == 0)
    send_export (c, sim_json_str (o, "refusal"), &e);
  mg_buf_done (&e.data);
}
