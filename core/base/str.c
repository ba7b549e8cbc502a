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

/* Of a character beyond ASCII, by its first byte; 0 when it begins none. */
static size_t
utf8_len (unsigned char first)
{
  if (first < 0xc0 || first >= 0xf8)
    return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

size_t
mg_utf8_decode (const char *text, size_t len, uint32_t *ret_code)
{
  const unsigned char *s = (const unsigned char *) text;
  static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  size_t n, i;
  uint32_t code;

  if (s[0] < 0x80) {
    *ret_code = s[0];
    return 1;
  }
  n = utf8_len (s[0]);
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
    n = 1;
    if ((unsigned char) s[i] < 0x80)
      continue;
    n = mg_utf8_decode (s + i, len - i, &code);
    if (n == 0)
      return 0;
  }
  return 1;
}

/* Runs of capitals, how far their small letters are, and of how many codes
 * each is a capital: 1 = all, 2 = every other one from the first. */
static const struct {
  uint16_t first, last, away, step;
} capitals[] = {
  { 0xc0, 0xd6, 32, 1 }, { 0xd8, 0xde, 32, 1 }, { 0x100, 0x12e, 1, 2 },
  { 0x132, 0x136, 1, 2 }, { 0x139, 0x147, 1, 2 }, { 0x14a, 0x176, 1, 2 },
  { 0x179, 0x17d, 1, 2 }, { 0x386, 0x386, 38, 1 }, { 0x388, 0x38a, 37, 1 },
  { 0x38c, 0x38c, 64, 1 }, { 0x38e, 0x38f, 63, 1 }, { 0x391, 0x3a1, 32, 1 },
  { 0x3a3, 0x3ab, 32, 1 }, { 0x400, 0x40f, 80, 1 }, { 0x410, 0x42f, 32, 1 },
  { 0x460, 0x480, 1, 2 }, { 0x48a, 0x4be, 1, 2 }, { 0x4c1, 0x4cd, 1, 2 },
  { 0x4d0, 0x52e, 1, 2 },
};

static uint32_t
lower_code (uint32_t c)
{
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (capitals); i++)
    if (c >= capitals[i].first && c <= capitals[i].last
        && (c - capitals[i].first) % capitals[i].step == 0)
      return c + capitals[i].away;
  return c == 0x178 ? 0xff : c;
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

/* The ASCII that a text begins with: how much that is. */
static size_t
fold_ascii (struct mg_buf *b, const char *s)
{
  size_t n = 0, i;
  char *to;

  while (s[n] != '\0' && (unsigned char) s[n] < 0x80)
    n++;
  to = n > 0 ? mg_buf_reserve (b, n) : NULL;
  if (to == NULL)
    return n;                    /* no room: the buffer has failed */
  for (i = 0; i < n; i++)
    to[i] = s[i] >= 'A' && s[i] <= 'Z' ? (char) (s[i] + 32) : s[i];
  b->len += n;
  b->data[b->len] = '\0';
  return n;
}

char *
mg_fold (const char *s)
{
  size_t len = strlen (s), i, n;
  struct mg_buf b = MG_BUF_MUST (len * 2 + 16);
  uint32_t code;

  for (i = 0; i < len; i += n) {
    n = fold_ascii (&b, s + i);
    if (n > 0)
      continue;
    n = mg_utf8_decode (s + i, len - i, &code);
    if (n > 0)
      add_utf8 (&b, lower_code (code));
    else
      mg_buf_add_byte (&b, s[i]);
    n += n == 0;
  }
  if (b.failed)
    mg_oom ();                   /* a part of a name is another name */
  return mg_buf_steal (&b);
}

/* Nobody reads more of a text that a server wrote. */
#define MOST_SHOWN 4000

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
  size_t before = b->len, len, i, n;
  uint32_t code;

  if (s == NULL)
    s = "(none)";
  len = strlen (s);
  for (i = 0; i < len && b->len - before < MOST_SHOWN; i += n) {
    n = mg_utf8_decode (s + i, len - i, &code);
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
  if (i < len)
    mg_buf_add_str (b, "...");
}

const char *
mg_printable (const char *s, char *ret_text, size_t size)
{
  struct mg_buf b = MG_BUF_MUST (64 * 1024);
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
