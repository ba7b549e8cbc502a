/* Lists of texts, and names instead of ids: see texts.h. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/str.h"
#include "simulator/state.h"
#include "twin/texts.h"

/* --- lists of texts -------------------------------------------------- */

void
texts_add (struct texts *t, char *text)
{
  if (t->n == t->cap) {
    t->cap = t->cap ? t->cap * 2 : 64;
    t->list = mg_xreallocarray (t->list, t->cap, sizeof t->list[0]);
  }
  t->list[t->n++] = text;
}

void
texts_done (struct texts *t)
{
  size_t i;

  for (i = 0; i < t->n; i++)
    mg_free (t->list[i]);
  mg_free (t->list);
  memset (t, 0, sizeof *t);
}

static int
by_text (const void *a, const void *b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

void
texts_sort (struct texts *t)
{
  if (t->n > 0)
    qsort (t->list, t->n, sizeof t->list[0], by_text);
}

int
texts_has (const struct texts *t, char *text)
{
  return t->n > 0 && bsearch (&text, t->list, t->n, sizeof t->list[0],
                              by_text) != NULL;
}

/* Both sorted: calls 'each' for what of a is not in b, as multisets. */
void
texts_subtract (const struct texts *a, const struct texts *b,
                void (*each) (void *opaque, char *text), void *opaque)
{
  size_t i, j = 0;

  for (i = 0; i < a->n; i++) {
    while (j < b->n && strcmp (b->list[j], a->list[i]) < 0)
      j++;
    if (j < b->n && strcmp (b->list[j], a->list[i]) == 0)
      j++;
    else
      each (opaque, a->list[i]);
  }
}

void
texts_join (struct mg_buf *out, struct texts *t)
{
  size_t i;

  texts_sort (t);
  for (i = 0; i < t->n; i++)
    mg_buf_addf (out, "%s%s", i ? "," : "", t->list[i]);
}

/* --- names instead of ids -------------------------------------------- */

struct name { int64_t id; char *text; };

static int
by_id (const void *a, const void *b)
{
  const struct name *x = a, *y = b;

  return (x->id > y->id) - (x->id < y->id);
}

struct json_object *
state_table (struct json_object *state, const char *kind)
{
  return json_object_object_get (json_object_object_get (state, "tables"),
                                 kind);
}

void
names_read (struct json_object *state, struct names *names)
{
  static const char *const keys[][2] = {
    { "users", "userName" }, { "groups", "displayName" },
    { "service-principals", "displayName" },
  };
  size_t i, j;

  for (i = 0; i < 3; i++) {
    struct json_object *t = state_table (state, keys[i][0]);
    size_t n = json_object_array_length (t);

    names->list = mg_xreallocarray (names->list, names->n + n + 1,
                                    sizeof names->list[0]);
    for (j = 0; j < n; j++) {
      struct json_object *one = json_object_array_get_idx (t, j);
      const char *key = sim_json_str (json_object_object_get (one, "fields"),
                                      keys[i][1]);
      MG_CLEANUP_FREE char *folded = mg_fold (key ? key : "");
      struct name *name = &names->list[names->n++];

      name->id = sim_json_int (one, "id", 0);
      name->text = mg_xasprintf ("%s %s", keys[i][0], folded);
    }
  }
  qsort (names->list, names->n, sizeof names->list[0], by_id);
}

void
names_done (struct names *names)
{
  size_t i;

  for (i = 0; i < names->n; i++)
    mg_free (names->list[i].text);
  mg_free (names->list);
}

const char *
names_of (const struct names *names, int64_t id)
{
  struct name wanted = { id, NULL };
  struct name *found = bsearch (&wanted, names->list, names->n,
                                sizeof wanted, by_id);

  return found ? found->text : "nobody";
}

void
names_people (struct mg_buf *out, const struct names *names,
              struct json_object *one)
{
  struct json_object *members = sim_json_array (one, "members");
  struct json_object *acl = json_object_object_get (one, "permissions");
  size_t i, n = members ? json_object_array_length (members) : 0;
  struct texts people = { 0 };

  for (i = 0; i < n; i++) {
    int64_t id = json_object_get_int64 (json_object_array_get_idx (members,
                                                                   i));

    texts_add (&people, mg_xasprintf ("has %s", names_of (names, id)));
  }
  if (json_object_is_type (acl, json_type_object)) {
    json_object_object_foreach (acl, id, level)
      texts_add (&people, mg_xasprintf ("%s %s", names_of (names, strtoll (id, NULL,
                                                                    10)),
                                  json_object_get_string (level)));
  }
  mg_buf_add_str (out, " | ");
  texts_join (out, &people);
  texts_done (&people);
}

/* --- ids inside of texts ---------------------------------------------- */

void
words_add (struct words *words, const char *id, const char *kind,
           const char *name)
{
  struct word *w;

  words->list = mg_xreallocarray (words->list, words->n + 1, sizeof *w);
  w = &words->list[words->n++];
  w->id = mg_xstrdup (id);
  w->name = mg_xasprintf ("<%s %s>", kind, name);
}

void
words_principals (struct words *words, struct json_object *state)
{
  struct json_object *t = state_table (state, "service-principals");
  size_t i;

  for (i = 0; i < json_object_array_length (t); i++) {
    struct json_object *fields = json_object_object_get (
      json_object_array_get_idx (t, i), "fields");

    words_add (words, sim_json_str (fields, "applicationId"), "principal",
               sim_json_str (fields, "displayName"));
  }
}

void
words_done (struct words *words)
{
  size_t i;

  for (i = 0; i < words->n; i++) {
    mg_free (words->list[i].id);
    mg_free (words->list[i].name);
  }
  mg_free (words->list);
}

void
words_named (struct mg_buf *out, const struct words *words, const char *text)
{
  size_t i;

  while (*text != '\0') {
    for (i = 0; i < words->n; i++)
      if (mg_starts (text, words->list[i].id))
        break;
    if (i < words->n) {
      mg_buf_add_str (out, words->list[i].name);
      text += strlen (words->list[i].id);
    }
    else
      mg_buf_add_byte (out, (unsigned char) *text++);
  }
}
