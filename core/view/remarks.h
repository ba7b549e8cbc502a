/* What a plan tells beside its counts, to standard output: a line for each kind of
 * which import makes something otherwise than the source has it ("paused", "set"),
 * one for each whose creates cost money ("cost"), and one of why the rest stays
 * behind ("skipped"). */
#ifndef MG_VIEW_REMARKS_H
#define MG_VIEW_REMARKS_H

#include "run/run.h"
#include "view/view.h"

void mg_remarks_show (const struct mg_view *view, const struct mg_plan *plan);

#endif
