/* Global init scripts: names repeat, positions do not, the text is base64.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "compute.h"

#define MAX_SCRIPT 65536               /* bytes of the script itself */

static struct sim_table *
scripts (struct sim *s)
{
  return &s->tables[SIM_SCRIPTS];
}

/* --- positions ------------------------------------------------------- */

static int64_t
position_of (struct sim *s, const struct sim_object *o)
{
  MG_CLEANUP (sim_json_put) struct json_object *script =
    sim_object_json (scripts (s), o);

  return sim_json_int (script, "position", 0);
}

/* Behind all the others. */
static int64_t
end_position (struct sim *s, const struct sim_object *but)
{
  int64_t end = 0;
  uint32_t i;

  for (i = 0; i < scripts (s)->n_live; i++) {
    struct sim_object *o = sim_table_at (scripts (s), i);
    int64_t at = position_of (s, o);

    if (o != but && at >= end)
      end = at + 1;
  }
  return end;
}

static struct sim_object *
at_position (struct sim *s, int64_t position, const struct sim_object *but)
{
  uint32_t i;

  for (i = 0; i < scripts (s)->n_live; i++) {
    struct sim_object *o = sim_table_at (scripts (s), i);

    if (o != but && position_of (s, o) == position)
      return o;
  }
  return NULL;
}

/* Where somebody is already, he and all behind him move by one. */
static void
make_room (struct sim *s, int64_t position, const struct sim_object *but)
{
  uint32_t i;

  if (at_position (s, position, but) == NULL)
    return;
  for (i = 0; i < scripts (s)->n_live; i++) {
    struct sim_object *o = sim_table_at (scripts (s), i);
    MG_CLEANUP (sim_json_put) struct json_object *script =
      sim_object_json (scripts (s), o);
    int64_t at = sim_json_int (script, "position", 0);

    if (o == but || at < position)
      continue;
    json_object_object_add (script, "position",
                            json_object_new_int64 (at + 1));
    sim_table_set (scripts (s), o, sim_json_text (script));
  }
}

/* --- one script ------------------------------------------------------ */

/* Sets what is given; a position that is not given is that of before, or the
 * last, and one behind the last is the last (11.6; the service's own page on
 * the position says the latter). */
static void
take_given (struct sim *s, struct json_object *script,
            struct json_object *fields, const struct sim_object *self)
{
  static const char *const given[] = { "name", "script", "enabled" };
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (given); i++) {
    struct json_object *value = json_object_object_get (fields, given[i]);

    if (value != NULL)
      json_object_object_add (script, given[i], json_object_get (value));
  }
  if (json_object_object_get (fields, "position") != NULL) {
    int64_t position = sim_json_int (fields, "position", 0);
    int64_t end = end_position (s, self);

    if (position > end)
      position = end;
    make_room (s, position, self);
    json_object_object_add (script, "position",
                            json_object_new_int64 (position));
  }
  else if (self == NULL)
    json_object_object_add (script, "position",
                            json_object_new_int64 (end_position (s, NULL)));
}

static void
add_stamp (struct json_object *script, const char *what, int64_t now_us)
{
  MG_CLEANUP_FREE char *at = mg_xasprintf ("%s_at", what);
  MG_CLEANUP_FREE char *by = mg_xasprintf ("%s_by", what);

  json_object_object_add (script, at,
                          json_object_new_int64 (now_us / MG_MS_US));
  sim_json_set_str (script, by, SIM_ADMIN_NAME);
}

struct sim_object *
sim_script_make (struct sim *s, struct json_object *fields, int64_t now_us)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  int64_t id = sim_new_id (s);
  struct sim_object *made;
  char id_text[SIM_ID_SIZE];

  sim_id_text (scripts (s), id, id_text);
  sim_json_set_str (o, "script_id", id_text);
  json_object_object_add (o, "enabled", json_object_new_boolean (0));
  take_given (s, o, fields, NULL);
  add_stamp (o, "created", now_us);
  add_stamp (o, "updated", now_us);
  made = sim_table_add (scripts (s), id, sim_json_text (o), 0, "");
  made->created_us = now_us;
  return made;
}

static struct sim_object *
wanted (struct sim_call *c)
{
  const char *id = sim_param (c, 0);
  struct sim_object *o = sim_table_by_id (scripts (c->s),
                                          sim_id_parse (scripts (c->s), id));

  if (o == NULL)
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
              "The global init script with ID %s does not exist.", id);
  return o;
}

static void
changed (struct sim_call *c, struct sim_object *o, const char *effect)
{
  MG_CLEANUP_FREE char *name = sim_text_field (o->text, "name");

  sim_effect_on (c, effect, scripts (c->s), o, name);
}

/* --- checks ---------------------------------------------------------- */

static int
is_base64 (const char *text)
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t n = strspn (text, letters), rest = strlen (text) - n;

  return (n + rest) % 4 == 0 && rest <= 2
         && strspn (text + n, "=") == rest;
}

static int
is_good (struct sim_call *c)
{
  const char *name = sim_json_str (c->body, "name");
  const char *script = sim_json_str (c->body, "script");
  const char *why = NULL;

  if (name == NULL || *name == '\0')
    why = "The name of a global init script must not be empty.";
  else if (script == NULL || *script == '\0' || !is_base64 (script))
    why = "The script must be encoded in base64 and not be empty.";
  else if (strlen (script) / 4 * 3 > MAX_SCRIPT + 2)
    why = "The script is larger than 64 KB.";
  else if (sim_json_int (c->body, "position", 0) < 0)
    why = "The position must not be negative.";
  if (why != NULL)
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "%s", why);
  return why == NULL;
}

/* --- handlers -------------------------------------------------------- */

void
sim_script_create (struct sim_call *c)
{
  struct sim_object *o;
  char id[SIM_ID_SIZE];

  if (!is_good (c))
    return;
  o = sim_script_make (c->s, c->body, c->now_us);
  changed (c, o, "create");
  sim_id_text (scripts (c->s), o->id, id);
  mg_buf_addf (&c->r->body, "{\"script_id\":\"%s\"}", id);
  c->r->status = 200;
  c->r->content_type = "application/json";
}

void
sim_script_update (struct sim_call *c)
{
  struct sim_object *o = wanted (c);
  MG_CLEANUP (sim_json_put) struct json_object *script = NULL;

  if (o == NULL || !is_good (c))
    return;
  script = sim_object_json (scripts (c->s), o);
  take_given (c->s, script, c->body, o);
  add_stamp (script, "updated", c->now_us);
  sim_table_set (scripts (c->s), o, sim_json_text (script));
  changed (c, o, "update");
  sim_reply_empty (c);
}

void
sim_script_delete (struct sim_call *c)
{
  struct sim_object *o = wanted (c);

  if (o == NULL)
    return;
  changed (c, o, "delete");
  sim_table_remove (scripts (c->s), o);
  sim_reply_empty (c);
}

void
sim_script_get (struct sim_call *c)
{
  struct sim_object *o = wanted (c);

  if (o == NULL)
    return;
  mg_buf_add_str (&c->r->body, o->text);
  c->r->status = 200;
  c->r->content_type = "application/json";
}

static int
by_position (const void *a, const void *b)
{
  struct json_object *const *x = a, *const *y = b;
  int64_t i = sim_json_int (*x, "position", 0);
  int64_t j = sim_json_int (*y, "position", 0);

  return (i > j) - (i < j);
}

/* In order of their positions, without the text. */
void
sim_script_list (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *answer =
    json_object_new_object ();
  struct json_object *list = json_object_new_array ();
  uint32_t i;

  for (i = 0; i < scripts (c->s)->n_live; i++) {
    struct sim_object *o = sim_table_at (scripts (c->s), i);
    int times = sim_times (c, i == 0);

    while (sim_visible (c, o) && times-- > 0) {
      struct json_object *script = sim_object_json (scripts (c->s), o);

      json_object_object_del (script, "script");
      json_object_array_add (list, script);
    }
  }
  json_object_array_sort (list, by_position);
  if (json_object_array_length (list) > 0)
    json_object_object_add (answer, "scripts", list);
  else
    json_object_put (list);
  sim_reply_json (c, 200, answer);
}
