/* What only the control routes use. */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "call.h"

sim_handler sim_mutate;                /* mutate.c */
/* The tables alone, without deleted experiments: for comparing. */
int sim_save_live (struct sim *s, struct mg_buf *ret_text,
                   struct mg_error *err);
void sim_counters_clear (struct sim *s);
/* Everything as it was at the start: same content, same ids. */
int sim_restart (struct sim *s, int64_t now_us, struct mg_error *err);

#endif
