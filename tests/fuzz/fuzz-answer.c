/* What a service answers to a refused request: whatever it is, it is read
 * within bounds, becomes one line of UTF-8 where it was UTF-8, and no secret
 * of ours gets through the redaction. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/str.h"
#include "fuzz.h"
#include "net/errbody.h"
#include "net/redact.h"
#include "net/retry.h"
#include "net/url.h"

const char mg_fuzz_corpus[] = "answer";

static void
read_body (const char *text, size_t len)
{
  struct mg_error_body e;
  int hidden = mg_error_body_is_hidden (text, len);

  mg_error_body_read (text, len, 400, &e);
  must (strlen (e.message) < sizeof e.message);
  must (strpbrk (e.message, "\r\n\t") == NULL);
  must (!hidden || e.code[0] != '\0');
  if (mg_utf8_valid (text, len))
    must (mg_utf8_valid (e.message, strlen (e.message)));
  mg_error_body_is_html (text, len);
}

static void
read_texts (const char *text)
{
  struct mg_url url;
  int64_t us = mg_retry_after_us (text, 1000000);

  must (us >= -1 && us <= INT64_C (86400000000));
  us = mg_retry_info_us (text);
  must (us >= -1 && us <= INT64_C (86400000000));
  if (mg_url_parse (text, &url, NULL) == 0) {
    MG_CLEANUP_FREE char *again = mg_url_text (&url, 1);
    struct mg_url same;

    must (mg_url_parse (again, &same, NULL) == 0);
    must (mg_url_same_server (&url, &same));
    must (strcmp (url.path, same.path) == 0);
  }
}

static void
redact (const char *text, size_t len)
{
  struct mg_end end = { .token = (char *) "hunter2" };
  MG_CLEANUP (mg_buf_done) struct mg_buf clean = MG_BUF_INIT (1 << 20);

  mg_redact (&clean, text, len, &end);
  must (clean.failed == 0);
  must (memmem (mg_buf_text (&clean), clean.len, "hunter2", 7) == NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  MG_CLEANUP_FREE char *text = mg_xstrndup ((const char *) data, size);

  read_body ((const char *) data, size);
  read_texts (text);
  redact ((const char *) data, size);
  return 0;
}
