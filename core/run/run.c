/* The frame of a run: threads, stopping, events, progress.  See run.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/supervise.h"
#include "run/listed.h"
#include "run/state.h"

#define TICK_US 200000

void
mg_run_init (struct mg_run *run)
{
  memset (run, 0, sizeof *run);
  run->options.settle_us = -1;
  run->state = mg_xcalloc (1, sizeof *run->state);
  mg_mutex_init (&run->state->lock);
  mg_mutex_init (&run->state->event_lock);
  mg_cond_init (&run->state->wake);
  mg_cond_init (&run->state->tick);
  run->state->cache = mg_cache_new ();
  run->state->known = mg_known_new ();
}

void
mg_run_done (struct mg_run *run)
{
  if (run->state == NULL)
    return;
  mg_cache_free (run->state->cache);
  mg_known_free (run->state->known);
  mg_mutex_done (&run->state->lock);
  mg_mutex_done (&run->state->event_lock);
  mg_cond_done (&run->state->wake);
  mg_cond_done (&run->state->tick);
  mg_free (run->state);
  run->state = NULL;
}

void
mg_run_stop (struct mg_run *run)
{
  run->state->stop = 1;
}

int
mg_run_stopping (struct mg_run *run)
{
  MG_LOCKED (&run->state->lock);
  return run->state->stop || run->state->fatal.code != 0;
}

void
mg_run_fail (struct mg_run *run, const struct mg_error *err)
{
  MG_LOCKED (&run->state->lock);
  if (run->state->fatal.code == 0)
    mg_error_copy (&run->state->fatal, err);
  mg_cond_broadcast (&run->state->wake);
  mg_cond_signal (&run->state->tick);
}

int
mg_run_is_fatal (int code)
{
  return code == MG_E_AUTH || code == MG_E_THROTTLED || code == MG_E_STORE
         || code == MG_E_IO || code == MG_E_MISMATCH;
}

void
mg_run_emit (struct mg_run *run, const struct mg_event *event)
{
  if (run->on_event == NULL)
    return;
  MG_LOCKED (&run->state->event_lock);
  run->on_event (run->opaque, event);
}

void
mg_run_note (struct mg_run *run, const struct mg_side *side, int64_t aid,
             const struct mg_kind *kind, const char *key, const char *code,
             const char *message)
{
  struct mg_event event = { .event = "note", .key = key, .code = code,
                            .message = message,
                            .kind = kind ? kind->k->name : NULL };

  /* what no row of the session stands for is known by its name alone */
  MG_CLEANUP_FREE char *named =
    aid == 0 && kind != NULL && key != NULL
    && !mg_streq (key, kind->plugin->p.name)
    ? mg_xasprintf ("'%s': %s", key, message) : NULL;

  mg_note_post (run->store, side->wsid, aid, kind ? kind->kid : 0, code,
                named ? named : message, NULL);
  mg_run_emit (run, &event);
}

static struct mg_progress *
progress_of (struct mg_run_state *s, const char *kind)
{
  int i;

  for (i = 0; i < s->n_progress; i++)
    if (strcmp (s->progress[i].kind, kind) == 0)
      return &s->progress[i];
  if (s->n_progress == MG_MAX_PROGRESS)
    return &s->progress[MG_MAX_PROGRESS - 1];
  memset (&s->progress[i], 0, sizeof s->progress[i]);
  s->progress[i].kind = kind;
  s->progress[i].total = -1;
  s->n_progress++;
  return &s->progress[i];
}

void
mg_run_advance (struct mg_run *run, const char *kind, int64_t done,
                int64_t failed)
{
  struct mg_progress *p;

  MG_LOCKED (&run->state->lock);
  p = progress_of (run->state, kind);
  p->done += done;
  p->failed += failed;
}

void
mg_run_total (struct mg_run *run, const char *kind, int64_t total)
{
  MG_LOCKED (&run->state->lock);
  progress_of (run->state, kind)->total = total;
}

void
mg_run_clear_progress (struct mg_run *run)
{
  MG_LOCKED (&run->state->lock);
  run->state->n_progress = 0;
}

int
mg_run_progress (struct mg_run *run, struct mg_progress *ret_rows, int max)
{
  int n;

  MG_LOCKED (&run->state->lock);
  n = run->state->n_progress < max ? run->state->n_progress : max;
  memcpy (ret_rows, run->state->progress, (size_t) n * sizeof *ret_rows);
  return n;
}

/* ---- threads ---- */

struct worker {
  struct mg_run *run;
  struct mg_side *side;
  void (*work) (struct mg_run *run, struct mg_ctx *ctx, void *opaque);
  void *opaque;
  struct mg_thread thread;
};

static void
worker_thread (void *arg)
{
  struct worker *w = arg;
  struct mg_ctx ctx;

  mg_ctx_init (&ctx, w->run->store, w->side, w->run->registry);
  ctx.option = w->run->plugin_option;
  w->work (w->run, &ctx, w->opaque);
  mg_ctx_done (&ctx);
  MG_LOCKED (&w->run->state->lock);
  w->run->state->n_workers--;
  mg_cond_signal (&w->run->state->tick);
}

/* The caller's part: ticks, and what the clock or the store ends. */
static void
attend (struct mg_run *run)
{
  struct mg_run_state *s = run->state;
  int drained = 0;

  while (s->n_workers > 0) {
    struct mg_error err = MG_ERROR_INIT;

    mg_cond_wait_until (&s->tick, &s->lock, mg_clock_now_us () + TICK_US);
    mg_mutex_unlock (&s->lock);
    if (run->tick != NULL)
      run->tick (run->opaque);
    if (mg_store_check (run->store, &err) < 0)
      mg_run_fail (run, &err);
    mg_mutex_lock (&s->lock);
    if (run->options.stop_at_us != 0
        && mg_clock_wall_us () >= run->options.stop_at_us)
      s->stop = 1;
    if ((s->stop || s->fatal.code != 0) && !drained) {
      drained = 1;
      if (run->source.remote != NULL)
        mg_remote_drain (run->source.remote);
      if (run->target.remote != NULL)
        mg_remote_drain (run->target.remote);
      mg_cond_broadcast (&s->wake);
    }
  }
}

int
mg_run_n_workers (const struct mg_run *run)
{
  return run->options.parallel > 0 ? run->options.parallel
         : 2 * MG_MAX_IN_FLIGHT;
}

int
mg_run_pool (struct mg_run *run, struct mg_side *side, int n,
             void (*work) (struct mg_run *run, struct mg_ctx *ctx,
                           void *opaque),
             void *opaque, struct mg_error *err)
{
  struct worker *workers = mg_xcalloc ((size_t) n, sizeof *workers);
  struct mg_run_state *s = run->state;
  int i;

  mg_mutex_lock (&s->lock);
  for (i = 0; i < n; i++) {
    struct worker *w = &workers[i];

    w->run = run;
    w->side = side;
    w->work = work;
    w->opaque = opaque;
    if (mg_thread_start (&w->thread, "worker", worker_thread, w) < 0)
      break;                       /* fewer threads do the same work */
    s->n_workers++;
  }
  if (i == 0)
    mg_error_set (&s->fatal, MG_E_NOMEM, "no-memory", "cannot start a thread");
  attend (run);
  mg_mutex_unlock (&s->lock);
  for (i = 0; i < n; i++)
    mg_thread_join (&workers[i].thread);
  mg_free (workers);
  if (s->stop)
    run->stopped = 1;
  if (s->fatal.code != 0) {
    mg_error_copy (err, &s->fatal);
    return s->fatal.code;
  }
  return 0;
}

/* ---- plugins ---- */

int
mg_kind_at (const struct mg_kind *kind, uint32_t end)
{
  uint32_t ends = kind->k->ends ? kind->k->ends : MIGRATE_END_DATABRICKS;

  return (ends & end) != 0 && !kind->plugin->disabled;
}

/* The first of its kinds that this run is about, or NULL. */
static const struct mg_kind *
kind_in_use (const struct mg_run *run, const struct mg_plugin *plugin)
{
  int i;

  for (i = 0; i < run->registry->n_kinds; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];

    if (kind->plugin == plugin && (kind->chosen || kind->indexed))
      return kind;
  }
  return NULL;
}

int
mg_run_forget_disabled (struct mg_run *run, const struct mg_side *side,
                        struct mg_error *err)
{
  int i, r = 0;

  for (i = 0; i < run->registry->n_kinds && r == 0; i++) {
    const struct mg_kind *kind = run->registry->kinds[i];

    if (kind->chosen || kind->indexed)
      r = mg_note_clear (run->store, side->wsid, kind->kid, "plugin-disabled",
                         err);
  }
  return r;
}

void
mg_run_say_disabled (struct mg_run *run, struct mg_side *side,
                     const struct mg_kind *kind, struct mg_plugin *plugin)
{
  struct mg_event event = { .event = "note", .key = plugin->p.name,
                            .code = "plugin-disabled",
                            .message = plugin->why.text };
  MG_CLEANUP_FREE char *text =
    mg_xasprintf ("plugin '%s' is left out: %s", plugin->p.name,
                  plugin->why.text);

  if (kind == NULL)
    kind = kind_in_use (run, plugin);
  if (!plugin->told) {
    mg_note_post (run->store, side->wsid, 0, kind ? kind->kid : 0, event.code,
                  text, NULL);
    mg_run_emit (run, &event);
  }
  plugin->told = 1;
  run->n_failed++;
}

/* Nothing was sent for this row when the plugin crashed. */
static int
fail_crashed (struct mg_run *run, const struct mg_verdict *v,
              struct mg_error *err)
{
  MG_CLEANUP (mg_work_release) struct mg_work work = MG_WORK_INIT;
  struct mg_result *res;
  int r = mg_work_by_id (run->store, v->tag, &work, err);

  if (r <= 0 || (work.state != MG_SENT && work.state != MG_READY))
    return r < 0 ? r : 0;
  res = mg_result_new (v->tag, MG_FAILED);
  mg_result_say (res, "plugin-crash", "the plugin crashed while importing this; "
                 "nothing was sent");
  return mg_result_post (run->store, res, err);
}

int
mg_run_take_verdicts (struct mg_run *run, struct mg_error *err)
{
  struct mg_verdict *verdicts;
  int i, r = 0, n;

  if (run->state->verdicts_taken)
    return 0;
  run->state->verdicts_taken = 1;
  verdicts = mg_xcalloc (MG_MAX_VERDICTS, sizeof *verdicts);
  n = mg_verdicts (verdicts, MG_MAX_VERDICTS);
  for (i = 0; i < n && r == 0; i++) {
    const struct mg_verdict *v = &verdicts[i];
    struct mg_plugin *plugin = mg_registry_plugin (run->registry, v->plugin);

    if (plugin != NULL && v->disable) {
      plugin->disabled = 1;
      mg_error_set (&plugin->why, MG_E_FAIL, "plugin-crash",
                    "crashed while running %s of '%s'", v->callback, v->asset);
    }
    /* a create that had left is in doubt, and is settled as such */
    if (!v->disable && v->tag != 0 && !v->sent)
      r = fail_crashed (run, v, err);
  }
  mg_free (verdicts);
  return r == 0 ? mg_store_flush (run->store, err) : r;
}

int
mg_run_open_plugins (struct mg_run *run, struct mg_side *side,
                     struct mg_error *err)
{
  struct mg_ctx ctx;
  int i, r;

  r = mg_run_take_verdicts (run, err);
  if (r < 0)
    return r;
  mg_ctx_init (&ctx, run->store, side, run->registry);
  ctx.option = run->plugin_option;
  for (i = 0; i < run->registry->n_plugins; i++) {
    struct mg_plugin *plugin = run->registry->plugins[i];

    if (kind_in_use (run, plugin) == NULL)
      continue;
    if (plugin->disabled) {
      mg_run_say_disabled (run, side, NULL, plugin);
      continue;
    }
    r = mg_call_open (&ctx, plugin);
    if (r < 0 && mg_run_is_fatal (r)) {
      mg_error_copy (err, &ctx.error);
      mg_ctx_done (&ctx);
      return r;
    }
    if (r < 0) {
      plugin->disabled = 1;
      mg_error_copy (&plugin->why, &ctx.error);
      mg_run_say_disabled (run, side, NULL, plugin);
    }
  }
  mg_ctx_done (&ctx);
  return 0;
}

void
mg_run_close_plugins (struct mg_run *run, struct mg_side *side)
{
  struct mg_ctx ctx;
  int i;

  mg_ctx_init (&ctx, run->store, side, run->registry);
  ctx.option = run->plugin_option;
  for (i = 0; i < run->registry->n_plugins; i++)
    mg_call_close (&ctx, run->registry->plugins[i]);
  mg_ctx_done (&ctx);
}
