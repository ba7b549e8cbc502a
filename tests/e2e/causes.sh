#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whatever makes a run end with 1 is told by 'errors', with its cure, and once for
# each that is missing.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# --- one asset that names very many, and another that names one of them
pair --populate users=2
many=
i=100
while [ $i -lt 203 ]; do
  many="$many{\"task_key\": \"t$i\", \"existing_cluster_id\": \"0101-000000-gone$i\",
    \"notebook_task\": {\"notebook_path\": \"/Shared/a\"}},"
  i=$((i + 1))
done
tell "$url_old" object "{\"kind\": \"jobs\", \"create\": {\"name\": \"many\",
  \"tasks\": [${many%,}]}}"
tell "$url_old" object '{"kind": "jobs", "create": {"name": "one", "tasks": [{
  "task_key": "a", "existing_cluster_id": "0101-000000-gone150",
  "notebook_task": {"notebook_path": "/Shared/a"}}]}}'
run move export
run move import
status_is "many: import ends with 1" 1
like "many: assets are counted" "$err" '^migrate: 4 assets not done; see '
run migrate --session s errors
is "many: a line for each that is missing, and not for too many" \
  "$(printf '%s\n' "$out" | grep -c "^[0-9]  unknown-reference  jobs .*: it names '0101-000000-gone1")" 100
like "many: ... the one that blocks most is the first" \
  "$(printf '%s\n' "$out" | head -n 1)" \
  "^2  unknown-reference  jobs 'many', 'one': it names '0101-000000-gone150' .* \(blocks 2 jobs/permissions\)$"
like "many: ... and how many more" "$out" \
  '^and 3 more names that are missing: migrate errors --session s --json$'
run migrate --session s errors --json
is "many: as JSON all of them" "$(printf '%s\n' "$out" \
  | grep -c '"missing":"0101-000000-gone[0-9]*","kinds":{"jobs":[12]},"n":[12],')" 103
end_process "$simulator_pid"

# --- a list that the target does not show: its plugin is out for the run
forget_session
pair --populate users=2
api old 2.0/instance-pools/create '{"instance_pool_name": "p",
  "node_type_id": "i3.xlarge"}' >/dev/null
run move export
fault new '"match": "GET */policies/clusters/list*", "do": "status",
  "status": 403, "times": 0'
run move import
status_is "denied: import ends with 1" 1
like "denied: what it was to move is counted, and not its kinds" "$err" \
  '^migrate: 2 assets not done; see migrate errors --session s$'
run migrate --session s errors
like "denied: errors does, too, and names the plugin and the reason" \
  "$status $out" \
  "^1 1  plugin-disabled  cluster-policies '\\(the plugin\\)': plugin 'clusters' is left out: the target's list of cluster policies could not be read \\(GET .*403.*\\), so nobody"
like "denied: ... and the cure" "$out" '^   cure: cure what the message says'
run migrate --session s errors --plugins users
like "denied: ... where it was chosen" "$status $err" '^0 .*nothing failed'
run move plan
status_is "denied: plan ends with 1" 1
like "denied: ... and says so" "$out" "^1  plugin-disabled  cluster-policies"
run move import --name nothing
like "denied: where nothing of it was chosen it is told" "$err" \
  "^migrate: a plugin was left out; see migrate errors --session s$"
run move import --plugins users
status_is "denied: another plugin is moved" 0
run migrate --session s errors
status_is "denied: ... which says nothing about this one" 1
ask delete "$url_new" faults >/dev/null
run move import
status_is "denied: once it is shown all is done" 0
run migrate --session s errors
like "denied: ... and nothing is left to tell" "$status $err" '^0 .*nothing failed'
fault new '"match": "GET */permissionassignments*", "do": "status",
  "status": 403, "times": 0'
run move validate
status_is "denied: a validate that lacks a plugin does not end with 0" 1
run migrate --session s errors
like "denied: ... and errors says so" "$out" '^1  plugin-disabled  '
ask delete "$url_new" faults >/dev/null
run move validate
status_is "denied: the next one ends with 0" 0
run migrate --session s errors
like "denied: ... and its line is gone" "$status $err" '^0 .*nothing failed'
end_process "$simulator_pid"

# --- what was exported before, is not listed now, and cannot be asked for
forget_session
. "$srcdir/tests/e2e/jobs-lib.sh"
pair --populate users=2
make_job old '{"name": "shut"}' >/dev/null
run move export
fault old '"match": "GET */jobs/list*", "do": "status", "status": 200,
  "body": "{\"jobs\":[]}", "times": 2'
fault old '"match": "GET */jobs/get*", "do": "status", "status": 403, "times": 0'
for again in '' ' again'; do
  run move export
  status_is "not listed$again: export ends with 1" 1
  run migrate --session s errors
  like "not listed$again: errors does, too, and names it" "$status $out" \
    "^1 1  not-looked-at  jobs 'shut': exported before, and not listed now; .*403"
done
like "not listed: ... and the cure" "$out" '^   cure: .* migrate export '
ask delete "$url_old" faults >/dev/null
run move export
status_is "not listed: once it is listed all is well" 0
run migrate --session s errors
like "not listed: ... and nothing is left to tell" "$status $err" \
  '^0 .*nothing failed'
run move export --plugins users
status_is "not listed: an export of others ends with 0" 0
run migrate --session s errors
like "not listed: ... and brings nothing back" "$status $err" \
  '^0 .*nothing failed'
fault old '"match": "GET */jobs/list*", "do": "status", "status": 200,
  "body": "{\"jobs\":[]}", "times": 1'
fault old '"match": "GET */jobs/get*", "do": "status", "status": 403, "times": 0'
run move export
status_is "not listed: once more it is not" 1
run move export --plugins users
run migrate --session s errors
like "not listed: an export of others takes nothing away" "$status $out" \
  "^1 1  not-looked-at  jobs 'shut'"
ask delete "$url_old" faults >/dev/null
run move export
run migrate --session s errors
like "not listed: in the end all is well" "$status $err" '^0 .*nothing failed'
end_process "$simulator_pid"
