/* Large contents of libsim's tree: how much goes in and comes out, that it is kept
 * once, and what a state tells of it. */
#include <config.h>

#include "simulator/sim-form.h"

#define LIMIT 10485760

/* --- how much -------------------------------------------------------- */

MG_TEST (a_form_brings_a_file_over_10_MiB_and_a_download_gives_it)
{
  size_t len = 11 * MIB;

  START ();
  is_int (upload_bytes ("/Shared/f", "RAW", len, ""), 200);
  is_int (status ("/Shared/f"), 200);
  is_str (at ("size"), "11534336");
  ok (strlen (text ()) < 300);
  is_int (download ("/Shared/f"), 200);
  ok (gives (bytes (len, ""), len));
  is_int (gett ("GET", TREE "export?path=/Shared/f"), 400);
  is_str (at ("error_code"), "MAX_NOTEBOOK_SIZE_EXCEEDED");
  has_str (text (), "Notebook size exceeded limit: 11534336 > 10485760");
  is_int (upload_bytes ("/Shared/auto", "AUTO", len, "x"), 200);
  status ("/Shared/auto");
  is_str (at ("object_type"), "FILE");
}

MG_TEST (without_a_download_10_MiB_of_a_file_come_out)
{
  char *data = bytes (LIMIT, "");

  START ();
  is_int (upload_bytes ("/Shared/f", "RAW", LIMIT, ""), 200);
  is_int (gett ("GET", TREE "export?path=/Shared/f"), 200);
  is_int ((int) strlen (at ("content")), (LIMIT + 2) / 3 * 4);
  is_int (download ("/Shared/f"), 200);
  ok (gives (data, LIMIT));
  is_int (upload_bytes ("/Shared/g", "RAW", LIMIT + 1, ""), 200);
  is_int (gett ("GET", TREE "export?path=/Shared/g"), 400);
}

MG_TEST (padding_is_downloaded_too)
{
  size_t n;

  START ();
  call ("POST", "/_simulator/object", "{\"kind\":\"files\",\"create\":{"
        "\"path\":\"/Shared/f\",\"source\":\"1\",\"padding\":12000000}}");
  is_int (gett ("GET", TREE "export?path=/Shared/f"), 400);
  is_int (download ("/Shared/f"), 200);
  (void) sim_reply_bytes (&reply, &n);
  is_int ((int) n, 12000001);
}

MG_TEST (a_notebook_is_no_longer_in_a_form_than_elsewhere)
{
  static const struct { const char *path, *format, *head; } all[] = {
    { "/Shared/a", "SOURCE", "" }, { "/Shared/b", "JUPYTER", "{" },
    { "/Shared/c", "DBC", "" }, { "/Shared/d", "HTML", "" },
    { "/Shared/e", "R_MARKDOWN", "" }, { "/Shared/f.py", "AUTO", MARK },
    { "/Shared/g.ipynb", "AUTO", "{" },
  };
  size_t i;

  START ();
  for (i = 0; i < MG_N_ELEMENTS (all); i++) {
    begin (all[i].path);
    field ("language", "PYTHON");
    is_int (upload (all[i].format, bytes (LIMIT + 1, all[i].head), LIMIT + 1),
            400);
    is_str (at ("error_code"), "MAX_NOTEBOOK_SIZE_EXCEEDED");
    is_str (at ("message"), "File size imported is (10485761 bytes), exceeded "
            "max size (10485760 bytes)");
  }
  begin ("/Shared/most");
  field ("language", "PYTHON");
  is_int (upload ("SOURCE", source (LIMIT), LIMIT), 200);
  is_int (gett ("GET", TREE "export?path=/Shared/most"), 200);
  is_int (download ("/Shared/most"), 200);
  ok (gives (source (LIMIT), LIMIT));
  status ("/Shared/most");
  is_str (at ("object_type"), "NOTEBOOK");
  ok (strlen (text ()) < 300);
}

MG_TEST (a_file_has_a_limit_of_its_own)
{
  START (.file_limit = 12 * MIB);
  is_int (upload_bytes ("/Shared/f", "RAW", 12 * MIB, ""), 200);
  is_int (download ("/Shared/f"), 200);
  is_int (upload_bytes ("/Shared/g", "RAW", 12 * MIB + 1, ""), 400);
  is_str (at ("error_code"), "MAX_NOTEBOOK_SIZE_EXCEEDED");
  is_str (at ("message"), "File size imported is (12582913 bytes), exceeded "
          "max size (12582912 bytes)");
  is_int (status ("/Shared/g"), 404);
}

static int64_t
most (const char *method, const char *target, const char *content_type)
{
  struct sim_request q = { .method = method, .target = target,
                           .content_type = content_type };

  return (int64_t) sim_max_body (sim, &q);
}

MG_TEST (only_forms_of_an_import_may_be_long)
{
  int64_t file = (int64_t) 500 * MIB + MIB;

  START ();
  is_int (most ("POST", TREE "import", type), file);
  is_int (most ("POST", TREE "import?x=y", type), file);
  is_int (most ("POST", "http://new:80" TREE "import", type), file);
  is_int (most ("POST", TREE "import", "application/json"), SIM_MAX_REQUEST);
  is_int (most ("POST", TREE "import", NULL), SIM_MAX_REQUEST);
  is_int (most ("GET", TREE "import", type), SIM_MAX_REQUEST);
  is_int (most ("POST", TREE "mkdirs", type), SIM_MAX_REQUEST);
  is_int (most ("POST", "/nowhere", type), SIM_MAX_REQUEST);
}

/* --- once ------------------------------------------------------------ */

/* A form whose memory the service may keep. */
static struct sim_request
given (const char *path, const char *data, size_t len)
{
  struct sim_request q = { .method = "POST", .target = TREE "import",
                           .content_type = type, .buffer = &form };

  begin (path);
  field ("format", "RAW");
  part ("content", "; filename=f", data, len);
  mg_buf_add_str (&form, "--xyz--\r\n");
  q.body = form.data;
  q.body_len = form.len;
  return q;
}

/* What the last reply holds lies where this came in. */
static int
lies_in (const struct sim_request *q)
{
  size_t len;
  const char *memory = q->body, *got = sim_reply_bytes (&reply, &len);

  return got > memory && got < memory + q->body_len;
}

MG_TEST (what_is_large_is_kept_where_it_came_in)
{
  struct sim_request q;
  size_t len = 2 * MIB;

  START ();
  q = given ("/Shared/f", bytes (len, ""), len);
  is_int (ask (&q), 200);
  ok (form.data == NULL);
  is_int (download ("/Shared/f"), 200);
  ok (gives (bytes (len, ""), len));
  ok (lies_in (&q));
  q = given ("/Shared/small", "1", 1);
  is_int (ask (&q), 200);
  ok (form.data != NULL);
}

MG_TEST (a_reply_stays_whole_when_its_file_is_gone)
{
  static struct sim_reply old;
  size_t len = 2 * MIB;

  START ();
  upload_bytes ("/Shared/f", "RAW", len, "old");
  download ("/Shared/f");
  old = reply;
  memset (&reply, 0, sizeof reply);
  begin ("/Shared/f");
  field ("overwrite", "true");
  is_int (upload ("RAW", bytes (len, "new"), len), 200);
  is_int (call ("POST", TREE "delete", "{\"path\":\"/Shared/f\"}"), 200);
  ok (memcmp (sim_reply_bytes (&old, &len), bytes (len, "old"), len) == 0);
  sim_reply_done (&old);
}

MG_TEST (a_large_file_becomes_a_small_one_and_the_reverse)
{
  START ();
  upload_bytes ("/Shared/f", "RAW", 2 * MIB, "");
  begin ("/Shared/f");
  field ("overwrite", "true");
  is_int (upload ("RAW", "small", 5), 200);
  download ("/Shared/f");
  is_str (text (), "small");
  status ("/Shared/f");
  is_str (at ("size"), "5");
  ok (strstr (state (), "sha256") == NULL);
  begin ("/Shared/f");
  field ("overwrite", "true");
  is_int (upload ("RAW", bytes (3 * MIB, ""), 3 * MIB), 200);
  download ("/Shared/f");
  ok (gives (bytes (3 * MIB, ""), 3 * MIB));
  call ("POST", "/_simulator/object", "{\"kind\":\"files\",\"match\":{\"path\":"
        "\"/Shared/f\"},\"set\":{\"content\":\"MQ==\"}}");
  download ("/Shared/f");
  is_str (text (), "1");
}

/* --- states ---------------------------------------------------------- */

MG_TEST (a_state_tells_digest_and_size_of_what_is_large)
{
  const char *one;

  START ();
  upload_bytes ("/Shared/f", "RAW", 2 * MIB, "one");
  one = state ();
  ok (strlen (one) < 100000);
  has_str (one, "\"content_size\":2097152");
  START ();
  upload_bytes ("/Shared/f", "RAW", 2 * MIB, "one");
  is_str (state (), one);
  START ();
  upload_bytes ("/Shared/f", "RAW", 2 * MIB, "two");
  ok (strcmp (state (), one) != 0);
  has_str (state (), "\"content_size\":2097152");
}

MG_TEST (a_state_that_is_read_back_waits_for_its_contents)
{
  struct mg_error err = MG_ERROR_INIT;
  size_t pos = 0, len = 2 * MIB, i;
  struct sim_kept kept;
  const char *before;
  char digest[65];

  START ();
  upload_bytes ("/Shared/f", "RAW", len, "");
  upload_bytes ("/Shared/g", "RAW", len, "");
  begin ("/Shared/n");
  field ("language", "R");
  upload ("SOURCE", source (len), len);
  before = state ();
  ok (sim_kept_next (sim, &pos, &kept));
  is_int ((int64_t) kept.len, (int64_t) len);
  ok (memcmp (kept.data, source (len), len) == 0);
  START ();
  is_int (sim_load (sim, before, strlen (before), &err), 0);
  is_str (state (), before);
  is_int (download ("/Shared/f"), 400);
  for (pos = 0, i = 0; sim_kept_next (sim, &pos, &kept); i++) {
    ok (kept.data == NULL);
    snprintf (digest, sizeof digest, "%s", kept.digest);
  }
  is_int ((int64_t) i, 3);
  is_int ((int64_t) strlen (digest), 64);
  is_int (sim_kept_give (sim, mg_xmemdup ("others", 6), 6), 0);
  is_int (sim_kept_give (sim, mg_xmemdup (bytes (len, ""), len), len), 2);
  is_int (sim_kept_give (sim, mg_xmemdup (source (len), len), len), 1);
  is_str (state (), before);
  download ("/Shared/g");
  ok (gives (bytes (len, ""), len));
  download ("/Shared/n");
  ok (gives (source (len), len));
}

MG_TEST (nothing_large_is_left_when_all_is_as_at_the_start)
{
  const char *before;
  struct sim_kept kept;
  size_t pos = 0;

  START ();
  before = state ();
  upload_bytes ("/Shared/f", "RAW", 2 * MIB, "");
  is_int (call ("POST", "/_simulator/reset", "{\"what\":\"state\"}"), 200);
  is_str (state (), before);
  ok (!sim_kept_next (sim, &pos, &kept));
  upload_bytes ("/Shared/f", "RAW", 2 * MIB, "");
  is_int (call ("POST", TREE "delete", "{\"path\":\"/Shared/f\"}"), 200);
  pos = 0;
  ok (!sim_kept_next (sim, &pos, &kept));
}

/* --- faults ---------------------------------------------------------- */

static void
fault (const char *line)
{
  is_int (call ("POST", "/_simulator/faults", line), 200);
}

MG_TEST (downloads_go_wrong_as_other_replies_do)
{
  size_t len = 2 * MIB;

  START ();
  upload_bytes ("/Shared/f", "RAW", len, "");
  fault ("{\"match\":\"GET *export\",\"do\":\"truncate\"}");
  download ("/Shared/f");
  is_int (reply.wire, SIM_WIRE_TRUNCATE);
  is_int (reply.wire_arg, MIB);
  ok (gives (bytes (len, ""), len));
  fault ("{\"match\":\"GET *export\",\"do\":\"empty\"}");
  is_int (download ("/Shared/f"), 200);
  ok (gives ("", 0));
  fault ("{\"match\":\"GET *export\",\"do\":\"status\",\"when\":\"after\"}");
  is_int (download ("/Shared/f"), 503);
  is_str (at ("error_code"), "TEMPORARILY_UNAVAILABLE");
  is_int (download ("/Shared/f"), 200);
  ok (gives (bytes (len, ""), len));
}

MG_TEST (forms_meet_faults_before_and_after_their_effect)
{
  START ();
  fault ("{\"match\":\"POST *import\",\"do\":\"cut\",\"with\":\"Shared/f\"}");
  upload_bytes ("/Shared/f", "RAW", 2 * MIB, "");
  is_int (reply.wire, SIM_WIRE_CUT);
  is_int (status ("/Shared/f"), 404);
  fault ("{\"match\":\"POST *import\",\"do\":\"cut\",\"when\":\"after\"}");
  upload_bytes ("/Shared/f", "RAW", 2 * MIB, "");
  is_int (reply.wire, SIM_WIRE_CUT);
  is_int (status ("/Shared/f"), 200);
}

MG_TEST (what_stands_behind_a_zero_is_found_in_a_body)
{
  START ();
  fault ("{\"match\":\"POST *import\",\"do\":\"cut\",\"with\":\"needle\"}");
  begin ("/Shared/f");
  upload ("RAW", "a\0needle", 8);
  is_int (reply.wire, SIM_WIRE_CUT);
}

MG_TEST (a_form_may_take_effect_later)
{
  struct sim_request q;
  size_t len = 2 * MIB;

  START ();
  fault ("{\"match\":\"POST *import\",\"do\":\"defer\",\"ms\":1000}");
  q = given ("/Shared/f", bytes (len, ""), len);
  ask (&q);
  is_int (reply.wire, SIM_WIRE_CUT);
  ok (form.data == NULL);
  is_int (status ("/Shared/f"), 404);
  now_us += 2 * MG_SECOND_US;
  is_int (download ("/Shared/f"), 200);
  ok (gives (bytes (len, ""), len));
  ok (lies_in (&q));
}
