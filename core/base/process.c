/* Another program: see process.h.  The child gets an empty signal mask (our
 * threads block everything) and a process group of its own, so that what it
 * started ends with it.  The twin replaces this file.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/process.h"
#include "base/str.h"

extern char **environ;

void
mg_process_keep_private (void)
{
  const struct rlimit none = { 0, 0 };

  /* the limit does not hold for a program that collects cores */
  setrlimit (RLIMIT_CORE, &none);
#ifdef HAVE_PRCTL
  prctl (PR_SET_DUMPABLE, 0);
#endif
}

int
mg_process_exists (const char *name)
{
  const char *path = mg_env ("PATH");

  if (strchr (name, '/') != NULL)
    return access (name, X_OK) == 0;
  while (path != NULL && *path != '\0') {
    size_t len = strcspn (path, ":");
    MG_CLEANUP_FREE char *file =
      mg_xasprintf ("%.*s/%s", (int) len, path, name);

    if (len > 0 && access (file, X_OK) == 0)
      return 1;
    path += len + (path[len] == ':');
  }
  return 0;
}

/* The environment without what is hidden; the strings are borrowed. */
static char **
child_env (const struct mg_process *process)
{
  size_t n = 0, kept = 0, i;
  char **env;

  while (environ[n] != NULL)
    n++;
  env = mg_xcalloc (n + 1, sizeof *env);
  for (i = 0; i < n; i++) {
    const char *keep = process->keep_env;

    if (process->hide_env == NULL || !mg_starts (environ[i], process->hide_env)
        || (keep != NULL && mg_starts (environ[i], keep)
            && environ[i][strlen (keep)] == '='))
      env[kept++] = environ[i];
  }
  return env;
}

static int
start (const struct mg_process *process, int output, pid_t *ret_pid)
{
  MG_CLEANUP_FREE char **env = child_env (process);
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attr;
  sigset_t none;
  int r;

  posix_spawn_file_actions_init (&files);
  posix_spawn_file_actions_addopen (&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2 (&files, output, 1);
  posix_spawn_file_actions_addopen (&files, 2, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_init (&attr);
  sigemptyset (&none);
  posix_spawnattr_setsigmask (&attr, &none);
  posix_spawnattr_setpgroup (&attr, 0);
  posix_spawnattr_setflags (&attr,
                            POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  r = posix_spawnp (ret_pid, process->argv[0], &files, &attr,
                    (char *const *) process->argv, env);
  posix_spawnattr_destroy (&attr);
  posix_spawn_file_actions_destroy (&files);
  return r;
}

/* Until the end of the output; 0 when time is up. */
static int
wait_readable (int fd, int64_t deadline_us)
{
  struct pollfd p = { .fd = fd, .events = POLLIN };
  int64_t left_us = deadline_us - mg_clock_now_us ();

  if (left_us <= 0)
    return 0;
  poll (&p, 1, (int) (left_us / 1000 < 1000 ? left_us / 1000 + 1 : 1000));
  return 1;
}

static int
read_output (const struct mg_process *process, int fd, int64_t deadline_us,
             struct mg_buf *ret_output, struct mg_error *err)
{
  for (;;) {
    char chunk[4096];
    ssize_t n = read (fd, chunk, sizeof chunk);

    if (n == 0)
      return 0;
    if (n > 0) {
      if (mg_buf_add (ret_output, chunk, (size_t) n) < 0)
        return mg_buf_check (ret_output, process->argv[0], err);
      continue;
    }
    if (errno != EAGAIN && errno != EINTR)
      return mg_file_error (err, "read", process->argv[0], errno);
    if (!wait_readable (fd, deadline_us))
      return mg_error_set (err, MG_E_FAIL, "program-timeout",
                           "'%s' did not end in time", process->argv[0]);
  }
}

/* It has closed its output, or is being ended. */
static int
reap (pid_t pid, int64_t deadline_us, int kill_now)
{
  int status = 0, killed = 0;

  for (;;) {
    pid_t r;

    if (!killed && (kill_now || mg_clock_now_us () >= deadline_us)) {
      kill (-pid, SIGKILL);
      killed = 1;
    }
    r = waitpid (pid, &status, killed ? 0 : WNOHANG);
    if (r == pid || (r < 0 && errno != EINTR))
      break;
    if (r == 0)
      poll (NULL, 0, 2);
  }
  return WIFEXITED (status) ? WEXITSTATUS (status)
                            : 128 + WTERMSIG (status);
}

int
mg_process_run (const struct mg_process *process, struct mg_buf *ret_output,
                int *ret_status, struct mg_error *err)
{
  int64_t deadline_us = mg_clock_now_us () + process->timeout_us;
  MG_CLEANUP (mg_fd_close) int from = -1;
  MG_CLEANUP (mg_fd_close) int to = -1;
  int ends[2], r, status;
  pid_t pid;

  if (pipe2 (ends, O_CLOEXEC) < 0)
    return mg_file_error (err, "make pipe to", process->argv[0], errno);
  from = ends[0];
  to = ends[1];
  fcntl (from, F_SETFL, O_NONBLOCK);
  r = start (process, to, &pid);
  if (r == ENOENT)
    return mg_error_set (err, MG_E_NOT_FOUND, "no-program",
                         "there is no program '%s'", process->argv[0]);
  if (r != 0)
    return mg_error_set (err, MG_E_IO, "no-program", "cannot start '%s': %s",
                         process->argv[0], strerror (r));
  mg_fd_close (&to);
  r = read_output (process, from, deadline_us, ret_output, err);
  status = reap (pid, deadline_us, r < 0);
  if (r < 0)
    return r;
  *ret_status = status;
  return 0;
}

/* ---- for people ---- */

static int
start_attended (const char *command, const char *file, pid_t *ret_pid)
{
  MG_CLEANUP_FREE char *script = mg_xasprintf ("%s \"$1\"", command);
  const char *const argv[] = { "sh", "-c", script, "sh", file, NULL };
  posix_spawnattr_t attr;
  sigset_t keyboard;
  int r;

  sigemptyset (&keyboard);
  sigaddset (&keyboard, SIGINT);
  sigaddset (&keyboard, SIGQUIT);
  sigaddset (&keyboard, SIGHUP);
  sigaddset (&keyboard, SIGTERM);
  posix_spawnattr_init (&attr);
  posix_spawnattr_setsigdefault (&attr, &keyboard);
  posix_spawnattr_setflags (&attr, POSIX_SPAWN_SETSIGDEF);
  r = posix_spawn (ret_pid, "/bin/sh", NULL, &attr, (char *const *) argv,
                   environ);
  posix_spawnattr_destroy (&attr);
  return r;
}

int
mg_process_attend (const char *command, const char *file, int *ret_status,
                   struct mg_error *err)
{
  static const int signals[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM };
  struct sigaction ignore, old[MG_N_ELEMENTS (signals)];
  int status = 0, r;
  size_t i;
  pid_t pid;

  memset (&ignore, 0, sizeof ignore);
  ignore.sa_handler = SIG_IGN;
  for (i = 0; i < MG_N_ELEMENTS (signals); i++)
    sigaction (signals[i], &ignore, &old[i]);
  r = start_attended (command, file, &pid);
  while (r == 0 && waitpid (pid, &status, 0) < 0)
    if (errno != EINTR)
      r = errno;
  for (i = 0; i < MG_N_ELEMENTS (signals); i++)
    sigaction (signals[i], &old[i], NULL);
  if (r != 0)
    return mg_error_set (err, MG_E_IO, "no-program", "cannot run '%s': %s",
                         command, strerror (r));
  *ret_status = WIFEXITED (status) ? WEXITSTATUS (status)
                : 128 + WTERMSIG (status);
  return 0;
}
