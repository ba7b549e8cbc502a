/* SPDX-License-Identifier: Apache-2.0 */
#include <config.h>

#include <dlfcn.h>
#include <execinfo.h>
#include <stddef.h>
#include <string.h>

#include "place.h"

/* SQLite's own functions lie deep. */
#define DEPTH 32

/* A step of FNV-1a. */
static uint64_t
mixed (uint64_t hash, uint64_t value)
{
  int i;

  for (i = 0; i < 8; i++, value >>= 8)
    hash = (hash ^ (value & 0xff)) * UINT64_C (0x100000001b3);
  return hash;
}

/* Where a library lies differs from run to run, and what lies where in it does
 * not. */
int64_t
place_of_caller (void)
{
  static __thread int is_inside;
  void *frames[DEPTH];
  uint64_t hash = UINT64_C (0xcbf29ce484222325);
  int i, n;

  if (is_inside)                   /* the first one loads a library, and allocates */
    return PLACE_NONE;
  is_inside = 1;
  n = backtrace (frames, DEPTH);
  for (i = 2; i < n; i++) {
    Dl_info info;

    if (dladdr (frames[i], &info) != 0 && info.dli_fbase != NULL)
      hash = mixed (hash, (uint64_t) ((char *) frames[i]
                                      - (char *) info.dli_fbase));
  }
  is_inside = 0;
  return (int64_t) (hash >> 2) | PLACE_MARK;
}
