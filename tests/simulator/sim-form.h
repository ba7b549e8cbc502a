/* Forms of imports, and what exports give: for tests of libsim.
 *
 *   begin ("/Shared/f");
 *   field ("overwrite", "true");
 *   is_int (upload ("RAW", data, len), 200);
 */
#ifndef SIM_FORM_H
#define SIM_FORM_H

#include "simulator/sim-test.h"

#define TREE "/api/2.0/workspace/"
#define MARK "# Databricks notebook source\n"
#define MIB (1024 * 1024)

static const char type[] = "multipart/form-data; boundary=xyz";

/* Forms: built in 'form', sent by submit. */
static struct mg_buf form;

MG_TEST_UNUSED static void
part (const char *name, const char *more, const char *data, size_t len)
{
  mg_buf_addf (&form, "--xyz\r\nContent-Disposition: form-data; name=\"%s\"%s"
               "\r\n\r\n", name, more);
  mg_buf_add (&form, data, len);
  mg_buf_add_str (&form, "\r\n");
}

MG_TEST_UNUSED static void
field (const char *name, const char *value)
{
  part (name, "", value, strlen (value));
}

MG_TEST_UNUSED static void
begin (const char *path)
{
  mg_buf_done (&form);
  mg_buf_init (&form, (size_t) 64 * MIB);
  field ("path", path);
}

MG_TEST_UNUSED static int
submit (void)
{
  struct sim_request q = { .method = "POST", .target = TREE "import",
                           .content_type = type };

  mg_buf_add_str (&form, "--xyz--\r\n");
  q.body = form.data;
  q.body_len = form.len;
  return ask (&q);
}

/* The file itself, behind fields that were there before. */
MG_TEST_UNUSED static int
upload (const char *format, const char *data, size_t len)
{
  if (format != NULL)
    field ("format", format);
  part ("content", "; filename=\"content\"", data, len);
  return submit ();
}

/* So many bytes, of which no two pages are equal, with zeros and line breaks. */
MG_TEST_UNUSED static char *
bytes (size_t len, const char *head)
{
  char *data = keep (mg_xmalloc (len + 1));
  size_t i;

  for (i = 0; i < len; i++)
    data[i] = (char) (i * 31 + i / 4096);
  memcpy (data, head, strlen (head));
  data[len] = '\0';
  return data;
}

/* So much of a notebook: one line. */
MG_TEST_UNUSED static char *
source (size_t len)
{
  char *data = keep (mg_xmalloc (len + 1));

  memset (data, 'x', len);
  memcpy (data, MARK, strlen (MARK));
  data[len] = '\0';
  return data;
}

MG_TEST_UNUSED static int
upload_bytes (const char *path, const char *format, size_t len,
              const char *head)
{
  begin (path);
  return upload (format, bytes (len, head), len);
}

/* What the last reply holds is this. */
MG_TEST_UNUSED static int
gives (const char *data, size_t len)
{
  size_t n;
  const char *got = sim_reply_bytes (&reply, &n);

  return n == len && memcmp (got, data, len) == 0;
}

MG_TEST_UNUSED static int
download (const char *path)
{
  return gett ("GET", TREE "export?path=%s&direct_download=true", path);
}

MG_TEST_UNUSED static int
status (const char *path)
{
  return gett ("GET", TREE "get-status?path=%s", path);
}

#endif
