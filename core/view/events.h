/* --json: one JSON object a line on standard output.  Every line has "t" (UTC)
 * and "event"; docs/events.md lists the events and their members.
 *
 *   struct mg_line l;
 *   mg_line_begin (&l, "summary"); mg_line_text (&l, "command", name);
 *   mg_line_number (&l, "failed", n); mg_line_end (&l);
 *
 * A line is written whole; any thread.
 */
#ifndef MG_VIEW_EVENTS_H
#define MG_VIEW_EVENTS_H

#include <stdint.h>
#include "base/buf.h"
#include "run/run.h"

struct mg_line { struct mg_buf text; };

void mg_line_begin (struct mg_line *line, const char *event);
void mg_line_text (struct mg_line *line, const char *key, const char *value);
                                 /* NULL: the member is left out */
void mg_line_number (struct mg_line *line, const char *key, int64_t value);
void mg_line_real (struct mg_line *line, const char *key, double value);
void mg_line_bool (struct mg_line *line, const char *key, int value);
void mg_line_end (struct mg_line *line);

/* What a run says of itself. */
void mg_line_event (const struct mg_event *event);

#endif
