/* Waiting for what is still at work, after it was switched off. */
#include <config.h>

#include <stdio.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "run/action-impl.h"

#define FIRST_LOOK_US (250 * MG_MS_US)
#define LAST_LOOK_US (10 * MG_SECOND_US)

struct look {
  struct mg_actor *a;
  struct migrate_kind k;
  struct mg_kind kind;
  int64_t n;                       /* of what we switched off */
  int64_t n_whole;                 /* ... in pages that were read whole */
};

static int
on_element (struct migrate_ctx *pub, void *opaque, const char *json, size_t len)
{
  struct look *look = opaque;
  const struct mg_action_options *o = look->a->options;
  MG_CLEANUP_FREE char *id = mg_json_get_text (json, len, o->action->busy_of);
  MG_CLEANUP (mg_action_row_done) struct mg_action_row row = { 0 };
  int r = id == NULL ? 0
          : mg_action_get (look->a->run->store, o->side->wsid, o->kind->kid, id,
                           &row, &((struct mg_ctx *) pub)->error);

  look->n += r > 0 && row.state == MG_ACTION_OFF;
  return r < 0 ? r : 0;
}

/* A page that is read again counts once. */
static void
on_restart (struct mg_ctx *ctx, void *opaque)
{
  struct look *look = opaque;

  (void) ctx;
  look->n = look->n_whole;
}

static int
on_page (struct mg_ctx *ctx, void *opaque, const char *cursor)
{
  struct look *look = opaque;

  (void) cursor;
  look->n_whole = look->n;
  return mg_run_stopping (look->a->run)
         ? mg_error_set (&ctx->error, MG_E_CANCELLED, NULL, "stopped") : 0;
}

/* How many are at work now, or negative. */
static int64_t
look (struct mg_actor *a, struct mg_ctx *ctx)
{
  const struct migrate_action *action = a->options->action;
  struct look l = {
    .a = a,
    .k = { .name = a->options->kind->k->name, .title = action->busy_title,
           .id = action->busy_of, .key = action->busy_of,
           .list = action->busy, .array = action->busy_array,
           .paging = MIGRATE_PAGING_TOKEN },
    .kind = { .k = &l.k }
  };
  struct mg_list list = { .each = on_element, .page = on_page,
                          .restart = on_restart, .opaque = &l };
  int r;

  mg_ctx_begin (ctx, a->options->kind, NULL);
  r = mg_generic_list (ctx, &l.kind, &list);
  return r < 0 ? r : l.n;
}

/* Until then, or until the run is to stop. */
static void
sleep_until (struct mg_run *run, int64_t until_us)
{
  struct mg_run_state *s = run->state;

  MG_LOCKED (&s->lock);
  while (!s->stop && s->fatal.code == 0 && mg_clock_now_us () < until_us)
    mg_cond_wait_until (&s->wake, &s->lock, until_us);
}

/* What was switched off is so, whatever is still at work. */
static void
not_known (struct mg_actor *a, struct mg_ctx *ctx, int code)
{
  a->out->busy = -1;
  if (mg_run_is_fatal (code)) {
    mg_run_fail (a->run, &ctx->error);
    return;
  }
  mg_run_note (a->run, a->options->side, 0, a->options->kind,
               a->options->action->busy_title, "not-listed", ctx->error.text);
  MG_LOCKED (&a->run->state->lock);
  a->run->n_failed++;
}

static void
wait_for_them (struct mg_run *run, struct mg_ctx *ctx, void *opaque)
{
  struct mg_actor *a = opaque;
  const char *title = a->options->action->busy_title;
  int64_t end = mg_clock_now_us () + a->options->wait_us;
  int64_t pause = FIRST_LOOK_US, n, told = 0;

  for (;;) {
    int64_t now = mg_clock_now_us ();

    n = look (a, ctx);
    if (n < 0 && n != MG_E_CANCELLED)
      not_known (a, ctx, (int) n);
    if (n < 0)
      return;
    a->out->busy = n;
    if (n == 0 || now >= end || mg_run_stopping (run))
      break;
    if (n != told)
      mg_log (MG_LOG_NORMAL, "waiting for %lld %s", (long long) n, title);
    told = n;
    sleep_until (run, now + pause < end ? now + pause : end);
    pause = 2 * pause < LAST_LOOK_US ? 2 * pause : LAST_LOOK_US;
  }
}

int
mg_action_wait (struct mg_actor *a, struct mg_error *err)
{
  const struct migrate_action *action = a->options->action;

  if (action->what != MIGRATE_ACTION_OFF || action->busy == NULL)
    return 0;
  return mg_run_pool (a->run, a->options->side, 1, wait_for_them, a, err);
}
