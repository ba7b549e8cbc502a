/* The commands, once: bits that the option table refers to, texts for --help,
 * and the function that does it.
 */
#ifndef MG_CLI_COMMAND_H
#define MG_CLI_COMMAND_H

enum {
  MG_CONFIGURE = 1 << 0, MG_SESSION = 1 << 1, MG_INVENTORY = 1 << 2,
  MG_PREFLIGHT = 1 << 3, MG_EXPORT = 1 << 4, MG_STATUS = 1 << 5,
  MG_ERRORS = 1 << 6, MG_EXPLAIN = 1 << 7, MG_PLAN = 1 << 8,
  MG_IMPORT = 1 << 9, MG_VALIDATE = 1 << 10, MG_UNDO = 1 << 11,
  MG_REPORT = 1 << 12, MG_MAPPING = 1 << 13, MG_PLUGINS = 1 << 14,
  MG_SKIP = 1 << 15, MG_RESOLVE = 1 << 16, MG_RULES = 1 << 17,
  MG_ACTION = 1 << 18, MG_EDIT = 1 << 19,

  MG_FOR_ALL = 0xfffff,
  /* change something at an end */
  MG_FOR_WRITES = MG_IMPORT | MG_UNDO | MG_ACTION,
  /* run for long, and can be stopped and gone on with */
  MG_FOR_RUNS = MG_EXPORT | MG_PLAN | MG_IMPORT | MG_VALIDATE | MG_UNDO
                | MG_ACTION,
  /* speak to a workspace */
  MG_FOR_REMOTE = MG_FOR_RUNS | MG_SESSION | MG_INVENTORY | MG_PREFLIGHT,
  /* choose kinds */
  MG_FOR_KINDS = (MG_FOR_RUNS & ~MG_ACTION) | MG_INVENTORY | MG_PREFLIGHT
                 | MG_STATUS | MG_ERRORS | MG_REPORT | MG_MAPPING,
  MG_FOR_SESSION = MG_FOR_KINDS | MG_SESSION | MG_RULES | MG_SKIP
                   | MG_RESOLVE | MG_ACTION | MG_EDIT,
  MG_FOR_TARGET = MG_FOR_SESSION & ~(MG_EXPORT | MG_RULES | MG_SKIP
                                     | MG_EDIT)
};

struct mg_app;

struct mg_command {
  const char *name;
  unsigned bit;
  const char *words;             /* what follows, as the usage line says it */
  int min_words, max_words;
  int has_plugins;               /* plugins are loaded before it runs */
  const char *summary;
  const char *more;              /* some lines for its own --help, or NULL */
  int (*run) (struct mg_app *app);   /* an exit status */
};

/* NULL-named at the end, in the order of the help. */
extern const struct mg_command mg_commands[];

const struct mg_command *mg_command_find (const char *name);
/* "did you mean", or NULL. */
const char *mg_command_nearest (const char *name);

int mg_cmd_configure (struct mg_app *app);
int mg_cmd_session (struct mg_app *app);
int mg_cmd_inventory (struct mg_app *app);
int mg_cmd_preflight (struct mg_app *app);
int mg_cmd_export (struct mg_app *app);
int mg_cmd_status (struct mg_app *app);
int mg_cmd_errors (struct mg_app *app);
int mg_cmd_explain (struct mg_app *app);
int mg_cmd_rules (struct mg_app *app);
int mg_cmd_edit (struct mg_app *app);
int mg_cmd_skip (struct mg_app *app);
int mg_cmd_resolve (struct mg_app *app);
int mg_cmd_plan (struct mg_app *app);
int mg_cmd_import (struct mg_app *app);
int mg_cmd_validate (struct mg_app *app);
int mg_cmd_undo (struct mg_app *app);
int mg_cmd_action (struct mg_app *app);
int mg_cmd_report (struct mg_app *app);
int mg_cmd_mapping (struct mg_app *app);
int mg_cmd_plugins (struct mg_app *app);

#endif
