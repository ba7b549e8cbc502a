/* Open files, for what is too large to be held whole.  All return 0 or a
 * negative MG_E_* with [cannot-read], [cannot-write] or [disk-full].  One
 * descriptor, one thread at a time.
 */
#ifndef MG_BASE_FD_H
#define MG_BASE_FD_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

/* For reading from its beginning.  A folder is refused.  ret_size may be
 * NULL. */
int mg_fd_open (const char *path, int *ret_fd, int64_t *ret_size,
                struct mg_error *err);

/* For writing a file that must not be there yet; 'mode' is exact whatever the
 * umask. */
int mg_fd_create (const char *path, int mode, int *ret_fd,
                  struct mg_error *err);

/* For writing at its end, made with this mode when absent, private when it is
 * a new file of mode 0600. */
int mg_fd_open_append (const char *path, int mode, int *ret_fd,
                       struct mg_error *err);

/* At most 'len' bytes; fewer only at the end of the file. */
int mg_fd_read (int fd, void *ret_data, size_t len, size_t *ret_len,
                const char *path, struct mg_error *err);

/* All of it, in one write where the system allows. */
int mg_fd_write (int fd, const void *data, size_t len, const char *path,
                 struct mg_error *err);

/* Sets *fd to -1; negative is fine. */
void mg_fd_close (int *fd);

#endif
