#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What others do in a tree while it is walked, filled and taken back; what was
# walked for some kinds says nothing of others; folders that go meanwhile.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/once.sh"

# made PATH LANGUAGE: somebody makes a notebook in the target
made ()
{
  api new 2.0/workspace/import "{\"path\": \"$1\", \"language\": \"$2\",
    \"content\": \"IyBEYXRhYnJpY2tzIG5vdGVib29rIHNvdXJjZQpvbmU=\"}" \
    >/dev/null
}

# is_at END PATH: what is there
is_at ()
{
  api "$1" "2.0/workspace/get-status?path=$2" \
    | grep -oE '"(object_type|error_code)":"[A-Z_]*"' | cut -d '"' -f 4
}

# whose KIND: its rows of the target below /Shared, and who made what is there
whose ()
{
  rows "SELECT key, work.state, provenance, coalesce (code, '') FROM work
    JOIN asset USING (aid) JOIN kind ON kind.kid = work.kid
    WHERE kind.name = '$1' AND phase = 1 AND work.wsid <> 0
      AND key LIKE '/Shared/%' ORDER BY key"
}

# as if it had been killed behind the walk, before the end of the whole list
unended ()
{
  rows "UPDATE snapshot SET ended = NULL WHERE purpose = 'baseline'"
}

lost='"match": "POST *workspace/import", "do": "cut", "when": "before",
  "times": 1'

# --- what was walked for one kind says nothing of another
pair
put notebooks '"path": "/Shared/n", "source": "one"'
put notebooks '"path": "/Shared/in/m", "source": "one"'
put notebooks '"path": "/Users/admin@example.com/Trash/n", "source": "1"'
put notebooks '"path": "/Users/admin@example.com/in/Trash/n", "source": "1"'
made /Shared/n PYTHON
run move export
run move plan --plugins directories
unended
fault new "$lost"
run move import --settle 0
status_is "chosen later: import ends with 0" 0
is "chosen later: what was there is adopted" "$(whose notebooks)" \
  '/Shared/in/m|4|1|
/Shared/n|5|2|'
is "chosen later: what was thrown away stays" \
  "$(rows "SELECT DISTINCT key FROM asset WHERE wsid = 0 AND key LIKE '%Trash%'
    AND key NOT LIKE '%/n'")" /Users/admin@example.com/in/Trash
run move undo
is "chosen later: undo leaves it" "$(is_at new /Shared/n)" NOTEBOOK
is "chosen later: and takes back what was made" "$(is_at new /Shared/in)" \
  RESOURCE_DOES_NOT_EXIST
end_process "$simulator_pid"

# --- a walk that was cut off goes on with fewer kinds, then with all
forget_session
pair
put notebooks '"path": "/Shared/in/n", "source": "one"'
api new 2.0/workspace/mkdirs '{"path": "/Shared/in"}' >/dev/null
made /Shared/in/n PYTHON
fault new '"match": "GET *workspace/list", "with": "%2Fin", "times": 1,
  "do": "status", "status": 403, "body":
  "{\"error_code\":\"PERMISSION_DENIED\",\"message\":\"not yours\"}"'
run move export
run move plan
like "fewer, then all: a target that is not known is not planned for" \
  "$out$err" 'could not be read'
run move plan --plugins directories
unended
fault new "$lost"
run move import --settle 0
is "fewer, then all: what was there is adopted" "$(whose notebooks)" \
  '/Shared/in/n|5|2|'
run move undo
is "fewer, then all: undo leaves it" "$(is_at new /Shared/in/n)" NOTEBOOK
end_process "$simulator_pid"

# --- somebody makes something of the same name, and lists do not show it yet
forget_session
pair
put notebooks '"path": "/Shared/folder/n", "source": "one"'
put notebooks '"path": "/Shared/theirs/n", "source": "one"'
put notebooks '"path": "/Shared/file", "source": "one"'
put notebooks '"path": "/Shared/tongue", "source": "one"'
put notebooks '"path": "/Shared/fine", "source": "one"'
run move export
run move plan
fault new '"match": "GET *workspace/list", "do": "stale", "ms": 3600000,
  "times": 0'
made /Shared/folder PYTHON
made /Shared/tongue R
api new 2.0/workspace/mkdirs '{"path": "/Shared/theirs"}' >/dev/null
api new 2.0/workspace/import '{"path": "/Shared/file", "format": "RAW",
  "content": "IyBEYXRhYnJpY2tzIG5vdGVib29rIHNvdXJjZQpvbmU="}' >/dev/null
for name in folder file tongue; do
  fault new '"match": "POST *workspace/*", "with": "/Shared/'$name'",
    "do": "cut", "when": "before", "times": 1'
done
run move import --settle 0
status_is "meanwhile: import ends with 1" 1
is "meanwhile: a folder is no notebook, theirs is not made by us" \
  "$(whose directories)" \
  '/Shared/folder|6|0|unusable
/Shared/theirs|5|2|exists'
is "meanwhile: a notebook is no file, nor one of another language" \
  "$(whose notebooks)" \
  '/Shared/file|6|0|unusable
/Shared/fine|4|1|
/Shared/folder/n|7|0|blocked
/Shared/theirs/n|4|1|
/Shared/tongue|5|2|exists'
is "meanwhile: what is there is not made again" \
  "$(ask get "$url_new" ledger | grep -c 'POST.*mkdirs')" 1
tell "$url_new" reset '{"what": "faults"}'
run move undo
status_is "meanwhile: undo ends with 0" 0
is "meanwhile: undo leaves what is not ours" \
  "$(for name in folder theirs file tongue fine; do
    is_at new /Shared/$name; done)" \
  "NOTEBOOK
DIRECTORY
FILE
NOTEBOOK
RESOURCE_DOES_NOT_EXIST"
end_process "$simulator_pid"

# --- a home comes with its owner: what it allows is the source's, as it was made
# with him
forget_session
pair --populate users=3,groups=2
name=$(ask get "$url_old" state | python3 -c '
import json, sys
print(next(one["fields"]["userName"]
           for one in json.load(sys.stdin)["tables"]["users"]
           if one["fields"]["userName"] != "admin@example.com"))')
put notebooks "\"path\": \"/Users/$name/n\", \"source\": \"one\""
for each in directories: notebooks:/n; do
  id=$(number old "/Users/$name${each#*:}")
  api old "2.0/permissions/${each%:*}/$id" '{"access_control_list": [{
    "group_name": "users", "permission_level": "CAN_READ"}]}' PATCH >/dev/null
done
state new "$tmp/before"
run move export
run move import
status_is "home: import ends with 0" 0
like "home: it has the permissions of the source's" \
  "$(api new "2.0/permissions/directories/$(number new "/Users/$name")" |
    tr -d ' \n')" \
  '"group_name":"users","all_permissions":\[\{"permission_level":"CAN_READ"'
run move validate
status_is "home: validate ends with 0" 0
run move undo
status_is "home: undo ends with 0" 0
state new "$tmp/after"
is "home: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
run move import
status_is "home: another import ends with 0" 0
like "home: and brings its permissions again" \
  "$(api new "2.0/permissions/directories/$(number new "/Users/$name")" |
    tr -d ' \n')" \
  '"group_name":"users","all_permissions":\[\{"permission_level":"CAN_READ"'
like "home: and those of the notebook in it" \
  "$(api new "2.0/permissions/notebooks/$(number new "/Users/$name/n")" |
    tr -d ' \n')" \
  '"group_name":"users","all_permissions":\[\{"permission_level":"CAN_READ"'
run move validate
status_is "home: another validate ends with 0" 0
end_process "$simulator_pid"

# --- a workspace without any of it: said, and nothing else waits
forget_session
pair --populate users=2
run move export
fault new '"match": "GET *workspace/list", "times": 0, "do": "status",
  "status": 400, "body":
  "{\"error_code\":\"FEATURE_DISABLED\",\"message\":\"no workspace\"}"'
run move plan
run move plan
status_is "not offered: a second plan ends with 0" 0
unlike "not offered: it is no list that could not be read" "$out$err" \
  'could not be read'
run move import
is "not offered: users came" "$(rows "SELECT count (*) FROM work
  JOIN kind USING (kid) WHERE name = 'users' AND phase = 1 AND state = 4")" 1
end_process "$simulator_pid"

# --- owners that stay behind block what is in their homes, with one cause, and
# nothing else: not even when they are many
forget_session
pair
names=
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
  names="$names users/u$n@example.com"
  put users "\"userName\": \"u$n@example.com\""
  put notebooks "\"path\": \"/Users/u$n@example.com/in/n\", \"source\": \"1\""
done
put notebooks '"path": "/Shared/in/n", "source": "1"'
run move export
# shellcheck disable=SC2086
run migrate --session s skip $names --reason 'left us'
run move import
status_is "owners: import ends with 1" 1
is "owners: the rest came" "$(whose notebooks)" '/Shared/in/n|4|1|'
like "owners: one cause" "$(migrate --session s errors | head -n 1)" \
  '^25  skipped  users .*blocks 50 directories, 25 notebooks'
is "owners: and no other" "$(migrate --session s errors | grep -c '^[0-9]')" 1
run move validate
status_is "owners: every difference has a reason" 1
end_process "$simulator_pid"

# --- a folder that is told of, and not there when it is asked for
forget_session
pair
gone='"do": "status", "status": 404, "body":
  "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"no such path\"}"'
put notebooks '"path": "/Shared/late/n", "source": "one"'
put notebooks '"path": "/Shared/gone/n", "source": "one"'
fault old "\"match\": \"GET *workspace/list\", \"with\": \"%2Flate\",
  \"times\": 1, $gone"
fault old "\"match\": \"GET *workspace/*\", \"with\": \"%2Fgone\",
  \"times\": 2, $gone"
run move export
status_is "gone: export ends with 1" 1
is "gone: a line for what is there after all, and for what is not" \
  "$(rows "SELECT code FROM note WHERE message LIKE '%Flate:%' UNION ALL
    SELECT code || ' ' || key FROM note JOIN asset USING (aid)
      WHERE code = 'vanished'")" 'export-incomplete
vanished /Shared/gone'
like "gone: the report tells it" "$(migrate --session s report)" \
  '/Shared/gone .*moved or renamed.*vanished'
run migrate --session s errors
like "gone: so do errors, with what the status is 1 for" "$out" \
  "^1  vanished +directories '/Shared/gone': listed, but gone when it was read"
tell "$url_old" reset '{"what": "faults"}'
run move export
status_is "gone: the next export ends with 0" 0
run migrate --session s errors
like "gone: ... after which nothing is told" "$status $err" '^0 .*nothing failed'
run move import
status_is "gone: import ends with 0" 0
is "gone: all of it came" "$(is_at new /Shared/late/n; is_at new /Shared/gone/n)" \
  "NOTEBOOK
NOTEBOOK"
end_process "$simulator_pid"

# --- a folder that could not be read, of exports that were killed before their end
forget_session
pair
unread="name = 'notebooks' AND key = '/Shared/late/n'"
anew_export ()
{
  rows "UPDATE snapshot SET ended = NULL WHERE purpose = 'export';
    UPDATE walk SET state = 0, code = NULL, message = NULL WHERE node = ''"
}
put notebooks '"path": "/Shared/late/n", "source": "one"'
fault old '"match": "GET *workspace/list", "with": "%2Flate", "times": 1,
  "do": "status", "status": 403, "body":
  "{\"error_code\":\"PERMISSION_DENIED\",\"message\":\"not yours\"}"'
run move export
status_is "late: export ends with 1" 1
anew_export
url_there=$url_new url_new=$url_old
killed_at before 'GET *workspace/list' export --from old
url_new=$url_there
is "late: killed before it is read" "$status" 137
like "late: ... it is told why it was not" "$(migrate --session s errors 2>&1)" \
  "denied +directories '/Shared/late'"
run move export
status_is "late: the run that goes on reads it" 0
is "late: what is in it is known" \
  "$(rows "SELECT count (*) FROM asset JOIN kind USING (kid) WHERE $unread")" 1
end_process "$simulator_pid"

# --- owners whom the target calls otherwise: theirs is what lies in their homes
forget_session
pair
# has END PATH: the source of a notebook
has ()
{
  api "$1" "2.0/workspace/export?path=$2" |
    sed 's/.*"content":"\([^"]*\)".*/\1/' | base64 -d |
    awk 'END { print }'
}

put users '"userName": "a@example.com"'
put notebooks '"path": "/Users/a@example.com/n", "source": "moved"'
for name in a b; do
  tell "$url_new" object "{\"kind\": \"users\",
    \"create\": {\"userName\": \"$name@example.com\"}}"
  tell "$url_new" object "{\"kind\": \"notebooks\", \"create\": {
    \"path\": \"/Users/$name@example.com/n\", \"source\": \"of $name\"}}"
done
state new "$tmp/before"
run move export
run migrate --session s rules add principal a@example.com=b@example.com
run move import --on-conflict update
status_is "renamed: import ends with 0" 0
is "renamed: what a namesake has is his" "$(has new /Users/a@example.com/n)" \
  'of a'
is "renamed: what is there is changed" "$(has new /Users/b@example.com/n)" moved
run move undo
status_is "renamed: undo ends with 0" 0
is "renamed: undo puts back what was there" \
  "$(has new /Users/a@example.com/n; has new /Users/b@example.com/n)" 'of a
of b'
run migrate --session s rules remove principal a@example.com
run move plan --on-conflict update
run migrate --session s rules add principal a@example.com=b@example.com
run move import --on-conflict update
is "renamed: so does a rule that is made after the plan" \
  "$(has new /Users/a@example.com/n; has new /Users/b@example.com/n)" 'of a
moved'
end_process "$simulator_pid"

# --- what somebody changes while an import or an undo goes on stays his
forget_session
pair
# looked PATH TIMES FIELDS: what a look at it tells
looked ()
{
  fault new "\"match\": \"GET *workspace/get-status\", \"with\": \"$1\",
    \"times\": $2, \"do\": \"status\", \"status\": 200, \"body\":
    \"{$3}\""
}

for name in kept sort; do
  put notebooks "\"path\": \"/Shared/$name\", \"source\": \"moved\""
  made /Shared/$name PYTHON
done
run move export
run move plan --on-conflict update
looked %2Fsort 1 '\"object_type\":\"FILE\"'
run move import --on-conflict update
status_is "changed: import ends with 1" 1
is "changed: what is of another sort by now is left alone" \
  "$(whose notebooks)" \
  '/Shared/kept|4|2|
/Shared/sort|6|2|exists'
is "changed: as it was" "$(has new /Shared/sort; has new /Shared/kept)" 'one
moved'
looked %2Fkept 1 '\"object_type\":\"NOTEBOOK\",\"modified_at\":1'
run move undo
is "changed: undo overwrites nothing that was edited since it looked" \
  "$(has new /Shared/kept)" moved
run move undo
is "changed: the next undo puts it back" "$(has new /Shared/kept)" one
end_process "$simulator_pid"

# --- a Git folder where our folder was is somebody's
forget_session
pair
put notebooks '"path": "/Shared/git/n", "source": "one"'
run move export
run move import
api new 2.0/workspace/delete '{"path": "/Shared/git", "recursive": true}' \
  >/dev/null
tell "$url_new" object '{"kind": "repos", "create": {"path": "/Shared/git",
  "url": "https://example.com/etl", "provider": "gitHub"}}'
run move undo
status_is "git folder: undo ends with 0" 0
is "git folder: undo leaves it" "$(is_at new /Shared/git)" DIRECTORY
end_process "$simulator_pid"

# --- one that nobody may look at keeps no other in doubt
forget_session
pair
for name in shut open; do
  put notebooks "\"path\": \"/Shared/$name\", \"source\": \"one\""
  fault new "\"match\": \"POST *workspace/import\", \"do\": \"cut\",
    \"when\": \"after\", \"with\": \"/Shared/$name\", \"times\": 0"
done
fault new '"match": "GET *workspace/get-status", "with": "%2Fshut", "times": 0,
  "do": "status", "status": 403, "body":
  "{\"error_code\":\"PERMISSION_DENIED\",\"message\":\"not yours\"}"'
run move export
run move import --settle 0
is "shut: the other is settled" "$(whose notebooks)" \
  '/Shared/open|4|1|settled
/Shared/shut|6|0|uncertain'
run move undo --settle 0
is "shut: undo takes the other back" "$(is_at new /Shared/open)" \
  RESOURCE_DOES_NOT_EXIST
run migrate --session s report
like "shut: and tells of the one" "$out" '/Shared/shut.* uncertain'
end_process "$simulator_pid"
