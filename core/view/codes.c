/* The codes of the core, with what they mean and what to do: see codes.h.
 * Sorted, for a search by halves. */
#include <config.h>

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "view/codes.h"

const struct migrate_code mg_codes[] = {
  { "absent",
    "A create was sent and its reply was lost; it was looked for and is not in "
    "the target.",
    "nothing to do: the next import sends it" },
  { "adopted",
    "The asset was in the target before this session came; its own "
    "permissions are left as they are.",
    "nothing to do; compare with: migrate validate" },
  { "already-moved",
    "The asset has its counterpart in a target, or is that of another one, so "
    "this cannot be decided any more.",
    "migrate undo takes back what this session made; what was there before "
    "is left as it is anyway" },
  { "ambiguous",
    "The target has assets of this name that are not the same, and a name alone "
    "never decides which is which.",
    "make one of them the same, or rename or remove them, then: migrate import "
    "--retry-failed; or say which: migrate resolve KIND/ID NEWID (or new)" },
  { "archived",
    "A home of which nobody in the target is the owner: --archive-missing moves "
    "what lies there under /Archive.",
    "migrate rules add path /Users/NAME=/Archive/NAME changes what names it" },
  { "auth-conflict",
    "A profile holds two sorts of credentials, and nobody says which one "
    "counts.",
    "keep one of them, or add auth_type = pat (or oauth-m2m) to the "
    "profile" },
  { "auth-type",
    "The profile logs in by a method that migrate does not know, or by a "
    "program that is not installed.",
    "migrate configure PROFILE makes one with a token" },
  { "bad-call",
    "A plugin asked for something that is no call \"METHOD /path\".",
    "report it to the plugin's author" },
  { "bad-config",
    "A line of the config file cannot be used.",
    "correct the line that the message names" },
  { "bad-edit",
    "What was written in the editor cannot stand for the asset.",
    "run migrate edit again; the message names what was wrong" },
  { "bad-key",
    "The key that seals secret values cannot be read.",
    "give the key that was made with the session: --key-file FILE" },
  { "bad-limits",
    "A line of the file of rate limits cannot be used.",
    "correct the line that the message names, or leave --limits out" },
  { "bad-path",
    "A path into JSON cannot be read.",
    "report it to the plugin's author" },
  { "bad-plan",
    "The file is no plan, or was changed after it was written.",
    "migrate plan --out FILE writes one; what it shall not do is decided with "
    "migrate skip and migrate rules" },
  { "bad-profile",
    "A line of the profile file makes no sense, and it stands in the "
    "profile that is needed.",
    "correct the line, or migrate configure PROFILE" },
  { "bad-request",
    "A request that cannot be sent was asked for.",
    "report it to the plugin's author" },
  { "bad-session-name",
    "A session's name holds characters that a folder's name should not.",
    "use letters, digits, '-', '_' and '.'" },
  { "bad-url",
    "The text is no http or https URL.",
    "write https://HOST" },
  { "bad-value",
    "An option's value is not what it wants.",
    "see migrate COMMAND --help" },
  { "bad-words",
    "A command got too many words, or too few.",
    "see migrate COMMAND --help" },
  { "blocked",
    "Something that the asset needs did not come to the target.",
    "cure what blocks it: migrate errors; then migrate import" },
  { "bug",
    "A mistake in migrate itself.  The session is intact.",
    "report it with the message; then run the command again" },
  { "cannot-connect",
    "The host did not answer: name, network, proxy or firewall.",
    "check the host in the profile and the network, then run the command "
    "again" },
  { "cannot-read",
    "A local file cannot be read.",
    "check the file and its rights" },
  { "cannot-write",
    "A local file cannot be written.",
    "check the folder and its rights" },
  { "changed-since",
    "Others changed it since an action switched it off, or since it was "
    "imported, so what the action would put back may be wrong.",
    "look at it, and switch it on by hand if it should be" },
  { "clock-skew",
    "This machine's clock and the workspace's differ by minutes.",
    "set this machine's clock (timedatectl), then run it again" },
  { "conflict",
    "The target holds something of this name that is not what was sent.",
    "remove or rename it in the target, then: migrate import "
    "--retry-failed" },
  { "connection-lost",
    "The connection broke, and trying again did not help.",
    "run the command again" },
  { "crash",
    "The program itself crashed, outside of any plugin. The first time it "
    "goes on by itself, from what was done.",
    "run the same command again; if it happens again, report it" },
  { "creation-limit",
    "The workspace allows only so many creations an hour.",
    "nothing to do: the run waits and goes on; or run migrate import "
    "later" },
  { "cycle",
    "Assets need each other, and none of them can be made before the others.",
    "make one of them by hand in the target, without what it needs, then: "
    "migrate import" },
  { "damaged-file",
    "A large file that the session holds is not what was exported.",
    "migrate export reads it anew; then: migrate import --retry-failed" },
  { "denied",
    "The credentials are good, but the right is missing.",
    "give that identity the right (a workspace admin has all), then run "
    "it again with --retry-failed" },
  { "disk-full",
    "The disk is full.  What is in the session stays good.",
    "free some space, then run the command again" },
  { "dropped",
    "Parts of the asset that name what the target lacks were left out.",
    "bring over what is missing, then add those parts by hand: migrate "
    "report lists them" },
  { "edit-conflict",
    "The asset was changed by migrate edit, and the source's was changed since.",
    "to keep yours: migrate edit KIND/ID, and save it; for the source's: migrate "
    "edit KIND/ID --remove" },
  { "edited",
    "Somebody changed the asset in the target since the import, so undo "
    "leaves it.",
    "look at it in the target, and remove it by hand if it should go" },
  { "edited-here",
    "The asset was changed by migrate edit on its way.",
    "nothing to do; migrate edit shows by whom" },
  { "editor",
    "The editor that $VISUAL or $EDITOR names ended with an error.",
    "run migrate edit again, maybe with another: VISUAL=vi migrate edit ..." },
  { "encoded",
    "What was to be kept byte for byte came packed, though nobody asked for that.",
    "look for a proxy on the way that packs what it hands on" },
  { "exists",
    "The target has an asset of this name already.",
    "migrate import --on-conflict update, or rename it in the target, "
    "then --retry-failed" },
  { "export-incomplete",
    "A part of the source could not be exported; the rest is there.",
    "migrate errors, then: migrate export --retry-failed" },
  { "failed",
    "It failed; the message is all there is to know.",
    "cure what the message says, then run it again with --retry-failed" },
  { "file-changed",
    "A file of the session changed while it was being sent.",
    "leave the session's folder alone, then: migrate import "
    "--retry-failed" },
  { "gone",
    "An action is about an asset that is not there any more.",
    "nothing" },
  { "host-not-confirmed",
    "The host name of what is changed was not typed, so nothing was changed.",
    "run it in a terminal, or add --yes-host HOST" },
  { "html-page",
    "The host answered with a web page: it is no workspace, or a login "
    "page stands before it.",
    "check the host in the profile: migrate configure PROFILE" },
  { "insecure-host",
    "http:// sends everything in clear; only this machine may be reached "
    "so.",
    "use https://, or --allow-http for a server without a token of "
    "Databricks" },
  { "key-exposed",
    "The file of the key that seals secret values may be read or written by "
    "others.",
    "chmod 600 FILE; who read it can read the secrets of its session" },
  { "killed",
    "Somebody ended the process that did the work, or the system did "
    "because memory ran out. What was done is kept.",
    "run the same command again, with --parallel 4 if memory ran out" },
  { "leads-out",
    "An id of the service would make of a request one to another place: it was "
    "not sent.",
    "look what has this id or name, and move it by hand" },
  { "locked",
    "Another migrate works on this session or imports into this target.",
    "wait for it, or end it, then run the command again" },
  { "looked",
    "A create whose reply was lost is being looked for in the target.",
    "run migrate import again: it looks once more" },
  { "missing-value",
    "An option that wants a value stands without one.",
    "see migrate COMMAND --help" },
  { "no-command",
    "There is no command on the command line.",
    "see migrate --help" },
  { "no-credentials",
    "The profile has no token and no client_id with client_secret, or "
    "they were refused.",
    "migrate configure PROFILE" },
  { "no-export",
    "The session holds nothing to work with yet.",
    "migrate export" },
  { "no-host",
    "The profile does not say which workspace it is for.",
    "migrate configure PROFILE --host https://HOST" },
  { "no-id",
    "An asset of the source has no id, so it cannot be kept apart from "
    "others.",
    "report it with --trace FILE" },
  { "no-key",
    "Secret values are sealed, and their key is not there.",
    "give the key that was made with the session: --key-file FILE" },
  { "no-kinds",
    "Nothing is left to do: no kind is chosen that this workspace has.",
    "see migrate plugins list; change --plugins or --skip" },
  { "no-member",
    "An asset lacks the part of it that the service is sent.",
    "export again; if it stays, report it to the author of the plugin" },
  { "no-memory",
    "There is not enough memory.",
    "run the command again with --parallel 4" },
  { "no-owner",
    "The source names no owner, or one whom the target does not have, so it belongs "
    "to who imported it.  validate counts this as explained.",
    "nothing; or give it to somebody in the target" },
  { "no-profile",
    "There is no such profile in the profile file.",
    "migrate configure PROFILE" },
  { "no-program",
    "A program that the profile or an option names is not installed.",
    "install it, or migrate configure PROFILE" },
  { "no-remove",
    "The service cannot remove assets of this kind.",
    "remove it by hand in the target" },
  { "no-session",
    "There is no such session, or it is not clear which one is meant.",
    "migrate session list; then name one: --session NAME" },
  { "no-supervisor",
    "The system did not let migrate start a process, or did not say how it "
    "ended. What was done is kept.",
    "run the same command again" },
  { "no-target",
    "It is not known which workspace is the target.",
    "migrate import --to PROFILE" },
  { "no-update",
    "The service cannot change assets of this kind.",
    "change it by hand in the target" },
  { "not-a-workspace",
    "The host answers, but it is no Databricks workspace.",
    "check the host in the profile: migrate configure PROFILE" },
  { "not-confirmed",
    "A question about something that cannot be taken back was not "
    "answered with yes.",
    "answer it, or give the flag that the message names" },
  { "not-found",
    "The workspace does not have it (any more).",
    "migrate export brings the session up to date" },
  { "not-http",
    "The host does not speak HTTP.",
    "check host and port in the profile: migrate configure PROFILE" },
  { "not-imported",
    "The asset was exported after the last import, or the import did not "
    "come to it.",
    "migrate import" },
  { "not-in-target",
    "The asset is referred to, but it is not moved by what was chosen and "
    "the target has none of that name.",
    "choose its plugin too, or make it in the target; then: migrate "
    "import; or, where the target has it under another name, say which it is: "
    "migrate resolve KIND/ID NEWID" },
  { "not-json",
    "An answer is not JSON.",
    "run the command again with --trace FILE, and see what the host "
    "answers" },
  { "not-listed",
    "What was switched off is off; whether some of it is still at work nobody "
    "can tell, because its list failed.",
    "get the right to list it, then run the action again: it changes nothing and "
    "looks again" },
  { "not-looked-at",
    "An earlier export had the asset, the list of this one does not, and asking "
    "for it by itself failed.  It stays as it was exported.",
    "see what the message says, then migrate export again; or leave it out: "
    "migrate skip" },
  { "not-selected",
    "The asset is left out by what was chosen.",
    "run without --plugins, --skip and --name to include it" },
  { "note",
    "A plugin has something to say about the asset.",
    "read it: migrate report" },
  { "outside",
    "A folder lists what by its path does not lie in it; nobody could say where "
    "it is.",
    "look what it is in the source, and move it by hand" },
  { "page-loop",
    "A list of the service never ends.",
    "run the command again; report it with --trace FILE" },
  { "password-in-url",
    "A password stands in a URL, where others can read it.",
    "put it into a profile: migrate configure PROFILE" },
  { "plugin",
    "A plugin said that something is wrong.",
    "the message tells; then run the command again with --retry-failed" },
  { "plugin-abi",
    "A plugin was built for another version of migrate.",
    "install the plugin that belongs to this version" },
  { "plugin-crash",
    "A plugin crashed.  The rest of the run was done.",
    "report it to the plugin's author; then: migrate import "
    "--retry-failed" },
  { "plugin-disabled",
    "A plugin is left out for this run; the rest was done.",
    "cure what the message says, then run the command again" },
  { "plugin-load",
    "A file is no plugin, or one that breaks the rules of "
    "migrate-plugin(3).",
    "migrate plugins check FILE; remove or replace the file" },
  { "plugin-writable",
    "Others may write a plugin's file, so it is not loaded.",
    "chmod go-w FILE, and let it belong to you or root" },
  { "program-timeout",
    "A program that was asked did not end in time.",
    "run that program by hand and see" },
  { "quota",
    "The workspace has no room for more of these.",
    "raise the quota, then: migrate import --retry-failed" },
  { "redirect",
    "The host sends us elsewhere, which is not followed with a token.",
    "check the host in the profile; is the workspace reachable from here "
    "(VPN, private link)?" },
  { "refused",
    "The service refused the request; the message is its own.",
    "cure what the message says, then run it again with --retry-failed" },
  { "resolved",
    "Somebody said which asset of the target this one is.",
    "nothing to do" },
  { "resumed",
    "An action put back in the target what import had switched off: it is in "
    "use, and what came of that cannot be taken back.",
    "go on there; what must go is removed by hand" },
  { "same-workspace",
    "Source and target are the same workspace.",
    "name another target: --to PROFILE" },
  { "server-error",
    "The service failed, again and again.",
    "run the command again later, with --retry-failed" },
  { "session-corrupt",
    "The session's file is damaged, or it is none.",
    "name another session, or bring the folder back from a backup" },
  { "session-error",
    "The session's file could not be read or written.",
    "run the command again; check disk and rights of the folder" },
  { "session-exists",
    "There is a session of this name already.",
    "choose another name, or go on with it: --session NAME" },
  { "session-foreign",
    "The session belongs to another user.",
    "name a session of your own: --session NAME" },
  { "session-newer",
    "The session was written by a newer migrate.",
    "use that version" },
  { "session-writable",
    "Others may write the session's folder or file, and so decide what is "
    "brought to the target.",
    "see that nobody changed it, then: chmod go-w FOLDER" },
  { "settled",
    "A create whose reply was lost was found in the target.",
    "nothing to do" },
  { "skipped",
    "Somebody decided to leave the asset out; the message tells who and why.",
    "to take it in again: migrate skip KIND/ID --remove, then migrate import" },
  { "source-read-only",
    "Something tried to write to the source, which is only read.",
    "report it to the plugin's author" },
  { "spelled-out",
    "What the asset is built on is not in the target, so what came of it in the "
    "source was sent in full.",
    "nothing; where the target gets it later, it can be set there by hand" },
  { "stale-plan",
    "The session changed after the plan was written: another export, other rules "
    "or decisions, or another plan.",
    "migrate plan --out FILE, have it looked at again, then import that" },
  { "still-busy",
    "What was switched off goes on until it ends by itself, and it did not "
    "while it was waited for.",
    "run the action again, it waits again and changes nothing; --wait says how "
    "long" },
  { "text-not-json",
    "A text of the asset should hold JSON, with names inside, and does not.",
    "mend it in the source, then: migrate export, migrate import "
    "--retry-failed" },
  { "throttled",
    "A rate limit let nothing through for longer than --throttle-wait.",
    "run the command again later; nothing is lost" },
  { "timeout",
    "The service was silent for too long.",
    "run the command again" },
  { "tls",
    "No TLS came about with the host, or its certificate could not be "
    "checked.",
    "check host and port; where another authority signed its certificate: "
    "--ca-bundle FILE" },
  { "token-expired",
    "The token is expired or was revoked.",
    "migrate configure PROFILE, then run the command again" },
  { "too-large",
    "An asset is larger than the service gives out or takes in one piece, or an "
    "answer than migrate holds in memory.",
    "split the asset in the source, or move it by hand" },
  { "truncated",
    "An answer ended in the middle.",
    "run the command again" },
  { "two-creates",
    "A plugin tried to make two things for one asset.",
    "report it to the plugin's author" },
  { "uncertain",
    "A create was sent and its reply was lost; it is not known whether "
    "the asset is there.",
    "run migrate import again after two minutes, or migrate undo: both look in "
    "the target; or say what it is: migrate resolve KIND/ID NEWID (or new)" },
  { "undo-failed",
    "The asset could not be taken back.",
    "migrate report tells why; then: migrate undo" },
  { "undo-unfinished",
    "An undo was cut off, so what the session calls done may be gone.",
    "run migrate undo to its end; then plan or import again" },
  { "unknown-asset",
    "The export has no such asset, or several of that name.",
    "write KIND/ID; migrate report --csv DIR lists ids" },
  { "unknown-code",
    "Nothing is known under this code.",
    "migrate explain lists all codes" },
  { "unknown-command",
    "There is no such command.",
    "see migrate --help" },
  { "unknown-option",
    "There is no such option.",
    "see migrate COMMAND --help" },
  { "unknown-plugin",
    "There is no such plugin or kind.",
    "see migrate plugins list" },
  { "unknown-principal",
    "An identity is named that the target does not have.",
    "put another in its place: migrate rules add principal NAME=OTHER (or, where "
    "it is an entry of a list and not an owner, NAME=drop); or create it in the "
    "target, or choose its plugin too; then: migrate import (with "
    "--archive-missing homes of nobody go under /Archive)" },
  { "unknown-reference",
    "Something is referred to that is not in the export.",
    "export it too: migrate export without --plugins; then migrate import; or "
    "leave the asset out: migrate skip KIND/NAME --reason TEXT" },
  { "unknown-type",
    "An object of a sort that nobody moves lies in a folder.",
    "move it by hand" },
  { "unknown-value",
    "The export has a value that the target does not know, as a type of machines "
    "that its region lacks.",
    "put another one in its place, the nearest or a better one: migrate rules add "
    "node-type OLD=NEW; then: migrate import --retry-failed" },
  { "unsupported",
    "This workspace does not offer it: it is left out, and so is what names "
    "it in other assets.",
    "nothing; or have it offered (tier, cloud), then: migrate import "
    "--retry-failed" },
  { "unusable",
    "The target holds something of this name that cannot stand for the "
    "asset (deleted, built in).",
    "restore or rename it in the target, then: migrate import "
    "--retry-failed" },
  { "vanished",
    "The asset was listed, and gone when it was read; or an export did not find "
    "any more what an earlier one had.  It is not made in the target; what was "
    "made there before stays.",
    "nothing to do; migrate export again if it should be there" },
  { "workspace-unnamed",
    "The answers of this end do not say which workspace they are of (header "
    "X-Databricks-Org-Id). It is told by its host and port alone, so a second "
    "one behind the same host would not be noticed.",
    "nothing, where the host has one workspace; else see what lies between, and "
    "drops headers" },
  { "wrong-option",
    "The option exists, but this command does not know it, or it contradicts "
    "another one.",
    "leave out the option that the message names, or see migrate COMMAND "
    "--help" },
  { "wrong-workspace",
    "The profile leads to another workspace than the session was made "
    "for.",
    "name the right profile, or make a session for this one: migrate "
    "session new NAME" },
  { NULL, NULL, NULL },
};

const struct migrate_code *
mg_code_find (const char *code)
{
  size_t low = 0, high = MG_N_ELEMENTS (mg_codes) - 1;

  while (low < high) {
    size_t middle = (low + high) / 2;
    int order = strcmp (code, mg_codes[middle].code);

    if (order == 0)
      return &mg_codes[middle];
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}

const struct migrate_code *
mg_code_any (const struct mg_registry *registry, const char *code)
{
  const struct migrate_code *c = mg_code_find (code);
  int i;

  for (i = 0; c == NULL && registry != NULL && i < registry->n_plugins; i++) {
    const struct migrate_code *p = registry->plugins[i]->p.codes;

    for (; p != NULL && p->code != NULL && c == NULL; p++)
      if (strcmp (p->code, code) == 0)
        c = p;
  }
  return c;
}
