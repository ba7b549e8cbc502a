#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whose is it?  A create in doubt is settled by what is there, and neither a
# name alone decides, nor does what was there before count, nor what the create
# of a twin has just made.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/once.sh"
# the create that is killed is the one that is looked at, whatever leaves first
mg_with=ours

rights='"entitlements": [{"value": "allow-cluster-create"}]'

# --- somebody else makes one of our name while ours is in doubt
pair --populate users=2
make_principal old ours "$rights" >/dev/null
run move export
# shellcheck disable=SC2046
killed_at before 'POST *ServicePrincipals' $(import_to)
is "another of our name: the client was killed" "$status" 137
other=$(make_principal new ours)
run move import --settle 50ms
status_is "another of our name: import ends with 0" 0
is "another of our name: ours was made all the same" "$(n_principals ours)" 2
unlike "another of our name: it is not taken for ours" "$(counterparts)" \
  "^ours\\|$other\\|"
run move undo
status_is "another of our name: undo ends with 0" 0
is "another of our name: undo leaves it" "$(n_principals ours)" 1
end_process "$simulator_pid"

# --- one that was there before gets our name
forget_session
pair --populate users=2
make_principal old ours "$rights" >/dev/null
run move export
before=$(make_principal new theirs "$rights")
# shellcheck disable=SC2046
killed_at before 'POST *ServicePrincipals' $(import_to)
is "one from before: the client was killed" "$status" 137
curl -sSf -o "$tmp/.told" -X PATCH -H "Authorization: Bearer $token_new" \
  -H 'Content-Type: application/scim+json' "$url_new$principals/$before" \
  -d '{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [{"op": "replace", "path": "displayName", "value": "ours"}]}'
run move import --settle 50ms
status_is "one from before: import ends with 0" 0
unlike "one from before: it is not taken for ours" "$(counterparts)" \
  "\\|$before\\|"
is "one from before: ours was made all the same" "$(n_principals ours)" 2
run move undo
is "one from before: undo leaves it" "$(n_principals ours)" 1
end_process "$simulator_pid"

# --- twins: one is lost, the reply about the other is late
forget_session
pair --populate users=2
make_principal old ours >/dev/null
make_principal old ours >/dev/null
run move export
fault='{"match": "POST *ServicePrincipals", "with": "ours", "do":'
tell "$url_new" faults "$fault \"cut\", \"when\": \"before\"}
$fault \"delay\", \"ms\": 700}"
run move import --settle 100ms
status_is "twins: import ends with 0" 0
is "twins: there are two" "$(n_principals ours)" 2
is "twins: each has its own" "$(counterparts | grep '^ours|' | cut -d'|' -f2 |
  sort -u | grep -c '[0-9]')" 2
