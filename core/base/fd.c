/* Open files: see fd.h. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"

int
mg_fd_open (const char *path, int *ret_fd, int64_t *ret_size,
            struct mg_error *err)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  struct stat st;

  if (fd < 0)
    return mg_file_error (err, "read", path, errno);
  if (fstat (fd, &st) < 0 || S_ISDIR (st.st_mode)) {
    close (fd);
    return mg_file_error (err, "read", path, EISDIR);
  }
  if (ret_size != NULL)
    *ret_size = st.st_size;
  *ret_fd = fd;
  return 0;
}

int
mg_fd_create (const char *path, int mode, int *ret_fd, struct mg_error *err)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  int saved;

  if (fd < 0 || fchmod (fd, (mode_t) mode) < 0) {
    saved = errno;
    if (fd >= 0)
      unlink (path);
    mg_fd_close (&fd);
    return mg_file_error (err, "write", path, saved);
  }
  *ret_fd = fd;
  return 0;
}

int
mg_fd_open_append (const char *path, int mode, int *ret_fd,
                   struct mg_error *err)
{
  int fd = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
                 (mode_t) mode);

  if (fd < 0)
    return mg_file_error (err, "write", path, errno);
  *ret_fd = fd;
  return 0;
}

int
mg_fd_read (int fd, void *ret_data, size_t len, size_t *ret_len,
            const char *path, struct mg_error *err)
{
  char *to = ret_data;
  size_t got = 0;

  while (got < len) {
    ssize_t n = read (fd, to + got, len - got);

    if (n < 0 && errno != EINTR)
      return mg_file_error (err, "read", path, errno);
    if (n == 0)
      break;
    if (n > 0)
      got += (size_t) n;
  }
  *ret_len = got;
  return 0;
}

int
mg_fd_write (int fd, const void *data, size_t len, const char *path,
             struct mg_error *err)
{
  const char *from = data;

  while (len > 0) {
    ssize_t n = write (fd, from, len);

    if (n < 0 && errno != EINTR)
      return mg_file_error (err, "write", path, errno);
    if (n > 0) {
      from += n;
      len -= (size_t) n;
    }
  }
  return 0;
}

void
mg_fd_close (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}
