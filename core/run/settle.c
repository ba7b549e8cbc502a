/* Doubts: creates that were sent and never answered.
 *
 * One list of the kind settles all of its doubts.  A candidate is an asset of
 * the target that is in this list, was not in the baseline, is nobody's, and
 * holds what we sent.  Candidates and doubts are paired one to one, first those
 * that are equal, then those to which the service has added; a name alone never
 * decides.  "Not there" is believed only after the kind's patience
 * and in two looks. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "run/compare.h"
#include "run/state.h"
#include "run/tree.h"

#define DEFAULT_SETTLE_US (120 * MG_SECOND_US)
#define SECOND_LOOK_US (5 * MG_SECOND_US)

int
mg_run_refuses_twice (const struct mg_kind *kind)
{
  return kind->k->once == MIGRATE_ONCE_UNIQUE
         && (kind->k->tree == NULL || !kind->k->tree->ask_first);
}

int64_t
mg_settle_due (const struct mg_run *run, const struct mg_kind *kind)
{
  int64_t settle = run->options.settle_us;

  if (settle < 0)
    settle = kind->k->settle_s ? kind->k->settle_s * MG_SECOND_US
             : DEFAULT_SETTLE_US;
  return mg_clock_wall_us () + settle;
}

struct settler {
  struct mg_run *run;
  struct mg_ctx *ctx;
  const struct mg_kind *kind;
  int64_t baseline_sid, probe_sid;
  int64_t asked, found;
  struct mg_work *doubts;
  char *occupied;                  /* by something of another sort, each */
  int n_doubts;
  int has_more;                    /* the list of the probe has a next page */
  /* the doubt that is looked at */
  struct mg_asset source;
  struct mg_prepared sent;
  int64_t *taken;
  int n_taken;
  int64_t match, other;
  int same_name, unusable, other_thing, exact, merged;
  int not_ours;                    /* refused at the first send: what is there
                                      was made by somebody else */
};

static int
keep_doubt (void *opaque, const struct mg_work *w, struct mg_error *err)
{
  struct settler *s = opaque;
  struct mg_work *copy;

  (void) err;
  s->doubts = mg_xreallocarray (s->doubts, (size_t) s->n_doubts + 1,
                                sizeof *s->doubts);
  copy = &s->doubts[s->n_doubts++];
  *copy = *w;
  copy->message = mg_xstrdup (w->message);
  return 0;
}

static int
is_taken (struct settler *s, int64_t aid)
{
  MG_CLEANUP (mg_work_release) struct mg_work work = MG_WORK_INIT;
  int i;

  for (i = 0; i < s->n_taken; i++)
    if (s->taken[i] == aid)
      return 1;
  return mg_work_by_new (s->run->store, aid, &work, NULL) > 0;
}

static int
look_at (void *opaque, const struct mg_asset *a, struct mg_error *err)
{
  struct settler *s = opaque;

  (void) err;
  if (a->seen_sid != s->probe_sid || is_taken (s, a->aid))
    return 0;
  s->same_name++;
  s->other = a->aid;
  if (mg_run_left_out (s->kind, a) != NULL) {
    s->unusable = 1;
    return 0;
  }
  s->other_thing |=
    mg_compare_same (s->kind, mg_buf_text (&s->sent.json), s->sent.json.len,
                     mg_buf_text (&a->body), a->body.len) != NULL;
  if (s->not_ours
      || (a->first_sid != 0 && a->first_sid <= s->baseline_sid))
    return 0;
  if (!mg_compare_sent (s->kind, mg_buf_text (&s->sent.json),
                        s->sent.json.len, mg_buf_text (&a->body), a->body.len)
      || (s->exact
          && !mg_compare_sent (s->kind, mg_buf_text (&a->body), a->body.len,
                               mg_buf_text (&s->sent.json), s->sent.json.len)))
    return 0;
  s->match = a->aid;
  return 1;
}

static int
look_at_page (struct settler *s, const int64_t *aids, int n,
              struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; i < n && r == 0; i++) {
    MG_CLEANUP (mg_asset_done) struct mg_asset a = MG_ASSET_INIT;

    r = mg_asset_get (s->run->store, &s->ctx->packer, aids[i], &a, err);
    if (r > 0)
      r = mg_run_ensure_body (s->ctx, s->kind, &a, err);
    if (r == MG_E_NOT_FOUND)
      r = 0;                       /* removed since the list */
    else if (r == 0)
      r = look_at (s, &a, err);
  }
  return r;
}

/* Every asset of the target under this name.  1 when one fits. */
static int
look_for_key (struct settler *s, struct mg_error *err)
{
  /* the key as it was sent: a part of it may be a name of the target */
  MG_CLEANUP_FREE char *sent =
    mg_json_get_text (mg_buf_text (&s->sent.json), s->sent.json.len,
                      s->kind->k->key);
  const char *key = sent ? sent : s->source.key;
  MG_CLEANUP_FREE char *folded =
    s->kind->k->flags & MIGRATE_KIND_NOCASE ? mg_fold (key) : NULL;
  int64_t aids[64], after = 0;
  char ns[128];
  int n, r;

  snprintf (ns, sizeof ns, "%s.key", s->kind->k->name);
  do {
    n = mg_alias_after (s->run->store, s->run->target.wsid, ns,
                        folded ? folded : key, after, aids, 64, err);
    r = n > 0 ? look_at_page (s, aids, n, err) : n;
    if (n > 0)
      after = aids[n - 1];
  } while (n == 64 && r == 0);     /* hundreds may share a name */
  return r < 0 ? r : 0;
}

static void
take (struct settler *s, struct mg_result *res)
{
  s->taken = mg_xreallocarray (s->taken, (size_t) s->n_taken + 1,
                               sizeof *s->taken);
  s->taken[s->n_taken++] = s->match;
  s->found++;
  res->state = MG_DONE;
  res->new_aid = s->match;
  res->provenance = MG_CREATED;
  /* what the lost reply would have told is not known: an update makes sure */
  res->finish = s->kind->k->update != NULL
                && (s->sent.dropped_late > 0 || s->kind->k->later != NULL
                    || (s->kind->k->flags & MIGRATE_KIND_FINISH));
  mg_result_say (res, "settled", "found in the target after a lost reply");
}

static int64_t
second_look_us (const struct mg_run *run)
{
  int64_t settle = run->options.settle_us;

  return settle >= 0 && settle < 2 * SECOND_LOOK_US ? settle / 2
         : SECOND_LOOK_US;
}

/* Nothing of ours is there (yet). */
static void
not_there (struct settler *s, const struct mg_work *w, struct mg_result *res)
{
  int unique = s->kind->k->once == MIGRATE_ONCE_UNIQUE;

  if (s->unusable && unique) {
    res->state = MG_FAILED;
    res->surely_not = s->same_name == 0;
    mg_result_say (res, "unusable", MG_UNUSABLE_TEXT);
  }
  else if (s->same_name == 1 && unique && !s->other_thing
           && s->run->options.on_conflict != MG_CONFLICT_FAIL) {
    res->state = MG_UNCHANGED;     /* made by somebody else meanwhile */
    res->new_aid = s->other;
    res->provenance = MG_ADOPTED;
    mg_result_say (res, "exists", "in the target already; adopted");
  }
  else if (s->same_name > 0 && unique) {
    res->state = MG_FAILED;
    mg_result_say (res, "conflict", "somebody else made one of this name in the "
                   "target; remove or rename it, then migrate import "
                   "--retry-failed");
  }
  else if (strcmp (w->code, "looked") != 0
           && (!unique || w->has_was || strcmp (w->code, "exists") == 0)) {
    res->state = MG_DOUBT;         /* a second look, a little later */
    res->not_before = mg_clock_wall_us () + second_look_us (s->run);
    mg_result_say (res, "looked", w->message);
  }
  else if (w->tries >= MG_MAX_SENDS) {
    res->state = MG_FAILED;
    mg_result_say (res, "uncertain", "sent again and again, never confirmed, and "
                   "not found in the target; look there, then migrate import "
                   "--retry-failed");
  }
  else {
    res->state = MG_READY;
    res->anew = 1;
    mg_result_say (res, "absent", "sent, and not found in the target");
  }
}

/* It is not there, and the source has it no more: it is not sent again, and what
 * others have made is not touched for it. */
static void
leave_vanished (struct settler *s, struct mg_result *res)
{
  if (!s->source.gone
      || (res->state != MG_READY && res->state != MG_UNCHANGED
          && (res->state != MG_FAILED || strcmp (res->code, "uncertain") != 0)))
    return;
  res->state = MG_SKIPPED;
  res->new_aid = 0;
  res->provenance = MG_NOBODYS;
  res->anew = 0;
  res->surely_not = 1;
  mg_result_say (res, "vanished", "gone from the source since it was exported");
}

/* Somebody else made it: what it lacks is added, as to any that was there. */
static int
merge_other (struct settler *s, const struct mg_work *w, struct mg_error *err)
{
  struct mg_planned p = { .aid = w->aid, .prio = s->kind->index,
                          .new_aid = s->other, .kid = s->kind->kid,
                          .op = MG_OP_MERGE, .state = MG_WAIT,
                          .provenance = MG_ADOPTED };

  s->merged = 1;
  mg_run_note (s->run, &s->run->target, w->aid, s->kind, s->source.key, "exists",
               "in the target already; adopted");
  return mg_work_forget (s->run->store, s->run->target.wsid, &p, err);
}

/* One that cannot be looked at holds up no other. */
static int
cannot_look (struct settler *s, struct mg_work *w, struct mg_error *err)
{
  struct mg_result *res = mg_result_new (w->wid, MG_FAILED);
  char text[700];

  snprintf (text, sizeof text, "sent, never confirmed, and not to be looked for "
            "now: %.400s; then migrate import --retry-failed", err->text);
  mg_result_say (res, "uncertain", text);
  mg_error_clear (err);
  s->asked++;
  w->wid = 0;
  return mg_result_post (s->run->store, res, err);
}

/* What it names has gone since it was sent, so nobody can tell it from others. */
static int
cannot_tell (struct settler *s, struct mg_work *w, struct mg_error *err)
{
  struct mg_result *res = mg_result_new (w->wid, MG_FAILED);
  char text[700];

  snprintf (text, sizeof text, "sent, never confirmed, and not to be told from "
            "others now: %.400s; look in the target, then migrate import "
            "--retry-failed", err->text);
  mg_result_say (res, "uncertain", text);
  mg_error_clear (err);
  s->asked++;
  w->wid = 0;
  return mg_result_post (s->run->store, res, err);
}

/* Its wid becomes 0 when it is decided. */
static int
settle_one (struct settler *s, struct mg_work *w, struct mg_error *err)
{
  int64_t wid = w->wid;
  struct mg_result *res;
  int r;

  if (w->state == MG_PARKED) {     /* never sent: its time has come */
    w->wid = 0;
    return mg_result_post (s->run->store, mg_result_new (wid, MG_READY), err);
  }
  r = mg_run_sent (s->run, s->ctx, w, &s->source, err);
  if (r <= 0)
    return r;
  r = mg_run_prepare (s->run, s->ctx, s->kind, &s->source, MG_FOR_DOUBT,
                      &s->sent, err);
  if (r == MG_E_BLOCKED)
    return cannot_tell (s, w, err);
  if (r < 0)
    return r;
  s->match = 0;
  s->same_name = s->other_thing = 0;
  s->unusable = s->occupied != NULL && s->occupied[w - s->doubts];
  s->not_ours = !w->maybe;
  r = look_for_key (s, err);
  if (r < 0)
    return r;
  if (s->exact && s->match == 0)
    return 0;
  s->asked++;
  w->wid = 0;
  res = mg_result_new (wid, MG_DOUBT);
  if (s->match != 0)
    take (s, res);
  else {
    not_there (s, w, res);
    leave_vanished (s, res);
  }
  if (res->state == MG_UNCHANGED && s->kind->k->merge != NULL) {
    mg_result_free (res);
    return merge_other (s, w, err);
  }
  return mg_result_post (s->run->store, res, err);
}

static int
baseline_of (struct settler *s, struct mg_error *err)
{
  int r = mg_snapshot_last (s->run->store, s->run->target.wsid, "baseline",
                            &s->baseline_sid, NULL, NULL, err);

  return r < 0 ? r : 0;
}

/* The kind's list once more, into a snapshot of its own. */
static int
probe_element (struct migrate_ctx *pub, void *opaque, const char *json,
               size_t len)
{
  struct settler *s = opaque;

  return mg_ctx_emit ((struct mg_ctx *) pub, s->kind, json, len);
}

static int
probe_page (struct mg_ctx *ctx, void *opaque, const char *cursor)
{
  ((struct settler *) opaque)->has_more = cursor != NULL;
  return mg_ctx_flush (ctx);
}

static void
probe_restart (struct mg_ctx *ctx, void *opaque)
{
  (void) opaque;
  mg_ctx_drop_batch (ctx);
}

/* In a tree only what is in doubt is looked at, each by its own name: the whole
 * of it may be large. */
static int
probe_names (struct settler *s, struct mg_error *err)
{
  struct mg_error *why = &s->ctx->error;
  int i, r = 0;

  (void) err;
  s->occupied = mg_xcalloc ((size_t) s->n_doubts + 1, 1);
  for (i = 0; i < s->n_doubts && r >= 0; i++) {
    MG_CLEANUP_FREE char *id = NULL;

    if (s->doubts[i].state != MG_DOUBT)
      continue;
    r = mg_run_sent (s->run, s->ctx, &s->doubts[i], &s->source, why);
    if (r <= 0)
      continue;
    r = mg_run_prepare (s->run, s->ctx, s->kind, &s->source, MG_FOR_DOUBT,
                        &s->sent, why);
    if (r == MG_E_BLOCKED) {       /* it is told when it is its turn */
      mg_error_clear (why);
      r = 0;
      continue;
    }
    id = r == 0 ? mg_json_get_text (mg_buf_text (&s->sent.json),
                                    s->sent.json.len, s->kind->k->id) : NULL;
    if (id != NULL)
      r = mg_tree_probe (s->ctx, s->kind, id, why);
    s->occupied[i] = r > 0;
    if (r < 0 && r != MG_E_CANCELLED && !mg_run_is_fatal (r))
      r = cannot_look (s, &s->doubts[i], why);
  }
  return r < 0 ? r : 0;
}

/* A token that the service does not know any more means the first page again, once:
 * what was told before is told again. */
static int
probe_list (struct settler *s)
{
  struct mg_list list = { .each = probe_element, .page = probe_page,
                          .restart = probe_restart, .opaque = s };
  int r = mg_call_export (s->ctx, s->kind, &list);

  if (r == MG_E_REMOTE && s->has_more) {
    mg_ctx_drop_batch (s->ctx);
    r = mg_call_export (s->ctx, s->kind, &list);
  }
  return r;
}

static int
probe (struct settler *s, struct mg_error *err)
{
  struct mg_side *shared = s->ctx->side, own = *shared;
  int r = mg_snapshot_begin (s->run->store, s->run->target.wsid, "probe",
                             s->kind->k->name, &s->probe_sid, err);

  if (r < 0)
    return r;
  own.sid = s->probe_sid;          /* two kinds may be settled at once */
  s->ctx->side = &own;
  s->ctx->stubs_only = 1;
  r = s->kind->k->tree != NULL ? probe_names (s, err) : probe_list (s);
  if (r == 0)
    r = mg_ctx_flush (s->ctx);
  mg_ctx_drop_batch (s->ctx);
  s->ctx->side = shared;
  if (r < 0) {
    mg_error_copy (err, &s->ctx->error);
    return r;
  }
  return mg_snapshot_end (s->run->store, s->probe_sid, err);
}

/* Names repeat: one that lacks something could take what belongs to one that
 * has it, so whoever finds his equal goes first, and before his time has come. */
static int
settle_all (struct settler *s, struct mg_error *err)
{
  int64_t now = mg_clock_wall_us ();
  int i, r = 0;

  for (s->exact = s->kind->k->once == MIGRATE_ONCE_NONUNIQUE; s->exact >= 0;
       s->exact--)
    for (i = 0; i < s->n_doubts && r == 0; i++)
      if (s->doubts[i].wid != 0
          && (s->doubts[i].not_before <= now
              || (s->exact && s->doubts[i].state == MG_DOUBT)))
        r = settle_one (s, &s->doubts[i], err);
  return r;
}

int
mg_settle_kind (struct mg_run *run, struct mg_ctx *ctx,
                const struct mg_kind *kind, struct mg_error *err)
{
  struct settler s = { .run = run, .ctx = ctx, .kind = kind,
                       .source = MG_ASSET_INIT, .sent = MG_PREPARED_INIT };
  struct mg_event event = { .event = "settle", .kind = kind->k->name };
  int i, r = mg_work_each_due (run->store, run->target.wsid, kind->kid,
                               INT64_MAX, keep_doubt, &s, err);

  if (r == 0 && s.n_doubts > 0)
    r = baseline_of (&s, err);
  if (r == 0 && s.n_doubts > 0)
    r = probe (&s, err);
  if (r == 0)
    r = settle_all (&s, err);
  if (r == 0 && s.merged)
    r = mg_work_arrange (run->store, run->target.wsid, err);
  for (i = 0; i < s.n_doubts; i++)
    mg_work_release (&s.doubts[i]);
  event.n = s.found;
  event.total = s.asked;
  if (r == 0 && s.n_doubts > 0)
    mg_run_emit (run, &event);
  mg_asset_done (&s.source);
  mg_buf_done (&s.sent.json);
  mg_free (s.doubts);
  mg_free (s.occupied);
  mg_free (s.taken);
  return r;
}
