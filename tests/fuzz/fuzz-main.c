/* Runs a fuzz target over its corpus, as it stands and damaged in ways that a
 * seed decides, and says so in TAP.
 *
 *   fuzz-json-edit              the corpus
 *   fuzz-json-edit FILE...      these files, each once
 *   fuzz-json-edit -            standard input, once
 *
 * MG_FUZZ_ROUNDS is how often each file is damaged, 300 by default.
 *
 * With MG_FUZZER nothing stands here: then libFuzzer drives ('make fuzz').
 */
#include <config.h>

#ifdef MG_FUZZER

typedef int mg_fuzzer_drives;

#else

#include <dirent.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rand.h"
#include "fuzz.h"

enum { INPUT_MAX_LEN = 64 * 1024 };

static uint8_t input[INPUT_MAX_LEN];
static uint8_t damaged[2 * INPUT_MAX_LEN];

/* In memory of exactly that size, so that a read beyond it is seen. */
static void
run (const uint8_t *data, size_t size)
{
  uint8_t *exact = mg_xmalloc (size + (size == 0));

  memcpy (exact, data, size);
  LLVMFuzzerTestOneInput (exact, size);
  mg_free (exact);
}

/* One change: a byte, a piece left out, or a piece twice. */
static size_t
damage (struct mg_rand *rand, size_t size)
{
  static const char likely[] = "{}[]\",:\\|.*u0d8e-1 \n\x7f\xed\xff";
  size_t at = (size_t) mg_rand_below (rand, size + 1);
  size_t len = (size_t) mg_rand_below (rand, 1 + (size - at) / 2);

  switch (mg_rand_below (rand, 4)) {
  case 0:
    memmove (damaged + at, damaged + at + len, size - at - len);
    return size - len;
  case 1:
    memmove (damaged + at + len, damaged + at, size - at);
    return size + len;
  default:
    if (at < size)
      damaged[at] = mg_rand_below (rand, 2)
                    ? (uint8_t) likely[mg_rand_below (rand, sizeof likely)]
                    : (uint8_t) mg_rand_next (rand);
    return size;
  }
}

static void
run_damaged (size_t size, unsigned rounds)
{
  struct mg_rand rand;
  unsigned i, changes;
  size_t n;

  mg_rand_seed (&rand, size);
  for (i = 0; i < rounds; i++) {
    memcpy (damaged, input, size);
    n = size;
    for (changes = 1 + i % 4; changes > 0 && n <= INPUT_MAX_LEN; changes--)
      n = damage (&rand, n);
    run (damaged, n);
  }
}

static int
run_file (FILE *f, unsigned rounds)
{
  size_t size = fread (input, 1, sizeof input, f);

  if (ferror (f))
    return 0;
  run (input, size);
  run_damaged (size, rounds);
  return 1;
}

static int
run_path (const char *path, unsigned rounds)
{
  FILE *f = fopen (path, "rb");
  int good = 0;

  if (f != NULL) {
    good = run_file (f, rounds);
    fclose (f);
  }
  return good;
}

static int
run_corpus (unsigned rounds)
{
  const char *root = getenv ("MG_SRCDIR");
  struct dirent **names;
  char path[4096];
  int i, n, bad = 0;

  snprintf (path, sizeof path, "%s/tests/fuzz/corpus/%s", root ? root : ".",
            mg_fuzz_corpus);
  n = scandir (path, &names, NULL, alphasort);
  if (n < 3) {
    printf ("Bail out! no corpus in %s\n", path);
    return 1;
  }
  printf ("1..%d\n", n - 2);   /* without . and .. */
  for (i = 2; i < n; i++) {
    snprintf (path, sizeof path, "%s/tests/fuzz/corpus/%s/%s",
              root ? root : ".", mg_fuzz_corpus, names[i]->d_name);
    if (run_path (path, rounds))
      printf ("ok %d - %s\n", i - 1, names[i]->d_name);
    else
      bad = printf ("not ok %d - %s\n", i - 1, names[i]->d_name);
  }
  for (i = 0; i < n; i++)
    free (names[i]);
  free (names);
  return bad != 0;
}

int
main (int argc, char **argv)
{
  const char *wanted = getenv ("MG_FUZZ_ROUNDS");
  int i, bad = 0;

  setvbuf (stdout, NULL, _IOLBF, 0);
  if (argc < 2)
    return run_corpus (wanted ? (unsigned) strtoul (wanted, NULL, 10) : 300);
  for (i = 1; i < argc; i++)
    bad |= strcmp (argv[i], "-") == 0 ? !run_file (stdin, 0)
                                      : !run_path (argv[i], 0);
  return bad;
}

#endif
