/* The table of commands: see command.h. */
#include <config.h>

#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "cli/command.h"

const struct mg_command mg_commands[] = {
  { "configure", MG_CONFIGURE, "PROFILE", 1, 1, 0,
    "save and try the credentials of a workspace",
    "Asks for what is missing, asks the workspace who you are, and writes the\n"
    "profile to the file that Databricks' own tools read (mode 0600).",
    mg_cmd_configure },
  { "session", MG_SESSION, "new NAME | list | show [NAME]", 1, 2, 1,
    "make, list and show sessions",
    "A session holds everything that is exported from one source, and what\n"
    "became of it in each target.", mg_cmd_session },
  { "inventory", MG_INVENTORY, "", 0, 0, 1,
    "count what a workspace holds", NULL, mg_cmd_inventory },
  { "preflight", MG_PREFLIGHT, "", 0, 0, 1,
    "find what would go wrong, before it does", NULL, mg_cmd_preflight },
  { "export", MG_EXPORT, "", 0, 0, 1,
    "read the source into the session",
    "Only reads the source.  Goes on where it was stopped.", mg_cmd_export },
  { "rules", MG_RULES, "add SORT OLD=NEW | remove SORT OLD | show", 1, 3, 1,
    "change values on their way: addresses, account ids, node types",
    "SORT is email, principal, account-id, node-type, path, host, home, or a path\n"
    "into the JSON of an asset, as in settings.timezone.  'principal NAME=drop'\n"
    "leaves out what names that one.  Whole values change, never a piece of a text; the\n"
    "export stays as it is.", mg_cmd_rules },
  /* not watched: an editor may be open for long */
  { "edit", MG_EDIT, "[ASSET]", 0, 1, 0,
    "change an asset on its way; show what was changed",
    "An ASSET is KIND/ID or KIND/NAME, as messages show them.  Its body is opened\n"
    "in $VISUAL, $EDITOR or vi.  The export keeps its own; --remove goes back to it.",
    mg_cmd_edit },
  { "skip", MG_SKIP, "[ASSET...]", 0, 1000, 1,
    "leave assets out for good; show what is left out",
    "An ASSET is KIND/ID or KIND/NAME, as messages show them.  It is neither made\n"
    "nor changed in any target; --remove takes that back.", mg_cmd_skip },
  { "resolve", MG_RESOLVE, "ASSET NEWID|new", 2, 2, 1,
    "say which one of the target an asset is",
    "An ASSET is KIND/ID or KIND/NAME.  NEWID is the id of the one in the target,\n"
    "which is then adopted; new: none of those there is it, so one is made.",
    mg_cmd_resolve },
  { "plan", MG_PLAN, "", 0, 0, 1,
    "show what import would do; changes nothing", NULL, mg_cmd_plan },
  { "import", MG_IMPORT, "", 0, 0, 1,
    "bring the session into the target",
    "Goes on where it was stopped; nothing is made twice.", mg_cmd_import },
  { "validate", MG_VALIDATE, "", 0, 0, 1,
    "compare source and target, asset by asset",
    "Ends with status 5 when there is a difference without a reason.",
    mg_cmd_validate },
  { "status", MG_STATUS, "", 0, 0, 1,
    "where the session stands", NULL, mg_cmd_status },
  { "errors", MG_ERRORS, "", 0, 0, 1,
    "what failed, by cause, each with a cure", NULL, mg_cmd_errors },
  { "explain", MG_EXPLAIN, "[CODE]", 0, 1, 1,
    "what a [code] means and what to do", NULL, mg_cmd_explain },
  { "report", MG_REPORT, "", 0, 0, 1,
    "what was moved, what was not and why", NULL, mg_cmd_report },
  { "mapping", MG_MAPPING, "", 0, 0, 1,
    "old ids, new ids and names, as CSV files", NULL, mg_cmd_mapping },
  { "action", MG_ACTION, "[PLUGIN/NAME]", 0, 1, 1,
    "switch what starts by itself off, or back on",
    "Without a word it lists what the plugins can do.\n"
    "What it finds is kept in the session before it is changed.  To change the\n"
    "source asks for its host name each time; nothing else ever writes there.",
    mg_cmd_action },
  { "undo", MG_UNDO, "", 0, 0, 1,
    "remove from the target what this session made there",
    "Shows a plan first (--plan shows only that).  What was edited since stays.",
    mg_cmd_undo },
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
