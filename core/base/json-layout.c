/* White space for people: see json.h.  Keys, their order, strings and numbers
 * stay byte for byte.  No state. */
#include <config.h>

#include <string.h>

#include "base/json-impl.h"

#define STEP 2                     /* columns an inner level is further in */

static void
new_line (struct mg_buf *out, size_t depth)
{
  mg_buf_add_byte (out, '\n');
  for (depth *= STEP; depth > 0; depth--)
    mg_buf_add_byte (out, ' ');
}

static void
open_container (struct mg_buf *out, struct mg_js *js, size_t *depth)
{
  int c = mg_js_space (js);

  if (c != ']' && c != '}') {
    new_line (out, ++*depth);
    return;
  }
  mg_buf_add_byte (out, c);
  js->p++;
}

int
mg_json_indent (const char *text, size_t len, struct mg_buf *out)
{
  struct mg_js js = mg_js_open (text, len);
  size_t depth = 0;
  int c;

  while ((c = mg_js_space (&js)) >= 0) {
    const char *from = js.p;

    if (c == '"' && mg_js_string (&js) < 0)
      return MG_E_PROTOCOL;
    if (c != '"')
      js.p++;
    if (c == ']' || c == '}')
      new_line (out, depth > 0 ? --depth : 0);
    mg_buf_add (out, from, (size_t) (js.p - from));
    if (c == '{' || c == '[')
      open_container (out, &js, &depth);
    else if (c == ':')
      mg_buf_add_byte (out, ' ');
    else if (c == ',')
      new_line (out, depth);
  }
  mg_buf_add_byte (out, '\n');
  return 0;
}
