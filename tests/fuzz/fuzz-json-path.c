/* Path expressions, for reading and as rules of a comparison.  The first line
 * of the input is the path, the rest the document. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/json.h"
#include "fuzz.h"

const char mg_fuzz_corpus[] = "json";

struct seen {
  size_t n;
  struct mg_span first;
};

static int
note (void *opaque, struct mg_span value)
{
  struct seen *seen = opaque;

  must (mg_json_type (value) != 0);
  if (seen->n++ == 0)
    seen->first = value;
  return 0;
}

static int
differs (void *opaque, const char *path, struct mg_span left,
         struct mg_span right)
{
  (void) opaque;
  (void) left;
  (void) right;
  fprintf (stderr, "difference at '%s'\n", path);
  return 1;
}

static void
check_read (const char *path, const char *text, size_t len)
{
  struct seen seen = { 0, { NULL, 0 } };
  struct mg_span value;
  char *s;
  int64_t n;
  int r = mg_json_each (text, len, path, note, &seen);

  if (mg_json_path_check (path, NULL) < 0)
    must (r == MG_E_INVALID);
  else
    must (r == 0 || r == MG_E_PROTOCOL);
  if (r == 0)
    must (mg_json_check (text, len, NULL) == 0);
  if (mg_json_get (text, len, path, &value))
    must (seen.n > 0 && value.p == seen.first.p
          && value.len == seen.first.len);
  s = mg_json_get_text (text, len, path);
  if (s != NULL)
    must (seen.n > 0);
  mg_free (s);
  mg_json_get_int64 (text, len, path, &n);
  mg_json_get_bool (text, len, path);
}

static void
check_rules (const struct mg_json_rules *rules, const char *text, size_t len)
{
  struct mg_buf canon = MG_BUF_INIT (1 << 22), again = MG_BUF_INIT (1 << 22);
  int r = mg_json_canonical (text, len, rules, &canon, NULL);

  if (r == 0) {
    must (mg_json_check (canon.data, canon.len, NULL) == 0);
    must (mg_json_subset (text, len, text, len, rules, NULL) == 1);
    must (mg_json_diff (canon.data, canon.len, canon.data, canon.len, rules,
                        differs, NULL, NULL) == 0);
    must (mg_json_canonical (canon.data, canon.len, NULL, &again, NULL) == 0);
    must (strcmp (canon.data, again.data) == 0);
  }
  mg_buf_done (&canon);
  mg_buf_done (&again);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  const char *line_end = size ? memchr (data, '\n', size) : NULL;
  size_t n = line_end != NULL ? (size_t) (line_end - text) : 0, i;
  char line[512];
  const char *list[] = { line, NULL };
  struct mg_json_rules rules[] = {
    { NULL, NULL, NULL, 0 },
    { .ignore = list },
    { .unordered = list },
    { .nocase = list, .absent_is_default = 1 },
  };

  if (line_end == NULL || n >= sizeof line)
    return 0;
  memcpy (line, text, n);
  line[n] = '\0';
  check_read (line, text + n + 1, size - n - 1);
  for (i = 0; i < sizeof rules / sizeof rules[0]; i++)
    check_rules (&rules[i], text + n + 1, size - n - 1);
  return 0;
}
