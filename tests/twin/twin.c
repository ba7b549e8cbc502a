/* The twin as a program: see twin.h for what its words do. */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/str.h"
#include "twin/twin.h"

static const struct {
  const char *name;
  int (*run) (int argc, char **argv);
} words[] = {
  { "beside", twin_beside },
  { "cost", twin_cost },
  { "faults", twin_faults },
  { "floor", twin_floor },
  { "seeds", twin_seeds },
  { "replay", twin_replay },
  { "sweep", twin_sweep },
  { "point", twin_point },
};

int
main (int argc, char **argv)
{
  size_t i;

  mg_log_set_level (MG_LOG_QUIET);
  for (i = 0; argc > 1 && i < MG_N_ELEMENTS (words); i++)
    if (strcmp (words[i].name, argv[1]) == 0)
      return words[i].run (argc - 2, argv + 2);
  fputs ("usage: twin WORD ...; the words are", stderr);
  for (i = 0; i < MG_N_ELEMENTS (words); i++)
    fprintf (stderr, " %s", words[i].name);
  fputc ('\n', stderr);
  return 2;
}
