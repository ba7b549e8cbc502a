/* Files of any size in the session: what was written whole is there once, what
 * was not is not there, and damage shows. */
#include <config.h>

#include <dirent.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "mg-test.h"
#include "store/blob.h"

#define HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

static struct mg_error err;

/* How many files lie in a folder. */
static int
n_files (const char *folder)
{
  DIR *dir = opendir (folder);
  struct dirent *entry;
  int n = 0;

  while (dir != NULL && (entry = readdir (dir)) != NULL)
    n += entry->d_type == DT_REG;
  if (dir != NULL)
    closedir (dir);
  return n;
}

static char *
folder (void)
{
  char *blobs = mg_path_join (mg_test_tmpdir (), "blobs");

  mg_error_clear (&err);
  mg_file_empty (blobs);
  mg_blob_clean (blobs);
  return blobs;
}

static void
write_hello (const char *blobs, char name[MG_BLOB_NAME + 1])
{
  struct mg_blob blob;

  is_ok (mg_blob_begin (&blob, blobs, &err));
  is_ok (mg_blob_add (&blob, "hel", 3, &err));
  is_ok (mg_blob_add (&blob, "lo", 2, &err));
  is_ok (mg_blob_end (&blob, name, &err));
  is_int (blob.len, 5);
  mg_blob_done (&blob);
}

MG_TEST (the_same_bytes_lie_there_once_under_their_digest)
{
  MG_CLEANUP_FREE char *blobs = folder ();
  MG_CLEANUP_FREE char *partial = mg_path_join (blobs, "partial");
  MG_CLEANUP_FREE char *path = NULL;
  MG_CLEANUP (mg_buf_done) struct mg_buf text = MG_BUF_INIT (100);
  char name[MG_BLOB_NAME + 1];

  write_hello (blobs, name);
  write_hello (blobs, name);
  is_str (name, HELLO);
  is_int (n_files (blobs), 1);
  is_int (n_files (partial), 0);
  is_ok (mg_blob_path (blobs, name, &path, &err));
  is_ok (mg_file_read (path, &text, &err));
  is_str (mg_buf_text (&text), "hello");
}

MG_TEST (what_was_not_ended_is_not_there)
{
  MG_CLEANUP_FREE char *blobs = folder ();
  MG_CLEANUP_FREE char *partial = mg_path_join (blobs, "partial");
  struct mg_blob blob;

  is_ok (mg_blob_begin (&blob, blobs, &err));
  is_ok (mg_blob_add (&blob, "hel", 3, &err));
  is_int (n_files (partial), 1);
  mg_blob_done (&blob);
  mg_blob_done (&blob);
  is_int (n_files (partial), 0);
  is_int (n_files (blobs), 0);
}

MG_TEST (what_a_dead_process_wrote_goes_with_the_next)
{
  MG_CLEANUP_FREE char *blobs = folder ();
  MG_CLEANUP_FREE char *partial = mg_path_join (blobs, "partial");
  char name[MG_BLOB_NAME + 1];
  struct mg_blob blob;

  write_hello (blobs, name);
  is_ok (mg_blob_begin (&blob, blobs, &err));
  mg_blob_clean (blobs);
  is_int (n_files (partial), 0);
  is_int (n_files (blobs), 1);
  mg_blob_done (&blob);
}

MG_TEST (what_is_lost_under_way_is_no_asset_that_is_gone)
{
  MG_CLEANUP_FREE char *blobs = folder ();
  char name[MG_BLOB_NAME + 1];
  struct mg_blob blob;

  is_ok (mg_blob_begin (&blob, blobs, &err));
  mg_blob_clean (blobs);
  is_int (mg_blob_end (&blob, name, &err), MG_E_IO);
  is_int (err.code, MG_E_IO);
  is_str (err.id, "cannot-write");
}

MG_TEST (a_damaged_or_missing_file_is_told)
{
  MG_CLEANUP_FREE char *blobs = folder ();
  MG_CLEANUP_FREE char *file = mg_path_join (blobs, "b" HELLO);
  char *path, name[MG_BLOB_NAME + 1];

  write_hello (blobs, name);
  is_ok (mg_file_write (file, "hellO", 5, 0600, &err));
  is_int (mg_blob_path (blobs, name, &path, &err), MG_E_FAIL);
  is_null (path);
  is_str (err.id, "damaged-file");
  has_str (err.text, "is damaged");
  is_ok (mg_file_remove (file));
  is_int (mg_blob_path (blobs, name, &path, &err), MG_E_FAIL);
  has_str (err.text, "is not there");
}

MG_TEST (a_name_that_is_none_opens_nothing)
{
  static const char *const names[] = {
    "", "../../../etc/passwd", HELLO "0",
    "2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824",
  };
  MG_CLEANUP_FREE char *blobs = folder ();
  char *path;
  size_t i;

  for (i = 0; i < sizeof names / sizeof names[0]; i++) {
    is_int (mg_blob_path (blobs, names[i], &path, &err), MG_E_INVALID);
    is_null (path);
  }
}
