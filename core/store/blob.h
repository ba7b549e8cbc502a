/* Files of any size in the session: what an answer held that is never whole in
 * memory.  One lies in blobs/ under "b" and the SHA-256 of what is in it, so that
 * the same bytes lie there once, and what was damaged shows.  It is written
 * piece by piece under another name, in blobs/partial/, synced and renamed: a
 * name that an asset tells is that of a whole file.  Nothing is sealed.
 *
 * A blob that is being written belongs to one thread; the rest is for any.
 */
#ifndef MG_STORE_BLOB_H
#define MG_STORE_BLOB_H

#include <stdint.h>
#include "base/digest.h"
#include "base/error.h"

#define MG_BLOB_NAME (2 * MG_DIGEST_LEN)     /* characters: lower case hex */

struct mg_blob {
  const char *blobs;             /* the folder; borrowed */
  char *temp;
  int fd;
  int64_t len;
  struct mg_digest digest;
};

/* All of these return 0 or MG_E_IO [disk-full] [cannot-write], also where the
 * folder went. */
int mg_blob_begin (struct mg_blob *blob, const char *blobs,
                   struct mg_error *err);
int mg_blob_add (struct mg_blob *blob, const void *data, size_t len,
                 struct mg_error *err);
/* It is whole, and durable. */
int mg_blob_end (struct mg_blob *blob, char ret_name[MG_BLOB_NAME + 1],
                 struct mg_error *err);
/* Removes what was not ended; a zeroed struct is fine. */
void mg_blob_done (struct mg_blob *blob);

/* The path of a blob, after all of it was read and is what its name says; the
 * caller frees it.  MG_E_FAIL [damaged-file]: it is not, not there, or not to
 * be read; MG_E_INVALID: that is no name. */
int mg_blob_path (const char *blobs, const char *name, char **ret_path,
                  struct mg_error *err);

/* What a process left behind that died while it wrote.  Only who holds the
 * session's lock may: it cannot be told from what is being written. */
void mg_blob_clean (const char *blobs);

#endif
