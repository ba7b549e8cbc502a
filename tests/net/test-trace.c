/* The trace tells what happened and never a secret. */
#include <config.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "net-test.h"
#include "net/trace.h"

#define N(array) (sizeof (array) / sizeof (array)[0])

static char *
traced (const struct reply *script, size_t n, int with_bodies)
{
  MG_CLEANUP_FREE char *path = mg_xasprintf ("%s/trace", mg_test_tmpdir ());
  struct mg_buf text = MG_BUF_INIT (1 << 20);
  struct mg_trace *trace = NULL;
  struct rig rig;

  mg_file_remove (path);
  is_ok (mg_trace_open (path, with_bodies, &trace, NULL));
  rig_init (&rig, script, n);
  rig.options.trace = trace;
  rig_open (&rig);
  post (&rig, MG_IDEMPOTENT, "/api/x?access_token=" TOKEN "&a=1",
        "{\"string_value\":\"hunter2\",\"a\":1,\"t\":\"" TOKEN "\"}");
  rig_down (&rig);
  mg_trace_close (trace);
  is_ok (mg_file_read (path, &text, NULL));
  return mg_buf_steal (&text);
}

MG_TEST (every_line_is_json_with_a_stable_name)
{
  static const struct reply script[] = {
    { .status = 429, .headers = "Retry-After: 0\r\n" },
    { .status = 503 }, { .status = 200, .headers = "X-Request-Id: r9\r\n" },
  };
  MG_CLEANUP_FREE char *text = traced (script, N (script), 0);
  char *line, *save = text;
  int n = 0;

  while ((line = save)[0] != '\0') {
    save = strchr (line, '\n');
    *save++ = '\0';
    is_ok (mg_json_check (line, strlen (line), NULL));
    n++;
  }
  is_int (n, 8);
}

MG_TEST (what_it_tells)
{
  static const struct reply script[] = {
    { .status = 429, .headers = "Retry-After: 0\r\n" },
    { .status = 503 }, { .status = 200, .headers = "X-Request-Id: r9\r\n" },
  };
  MG_CLEANUP_FREE char *text = traced (script, N (script), 0);

  has_str (text, "\"ev\":\"http/request\"");
  has_str (text, "\"ev\":\"http/answer\"");
  has_str (text, "\"ev\":\"http/throttled\"");
  has_str (text, "\"source\":\"retry-after\"");
  has_str (text, "\"ev\":\"http/retry\"");
  has_str (text, "\"why\":\"server-error\"");
  has_str (text, "\"request_id\":\"r9\"");
  has_str (text, "\"class\":\"other\"");
  has_str (text, "\"try\":3");
  has_str (text, "&a=1");
}

MG_TEST (no_secret_stands_in_it)
{
  static const struct reply script[] = {
    { .status = 500,
      .body = "{\"error_code\":\"X\",\"message\":\"" TOKEN " hunter2\","
              "\"token_value\":\"hunter2\"}" },
    { .status = 200, .headers = "Set-Cookie: session=hunter2\r\n",
      .body = "{\"password\":\"hunter2\",\"me\":\"" TOKEN "\"}" },
  };
  MG_CLEANUP_FREE char *plain = traced (script, N (script), 0);
  MG_CLEANUP_FREE char *bodies = traced (script, N (script), 1);

  ok (strstr (plain, TOKEN) == NULL);
  ok (strstr (plain, "hunter2") == NULL);
  ok (strstr (plain, "string_value") == NULL);
  ok (strstr (bodies, TOKEN) == NULL);
  has_str (bodies, "string_value");
  ok (strstr (bodies, "session=") == NULL);
}

MG_TEST (a_trace_that_cannot_be_written)
{
  struct mg_trace *trace = NULL;
  struct mg_error err = MG_ERROR_INIT;

  ok (mg_trace_open ("/nonexistent/t", 0, &trace, &err) < 0);
  is_null (trace);
  mg_trace_close (NULL);
}
