#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Homes of those whom the target lacks: blocked with one cause for each of them,
# or with --archive-missing moved under /Archive, and what follows from that.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# tree END PREFIX: what is there below
tree ()
{
  eval "ask get \"\$url_$1\" state" | python3 -c '
import json, sys
tables = json.load(sys.stdin)["tables"]
for line in sorted(
        json.dumps([kind, one["fields"]["path"], one["fields"].get("content"),
                    sorted(one.get("permissions", {}).values())])
        for kind in ("files", "folders", "notebooks") for one in tables[kind]
        if one["fields"]["path"].startswith(sys.argv[1])):
    print(line)' "$2"
}

# gone NAME: somebody whose home outlives him
gone ()
{
  put users "\"userName\": \"$1\""
  put notebooks "\"path\": \"/Users/$1/a\", \"source\": \"1\""
  put notebooks "\"path\": \"/Users/$1/in/it's b\", \"source\": \"2\""
  put files "\"path\": \"/Users/$1/in/f.csv\", \"source\": \"x\""
  put folders "\"path\": \"/Users/$1/empty\""
  tell "$url_old" object "{\"kind\": \"users\", \"delete\": true, \"match\": {
    \"userName\": \"$1\"}}"
}

some ()
{
  gone gone@example.com
  gone Left@example.com
  put experiments '"name": "/Users/gone@example.com/in/tried"'
  put users '"userName": "here@example.com"'
  put notebooks '"path": "/Users/here@example.com/h", "source": "1"'
  put notebooks '"path": "/Users/gone@example.com/shared", "source": "1"'
  mg_id=$(number old /Users/gone@example.com/shared)
  api old 2.0/permissions/notebooks/$mg_id '{"access_control_list": [{
    "user_name": "here@example.com", "permission_level": "CAN_RUN"}]}' PUT \
    >/dev/null
}

# --- without the option: one cause for each of them
pair --populate users=2
some
state new "$tmp/before"
run move export
status_is "blocked: export ends with 0" 0
run move import
status_is "blocked: import ends with 1" 1
run migrate --session s errors
is "blocked: one cause for each of them, of whatever kinds" \
  "$(printf '%s\n' "$out" | sed -n "s/^\([0-9]*  unknown-principal\) .*: it names \
'\(.*\)'.*, which the export does not have (blocks \(.*\))\$/\1 \2: \3/p")" \
  '8  unknown-principal gone@example.com: 1 experiments/permissions, 3 directories/permissions, 3 notebooks/permissions, 1 files/permissions
6  unknown-principal Left@example.com: 3 directories/permissions, 2 notebooks/permissions, 1 files/permissions'
like "blocked: ... with what it keeps from coming" "$out" \
  "^6  unknown-principal  3 directories, 2 notebooks, 1 files '/Users/Left@.*', '/Users/.*', '/Users/.*' \.\.\.: it names"
run migrate --session s errors --json
like "blocked: ... as JSON" "$out" '"code":"unknown-principal",.*"missing":"Left@example.com","kinds":\{"directories":3,"notebooks":2,"files":1\},'
run migrate --session s status
like "blocked: ... in the status" "$out" \
  "^blocked  1 experiments/permissions, 3 directories/permissions, .*: by 3 directories, .*: 'gone@example.com' \[unknown-principal\]$"
run migrate --session s errors
like "blocked: and a way out" "$out" '--archive-missing'
run migrate --session s rules add principal gone@example.com=drop
is "blocked: who is no entry of a list cannot be dropped, and that is said" \
  "$out" "0 entries: no list of the export has 'gone@example.com'; who stands alone, as an owner, cannot be left out, but replaced: migrate rules --session s add principal NAME=OTHER"
run migrate --session s rules remove principal gone@example.com
status_is "blocked: ... and taken back" 0
is "blocked: nothing of theirs came" "$(tree new /Archive)" ''

# --- with it, in the same session
run move import --archive-missing
status_is "archived: import ends with 0" 0
is "archived: a line for each home" "$(rows "SELECT key, message FROM note
  JOIN asset USING (aid) WHERE code = 'archived'" | sed 's/;.*//' | sort)" \
  "/Users/Left@example.com|nobody in the target has this home: what lies there is moved to '/Archive/Left@example.com'
/Users/gone@example.com|nobody in the target has this home: what lies there is moved to '/Archive/gone@example.com'"
is "archived: all of it is there, with its permissions" \
  "$(tree new /Archive/ | sed 's|/Archive/|/Users/|')" \
  "$({ tree old /Users/gone; tree old /Users/Left; } | LC_ALL=C sort)"
is "archived: what else lies there went with it" \
  "$(ask get "$url_new" state | grep -c '"/Archive/gone@example.com/in/tried"')" 1
is "archived: who is there keeps the home" "$(tree new /Users/here \
  | grep -c notebooks)" 1
run move validate
status_is "archived: validate ends with 0" 0
run move import
status_is "archived: another import ends with 0" 0
is "archived: it creates nothing" "$(ask twice "$url_new" "$url_old")" ''
run migrate --session s rules show
like "archived: the rules show it" "$out" \
  'home +gone@example.com +/Archive/gone@example.com'
run move undo
status_is "archived: undo ends with 0" 0
is "archived: undo leaves nothing of it" "$(tree new /Archive)" ''
state new "$tmp/undone"
is "archived: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/undone")" ''
run move import --archive-missing
status_is "archived: it can be imported again" 0
run move validate
status_is "archived: and is valid" 0
end_process "$simulator_pid"

# --- the target has an archive already, and one whom the source has lost
forget_session
pair --populate users=2
some
tell "$url_new" object '{"kind": "users", "create": {
  "userName": "LEFT@example.com"}}'
api new 2.0/workspace/mkdirs '{"path": "/Archive/gone@example.com/in"}' \
  >/dev/null
api new 2.0/workspace/import '{"path": "/Archive/gone@example.com/a",
  "language": "R", "content": "dGhlaXJz"}' >/dev/null
tree new / >"$tmp/theirs"
fault new '"match": "POST *workspace/*", "with": "/Archive", "do": "cut",
  "when": "after", "times": 3'
run move export
run move plan --archive-missing
status_is "theirs: plan ends with 1" 1
is "theirs: a plan sends nothing" "$(tree new /)" "$(cat "$tmp/theirs")"
run move import --settle 0
status_is "theirs: import ends with 1" 1
is "theirs: what is there is adopted, and stays" \
  "$(work_of notebooks | grep gone@ | sed 's/settled//')" \
  "/Users/gone@example.com/a|5|
/Users/gone@example.com/in/it's b|4|
/Users/gone@example.com/shared|4|"
like "theirs: a home that the target has is not archived" \
  "$(work_of notebooks | grep Left)" '/a.7.unknown-principal'
is "theirs: nothing was created twice" "$(ask twice "$url_new" "$url_old")" ''
run move undo
is "theirs: undo leaves what was there" \
  "$(tree new /Archive)" "$(grep '"/Archive' "$tmp/theirs")"
run migrate --session s rules add home a/b=/Archive/c
status_is "a home is a name" 2
run migrate --session s rules add home ann@example.com=/Old/ann
status_is "a home can be moved anywhere" 0
end_process "$simulator_pid"

# --- who owns homes was not listed whole
forget_session
pair
put users '"userName": "bob@example.com"'
put notebooks '"path": "/Users/bob@example.com/a", "source": "1"'
fault old '"match": "GET *scim/v2/Users*", "do": "status", "status": 400,
  "times": 0'
run move export
ask delete "$url_old" faults >/dev/null
run move import --archive-missing
status_is "not known: import ends with 1" 1
like "not known: ... and says why" "$err" \
  'bob@example.com.*who owns homes was not listed whole.*\[export-incomplete\]'
is "not known: nobody is moved" "$(tree new /Archive)" ''
run move export
run move import
is "not known: the next export and import find him at home" \
  "$(tree new /Users/bob | grep -c '"notebooks"')" 1
end_process "$simulator_pid"
