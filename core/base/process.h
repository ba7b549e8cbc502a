/* Asking another program: it is started without a shell, its output is read
 * whole and bounded, its time is bounded, and nothing of it stays behind.
 * Blocks; any thread.
 */
#ifndef MG_BASE_PROCESS_H
#define MG_BASE_PROCESS_H

#include <stdint.h>
#include "base/buf.h"
#include "base/error.h"

struct mg_process {
  const char *const *argv;       /* NULL-ended; argv[0] is looked for in PATH */
  int64_t timeout_us;
  /* Variables that begin with this are not passed on, but for 'keep'.  NULL
   * passes all. */
  const char *hide_env;
  const char *keep_env;
};

/* 0 with its exit status (128 + n when a signal ended it) and standard output
 * in ret_output, whose max bounds it.  MG_E_NOT_FOUND when there is no such
 * program, MG_E_FAIL when it took too long, MG_E_NOMEM when it said too much,
 * MG_E_IO when it could not be started. */
int mg_process_run (const struct mg_process *process,
                    struct mg_buf *ret_output, int *ret_status,
                    struct mg_error *err);

/* A command for people, as an editor, by the shell, with a file behind its words.
 * It has the terminal, and what ends programs ends it and not this one, which
 * has to clean up behind it.  No bound in time.  0 with its exit status as
 * above, or MG_E_IO. */
int mg_process_attend (const char *command, const char *file, int *ret_status,
                       struct mg_error *err);

/* This process and those it starts leave no memory behind: no core dump, to a
 * file or to a program that collects them, and no look from outside by who is
 * not root.  First thing in main, before a secret is read. */
void mg_process_keep_private (void);

/* Is such a program in PATH?  1 or 0. */
int mg_process_exists (const char *name);

#endif
