/* Files: whole reads, atomic writes, folders, the lock. */
#include <config.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "mg-test.h"

/* A name in the test's own folder. */
static const char *
in_dir (const char *name)
{
  static char paths[4][300];
  static unsigned next;
  char *path = paths[next++ % 4];

  snprintf (path, 300, "%s/%s", mg_test_tmpdir (), name);
  return path;
}

static int
mode_of (const char *path)
{
  struct stat st;

  return stat (path, &st) < 0 ? -1 : (int) (st.st_mode & 07777);
}

static int
count_entries (const char *path)
{
  DIR *dir = opendir (path);
  int n = 0;

  if (dir == NULL)
    return -1;
  while (readdir (dir) != NULL)
    n++;
  closedir (dir);
  return n - 2;
}

MG_TEST (what_is_written_is_read)
{
  struct mg_buf b = MG_BUF_INIT (100);
  const char *path = in_dir ("a");

  is_ok (mg_file_write (path, "a\0b", 3, 0600, NULL));
  is_ok (mg_file_read (path, &b, NULL));
  is_mem (b.data, b.len, "a\0b", 3);
  mg_buf_done (&b);
}

MG_TEST (an_empty_file_is_an_empty_text)
{
  struct mg_buf b = MG_BUF_INIT (0);
  const char *path = in_dir ("empty");

  is_ok (mg_file_write (path, "", 0, 0600, NULL));
  is_ok (mg_file_read (path, &b, NULL));
  is_str (mg_buf_text (&b), "");
  mg_buf_done (&b);
}

MG_TEST (a_file_may_be_as_long_as_the_buffer)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_buf fits = MG_BUF_INIT (10), not = MG_BUF_INIT (9);
  const char *path = in_dir ("ten");

  is_ok (mg_file_write (path, "0123456789", 10, 0600, NULL));
  is_ok (mg_file_read (path, &fits, &err));
  is_str (mg_buf_text (&fits), "0123456789");
  is_int (mg_file_read (path, &not, &err), MG_E_NOMEM);
  has_str (err.text, path);
  mg_buf_done (&fits);
  mg_buf_done (&not);
}

MG_TEST (a_long_file_is_read_whole)
{
  size_t n = 300001, i;
  char *data = mg_xmalloc (n);
  struct mg_buf b = MG_BUF_INIT (n);
  const char *path = in_dir ("long");

  for (i = 0; i < n; i++)
    data[i] = (char) (i * 7);
  is_ok (mg_file_write (path, data, n, 0600, NULL));
  is_ok (mg_file_read (path, &b, NULL));
  is_mem (b.data, b.len, data, n);
  mg_buf_done (&b);
  mg_free (data);
}

MG_TEST (absent_files_are_not_found)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_buf b = MG_BUF_INIT (10);
  const char *path = in_dir ("absent");

  is_int (mg_file_read (path, &b, &err), MG_E_NOT_FOUND);
  is_str (err.id, "cannot-read");
  has_str (err.text, path);
  ok (!mg_file_exists (path));
  is_ok (mg_file_remove (path));
}

MG_TEST (a_folder_cannot_be_read)
{
  struct mg_error err = MG_ERROR_INIT;
  struct mg_buf b = MG_BUF_INIT (10);

  is_int (mg_file_read (mg_test_tmpdir (), &b, &err), MG_E_IO);
  is_str (err.id, "cannot-read");
  mg_buf_done (&b);
}

MG_TEST (the_mode_is_exact)
{
  mode_t before = umask (0077);
  const char *path = in_dir ("mode");

  is_ok (mg_file_write (path, "x", 1, 0644, NULL));
  is_int (mode_of (path), 0644);
  umask (0);
  is_ok (mg_file_write (path, "x", 1, 0600, NULL));
  is_int (mode_of (path), 0600);
  umask (before);
}

MG_TEST (a_write_replaces_the_file_as_a_whole)
{
  struct mg_buf b = MG_BUF_INIT (100);
  const char *path = in_dir ("w/new");
  char old[10];
  int fd;

  is_ok (mg_file_mkdirs (in_dir ("w"), 0700, NULL));
  is_ok (mg_file_write (path, "old", 3, 0600, NULL));
  fd = open (path, O_RDONLY);
  is_ok (mg_file_write (path, "newer", 5, 0600, NULL));
  is_int (read (fd, old, sizeof old), 3);   /* who had it open has the old one */
  close (fd);
  is_ok (mg_file_read (path, &b, NULL));
  is_str (mg_buf_text (&b), "newer");
  is_int (count_entries (in_dir ("w")), 1);
  mg_buf_done (&b);
}

MG_TEST (a_failed_write_leaves_nothing_behind)
{
  struct mg_error err = MG_ERROR_INIT;

  is_ok (mg_file_mkdirs (in_dir ("f/folder/x"), 0700, NULL));
  ok (mg_file_write (in_dir ("f/folder"), "x", 1, 0600, &err) < 0);
  is_str (err.id, "cannot-write");
  is_int (count_entries (in_dir ("f")), 1);
  ok (mg_file_write (in_dir ("no/such/folder"), "x", 1, 0600, &err) < 0);
}

MG_TEST (a_full_disk_is_told)
{
  struct mg_error err = MG_ERROR_INIT;

  is_int (mg_file_error (&err, "write", "f", 28 /* ENOSPC */), MG_E_IO);
  is_str (err.id, "disk-full");
  has_str (err.text, "'f'");
}

MG_TEST (folders_are_made_with_their_parents)
{
  struct mg_error err = MG_ERROR_INIT;
  const char *path = in_dir ("d1/d2//d3/");

  is_ok (mg_file_mkdirs (path, 0700, NULL));
  is_int (mode_of (in_dir ("d1/d2/d3")), 0700);
  is_ok (mg_file_mkdirs (path, 0700, NULL));
  is_ok (mg_file_mkdirs ("/", 0700, NULL));
  is_ok (mg_file_write (in_dir ("plain"), "x", 1, 0600, NULL));
  ok (mg_file_mkdirs (in_dir ("plain"), 0700, &err) < 0);
  ok (mg_file_mkdirs (in_dir ("plain/x"), 0700, &err) < 0);
  ok (mg_file_mkdirs ("", 0700, &err) < 0);
}

MG_TEST (files_are_removed)
{
  const char *path = in_dir ("gone");

  is_ok (mg_file_write (path, "x", 1, 0600, NULL));
  ok (mg_file_exists (path));
  is_ok (mg_file_remove (path));
  ok (!mg_file_exists (path));
  is_int (mg_file_remove (mg_test_tmpdir ()), MG_E_IO);
}

MG_TEST (a_lock_is_held_once)
{
  struct mg_error err = MG_ERROR_INIT;
  const char *path = in_dir ("lock");
  int fd, other = -5;

  is_ok (mg_file_lock (path, 0, &fd, NULL));
  is_int (mg_file_lock (path, 0, &other, &err), MG_E_LOCKED);
  is_str (err.id, "locked");
  has_str (err.text, path);
  is_int (other, -5);
  mg_file_unlock (fd);
  is_ok (mg_file_lock (path, 0, &other, NULL));
  mg_file_unlock (other);
  mg_file_unlock (-1);
}

MG_TEST (a_lock_is_waited_for)
{
  const char *path = in_dir ("wait");
  int64_t began = mg_clock_now_us ();
  int fd, other;

  is_ok (mg_file_lock (path, 0, &fd, NULL));
  is_int (mg_file_lock (path, 50 * MG_MS_US, &other, NULL), MG_E_LOCKED);
  ok (mg_clock_now_us () - began >= 50 * MG_MS_US);
  mg_file_unlock (fd);
}

/* The supervisor takes it, and its child goes on holding it. */
MG_TEST (a_child_keeps_the_lock)
{
  const char *path = in_dir ("child");
  int fd, other, go[2], status;
  pid_t pid;
  char byte;

  is_ok (mg_file_lock (path, 0, &fd, NULL));
  is_ok (pipe (go));
  pid = fork ();
  if (pid == 0) {
    close (go[1]);
    _exit (read (go[0], &byte, 1) != 0);
  }
  close (go[0]);
  mg_file_unlock (fd);
  is_int (mg_file_lock (path, 0, &other, NULL), MG_E_LOCKED);
  close (go[1]);
  waitpid (pid, &status, 0);
  is_int (status, 0);
  is_ok (mg_file_lock (path, 0, &other, NULL));
  mg_file_unlock (other);
}

MG_TEST (an_empty_variable_is_unset)
{
  setenv ("MG_TEST_VARIABLE", "", 1);
  is_null (mg_env ("MG_TEST_VARIABLE"));
  setenv ("MG_TEST_VARIABLE", "x", 1);
  is_str (mg_env ("MG_TEST_VARIABLE"), "x");
  unsetenv ("MG_TEST_VARIABLE");
  is_null (mg_env ("MG_TEST_VARIABLE"));
}

MG_TEST (paths_are_joined_with_one_slash)
{
  static const char *const want[] = { "a/b", "a/b", "/b" };
  static const char *const folders[] = { "a", "a/", "/" };
  size_t i;

  for (i = 0; i < 3; i++) {
    char *path = mg_path_join (folders[i], "b");

    is_str (path, want[i]);
    mg_free (path);
  }
}
