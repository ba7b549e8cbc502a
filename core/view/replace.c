/* See replace.h.
 *
 * A new name may be another's old one, so each old name becomes a mark first, and
 * the marks become the new names behind all of them. */
#include <config.h>

#include <string.h>

#include "base/limits.h"
#include "view/replace.h"

#define LEAST_NAME 8               /* shorter ones stand for anything */
#define LEAST_NUMBER 15            /* digits: of a workspace, not of a job */

int
mg_replace_open (struct mg_replace *script, const char *path,
                 struct mg_error *err)
{
  int r = mg_csv_open (&script->out, path, NULL, err);

  script->back = (struct mg_buf) MG_BUF_INIT (256 * MG_MIB);
  script->n = 0;
  return r < 0 ? r : mg_csv_text (&script->out,
                                  "# sed -E -f replace.sed FILE\n", err);
}

static int
is_telling (const char *name)
{
  size_t len = strlen (name);

  if (strpbrk (name, "\r\n") != NULL)
    return 0;
  return strspn (name, "0123456789") == len ? len >= LEAST_NUMBER
         : len >= LEAST_NAME;
}

static void
add_escaped (struct mg_buf *b, const char *text, const char *special)
{
  for (; *text != '\0'; text++) {
    if (strchr (special, *text) != NULL)
      mg_buf_add_byte (b, '\\');
    mg_buf_add_byte (b, (unsigned char) *text);
  }
}

int
mg_replace_add (struct mg_replace *script, const char *old_name,
                const char *new_name, struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf line = MG_BUF_MUST (MG_MIB);
  int i;

  if (!is_telling (old_name) || !is_telling (new_name)
      || strcmp (old_name, new_name) == 0)
    return 0;
  /* twice: two in a row share what stands between them */
  for (i = 0; i < 2; i++) {
    mg_buf_add_str (&line, "s/(^|[^A-Za-z0-9_.+-])");
    add_escaped (&line, old_name, "\\^$.[]|()?*+{}/");
    mg_buf_addf (&line, "($|[^A-Za-z0-9_.-]|[.]($|[^A-Za-z0-9]))"
                 "/\\1@migrate-%lld@\\2/g\n", (long long) script->n);
  }
  mg_buf_addf (&script->back, "s/@migrate-%lld@/", (long long) script->n++);
  add_escaped (&script->back, new_name, "\\&/");
  mg_buf_add_str (&script->back, "/g\n");
  return mg_csv_text (&script->out, mg_buf_text (&line), err);
}

int
mg_replace_close (struct mg_replace *script, struct mg_error *err)
{
  int r = mg_buf_check (&script->back, "replace.sed", err), closed;

  if (r == 0 && script->back.len > 0)
    r = mg_csv_text (&script->out, mg_buf_text (&script->back), err);
  mg_buf_done (&script->back);
  closed = mg_csv_close (&script->out, r < 0 ? NULL : err);
  return r < 0 ? r : closed;
}
