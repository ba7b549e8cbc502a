/* What the program says about itself, all of it from the tables.  To standard
 * output. */
#include <config.h>

#include <migrate-version.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/options.h"

#define HELP_COLUMN 28
#define WIDTH 79

void
mg_help_version (void)
{
  printf ("migrate %s%s%s\nplugin ABI %d\n", PACKAGE_VERSION,
          MG_EXTRA[0] ? " " : "", MG_EXTRA, MIGRATE_ABI_VERSION);
}

/* The text from column HELP_COLUMN on, broken between words. */
static void
put_wrapped (const char *text, size_t column)
{
  while (*text != '\0') {
    size_t word = strcspn (text, " ");

    if (column > HELP_COLUMN && column + 1 + word > WIDTH) {
      printf ("\n%*s", HELP_COLUMN, "");
      column = HELP_COLUMN;
    }
    else if (column > HELP_COLUMN) {
      putchar (' ');
      column++;
    }
    printf ("%.*s", (int) word, text);
    column += word;
    text += word;
    text += strspn (text, " ");
  }
}

static void
put_entry (const char *head, const char *text)
{
  size_t len = strlen (head);

  printf ("  %s", head);
  if (len + 3 > HELP_COLUMN)
    printf ("\n%*s", HELP_COLUMN, "");
  else
    printf ("%*s", (int) (HELP_COLUMN - len - 2), "");
  put_wrapped (text, HELP_COLUMN);
}

static void
put_option (const struct mg_option *option)
{
  char head[96];

  if (option->letter != 0)
    snprintf (head, sizeof head, "-%c, --%s", option->letter, option->name);
  else
    snprintf (head, sizeof head, "--%s%s%s", option->name,
              option->argument ? " " : "",
              option->argument ? option->argument : "");
  put_entry (head, option->help);
  if (option->initial != NULL)
    printf (" [%s]", option->initial);
  putchar ('\n');
}

static void
put_group (enum mg_opt_group group, const struct mg_command *command)
{
  int i, first = 1;

  for (i = 0; i < MG_OPT_N; i++) {
    const struct mg_option *option = &mg_option_table[i];

    if (option->group != group || (option->flags & MG_OPT_HIDDEN))
      continue;
    if (command == NULL ? option->commands != MG_FOR_ALL
        : !(option->commands & command->bit)
          || (option->flags & MG_OPT_GLOBAL))
      continue;
    if (first)
      printf ("\n%s\n", mg_group_titles[group]);
    first = 0;
    put_option (option);
  }
}

void
mg_help_program (void)
{
  const struct mg_command *c;
  int i;

  fputs ("usage: migrate COMMAND [OPTION...]\n\n"
         "Moves a Databricks workspace into another one.\n\nCommands\n", stdout);
  for (c = mg_commands; c->name != NULL; c++) {
    put_entry (c->name, c->summary);
    putchar ('\n');
  }
  for (i = 0; i < MG_GROUP_N; i++)
    put_group ((enum mg_opt_group) i, NULL);
  fputs ("\nBegin with: migrate configure PROFILE, then migrate session new "
         "NAME.\nOptions of one command: migrate COMMAND --help.  All of it: "
         "man migrate.\n", stdout);
}

void
mg_help_command (const struct mg_command *command)
{
  int i;

  printf ("usage: migrate %s%s%s [OPTION...]\n\n%c%s.\n", command->name,
          command->words[0] ? " " : "", command->words,
          command->summary[0] - 'a' + 'A', command->summary + 1);
  if (command->more != NULL)
    printf ("%s\n", command->more);
  for (i = 0; i < MG_GROUP_N; i++)
    put_group ((enum mg_opt_group) i, command);
}

/* ---- for programs: the manual's tests, completion ---- */

static void
put_commands_of (unsigned bits)
{
  const struct mg_command *c;
  const char *comma = "";

  for (c = mg_commands; c->name != NULL; c++)
    if (bits & c->bit) {
      printf ("%s%s", comma, c->name);
      comma = ",";
    }
}

static void
dump_option (const char *name, const struct mg_option *option)
{
  int only_flag = option->flags & MG_OPT_FLAG_ONLY;
  int in_file = !only_flag && option->type != MG_OPT_SECRET;
  char env[64];

  printf ("option\t%s\t%c\t%s\t", name, option->letter ? option->letter : '-',
          option->argument ? option->argument : "-");
  put_commands_of (option->commands);
  printf ("\t%s\t%s\t%s\t%s\n",
          only_flag ? "-" : mg_opt_env (option->name, env),
          in_file ? option->name : "-",
          option->initial ? option->initial : "-", option->help);
}

void
mg_help_dump_options (void)
{
  static const struct { const char *name; enum mg_opt id; } aliases[] = {
#define X(name, id) { name, MG_OPT_##id },
    MG_OPTION_ALIASES (X)
#undef X
  };
  const struct mg_command *c;
  size_t i;

  for (c = mg_commands; c->name != NULL; c++)
    printf ("command\t%s\t%s\t%s\n", c->name, c->words[0] ? c->words : "-",
            c->summary);
  for (i = 0; i < MG_OPT_N; i++)
    if (!(mg_option_table[i].flags & MG_OPT_HIDDEN))
      dump_option (mg_option_table[i].name, &mg_option_table[i]);
  for (i = 0; i < MG_N_ELEMENTS (aliases); i++)
    printf ("alias\t%s\t%s\n", aliases[i].name,
            mg_option_table[aliases[i].id].name);
}

static void
put_value (const char *name, const struct mg_value *v, const char *initial,
           int is_secret, const char *config_path)
{
  char env[64];

  if (v->text == NULL && initial == NULL) {
    printf ("# %s =\n", name);
    return;
  }
  printf ("%s = %s", name, v->text == NULL ? initial
          : is_secret ? "(not shown)" : v->text);
  switch (v->source) {
  case MG_FROM_DEFAULT: puts ("  # default"); break;
  case MG_FROM_CONFIG: printf ("  # %s:%d\n", config_path, v->line); break;
  case MG_FROM_ENV: printf ("  # %s\n", mg_opt_env (name, env)); break;
  case MG_FROM_FLAG: puts ("  # command line"); break;
  }
}

void
mg_help_dump_config (const struct mg_options *o)
{
  int i;

  printf ("# config file: %s\n", o->config_path ? o->config_path : "none");
  for (i = 0; i < MG_OPT_N; i++) {
    const struct mg_option *option = &mg_option_table[i];

    if (option->flags & (MG_OPT_HIDDEN | MG_OPT_FLAG_ONLY))
      continue;
    put_value (option->name, &o->values[i], option->initial,
               option->type == MG_OPT_SECRET, o->config_path);
  }
  for (i = 0; i < o->n_extras; i++)
    put_value (o->extras[i].name, &o->extras[i].value, NULL, 0,
               o->config_path);
}
