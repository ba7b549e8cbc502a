/* The cursor over JSON text.
 *
 * Strict in form (one grammar for all of json.h), deaf to content: numbers are
 * never converted, escapes never decoded here.  Nothing recurses and nothing is
 * allocated, so depth and length of a hostile text cost nothing.
 * No state beyond the arguments.
 */
#include <config.h>

#include <string.h>

#include "base/json-impl.h"

#define ONES 0x0101010101010101u
#define HIGHS 0x8080808080808080u

/* Bytes that end a run of plain text in a string: quote, backslash, control
 * and everything beyond ASCII. */
static int
is_plain (unsigned char c)
{
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Eight bytes at once; the trick is exact as long as no byte has its high bit
 * set, and such a byte stops the run as well. */
static const char *
plain_run (const char *p, const char *end)
{
  while (end - p >= 8) {
    uint64_t w, quote, slash;

    memcpy (&w, p, 8);
    quote = w ^ (ONES * '"');
    slash = w ^ (ONES * '\\');
    if (((w | (w - ONES * 0x20) | (quote - ONES) | (slash - ONES)) & HIGHS))
      break;
    p += 8;
  }
  while (p < end && is_plain ((unsigned char) *p))
    p++;
  return p;
}

static int
is_hex (unsigned char c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')
         || (c >= 'A' && c <= 'F');
}

/* At a backslash. */
static int
skip_escape (struct mg_js *js)
{
  size_t i;

  if (js->end - js->p < 2)
    return MG_E_PROTOCOL;
  if (js->p[1] != 'u') {
    if (js->p[1] == '\0' || strchr ("\"\\/bfnrt", js->p[1]) == NULL)
      return MG_E_PROTOCOL;
    js->p += 2;
    return 0;
  }
  if (js->end - js->p < 6)
    return MG_E_PROTOCOL;
  for (i = 2; i < 6; i++)
    if (!is_hex ((unsigned char) js->p[i]))
      return MG_E_PROTOCOL;
  js->p += 6;
  return 0;
}

/* What the second byte may be, by the first: no overlong form, no surrogate
 * (but those that an escape stood for), nothing beyond U+10FFFF. */
static int
good_second (const unsigned char *s, int inner)
{
  unsigned char low = 0x80, high = 0xbf;

  if (s[0] == 0xe0)
    low = 0xa0;
  else if (s[0] == 0xf0)
    low = 0x90;
  else if (s[0] == 0xf4)
    high = 0x8f;
  else if (s[0] == 0xed && !inner)
    high = 0x9f;
  return s[1] >= low && s[1] <= high;
}

/* At a byte beyond ASCII. */
static int
skip_utf8 (struct mg_js *js)
{
  const unsigned char *s = (const unsigned char *) js->p;
  size_t left = (size_t) (js->end - js->p), n, i;

  n = s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
  if (n == 0 || n > left || !good_second (s, js->inner))
    return MG_E_PROTOCOL;
  for (i = 2; i < n; i++)
    if ((s[i] & 0xc0) != 0x80)
      return MG_E_PROTOCOL;
  js->p += n;
  return 0;
}

int
mg_js_string (struct mg_js *js)
{
  int r;

  for (js->p++;;) {
    js->p = plain_run (js->p, js->end);
    if (js->p == js->end)
      return MG_E_PROTOCOL;
    if (*js->p == '"') {
      js->p++;
      return 0;
    }
    if (*js->p == '\\')
      r = skip_escape (js);
    else if ((unsigned char) *js->p >= 0x80)
      r = skip_utf8 (js);
    else
      r = MG_E_PROTOCOL;
    if (r < 0)
      return r;
  }
}

static int
skip_word (struct mg_js *js, const char *word)
{
  size_t len = strlen (word);

  if ((size_t) (js->end - js->p) < len || memcmp (js->p, word, len) != 0)
    return MG_E_PROTOCOL;
  js->p += len;
  return 0;
}

static size_t
skip_digits (struct mg_js *js)
{
  const char *from = js->p;

  while (js->p < js->end && *js->p >= '0' && *js->p <= '9')
    js->p++;
  return (size_t) (js->p - from);
}

static int
skip_number (struct mg_js *js)
{
  if (*js->p == '-')
    js->p++;
  if (js->p < js->end && *js->p == '0')
    js->p++;
  else if (skip_digits (js) == 0)
    return MG_E_PROTOCOL;
  if (js->p < js->end && *js->p == '.') {
    js->p++;
    if (skip_digits (js) == 0)
      return MG_E_PROTOCOL;
  }
  if (js->p < js->end && (*js->p == 'e' || *js->p == 'E')) {
    js->p++;
    if (js->p < js->end && (*js->p == '+' || *js->p == '-'))
      js->p++;
    if (skip_digits (js) == 0)
      return MG_E_PROTOCOL;
  }
  return 0;
}

int
mg_js_is_number (const char *text, size_t len)
{
  struct mg_js js = mg_js_open (text, len);

  return len > 0 && (*text == '-' || (*text >= '0' && *text <= '9'))
         && skip_number (&js) == 0 && js.p == js.end;
}

/* At a value that is no container. */
static int
skip_scalar (struct mg_js *js)
{
  switch (*js->p) {
  case '"':
    return mg_js_string (js);
  case 't':
    return skip_word (js, "true");
  case 'f':
    return skip_word (js, "false");
  case 'n':
    return skip_word (js, "null");
  case 'N':
    return skip_word (js, "NaN");
  case 'I':
    return skip_word (js, "Infinity");
  case '-':
    if (js->end - js->p > 1 && js->p[1] == 'I')
      return skip_word (js, "-Infinity");
    return skip_number (js);
  default:
    if (*js->p < '0' || *js->p > '9')
      return MG_E_PROTOCOL;
    return skip_number (js);
  }
}

int
mg_js_key (struct mg_js *js, struct mg_span *ret_key)
{
  const char *from;

  if (mg_js_space (js) != '"')
    return MG_E_PROTOCOL;
  from = js->p + 1;
  if (mg_js_string (js) < 0)
    return MG_E_PROTOCOL;
  ret_key->p = from;
  ret_key->len = (size_t) (js->p - 1 - from);
  if (mg_js_space (js) != ':')
    return MG_E_PROTOCOL;
  js->p++;
  return mg_js_space (js) < 0 ? MG_E_PROTOCOL : 0;
}

int
mg_js_enter (struct mg_js *js, char closer)
{
  int c;

  js->p++;
  c = mg_js_space (js);
  if (c < 0)
    return MG_E_PROTOCOL;
  if (c != closer)
    return 1;
  js->p++;
  return 0;
}

int
mg_js_next (struct mg_js *js, char closer)
{
  int c = mg_js_space (js);

  if (c == closer) {
    js->p++;
    return 0;
  }
  if (c != ',')
    return MG_E_PROTOCOL;
  js->p++;
  return mg_js_space (js) < 0 ? MG_E_PROTOCOL : 1;
}

/* One bit per open level: is it an object? */
struct levels {
  uint64_t bits[MG_MAX_JSON_DEPTH / 64];
  unsigned n;
  unsigned max;
};

static char
level_closer (const struct levels *lv)
{
  unsigned i = lv->n - 1;

  return lv->bits[i / 64] >> (i % 64) & 1 ? '}' : ']';
}

static int
level_push (struct levels *lv, int is_object)
{
  uint64_t bit = (uint64_t) 1 << (lv->n % 64);

  if (lv->n >= lv->max)
    return MG_E_PROTOCOL;
  if (is_object)
    lv->bits[lv->n / 64] |= bit;
  else
    lv->bits[lv->n / 64] &= ~bit;
  lv->n++;
  return 0;
}

/* Begins one value: 1 = it is complete, 0 = at the first value inside it. */
static int
skip_begin (struct mg_js *js, struct levels *lv)
{
  struct mg_span key;
  int r;

  if (js->p == js->end)
    return MG_E_PROTOCOL;
  if (*js->p != '{' && *js->p != '[')
    return skip_scalar (js) < 0 ? MG_E_PROTOCOL : 1;
  if (level_push (lv, *js->p == '{') < 0)
    return MG_E_PROTOCOL;
  r = mg_js_enter (js, level_closer (lv));
  if (r < 0)
    return r;
  if (r == 0) {
    lv->n--;
    return 1;
  }
  return level_closer (lv) == '}' ? mg_js_key (js, &key) : 0;
}

/* After one value: 1 = the outermost is complete, 0 = at the next value. */
static int
skip_after (struct mg_js *js, struct levels *lv)
{
  struct mg_span key;
  int r;

  while (lv->n > 0) {
    r = mg_js_next (js, level_closer (lv));
    if (r < 0)
      return r;
    if (r > 0)
      return level_closer (lv) == '}' ? mg_js_key (js, &key) : 0;
    lv->n--;
  }
  return 1;
}

int
mg_js_skip (struct mg_js *js, unsigned depth)
{
  struct levels lv;
  int r;

  lv.n = 0;
  lv.max = depth < MG_MAX_JSON_DEPTH ? MG_MAX_JSON_DEPTH - depth : 0;
  memset (lv.bits, 0, sizeof lv.bits);
  for (;;) {
    r = skip_begin (js, &lv);
    if (r > 0)
      r = skip_after (js, &lv);
    if (r != 0)
      return r < 0 ? r : 0;
  }
}

int
mg_js_error (const struct mg_js *js, const char *text, struct mg_error *err)
{
  return mg_error_set (err, MG_E_PROTOCOL, "not-json",
                       "not JSON at byte %zu of %zu",
                       (size_t) (js->p - text), (size_t) (js->end - text));
}

int
mg_json_check (const char *text, size_t len, struct mg_error *err)
{
  struct mg_js js = mg_js_open (text, len);

  text = js.p;
  mg_js_space (&js);
  if (mg_js_skip (&js, 0) < 0)
    return mg_js_error (&js, text, err);
  if (mg_js_space (&js) >= 0)
    return mg_js_error (&js, text, err);
  return 0;
}
