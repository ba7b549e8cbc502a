/* Failures by cause: see errors.h.  Main thread. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "run/rules.h"
#include "run/run.h"
#include "view/errors.h"

#define MAX_CHAIN 100

struct gather {
  struct mg_store *store;
  const struct mg_registry *registry;
  int wsid;
  struct mg_causes *out;
};

/* How a cause stands to one of this code that is, or names, so and so. */
static int
compare (const struct gather *g, const struct mg_cause *c,
         const struct mg_kind *kind, const char *code, const char *sorted_by)
{
  int is_source = g->wsid == MG_SOURCE_WSID;
  int x = c->kind ? c->kind->index : -1, y = kind ? kind->index : -1;
  int order = strncmp (c->code, code, sizeof c->code - 1);

  if (order == 0)
    order = c->is_source - is_source;
  if (order == 0)
    order = strcmp (c->sorted_by, sorted_by);
  return order != 0 || sorted_by[0] != '\0' ? order : x - y;
}

static struct mg_cause *
insert (struct gather *g, int at)
{
  struct mg_causes *out = g->out;
  struct mg_cause *c;

  if ((out->n & (out->n - 1)) == 0) {
    size_t n = out->n ? 2 * (size_t) out->n : 1;

    out->rows = mg_xreallocarray (out->rows, n, sizeof *out->rows);
    out->order = mg_xreallocarray (out->order, n, sizeof *out->order);
  }
  memmove (out->order + at + 1, out->order + at,
           (size_t) (out->n - at) * sizeof *out->order);
  out->order[at] = out->n;
  c = &out->rows[out->n++];
  memset (c, 0, sizeof *c);
  c->is_source = g->wsid == MG_SOURCE_WSID;
  return c;
}

/* The cause of that kind and code; or where 'sorted_by' is not empty, of that
 * name and code. */
static struct mg_cause *
find_cause (struct gather *g, const struct mg_kind *kind, const char *code,
            const char *sorted_by, int make)
{
  struct mg_causes *out = g->out;
  int low = 0, high = out->n;
  struct mg_cause *c;

  while (low < high) {
    int middle = low + (high - low) / 2;
    int order = compare (g, &out->rows[out->order[middle]], kind, code,
                         sorted_by);

    if (order == 0)
      return &out->rows[out->order[middle]];
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  if (!make)
    return NULL;
  c = insert (g, low);
  c->kind = kind;
  c->sorted_by = mg_xstrdup (sorted_by);
  snprintf (c->code, sizeof c->code, "%s", code);
  return c;
}

static struct mg_cause *
cause_of (struct gather *g, const struct mg_kind *kind, const char *code,
          int make)
{
  return find_cause (g, kind, code, "", make);
}

static void
say (struct mg_cause *c, const char *message)
{
  if (message == NULL || message[0] == '\0')
    return;
  if (c->message == NULL)
    c->message = mg_xstrdup (message);
  else if (strcmp (c->message, message) != 0)
    c->mixed = 1;
}

static void
name_asset (struct gather *g, struct mg_cause *c, int64_t aid)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset a = MG_ASSET_INIT;

  if (c->n_names == MG_CAUSE_NAMES)
    return;
  if (mg_asset_get (g->store, NULL, aid, &a, NULL) > 0)
    c->names[c->n_names++] = mg_xstrdup (a.key ? a.key : a.src_id);
}

static const char *
became (const struct mg_work *w, char ret_text[100])
{
  static const char *const words[MG_N_STATES] = {
    [MG_FAILED] = "failed", [MG_BLOCKED] = "is blocked",
    [MG_SKIPPED] = "is left out", [MG_DOUBT] = "is uncertain",
    [MG_SENT] = "is uncertain",
  };
  const char *word = words[w->state] ? words[w->state] : "is not done";
  int has_code = w->code[0] != '\0' && w->state != MG_BLOCKED;

  snprintf (ret_text, 100, "which %s%s%s%s", word, has_code ? " [" : "",
            has_code ? w->code : "", has_code ? "]" : "");
  return ret_text;
}

char *
mg_blocked_by (struct mg_store *store, const struct mg_registry *registry,
               const struct mg_work *w)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset a = MG_ASSET_INIT;
  struct mg_work other = MG_WORK_INIT;
  const struct mg_kind *kind;
  char how[100] = "which is not moved";
  char *text;

  if (w->wait_on == 0 || mg_asset_get (store, NULL, w->wait_on, &a, NULL) <= 0)
    return NULL;
  if (mg_work_get (store, w->wsid, w->wait_on, MG_PHASE_MAIN, &other, NULL) > 0)
    became (&other, how);
  mg_work_release (&other);
  kind = mg_registry_kid (registry, a.kid);
  text = mg_xasprintf ("needs %s '%s', %s", kind ? kind->k->name : "asset",
                       a.key ? a.key : a.src_id, how);
  return text;
}

static void
count_kind (struct gather *g, int64_t **counts, const struct mg_kind *kind)
{
  if (kind == NULL)
    return;
  if (*counts == NULL)
    *counts = mg_xcalloc ((size_t) g->registry->n_kinds, sizeof **counts);
  (*counts)[kind->index]++;
}

static void
count_waiting (struct gather *g, struct mg_cause *c, int kid)
{
  c->n_blocked++;
  count_kind (g, &c->blocks, mg_registry_kid (g->registry, kid));
}

/* ---- who and what is missing ---- */

/* One who is named in two ways is one: by id and as a home's name. */
static char *
sort_missing (const struct mg_alias_value *missing)
{
  return mg_rules_is_principal (missing->ns) ? mg_fold (missing->val)
         : mg_xasprintf ("%s\n%s", missing->ns, missing->val);
}

/* NULL: there is none yet and 'make' is 0. */
static struct mg_cause *
cause_of_missing (struct gather *g, const struct mg_kind *kind,
                  const struct mg_alias_value *missing, int make)
{
  MG_CLEANUP_FREE char *sorted_by = sort_missing (missing);
  char text[400];
  const char *code = mg_run_say_missing (missing->ns, missing->val, text,
                                         sizeof text);
  int is_full = g->out->n_missing == MG_CAUSES_MISSING;
  struct mg_cause *c = find_cause (g, kind, code, sorted_by, make && !is_full);

  if (c == NULL && is_full) {
    c = cause_of (g, kind, code, make);
    if (c != NULL)
      say (c, text);
    return c;
  }
  if (c == NULL)
    return NULL;
  if (c->missing == NULL) {
    g->out->n_missing++;
    c->missing = mg_xstrdup (missing->val);
    c->message = mg_xstrdup (text);
  }
  else if (strcmp (c->message, text) != 0) {
    mg_run_say_missing (NULL, c->missing, text, sizeof text);
    mg_free (c->message);
    c->message = mg_xstrdup (text);
  }
  if (c->kind != kind)
    c->kind = NULL;
  return c;
}

/* 'root' names what is missing, and 'waiting' waits for it, or is it.  0: it is
 * no such row. */
static int
count_missing (struct gather *g, const struct mg_work *root,
               const struct mg_work *waiting, int make, struct mg_error *err)
{
  const struct mg_kind *kind = mg_registry_kid (g->registry, root->kid);
  struct mg_alias_value *missing = NULL;
  int i, n;

  if (root->state != MG_BLOCKED
      || (strcmp (root->code, "unknown-principal") != 0
          && strcmp (root->code, "unknown-reference") != 0))
    return 0;
  n = mg_missing_list (g->store, root->aid, &missing, err);
  for (i = 0; i < n; i++) {
    struct mg_cause *c = cause_of_missing (g, kind, &missing[i], make);

    if (c != NULL && waiting != root)
      count_waiting (g, c, waiting->kid);
    else if (c != NULL && make) {
      c->n_assets++;
      count_kind (g, &c->kinds, kind);
      name_asset (g, c, root->aid);
    }
  }
  mg_missing_free (missing, n);
  return n;
}

/* ---- the rows ---- */

/* What it waits for has no row: nothing else tells of it. */
static void
count_lost (struct gather *g, const struct mg_work *w)
{
  MG_CLEANUP_FREE char *why = mg_blocked_by (g->store, g->registry, w);
  struct mg_cause *c = cause_of (g, mg_registry_kid (g->registry, w->kid),
                                 "blocked", 1);

  c->n_assets++;
  say (c, why);
  name_asset (g, c, w->aid);
}

/* A row that waits for a dead one: its cause is the end of that chain. */
static int
count_blocked (struct gather *g, const struct mg_work *w, struct mg_error *err)
{
  struct mg_work root = MG_WORK_INIT;
  int64_t aid = w->wait_on;
  struct mg_cause *c;
  int i, n, r = 1;

  for (i = 0; i < MAX_CHAIN && aid != 0 && r > 0; i++) {
    mg_work_release (&root);
    r = mg_work_get (g->store, g->wsid, aid, MG_PHASE_MAIN, &root, err);
    aid = r > 0 && root.state == MG_BLOCKED ? root.wait_on : 0;
  }
  if (r == 0)
    count_lost (g, w);
  n = r > 0 ? count_missing (g, &root, w, 1, err) : 0;
  if (r > 0 && n == 0) {
    c = cause_of (g, mg_registry_kid (g->registry, root.kid),
                  root.code[0] ? root.code : mg_state_name (root.state), 1);
    count_waiting (g, c, w->kid);
    say (c, root.message);
  }
  mg_work_release (&root);
  return r < 0 ? r : n < 0 ? n : 0;
}

static int
first_pass (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct gather *g = opaque;

  return w->state == MG_BLOCKED && w->wait_on != 0
         ? count_blocked (g, w, err) : 0;
}

/* What failed by itself; what was left out counts only where it blocks. */
static int
second_pass (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct gather *g = opaque;
  const struct mg_kind *kind = mg_registry_kid (g->registry, w->kid);
  struct mg_cause *c;
  int n;

  if (w->state == MG_BLOCKED && w->wait_on != 0)
    return 0;
  n = count_missing (g, w, w, kind->chosen, err);
  if (n != 0)
    return n < 0 ? n : 0;
  c = cause_of (g, kind, w->code[0] ? w->code : mg_state_name (w->state),
                w->state != MG_SKIPPED && kind->chosen);
  if (c == NULL)
    return 0;
  c->n_assets++;
  say (c, w->message);
  name_asset (g, c, w->aid);
  return 0;
}

/* What blocks a chosen kind may be one that is not chosen: 'all'. */
static int
gather_rows (struct gather *g, mg_work_each_fn each, int all,
             struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; i < g->registry->n_kinds && r == 0; i++)
    if ((all || g->registry->kinds[i]->chosen)
        && g->registry->kinds[i]->kid != 0)
      r = mg_work_each_bad (g->store, g->wsid, g->registry->kinds[i]->kid, each,
                            g, err);
  return r;
}

/* Of a tree the folders that failed are told, each by itself. */
static int
is_sum (const struct mg_kind *kind, sqlite3_stmt *st)
{
  return kind->k->tree != NULL && sqlite3_column_bytes (st, 1) == 0;
}

/* A folder that was gone when its turn came is read, but may be elsewhere; what is
 * in no folder is not read at all; and one that is to be read again failed. */
static int
is_told (int state, const char *code)
{
  return state == MG_WALK_FAILED || (state == MG_WALK_OPEN && code != NULL)
         || (code != NULL && (strcmp (code, "vanished") == 0
                              || strcmp (code, "outside") == 0));
}

/* Lists that could not be read to their end. */
static int
gather_walks (struct gather *g, struct mg_error *err)
{
  struct mg_conn *conn;
  sqlite3_stmt *st;
  int64_t sid = 0;
  int r = mg_snapshot_last (g->store, g->wsid, "export", &sid, NULL, NULL, err);

  if (r <= 0)
    return r;
  conn = mg_store_read (g->store);
  st = mg_sql_bind (conn, MG_SQL_WALK_LIST, "i", sid);
  while ((r = mg_sql_step (conn, st, err)) > 0) {
    const char *code = (const char *) sqlite3_column_text (st, 4);
    const char *node = (const char *) sqlite3_column_text (st, 1);
    const struct mg_kind *kind = mg_registry_kid (g->registry,
                                                  sqlite3_column_int (st, 0));
    struct mg_cause *c;

    if (!is_told (sqlite3_column_int (st, 2), code) || kind == NULL
        || !kind->chosen || is_sum (kind, st))
      continue;
    c = cause_of (g, kind, code ? code : "failed", 1);
    say (c, (const char *) sqlite3_column_text (st, 5));
    c->n_assets++;
    if (c->n_names < MG_CAUSE_NAMES)
      c->names[c->n_names++] = mg_xstrdup (*node ? node : "(the list)");
  }
  mg_store_read_end (g->store, conn);
  return r;
}

/* ---- what was not done at all ---- */

/* Plugins that the last run was without. */
static int
gather_disabled (struct gather *g, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (g->store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_NOTE_OF_KINDS, "is",
                                  (int64_t) g->wsid, "plugin-disabled");
  int r;

  while ((r = mg_sql_step (conn, st, err)) > 0) {
    const struct mg_kind *kind = mg_registry_kid (g->registry,
                                                  sqlite3_column_int (st, 0));
    struct mg_cause *c;

    if (kind == NULL || (!kind->chosen && !kind->indexed))
      continue;
    c = cause_of (g, kind, "plugin-disabled", 1);
    say (c, (const char *) sqlite3_column_text (st, 1));
    if (c->n_assets++ == 0)
      c->names[c->n_names++] = mg_xstrdup ("(the plugin)");
  }
  mg_store_read_end (g->store, conn);
  return r;
}

/* What an export did not list and could not ask for, and none saw since; one that
 * was about other kinds says nothing of it. */
static int
gather_unseen (struct gather *g, struct mg_error *err)
{
  struct mg_conn *conn = mg_store_read (g->store);
  sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_NOTE_UNSEEN, "is",
                                  (int64_t) g->wsid, "not-looked-at");
  int64_t before = 0;
  int r;

  while ((r = mg_sql_step (conn, st, err)) > 0) {
    const struct mg_kind *kind = mg_registry_kid (g->registry,
                                                  sqlite3_column_int (st, 0));
    int64_t aid = sqlite3_column_int64 (st, 3);
    struct mg_cause *c;

    if (kind == NULL || !kind->chosen || aid == before)
      continue;                    /* more than one export said so */
    before = aid;
    c = cause_of (g, kind, "not-looked-at", 1);
    say (c, (const char *) sqlite3_column_text (st, 1));
    c->n_assets++;
    if (c->n_names < MG_CAUSE_NAMES)
      c->names[c->n_names++] =
        mg_xstrdup ((const char *) sqlite3_column_text (st, 2));
  }
  mg_store_read_end (g->store, conn);
  return r;
}

static int
by_weight (const void *a, const void *b)
{
  const struct mg_cause *x = a, *y = b;

  if (x->n_blocked != y->n_blocked)
    return x->n_blocked > y->n_blocked ? -1 : 1;
  if (x->n_assets != y->n_assets)
    return x->n_assets > y->n_assets ? -1 : 1;
  return strcmp (x->code, y->code) != 0 ? strcmp (x->code, y->code)
         : strcmp (x->sorted_by, y->sorted_by);
}

int
mg_causes_gather (struct mg_store *store, const struct mg_registry *registry,
                  int wsid, struct mg_causes *ret, struct mg_error *err)
{
  struct gather source = { store, registry, MG_SOURCE_WSID, ret };
  struct gather target = { store, registry, wsid, ret };
  int r;

  memset (ret, 0, sizeof *ret);
  ret->registry = registry;
  r = gather_rows (&source, second_pass, 0, err);
  if (r == 0)
    r = gather_walks (&source, err);
  if (r == 0)
    r = gather_unseen (&source, err);
  if (r == 0)
    r = gather_disabled (&source, err);
  if (r == 0 && wsid != MG_SOURCE_WSID)
    r = gather_rows (&target, first_pass, 0, err);
  if (r == 0 && wsid != MG_SOURCE_WSID)
    r = gather_rows (&target, second_pass, 1, err);
  if (r == 0 && wsid != MG_SOURCE_WSID)
    r = gather_disabled (&target, err);
  mg_free (ret->order);            /* it holds for the rows as they were found */
  ret->order = NULL;
  if (ret->n > 0)
    qsort (ret->rows, (size_t) ret->n, sizeof *ret->rows, by_weight);
  return r < 0 ? r : 0;
}

void
mg_causes_done (struct mg_causes *causes)
{
  int i, j;

  for (i = 0; i < causes->n; i++) {
    mg_free (causes->rows[i].message);
    mg_free (causes->rows[i].blocks);
    mg_free (causes->rows[i].kinds);
    mg_free (causes->rows[i].missing);
    mg_free (causes->rows[i].sorted_by);
    for (j = 0; j < causes->rows[i].n_names; j++)
      mg_free (causes->rows[i].names[j]);
  }
  mg_free (causes->rows);
  memset (causes, 0, sizeof *causes);
}
