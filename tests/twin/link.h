/* How the program reaches the world: by calling it, or, when it runs in a
 * process that is going to be killed, over a socket in lockstep.  The answers
 * are the same.
 */
#ifndef MG_TWIN_LINK_H
#define MG_TWIN_LINK_H

#include "twin/world.h"

#define LINK_KILLED 77           /* the exit status of a killed program */

struct link {
  struct world *world;           /* NULL: behind 'fd' */
  int fd;
  int64_t skew_us;               /* of the world's wall clock */
  void (*stop) (void *opaque);   /* a signal asks the program to end; or NULL */
  void *opaque;
  void (*dying) (void);          /* just before the process ends; or NULL */
};

void link_send (struct link *l, const struct world_request *request);
/* Does not return when the program is to die. */
void link_serve (struct link *l, uint64_t id, int64_t now_us,
                 struct sim_reply *ret_reply, int *ret_die_late);
void link_drop (struct link *l, uint64_t id);
void link_commit (struct link *l, int synced, int64_t now_us);
void link_say (struct link *l, int64_t now_us, const char *text);

/* The end of the program, as by SIGKILL. */
void link_die (struct link *l) MG_NORETURN;

/* The world's side: answers until the program is gone. */
void link_attend (struct world *w, int fd);

#endif
