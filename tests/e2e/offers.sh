#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Two workspaces that do not offer the same: what one of them lacks is left out,
# with one line and a reason, and what names it goes without it.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/e2e/jobs-lib.sh"

# lines CODE: how often it was said on standard error
lines ()
{
  printf '%s\n' "$err" | grep -c "\[$1\]"
}

# unequal KIND: its row of the last table
unequal ()
{
  printf '%s\n' "$out" | grep "^ *$1 "
}

people=users=20,groups=8,instance-profiles=3
state_of ()
{
  rows "SELECT DISTINCT work.state, coalesce (code, '') FROM work
    JOIN kind USING (kid) WHERE kind.name = '$1' AND wsid > 0 AND phase = 1
    AND code IS NOT 'deleted-experiment'"
}

# --- a target without access control
pair --populate experiments=30 -- --tier standard
run move export
status_is "standard target: export ends with 0" 0
run move import
status_is "standard target: import ends with 0" 0
is "standard target: said once" "$(lines unsupported)" 1
is "standard target: permissions are left out" \
  "$(state_of experiments/permissions)" '8|unsupported'
tell "$url_new" reset '{}'
run move import
status_is "standard target: another import ends with 0" 0
is "standard target: and writes nothing" \
  "$(ask writes "$url_new")" 0
run move validate
status_is "standard target: validate ends with 0" 0
like "standard target: permissions are missing, for a reason" \
  "$(unequal experiments/permissions)" 'unsupported'
is "standard target: said by validate once for each kind" \
  "$(lines unsupported)" 2
end_process "$simulator_pid"

# --- a source without access control
forget_session
pair --populate experiments=30 --tier standard
run move export
status_is "standard source: export ends with 0" 0
is "standard source: said once for each kind" "$(lines unsupported)" 2
run move import
status_is "standard source: import ends with 0" 0
is "standard source: permissions are left out" \
  "$(state_of experiments/permissions)" '8|unsupported'
run move validate
status_is "standard source: validate ends with 0" 0
end_process "$simulator_pid"

# --- whichever way a workspace says that it has no access control
have_permissions ()
{
  folder=$(number "$1" /Shared)
  api "$1" "2.0/permissions/directories/$folder" "{\"access_control_list\":
    [{\"group_name\": \"users\", \"permission_level\": \"CAN_RUN\"}]}" PUT
  make_job "$1" '{"name": "j"}'
} >/dev/null
asked_again ()
{
  ask get "$url_old" ledger | grep '"GET"' \
    | sed -n 's/.*"path":"\([^"]*\/permissions\/[^"]*\)".*/\1/p' | sort | uniq -d
}
for tier in standard standard-text standard-bare; do
  forget_session
  pair --populate experiments=3,users=3 --tier "$tier"
  have_permissions old
  run move export
  status_is "$tier source: export ends with 0" 0
  is "$tier source: one line for a kind" "$(lines unsupported)" 3
  is "$tier source: no asset's are asked for again" "$(asked_again)" ''
  run move import
  status_is "$tier source: import ends with 0" 0
  is "$tier source: import changes no permissions" "$(calls new 'PUT.*permiss')" 0
  run move validate
  status_is "$tier source: validate ends with 0" 0
  like "$tier source: with no difference" "$err" '0 unexplained differences'
  end_process "$simulator_pid"

  forget_session
  pair --populate experiments=3,users=3 -- --tier "$tier"
  have_permissions old
  run move export
  run move import
  status_is "$tier target: import ends with 0" 0
  is "$tier target: the job's are left out" "$(state_of jobs/permissions)" \
    '8|unsupported'
  run move validate
  status_is "$tier target: validate ends with 0" 0
  like "$tier target: the job's are missing, for a reason" \
    "$(unequal jobs/permissions)" 'unsupported'
  end_process "$simulator_pid"
done

# --- one answer without a list says nothing about the workspace
forget_session
pair --populate users=3
have_permissions old
make_job old '{"name": "k"}' >/dev/null
fault old "\"match\": \"GET */permissions/directories/$folder\", \"times\": 0,
  \"do\": \"status\", \"status\": 200, \"body\":
  {\"object_id\": \"/directories/$folder\", \"object_type\": \"directory\"}"
run move export
status_is "one without: export ends with 0" 0
is "one without: no kind is left out" "$(lines unsupported)" 0
run move import
status_is "one without: import ends with 0" 0
is "one without: the jobs' are written" "$(state_of jobs/permissions)" '4|'
run move validate
status_is "one without: validate ends with 0" 0
end_process "$simulator_pid"

# --- another cloud: instance profiles are one cloud's own
forget_session
pair --populate "$people" -- --cloud azure
run move export
run move import
status_is "other cloud: import ends with 0" 0
is "other cloud: instance profiles are left out" \
  "$(state_of instance-profiles)" '8|unsupported'
is "other cloud: nobody waits for them" "$(rows "SELECT count (*) FROM work
  WHERE state IN (0, 6, 7)")" 0
ok "other cloud: what named them tells that it goes without" \
  [ "$(rows "SELECT count (*) FROM note WHERE code = 'dropped'")" -gt 0 ]
run move validate
status_is "other cloud: validate ends with 0" 0
like "other cloud: they are missing, for a reason" \
  "$(unequal instance-profiles)" 'unsupported'
end_process "$simulator_pid"

# --- access control that comes later
forget_session
pair --populate experiments=6
run move export
tell "$url_new" faults "$(printf '%s' '{"match": "PUT */permissions/*", ' \
  '"times": 0, "do": "status", "status": 400, "body": {"error_code": "FEATURE_DISABLED",' \
  '"message": "not in this tier"}}')"
run move import
status_is "later: import ends with 0" 0
is "later: permissions are left out" \
  "$(state_of experiments/permissions)" '8|unsupported'
tell "$url_new" faults '' -X DELETE
run move import
is "later: nobody asks again unasked" \
  "$(state_of experiments/permissions)" '8|unsupported'
run move import --retry-failed
status_is "later: --retry-failed ends with 0" 0
is "later: and brings them" "$(state_of experiments/permissions)" '4|'
run move validate
status_is "later: validate ends with 0" 0
