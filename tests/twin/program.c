/* The program in the twin: see program.h.  What core/cli does for a command,
 * without options, questions and tables. */
#include <config.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/rand.h"
#include "net/end.h"
#include "net/rates.h"
#include "net/remote.h"
#include "plugin/registry.h"
#include "run/run.h"
#include "run/session.h"
#include "store/pack.h"
#include "store/work.h"
#include "twin/fiber.h"
#include "twin/program.h"
#include "twin/wire.h"

#define MAX_PLUGINS PROGRAM_PLUGINS

struct program {
  const struct program_options *o;
  struct mg_registry registry;
  struct mg_session session;
  int has_session, target_lock;
  struct mg_rates *rates;
  struct mg_remote *remotes[WORLD_ENDS];
  struct mg_side sides[WORLD_ENDS];
  struct mg_run run;
  int64_t rid;
};

/* --- history --------------------------------------------------------- */

static void
say (struct program *p, const char *text)
{
  link_say (p->o->link, mg_clock_now_us (), text);
}

static void
on_event (void *opaque, const struct mg_event *e)
{
  struct program *p = opaque;
  MG_CLEANUP_FREE char *line = NULL;

  if (strcmp (e->event, "asset") == 0)
    line = mg_xasprintf ("  asset %s '%s' %s %s%s%s %s", e->kind,
                         e->key ? e->key : "", mg_work_op_name (e->op),
                         mg_state_name (e->state), e->code && *e->code
                         ? " " : "", e->code ? e->code : "",
                         e->message ? e->message : "");
  else
    line = mg_xasprintf ("  %s %s %s %s %s %lld/%lld", e->event,
                         e->kind ? e->kind : "", e->key ? e->key : "",
                         e->code ? e->code : "", e->message ? e->message : "",
                         (long long) e->n, (long long) e->total);
  say (p, line);
}

static const char *
no_option (const char *plugin, const char *name)
{
  (void) plugin, (void) name;
  return NULL;
}

/* --- opening --------------------------------------------------------- */

static int
load_plugins (struct program *p, struct mg_error *err)
{
  static const char *const names[][MAX_PLUGINS] = {
    [PROGRAM_PEOPLE] = { "users", "mlflow" },
    [PROGRAM_COMPUTE] = { "users", "clusters", "jobs" },
    [PROGRAM_TREE] = { "users", "notebooks", "repos" },
  };
  const char *const *own = names[p->o->assets];
  const char *build = mg_env ("MG_BUILDDIR");
  char texts[MAX_PLUGINS][PATH_MAX];
  const char *folders[MAX_PLUGINS + 1] = { NULL };
  int i, r;

  if (p->o->plugins[0] != NULL)
    own = p->o->plugins;
  for (i = 0; i < MAX_PLUGINS && own[i] != NULL; i++) {
    snprintf (texts[i], sizeof texts[i], "%s/plugins/%s/.libs",
              build ? build : ".", own[i]);
    folders[i] = texts[i];
  }
  r = mg_registry_load (folders, &p->registry, err);
  if (r == 0 && p->registry.n_plugins != i)
    r = mg_error_set (err, MG_E_NOT_FOUND, "plugin-load",
                      "not all of the %d plugins are built in '%s'", i,
                      build ? build : ".");
  return r;
}

void
program_preload (enum program_assets assets)
{
  struct program_options options = { .assets = assets };
  struct program p = { .o = &options };
  struct mg_error err = MG_ERROR_INIT;

  if (load_plugins (&p, &err) < 0)
    mg_bug ("%s", err.text);
  mg_registry_done (&p.registry);
}

static int
open_session (struct program *p, struct mg_error *err)
{
  static const unsigned char key[MG_SEAL_KEY_LEN] = "a key of the twin";
  int fd = -1, make = p->o->command == PROGRAM_EXPORT;
  int r = mg_session_lock (p->o->session, &fd, err);

  if (r < 0)
    return r;
  r = mg_session_open (p->o->session, make, fd, &p->registry, &p->session,
                       err);
  p->has_session = r == 0;
  if (r == 0 && p->o->assets == PROGRAM_COMPUTE)
    mg_store_set_key (p->session.store, key);
  if (r < 0)
    mg_file_unlock (fd);
  return r;
}

static int
connect_end (struct program *p, int which, struct mg_error *err)
{
  const struct program_options *o = p->o;
  struct wire_options wire = {
    .link = o->link, .end = which, .seed = o->seed * 2 + (uint64_t) which,
    .way_us = o->way_us, .jitter_us = o->jitter_us, .refused = o->refused,
  };
  struct mg_end end = {
    .name = (char *) (which == WORLD_OLD ? "old" : "new"),
    .host = (char *) (which == WORLD_OLD ? "https://old.example"
                                         : "https://new.example"),
    .type = MG_END_DATABRICKS,
    .auth = o->oauth ? MG_AUTH_M2M : MG_AUTH_PAT,
    .token = (char *) (o->oauth ? NULL : o->token[which]),
    .client_id = (char *) (o->oauth ? o->client_id[which] : NULL),
    .client_secret = (char *) (o->oauth ? o->client_secret[which] : NULL),
  };
  struct mg_remote_options options = {
    .rates = p->rates, .is_source = which == WORLD_OLD,
    .user_agent = "migrate/twin", .seed = mg_rand_seed_from_system (),
    .transport = wire_new (&wire),
  };

  return mg_remote_open (&end, &options, &p->remotes[which], err);
}

static int
open_end (struct program *p, int which, struct mg_error *err)
{
  struct mg_side *side = &p->sides[which];
  char org_id[64], user[256];
  int is_admin, r = connect_end (p, which, err);

  if (r < 0)
    return r;
  side->remote = p->remotes[which];
  side->end = MIGRATE_END_DATABRICKS;
  r = mg_session_identify (side->remote, side->end, org_id, user, &is_admin,
                           err);
  if (r == 0)
    r = mg_session_bind (&p->session, which == WORLD_OLD ? "source" : "target",
                         mg_remote_host (side->remote), org_id, side->end,
                         &side->wsid, err);
  if (r == 0 && which == WORLD_NEW)
    r = mg_session_target_lock (org_id, &p->target_lock, err);
  return r;
}

static void
stop (void *opaque)
{
  mg_run_stop (opaque);
}

static void
begin_run (struct program *p)
{
  struct mg_run *run = &p->run;

  mg_run_init (run);
  run->store = p->session.store;
  run->registry = &p->registry;
  run->source = p->sides[WORLD_OLD];
  run->target = p->sides[WORLD_NEW];
  run->plugin_option = no_option;
  run->on_event = on_event;
  run->opaque = p;
  p->o->link->stop = stop;
  p->o->link->opaque = run;
  run->options.parallel = p->o->parallel;
  run->options.settle_us = p->o->settle_us;
  run->options.waiting_bytes = p->o->waiting_bytes;
  run->options.retry_failed = p->o->retry_failed;
}

static int
begin (struct program *p, struct mg_error *err)
{
  static const char *const names[] = { "export", "import", "validate", "undo" };
  int which = p->o->command == PROGRAM_EXPORT ? WORLD_OLD : WORLD_NEW;
  int r = load_plugins (p, err);

  if (r == 0)
    r = open_session (p, err);
  if (r == 0)
    r = mg_rates_load (p->o->limits, &p->rates, err);
  if (r == 0)
    r = open_end (p, which, err);
  if (r == 0)
    r = mg_registry_choose (&p->registry, p->o->only, NULL,
                            MIGRATE_END_DATABRICKS, err);
  if (r == 0)
    begin_run (p);
  return r < 0 ? r : mg_session_run_begin (&p->session, names[p->o->command],
                                           p->sides[which].wsid, &p->rid, err);
}

/* --- the work -------------------------------------------------------- */

static int
work (struct program *p, struct mg_error *err)
{
  struct mg_validation validation = { 0 };
  struct mg_undo undo = { 0 };
  int r;

  switch (p->o->command) {
  case PROGRAM_EXPORT:
    return mg_run_export (&p->run, err);
  case PROGRAM_IMPORT:
    return mg_run_import (&p->run, err);
  case PROGRAM_VALIDATE:
    r = mg_run_validate (&p->run, &validation, err);
    mg_validation_done (&validation);
    return r;
  case PROGRAM_UNDO:
    break;
  }
  r = mg_run_find_doubts (&p->run, err);
  if (r == 0)
    r = mg_run_undo (&p->run, 1, &undo, err);
  mg_undo_done (&undo);
  return r;
}

static void
done (struct program *p)
{
  int i;

  p->o->link->stop = NULL;
  for (i = 0; i < WORLD_ENDS; i++)
    mg_remote_close (p->remotes[i]);
  if (p->run.state != NULL)
    mg_run_done (&p->run);
  if (p->has_session)
    mg_session_close (&p->session);
  mg_file_unlock (p->target_lock);
  mg_rates_free (p->rates);
  mg_registry_done (&p->registry);
}

static void
count (struct program *p, struct program_result *res)
{
  int i;

  res->n_failed = p->run.n_failed;
  res->n_differences = p->run.n_differences;
  res->stopped = p->run.stopped;
  for (i = 0; i < WORLD_ENDS; i++)
    if (p->remotes[i] != NULL) {
      struct mg_remote_stats stats;

      mg_remote_stats (p->remotes[i], &stats);
      res->n_requests += stats.requests;
    }
}

int
program_run (const struct program_options *o, struct program_result *ret)
{
  static const char *const titles[] = { "migrate export", "migrate import",
                                        "migrate validate", "migrate undo" };
  struct fiber_options fibers = {
    .seed = o->seed, .wild = o->wild, .now_us = o->now_us,
    .wall_us = WORLD_BEGIN_WALL_US + o->now_us - WORLD_BEGIN_US
               + o->wall_shift_us,
  };
  struct program p = { .o = o, .target_lock = -1 };
  MG_CLEANUP_FREE char *line = NULL;
  struct mg_error later = MG_ERROR_INIT;
  int r;

  memset (ret, 0, sizeof *ret);
  p.session.lock_fd = -1;
  fiber_begin (&fibers);
  say (&p, titles[o->command]);
  r = begin (&p, &ret->error);
  ret->began_us = mg_clock_now_us ();
  if (r == 0)
    r = work (&p, &ret->error);
  ret->ended_us = mg_clock_now_us ();
  count (&p, ret);
  if (p.rid != 0)
    mg_session_run_end (&p.session, p.rid, r < 0, ret->n_requests, &later);
  done (&p);
  line = mg_xasprintf ("%s ended: %d %s, %lld failed, %lld differences",
                       titles[o->command], r, ret->error.text,
                       (long long) ret->n_failed,
                       (long long) ret->n_differences);
  say (&p, line);
  ret->ended_us = mg_clock_now_us ();
  return r;
}
