/* What JSON strings and numbers stand for: escapes both ways, and the typed
 * readers of json.h.  The input of the helpers has been through the cursor, so
 * its escapes are whole.  No state beyond the arguments.
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json-impl.h"

static unsigned
hex4 (const char *p)
{
  unsigned code = 0;
  size_t i;

  for (i = 0; i < 4; i++) {
    unsigned c = (unsigned char) p[i];

    code = code << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return code;
}

static size_t
put_utf8 (unsigned code, char *to)
{
  if (code < 0x80) {
    to[0] = (char) code;
    return 1;
  }
  if (code < 0x800) {
    to[0] = (char) (0xc0 | code >> 6);
    to[1] = (char) (0x80 | (code & 0x3f));
    return 2;
  }
  if (code < 0x10000) {
    to[0] = (char) (0xe0 | code >> 12);
    to[1] = (char) (0x80 | (code >> 6 & 0x3f));
    to[2] = (char) (0x80 | (code & 0x3f));
    return 3;
  }
  to[0] = (char) (0xf0 | code >> 18);
  to[1] = (char) (0x80 | (code >> 12 & 0x3f));
  to[2] = (char) (0x80 | (code >> 6 & 0x3f));
  to[3] = (char) (0x80 | (code & 0x3f));
  return 4;
}

/* At '\u'. */
static size_t
unicode_unit (const char **p, const char *end, char ret_bytes[4])
{
  unsigned code = hex4 (*p + 2), low;

  *p += 6;
  if (code >= 0xd800 && code < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\'
      && (*p)[1] == 'u') {
    low = hex4 (*p + 2);
    if (low >= 0xdc00 && low < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      *p += 6;
    }
  }
  return put_utf8 (code, ret_bytes);
}

size_t
mg_js_unit (const char **p, const char *end, char ret_bytes[4])
{
  static const char letters[] = "bfnrt", meaning[] = "\b\f\n\r\t";
  unsigned char c = (unsigned char) **p;
  const char *found;
  size_t n;

  if (c == '\\') {
    if ((*p)[1] == 'u')
      return unicode_unit (p, end, ret_bytes);
    found = strchr (letters, (*p)[1]);
    ret_bytes[0] = found ? meaning[found - letters] : (*p)[1];
    *p += 2;
    return 1;
  }
  n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
  if (n > (size_t) (end - *p))
    n = (size_t) (end - *p);
  memcpy (ret_bytes, *p, n);
  *p += n;
  return n;
}

void
mg_js_unescape (struct mg_buf *b, struct mg_span in)
{
  const char *p = in.p, *end = in.p + in.len, *slash;
  char bytes[4];

  while (p < end) {
    slash = memchr (p, '\\', (size_t) (end - p));
    if (slash == NULL)
      slash = end;
    mg_buf_add (b, p, (size_t) (slash - p));
    p = slash;
    if (p < end)
      mg_buf_add (b, bytes, mg_js_unit (&p, end, bytes));
  }
}

/* A surrogate written as UTF-8. */
static int
is_surrogate (const char *p, const char *end)
{
  return (unsigned char) p[0] == 0xed && end - p >= 3
         && (unsigned char) p[1] >= 0xa0;
}

void
mg_js_add_string (struct mg_buf *b, const char *s, size_t len)
{
  static const char letters[] = "btnvfr";
  const char *from = s, *end = s + len;

  mg_buf_add_byte (b, '"');
  for (; s < end; s++) {
    unsigned char c = (unsigned char) *s;

    if (c >= 0x20 && c != '"' && c != '\\' && !is_surrogate (s, end))
      continue;
    mg_buf_add (b, from, (size_t) (s - from));
    if (c == '"' || c == '\\')
      mg_buf_addf (b, "\\%c", c);
    else if (c >= '\b' && c <= '\r' && c != '\v')
      mg_buf_addf (b, "\\%c", letters[c - '\b']);
    else if (c < 0x20)
      mg_buf_addf (b, "\\u%04x", c);
    else {
      mg_buf_addf (b, "\\ud%x%02x", ((unsigned char) s[1] & 0x3f) >> 2,
                   (s[1] & 3) << 6 | (s[2] & 0x3f));
      s += 2;
    }
    from = s + 1;
  }
  mg_buf_add (b, from, (size_t) (end - from));
  mg_buf_add_byte (b, '"');
}

int
mg_json_type (struct mg_span value)
{
  struct mg_js js = mg_js_open (value.p, value.len);
  int c = mg_js_space (&js);

  if (c < 0)
    return 0;
  if (c == '-' || c == 'N' || c == 'I' || (c >= '0' && c <= '9'))
    return '0';
  return strchr ("{[\"tfn", c) != NULL ? c : 0;
}

/* For people and C strings: no surrogates, no zero bytes. */
static char *
string_text (struct mg_span in)
{
  static const char unknown[] = "\xef\xbf\xbd";
  const char *p = in.p, *end = in.p + in.len;
  char *text = mg_xmalloc (in.len + 1), *to = text;
  char bytes[4];
  size_t n;

  while (p < end) {
    if (*p != '\\' && *p != '\0' && (unsigned char) *p < 0x80) {
      *to++ = *p++;
      continue;
    }
    n = mg_js_unit (&p, end, bytes);
    if ((n == 3 && is_surrogate (bytes, bytes + 3))
        || (n == 1 && bytes[0] == '\0')) {
      memcpy (bytes, unknown, 3);
      n = 3;
    }
    memcpy (to, bytes, n);
    to += n;
  }
  *to = '\0';
  return text;
}

char *
mg_json_text (struct mg_span value)
{
  struct mg_js js = mg_js_open (value.p, value.len);
  int type = mg_json_type (value);
  struct mg_span in;

  mg_js_space (&js);
  in.p = js.p;
  js.inner = 1;
  if (type == 0 || strchr ("\"0tf", type) == NULL || mg_js_skip (&js, 0) < 0)
    return NULL;
  in.len = (size_t) (js.p - in.p);
  if (type != '"')
    return mg_xstrndup (in.p, in.len);
  in.p++;
  in.len -= 2;
  return string_text (in);
}

static int
keep_text (void *opaque, struct mg_span value)
{
  char **ret_text = opaque;

  *ret_text = mg_json_text (value);
  return 1;
}

char *
mg_json_get_text (const char *text, size_t len, const char *path)
{
  char *found = NULL;

  mg_json_each (text, len, path, keep_text, &found);
  return found;
}

struct texts {
  char **text;
  uint64_t found;          /* the first match counts, be it a text or not */
  size_t n_left;
};

static int
keep_one_of (void *opaque, size_t which, struct mg_span value)
{
  struct texts *t = opaque;
  uint64_t bit = (uint64_t) 1 << which;

  if (t->found & bit)
    return 0;
  t->found |= bit;
  t->text[which] = mg_json_text (value);
  return --t->n_left == 0;
}

void
mg_json_get_texts (const char *text, size_t len, const char *const *paths,
                   size_t n_paths, char **ret_texts)
{
  struct texts t = { ret_texts, 0, n_paths };

  if (n_paths > 64)
    mg_bug ("%zu paths at once", n_paths);
  memset (ret_texts, 0, n_paths * sizeof *ret_texts);
  mg_json_each_of (text, len, paths, n_paths, keep_one_of, &t);
}

int
mg_json_get_int64 (const char *text, size_t len, const char *path,
                   int64_t *ret_value)
{
  char *number = mg_json_get_text (text, len, path);
  const char *p = number;
  uint64_t value = 0, most = INT64_MAX;
  int minus, found;

  if (p == NULL)
    return 0;
  minus = *p == '-';
  p += minus;
  most += (uint64_t) minus;
  for (found = *p != '\0'; found && *p != '\0'; p++) {
    unsigned digit = (unsigned) (unsigned char) *p - '0';

    found = digit <= 9 && value <= (most - digit) / 10;
    value = value * 10 + digit;
  }
  mg_free (number);
  if (found)
    *ret_value = minus ? (int64_t) (0 - value) : (int64_t) value;
  return found;
}

static int
keep_true (void *opaque, struct mg_span value)
{
  *(int *) opaque = value.len == 4 && value.p[0] == 't';
  return 1;
}

int
mg_json_get_bool (const char *text, size_t len, const char *path)
{
  int is_true = 0;

  mg_json_each (text, len, path, keep_true, &is_true);
  return is_true;
}
