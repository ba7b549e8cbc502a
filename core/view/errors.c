/* Failures by cause: see errors.h.  Main thread. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "view/codes.h"
#include "view/errors.h"
#include "view/events.h"
#include "view/hint.h"
#include "view/table.h"

#define MAX_CHAIN 100

struct gather {
  struct mg_store *store;
  const struct mg_registry *registry;
  int wsid;
  struct mg_causes *out;
};

static struct mg_cause *
cause_of (struct gather *g, const struct mg_kind *kind, const char *code,
          int make)
{
  struct mg_causes *out = g->out;
  struct mg_cause *c;
  int i;

  for (i = 0; i < out->n; i++) {
    c = &out->rows[i];
    if (c->kind == kind && strcmp (c->code, code) == 0
        && c->is_source == (g->wsid == MG_SOURCE_WSID))
      return c;
  }
  if (!make)
    return NULL;
  out->rows = mg_xreallocarray (out->rows, (size_t) out->n + 1,
                                sizeof *out->rows);
  c = &out->rows[out->n++];
  memset (c, 0, sizeof *c);
  c->kind = kind;
  c->is_source = g->wsid == MG_SOURCE_WSID;
  snprintf (c->code, sizeof c->code, "%s", code);
  return c;
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
count_kind (struct gather *g, struct mg_cause *c, int kid)
{
  const struct mg_kind *kind = mg_registry_kid (g->registry, kid);

  c->n_blocked++;
  if (kind == NULL)
    return;
  if (c->blocks == NULL)
    c->blocks = mg_xcalloc ((size_t) g->registry->n_kinds, sizeof *c->blocks);
  c->blocks[kind->index]++;
}

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
  int i, r = 1;

  for (i = 0; i < MAX_CHAIN && aid != 0 && r > 0; i++) {
    mg_work_release (&root);
    r = mg_work_get (g->store, g->wsid, aid, MG_PHASE_MAIN, &root, err);
    aid = r > 0 && root.state == MG_BLOCKED ? root.wait_on : 0;
  }
  if (r > 0) {
    c = cause_of (g, mg_registry_kid (g->registry, root.kid),
                  root.code[0] ? root.code : mg_state_name (root.state), 1);
    count_kind (g, c, w->kid);
    say (c, root.message);
  }
  else if (r == 0)
    count_lost (g, w);
  mg_work_release (&root);
  return r < 0 ? r : 0;
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

  (void) err;
  if (w->state == MG_BLOCKED && w->wait_on != 0)
    return 0;
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

    if (sqlite3_column_int (st, 2) != MG_WALK_FAILED || kind == NULL
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

static int
by_weight (const void *a, const void *b)
{
  const struct mg_cause *x = a, *y = b;

  if (x->n_blocked != y->n_blocked)
    return x->n_blocked > y->n_blocked ? -1 : 1;
  if (x->n_assets != y->n_assets)
    return x->n_assets > y->n_assets ? -1 : 1;
  return strcmp (x->code, y->code);
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
  if (r == 0 && wsid != MG_SOURCE_WSID)
    r = gather_rows (&target, first_pass, 0, err);
  if (r == 0 && wsid != MG_SOURCE_WSID)
    r = gather_rows (&target, second_pass, 1, err);
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
    for (j = 0; j < causes->rows[i].n_names; j++)
      mg_free (causes->rows[i].names[j]);
  }
  mg_free (causes->rows);
  memset (causes, 0, sizeof *causes);
}

/* ---- showing ---- */

static void
add_names (struct mg_buf *b, const struct mg_cause *c)
{
  int i;

  for (i = 0; i < c->n_names; i++) {
    mg_buf_add_str (b, i ? ", '" : " '");
    mg_buf_add_printable (b, c->names[i]);
    mg_buf_add_byte (b, '\'');
  }
  if (c->n_assets > c->n_names)
    mg_buf_add_str (b, " ...");
}

/* "10 users, 2 groups" */
static void
add_blocked (struct mg_buf *b, const struct mg_registry *registry,
             const struct mg_cause *c)
{
  char number[32];
  int i, n = 0;

  if (c->blocks == NULL)
    mg_buf_add_str (b, mg_number (c->n_blocked, number));
  for (i = 0; c->blocks != NULL && i < registry->n_kinds; i++)
    if (c->blocks[i] > 0)
      mg_buf_addf (b, "%s%s %s", n++ ? ", " : "",
                   mg_number (c->blocks[i], number),
                   registry->kinds[i]->k->name);
}

static void
show_text (const struct mg_view *view, const struct mg_registry *registry,
           const struct mg_cause *c, int width, int code_width)
{
  const struct migrate_code *code = mg_code_any (registry, c->code);
  MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_MUST (16 * MG_KIB);
  MG_CLEANUP_FREE char *message = mg_hint (view, c->message);
  MG_CLEANUP_FREE char *cure = mg_hint (view, code ? code->cure : NULL);
  char number[32];

  mg_buf_addf (&b, "%*s  %-*s  %s", width, mg_number (c->n_assets, number),
               code_width, c->code, c->kind ? c->kind->k->name : "?");
  add_names (&b, c);
  if (message != NULL) {
    mg_buf_add_str (&b, ": ");
    mg_buf_add_printable (&b, message);
    if (c->mixed)
      mg_buf_add_str (&b, " (and the like)");
  }
  if (c->n_blocked > 0) {
    mg_buf_add_str (&b, " (blocks ");
    add_blocked (&b, registry, c);
    mg_buf_add_byte (&b, ')');
  }
  printf ("%s\n", mg_buf_text (&b));
  if (cure != NULL)
    printf ("%*s  cure: %s\n", width, "", cure);
}

static void
show_line (const struct mg_view *view, const struct mg_registry *registry,
           const struct mg_cause *c)
{
  const struct migrate_code *code = mg_code_any (registry, c->code);
  MG_CLEANUP (mg_buf_done) struct mg_buf names = MG_BUF_MUST (16 * MG_KIB);
  MG_CLEANUP_FREE char *cure = mg_hint (view, code ? code->cure : NULL);
  struct mg_line line;
  int i;

  for (i = 0; i < c->n_names; i++) {
    mg_buf_add_byte (&names, i ? ',' : '[');
    mg_buf_add_json (&names, c->names[i]);
  }
  mg_buf_add_str (&names, c->n_names ? "]" : "[]");
  mg_line_begin (&line, "cause");
  mg_line_text (&line, "end", c->is_source ? "source" : "target");
  mg_line_text (&line, "kind", c->kind ? c->kind->k->name : NULL);
  mg_line_text (&line, "code", c->code);
  mg_line_number (&line, "n", c->n_assets);
  mg_line_number (&line, "blocks", c->n_blocked);
  mg_buf_addf (&line.text, ",\"keys\":%s", mg_buf_text (&names));
  mg_line_text (&line, "message", c->message);
  mg_line_text (&line, "cure", cure);
  mg_line_end (&line);
}

void
mg_causes_show (const struct mg_view *view, const struct mg_registry *registry,
                const struct mg_causes *causes)
{
  int i, width = 1, codes = 0;
  char number[32];

  for (i = 0; i < causes->n; i++) {
    const struct mg_cause *c = &causes->rows[i];
    int w = (int) strlen (mg_number (c->n_assets, number));

    width = w > width ? w : width;
    codes = (int) strlen (c->code) > codes ? (int) strlen (c->code) : codes;
  }
  for (i = 0; i < causes->n; i++)
    if (view->json)
      show_line (view, registry, &causes->rows[i]);
    else
      show_text (view, registry, &causes->rows[i], width, codes);
}

void
mg_causes_show_blocking (const struct mg_view *view,
                         const struct mg_causes *causes)
{
  int i;

  for (i = 0; i < causes->n && !view->json; i++) {
    MG_CLEANUP (mg_buf_done) struct mg_buf b = MG_BUF_MUST (16 * MG_KIB);
    const struct mg_cause *c = &causes->rows[i];

    if (c->n_blocked == 0)
      continue;
    mg_buf_add_str (&b, "blocked  ");
    add_blocked (&b, causes->registry, c);
    mg_buf_addf (&b, ": by %s", c->kind ? c->kind->k->name : "?");
    add_names (&b, c);
    printf ("%s [%s]\n", mg_buf_text (&b), c->code);
  }
}
