/* The processor's counter: see count.h. */
#include <config.h>

#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/perf_event.h>
#include <sys/syscall.h>
#endif

#include "twin/count.h"

int
count_begin (void)
{
#ifdef __linux__
  struct perf_event_attr attr;

  memset (&attr, 0, sizeof attr);
  attr.size = sizeof attr;
  attr.type = PERF_TYPE_HARDWARE;
  attr.config = PERF_COUNT_HW_INSTRUCTIONS;
  attr.exclude_kernel = attr.exclude_hv = 1;
  return (int) syscall (SYS_perf_event_open, &attr, 0, -1, -1, 0);
#else
  return -1;
#endif
}

int64_t
count_end (int fd)
{
  uint64_t n = 0;

  if (fd < 0)
    return 0;
  if (read (fd, &n, sizeof n) != (ssize_t) sizeof n)
    n = 0;
  close (fd);
  return (int64_t) n;
}
