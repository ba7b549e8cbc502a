/* See remarks.h. */
#include <config.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "view/events.h"
#include "view/remarks.h"
#include "view/table.h"

/* The name of a forced member's object, "schedule" of "a.schedule.pause_status":
 * what is paused.  Of one without an object its own name. */
static void
short_name (const char *path, int there, char *ret_name, size_t size)
{
  const char *end = path + strlen (path), *from;

  if (there && strrchr (path, '.') != NULL)
    end = strrchr (path, '.');
  if (end - path > 3 && memcmp (end - 3, "[*]", 3) == 0)
    end -= 3;
  for (from = end; from > path && from[-1] != '.'; from--)
    ;
  snprintf (ret_name, size, "%.*s", (int) (end - from), from);
}

/* "PAUSED" is said as the word that it is. */
static int
word_of (const char *value, char ret_word[9])
{
  size_t i, len = strlen (value);

  if (value[0] != '"' || len - 2 > 8)
    return 0;
  for (i = 0; i < len - 2; i++)
    ret_word[i] = (char) tolower ((unsigned char) value[i + 1]);
  ret_word[i] = '\0';
  return 1;
}

static void
show_forced (const struct mg_plan *plan, const struct mg_plan_row *row)
{
  char word[9] = "set", number[32], name[64];
  int i, as_word = 0, n = 0;

  for (i = 0; i < plan->n_forced && !as_word; i++)
    as_word = plan->forced[i].kind == row->kind
              && word_of (plan->forced[i].set->value, word);
  printf ("%-8s %s %s:", word, row->kind->k->name,
          mg_number (row->forced, number));
  for (i = 0; i < plan->n_forced; i++) {
    const struct mg_plan_forced *one = &plan->forced[i];

    if (one->kind != row->kind || one->n == 0)
      continue;
    short_name (one->set->path, as_word, name, sizeof name);
    printf ("%s %s %s%s%s", n++ ? "," : "", mg_number (one->n, number), name,
            as_word ? "" : " ", as_word ? "" : one->set->value);
  }
  putchar ('\n');
}

static void
tell_forced (const struct mg_plan *plan, const struct mg_kind *kind)
{
  struct mg_line line;
  int i;

  for (i = 0; i < plan->n_forced; i++)
    if (plan->forced[i].kind == kind && plan->forced[i].n > 0) {
      mg_line_begin (&line, "forced");
      mg_line_text (&line, "kind", kind->k->name);
      mg_line_text (&line, "path", plan->forced[i].set->path);
      mg_line_text (&line, "value", plan->forced[i].set->value);
      mg_line_number (&line, "n", plan->forced[i].n);
      mg_line_end (&line);
    }
}

/* How many of them run at the same time: those that are begun and not ended. */
static int64_t
at_once (const struct migrate_kind *k)
{
  return (k->flags & MIGRATE_KIND_FINISH) != 0 ? (int64_t) k->lanes : 0;
}

static void
cost (const struct mg_view *view, const struct mg_plan_row *row)
{
  const struct migrate_kind *k = row->kind->k;
  struct mg_line line;
  char number[32];

  if (view->json) {
    mg_line_begin (&line, "cost");
    mg_line_text (&line, "kind", k->name);
    mg_line_number (&line, "n", row->create);
    mg_line_text (&line, "text", k->cost);
    mg_line_number (&line, "at_once", at_once (k));
    mg_line_end (&line);
    return;
  }
  printf ("%-8s %s %s: %s", "cost", k->name, mg_number (row->create, number),
          k->cost);
  if (at_once (k) > 0)
    printf (", %" PRId64 " at a time", at_once (k));
  putchar ('\n');
}

static void
skipped (const struct mg_view *view, const struct mg_plan *plan)
{
  struct mg_line line;
  char number[32];
  int i;

  for (i = 0; i < plan->n_skipped && view->json; i++) {
    mg_line_begin (&line, "skipped");
    mg_line_text (&line, "code", plan->skipped[i].code);
    mg_line_number (&line, "n", plan->skipped[i].n);
    mg_line_end (&line);
  }
  if (view->json || plan->n_skipped == 0)
    return;
  printf ("%-8s", "skipped");
  for (i = 0; i < plan->n_skipped; i++)
    printf ("%s %s %s", i ? "," : "", mg_number (plan->skipped[i].n, number),
            plan->skipped[i].code);
  printf ("; why: migrate explain CODE\n");
}

void
mg_remarks_show (const struct mg_view *view, const struct mg_plan *plan)
{
  int i;

  for (i = 0; i < plan->n_rows; i++) {
    const struct mg_plan_row *row = &plan->rows[i];

    if (row->forced > 0 && view->json)
      tell_forced (plan, row->kind);
    else if (row->forced > 0)
      show_forced (plan, row);
    if (row->create > 0 && row->kind->k->cost != NULL)
      cost (view, row);
  }
  skipped (view, plan);
}
