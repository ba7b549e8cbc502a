/* A plan in a file, to be looked at by others and then applied as it is.
 *
 * JSON: what it was made of (the export, rules, decisions, options), what is done
 * to each asset, and a digest of all that stands before it.  Main thread.
 */
#ifndef MG_CLI_PLAN_FILE_H
#define MG_CLI_PLAN_FILE_H

#include "cli/app.h"

struct mg_plan_file {
  char *head;                      /* all but the assets, as one object */
  char digest[2 * 32 + 1];
};

/* Writes the plan that was just made, 0600.  Errors of writing. */
int mg_plan_file_write (struct mg_app *app, const struct mg_plan *plan,
                        const char *path, struct mg_error *err);

/* Reads and checks it: MG_E_INVALID [bad-plan] when it is none, or was edited;
 * MG_E_NOT_FOUND when there is no such file.  Free with mg_plan_file_done. */
int mg_plan_file_read (const char *path, struct mg_plan_file *ret,
                       struct mg_error *err);
void mg_plan_file_done (struct mg_plan_file *file);

/* The options that the plan was made with become those of this command.
 * MG_E_INVALID [wrong-option] where the operator gave another. */
int mg_plan_file_options (struct mg_app *app, const struct mg_plan_file *file,
                          struct mg_error *err);

/* Is it still what this session would do?  MG_E_MISMATCH [stale-plan] says what
 * is new, [wrong-workspace] that it is another's.  Kept in the session, so that
 * an import that was cut off goes on with the same file. */
int mg_plan_file_check (struct mg_app *app, const struct mg_plan_file *file,
                        struct mg_error *err);

/* Planned or imported otherwise: a file that was begun does not go on. */
int mg_plan_file_forget (struct mg_app *app, struct mg_error *err);

#endif
