/* Which asset of the target stands for one of the source.
 *
 * By its key where the service keeps keys unique; where names repeat, only one
 * that validate would find equal.  Candidates are what the last list of the
 * target saw and no other row has taken.  On the planning thread. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "run/compare.h"
#include "run/match.h"
#include "run/refs.h"
#include "run/rules.h"

void
mg_match_init (struct mg_match *m, struct mg_run *run)
{
  memset (m, 0, sizeof *m);
  m->run = run;
  mg_ctx_init (&m->ctx, run->store, &run->target, run->registry);
  m->ctx.option = run->plugin_option;
}

void
mg_match_done (struct mg_match *m)
{
  mg_ctx_done (&m->ctx);
  mg_free (m->taken);
  m->taken = NULL;
}

int
mg_match_kind (struct mg_match *m, const struct mg_kind *kind,
               struct mg_error *err)
{
  int64_t counts[MG_N_STATES];
  int r = mg_counters_get (m->run->store, m->run->target.wsid, kind->kid,
                           counts, NULL, err);
  int i;

  m->is_planned = 0;
  m->kind = kind;
  m->n_taken = 0;
  snprintf (m->key_ns, sizeof m->key_ns, "%s.key", kind->k->name);
  mg_ctx_begin (&m->ctx, kind, NULL);
  if (r >= 0)
    m->in_doubt = counts[MG_SENT] + counts[MG_DOUBT] > 0;
  for (i = 0; i < MG_N_STATES && r >= 0; i++)
    m->is_planned |= counts[i] != 0;
  return r < 0 ? r : mg_walk_newest (m->run->store, m->run->target.wsid,
                                     kind->kid, &m->baseline_sid,
                                     &m->index_sid, err);
}

/* Whose the target's asset is, unless it is this one's or nobody's: 1, or 0. */
static int
find_holder (struct mg_match *m, const struct mg_asset *source, int64_t aid,
             struct mg_work *ret_row, struct mg_asset *ret_holder,
             struct mg_error *err)
{
  int r = mg_work_by_new (m->run->store, aid, ret_row, err);

  if (r <= 0 || ret_row->aid == source->aid)
    return r < 0 ? r : 0;
  r = mg_asset_get (m->run->store, NULL, ret_row->aid, ret_holder, err);
  return r < 0 ? r : 1;
}

static int
is_done (const struct mg_work *row)
{
  return row->state == MG_DONE || row->state == MG_UNCHANGED;
}

/* 1: another asset has it.  What stands for one that is gone from the source may
 * stand for the next of its name, or where names repeat for its equal. */
static int
is_taken (struct mg_match *m, const struct mg_asset *source, int64_t aid,
          struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work row = MG_WORK_INIT;
  MG_CLEANUP (mg_asset_done) struct mg_asset holder = MG_ASSET_INIT;
  int r = find_holder (m, source, aid, &row, &holder, err);

  if (r <= 0)
    return r;
  if (!holder.gone || (!is_done (&row) && row.has_before))
    return 1;
  return m->kind->k->once == MIGRATE_ONCE_NONUNIQUE && !m->is_equal_only;
}

int
mg_match_hand_over (struct mg_match *m, const struct mg_asset *source,
                    int64_t aid, struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work row = MG_WORK_INIT;
  MG_CLEANUP (mg_asset_done) struct mg_asset holder = MG_ASSET_INIT;
  int r = find_holder (m, source, aid, &row, &holder, err);

  /* what was only adopted has nothing that undo would take back */
  if (r <= 0 || !holder.gone || !is_done (&row)
      || (row.provenance != MG_CREATED && !row.has_before
          && m->kind->k->once != MIGRATE_ONCE_NONUNIQUE))
    return r < 0 ? r : 0;
  r = mg_work_hand_over (m->run->store, &row, source->aid, err);
  if (r < 0)
    return r;
  mg_run_note (m->run, &m->run->target, source->aid, m->kind, source->key,
               "vanished", "made anew in the source; what was made for the one "
               "before stands for it, and migrate validate tells what differs");
  return 1;
}

/* 1 = may stand for it, 0 = not. */
static int
is_candidate (struct mg_match *m, const struct mg_asset *source, int64_t aid,
              struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  int i, r;

  for (i = 0; i < m->n_taken; i++)
    if (m->taken[i] == aid)
      return 0;
  r = is_taken (m, source, aid, err);
  if (r != 0)
    return r < 0 ? r : 0;
  r = mg_asset_get (m->run->store, &m->ctx.packer, aid, &target, err);
  if (r <= 0)
    return r;
  /* gone since; what we made behind the last list is in none */
  if (target.seen_sid < m->index_sid
      && (target.origin != MG_ORIGIN_CREATED || m->index_sid != m->baseline_sid))
    return 0;
  if (target.origin == MG_ORIGIN_CREATED
      && mg_run_left_out (m->kind, &target) != NULL)
    return 0;                      /* what an undo of ours left of it */
  /* what came since may be a create of ours that nobody has settled yet */
  return !m->in_doubt || target.first_sid <= m->baseline_sid
         || m->kind->k->once != MIGRATE_ONCE_NONUNIQUE;
}

/* ---- its key there ---- */

/* The reference that gives a part of the key, and whom it names, or NULL. */
static const struct migrate_ref *
owner_ref (struct mg_match *m, const char *key, char **ret_name,
           const char **ret_rest)
{
  const struct migrate_ref *ref = m->kind->k->refs;

  for (; ref != NULL && ref->path != NULL; ref++)
    if (ref->prefix != NULL && strcmp (ref->path, m->kind->k->key) == 0) {
      *ret_name = mg_ref_inside (m->run->target.end, ref, key, ret_rest);
      if (*ret_name != NULL)
        return ref;
    }
  return NULL;
}

/* What somebody who is not in the target yet will be called there: the rules tell
 * it, but for a name that the service gives. */
static int
name_to_come (struct mg_match *m, const struct migrate_ref *ref,
              const char *name, char **ret_name, struct mg_error *err)
{
  MG_CLEANUP (mg_named_done) struct mg_named named = { 0 };
  MG_CLEANUP (mg_asset_done) struct mg_asset owner = MG_ASSET_INIT;
  const struct mg_kind *kind;
  int r = mg_ref_find (m->run, ref, mg_xstrdup (name), &named, err);

  if (r == 0 && named.aid == 0) {
    *ret_name = mg_xstrdup (named.ruled ? named.name : name);
    return 1;
  }
  if (r == 0)
    r = mg_asset_get (m->run->store, NULL, named.aid, &owner, err);
  kind = r > 0 ? mg_registry_kid (m->run->registry, owner.kid) : NULL;
  if (kind == NULL || strcasecmp (owner.key, named.name) != 0)
    return r < 0 ? r : 0;
  *ret_name = mg_rules_key (m->run->rules, kind->k, owner.key);
  return 1;
}

/* The key as it is sent: what lies in a home lies in that of its owner there.
 * 1, or 0 when nobody can tell yet: then nothing can have it. */
static int
key_there (struct mg_match *m, const struct mg_asset *source, char **ret_key,
           struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf value = MG_BUF_INIT (MG_MIB);
  MG_CLEANUP (mg_asset_done) struct mg_asset one = MG_ASSET_INIT;
  MG_CLEANUP_FREE char *name = NULL;
  MG_CLEANUP_FREE char *other = NULL;
  struct mg_prepared sent = MG_PREPARED_INIT;
  struct mg_edit edit = { .op = MG_EDIT_SET, .path = m->kind->k->key };
  const char *rest;
  const struct migrate_ref *ref = owner_ref (m, source->key, &name, &rest);
  int r;

  if (ref == NULL) {
    *ret_key = mg_rules_key (m->run->rules, m->kind->k, source->key);
    return 1;
  }
  mg_buf_add_json (&value, source->key);
  edit.value = mg_buf_text (&value);
  r = mg_buf_check (&value, "key", err);
  if (r == 0)
    r = mg_json_edit ("{}", 2, &edit, 1, &one.body, err);
  if (r == 0)
    r = mg_run_prepare (m->run, &m->ctx, m->kind, &one, MG_FOR_CREATE, &sent,
                        err);
  if (r == 0)
    *ret_key = mg_json_get_text (mg_buf_text (&sent.json), sent.json.len,
                                 m->kind->k->key);
  mg_buf_done (&sent.json);
  if (r == 0)
    return *ret_key != NULL;
  if (r != MG_E_BLOCKED)
    return r;
  mg_error_clear (err);
  r = name_to_come (m, ref, name, &other, err);
  if (r > 0)
    *ret_key = mg_xasprintf ("%s%s%s", ref->prefix, other, rest);
  return r;
}

int
mg_match_find (struct mg_match *m, const struct mg_asset *source,
               int64_t ret_aids[MG_MATCH_MAX], struct mg_error *err)
{
  MG_CLEANUP_FREE char *key = NULL;
  MG_CLEANUP_FREE char *folded = NULL;
  int64_t aids[64], after = 0;
  int i, n = key_there (m, source, &key, err), kept = 0;

  if (n <= 0)
    return n;
  if (m->kind->k->flags & MIGRATE_KIND_NOCASE)
    folded = mg_fold (key);
  do {
    n = mg_alias_after (m->run->store, m->run->target.wsid, m->key_ns,
                        folded ? folded : key, after, aids, 64, err);
    for (i = 0; i < n && kept < MG_MATCH_MAX; i++) {
      int r = is_candidate (m, source, aids[i], err);

      if (r < 0)
        return r;
      if (r > 0)
        ret_aids[kept++] = aids[i];
    }
    if (n > 0)
      after = aids[n - 1];
  } while (n == 64 && kept < MG_MATCH_MAX);
  return n < 0 ? n : kept;
}

void
mg_match_take (struct mg_match *m, int64_t aid)
{
  if ((m->n_taken & (m->n_taken - 1)) == 0)
    m->taken = mg_xreallocarray (m->taken,
                                 m->n_taken ? (size_t) m->n_taken * 2 : 1,
                                 sizeof *m->taken);
  m->taken[m->n_taken++] = aid;
}

/* 1 when validate would find no difference. */
static int
is_equal (struct mg_match *m, const struct mg_buf *wanted, int64_t aid,
          struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  MG_CLEANUP (mg_buf_done) struct mg_buf right = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r = mg_asset_get (m->run->store, &m->ctx.packer, aid, &target, err);

  if (r <= 0 || mg_run_left_out (m->kind, &target) != NULL)
    return r < 0 ? r : 0;
  r = mg_run_ensure_body (&m->ctx, m->kind, &target, err);
  if (r == MG_E_NOT_FOUND) {
    mg_error_clear (err);
    return 0;                      /* removed since the list */
  }
  if (r == 0)
    r = mg_compare_form (m->kind, mg_buf_text (&target.body), target.body.len,
                         &right, err);
  if (r < 0)
    return r;
  return wanted->len == right.len
         && memcmp (mg_buf_text (wanted), mg_buf_text (&right), right.len) == 0;
}

int
mg_match_equal (struct mg_match *m, const struct mg_asset *source,
                int64_t *ret_aid, struct mg_error *err)
{
  struct mg_prepared sent = MG_PREPARED_INIT;
  MG_CLEANUP (mg_buf_done) struct mg_buf wanted = MG_BUF_INIT (MG_MAX_ELEMENT);
  int64_t aids[MG_MATCH_MAX];
  int i, n, r = 0;

  m->is_equal_only = 1;
  n = mg_match_find (m, source, aids, err);
  m->is_equal_only = 0;
  if (n <= 0)
    return n;
  r = mg_run_prepare (m->run, &m->ctx, m->kind, source, MG_FOR_COMPARE, &sent,
                      err);
  if (r == 0)
    r = mg_compare_form (m->kind, mg_buf_text (&sent.json), sent.json.len,
                         &wanted, err);
  mg_buf_done (&sent.json);
  if (r == MG_E_BLOCKED) {         /* what it names is not there: no equal is */
    mg_error_clear (err);
    return 0;
  }
  for (i = 0; i < n && r == 0; i++) {
    r = is_equal (m, &wanted, aids[i], err);
    if (r > 0)
      *ret_aid = aids[i];
  }
  return r;
}

int
mg_match_conflict (struct mg_match *m, const struct mg_asset *source,
                   int64_t aid, const char **ret_path, struct mg_error *err)
{
  struct mg_prepared sent = MG_PREPARED_INIT;
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  const char *path = NULL;
  int r = mg_asset_get (m->run->store, &m->ctx.packer, aid, &target, err);

  if (r > 0)
    r = mg_run_ensure_body (&m->ctx, m->kind, &target, err);
  if (r == 0)
    r = mg_run_prepare (m->run, &m->ctx, m->kind, source, MG_FOR_COMPARE, &sent,
                        err);
  if (r == 0)
    path = mg_compare_same (m->kind, mg_buf_text (&sent.json), sent.json.len,
                            mg_buf_text (&target.body), target.body.len);
  mg_buf_done (&sent.json);
  if (r == MG_E_BLOCKED || r == MG_E_NOT_FOUND) {
    mg_error_clear (err);          /* the row will say so itself */
    return 0;
  }
  if (path != NULL)
    *ret_path = path;
  return r < 0 ? r : path != NULL;
}

int
mg_match_sources (struct mg_match *m, const struct mg_asset *source,
                  struct mg_error *err)
{
  MG_CLEANUP_FREE char *folded =
    m->kind->k->flags & MIGRATE_KIND_NOCASE ? mg_fold (source->key) : NULL;
  int64_t aids[2];

  return mg_alias_find (m->run->store, MG_SOURCE_WSID, m->key_ns,
                        folded ? folded : source->key, aids, 2, err);
}

int
mg_match_is_resolved (struct mg_match *m, const struct mg_work *work,
                      struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  int r;

  if (work->new_aid == 0 || strcmp (work->code, MG_CODE_RESOLVED) != 0)
    return 0;
  r = mg_asset_get (m->run->store, NULL, work->new_aid, &target, err);
  return r <= 0 ? r : target.seen_sid >= m->index_sid;
}
