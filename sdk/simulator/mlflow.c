/* Experiments in the dialect of the workspace: names are absolute paths, some
 * tags are set by the service, deleted ones keep their names.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "mlflow.h"

#define MAX_NAME 500
#define MAX_TAGS_AT_CREATE 20
#define MAX_TAG_KEY 250
#define MAX_TAG_VALUE 5000

static struct sim_table *
experiments (struct sim *s)
{
  return &s->tables[SIM_EXPERIMENTS];
}

/* --- one experiment -------------------------------------------------- */

static void
set_tag (struct json_object *tags, const char *key, const char *value)
{
  size_t i, n = json_object_array_length (tags);
  struct json_object *tag;

  for (i = 0; i < n; i++) {
    tag = json_object_array_get_idx (tags, i);
    if (mg_streq (sim_json_str (tag, "key"), key)) {
      sim_json_set_str (tag, "value", value);
      return;
    }
  }
  tag = json_object_new_object ();
  sim_json_set_str (tag, "key", key);
  sim_json_set_str (tag, "value", value);
  json_object_array_add (tags, tag);
}

static void
set_text (struct sim *s, struct sim_object *o, struct json_object *e)
{
  sim_table_set (experiments (s), o, sim_json_text (e));
}

static void
touch (struct json_object *e, int64_t now_us)
{
  json_object_object_add (e, "last_update_time",
                          json_object_new_int64 (now_us / MG_MS_US));
}

struct sim_object *
sim_exp_make (struct sim *s, const char *name, const char *location,
              struct json_object *tags, struct sim_object *owner,
              enum sim_kind owner_kind, int64_t now_us)
{
  MG_CLEANUP (sim_json_put) struct json_object *e = json_object_new_object ();
  struct json_object *all = json_object_new_array ();
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (1 << 20);
  const char *owner_text = sim_object_text (&s->tables[owner_kind], owner,
                                            &scratch);
  MG_CLEANUP_FREE char *owner_name =
    sim_text_field (owner_text, owner_kind == SIM_USERS ? "userName"
                                                        : "applicationId");
  int64_t id = sim_new_id (s);
  struct sim_object *o;
  char text[100];
  size_t i, n = tags ? json_object_array_length (tags) : 0;

  for (i = 0; i < n; i++) {
    struct json_object *tag = json_object_array_get_idx (tags, i);

    set_tag (all, sim_json_str (tag, "key"), sim_json_str (tag, "value"));
  }
  snprintf (text, sizeof text, "%" PRId64, owner->id);
  set_tag (all, "mlflow.ownerId", text);
  set_tag (all, "mlflow.ownerEmail", owner_name);
  set_tag (all, "mlflow.experimentType", "MLFLOW_EXPERIMENT");
  set_tag (all, "mlflow.experiment.sourceName", name);
  snprintf (text, sizeof text, "%" PRId64, id);
  sim_json_set_str (e, "experiment_id", text);
  sim_json_set_str (e, "name", name);
  snprintf (text, sizeof text, "dbfs:/databricks/mlflow-tracking/%" PRId64,
            id);
  sim_json_set_str (e, "artifact_location",
                    location && *location ? location : text);
  sim_json_set_str (e, "lifecycle_stage", "active");
  json_object_object_add (e, "creation_time",
                          json_object_new_int64 (now_us / MG_MS_US));
  touch (e, now_us);
  json_object_object_add (e, "tags", all);
  o = sim_table_add (experiments (s), id, sim_json_text (e), 0, name);
  o->created_us = now_us;
  sim_acl_set (o, owner->id, sim_acl_level ("experiments", "CAN_MANAGE"));
  return o;
}

/* The experiment that the request names, or NULL after a reply. */
static struct sim_object *
wanted (struct sim_call *c, const char *id)
{
  struct sim_object *o = sim_table_by_id (experiments (c->s),
                                          sim_parse_id (id));

  if (o == NULL)
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
              "Experiment with id '%s' does not exist.", id ? id : "");
  return o;
}

static int
is_active (const struct sim_object *o)
{
  MG_CLEANUP_FREE char *stage = sim_text_field (o->text, "lifecycle_stage");

  return strcmp (stage, "active") == 0;
}

static void
changed (struct sim_call *c, struct sim_object *o, const char *effect)
{
  MG_CLEANUP_FREE char *name = sim_text_field (o->text, "name");

  sim_effect (c, effect, "experiments", o->id, name);
}

/* --- create ---------------------------------------------------------- */

static int
tags_are_good (struct sim_call *c, struct json_object *tags)
{
  size_t i, n = tags ? json_object_array_length (tags) : 0;

  if (n > MAX_TAGS_AT_CREATE) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "%zu tags are more than the %d that a request may have", n,
              MAX_TAGS_AT_CREATE);
    return 0;
  }
  for (i = 0; i < n; i++) {
    struct json_object *tag = json_object_array_get_idx (tags, i);
    const char *key = sim_json_str (tag, "key");
    const char *value = sim_json_str (tag, "value");

    if (key == NULL || *key == '\0' || strlen (key) > MAX_TAG_KEY
        || value == NULL || strlen (value) > MAX_TAG_VALUE) {
      sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
                "tag %zu is empty or longer than %d (key), %d (value)", i,
                MAX_TAG_KEY, MAX_TAG_VALUE);
      return 0;
    }
  }
  return 1;
}

/* The name as it is stored, to be freed; NULL after a reply. */
static char *
good_name (struct sim_call *c, const char *name)
{
  MG_CLEANUP_FREE char *parent = NULL;
  char *slash;

  if (name == NULL)
    name = "";
  if (mg_starts (name, "/Workspace/"))
    name += strlen ("/Workspace");
  if (name[0] != '/' || name[1] == '\0' || mg_ends (name, "/")
      || strstr (name, "//") != NULL || strlen (name) > MAX_NAME) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "Got an invalid experiment name '%s'. An experiment name must "
              "be an absolute path in the workspace.", name);
    return NULL;
  }
  if (sim_table_by_key (experiments (c->s), name) != NULL
      || sim_folder_exists (c->s, name)) {
    sim_fail (c, 400, "RESOURCE_ALREADY_EXISTS",
              "Node named '%s' already exists", name);
    return NULL;
  }
  parent = mg_xstrdup (name);
  slash = strrchr (parent, '/');
  slash[slash == parent ? 1 : 0] = '\0';
  if (!sim_folder_exists (c->s, parent)) {
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
              "Parent directory %s does not exist.", parent);
    return NULL;
  }
  return mg_xstrdup (name);
}

void
sim_exp_create (struct sim_call *c)
{
  struct json_object *tags = sim_json_array (c->body, "tags");
  MG_CLEANUP_FREE char *name = NULL;
  struct sim_object *o;

  if (!tags_are_good (c, tags))
    return;
  name = good_name (c, sim_json_str (c->body, "name"));
  if (name == NULL)
    return;
  o = sim_exp_make (c->s, name, sim_json_str (c->body, "artifact_location"),
                    tags, c->me, c->me_kind, c->now_us);
  changed (c, o, "create");
  mg_buf_addf (&c->r->body, "{\"experiment_id\":\"%" PRId64 "\"}", o->id);
  c->r->status = 200;
  c->r->content_type = "application/json";
}

/* --- read ------------------------------------------------------------ */

static void
reply_one (struct sim_call *c, const struct sim_object *o)
{
  mg_buf_addf (&c->r->body, "{\"experiment\":%s}", o->text);
  c->r->status = 200;
  c->r->content_type = "application/json";
}

void
sim_exp_get (struct sim_call *c)
{
  struct sim_object *o = wanted (c, sim_query (c, "experiment_id"));

  if (o != NULL)
    reply_one (c, o);
}

void
sim_exp_get_by_name (struct sim_call *c)
{
  const char *name = sim_query (c, "experiment_name");
  struct sim_object *o;

  if (mg_starts (name, "/Workspace/"))
    name += strlen ("/Workspace");
  o = sim_table_by_key (experiments (c->s), name);
  if (o == NULL)
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
              "Node %s does not exist.", name);
  else
    reply_one (c, o);
}

/* --- change ---------------------------------------------------------- */

void
sim_exp_update (struct sim_call *c)
{
  struct sim_object *o = wanted (c, sim_json_str (c->body, "experiment_id"));
  const char *new_name = sim_json_str (c->body, "new_name");
  MG_CLEANUP (sim_json_put) struct json_object *e = NULL;
  MG_CLEANUP_FREE char *name = NULL;

  if (o == NULL)
    return;
  if (!is_active (o)) {
    sim_fail (c, 400, "INVALID_STATE",
              "Cannot rename an experiment that is deleted.");
    return;
  }
  e = sim_object_json (experiments (c->s), o);
  if (new_name != NULL && !mg_streq (new_name, sim_json_str (e, "name"))) {
    name = good_name (c, new_name);
    if (name == NULL)
      return;
    sim_json_set_str (e, "name", name);
  }
  touch (e, c->now_us);
  set_text (c->s, o, e);
  changed (c, o, "update");
  sim_reply_empty (c);
}

static void
set_stage (struct sim_call *c, const char *stage)
{
  const char *id = sim_json_str (c->body, "experiment_id");
  struct sim_object *o = wanted (c, id);
  MG_CLEANUP (sim_json_put) struct json_object *e = NULL;

  if (o == NULL)
    return;
  e = sim_object_json (experiments (c->s), o);
  if (mg_streq (sim_json_str (e, "lifecycle_stage"), stage)) {
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
              "Experiment with id '%s' is already %s.", id, stage);
    return;
  }
  sim_json_set_str (e, "lifecycle_stage", stage);
  touch (e, c->now_us);
  set_text (c->s, o, e);
  changed (c, o, strcmp (stage, "deleted") == 0 ? "delete" : "update");
  sim_reply_empty (c);
}

void
sim_exp_delete (struct sim_call *c)
{
  set_stage (c, "deleted");
}

void
sim_exp_restore (struct sim_call *c)
{
  set_stage (c, "active");
}

void
sim_exp_set_tag (struct sim_call *c)
{
  struct sim_object *o = wanted (c, sim_json_str (c->body, "experiment_id"));
  const char *key = sim_json_str (c->body, "key");
  const char *value = sim_json_str (c->body, "value");
  MG_CLEANUP (sim_json_put) struct json_object *e = NULL;

  if (o == NULL)
    return;
  if (!is_active (o)) {
    sim_fail (c, 400, "INVALID_STATE",
              "The experiment must be in the 'active' state.");
    return;
  }
  if (*key == '\0' || strlen (key) > MAX_TAG_KEY
      || strlen (value) > MAX_TAG_VALUE) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "the tag is empty or longer than %d (key), %d (value)",
              MAX_TAG_KEY, MAX_TAG_VALUE);
    return;
  }
  e = sim_object_json (experiments (c->s), o);
  if (sim_json_array (e, "tags") == NULL)
    json_object_object_add (e, "tags", json_object_new_array ());
  set_tag (sim_json_array (e, "tags"), key, value);
  touch (e, c->now_us);
  set_text (c->s, o, e);
  changed (c, o, "update");
  sim_reply_empty (c);
}

void
sim_exp_delete_tag (struct sim_call *c)
{
  struct sim_object *o = wanted (c, sim_json_str (c->body, "experiment_id"));
  const char *key = sim_json_str (c->body, "key");
  MG_CLEANUP (sim_json_put) struct json_object *e = NULL;
  struct json_object *tags;
  size_t i, n;

  if (o == NULL)
    return;
  e = sim_object_json (experiments (c->s), o);
  tags = sim_json_array (e, "tags");
  n = tags ? json_object_array_length (tags) : 0;
  for (i = 0; i < n; i++)
    if (mg_streq (sim_json_str (json_object_array_get_idx (tags, i), "key"),
                  key))
      break;
  if (i == n) {
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST", "No tag with name: %s", key);
    return;
  }
  json_object_array_del_idx (tags, i, 1);
  touch (e, c->now_us);
  set_text (c->s, o, e);
  changed (c, o, "update");
  sim_reply_empty (c);
}
