/* The oracles: see oracle.h. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "simulator/state.h"
#include "twin/oracle.h"
#include "twin/oracle-compute.h"
#include "twin/oracle-tree.h"
#include "twin/texts.h"

#define MAX_TEXT ((size_t) 512 * 1024 * 1024)

/* --- an object without what is the workspace's own -------------------- */

static int
is_owned (const char *name)
{
  static const char *const owned[] = {
    "id", "externalId", "applicationId", "experiment_id", "artifact_location",
    "creation_time", "last_update_time", NULL,
  };
  int i;

  for (i = 0; owned[i] != NULL; i++)
    if (strcmp (name, owned[i]) == 0)
      return 1;
  return 0;
}

static int
is_owned_tag (struct json_object *element)
{
  const char *key = sim_json_str (element, "key");

  return key != NULL
         && (mg_starts (key, "mlflow.owner")
             || mg_starts (key, "mlflow.experiment"));
}

static void
add_value (struct mg_buf *out, struct json_object *value)
{
  struct texts elements = { 0 };
  size_t i;

  if (!json_object_is_type (value, json_type_array)) {
    sim_json_sorted (out, value);
    return;
  }
  for (i = 0; i < json_object_array_length (value); i++) {
    struct json_object *one = json_object_array_get_idx (value, i);
    struct mg_buf text = MG_BUF_INIT (MAX_TEXT);

    if (json_object_is_type (one, json_type_object) && is_owned_tag (one))
      continue;
    sim_json_sorted (&text, one);
    mg_buf_add_str (&text, "");
    texts_add (&elements, mg_buf_steal (&text));
  }
  mg_buf_add_byte (out, '[');
  texts_join (out, &elements);
  mg_buf_add_byte (out, ']');
  texts_done (&elements);
}

static void
add_fields (struct mg_buf *out, struct json_object *fields)
{
  struct texts members = { 0 };

  json_object_object_foreach (fields, name, value) {
    struct mg_buf text = MG_BUF_INIT (MAX_TEXT);

    if (is_owned (name))
      continue;
    mg_buf_addf (&text, "%s:", name);
    add_value (&text, value);
    texts_add (&members, mg_buf_steal (&text));
  }
  texts_join (out, &members);
  texts_done (&members);
}

/* --- what was in the target before ------------------------------------ */

static char *
title_of (const char *kind, struct json_object *fields)
{
  static const char *const keys[] = { "userName", "displayName", "name",
                                      "instance_profile_arn" };
  size_t i = strcmp (kind, "users") == 0 ? 0 : 1;

  while (i < MG_N_ELEMENTS (keys) && sim_json_str (fields, keys[i]) == NULL)
    i++;
  if (i == MG_N_ELEMENTS (keys))
    mg_bug ("'%s' has no name", kind);
  return mg_xasprintf ("%s '%s'", kind, sim_json_str (fields, keys[i]));
}

static void
add_elements (struct json_object *array, const char *title, const char *name,
              struct texts *ret)
{
  size_t i, n = array ? json_object_array_length (array) : 0;

  for (i = 0; i < n; i++) {
    MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MAX_TEXT);

    sim_json_sorted (&text, json_object_array_get_idx (array, i));
    texts_add (ret, mg_xasprintf ("%s has the %s %s", title, name,
                            mg_buf_text (&text)));
  }
}

/* It keeps what it had, and gets what the source's has: nothing else of it
 * changes. */
static void
add_adopted (const char *title, const struct names *names,
             struct json_object *one, struct texts *ret)
{
  struct json_object *fields = json_object_object_get (one, "fields");
  struct json_object *members = sim_json_array (one, "members");
  size_t i, n = members ? json_object_array_length (members) : 0;

  for (i = 0; i < n; i++) {
    int64_t id = json_object_get_int64 (json_object_array_get_idx (members,
                                                                   i));

    texts_add (ret, mg_xasprintf ("%s has %s", title, names_of (names, id)));
  }
  add_elements (sim_json_array (fields, "entitlements"), title, "entitlement",
                ret);
  add_elements (sim_json_array (fields, "roles"), title, "role", ret);
}

/* Objects with a title in 'adopted' (NULL: all) are taken apart.  Not those
 * whose names repeat: of these only what is the same is adopted. */
static void
add_table (struct json_object *state, const char *kind,
           const struct names *names, const struct texts *adopted,
           struct texts *ret)
{
  struct json_object *t = state_table (state, kind);
  size_t i, n = t ? json_object_array_length (t) : 0;

  for (i = 0; i < n; i++) {
    struct json_object *one = json_object_array_get_idx (t, i);
    struct json_object *fields = json_object_object_get (one, "fields");
    MG_CLEANUP_FREE char *title = title_of (kind, fields);
    struct mg_buf text = MG_BUF_INIT (MAX_TEXT);

    if (mg_streq (sim_json_str (fields, "lifecycle_stage"), "deleted"))
      continue;
    if (strcmp (kind, "service-principals") != 0
        && (adopted == NULL || texts_has (adopted, title))) {
      add_adopted (title, names, one, ret);
      continue;
    }
    mg_buf_addf (&text, "%s ", kind);
    add_fields (&text, fields);
    names_people (&text, names, one);
    texts_add (ret, mg_buf_steal (&text));
  }
}

static const char *const kinds[] = {
  "users", "groups", "service-principals", "instance-profiles", "experiments",
};

static struct json_object *
parse (const struct mg_buf *text)
{
  struct json_object *state = sim_json_parse (text->data, text->len, NULL);

  if (state == NULL)
    mg_bug ("the simulator's state is no JSON");
  return state;
}

static void
read_titles (const struct world *w, const struct mg_buf *text,
             struct texts *ret)
{
  struct json_object *state = parse (text);
  size_t i, j;

  for (i = 0; i < MG_N_ELEMENTS (kinds); i++) {
    struct json_object *t = state_table (state, kinds[i]);

    for (j = 0; t != NULL && j < json_object_array_length (t); j++)
      texts_add (ret, title_of (kinds[i], json_object_object_get (
                            json_object_array_get_idx (t, j), "fields")));
  }
  compute_titles (state, ret);
  if (w->has_tree)
    tree_titles (state, ret);
  texts_sort (ret);
  json_object_put (state);
}

static void
read_state (const struct world *w, const struct mg_buf *text,
            const struct texts *adopted, int is_source, struct texts *ret)
{
  struct json_object *state = parse (text);
  struct names names = { 0 };
  size_t i;

  names_read (state, &names);
  for (i = 0; i < MG_N_ELEMENTS (kinds); i++)
    add_table (state, kinds[i], &names, adopted, ret);
  compute_rows (state, &names, is_source, adopted, ret);
  if (w->has_tree)
    tree_rows (state, &names, adopted, ret);
  texts_sort (ret);
  names_done (&names);
  json_object_put (state);
}

/* --- the oracles ----------------------------------------------------- */

void
oracle_remember (struct world *w, struct mg_buf *ret_before)
{
  world_ask (w, WORLD_NEW, "GET", "/_simulator/state", NULL, ret_before);
}

static void
keep (void *opaque, char *text)
{
  texts_add (opaque, mg_xstrdup (text));
}

static void
say_missing (void *opaque, char *text)
{
  mg_buf_addf (opaque, "missing: %s\n", text);
}

static void
say_extra (void *opaque, char *text)
{
  mg_buf_addf (opaque, "extra: %s\n", text);
}

static void
say_changed (void *opaque, char *text)
{
  mg_buf_addf (opaque, "changed: %s\n", text);
}

static void
add_raw (const struct world *w, struct json_object *state, struct texts *ret)
{
  compute_raw (state, ret);
  if (w->has_tree)
    tree_raw (state, ret);
}

/* --- what was there before -------------------------------------------- */

/* As multisets: what a merge adds stands aside. */
static int
holds_all (struct json_object *now, struct json_object *then)
{
  size_t i, j, n = json_object_array_length (now);
  char *taken = mg_xcalloc (n + 1, 1);
  int all = 1;

  for (i = 0; all && i < json_object_array_length (then); i++) {
    struct json_object *one = json_object_array_get_idx (then, i);

    for (j = 0; j < n; j++)
      if (!taken[j] && json_object_equal (json_object_array_get_idx (now, j),
                                          one))
        break;
    all = j < n;
    taken[j] = 1;
  }
  mg_free (taken);
  return all;
}

static int
holds (struct json_object *now, struct json_object *then)
{
  if (json_object_is_type (then, json_type_array))
    return json_object_is_type (now, json_type_array) && holds_all (now, then);
  if (!json_object_is_type (then, json_type_object))
    return json_object_equal (now, then);
  json_object_object_foreach (then, name, value)
    if (!holds (json_object_object_get (now, name), value))
      return 0;
  return 1;
}

static struct json_object *
find_id (struct json_object *table, int64_t id)
{
  size_t i, n = table ? json_object_array_length (table) : 0;

  for (i = 0; i < n; i++) {
    struct json_object *one = json_object_array_get_idx (table, i);

    if (sim_json_int (one, "id", 0) == id)
      return one;
  }
  return NULL;
}

/* Of people too, whom a merge gives something: each is there under its id, and
 * has what it had. */
static void
judge_people (struct json_object *now, struct json_object *then,
              struct mg_buf *ret_text)
{
  size_t i, k;

  for (k = 0; k < MG_N_ELEMENTS (kinds); k++) {
    struct json_object *t = state_table (then, kinds[k]);

    for (i = 0; t != NULL && i < json_object_array_length (t); i++) {
      struct json_object *one = json_object_array_get_idx (t, i);
      struct json_object *found = find_id (state_table (now, kinds[k]),
                                           sim_json_int (one, "id", 0));

      if (found == NULL || !holds (found, one))
        mg_buf_addf (ret_text, "%s: %s %s\n", found ? "altered" : "gone",
                     kinds[k], json_object_to_json_string (one));
    }
  }
}

/* What was there stays to the letter, and what was made is at rest. */
static void
judge_rest (struct world *w, const struct mg_buf *new,
            const struct mg_buf *before, struct mg_buf *ret_text)
{
  MG_CLEANUP (sim_json_put) struct json_object *now = parse (new);
  MG_CLEANUP (sim_json_put) struct json_object *then = parse (before);
  MG_CLEANUP (texts_done) struct texts there = { 0 };
  MG_CLEANUP (texts_done) struct texts have = { 0 };
  int peak = compute_peak (w->sims[WORLD_NEW]);

  compute_running (now, then, ret_text);
  if (peak > COMPUTE_PEAK)
    mg_buf_addf (ret_text, "%d clusters ran at once\n", peak);
  judge_people (now, then, ret_text);
  add_raw (w, then, &there);
  add_raw (w, now, &have);
  texts_sort (&there);
  texts_sort (&have);
  texts_subtract (&there, &have, say_changed, ret_text);
}

/* What was there and stands for nothing of the source.  Elements are told by names,
 * which repeat: beside one of the target's own its namesake may have come. */
static void
take_aside (const struct texts *there, const struct texts *wanted, struct texts *ret)
{
  MG_CLEANUP (texts_done) struct texts assets = { 0 };
  size_t i;

  for (i = 0; i < there->n; i++)
    texts_add (strstr (there->list[i], "' has ") != NULL ? ret : &assets,
               mg_xstrdup (there->list[i]));
  texts_sort (&assets);
  texts_subtract (&assets, wanted, keep, ret);
  texts_sort (ret);
}

void
oracle_moved (struct world *w, const struct mg_buf *before,
              struct mg_buf *ret_text)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf old = MG_BUF_INIT (MAX_TEXT);
  MG_CLEANUP (mg_buf_done) struct mg_buf new = MG_BUF_INIT (MAX_TEXT);
  MG_CLEANUP (texts_done) struct texts adopted = { 0 };
  MG_CLEANUP (texts_done) struct texts wanted = { 0 };
  MG_CLEANUP (texts_done) struct texts there = { 0 };
  MG_CLEANUP (texts_done) struct texts have = { 0 };
  MG_CLEANUP (texts_done) struct texts extra = { 0 };
  MG_CLEANUP (texts_done) struct texts aside = { 0 };   /* and not adopted */

  world_ask (w, WORLD_OLD, "GET", "/_simulator/state", NULL, &old);
  world_ask (w, WORLD_NEW, "GET", "/_simulator/state", NULL, &new);
  read_titles (w, before, &adopted);
  read_state (w, &old, &adopted, 1, &wanted);
  read_state (w, before, NULL, 0, &there);
  read_state (w, &new, &adopted, 0, &have);
  texts_subtract (&wanted, &have, say_missing, ret_text);
  texts_subtract (&have, &wanted, keep, &extra);
  take_aside (&there, &wanted, &aside);
  texts_subtract (&extra, &aside, say_extra, ret_text);
  judge_rest (w, &new, before, ret_text);
}

static void
read_rows (const struct world *w, const struct mg_buf *text, struct texts *ret)
{
  struct json_object *state = parse (text);
  size_t i, j;

  for (i = 0; i < MG_N_ELEMENTS (kinds); i++) {
    struct json_object *t = state_table (state, kinds[i]);

    for (j = 0; t != NULL && j < json_object_array_length (t); j++) {
      struct json_object *one = json_object_array_get_idx (t, j);
      struct json_object *fields = json_object_object_get (one, "fields");
      struct mg_buf row = MG_BUF_INIT (MAX_TEXT);

      if (mg_streq (sim_json_str (fields, "lifecycle_stage"), "deleted"))
        continue;
      mg_buf_addf (&row, "%s ", kinds[i]);
      sim_json_sorted (&row, one);
      texts_add (ret, mg_buf_steal (&row));
    }
  }
  add_raw (w, state, ret);
  texts_sort (ret);
  json_object_put (state);
}

void
oracle_undone (struct world *w, const struct mg_buf *before,
               struct mg_buf *ret_text)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf new = MG_BUF_INIT (MAX_TEXT);
  MG_CLEANUP (texts_done) struct texts wanted = { 0 };
  MG_CLEANUP (texts_done) struct texts have = { 0 };

  world_ask (w, WORLD_NEW, "GET", "/_simulator/state", NULL, &new);
  read_rows (w, before, &wanted);
  read_rows (w, &new, &have);
  texts_subtract (&wanted, &have, say_missing, ret_text);
  texts_subtract (&have, &wanted, say_extra, ret_text);
}

static struct json_object *
counters_of (struct world *w, int end)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MAX_TEXT);

  world_ask (w, end, "GET", "/_simulator/counters", NULL, &text);
  return sim_json_parse (text.data, text.len, NULL);
}

/* How many service principals, clusters, jobs or scripts of this name a workspace
 * has: only theirs repeat. */
static int64_t
count_named (struct json_object *state, const char *what)
{
  static const char kind[] = "service-principals";
  struct json_object *t = state_table (state, kind);
  int64_t found = compute_named (state, what);
  size_t i;

  if (!mg_starts (what, kind))
    return found;
  for (i = 0; i < json_object_array_length (t); i++) {
    struct json_object *one = json_object_array_get_idx (t, i);

    found += mg_streq (sim_json_str (json_object_object_get (one, "fields"),
                                     "displayName"), what + sizeof kind);
  }
  return found;
}

/* What was adopted is not made: of a name that repeats there are as many creates
 * as the target has now and had not before, of any other name one. */
void
oracle_once (struct world *w, const struct mg_buf *before,
             struct mg_buf *ret_text)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf new = MG_BUF_INIT (MAX_TEXT);
  MG_CLEANUP (sim_json_put) struct json_object *counters =
    counters_of (w, WORLD_NEW);
  MG_CLEANUP (sim_json_put) struct json_object *then = parse (before);
  MG_CLEANUP (sim_json_put) struct json_object *now = NULL;
  struct json_object *creates = json_object_object_get (counters, "creates");

  world_ask (w, WORLD_NEW, "GET", "/_simulator/state", NULL, &new);
  now = parse (&new);
  json_object_object_foreach (creates, what, n) {
    int64_t made = json_object_get_int64 (n);

    if (made > 1
        && made > count_named (now, what) - count_named (then, what))
      mg_buf_addf (ret_text, "created %" PRId64 " times: %s\n", made, what);
  }
}

void
oracle_strict (struct world *w, struct mg_buf *ret_text)
{
  static const char *const groups[] = {
    "unknown-routes", "unknown-fields", "missing-fields", "wrong-types",
  };
  int end;
  size_t i;

  for (end = 0; end < WORLD_ENDS; end++) {
    MG_CLEANUP (sim_json_put) struct json_object *c = counters_of (w, end);

    for (i = 0; i < MG_N_ELEMENTS (groups); i++) {
      struct json_object *group = json_object_object_get (c, groups[i]);

      json_object_object_foreach (group, name, n) {
        (void) n;
        mg_buf_addf (ret_text, "%s: %s\n", groups[i], name);
      }
    }
  }
  if (oracle_count (w, WORLD_OLD).writes != 0)
    mg_buf_add_str (ret_text, "the source was written to\n");
}

struct oracle_counts
oracle_count (struct world *w, int end)
{
  MG_CLEANUP (sim_json_put) struct json_object *c = counters_of (w, end);
  struct json_object *routes = json_object_object_get (c, "routes");
  struct json_object *throttled = json_object_object_get (c, "throttled");
  struct oracle_counts ret = { 0 };

  json_object_object_foreach (routes, name, n) {
    ret.all += json_object_get_int64 (n);
    if (!mg_starts (name, "GET ") && !mg_ends (name, "experiments/search")
        && !mg_ends (name, "/oidc/v1/token"))
      ret.writes += json_object_get_int64 (n);
  }
  json_object_object_foreach (throttled, which, m) {
    (void) which;
    ret.throttled += json_object_get_int64 (m);
  }
  return ret;
}

int64_t
oracle_faults (struct world *w, int end, const char *name)
{
  MG_CLEANUP (sim_json_put) struct json_object *c = counters_of (w, end);

  return sim_json_int (json_object_object_get (c, "faults"), name, 0);
}
