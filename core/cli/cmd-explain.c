/* migrate explain [CODE] */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "cli/app.h"
#include "view/codes.h"
#include "view/events.h"

static void
put_code (struct mg_app *app, const struct migrate_code *code)
{
  struct mg_line line;

  if (app->view.json) {
    mg_line_begin (&line, "code");
    mg_line_text (&line, "code", code->code);
    mg_line_text (&line, "text", code->text);
    mg_line_text (&line, "cure", code->cure);
    mg_line_end (&line);
  }
  else
    printf ("%s\n  %s\n  cure: %s\n", code->code, code->text, code->cure);
}

/* Every code there is, one a line. */
static int
list_codes (struct mg_app *app)
{
  const struct migrate_code *c;
  int i;

  for (c = mg_codes; c->code != NULL; c++)
    if (app->view.json)
      put_code (app, c);
    else
      printf ("%s\n", c->code);
  for (i = 0; i < app->registry.n_plugins; i++) {
    c = app->registry.plugins[i]->p.codes;
    for (; c != NULL && c->code != NULL; c++)
      if (app->view.json)
        put_code (app, c);
      else
        printf ("%s\n", c->code);
  }
  return MG_EXIT_OK;
}

static const char *
nearest_code (struct mg_app *app, const char *word)
{
  const char *names[512];
  const struct migrate_code *c;
  size_t n = 0;
  int i;

  for (c = mg_codes; c->code != NULL && n < 511; c++)
    names[n++] = c->code;
  for (i = 0; i < app->registry.n_plugins; i++)
    for (c = app->registry.plugins[i]->p.codes;
         c != NULL && c->code != NULL && n < 511; c++)
      names[n++] = c->code;
  names[n] = NULL;
  return mg_nearest (word, names);
}

/* "[quota]" is what people copy. */
static char *
bare (const char *word)
{
  size_t len = strlen (word);

  if (len > 2 && word[0] == '[' && word[len - 1] == ']')
    return mg_xstrndup (word + 1, len - 2);
  return mg_xstrdup (word);
}

int
mg_cmd_explain (struct mg_app *app)
{
  struct mg_error err = MG_ERROR_INIT;
  const struct migrate_code *code;
  MG_CLEANUP_FREE char *word = NULL;
  const char *near;

  if (mg_app_load (app, &err) < 0)
    return mg_app_fail (app, &err);
  if (app->n_words == 0)
    return list_codes (app);
  word = bare (app->words[0]);
  code = mg_code_any (&app->registry, word);
  if (code != NULL) {
    put_code (app, code);
    return MG_EXIT_OK;
  }
  near = nearest_code (app, word);
  mg_error_set (&err, MG_E_NOT_FOUND, "unknown-code",
                near ? "nothing is known under '%s'; did you mean '%s'?"
                : "nothing is known under '%s'; migrate explain lists all",
                word, near);
  return mg_app_fail (app, &err);
}
