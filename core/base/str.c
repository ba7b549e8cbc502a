/* Strings: see str.h.  No state. */
#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <wctype.h>

#include "base/alloc.h"
#include "base/str.h"

int
mg_streq (const char *a, const char *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return strcmp (a, b) == 0;
}

int
mg_starts (const char *s, const char *prefix)
{
  return strncmp (s, prefix, strlen (prefix)) == 0;
}

int
mg_ends (const char *s, const char *suffix)
{
  size_t n = strlen (s), m = strlen (suffix);

  return n >= m && memcmp (s + n - m, suffix, m) == 0;
}

/* Iterative with one backtrack point: linear for what people type. */
int
mg_glob (const char *pattern, const char *s)
{
  const char *star = NULL, *from = NULL;

  while (*s != '\0') {
    if (*pattern == '*') {
      star = pattern++;
      from = s;
    }
    else if (*pattern == '?' || *pattern == *s) {
      pattern++;
      s++;
    }
    else if (star != NULL) {
      pattern = star + 1;
      s = ++from;
    }
    else
      return 0;
  }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

char *
mg_trim (char *s)
{
  size_t n;

  while (isspace ((unsigned char) *s))
    s++;
  n = strlen (s);
  while (n > 0 && isspace ((unsigned char) s[n - 1]))
    n--;
  s[n] = '\0';
  return s;
}

/* Decodes one character; returns its length, or 0 when it is not UTF-8. */
static size_t
utf8_decode (const unsigned char *s, size_t len, uint32_t *ret_code)
{
  static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  size_t n, i;
  uint32_t code;

  if (s[0] < 0x80) {
    *ret_code = s[0];
    return 1;
  }
  n = s[0] >= 0xf0 && s[0] < 0xf8 ? 4 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
      : s[0] >= 0xc0 && s[0] < 0xe0 ? 2 : 0;
  if (n == 0 || n > len)
    return 0;
  code = s[0] & (0xffu >> (n + 1));
  for (i = 1; i < n; i++) {
    if ((s[i] & 0xc0) != 0x80)
      return 0;
    code = code << 6 | (s[i] & 0x3f);
  }
  if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
    return 0;
  *ret_code = code;
  return n;
}

int
mg_utf8_valid (const char *s, size_t len)
{
  size_t i, n;
  uint32_t code;

  for (i = 0; i < len; i += n) {
    n = utf8_decode ((const unsigned char *) s + i, len - i, &code);
    if (n == 0)
      return 0;
  }
  return 1;
}

static uint32_t
lower_code (uint32_t c)
{
  if (c < 0x80)
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9)
      || (c >= 0x410 && c <= 0x42f))
    return c + 32;
  if (c >= 0x400 && c <= 0x40f)
    return c + 80;
  if (c >= 0x100 && c <= 0x17f && c != 0x130 && c != 0x131 && c != 0x138
      && c != 0x149 && c != 0x178 && c != 0x17f) {
    int odd_upper = (c >= 0x139 && c <= 0x148) || c >= 0x179;

    return (c & 1) == (uint32_t) odd_upper ? c + 1 : c;
  }
  return c;
}

static void
add_utf8 (struct mg_buf *b, uint32_t c)
{
  if (c < 0x80)
    mg_buf_add_byte (b, (int) c);
  else if (c < 0x800)
    mg_buf_addf (b, "%c%c", 0xc0 | (int) (c >> 6), 0x80 | (int) (c & 0x3f));
  else if (c < 0x10000)
    mg_buf_addf (b, "%c%c%c", 0xe0 | (int) (c >> 12),
                 0x80 | (int) (c >> 6 & 0x3f), 0x80 | (int) (c & 0x3f));
  else
    mg_buf_addf (b, "%c%c%c%c", 0xf0 | (int) (c >> 18),
                 0x80 | (int) (c >> 12 & 0x3f), 0x80 | (int) (c >> 6 & 0x3f),
                 0x80 | (int) (c & 0x3f));
}

char *
mg_fold (const char *s)
{
  size_t len = strlen (s), i, n;
  struct mg_buf b = MG_BUF_INIT (len * 2 + 16);
  uint32_t code;

  for (i = 0; i < len; i += n) {
    n = utf8_decode ((const unsigned char *) s + i, len - i, &code);
    if (n == 0) {
      mg_buf_add_byte (&b, s[i]);
      n = 1;
    }
    else
      add_utf8 (&b, lower_code (code));
  }
  return mg_buf_steal (&b);
}

static int
deceptive (uint32_t c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f)
         || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f)
         || c == 0xfeff || c == 0x061c || (c >= 0xfff9 && c <= 0xfffb)
         || c >= 0xe0000;
}

void
mg_buf_add_printable (struct mg_buf *b, const char *s)
{
  size_t len, i, n;
  uint32_t code;

  if (s == NULL)
    s = "(none)";
  len = strlen (s);
  for (i = 0; i < len; i += n) {
    n = utf8_decode ((const unsigned char *) s + i, len - i, &code);
    if (n == 0) {
      mg_buf_addf (b, "\\x%02x", (unsigned char) s[i]);
      n = 1;
    }
    else if (code == '\n')
      mg_buf_add_str (b, "\\n");
    else if (deceptive (code))
      mg_buf_addf (b, code < 0x80 ? "\\x%02x" : "\\u{%04x}", code);
    else
      mg_buf_add (b, s + i, n);
  }
}

const char *
mg_printable (const char *s, char *ret_text, size_t size)
{
  struct mg_buf b = MG_BUF_INIT (64 * 1024);
  size_t n;

  mg_buf_add_printable (&b, s);
  n = b.len;
  if (n >= size) {
    n = size > 4 ? size - 4 : 0;
    while (n > 0 && ((unsigned char) b.data[n] & 0xc0) == 0x80)
      n--;
    snprintf (ret_text, size, "%.*s...", (int) n, b.data);
  }
  else
    snprintf (ret_text, size, "%s", mg_buf_text (&b));
  mg_buf_done (&b);
  return ret_text;
}

unsigned
mg_distance (const char *a, const char *b)
{
  unsigned row[64];
  size_t n = strlen (a), m = strlen (b), i, j;

  if (n > 60 || m > 60)
    return 1000;
  for (j = 0; j <= m; j++)
    row[j] = (unsigned) j;
  for (i = 1; i <= n; i++) {
    unsigned diagonal = row[0];

    row[0] = (unsigned) i;
    for (j = 1; j <= m; j++) {
      unsigned above = row[j];
      unsigned best = diagonal + (a[i - 1] != b[j - 1]);

      if (above + 1 < best)
        best = above + 1;
      if (row[j - 1] + 1 < best)
        best = row[j - 1] + 1;
      diagonal = above;
      row[j] = best;
    }
  }
  return row[m];
}

const char *
mg_nearest (const char *word, const char *const *list)
{
  const char *best = NULL;
  unsigned least = (unsigned) strlen (word) / 3 + 1;

  for (; *list != NULL; list++) {
    unsigned d = mg_distance (word, *list);

    if (d <= least && (best == NULL || d < mg_distance (word, best)))
      best = *list;
  }
  return best;
}
