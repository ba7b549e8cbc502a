/* SPDX-License-Identifier: Apache-2.0
 *
 * Linked into a program of the tests (tests/fault/faulty), never into the one
 * that is shipped: makes the nth call of a sort fail, once.
 *
 *   MG_FAULT=SORT:N:FILE   the Nth call fails, and FILE is made then; with
 *                          N = 0 none does, and FILE says how many there were;
 *                          with N = -1 it names each place that makes them, and
 *                          N may be one: its first call fails
 *
 *   memory    mg_try_realloc: whatever is sized by a server
 *   disk      SQLite's files: read, write, sync, truncate, open, shared memory;
 *             by turns no space and an error of the device
 *   blob      files of the session's own, in blobs/: open, read, write, sync,
 *             rename, unlink; by turns no space and an error of the device
 *   sqlite    memory that SQLite asks for
 *   socket    socket, connect, send, recv, and the like of libcurl
 *   late      send, which has sent before it fails
 *   small     malloc, calloc, realloc of the first process, the supervisor
 *   parent    its other calls: fork, mmap, sigaction ...
 *   watch     its waitpid and sigtimedwait; how many depends on the time
 *   wait      its Nth waitpid and all behind that
 *
 * With the last four the first child crashes at its first connect, so that
 * there is a second one.
 *
 * The executable's own 'send' stands before that of the C library for libcurl,
 * too.  Any thread; the counter is atomic.
 */
#include <config.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/parse.h"
#include "place.h"

enum sort {
  MEMORY, DISK, BLOB, SQLITE, SOCKET, LATE, SMALL, PARENT, WATCH, WAIT, N_SORTS
};

static const char *const names[] = {
  "memory", "disk", "blob", "sqlite", "socket", "late",
  "small", "parent", "watch", "wait",
};

static enum sort chosen = N_SORTS;
static int64_t nth;
static const char *file;
static atomic_llong seen;
static pid_t first;
static atomic_int *crashed;       /* shared with the children */

static void
leave_word (long long n)
{
  char text[32];
  int fd = open (file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  int len = snprintf (text, sizeof text, "%lld\n", n);

  if (fd < 0 || write (fd, text, (size_t) len) != len)
    abort ();
  close (fd);
}

#define MAX_PLACES 16384

static pthread_mutex_t places_lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t places[MAX_PLACES];
static int n_places;

static void
note_place (int64_t place)
{
  int i = 0;

  pthread_mutex_lock (&places_lock);
  while (i < n_places && places[i] != place)
    i++;
  if (i == MAX_PLACES)
    abort ();
  if (i == n_places)
    places[n_places++] = place;
  pthread_mutex_unlock (&places_lock);
}

static void
tell_count (void)
{
  FILE *out = nth == -1 ? fopen (file, "w") : NULL;
  int i;

  if (nth == 0)
    leave_word (atomic_load (&seen));
  if (out == NULL)
    return;
  for (i = 0; i < n_places; i++)
    fprintf (out, "%lld\n", (long long) places[i]);
  fclose (out);
}

/* Is this the call that fails? */
static int
fails (enum sort sort)
{
  int64_t place;

  if (sort != chosen || (sort >= SMALL && getpid () != first))
    return 0;
  if (nth >= 0 && nth < PLACE_MARK) {
    if (atomic_fetch_add (&seen, 1) + 1 != nth)
      return 0;
    leave_word (nth);
    return 1;
  }
  place = nth == -1 || atomic_load (&seen) == 0 ? place_of_caller () : PLACE_NONE;
  if (nth == -1 && place != PLACE_NONE)
    note_place (place);
  if (place != nth || atomic_exchange (&seen, 1) != 0)
    return 0;
  leave_word (nth);
  return 1;
}

/* ---- memory ---- */

void *__real_mg_try_realloc (void *p, size_t size);
void *__wrap_mg_try_realloc (void *p, size_t size);

void *
__wrap_mg_try_realloc (void *p, size_t size)
{
  return fails (MEMORY) ? NULL : __real_mg_try_realloc (p, size);
}

/* ---- SQLite's memory ---- */

static sqlite3_mem_methods memory;

static void *
sqlite_malloc (int size)
{
  return fails (SQLITE) ? NULL : memory.xMalloc (size);
}

static void *
sqlite_realloc (void *p, int size)
{
  return fails (SQLITE) ? NULL : memory.xRealloc (p, size);
}

/* ---- SQLite's files ---- */

static sqlite3_vfs *below;
static sqlite3_vfs above;
/* The database and its log have methods of their own. */
static struct {
  sqlite3_io_methods ours;
  const sqlite3_io_methods *real;
} tables[4];

static const sqlite3_io_methods *
real_of (sqlite3_file *f)
{
  size_t i = 0;

  while (f->pMethods != &tables[i].ours)
    i++;
  return tables[i].real;
}

static int
disk_error (int usual)
{
  return nth % 2 == 0 ? SQLITE_FULL : usual;
}

static int
vfs_read (sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
  return fails (DISK) ? SQLITE_IOERR_READ : real_of (f)->xRead (f, to, n, at);
}

static int
vfs_write (sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
  return fails (DISK) ? disk_error (SQLITE_IOERR_WRITE)
    : real_of (f)->xWrite (f, from, n, at);
}

static int
vfs_truncate (sqlite3_file *f, sqlite3_int64 size)
{
  return fails (DISK) ? SQLITE_IOERR_TRUNCATE
    : real_of (f)->xTruncate (f, size);
}

static int
vfs_sync (sqlite3_file *f, int flags)
{
  return fails (DISK) ? disk_error (SQLITE_IOERR_FSYNC)
    : real_of (f)->xSync (f, flags);
}

static int
vfs_size (sqlite3_file *f, sqlite3_int64 *ret_size)
{
  return fails (DISK) ? SQLITE_IOERR_FSTAT
    : real_of (f)->xFileSize (f, ret_size);
}

static int
vfs_lock (sqlite3_file *f, int how)
{
  return fails (DISK) ? SQLITE_IOERR_LOCK : real_of (f)->xLock (f, how);
}

static int
vfs_map (sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
  return fails (DISK) ? SQLITE_IOERR_SHMMAP
    : real_of (f)->xShmMap (f, page, size, extend, ret);
}

static int
vfs_shm_lock (sqlite3_file *f, int offset, int n, int flags)
{
  /* an unlock never fails, and SQLite does not ask: the lock would stay */
  return (flags & SQLITE_SHM_UNLOCK) == 0 && fails (DISK) ? SQLITE_IOERR_SHMLOCK
    : real_of (f)->xShmLock (f, offset, n, flags);
}

/* Files are opened before there are threads, or by the writer alone. */
static void
take_over (sqlite3_file *f)
{
  sqlite3_io_methods *ours;
  size_t i = 0;

  while (tables[i].real != NULL && tables[i].real != f->pMethods)
    i++;
  ours = &tables[i].ours;
  if (tables[i].real == NULL) {
    tables[i].real = f->pMethods;
    *ours = *f->pMethods;
    ours->xRead = vfs_read;
    ours->xWrite = vfs_write;
    ours->xTruncate = vfs_truncate;
    ours->xSync = vfs_sync;
    ours->xFileSize = vfs_size;
    ours->xLock = vfs_lock;
    ours->xShmMap = vfs_map;
    ours->xShmLock = vfs_shm_lock;
  }
  f->pMethods = ours;
}

static int
vfs_open (sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f, int flags,
          int *ret_flags)
{
  int r;

  (void) vfs;
  if (fails (DISK)) {
    f->pMethods = NULL;
    return SQLITE_CANTOPEN;
  }
  r = below->xOpen (below, name, f, flags, ret_flags);
  if (f->pMethods != NULL)
    take_over (f);
  return r;
}

/* ---- blobs ---- */

#define WRAP(type, name, parameters) \
  type __real_##name parameters; \
  type __wrap_##name parameters; \
  type __wrap_##name parameters

#define MAX_FDS 4096

static atomic_char is_blob[MAX_FDS];   /* by the number of the open file */

static int
in_blobs (const char *path)
{
  return chosen == BLOB && strstr (path, "/blobs") != NULL;
}

static int
blob_fails (int is_one)
{
  if (!is_one || !fails (BLOB))
    return 0;
  errno = nth % 2 ? ENOSPC : EIO;
  return 1;
}

static int
fd_fails (int fd)
{
  return blob_fails (chosen == BLOB && fd >= 0 && fd < MAX_FDS
                     && atomic_load (&is_blob[fd]));
}

int __real_open (const char *path, int flags, ...);
int __wrap_open (const char *path, int flags, ...);

int
__wrap_open (const char *path, int flags, ...)
{
  int is_one = in_blobs (path), mode, fd;
  va_list args;

  va_start (args, flags);
  mode = flags & O_CREAT ? va_arg (args, int) : 0;
  va_end (args);
  if (blob_fails (is_one))
    return -1;
  fd = __real_open (path, flags, mode);
  if (fd >= 0 && fd < MAX_FDS)
    atomic_store (&is_blob[fd], (char) is_one);
  return fd;
}

/* Another file may get the number. */
WRAP (int, close, (int fd))
{
  if (fd >= 0 && fd < MAX_FDS)
    atomic_store (&is_blob[fd], 0);
  return __real_close (fd);
}

WRAP (ssize_t, read, (int fd, void *data, size_t len))
{
  return fd_fails (fd) ? -1 : __real_read (fd, data, len);
}

WRAP (ssize_t, write, (int fd, const void *data, size_t len))
{
  return fd_fails (fd) ? -1 : __real_write (fd, data, len);
}

WRAP (int, fsync, (int fd))
{
  return fd_fails (fd) ? -1 : __real_fsync (fd);
}

WRAP (int, rename, (const char *from, const char *to))
{
  return blob_fails (in_blobs (to)) ? -1 : __real_rename (from, to);
}

WRAP (int, unlink, (const char *path))
{
  return blob_fails (in_blobs (path)) ? -1 : __real_unlink (path);
}

/* ---- sockets ---- */

#define REAL(name) \
  static __typeof__ (&name) real; \
  if (real == NULL) \
    *(void **) &real = dlsym (RTLD_NEXT, #name)

static int
broken (enum sort sort, int number)
{
  if (!fails (sort))
    return 0;
  errno = number;
  return 1;
}

int
socket (int domain, int type, int protocol)
{
  REAL (socket);
  return broken (SOCKET, EMFILE) ? -1 : real (domain, type, protocol);
}

int
connect (int fd, const struct sockaddr *address, socklen_t len)
{
  REAL (connect);
  if (crashed != NULL && getpid () != first
      && atomic_exchange (crashed, 1) == 0)
    raise (SIGSEGV);
  return broken (SOCKET, ECONNREFUSED) ? -1 : real (fd, address, len);
}

int
getsockopt (int fd, int level, int name, void *value, socklen_t *len)
{
  REAL (getsockopt);
  return broken (SOCKET, ENOBUFS) ? -1 : real (fd, level, name, value, len);
}

int
setsockopt (int fd, int level, int name, const void *value, socklen_t len)
{
  REAL (setsockopt);
  return broken (SOCKET, ENOBUFS) ? -1 : real (fd, level, name, value, len);
}

int
getsockname (int fd, struct sockaddr *address, socklen_t *len)
{
  REAL (getsockname);
  return broken (SOCKET, ENOBUFS) ? -1 : real (fd, address, len);
}

int
getpeername (int fd, struct sockaddr *address, socklen_t *len)
{
  REAL (getpeername);
  return broken (SOCKET, ENOBUFS) ? -1 : real (fd, address, len);
}

ssize_t
send (int fd, const void *data, size_t len, int flags)
{
  REAL (send);
  if (broken (SOCKET, EPIPE))
    return -1;
  if (fails (LATE)) {
    real (fd, data, len, flags);
    shutdown (fd, SHUT_RDWR);
    errno = ECONNRESET;
    return -1;
  }
  return real (fd, data, len, flags);
}

ssize_t
recv (int fd, void *data, size_t len, int flags)
{
  REAL (recv);
  return broken (SOCKET, ECONNRESET) ? -1 : real (fd, data, len, flags);
}

int
poll (struct pollfd *fds, nfds_t n, int timeout_ms)
{
  REAL (poll);
  return broken (SOCKET, ENOMEM) ? -1 : real (fds, n, timeout_ms);
}

/* ---- the supervisor ---- */

WRAP (void *, malloc, (size_t size))
{
  return fails (SMALL) ? NULL : __real_malloc (size);
}

WRAP (void *, calloc, (size_t n, size_t size))
{
  return fails (SMALL) ? NULL : __real_calloc (n, size);
}

WRAP (void *, realloc, (void *p, size_t size))
{
  return fails (SMALL) ? NULL : __real_realloc (p, size);
}

WRAP (pid_t, fork, (void))
{
  return broken (PARENT, EAGAIN) ? -1 : __real_fork ();
}

WRAP (void *, mmap, (void *at, size_t len, int how, int flags, int fd,
                     off_t offset))
{
  return broken (PARENT, ENOMEM) ? MAP_FAILED
    : __real_mmap (at, len, how, flags, fd, offset);
}

WRAP (pid_t, waitpid, (pid_t pid, int *status, int options))
{
  if (fails (WAIT) || (chosen == WAIT && getpid () == first && nth > 0
                       && atomic_load (&seen) > nth)) {
    errno = ECHILD;
    return -1;
  }
  return broken (WATCH, ECHILD) ? -1 : __real_waitpid (pid, status, options);
}

WRAP (int, sigtimedwait, (const sigset_t *set, siginfo_t *info,
                          const struct timespec *time))
{
  return broken (WATCH, EINTR) ? -1 : __real_sigtimedwait (set, info, time);
}

WRAP (int, sigaction, (int number, const struct sigaction *action,
                       struct sigaction *old))
{
  return broken (PARENT, EINVAL) ? -1 : __real_sigaction (number, action, old);
}

WRAP (int, sigprocmask, (int how, const sigset_t *set, sigset_t *old))
{
  return broken (PARENT, EINVAL) ? -1 : __real_sigprocmask (how, set, old);
}

WRAP (int, setrlimit, (__rlimit_resource_t what, const struct rlimit *limit))
{
  return broken (PARENT, EPERM) ? -1 : __real_setrlimit (what, limit);
}

/* ---- the beginning ---- */

static enum sort
sort_of (const char *text, size_t len)
{
  int i;

  for (i = 0; i < N_SORTS; i++)
    if (strlen (names[i]) == len && strncmp (names[i], text, len) == 0)
      return (enum sort) i;
  abort ();
}

static void
arm_sqlite (void)
{
  sqlite3_mem_methods ours;

  if (chosen == SQLITE) {
    sqlite3_config (SQLITE_CONFIG_GETMALLOC, &memory);
    ours = memory;
    ours.xMalloc = sqlite_malloc;
    ours.xRealloc = sqlite_realloc;
    sqlite3_config (SQLITE_CONFIG_MALLOC, &ours);
  }
  if (chosen == DISK) {
    below = sqlite3_vfs_find (NULL);
    above = *below;
    above.zName = "faulty";
    above.pNext = NULL;
    above.xOpen = vfs_open;
    sqlite3_vfs_register (&above, 1);
  }
}

__attribute__ ((constructor)) static void
begin (void)
{
  const char *text = getenv ("MG_FAULT"), *colon, *second;
  char number[24] = "";

  if (text == NULL)
    return;
  colon = strchr (text, ':');
  second = colon ? strchr (colon + 1, ':') : NULL;
  if (second == NULL || (size_t) (second - colon) > sizeof number)
    abort ();
  memcpy (number, colon + 1, (size_t) (second - colon - 1));
  if (mg_parse_int64 (number, &nth) < 0)
    abort ();
  chosen = sort_of (text, (size_t) (colon - text));
  file = second + 1;
  first = getpid ();
  if (chosen >= SMALL)
    crashed = __real_mmap (NULL, sizeof *crashed, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  atexit (tell_count);
  arm_sqlite ();
}
