/* Is the target what the export says it should be?  See run.h.
 *
 * The target is listed anew; each asset of the export is compared with its
 * counterpart, whose place in the session is known, so memory stays flat. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/str.h"
#include "plugin/permissions.h"
#include "run/compare.h"
#include "run/rules.h"
#include "run/state.h"
#include "run/tree.h"
#include "store/difference.h"
#include "store/edited.h"

#define MAX_VALUE 400

struct validator {
  struct mg_run *run;
  struct mg_ctx ctx;
  const struct mg_kind *kind;
  struct mg_validate_row *row;
  int64_t baseline_sid;
  const char *key, *why;
  int64_t aid;
  int n_differences;
};

/* Of what is sealed in the session no value is kept in the open. */
static char *
cut_value (const struct mg_kind *kind, struct mg_span span)
{
  if (span.p == NULL)
    return mg_xstrdup ("");
  if (kind->k->flags & MIGRATE_KIND_SENSITIVE)
    return mg_xstrdup ("(sealed)");
  if (span.len > MAX_VALUE)
    return mg_xasprintf ("%.*s...", MAX_VALUE, span.p);
  return mg_xstrndup (span.p, span.len);
}

static int
post (struct validator *v, const char *what, const char *path,
      struct mg_span source, struct mg_span target, struct mg_error *err)
{
  MG_CLEANUP_FREE char *ours = cut_value (v->kind, source);
  MG_CLEANUP_FREE char *theirs = cut_value (v->kind, target);
  const struct mg_difference d = {
    .wsid = v->run->target.wsid, .kid = v->kind->kid, .aid = v->aid,
    .key = v->key, .what = what, .path = path, .source = ours,
    .target = theirs, .why = v->why
  };

  v->n_differences++;
  return mg_difference_post (v->run->store, &d, err);
}

struct differ {
  struct validator *v;
  struct mg_error *err;
};

static int
each_difference (void *opaque, const char *path, struct mg_span source,
                 struct mg_span target)
{
  struct differ *d = opaque;

  return post (d->v, "differs", path, source, target, d->err);
}

/* An adopted asset keeps what it had, and import added what it lacked. */
static int
add_former (struct validator *v, const struct mg_work *work,
            const struct mg_asset *target, struct mg_prepared *wanted,
            struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf before = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_buf joined = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r;

  if (work->op != MG_OP_MERGE)
    return 0;
  r = mg_work_before (v->run->store, &v->ctx.packer, work->wid, &before, err);
  if (r == 0)
    mg_buf_add (&before, mg_buf_text (&target->body), target->body.len);
  if (r >= 0)
    r = mg_compare_union (v->kind, mg_buf_text (&before), before.len,
                          mg_buf_text (&wanted->json), wanted->json.len,
                          &joined, err);
  if (r == 0)
    mg_buf_move (&wanted->json, &joined);
  mg_buf_done (&joined);
  return r;
}

static int
is_same (const struct mg_buf *left, const struct mg_buf *right)
{
  return left->len == right->len
         && memcmp (mg_buf_text (left), mg_buf_text (right), left->len) == 0;
}

/* All was added that was to be; the rest of it is as its owner had it, and may
 * be another than the source's. */
static int
keep_theirs (struct validator *v, const struct mg_buf *own,
             const struct mg_asset *target, struct mg_buf *ret_form,
             struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  const char *const *path;
  int r;

  mg_buf_add (&body, mg_buf_text (own), own->len);
  r = mg_buf_check (&body, "body", err);
  for (path = v->kind->k->merge; path != NULL && *path != NULL && r >= 0;
       path++) {
    struct mg_buf next = MG_BUF_INIT (MG_MAX_ELEMENT);
    MG_CLEANUP_FREE char *array = NULL;
    struct mg_edit edit = { .op = MG_EDIT_DROP, .path = *path };
    struct mg_span there;

    if (mg_json_get (mg_buf_text (&target->body), target->body.len, *path,
                     &there) == 1) {
      array = mg_xstrndup (there.p, there.len);
      edit.op = MG_EDIT_SET;
      edit.value = array;
    }
    r = mg_json_edit (mg_buf_text (&body), body.len, &edit, 1, &next, err);
    if (r >= 0)
      mg_buf_move (&body, &next);
    mg_buf_done (&next);
  }
  mg_buf_reset (ret_form);
  return r < 0 ? r : mg_compare_form (v->kind, mg_buf_text (&body), body.len,
                                      ret_form, err);
}

/* What must have an owner and came without one has who imported it: is that all
 * that differs? */
static int
look_at_owner (struct validator *v, const struct mg_buf *wanted,
               const struct mg_asset *target, const struct mg_buf *right,
               struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf owned = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_buf_done) struct mg_buf left = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r = v->why != NULL || !v->kind->is_acl ? 0
          : mg_permissions_own (mg_buf_text (wanted), wanted->len,
                                mg_buf_text (&target->body), target->body.len,
                                &owned, err);

  if (r > 0)
    r = mg_compare_form (v->kind, mg_buf_text (&owned), owned.len, &left, err);
  if (r == 0 && left.len > 0 && is_same (&left, right))
    v->why = "no-owner";
  return r;
}

static int
compare (struct validator *v, const struct mg_asset *source,
         const struct mg_work *work, const struct mg_asset *target,
         struct mg_error *err)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf left = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_buf_done) struct mg_buf right = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_buf_done) struct mg_buf own = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_prepared wanted = MG_PREPARED_INIT;
  struct differ d = { v, err };
  int r = mg_run_prepare (v->run, &v->ctx, v->kind, source, MG_FOR_COMPARE,
                          &wanted, err);

  v->row->changed += wanted.changed_by_rule;
  v->row->dropped += wanted.dropped_by_rule;
  v->row->off += mg_compare_is_off (v->kind, &source->body, &target->body);
  if (r == 0)
    mg_buf_add (&own, mg_buf_text (&wanted.json), wanted.json.len);
  if (r == 0)
    r = mg_buf_check (&own, "body", err);
  if (r == 0)
    r = add_former (v, work, target, &wanted, err);
  if (r == 0)
    r = mg_compare_form (v->kind, mg_buf_text (&wanted.json), wanted.json.len,
                         &left, err);
  if (r == 0)
    r = mg_compare_form (v->kind, mg_buf_text (&target->body),
                         target->body.len, &right, err);
  mg_buf_done (&wanted.json);
  if (r == 0 && work->op == MG_OP_MERGE && is_same (&left, &right)) {
    r = keep_theirs (v, &own, target, &left, err);
    if (!is_same (&left, &right))
      v->why = "adopted";
  }
  if (r < 0)
    return r;
  if (is_same (&left, &right)) {
    v->row->equal++;
    return 0;
  }
  v->row->differ++;
  r = look_at_owner (v, &own, target, &right, err);
  if (r == 0)
    r = mg_compare_diff (v->kind, &left, &right, each_difference, &d, err);
  return r < 0 ? r : 0;
}

/* Why a difference is no surprise; NULL = it is one. */
static const char *
reason_of (const struct mg_work *w)
{
  switch (w->state) {
  case MG_FAILED:
  case MG_BLOCKED:
  case MG_DOUBT:
  case MG_SKIPPED:
    return w->code[0] ? w->code : mg_state_name (w->state);
  case MG_UNCHANGED:
    return w->provenance == MG_ADOPTED || strcmp (w->code, "adopted") == 0
           ? "adopted" : NULL;
  default:
    return NULL;
  }
}

static int
missing (struct validator *v, struct mg_error *err)
{
  static const struct mg_span none = { NULL, 0 };

  v->row->missing++;
  return post (v, "missing", "", none, none, err);
}

/* Permissions that go by an id of their own are found by their asset's key; one
 * that was made anew has another id than before. */
static int
newest_of (struct validator *v, const char *key, struct mg_asset *ret,
           struct mg_error *err)
{
  int64_t aids[16], sid = -1, best = 0;
  char ns[128];
  int i, n, r = 0;

  snprintf (ns, sizeof ns, "%s.key", v->kind->k->name);
  n = mg_alias_find (v->run->store, v->run->target.wsid, ns, key, aids, 16, err);
  for (i = 0; i < n && r >= 0; i++) {
    r = mg_asset_get (v->run->store, NULL, aids[i], ret, err);
    if (r > 0 && ret->seen_sid > sid) {
      sid = ret->seen_sid;
      best = aids[i];
    }
  }
  if (n < 0 || r < 0)
    return n < 0 ? n : r;
  return best == 0 ? 0
         : mg_asset_get (v->run->store, &v->ctx.packer, best, ret, err);
}

/* The target's asset that belongs to this one: 1, or 0. */
static int
counterpart (struct validator *v, const struct mg_asset *source,
             const struct mg_work *work, struct mg_asset *ret,
             struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work parent = MG_WORK_INIT;
  MG_CLEANUP (mg_asset_done) struct mg_asset owner = MG_ASSET_INIT;
  int r;

  if (v->kind->parent == NULL)
    return work->new_aid == 0 ? 0
           : mg_asset_get (v->run->store, &v->ctx.packer, work->new_aid, ret,
                           err);
  r = mg_work_get (v->run->store, v->run->target.wsid, source->parent,
                   MG_PHASE_MAIN, &parent, err);
  if (r <= 0 || parent.new_aid == 0)
    return r < 0 ? r : 0;
  r = mg_asset_get (v->run->store, NULL, parent.new_aid, &owner, err);
  if (r <= 0)
    return r;
  return v->kind->k->permissions_id != NULL ? newest_of (v, owner.key, ret, err)
    : mg_asset_by_src (v->run->store, &v->ctx.packer, v->run->target.wsid,
                       v->kind->kid, owner.src_id, ret, err);
}

static int
call_plugin (struct validator *v, const struct mg_asset *source,
             const struct mg_asset *target)
{
  struct migrate_asset a = { .kind = v->kind->k, .id = source->src_id,
    .key = source->key, .source_json = mg_buf_text (&source->body),
    .source_json_len = source->body.len, .json = mg_buf_text (&source->body),
    .json_len = source->body.len, .target_id = target->src_id,
    .target_json = mg_buf_text (&target->body),
    .target_json_len = target->body.len };
  struct mg_span none = { NULL, 0 }, text;
  struct mg_error err = MG_ERROR_INIT;
  int r;

  mg_ctx_begin (&v->ctx, v->kind, source);
  r = mg_call_validate (&v->ctx, v->kind, &a);
  if (r == 0)
    return 0;
  text.p = v->ctx.error.text;
  text.len = strlen (text.p);
  v->row->differ++;
  return post (v, "differs", "", none, text, &err);
}

/* Was it tried, and is not there? */
static int
is_open (const struct mg_work *w)
{
  return w->state == MG_FAILED || w->state == MG_BLOCKED || w->state == MG_DOUBT;
}

/* Made, but what was to follow its create did not succeed. */
static int
look_at_finish (struct validator *v, struct mg_work *main_row,
                struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work finish = MG_WORK_INIT;
  const struct migrate_kind *k = v->kind->k;
  int r = k->later == NULL && !(k->flags & MIGRATE_KIND_FINISH) ? 0
          : mg_work_get (v->run->store, v->run->target.wsid, main_row->aid,
                         MG_PHASE_FINISH, &finish, err);

  if (r > 0 && is_open (&finish)) {
    memcpy (main_row->code, finish.code, sizeof main_row->code);
    v->why = main_row->code[0] ? main_row->code : reason_of (&finish);
  }
  return r < 0 ? r : 0;
}

/* The asset's row, and by it why a difference is no surprise: 1, or 0. */
static int
look_at_row (struct validator *v, const struct mg_asset *source,
             struct mg_work *ret, struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work owner = MG_WORK_INIT;
  int r = mg_work_get (v->run->store, v->run->target.wsid, source->aid,
                       MG_PHASE_MAIN, ret, err);

  if (r < 0)
    return r;
  v->why = r > 0 ? reason_of (ret) : "not-imported";
  if (v->why == NULL && v->kind->left_out)
    v->why = MG_CODE_UNSUPPORTED;
  if (v->why != NULL)
    return r;
  if (v->kind->parent == NULL)
    return look_at_finish (v, ret, err) < 0 ? err->code : r;
  /* what belongs to an asset went with it */
  r = mg_work_get (v->run->store, v->run->target.wsid, source->parent,
                   MG_PHASE_MAIN, &owner, err);
  if (r > 0 && owner.new_aid == 0 && reason_of (&owner) != NULL) {
    memcpy (ret->code, owner.code, sizeof ret->code);
    v->why = ret->code[0] ? ret->code : reason_of (&owner);
  }
  return r < 0 ? r : 1;
}

/* Did this list show the target's one, and is it one that counts? */
static int
is_there (const struct validator *v, const struct mg_asset *target)
{
  return target->seen_sid >= v->run->target.sid && !v->kind->left_out
         && (v->kind->parent != NULL
             || mg_run_left_out (v->kind, target) == NULL);
}

/* Moved as it was edited, and the source's was changed since. */
static int
look_at_edit (struct validator *v, const struct mg_asset *source,
              struct mg_error *err)
{
  static const struct mg_span none = { NULL, 0 };
  MG_CLEANUP (mg_edited_done) struct mg_edited edited = { 0 };
  int r = source->origin != MG_ORIGIN_EDITED ? 0
          : mg_edited_get (v->run->store, source->aid, &edited, err);

  if (r <= 0 || !edited.is_stale)
    return r < 0 ? r : 0;
  if (v->why == NULL)
    v->why = "edit-conflict";
  return post (v, "differs", "", none, none, err);
}

static int
validate_asset (void *opaque, const struct mg_asset *source,
                struct mg_error *err)
{
  struct validator *v = opaque;
  MG_CLEANUP (mg_work_release) struct mg_work work = MG_WORK_INIT;
  MG_CLEANUP (mg_asset_done) struct mg_asset target = MG_ASSET_INIT;
  int before = v->n_differences, r;

  if (mg_run_stopping (v->run))
    return mg_error_set (err, MG_E_CANCELLED, NULL, "stopped");
  v->key = source->key;
  v->aid = source->aid;
  v->row->source++;
  r = look_at_row (v, source, &work, err);
  if (r < 0)
    return r;
  v->run->n_failed += r == 0 || is_open (&work);
  r = counterpart (v, source, &work, &target, err);
  if (r < 0)
    return r;
  if (r == 0 || !is_there (v, &target))
    r = missing (v, err);
  /* it is there; its list, or the export's, says no more */
  else if (target.want || source->body.len == 0)
    v->row->unread++;
  else {
    v->row->target++;
    r = compare (v, source, &work, &target, err);
    if (r == 0)
      r = call_plugin (v, source, &target);
    if (r == 0)
      r = look_at_edit (v, source, err);
  }
  if (v->n_differences > before && v->why != NULL)
    v->row->explained++;
  else
    v->run->n_differences += v->n_differences > before;
  return r;
}

/* One of those that are never moved, as what runs a job: made by others. */
static int
is_left_out (struct validator *v, int64_t aid, struct mg_error *err)
{
  MG_CLEANUP (mg_asset_done) struct mg_asset asset = MG_ASSET_INIT;
  int r = v->kind->k->leave == NULL ? 0
          : mg_asset_get (v->run->store, &v->ctx.packer, aid, &asset, err);

  return r > 0 ? mg_run_left_out (v->kind, &asset) != NULL : r;
}

/* In the target since the baseline, and not by us. */
static int
look_for_extra (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  static const struct mg_span none = { NULL, 0 };
  struct validator *v = opaque;
  MG_CLEANUP (mg_work_release) struct mg_work work = MG_WORK_INIT;
  const struct migrate_ref *ref;
  int r;

  if (a->seen_sid < v->run->target.sid || a->first_sid == 0
      || a->first_sid <= v->baseline_sid
      || mg_tree_given_name (v->kind, a->key, &ref) != NULL
      || (v->kind->k->tree != NULL
          && mg_rules_is_above_home (v->run->rules, a->key)))
    return 0;
  r = mg_work_by_new (v->run->store, a->aid, &work, err);
  if (r == 0)
    r = is_left_out (v, a->aid, err);
  if (r != 0)
    return r < 0 ? r : 0;
  v->key = a->key;
  v->aid = a->aid;
  v->why = NULL;
  v->row->extra++;
  v->run->n_differences++;
  return post (v, "extra", "", none, none, err);
}

/* Of a list that failed nothing follows: least of all that an asset is gone. */
static int
was_listed (struct mg_run *run, const struct mg_kind *kind,
            struct mg_error *err)
{
  MG_CLEANUP (mg_walk_done) struct mg_walk walk = { 0 };
  const struct mg_kind *listed = kind->parent ? kind->parent : kind;
  int r = mg_walk_get (run->store, run->target.sid, listed->kid, "", &walk, err);

  return r <= 0 ? r : walk.state == MG_WALK_DONE;
}

static int
count_unread (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  struct validator *v = opaque;

  (void) a, (void) err;
  v->row->source++;
  v->row->unread++;
  return 0;
}

/* Of a kind that no import listed before its first create nobody knows what was
 * there already. */
static int
in_baseline (struct validator *v)
{
  MG_CLEANUP (mg_walk_done) struct mg_walk walk = { 0 };

  return mg_walk_get (v->run->store, v->baseline_sid, v->kind->kid, "", &walk,
                      NULL) > 0;
}

/* Nobody makes it here, so that others have is no surprise. */
static int
is_made (const struct migrate_kind *k)
{
  return k->create != NULL || k->update != NULL || k->remove != NULL;
}

static int
validate_kind (struct validator *v, struct mg_error *err)
{
  struct mg_run *run = v->run;
  int r = was_listed (run, v->kind, err);

  if (r == 0) {
    run->n_failed++;
    return mg_asset_each (run->store, NULL, MG_SOURCE_WSID, v->kind->kid, 0,
                          count_unread, v, err);
  }
  if (r > 0)
    r = mg_asset_each (run->store, &v->ctx.packer, MG_SOURCE_WSID, v->kind->kid,
                       0, validate_asset, v, err);
  if (r == 0 && v->kind->parent == NULL && is_made (v->kind->k)
      && in_baseline (v))
    r = mg_asset_each (run->store, NULL, run->target.wsid, v->kind->kid, 0,
                       look_for_extra, v, err);
  return r;
}

static int
validate_kinds (struct validator *v, struct mg_validation *ret,
                struct mg_error *err)
{
  struct mg_run *run = v->run;
  int i, r = 0;

  ret->rows = mg_xcalloc ((size_t) run->registry->n_kinds + 1,
                          sizeof *ret->rows);
  for (i = 0; i < run->registry->n_kinds && r == 0; i++) {
    v->kind = run->registry->kinds[i];
    if (!v->kind->chosen || !mg_kind_at (v->kind, run->target.end)
        || (v->kind->k->flags & MIGRATE_KIND_ADOPT_ONLY))
      continue;
    v->row = &ret->rows[ret->n_rows++];
    v->row->kind = v->kind;
    r = validate_kind (v, err);
  }
  return r;
}

void
mg_validation_done (struct mg_validation *validation)
{
  mg_free (validation->rows);
  memset (validation, 0, sizeof *validation);
}

int
mg_run_validate (struct mg_run *run, struct mg_validation *ret_validation,
                 struct mg_error *err)
{
  struct mg_listing listing = { .side = &run->target, .purpose = "validate",
                                .detail = MG_DETAIL_MAPPED, .again = 1,
                                .fresh = 1 };
  struct validator v = { .run = run };
  int r = mg_run_forget_disabled (run, &run->target, err);

  run->n_failed = 0;
  if (r == 0)
    r = mg_run_open_plugins (run, &run->target, err);
  if (r == 0)
    r = mg_run_list (run, &listing, err);
  if (r == 0 && !run->stopped)
    r = mg_difference_clear (run->store, run->target.wsid, err);
  if (r == 0 && !run->stopped)
    r = mg_snapshot_last (run->store, run->target.wsid, "baseline",
                          &v.baseline_sid, NULL, NULL, err);
  if (r >= 0 && !run->stopped) {
    mg_ctx_init (&v.ctx, run->store, &run->target, run->registry);
    v.ctx.option = run->plugin_option;
    r = validate_kinds (&v, ret_validation, err);
    mg_ctx_done (&v.ctx);
  }
  if (r >= 0)
    r = mg_store_flush (run->store, err);
  mg_run_close_plugins (run, &run->target);
  return r == MG_E_CANCELLED ? 0 : r;
}
