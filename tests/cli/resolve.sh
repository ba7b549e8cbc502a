#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Where a name decides nothing and nobody else can tell, a person says what of
# the target an asset is.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/e2e/jobs-lib.sh"

# create END COLLECTION BODY: prints its id
create ()
{
  eval "mg_url=\$url_$1 mg_token=\$token_$1"
  curl -sSf -X POST -H "Authorization: Bearer $mg_token" \
    -H 'Content-Type: application/scim+json' \
    "$mg_url/api/2.0/preview/scim/v2/$2" -d "$3" |
    sed -n 's/.*"id": *"\([0-9]*\)".*/\1/p' | head -n 1
}

# robots: how many of that name the target has
robots ()
{
  ask get "$url_new" state | python3 -c 'import json, sys
print (sum (r["fields"].get ("displayName") == "robot" for r in
            json.load (sys.stdin)["tables"]["service-principals"]))'
}

# namesakes: a robot on both sides, not the same, and who names ours
namesakes ()
{
  forget_session
  pair --populate users=3
  ours=$(create old ServicePrincipals '{"displayName": "robot"}')
  theirs=$(create new ServicePrincipals '{"displayName": "robot",
    "entitlements": [{"value": "allow-cluster-create"}]}')
  create old Groups "{\"displayName\": \"machines\",
    \"members\": [{\"value\": \"$ours\"}]}" >/dev/null
  run move export
}
resolve="migrate resolve --session s"

# --- it is that one
namesakes
run $resolve service-principals/robot "$theirs"
status_is "before a plan there is no target" 3
run move import
status_is "a name decides nothing" 1
run migrate errors --session s
like "... and the cure says who can" "$out" \
  'migrate resolve --session s KIND/ID NEWID'
run $resolve service-principals/robot 12345
status_is "an id that the target does not have is exit 2" 2
like "... and named" "$err" "id '12345' when it was listed.*\[unknown-asset\]"
run $resolve service-principals/nobody "$theirs"
status_is "so is an asset that the source does not have" 2
run $resolve users/admin@example.com new
status_is "what is moved already is exit 3" 3
run $resolve "service-principals/$ours" "$theirs"
status_is "the one is named" 0
is "... and that is said" "$out" 'they are the same from here on'
run move import
status_is "then the import is whole" 0
is "... with no other robot" "$(robots)" 1
is "... and who named ours names theirs" "$(ask get "$url_new" state |
  python3 -c 'import json, sys
print ([str (m) for r in json.load (sys.stdin)["tables"]["groups"]
        if r["fields"]["displayName"] == "machines" for m in r["members"]])')" \
  "['$theirs']"
run move plan --name 'nobody*'
run move plan
status_is "a plan lets it be" 0
is "... and so does one that selects others" "$(rows "SELECT code FROM work
  JOIN asset USING (aid) WHERE src_id = '$ours' AND phase = 1
  AND new_aid IS NOT NULL")" 'resolved'
run migrate mapping --session s --csv "$tmp/map"
like "mapping knows" "$(cat "$tmp/map/service-principals.csv")" \
  "^$ours,$theirs,robot"
other=$(create old ServicePrincipals '{"displayName": "another"}')
run move export
run $resolve "service-principals/$other" "$theirs"
status_is "nobody else's can be taken" 3
like "... and that is said" "$err" 'counterpart of another asset'
run move undo
is "undo leaves it there" "$(robots)" 1

# --- second thoughts
namesakes
run move import
run $resolve service-principals/robot new
run $resolve service-principals/robot "$theirs"
status_is "after all it is that one" 0
run move plan
run move import
status_is "and the import is whole" 0
is "... with no other robot" "$(robots)" 1

# --- none of them is it
namesakes
run move import
run $resolve service-principals/robot new
status_is "none of them is it" 0
run move plan
like "the plan makes one" "$out" '^service-principals +1 '
run move import
status_is "and so does the import" 0
is "... one" "$(robots)" 2
run move import
status_is "another one" 0
is "... makes no more" "$(robots)" 2
run move validate
status_is "validate finds it" 0
run move undo
is "undo takes ours" "$(robots)" 1
create old Groups '{"displayName": "late"}' >/dev/null
run move export
run $resolve groups/late new
status_is "where names are unique there is no second one" 2
like "... which is told" "$err" 'keeps names of groups unique'

# --- a reply was lost, and the create never came
forget_session
pair --populate users=3
create old ServicePrincipals '{"displayName": "robot"}' >/dev/null
run move export
tell "$url_new" faults \
  '{"match": "POST *ServicePrincipals", "with": "robot", "do": "cut", "times": 0}'
run move import --settle 50ms
status_is "it stays uncertain" 1
tell "$url_new" faults '' -X DELETE
run $resolve service-principals/robot new
status_is "somebody has looked" 0
run move import
status_is "and the next import makes it" 0
is "... once" "$(robots)" 1
end_process "$simulator_pid"

# --- what is only listed, so that jobs find it: two of a name there, or another name
forget_session
pair
ours_w=$(have old warehouses etl)
ours_p=$(have old pipelines feed)
theirs_w=$(have new warehouses 'etl new')
have new pipelines feed >"$tmp/.done"
theirs_p=$(have new pipelines feed)
api old 2.2/jobs/create "{\"name\": \"j\", \"tasks\": [
  {\"task_key\": \"b\", \"pipeline_task\": {\"pipeline_id\": \"$ours_p\"}}]}" \
  >"$tmp/.done"
api old 2.2/jobs/create "{\"name\": \"k\", \"tasks\": [{\"task_key\": \"a\",
  \"notebook_task\": {\"notebook_path\": \"/Shared/n\",
    \"warehouse_id\": \"$ours_w\"}}]}" >"$tmp/.done"
run move export
run move import
status_is "listed: import ends with 1" 1
run migrate errors --session s
like "listed: a name of nobody" "$out" \
  "^1  not-in-target +warehouses 'etl': only found by its name.*blocks 1 jobs,"
like "listed: one of two" "$out" \
  "^1  ambiguous +pipelines 'feed': .*blocks 1 jobs,"
is "listed: and resolve is the cure of both" \
  "$(printf '%s\n' "$out" | grep -c 'cure: .*migrate resolve ')" 2
run $resolve warehouses/etl new
status_is "listed: nobody makes one" 2
run $resolve warehouses/etl "$theirs_w"
status_is "listed: it is called otherwise there" 0
run move import
status_is "listed: import ends with 1 for the other" 1
run $resolve "pipelines/$ours_p" 'nope'
status_is "listed: an id of nobody is exit 2" 2
run $resolve pipelines/feed "$theirs_p"
status_is "listed: it is the second" 0
run move import
status_is "listed: then import ends with 0" 0
is "listed: the job has what was said" "$(api new \
  '2.2/jobs/list?limit=100&expand_tasks=true' | python3 -c '
import json, sys
for job in json.load (sys.stdin)["jobs"]:
    for t in job["settings"]["tasks"]:
        print (job["settings"]["name"], t["task_key"],
               t.get ("notebook_task", {}).get ("warehouse_id"),
               t.get ("pipeline_task", {}).get ("pipeline_id"))' |
  sort)" "j b None $theirs_p
k a $theirs_w None"
run move validate
status_is "listed: validate finds no difference" 0
run migrate mapping --session s --csv "$tmp/listed"
like "listed: mapping knows them" \
  "$(cat "$tmp/listed/warehouses.csv" "$tmp/listed/pipelines.csv")" \
  "^$ours_w,$theirs_w,etl,.*"
run move plan
status_is "listed: another plan lets it be" 0
run move undo
status_is "listed: undo ends with 0" 0
end_process "$simulator_pid"
