/* What the program itself costs: see twin.h.
 *
 * One thread of the system and virtual time make the count repeat; with threads
 * and sockets it does not.  The world is another process and does not count. */
#include <config.h>

#include <curl/curl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "base/alloc.h"
#include "base/clock.h"
#include "base/parse.h"
#include "twin/life.h"
#include "twin/oracle.h"
#include "twin/place.h"
#include "twin/twin.h"

static const char *
compiler (void)
{
#ifdef __clang__
  return "clang " __clang_version__;
#else
  return "gcc " __VERSION__;
#endif
}

/* What the count hangs on beside our own code. */
static void
show_libraries (void)
{
  const char *libc = "unknown";

#ifdef __GLIBC__
  libc = gnu_get_libc_version ();
#endif
  printf ("compiler %s\nsqlite %s\njson-c %s\nzlib %s\ncurl %s\nlibc %s\n",
          compiler (), sqlite3_libversion (), json_c_version (),
          zlibVersion (), curl_version_info (CURLVERSION_NOW)->version, libc);
}

static int
live (struct world *w, enum program_command command, const char *session)
{
  struct life_options o = {
    .program = { .command = command, .session = session, .seed = 1,
                 .settle_us = -1, .limits = "off", .way_us = 10 * MG_MS_US },
    .pause_us = MG_SECOND_US, .counted = 1,
  };
  struct program_result res;
  enum life_end end;
  int i;

  for (i = 0; i < WORLD_ENDS; i++)
    o.program.token[i] = sim_token (w->sims[i]);
  end = life_run (w, &o, &res);
  if (end != LIFE_ENDED || res.error.code != 0 || res.n_failed > 0) {
    fprintf (stderr, "twin: %s, %" PRId64 " failed\n",
             end == LIFE_ENDED ? res.error.text : "crashed", res.n_failed);
    return -1;
  }
  printf ("%s pid %d instructions %" PRId64 "\n",
          command == PROGRAM_EXPORT ? "export" : "import", res.pid,
          res.instructions);
  return 0;
}

int
twin_cost (int argc, char **argv)
{
  MG_CLEANUP_FREE char *populate = NULL;
  MG_CLEANUP_FREE char *session = NULL;
  struct world_options options = { .seed = 1 };
  struct mg_error err = MG_ERROR_INIT;
  struct world w;
  int64_t n;
  int r;

  if (argc < 1 || mg_parse_int64 (argv[0], &n) < 0 || n < 1)
    return 2;
  populate = mg_xasprintf ("%s=%" PRId64, argc > 1 ? argv[1]
                           : "service-principals", n);
  options.ends[WORLD_OLD].populate = populate;
  program_preload (0);
  if (world_begin (&w, &options, &err) < 0) {
    fprintf (stderr, "twin: %s\n", err.text);
    return 1;
  }
  session = place_new ("session");
  show_libraries ();
  fflush (stdout);
  r = live (&w, PROGRAM_EXPORT, session);
  fflush (stdout);
  if (r == 0)
    r = live (&w, PROGRAM_IMPORT, session);
  printf ("writes %" PRId64 "\n", oracle_count (&w, WORLD_NEW).writes);
  world_end (&w);
  place_done ();
  return r < 0 ? 1 : 0;
}
