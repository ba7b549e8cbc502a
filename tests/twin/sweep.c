/* The sweep: an import, an export or an undo that is killed at every moment it
 * has.  See twin.h.
 *
 * What comes before is made once.  Each point is tried in a process that is
 * forked there, with a copy of the session. */
#include <config.h>

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/str.h"
#include "twin/life.h"
#include "twin/oracle.h"
#include "twin/place.h"
#include "twin/twin.h"

#define MAX_TEXT ((size_t) 64 * 1024 * 1024)
static const struct { enum world_moment moment; const char *name; } moments[] = {
  { WORLD_BEFORE, "before" }, { WORLD_AFTER, "after" },
  { WORLD_REPLIED, "replied" }, { WORLD_COMMIT, "commit" },
  { WORLD_COMMITTED, "committed" },
};

/* The long job is not in it: its body is a file beside the session's. */
static const struct {
  const char *name, *old, *new;
  const char *full;                /* of the target, to be put back by an undo */
} populations[] = {
  [PROGRAM_PEOPLE] = {
    "", "users=150,groups=60,service-principals=50,instance-profiles=4,"
    "experiments=36", NULL, "users=40,groups=20,service-principals=12" },
  [PROGRAM_COMPUTE] = {
    "compute", "users=12,groups=5,service-principals=4,instance-profiles=1,"
    "instance-pools=6,cluster-policies=9,clusters=16,jobs=17,"
    "global-init-scripts=6", "cluster-policies=4",
    "users=6,groups=4,instance-pools=2,cluster-policies=5,clusters=2,jobs=4" },
  [PROGRAM_TREE] = {
    "tree", "users=12,groups=5,service-principals=4,notebooks=40,repos=14",
    NULL, "users=6,groups=4,notebooks=12,repos=4" },
};

struct sweep {
  _Atomic int64_t *n_tried;        /* shared by the processes that try */
  enum program_command command;  /* which is killed */
  enum program_assets assets;
  struct world w;
  struct mg_buf before, wrong;
  char *exported;                /* the session before what is killed; NULL */
  FILE *out;
  int64_t n_requests, n_commits;
};

/* --- files ----------------------------------------------------------- */

static void
copy_session (const char *from, const char *to)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (MAX_TEXT);
  MG_CLEANUP_FREE char *source = NULL;
  MG_CLEANUP_FREE char *target = mg_path_join (to, "session.db");
  struct mg_error err = MG_ERROR_INIT;
  FILE *f;

  if (mg_file_mkdirs (to, 0700, &err) < 0)
    mg_bug ("%s", err.text);
  if (from == NULL)
    return;
  source = mg_path_join (from, "session.db");
  if (mg_file_read (source, &text, &err) < 0)
    mg_bug ("%s", err.text);
  f = fopen (target, "w");
  if (f == NULL || fwrite (text.data, 1, text.len, f) != text.len
      || fclose (f) != 0)
    mg_bug ("cannot write '%s'", target);
}

/* --- lives ----------------------------------------------------------- */

static enum life_end
live (struct sweep *s, enum program_command command, const char *session,
      uint64_t seed, struct program_result *ret)
{
  struct life_options o = {
    .program = { .command = command, .session = session, .seed = seed,
                 .assets = s->assets, .wild = 1, .settle_us = -1,
                 .limits = "off", .way_us = 10 * MG_MS_US, .jitter_us = 20 * MG_MS_US },
    .pause_us = MG_SECOND_US,
  };
  enum life_end end;
  int i;

  for (i = 0; i < WORLD_ENDS; i++)
    o.program.token[i] = sim_token (s->w.sims[i]);
  end = life_run (&s->w, &o, ret);
  if (end == LIFE_CRASHED
      || (end == LIFE_ENDED && (ret->error.code != 0 || ret->n_failed > 0
                                || ret->n_differences > 0)))
    mg_buf_addf (&s->wrong, "%s; %" PRId64 " failed, %" PRId64
                 " differences\n", end == LIFE_CRASHED ? "crashed"
                 : ret->error.text, ret->n_failed, ret->n_differences);
  return end;
}

static void
begin (struct sweep *s)
{
  struct world_options options = { .seed = 7 };
  struct program_result res;
  struct mg_error err = MG_ERROR_INIT;

  options.has_tree = s->assets == PROGRAM_TREE;
  options.ends[WORLD_OLD].populate = populations[s->assets].old;
  options.ends[WORLD_NEW].populate = s->command == PROGRAM_UNDO
    ? populations[s->assets].full : populations[s->assets].new;
  options.ends[WORLD_OLD].page = options.ends[WORLD_NEW].page = 50;
  if (world_begin (&s->w, &options, &err) < 0)
    mg_bug ("%s", err.text);
  mg_buf_init (&s->before, MAX_TEXT);
  mg_buf_init (&s->wrong, MAX_TEXT);
  oracle_remember (&s->w, &s->before);
  if (s->command == PROGRAM_EXPORT)
    return;
  s->exported = place_new ("exported");
  live (s, PROGRAM_EXPORT, s->exported, 1, &res);
  if (s->command == PROGRAM_UNDO)
    live (s, PROGRAM_IMPORT, s->exported, 6, &res);
  if (s->wrong.len > 0)
    mg_bug ("what comes before: %s", s->wrong.data);
}

static void
done (struct sweep *s)
{
  world_end (&s->w);
  mg_buf_done (&s->before);
  mg_buf_done (&s->wrong);
  mg_free (s->exported);
  place_done ();
}

/* --- one point ------------------------------------------------------- */

static void
judge (struct sweep *s, const char *session)
{
  struct program_result res;
  int64_t writes;

  oracle_moved (&s->w, &s->before, &s->wrong);
  oracle_once (&s->w, &s->before, &s->wrong);
  oracle_strict (&s->w, &s->wrong);
  writes = oracle_count (&s->w, WORLD_NEW).writes;
  if (s->wrong.len > 0)
    return;
  live (s, PROGRAM_IMPORT, session, 4, &res);
  if (oracle_count (&s->w, WORLD_NEW).writes != writes)
    mg_buf_add_str (&s->wrong, "another import wrote something\n");
}

static void
judge_undone (struct sweep *s, const char *session)
{
  struct program_result res;
  int64_t writes;

  oracle_undone (&s->w, &s->before, &s->wrong);
  oracle_strict (&s->w, &s->wrong);
  writes = oracle_count (&s->w, WORLD_NEW).writes;
  if (s->wrong.len > 0)
    return;
  live (s, PROGRAM_UNDO, session, 4, &res);
  if (oracle_count (&s->w, WORLD_NEW).writes != writes)
    mg_buf_add_str (&s->wrong, "another undo wrote something\n");
}

/* In a process of its own: killed there, resumed, judged. */
static int
try_point (struct sweep *s, enum world_moment moment, int64_t nth)
{
  MG_CLEANUP_FREE char *session = NULL;
  MG_CLEANUP_FREE char *name = mg_xasprintf ("point-%d", (int) getpid ());
  struct program_result res;
  enum life_end end;

  session = place_new (name);
  copy_session (s->exported, session);
  place_home (session);
  s->w.out = s->out;
  world_arm (&s->w, moment, nth);
  end = live (s, s->command, session, 2, &res);
  if (end != LIFE_KILLED)
    mg_buf_add_str (&s->wrong, "it was not killed\n");
  world_arm (&s->w, WORLD_NEVER, 0);
  if (s->wrong.len == 0 && s->command != PROGRAM_IMPORT)
    live (s, s->command, session, 5, &res);
  if (s->wrong.len == 0 && s->command != PROGRAM_UNDO)
    live (s, PROGRAM_IMPORT, session, 3, &res);
  if (s->wrong.len == 0 && s->command == PROGRAM_UNDO)
    judge_undone (s, session);
  else if (s->wrong.len == 0)
    judge (s, session);
  place_remove (session);
  return s->wrong.len > 0;
}

static const char *
name_of (enum world_moment moment)
{
  size_t i = 0;

  while (moments[i].moment != moment)
    i++;
  return moments[i].name;
}

static void
say_wrong (const struct sweep *s, enum world_moment moment, int64_t nth)
{
  const char *line = s->wrong.data;
  int n;

  printf ("# killed %s %" PRId64 " and not right; its history: "
          "tests/twin/replay %s %" PRId64 "%s%s%s\n", name_of (moment), nth,
          name_of (moment), nth,
          s->command == PROGRAM_EXPORT ? " export"
          : s->command == PROGRAM_UNDO ? " undo" : "",
          *populations[s->assets].name ? " " : "", populations[s->assets].name);
  for (n = 0; *line != '\0' && n < 8; n++) {
    size_t len = strcspn (line, "\n");

    printf ("#   %.*s\n", (int) (len < 200 ? len : 200), line);
    line += len + (line[len] == '\n');
  }
  fflush (stdout);
}

/* How many requests and commits there are to be killed at. */
static void
count (struct sweep *s)
{
  int64_t *shared = mmap (NULL, 4096, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int status;

  if (fork () == 0) {
    struct program_result res;
    char *session = place_new ("counted");

    copy_session (s->exported, session);
    world_arm (&s->w, WORLD_NEVER, 0);
    live (s, s->command, session, 2, &res);
    shared[0] = s->w.n_requests;
    shared[1] = s->w.n_commits;
    _exit (s->wrong.len > 0);
  }
  if (wait (&status) < 0 || status != 0)
    mg_bug ("a run that nobody kills fails");
  s->n_requests = shared[0];
  s->n_commits = shared[1];
  munmap (shared, 4096);
}

/* Points i, i + step ... of all; how many failed. */
static int
try_some (struct sweep *s, int64_t first, int64_t step)
{
  int64_t total = 3 * s->n_requests + 2 * s->n_commits, i;
  int bad = 0, status;

  for (i = first; i < total; i += step) {
    int64_t n_r = 3 * s->n_requests;
    enum world_moment moment = i < n_r
      ? moments[i % 3].moment : moments[3 + (i - n_r) % 2].moment;
    int64_t nth = 1 + (i < n_r ? i / 3 : (i - n_r) / 2);

    atomic_fetch_add (s->n_tried, 1);
    if (fork () == 0) {
      int r = try_point (s, moment, nth);

      if (r)
        say_wrong (s, moment, nth);
      _exit (r);
    }
    if (wait (&status) < 0 || status != 0)
      bad++;
  }
  return bad;
}

/* --- words ----------------------------------------------------------- */

/* "export" or "undo", and "compute" or "tree", in any order. */
static int
read_words (struct sweep *s, int argc, char **argv, int at)
{
  for (s->command = PROGRAM_IMPORT; at < argc; at++)
    if (strcmp (argv[at], "export") == 0)
      s->command = PROGRAM_EXPORT;
    else if (strcmp (argv[at], "undo") == 0)
      s->command = PROGRAM_UNDO;
    else if (strcmp (argv[at], "compute") == 0)
      s->assets = PROGRAM_COMPUTE;
    else if (strcmp (argv[at], "tree") == 0)
      s->assets = PROGRAM_TREE;
    else
      return -1;
  return 0;
}

static int
sweep_all (struct sweep *s, int64_t stride, int64_t jobs)
{
  int64_t total = 3 * s->n_requests + 2 * s->n_commits;
  int i, status, bad = 0;

  s->n_tried = mmap (NULL, sizeof *s->n_tried, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (s->n_tried == MAP_FAILED)
    return 1;
  fflush (stdout);
  for (i = 0; i < jobs; i++)
    if (fork () == 0) {
      int failed = try_some (s, i * stride, stride * jobs);

      _exit (failed > 100 ? 100 : failed);
    }
  while (wait (&status) > 0)
    bad += WIFEXITED (status) ? WEXITSTATUS (status) : 1;
  printf ("requests %" PRId64 "\ncommits %" PRId64 "\npoints %" PRId64
          " (requests x 3 + commits x 2)\ntried %" PRId64 "\nfailed %d\n",
          s->n_requests, s->n_commits, total,
          (int64_t) atomic_load (s->n_tried), bad);
  return bad > 0;
}

int
twin_sweep (int argc, char **argv)
{
  struct sweep s = { 0 };
  int64_t stride = 1, jobs = 1;
  int r;

  if ((argc > 0 && mg_parse_int64 (argv[0], &stride) < 0) || stride < 1
      || (argc > 1 && mg_parse_int64 (argv[1], &jobs) < 0) || jobs < 1
      || read_words (&s, argc, argv, 2) < 0)
    return 2;
  program_preload (s.assets);
  begin (&s);
  count (&s);
  r = sweep_all (&s, stride, jobs);
  done (&s);
  return r;
}

int
twin_point (int argc, char **argv)
{
  struct sweep s = { .out = stdout };
  int64_t nth;
  size_t i;
  int r;

  for (i = 0; argc >= 2 && i < MG_N_ELEMENTS (moments); i++)
    if (strcmp (moments[i].name, argv[0]) == 0)
      break;
  if (argc < 2 || i == MG_N_ELEMENTS (moments)
      || mg_parse_int64 (argv[1], &nth) < 0
      || read_words (&s, argc, argv, 2) < 0)
    return 2;
  program_preload (s.assets);
  begin (&s);
  r = try_point (&s, moments[i].moment, nth);
  if (r)
    say_wrong (&s, moments[i].moment, nth);
  done (&s);
  return r;
}
