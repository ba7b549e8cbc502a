/* Texts of libsim: a walker over JSON that is known to be valid, the few words of
 * json-c that are used, and UUIDs.  See state.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "state.h"

#define MAX_DEPTH 64

/* --- walking valid text ---------------------------------------------- */

static const char *
skip_space (const char *p)
{
  while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
    p++;
  return p;
}

/* From the opening quote to behind the closing one. */
static const char *
skip_string (const char *p)
{
  for (p++; *p != '\0' && *p != '"'; p++)
    if (*p == '\\' && p[1] != '\0')
      p++;
  return *p == '"' ? p + 1 : p;
}

/* From the opening bracket to behind the closing one. */
static const char *
skip_nested (const char *p)
{
  int depth = 0;

  for (; *p != '\0'; p++) {
    if (*p == '"')
      p = skip_string (p) - 1;
    else if (*p == '{' || *p == '[')
      depth++;
    else if ((*p == '}' || *p == ']') && --depth == 0)
      return p + 1;
  }
  return p;
}

static const char *
skip_value (const char *p)
{
  if (*p == '"')
    return skip_string (p);
  if (*p == '{' || *p == '[')
    return skip_nested (p);
  return p + strcspn (p, ",]} \t\n\r");
}

int
sim_members_next (const char **pos, struct sim_span *ret_name,
                  struct sim_span *ret_value)
{
  const char *p = skip_space (*pos), *end;

  if (*p == '{' || *p == ',')
    p = skip_space (p + 1);
  if (*p != '"')
    return 0;
  end = skip_string (p);
  ret_name->at = p + 1;
  ret_name->len = (size_t) (end - p) - 2;
  p = skip_space (end);
  if (*p == ':')
    p = skip_space (p + 1);
  end = skip_value (p);
  ret_value->at = p;
  ret_value->len = (size_t) (end - p);
  *pos = end;
  return 1;
}

int
sim_span_is (struct sim_span span, const char *word)
{
  return strlen (word) == span.len && memcmp (word, span.at, span.len) == 0;
}

char *
sim_text_field (const char *text, const char *field)
{
  struct sim_span name, value;

  while (sim_members_next (&text, &name, &value)) {
    struct json_object *o;
    char *copy;

    if (!sim_span_is (name, field))
      continue;
    if (value.len >= 2 && memchr (value.at, '\\', value.len) == NULL)
      return value.at[0] == '"'
        ? mg_xstrndup (value.at + 1, value.len - 2)
        : mg_xstrndup (value.at, value.len);
    o = sim_json_parse (value.at, value.len, NULL);
    copy = mg_xstrdup (json_object_get_string (o));
    json_object_put (o);
    return copy ? copy : mg_xstrdup ("");
  }
  return mg_xstrdup ("");
}

/* --- json-c ---------------------------------------------------------- */

struct json_object *
sim_json_parse (const char *text, size_t len, const char **ret_why)
{
  struct json_tokener *k = json_tokener_new_ex (MAX_DEPTH);
  struct json_object *o = NULL;
  enum json_tokener_error e;
  const char *rest = NULL;

  if (k == NULL)
    mg_oom ();
  json_tokener_set_flags (k, JSON_TOKENER_STRICT
                             | JSON_TOKENER_VALIDATE_UTF8);
  if (len > INT32_MAX - 1)
    len = INT32_MAX - 1;
  o = json_tokener_parse_ex (k, text, (int) len);
  e = json_tokener_get_error (k);
  if (e == json_tokener_continue && len > 0) {
    /* A number on its own ends only at the end of the text. */
    o = json_tokener_parse_ex (k, "", 1);
    e = json_tokener_get_error (k);
    rest = text + len;
  }
  if (rest == NULL)
    rest = skip_space (text + json_tokener_get_parse_end (k));
  if (e == json_tokener_success && rest < text + len)
    e = json_tokener_error_parse_unexpected;
  if (e != json_tokener_success) {
    json_object_put (o);
    o = NULL;
  }
  if (ret_why != NULL)
    *ret_why = e == json_tokener_success ? NULL : json_tokener_error_desc (e);
  json_tokener_free (k);
  return o;
}

char *
sim_json_text (struct json_object *o)
{
  size_t len;
  const char *text = json_object_to_json_string_length (
    o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

  return mg_xstrndup (text, len);
}

void
sim_json_put (struct json_object **o)
{
  json_object_put (*o);
}

const char *
sim_json_str (struct json_object *o, const char *name)
{
  struct json_object *v;

  if (!json_object_is_type (o, json_type_object)
      || !json_object_object_get_ex (o, name, &v)
      || !json_object_is_type (v, json_type_string))
    return NULL;
  return json_object_get_string (v);
}

struct json_object *
sim_json_array (struct json_object *o, const char *name)
{
  struct json_object *v;

  if (!json_object_is_type (o, json_type_object)
      || !json_object_object_get_ex (o, name, &v)
      || !json_object_is_type (v, json_type_array))
    return NULL;
  return v;
}

int64_t
sim_json_int (struct json_object *o, const char *name, int64_t otherwise)
{
  struct json_object *v;

  if (!json_object_is_type (o, json_type_object)
      || !json_object_object_get_ex (o, name, &v)
      || (!json_object_is_type (v, json_type_int)
          && !json_object_is_type (v, json_type_boolean)))
    return otherwise;
  return json_object_get_int64 (v);
}

double
sim_json_double (struct json_object *o, const char *name, double otherwise)
{
  struct json_object *v;

  if (!json_object_is_type (o, json_type_object)
      || !json_object_object_get_ex (o, name, &v)
      || (!json_object_is_type (v, json_type_int)
          && !json_object_is_type (v, json_type_double)))
    return otherwise;
  return json_object_get_double (v);
}

void
sim_json_set_str (struct json_object *o, const char *name, const char *value)
{
  json_object_object_add (o, name, json_object_new_string (value));
}

/* --- sorted text ----------------------------------------------------- */

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
add_sorted_object (struct mg_buf *out, struct json_object *o)
{
  size_t n = (size_t) json_object_object_length (o), i = 0;
  const char **names = mg_xcalloc (n + 1, sizeof names[0]);

  json_object_object_foreach (o, name, value) {
    (void) value;
    names[i++] = name;
  }
  qsort (names, n, sizeof names[0], by_name);
  mg_buf_add_byte (out, '{');
  for (i = 0; i < n; i++) {
    if (i > 0)
      mg_buf_add_byte (out, ',');
    mg_buf_add_json (out, names[i]);
    mg_buf_add_byte (out, ':');
    sim_json_sorted (out, json_object_object_get (o, names[i]));
  }
  mg_buf_add_byte (out, '}');
  mg_free (names);
}

void
sim_json_sorted (struct mg_buf *out, struct json_object *o)
{
  size_t i, n;

  if (json_object_is_type (o, json_type_object)) {
    add_sorted_object (out, o);
    return;
  }
  if (!json_object_is_type (o, json_type_array)) {
    MG_CLEANUP_FREE char *text = sim_json_text (o);

    mg_buf_add_str (out, text);
    return;
  }
  n = json_object_array_length (o);
  mg_buf_add_byte (out, '[');
  for (i = 0; i < n; i++) {
    if (i > 0)
      mg_buf_add_byte (out, ',');
    sim_json_sorted (out, json_object_array_get_idx (o, i));
  }
  mg_buf_add_byte (out, ']');
}

void
sim_uuid (struct mg_rand *rng, char variant, char ret_text[40])
{
  /* one draw in each statement: C leaves the order within one open */
  uint64_t last = mg_rand_below (rng, 1ull << 48);
  uint64_t fourth = mg_rand_below (rng, 1 << 12);
  uint64_t third = mg_rand_below (rng, 1 << 12);
  uint64_t second = mg_rand_below (rng, 1 << 16);
  uint64_t first = mg_rand_below (rng, 1ull << 32);

  snprintf (ret_text, 40, "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-%c%03"
            PRIx64 "-%012" PRIx64, first, second, third, variant, fourth, last);
}
