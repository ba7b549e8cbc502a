#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A list of the target that cannot be read: nobody knows what is there, so
# nothing is created and nothing is taken back on its account.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

pair --populate users=5,groups=3,service-principals=4
list_fails='{"match": "GET *ServicePrincipals*", "do": "status", '
list_fails=$list_fails'"status": 400, "times": 0}'

run move export
ask post "$url_new" faults "$list_fails" >/dev/null
run move import
status_is "import: a list that fails is told by the status" 1
like "import: ... and by a line" "$out$err" 'plugin-disabled'
is "import: nothing is created without the baseline" "$(ask writes "$url_new")" 0
ask delete "$url_new" faults >/dev/null
run move import
status_is "import: it goes on when the list can be read" 0

ask post "$url_new" faults "$list_fails" >/dev/null
run move validate
status_is "validate: a list that fails is told by the status" 1
like "validate: ... and by a count" "$out" 'service-principals .* 4 not read'
ask delete "$url_new" faults >/dev/null
ask post "$url_new" faults "$(printf '%s' '{"match": "GET *Groups/*", ' \
  '"do": "status", "status": 400, "times": 0}')" >/dev/null
run move validate
status_is "validate: a detail that fails, too" 1
like "validate: ... it is neither missing nor different" "$out" \
  'groups  *[0-9]*  *0  *0  *0  *0  *0  *[0-9]* not read'
ask delete "$url_new" faults >/dev/null
run move validate
status_is "validate: all is there when it can be read" 0

before=$(ask writes "$url_new")
ask post "$url_new" faults "$list_fails" >/dev/null
run move undo
status_is "undo: is refused" 3
like "undo: ... with a reason" "$err" 'export-incomplete'
is "undo: ... and takes nothing back" "$(ask writes "$url_new")" "$before"
ask delete "$url_new" faults >/dev/null
run move undo
status_is "undo: it is done when all can be read" 0

# --- the source: what changed and could not be read again is not moved as it was
forget_session
run move export
group=$(rows "SELECT src_id FROM asset JOIN kind USING (kid)
  WHERE wsid = 0 AND name = 'groups' AND key NOT IN ('admins', 'users')
  ORDER BY aid LIMIT 1")
ask post "$url_old" object '{"kind": "groups", "match": {"id": "'"$group"'"},
  "set": {"displayName": "renamed meanwhile"}}' >/dev/null
ask post "$url_old" faults "$(printf '%s' '{"match": "GET *Groups/*", ' \
  '"do": "status", "status": 400, "times": 0}')" >/dev/null
run move export
status_is "export: what cannot be read again is told by the status" 1
ask delete "$url_old" faults >/dev/null
run move import
status_is "import: it is not moved as it was" 1
like "import: ... with a reason" "$(rows "SELECT code FROM work
  JOIN asset USING (aid) WHERE src_id = '$group' AND work.wsid = 1")" \
  'export-incomplete'
run move export
run move import
status_is "import: it is moved when it was read" 0
state old "$tmp/source"
state new "$tmp/target"
is "... as it is" "$(ask moved "$tmp/source" "$tmp/target")" ''
