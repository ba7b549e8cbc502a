/* What the operator said: on the command line, in the environment, in the
 * config file, in that order of weight.
 *
 *   mg_options_init (&o);
 *   r = mg_options_parse (&o, argc, argv, &err);      the table's options
 *   r = mg_options_finish (&o, more, n, command, &err); those of plugins
 *
 * Parsing happens twice because a plugin's options are known only once it is
 * loaded: an unknown option is kept by the first pass and judged by the
 * second, which knows how the loaded plugins call theirs.
 * Filled by the main thread, read-only afterwards: any thread.
 */
#ifndef MG_CLI_OPTIONS_H
#define MG_CLI_OPTIONS_H

#include <stdint.h>
#include "base/error.h"
#include "cli/command.h"
#include "cli/options-table.h"

enum mg_opt {
#define X(id, ...) MG_OPT_##id,
  MG_OPTIONS (X)
#undef X
  MG_OPT_N
};

enum mg_opt_type {
  MG_OPT_SWITCH, MG_OPT_TEXT, MG_OPT_SECRET, MG_OPT_NUMBER, MG_OPT_DURATION,
  MG_OPT_CLOCK, MG_OPT_CHOICE
};

enum {
  MG_OPT_FLAG_ONLY = 1,          /* command line only */
  MG_OPT_REPEAT = 2,
  MG_OPT_HIDDEN = 4,             /* not in the help */
  MG_OPT_GLOBAL = 8,             /* only in the program's own help */
  MG_OPT_NOT_ZERO = 16,          /* a time that is none makes no sense */
  MG_OPT_MOST_256 = 32,
};

enum mg_opt_group {
#define X(id, title) MG_GROUP_##id,
  MG_OPTION_GROUPS (X)
#undef X
  MG_GROUP_N
};

struct mg_option {
  const char *name;
  char letter;
  const char *argument;          /* NULL: a switch */
  enum mg_opt_type type;
  unsigned commands;
  unsigned flags;
  const char *initial;
  enum mg_opt_group group;
  const char *help;
};

extern const struct mg_option mg_option_table[MG_OPT_N];
extern const char *const mg_group_titles[MG_GROUP_N];

enum mg_opt_source { MG_FROM_DEFAULT, MG_FROM_CONFIG, MG_FROM_ENV, MG_FROM_FLAG };

struct mg_value {
  enum mg_opt_source source;
  char *text;                    /* NULL: not given */
  int64_t number;                /* of SWITCH (count), NUMBER, DURATION (us) */
  int line;                      /* of the config file */
};

/* An option that only a plugin can know. */
struct mg_extra {
  const char *name, *argument, *plugin, *help;
  struct mg_value value;
};

struct mg_options {
  struct mg_value values[MG_OPT_N];
  char **words;                  /* what is not an option */
  int n_words;
  char **folders;                /* --plugin-dir, NULL-ended */
  int n_folders;
  struct mg_extra *extras;       /* of the loaded plugins */
  int n_extras;
  char *unknown;                 /* the first option nobody knows yet, as typed */
  char *config_path;
  int argc;
  char **argv;                   /* borrowed */
};

void mg_options_init (struct mg_options *o);
void mg_options_done (struct mg_options *o);

/* First pass.  MG_E_INVALID [unknown-option] (only when 'judge'),
 * [missing-value] [bad-value]. */
int mg_options_parse (struct mg_options *o, int argc, char **argv, int judge,
                      struct mg_error *err);

/* Was there an option that is unknown for good?  MG_E_INVALID
 * [unknown-option] with the nearest name. */
int mg_options_judge (const struct mg_options *o, struct mg_error *err);

/* Adds environment and config file below the flags, and checks that every
 * option belongs to the command.  'o->extras' is filled before when plugins
 * are loaded; then unknown keys of the file are errors too.  MG_E_INVALID
 * [bad-config] [bad-value] [wrong-option] [unknown-option]. */
int mg_options_finish (struct mg_options *o, const struct mg_command *command,
                       int plugins_known, struct mg_error *err);

/* For the extras: a copy of name and texts is not made. */
void mg_options_add_extra (struct mg_options *o, const char *plugin,
                           const char *name, const char *argument,
                           const char *help);

int mg_opt_given (const struct mg_options *o, enum mg_opt id);
int mg_opt_on (const struct mg_options *o, enum mg_opt id);
const char *mg_opt_text (const struct mg_options *o, enum mg_opt id);  /* or NULL */
int64_t mg_opt_number (const struct mg_options *o, enum mg_opt id,
                       int64_t otherwise);
/* 0 for the first word of a choice, 1 for the second ... */
int mg_opt_choice (const struct mg_options *o, enum mg_opt id, int otherwise);
const char *mg_opt_extra (const struct mg_options *o, const char *plugin,
                          const char *name);

/* "MIGRATE_STOP_AT"; ret_name needs 64 bytes. */
const char *mg_opt_env (const char *name, char ret_name[64]);

/* ---- inside, shared by options*.c ---- */

/* The id, or -1; aliases too. */
int mg_opt_find (const char *name);
/* Checks and stores a value; 'where' is how a message calls its place. */
int mg_value_set (struct mg_value *v, const struct mg_option *option,
                  const char *text, enum mg_opt_source source,
                  const char *where, struct mg_error *err);
int mg_config_read (struct mg_options *o, int plugins_known,
                    struct mg_error *err);
char *mg_config_path (void);     /* caller frees */
char *mg_config_dir (void);
/* The nearest option's name among the table's and the extras, or NULL. */
const char *mg_opt_nearest (const struct mg_options *o, const char *name);

/* ---- help.c: to standard output ---- */

void mg_help_program (void);
void mg_help_command (const struct mg_command *command);
void mg_help_dump_options (void);
void mg_help_dump_config (const struct mg_options *o);
void mg_help_version (void);

#endif
