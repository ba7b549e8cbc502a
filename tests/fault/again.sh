#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The source changes and is exported again while something of the target hangs
# on what was sent before: a create that nobody answered is found by that, and
# undo knows by that what is ours.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/once.sh"

# change KIND OLD-NAME MEMBER VALUE: in the source
change ()
{
  tell "$url_old" object "{\"kind\": \"$1\", \"match\": {\"displayName\": \"$2\"},
    \"set\": {\"$3\": \"$4\"}}"
}

# named KIND NAME: how many of them the target has
named ()
{
  ask get "$url_new" state | python3 -c 'import json, sys
rows = json.load (sys.stdin)["tables"][sys.argv[1]]
print (sum (r["fields"]["displayName"] == sys.argv[2] for r in rows))' "$@"
}

# external KIND NAME: the external id of the first of that name in the target
external ()
{
  ask get "$url_new" state | python3 -c 'import json, sys
rows = json.load (sys.stdin)["tables"][sys.argv[1]]
print ([r["fields"].get ("externalId") for r in rows
        if r["fields"]["displayName"] == sys.argv[2]][0])' "$@"
}

back_to_before ()
{
  run move undo
  status_is "$1: undo ends with 0" 0
  state new "$tmp/undone"
  is "... and the target is as it was" \
    "$(ask same "$tmp/before" "$tmp/undone")" ''
}

pair --populate users=3
make_principal old robot '"entitlements": [{"value": "allow-cluster-create"}]' \
  >/dev/null
tell "$url_old" object \
  '{"kind": "groups", "create": {"displayName": "team one"}}'
state new "$tmp/before"

# --- names that repeat: a second one would be taken
run move export
mg_with=robot
killed_at after 'POST *ServicePrincipals' $(import_to)
is "killed behind a create" "$(named service-principals robot)" 1
change service-principals robot externalId other
run move export
run move import --settle 50ms
status_is "the next import ends with 0" 0
is "what was sent was found by what it was then" \
  "$(named service-principals robot)" 1
back_to_before "found"

# --- names that do not: the new one would be made beside the old
forget_session
run move export
mg_with='team one'
killed_at after 'POST *Groups' $(import_to)
is "killed behind a create" "$(named groups 'team one')" 1
change groups 'team one' displayName 'team two'
run move export
run move import --settle 50ms
status_is "the next import ends with 0" 0
is "there is one, under its old name" \
  "$(named groups 'team one') $(named groups 'team two')" '1 0'
back_to_before "renamed"

# --- nothing left when it was killed: what is exported now is sent
forget_session
run move export
mg_with=robot
killed_at before 'POST *ServicePrincipals' $(import_to)
change service-principals robot externalId third
run move export
run move import --settle 50ms
status_is "what had not left: the next import ends with 0" 0
is "what had not left is sent as it is now, once" \
  "$(named service-principals robot) $(external service-principals robot)" \
  '1 third'
back_to_before "sent anew"

# --- and all is done
forget_session
run move export
run move import
change service-principals robot externalId fourth
change groups 'team two' externalId other
run move export
back_to_before "done"
