/* An import as the limits allow it: see twin.h. */
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

#define MAX_TEXT ((size_t) 64 * 1024 * 1024)

/* The simulator's limiter for what creates users and groups: as a bucket a few
 * may come at once, as a window all that it holds. */
#define SCIM_LIMIT 35
#define SCIM_WINDOW_US (60 * MG_SECOND_US)
#define SCIM_BURST 4

/* The published limits as windows: %s is fixed or sliding. */
static const char windows[] =
  "in-flight in-flight 20 0s 20 no * /api/*\n"
  "scim-read %s 255 60s 0 no GET /api/2.0/*scim/v2/*\n"
  "scim-patch %s 10 60s 0 no PATCH /api/2.0/*scim/v2/*\n"
  "scim-write %s 35 60s 0 no POST,PUT,DELETE /api/2.0/*scim/v2/*\n"
  "permissions-read %s 100 1s 0 no GET /api/2.0/permissions/*\n"
  "permissions-write %s 30 1s 0 no PUT,PATCH /api/2.0/permissions/*\n"
  "mlflow-search %s 7 1s 0 no * /api/2.0/mlflow/*/search\n"
  "mlflow %s 120 1s 0 no POST /api/2.0/mlflow/*\n"
  "mkdirs %s 20 1s 0 no POST /api/2.0/workspace/mkdirs\n";

struct sizes {
  int64_t users, groups, experiments;
  const char *limits;            /* bucket, fixed, sliding */
};

static int
life (struct world *w, enum program_command command, const char *session,
      struct program_result *ret)
{
  struct link link = { .world = w, .fd = -1 };
  struct program_options o = {
    .command = command, .session = session, .link = &link, .seed = 1,
    .now_us = w->now_us + MG_SECOND_US, .settle_us = -1,
    .token = { sim_token (w->sims[WORLD_OLD]), sim_token (w->sims[WORLD_NEW]) },
    .way_us = 20 * MG_MS_US, .jitter_us = 10 * MG_MS_US,
  };
  int r = program_run (&o, ret);

  if (r < 0 || ret->n_failed > 0 || ret->n_differences > 0)
    fprintf (stderr, "twin: %d %s, %" PRId64 " failed, %" PRId64
             " differences\n", r, ret->error.text, ret->n_failed,
             ret->n_differences);
  return r < 0 || ret->n_failed > 0 || ret->n_differences > 0 ? -1 : 0;
}

static int64_t
count (const char *text, const char *part)
{
  int64_t n = 0;

  while ((text = strstr (text, part)) != NULL) {
    text += strlen (part);
    n++;
  }
  return n;
}

/* What the source makes necessary: a create for each principal but the
 * administrator, whom the target has; a second write for who is inactive,
 * because a service creates everybody active, and for one group of a circle. */
static int64_t
least_writes (struct world *w, int64_t users, int64_t groups)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf state = MG_BUF_INIT (MAX_TEXT);

  world_ask (w, WORLD_OLD, "GET", "/_simulator/state", NULL, &state);
  return users + groups + count (state.data, "\"active\":false")
         + count (state.data, "\"displayName\":\"cycle a\"")
         + count (state.data, "\"displayName\":\"ring x\"");
}

/* Every write is of one class and could start at once: what the class allows
 * in its window, but for what may come at once in the beginning.  Permissions
 * and experiments have classes of their own, that take less time. */
static int64_t
least_us (int64_t n, const char *limits)
{
  if (strcmp (limits, "bucket") != 0)
    return (n - 1) / SCIM_LIMIT * SCIM_WINDOW_US;
  return (n - SCIM_BURST) * SCIM_WINDOW_US / SCIM_LIMIT;
}

/* When the last write of the class that is slowest came, how many of the others
 * had to wait for it or came after, and how many groups did not wait for users
 * whom they do not name. */
static void
show_end (struct world *w)
{
  size_t i, n = sim_ledger_count (w->sims[WORLD_NEW]);
  int64_t last_us = 0, first_us = 0, after = 0, groups = 0, early = 0;
  struct sim_record r;
  char span[24];

  for (i = 0; i < n; i++) {
    sim_ledger_get (w->sims[WORLD_NEW], i, &r);
    if (i == 0)
      first_us = r.arrival_us;
    if (strcmp (r.rate_class, "scim-write") == 0)
      last_us = r.arrival_us;
    groups += strcmp (r.effect, "create") == 0 && strcmp (r.kind, "groups") == 0;
    if (strcmp (r.effect, "create") == 0 && strcmp (r.kind, "users") == 0)
      early = groups;
  }
  for (i = 0; i < n; i++) {
    sim_ledger_get (w->sims[WORLD_NEW], i, &r);
    after += r.arrival_us > last_us && strcmp (r.method, "PUT") == 0;
  }
  printf ("groups before the last user %" PRId64 "\nlast principal after %s\n"
          "permissions after it %" PRId64 "\n", early,
          mg_time_span (last_us - first_us, span), after);
}

static void
show (struct world *w, const struct program_result *import, int64_t writes,
      const char *limits)
{
  struct oracle_counts counts = oracle_count (w, WORLD_NEW);
  int64_t took_us = import->ended_us - import->began_us;
  int64_t floor_us = least_us (writes, limits);
  char took[24], least[24], digest[17];

  world_digest (w, digest);
  printf ("seconds %" PRId64 " %" PRId64 "\n", floor_us / MG_SECOND_US,
          took_us / MG_SECOND_US);
  printf ("writes %" PRId64 "\nfloor %s\ntook %s\nratio %.4f\n", writes,
          mg_time_span (floor_us, least), mg_time_span (took_us, took),
          (double) floor_us / (double) took_us);
  printf ("requests %" PRId64 "\nwrites sent %" PRId64 "\nrefused by limits %"
          PRId64 "\nhistory %" PRId64 " lines %s\n", counts.all,
          counts.writes, counts.throttled, w->n_lines, digest);
  show_end (w);
}

static int
move (struct world *w, const char *session, struct program_result *ret_import)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf before = MG_BUF_INIT (MAX_TEXT);
  MG_CLEANUP (mg_buf_done) struct mg_buf wrong = MG_BUF_INIT (MAX_TEXT);
  struct program_result res;

  oracle_remember (w, &before);
  if (life (w, PROGRAM_EXPORT, session, &res) < 0
      || life (w, PROGRAM_IMPORT, session, ret_import) < 0
      || life (w, PROGRAM_VALIDATE, session, &res) < 0)
    return -1;
  oracle_moved (w, &before, &wrong);
  oracle_once (w, &before, &wrong);
  oracle_strict (w, &wrong);
  if (wrong.len > 0)
    fprintf (stderr, "%s", wrong.data);
  return wrong.len > 0 ? -1 : 0;
}

static int
read_sizes (int argc, char **argv, struct sizes *ret)
{
  ret->users = 3000;
  ret->groups = 500;
  ret->experiments = 0;
  ret->limits = argc > 2 ? argv[2] : "bucket";
  if (strcmp (ret->limits, "bucket") != 0 && strcmp (ret->limits, "fixed") != 0
      && strcmp (ret->limits, "sliding") != 0)
    return -1;
  return (argc > 0 && mg_parse_int64 (argv[0], &ret->users) < 0)
         || (argc > 1 && mg_parse_int64 (argv[1], &ret->groups) < 0)
         || (argc > 3 && mg_parse_int64 (argv[3], &ret->experiments) < 0)
         ? -1 : 0;
}

static char *
make_limits (const char *type)
{
  if (strcmp (type, "bucket") == 0)
    return mg_xstrdup ("published");
  return mg_xasprintf (windows, type, type, type, type, type, type, type,
                       type);
}

int
twin_floor (int argc, char **argv)
{
  MG_CLEANUP_FREE char *populate = NULL;
  MG_CLEANUP_FREE char *session = NULL;
  MG_CLEANUP_FREE char *limits = NULL;
  struct world_options options = { .seed = 1 };
  struct program_result import;
  struct mg_error err = MG_ERROR_INIT;
  struct sizes sizes;
  struct world w;
  int r;

  if (read_sizes (argc, argv, &sizes) < 0)
    return 2;
  populate = mg_xasprintf ("users=%" PRId64 ",groups=%" PRId64
                           ",experiments=%" PRId64, sizes.users, sizes.groups,
                           sizes.experiments);
  limits = make_limits (sizes.limits);
  options.ends[WORLD_OLD].populate = populate;
  options.ends[WORLD_OLD].limits = options.ends[WORLD_NEW].limits = limits;
  session = place_new ("session");
  if (world_begin (&w, &options, &err) < 0) {
    fprintf (stderr, "twin: %s\n", err.text);
    return 1;
  }
  r = move (&w, session, &import);
  if (r == 0)
    show (&w, &import, least_writes (&w, sizes.users, sizes.groups),
          sizes.limits);
  world_end (&w);
  place_done ();
  return r < 0 ? 1 : 0;
}
