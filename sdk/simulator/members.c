/* Who is a member of what, kept on both sides.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "scim.h"
#include "tree.h"

static uint32_t
cell_of (const struct sim_idset *set, int64_t id)
{
  uint64_t x = (uint64_t) id * 0x9e3779b97f4a7c15u;

  return (uint32_t) (x >> 32) & (set->n_cells - 1);
}

static void
idset_put (struct sim_idset *set, int64_t id)
{
  uint32_t i = cell_of (set, id);

  while (set->cells[i] != 0)
    i = (i + 1) & (set->n_cells - 1);
  set->cells[i] = id;
  set->n++;
}

int
sim_idset_has (const struct sim_idset *set, int64_t id)
{
  uint32_t i;

  if (set->n_cells == 0)
    return 0;
  for (i = cell_of (set, id); set->cells[i] != 0;
       i = (i + 1) & (set->n_cells - 1))
    if (set->cells[i] == id)
      return 1;
  return 0;
}

int
sim_idset_add (struct sim_idset *set, int64_t id)
{
  if (sim_idset_has (set, id))
    return 0;
  if ((set->n + 1) * 2 > set->n_cells) {
    struct sim_idset bigger = { NULL, set->n_cells ? set->n_cells * 2 : 64,
                                0 };
    uint32_t i;

    bigger.cells = mg_xcalloc (bigger.n_cells, sizeof bigger.cells[0]);
    for (i = 0; i < set->n_cells; i++)
      if (set->cells[i] != 0)
        idset_put (&bigger, set->cells[i]);
    mg_free (set->cells);
    *set = bigger;
  }
  idset_put (set, id);
  return 1;
}

void
sim_idset_done (struct sim_idset *set)
{
  mg_free (set->cells);
  memset (set, 0, sizeof *set);
}

void
sim_member_add (struct sim *s, struct sim_object *group,
                struct sim_object *member)
{
  struct sim_links *l = sim_object_links (member);

  (void) s;
  if (sim_ids_has (&l->groups, group->id))
    return;
  sim_ids_add (&l->groups, group->id);
  sim_ids_add (&sim_object_links (group)->members, member->id);
}

void
sim_member_remove (struct sim *s, struct sim_object *group, int64_t id)
{
  struct sim_object *member = sim_principal (s, id, NULL);

  if (group->links != NULL)
    sim_ids_remove (&group->links->members, id);
  if (member != NULL && member->links != NULL)
    sim_ids_remove (&member->links->groups, group->id);
}

void
sim_members_set (struct sim *s, struct sim_object *group,
                 const struct sim_ids *want)
{
  MG_CLEANUP (sim_idset_done) struct sim_idset set = { NULL, 0, 0 };
  struct sim_ids *have = &sim_object_links (group)->members;
  uint32_t i, kept = 0;

  for (i = 0; i < want->n; i++)
    sim_idset_add (&set, want->ids[i]);
  for (i = 0; i < have->n; i++) {
    struct sim_object *member;

    if (sim_idset_has (&set, have->ids[i])) {
      have->ids[kept++] = have->ids[i];
      continue;
    }
    member = sim_principal (s, have->ids[i], NULL);
    if (member != NULL)
      sim_ids_remove (&sim_object_links (member)->groups, group->id);
  }
  have->n = kept;
  for (i = 0; i < want->n; i++) {
    struct sim_object *member = sim_principal (s, want->ids[i], NULL);

    if (member != NULL)
      sim_member_add (s, group, member);
  }
}

int
sim_members_read (struct sim_call *c, struct json_object *list,
                  struct sim_ids *ret_ids)
{
  MG_CLEANUP (sim_idset_done) struct sim_idset seen = { NULL, 0, 0 };
  size_t i, n = list ? json_object_array_length (list) : 0;

  for (i = 0; i < ret_ids->n; i++)
    sim_idset_add (&seen, ret_ids->ids[i]);
  for (i = 0; i < n; i++) {
    struct json_object *one = json_object_array_get_idx (list, i);
    const char *value = sim_json_str (one, "value");
    int64_t id = sim_parse_id (value);

    if (id < 0 || sim_principal (c->s, id, NULL) == NULL) {
      sim_fail (c, 400, "invalidValue",
                "Member with id '%s' does not exist in this workspace",
                value ? value : "");
      return -1;
    }
    if (sim_idset_add (&seen, id))
      sim_ids_add (ret_ids, id);
  }
  return 0;
}

void
sim_principal_delete (struct sim *s, enum sim_kind kind,
                      struct sim_object *o)
{
  struct sim_links *l = o->links;
  uint32_t i;

  if (kind == SIM_USERS || kind == SIM_PRINCIPALS)
    sim_tree_orphan (s, kind, o);
  if (l != NULL) {
    for (i = 0; i < l->groups.n; i++) {
      struct sim_object *group = sim_table_by_id (&s->tables[SIM_GROUPS],
                                                  l->groups.ids[i]);

      if (group != NULL && group != o)
        sim_ids_remove (&sim_object_links (group)->members, o->id);
    }
    for (i = 0; i < l->members.n; i++) {
      struct sim_object *member = sim_principal (s, l->members.ids[i], NULL);

      if (member != NULL && member != o)
        sim_ids_remove (&sim_object_links (member)->groups, o->id);
    }
  }
  sim_table_remove (&s->tables[kind], o);
}
