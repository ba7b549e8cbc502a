/* See hint.h. */
#include <config.h>

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "view/hint.h"

#define MAX_TEXT (64 * MG_KIB)

/* How long a command that works on a session is, 0 = no such stands there. */
static size_t
command_len (const char *text)
{
  static const char *const commands[] = {
    "inventory", "preflight", "export", "status", "errors", "rules", "edit",
    "skip", "resolve", "plan", "import", "validate", "report", "mapping", "undo",
    "action",
  };
  size_t i, len = 0;

  while (islower ((unsigned char) text[len]))
    len++;
  for (i = 0; i < MG_N_ELEMENTS (commands); i++)
    if (strlen (commands[i]) == len && strncmp (commands[i], text, len) == 0)
      return strncmp (text + len, " --session", 10) == 0 ? 0 : len;
  return 0;
}

/* As a shell wants it. */
static void
add_word (struct mg_buf *b, const char *word)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,@+/:";

  if (word[0] != '\0' && word[strspn (word, plain)] == '\0') {
    mg_buf_add_str (b, word);
    return;
  }
  mg_buf_add_byte (b, '\'');
  for (; *word != '\0'; word++)
    if (*word == '\'')
      mg_buf_add_str (b, "'\\''");
    else
      mg_buf_add_byte (b, *word);
  mg_buf_add_byte (b, '\'');
}

void
mg_hint_add (struct mg_buf *b, const struct mg_view *view, const char *text)
{
  const char *at = text;

  if (text == NULL)
    return;
  while (view->session != NULL && (at = strstr (at, "migrate ")) != NULL) {
    size_t len = command_len (at + 8);

    at += 8;
    if (len == 0)
      continue;
    mg_buf_add (b, text, (size_t) (at - text) + len);
    mg_buf_add_str (b, " --session ");
    add_word (b, view->session);
    text = at += len;
  }
  mg_buf_add_str (b, text);
}

char *
mg_hint (const struct mg_view *view, const char *text)
{
  struct mg_buf b = MG_BUF_MUST (MAX_TEXT);

  if (text == NULL)
    return NULL;
  mg_hint_add (&b, view, text);
  return mg_buf_steal (&b);
}

void
mg_hint_error (const struct mg_view *view, struct mg_error *err)
{
  MG_CLEANUP_FREE char *text = mg_hint (view, err->text);

  snprintf (err->text, sizeof err->text, "%s", text ? text : "");
}

void
mg_hint_log (const struct mg_view *view, enum mg_log_level level,
             const char *format, ...)
{
  MG_CLEANUP_FREE char *plain = NULL;
  MG_CLEANUP_FREE char *text = NULL;
  va_list args;

  va_start (args, format);
  plain = mg_xvasprintf (format, args);
  va_end (args);
  text = mg_hint (view, plain);
  mg_log (level, "%s", text ? text : "");
}
