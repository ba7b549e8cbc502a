/* The editor.  The first line of the input are paths, with a space between:
 * the first is dropped, the second set, the others are mapped.  The rest is the
 * document. */
#include <config.h>

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "fuzz.h"

const char mg_fuzz_corpus[] = "json";

enum { MAX_PATHS = 6 };

static int
map (void *opaque, const struct mg_edit *edit, struct mg_span value,
     struct mg_span parent, struct mg_buf *ret_text, struct mg_error *err)
{
  (void) edit;
  (void) err;
  must (mg_json_type (value) != 0);
  must (parent.p == NULL || (parent.p < value.p && value.p + value.len
                             < parent.p + parent.len));
  if (opaque == NULL || value.len % 3 == 0)
    return MG_MAP_KEEP;
  if (value.len % 3 == 1)
    return MG_MAP_DROP_ELEMENT;
  mg_buf_add_str (ret_text, value.len % 2 ? "12" : "a\"b");
  return MG_MAP_REPLACE;
}

/* Cuts the paths apart in place. */
static size_t
read_edits (char *line, struct mg_edit *edits)
{
  size_t n = 0;
  char *space;

  while (n < MAX_PATHS && line != NULL) {
    space = strchr (line, ' ');
    if (space != NULL)
      *space++ = '\0';
    memset (&edits[n], 0, sizeof edits[n]);
    edits[n].path = line;
    edits[n].op = n == 0 ? MG_EDIT_DROP : n == 1 ? MG_EDIT_SET : MG_EDIT_MAP;
    edits[n].value = "{\"set\":[1]}";
    edits[n].map = map;
    edits[n].opaque = edits;
    n++;
    line = space;
  }
  return n;
}

static void
check_edit (const struct mg_edit *edits, size_t n, const char *text,
            size_t len)
{
  struct mg_buf out = MG_BUF_INIT (1 << 22);
  struct mg_error err = MG_ERROR_INIT;
  int good = mg_json_check (text, len, NULL) == 0;
  int r = mg_json_edit (text, len, edits, n, &out, &err);

  if (r == 0)
    must (good);
  else
    must (err.code == r && out.len == 0);
  if (r == 0)
    must (mg_json_check (out.data, out.len, NULL) == 0 || out.len > 250);
  mg_buf_done (&out);
}

/* Maps that keep everything change no byte. */
static void
check_keep (struct mg_edit *edits, size_t n, const char *text, size_t len)
{
  struct mg_buf out = MG_BUF_INIT (1 << 22);
  size_t i;
  int r;

  for (i = 0; i < n; i++) {
    edits[i].op = MG_EDIT_MAP;
    edits[i].opaque = NULL;
  }
  r = mg_json_edit (text, len, edits, n, &out, NULL);
  if (r == 0)
    must (out.len == len && memcmp (out.data, text, len) == 0);
  mg_buf_done (&out);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *) data;
  const char *line_end = size ? memchr (data, '\n', size) : NULL;
  struct mg_edit edits[MAX_PATHS];
  char line[512];
  size_t n = line_end != NULL ? (size_t) (line_end - text) : 0;

  if (line_end == NULL || n >= sizeof line)
    return 0;
  memcpy (line, text, n);
  line[n] = '\0';
  text += n + 1;
  size -= n + 1;
  n = read_edits (line, edits);
  check_edit (edits, n, text, size);
  check_keep (edits, n, text, size);
  return 0;
}
