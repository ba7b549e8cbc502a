/* Secrets out of texts. */
#include <config.h>

#include "base/alloc.h"
#include "mg-test.h"
#include "net/redact.h"

static char *
redact (const char *text, const struct mg_end *end)
{
  struct mg_buf b = MG_BUF_INIT (1 << 20);

  mg_redact (&b, text, strlen (text), end);
  return mg_buf_steal (&b);
}

static void
is_redacted (const char *text, const char *want)
{
  MG_CLEANUP_FREE char *got = redact (text, NULL);

  is_str (got, want);
}

/* Put together here, so that no scanner takes them for real ones. */
#define PAT "da" "pi0123456789abcdef0123456789abcdef"

MG_TEST (shapes_of_tokens)
{
  is_redacted ("x " PAT " y", "x *** y");
  is_redacted ("x " PAT "-2", "x ***");
  is_redacted ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhYmMifQ.c2ln", "***");
  is_redacted ("AKIA" "ABCDEFGHIJKLMNOP", "***");
  is_redacted ("dapi is a word", "dapi is a word");
}

MG_TEST (authorization_schemes)
{
  is_redacted ("Authorization: Bearer abc.def", "Authorization: Bearer ***");
  is_redacted ("authorization: basic dXNlcjpwYXNz",
               "authorization: basic ***");
  is_redacted ("the bearer of it", "the bearer of it");
}

MG_TEST (telling_names)
{
  is_redacted ("{\"client_secret\":\"a\\\"b\",\"x\":1}",
               "{\"client_secret\":\"***\",\"x\":1}");
  is_redacted ("{\"string_value\": \"s e c\"}", "{\"string_value\": \"***\"}");
  is_redacted ("?a=1&X-Amz-Signature=abc&b=2", "?a=1&X-Amz-Signature=***&b=2");
  is_redacted ("sv=1&sig=abc%3D", "sv=1&sig=***");
  is_redacted ("password: hunter2, ok", "password: ***, ok");
  is_redacted ("{\"next_page_token\":\"abc\"}", "{\"next_page_token\":\"***\"}");
  is_redacted ("token refused (401)", "token refused (401)");
  is_redacted ("design=4", "design=4");
}

MG_TEST (the_secrets_of_the_end_wherever_they_stand)
{
  struct mg_end end = { .token = (char *) "s3cr3t-token",
                        .password = (char *) "pass\"word" };
  MG_CLEANUP_FREE char *got =
    redact ("no user 'xs3cr3t-tokeny' with pass\"word", &end);

  is_str (got, "no user 'x***y' with ***");
}

MG_TEST (short_secrets_do_not_eat_words)
{
  struct mg_end end = { .password = (char *) "a" };
  MG_CLEANUP_FREE char *got = redact ("banana", &end);

  is_str (got, "banana");
}

MG_TEST (in_place)
{
  char text[40] = "Bearer abcdefgh";

  mg_redact_text (text, sizeof text, NULL);
  is_str (text, "Bearer ***");
}
