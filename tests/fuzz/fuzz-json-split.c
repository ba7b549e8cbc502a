/* The splitter: a document fed whole and in pieces is the same document, and
 * what it hands out is JSON.  The first byte is the seed of the pieces. */
#include <config.h>

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/rand.h"
#include "fuzz.h"

const char mg_fuzz_corpus[] = "json";

struct result {
  int code;
  struct mg_buf elements;
  struct mg_buf rest;
};

static int
note (void *opaque, const char *element, size_t len, struct mg_error *err)
{
  struct result *r = opaque;

  must (mg_json_check (element, len, err) == 0);
  mg_buf_add (&r->elements, element, len);
  return mg_buf_add_byte (&r->elements, '\n');
}

static void
split (struct result *ret, const char *array, const char *text, size_t len,
       uint64_t seed)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_split *s;
  struct mg_span rest;
  struct mg_rand rand;
  size_t n, take, max = seed % 3 == 0 ? 20 : 1 << 20;
  int r = 0;

  mg_rand_seed (&rand, seed);
  mg_buf_init (&ret->elements, 1 << 20);
  mg_buf_init (&ret->rest, 1 << 20);
  s = mg_split_new (array, max, 1 << 20, note, ret);
  for (; len > 0 && r == 0; text += take, len -= take) {
    take = seed < 256 ? len : 1 + (size_t) mg_rand_below (&rand, 9);
    take = take < len ? take : len;
    r = mg_split_feed (s, text, take, &err);
  }
  if (r == 0)
    r = mg_split_end (s, &rest, &n, &err);
  if (r == 0)
    mg_buf_add (&ret->rest, rest.p, rest.len);
  else
    must (err.code == r && err.text[0] != '\0');
  ret->code = r;
  mg_split_free (s);
}

static void
release (struct result *r)
{
  mg_buf_done (&r->elements);
  mg_buf_done (&r->rest);
}

static void
compare (const char *array, const char *text, size_t len, uint64_t seed)
{
  struct result whole, pieces;

  split (&whole, array, text, len, seed);
  split (&pieces, array, text, len, seed + 3 * 256);
  must ((whole.code == 0) == (pieces.code == 0));
  must (strcmp (mg_buf_text (&whole.elements),
                mg_buf_text (&pieces.elements)) == 0);
  must (strcmp (mg_buf_text (&whole.rest), mg_buf_text (&pieces.rest)) == 0);
  /* every document is accepted as long as its elements are small */
  if (mg_json_check (text, len, NULL) == 0 && seed % 3 != 0)
    must (whole.code == 0);
  else if (whole.code == 0)
    must (mg_json_check (text, len, NULL) == 0 || len > 128);
  release (&whole);
  release (&pieces);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const arrays[] = { "", "list", "a.list" };
  size_t i;

  if (size == 0)
    return 0;
  for (i = 0; i < 3; i++)
    compare (arrays[i], (const char *) data + 1, size - 1, data[0]);
  return 0;
}
