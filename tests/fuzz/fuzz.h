/* What fuzz targets share.  A target defines LLVMFuzzerTestOneInput and, for
 * the driver that 'make check' runs (fuzz-main.c), the name of its corpus.
 * With clang it becomes a fuzzer when it is built with -fsanitize=fuzzer and
 * without fuzz-main.c. */
#ifndef MG_TESTS_FUZZ_H
#define MG_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

extern const char mg_fuzz_corpus[];  /* folder under tests/fuzz/corpus */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define must(COND)                                                      \
  do {                                                                  \
    if (!(COND)) {                                                      \
      fprintf (stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #COND); \
      abort ();                                                         \
    }                                                                   \
  } while (0)

#endif
