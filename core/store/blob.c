/* Files of any size: see blob.h. */
#include <config.h>

#include <string.h>

#include "base/alloc.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/rand.h"
#include "store/blob.h"

#define PARTIAL "partial"

void
mg_blob_clean (const char *blobs)
{
  MG_CLEANUP_FREE char *partial = mg_path_join (blobs, PARTIAL);

  mg_file_empty (partial);
}

/* For whoever reads it, "not found" would be the asset. */
static int
cannot_write (int r, struct mg_error *err)
{
  if (r == MG_E_NOT_FOUND && err != NULL)
    err->code = MG_E_IO;
  return r == MG_E_NOT_FOUND ? MG_E_IO : r;
}

int
mg_blob_begin (struct mg_blob *blob, const char *blobs, struct mg_error *err)
{
  MG_CLEANUP_FREE char *partial = mg_path_join (blobs, PARTIAL);
  int r = mg_file_mkdirs (partial, 0700, err);

  memset (blob, 0, sizeof *blob);
  if (r < 0)
    return cannot_write (r, err);
  blob->blobs = blobs;
  blob->temp = mg_xasprintf ("%s/%016llx", partial,
                             (unsigned long long) mg_rand_seed_from_system ());
  mg_digest_init (&blob->digest);
  r = mg_fd_create (blob->temp, 0600, &blob->fd, err);
  if (r < 0) {                     /* whatever has the name is not ours */
    mg_free (blob->temp);
    blob->temp = NULL;
  }
  return cannot_write (r, err);
}

int
mg_blob_add (struct mg_blob *blob, const void *data, size_t len,
             struct mg_error *err)
{
  mg_digest_add (&blob->digest, data, len);
  blob->len += (int64_t) len;
  return mg_fd_write (blob->fd, data, len, blob->temp, err);
}

static char *
path_of (const char *blobs, const char *name)
{
  return mg_xasprintf ("%s/b%s", blobs, name);
}

int
mg_blob_end (struct mg_blob *blob, char ret_name[MG_BLOB_NAME + 1],
             struct mg_error *err)
{
  MG_CLEANUP_FREE char *path = NULL;
  unsigned char sha[MG_DIGEST_LEN];
  int r;

  mg_digest_end (&blob->digest, sha);
  mg_hex (sha, sizeof sha, ret_name);
  path = path_of (blob->blobs, ret_name);
  r = mg_file_place (blob->fd, blob->temp, path, err);
  mg_fd_close (&blob->fd);
  mg_free (blob->temp);
  blob->temp = NULL;
  return cannot_write (r, err);
}

void
mg_blob_done (struct mg_blob *blob)
{
  if (blob->temp == NULL)
    return;
  mg_fd_close (&blob->fd);
  mg_file_remove (blob->temp);
  mg_free (blob->temp);
  blob->temp = NULL;
}

static int
is_name (const char *name)
{
  return strlen (name) == MG_BLOB_NAME
         && strspn (name, "0123456789abcdef") == MG_BLOB_NAME;
}

static int
read_digest (const char *path, char ret_name[MG_BLOB_NAME + 1],
             struct mg_error *err)
{
  MG_CLEANUP_FREE char *chunk = mg_xmalloc (MG_CHUNK);
  unsigned char sha[MG_DIGEST_LEN];
  struct mg_digest digest;
  size_t n = 0;
  int fd, r = mg_fd_open (path, &fd, NULL, err);

  if (r < 0)
    return r;
  mg_digest_init (&digest);
  do {
    r = mg_fd_read (fd, chunk, MG_CHUNK, &n, path, err);
    mg_digest_add (&digest, chunk, r < 0 ? 0 : n);
  } while (r == 0 && n > 0);
  mg_fd_close (&fd);
  mg_digest_end (&digest, sha);
  mg_hex (sha, sizeof sha, ret_name);
  return r;
}

int
mg_blob_path (const char *blobs, const char *name, char **ret_path,
              struct mg_error *err)
{
  MG_CLEANUP_FREE char *path = NULL;
  char found[MG_BLOB_NAME + 1] = "";
  int r;

  *ret_path = NULL;
  if (!is_name (name))
    return mg_error_set (err, MG_E_INVALID, "bad-call",
                         "'%.80s' is no SHA-256 of a file of the session",
                         name);
  path = path_of (blobs, name);
  r = read_digest (path, found, err);
  if (r < 0 || strcmp (found, name) != 0)
    return mg_error_set (err, MG_E_FAIL, "damaged-file",
                         "the file '%s' is %s; export again, which reads it "
                         "anew, or bring it back from a copy of the session",
                         path,
                         r == MG_E_NOT_FOUND ? "not there"
                         : r < 0 ? "not to be read" : "damaged");
  *ret_path = path;
  path = NULL;
  return 0;
}
