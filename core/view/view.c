/* See view.h. */
#include <config.h>

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "view/view.h"

void
mg_view_init (struct mg_view *view, int json, int quiet)
{
  const char *term = mg_env ("TERM");

  memset (view, 0, sizeof *view);
  view->json = json;
  view->quiet = quiet;
  view->live = isatty (STDERR_FILENO) && !mg_streq (term, "dumb");
}
