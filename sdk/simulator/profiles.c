/* Instance profiles: the ARN is the id.  Only AWS has them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "call.h"

static struct sim_table *
profiles (const struct sim_call *c)
{
  return &c->s->tables[SIM_PROFILES];
}

static int
feature_is_on (struct sim_call *c)
{
  if (mg_streq (c->s->config.cloud, "aws"))
    return 1;
  sim_fail (c, 404, "FEATURE_DISABLED",
            "Instance profiles are not available in this workspace.");
  return 0;
}

/* The stored text, to be freed. */
static char *
make_text (struct sim_call *c, const char *arn)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  const char *role = sim_json_str (c->body, "iam_role_arn");

  sim_json_set_str (o, "instance_profile_arn", arn);
  if (role != NULL && *role != '\0')
    sim_json_set_str (o, "iam_role_arn", role);
  json_object_object_add (
    o, "is_meta_instance_profile",
    json_object_new_boolean (sim_json_int (c->body,
                                           "is_meta_instance_profile",
                                           0) != 0));
  return sim_json_text (o);
}

static struct sim_object *
wanted (struct sim_call *c, const char *arn)
{
  struct sim_object *o = sim_table_by_key (profiles (c), arn);

  if (o == NULL)
    sim_fail (c, 404, "RESOURCE_DOES_NOT_EXIST",
              "Instance profile %s does not exist.", arn);
  return o;
}

void
sim_profiles_add (struct sim_call *c)
{
  const char *arn = sim_json_str (c->body, "instance_profile_arn");
  struct sim_object *o;

  if (!feature_is_on (c))
    return;
  if (!mg_starts (arn, "arn:aws") || !strstr (arn, ":instance-profile/")) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE",
              "'%s' is not the ARN of an instance profile", arn);
    return;
  }
  if (sim_table_by_key (profiles (c), arn) != NULL) {
    sim_fail (c, 400, "RESOURCE_ALREADY_EXISTS",
              "Instance profile %s has already been added.", arn);
    return;
  }
  if (!sim_json_int (c->body, "skip_validation", 0)) {
    sim_fail (c, 400, "DRY_RUN_FAILED",
              "The dry run to check instance profile %s failed.", arn);
    return;
  }
  o = sim_table_add (profiles (c), sim_new_id (c->s), make_text (c, arn), 0,
                     arn);
  o->created_us = c->now_us;
  sim_effect (c, "create", "instance-profiles", o->id, arn);
  sim_reply_empty (c);
}

void
sim_profiles_edit (struct sim_call *c)
{
  const char *arn = sim_json_str (c->body, "instance_profile_arn");
  struct sim_object *o = feature_is_on (c) ? wanted (c, arn) : NULL;

  if (o == NULL)
    return;
  sim_table_set (profiles (c), o, make_text (c, arn));
  sim_effect (c, "update", "instance-profiles", o->id, arn);
  sim_reply_empty (c);
}

void
sim_profiles_remove (struct sim_call *c)
{
  const char *arn = sim_json_str (c->body, "instance_profile_arn");
  struct sim_object *o = feature_is_on (c) ? wanted (c, arn) : NULL;

  if (o == NULL)
    return;
  sim_effect (c, "delete", "instance-profiles", o->id, arn);
  sim_table_remove (profiles (c), o);
  sim_reply_empty (c);
}

void
sim_profiles_list (struct sim_call *c)
{
  struct sim_table *t = profiles (c);
  struct mg_buf *out = &c->r->body;
  uint32_t i;
  int n = 0;

  if (!feature_is_on (c))
    return;
  mg_buf_add_byte (out, '{');
  for (i = 0; i < t->n_live; i++) {
    struct sim_object *o = sim_table_at (t, i);
    int times = sim_times (c, n == 0);

    while (sim_visible (c, o) && times-- > 0) {
      mg_buf_add_str (out, n++ == 0 ? "\"instance_profiles\":[" : ",");
      mg_buf_add_str (out, o->text);
    }
  }
  mg_buf_add_str (out, n > 0 ? "]}" : "}");
  c->r->status = 200;
  c->r->content_type = "application/json";
}
