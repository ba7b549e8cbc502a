/* --trace FILE: what happened on the wire, one JSON object a line, with stable
 * names:
 *
 *   http/request  a try leaves      {class, method, path, try}
 *   http/answer   it has ended      {status, outcome, us, in, out, request_id}
 *   http/retry    it waits          {wait_us, why}
 *   http/throttled                  {wait_us, rate_before, rate_after}
 *   auth/wait, auth/renewed         {text}
 *
 * Never a secret: header fields are not written but for a few harmless ones,
 * queries are redacted, bodies only when asked for and then redacted.
 * Any thread; lines are whole.  A full disk ends the trace, not the run.
 */
#ifndef MG_NET_TRACE_H
#define MG_NET_TRACE_H

#include "base/buf.h"
#include "base/error.h"

struct mg_trace;

/* Appends to 'path', made 0600.  MG_E_IO [cannot-write] [disk-full]. */
int mg_trace_open (const char *path, int with_bodies,
                   struct mg_trace **ret_trace, struct mg_error *err);
void mg_trace_close (struct mg_trace *trace);       /* NULL-safe */

int mg_trace_has_bodies (const struct mg_trace *trace);   /* NULL: 0 */

/* A line: begin, members by the add functions (or any JSON members that start
 * with a comma), end.  With trace NULL nothing happens: test that first where
 * building the line costs. */
struct mg_trace_line { struct mg_buf text; };

void mg_trace_begin (struct mg_trace_line *line, const char *name);
void mg_trace_text (struct mg_trace_line *line, const char *key,
                    const char *value);
void mg_trace_int (struct mg_trace_line *line, const char *key, int64_t value);
void mg_trace_number (struct mg_trace_line *line, const char *key,
                      double value);
void mg_trace_end (struct mg_trace *trace, struct mg_trace_line *line);

#endif
