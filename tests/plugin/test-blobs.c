/* Bodies of any size: an answer becomes a file of the session, and a request is
 * sent from one. */
#include <config.h>

#include "base/file.h"
#include "stand.h"
#include "store/blob.h"

#define BYTES 300000
#define CALL "POST /api/2.0/things"

static char *
bytes (void)
{
  char *text = mg_xmalloc (BYTES + 1);
  size_t i;

  for (i = 0; i < BYTES; i++)
    text[i] = (char) ('a' + i % 26);
  text[BYTES] = '\0';
  return text;
}

static void
up_with_store (struct stand *s, const struct reply *script, size_t n)
{
  up (s, EXAMPLE, script, n);
  is_ok (mg_store_open (mg_test_tmpdir (), 1, &s->ctx.store, NULL));
}

static void
down_with_store (struct stand *s)
{
  mg_store_close (s->ctx.store);
  down (s);
}

static const struct migrate_response *
fetch (struct stand *s, int want)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  const struct migrate_response *res = NULL;

  req.call = "GET /api/2.0/things";
  req.accept = "application/octet-stream";
  req.to_blob = 1;
  is_int (migrate_request (&s->ctx.pub, &req, &res), want);
  return res;
}

static int
send_blob (struct stand *s, const char *blob)
{
  struct migrate_request req = MIGRATE_REQUEST_INIT;
  struct migrate_part parts[3] = { { "<", 1, NULL }, { NULL, 0, blob },
                                   { ">", 1, NULL } };

  req.call = CALL;
  req.effect = MIGRATE_CREATING;
  req.content_type = "multipart/form-data; boundary=x";
  req.accept = "application/json";
  req.parts = parts;
  req.n_parts = 3;
  return migrate_request (&s->ctx.pub, &req, NULL);
}

MG_TEST (an_answer_becomes_a_file_and_a_request_is_sent_from_it)
{
  MG_CLEANUP_FREE char *text = bytes ();
  const struct reply script[] = {
    { .status = 200, .body = text, .body_len = BYTES,
      .headers = "Content-Type: application/octet-stream\r\n" },
    { .status = 200, .body = "{\"id\":\"1\"}" },
  };
  const struct migrate_response *res;
  const char *request;
  struct stand s;

  up_with_store (&s, script, 2);
  res = fetch (&s, 0);
  is_str (res->body, "");
  is_int (res->body_len, BYTES);
  is_int (strlen (res->blob), MG_BLOB_NAME);
  has_str (replier_request (s.rig.server, 0),
           "Accept: application/octet-stream\r\n");
  is_ok (send_blob (&s, res->blob));
  is_int (replier_body_len (s.rig.server, 1), BYTES + 2);
  request = replier_request (s.rig.server, 1);
  has_str (request, "Content-Type: multipart/form-data; boundary=x\r\n");
  has_str (request, "Accept: application/json\r\n");
  has_str (request, "\r\n\r\n<abcdefghijklmnopqrstuvwxyzabc");
  down_with_store (&s);
}

MG_TEST (an_error_is_read_and_leaves_no_file)
{
  static const struct reply script[] = {
    { .status = 400, .body = "{\"error_code\":\"MAX_NOTEBOOK_SIZE_EXCEEDED\","
      "\"message\":\"no\"}" },
  };
  const struct migrate_response *res;
  struct stand s;

  up_with_store (&s, script, 1);
  res = fetch (&s, MG_E_REMOTE);
  is_str (res->error_code, "MAX_NOTEBOOK_SIZE_EXCEEDED");
  has_str (res->body, "no");
  is_null (res->blob);
  down_with_store (&s);
}

MG_TEST (half_an_answer_is_none)
{
  static const struct reply script[] = {
    { .how = REPLY_CLOSE, .raw = NULL },
    { .how = REPLY_SEND_CLOSE, .raw = "HTTP/1.1 200 OK\r\n"
      "Content-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\n"
      "half of it" },
  };
  const struct migrate_response *res;
  struct stand s;

  up_with_store (&s, script, 2);
  res = fetch (&s, MG_E_NET);
  ok (res == NULL || res->blob == NULL);
  is_int (replier_n (s.rig.server), 2);
  down_with_store (&s);
}

MG_TEST (what_comes_packed_is_not_kept)
{
  static const struct reply script[] = {
    { .status = 200, .body = "not what it is", .times = -1,
      .headers = "Content-Encoding: gzip\r\n" },
  };
  const struct migrate_response *res;
  struct stand s;

  up_with_store (&s, script, 1);
  res = fetch (&s, MG_E_PROTOCOL);
  is_str (s.ctx.error.id, "encoded");
  ok (res == NULL || res->blob == NULL);
  has_str (replier_request (s.rig.server, 0), "Accept-Encoding: identity\r\n");
  down_with_store (&s);
}

MG_TEST (what_is_damaged_is_not_sent_and_counts_as_no_create)
{
  MG_CLEANUP_FREE char *text = bytes ();
  const struct reply script[] = {
    { .status = 200, .body = text, .body_len = BYTES },
  };
  MG_CLEANUP_FREE char *path = NULL;
  const struct migrate_response *res;
  struct stand s;

  up_with_store (&s, script, 1);
  res = fetch (&s, 0);
  path = mg_xasprintf ("%s/b%s", mg_store_blobs (s.ctx.store), res->blob);
  is_ok (mg_file_write (path, "x", 1, 0600, NULL));
  is_int (send_blob (&s, res->blob), MG_E_FAIL);
  is_str (s.ctx.error.id, "damaged-file");
  is_int (send_blob (&s, "../session.db"), MG_E_INVALID);
  is_int (s.ctx.n_creates, 0);
  is_int (replier_n (s.rig.server), 1);
  down_with_store (&s);
}

MG_TEST (secrets_do_not_become_files)
{
  static const struct reply script[] = { { .status = 200 } };
  struct migrate_kind secret;
  struct stand s;

  up_with_store (&s, script, 1);
  secret = *s.kind.k;
  secret.flags |= MIGRATE_KIND_SENSITIVE;
  s.kind.k = &secret;
  fetch (&s, MG_E_INVALID);
  is_int (replier_n (s.rig.server), 0);
  down_with_store (&s);
}
