/* See listed.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/str.h"
#include "run/listed.h"
#include "run/rules.h"
#include "run/state.h"

#define OTHER_DIGITS 3             /* as much as three letters that differ */

static int
take_text (void *opaque, struct mg_span value)
{
  struct mg_listed *listed = opaque;
  char *text = mg_json_text (value);

  if (text == NULL)
    return 0;
  if ((listed->n & (listed->n - 1)) == 0)
    listed->text = mg_xreallocarray (listed->text,
                                     listed->n ? 2 * listed->n : 1,
                                     sizeof *listed->text);
  listed->text[listed->n++] = text;
  return 0;
}

int
mg_listed_read (struct mg_ctx *ctx, const struct migrate_listed *row,
                struct mg_listed *ret)
{
  const struct migrate_response *res = NULL;
  int r = mg_ctx_call (ctx, MIGRATE_READ, row->call, NULL, NULL, NULL, 0, &res);

  if (r == 0)
    r = mg_json_each (res->body, res->body_len, row->path, take_text, ret);
  return r;
}

int
mg_listed_has (const struct mg_listed *listed, const char *text)
{
  size_t i;

  for (i = 0; i < listed->n; i++)
    if (strcmp (listed->text[i], text) == 0)
      return 1;
  return 0;
}

void
mg_listed_done (struct mg_listed *listed)
{
  size_t i;

  for (i = 0; i < listed->n; i++)
    mg_free (listed->text[i]);
  mg_free (listed->text);
  *listed = (struct mg_listed) { NULL, 0 };
}

static int
same_digits (const char *a, const char *b)
{
  static const char digits[] = "0123456789";

  for (;; a++, b++) {
    a += strcspn (a, digits);
    b += strcspn (b, digits);
    if (*a != *b)
      return 0;
    if (*a == '\0')
      return 1;
  }
}

const char *
mg_listed_nearest (const struct mg_listed *listed, const char *text)
{
  unsigned least = (unsigned) strlen (text) / 3 + 1, best_far = 0;
  const char *best = NULL;
  size_t i;

  for (i = 0; i < listed->n; i++) {
    unsigned far = mg_distance (text, listed->text[i]);

    if (far > least)
      continue;
    far = 2 * far + (same_digits (text, listed->text[i]) ? 0 : OTHER_DIGITS);
    if (best == NULL || far < best_far) {
      best = listed->text[i];
      best_far = far;
    }
  }
  return best;
}

void
mg_listed_add_cure (struct mg_buf *b, const struct mg_listed *listed,
                    const struct migrate_listed *row, const char *text)
{
  const char *nearest = mg_listed_nearest (listed, text);
  const char *sort = mg_rules_sort (row->what);

  if (nearest != NULL && sort != NULL)
    mg_buf_addf (b, "; nearest: '%s', migrate rules add %s %s=%s", nearest, sort,
                 text, nearest);
}

/* ---- after a refusal ---- */

/* What the target lists, each list as soon as it is wanted. */
struct mg_known {
  struct mg_mutex lock;
  size_t n;
  struct one {
    const struct migrate_listed *row;
    struct mg_listed listed;
  } *one;
};

struct mg_known *
mg_known_new (void)
{
  struct mg_known *known = mg_xcalloc (1, sizeof *known);

  mg_mutex_init (&known->lock);
  return known;
}

void
mg_known_free (struct mg_known *known)
{
  size_t i;

  if (known == NULL)
    return;
  for (i = 0; i < known->n; i++)
    mg_listed_done (&known->one[i].listed);
  mg_free (known->one);
  mg_mutex_done (&known->lock);
  mg_free (known);
}

/* Where nothing could be read nothing is known. */
static struct mg_listed *
know (struct mg_known *known, struct mg_ctx *ctx,
      const struct migrate_listed *row)
{
  struct one *one;
  size_t i;

  for (i = 0; i < known->n; i++)
    if (known->one[i].row == row)
      return &known->one[i].listed;
  known->one = mg_xreallocarray (known->one, known->n + 1, sizeof *known->one);
  one = &known->one[known->n++];
  *one = (struct one) { row, { NULL, 0 } };
  if (mg_listed_read (ctx, row, &one->listed) < 0)
    mg_listed_done (&one->listed);
  return &one->listed;
}

struct unlisted {
  struct mg_run *run;
  struct mg_ctx *ctx;
  const struct migrate_listed *row;
  const char *words;               /* of the target */
  struct mg_listed said;
  struct mg_buf text;
};

/* A name, and not a piece of a longer one. */
static int
has_name (const char *words, const char *name)
{
  static const char more[] = "abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  const char *at = words;
  size_t len = strlen (name);

  for (; len > 0 && (at = strstr (at, name)) != NULL; at++)
    if ((at == words || strchr (more, at[-1]) == NULL)
        && (at[len] == '\0' || strchr (more, at[len]) == NULL))
      return 1;
  return 0;
}

static int
look_at_value (void *opaque, struct mg_span value)
{
  struct unlisted *u = opaque;
  MG_CLEANUP_FREE char *text = mg_json_text (value);
  struct mg_listed *listed;

  if (text == NULL || !has_name (u->words, text)
      || mg_listed_has (&u->said, text))
    return 0;
  listed = know (u->run->state->known, u->ctx, u->row);
  if (listed->n == 0 || mg_listed_has (listed, text))
    return 0;
  take_text (&u->said, value);
  mg_buf_addf (&u->text, "; the target does not know '%s'", text);
  mg_listed_add_cure (&u->text, listed, u->row, text);
  return 0;
}

static void
look_at_row (struct unlisted *u, const struct mg_kind *kind, const char *json,
             size_t len)
{
  const struct migrate_value *value = kind->k->values;

  for (; value != NULL && value->path != NULL; value++)
    if (value->what == u->row->what)
      mg_json_each (json, len, value->path, look_at_value, u);
}

void
mg_run_say_unlisted (struct mg_run *run, struct mg_ctx *ctx,
                     const struct mg_kind *kind, const char *json, size_t len,
                     struct mg_result *result)
{
  struct unlisted u = { .run = run, .ctx = ctx, .words = result->message,
                        .text = MG_BUF_MUST (MG_MIB) };
  int i;

  if (json == NULL || u.words == NULL)
    return;
  MG_LOCKED (&run->state->known->lock);
  for (i = 0; i < run->registry->n_plugins; i++) {
    u.row = run->registry->plugins[i]->p.listed;
    for (; u.row != NULL && u.row->call != NULL; u.row++)
      look_at_row (&u, kind, json, len);
  }
  if (u.text.len > 0) {
    MG_CLEANUP_FREE char *message =
      mg_xasprintf ("%s%s", u.words, mg_buf_text (&u.text));

    mg_result_say (result, "unknown-value", message);
  }
  mg_listed_done (&u.said);
  mg_buf_done (&u.text);
}
