/* What the commands share by which people decide about single assets.  Main
 * thread. */
#ifndef MG_CLI_DECIDE_H
#define MG_CLI_DECIDE_H

#include "cli/app.h"

/* The login name of who runs the program. */
const char *mg_who_am_i (void);

/* The asset of the source that 'word' names: KIND/ID, or KIND/NAME where only
 * one has that name.  MG_E_INVALID [unknown-asset]. */
int mg_find_asset (struct mg_app *app, const char *word, struct mg_asset *ret,
                   struct mg_error *err);

/* Nothing is decided about what is in a target by now [already-moved], nor about
 * what may be [uncertain]. */
int mg_check_not_moved (struct mg_app *app, const char *word,
                        const struct mg_asset *asset, struct mg_error *err);

/* Rules that options of earlier tools stand for (--replace-email and its like):
 * added as 'migrate rules add' would, but for those that are there.  The errors of
 * that. */
int mg_rules_of_options (struct mg_app *app, struct mg_error *err);

#endif
