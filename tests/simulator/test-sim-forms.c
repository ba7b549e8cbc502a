/* Imports of libsim's tree that come as a form: what it may say, how it is checked,
 * and what is refused. */
#include <config.h>

#include "simulator/sim-form.h"

#define IMPORT "POST " TREE "import "

MG_TEST (a_form_brings_a_file_byte_for_byte)
{
  static const char data[] = "a\0b\r\n--xy\r\n\xff--xyz";
  static const char *const formats[] = { "AUTO", "RAW", "SOURCE" };
  size_t i;

  START ();
  begin ("/Shared/f.bin");
  is_int (upload ("AUTO", data, sizeof data), 200);
  is_str (text (), "{}");
  is_int (status ("/Shared/f.bin"), 200);
  is_str (at ("object_type"), "FILE");
  is_int (node ("size") ? json_object_get_int (node ("size")) : 0,
          (int) sizeof data);
  for (i = 0; i < MG_N_ELEMENTS (formats); i++) {
    is_int (gett ("GET", TREE "export?path=/Shared/f.bin&format=%s"
                  "&direct_download=true", formats[i]), 200);
    ok (gives (data, sizeof data));
    is_str (reply.content_type, "application/octet-stream");
  }
  begin ("/Shared/none");
  is_int (upload ("RAW", "", 0), 200);
  is_int (download ("/Shared/none"), 200);
  ok (gives ("", 0));
}

MG_TEST (a_form_brings_a_notebook)
{
  START ();
  begin ("/Shared/n.py");
  is_int (upload ("AUTO", MARK "1", strlen (MARK "1")), 200);
  is_int (status ("/Shared/n"), 200);
  is_str (at ("object_type"), "NOTEBOOK");
  begin ("/Shared/s");
  field ("language", "SQL");
  is_int (upload ("SOURCE", "select 1", 8), 200);
  is_int (download ("/Shared/s"), 200);
  is_str (text (), "-- Databricks notebook source\nselect 1");
  begin ("/Shared/t");
  field ("language", "R");
  is_int (upload (NULL, "1", 1), 200);       /* SOURCE goes without saying */
  begin ("/Shared/u");
  is_int (upload (NULL, "1", 1), 400);
  begin ("/Shared/j");
  is_int (upload ("JUPYTER", "no cells", 8), 400);
}

MG_TEST (a_form_says_whether_it_overwrites)
{
  START ();
  is_int (upload_bytes ("/Shared/f", "RAW", 9, "one"), 200);
  is_int (upload_bytes ("/Shared/f", "RAW", 9, "two"), 400);
  is_str (at ("error_code"), "RESOURCE_ALREADY_EXISTS");
  begin ("/Shared/f");
  field ("overwrite", "false");
  is_int (upload ("RAW", "two", 3), 400);
  begin ("/Shared/f");
  field ("overwrite", "true");
  is_int (upload ("RAW", "two", 3), 200);
  download ("/Shared/f");
  is_str (text (), "two");
  begin ("/Shared/f");
  field ("overwrite", "yes");
  is_int (upload ("RAW", "three", 5), 400);
  is_int (counter ("wrong-types", IMPORT "overwrite"), 1);
}

MG_TEST (a_form_is_checked_as_its_fields_are)
{
  START ();
  begin ("/Shared/f");
  field ("colour", "red");
  is_int (upload ("RAW", "1", 1), 400);
  has_str (text (), "unknown field 'colour'");
  is_int (counter ("unknown-fields", IMPORT "colour"), 1);
  begin ("/Shared/f");
  part ("colours", "; filename=x", "1", 1);
  is_int (upload ("RAW", "1", 1), 400);
  is_int (counter ("unknown-fields", IMPORT "colours"), 1);
  begin ("/Shared/f");
  is_int (upload ("raw", "1", 1), 400);
  is_int (counter ("wrong-types", IMPORT "format"), 1);
  begin ("/Shared/f");
  field ("path", "/Shared/g");
  is_int (upload ("RAW", "1", 1), 400);
  is_int (counter ("wrong-types", IMPORT "path"), 1);
  begin ("/Shared/f");
  field ("content", "MQ==");
  is_int (submit (), 400);
  is_int (counter ("wrong-types", IMPORT "content"), 1);
  begin ("/Shared/\xff");
  is_int (upload ("RAW", "1", 1), 400);
  mg_buf_reset (&form);
  is_int (upload ("RAW", "1", 1), 400);
  is_int (counter ("missing-fields", IMPORT "path"), 1);
  begin ("/Shared/f");
  is_int (submit (), 400);                   /* nothing to import */
  is_int (status ("/Shared/f"), 404);
}

MG_TEST (who_is_lenient_counts_a_part_that_is_unknown)
{
  START (.lenient = 1);
  begin ("/Shared/f");
  field ("colour", "red");
  is_int (upload ("RAW", "1", 1), 200);
  is_int (counter ("unknown-fields", IMPORT "colour"), 1);
}

MG_TEST (what_is_no_form_is_refused)
{
  static const struct { const char *type, *body; } odd[] = {
    { "multipart/form-data", "--xyz--\r\n" },
    { "multipart/form-data; boundary=xyz", "--abc--\r\n" },
    { "multipart/form-data; boundary=xyz", "before\r\n--xyz--\r\n" },
    { "multipart/form-data; boundary=xyz", "--xyz" },
    { "multipart/form-data; boundary=xyz", "--xyz\r\n\r\nx\r\n--xyz--\r\n" },
    { "multipart/form-data; boundary=xyz", "--xyz\r\nContent-Disposition: "
      "form-data; name=path\r\n\r\n/Shared/f" },
    { "multipart/form-data; boundary=xyz", "--xyz\r\nContent-Disposition: "
      "form-data; filename=path\r\n\r\n/Shared/f\r\n--xyz--" },
    { "multipart/form-data; boundary=\"xyz", "{\"path\":\"/Shared/f\"}" },
    { "application/json", "--xyz--\r\n" },
  };
  size_t i;

  START ();
  for (i = 0; i < MG_N_ELEMENTS (odd); i++) {
    struct sim_request q = {
      .method = "POST", .target = TREE "import", .content_type = odd[i].type,
      .body = odd[i].body, .body_len = strlen (odd[i].body),
    };

    is_int (ask (&q), 400);
    is_str (at ("error_code"), "MALFORMED_REQUEST");
  }
}

MG_TEST (names_of_parts_may_be_quoted_or_not)
{
  static const char body[] = "--a b\r\nContent-Type: text/plain\r\n"
    "content-disposition: form-data; name=path\r\n\r\n/Shared/f\r\n"
    "--a b\r\nContent-Disposition: form-data; filename=\"a;name=\\\"b\\\"\"; "
    "name=\"content\"\r\nContent-Type: x/y\r\n\r\n1\r\n"
    "--a b\r\nContent-Disposition: form-data; name=\"format\"\r\n\r\nRAW\r\n"
    "--a b--";
  struct sim_request q = {
    .method = "POST", .target = TREE "import", .body = body,
    .body_len = sizeof body - 1,
    .content_type = "Multipart/Form-Data; charset=x; Boundary=\"a b\"",
  };

  START ();
  is_int (ask (&q), 200);
  download ("/Shared/f");
  is_str (text (), "1");
}
