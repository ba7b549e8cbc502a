#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Instance pools: what move.sh and mutations.sh do not show.  What is adopted
# and edited, what cannot be moved and says so, a create whose reply is lost.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# api URL TOKEN PATH [BODY]
api ()
{
  curl -sS -H "Authorization: Bearer $2" "$1/api/2.0/$3" ${4:+-d "$4"}
}

# make END NAME MORE: a pool
make_pool ()
{
  eval "api \"\$url_$1\" \"\$token_$1\" instance-pools/create '{
    \"instance_pool_name\": \"$2\", \"node_type_id\": \"i3.xlarge\"$3}'" \
    >/dev/null
}

# pool END NAME FIELD: its value
pool ()
{
  eval "api \"\$url_$1\" \"\$token_$1\" instance-pools/list" | python3 -c '
import json, sys
for pool in json.load(sys.stdin)["instance_pools"]:
    if pool["instance_pool_name"] == sys.argv[1]:
        print(json.dumps(pool.get(sys.argv[2])))' "$2" "$3"
}

work_of ()
{
  rows "SELECT key, work.state, coalesce (code, '') FROM work
    JOIN asset USING (aid) JOIN kind ON kind.kid = work.kid
    WHERE kind.name = '$1' AND phase = 1 ORDER BY key"
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
  "$(api "$url_new" "$token_new" instance-pools/list)" '{}'
end_process "$simulator_pid"

# --- a workspace of another cloud: each pool is refused, with the reason
forget_session
pair --populate instance-pools=2 -- --cloud azure
run move export
run move import
status_is "another cloud: import ends with 1" 1
like "another cloud: with the words of the service" \
  "$(migrate --session s errors)" 'aws_attributes cannot be given'
