/* Every option of the program, once.  From this table come the parser, --help,
 * the names in the environment (MIGRATE_<OPTION>) and in the config file, the
 * list in migrate(1), and completion in the shells.
 *
 *   ID, name, letter, argument, type, commands, flags, default, group, help
 *
 * 'argument' is how the manual calls it; of a CHOICE the words, split by '|'.
 * 'default' is what the help says and dump-config shows; the code that uses
 * the option knows it too.
 */
#ifndef MG_CLI_OPTIONS_TABLE_H
#define MG_CLI_OPTIONS_TABLE_H

#define MG_OPTIONS(X) \
  X (SESSION, "session", 0, "NAME|DIR", TEXT, MG_FOR_SESSION, 0, NULL, \
     WHERE, "the session: a name, or a folder when it has a '/'") \
  X (FROM, "from", 0, "PROFILE|URL", TEXT, MG_FOR_SESSION, 0, NULL, \
     WHERE, "the source, which is only read") \
  X (TO, "to", 0, "PROFILE|URL", TEXT, MG_FOR_TARGET, 0, NULL, \
     WHERE, "the target") \
  X (PROFILE, "profile", 0, "PROFILE|URL", TEXT, MG_FOR_SESSION, 0, NULL, \
     WHERE, "the end this command acts on: source of inventory, preflight and " \
     "export, target of the others") \
  X (ON, "on", 0, "source|target", CHOICE, MG_INVENTORY, 0, "source", \
     WHERE, "which end to count") \
  X (ON_END, "on", 0, "source|target", CHOICE, MG_ACTION, MG_OPT_FLAG_ONLY, \
     NULL, WHERE, "at which end the action is done") \
  X (PLUGINS, "plugins", 0, "LIST", TEXT, MG_FOR_KINDS, 0, "all", \
     WHAT, "only these plugins or kinds, split by commas") \
  X (SKIP, "skip", 0, "LIST", TEXT, MG_FOR_KINDS, 0, "none", \
     WHAT, "all but these plugins or kinds") \
  X (NAME, "name", 0, "GLOB", TEXT, MG_PLAN | MG_IMPORT, 0, NULL, \
     WHAT, "only assets whose key matches ('*' and '?'), and what they " \
     "refer to") \
  X (NO_REFERENCED, "no-referenced", 0, NULL, SWITCH, MG_PLAN | MG_IMPORT, 0, \
     NULL, WHAT, "with --name: not what the assets refer to") \
  X (ARCHIVE_MISSING, "archive-missing", 0, NULL, SWITCH, \
     MG_PLAN | MG_IMPORT, 0, NULL, WHAT, \
     "move homes of users whom the target lacks under /Archive") \
  X (ON_CONFLICT, "on-conflict", 0, "skip|update|fail", CHOICE, \
     MG_PLAN | MG_IMPORT, 0, "skip", WHAT, \
     "what to do with an asset that is in the target already and differs") \
  X (REPLACE_EMAIL, "replace-email", 0, "LIST", TEXT, \
     MG_EXPORT | MG_PLAN | MG_IMPORT, MG_OPT_FLAG_ONLY, NULL, \
     WHAT, "OLD:NEW,...: the same as rules add email OLD=NEW, before anything else") \
  X (REPLACE_OLD_EMAIL, "replace-old-email", 0, "OLD", TEXT, \
     MG_EXPORT | MG_PLAN | MG_IMPORT, MG_OPT_FLAG_ONLY, NULL, \
     WHAT, "with --update-new-email: the same of one address") \
  X (UPDATE_NEW_EMAIL, "update-new-email", 0, "NEW", TEXT, \
     MG_EXPORT | MG_PLAN | MG_IMPORT, MG_OPT_FLAG_ONLY, NULL, \
     WHAT, "what --replace-old-email becomes") \
  X (OLD_ACCOUNT_ID, "old-account-id", 0, "ID", TEXT, \
     MG_EXPORT | MG_PLAN | MG_IMPORT, MG_OPT_FLAG_ONLY, NULL, \
     WHAT, "with --update-account-id: the same as rules add account-id " \
     "OLD=NEW") \
  X (UPDATE_ACCOUNT_ID, "update-account-id", 0, "ID", TEXT, \
     MG_EXPORT | MG_PLAN | MG_IMPORT, MG_OPT_FLAG_ONLY, NULL, \
     WHAT, "what --old-account-id becomes") \
  X (RETRY_FAILED, "retry-failed", 0, NULL, SWITCH, \
     MG_EXPORT | MG_IMPORT, 0, NULL, \
     WHAT, "try assets again that failed before") \
  X (REASON, "reason", 0, "TEXT", TEXT, MG_SKIP, MG_OPT_FLAG_ONLY, NULL, \
     WHAT, "why the assets are left out; reports repeat it") \
  X (REMOVE, "remove", 0, NULL, SWITCH, MG_SKIP | MG_EDIT, \
     MG_OPT_FLAG_ONLY, NULL, WHAT, "take it back: as if never decided") \
  X (DRY_RUN, "dry-run", 0, NULL, SWITCH, MG_IMPORT | MG_UNDO, 0, NULL, \
     WHAT, "show what would be done and change nothing") \
  X (PLAN, "plan", 0, NULL, SWITCH, MG_UNDO, MG_OPT_FLAG_ONLY, NULL, \
     WHAT, "show what would be undone and change nothing") \
  X (PLAN_FILE, "plan", 0, "FILE", TEXT, MG_IMPORT, MG_OPT_FLAG_ONLY, NULL, \
     WHAT, "do what this file says, which plan --out wrote, or nothing") \
  X (OUT, "out", 0, "FILE", TEXT, MG_PLAN, MG_OPT_FLAG_ONLY, NULL, \
     WHAT, "write the plan to a file, for import --plan") \
  X (PARALLEL, "parallel", 0, "N", NUMBER, MG_FOR_RUNS, MG_OPT_MOST_256, \
     NULL, SPEED, "worker threads; without it as many as the limits can feed") \
  X (RETRY_TOTAL, "retry-total", 0, "N", NUMBER, MG_FOR_REMOTE, 0, "8", \
     SPEED, "how often a request that may be repeated is tried again") \
  X (RETRY_BACKOFF, "retry-backoff", 0, "TIME", DURATION, MG_FOR_REMOTE, 0, \
     "500ms", SPEED, "the first wait before that; it doubles each time") \
  X (LIMITS, "limits", 0, "FILE|off", TEXT, MG_FOR_REMOTE, 0, NULL, \
     SPEED, "rate limits that stand before the published ones, or none") \
  X (SETTLE, "settle", 0, "TIME", DURATION, MG_IMPORT | MG_UNDO, 0, NULL, \
     SPEED, "how long after a lost reply 'not there' is believed") \
  X (WAIT, "wait", 0, "TIME", DURATION, MG_ACTION, 0, "10m", \
     SPEED, "how long to wait for what is still running after it was paused") \
  X (STOP_AT, "stop-at", 0, "HH:MM", CLOCK, MG_FOR_RUNS, 0, NULL, \
     SPEED, "stop at this local time; the same command goes on later") \
  X (MAX_DURATION, "max-duration", 0, "TIME", DURATION, MG_FOR_RUNS, \
     MG_OPT_NOT_ZERO, NULL, \
     SPEED, "stop after this time; the same command goes on later") \
  X (THROTTLE_WAIT, "throttle-wait", 0, "TIME", DURATION, MG_FOR_REMOTE, 0, \
     "30m", SPEED, "stop when a rate limit let nothing through for so long") \
  X (AUTH_WAIT, "auth-wait", 0, "TIME", DURATION, MG_FOR_REMOTE, 0, NULL, \
     SPEED, "how long to wait for a new token when one is refused; on a " \
     "terminal 12h, else not at all") \
  X (PLUGIN_TIMEOUT, "plugin-timeout", 0, "TIME", DURATION, MG_FOR_RUNS, 0, \
     "10m", SPEED, "a plugin that does nothing for so long counts as crashed") \
  X (CA_BUNDLE, "ca-bundle", 0, "FILE", TEXT, MG_FOR_REMOTE | MG_CONFIGURE, 0, \
     NULL, WIRE, "the certificates to trust, instead of the system's") \
  X (ALLOW_HTTP, "allow-http", 0, NULL, SWITCH, MG_FOR_REMOTE, 0, NULL, \
     WIRE, "let http:// go beyond this machine (never with a token of " \
     "Databricks)") \
  X (TRACE, "trace", 0, "FILE", TEXT, MG_FOR_REMOTE, 0, NULL, \
     WIRE, "append what happens on the wire, without secrets") \
  X (HOST, "host", 0, "URL", TEXT, MG_CONFIGURE, 0, NULL, \
     LOGIN, "the workspace's address") \
  X (TOKEN, "token", 0, "TEXT", SECRET, MG_CONFIGURE, 0, NULL, \
     LOGIN, "a personal access token; better leave it out and be asked") \
  X (CLIENT_ID, "client-id", 0, "ID", TEXT, MG_CONFIGURE, 0, NULL, \
     LOGIN, "a service principal's id, to log in by OAuth") \
  X (CLIENT_SECRET, "client-secret", 0, "TEXT", SECRET, MG_CONFIGURE, 0, NULL, \
     LOGIN, "its secret; better leave it out and be asked") \
  X (YES_HOST, "yes-host", 0, "HOST", TEXT, MG_FOR_WRITES, MG_OPT_FLAG_ONLY, \
     NULL, SAFETY, "the host name of what is changed, instead of typing it when asked") \
  X (INVITATIONS_MUTED, "invitations-muted", 0, NULL, SWITCH, MG_IMPORT, \
     MG_OPT_FLAG_ONLY, NULL, SAFETY, \
     "yes to the question whether Databricks muted invitations by e-mail") \
  X (KEY_FILE, "key-file", 0, "FILE", TEXT, MG_FOR_SESSION, 0, NULL, \
     SAFETY, "the key that seals secret values; made with the session beside " \
     "the config file") \
  X (KEY_COMMAND, "key-command", 0, "COMMAND", TEXT, MG_FOR_SESSION, 0, NULL, \
     SAFETY, "a program that prints that key, so that it lies in no file") \
  X (PLUGIN_DIR, "plugin-dir", 0, "DIR", TEXT, MG_FOR_ALL, \
     MG_OPT_FLAG_ONLY | MG_OPT_REPEAT, NULL, SAFETY, \
     "load plugins from here; may be given several times") \
  X (NO_SUPERVISOR, "no-supervisor", 0, NULL, SWITCH, MG_FOR_REMOTE, 0, NULL, \
     SAFETY, "run plugins without the process that watches them (for a " \
     "debugger)") \
  X (CSV, "csv", 0, "DIR", TEXT, MG_REPORT | MG_MAPPING, 0, NULL, \
     OUTPUT, "write the tables as CSV files into this folder") \
  X (PER_USER, "per-user", 0, NULL, SWITCH, MG_MAPPING, 0, NULL, \
     OUTPUT, "also a page for each user with what became of his assets") \
  X (JSON, "json", 0, NULL, SWITCH, MG_FOR_ALL, 0, NULL, \
     OUTPUT, "one JSON object a line instead of tables") \
  X (QUIET, "quiet", 'q', NULL, SWITCH, MG_FOR_ALL, 0, NULL, \
     OUTPUT, "no progress; errors only") \
  X (VERBOSE, "verbose", 'v', NULL, SWITCH, MG_FOR_ALL, MG_OPT_REPEAT, NULL, \
     OUTPUT, "say more; twice: much more") \
  X (HELP, "help", 'h', NULL, SWITCH, MG_FOR_ALL, MG_OPT_FLAG_ONLY, NULL, \
     OUTPUT, "show this") \
  X (VERSION, "version", 'V', NULL, SWITCH, MG_FOR_ALL, \
     MG_OPT_FLAG_ONLY | MG_OPT_GLOBAL, NULL, OUTPUT, "show the version") \
  X (DUMP_CONFIG, "dump-config", 0, NULL, SWITCH, MG_FOR_ALL, \
     MG_OPT_FLAG_ONLY | MG_OPT_GLOBAL, NULL, OUTPUT, \
     "show every option's value and where it comes from") \
  X (DUMP_OPTIONS, "dump-options", 0, NULL, SWITCH, MG_FOR_ALL, \
     MG_OPT_FLAG_ONLY | MG_OPT_HIDDEN, NULL, OUTPUT, \
     "the tables of commands and options, for programs") \
  X (USE_CHECKPOINT, "use-checkpoint", 0, NULL, SWITCH, MG_FOR_ALL, \
     MG_OPT_HIDDEN, NULL, OUTPUT, "always on") \

/* Other names of the same thing: habits of earlier tools. */
#define MG_OPTION_ALIASES(X) \
  X ("num-parallel", PARALLEL) \
  X ("skip-tasks", SKIP)

/* In the order of the help. */
#define MG_OPTION_GROUPS(X) \
  X (WHERE, "Which session, which workspaces") \
  X (WHAT, "What") \
  X (SPEED, "How fast, how long") \
  X (LOGIN, "Credentials") \
  X (WIRE, "Network") \
  X (SAFETY, "Safety") \
  X (OUTPUT, "Output")

#endif
