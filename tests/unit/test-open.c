/* How many clusters may be begun before one of them is ended. */
#include <config.h>

#include "mg-test.h"
#include "run/sched.h"

#define LANES 5

static const struct migrate_kind clusters = { .name = "clusters",
                                              .flags = MIGRATE_KIND_FINISH };
static const struct mg_kind kind = { .k = &clusters };
static struct mg_ready rings[2];
static struct mg_doubts doubts;
static struct mg_open begun;
static int64_t aids[LANES];
static struct mg_sched sched;

/* Five creates have ended, and what ends a cluster was asked for before that, in
 * vain: rows for these five come with the commit. */
static void
five_are_begun (void)
{
  int i;

  for (i = 0; i < LANES; i++)
    aids[i] = i + 1;
  doubts = (struct mg_doubts) { .kind = &kind, .due = MG_NEVER };
  begun = (struct mg_open) { .aids = aids, .n = LANES, .cap = LANES };
  rings[0].kind = rings[1].kind = &kind;
  rings[0].lanes = rings[1].lanes = LANES;
  rings[0].op = MG_OP_CREATE;
  rings[1].op = MG_OP_UPDATE;
  rings[0].n = 15;
  rings[1].asked = 2;
  sched = (struct mg_sched) { .rings = rings, .n_rings = 2, .doubts = &doubts,
                              .open = &begun, .generation = 1 };
}

MG_TEST (a_sixth_waits_for_what_is_not_in_the_store)
{
  five_are_begun ();
  sched.quiet = -1;
  is_int (mg_open_is_full (&sched, &rings[0]), 1);
}

MG_TEST (a_sixth_waits_while_it_gets_there)
{
  five_are_begun ();
  sched.flushing = 1;              /* quiet is 0 meanwhile: see look_for_end */
  is_int (mg_open_is_full (&sched, &rings[0]), 1);
}

MG_TEST (a_sixth_waits_until_somebody_has_asked_again)
{
  five_are_begun ();
  sched.quiet = sched.generation = 2;
  rings[1].asked = 0;
  is_int (mg_open_is_full (&sched, &rings[0]), 1);
}

MG_TEST (where_nothing_ends_one_the_next_begins)
{
  five_are_begun ();
  sched.quiet = sched.generation = 2;
  rings[1].asked = 3;
  is_int (mg_open_is_full (&sched, &rings[0]), 0);
}
