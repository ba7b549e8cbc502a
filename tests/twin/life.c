/* A life: see life.h. */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "twin/count.h"
#include "twin/life.h"

static void
live (struct world *w, const struct life_options *o, int fd,
      struct program_result *ret)
{
  struct program_options program = o->program;
  struct link link = { .fd = fd, .skew_us = w->skew_us };
  int counter;

  program.link = &link;
  program.now_us = w->now_us + o->pause_us;
  disk_begin (&link, o->loss, program.seed);
  counter = o->counted ? count_begin () : -1;
  program_run (&program, ret);
  ret->instructions = count_end (counter);
  ret->pid = (int) getpid ();
  _exit (0);
}

static enum life_end
end_of (struct world *w, int status)
{
  if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
    return LIFE_ENDED;
  if (WIFEXITED (status) && WEXITSTATUS (status) == LINK_KILLED)
    return LIFE_KILLED;
  world_say (w, w->now_us, "CRASHED with status %d", status);
  /* where nobody looks at the history, and once is enough to find it */
  fprintf (stderr, "twin: the program crashed, %s %d\n",
           WIFSIGNALED (status) ? "signal" : "exit status",
           WIFSIGNALED (status) ? WTERMSIG (status) : WEXITSTATUS (status));
  return LIFE_CRASHED;
}

enum life_end
life_run (struct world *w, const struct life_options *o,
          struct program_result *ret)
{
  struct program_result *shared =
    mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE,
          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  int fds[2], status = -1;
  pid_t pid;

  if (shared == MAP_FAILED || socketpair (AF_UNIX, SOCK_STREAM, 0, fds) < 0)
    mg_bug ("no memory, or no socket");
  if (w->out != NULL)
    fflush (w->out);
  pid = fork ();
  if (pid < 0)
    mg_bug ("no process");
  if (pid == 0) {
    close (fds[0]);
    live (w, o, fds[1], shared);
  }
  close (fds[1]);
  link_attend (w, fds[0]);
  close (fds[0]);
  waitpid (pid, &status, 0);
  *ret = *shared;
  munmap (shared, sizeof *shared);
  if (ret->ended_us > w->now_us)
    w->now_us = ret->ended_us;
  world_mourn (w);
  return end_of (w, status);
}
