/* SPDX-License-Identifier: Apache-2.0
 *
 * Where a call stands: a number for the chain of functions that leads to it, the
 * same one in every run of the same build.  A loop makes a thousand calls at one
 * place.  Any thread.
 */
#ifndef MG_TESTS_PLACE_H
#define MG_TESTS_PLACE_H

#include <stdint.h>

/* Every place has this bit, and no count of calls comes near. */
#define PLACE_MARK (INT64_C (1) << 61)
#define PLACE_NONE 0

/* Of the function that calls the one that asks. */
int64_t place_of_caller (void);

#endif
