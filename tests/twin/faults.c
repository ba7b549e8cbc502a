/* One import under faults that are given, in virtual time.  See twin.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "twin/life.h"
#include "twin/oracle.h"
#include "twin/place.h"
#include "twin/twin.h"

#define MAX_TEXT ((size_t) 64 * 1024 * 1024)

struct trial {
  struct world w;
  char *session;
  struct mg_buf wrong;
};

static void
live (struct trial *t, enum program_command command, int64_t pause_us)
{
  struct life_options o = {
    .program = { .command = command, .session = t->session, .seed = 1,
                 .settle_us = -1, .limits = "off", .way_us = 10 * MG_MS_US },
    .pause_us = pause_us,
  };
  struct program_result res;
  enum life_end end;
  int i;

  for (i = 0; i < WORLD_ENDS; i++)
    o.program.token[i] = sim_token (t->w.sims[i]);
  end = life_run (&t->w, &o, &res);
  if (end != LIFE_ENDED || res.error.code != 0 || res.n_failed > 0
      || res.n_differences > 0)
    mg_buf_addf (&t->wrong, "%s: %s, %d failed, %d different\n",
                 command == PROGRAM_EXPORT ? "export"
                 : command == PROGRAM_IMPORT ? "import" : "validate",
                 end == LIFE_ENDED ? res.error.text : "crashed",
                 (int) res.n_failed, (int) res.n_differences);
}

int
twin_faults (int argc, char **argv)
{
  struct trial t = { .wrong = MG_BUF_INIT (MAX_TEXT) };
  MG_CLEANUP (mg_buf_done) struct mg_buf before = MG_BUF_INIT (MAX_TEXT);
  struct world_options options = { .seed = 7 };
  struct mg_error err = MG_ERROR_INIT;
  int bad;

  if (argc < 2)
    return 2;
  options.ends[WORLD_OLD].populate = argv[0];
  program_preload (0);
  if (world_begin (&t.w, &options, &err) < 0)
    mg_bug ("%s", err.text);
  t.w.out = argc > 2 ? stdout : NULL;
  t.session = place_new ("session");
  oracle_remember (&t.w, &before);
  live (&t, PROGRAM_EXPORT, MG_SECOND_US);
  world_ask (&t.w, WORLD_NEW, "POST", "/_simulator/faults", argv[1], NULL);
  live (&t, PROGRAM_IMPORT, MG_SECOND_US);
  /* what comes late has come then */
  live (&t, PROGRAM_IMPORT, 3600 * MG_SECOND_US);
  oracle_moved (&t.w, &before, &t.wrong);
  oracle_once (&t.w, &before, &t.wrong);
  oracle_strict (&t.w, &t.wrong);
  live (&t, PROGRAM_VALIDATE, MG_SECOND_US);
  mg_buf_add_byte (&t.wrong, 0);
  bad = t.wrong.len > 1;
  fputs (t.wrong.data, stdout);
  world_end (&t.w);
  mg_buf_done (&t.wrong);
  mg_free (t.session);
  place_done ();
  return bad;
}
