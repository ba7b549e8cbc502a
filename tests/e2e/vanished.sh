#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the source loses between two exports is not made in the target; a list
# that failed, or is behind, loses nothing.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/e2e/jobs-lib.sh"

users=2.0/preview/scim/v2/Users

# user NAME: its id
user ()
{
  api old $users "{\"userName\": \"$1@example.com\"}" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])'
}

# names: those of the target, but the administrator's
names ()
{
  api new $users | python3 -c '
import json, sys
print(*sorted(u["userName"].split("@")[0]
              for u in json.load(sys.stdin)["Resources"]
              if not u["userName"].startswith("admin@")))'
}

# job NAME [SETTINGS]
job ()
{
  make_job old "{\"name\": \"$1\"${2:+, $2}}"
}

# jobs END
jobs ()
{
  api "$1" '2.2/jobs/list?limit=100' | python3 -c '
import json, sys
print(*sorted(j["settings"]["name"] for j in json.load(sys.stdin).get("jobs", [])))'
}

# state_of KIND NAME: in the target
state_of ()
{
  rows "SELECT work.state, coalesce (work.code, '') FROM work
    JOIN asset ON asset.aid = work.aid JOIN kind ON kind.kid = work.kid
    WHERE work.wsid > 0 AND work.phase = 1 AND kind.name = '$1'
    AND asset.key LIKE '$2%'"
}

# --- never imported, planned, refused, imported: each deleted then
pair
new=$(user new)
planned=$(user planned)
refused=$(user refused)
moved=$(user moved)
user stays >/dev/null
run move export
run move plan
tell "$url_new" faults '{"match": "POST */Users", "with": "refused@", "do": "status", "status": 400, "times": 0}'
tell "$url_new" faults '{"match": "POST */Users", "with": "planned@", "do": "status", "status": 400, "times": 0}'
api old $users/$new '' DELETE
run move export
run migrate --session s report
like "deleted: the report of the export names it" "$out" \
  'new@example.com +.*gone from the source since'
run move import
status_is "deleted: import tells what was refused" 1
is "deleted: it is not made" "$(names)" "moved stays"
is "deleted: it has its line" "$(state_of users new@)" '8|vanished'
ask delete "$url_new" faults >/dev/null
for id in $planned $refused $moved; do
  api old $users/$id '' DELETE
done
run move export
run move import --retry-failed
status_is "deleted: then nothing is left to do" 0
is "deleted: what was refused is not tried again, what was made stays" \
  "$(names)" "moved stays"
is "deleted: ... and told" "$(state_of users refused@; state_of users moved@)" \
  '8|vanished
4|'
run move validate
status_is "deleted: validate finds no difference" 0
user new >/dev/null
run move export
run move import
is "deleted: another of its name is made" "$(names)" "moved new stays"
is "deleted: no request was wrong" "$(ask strict "$url_old")" ''
end_process "$simulator_pid"

# --- deleted and made anew: what stands for the old one stands for the new one
forget_session
pair
moved=$(user moved)
same=$(job same)
other=$(job other)
run move export
run move import
api old $users/$moved '' DELETE
for id in $same $other; do
  api old 2.2/jobs/delete "{\"job_id\": $id}" >/dev/null
done
user moved >/dev/null
job same >/dev/null
job other '"max_concurrent_runs": 7' >/dev/null
run move export
run move import
status_is "anew: import ends with 0" 0
is "anew: the user is there once" "$(names)" "moved"
is "anew: so is the job that is the same, another one is made" "$(jobs new)" \
  "other other same"
run move validate
status_is "anew: validate finds no difference" 0
job same >/dev/null
run move export
run move import
is "anew: but a second one that is the same is made" "$(jobs new)" \
  "other other same same"
run move undo
status_is "anew: undo ends with 0" 0
is "anew: and takes back all of it" "$(names)$(jobs new)" ""
end_process "$simulator_pid"

# --- a list that fails, or is behind
forget_session
pair
user one >/dev/null
job two >/dev/null
gone=$(job gone)
run move export
api old 2.2/jobs/delete "{\"job_id\": $gone}" >/dev/null
tell "$url_old" faults '{"match": "GET *scim/v2/Users*", "do": "status", "status": 400, "times": 0}'
tell "$url_old" faults '{"match": "GET */jobs/list*", "do": "status", "status": 200, "body": "{\"jobs\":[]}", "times": 1}'
run move export
status_is "behind: a list that failed is told" 1
run move import
is "behind: what it did not tell of is made" "$(names)" "one"
is "behind: so is what its list forgot, and only that" "$(jobs new)" "two"
end_process "$simulator_pid"

# --- one that cannot be looked at stays
forget_session
pair
job shut >/dev/null
run move export
tell "$url_old" faults '{"match": "GET */jobs/list*", "do": "status", "status": 200, "body": "{\"jobs\":[]}", "times": 1}'
tell "$url_old" faults '{"match": "GET */jobs/get*", "do": "status", "status": 403, "times": 0}'
run move export
status_is "shut: export ends with 1" 1
run migrate --session s report
like "shut: ... and tells" "$out" 'shut .*not listed now.*'
is "shut: ... by its code" "$(rows "SELECT count (*) FROM note WHERE code = 'not-looked-at'")" 1
ask delete "$url_old" faults >/dev/null
run move import
is "shut: it is made" "$(jobs new)" "shut"
end_process "$simulator_pid"

# --- a folder with all that is in it, and what names what is gone
forget_session
pair
api old 2.0/workspace/mkdirs '{"path": "/Shared/a/b"}' >/dev/null
api old 2.0/workspace/import '{"path": "/Shared/a/b/n", "language":
  "PYTHON", "format": "SOURCE", "content": "MQo="}' >/dev/null
pool=$(api old 2.0/instance-pools/create '{"instance_pool_name": "p",
  "node_type_id": "i3.xlarge"}' | sed 's/.*: *"//; s/".*//')
job names "\"job_clusters\": [{\"job_cluster_key\": \"k\", \"new_cluster\":
  {\"spark_version\": \"13.3.x-scala2.12\", \"num_workers\": 1,
  \"instance_pool_id\": \"$pool\"}}]" >/dev/null
run move export
status_is "folder: export ends with 0" 0
api old 2.0/workspace/delete '{"path": "/Shared/a", "recursive": true}' \
  >/dev/null
api old 2.0/instance-pools/delete "{\"instance_pool_id\": \"$pool\"}" \
  >/dev/null
run move export
run move import
status_is "folder: import tells what cannot be made" 1
is "folder: nothing of it is made" "$(state_of directories /Shared/a
  state_of notebooks /Shared/a)" '8|vanished
8|vanished
8|vanished'
is "folder: what names what is gone is blocked" "$(state_of jobs names)" \
  '7|unknown-reference'
is "folder: no request was wrong" "$(ask strict "$url_old")" ''
end_process "$simulator_pid"

# --- what names what is gone, and was made before
forget_session
pair
pool=$(api old 2.0/instance-pools/create '{"instance_pool_name": "p",
  "node_type_id": "i3.xlarge"}' | sed 's/.*: *"//; s/".*//')
job names "\"job_clusters\": [{\"job_cluster_key\": \"k\", \"new_cluster\":
  {\"spark_version\": \"13.3.x-scala2.12\", \"num_workers\": 1,
  \"instance_pool_id\": \"$pool\"}}]" >/dev/null
run move export
run move import
api old 2.0/instance-pools/delete "{\"instance_pool_id\": \"$pool\"}" \
  >/dev/null
run move export
run move validate
status_is "made before: validate finds no difference" 0
run move undo
status_is "made before: undo ends with 0" 0
is "made before: and leaves nothing of ours" "$(jobs new)$(api new \
  2.0/instance-pools/list | grep -c '"p"' || :)" 0
end_process "$simulator_pid"

# --- planned, and gone before it is done
forget_session
pair
alice=$(api old $users '{"userName": "alice@example.com", "entitlements":
  [{"value": "allow-cluster-create"}]}' |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')
api new $users '{"userName": "alice@example.com"}' >/dev/null
run move export
run move plan
api old $users/$alice '' DELETE
run move export
run move import
status_is "planned: import ends with 0" 0
is "planned: nothing is given to one who is gone" "$(api new $users |
  grep -c allow-cluster-create || :)" 0
end_process "$simulator_pid"

# --- in doubt, and gone
forget_session
pair
lost=$(user lost)
found=$(user found)
tell "$url_new" faults '{"match": "POST */Users", "with": "lost@", "do": "status", "status": 503, "times": 0}'
tell "$url_new" faults '{"match": "POST */Users", "with": "found@", "do": "cut", "when": "after", "times": 0}'
run move export
run move import --settle 0 --retry-total 1 --retry-backoff 1ms
ask delete "$url_new" faults >/dev/null
for id in $lost $found; do
  api old $users/$id '' DELETE
done
run move export
run move import --retry-failed --settle 0
status_is "in doubt: import ends with 0" 0
is "in doubt: it is looked for, and not sent again" "$(names)" "found"
is "in doubt: ... which is told" "$(state_of users lost@)" '8|vanished'
run move undo
is "in doubt: undo takes back what was found" "$(names)" ""
end_process "$simulator_pid"

# --- made anew, undone, and imported again
forget_session
pair
moved=$(user moved)
run move export
run move import
api old $users/$moved '' DELETE
user moved >/dev/null
run move export
run move import
run move undo
is "undone: it is gone" "$(names)" ""
run move import
status_is "undone: import ends with 0" 0
is "undone: it is made again" "$(names)" "moved"
end_process "$simulator_pid"

# --- a notebook that was not read, gone, and back as it was
forget_session
pair
api old 2.0/workspace/import '{"path": "/Shared/n", "language":
  "PYTHON", "format": "SOURCE", "content": "b2xk"}' >/dev/null
run move export
api old 2.0/workspace/import '{"path": "/Shared/n", "language":
  "PYTHON", "format": "SOURCE", "content": "bmV3", "overwrite": true}' >/dev/null
tell "$url_old" faults '{"match": "GET *workspace/export*", "do": "status", "status": 400, "times": 0}'
run move export
ask delete "$url_old" faults >/dev/null
tell "$url_old" faults '{"match": "GET *workspace/export*", "do": "status", "status": 404, "body": "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"gone\"}", "times": 0}'
run move export
ask delete "$url_old" faults >/dev/null
is "back: it was gone" "$(rows "SELECT count (*) FROM asset
  WHERE key = '/Shared/n' AND gone_sid IS NOT NULL")" 1
run move export
run move import
is "back: it is imported as it is" "$(api new \
  '2.0/workspace/export?path=/Shared/n&format=SOURCE&direct_download=true' |
  tail -n 1)" new
end_process "$simulator_pid"

# --- made anew with another content: what was made for the old one is taken back
forget_session
pair
# policy DEFINITION: its id
policy ()
{
  api old 2.0/policies/clusters/create "{\"name\": \"pol\",
    \"definition\": \"$1\"}" | sed 's/.*: *"//; s/".*//'
}
old=$(policy '{}')
run move export
run move import
api old 2.0/policies/clusters/delete "{\"policy_id\": \"$old\"}" >/dev/null
policy '{\"spark_version\":{\"type\":\"fixed\",\"value\":\"x\"}}' >/dev/null
run move export
run move import
status_is "another content: import ends with 0" 0
like "another content: ... and tells" "$(rows "SELECT message FROM note
  WHERE code = 'vanished' AND wsid > 0")" 'made anew in the source'
run move undo
is "another content: undo takes back what we made" \
  "$(api new 2.0/policies/clusters/list | grep -c '"pol"' || :)" 0
end_process "$simulator_pid"
