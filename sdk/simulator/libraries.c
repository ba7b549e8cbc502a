/* Libraries of clusters.  A cluster's text keeps them in a member of ours; a
 * status follows from the cluster's state, but for those that wait for a
 * restart to go.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "compute.h"

#define GOING "UNINSTALL_ON_RESTART"

static const char *const forms[] = {
  "cran", "egg", "jar", "maven", "pypi", "requirements", "whl"
};

static struct json_object *
list_of (struct json_object *cluster)
{
  struct json_object *list = sim_json_array (cluster, SIM_LIBRARIES);

  if (list == NULL) {
    list = json_object_new_array ();
    json_object_object_add (cluster, SIM_LIBRARIES, list);
  }
  return list;
}

/* Its place in the list, or -1. */
static int
find (struct json_object *list, struct json_object *library)
{
  size_t i;

  for (i = 0; i < json_object_array_length (list); i++) {
    struct json_object *one = json_object_array_get_idx (list, i);

    if (json_object_equal (json_object_object_get (one, "library"), library))
      return (int) i;
  }
  return -1;
}

static int
is_going (struct json_object *one)
{
  return mg_streq (sim_json_str (one, "status"), GOING);
}

void
sim_libraries_restart (struct json_object *cluster)
{
  struct json_object *list = list_of (cluster);
  size_t i = json_object_array_length (list);

  while (i-- > 0)
    if (is_going (json_object_array_get_idx (list, i)))
      json_object_array_del_idx (list, i, 1);
}

/* --- showing --------------------------------------------------------- */

static void
add_statuses (struct json_object *answer, struct json_object *cluster)
{
  struct json_object *list = json_object_new_array ();
  struct json_object *have = list_of (cluster);
  int runs = mg_streq (sim_json_str (cluster, "state"), "RUNNING");
  size_t i;

  for (i = 0; i < json_object_array_length (have); i++) {
    struct json_object *one = NULL;

    json_object_deep_copy (json_object_array_get_idx (have, i), &one, NULL);
    if (!is_going (one))
      sim_json_set_str (one, "status", runs ? "INSTALLED" : "PENDING");
    json_object_array_add (list, one);
  }
  sim_json_set_str (answer, "cluster_id", sim_json_str (cluster, "cluster_id"));
  if (json_object_array_length (list) > 0)
    json_object_object_add (answer, "library_statuses", list);
  else
    json_object_put (list);
}

void
sim_library_status (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  MG_CLEANUP (sim_json_put) struct json_object *cluster = NULL;

  if (sim_cluster_wanted (c, sim_query (c, "cluster_id"), &cluster) == NULL)
    return;
  add_statuses (o, cluster);
  sim_reply_json (c, 200, o);
}

void
sim_library_all (struct sim_call *c)
{
  MG_CLEANUP (sim_json_put) struct json_object *o = json_object_new_object ();
  struct json_object *list = json_object_new_array ();
  struct sim_table *t = &c->s->tables[SIM_CLUSTERS];
  uint32_t i;

  json_object_object_add (o, "statuses", list);
  for (i = 0; i < t->n_live; i++) {
    MG_CLEANUP (sim_json_put) struct json_object *cluster =
      sim_cluster_now (c->s, sim_table_at (t, i), c->now_us);
    struct json_object *one;

    if (json_object_array_length (list_of (cluster)) == 0
        || sim_cluster_is_forgotten (cluster, c->now_us))
      continue;
    one = json_object_new_object ();
    add_statuses (one, cluster);
    json_object_array_add (list, one);
  }
  sim_reply_json (c, 200, o);
}

/* --- changing -------------------------------------------------------- */

static int
is_one_library (struct json_object *library)
{
  size_t i;
  int n = 0;

  for (i = 0; i < MG_N_ELEMENTS (forms); i++)
    n += json_object_object_get (library, forms[i]) != NULL;
  return n == 1;
}

static int
are_good (struct sim_call *c, struct json_object *list)
{
  size_t i, n = list ? json_object_array_length (list) : 0;

  if (n == 0) {
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "No libraries were given.");
    return 0;
  }
  for (i = 0; i < n; i++) {
    if (is_one_library (json_object_array_get_idx (list, i)))
      continue;
    sim_fail (c, 400, "INVALID_PARAMETER_VALUE", "A library is exactly one of "
              "jar, egg, whl, pypi, maven, cran and requirements.");
    return 0;
  }
  return 1;
}

void
sim_library_add (struct json_object *cluster, struct json_object *library)
{
  struct json_object *list = list_of (cluster);
  int at = find (list, library);
  struct json_object *one;

  if (at >= 0) {
    one = json_object_array_get_idx (list, (size_t) at);
    json_object_object_del (one, "status");
    return;
  }
  one = json_object_new_object ();
  json_object_object_add (one, "library", json_object_get (library));
  json_object_object_add (one, "is_library_for_all_clusters",
                          json_object_new_boolean (0));
  json_object_array_add (list, one);
}

static void
take_out (struct json_object *cluster, struct json_object *library)
{
  struct json_object *list = list_of (cluster);
  int at = find (list, library);

  if (at < 0)
    return;
  if (mg_streq (sim_json_str (cluster, "state"), "RUNNING"))
    sim_json_set_str (json_object_array_get_idx (list, (size_t) at), "status",
                      GOING);
  else
    json_object_array_del_idx (list, (size_t) at, 1);
}

static void
change (struct sim_call *c,
        void (*how) (struct json_object *, struct json_object *))
{
  MG_CLEANUP (sim_json_put) struct json_object *cluster = NULL;
  struct json_object *list = sim_json_array (c->body, "libraries");
  struct sim_object *o = sim_cluster_wanted (
    c, sim_json_str (c->body, "cluster_id"), &cluster);
  size_t i;

  if (o == NULL || !are_good (c, list))
    return;
  for (i = 0; i < json_object_array_length (list); i++)
    how (cluster, json_object_array_get_idx (list, i));
  sim_cluster_set (c, o, cluster, "update");
  c->effect_kind = "cluster-libraries";
  sim_reply_empty (c);
}

void
sim_library_install (struct sim_call *c)
{
  change (c, sim_library_add);
}

void
sim_library_uninstall (struct sim_call *c)
{
  change (c, take_out);
}
