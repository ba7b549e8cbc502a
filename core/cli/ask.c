/* Questions at the terminal: see app.h.  Main thread, before a run. */
#include <config.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/app.h"

#define MAX_LINE 8192

static volatile sig_atomic_t interrupted;

static void
on_signal (int number)
{
  interrupted = number;
}

int
mg_ask_possible (void)
{
  return isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
}

/* A line, byte by byte: what follows stays for the next question.  -1 at the
 * end of the file or when a signal came. */
static int
read_line (char *text, size_t size)
{
  size_t len = 0;
  char c;

  for (;;) {
    ssize_t n = read (STDIN_FILENO, &c, 1);

    if (n <= 0)
      return len > 0 && n == 0 ? (text[len] = '\0', 0) : -1;
    if (c == '\n')
      break;
    if (len + 1 < size)
      text[len++] = c;
  }
  text[len] = '\0';
  return 0;
}

char *
mg_ask (const char *question, int secret)
{
  struct sigaction act, old;
  struct termios before, quiet;
  int hidden = 0, r;
  char text[MAX_LINE];

  memset (&act, 0, sizeof act);
  act.sa_handler = on_signal;    /* without restart, so that read ends */
  interrupted = 0;
  sigaction (SIGINT, &act, &old);
  if (question != NULL) {
    fputs (question, stderr);
    fflush (stderr);
  }
  if (secret && tcgetattr (STDIN_FILENO, &before) == 0) {
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t) ECHO;
    hidden = tcsetattr (STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  r = read_line (text, sizeof text);
  if (hidden) {
    tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
    fputc ('\n', stderr);
  }
  sigaction (SIGINT, &old, NULL);
  if (interrupted)
    raise (SIGINT);              /* as if nothing had been caught */
  if (r == 0) {
    char *copy = mg_xstrdup (text);

    mg_wipe (text, sizeof text);
    return copy;
  }
  return NULL;
}
