/* How fast are lists split and assets rewritten?  One line of result each.
 *
 *   json-split-bench [ELEMENTS]
 *
 * Not part of 'make check': it asserts nothing.
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/parse.h"

struct totals {
  size_t elements;
  size_t bytes;
  struct mg_buf out;
};

static const char job[] =
  "{\"job_id\":%" PRIu64 ",\"creator_user_name\":\"someone@example.com\","
  "\"settings\":{\"name\":\"nightly load %" PRIu64 " \\u00e9\",\"max_concurrent_runs\":"
  "1,\"tasks\":[{\"task_key\":\"one\",\"notebook_task\":{\"notebook_path\":"
  "\"/Users/someone@example.com/load\",\"source\":\"WORKSPACE\"},"
  "\"existing_cluster_id\":\"0923-164208-meows279\",\"timeout_seconds\":0},"
  "{\"task_key\":\"two\",\"depends_on\":[{\"task_key\":\"one\"}],\"run_job_task\":"
  "{\"job_id\":%" PRIu64 "},\"timeout_seconds\":3600}],\"format\":"
  "\"MULTI_TASK\"},\"created_time\":1601370337343}";

static void
make_list (struct mg_buf *b, uint64_t n)
{
  uint64_t i;

  mg_buf_add_str (b, "{\"has_more\":true,\"jobs\":[");
  for (i = 0; i < n; i++) {
    if (i > 0)
      mg_buf_add_byte (b, ',');
    mg_buf_addf (b, job, i, i, i + 1);
  }
  mg_buf_add_str (b, "],\"next_page_token\":\"CAAos-3n\"}");
}

static int
count (void *opaque, const char *element, size_t len, struct mg_error *err)
{
  struct totals *t = opaque;

  (void) element;
  (void) err;
  t->elements++;
  t->bytes += len;
  return 0;
}

static int
map (void *opaque, const struct mg_edit *edit, struct mg_span value,
     struct mg_span parent, struct mg_buf *ret_text, struct mg_error *err)
{
  (void) opaque;
  (void) edit;
  (void) parent;
  (void) err;
  mg_buf_add (ret_text, "1", 1);
  return value.len > 2 ? MG_MAP_REPLACE : MG_MAP_KEEP;
}

static int
edit (void *opaque, const char *element, size_t len, struct mg_error *err)
{
  static const struct mg_edit edits[] = {
    { .op = MG_EDIT_DROP, .path = "job_id" },
    { .op = MG_EDIT_DROP, .path = "created_time" },
    { .op = MG_EDIT_DROP, .path = "creator_user_name" },
    { .op = MG_EDIT_SET, .path = "settings.schedule.pause_status",
      .value = "\"PAUSED\"" },
    { .op = MG_EDIT_MAP, .path = "**.existing_cluster_id", .map = map },
    { .op = MG_EDIT_MAP, .path = "**.policy_id", .map = map },
    { .op = MG_EDIT_MAP, .path = "**.run_job_task.job_id", .map = map },
    { .op = MG_EDIT_MAP, .path = "run_as.user_name", .map = map },
  };
  struct totals *t = opaque;

  t->elements++;
  t->bytes += len;
  mg_buf_reset (&t->out);
  return mg_json_edit (element, len, edits, MG_N_ELEMENTS (edits), &t->out,
                       err);
}

static int
canonical (void *opaque, const char *element, size_t len, struct mg_error *err)
{
  struct totals *t = opaque;

  t->elements++;
  t->bytes += len;
  mg_buf_reset (&t->out);
  return mg_json_canonical (element, len, NULL, &t->out, err);
}

static int
run (const char *what, const struct mg_buf *list,
     int (*each) (void *opaque, const char *element, size_t len,
                  struct mg_error *err))
{
  struct totals t = { 0, 0, MG_BUF_INIT (MG_MAX_ELEMENT) };
  struct mg_split *split = mg_split_new ("jobs", MG_MAX_ELEMENT, MG_MAX_BODY,
                                         each, &t);
  struct mg_error err = MG_ERROR_INIT;
  int64_t began = mg_clock_now_us (), took;
  size_t at, piece;
  int r = 0;

  for (at = 0; r == 0 && at < list->len; at += piece) {
    piece = list->len - at < MG_CHUNK ? list->len - at : MG_CHUNK;
    r = mg_split_feed (split, list->data + at, piece, &err);
  }
  took = mg_clock_now_us () - began + 1;
  if (r < 0)
    printf ("%s: %s\n", what, err.text);
  else
    printf ("%-10s %8zu elements  %7.1f MB/s  %6.3f us each\n", what,
            t.elements, (double) list->len / (double) took,
            (double) took / (double) (t.elements + (t.elements == 0)));
  mg_split_free (split);
  mg_buf_done (&t.out);
  return r;
}

int
main (int argc, char **argv)
{
  struct mg_buf list = MG_BUF_INIT (MG_MAX_PAGE);
  int64_t n = 100000;
  int r;

  if (argc > 1 && mg_parse_int64 (argv[1], &n) < 0)
    return 2;
  make_list (&list, (uint64_t) n);
  r = run ("split", &list, count);
  if (r == 0)
    r = run ("edit", &list, edit);
  if (r == 0)
    r = run ("canonical", &list, canonical);
  mg_buf_done (&list);
  return r != 0;
}
