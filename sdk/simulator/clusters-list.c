/* The list of clusters: filters, order and pages.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "base/str.h"
#include "compute.h"

#define PAGE 20
#define MAX_PAGE 100

struct listed {
  struct json_object *cluster;
  const char *name;
  int64_t id;
};

/* No such member in the query, or one of those is the text. */
static int
query_has (const struct sim_call *c, const char *member, const char *text)
{
  int i, asked = 0;

  for (i = 0; i < c->n_query; i++) {
    if (strcmp (c->query[i].name, member) != 0)
      continue;
    if (text != NULL && strcasecmp (c->query[i].value, text) == 0)
      return 1;
    asked = 1;
  }
  return !asked;
}

static int
passes (const struct sim_call *c, struct json_object *cluster)
{
  int pinned = sim_json_str (cluster, "pinned_by_user_name") != NULL;

  return !sim_cluster_is_forgotten (cluster, c->now_us)
         && query_has (c, "filter_by.cluster_sources",
                       sim_json_str (cluster, "cluster_source"))
         && query_has (c, "filter_by.cluster_states",
                       sim_json_str (cluster, "state"))
         && query_has (c, "filter_by.policy_id",
                       sim_json_str (cluster, "policy_id"))
         && query_has (c, "filter_by.is_pinned", pinned ? "true" : "false");
}

static int
by_name (const void *a, const void *b)
{
  const struct listed *one = a, *two = b;
  int order = strcmp (one->name, two->name);

  return order != 0 ? order : (one->id > two->id) - (one->id < two->id);
}

static void
reverse (struct listed *list, size_t n)
{
  size_t i;

  for (i = 0; i < n / 2; i++) {
    struct listed other = list[i];

    list[i] = list[n - 1 - i];
    list[n - 1 - i] = other;
  }
}

/* All that the query wants, in its order. */
static size_t
collect (struct sim_call *c, struct listed **ret_list)
{
  struct sim_table *t = &c->s->tables[SIM_CLUSTERS];
  struct listed *list = mg_xcalloc ((size_t) t->n_live + 1, sizeof *list);
  size_t n = 0;
  uint32_t i;

  for (i = 0; i < t->n_live; i++) {
    struct sim_object *o = sim_table_at (t, i);
    struct json_object *cluster = sim_cluster_now (c->s, o, c->now_us);

    if (!sim_visible (c, o) || !passes (c, cluster)) {
      json_object_put (cluster);
      continue;
    }
    json_object_object_del (cluster, SIM_LIBRARIES);
    list[n].cluster = cluster;
    list[n].name = sim_json_str (cluster, "cluster_name");
    list[n++].id = o->id;
  }
  if (mg_streq (sim_query (c, "sort_by.field"), "CLUSTER_NAME"))
    qsort (list, n, sizeof *list, by_name);
  if (mg_streq (sim_query (c, "sort_by.direction"), "DESC"))
    reverse (list, n);
  *ret_list = list;
  return n;
}

/* A token says how many stand before the page and which is the last of them:
 * one that is deleted meanwhile moves nobody out of sight. */
static int
find_start (struct sim_call *c, const struct listed *list, size_t n,
            size_t *ret_from)
{
  const char *token = sim_query (c, "page_token"), *dot;
  MG_CLEANUP_FREE char *count = NULL;
  int64_t before = 0, last = 0;
  size_t i;

  *ret_from = 0;
  if (token == NULL || *token == '\0')
    return 0;
  dot = strchr (token, '.');
  count = dot ? mg_xstrndup (token, (size_t) (dot - token)) : NULL;
  if (count == NULL || mg_parse_int64 (count, &before) < 0 || before < 1
      || mg_parse_int64 (dot + 1, &last) < 0) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "Invalid page token: '%s'",
              token);
    return -1;
  }
  for (i = 0; i < n; i++) {
    if (list[i].id == last) {
      *ret_from = i + 1;
      return 0;
    }
  }
  *ret_from = (size_t) before - 1 < n ? (size_t) before - 1 : n;
  return 0;
}

static void
write_page (struct sim_call *c, const struct listed *list, size_t n,
            size_t from, size_t size)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  struct json_object *array = json_object_new_array ();
  size_t last = size < n - from ? from + size : n, i;
  char token[48];

  for (i = from; i < last; i++) {
    json_object_array_add (array, json_object_get (list[i].cluster));
    if (sim_times (c, i == from) > 1)
      json_object_array_add (array, json_object_get (list[i].cluster));
  }
  if (last > from)
    json_object_object_add (o, "clusters", array);
  else
    json_object_put (array);
  snprintf (token, sizeof token, "%zu.%" PRId64, last,
            last > 0 ? list[last - 1].id : 0);
  if (last < n)
    sim_json_set_str (o, "next_page_token", token);
  sim_reply_json (c, 200, o);
}

void
sim_cluster_list (struct sim_call *c)
{
  MG_CLEANUP_FREE struct listed *list = NULL;
  size_t n = collect (c, &list), from = 0, i;
  int64_t asked = sim_query_int (c, "page_size", 0);
  int64_t size = sim_page_size (c, asked > 0 ? asked : PAGE, MAX_PAGE);

  if (mg_starts (c->path, "/api/2.0/"))      /* knows no pages */
    size = INT64_MAX;
  if (find_start (c, list, n, &from) == 0)
    write_page (c, list, n, from,
                (uint64_t) size > SIZE_MAX ? SIZE_MAX : (size_t) size);
  for (i = 0; i < n; i++)
    json_object_put (list[i].cluster);
}
