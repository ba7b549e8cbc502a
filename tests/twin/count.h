/* Counts the instructions of this process in user space, where the system
 * shows the processor's counters: containers and virtual machines often do
 * not.
 */
#ifndef MG_TWIN_COUNT_H
#define MG_TWIN_COUNT_H

#include <stdint.h>

/* A descriptor, or -1: this machine does not count. */
int count_begin (void);

/* Instructions since count_begin; 0 when they were not counted. */
int64_t count_end (int fd);

#endif
