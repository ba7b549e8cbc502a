/* The whole state as sorted JSON, back from it, and changes by hand for tests.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "base/str.h"
#include "control.h"
#include "routes.h"
#include "scim.h"
#include "tree.h"

#define MAX_TEXT (16 * 1024 * 1024)

/* --- out ------------------------------------------------------------- */

static int
by_id (const void *a, const void *b)
{
  const int64_t *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

static void
save_members (struct mg_buf *out, const struct sim_links *l)
{
  int64_t *ids = mg_xmemdup (l->members.ids,
                             l->members.n * sizeof l->members.ids[0]);
  uint32_t i;

  qsort (ids, l->members.n, sizeof ids[0], by_id);
  mg_buf_add_str (out, ",\"members\":[");
  for (i = 0; i < l->members.n; i++)
    mg_buf_addf (out, "%s%" PRId64, i ? "," : "", ids[i]);
  mg_buf_add_byte (out, ']');
  mg_free (ids);
}

static int
by_principal (const void *a, const void *b)
{
  const struct sim_ace *x = a, *y = b;

  return (x->principal > y->principal) - (x->principal < y->principal);
}

static void
save_acl (struct sim *s, struct mg_buf *out, const char *type,
          const struct sim_links *l)
{
  struct sim_ace *list = mg_xmemdup (l->acl, l->n_acl * sizeof l->acl[0]);
  uint32_t i, n = 0;

  qsort (list, l->n_acl, sizeof list[0], by_principal);
  mg_buf_add_str (out, ",\"permissions\":{");
  for (i = 0; i < l->n_acl; i++) {
    if (sim_principal (s, list[i].principal, NULL) == NULL)
      continue;
    mg_buf_addf (out, "%s\"%" PRId64 "\":\"%s\"", n++ ? "," : "",
                 list[i].principal, sim_acl_level_name (type, list[i].level));
  }
  mg_buf_add_byte (out, '}');
  mg_free (list);
}

static void
save_object (struct sim *s, struct sim_table *t, struct sim_object *o,
             struct mg_buf *out)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf scratch = MG_BUF_INIT (MAX_TEXT);
  const char *text = sim_object_text (t, o, &scratch);
  MG_CLEANUP (sim_json_put) struct json_object *j =
    sim_json_parse (text, strlen (text), NULL);

  sim_content_show (o, j);
  mg_buf_addf (out, "{\"account\":%d,\"admin\":%d,\"fields\":", o->account,
               o->admin_assigned);
  sim_json_sorted (out, j);
  mg_buf_addf (out, ",\"id\":%" PRId64, o->id);
  if (o->links != NULL && o->links->members.n > 0)
    save_members (out, o->links);
  if (o->links != NULL && o->links->n_acl > 0)
    save_acl (s, out, sim_acl_type (s, t), o->links);
  mg_buf_add_byte (out, '}');
}

/* Sorted by name and id, with nothing in it that a change and its undoing
 * leave behind except the numbers under "ids". */
static void
save_numbers (struct sim *s, struct mg_buf *ret_text)
{
  mg_buf_addf (ret_text, "\"ids\":{\"account\":%" PRId64 ",\"account_base\":%"
               PRId64 ",\"base\":%" PRId64 ",\"last\":%" PRId64
               ",\"workspace\":%" PRId64 "},\n\"first\":[%" PRId64 ",%" PRId64
               ",%" PRId64 ",%" PRId64 "],\n",
               s->n_account_ids, s->account_base, s->id_base, s->n_ids,
               s->workspace_id, s->admin_id, s->robot_id, s->admins_id,
               s->users_id);
}

/* An experiment that is deleted stays for ever in the trash. */
static int
is_deleted (const struct sim *s, const struct sim_table *t,
            const struct sim_object *o)
{
  MG_CLEANUP_FREE char *stage = NULL;

  if (t != &s->tables[SIM_EXPERIMENTS])
    return 0;
  stage = sim_text_field (o->text, "lifecycle_stage");
  return strcmp (stage, "deleted") == 0;
}

static void
save_tables (struct sim *s, int live_only, struct mg_buf *ret_text)
{
  int i, n;
  uint32_t j;

  mg_buf_add_str (ret_text, "\"tables\":{");
  for (i = 0; i < s->n_tables; i++) {
    struct sim_table *t = &s->tables[i];

    mg_buf_addf (ret_text, "%s\n\"%s\":[", i ? "," : "", t->name);
    for (j = 0, n = 0; j < t->n_live; j++) {
      struct sim_object *o = sim_table_at (t, j);

      if ((live_only && is_deleted (s, t, o))
          || (t == &s->tables[SIM_FOLDERS] && sim_tree_is_implied (s, o)))
        continue;
      mg_buf_add_str (ret_text, n++ ? ",\n" : "\n");
      save_object (s, t, o, ret_text);
    }
    mg_buf_add_byte (ret_text, ']');
  }
  mg_buf_add_str (ret_text, "}}\n");
}

int
sim_save (struct sim *s, struct mg_buf *ret_text, struct mg_error *err)
{
  mg_buf_add_byte (ret_text, '{');
  save_numbers (s, ret_text);
  save_tables (s, 0, ret_text);
  return mg_buf_check (ret_text, "the state", err);
}

int
sim_save_live (struct sim *s, struct mg_buf *ret_text, struct mg_error *err)
{
  mg_buf_add_byte (ret_text, '{');
  save_tables (s, 1, ret_text);
  return mg_buf_check (ret_text, "the state", err);
}

/* --- in -------------------------------------------------------------- */

static struct sim_table *
find_table (struct sim *s, const char *name)
{
  int i;

  for (i = 0; name != NULL && i < s->n_tables; i++)
    if (strcmp (s->tables[i].name, name) == 0)
      return &s->tables[i];
  return NULL;
}

static void
load_object (struct sim *s, struct sim_table *t, struct json_object *one)
{
  struct json_object *fields = json_object_object_get (one, "fields");
  int is_leaf = t == &s->tables[SIM_NOTEBOOKS] || t == &s->tables[SIM_FILES];
  struct sim_content *content = is_leaf ? sim_content_told (fields) : NULL;
  const char *key = t->key ? sim_json_str (fields, t->key) : NULL;
  struct sim_object *o = sim_table_add (t, sim_json_int (one, "id", 0),
                                        sim_json_text (fields), 0,
                                        key ? key : "");

  sim_object_set_content (o, content);
  o->account = (uint8_t) sim_json_int (one, "account", 0);
  o->admin_assigned = (uint8_t) sim_json_int (one, "admin", 0);
}

static void
load_links (struct sim *s, struct sim_table *t, struct json_object *one)
{
  struct sim_object *o = sim_table_by_id (t, sim_json_int (one, "id", 0));
  struct json_object *members = sim_json_array (one, "members");
  struct json_object *acl = json_object_object_get (one, "permissions");
  size_t i, n = members ? json_object_array_length (members) : 0;

  for (i = 0; i < n; i++) {
    struct sim_object *m = sim_principal (
      s, json_object_get_int64 (json_object_array_get_idx (members, i)),
      NULL);

    if (m != NULL)
      sim_member_add (s, o, m);
  }
  if (!json_object_is_type (acl, json_type_object))
    return;
  json_object_object_foreach (acl, id, level) {
    int number = sim_acl_level (sim_acl_type (s, t),
                                json_object_get_string (level));

    if (number >= 0)
      sim_acl_set (o, sim_parse_id (id), number);
  }
}

static void
load_numbers (struct sim *s, struct json_object *all)
{
  struct json_object *ids = json_object_object_get (all, "ids");
  struct json_object *first = sim_json_array (all, "first");
  int64_t *const to[] = { &s->admin_id, &s->robot_id, &s->admins_id,
                          &s->users_id };
  size_t i;

  s->n_ids = sim_json_int (ids, "last", s->n_ids);
  s->id_base = sim_json_int (ids, "base", s->id_base);
  s->n_account_ids = sim_json_int (ids, "account", 0);
  s->account_base = sim_json_int (ids, "account_base", s->account_base);
  s->workspace_id = sim_json_int (ids, "workspace", s->workspace_id);
  for (i = 0; i < 4; i++)
    *to[i] = json_object_get_int64 (json_object_array_get_idx (first, i));
  for (i = 0; i < (size_t) s->n_tokens; i++)
    s->tokens[i].principal = s->tokens[i].oauth ? s->robot_id : s->admin_id;
}

int
sim_load (struct sim *s, const char *text, size_t len, struct mg_error *err)
{
  const char *why = "another type";
  MG_CLEANUP (sim_json_put) struct json_object *all =
    sim_json_parse (text, len, &why);
  struct json_object *tables, *first;
  struct sim_object *robot;
  int pass;
  size_t i;

  tables = json_object_is_type (all, json_type_object)
    ? json_object_object_get (all, "tables") : NULL;
  first = sim_json_array (all, "first");
  if (!json_object_is_type (tables, json_type_object) || first == NULL
      || json_object_array_length (first) != 4)
    return mg_error_set (err, MG_E_INVALID, "bad-state",
                         "the state cannot be read: %s",
                         why ? why : "parts are missing");
  for (i = 0; i < (size_t) s->n_tables; i++) {
    struct sim_table old = s->tables[i];

    sim_table_done (&s->tables[i]);
    sim_table_init (&s->tables[i], old.name, old.key, old.fold);
    s->tables[i].generate = old.generate;
    s->tables[i].seed = s->config.seed;
    s->tables[i].id_form = old.id_form;
  }
  load_numbers (s, all);
  s->n_role_groups = 1;
  for (pass = 0; pass < 2; pass++) {
    json_object_object_foreach (tables, name, list) {
      struct sim_table *t = find_table (s, name);

      for (i = 0; t != NULL && i < json_object_array_length (list); i++) {
        struct json_object *one = json_object_array_get_idx (list, i);

        if (pass == 0)
          load_object (s, t, one);
        else
          load_links (s, t, one);
      }
    }
  }
  sim_tree_link_all (s);
  robot = sim_principal (s, s->robot_id, NULL);
  if (robot != NULL) {
    MG_CLEANUP_FREE char *app = sim_text_field (robot->text, "applicationId");

    snprintf (s->client_id, sizeof s->client_id, "%s", app);
  }
  return 0;
}

int
sim_restart (struct sim *s, int64_t now_us, struct mg_error *err)
{
  struct sim *fresh, swap;
  int r = sim_new (&s->config, now_us, &fresh, err);

  if (r < 0)
    return r;
  swap = *s;
  *s = *fresh;
  *fresh = swap;
  s->clock_offset_us = swap.clock_offset_us;
  sim_free (fresh);
  return 0;
}

void
sim_counters_clear (struct sim *s)
{
  sim_counters_done (s);
  sim_counters_init (s);
}
