/* Files: see file.h. */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/rand.h"
#include "base/str.h"
#include "base/thread.h"

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
}

int
mg_file_error (struct mg_error *err, const char *what, const char *path,
               int system_errno)
{
  const char *id = system_errno == ENOSPC || system_errno == EDQUOT
                   ? "disk-full"
                   : mg_starts (what, "read") ? "cannot-read" : "cannot-write";
  int code = system_errno == ENOENT ? MG_E_NOT_FOUND : MG_E_IO;

  return mg_error_set (err, code, id, "cannot %s '%s': %s", what, path,
                       strerror (system_errno));
}

int
mg_file_read (const char *path, struct mg_buf *ret_text, struct mg_error *err)
{
  MG_CLEANUP (close_fd) int fd = open (path, O_RDONLY | O_CLOEXEC);
  char piece[16 * 1024];

  if (fd < 0)
    return mg_file_error (err, "read", path, errno);
  for (;;) {
    ssize_t n = read (fd, piece, sizeof piece);

    if (n < 0 && errno != EINTR)
      return mg_file_error (err, "read", path, errno);
    if (n == 0)
      return mg_buf_check (ret_text, path, err);
    if (n > 0 && mg_buf_add (ret_text, piece, (size_t) n) < 0)
      return mg_buf_check (ret_text, path, err);
  }
}

/* The rename is only durable when the folder is synced too. */
static void
sync_folder (const char *path)
{
  MG_CLEANUP_FREE char *folder = mg_xstrdup (path);
  char *slash = strrchr (folder, '/');
  MG_CLEANUP (close_fd) int fd = -1;

  if (slash != NULL)
    *slash = '\0';
  fd = open (slash ? (*folder ? folder : "/") : ".", O_RDONLY | O_CLOEXEC);
  if (fd >= 0)
    fsync (fd);
}

int
mg_file_place (int fd, const char *temp, const char *path, struct mg_error *err)
{
  int saved;

  if (fsync (fd) < 0 || rename (temp, path) < 0) {
    saved = errno;
    unlink (temp);
    return mg_file_error (err, "write", path, saved);
  }
  sync_folder (path);
  return 0;
}

int
mg_file_write (const char *path, const void *data, size_t len, int mode,
               struct mg_error *err)
{
  MG_CLEANUP_FREE char *temp =
    mg_xasprintf ("%s.new-%08x", path, (unsigned) mg_rand_seed_from_system ());
  MG_CLEANUP (close_fd) int fd = -1;
  int r = mg_fd_create (temp, mode, &fd, err);

  if (r < 0)
    return r;
  r = mg_fd_write (fd, data, len, path, err);
  if (r < 0)
    unlink (temp);
  return r < 0 ? r : mg_file_place (fd, temp, path, err);
}

int
mg_file_mkdirs (const char *path, int mode, struct mg_error *err)
{
  MG_CLEANUP_FREE char *copy = mg_xstrdup (path);
  struct stat st;
  char *p;

  for (p = copy; *p != '\0'; p++)
    if (*p == '/' && p > copy) {
      *p = '\0';
      if (mkdir (copy, (mode_t) mode) < 0 && errno != EEXIST)
        return mg_file_error (err, "make folder", copy, errno);
      *p = '/';
    }
  if (mkdir (copy, (mode_t) mode) < 0 && errno != EEXIST)
    return mg_file_error (err, "make folder", copy, errno);
  if (stat (copy, &st) < 0 || !S_ISDIR (st.st_mode))
    return mg_file_error (err, "make folder", copy, ENOTDIR);
  return 0;
}

int
mg_file_exists (const char *path)
{
  return access (path, F_OK) == 0;
}

int
mg_file_remove (const char *path)
{
  return unlink (path) < 0 && errno != ENOENT ? MG_E_IO : 0;
}

void
mg_file_empty (const char *folder)
{
  DIR *dir = opendir (folder);
  struct dirent *entry;

  while (dir != NULL && (entry = readdir (dir)) != NULL)
    unlinkat (dirfd (dir), entry->d_name, 0);
  if (dir != NULL)
    closedir (dir);
}

/* Waits through a condition nobody signals, so that the twin sees the wait. */
static void
pause_us (int64_t us)
{
  struct mg_mutex m;
  struct mg_cond c;

  mg_mutex_init (&m);
  mg_cond_init (&c);
  mg_mutex_lock (&m);
  mg_cond_wait_until (&c, &m, mg_clock_now_us () + us);
  mg_mutex_unlock (&m);
  mg_cond_done (&c);
  mg_mutex_done (&m);
}

int
mg_file_lock (const char *path, int64_t wait_us, int *ret_fd,
              struct mg_error *err)
{
  int64_t until = mg_clock_now_us () + wait_us;
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0)
    return mg_file_error (err, "write", path, errno);
  while (flock (fd, LOCK_EX | LOCK_NB) < 0) {
    int saved = errno;

    if (saved == EINTR)
      continue;
    if (saved != EWOULDBLOCK) {
      close (fd);
      return mg_file_error (err, "lock", path, saved);
    }
    if (mg_clock_now_us () >= until) {
      close (fd);
      return mg_error_set (err, MG_E_LOCKED, "locked",
                           "'%s' is held by another migrate; wait for it, or "
                           "end it", path);
    }
    pause_us (20 * MG_MS_US);
  }
  *ret_fd = fd;
  return 0;
}

void
mg_file_unlock (int fd)
{
  if (fd >= 0)
    close (fd);
}

const char *
mg_env (const char *name)
{
  const char *value = getenv (name);

  return value != NULL && *value != '\0' ? value : NULL;
}

char *
mg_path_join (const char *folder, const char *name)
{
  return mg_xasprintf ("%s%s%s", folder, mg_ends (folder, "/") ? "" : "/", name);
}
