/* Instance profiles and experiments of --populate.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "mlflow.h"
#include "populate.h"

#define FIRST_US (INT64_C (1700000000) * MG_SECOND_US)

void
sim_populate_profiles (struct sim *s, int64_t n)
{
  int64_t i;

  for (i = 0; i < n; i++) {
    MG_CLEANUP_FREE char *arn =
      mg_xasprintf ("arn:aws:iam::123456789012:instance-profile/data-%02d",
                    (int) i);
    char *text;

    if (i % 3 == 2)                    /* the role has another name */
      text = mg_xasprintf ("{\"instance_profile_arn\":\"%s\",\"iam_role_arn\""
                           ":\"arn:aws:iam::123456789012:role/data/reader-%d"
                           "\",\"is_meta_instance_profile\":false}", arn,
                           (int) i);
    else
      text = mg_xasprintf ("{\"instance_profile_arn\":\"%s\","
                           "\"is_meta_instance_profile\":%s}", arn,
                           i % 4 == 1 ? "true" : "false");
    sim_table_add (&s->tables[SIM_PROFILES], sim_new_id (s), text, 0, arn);
  }
}

/* --- experiments ----------------------------------------------------- */

static const char *const odd_names[] = {
  [0] = "/Shared/churn",
  [1] = "/Shared/with 'single' and \"double\" quotes",
  [2] = "/Shared/\xd0\xbe\xd0\xbf\xd1\x8b\xd1\x82 \xf0\x9f\xa7\xaa",
  [3] = "/Shared/100% \\ done & dusted?#",
  [4] = "/Shared/two\nlines",
  [5] = "/Shared/\xe2\x80\xae" "ltr",
  [6] = "/Shared/deep/er/and/deeper/still/experiment",
  [7] = "/Shared/Churn",               /* differs from the first by case */
  [8] = "/Users/" SIM_ADMIN_NAME "/own experiment",
  [9] = "/Users/conor.o'brien@example.com/o'experiment",
};

static void
add_tag (struct json_object *tags, const char *key, const char *value)
{
  struct json_object *tag = json_object_new_object ();

  sim_json_set_str (tag, "key", key);
  sim_json_set_str (tag, "value", value);
  json_object_array_add (tags, tag);
}

static void
odd_tags (struct json_object *tags, int64_t i)
{
  char text[5001], key[40];
  int j;

  switch (i) {
  case 0:
    add_tag (tags, "empty", "");
    add_tag (tags, "two\nlines", "a\r\nb\tc");
    add_tag (tags, "\xf0\x9f\xa7\xaa", "emoji key");
    add_tag (tags, "quote\"d", "va\"lue\\");
    break;
  case 1:                              /* as long as a value may be */
    memset (text, 'v', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    add_tag (tags, "long", text);
    break;
  case 2:                              /* more than a create may carry */
    for (j = 0; j < 25; j++) {
      snprintf (key, sizeof key, "tag %d", j);
      snprintf (text, sizeof text, "value %d", j);
      add_tag (tags, key, text);
    }
    break;
  case 3:
    add_tag (tags, "mlflow.note.content",
             "# Notes\n\n* one\n* two \xe2\x80\xae");
    add_tag (tags, "mlflow.experimentKind", "custom_model_development");
    break;
  case 4:
    add_tag (tags, "json", "{\"id\": 12345678901234567890, \"x\": [1e400]}");
    break;
  default:
    break;
  }
}

static char *
experiment_name (struct sim *s, int64_t i, struct mg_rand *rng)
{
  struct sim_table *users = &s->tables[SIM_USERS];
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (65536);
  MG_CLEANUP_FREE char *user = NULL;
  uint32_t who;

  if (i < (int64_t) MG_N_ELEMENTS (odd_names)
      && (i != 9 || users->n_live > 1))
    return mg_xstrdup (odd_names[i]);
  if (i % 3 == 0)
    return mg_xasprintf ("/Shared/projects/area %d/experiment %" PRId64,
                         (int) (i % 7), i);
  who = (uint32_t) mg_rand_below (rng, users->n_live);
  if (who < 21)                        /* names that a path cannot hold */
    who = 0;
  user = sim_text_field (sim_object_text (users, sim_table_at (users, who),
                                          &scratch), "userName");
  return mg_xasprintf ("/Users/%s/experiment %" PRId64, user, i);
}

static void
add_permissions (struct sim *s, struct sim_object *e, int64_t i,
                 struct mg_rand *rng)
{
  static const char *const levels[] = { "CAN_READ", "CAN_EDIT",
                                        "CAN_MANAGE" };

  if (i % 2 == 1 && i > 9)
    return;
  sim_grant (s, e, SIM_USERS, mg_rand_next (rng), "experiments",
             levels[i % 3]);
  sim_grant (s, e, SIM_GROUPS, 1 + mg_rand_below (rng, 1000), "experiments",
             levels[(i + 1) % 3]);
  if (i % 4 == 0)
    sim_grant (s, e, SIM_PRINCIPALS, mg_rand_next (rng), "experiments",
             "CAN_READ");
  if (i == 0) {
    sim_grant (s, e, SIM_USERS, 9, "experiments", "CAN_READ"); /* inactive */
    sim_grant (s, e, SIM_USERS, 1, "experiments", "CAN_EDIT");
    sim_grant (s, e, SIM_PRINCIPALS, 1, "experiments",
               "CAN_EDIT");            /* one of twins */
  }
}

static void
make_experiment (struct sim *s, int64_t i)
{
  MG_CLEANUP (sim_json_put) struct json_object *tags =
    json_object_new_array ();
  MG_CLEANUP_FREE char *name = NULL;
  MG_CLEANUP_FREE char *folder = NULL;
  enum sim_kind kind = SIM_USERS;
  struct sim_object *owner, *o;
  struct mg_rand rng;

  sim_number_rand (&rng, s->config.seed, "experiment", (uint64_t) i);
  name = experiment_name (s, i, &rng);
  if (sim_table_by_key (&s->tables[SIM_EXPERIMENTS], name) != NULL)
    return;
  folder = mg_xstrdup (name);
  *strrchr (folder, '/') = '\0';
  sim_folder_make (s, folder);
  odd_tags (tags, i);
  if (i % 5 == 0) {
    add_tag (tags, "team", i % 2 ? "risk" : "growth");
    add_tag (tags, "cost-centre", "0042");
  }
  owner = sim_folder_owner (s, name, &kind);
  if (owner == NULL) {
    kind = SIM_USERS;
    owner = sim_principal (s, s->admin_id, NULL);
  }
  o = sim_exp_make (s, name, NULL, tags, owner, kind,
                    FIRST_US + i * 60 * MG_SECOND_US);
  o->created_us = 0;
  add_permissions (s, o, i, &rng);
  if (i % 29 == 28) {                  /* deleted, but its name is not free */
    struct sim_table *t = &s->tables[SIM_EXPERIMENTS];
    MG_CLEANUP (sim_json_put) struct json_object *e = sim_object_json (t, o);

    sim_json_set_str (e, "lifecycle_stage", "deleted");
    sim_table_set (t, o, sim_json_text (e));
  }
}

void
sim_populate_experiments (struct sim *s, int64_t n)
{
  int64_t i;

  for (i = 0; i < n; i++)
    make_experiment (s, i);
}
