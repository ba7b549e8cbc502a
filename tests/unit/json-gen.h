/* Random JSON documents, one per seed, for tests that compare. */
#ifndef MG_TESTS_JSON_GEN_H
#define MG_TESTS_JSON_GEN_H

#include <string.h>
#include "base/buf.h"
#include "base/rand.h"

struct json_gen {
  struct mg_rand rand;
  int repeat_keys;       /* the same key twice in an object, now and then */
  int odd;               /* NaN, lone surrogates, numbers like 1e0 */
};

static void gen_value (struct json_gen *g, struct mg_buf *b, int depth);

static size_t
gen_below (struct json_gen *g, size_t n)
{
  return (size_t) mg_rand_below (&g->rand, n);
}

static void
gen_space (struct json_gen *g, struct mg_buf *b)
{
  static const char *const spaces[] = { "", "", "", " ", "\n\t", "\r\n  " };

  mg_buf_add_str (b, spaces[gen_below (g, 6)]);
}

static void
gen_string (struct json_gen *g, struct mg_buf *b)
{
  static const char *const parts[] = {
    "a", "B", "\\u0041", "\\/", "\\\"", "\\\\", "\\n", "\xc3\xa9",
    "\\u00e9", "\\ud83d\\ude00", "\xf0\x9f\x98\x80", "{", "]", ",", ":", " ",
    "\\u0001", "\x7f", "plain text of some length",
    "\\ud800", "\\udfff",
  };
  size_t n = gen_below (g, 6);

  mg_buf_add_byte (b, '"');
  while (n-- > 0)
    mg_buf_add_str (b, parts[gen_below (g, g->odd ? 21 : 19)]);
  mg_buf_add_byte (b, '"');
}

static void
gen_scalar (struct json_gen *g, struct mg_buf *b)
{
  static const char *const words[] = { "true", "false", "null", "0", "12.5",
                                       "-0.25", "NaN", "-Infinity", "1e0",
                                       "-0", "12345678901234567890123" };

  if (gen_below (g, 3) == 0)
    mg_buf_add_str (b, words[gen_below (g, g->odd ? 11 : 6)]);
  else if (gen_below (g, 2) == 0)
    mg_buf_addf (b, "%d", (int) gen_below (g, 2000) - 1000);
  else
    gen_string (g, b);
}

static void
gen_items (struct json_gen *g, struct mg_buf *b, int depth, int is_object)
{
  static const char *const escaped[] = { "\"k\\u0030\"", "\"\\u006b1\"" };
  size_t n = gen_below (g, 5), i, key = gen_below (g, 3) - 1;

  mg_buf_add_byte (b, is_object ? '{' : '[');
  gen_space (g, b);
  for (i = 0; i < n; i++) {
    if (i > 0)
      mg_buf_add_byte (b, ',');
    gen_space (g, b);
    if (is_object) {
      key += g->repeat_keys && gen_below (g, 4) == 0 ? 0 : 1 + gen_below (g, 2);
      if (key < 2 && gen_below (g, 3) == 0)
        mg_buf_add_str (b, escaped[key]);
      else
        mg_buf_addf (b, "\"k%zu\"", key);
      gen_space (g, b);
      mg_buf_add_byte (b, ':');
      gen_space (g, b);
    }
    gen_value (g, b, depth + 1);
    gen_space (g, b);
  }
  mg_buf_add_byte (b, is_object ? '}' : ']');
}

static void
gen_value (struct json_gen *g, struct mg_buf *b, int depth)
{
  size_t what = depth == 0 ? gen_below (g, 2) : gen_below (g, 5);

  if (what < 2 && depth < 6)
    gen_items (g, b, depth, what == 0);
  else
    gen_scalar (g, b);
}

/* Replaces the text in 'b' by the document of this seed. */
static void
gen_document (struct json_gen *g, uint64_t seed, struct mg_buf *b)
{
  mg_rand_seed (&g->rand, seed);
  mg_buf_reset (b);
  gen_space (g, b);
  gen_value (g, b, 0);
  gen_space (g, b);
}

#endif
