#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An asset is changed on its way: what was edited is what is moved, and what the
# export found is never lost.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

edit="migrate edit --session s"

# editor SCRIPT: what $VISUAL does to the file
editor ()
{
  printf '#!/bin/sh\n%s\n' "$1" >"$tmp/editor"
  chmod +x "$tmp/editor"
  VISUAL=$tmp/editor
  export VISUAL
}

# user URL NAME PATH: of the user of that name
user ()
{
  ask get "$1" state | python3 -c "
import json, sys
for user in json.load (sys.stdin)['tables']['users']:
    if user['fields']['userName'] == sys.argv[1]:
        print (user['fields'].get (sys.argv[2], ''))" "$2" "$3"
}

# in_source NAME: the display name of alice there
in_source ()
{
  curl -sSf -o "$tmp/.told" -X PATCH -H "Authorization: Bearer $token_old" \
    -H 'Content-Type: application/scim+json' \
    "$url_old/api/2.0/preview/scim/v2/Users/$id" -d "{\"schemas\":
    [\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"], \"Operations\":
    [{\"op\": \"replace\", \"path\": \"displayName\", \"value\": \"$1\"}]}"
}

pair --populate instance-pools=2
id=$(curl -sSf -X POST -H "Authorization: Bearer $token_old" \
  -H 'Content-Type: application/scim+json' \
  "$url_old/api/2.0/preview/scim/v2/Users" \
  -d '{"userName": "alice@example.com", "displayName": "Alice"}' |
  sed -n 's/.*"id": *"\([0-9]*\)".*/\1/p' | head -n 1)
run move export
status_is "export ends with 0" 0

run $edit
status_is "nothing was edited" 0
is "... and that is said" "$out" 'nothing was edited'

# --- what changes nothing
editor 'cp "$1" "$(dirname "$0")/seen"; stat -c %a "$1" >"$(dirname "$0")/mode"'
run $edit users/alice@example.com
status_is "an editor that only looks" 0
is "... changes nothing" "$out" 'nothing was changed'
is "... and saw a file of its reader alone" "$(cat "$tmp/mode")" 600
like "... with a member a line" "$(cat "$tmp/seen")" '^  "userName": "alice@'
is "... whose values are the source's" "$(python3 -c "
import json, sys
print (json.load (open (sys.argv[1]))['displayName'])" "$tmp/seen")" Alice
editor 'exit 3'
run $edit users/alice@example.com
status_is "an editor that fails is exit 3" 3
like "... and named" "$err" 'editor. ended with status 3; nothing .* \[editor\]'
editor 'echo "{" >"$1"'
run $edit users/alice@example.com
status_is "what is no JSON is exit 3" 3
like "... and refused" "$err" 'nothing was changed \[bad-edit\]'
editor 'echo "[]" >"$1"'
run $edit users/alice@example.com
like "what is no object is refused" "$err" 'is an object.*\[bad-edit\]'
editor 'sed -i "s/\"$id\"/\"7\"/" "$1"'
export id
run $edit users/alice@example.com
like "another id is refused" "$err" "'id' must stay '$id'.*\[bad-edit\]"
run $edit users/nobody@example.com
like "an unknown asset is named" "$err" '\[unknown-asset\]'
is "nothing was written" "$(rows 'SELECT count (*) FROM edited')" 0
is "no file is left behind" \
  "$(ls "$tmp/sessions/s" /dev/shm "${XDG_RUNTIME_DIR:-/dev/shm}" 2>/dev/null |
    grep -c migrate-edit)" 0

# --- what changes something
run migrate plan --session s --to new --out "$tmp/plan"
status_is "a plan of before" 0
editor 'sed -i "s/\"Alice\"/\"Alice B\"/" "$1"'
run $edit users/alice@example.com
status_is "an edit ends with 0" 0
is "... and is told" "$out" 'edited'
run $edit
like "... and shown, with who did it" "$out" "users .*alice@.*$(id -un)"
is "... it is no change of the source's" "$(echo "$out" | grep -c 'changed')" 0
run move import --plan "$tmp/plan"
status_is "a plan of before is stale" 3
like "... and says so" "$err" '\[stale-plan\]'

# --- an export again keeps it, and sees what the source did
run move export
run $edit --json
like "an export again keeps it" "$out" '"source": *"same"'
in_source "Alice C"
run move export
run $edit
like "the source's was changed since" "$out" 'changed, too'
run move plan
like "... so it is blocked" "$out" '^users  *0  *0  *1  *1'
run move import
status_is "... for import, too" 1
run migrate --session s --to new errors
like "... with the cure" "$out" 'edit-conflict'
editor 'cat "$1" >"$1.new" && mv "$1.new" "$1"'
run $edit users/alice@example.com
is "what is saved again is meant" "$out" 'edited'
run move import
status_is "then it is imported" 0
is "... as edited" "$(user "$url_new" alice@example.com displayName)" 'Alice B'
is "... which the source never was" \
  "$(user "$url_old" alice@example.com displayName)" 'Alice C'
run migrate --session s report
like "... and the report tells" "$out" 'edited-here'
run move validate
status_is "validate expects what was edited" 0
in_source "Alice D"
run move export
run move validate
status_is "... which the source's change since makes no surprise" 0
like "... but a line" "$out" '^users .* 1 edit-conflict'

# --- what is in a target stays as it is
run $edit users/alice@example.com
status_is "what was moved cannot be edited" 3
like "... and says why" "$err" '\[already-moved\]'
run $edit users/alice@example.com --remove
like "... nor can that be taken back" "$err" '\[already-moved\]'
run move undo
status_is "undo ends with 0" 0

run $edit --remove
status_is "--remove of nothing is exit 2" 2

# --- taken back
forget_session
run move export
editor 'sed -i "s/\"userName\": *\"[^\"]*\"/\"userName\": \"bob@example.com\"/" "$1"'
run $edit users/alice@example.com
is "a name is edited" "$out" 'edited'
run $edit users/bob@example.com --remove
is "... found under the new one, and taken back" "$out" 'as the export found it'
is "... with all its names" "$(rows "SELECT group_concat (val, ' ') FROM (SELECT
  val FROM alias JOIN asset USING (aid) WHERE src_id = '$id' AND alias.wsid = 0
  AND ns = 'users.key' ORDER BY val)")" 'alice@example.com'
run $edit users/alice@example.com --remove
is "... once" "$out" 'it was not edited'
run $edit users/alice@example.com
run move import
status_is "what was renamed is imported" 0
is "... under the new name" "$(user "$url_new" bob@example.com userName)" \
  bob@example.com
is "... alone" "$(user "$url_new" alice@example.com userName)" ''
run move validate
status_is "... and validate agrees" 0

# --- another's name
other=$(curl -sSf -X POST -H "Authorization: Bearer $token_old" \
  -H 'Content-Type: application/scim+json' \
  "$url_old/api/2.0/preview/scim/v2/Users" -d '{"userName": "zoe@example.com"}' |
  sed -n 's/.*"id": *"\([0-9]*\)".*/\1/p' | head -n 1)
forget_session
run move export
editor 'sed -i "s/\"userName\": *\"[^\"]*\"/\"userName\": \"Zoe@example.com\"/" "$1"'
run $edit users/alice@example.com
like "the name of another one is refused" "$err" 'another asset is called .zoe@.*\[bad-edit\]'
editor 'sed -i "s/\"userName\": *\"[^\"]*\"/\"userName\": \"$(cat "$0.name")\"/" "$1"'
for name in typo@example.com ally@example.com; do
  echo "$name" >"$tmp/editor.name"
  run $edit users/alice@example.com
done
is "of two edits the names of the second count" "$(rows "SELECT group_concat
  (val, ' ') FROM (SELECT val FROM alias JOIN asset USING (aid) WHERE
  src_id = '$id' AND alias.wsid = 0 AND ns = 'users.key' ORDER BY val)")" \
  'alice@example.com ally@example.com'
is "... and of another user nothing changed" "$(rows "SELECT max (origin)
  FROM asset WHERE src_id = '$other' AND wsid = 0")" 0

# --- what may hold secrets
editor 'dirname "$1" >"$(dirname "$0")/where"'
pool=$(rows "SELECT src_id FROM asset JOIN kind USING (kid)
  WHERE name = 'instance-pools' AND wsid = 0 LIMIT 1")
# A folder on a disk is not taken for one in memory.
XDG_RUNTIME_DIR=$tmp/disk
export XDG_RUNTIME_DIR
mkdir -p "$tmp/disk"
run $edit "instance-pools/$pool"
if [ -d /dev/shm ]; then
  status_is "a pool is edited" 0
  like "... in memory" "$(cat "$tmp/where")" '^/dev/shm/migrate-edit-'
  is "... and nothing of it is left" "$(ls -d "$(cat "$tmp/where")" 2>/dev/null)" ''
else
  status_is "a pool is not edited on a disk" 3
  like "... and says what to do" "$err" 'set XDG_RUNTIME_DIR'
fi
end_process "$simulator_pid"

# --- a job: what it names goes on to be found, and it comes paused all the same
. "$srcdir/tests/e2e/jobs-lib.sh"
forget_session
XDG_RUNTIME_DIR=
pair
if [ -d /dev/shm ]; then
  first=$(make_job old '{"name": "first"}')
  job=$(make_job old "{\"name\": \"j\", \"timeout_seconds\": 60,
    \"schedule\": {$cron, \"pause_status\": \"PAUSED\"}, \"tasks\": [
    {\"task_key\": \"a\", \"notebook_task\": {\"notebook_path\": \"/Shared/n\"}}]}")
  export first
  state new "$tmp/before"
  run move export
  editor 'sed -i "s/\"$job\"/7/; s/\"job_id\": *$job/\"job_id\": 7/" "$1"'
  export job
  run $edit jobs/j
  like "job: its id stays" "$err" "'job_id' must stay.*\[bad-edit\]"
  cat >"$tmp/change.py" <<'END'
import json, sys
job = json.load(open(sys.argv[1]))
settings = job["settings"]
settings["timeout_seconds"] = 90
settings["schedule"]["pause_status"] = "UNPAUSED"
task = settings["tasks"][0]
del task["notebook_task"]
task["run_job_task"] = {"job_id": int(sys.argv[2])}
json.dump(job, open(sys.argv[1], "w"), indent=1)
END
  editor 'python3 "$(dirname "$0")/change.py" "$1" "$first"'
  run $edit jobs/j
  status_is "job: an edit ends with 0" 0
  run move import
  status_is "job: import ends with 0" 0
  is "job: it has what was edited, and the target's ids" "$(api new \
    '2.2/jobs/list?limit=100&expand_tasks=true' | python3 -c '
import json, sys
for job in json.load (sys.stdin)["jobs"]:
    s = job["settings"]
    if s["name"] == "j":
        print (s["timeout_seconds"], s["schedule"]["pause_status"],
               s["tasks"][0]["run_job_task"]["job_id"])')" \
    "90 PAUSED $(id_of new first)"
  run move validate
  status_is "job: validate finds no difference" 0
  run act resume target
  is "job: resume does what was edited" "$(pauses new)" "first 
j +"
  is "job: the source is as it was" "$(pauses old)" "first 
j -"
  api old 2.2/jobs/update "{\"job_id\": $job, \"new_settings\":
    {\"timeout_seconds\": 70}}" >"$tmp/.done"
  run move export
  run $edit
  like "job: the source's was changed since" "$out" 'changed, too'
else
  note "no folder in memory: no job is edited"
fi
end_process "$simulator_pid"
