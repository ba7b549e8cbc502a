/* Seeds: histories with faults and kills, judged at their end.  See twin.h. */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "twin/oracle-calls.h"
#include "twin/oracle-tree.h"
#include "twin/oracle.h"
#include "twin/place.h"
#include "twin/scenario.h"
#include "twin/twin.h"

#define MAX_TEXT ((size_t) 64 * 1024 * 1024)
#define LIVES 2                  /* without faults, until all is done */

/* What the number of a seed is about. */
struct sort {
  enum program_assets assets;
  int is_former;
};

/* Faults that were met and did something, of each end.  All processes count in
 * it. */
static const char *const fault_names[] = {
  "status", "cut", "defer", "truncate", "length", "html", "empty", "deep",
  "text", "slow", "silent", "close", "delay", "stale", "duplicate",
  "page-token",
};

struct met { _Atomic int64_t n[MG_N_ELEMENTS (fault_names)][WORLD_ENDS]; };

struct history {
  struct scenario s;
  struct world w;
  char *session;
  struct mg_buf wrong;
  struct program_result res;
};

/* --- lives ----------------------------------------------------------- */

static enum life_end
live (struct history *h, enum program_command command)
{
  struct program_options *p = &h->s.life.program;
  enum life_end end;
  int i;

  p->command = command;
  p->session = h->session;
  for (i = 0; i < WORLD_ENDS; i++) {
    p->token[i] = sim_token (h->w.sims[i]);
    p->client_id[i] = sim_client_id (h->w.sims[i]);
    p->client_secret[i] = sim_client_secret (h->w.sims[i]);
  }
  end = life_run (&h->w, &h->s.life, &h->res);
  if (end == LIFE_CRASHED)
    mg_buf_add_str (&h->wrong, "the program crashed\n");
  scenario_vary (&h->s);
  return end;
}

static int
is_done (const struct history *h, enum life_end end)
{
  return end == LIFE_ENDED && h->res.error.code == 0 && h->res.n_failed == 0
         && h->res.n_differences == 0 && !h->res.stopped;
}

/* Some lives with faults and kills, then as many as it takes without. */
static void
go_through (struct history *h, enum program_command command, int n_faulty)
{
  enum life_end end = LIFE_KILLED;
  int i, end_of_world = command == PROGRAM_EXPORT ? WORLD_OLD : WORLD_NEW;

  for (i = 0; i < n_faulty && h->wrong.len == 0; i++) {
    scenario_kill (&h->s, &h->w);
    end = live (h, command);
  }
  world_arm (&h->w, WORLD_NEVER, 0);
  world_ask (&h->w, end_of_world, "DELETE", "/_simulator/faults", NULL, NULL);
  h->s.life.program.refused = 0;
  h->s.life.program.retry_failed = 1;
  for (i = 0; i < LIVES && h->wrong.len == 0; i++) {
    end = live (h, command);
    if (is_done (h, end))
      break;
  }
  h->s.life.program.retry_failed = 0;
  if (i == LIVES)
    mg_buf_addf (&h->wrong, "not done after %d lives without faults: %s, %"
                 PRId64 " failed\n", LIVES, h->res.error.text,
                 h->res.n_failed);
}

static void
judge_validate (struct history *h)
{
  const struct sim_config *new = &h->s.world.ends[WORLD_NEW];
  struct calls_mark from = calls_mark (&h->w, WORLD_NEW);
  int are_published = h->s.life.program.limits == NULL
                      && strcmp (new->limits, "published") == 0;

  if (!is_done (h, live (h, PROGRAM_VALIDATE)))
    mg_buf_addf (&h->wrong, "validate: %s, %" PRId64 " differences\n",
                 h->res.error.text, h->res.n_differences);
  calls_judge (&h->w, from, new->page, &h->wrong);
  if (are_published)
    calls_refused (&h->w, from, &h->wrong);
}

static void
judge (struct history *h, const struct mg_buf *before)
{
  struct oracle_counts counts;
  int64_t writes;

  oracle_moved (&h->w, before, &h->wrong);
  oracle_once (&h->w, before, &h->wrong);
  oracle_strict (&h->w, &h->wrong);
  if (h->s.has_large)
    tree_blobs (h->session, &h->wrong);
  writes = oracle_count (&h->w, WORLD_NEW).writes;
  if (h->wrong.len > 0)
    return;
  if (!is_done (h, live (h, PROGRAM_IMPORT)))
    mg_buf_addf (&h->wrong, "another import: %s\n", h->res.error.text);
  counts = oracle_count (&h->w, WORLD_NEW);
  if (counts.writes != writes)
    mg_buf_addf (&h->wrong, "another import made %" PRId64 " writes\n",
                 counts.writes - writes);
  if (h->wrong.len > 0)
    return;
  judge_validate (h);
}

/* Some imports are taken back, under other faults. */
static void
take_back (struct history *h, const struct mg_buf *before)
{
  const char *faults = scenario_more_faults (&h->s);

  if (!h->s.has_undo)
    return;
  if (faults != NULL)
    world_ask (&h->w, WORLD_NEW, "POST", "/_simulator/faults", faults, NULL);
  go_through (h, PROGRAM_UNDO, h->s.n_faulty);
  oracle_undone (&h->w, before, &h->wrong);
  oracle_strict (&h->w, &h->wrong);
}

/* "17", "c17" or "t17": the letter chooses what the workspaces hold; an "f"
 * before it, faults as they were drawn once. */
static int
read_seed (const char *word, struct sort *ret_sort, int64_t *ret_seed)
{
  ret_sort->is_former = *word == 'f';
  word += ret_sort->is_former;
  ret_sort->assets = *word == 'c' ? PROGRAM_COMPUTE
                     : *word == 't' ? PROGRAM_TREE : PROGRAM_PEOPLE;
  return mg_parse_int64 (word + (ret_sort->assets != PROGRAM_PEOPLE), ret_seed);
}

static void
count_met (struct world *w, struct met *met)
{
  int end;
  size_t i;

  for (end = 0; end < WORLD_ENDS; end++)
    for (i = 0; i < MG_N_ELEMENTS (fault_names); i++)
      met->n[i][end] += oracle_faults (w, end, fault_names[i]);
}

/* 0 when all is well; the digest of the history. */
static int
run_seed (struct sort sort, uint64_t seed, FILE *out, struct met *met,
          char ret_digest[17], struct mg_buf *ret_wrong)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf before = MG_BUF_INIT (MAX_TEXT);
  struct history h = { .wrong = MG_BUF_INIT (MAX_TEXT) };
  struct mg_error err = MG_ERROR_INIT;

  scenario_begin (&h.s, seed, sort.assets, sort.is_former);
  if (world_begin (&h.w, &h.s.world, &err) < 0)
    mg_bug ("seed %" PRIu64 ": %s", seed, err.text);
  h.w.out = out;
  scenario_say (&h.s, &h.w);
  scenario_furnish (&h.s, &h.w);
  h.session = place_new ("session");
  oracle_remember (&h.w, &before);
  go_through (&h, PROGRAM_EXPORT, h.s.world.ends[0].faults ? h.s.n_faulty : 0);
  if (h.wrong.len == 0)
    go_through (&h, PROGRAM_IMPORT, h.s.n_faulty);
  if (h.wrong.len == 0)
    judge (&h, &before);
  if (h.wrong.len == 0)
    take_back (&h, &before);
  world_digest (&h.w, ret_digest);
  if (met != NULL)
    count_met (&h.w, met);
  if (h.wrong.len > 0)
    mg_buf_add (ret_wrong, h.wrong.data, h.wrong.len);
  mg_buf_done (&h.wrong);
  place_clear ();
  mg_free (h.session);
  world_end (&h.w);
  scenario_done (&h.s);
  return ret_wrong->len > 0;
}

/* --- words ----------------------------------------------------------- */

static void
say_wrong (struct sort sort, uint64_t seed, const struct mg_buf *wrong)
{
  const char *letter = scenario_letter (sort.assets, sort.is_former);
  const char *line = wrong->data;
  int n;

  printf ("# seed %s%" PRIu64 " fails; its history: tests/twin/replay %s%"
          PRIu64 "\n", letter, seed, letter, seed);
  for (n = 0; *line != '\0' && n < 12; n++) {
    size_t len = strcspn (line, "\n");

    printf ("#   %.*s\n", (int) (len < 200 ? len : 200), line);
    line += len + (line[len] == '\n');
  }
  fflush (stdout);
}

/* Seeds first, first + step ...: how many failed. */
static int
run_some (struct sort sort, int64_t first, int64_t n, int64_t step,
          struct met *met)
{
  int64_t seed;
  int bad = 0;

  for (seed = first; seed < first + n; seed += step) {
    MG_CLEANUP (mg_buf_done) struct mg_buf wrong = MG_BUF_INIT (MAX_TEXT);
    char digest[17];

    if (run_seed (sort, (uint64_t) seed, NULL, met, digest, &wrong)) {
      say_wrong (sort, (uint64_t) seed, &wrong);
      bad++;
    }
  }
  place_done ();
  return bad;
}

/* Of the source, and of the target. */
static void
show_met (struct met *met)
{
  size_t i;

  for (i = 0; i < MG_N_ELEMENTS (fault_names); i++)
    printf ("met %s %" PRId64 " %" PRId64 "\n", fault_names[i],
            met->n[i][WORLD_OLD], met->n[i][WORLD_NEW]);
}

int
twin_seeds (int argc, char **argv)
{
  int64_t first, n, jobs = 1;
  struct sort sort;
  struct met *met;
  int i, status, bad = 0;

  if (argc < 2 || read_seed (argv[0], &sort, &first) < 0
      || mg_parse_int64 (argv[1], &n) < 0
      || (argc > 2 && mg_parse_int64 (argv[2], &jobs) < 0) || jobs < 1)
    return 2;
  met = mmap (NULL, sizeof *met, PROT_READ | PROT_WRITE,
              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (met == MAP_FAILED)
    mg_bug ("no memory");
  program_preload (sort.assets);
  for (i = 0; i < jobs; i++)
    if (fork () == 0) {
      int failed = run_some (sort, first + i, n - i, jobs, met);

      _exit (failed > 100 ? 100 : failed);
    }
  while (wait (&status) > 0)
    bad += WIFEXITED (status) ? WEXITSTATUS (status) : 1;
  printf ("seeds %" PRId64 "\nfailed %d\n", n, bad);
  show_met (met);
  munmap (met, sizeof *met);
  return bad > 0;
}

int
twin_replay (int argc, char **argv)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf wrong = MG_BUF_INIT (MAX_TEXT);
  int quiet = argc > 1 && strcmp (argv[1], "quiet") == 0;
  char digest[17];
  struct sort sort;
  int64_t seed;
  int r;

  if (argc < 1 || read_seed (argv[0], &sort, &seed) < 0)
    return 2;
  program_preload (sort.assets);
  r = run_seed (sort, (uint64_t) seed, quiet ? NULL : stdout, NULL, digest,
                &wrong);
  if (r != 0)
    say_wrong (sort, (uint64_t) seed, &wrong);
  printf ("digest %s\n", digest);
  place_done ();
  return r;
}
