/* The growing buffer: see buf.h. */
#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/str.h"

void
mg_buf_init (struct mg_buf *b, size_t max)
{
  memset (b, 0, sizeof *b);
  b->max = max;
}

void
mg_buf_done (struct mg_buf *b)
{
  if (b == NULL)
    return;
  mg_free (b->data);
  b->data = NULL;
  b->len = b->cap = 0;
}

void
mg_buf_reset (struct mg_buf *b)
{
  b->len = 0;
  b->failed = 0;
  if (b->data != NULL)
    b->data[0] = '\0';
}

void
mg_buf_move (struct mg_buf *dst, struct mg_buf *src)
{
  size_t max = src->max;

  mg_buf_done (dst);
  *dst = *src;
  mg_buf_init (src, max);
}

char *
mg_buf_steal (struct mg_buf *b)
{
  char *data = b->data ? b->data : mg_xstrdup ("");

  b->data = NULL;
  b->len = b->cap = 0;
  return data;
}

char *
mg_buf_reserve (struct mg_buf *b, size_t more)
{
  size_t cap = b->cap ? b->cap : 64;
  size_t need;
  char *data;

  if (b->failed || b->len > b->max || more > b->max - b->len
      || more > SIZE_MAX / 4 - b->len) {
    b->failed = MG_E_NOMEM;
    return NULL;
  }
  need = b->len + more;
  if (need + 1 > b->cap) {
    while (cap < need + 1)
      cap += cap / 2 + 16;
    if (cap - 1 > b->max)
      cap = b->max + 1;
    data = mg_try_realloc (b->data, cap);
    if (data == NULL) {
      if (b->must)
        mg_oom ();
      b->failed = MG_E_NOMEM;
      return NULL;
    }
    b->data = data;
    b->cap = cap;
  }
  return b->data + b->len;
}

int
mg_buf_add (struct mg_buf *b, const void *data, size_t len)
{
  char *to = mg_buf_reserve (b, len);

  if (to == NULL)
    return b->failed;
  if (len > 0)
    memcpy (to, data, len);
  b->len += len;
  b->data[b->len] = '\0';
  return 0;
}

int
mg_buf_add_str (struct mg_buf *b, const char *s)
{
  return mg_buf_add (b, s, strlen (s));
}

int
mg_buf_add_byte (struct mg_buf *b, int c)
{
  char byte = (char) c;

  return mg_buf_add (b, &byte, 1);
}

int
mg_buf_vaddf (struct mg_buf *b, const char *format, va_list args)
{
  va_list again;
  char *to;
  int n;

  va_copy (again, args);
  n = vsnprintf (NULL, 0, format, again);
  va_end (again);
  if (n < 0)
    mg_bug ("bad format '%s'", format);
  to = mg_buf_reserve (b, (size_t) n);
  if (to == NULL)
    return b->failed;
  vsnprintf (to, (size_t) n + 1, format, args);
  b->len += (size_t) n;
  return 0;
}

int
mg_buf_addf (struct mg_buf *b, const char *format, ...)
{
  va_list args;
  int r;

  va_start (args, format);
  r = mg_buf_vaddf (b, format, args);
  va_end (args);
  return r;
}

static void
add_json_byte (struct mg_buf *b, unsigned char c)
{
  static const char names[] = "btnvfr";

  if (c == '"' || c == '\\') {
    mg_buf_add_byte (b, '\\');
    mg_buf_add_byte (b, c);
  }
  else if (c >= '\b' && c <= '\r' && c != '\v') {
    mg_buf_add_byte (b, '\\');
    mg_buf_add_byte (b, names[c - '\b']);
  }
  else if (c < 0x20 || c == 0x7f)
    mg_buf_addf (b, "\\u%04x", c);
  else
    mg_buf_add_byte (b, c);
}

int
mg_buf_add_json_len (struct mg_buf *b, const char *s, size_t len)
{
  size_t i, n, from = 0;
  uint32_t code;

  mg_buf_add_byte (b, '"');
  for (i = 0; i < len; i += n) {
    unsigned char c = (unsigned char) s[i];

    n = c < 0x80 ? 1 : mg_utf8_decode (s + i, len - i, &code);
    if (n > 1 || (n == 1 && c >= 0x20 && c != '"' && c != '\\' && c != 0x7f))
      continue;
    mg_buf_add (b, s + from, i - from);
    if (n == 0)
      mg_buf_add_str (b, "\\ufffd");
    else
      add_json_byte (b, c);
    n = 1;
    from = i + 1;
  }
  mg_buf_add (b, s + from, len - from);
  return mg_buf_add_byte (b, '"');
}

int
mg_buf_add_json (struct mg_buf *b, const char *s)
{
  if (s == NULL)
    return mg_buf_add_str (b, "null");
  return mg_buf_add_json_len (b, s, strlen (s));
}

int
mg_buf_add_url (struct mg_buf *b, const char *s, int keep_slash)
{
  for (; *s != '\0'; s++) {
    unsigned char c = (unsigned char) *s;

    if ((c < 0x80 && isalnum (c)) || strchr ("-._~", c) != NULL
        || (keep_slash && c == '/'))
      mg_buf_add_byte (b, c);
    else
      mg_buf_addf (b, "%%%02X", c);
  }
  return b->failed;
}

const char *
mg_buf_text (const struct mg_buf *b)
{
  return b->data ? b->data : "";
}

int
mg_buf_check (const struct mg_buf *b, const char *what, struct mg_error *err)
{
  if (!b->failed)
    return 0;
  return mg_error_set (err, MG_E_NOMEM, "too-large",
                       "%s is larger than %zu bytes or than the memory there is",
                       what, b->max);
}
