#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --name takes what matches and what that refers to; --no-referenced the first
# alone.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# found TABLE NAME: how many of them the target has
found ()
{
  ask get "$url_new" state | python3 -c 'import json, sys
rows = json.load (sys.stdin)["tables"][sys.argv[1]]
print (sum (sys.argv[2] in (r["fields"].get ("displayName"),
                            r["fields"].get ("userName")) for r in rows))' "$@"
}

# make COLLECTION BODY: in the source; prints its id
make ()
{
  curl -sSf -X POST -H "Authorization: Bearer $token_old" \
    -H 'Content-Type: application/scim+json' \
    "$url_old/api/2.0/preview/scim/v2/$1" -d "$2" |
    sed -n 's/.*"id": *"\([0-9]*\)".*/\1/p' | head -n 1
}

pair --populate users=12
make Users '{"userName": "stranger@example.com"}' >/dev/null
member=$(make Users '{"userName": "member@example.com"}')
make Groups "{\"displayName\": \"inner\",
  \"members\": [{\"value\": \"$member\"}]}" >/dev/null
inner=$(ask get "$url_old" state | python3 -c 'import json, sys
print ([r["id"] for r in json.load (sys.stdin)["tables"]["groups"]
        if r["fields"]["displayName"] == "inner"][0])')
make Groups "{\"displayName\": \"team outer\",
  \"members\": [{\"value\": \"$inner\"}]}" >/dev/null
run move export

run move plan --name 'team *' --no-referenced
like "alone: the plan counts" "$out" '^1 selected, 0 added: referenced'
is "alone: what it needs blocks it" "$(rows "SELECT code FROM work JOIN asset
  USING (aid) WHERE key = 'team outer'")" blocked

run move plan --name 'team *'
status_is "the plan ends with 0" 0
like "the plan counts what comes along" "$out" \
  '^1 selected, 2 added: referenced'
run move plan --name 'team *' --json
like "... and so does its event" "$out" \
  '"event":"selection","selected":1,"added":2'
run move import --name 'team *'
status_is "the import ends with 0" 0
is "what matches is there, and what it refers to" "$(found groups 'team outer') \
$(found groups inner) $(found users member@example.com)" '1 1 1'
is "others are not" "$(found users stranger@example.com)" 0
run move validate
status_is "validate: the others are missing with a reason" 0
