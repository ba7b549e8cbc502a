/* What the oracles compare: lists of texts as multisets, and the state of a
 * workspace with names in place of ids.
 */
#ifndef MG_TWIN_TEXTS_H
#define MG_TWIN_TEXTS_H

#include <json-c/json.h>

#include "base/buf.h"

struct texts {
  char **list;
  size_t n, cap;
};

/* The text is the list's. */
void texts_add (struct texts *t, char *text);
void texts_sort (struct texts *t);
void texts_done (struct texts *t);

/* It is sorted. */
int texts_has (const struct texts *t, char *text);

/* Both sorted: calls 'each' for what of a is not in b, as multisets. */
void texts_subtract (const struct texts *a, const struct texts *b,
                     void (*each) (void *opaque, char *text), void *opaque);

/* Sorts them, and puts commas between. */
void texts_join (struct mg_buf *out, struct texts *t);

/* The objects of a kind in what the simulator saved. */
struct json_object *state_table (struct json_object *state, const char *kind);

/* Principals by their numbers. */
struct name;
struct names { struct name *list; size_t n; };

void names_read (struct json_object *state, struct names *names);
void names_done (struct names *names);
/* "users ada@example.com", or "nobody". */
const char *names_of (const struct names *names, int64_t id);

/* Members of a group and direct permissions of one object, after a bar. */
void names_people (struct mg_buf *out, const struct names *names,
                   struct json_object *one);

/* Ids that stand inside of texts, and what to call them. */
struct words { struct word { char *id, *name; } *list; size_t n; };

/* Called "<kind name>". */
void words_add (struct words *words, const char *id, const char *kind,
                const char *name);
/* Service principals by their applicationId. */
void words_principals (struct words *words, struct json_object *state);
void words_done (struct words *words);
/* The text with names in place of the ids. */
void words_named (struct mg_buf *out, const struct words *words,
                  const char *text);

#endif
