/* What one seed stands for: two workspaces, what goes wrong in them, how the
 * program runs and when it dies.
 */
#ifndef MG_TWIN_SCENARIO_H
#define MG_TWIN_SCENARIO_H

#include "twin/life.h"
#include "twin/world.h"

#define SCENARIO_FAULTY_LIVES 3  /* imports with faults, at most */

struct scenario {
  uint64_t seed;
  enum program_assets assets;
  int is_former;                 /* faults are drawn as they were once */
  struct mg_rand rng;
  struct world_options world;
  struct life_options life;      /* of the first; see scenario_vary */
  int n_faulty;                  /* lives with faults */
  int has_faults, has_undo;
  int has_large;                 /* files that are streamed */
  char *texts[8];                /* owned */
  int n_texts;
};

void scenario_begin (struct scenario *s, uint64_t seed,
                     enum program_assets assets, int is_former);
void scenario_done (struct scenario *s);

/* Puts into the workspaces what no population has. */
void scenario_furnish (struct scenario *s, struct world *w);

/* "", "c" or "t", after an "f" where faults are drawn as they were once: what
 * stands before the number of a seed. */
const char *scenario_letter (enum program_assets assets, int is_former);

/* The next life is a little different: another seed, perhaps another loss. */
void scenario_vary (struct scenario *s);

/* Arms a kill, or none. */
void scenario_kill (struct scenario *s, struct world *w);

/* For the target, later on; or NULL. */
const char *scenario_more_faults (struct scenario *s);

/* One line for people. */
void scenario_say (const struct scenario *s, struct world *w);

#endif
