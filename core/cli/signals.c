/* What ends a run from outside: see app.h.  The first signal stops the run,
 * which ends what is under way; the second ends the process at once (the
 * session is made for that). */
#include <config.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/app.h"

static struct mg_run *volatile running;
static volatile sig_atomic_t seen;

static void
on_signal (int number)
{
  if (seen != 0)
    _exit (128 + number);
  seen = number;
  if (running != NULL)
    mg_run_stop (running);
}

void
mg_signals_catch (struct mg_run *run)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
  struct sigaction act;
  size_t i;

  running = run;
  memset (&act, 0, sizeof act);
  act.sa_handler = on_signal;
  act.sa_flags = SA_RESTART;
  sigemptyset (&act.sa_mask);
  for (i = 0; i < MG_N_ELEMENTS (numbers); i++) {
    struct sigaction old;

    /* nohup and background jobs ask to be left alone */
    if (sigaction (numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
      sigaction (numbers[i], &act, NULL);
  }
  act.sa_handler = SIG_IGN;      /* a lost connection is an error, no signal */
  sigaction (SIGPIPE, &act, NULL);
}

int
mg_signals_seen (void)
{
  return (int) seen;
}
