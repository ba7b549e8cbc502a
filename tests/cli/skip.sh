#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What somebody decides to leave out stays out, with the reason, until that is
# taken back.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# state KIND NAME: of the row of that asset, and its code
state ()
{
  rows "SELECT work.state || '|' || coalesce (code, '') FROM work
    JOIN asset USING (aid) JOIN kind ON kind.kid = work.kid
    WHERE name = '$1' AND asset.key = '$2' AND work.phase = 1"
}

# create COLLECTION BODY: in the source; prints its id
create ()
{
  curl -sSf -X POST -H "Authorization: Bearer $token_old" \
    -H 'Content-Type: application/scim+json' \
    "$url_old/api/2.0/preview/scim/v2/$1" -d "$2" |
    sed -n 's/.*"id": *"\([0-9]*\)".*/\1/p' | head -n 1
}

pair --populate users=3,experiments=12
member=$(create Users '{"userName": "eve@example.com"}')
create Groups "{\"displayName\": \"spies\",
  \"members\": [{\"value\": \"$member\"}]}" >/dev/null
create ServicePrincipals '{"displayName": "robot"}' >/dev/null
run move export
skip="migrate skip --session s"

run $skip
status_is "nothing was decided" 0
is "... and that is said" "$out" 'nothing is skipped'

# --- what cannot be decided
run $skip user/eve@example.com --reason 'left us'
status_is "an unknown kind is exit 2" 2
like "... with a suggestion" "$err" "did you mean 'users/...'\? \[unknown-asset\]"
run $skip users/nobody@example.com --reason 'left us'
status_is "an unknown asset is exit 2" 2
like "... and named" "$err" \
  "no users 'nobody@example.com'.*\[unknown-asset\]"
run $skip users/eve@example.com
status_is "without a reason it is exit 2" 2
like "... and one is asked for" "$err" 'add --reason TEXT'
run $skip --remove
status_is "--remove of nothing is exit 2" 2
run $skip users/eve@example.com --remove --reason 'x'
status_is "--remove with a reason is exit 2" 2
is "nothing was written" "$(rows 'SELECT count (*) FROM decision')" 0

# --- by name and by id
run $skip users/EVE@example.com --reason 'left us'
status_is "a user is skipped by name, whatever its case" 0
is "... which is said" "$out" '1 skipped'
run $skip users/nobody@example.com "users/$member" --reason 'twice'
status_is "one unknown of two" 2
is "... and neither is decided" "$(rows 'SELECT reason FROM decision')" 'left us'
run $skip "users/$member" --reason 'left in June'
status_is "by id" 0
is "... the reason is replaced" "$(rows 'SELECT reason FROM decision')" \
  'left in June'
run $skip
like "they are listed" "$out" "^users +eve@example.com +$member .* left in June\$"
run $skip --json
like "... as JSON, too" "$out" \
  '"event":"skip","kind":"users","key":"eve@example.com","id":"[0-9]+","who":'

# --- what becomes of it
odd=$(rows "SELECT src_id FROM asset JOIN kind USING (kid) WHERE wsid = 0
  AND name = 'experiments' AND key = '/Shared/churn'")
run $skip "experiments/$odd" --reason 'a trial'
status_is "an asset with permissions is skipped" 0
run move plan
like "the plan counts it" "$out" '^users .* 1( |$)'
run move import
status_is "import ends with 1: who names it is blocked" 1
is "... the user is left out" "$(state users eve@example.com)" '8|skipped'
is "... the group waits" "$(state groups spies)" '7|blocked'
run migrate errors --session s
like "... and is told for whom" "$out" 'eve@example.com'
is "what belongs to a skipped asset is left out with it" \
  "$(rows "SELECT DISTINCT code FROM work JOIN asset USING (aid)
     JOIN kind ON kind.kid = work.kid WHERE name = 'experiments/permissions'
     AND parent = (SELECT aid FROM asset WHERE wsid = 0
                   AND src_id = '$odd')")" skipped
run move validate
like "validate has the reason" "$(rows "SELECT DISTINCT what || ' ' || why
  FROM difference WHERE key = 'eve@example.com'")" '^missing skipped$'
run $skip "experiments/$odd" --remove
run $skip "users/eve@example.com" --remove
is "taken in again" "$out" '1 no longer skipped'
run move import
status_is "and the next import brings it" 0
is "... with whom it blocked" "$(state groups spies)" '4|'
run move validate
status_is "... and validate agrees" 0
run $skip groups/spies --reason 'too late'
status_is "what is there cannot be skipped" 3
like "... and it is said where" "$err" "'groups/spies' is in .*\[already-moved\]"
run $skip "experiments/permissions/$odd" --reason 'too late'
status_is "nor can permissions that were written" 3

# --- what the target refuses; what lies in its home would be blocked
forget_session
MIGRATE_SKIP=notebooks
export MIGRATE_SKIP
pair --populate users=3
create ServicePrincipals '{"displayName": "robot"}' >/dev/null
run move export
tell "$url_new" faults \
  '{"match": "POST *ServicePrincipals", "with": "robot", "do": "status", "status": 403}'
run move import
status_is "a create is refused" 1
run $skip service-principals/robot --reason 'not allowed there'
status_is "it is skipped" 0
run move import
status_is "and the import ends with 0" 0
is "... without it" "$(state service-principals robot)" '8|skipped'
run $skip service-principals/robot --remove
run move import
status_is "taken in again it is moved" 0
is "... once" "$(state service-principals robot)" '4|'

# --- what was sent and never confirmed
forget_session
pair --populate users=3
create ServicePrincipals '{"displayName": "robot"}' >/dev/null
run move export
tell "$url_new" faults \
  '{"match": "POST *ServicePrincipals", "with": "robot", "do": "cut", "times": 0}'
run move import --settle 50ms
run $skip service-principals/robot --reason 'no more'
status_is "an uncertain one cannot be skipped" 3
like "... and it is said what to do" "$err" 'never confirmed; migrate import .*--retry-failed'
tell "$url_new" faults '' -X DELETE
run move import --settle 50ms --retry-failed
status_is "the next import settles it" 0
