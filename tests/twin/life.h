/* One life of the program as a process of its own, which the world may kill.
 */
#ifndef MG_TWIN_LIFE_H
#define MG_TWIN_LIFE_H

#include "twin/disk.h"
#include "twin/program.h"

enum life_end {
  LIFE_ENDED,                    /* see the result */
  LIFE_KILLED,                   /* as was asked for */
  LIFE_CRASHED                   /* of itself: stuck, a signal, a bug */
};

struct life_options {
  struct program_options program;   /* link and now_us are filled in */
  enum disk_loss loss;
  int64_t pause_us;              /* between the end of one and the next */
  int counted;                   /* its instructions */
};

/* Begins 'pause_us' after what happened last in the world.  A dead program's
 * requests arrive or not. */
enum life_end life_run (struct world *w, const struct life_options *options,
                        struct program_result *ret_result);

#endif
