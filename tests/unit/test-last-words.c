/* How the program ends when it cannot go on: at once, with a code, exit 4. */
#include <config.h>

#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"
#include "mg-test.h"

static void
no_memory (void)
{
  mg_oom ();
}

static void
bug (void)
{
  mg_bug ("%d is no %s", 4, "five");
}

/* What a process says on stderr that ends in 'how'. */
static void
last_words (void (*how) (void), char *text, size_t size)
{
  int pipes[2], status = 0;
  ssize_t n, len = 0;
  pid_t pid;

  is_ok (pipe (pipes));
  pid = fork ();
  if (pid == 0) {
    dup2 (pipes[1], STDERR_FILENO);
    how ();
    _exit (0);
  }
  close (pipes[1]);
  while ((n = read (pipes[0], text + len, size - 1 - (size_t) len)) > 0)
    len += n;
  text[len] = '\0';
  close (pipes[0]);
  waitpid (pid, &status, 0);
  is_int (WIFEXITED (status) ? WEXITSTATUS (status) : -1, 4);
}

MG_TEST (without_memory_it_ends_with_a_code)
{
  char text[400];

  last_words (no_memory, text, sizeof text);
  has_str (text, "out of memory");
  has_str (text, "[no-memory]\n");
}

MG_TEST (a_bug_ends_with_a_code_and_where)
{
  char text[400];

  last_words (bug, text, sizeof text);
  has_str (text, "test-last-words.c");
  has_str (text, "4 is no five");
  has_str (text, "[bug]\n");
}
