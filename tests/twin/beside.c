/* Notebooks and their permissions, each as fast as its own limit allows: see
 * twin.h. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/parse.h"
#include "twin/oracle.h"
#include "twin/place.h"
#include "twin/program.h"
#include "twin/twin.h"

#define PER_FOLDER 50
#define EXPORTS_A_SECOND 60      /* as many may come at once ... */
#define PERMISSIONS_A_SECOND 30  /* ... and of imports as of permissions */

/* The published limits of what such a move asks for. */
static const char limits[] =
  "in-flight in-flight 20 0s 20 no * /api/*\n"
  "scim-read bucket 255 60s 25 no GET /api/2.0/*scim/v2/*\n"
  "scim-patch bucket 10 60s 2 no PATCH /api/2.0/*scim/v2/*\n"
  "scim-write bucket 35 60s 4 no POST,PUT,DELETE /api/2.0/*scim/v2/*\n"
  "permissions-read bucket 100 1s 100 no GET /api/2.0/permissions/*\n"
  "permissions-write bucket 30 1s 30 no PUT,PATCH /api/2.0/permissions/*\n"
  "list bucket 50 1s 50 no GET /api/2.0/workspace/list\n"
  "export bucket 60 1s 60 no GET /api/2.0/workspace/export\n"
  "import bucket 30 1s 30 no POST /api/2.0/workspace/import\n"
  "mkdirs bucket 20 1s 20 no POST /api/2.0/workspace/mkdirs\n";

/* Each with an entry of its own, and fifty in a folder. */
static void
put_notebook (struct world *w, int64_t i)
{
  MG_CLEANUP_FREE char *text = mg_xasprintf (
    "{\"kind\":\"notebooks\",\"create\":{\"path\":\"/Shared/area %" PRId64
    "/notebook %" PRId64 "\",\"language\":\"PYTHON\",\"source\":\"x = %" PRId64
    "\"},\"permissions\":{\"add\":{\"users\":\"CAN_READ\"}}}", i / PER_FOLDER,
    i, i);

  world_ask (w, WORLD_OLD, "POST", "/_simulator/object", text, NULL);
}

static int
live (struct world *w, enum program_command command, const char *session,
      struct program_result *ret)
{
  struct link link = { .world = w, .fd = -1 };
  struct program_options o = {
    .command = command, .session = session, .link = &link, .seed = 1,
    .plugins = { "users", "notebooks" }, .now_us = w->now_us + MG_SECOND_US,
    .settle_us = -1,
    .token = { sim_token (w->sims[WORLD_OLD]), sim_token (w->sims[WORLD_NEW]) },
    .way_us = 20 * MG_MS_US, .jitter_us = 10 * MG_MS_US,
  };
  int r = program_run (&o, ret);

  if (r == 0 && ret->n_failed == 0)
    return 0;
  fprintf (stderr, "twin: %d %s, %" PRId64 " failed\n", r, ret->error.text,
           ret->n_failed);
  return -1;
}

struct tally { int64_t imports, permissions, after; };

static struct tally
count (struct world *w)
{
  struct sim *target = w->sims[WORLD_NEW];
  size_t i, n = sim_ledger_count (target);
  struct tally t = { 0 };
  struct sim_record r;

  for (i = 0; i < n; i++) {
    sim_ledger_get (target, i, &r);
    if (r.status != 200)
      continue;
    if (strcmp (r.rate_class, "import") == 0) {
      t.imports++;
      t.after = 0;
    }
    if (strcmp (r.rate_class, "permissions-write") == 0) {
      t.permissions++;
      t.after++;
    }
  }
  return t;
}

static int64_t
least_us (int64_t n, int64_t a_second)
{
  return (n - a_second) * MG_SECOND_US / a_second;
}

static void
show (struct world *w, int end, const char *what, int64_t floor_us,
      const struct program_result *res)
{
  struct oracle_counts counts = oracle_count (w, end);
  int64_t took_us = res->ended_us - res->began_us;

  printf ("%s seconds %" PRId64 " %" PRId64 "\n%s ratio %.4f\n%s requests %"
          PRId64 "\n%s refused by limits %" PRId64 "\n", what,
          floor_us / MG_SECOND_US, took_us / MG_SECOND_US, what,
          (double) floor_us / (double) took_us, what, counts.all, what,
          counts.throttled);
}

static int
move (struct world *w, int64_t n)
{
  MG_CLEANUP_FREE char *session = place_new ("session");
  struct program_result res;
  struct tally t;

  if (live (w, PROGRAM_EXPORT, session, &res) < 0)
    return -1;
  show (w, WORLD_OLD, "export", least_us (n, EXPORTS_A_SECOND), &res);
  if (live (w, PROGRAM_IMPORT, session, &res) < 0)
    return -1;
  show (w, WORLD_NEW, "import", least_us (n, PERMISSIONS_A_SECOND), &res);
  t = count (w);
  printf ("permissions after the last import %" PRId64 "\n", t.after);
  if (t.imports == n && t.permissions == n)
    return 0;
  fprintf (stderr, "twin: %" PRId64 " imports and %" PRId64 " permissions of %"
           PRId64 "\n", t.imports, t.permissions, n);
  return -1;
}

int
twin_beside (int argc, char **argv)
{
  struct world_options options = { .seed = 1 };
  struct mg_error err = MG_ERROR_INIT;
  struct world w;
  int64_t i, n = 1000;
  int r;

  if (argc > 0 && (mg_parse_int64 (argv[0], &n) < 0 || n <= EXPORTS_A_SECOND))
    return 2;
  for (i = 0; i < WORLD_ENDS; i++) {
    options.ends[i].limits = limits;
    options.ends[i].n_ledger = n * 8 + 10000;
  }
  if (world_begin (&w, &options, &err) < 0) {
    fprintf (stderr, "twin: %s\n", err.text);
    return 1;
  }
  for (i = 0; i < n; i++)
    put_notebook (&w, i);
  r = move (&w, n);
  world_end (&w);
  place_done ();
  return r < 0 ? 1 : 0;
}
