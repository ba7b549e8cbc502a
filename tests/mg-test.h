/* A small test frame that speaks TAP.
 *
 *   #include <config.h>
 *   #include "mg-test.h"
 *
 *   MG_TEST (adds_two_numbers)
 *   {
 *     is_int (2 + 2, 4);
 *   }
 *
 * Include it in the one source file of a test program: it brings main ().
 * Each MG_TEST is one line of TAP and should show one behaviour.  They run in
 * the order in which they stand in the file; with names as arguments only
 * those run.
 *
 * A check that fails prints where and what, and ends the test it stands in.
 * In a thread that the test started it cannot do that: there it only counts
 * the test as failed and goes on.
 *
 * The program runs its tests on one thread.
 */

#ifndef MG_TEST_H
#define MG_TEST_H

#include <ftw.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MG_TEST_UNUSED __attribute__ ((unused))

struct mg_test_case {
  const char *name;
  void (*run) (void);
  struct mg_test_case *next;
};

static struct mg_test_case *mg_test_first;
static struct mg_test_case **mg_test_tail = &mg_test_first;
static atomic_int mg_test_failed;
static const char *mg_test_skip_why;
static jmp_buf mg_test_end;
static __thread int mg_test_is_runner;
static char mg_test_dir[128];
static pid_t mg_test_dir_owner;

#define MG_TEST(NAME)                                                   \
  static void NAME (void);                                              \
  static struct mg_test_case mg_test_case_##NAME = { #NAME, NAME, NULL }; \
  __attribute__ ((constructor)) static void                             \
  mg_test_add_##NAME (void)                                             \
  {                                                                     \
    *mg_test_tail = &mg_test_case_##NAME;                               \
    mg_test_tail = &mg_test_case_##NAME.next;                           \
  }                                                                     \
  static void NAME (void)

/* The checks.  Strings may be NULL; is_mem shows the first difference. */
#define ok(COND)                                                        \
  do {                                                                  \
    if (!(COND))                                                        \
      mg_test_fail (__FILE__, __LINE__, "not true: %s", #COND);         \
  } while (0)
#define is_int(GOT, WANT)                                               \
  mg_test_is_int (__FILE__, __LINE__, #GOT, (int64_t) (GOT),            \
                  (int64_t) (WANT))
#define is_str(GOT, WANT)                                               \
  mg_test_is_str (__FILE__, __LINE__, #GOT, (GOT), (WANT))
#define is_mem(GOT, GOT_LEN, WANT, WANT_LEN)                            \
  mg_test_is_mem (__FILE__, __LINE__, #GOT, (GOT), (GOT_LEN), (WANT),   \
                  (WANT_LEN))
/* That GOT contains PART. */
#define has_str(GOT, PART)                                              \
  mg_test_has_str (__FILE__, __LINE__, #GOT, (GOT), (PART))
#define is_null(PTR) ok ((PTR) == NULL)
#define not_null(PTR) ok ((PTR) != NULL)
#define is_ok(CALL) is_int ((CALL), 0)
/* Fail with a message of your own. */
#define fail_test(...) mg_test_fail (__FILE__, __LINE__, __VA_ARGS__)
/* End this test as skipped. */
#define skip_test(WHY) mg_test_skip (WHY)

static void mg_test_fail (const char *file, int line, const char *fs, ...)
  __attribute__ ((format (printf, 3, 4)));

static void
mg_test_stop (void)
{
  if (mg_test_is_runner)
    longjmp (mg_test_end, 1);
}

static void
mg_test_fail (const char *file, int line, const char *fs, ...)
{
  va_list ap;

  flockfile (stdout);
  printf ("# %s:%d: ", file, line);
  va_start (ap, fs);
  vprintf (fs, ap);
  va_end (ap);
  putchar ('\n');
  fflush (stdout);
  funlockfile (stdout);
  atomic_fetch_add (&mg_test_failed, 1);
  mg_test_stop ();
}

MG_TEST_UNUSED static void
mg_test_skip (const char *why)
{
  mg_test_skip_why = why;
  mg_test_stop ();
}

MG_TEST_UNUSED static void
mg_test_is_int (const char *file, int line, const char *what, int64_t got,
                int64_t want)
{
  if (got != want)
    mg_test_fail (file, line, "%s is %" PRId64 ", not %" PRId64, what, got,
                  want);
}

MG_TEST_UNUSED static void
mg_test_is_str (const char *file, int line, const char *what,
                const char *got, const char *want)
{
  if (got == want || (got && want && strcmp (got, want) == 0))
    return;
  mg_test_fail (file, line, "%s is %s%s%s, not %s%s%s", what,
                got ? "'" : "", got ? got : "NULL", got ? "'" : "",
                want ? "'" : "", want ? want : "NULL", want ? "'" : "");
}

MG_TEST_UNUSED static void
mg_test_has_str (const char *file, int line, const char *what,
                 const char *got, const char *part)
{
  if (got == NULL || strstr (got, part) == NULL)
    mg_test_fail (file, line, "%s is '%s', without '%s'", what,
                  got ? got : "NULL", part);
}

MG_TEST_UNUSED static void
mg_test_is_mem (const char *file, int line, const char *what,
                const void *got, size_t got_len, const void *want,
                size_t want_len)
{
  const unsigned char *g = got, *w = want;
  size_t i, least = got_len < want_len ? got_len : want_len;

  for (i = 0; i < least; ++i) {
    if (g[i] != w[i]) {
      mg_test_fail (file, line, "%s: byte %zu is 0x%02x, not 0x%02x", what,
                    i, g[i], w[i]);
      return;
    }
  }
  if (got_len != want_len)
    mg_test_fail (file, line, "%s has %zu bytes, not %zu", what, got_len,
                  want_len);
}

static int
mg_test_remove_one (const char *path, const struct stat *st, int type,
                    struct FTW *ftw)
{
  (void) st;
  (void) type;
  (void) ftw;
  remove (path);
  return 0;
}

static void
mg_test_remove_dir (void)
{
  if (mg_test_dir[0] && getpid () == mg_test_dir_owner)
    nftw (mg_test_dir, mg_test_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A directory of this program's own, made at the first call and removed at
 * exit.  Returns its name without a slash at the end.
 */
MG_TEST_UNUSED static const char *
mg_test_tmpdir (void)
{
  const char *base = getenv ("TMPDIR");

  if (mg_test_dir[0])
    return mg_test_dir;
  snprintf (mg_test_dir, sizeof mg_test_dir, "%s/migrate-test.XXXXXX",
            base && strlen (base) < 80 ? base : "/tmp");
  if (mkdtemp (mg_test_dir) == NULL) {
    printf ("Bail out! cannot make a temporary directory\n");
    exit (99);
  }
  mg_test_dir_owner = getpid ();
  atexit (mg_test_remove_dir);
  return mg_test_dir;
}

/* The source tree, for data that tests read. */
MG_TEST_UNUSED static const char *
mg_test_srcdir (void)
{
  const char *dir = getenv ("MG_SRCDIR");

  return dir ? dir : ".";
}

MG_TEST_UNUSED static const char *
mg_test_builddir (void)
{
  const char *dir = getenv ("MG_BUILDDIR");

  return dir ? dir : ".";
}

static int
mg_test_wanted (const struct mg_test_case *t, int argc, char **argv)
{
  int i;

  for (i = 1; i < argc; ++i)
    if (strcmp (t->name, argv[i]) == 0)
      return 1;
  return argc < 2;
}

static int
mg_test_run_one (const struct mg_test_case *t, int n)
{
  atomic_store (&mg_test_failed, 0);
  mg_test_skip_why = NULL;
  if (setjmp (mg_test_end) == 0)
    t->run ();
  if (atomic_load (&mg_test_failed)) {
    printf ("not ok %d - %s\n", n, t->name);
    return 1;
  }
  if (mg_test_skip_why)
    printf ("ok %d - %s # SKIP %s\n", n, t->name, mg_test_skip_why);
  else
    printf ("ok %d - %s\n", n, t->name);
  return 0;
}

int
main (int argc, char **argv)
{
  const struct mg_test_case *t;
  int n = 0, bad = 0;

  setvbuf (stdout, NULL, _IOLBF, 0);
  mg_test_is_runner = 1;
  for (t = mg_test_first; t; t = t->next)
    n += mg_test_wanted (t, argc, argv);
  printf ("1..%d\n", n);
  n = 0;
  for (t = mg_test_first; t; t = t->next)
    if (mg_test_wanted (t, argc, argv))
      bad += mg_test_run_one (t, ++n);
  /* A driver reads the lines; a status too would count a failure twice. */
  return n == 0 || (bad && getenv ("MG_TAP_DRIVER") == NULL);
}

#endif /* MG_TEST_H */
