/* Asking another program, and files that stay open. */
#include <config.h>

#include <errno.h>
#include <signal.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/process.h"
#include "mg-test.h"

static int
run_for (const char *script, int64_t timeout_us, struct mg_buf *out,
         int *ret_status, struct mg_error *err)
{
  const char *argv[] = { "sh", "-c", script, NULL };
  struct mg_process process = { .argv = argv, .timeout_us = timeout_us,
                                .hide_env = "MGT_", .keep_env = "MGT_KEEP" };

  return mg_process_run (&process, out, ret_status, err);
}

static void
says (const char *script, const char *want, int want_status)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf out = MG_BUF_INIT (1000);
  int status = -1;

  is_ok (run_for (script, 60000000, &out, &status, NULL));
  is_str (mg_buf_text (&out), want);
  is_int (status, want_status);
}

MG_TEST (output_and_status)
{
  says ("echo a; echo b >&2; echo c", "a\nc\n", 0);
  says ("exit 7", "", 7);
  says ("kill -9 $$", "", 128 + 9);
  says ("cat", "", 0);
}

MG_TEST (what_the_environment_hides)
{
  setenv ("MGT_SECRET", "s", 1);
  setenv ("MGT_KEEP", "k", 1);
  setenv ("MGT_KEEPER", "r", 1);
  says ("echo ${MGT_SECRET-no} ${MGT_KEEP-no} ${MGT_KEEPER-no}",
        "no k no\n", 0);
}

MG_TEST (a_program_that_is_not_there)
{
  static const char *const argv[] = { "no-such-program-here", NULL };
  struct mg_process process = { .argv = argv, .timeout_us = 1000000 };
  MG_CLEANUP (mg_buf_done) struct mg_buf out = MG_BUF_INIT (10);
  struct mg_error err = MG_ERROR_INIT;
  int status;

  is_int (mg_process_run (&process, &out, &status, &err), MG_E_NOT_FOUND);
  has_str (err.text, "no-such-program-here");
  ok (!mg_process_exists ("no-such-program-here"));
  ok (mg_process_exists ("sh"));
  ok (mg_process_exists ("/bin/sh"));
}

MG_TEST (too_much_output_ends_it)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf out = MG_BUF_INIT (5000);
  int status;

  is_int (run_for ("while :; do echo 0123456789; done", 60000000, &out,
                   &status, NULL), MG_E_NOMEM);
}

/* It and what it started are gone afterwards. */
MG_TEST (time_ends_it_and_its_children)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf out = MG_BUF_INIT (5000);
  struct mg_error err = MG_ERROR_INIT;
  int64_t pid = 0;
  int status, i;

  is_int (run_for ("sleep 1000 & printf $!; wait", 200000, &out, &status,
                   &err), MG_E_FAIL);
  is_str (err.id, "program-timeout");
  is_ok (mg_parse_int64 (mg_buf_text (&out), &pid));
  /* its new parent may need a moment to bury it */
  for (i = 0; i < 1000000 && kill ((pid_t) pid, 0) == 0; i++) {
    MG_CLEANUP_FREE char *path = mg_xasprintf ("/proc/%d/stat", (int) pid);
    MG_CLEANUP (mg_buf_done) struct mg_buf stat = MG_BUF_INIT (1000);

    if (mg_file_read (path, &stat, NULL) == 0
        && strstr (mg_buf_text (&stat), ") Z ") != NULL)
      break;
  }
  ok (i < 1000000);
}

MG_TEST (closing_its_output_is_not_its_end)
{
  MG_CLEANUP (mg_buf_done) struct mg_buf out = MG_BUF_INIT (100);
  int status = -1;

  is_ok (run_for ("echo x; exec 1>&-; exit 3", 60000000, &out, &status,
                  NULL));
  is_int (status, 3);
}

/* ---- descriptors ---- */

MG_TEST (appending_and_reading)
{
  MG_CLEANUP_FREE char *path = mg_path_join (mg_test_tmpdir (), "f");
  int fd = -1;
  int64_t size = 0;
  char text[8];
  size_t n = 0;

  is_ok (mg_fd_open_append (path, 0600, &fd, NULL));
  is_ok (mg_fd_write (fd, "ab", 2, path, NULL));
  mg_fd_close (&fd);
  is_int (fd, -1);
  is_ok (mg_fd_open_append (path, 0600, &fd, NULL));
  is_ok (mg_fd_write (fd, "cde", 3, path, NULL));
  mg_fd_close (&fd);
  is_ok (mg_fd_open (path, &fd, &size, NULL));
  is_int (size, 5);
  is_ok (mg_fd_read (fd, text, 4, &n, path, NULL));
  is_mem (text, n, "abcd", 4);
  is_ok (mg_fd_read (fd, text, 4, &n, path, NULL));
  is_mem (text, n, "e", 1);
  is_ok (mg_fd_read (fd, text, 4, &n, path, NULL));
  is_int (n, 0);
  mg_fd_close (&fd);
}

MG_TEST (files_that_cannot_be_opened)
{
  struct mg_error err = MG_ERROR_INIT;
  int fd = -1;

  is_int (mg_fd_open ("/nonexistent/x", &fd, NULL, &err), MG_E_NOT_FOUND);
  is_str (err.id, "cannot-read");
  is_int (mg_fd_open (mg_test_tmpdir (), &fd, NULL, &err), MG_E_IO);
  is_int (fd, -1);
}

MG_TEST (a_full_disk_is_told)
{
  struct mg_error err = MG_ERROR_INIT;
  int fd = -1;

  if (mg_fd_open_append ("/dev/full", 0600, &fd, NULL) < 0)
    skip_test ("no /dev/full");
  is_int (mg_fd_write (fd, "x", 1, "/dev/full", &err), MG_E_IO);
  is_str (err.id, "disk-full");
  mg_fd_close (&fd);
}

/* The last one: it is so from then on. */
MG_TEST (a_private_process_dumps_no_core)
{
  struct rlimit limit;

  mg_process_keep_private ();
  is_int (getrlimit (RLIMIT_CORE, &limit), 0);
  is_int (limit.rlim_cur, 0);
#ifdef HAVE_PRCTL
  is_int (prctl (PR_GET_DUMPABLE), 0);
#endif
}
