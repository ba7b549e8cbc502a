#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A target that takes its principals from an account: that the account lacks
# one is said only when the service has said so, and whether there is an
# account at all is never guessed.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

assignments='preview/permissionassignments'

pair --populate users=6,service-principals=2 \
  -- --federated --populate account-users=3,account-groups=2
tell "$url_old" object \
  '{"kind": "groups", "create": {"displayName": "account group 1"}}'
tell "$url_old" object \
  '{"kind": "groups", "create": {"displayName": "ours alone"}}'
# it administers the source, and blocks 'admins' until the account has it
tell "$url_old" object '{"kind": "service-principals", "match":
  {"displayName": "automation of old"}, "delete": true}'
run move export --plugins users
status_is "export ends with 0" 0
is "the source is not asked for assignments" \
  "$(ask number "$url_old" routes permissionassignments)" 0
cp -R "$tmp/sessions/s" "$tmp/exported"

# begin FAULT...: the target and the session as they were after the export
begin ()
{
  tell "$url_new" reset '{}'
  tell "$url_new" reset '{"what": "state"}'
  forget_session
  cp -R "$tmp/exported" "$tmp/sessions/s"
  [ $# = 0 ] || tell "$url_new" faults "$(printf '%s\n' "$@")"
}

# asked DO [MEMBERS]: a fault of the question for assignments
asked ()
{
  printf '{"match": "GET *%s", "do": "%s"%s}' "$assignments" "$1" "${2:+, $2}"
}

# assigned WITH DO [MEMBERS]: a fault of the assignment of WITH
assigned ()
{
  printf '{"match": "POST *%s", "with": "%s", "do": "%s"%s}' "$assignments" \
    "$1" "$2" "${3:+, $3}"
}

# rows_of KIND: state and code of each
rows_of ()
{
  rows "SELECT asset.key || ' ' || state || ' ' || coalesce (code, '')
    FROM work JOIN asset USING (aid) JOIN kind ON kind.kid = work.kid
    WHERE name = '$1' AND asset.key NOT IN ('admins', 'users') ORDER BY 1"
}

begin
run move import
status_is "import ends with 0" 0
is "a group of the account is assigned, another is for the operator" \
  "$(rows_of groups)" 'account group 1 4 
ours alone 8 account-principal'
is "a service principal is for the operator" "$(rows_of service-principals)" \
  'nightly job 8 account-principal'
is "users that the account lacks are made" \
  "$(rows_of users | grep -c ' 4 $')" 5

# --- what the service did not say is not claimed
# refused TEXT CODE WORDS FAULT: the assignment of the group fails with CODE
# and the words, and the next import does it
refused ()
{
  begin "$4"
  run move import --retry-total 2 --retry-backoff 10ms
  status_is "$1: import ends with 1" 1
  is "$1: the group failed with its code" "$(rows_of groups |
    head -n 1)" "account group 1 6 $2"
  like "$1: in the words of the service" "$(rows 'SELECT message FROM work
    WHERE state = 6')" "$3"
  tell "$url_new" faults '' -X DELETE
  run move import --retry-failed
  status_is "$1: the next import ends with 0" 0
  is "$1: the next import assigns it" "$(rows_of groups | head -n 1)" \
    'account group 1 4 '
}

group='account group 1'
refused '503' server-error 'the account is asleep' "$(assigned "$group" status \
  '"times": 0, "status": 503, "body": {"error_code": "TEMPORARILY_UNAVAILABLE",
  "message": "the account is asleep"}' | tr -d '\n')"
refused '400' refused 'too many assignments' "$(assigned "$group" status \
  '"status": 400, "body": {"error_code": "INVALID_PARAMETER_VALUE",
  "message": "too many assignments"}' | tr -d '\n')"
refused '404 without a word' not-found '404' "$(assigned "$group" html \
  '"status": 404')"
refused 'an error inside' account-refused 'ADMIN is invalid' \
  "$(assigned "$group" status '"status": 200, "body":
  {"permission_assignments": [{"principal": {"group_name": "account group 1"},
  "error": "Invalid permission: ADMIN is invalid"}]}' | tr -d '\n')"
refused 'an answer without an id' account-refused 'neither an id nor an error' \
  "$(assigned "$group" status '"status": 200, "body": {}')"

# --- once more is enough for what passes
begin "$(assigned "$group" status '"status": 503')"
run move import --retry-backoff 10ms
status_is "one 503: import ends with 0" 0
is "one 503: the group is assigned" "$(rows_of groups | head -n 1)" \
  'account group 1 4 '

# --- the account says no in other ways
for body in '"status": 404, "body": {"error_code": "RESOURCE_DOES_NOT_EXIST",
  "message": "Principal not found"}' '"status": 400, "body": {"error_code":
  "INVALID_PARAMETER_VALUE", "message": "Group ours does not exist"}'; do
  begin "$(assigned "ours" status "$body" | tr -d '\n')"
  run move import
  status_is "${body%%,*}: import ends with 0" 0
  is "${body%%,*}: a group for the operator" \
    "$(rows_of groups | grep ours)" 'ours alone 8 account-principal'
done

# --- is there an account?
# unknown TEXT STATUS WORDS FAULT [OPTION...]: the plugin does nothing
unknown ()
{
  mg_text=$1 mg_status=$2 mg_words=$3
  begin "$4"
  shift 4
  run move import --retry-total 2 --retry-backoff 10ms "$@"
  status_is "$mg_text: import ends with $mg_status" "$mg_status"
  like "$mg_text: it says why" "$err$out" "$mg_words"
  is "$mg_text: nothing was written" "$(ask writes "$url_new")" 0
  tell "$url_new" faults '' -X DELETE
  run move import --retry-failed
  status_is "$mg_text: the next import ends with 0" 0
  is "$mg_text: the group is assigned then" "$(rows_of groups | head -n 1)" \
    'account group 1 4 '
}

unknown 'asked, a page' 1 'account.*HTML' "$(asked html '"times": 0')"
unknown 'asked, 403' 1 'account.*403' "$(asked status '"times": 0,
  "status": 403' | tr -d '\n')"
unknown 'asked, 500' 1 'account.*500' "$(asked status '"times": 0,
  "status": 500' | tr -d '\n')"
unknown 'asked, 429 for ever' 10 '\[throttled\]' "$(asked status '"times": 0,
  "status": 429, "headers": {"Retry-After": "1"}' | tr -d '\n')" \
  --throttle-wait 1s

# --- there is none
for body in '"status": 404' '"status": 400, "body": {"error_code":
  "FEATURE_DISABLED", "message": "no federation"}' '"status": 500, "body":
  {"error_code": "INTERNAL_ERROR", "message": "FEATURE_DISABLED: no"}'; do
  begin "$(asked status "\"times\": 0, $body" | tr -d '\n')"
  run move import --retry-backoff 10ms --retry-total 2
  status_is "no account (${body%%,*}): import ends with 0" 0
  is "no account (${body%%,*}): groups are made" "$(rows_of groups)" \
    'account group 1 4 
ours alone 4 '
done
