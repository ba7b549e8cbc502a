/* Jobs: names repeat, settings are replaced as a whole or member by member, and
 * long arrays are answered in pages.
 *
 * 2.1 and 2.2 are one: 2.1 shows the first elements of an array and has no pages
 * of them, and always calls the format MULTI_TASK.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/parse.h"
#include "base/str.h"
#include "jobs.h"

#define MAX_JOBS 12000
#define MAX_LIST 100
#define LIST_PAGE 20
#define MAX_OFFSET 1000

const struct sim_job_array sim_job_arrays[] = {
  { "tasks", "task_key" }, { "job_clusters", "job_cluster_key" },
  { "parameters", "name" }, { "environments", "environment_key" },
  { NULL, NULL },
};

static struct sim_table *
jobs (struct sim *s)
{
  return &s->tables[SIM_JOBS];
}

static int
is_2_1 (const struct sim_call *c)
{
  return mg_starts (c->path, "/api/2.1/");
}

/* --- one job --------------------------------------------------------- */

static char *
principal_name (struct sim *s, const struct sim_object *o, enum sim_kind kind)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (1 << 20);

  return sim_text_field (sim_object_text (&s->tables[kind], o, &scratch),
                         s->tables[kind].key);
}

/* Who it runs as: who it says, or who made it. */
static void
name_runner (struct json_object *job)
{
  static const char *const members[] = { "user_name",
                                         "service_principal_name",
                                         "group_name" };
  struct json_object *run_as = json_object_object_get (
    json_object_object_get (job, "settings"), "run_as");
  const char *name = sim_json_str (job, "creator_user_name");
  size_t i;

  for (i = 0; run_as != NULL && i < MG_N_ELEMENTS (members); i++)
    if (sim_json_str (run_as, members[i]) != NULL)
      name = sim_json_str (run_as, members[i]);
  sim_json_set_str (job, "run_as_user_name", name ? name : "");
}

struct sim_object *
sim_job_make (struct sim *s, struct json_object *settings,
              struct sim_object *creator, enum sim_kind creator_kind,
              int64_t now_us)
{
  MG_CLEANUP (sim_json_put) struct json_object *job = json_object_new_object ();
  MG_CLEANUP_FREE char *name = principal_name (s, creator, creator_kind);
  struct json_object *copy = NULL;
  int64_t id = sim_new_id (s);
  struct sim_object *made;

  json_object_deep_copy (settings, &copy, NULL);
  json_object_object_del (copy, "access_control_list");
  sim_job_defaults (s, copy);
  json_object_object_add (job, "job_id", json_object_new_int64 (id));
  sim_json_set_str (job, "creator_user_name", name);
  json_object_object_add (job, "created_time",
                          json_object_new_int64 (now_us / MG_MS_US));
  json_object_object_add (job, "settings", copy);
  name_runner (job);
  made = sim_table_add (jobs (s), id, sim_json_text (job), 0, "");
  made->created_us = now_us;
  sim_acl_set (made, creator->id, sim_acl_level ("jobs", "IS_OWNER"));
  return made;
}

static void
changed (struct sim_call *c, struct sim_object *o, const char *effect)
{
  MG_CLEANUP (sim_json_put) struct json_object *job =
    sim_object_json (jobs (c->s), o);

  sim_effect_on (c, effect, jobs (c->s), o, sim_json_str (
                   json_object_object_get (job, "settings"), "name"));
}

/* The job of a request that changes it, or NULL after a reply.  The right is
 * looked at before the existence, so a job that is gone is a right that lacks. */
static struct sim_object *
wanted (struct sim_call *c)
{
  int64_t id = sim_json_int (c->body, "job_id", -1);
  struct sim_object *o = sim_table_by_id (jobs (c->s), id);
  MG_CLEANUP_FREE char *me = principal_name (c->s, c->me, c->me_kind);

  if (o == NULL)
    sim_fail (c, 403, "PERMISSION_DENIED",
              "User %s does not have Manage permissions on Job with ID: "
              "ElasticJobId(%" PRId64 ").", me, id);
  return o;
}

static void
store (struct sim_call *c, struct sim_object *o, struct json_object *job)
{
  name_runner (job);
  sim_table_set (jobs (c->s), o, sim_json_text (job));
  changed (c, o, "update");
  sim_reply_empty (c);
}

/* --- create, reset, update, delete ----------------------------------- */

void
sim_job_create (struct sim_call *c)
{
  struct json_object *list = json_object_object_get (c->body,
                                                     "access_control_list");
  struct sim_object *o;

  if (jobs (c->s)->n_live >= MAX_JOBS) {
    sim_fail (c, 400, "QUOTA_EXCEEDED", "The quota for the number of jobs has "
              "been reached. The current quota is %d.", MAX_JOBS);
    return;
  }
  if (!sim_job_is_good (c, c->body) || !sim_job_leaves_pools (c, c->body))
    return;
  o = sim_job_make (c->s, c->body, c->me, c->me_kind, c->now_us);
  if (list != NULL && sim_perm_add (c, "jobs", o) < 0) {
    sim_table_remove (jobs (c->s), o);
    return;
  }
  changed (c, o, "create");
  mg_buf_reset (&c->r->body);
  mg_buf_addf (&c->r->body, "{\"job_id\":%" PRId64 "}", o->id);
  c->r->status = 200;
  c->r->content_type = "application/json";
}

/* Everything is replaced but who it runs as. */
void
sim_job_reset (struct sim_call *c)
{
  struct json_object *fresh = json_object_object_get (c->body, "new_settings");
  struct sim_object *o = wanted (c);
  MG_CLEANUP (sim_json_put) struct json_object *job = NULL;
  struct json_object *run_as, *copy = NULL;

  if (o == NULL || !sim_job_is_good (c, fresh)
      || !sim_job_leaves_pools (c, fresh))
    return;
  job = sim_object_json (jobs (c->s), o);
  run_as = json_object_object_get (json_object_object_get (job, "settings"),
                                   "run_as");
  json_object_deep_copy (fresh, &copy, NULL);
  if (run_as != NULL && json_object_object_get (copy, "run_as") == NULL)
    json_object_object_add (copy, "run_as", json_object_get (run_as));
  sim_job_defaults (c->s, copy);
  json_object_object_add (job, "settings", copy);
  store (c, o, job);
}

static const char *
key_of_array (const char *name)
{
  int i;

  for (i = 0; sim_job_arrays[i].name != NULL; i++)
    if (strcmp (sim_job_arrays[i].name, name) == 0)
      return sim_job_arrays[i].key;
  return NULL;
}

static size_t
index_of (struct json_object *list, const char *key, const char *value)
{
  size_t i, n = json_object_array_length (list);

  for (i = 0; i < n; i++)
    if (mg_streq (sim_json_str (json_object_array_get_idx (list, i), key),
                  value))
      return i;
  return n;
}

/* New elements take the place of those of the same key. */
static void
merge_array (struct json_object *settings, const char *name, const char *key,
             struct json_object *fresh)
{
  struct json_object *have = json_object_object_get (settings, name);
  size_t i, n = json_object_array_length (fresh);

  if (have == NULL) {
    have = json_object_new_array ();
    json_object_object_add (settings, name, have);
  }
  for (i = 0; i < n; i++) {
    struct json_object *one = json_object_array_get_idx (fresh, i);

    json_object_array_put_idx (have, index_of (have, key, sim_json_str (one,
                                                                        key)),
                               json_object_get (one));
  }
}

static void
merge_settings (struct json_object *settings, struct json_object *fresh)
{
  if (fresh == NULL)
    return;
  json_object_object_foreach (fresh, name, value) {
    const char *key = key_of_array (name);

    if (key != NULL && json_object_is_type (value, json_type_array))
      merge_array (settings, name, key, value);
    else
      json_object_object_add (settings, name, json_object_get (value));
  }
}

/* "schedule", or "tasks/KEY" for one element. */
static void
remove_field (struct json_object *settings, const char *field)
{
  MG_CLEANUP_FREE char *name = mg_xstrndup (field, strcspn (field, "/"));
  const char *key = key_of_array (name), *slash = strchr (field, '/');
  struct json_object *list = json_object_object_get (settings, name);
  size_t at;

  if (slash == NULL || key == NULL) {
    json_object_object_del (settings, field);
    return;
  }
  at = list ? index_of (list, key, slash + 1) : 0;
  if (list != NULL && at < json_object_array_length (list))
    json_object_array_del_idx (list, at, 1);
}

void
sim_job_update (struct sim_call *c)
{
  struct json_object *drop = sim_json_array (c->body, "fields_to_remove");
  struct sim_object *o = wanted (c);
  MG_CLEANUP (sim_json_put) struct json_object *job = NULL;
  struct json_object *settings, *fresh;
  size_t i, n = drop ? json_object_array_length (drop) : 0;

  if (o == NULL)
    return;
  job = sim_object_json (jobs (c->s), o);
  settings = json_object_object_get (job, "settings");
  for (i = 0; i < n; i++)
    remove_field (settings, json_object_get_string (
                    json_object_array_get_idx (drop, i)));
  fresh = json_object_object_get (c->body, "new_settings");
  merge_settings (settings, fresh);
  if (!sim_job_is_good (c, settings) || !sim_job_leaves_pools (c, fresh))
    return;
  sim_job_defaults (c->s, settings);
  store (c, o, job);
}

static void
not_there (struct sim_call *c, int64_t id)
{
  sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST", "Job %" PRId64
            " does not exist.", id);
}

void
sim_job_delete (struct sim_call *c)
{
  int64_t id = sim_json_int (c->body, "job_id", -1);
  struct sim_object *o = sim_table_by_id (jobs (c->s), id);

  if (o == NULL) {
    not_there (c, id);
    return;
  }
  changed (c, o, "delete");
  sim_table_remove (jobs (c->s), o);
  sim_reply_empty (c);
}

/* --- get and list ---------------------------------------------------- */

/* Keeps SIM_JOB_PAGE elements of each array, beginning with 'first'; 1 when
 * there are more. */
static int
cut_arrays (struct json_object *settings, size_t first)
{
  int i, more = 0;

  for (i = 0; sim_job_arrays[i].name != NULL; i++) {
    struct json_object *list = json_object_object_get (settings,
                                                       sim_job_arrays[i].name);
    size_t n = list ? json_object_array_length (list) : 0;

    if (n > first + SIM_JOB_PAGE) {
      more = 1;
      json_object_array_del_idx (list, first + SIM_JOB_PAGE,
                                 n - first - SIM_JOB_PAGE);
      n = first + SIM_JOB_PAGE;
    }
    if (n > 0 && first > 0)
      json_object_array_del_idx (list, 0, n < first ? n : first);
  }
  return more;
}

void
sim_job_get (struct sim_call *c)
{
  int64_t id = sim_query_int (c, "job_id", -1), first = 0;
  struct sim_object *o = sim_table_by_id (jobs (c->s), id);
  const char *token = sim_query (c, "page_token");
  MG_CLEANUP (sim_json_put) struct json_object *job = NULL;
  struct json_object *settings;
  char next[24];

  if (o == NULL) {
    not_there (c, id);
    return;
  }
  if (token != NULL && *token != '\0'
      && (mg_parse_int64 (token, &first) < 0 || first < 0
          || first > SIM_MAX_TASKS || is_2_1 (c))) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "Invalid page token: '%s'",
              token);
    return;
  }
  job = sim_object_json (jobs (c->s), o);
  settings = json_object_object_get (job, "settings");
  if (cut_arrays (settings, (size_t) first) && !is_2_1 (c)) {
    snprintf (next, sizeof next, "%" PRId64, first + SIM_JOB_PAGE);
    json_object_object_add (job, "has_more", json_object_new_boolean (1));
    sim_json_set_str (job, "next_page_token", next);
  }
  if (is_2_1 (c))
    sim_json_set_str (settings, "format", "MULTI_TASK");
  sim_reply_json (c, 200, job);
}

/* As a list shows it: not who it runs as, and tasks when they are asked for. */
static struct json_object *
listed (struct sim_call *c, const struct sim_object *o, int expand)
{
  struct json_object *job = sim_object_json (jobs (c->s), o);
  struct json_object *settings = json_object_object_get (job, "settings");
  int i, more = cut_arrays (settings, 0);

  json_object_object_del (job, "run_as_user_name");
  json_object_object_del (settings, "run_as");
  for (i = 0; !expand && sim_job_arrays[i].name != NULL; i++)
    json_object_object_del (settings, sim_job_arrays[i].name);
  if (expand && more && !is_2_1 (c))
    json_object_object_add (job, "has_more", json_object_new_boolean (1));
  if (is_2_1 (c))
    sim_json_set_str (settings, "format", "MULTI_TASK");
  return job;
}

static int
has_name (struct sim_call *c, const struct sim_object *o, const char *name)
{
  MG_CLEANUP (sim_json_put) struct json_object *job = NULL;
  const char *own;

  if (name == NULL || *name == '\0')
    return 1;
  job = sim_object_json (jobs (c->s), o);
  own = sim_json_str (json_object_object_get (job, "settings"), "name");
  return own != NULL && strcasecmp (own, name) == 0;
}

/* Where the page begins; -1 after a reply. */
static int64_t
list_begin (struct sim_call *c, int64_t limit)
{
  const char *token = sim_query (c, "page_token");
  int64_t offset = sim_query_int (c, "offset", 0), slot = 0;

  if (limit < 1 || limit > MAX_LIST) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "limit must be between 1 and "
              "%d.", MAX_LIST);
    return -1;
  }
  if (offset < 0 || offset > MAX_OFFSET) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "offset must be between 0 and "
              "%d; use page_token instead.", MAX_OFFSET);
    return -1;
  }
  if (token == NULL || *token == '\0')
    return offset;
  if (mg_parse_int64 (token, &slot) < 0 || slot < 0 || slot > UINT32_MAX) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "Invalid page token: '%s'",
              token);
    return -1;
  }
  return sim_table_from_slot (jobs (c->s), (uint32_t) slot);
}

static void
add_token (struct sim_call *c, struct json_object *o, const char *member,
           uint32_t at)
{
  char text[24];

  snprintf (text, sizeof text, "%" PRIu32, sim_table_at (jobs (c->s),
                                                         at)->slot);
  sim_json_set_str (o, member, text);
}

void
sim_job_list (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *answer =
    json_object_new_object ();
  struct json_object *list = json_object_new_array ();
  struct sim_table *t = jobs (c->s);
  int64_t limit = sim_query_int (c, "limit", LIST_PAGE);
  int64_t begin = list_begin (c, limit), size, n = 0;
  int expand = mg_streq (sim_query (c, "expand_tasks"), "true");
  uint32_t i;

  json_object_object_add (answer, "jobs", list);
  if (begin < 0)
    return;
  size = sim_page_size (c, limit, MAX_LIST);
  for (i = (uint32_t) begin; i < t->n_live && n < size; i++) {
    const struct sim_object *o = sim_table_at (t, i);
    int times = sim_times (c, n == 0);

    if (!sim_visible (c, o) || !has_name (c, o, sim_query (c, "name")))
      continue;
    for (n++; times > 0; times--)
      json_object_array_add (list, listed (c, o, expand));
  }
  json_object_object_add (answer, "has_more",
                          json_object_new_boolean (i < t->n_live));
  if (n == 0)                          /* what is empty is left out */
    json_object_object_del (answer, "jobs");
  if (i < t->n_live)
    add_token (c, answer, "next_page_token", i);
  if (begin > 0 && t->n_live > 0)
    add_token (c, answer, "prev_page_token", (uint32_t) (
                 begin > size && begin - size < t->n_live ? begin - size : 0));
  sim_reply_json (c, 200, answer);
}
