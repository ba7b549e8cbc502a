/* Bodies that are too large to be held: both ways, piece by piece, with the
 * connection paused when the other side of the ring is slow. */
#include <config.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/thread.h"
#include "net-test.h"
#include "net/body.h"

#define N(array) (sizeof (array) / sizeof (array)[0])
#define BIG (5 << 20)

static char *
pattern (size_t len)
{
  char *text = mg_xmalloc (len + 1);
  size_t i;

  for (i = 0; i < len; i++)
    text[i] = (char) ('a' + (i * 7 + i / 4096) % 26);
  text[len] = '\0';
  return text;
}

struct sink {
  struct mg_buf got;
  size_t largest;
  int n;
  int fail_at;                   /* the call that returns an error; 0 = none */
};

static int
take (void *opaque, const char *data, size_t len, struct mg_error *err)
{
  struct sink *sink = opaque;

  if (++sink->n == sink->fail_at)
    return mg_error_set (err, MG_E_IO, "disk-full", "no room for it");
  if (len > sink->largest)
    sink->largest = len;
  return mg_buf_add (&sink->got, data, len);
}

static int
download (struct rig *rig, struct sink *sink)
{
  struct mg_request req = { .effect = MG_READ, .method = "GET", .path = "/d",
                            .accept = "*/*", .on_data = take, .opaque = sink,
                            .is_stream = 1 };

  mg_buf_init (&sink->got, 64 << 20);
  return call (rig, &req);
}

MG_TEST (a_large_answer_arrives_whole_in_pieces)
{
  char *big = pattern (BIG);
  struct reply script[] = { { .status = 200, .body = big } };
  struct sink sink = { .n = 0 };
  struct rig rig;

  rig_up (&rig, script, 1);
  is_ok (download (&rig, &sink));
  is_mem (sink.got.data, sink.got.len, big, BIG);
  ok (sink.largest <= MG_CHUNK);
  ok (sink.n >= BIG / MG_CHUNK);
  is_int (rig.res.body.len, 0);
  rig_down (&rig);
  mg_buf_done (&sink.got);
  mg_free (big);
}

MG_TEST (an_answer_in_pieces_has_a_bound_too)
{
  char *big = pattern (BIG);
  struct reply script[] = { { .status = 200, .body = big, .times = -1 } };
  struct sink sink = { .n = 0 };
  struct mg_request req = { .effect = MG_READ, .method = "GET", .path = "/d",
                            .accept = "*/*", .on_data = take, .opaque = &sink,
                            .max_body = BIG / 2 };
  struct rig rig;

  mg_buf_init (&sink.got, 64 << 20);
  rig_up (&rig, script, 1);
  is_int (call (&rig, &req), MG_E_NOMEM);
  is_str (rig.err.id, "too-large");
  ok (sink.got.len <= BIG / 2);
  is_int (replier_n (rig.server), 1);
  rig_down (&rig);
  mg_buf_done (&sink.got);
  mg_free (big);
}

MG_TEST (a_consumer_that_gives_up_ends_the_transfer)
{
  char *big = pattern (BIG);
  struct reply script[] = {
    { .status = 200, .body = big }, { .status = 200 },
  };
  struct sink sink = { .fail_at = 2 };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_int (download (&rig, &sink), MG_E_IO);
  is_str (rig.err.id, "disk-full");
  is_int (sink.n, 2);
  is_ok (get (&rig, "/next"));
  rig_down (&rig);
  mg_buf_done (&sink.got);
  mg_free (big);
}

MG_TEST (a_refusal_does_not_go_to_the_consumer)
{
  static const struct reply script[] = {
    { .status = 503 },
    { .status = 404, .body = "{\"error_code\":\"NOT_FOUND\",\"message\":"
                             "\"gone\"}" },
  };
  struct sink sink = { .n = 0 };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_int (download (&rig, &sink), MG_E_NOT_FOUND);
  is_int (sink.n, 0);
  is_str (rig.res.error_code, "NOT_FOUND");
  rig_down (&rig);
  mg_buf_done (&sink.got);
}

MG_TEST (a_retry_before_the_first_byte_is_made_but_not_after)
{
  static const struct reply before[] = {
    { .status = 503 }, { .status = 200, .body = "abc" },
  };
  static const struct reply after[] = {
    { .how = REPLY_SEND_CLOSE,
      .raw = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc" },
    { .status = 200, .body = "abcdefghi" },
  };
  struct sink a = { .n = 0 }, b = { .n = 0 };
  struct rig rig;

  rig_up (&rig, before, N (before));
  is_ok (download (&rig, &a));
  is_str (mg_buf_text (&a.got), "abc");
  rig_down (&rig);
  rig_up (&rig, after, N (after));
  is_int (download (&rig, &b), MG_E_NET);
  is_str (rig.err.id, "truncated");
  is_str (mg_buf_text (&b.got), "abc");
  is_int (replier_n (rig.server), 1);
  rig_down (&rig);
  mg_buf_done (&a.got);
  mg_buf_done (&b.got);
}

MG_TEST (a_login_page_is_not_taken_for_a_list)
{
  static const struct reply script[] = {
    { .status = 200, .headers = "Content-Type: text/html; charset=utf-8\r\n",
      .body = "<html>login</html>" },
  };
  struct sink sink = { .n = 0, .got = MG_BUF_INIT (100) };
  struct mg_request req = { .effect = MG_READ, .method = "GET", .path = "/l",
                            .on_data = take, .opaque = &sink };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_int (call (&rig, &req), MG_E_PROTOCOL);
  is_str (rig.err.id, "html-page");
  is_int (sink.n, 0);
  rig_down (&rig);
}

/* ---- sending files ---- */

static char *
make_file (const char *name, const char *data, size_t len)
{
  char *path = mg_xasprintf ("%s/%s", mg_test_tmpdir (), name);

  mg_file_write (path, data, len, 0600, NULL);
  return path;
}

static int
upload (struct rig *rig, enum mg_effect effect, const struct mg_part *parts,
        size_t n_parts)
{
  struct mg_request req = { .effect = effect, .method = "PUT", .path = "/u",
                            .content_type = "application/octet-stream",
                            .parts = parts, .n_parts = n_parts,
                            .is_stream = 1 };

  return call (rig, &req);
}

MG_TEST (a_file_is_sent_whole_between_its_parts)
{
  static const struct reply script[] = { { .status = 200 } };
  char *big = pattern (BIG + 1);
  MG_CLEANUP_FREE char *path = make_file ("big", big, BIG + 1);
  struct mg_part parts[] = {
    { .type = MG_PART_MEM, .data = "<<", .len = 2 },
    { .type = MG_PART_FILE, .path = path },
    { .type = MG_PART_MEM, .data = ">", .len = 1 },
  };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_ok (upload (&rig, MG_CREATE, parts, 3));
  is_int (replier_body_len (rig.server, 0), BIG + 4);
  big[1000] = '\0';
  has_str (replier_request (rig.server, 0), "\r\n\r\n<<");
  has_str (replier_request (rig.server, 0), big);
  rig_down (&rig);
  mg_free (big);
}

MG_TEST (a_file_is_sent_again_from_its_beginning)
{
  static const struct reply script[] = {
    { .status = 200 }, { .status = 503 }, { .how = REPLY_CLOSE },
    { .status = 200 },
  };
  char *big = pattern (BIG);
  MG_CLEANUP_FREE char *path = make_file ("again", big, BIG);
  struct mg_part part = { .type = MG_PART_FILE, .path = path };
  struct rig rig;
  int i;

  rig_up (&rig, script, N (script));
  is_ok (get (&rig, "/first"));
  is_ok (upload (&rig, MG_IDEMPOTENT, &part, 1));
  is_int (replier_n (rig.server), 4);
  for (i = 1; i < 4; i++)
    is_int (replier_body_len (rig.server, i), BIG);
  rig_down (&rig);
  mg_free (big);
}

MG_TEST (base64_on_the_way)
{
  static const char *const plain[] = { "", "f", "fo", "foo", "foob" };
  static const char *const coded[] = { "", "Zg==", "Zm8=", "Zm9v",
                                       "Zm9vYg==" };
  static const struct reply script[] = { { .status = 200, .times = -1 } };
  struct rig rig;
  size_t i;

  rig_up (&rig, script, 1);
  for (i = 0; i < N (plain); i++) {
    MG_CLEANUP_FREE char *path = make_file ("b64", plain[i],
                                            strlen (plain[i]));
    struct mg_part parts[] = {
      { .type = MG_PART_MEM, .data = "{\"c\":\"", .len = 6 },
      { .type = MG_PART_FILE_BASE64, .path = path },
      { .type = MG_PART_MEM, .data = "\"}", .len = 2 },
    };
    MG_CLEANUP_FREE char *want = mg_xasprintf ("\r\n\r\n{\"c\":\"%s\"}",
                                               coded[i]);

    is_ok (upload (&rig, MG_IDEMPOTENT, parts, 3));
    has_str (replier_request (rig.server, (int) i), want);
  }
  rig_down (&rig);
}

MG_TEST (base64_of_a_large_file_has_the_right_length)
{
  static const struct reply script[] = { { .status = 200 } };
  char *big = pattern (BIG + 2);
  MG_CLEANUP_FREE char *path = make_file ("b64big", big, BIG + 2);
  struct mg_part part = { .type = MG_PART_FILE_BASE64, .path = path };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_ok (upload (&rig, MG_IDEMPOTENT, &part, 1));
  is_int (replier_body_len (rig.server, 0), (BIG + 2 + 2) / 3 * 4);
  rig_down (&rig);
  mg_free (big);
}

MG_TEST (a_file_that_is_not_there)
{
  static const struct reply script[] = { { .status = 200 } };
  struct mg_part part = { .type = MG_PART_FILE, .path = "/nonexistent/x" };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_int (upload (&rig, MG_CREATE, &part, 1), MG_E_NOT_FOUND);
  is_int (rig.res.outcome, MG_OUTCOME_NOTHING);
  is_int (replier_n (rig.server), 0);
  rig_down (&rig);
}

MG_TEST (a_file_that_changes_is_told)
{
  MG_CLEANUP_FREE char *path = make_file ("short", "abc", 3);
  struct mg_part part = { .type = MG_PART_FILE, .path = path };
  MG_CLEANUP (mg_body_done) struct mg_body body;
  struct mg_error err = MG_ERROR_INIT;
  char chunk[64];
  size_t n;

  is_ok (mg_body_init (&body, &part, 1, NULL));
  is_int (body.total, 3);
  mg_free (make_file ("short", "ab", 2));
  is_ok (mg_body_read (&body, chunk, sizeof chunk, &n, NULL));
  is_int (mg_body_read (&body, chunk, sizeof chunk, &n, &err), MG_E_IO);
  is_str (err.id, "file-changed");
}

MG_TEST (a_refused_upload_ends_before_the_file_does)
{
  static const struct reply script[] = {
    { .status = 403, .body = "{\"error_code\":\"PERMISSION_DENIED\"}" },
    { .status = 200 },
  };
  char *big = pattern (BIG);
  MG_CLEANUP_FREE char *path = make_file ("refused", big, BIG);
  struct mg_part part = { .type = MG_PART_FILE, .path = path };
  struct rig rig;

  rig_up (&rig, script, N (script));
  is_int (upload (&rig, MG_CREATE, &part, 1), MG_E_DENIED);
  is_ok (get (&rig, "/next"));
  rig_down (&rig);
  mg_free (big);
}

/* Streams of many callers at once share four slots and all arrive. */

struct job {
  struct rig *rig;
  const char *big;
  struct mg_thread thread;
  int code;
  size_t len;
};

static int
count (void *opaque, const char *data, size_t len, struct mg_error *err)
{
  struct job *job = opaque;

  if (memcmp (data, job->big + job->len, len) != 0)
    return MG_E_FAIL;
  job->len += len;
  return 0;
}

static void
run_job (void *opaque)
{
  struct job *job = opaque;
  struct mg_request req = { .effect = MG_READ, .method = "GET", .path = "/d",
                            .accept = "*/*", .on_data = count, .opaque = job,
                            .is_stream = 1 };
  struct mg_response res;

  mg_response_init (&res);
  job->code = mg_remote_call (job->rig->remote, &req, &res, NULL);
  mg_response_done (&res);
}

MG_TEST (many_streams_at_once)
{
  char *big = pattern (1 << 20);
  struct reply script[] = { { .status = 200, .body = big, .times = -1 } };
  struct job jobs[12];
  struct rig rig;
  size_t i;

  rig_up (&rig, script, 1);
  for (i = 0; i < N (jobs); i++) {
    jobs[i] = (struct job) { .rig = &rig, .big = big };
    mg_thread_start (&jobs[i].thread, "job", run_job, &jobs[i]);
  }
  for (i = 0; i < N (jobs); i++) {
    mg_thread_join (&jobs[i].thread);
    is_int (jobs[i].code, 0);
    is_int (jobs[i].len, 1 << 20);
  }
  ok (replier_n_connections (rig.server) <= 4);
  rig_down (&rig);
  mg_free (big);
}

/* ---- answers that are kept ---- */

static void
get_job (void *opaque)
{
  struct job *job = opaque;
  struct mg_request req = { .effect = MG_READ, .method = "GET", .path = "/k",
                            .accept = "*/*" };
  struct mg_response res;

  mg_response_init (&res);
  job->code = mg_remote_call (job->rig->remote, &req, &res, NULL);
  job->len = res.body.len;
  mg_response_done (&res);
}

MG_TEST (large_answers_at_once_do_not_pile_up)
{
  char *big = pattern (5 << 20);
  struct reply script[] = { { .status = 200, .body = big, .times = -1 } };
  struct mg_remote_stats stats;
  struct job jobs[16];
  struct rig rig;
  size_t i;

  rig_up (&rig, script, 1);
  for (i = 0; i < N (jobs); i++) {
    jobs[i] = (struct job) { .rig = &rig };
    mg_thread_start (&jobs[i].thread, "job", get_job, &jobs[i]);
  }
  for (i = 0; i < N (jobs); i++) {
    mg_thread_join (&jobs[i].thread);
    is_int (jobs[i].code, 0);
    is_int (jobs[i].len, 5 << 20);
  }
  mg_remote_stats (rig.remote, &stats);
  if (stats.most_held > (12 + 5) << 20)
    fail_test ("%lld bytes were held", (long long) stats.most_held);
  ok (stats.most_held > 5 << 20);
  rig_down (&rig);
  mg_free (big);
}
