/* Causes as text and as JSON lines: see errors.h.  Main thread. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "view/codes.h"
#include "view/errors.h"
#include "view/events.h"
#include "view/hint.h"
#include "view/table.h"

#define MAX_MISSING 100

static void
add_names (struct mg_buf *b, const struct mg_cause *c)
{
  int i;

  for (i = 0; i < c->n_names; i++) {
    mg_buf_add_str (b, i ? ", '" : " '");
    mg_buf_add_printable (b, c->names[i]);
    mg_buf_add_byte (b, '\'');
  }
  if (c->n_assets > c->n_names)
    mg_buf_add_str (b, " ...");
}

/* "10 users, 2 groups" */
static void
add_counts (struct mg_buf *b, const struct mg_registry *registry,
            const int64_t *counts)
{
  char number[32];
  int i, n = 0;

  for (i = 0; i < registry->n_kinds; i++)
    if (counts[i] > 0)
      mg_buf_addf (b, "%s%s %s", n++ ? ", " : "", mg_number (counts[i], number),
                   registry->kinds[i]->k->name);
}

static void
add_blocked (struct mg_buf *b, const struct mg_registry *registry,
             const struct mg_cause *c)
{
  char number[32];

  if (c->blocks == NULL)
    mg_buf_add_str (b, mg_number (c->n_blocked, number));
  else
    add_counts (b, registry, c->blocks);
}

/* What failed: assets of one kind, or of several. */
static void
add_failed (struct mg_buf *b, const struct mg_registry *registry,
            const struct mg_cause *c)
{
  if (c->kind == NULL && c->kinds != NULL)
    add_counts (b, registry, c->kinds);
  else
    mg_buf_add_str (b, c->kind ? c->kind->k->name : "?");
  add_names (b, c);
}

static void
show_text (const struct mg_view *view, const struct mg_registry *registry,
           const struct mg_cause *c, int width, int code_width)
{
  const struct migrate_code *code = mg_code_any (registry, c->code);
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_MUST (64 * MG_KIB);
  MG_CLEANUP_FREE char *message = mg_hint (view, c->message);
  MG_CLEANUP_FREE char *cure = mg_hint (view, code ? code->cure : NULL);
  char number[32];

  mg_buf_addf (&b, "%*s  %-*s  ", width, mg_number (c->n_assets, number),
               code_width, c->code);
  add_failed (&b, registry, c);
  if (message != NULL) {
    mg_buf_add_str (&b, ": ");
    mg_buf_add_printable (&b, message);
    if (c->mixed)
      mg_buf_add_str (&b, " (and the like)");
  }
  if (c->n_blocked > 0) {
    mg_buf_add_str (&b, " (blocks ");
    add_blocked (&b, registry, c);
    mg_buf_add_byte (&b, ')');
  }
  printf ("%s\n", mg_buf_text (&b));
  if (cure != NULL)
    printf ("%*s  cure: %s\n", width, "", cure);
}

/* "kinds":{"users":10,"groups":2} */
static void
add_kinds (struct mg_line *line, const struct mg_registry *registry,
           const struct mg_cause *c)
{
  int i, n = 0;

  mg_buf_add_str (&line->text, ",\"kinds\":{");
  for (i = 0; c->kinds != NULL && i < registry->n_kinds; i++)
    if (c->kinds[i] > 0) {
      mg_buf_add_str (&line->text, n++ ? "," : "");
      mg_buf_add_json (&line->text, registry->kinds[i]->k->name);
      mg_buf_addf (&line->text, ":%lld", (long long) c->kinds[i]);
    }
  mg_buf_add_byte (&line->text, '}');
}

static void
show_line (const struct mg_view *view, const struct mg_registry *registry,
           const struct mg_cause *c)
{
  const struct migrate_code *code = mg_code_any (registry, c->code);
  MG_CLEANUP (mg_buf_done) struct mg_buf names = MG_BUF_MUST (MG_MIB);
  MG_CLEANUP_FREE char *cure = mg_hint (view, code ? code->cure : NULL);
  struct mg_line line;
  int i;

  for (i = 0; i < c->n_names; i++) {
    mg_buf_add_byte (&names, i ? ',' : '[');
    mg_buf_add_json (&names, c->names[i]);
  }
  mg_buf_add_str (&names, c->n_names ? "]" : "[]");
  mg_line_begin (&line, "cause");
  mg_line_text (&line, "end", c->is_source ? "source" : "target");
  mg_line_text (&line, "kind", c->kind ? c->kind->k->name : NULL);
  mg_line_text (&line, "code", c->code);
  mg_line_text (&line, "missing", c->missing);
  if (c->missing != NULL)
    add_kinds (&line, registry, c);
  mg_line_number (&line, "n", c->n_assets);
  mg_line_number (&line, "blocks", c->n_blocked);
  mg_buf_addf (&line.text, ",\"keys\":%s", mg_buf_text (&names));
  mg_line_text (&line, "message", c->message);
  mg_line_text (&line, "cure", cure);
  mg_line_end (&line);
}

/* Of very many who are missing those that block most. */
static int
is_shown (const struct mg_cause *c, int *n_missing)
{
  return c->missing == NULL || (*n_missing)++ < MAX_MISSING;
}

static void
say_more (const struct mg_view *view, int n_missing)
{
  MG_CLEANUP_FREE char *hint = mg_hint (view, "migrate errors --json");
  char number[32];

  if (n_missing > MAX_MISSING)
    printf ("and %s more names that are missing: %s\n",
            mg_number (n_missing - MAX_MISSING, number), hint);
}

void
mg_causes_show (const struct mg_view *view, const struct mg_registry *registry,
                const struct mg_causes *causes)
{
  int i, n_missing = 0, width = 1, codes = 0;
  char number[32];

  for (i = 0; i < causes->n; i++) {
    const struct mg_cause *c = &causes->rows[i];
    int w = (int) strlen (mg_number (c->n_assets, number));

    width = w > width ? w : width;
    codes = (int) strlen (c->code) > codes ? (int) strlen (c->code) : codes;
  }
  for (i = 0; i < causes->n; i++)
    if (view->json)
      show_line (view, registry, &causes->rows[i]);
    else if (is_shown (&causes->rows[i], &n_missing))
      show_text (view, registry, &causes->rows[i], width, codes);
  if (!view->json)
    say_more (view, n_missing);
}

void
mg_causes_show_blocking (const struct mg_view *view,
                         const struct mg_causes *causes)
{
  int i, n_missing = 0;

  for (i = 0; i < causes->n && !view->json; i++) {
    MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_MUST (64 * MG_KIB);
    const struct mg_cause *c = &causes->rows[i];

    if (c->n_blocked == 0 || !is_shown (c, &n_missing))
      continue;
    mg_buf_add_str (&b, "blocked  ");
    add_blocked (&b, causes->registry, c);
    mg_buf_add_str (&b, ": by ");
    add_failed (&b, causes->registry, c);
    if (c->missing != NULL) {
      mg_buf_add_str (&b, ": '");
      mg_buf_add_printable (&b, c->missing);
      mg_buf_add_byte (&b, '\'');
    }
    printf ("%s [%s]\n", mg_buf_text (&b), c->code);
  }
  if (!view->json)
    say_more (view, n_missing);
}
