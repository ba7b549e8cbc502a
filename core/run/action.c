/* One asset after the other, switched off or put back: see action.h.
 *
 * The states of a row, and what may have left when the process ended there:
 *
 *   MEANT      the request that switches off     OFF   nothing
 *   RETURNING  the request that puts back        BACK  nothing
 *
 * Both requests say what is to be, so a second one does no harm. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "run/action-impl.h"

#define THEIRS_TEXT "changed by others since; left as it is"

/* What a worker has at hand for one asset. */
struct one {
  struct mg_actor *a;
  struct mg_ctx *ctx;
  const struct mg_action_item *item;
  struct mg_buf now;               /* its body at the service */
  struct mg_action_row row;        /* wsid 0 and state 0 = none */
  struct mg_action_row old;        /* ... as it was before this request */
  struct mg_buf former;            /* row.before, unpacked */
  int64_t said_us;                 /* a target's: when the source was seen so */
};

/* ---- the row ---- */

int
mg_action_is_off (enum mg_action_state state)
{
  return state == MG_ACTION_MEANT || state == MG_ACTION_OFF
         || state == MG_ACTION_RETURNING;
}

static int
load_row (struct one *o)
{
  struct mg_actor *a = o->a;
  struct mg_error *err = &o->ctx->error;
  int r = mg_action_get (a->run->store, a->options->side->wsid,
                         a->options->kind->kid, o->item->id, &o->row, err);

  if (r > 0)
    r = mg_unpack (&o->ctx->packer, mg_buf_text (&o->row.before),
                   o->row.before.len, &o->former, err);
  return r < 0 ? r : 0;
}

/* Keeps 'part' as what it was. */
static int
put_row (struct one *o, enum mg_action_state state, const struct mg_buf *part)
{
  struct mg_actor *a = o->a;
  struct mg_action_row *row = &o->row;
  unsigned char sha[MG_DIGEST_LEN];
  int seal = (a->options->kind->k->flags & MIGRATE_KIND_SENSITIVE) != 0;
  int r;

  mg_buf_done (&row->before);
  row->before = (struct mg_buf) MG_BUF_INIT (MG_MAX_ELEMENT);
  r = mg_pack (&o->ctx->packer, mg_buf_text (part), part->len, seal,
               &row->before, sha, &o->ctx->error);
  if (r < 0)
    return r;
  row->wsid = a->options->side->wsid;
  row->kid = a->options->kind->kid;
  row->state = state;
  mg_free (row->src_id);
  mg_free (row->key);
  mg_free (row->who);
  row->src_id = mg_xstrdup (o->item->id);
  row->key = mg_xstrdup (o->item->key);
  row->who = mg_xstrdup (a->options->who);
  return mg_action_put (a->run->store, row, &o->ctx->error);
}

/* What the session says now, should the request be refused. */
static void
set_aside (struct one *o)
{
  o->old = o->row;
  o->row.src_id = o->row.key = o->row.who = NULL;
  o->row.source_id = mg_xstrdup (o->old.source_id);
  o->row.before = (struct mg_buf) MG_BUF_INIT (MG_MAX_ELEMENT);
}

/* A request that surely did nothing leaves nothing in the session: a refused
 * resume would forbid undo, a refused pause claim what its owner pauses later. */
static int
forget (struct one *o)
{
  struct mg_store *store = o->a->run->store;
  struct mg_error err = MG_ERROR_INIT;
  int r = !o->ctx->refused ? 0
          : o->old.state == 0 ? mg_action_drop (store, &o->row, &err)
          : mg_action_put (store, &o->old, &err);

  if (r < 0)
    mg_error_copy (&o->ctx->error, &err);
  return r;
}

static int
set_state (struct one *o, enum mg_action_state state)
{
  o->row.state = state;
  return mg_action_set (o->a->run->store, &o->row, &o->ctx->error);
}

static void
count (struct one *o, int64_t *n)
{
  MG_LOCKED (&o->a->run->state->lock);
  ++*n;
}

/* ---- the requests ---- */

/* 1: there it is not any more. */
static int
is_gone (struct one *o, int r)
{
  if (r != MG_E_NOT_FOUND)
    return 0;
  mg_error_clear (&o->ctx->error);
  mg_run_note (o->a->run, o->a->options->side, o->item->aid,
               o->a->options->kind, o->item->key, "gone",
               "not there any more; nothing to do");
  count (o, &o->a->out->gone);
  return 1;
}

/* 0 sent, 1 gone.  A service may look at rights before it looks whether the
 * thing is there. */
static int
send (struct one *o, const struct mg_buf *members)
{
  const struct migrate_action *action = o->a->options->action;
  const struct mg_kind *kind = o->a->options->kind;
  MG_CLEANUP (mg_buf_done) struct mg_buf body = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_span span = { mg_buf_text (members), members->len };
  struct mg_error why;
  int r;

  mg_fill_body (action->body,
                mg_id_json (o->ctx, kind->k, o->item->id, mg_buf_text (&o->now),
                            o->now.len), span, &body);
  r = mg_buf_check (&body, "body", &o->ctx->error);
  if (r == 0)
    r = mg_ctx_call (o->ctx, MIGRATE_IDEMPOTENT, action->call, o->item->id,
                     kind->k->content_type, mg_buf_text (&body), body.len, NULL);
  if (r == MG_E_DENIED) {
    mg_error_copy (&why, &o->ctx->error);
    mg_error_clear (&o->ctx->error);
    mg_buf_reset (&o->now);
    if (mg_generic_get (o->ctx, kind, o->item->id, &o->now) == MG_E_NOT_FOUND)
      r = MG_E_NOT_FOUND;
    else
      mg_error_copy (&o->ctx->error, &why);
  }
  if (r == 0)
    return 0;
  return forget (o) < 0 ? MG_E_STORE : is_gone (o, r) ? 1 : r;
}

/* ---- switching off ---- */

/* It is off, and not by us unless a row says so. */
static int
found_off (struct one *o, const struct mg_buf *part)
{
  struct mg_actor *a = o->a;

  switch ((int) o->row.state) {
  case MG_ACTION_MEANT:
  case MG_ACTION_RETURNING:
    count (o, &a->out->done);
    return set_state (o, MG_ACTION_OFF);
  case MG_ACTION_OFF:
    count (o, &a->out->already);
    return 0;
  default:
    count (o, &a->out->kept);
    /* in a target import switched it off, and the source knows the rest */
    if (!a->is_source)
      return 0;
    o->row.off_at_us = mg_clock_wall_us ();
    return put_row (o, MG_ACTION_KEPT, part);
  }
}

static int
switch_off (struct one *o, struct mg_buf *part, struct mg_buf *members)
{
  struct mg_actor *a = o->a;
  MG_CLEANUP (mg_buf_done) struct mg_buf kept = MG_BUF_INIT (MG_MAX_ELEMENT);
  int has_former = mg_action_is_off (o->row.state);
  int r = mg_switch_off (&a->sw, mg_buf_text (&o->now), o->now.len, members,
                         &o->ctx->error);

  if (r >= 0 && has_former)
    r = mg_switch_keep (&a->sw, &o->now, &o->former, &kept, &o->ctx->error);
  set_aside (o);
  o->row.off_at_us = mg_clock_wall_us ();
  if (r >= 0)
    r = put_row (o, MG_ACTION_MEANT, has_former ? &kept : part);
  if (r == 0)
    r = send (o, members);
  if (r == 0)
    r = set_state (o, MG_ACTION_OFF);
  else if (r > 0)
    return 0;
  if (r == 0)
    count (o, &a->out->done);
  return r;
}

static int
do_off (struct one *o)
{
  struct mg_actor *a = o->a;
  MG_CLEANUP (mg_buf_done) struct mg_buf part = MG_BUF_INIT (MG_MAX_ELEMENT);
  MG_CLEANUP (mg_buf_done) struct mg_buf members = MG_BUF_INIT (MG_MAX_ELEMENT);
  struct mg_asset asset = { .body = o->now };
  int r;

  if (mg_run_left_out (a->options->kind, &asset) != NULL)
    return 0;
  r = mg_switch_part (&a->sw, mg_buf_text (&o->now), o->now.len, &part,
                      &o->ctx->error);
  if (r <= 0)
    return r;                      /* nothing starts it */
  if (!mg_switch_is_on (&a->sw, mg_buf_text (&o->now), o->now.len))
    return found_off (o, &part);
  return switch_off (o, &part, &members);
}

/* ---- putting back ---- */

/* What it is to be: 1, or 0 when nobody knows.  A target is to be what the
 * source is, unless the target was switched off later than that was seen. */
static int
find_former (struct one *o)
{
  struct mg_wanted wanted = { .part = MG_BUF_INIT (MG_MAX_ELEMENT) };
  int is_off = mg_action_is_off (o->row.state), r;

  if (o->a->is_source)
    return is_off;
  r = mg_action_wanted (o->a, o->ctx, o->item, &wanted, &o->ctx->error);
  o->said_us = wanted.at_us;
  if (r > 0 && (!is_off || wanted.at_us > o->row.off_at_us)) {
    mg_buf_move (&o->former, &wanted.part);
    mg_free (o->row.source_id);
    o->row.source_id = wanted.source_id;
    wanted.source_id = NULL;
  }
  else if (r >= 0)
    r = is_off;
  mg_buf_done (&wanted.part);
  mg_free (wanted.source_id);
  return r;
}

static int
put_back (struct one *o, const struct mg_buf *members)
{
  int r;

  set_aside (o);
  o->row.back_at_us = mg_clock_wall_us ();
  r = put_row (o, MG_ACTION_RETURNING, &o->former);
  if (r == 0)
    r = send (o, members);
  if (r > 0)
    return 0;
  if (r == 0)
    r = set_state (o, MG_ACTION_BACK);
  if (r == 0)
    count (o, &o->a->out->done);
  return r;
}

/* It is as it was: by us, when the request had left. */
static int
found_back (struct one *o)
{
  count (o, o->row.state == MG_ACTION_RETURNING ? &o->a->out->done
         : &o->a->out->already);
  if (o->row.state == 0)
    return 0;
  if (o->row.back_at_us <= o->row.off_at_us) {
    o->row.back_at_us = mg_clock_wall_us ();
    return put_row (o, MG_ACTION_BACK, &o->former);
  }
  return set_state (o, MG_ACTION_BACK);
}

/* It was put back, and others have switched it off since; the source has said
 * nothing later. */
static int
is_off_again (struct one *o)
{
  return o->row.state == MG_ACTION_BACK && o->said_us <= o->row.back_at_us
         && !mg_switch_is_on (&o->a->sw, mg_buf_text (&o->now), o->now.len);
}

static int
do_back (struct one *o)
{
  struct mg_actor *a = o->a;
  MG_CLEANUP (mg_buf_done) struct mg_buf members = MG_BUF_INIT (MG_MAX_ELEMENT);
  int r = find_former (o);

  if (r <= 0)
    return r;
  if (is_off_again (o)) {
    count (o, &a->out->kept);
    return 0;
  }
  r = mg_switch_back (&a->sw, &o->now, &o->former, &members, &o->ctx->error);
  switch (r) {
  case MG_SWITCH_SEND:
    return put_back (o, &members);
  case MG_SWITCH_ALREADY:
    return found_back (o);
  case MG_SWITCH_STAYS:
    count (o, &a->out->kept);
    return 0;
  case MG_SWITCH_THEIRS:
    mg_run_note (a->run, a->options->side, o->item->aid, a->options->kind,
                 o->item->key, "changed-since", THEIRS_TEXT);
    count (o, &a->out->left);
    return 0;
  default:
    return r;
  }
}

/* ---- the workers ---- */

static int
do_one (struct one *o)
{
  struct mg_actor *a = o->a;
  int back = a->options->action->what == MIGRATE_ACTION_BACK;
  int r = load_row (o);

  if (r < 0)
    return r;
  if (back && a->is_source && o->row.state == MG_ACTION_BACK) {
    count (o, &a->out->already);
    return 0;
  }
  r = mg_generic_get (o->ctx, a->options->kind, o->item->id, &o->now);
  if (is_gone (o, r))
    return 0;
  if (r < 0)
    return r;
  return back ? do_back (o) : do_off (o);
}

static void
failed (struct one *o)
{
  struct mg_actor *a = o->a;
  const struct mg_error *e = &o->ctx->error;
  struct mg_event event = {
    .event = "asset", .kind = a->options->kind->k->name, .key = o->item->key,
    .id = o->item->id, .state = MG_FAILED, .code = e->id[0] ? e->id : "failed",
    .message = e->text
  };

  mg_run_emit (a->run, &event);
  MG_LOCKED (&a->run->state->lock);
  a->out->failed++;
  a->run->n_failed++;
}

static void
act (struct mg_run *run, struct mg_ctx *ctx, void *opaque)
{
  struct mg_actor *a = opaque;

  for (;;) {
    struct one o = { .a = a, .ctx = ctx, .now = MG_BUF_INIT (MG_MAX_ELEMENT),
                     .former = MG_BUF_INIT (MG_MAX_ELEMENT) };
    int r;

    mg_mutex_lock (&run->state->lock);
    o.item = a->next < a->n_items && !run->state->stop
             && run->state->fatal.code == 0 ? &a->items[a->next++] : NULL;
    mg_mutex_unlock (&run->state->lock);
    if (o.item == NULL)
      return;
    mg_ctx_begin (ctx, a->options->kind, NULL);
    r = do_one (&o);
    if (r < 0 && r != MG_E_CANCELLED) {
      if (mg_run_is_fatal (r))
        mg_run_fail (run, &ctx->error);
      else
        failed (&o);
    }
    mg_run_advance (run, a->options->kind->k->name, r >= 0, r < 0);
    mg_action_row_done (&o.row);
    mg_action_row_done (&o.old);
    mg_buf_done (&o.now);
    mg_buf_done (&o.former);
  }
}

int
mg_run_action (struct mg_run *run, const struct mg_action_options *options,
               struct mg_action_count *ret, struct mg_error *err)
{
  struct mg_actor a = {
    .run = run, .options = options, .out = ret,
    .sw = { options->kind->k, options->action->absent },
    .is_source = options->side->wsid == MG_SOURCE_WSID
  };
  size_t i;
  int r;

  memset (ret, 0, sizeof *ret);
  run->n_failed = 0;
  if (!mg_kind_at (options->kind, options->side->end))
    return mg_error_set (err, MG_E_INVALID, "no-kinds",
                         "that end has no %s", options->kind->k->title);
  r = mg_action_collect (&a, err);
  if (r == 0)
    mg_run_total (run, options->kind->k->name, (int64_t) a.n_items);
  if (r == 0)
    r = mg_run_pool (run, options->side, mg_run_n_workers (run), act, &a, err);
  if (r == 0 && !run->stopped)
    r = mg_action_wait (&a, err);
  if (r == 0)
    r = mg_store_flush (run->store, err);
  for (i = 0; i < a.n_items; i++) {
    mg_free (a.items[i].id);
    mg_free (a.items[i].key);
  }
  mg_free (a.items);
  return r == MG_E_CANCELLED ? 0 : r;
}
