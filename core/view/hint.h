/* Commands in what the program says can be pasted: where more than one session
 * could be meant, "migrate import" becomes "migrate import --session NAME".
 * The name is the view's 'session'; without one texts stay as they are.  Any
 * thread, once that name stands.
 */
#ifndef MG_VIEW_HINT_H
#define MG_VIEW_HINT_H

#include "base/buf.h"
#include "base/log.h"
#include "view/view.h"

/* Appends the text; NULL appends nothing. */
void mg_hint_add (struct mg_buf *b, const struct mg_view *view,
                  const char *text);
/* The same as a text of its own; NULL stays NULL.  The caller frees. */
char *mg_hint (const struct mg_view *view, const char *text);
/* In place. */
void mg_hint_error (const struct mg_view *view, struct mg_error *err);
void mg_hint_log (const struct mg_view *view, enum mg_log_level level,
                  const char *format, ...) MG_PRINTF (3, 4);

#endif
