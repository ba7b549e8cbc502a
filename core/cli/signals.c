/* What ends a run from outside: see app.h.  The first signal stops the run,
 * which ends what is under way; the second ends the process at once (the
 * session is made for that). */
#include <config.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/app.h"

static struct mg_run *volatile running;
static volatile sig_atomic_t seen, from_parent, echoed;

/* What reaches the whole process group (a terminal that is closed, a service
 * that is stopped) comes here twice: by itself, and once more from the
 * supervisor, which passes it on. */
static int
is_echo (int number, int parent)
{
  if (number != seen || parent == from_parent || echoed)
    return 0;
  echoed = 1;
  return 1;
}

static void
on_signal (int number, siginfo_t *info, void *context)
{
  static const char text[] = "migrate: ended at once; nothing is lost, run "
    "the same command again\n";

  int parent = info->si_code <= 0 && info->si_pid == getppid ();

  (void) context;
  if (seen != 0 && is_echo (number, parent))
    return;
  if (seen != 0) {
    ssize_t r = write (STDERR_FILENO, text, sizeof text - 1);

    (void) r;
    _exit (128 + number);
  }
  from_parent = parent;
  seen = number;
  if (running != NULL)
    mg_run_stop (running);
}

void
mg_signals_spare (void)
{
  struct sigaction act;

  memset (&act, 0, sizeof act);
  act.sa_handler = SIG_IGN;
  sigaction (SIGXFSZ, &act, NULL);
  /* who started us may ignore it: how a process ended could not be learned */
  act.sa_handler = SIG_DFL;
  sigaction (SIGCHLD, &act, NULL);
}

void
mg_signals_catch (struct mg_run *run)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
  struct sigaction act;
  size_t i;

  running = run;
  memset (&act, 0, sizeof act);
  act.sa_sigaction = on_signal;
  act.sa_flags = SA_RESTART | SA_SIGINFO;
  sigemptyset (&act.sa_mask);
  for (i = 0; i < MG_N_ELEMENTS (numbers); i++) {
    struct sigaction old;

    /* nohup and background jobs ask to be left alone */
    if (sigaction (numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
      sigaction (numbers[i], &act, NULL);
  }
  act.sa_flags = 0;
  act.sa_handler = SIG_IGN;      /* a lost connection is an error, no signal */
  sigaction (SIGPIPE, &act, NULL);
}

int
mg_signals_seen (void)
{
  return (int) seen;
}
