/* Which assets --name chooses, and what they refer to: see select.h.
 *
 * A bit for each asset of the source, by its place in the session; what is
 * still to be followed waits in a queue. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "run/select.h"
#include "store/decision.h"
#include "store/sql.h"

struct selecting {
  struct mg_selection *sel;
  struct mg_run *run;
  int64_t *queue;
  size_t n, cap;
  int found;                       /* by the last look at permissions */
};

static int
has_bit (const struct mg_selection *sel, int64_t aid)
{
  return aid >= 0 && (size_t) aid / 8 < sel->n_bytes
         && (sel->bits[aid / 8] >> (aid % 8) & 1) != 0;
}

/* 1 when it was not chosen before. */
static int
choose (struct selecting *s, int64_t aid)
{
  struct mg_selection *sel = s->sel;
  size_t need = (size_t) aid / 8 + 1, cap;

  if (aid < 0 || has_bit (sel, aid))
    return 0;
  if (need > sel->n_bytes) {
    cap = need < 4096 ? 4096 : need * 2;
    sel->bits = mg_xrealloc (sel->bits, cap);
    memset (sel->bits + sel->n_bytes, 0, cap - sel->n_bytes);
    sel->n_bytes = cap;
  }
  sel->bits[aid / 8] |= (unsigned char) (1 << aid % 8);
  if (s->n == s->cap) {
    s->cap = s->cap ? s->cap * 2 : 256;
    s->queue = mg_xreallocarray (s->queue, s->cap, sizeof *s->queue);
  }
  s->queue[s->n++] = aid;
  return 1;
}

static int
by_name (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  struct selecting *s = opaque;

  (void) err;
  if (mg_glob (s->run->options.name_glob, a->key))
    s->sel->n_named += choose (s, a->aid);
  return 0;
}

/* What belongs to a chosen asset is chosen with it. */
static int
by_owner (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  struct selecting *s = opaque;

  (void) err;
  if (has_bit (s->sel, a->parent))
    s->found += choose (s, a->aid);
  return 0;
}

static int
count_added (struct selecting *s, int64_t aid, struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset a = MG_ASSET_INIT;
  const struct mg_kind *kind;
  int r = mg_asset_get (s->run->store, NULL, aid, &a, err);

  if (r <= 0)
    return r;
  kind = mg_registry_kid (s->run->registry, a.kid);
  s->sel->n_added += kind != NULL && kind->chosen;
  return 0;
}

/* Everything that is named by what is in the queue. */
static int
follow (struct selecting *s, struct mg_error *err)
{
  int r = 0;

  while (s->n > 0 && r >= 0 && !mg_run_stopping (s->run)) {
    struct mg_conn *conn = mg_store_read (s->run->store);
    size_t before = --s->n, i;
    sqlite3_stmt *st = mg_sql_bind (conn, MG_SQL_EDGE_OF, "i", s->queue[before]);

    while ((r = mg_sql_step (conn, st, err)) > 0)
      choose (s, sqlite3_column_int64 (st, 0));
    mg_store_read_end (s->run->store, conn);
    for (i = before; i < s->n && r >= 0; i++)
      r = count_added (s, s->queue[i], err);
  }
  return r < 0 ? r : 0;
}

static int
each_kind (struct selecting *s, int permissions,
           int (*each) (void *, const struct mg_asset *, struct mg_error *),
           struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; i < s->run->registry->n_kinds && r == 0; i++) {
    const struct mg_kind *kind = s->run->registry->kinds[i];

    if (kind->chosen && (kind->parent != NULL) == permissions
        && mg_kind_at (kind, s->run->target.end))
      r = mg_asset_each (s->run->store, NULL, MG_SOURCE_WSID, kind->kid, 0,
                         each, s, err);
  }
  return r;
}

static int
has_any (struct mg_run *run, int wsid, int *ret, struct mg_error *err)
{
  MG_CLEANUP (mg_decision_done) struct mg_decision first = { 0 };
  int r = mg_decision_after (run->store, wsid, 0, &first, err);

  *ret = r > 0;
  return r < 0 ? r : 0;
}

int
mg_select (struct mg_run *run, struct mg_selection *ret, struct mg_error *err)
{
  struct selecting s = { .sel = ret, .run = run };
  int r;

  mg_selection_done (ret);
  r = has_any (run, MG_SOURCE_WSID, &ret->any_skips, err);
  if (r == 0)
    r = has_any (run, run->target.wsid, &ret->any_new, err);
  if (r < 0)
    return r;
  if (run->options.name_glob == NULL)
    return 0;
  ret->is_on = 1;
  r = each_kind (&s, 0, by_name, err);
  do {
    s.found = 0;
    if (r == 0 && run->options.no_referenced)
      s.n = 0;
    else if (r == 0)
      r = follow (&s, err);
    if (r == 0)
      r = each_kind (&s, 1, by_owner, err);
  } while (r == 0 && s.found > 0 && !run->options.no_referenced);
  mg_free (s.queue);
  return r;
}

int
mg_is_selected (const struct mg_selection *sel, const struct mg_asset *asset)
{
  return !sel->is_on || has_bit (sel, asset->aid);
}

int
mg_skip_reason (const struct mg_selection *sel, struct mg_run *run, int64_t aid,
                char **ret_text, struct mg_error *err)
{
  MG_CLEANUP (mg_decision_done) struct mg_decision skip = { 0 };
  int r = !sel->any_skips ? 0 : mg_decision_get (run->store, MG_SOURCE_WSID,
                                                 aid, &skip, err);

  if (r > 0)
    *ret_text = mg_xasprintf ("skipped by %s: %s", skip.who, skip.reason);
  return r;
}

int
mg_is_made_new (const struct mg_selection *sel, struct mg_run *run, int64_t aid,
                struct mg_error *err)
{
  MG_CLEANUP (mg_decision_done) struct mg_decision made = { 0 };

  return !sel->any_new ? 0 : mg_decision_get (run->store, run->target.wsid, aid,
                                              &made, err);
}

void
mg_selection_done (struct mg_selection *sel)
{
  mg_free (sel->bits);
  memset (sel, 0, sizeof *sel);
}
