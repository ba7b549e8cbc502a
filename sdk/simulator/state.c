/* Tables of objects: see state.h.  Objects live in chunks, so a pointer to one
 * stays good until it is removed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "state.h"

#define MAX_TEXT (16 * 1024 * 1024)
#define REMOVED UINT32_MAX

/* --- ids ------------------------------------------------------------- */

void
sim_ids_add (struct sim_ids *v, int64_t id)
{
  if (v->n == v->cap) {
    v->cap = v->cap ? v->cap * 2 : 4;
    v->ids = mg_xreallocarray (v->ids, v->cap, sizeof v->ids[0]);
  }
  v->ids[v->n++] = id;
}

int
sim_ids_remove (struct sim_ids *v, int64_t id)
{
  uint32_t i;

  for (i = 0; i < v->n; i++) {
    if (v->ids[i] == id) {
      v->n--;
      memmove (v->ids + i, v->ids + i + 1, (v->n - i) * sizeof v->ids[0]);
      return 1;
    }
  }
  return 0;
}

int
sim_ids_has (const struct sim_ids *v, int64_t id)
{
  uint32_t i;

  for (i = 0; i < v->n; i++)
    if (v->ids[i] == id)
      return 1;
  return 0;
}

void
sim_ids_done (struct sim_ids *v)
{
  mg_free (v->ids);
  memset (v, 0, sizeof *v);
}

/* --- hashing --------------------------------------------------------- */

uint32_t
sim_hash (const char *s, int fold)
{
  char *folded = fold ? mg_fold (s) : NULL;
  const unsigned char *p = (const unsigned char *) (folded ? folded : s);
  uint32_t h = 2166136261u;

  for (; *p != '\0'; p++)
    h = (h ^ *p) * 16777619u;
  mg_free (folded);
  return h ^ (h >> 15);
}

static uint32_t
hash_id (int64_t id)
{
  uint64_t x = (uint64_t) id * 0x9e3779b97f4a7c15u;

  return (uint32_t) (x >> 32);
}

static void
index_put (struct sim_index *x, uint32_t hash, uint32_t slot)
{
  uint32_t i = hash & (x->n_cells - 1);

  while (x->cells[i] != 0 && x->cells[i] != REMOVED)
    i = (i + 1) & (x->n_cells - 1);
  if (x->cells[i] == 0)
    x->n_used++;
  x->cells[i] = slot + 1;
}

static uint32_t
hash_of (const struct sim_object *o, int by_key)
{
  return by_key ? o->hash : hash_id (o->id);
}

static void
index_add (struct sim_table *t, struct sim_index *x, int by_key,
           const struct sim_object *o)
{
  if ((x->n_used + 1) * 2 > x->n_cells) {
    uint32_t i, want = 64;

    while (want < (t->n_live + 1) * 4)
      want *= 2;
    mg_free (x->cells);
    x->cells = mg_xcalloc (want, sizeof x->cells[0]);
    x->n_cells = want;
    x->n_used = 0;
    for (i = 0; i < t->n_live; i++) {
      const struct sim_object *other = sim_table_at (t, i);

      if (other != o)
        index_put (x, hash_of (other, by_key), other->slot);
    }
  }
  index_put (x, hash_of (o, by_key), o->slot);
}

static void
index_drop (struct sim_index *x, uint32_t hash, uint32_t slot)
{
  uint32_t i = hash & (x->n_cells - 1);

  while (x->cells[i] != 0) {
    if (x->cells[i] == slot + 1) {
      x->cells[i] = REMOVED;
      return;
    }
    i = (i + 1) & (x->n_cells - 1);
  }
}

/* --- tables ---------------------------------------------------------- */

void
sim_table_init (struct sim_table *t, const char *name, const char *key,
                int fold)
{
  memset (t, 0, sizeof *t);
  t->name = name;
  t->key = key;
  t->fold = fold;
}

static void
object_done (struct sim_object *o)
{
  mg_free (o->text);
  if (o->links != NULL) {
    sim_ids_done (&o->links->members);
    sim_ids_done (&o->links->groups);
    sim_ids_done (&o->links->children);
    mg_free (o->links->acl);
    sim_content_unref (o->links->content);
    mg_free (o->links);
  }
  o->text = NULL;
  o->links = NULL;
}

void
sim_table_done (struct sim_table *t)
{
  uint32_t i;

  for (i = 0; i < t->n_slots; i++)
    object_done (sim_table_slot (t, i));
  for (i = 0; i < t->n_chunks; i++)
    mg_free (t->chunks[i]);
  mg_free (t->chunks);
  mg_free (t->order);
  mg_free (t->by_id.cells);
  mg_free (t->by_key.cells);
  memset (t, 0, sizeof *t);
}

struct sim_object *
sim_table_slot (const struct sim_table *t, uint32_t slot)
{
  return &t->chunks[slot / SIM_CHUNK][slot % SIM_CHUNK];
}

struct sim_object *
sim_table_at (const struct sim_table *t, uint32_t i)
{
  return sim_table_slot (t, t->order[i]);
}

uint32_t
sim_table_from_slot (const struct sim_table *t, uint32_t slot)
{
  uint32_t low = 0, high = t->n_live;

  while (low < high) {
    uint32_t middle = low + (high - low) / 2;

    if (t->order[middle] < slot)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

struct sim_object *
sim_table_add (struct sim_table *t, int64_t id, char *text, uint32_t number,
               const char *key)
{
  struct sim_object *o;

  if (t->n_slots == t->n_chunks * SIM_CHUNK) {
    t->chunks = mg_xreallocarray (t->chunks, t->n_chunks + 1,
                                  sizeof t->chunks[0]);
    t->chunks[t->n_chunks++] = mg_xcalloc (SIM_CHUNK, sizeof *o);
  }
  if (t->n_live == t->cap_order) {
    t->cap_order = t->cap_order ? t->cap_order * 2 : 64;
    t->order = mg_xreallocarray (t->order, t->cap_order,
                                 sizeof t->order[0]);
  }
  o = sim_table_slot (t, t->n_slots);
  o->slot = t->n_slots++;
  o->id = id;
  o->text = text;
  o->number = number;
  o->live = 1;
  t->order[t->n_live++] = o->slot;
  index_add (t, &t->by_id, 0, o);
  if (t->key != NULL) {
    o->hash = sim_hash (key, t->fold);
    index_add (t, &t->by_key, 1, o);
  }
  return o;
}

void
sim_table_set (struct sim_table *t, struct sim_object *o, char *text)
{
  if (t->key != NULL) {
    MG_CLEANUP_FREE char *key = sim_text_field (text, t->key);
    uint32_t hash = sim_hash (key, t->fold);

    if (hash != o->hash) {
      index_drop (&t->by_key, o->hash, o->slot);
      o->hash = hash;
      index_add (t, &t->by_key, 1, o);
    }
  }
  mg_free (o->text);
  o->text = text;
}

void
sim_table_remove (struct sim_table *t, struct sim_object *o)
{
  uint32_t i = sim_table_from_slot (t, o->slot);

  index_drop (&t->by_id, hash_id (o->id), o->slot);
  if (t->key != NULL)
    index_drop (&t->by_key, o->hash, o->slot);
  t->n_live--;
  memmove (t->order + i, t->order + i + 1,
           (t->n_live - i) * sizeof t->order[0]);
  o->live = 0;
  object_done (o);
}

struct sim_object *
sim_table_by_id (const struct sim_table *t, int64_t id)
{
  const struct sim_index *x = &t->by_id;
  uint32_t i;

  if (x->n_cells == 0)
    return NULL;
  for (i = hash_id (id) & (x->n_cells - 1); x->cells[i] != 0;
       i = (i + 1) & (x->n_cells - 1)) {
    struct sim_object *o;

    if (x->cells[i] == REMOVED)
      continue;
    o = sim_table_slot (t, x->cells[i] - 1);
    if (o->id == id)
      return o;
  }
  return NULL;
}

static int
key_is (const struct sim_table *t, const struct sim_object *o,
        const char *want, struct mg_buf *scratch)
{
  MG_CLEANUP_FREE char *key =
    sim_text_field (sim_object_text (t, o, scratch), t->key);
  MG_CLEANUP_FREE char *folded = t->fold ? mg_fold (key) : NULL;

  return strcmp (folded ? folded : key, want) == 0;
}

struct sim_object *
sim_table_by_key (const struct sim_table *t, const char *key)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (MAX_TEXT);
  MG_CLEANUP_FREE char *folded = t->fold ? mg_fold (key) : NULL;
  uint32_t hash = sim_hash (key, t->fold);
  const struct sim_index *x = &t->by_key;
  uint32_t i;

  if (x->n_cells == 0)
    return NULL;
  for (i = hash & (x->n_cells - 1); x->cells[i] != 0;
       i = (i + 1) & (x->n_cells - 1)) {
    struct sim_object *o;

    if (x->cells[i] == REMOVED)
      continue;
    o = sim_table_slot (t, x->cells[i] - 1);
    if (o->hash == hash && key_is (t, o, folded ? folded : key, &scratch))
      return o;
  }
  return NULL;
}

/* --- objects --------------------------------------------------------- */

const char *
sim_object_text (const struct sim_table *t, const struct sim_object *o,
                 struct mg_buf *scratch)
{
  if (o->text != NULL)
    return o->text;
  mg_buf_reset (scratch);
  t->generate (t->seed, o->number, o->id, scratch);
  return mg_buf_text (scratch);
}

char *
sim_object_copy (const struct sim_table *t, const struct sim_object *o)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (MAX_TEXT);

  return mg_xstrdup (sim_object_text (t, o, &scratch));
}

struct json_object *
sim_object_json (const struct sim_table *t, const struct sim_object *o)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (MAX_TEXT);
  const char *text = sim_object_text (t, o, &scratch);

  return sim_json_parse (text, strlen (text), NULL);
}

struct sim_links *
sim_object_links (struct sim_object *o)
{
  if (o->links == NULL)
    o->links = mg_xcalloc (1, sizeof *o->links);
  return o->links;
}
