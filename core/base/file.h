/* Files, as little as the program needs.  All return 0 or MG_E_*, with
 * [disk-full] for ENOSPC and EDQUOT and [cannot-write] or [cannot-read] for
 * the rest.  Any thread.
 */
#ifndef MG_BASE_FILE_H
#define MG_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

/* Whole file, at most ret_text->max bytes.  MG_E_NOT_FOUND when absent. */
int mg_file_read (const char *path, struct mg_buf *ret_text,
                  struct mg_error *err);

/* Under a new name beside it, synced, then renamed over: readers see the old
 * file or the new one.  'mode' is exact whatever the umask. */
int mg_file_write (const char *path, const void *data, size_t len, int mode,
                   struct mg_error *err);

/* The end of the same for what was written piece by piece: 'fd', which is 'temp',
 * is synced and takes the name 'path'; after an error it is removed. */
int mg_file_place (int fd, const char *temp, const char *path,
                   struct mg_error *err);

/* mkdir -p with this mode for what it makes. */
int mg_file_mkdirs (const char *path, int mode, struct mg_error *err);

int mg_file_exists (const char *path);
int mg_file_remove (const char *path);          /* absent is fine */

/* Removes what lies in a folder, but no folder in it; one that is not there is
 * empty. */
void mg_file_empty (const char *folder);

/* An exclusive flock on 'path', made when absent, tried for wait_us.  The
 * descriptor is inherited by children on purpose: a supervisor takes the lock
 * and its child keeps it.  MG_E_LOCKED when somebody else has it. */
int mg_file_lock (const char *path, int64_t wait_us, int *ret_fd,
                  struct mg_error *err);
void mg_file_unlock (int fd);

/* The error of the last system call on 'path', as text and code. */
int mg_file_error (struct mg_error *err, const char *what, const char *path,
                   int system_errno);

/* $NAME, or NULL when unset or empty.  The only door to the environment. */
const char *mg_env (const char *name);

/* "a/b" from "a" and "b"; the caller frees with mg_free. */
char *mg_path_join (const char *folder, const char *name);

#endif
