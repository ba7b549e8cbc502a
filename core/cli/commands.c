/* The table of commands: see command.h. */
#include <config.h>

#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "cli/command.h"

const struct mg_command mg_commands[] = {
  { "explain", MG_EXPLAIN, "[CODE]", 0, 1, 1,
    "what a [code] means and what to do", NULL, mg_cmd_explain },
  { "plugins", MG_PLUGINS, "list | show NAME | dump NAME | check FILE", 1, 2, 1,
    "which plugins there are and what they move", NULL, mg_cmd_plugins },
  { NULL, 0, NULL, 0, 0, 0, NULL, NULL, NULL },
};

const struct mg_command *
mg_command_find (const char *name)
{
  const struct mg_command *c;

  for (c = mg_commands; c->name != NULL; c++)
    if (strcmp (c->name, name) == 0)
      return c;
  return NULL;
}

const char *
mg_command_nearest (const char *name)
{
  const char *names[32];
  size_t n = 0;
  const struct mg_command *c;

  for (c = mg_commands; c->name != NULL && n < 31; c++)
    names[n++] = c->name;
  names[n] = NULL;
  return mg_nearest (name, names);
}
