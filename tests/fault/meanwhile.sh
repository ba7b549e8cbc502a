#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Somebody makes a group in the target between the plan and the import: it is
# adopted, gets the members it lacks, and undo leaves it.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
requires curl --version

pair --populate users=9,groups=12
run move export
run move plan
name=$(rows "SELECT key FROM asset JOIN kind USING (kid) JOIN edge ON src = aid
  JOIN work USING (aid) WHERE name = 'groups' AND op = 1
  AND key NOT GLOB '*[^A-Za-z0-9-]*' GROUP BY aid
  ORDER BY count (*) DESC LIMIT 1")
scim new Groups "{\"displayName\":\"$name\",\"entitlements\":
  [{\"value\":\"workspace-access\"}]}" >"$tmp/made"
id=$(grep -oE '"id": ?"[0-9]+"' "$tmp/made" | head -n 1 | tr -dc 0-9)

run move import
status_is "the import ends with 0" 0
is "the group is adopted" "$(rows "SELECT provenance FROM work
  JOIN asset USING (aid) WHERE key = '$name' AND phase = 1")" 2
ok "... and has its members" [ "$(scim new "Groups/$id" |
  grep -o '"\$ref"' | wc -l)" -ge 1 ]
run move undo
status_is "undo ends with 0" 0
like "... and leaves the group" "$(scim new "Groups/$id")" "$name"
