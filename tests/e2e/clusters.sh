#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pools, policies and global init scripts: what move.sh and mutations.sh do not
# show.  What is adopted and edited, what cannot be moved and says so, a lost
# reply.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# make_pool END NAME MORE
make_pool ()
{
  api "$1" 2.0/instance-pools/create "{\"instance_pool_name\": \"$2\",
    \"node_type_id\": \"i3.xlarge\"$3}" >/dev/null
}

# pool END NAME FIELD: its value
pool ()
{
  api "$1" 2.0/instance-pools/list | python3 -c '
import json, sys
for pool in json.load(sys.stdin)["instance_pools"]:
    if pool["instance_pool_name"] == sys.argv[1]:
        print(json.dumps(pool.get(sys.argv[2])))' "$2" "$3"
}

# --- one that is in the target already
pair
make_pool old same ', "max_capacity": 9, "disk_spec": {"disk_count": 2},
  "custom_tags": {"a": "b"}'
make_pool new same ', "max_capacity": 3'
state new "$tmp/before"
run move export
run move import
status_is "adopted: import ends with 0" 0
is "adopted: it stays as it was" "$(pool new same max_capacity)" 3
run move validate
status_is "adopted: validate ends with 0" 0

run move undo
state new "$tmp/after"
is "adopted: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''

forget_session
run move export
run move import --on-conflict update
status_is "updated: import ends with 0" 0
is "updated: it got the capacity" "$(pool new same max_capacity)" 9
is "updated: and the tags" "$(pool new same custom_tags)" '{"a": "b"}'
is "updated: and was asked for nothing that no edit takes" \
  "$(ask strict "$url_new")" ''
run move validate
like "updated: what no edit takes is named" \
  "$(rows "SELECT key, what, path FROM difference")" \
  '^same.differs.disk_spec'
run move undo
status_is "updated: undo ends with 0" 0
state new "$tmp/after"
is "updated: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- idle machines are billed: none is started, and the number is told
forget_session
pair
make_pool old three ', "min_idle_instances": 3, "max_capacity": 9'
make_pool old none ', "max_capacity": 9'
make_pool old adopted ', "min_idle_instances": 4'
make_pool new adopted ', "min_idle_instances": 5'
state new "$tmp/before"
run move export
run move import
status_is "idle: import ends with 0" 0
is "idle: a pool comes without" \
  "$(pool new three min_idle_instances) $(pool new three max_capacity)" "0 9"
is "idle: one that was there keeps its own" \
  "$(pool new adopted min_idle_instances)" 5
is "idle: a line tells the number, for those that had one" \
  "$(rows "SELECT asset.key, message FROM note JOIN asset USING (aid)")" \
  "three|it has no idle machines there; set min_idle_instances to 3, as in the \
source, when they are to start"
run move validate
status_is "idle: validate ends with 0" 0
like "idle: and counts it" "$out" \
  '^expected: paused or off, as imported: instance-pools 1$'
like "idle: and nothing else" "$err" ' 0 unexplained differences'
run move validate --json
like "idle: also for programs" "$out" \
  '"kind":"instance-pools",.*"dropped":0,"off":1'
run move import
is "idle: a second import makes none" \
  "$(ask number "$url_new" routes instance-pools/create)" 3
is "idle: and changes none" \
  "$(ask number "$url_new" routes instance-pools/edit)" 0
id=$(pool new three instance_pool_id)
tell "$url_new" object "{\"kind\": \"instance-pools\", \"match\": {
  \"instance_pool_id\": $id}, \"set\": {\"min_idle_instances\": 3}}"
run move validate
status_is "idle: with them it is no difference either" 0
is "idle: and not counted any more" "$(echo "$out" | grep expected || :)" ''
run move import --on-conflict update
is "idle: no import takes them away" "$(pool new three min_idle_instances)" 3
tell "$url_new" object "{\"kind\": \"instance-pools\", \"match\": {
  \"instance_pool_id\": $id}, \"set\": {\"min_idle_instances\": 0}}"
run move undo
status_is "idle: undo ends with 0" 0
state new "$tmp/after"
is "idle: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- the password of a registry stays behind: each pool says so once
forget_session
pair
know "the password of a registry" 'not to be seen'
auth='"basic_auth": {"username": "puller", "password": "not to be seen"}'
make_pool old pulls ", \"preloaded_docker_images\": [
  {\"url\": \"registry.example.com/a:1\", $auth},
  {\"url\": \"registry.example.com/b:1\", $auth}]"
make_pool old open ', "preloaded_docker_images": [
  {"url": "registry.example.com/a:1"}]'
run move export
run move import
status_is "registry: import ends with 0" 0
is "registry: one line for the pool that has a password" \
  "$(rows "SELECT asset.key, message FROM note JOIN asset USING (aid)")" \
  "pulls|the password of its Docker registry is not shown by the source; no \
edit can set it: make the pool by hand instead"
end_process "$simulator_pid"

# --- a profile that is gone from the source, one that the target cannot have
forget_session
pair --populate instance-profiles=2
make_pool old gone ', "aws_attributes": {"instance_profile_arn":
  "arn:aws:iam::1:instance-profile/gone"}'
make_pool old plain ''
run move export
run move import
status_is "gone: import ends with 1" 1
is "gone: the pool is left out, and no other" "$(work_of instance-pools)" \
  "gone|7|unknown-reference
plain|4|"
like "gone: one line says why" "$(migrate --session s errors)" \
  "instance-pools 'gone': it names 'arn:aws:iam::1:instance-profile/gone'"
end_process "$simulator_pid"

# --- an edition that has no such zone, a name that somebody took meanwhile
forget_session
pair --populate instance-pools=3
create='"match": "POST */instance-pools/create"'
refusal='{\"error_code\":\"INVALID_PARAMETER_VALUE\",\"message\":\"no zone x\"}'
tell "$url_new" faults \
  "{$create, \"do\": \"status\", \"status\": 400, \"times\": 1, \"body\": \"$refusal\"}"
run move export
run move import
status_is "refused: import ends with 1" 1
like "refused: with the words of the service" "$err" 'no zone x'
is "refused: it alone" \
  "$(work_of instance-pools | grep -c '|6|')" 1
run move import --retry-failed
status_is "refused: a second try ends with 0" 0
run move validate
status_is "refused: and validate with 0" 0
end_process "$simulator_pid"

# --- the reply to a create is lost: the second one is refused by its name
forget_session
pair --populate instance-pools=8
tell "$url_new" faults \
  "{$create, \"do\": \"cut\", \"when\": \"after\", \"times\": 3}"
run move export
run move import
status_is "lost: import ends with 0" 0
is "lost: nothing was created twice" "$(ask twice "$url_new" "$url_old")" ''
run move validate
status_is "lost: validate ends with 0" 0
run move undo
status_is "lost: undo ends with 0" 0
is "lost: undo finds all of them" \
  "$(api new 2.0/instance-pools/list)" '{}'
end_process "$simulator_pid"

# --- a workspace of another cloud: each pool is refused, with the reason
forget_session
pair --populate instance-pools=2 -- --cloud azure
run move export
run move import
status_is "another cloud: import ends with 1" 1
like "another cloud: with the words of the service" \
  "$(migrate --session s errors)" 'aws_attributes cannot be given'
end_process "$simulator_pid"

# one END NAME FIELD: a field of a policy
policy ()
{
  api "$1" 2.0/policies/clusters/list | python3 -c '
import json, sys
for policy in json.load(sys.stdin)["policies"]:
    if policy["name"] == sys.argv[1]:
        print(policy.get(sys.argv[2]))' "$2" "$3"
}

# put NAME DEFINITION [MORE]: a policy of the source, whatever it holds
put_policy ()
{
  tell "$url_old" object "{\"kind\": \"cluster-policies\", \"create\": {
    \"name\": \"$1\", \"definition\": \"$2\"${3:-}}}"
}

# --- ids inside the JSON of a policy
forget_session
pair --populate instance-pools=1,cluster-policies=4
here=$(pool old general instance_pool_id | tr -d '"')
put_policy spaced \
  "{ \\\"instance_pool_id\\\" :\\n {\\\"value\\\":\\\"$here\\\"}, \\\"x\\\":\\\"$here\\\" }"
put_policy bad '{\"instance_pool_id\": {\"value\": nope'
put_policy lost '{\"instance_pool_id\": {\"value\": \"0101-000000-gone00-pool-1\"}}'
run move export
run move import
status_is "inside: import ends with 1" 1
there=$(pool new general instance_pool_id | tr -d '"')
is "inside: the id alone is another one" \
  "$(policy new spaced definition)" "{ \"instance_pool_id\" :
 {\"value\":\"$there\"}, \"x\":\"$here\" }"
is "inside: what cannot be moved is told, what the product makes is left" \
  "$(work_of cluster-policies)" "Job Compute|8|default-policy
Personal Compute|8|default-policy
Power User Compute|8|default-policy
Shared Compute|8|default-policy
bad|6|text-not-json
lost|7|unknown-reference
spaced|4|"
run migrate --session s errors
like "inside: one line for JSON that is none" "$out" \
  "^1  text-not-json +cluster-policies 'bad': its 'definition' is no JSON"
like "inside: one line for a pool that is gone" "$out" \
  "^1  unknown-reference +cluster-policies 'lost': .*gone00-pool-1"
is "inside: no request was made for them" "$(ask strict "$url_new")" ''
end_process "$simulator_pid"

# --- a family, and the policies of the product
forget_session
pair --populate cluster-policies=4,instance-pools=1 \
  -- --populate cluster-policies=4,instance-pools=1 --without-family power-user
here=$(pool old general instance_pool_id | tr -d '"')
there=$(pool new general instance_pool_id | tr -d '"')
# family NAME FAMILY [MORE]
family ()
{
  tell "$url_old" object "{\"kind\": \"cluster-policies\", \"create\": {
    \"name\": \"$1\", \"policy_family_id\": \"$2\"${3:-}}}"
}
family ours job-cluster ', "policy_family_definition_overrides":
  "{\"x\": {\"type\": \"unlimited\"}}"'
family lacking power-user ", \"max_clusters_per_user\": 3,
  \"policy_family_definition_overrides\": \"{\\\"instance_pool_id\\\":
  {\\\"type\\\": \\\"fixed\\\", \\\"value\\\": \\\"$here\\\"}}\""
family foreign job-cluster
tell "$url_old" object '{"kind": "cluster-policies", "match": {
  "name": "foreign"}, "set": {"policy_family_id": "of another region"}}'
state new "$tmp/before"
run move export
run move import
status_is "family: import ends with 0" 0
is "family: those of the product stand for each other, and none is made" \
  "$(work_of cluster-policies)" "Job Compute|5|
Personal Compute|5|
Power User Compute|8|default-policy
Shared Compute|5|
foreign|4|
lacking|4|
ours|4|"
is "family: the overrides came along" \
  "$(policy new ours policy_family_definition_overrides)" \
  '{"x": {"type": "unlimited"}}'
is "family: and were put together there" "$(policy new ours definition)" \
  "$(policy old ours definition)"
is "family: one that the target lacks is given up, with the overrides" \
  "$(policy new lacking policy_family_id) $(
     policy new lacking policy_family_definition_overrides)" "None None"
is "family: what was put together is sent, with the target's ids" \
  "$(policy new lacking definition)" \
  "$(policy old lacking definition | sed "s/$here/$there/")"
is "family: and everything else" "$(policy new lacking max_clusters_per_user)" 3
is "family: also where the source lists no such family" \
  "$(policy new foreign policy_family_id) $(policy new foreign definition)" \
  "None $(policy old foreign definition)"
run migrate --session s report
like "family: a line says so" "$out" \
  "cluster-policies  lacking  .*have its 'policy_family_id'; .* spelled-out"
run move validate
status_is "family: validate ends with 0" 0
is "family: no request was wrong" "$(ask strict "$url_new")" ''
run move import
is "family: a second import creates nothing" \
  "$(ask twice "$url_new" "$url_old")" ''
tell "$url_new" object '{"kind": "cluster-policies", "match": {
  "name": "lacking"}, "set": {"max_clusters_per_user": 4}}'
run move validate
status_is "family: validate ends with 5 when something else was changed" 5
is "family: and names that alone" \
  "$(rows "SELECT key, path FROM difference WHERE coalesce (why, '') = ''")" \
  "lacking|max_clusters_per_user"
tell "$url_new" object '{"kind": "cluster-policies", "match": {
  "name": "lacking"}, "set": {"max_clusters_per_user": 3}}'
run move undo
status_is "family: undo ends with 0" 0
state new "$tmp/after"
is "family: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- an update gives up the family as well
forget_session
pair -- --without-family power-user
tell "$url_old" object '{"kind": "cluster-policies", "create": {
  "name": "same", "policy_family_id": "power-user"}}'
tell "$url_new" object '{"kind": "cluster-policies", "create": {
  "name": "same", "definition": "{}"}}'
run move export
run move import --on-conflict update --plugins clusters
status_is "updated: import ends with 0" 0
is "updated: it is what the family made of it" \
  "$(policy new same definition)" "$(policy old same definition)"
run move validate --plugins clusters
status_is "updated: validate ends with 0" 0
run move undo
status_is "updated: undo ends with 0" 0
is "updated: undo puts it back" "$(policy new same definition)" "{}"
end_process "$simulator_pid"

# --- a list of families that broke off proves nothing
forget_session
pair -- --without-family power-user
for name in job-cluster power-user; do
  tell "$url_old" object "{\"kind\": \"cluster-policies\", \"create\": {
    \"name\": \"of $name\", \"policy_family_id\": \"$name\"}}"
done
run move export
tell "$url_new" faults '{"match": "GET */policy-families", "do": "status", '\
'"status": 400, "times": 0}'
run move import --plugins clusters
status_is "broken: import ends with 1" 1
is "broken: the family that is there is kept" \
  "$(policy new "of job-cluster" policy_family_id)" job-cluster
like "broken: what is not there is refused, with the service's words" \
  "$err" 'of power-user: .*policy family does not exist.* \[refused\]'
tell "$url_new" faults '' -X DELETE
run move import --plugins clusters --retry-failed
status_is "broken: with the list it is made, import ends with 0" 0
is "broken: of its definition" "$(policy new "of power-user" definition)" \
  "$(policy old "of power-user" definition)"
end_process "$simulator_pid"

# --- nor does one that the target does not offer
forget_session
pair
tell "$url_old" object '{"kind": "cluster-policies", "create": {
  "name": "kept", "policy_family_id": "power-user"}}'
run move export
tell "$url_new" faults '{"match": "GET */policy-families", "do": "status", '\
'"status": 404, "times": 0, "body": "{\"error_code\":\"FEATURE_DISABLED\"}"}'
run move import --plugins clusters
status_is "no list: import ends with 0" 0
is "no list: the family is kept" "$(policy new kept policy_family_id)" power-user
end_process "$simulator_pid"

# --- an edit of what is there, and back
forget_session
pair
put_policy same '{\"a\": {}}' ', "description": "ours"'
tell "$url_new" object '{"kind": "cluster-policies", "create": {
  "name": "same", "policy_family_id": "power-user"}}'
state new "$tmp/before"
run move export
run move import --on-conflict update --plugins clusters
status_is "edited: import ends with 0" 0
is "edited: it is the source's" "$(policy new same definition)" '{"a": {}}'
is "edited: and of no family any more" \
  "$(policy new same policy_family_id)" None
run move validate --plugins clusters
status_is "edited: validate ends with 0" 0
run move undo
status_is "edited: undo ends with 0" 0
state new "$tmp/after"
is "edited: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- scripts: disabled, in their order, each once though its place is another
forget_session
pair --populate global-init-scripts=12

# scripts END: name and state of each, in order
scripts ()
{
  api "$1" 2.0/global-init-scripts | python3 -c '
import json, sys
for one in json.load(sys.stdin)["scripts"]:
    print(one["name"].split()[-1], one["enabled"])'
}

# script_id NAME: of a script of the target
script_id ()
{
  api new 2.0/global-init-scripts | python3 -c '
import json, sys
print([one["script_id"] for one in json.load(sys.stdin)["scripts"]
       if one["name"] == sys.argv[1]][0])' "$1"
}

# put NAME TEXT [MORE]
put_script ()
{
  curl -sSf -o "$tmp/.put" -X PATCH -H "Authorization: Bearer $token_new" \
    "$url_new/api/2.0/global-init-scripts/$(script_id "$1")" \
    -d "{\"name\": \"$1\", \"script\": \"$2\"${3:-}}"
}

state new "$tmp/before"
lost='"do": "cut", "when": "after", "times": 4'
tell "$url_new" faults "{\"match\": \"POST */global-init-scripts\", $lost}"
never='"do": "cut", "when": "before", "offset": 6, "times": 3'
tell "$url_new" faults "{\"match\": \"POST */global-init-scripts\", $never}"
run move export
run move import --settle 50ms
status_is "scripts: import ends with 0" 0
is "scripts: nothing was created twice" "$(ask twice "$url_new" "$url_old")" ''
is "scripts: they stand in their order, disabled" "$(scripts new)" \
  "$(scripts old | sed 's/True/False/')"
run move validate
status_is "scripts: validate ends with 0, gaps are nobody's" 0
run move import
is "scripts: a second import creates none, beside the 3 that were lost" \
  "$(ask number "$url_new" routes POST /global-init-scripts)" 15
more=$(printf '#!/bin/sh\necho more\n' | base64)
put_script 'script 010' "$more" ', "position": 99'
run move validate
status_is "scripts: validate finds that two have changed places" 5
is "scripts: and names the one that followed the other" \
  "$(rows "SELECT key, what, path FROM difference")" 'script 011|differs|'
put_script 'script 011' "$more" ', "position": 99'
run move validate
status_is "scripts: it ends with 0 when they stand as they did" 0
run move undo
status_is "scripts: undo ends with 0" 0
state new "$tmp/after"
is "scripts: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- scripts beside those that are there
forget_session
pair --populate global-init-scripts=12
for name in theirs proxy; do
  api new 2.0/global-init-scripts \
    "{\"name\": \"$name\", \"script\": \"IyEK\", \"enabled\": true}" >/dev/null
done
run move export
run move import
status_is "scripts beside: import ends with 1" 1
is "scripts beside: a name alone decides nothing" \
  "$(work_of global-init-scripts | grep '|6|' | sort -u)" "proxy|6|ambiguous"
is "scripts beside: all others stand in their order, disabled" \
  "$(scripts new | grep -v 'theirs\|proxy')" \
  "$(scripts old | grep -v proxy | sed 's/True/False/')"
is "scripts beside: those that were there made room" \
  "$(scripts new | grep 'theirs\|proxy')" "theirs True
proxy True"
run move validate
like "scripts beside: validate knows why" "$err" ' 0 unexplained differences'
know "a script" 'not in the open'
secret=$(printf 'not in the open' | base64)
put_script 'script 007' "$secret"
run move validate
status_is "scripts beside: validate finds another text" 5
is "scripts beside: and says where, and not what" \
  "$(rows "SELECT key, path, source, target FROM difference
    WHERE coalesce (why, '') = ''")" 'script 007|script|(sealed)|(sealed)'
run move undo
status_is "scripts beside: undo ends with 0" 0
is "scripts beside: undo leaves those that were there and what was edited" \
  "$(scripts new | sort)" "007 False
proxy True
theirs True"
is "scripts beside: the session does not hold the text in the open" \
  "$(cat "$tmp"/sessions/s/session.db* | grep -c -a -e IyEvYmluL3No \
    -e "$secret" || :)" 0
