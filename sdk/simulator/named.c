/* What jobs name and this program only lists: warehouses, pipelines,
 * notification destinations, dashboards, queries, alerts, serving endpoints.
 * They come by --populate and by /_simulator/object.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "base/str.h"
#include "jobs.h"

static const struct named {
  int kind;
  const char *name, *array, *id;
  enum sim_id_form form;
  const char *size;                    /* the query's word for a page's size */
  int64_t page, most;                  /* without one, and at most */
  const char *rest;                    /* what all of them have */
} named[] = {
  { SIM_WAREHOUSES, "warehouses", "warehouses", "id", SIM_ID_HEX,
    "page_size", 1000, 1000,
    "\"cluster_size\":\"Small\",\"min_num_clusters\":1,\"max_num_clusters\":1,"
    "\"auto_stop_mins\":10,\"enable_photon\":true,\"state\":\"STOPPED\","
    "\"warehouse_type\":\"PRO\",\"creator_name\":\"" SIM_ADMIN_NAME "\"" },
  { SIM_PIPELINES, "pipelines", "statuses", "pipeline_id", SIM_ID_UUID,
    "max_results", 25, 100,
    "\"state\":\"IDLE\",\"creator_user_name\":\"" SIM_ADMIN_NAME "\","
    "\"run_as_user_name\":\"" SIM_ADMIN_NAME "\"" },
  { SIM_DESTINATIONS, "notification-destinations", "results",
    "id", SIM_ID_UUID, "page_size", 20, 100,
    "\"destination_type\":\"SLACK\"" },
  { SIM_DASHBOARDS, "dashboards", "dashboards", "dashboard_id",
    SIM_ID_HEX32, "page_size", 20, 100,
    "\"lifecycle_state\":\"ACTIVE\"" },
  { SIM_QUERIES, "queries", "results", "id", SIM_ID_UUID,
    "page_size", 20, 100,
    "\"lifecycle_state\":\"ACTIVE\",\"owner_user_name\":\"" SIM_ADMIN_NAME
    "\"" },
  { SIM_ALERTS, "alerts", "results", "id", SIM_ID_UUID,
    "page_size", 20, 100,
    "\"lifecycle_state\":\"ACTIVE\",\"owner_user_name\":\"" SIM_ADMIN_NAME
    "\"" },
  { SIM_ALERTS_V2, "alerts-v2", "alerts", "id", SIM_ID_UUID,
    "page_size", 20, 100,
    "\"lifecycle_state\":\"ACTIVE\",\"owner_user_name\":\"" SIM_ADMIN_NAME
    "\"" },
  { SIM_ENDPOINTS, "serving-endpoints", "endpoints", "id",
    SIM_ID_HEX32, NULL, 0, 0,
    "\"creator\":\"" SIM_ADMIN_NAME "\",\"state\":{\"ready\":\"READY\"}" },
};

static const struct named *
find (int kind)
{
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (named); i++)
    if (named[i].kind == kind)
      return &named[i];
  return NULL;
}

int
sim_is_named (int kind)
{
  return find (kind) != NULL;
}

const char *
sim_named_key (int kind)
{
  return kind == SIM_WAREHOUSES || kind == SIM_PIPELINES
         || kind == SIM_ENDPOINTS ? "name" : "display_name";
}

void
sim_named_init (struct sim *s)
{
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (named); i++) {
    struct sim_table *t = &s->tables[named[i].kind];

    sim_table_init (t, named[i].name, NULL, 0);
    t->seed = s->config.seed;
    t->id_form = named[i].form;
  }
}

struct sim_object *
sim_named_make (struct sim *s, int kind, struct json_object *fields)
{
  const struct named *n = find (kind);
  struct sim_table *t = &s->tables[kind];
  int64_t id = sim_new_id (s);
  MG_CLEANUP_FREE char *text = mg_xasprintf ("{%s}", n->rest);
  MG_CLEANUP (sim_json_put) struct json_object *o =
    sim_json_parse (text, strlen (text), NULL);
  char id_text[SIM_ID_SIZE];

  json_object_object_foreach (fields, name, value) {
    json_object_object_add (o, name, json_object_get (value));
  }
  sim_id_text (t, id, id_text);
  sim_json_set_str (o, n->id, id_text);
  return sim_table_add (t, id, sim_json_text (o), 0, "");
}

void
sim_named_list (struct sim_call *c)
{
  const struct named *n = find (c->op->kind);
  struct sim_table *t = &c->s->tables[n->kind];
  struct mg_buf *out = &c->r->body;
  const char *token = sim_query (c, "page_token");
  int64_t asked = n->size ? sim_query_int (c, n->size, 0) : 0;
  int64_t size = n->size ? sim_page_size (c, asked > 0 ? asked : n->page,
                                          n->most) : INT64_MAX;
  int64_t slot = 0, shown = 0;
  uint32_t i;

  if (token != NULL && *token != '\0'
      && (mg_parse_int64 (token, &slot) < 0 || slot < 0
          || slot > UINT32_MAX)) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "Invalid page token: '%s'",
              token);
    return;
  }
  mg_buf_addf (out, "{\"%s\":[", n->array);
  for (i = sim_table_from_slot (t, (uint32_t) slot);
       i < t->n_live && shown < size; i++) {
    const struct sim_object *o = sim_table_at (t, i);

    if (!sim_visible (c, o))
      continue;
    if (sim_times (c, shown == 0) > 1)
      mg_buf_addf (out, "%s,", o->text);
    mg_buf_addf (out, "%s%s", shown++ ? "," : "", o->text);
  }
  mg_buf_add_byte (out, ']');
  if (i < t->n_live)
    mg_buf_addf (out, ",\"next_page_token\":\"%" PRIu32 "\"",
                 sim_table_at (t, i)->slot);
  mg_buf_add_byte (out, '}');
  c->r->status = 200;
  c->r->content_type = "application/json";
}
