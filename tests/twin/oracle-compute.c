/* Oracles of compute and jobs: see oracle-compute.h. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "simulator/state.h"
#include "twin/oracle-compute.h"

#define MAX_TEXT ((size_t) 64 * 1024 * 1024)

/* Members that the service fills in. */
static const char *const pool_owned[] = {
  "instance_pool_id", "default_tags", "state", "stats", "status", NULL,
};

static const char *const policy_owned[] = {
  "policy_id", "creator_user_name", "created_at_timestamp", "is_default", NULL,
};

static const char *const cluster_owned[] = {
  "cluster_id", "creator_user_name", "cluster_source", "spec", "state",
  "state_message", "start_time", "terminated_time", "termination_reason",
  "last_restarted_time", "default_tags", "spark_context_id", "driver",
  "executors", "jdbc_port", "last_state_loss_time", "effective_spark_version",
  "init_scripts_safe_mode", NULL,
};

static const char *const job_owned[] = {
  "job_id", "creator_user_name", "created_time", NULL,
};

/* Imported disabled; and of positions the order counts, see rank. */
static const char *const script_owned[] = {
  "script_id", "created_at", "created_by", "updated_at", "updated_by",
  "enabled", NULL,
};

static const struct kind {
  const char *name, *id, *key;
  const char *const *owned;
} kinds[] = {
  { "instance-pools", "instance_pool_id", "instance_pool_name", pool_owned },
  { "cluster-policies", "policy_id", "name", policy_owned },
  { "clusters", "cluster_id", "cluster_name", cluster_owned },
  { "jobs", "job_id", "settings", job_owned },
  { "global-init-scripts", "script_id", "name", script_owned },
};

#define POOLS 0
#define CLUSTERS 2
#define JOBS 3
#define SCRIPTS 4

static const char *
name_in (size_t kind, struct json_object *fields)
{
  if (kind == JOBS)
    return sim_json_str (json_object_object_get (fields, "settings"), "name");
  return sim_json_str (fields, kinds[kind].key);
}

static char *
title_of (struct json_object *one, size_t kind)
{
  return mg_xasprintf ("%s '%s'", kinds[kind].name, name_in (
                         kind, json_object_object_get (one, "fields")));
}

/* The i-th of a kind, or NULL after the last. */
static struct json_object *
nth (struct json_object *state, size_t kind, size_t i)
{
  struct json_object *t = state_table (state, kinds[kind].name);

  return t != NULL && i < json_object_array_length (t)
         ? json_object_array_get_idx (t, i) : NULL;
}

/* --- ids inside of texts ---------------------------------------------- */

static void
read_words (struct json_object *state, struct words *words)
{
  struct json_object *one;
  size_t i, k;

  words_principals (words, state);
  for (k = 0; k < MG_N_ELEMENTS (kinds); k++)
    for (i = 0; (one = nth (state, k, i)) != NULL; i++) {
      struct json_object *fields = json_object_object_get (one, "fields");

      words_add (words, json_object_get_string (
                   json_object_object_get (fields, kinds[k].id)),
                 kinds[k].name, name_in (k, fields));
    }
}

/* --- one object ------------------------------------------------------- */

static int
is_left (size_t kind, struct json_object *fields)
{
  const char *source = sim_json_str (fields, "cluster_source");
  const char *state = sim_json_str (fields, "state");

  switch (kind) {
  case POOLS:
    return state != NULL && strcmp (state, "ACTIVE") != 0;
  case CLUSTERS:
    return !mg_streq (source, "UI") && !mg_streq (source, "API");
  case JOBS:
    fields = json_object_object_get (fields, "settings");
    return mg_streq (sim_json_str (json_object_object_get (fields, "deployment"),
                                   "kind"), "SYSTEM_MANAGED");
  default:
    return json_object_get_boolean (json_object_object_get (fields,
                                                            "is_default"));
  }
}

/* Those that are the cluster's own, as they were asked for; who pinned it does
 * not matter. */
static void
normal_cluster (struct json_object *fields)
{
  struct json_object *all = sim_json_array (fields, "_libraries");
  struct json_object *own = json_object_new_array ();
  size_t i, n = all ? json_object_array_length (all) : 0;

  for (i = 0; i < n; i++) {
    struct json_object *one = json_object_array_get_idx (all, i);

    if (!json_object_get_boolean (json_object_object_get (
          one, "is_library_for_all_clusters"))
        && !mg_streq (sim_json_str (one, "status"), "UNINSTALL_ON_RESTART"))
      json_object_array_add (own, json_object_get (
                               json_object_object_get (one, "library")));
  }
  json_object_object_add (fields, "_libraries", own);
  if (sim_json_str (fields, "pinned_by_user_name") != NULL)
    sim_json_set_str (fields, "pinned_by_user_name", "somebody");
}

static void
pause_one (struct json_object *trigger)
{
  if (trigger != NULL)
    sim_json_set_str (trigger, "pause_status", "PAUSED");
}

static void
normal_job (struct json_object *fields, int is_source)
{
  static const char *const gone[] = { "format", "deployment", "edit_mode",
                                      "run_as" };
  struct json_object *s = json_object_object_get (fields, "settings");
  struct json_object *list = sim_json_array (s, "triggers");
  struct json_object *git = json_object_object_get (s, "git_source");
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (gone); i++)
    json_object_object_del (s, gone[i]);
  if (git != NULL)
    json_object_object_del (git, "git_snapshot");
  if (!is_source)
    return;
  pause_one (json_object_object_get (s, "schedule"));
  pause_one (json_object_object_get (s, "continuous"));
  pause_one (json_object_object_get (s, "trigger"));
  for (i = 0; list != NULL && i < json_object_array_length (list); i++)
    pause_one (json_object_array_get_idx (list, i));
}

/* A pool comes without idle machines. */
static void
normal_pool (struct json_object *fields, int is_source)
{
  if (is_source)
    json_object_object_add (fields, "min_idle_instances",
                            json_object_new_int (0));
}

static void
add_row (struct json_object *one, size_t kind, int is_source,
         const struct words *words, const struct names *names,
         struct texts *ret)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MAX_TEXT);
  MG_CLEANUP (sim_json_put) struct json_object *fields = NULL;
  struct mg_buf row = MG_BUF_INIT (MAX_TEXT);
  int i;

  json_object_deep_copy (json_object_object_get (one, "fields"), &fields, NULL);
  if (kind == POOLS)
    normal_pool (fields, is_source);
  if (kind == CLUSTERS)
    normal_cluster (fields);
  if (kind == JOBS)
    normal_job (fields, is_source);
  for (i = 0; kinds[kind].owned[i] != NULL; i++)
    json_object_object_del (fields, kinds[kind].owned[i]);
  sim_json_sorted (&text, fields);
  mg_buf_addf (&row, "%s ", kinds[kind].name);
  words_named (&row, words, mg_buf_text (&text));
  names_people (&row, names, one);
  mg_buf_add_str (&row, "");
  texts_add (ret, mg_buf_steal (&row));
}

static int64_t
position_of (struct json_object *one)
{
  return sim_json_int (json_object_object_get (one, "fields"), "position", 0);
}

/* How many scripts come before this one: gaps between them are nobody's. */
static int64_t
rank (struct json_object *state, struct json_object *script)
{
  struct json_object *one;
  int64_t n = 0;
  size_t i;

  for (i = 0; (one = nth (state, SCRIPTS, i)) != NULL; i++)
    n += position_of (one) < position_of (script);
  return n;
}

/* In a state of the oracle's own. */
static void
rank_all (struct json_object *state)
{
  struct json_object *one;
  size_t i, n = 0;
  int64_t *ranks = NULL;

  for (i = 0; (one = nth (state, SCRIPTS, i)) != NULL; i++) {
    ranks = mg_xreallocarray (ranks, ++n, sizeof *ranks);
    ranks[i] = rank (state, one);
  }
  for (i = 0; i < n; i++)
    json_object_object_add (json_object_object_get (nth (state, SCRIPTS, i),
                                                    "fields"),
                            "position", json_object_new_int64 (ranks[i]));
  mg_free (ranks);
}

/* Of what the target had, another of the same name is not made: there it is. */
static int
add_title (struct json_object *one, size_t kind, const struct texts *adopted,
           struct texts *ret)
{
  MG_CLEANUP_FREE char *title = title_of (one, kind);

  if (adopted != NULL && !texts_has (adopted, title))
    return 0;
  texts_add (ret, mg_xstrdup (title));
  return 1;
}

void
compute_titles (struct json_object *state, struct texts *ret)
{
  struct json_object *one;
  size_t i, k;

  for (k = 0; k < MG_N_ELEMENTS (kinds); k++)
    for (i = 0; (one = nth (state, k, i)) != NULL; i++)
      texts_add (ret, title_of (one, k));
}

void
compute_rows (struct json_object *state, const struct names *names,
              int is_source, const struct texts *adopted, struct texts *ret)
{
  MG_CLEANUP (words_done) struct words words = { 0 };
  struct json_object *one;
  size_t i, k;

  read_words (state, &words);
  rank_all (state);
  for (k = 0; k < MG_N_ELEMENTS (kinds); k++)
    for (i = 0; (one = nth (state, k, i)) != NULL; i++)
      if (!is_left (k, json_object_object_get (one, "fields"))
          && !add_title (one, k, adopted, ret))
        add_row (one, k, is_source, &words, names, ret);
}

/* --- as they are ------------------------------------------------------ */

/* A cluster that runs ends some time, and says so when somebody looks. */
static const char *const of_time[] = {
  "state", "state_message", "terminated_time", "termination_reason", "driver",
  "executors", "jdbc_port", "last_state_loss_time", NULL,
};

void
compute_raw (struct json_object *state, struct texts *ret)
{
  struct json_object *one;
  size_t i, k;
  int j;

  for (k = 0; k < MG_N_ELEMENTS (kinds); k++)
    for (i = 0; (one = nth (state, k, i)) != NULL; i++) {
      struct mg_buf row = MG_BUF_INIT (MAX_TEXT);
      struct json_object *fields = json_object_object_get (one, "fields");

      for (j = 0; k == CLUSTERS && of_time[j] != NULL; j++)
        json_object_object_del (fields, of_time[j]);
      mg_buf_addf (&row, "%s ", kinds[k].name);
      sim_json_sorted (&row, one);
      texts_add (ret, mg_buf_steal (&row));
    }
}

static int
was_there (struct json_object *before, size_t kind, int64_t id)
{
  struct json_object *one;
  size_t i;

  for (i = 0; (one = nth (before, kind, i)) != NULL; i++)
    if (sim_json_int (one, "id", 0) == id)
      return 1;
  return 0;
}

void
compute_running (struct json_object *state, struct json_object *before,
                 struct mg_buf *ret_text)
{
  struct json_object *one;
  size_t i;

  for (i = 0; (one = nth (state, CLUSTERS, i)) != NULL; i++) {
    struct json_object *fields = json_object_object_get (one, "fields");
    const char *now = sim_json_str (fields, "state");
    const char *why = sim_json_str (
      json_object_object_get (fields, "termination_reason"), "code");

    if (!was_there (before, CLUSTERS, sim_json_int (one, "id", 0))
        && (!mg_starts (now, "TERMINAT") || !mg_streq (why, "USER_REQUEST")))
      mg_buf_addf (ret_text, "not ended: cluster '%s' is %s\n",
                   name_in (CLUSTERS, fields), now);
  }
  for (i = 0; (one = nth (state, SCRIPTS, i)) != NULL; i++)
    if (!was_there (before, SCRIPTS, sim_json_int (one, "id", 0))
        && json_object_get_boolean (json_object_object_get (
             json_object_object_get (one, "fields"), "enabled")))
      mg_buf_addf (ret_text, "enabled: %s\n", json_object_to_json_string (one));
}

/* --- begun and not ended ---------------------------------------------- */

struct turn { int64_t at_us, seq; int up; };

static int
by_time (const void *a, const void *b)
{
  const struct turn *x = a, *y = b;

  if (x->at_us != y->at_us)
    return x->at_us < y->at_us ? -1 : 1;
  return (x->seq > y->seq) - (x->seq < y->seq);
}

/* The first end of each counts: its own, or its removal's. */
static int
is_first_end (struct sim *s, size_t at, const char *id)
{
  struct sim_record r;

  while (at-- > 0) {
    sim_ledger_get (s, at, &r);
    if (strcmp (r.id, id) != 0)
      continue;
    if (strcmp (r.effect, "create") == 0)
      return 1;
    if (mg_ends (r.route, "clusters/delete")
        || mg_ends (r.route, "clusters/permanent-delete"))
      return 0;
  }
  return 0;                        /* it was there before */
}

int
compute_peak (struct sim *s)
{
  size_t i, n = sim_ledger_count (s);
  struct turn *turns = mg_xcalloc (n + 1, sizeof *turns);
  size_t n_turns = 0;
  int now = 0, peak = 0;

  for (i = 0; i < n; i++) {
    struct sim_record r;
    int up;

    sim_ledger_get (s, i, &r);
    if (strcmp (r.kind, "clusters") != 0 || strcmp (r.effect, "none") == 0)
      continue;
    up = strcmp (r.effect, "create") == 0 ? 1
         : (mg_ends (r.route, "clusters/delete")
            || mg_ends (r.route, "clusters/permanent-delete"))
           && is_first_end (s, i, r.id) ? -1 : 0;
    turns[n_turns++] = (struct turn) { r.effect_us, r.seq, up };
  }
  qsort (turns, n_turns, sizeof *turns, by_time);
  for (i = 0; i < n_turns; i++) {
    now += turns[i].up;
    if (now > peak)
      peak = now;
  }
  mg_free (turns);
  return peak;
}

int64_t
compute_named (struct json_object *state, const char *what)
{
  struct json_object *one;
  int64_t n = 0;
  size_t i, k;

  for (k = CLUSTERS; k <= SCRIPTS; k++) {
    size_t len = strlen (kinds[k].name);

    if (!mg_starts (what, kinds[k].name) || what[len] != ' ')
      continue;
    for (i = 0; (one = nth (state, k, i)) != NULL; i++)
      n += mg_streq (name_in (k, json_object_object_get (one, "fields")),
                     what + len + 1);
  }
  return n;
}
