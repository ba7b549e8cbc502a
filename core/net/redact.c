/* Secrets out of texts: see redact.h.  One pass from left to right: at each
 * place a known secret, a shape or a telling name is looked for. */
#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "net/redact.h"

static int
is_token_char (int c)
{
  return isalnum ((unsigned char) c) || (c != '\0' && strchr ("-_.~+/=", c));
}

static size_t
run_of_token (const char *p, const char *end)
{
  const char *q = p;

  while (q < end && is_token_char (*q))
    q++;
  return (size_t) (q - p);
}

static int
begins (const char *p, const char *end, const char *word)
{
  size_t len = strlen (word);

  return (size_t) (end - p) >= len && strncasecmp (p, word, len) == 0;
}

/* Length of a secret of the end that stands here; short ones would eat
 * ordinary words. */
static size_t
own_secret (const char *p, const char *end, const struct mg_end *of)
{
  const char *secrets[4];
  size_t i, len;

  if (of == NULL)
    return 0;
  secrets[0] = of->token;
  secrets[1] = of->client_secret;
  secrets[2] = of->password;
  secrets[3] = NULL;
  for (i = 0; i < 3; i++) {
    len = secrets[i] ? strlen (secrets[i]) : 0;
    if (len >= 4 && (size_t) (end - p) >= len
        && memcmp (p, secrets[i], len) == 0)
      return len;
  }
  return 0;
}

/* dapi..., dkea..., dose..., eyJ... (JWT): the length of the whole token. */
static size_t
token_shape (const char *p, const char *end)
{
  static const struct { const char *begin; size_t least; } shapes[] = {
    { "dapi", 20 }, { "dkea", 20 }, { "dose", 20 }, { "eyJ", 30 },
    { "AKIA", 16 }, { "ASIA", 16 },
  };
  size_t i, len;

  for (i = 0; i < MG_N_ELEMENTS (shapes); i++)
    if (begins (p, end, shapes[i].begin)
        && strncmp (p, shapes[i].begin, strlen (shapes[i].begin)) == 0) {
      len = run_of_token (p, end);
      if (len >= shapes[i].least)
        return len;
    }
  return 0;
}

/* "Bearer abc" and "Basic abc": what stands before the secret. */
static size_t
scheme (const char *p, const char *end)
{
  size_t len = begins (p, end, "bearer ") ? 7 : begins (p, end, "basic ") ? 6
                                                                          : 0;

  return len > 0 && run_of_token (p + len, end) >= 6 ? len : 0;
}

/* token=..., "client_secret": "...", password: ...: the length up to where the
 * value begins.  The name may be the end of a longer one (access_token). */
static size_t
telling_name (const char *p, const char *end)
{
  static const char *const names[] = {
    "token", "secret", "password", "passwd", "signature", "string_value",
    "token_value", "access_key", "sig", "credential",
  };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (names); i++) {
    const char *q = p + strlen (names[i]);

    if (!begins (p, end, names[i]))
      continue;
    if (q < end && *q == '"')
      q++;
    while (q < end && *q == ' ')
      q++;
    if (q >= end || (*q != '=' && *q != ':'))
      continue;
    q++;
    while (q < end && *q == ' ')
      q++;
    if (q < end && *q == '"')
      q++;
    return (size_t) (q - p);
  }
  return 0;
}

/* A value ends where its quote, its pair or its word does. */
static size_t
value_len (const char *p, const char *end, int quoted)
{
  const char *q = p;

  while (q < end) {
    if (quoted && *q == '\\' && q + 1 < end)
      q++;
    else if (quoted ? *q == '"' : strchr ("&;, \n\t'\"}", *q) != NULL)
      break;
    q++;
  }
  return (size_t) (q - p);
}

static size_t
skip_named (struct mg_buf *ret_text, const char *p, const char *end,
            size_t head)
{
  size_t len = value_len (p + head, end, p[head - 1] == '"');

  mg_buf_add (ret_text, p, head);
  if (len > 0)
    mg_buf_add_str (ret_text, MG_REDACTED);
  return head + len;
}

void
mg_redact (struct mg_buf *ret_text, const char *text, size_t len,
           const struct mg_end *of)
{
  const char *p = text, *end = text + len;

  while (p < end) {
    int word_begins = p == text || !isalnum ((unsigned char) p[-1]);
    size_t n = own_secret (p, end, of);

    if (n == 0 && word_begins)
      n = token_shape (p, end);
    if (n > 0) {
      mg_buf_add_str (ret_text, MG_REDACTED);
      p += n;
      continue;
    }
    n = word_begins ? scheme (p, end) : 0;
    if (n > 0) {
      mg_buf_add (ret_text, p, n);
      mg_buf_add_str (ret_text, MG_REDACTED);
      p += n + run_of_token (p + n, end);
      continue;
    }
    n = telling_name (p, end);
    if (n > 0) {
      p += skip_named (ret_text, p, end, n);
      continue;
    }
    mg_buf_add_byte (ret_text, *p++);
  }
}

void
mg_redact_text (char *text, size_t size, const struct mg_end *of)
{
  /* half an id is the id of something else */
  MG_CLEANUP (mg_buf_done) struct mg_buf clean = MG_BUF_MUST (64 * MG_KIB);

  mg_redact (&clean, text, strlen (text), of);
  snprintf (text, size, "%s", mg_buf_text (&clean));
}
